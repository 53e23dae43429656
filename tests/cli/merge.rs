//! `etui merge`, `etui sync` and the merge driver of git: two machines with copies of one vault.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use etui::config::remotes::RemoteUrl;
use etui::sync::{Carrier, Fetched, Scratch, carrier_to};
use etui::vault::Replaced;
use rusqlite::Connection;

use super::program::write_program;
use super::support::{Home, Run, is_missing};

/// Another machine with a copy of the vault.
pub fn second(home: &Home) -> Home {
    let other = Home::empty();
    for folder in ["data/etui", "state/etui"] {
        fs::create_dir_all(other.path().join(folder)).unwrap();
    }
    fs::copy(home.vault(), other.vault()).unwrap();
    let password = fs::read_to_string(home.path().join("password")).unwrap();
    other.write_private("password", &password);
    fs::write(other.kdf_cost_kept(), other.keeps_its_cost()).unwrap();
    other
}

pub fn merge(home: &Home, other: &Home, flags: &[&str]) -> Run {
    home.etui(&[&["merge", other.vault().to_str().unwrap()][..], flags].concat())
}

pub fn value(home: &Home, reference: &str) -> String {
    home.etui(&["get", reference]).succeeded().text().to_owned()
}

pub fn state(home: &Home) -> String {
    home.etui(&["verify", "--json"]).succeeded().json()["VaultState"].as_str().unwrap().to_owned()
}

#[test]
fn what_either_copy_changed_is_in_both_after_a_merge_each_way() {
    let home = Home::with_secret();
    let other = second(&home);
    home.pipe("here", &["put", "db"]).succeeded();
    other.pipe("there", &["new", "mail"]).succeeded();
    let before = home.bytes_of_vault();
    let planned = merge(&home, &other, &["--dry-run"]).succeeded();
    assert!(planned.text().contains("both copies have changed: the merge brings in 1 change"), "{planned}");
    assert!(planned.text().contains("  new mail: 1 version"), "{planned}");
    assert!(home.bytes_of_vault() == before);
    let merged = merge(&home, &other, &[]).succeeded();
    assert!(merged.text().ends_with(&format!("merged '{}'\n", other.vault().display())), "{merged}");
    merge(&other, &home, &[]).succeeded();
    for home in [&home, &other] {
        assert_eq!((value(home, "db"), value(home, "mail")), ("here".to_owned(), "there".to_owned()));
    }
    assert!(merge(&home, &other, &[]).succeeded().text().contains("nothing to merge"));
    home.etui(&["undo"]).succeeded();
    home.etui(&["get", "mail"]).failed(4);
}

// Guards: after a merge the machine without a name suggested ids with the name of the other one.
#[test]
fn a_machine_with_a_name_puts_it_behind_its_version_ids_and_the_other_one_goes_on_without() {
    let server = Home::with_secret();
    let laptop = second(&server);
    fs::create_dir_all(laptop.path().join("config/etui")).unwrap();
    fs::write(laptop.path().join("config/etui/settings.toml"), "copy = \"nb\"\n").unwrap();
    let put = |home: &Home, value: &str| -> String {
        let stored = home.pipe(value, &["put", "db", "--json"]).succeeded().json();
        stored["VersionId"].as_str().unwrap().to_owned()
    };
    // Both count from v2 before they meet, and no id is given twice.
    assert_eq!((put(&server, "three"), put(&laptop, "three there")), ("v3".to_owned(), "v3-nb".to_owned()));
    let planned = merge(&server, &laptop, &["--dry-run"]).succeeded();
    assert!(!planned.text().contains("version 'v3'"), "no id stands for two values: {planned}");
    merge(&server, &laptop, &[]).succeeded();
    merge(&laptop, &server, &[]).succeeded();
    assert_eq!(
        (value(&server, "db#v3"), value(&server, "db#v3-nb")),
        ("three".to_owned(), "three there".to_owned())
    );
    assert_eq!((put(&server, "four"), put(&laptop, "four there")), ("v4".to_owned(), "v4-nb".to_owned()));
    merge(&server, &laptop, &[]).succeeded();
    assert_eq!(put(&server, "five"), "v5");
    let made = laptop.pipe("x", &["put", "mail", "--create", "--json"]).succeeded().json();
    assert_eq!(made["VersionId"], "v1-nb");
}

#[test]
fn settings_that_cannot_be_read_stop_only_what_suggests_an_id() {
    let home = Home::with_secret();
    fs::create_dir_all(home.path().join("config/etui")).unwrap();
    fs::write(home.path().join("config/etui/settings.toml"), "copy = \"n-b\"\n").unwrap();
    let before = home.bytes_of_vault();
    let suggesting: [&[&str]; 4] =
        [&["put", "db"], &["put", "mail", "--create"], &["new", "mail"], &["duplicate", "db", "mail"]];
    for command in suggesting {
        let refused = home.pipe("x", command).failed(2);
        assert!(refused.stderr.contains("settings.toml' line 1"), "{command:?}: {refused}");
        assert!(home.bytes_of_vault() == before, "{command:?}");
    }
    for command in [&["get", "db"][..], &["list"], &["show", "db"], &["set", "db", "--description", "d"]] {
        let done = home.etui(command).succeeded();
        assert_eq!(done.stderr, "", "{command:?}");
    }
    home.pipe("x", &["put", "db", "--version-id", "mine"]).succeeded();
    home.pipe("x", &["new", "mail", "--version-id", "mine"]).succeeded();
    // The id is taken, so another one is offered all the same.
    home.pipe("y", &["put", "db", "--version-id", "mine"]).failed(4);
}

#[test]
fn a_conflict_is_named_and_strict_merges_nothing() {
    let home = Home::with_secret();
    let other = second(&home);
    home.etui(&["set", "db", "--description", "of here"]).succeeded();
    other.etui(&["set", "db", "--description", "of there"]).succeeded();
    let before = home.bytes_of_vault();
    let strict = merge(&home, &other, &["--strict"]);
    assert_eq!(strict.code, Some(4), "{strict}");
    assert!(home.bytes_of_vault() == before);
    let merged = merge(&home, &other, &["--mine"]).succeeded();
    assert!(
        merged
            .text()
            .contains("conflict: the description: 'of here' here, 'of there' there; what is here is kept"),
        "{merged}"
    );
    assert!(home.etui(&["show", "db"]).succeeded().text().contains("of here"));
    merge(&other, &home, &[]).succeeded();
    assert!(other.etui(&["show", "db"]).succeeded().text().contains("of here"));
}

#[test]
fn what_was_deleted_for_good_in_one_copy_waits_for_an_answer() {
    let home = Home::with_secret();
    home.pipe("x", &["new", "old"]).succeeded();
    let other = second(&home);
    other.etui(&["rm", "old", "--force", "--yes"]).succeeded();
    other.pipe("y", &["new", "fresh"]).succeeded();
    let before = home.bytes_of_vault();
    let asked = merge(&home, &other, &[]);
    assert_eq!(asked.code, Some(4), "{asked}");
    assert!(asked.stderr.contains("old"), "{asked}");
    assert!(home.bytes_of_vault() == before);
    merge(&home, &other, &["--keep-purged"]).succeeded();
    assert_eq!((value(&home, "old"), value(&home, "fresh")), ("x".to_owned(), "y".to_owned()));
}

#[test]
fn conflict_files_are_merged_without_being_named() {
    let home = Home::with_secret();
    let other = second(&home);
    other.pipe("there", &["put", "db"]).succeeded();
    let name = "vault.sync-conflict-20261130-120000-ABCDEFG.etui";
    fs::copy(other.vault(), home.vault().with_file_name(name)).unwrap();
    home.etui(&["merge", "--conflicts"]).succeeded();
    assert_eq!(value(&home, "db"), "there");
}

/// Stands in for ssh: what the other machine would run is run here, in its folder. `before` runs before the n-th call.
pub fn with_ssh(home: &Home, there: &Path, before: &str) {
    fs::create_dir_all(home.path().join("bin")).unwrap();
    let script = format!(
        "#!/bin/sh\nwhile [ \"$1\" != -- ]; do shift; done\ncase $3 in *mktemp*) step=put ;; *) step=fetch ;; esac\n\
         cd '{}' || exit 1\nrm -f '{ended}'\n{before}\nsh -c \"$3\"\ncode=$?\n[ \"$after\" != 1 ] || kill -9 $PPID\n\
         : > '{ended}'\nexit $code\n",
        there.display(),
        ended = home.path().join("ended").display(),
    );
    write_program(&home.path().join("bin/ssh"), &script);
}

pub fn sync(home: &Home) -> Run {
    let mut command = home.command(&["sync"]);
    let path = format!("{}:{}", home.path().join("bin").display(), std::env::var("PATH").unwrap());
    command.env("PATH", path);
    home.finish(command, b"")
}

fn sync_through(url: &str, there: &Path) {
    let home = Home::with_secret();
    let other = second(&home);
    for home in [&home, &other] {
        with_ssh(home, there, "");
        home.etui(&["remote", "add", "there", url]).succeeded();
    }
    home.pipe("here", &["put", "db"]).succeeded();
    other.pipe("there", &["new", "mail"]).succeeded();
    assert!(sync(&home).succeeded().text().contains("there is no copy yet"));
    assert!(sync(&other).succeeded().text().ends_with("synced: both copies are equal now\n"));
    sync(&home).succeeded();
    for home in [&home, &other] {
        assert_eq!((value(home, "db"), value(home, "mail")), ("here".to_owned(), "there".to_owned()));
    }
    assert_eq!(state(&home), state(&other));
    assert!(sync(&home).succeeded().text().contains("already has everything"));
}

#[test]
fn two_machines_meet_in_a_file() {
    let there = tempfile::tempdir().unwrap();
    sync_through(&format!("file:{}/vault.etui", there.path().display()), there.path());
    assert_eq!(fs::read_dir(there.path()).unwrap().count(), 1, "nothing is beside it");
}

#[test]
fn two_machines_meet_on_a_server() {
    let there = tempfile::tempdir().unwrap();
    sync_through("ssh://server/~/it's here.etui", there.path());
    assert_eq!(fs::read_dir(there.path()).unwrap().count(), 1, "nothing is beside it");
}

#[test]
fn two_machines_meet_in_a_repository() {
    if is_missing("git") {
        return;
    }
    let there = tempfile::tempdir().unwrap();
    let made = std::process::Command::new("git").args(["init", "-q", "--bare"]).arg(there.path()).status();
    assert!(made.unwrap().success());
    sync_through(&format!("git:{}#team/vault.etui", there.path().display()), there.path());
}

#[test]
fn a_stick_that_is_not_there_is_told_and_nothing_is_made_in_its_place() {
    let home = Home::with_secret();
    home.etui(&["remote", "add", "stick", "file:stick/vault.etui"]).succeeded();
    let run = sync(&home);
    assert_eq!(run.code, Some(2), "{run}");
    let folder = home.path().join("stick");
    assert!(
        run.stderr.contains(&format!("the folder '{}' of the remote is not there", folder.display())),
        "{run}"
    );
    assert!(run.stderr.contains("mount what it lies on") && !run.stderr.contains("etui init"), "{run}");
    assert!(!folder.exists());
}

// Guards: these were told as if the own vault were lost.
#[test]
fn what_is_wrong_with_a_copy_is_said_of_the_copy() {
    let home = Home::with_secret();
    let other = second(&home);
    fs::create_dir(home.path().join("stick")).unwrap();
    let stick = home.path().join("stick/v.etui");
    home.etui(&["remote", "add", "stick", "file:stick/v.etui"]).succeeded();
    let whole = fs::read(other.vault()).unwrap();
    fs::write(&stick, &whole[..whole.len() / 2]).unwrap();
    for command in [&["sync"][..], &["merge", "stick/v.etui"], &["import", "etui", "stick/v.etui"]] {
        let run = home.etui(command).failed(6);
        assert!(run.stderr.contains("stick/v.etui' is damaged or was tampered with"), "{command:?}: {run}");
        assert!(run.stderr.contains("your own vault is not concerned"), "{command:?}: {run}");
        assert!(!run.stderr.contains("etui verify"), "{command:?}: {run}");
    }
    fs::write(&stick, "no vault").unwrap();
    let run = sync(&home).failed(2);
    assert!(run.stderr.contains("stick/v.etui' is not an etui vault"), "{run}");
    home.etui(&["verify"]).succeeded();
}

#[test]
fn whoever_was_slower_begins_again_and_loses_nothing() {
    let there = tempfile::tempdir().unwrap();
    let home = Home::with_secret();
    let other = second(&home);
    home.pipe("here", &["put", "db"]).succeeded();
    other.pipe("there", &["new", "mail"]).succeeded();
    fs::copy(home.vault(), there.path().join("v.etui")).unwrap();
    home.pipe("later", &["put", "db"]).succeeded();
    // The other one is quicker, once.
    let race = home.path().join("race");
    fs::copy(other.vault(), &race).unwrap();
    let quicker = format!("if [ $step = put ] && [ -e '{0}' ]; then mv '{0}' v.etui; fi", race.display());
    with_ssh(&home, there.path(), &quicker);
    home.etui(&["remote", "add", "there", "ssh://server/~/v.etui"]).succeeded();
    sync(&home).succeeded();
    assert!(!race.exists());
    assert_eq!((value(&home, "db"), value(&home, "mail")), ("later".to_owned(), "there".to_owned()));
    assert_eq!(fs::read(there.path().join("v.etui")).unwrap().len(), home.bytes_of_vault().len());
    // It is quicker every time.
    let always = "if [ $step = put ]; then printf x >> v.etui; fi";
    with_ssh(&home, there.path(), always);
    home.pipe("again", &["put", "db"]).succeeded();
    let run = sync(&home);
    assert!(matches!(run.code, Some(6 | 7)), "{run}");
}

/// Two that fetched the same: only the first one puts its copy, and the second one begins again.
fn only_the_first_puts(url: &str) {
    let home = Home::with_secret();
    let other = second(&home);
    home.pipe("here", &["put", "db"]).succeeded();
    other.pipe("there", &["new", "mail"]).succeeded();
    let url: RemoteUrl = url.parse().unwrap();
    let scratches = [Scratch::new_in(home.path()).unwrap(), Scratch::new_in(other.path()).unwrap()];
    let mut carriers: Vec<Box<dyn Carrier>> =
        scratches.iter().map(|scratch| carrier_to(&url, scratch).unwrap()).collect();
    let copy = |scratch: usize, name: &str| scratches[scratch].path().join(name);
    for (at, carrier) in carriers.iter_mut().enumerate() {
        assert_eq!(carrier.fetch(&copy(at, "a")).unwrap(), Fetched::Nothing);
    }
    assert_eq!(carriers[0].put(&home.vault()).unwrap(), Replaced::Done);
    assert_eq!(carriers[1].put(&other.vault()).unwrap(), Replaced::Moved);
    for (at, carrier) in carriers.iter_mut().enumerate() {
        assert_eq!(carrier.fetch(&copy(at, "b")).unwrap(), Fetched::Copy);
    }
    assert_eq!(carriers[1].put(&other.vault()).unwrap(), Replaced::Done);
    home.pipe("later", &["put", "db"]).succeeded();
    assert_eq!(carriers[0].put(&home.vault()).unwrap(), Replaced::Moved);
    assert_eq!(carriers[0].fetch(&copy(0, "c")).unwrap(), Fetched::Copy);
    let fetched = home.etui(&["verify", copy(0, "c").to_str().unwrap(), "--json"]).succeeded();
    assert_eq!(fetched.json()["VaultState"], state(&other), "the second one's copy is there");
}

#[test]
fn of_two_that_fetched_the_same_file_only_the_first_puts() {
    let there = tempfile::tempdir().unwrap();
    only_the_first_puts(&format!("file:{}/vault.etui", there.path().display()));
}

#[test]
fn of_two_that_cloned_the_same_repository_only_the_first_pushes() {
    if is_missing("git") {
        return;
    }
    let there = tempfile::tempdir().unwrap();
    let made = std::process::Command::new("git").args(["init", "-q", "--bare"]).arg(there.path()).status();
    assert!(made.unwrap().success());
    only_the_first_puts(&format!("git:{}", there.path().display()));
}

#[test]
fn a_lock_that_a_killed_git_left_is_named() {
    if is_missing("git") {
        return;
    }
    let home = Home::with_secret();
    let bare = home.path().join("bare.git");
    let made =
        std::process::Command::new("git").args(["init", "-q", "--bare", "-b", "main"]).arg(&bare).status();
    assert!(made.unwrap().success());
    home.etui(&["remote", "add", "hub", "git:bare.git"]).succeeded();
    sync(&home).succeeded();
    home.pipe("here", &["put", "db"]).succeeded();
    for lock in ["refs/heads/main.lock", "HEAD.lock"] {
        fs::write(bare.join(lock), "").unwrap();
        let run = sync(&home);
        assert_eq!(run.code, Some(7), "{run}");
        let path = fs::canonicalize(&bare).unwrap().join(lock);
        let told = format!("'{}' is in the way: another git is running there, or was killed", path.display());
        assert!(run.stderr.contains(&told), "{run}");
        let hint = format!("hint: if no git is running there, delete '{}', then", path.display());
        assert!(run.stderr.contains(&hint), "{run}");
        fs::remove_file(path).unwrap();
    }
    sync(&home).succeeded();
}

#[test]
fn a_file_that_somebody_writes_to_is_not_replaced() {
    let there = tempfile::tempdir().unwrap();
    let (home, far) = (Home::with_secret(), there.path().join("vault.etui"));
    fs::copy(home.vault(), &far).unwrap();
    let before = fs::read(&far).unwrap();
    let scratch = Scratch::new_in(home.path()).unwrap();
    let mut carrier = carrier_to(&format!("file:{}", far.display()).parse().unwrap(), &scratch).unwrap();
    carrier.fetch(&scratch.path().join("a")).unwrap();
    home.pipe("here", &["put", "db"]).succeeded();
    let writer = Connection::open(&far).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    carrier.put(&home.vault()).unwrap_err();
    writer.execute_batch("ROLLBACK").unwrap();
    drop(writer);
    assert!(fs::read(&far).unwrap() == before);
    assert_eq!(carrier.put(&home.vault()).unwrap(), Replaced::Done);
}

#[test]
fn a_sync_that_is_killed_leaves_whole_files_at_both_ends() {
    for killed in [
        "[ $step = fetch ] && kill -9 $PPID",
        "[ $step = fetch ] && after=1",
        "[ $step = put ] && kill -9 $PPID",
        "[ $step = put ] && after=1",
    ] {
        let there = tempfile::tempdir().unwrap();
        let home = Home::with_secret();
        let other = second(&home);
        other.pipe("there", &["new", "mail"]).succeeded();
        let far: PathBuf = there.path().join("v.etui");
        fs::copy(other.vault(), &far).unwrap();
        home.pipe("here", &["put", "db"]).succeeded();
        home.etui(&["remote", "add", "there", "ssh://server/~/v.etui"]).succeeded();
        with_ssh(&home, there.path(), killed);
        let run = sync(&home);
        assert_eq!(run.code, None, "{killed}: {run}");
        // The other machine goes on with what it was told.
        let begun = Instant::now();
        while !home.path().join("ended").exists() {
            assert!(begun.elapsed() < Duration::from_secs(120), "{killed}: it never ended");
            std::thread::sleep(Duration::from_millis(10));
        }
        home.etui(&["verify"]).succeeded();
        home.etui(&["verify", far.to_str().unwrap()]).succeeded();
        with_ssh(&home, there.path(), "");
        sync(&home).succeeded();
        assert_eq!((value(&home, "db"), value(&home, "mail")), ("here".to_owned(), "there".to_owned()));
        let names: Vec<_> =
            fs::read_dir(there.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(
            names.iter().all(|name| name == "v.etui" || name.to_str().unwrap().starts_with(".etui-sync-"))
        );
    }
}

#[test]
fn git_merges_vault_files_and_a_locked_one_stays_until_it_is_unlocked() {
    if is_missing("git") {
        return;
    }
    let home = Home::with_secret();
    let other = second(&home);
    let bare = home.path().join("bare.git");
    let vault = "--vault vault.etui";
    let first = format!(
        "set -e; git config --global user.name me; git config --global user.email me@here
         git init -q --bare {bare}; git clone -q {bare} clone 2>/dev/null; cd clone
         cp {from} vault.etui; etui git-setup; git add -A; git commit -qm one; git push -q origin HEAD",
        bare = bare.display(),
        from = home.vault().display(),
    );
    home.in_shell("sh", &first).succeeded();
    let there = format!(
        "set -e; git config --global user.name me; git config --global user.email me@there
         git clone -q {} clone; cd clone; etui git-setup; printf there | etui {vault} new mail; git commit -qam two
         git push -q origin HEAD",
        bare.display()
    );
    other.in_shell("sh", &there).succeeded();
    home.in_shell(
        "sh",
        &format!("set -e; cd clone; printf here | etui {vault} put db; git commit -qam three"),
    )
    .succeeded();
    // No password: our version stays.
    let locked = home.in_shell(
        "sh",
        "unset ETUI_PASSWORD_FILE; cd clone; cp vault.etui ../ours; git pull -q --no-rebase && exit 9
         cmp vault.etui ../ours || exit 8; git status --short",
    );
    let locked = locked.succeeded();
    assert!(locked.text().contains("UU vault.etui"), "{locked}");
    assert!(locked.stderr.contains("git checkout -m -- vault.etui"), "{locked}");
    let merged = format!(
        "set -e; cd clone; git checkout -q -m -- vault.etui; git add vault.etui; git commit -qm merged
         etui {vault} get mail; etui {vault} get db; ls -a; stat -c %a vault.etui"
    );
    let merged = home.in_shell("sh", &merged).succeeded();
    assert!(merged.text().starts_with("therehere"), "{merged}");
    assert!(!merged.text().contains("-journal") && merged.text().trim_end().ends_with("600"), "{merged}");
}
