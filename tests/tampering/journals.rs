//! A rollback journal beside the vault: SQLite plays it back unasked, and it says nothing about the file that
//! it belongs to.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use etui::domain::ErrorCode;
use etui::vault::{Answers, Environment, KdfCost, LockedVault, Vault, VaultError};
use etui::versioning::Origin;

use super::judge::{filled, with_sqlite};
use crate::support::vaults::{PASSWORD, Place, content, credentials, get, put};

fn journal(place: &Place) -> PathBuf {
    place.folder().join("vault.etui-journal")
}

/// What a writer leaves that is killed in the middle of a change: the journal, and the file half written.
struct Killed {
    journal: Vec<u8>,
    torn: Vec<u8>,
}

/// Kills a writer that changes every row of the tables that a put changes, and puts the file back.
fn kill_a_writer(place: &Place) -> Killed {
    kill_a_writer_of(
        place,
        "UPDATE secret SET record = randomblob(400); UPDATE version SET record = randomblob(400);
         INSERT INTO event SELECT max(number) + 1, randomblob(400) FROM event;
         UPDATE vault SET head = randomblob(2400)",
    )
}

fn kill_a_writer_of(place: &Place, changes: &str) -> Killed {
    let before = place.copy();
    let killed = with_sqlite(place, |connection| {
        let begin = "PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE";
        connection.execute_batch(&format!("{begin}; {changes}")).unwrap();
        connection.cache_flush().unwrap();
        Killed { journal: fs::read(journal(place)).unwrap(), torn: place.copy() }
    });
    assert_ne!(killed.journal[0], 0, "a journal that SQLite plays back");
    assert_ne!(killed.torn, before);
    place.put_back(&before);
    killed
}

/// What lies in the folder of the vault, but for the state of the machines.
fn beside(place: &Place) -> Vec<String> {
    let names = fs::read_dir(place.folder()).unwrap();
    let mut names: Vec<String> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|n| n != "state")
        .collect();
    names.sort_unstable();
    names
}

fn look_at_copy(place: &Place, path: &Path) -> Result<String, VaultError> {
    let locked = LockedVault::open_copy(path, Box::new(place.clock.clone()))?;
    let opened = locked.unlock(&credentials(PASSWORD), Answers::default());
    content(&mut opened.map_err(|failed| failed.error)?)
}

fn put_elsewhere(place: &Place, id: &str) {
    put(&mut place.open_as(Some("elsewhere"), Answers::default()).unwrap(), "db/password", id, id).unwrap();
}

// Guards: that the file as it lies there is looked at before its journal is played back.
#[test]
fn a_stale_journal_leaves_a_newer_vault_as_it_is() {
    for changes in [1, 5] {
        let (place, _) = filled();
        let killed = kill_a_writer(&place);
        for number in 0..changes {
            put_elsewhere(&place, &format!("w{number}"));
        }
        let newer = place.copy();
        fs::write(journal(&place), &killed.journal).unwrap();
        let mut vault = place.open().unwrap();
        assert_eq!(get(&mut vault, "db/password").unwrap(), format!("w{}", changes - 1));
        assert!(place.copy() == newer, "{changes}: nothing was played back");
        let notices = vault.take_notices();
        assert!(notices.iter().any(|notice| notice.ends_with("removed: nothing is missing")), "{notices:?}");
        put(&mut vault, "db/password", "next", "next").unwrap();
        drop(vault);
        assert!(place.open().unwrap().verify().unwrap().is_clean());
        assert!(!journal(&place).exists(), "it is not there to be played back later");
    }
}

/// Brings a file into the place of the vault, as a program that syncs does.
fn arrive(place: &Place, file: &[u8], renamed: bool) {
    if renamed {
        let arriving = place.folder().join("arriving");
        fs::write(&arriving, file).unwrap();
        fs::rename(&arriving, place.vault_path()).unwrap();
    } else {
        place.put_back(file);
    }
}

#[test]
fn a_stale_journal_under_an_open_session_leaves_a_newer_vault_as_it_is() {
    for renamed in [true, false] {
        stale_journal_under_an_open_session(renamed);
    }
}

fn stale_journal_under_an_open_session(renamed: bool) {
    let (place, _) = filled();
    let killed = kill_a_writer(&place);
    let mut vault = place.open().unwrap();
    let older = place.copy();
    for number in 0..3 {
        put_elsewhere(&place, &format!("w{number}"));
    }
    let newer = place.copy();
    place.put_back(&older);
    get(&mut vault, "db/password").unwrap();
    // A program that syncs replaces the file, and the journal of the killed writer lies there.
    arrive(&place, &newer, renamed);
    fs::write(journal(&place), &killed.journal).unwrap();
    assert_eq!(get(&mut vault, "db/password").unwrap(), "w2");
    assert!(place.copy() == newer);
    put(&mut vault, "db/password", "next", "next").unwrap();
    drop(vault);
    assert!(place.open().unwrap().verify().unwrap().is_clean());
}

// Guards: recovery. Without it no vault survives a kill.
#[test]
fn a_journal_of_a_killed_writer_is_played_back_and_nothing_stays_beside_the_vault() {
    let (place, shown) = filled();
    let killed = kill_a_writer(&place);
    for under_a_session in [false, true] {
        let mut vault = under_a_session.then(|| place.open().unwrap());
        place.put_back(&killed.torn);
        fs::write(journal(&place), &killed.journal).unwrap();
        let mut vault = vault.take().unwrap_or_else(|| place.open().unwrap());
        assert_eq!(content(&mut vault).unwrap(), shown);
        assert!(vault.verify().unwrap().is_clean());
        drop(vault);
        assert_eq!(beside(&place), ["vault.etui"]);
    }
}

#[test]
fn a_journal_of_a_writer_that_had_written_nothing_yet_goes_without_a_word() {
    let (place, shown) = filled();
    let killed = kill_a_writer(&place);
    fs::write(journal(&place), &killed.journal).unwrap();
    let mut vault = place.open().unwrap();
    assert_eq!(vault.take_notices(), Vec::<String>::new());
    assert_eq!(content(&mut vault).unwrap(), shown);
    assert_eq!(beside(&place), ["vault.etui"]);
}

// Guards: that the file as it lies there counts only where all of it is whole. Its head may be, and the rest torn.
#[test]
fn the_journal_of_a_writer_killed_before_it_came_to_the_head_is_played_back() {
    for torn in ["secret", "version", "event"] {
        let (place, shown) = filled();
        let killed = kill_a_writer_of(&place, &format!("UPDATE {torn} SET record = randomblob(400)"));
        place.put_back(&killed.torn);
        fs::write(journal(&place), &killed.journal).unwrap();
        let mut vault = place.open().unwrap();
        assert_eq!(content(&mut vault).unwrap(), shown, "{torn}");
        assert!(vault.verify().unwrap().is_clean(), "{torn}");
        drop(vault);
        assert_eq!(beside(&place), ["vault.etui"]);
    }
}

// Guards: a password takes its time to be typed, and a program that syncs does not wait for it.
#[test]
fn a_vault_that_arrives_while_the_password_is_typed_is_left_as_it_is() {
    for renamed in [true, false] {
        let (place, _) = filled();
        let killed = kill_a_writer(&place);
        put_elsewhere(&place, "w0");
        let newer = place.copy();
        place.put_back(&killed.torn);
        fs::write(journal(&place), &killed.journal).unwrap();
        let environment = Environment::new(Box::new(place.clock.clone()), Origin::CommandLine);
        let locked = LockedVault::open(&place.vault_path(), environment).unwrap();
        arrive(&place, &newer, renamed);
        let unlocked = locked.unlock(&credentials(PASSWORD), Answers::default());
        let mut vault = unlocked.map_err(|failed| failed.error).unwrap();
        assert_eq!(get(&mut vault, "db/password").unwrap(), "w0");
        assert!(place.copy() == newer, "nothing was played back");
    }
}

// Guards: of the two states one may have another password than the other.
#[test]
fn a_journal_of_before_a_change_of_the_password_keeps_nobody_out() {
    let new = credentials("another horse");
    let (place, shown) = filled();
    let killed = kill_a_writer_of(
        &place,
        "UPDATE event SET record = record; UPDATE vault SET head = randomblob(2400)",
    );
    let mut elsewhere = place.open_as(Some("elsewhere"), Answers::default()).unwrap();
    elsewhere.change_password(&credentials(PASSWORD), &new, KdfCost::new(8, 1, 1).unwrap()).unwrap();
    drop(elsewhere);
    let newer = place.copy();
    for (given, is_right) in [(&new, true), (&credentials(PASSWORD), false)] {
        fs::write(journal(&place), &killed.journal).unwrap();
        let looked = place.open_by(given).and_then(|mut vault| content(&mut vault));
        assert_eq!(looked, if is_right { Ok(shown.clone()) } else { Err(VaultError::WrongPassword) });
        assert!(place.copy() == newer, "nothing was played back");
        assert_eq!(beside(&place), ["vault.etui"]);
    }
}

// Guards: a folder that was rescued from a dead machine, vault and live journal together.
#[test]
fn a_copy_with_its_live_journal_opens_and_is_not_written_to() {
    let (place, shown) = filled();
    let killed = kill_a_writer(&place);
    let rescued = tempfile::tempdir().unwrap();
    let file = rescued.path().join("vault.etui");
    fs::write(&file, &killed.torn).unwrap();
    fs::write(rescued.path().join("vault.etui-journal"), &killed.journal).unwrap();
    assert_eq!(look_at_copy(&place, &file).unwrap(), shown);
    assert!(fs::read(&file).unwrap() == killed.torn, "it was only looked at");
    assert_eq!(fs::read_dir(rescued.path()).unwrap().count(), 2);
}

// Guards: what SQLite ignores is not tampering, and does not stay for ever.
#[test]
fn a_journal_that_was_never_synced_is_no_alarm_and_goes_at_the_next_unlock() {
    for dead in [Vec::new(), vec![0; 512], vec![0; 5000]] {
        let (place, shown) = filled();
        fs::write(journal(&place), &dead).unwrap();
        assert_eq!(look_at_copy(&place, &place.vault_path()).unwrap(), shown);
        assert!(journal(&place).exists(), "looking changes nothing");
        assert_eq!(content(&mut place.open().unwrap()).unwrap(), shown);
        assert_eq!(beside(&place), ["vault.etui"]);
    }
}

// Guards: that nothing is changed before the result was verified.
#[test]
fn a_file_that_opens_neither_with_its_journal_nor_without_is_left_as_it_is() {
    let (place, _) = filled();
    let killed = kill_a_writer(&place);
    let other = {
        let (other, _) = filled();
        kill_a_writer(&other).journal
    };
    let torn = killed.torn;
    for planted in [other, b"not a journal".to_vec()] {
        place.put_back(&torn);
        fs::write(journal(&place), &planted).unwrap();
        let error = place.open().and_then(|mut vault| content(&mut vault)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::IntegrityFailure, "{error:?}");
        assert!(place.copy() == torn, "the file is as it was");
        assert!(fs::read(journal(&place)).unwrap() == planted, "the journal is as it was");
        assert_eq!(beside(&place), ["vault.etui", "vault.etui-journal"]);
    }
}

/// Runs what must come to an end, and fails where it hangs.
fn ends<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(Duration::from_secs(60)).expect("it hangs")
}

fn make_fifo(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    assert!(fs::metadata(path).unwrap().file_type().is_fifo());
}

// Guards: what is opened is a regular file, and opening it never waits for somebody else.
#[test]
fn what_is_no_regular_file_beside_the_vault_is_named_and_never_hangs() {
    for suffix in ["-journal", "-wal", "-shm"] {
        for kind in ["fifo", "folder", "link"] {
            let (place, _) = filled();
            let path = place.folder().join(format!("vault.etui{suffix}"));
            match kind {
                "fifo" => make_fifo(&path),
                "folder" => fs::create_dir(&path).unwrap(),
                _ => std::os::unix::fs::symlink("elsewhere", &path).unwrap(),
            }
            let before = place.copy();
            let (place, looked) = ends(move || {
                let looked = place.open().map(drop);
                (place, looked)
            });
            let Err(VaultError::Integrity { what }) = looked else { panic!("{suffix} {kind}: {looked:?}") };
            assert!(what.contains(&format!("vault.etui{suffix}")), "{suffix} {kind}: {what}");
            assert!(place.copy() == before);
        }
    }
}

#[test]
fn a_pipe_in_the_place_of_the_vault_never_hangs() {
    let place = Place::in_format(super::FORMAT);
    make_fifo(&place.vault_path());
    assert!(ends(move || place.open().map(drop).is_err()));
}

// Guards: a mode is mended on a vault only, and never on what is only looked at.
#[test]
fn the_mode_of_a_file_that_is_no_vault_or_is_only_looked_at_stays() {
    let widen = |path: &Path| {
        let wide = std::os::unix::fs::PermissionsExt::from_mode(0o664);
        fs::set_permissions(path, wide).unwrap();
    };
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
    let place = Place::in_format(super::FORMAT);
    let other = place.folder().join("vault.etui");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
    widen(&other);
    assert!(place.open().is_err());
    assert_eq!(mode(&other), 0o664);

    let (place, _) = filled();
    widen(&place.vault_path());
    look_at_copy(&place, &place.vault_path()).unwrap();
    assert_eq!(mode(&place.vault_path()), 0o664);
    let notices = |mut vault: Vault| vault.take_notices().join(" ");
    assert!(notices(place.open().unwrap()).contains("mode 664"));
    assert_eq!(mode(&place.vault_path()), 0o600);
}
