//! A disk that fails while it is read, and a file system without locks: neither is tampering, nor another process.
//!
//! strace lets single calls of the real binary fail. Where it is missing, or may not trace, nothing is tried.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::support::{Home, Run};

const INIT: [&str; 7] = ["init", "--kdf-memory", "19", "--kdf-passes", "2", "--kdf-lanes", "1"];

/// Whether calls can be made to fail here; `.ci/run` says so where they cannot.
fn can_make_calls_fail() -> bool {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "true"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The binary under strace, which looks at calls on the vault, its journal and their folder.
fn traced(home: &Home, options: &[&str], arguments: &[&str]) -> Command {
    let folder = fs::canonicalize(home.vault().parent().unwrap()).unwrap();
    let vault = folder.join("vault.etui");
    let journal = PathBuf::from(format!("{}-journal", vault.display()));
    let mut command = Command::new("strace");
    command.args(["-f", "-qq"]);
    for path in [&vault, &journal, &folder] {
        command.arg("-P").arg(path);
    }
    command.args(options).arg(env!("CARGO_BIN_EXE_etui")).args(arguments);
    let like = home.command(&[]);
    command.env_clear().envs(like.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(home.path());
    command
}

/// How often a command makes a call on these files.
fn count(home: &Home, call: &str, stdin: &str, arguments: &[&str]) -> usize {
    let log = home.path().join("calls");
    let trace = format!("trace={call}");
    let options = ["-o", log.to_str().unwrap(), "-e", &trace];
    home.finish(traced(home, &options, arguments), stdin.as_bytes()).succeeded();
    let calls = fs::read_to_string(&log).unwrap();
    calls.lines().filter(|line| line.contains(&format!("{call}("))).count()
}

/// Runs a command of which the call of this number fails, or all from it on (`3+`).
fn failing(home: &Home, call: &str, error: &str, when: &str, stdin: &str, arguments: &[&str]) -> Run {
    let trace = format!("trace={call}");
    let inject = format!("inject={call}:error={error}:when={when}");
    let options = ["-o", "/dev/null", "-e", &trace, "-e", &inject];
    home.finish(traced(home, &options, arguments), stdin.as_bytes())
}

/// Lets every call of a put fail in turn, once and from then on; answers how many puts failed.
#[track_caller]
fn fail_every(call: &str, error: &str, words: &[&str]) -> usize {
    let home = Home::with_secret();
    let total = count(&home, call, "counted", &["put", "db"]);
    assert!(total > 0, "a put makes no call of {call}");
    let mut current = "counted".to_owned();
    let mut failed = 0;
    for number in 1..=total {
        for when in [format!("{number}"), format!("{number}+")] {
            let value = format!("{call} {when}");
            let run = failing(&home, call, error, &when, &value, &["put", "db"]);
            match run.code {
                Some(0) => current.clone_from(&value),
                Some(1) => {
                    failed += 1;
                    assert!(words.iter().any(|words| run.stderr.contains(words)), "{call} {when}: {run}");
                }
                _ => panic!("{call} {when}: {run}"),
            }
            home.etui(&["verify"]).succeeded();
            let found = home.etui(&["get", "db"]).succeeded().text().to_owned();
            if run.stderr.contains("it is not known whether it was stored") && found == value {
                current = value;
            }
            assert_eq!(found, current, "{call} {when}: {run}");
        }
    }
    failed
}

// Guards: an error of the disk is told as one, with exit 1; the vault is whole, and what was said is true.
#[test]
fn an_error_of_the_disk_while_the_vault_is_read_is_no_tampering() {
    if can_make_calls_fail() {
        assert!(fail_every("pread64", "EIO", &["input/output error"]) > 10);
        assert!(fail_every("read", "EIO", &["input/output error"]) > 0);
    }
}

// Guards: exit 7 says that another process is at work, which may go on by itself; this does not.
#[test]
fn a_file_system_without_locks_is_not_another_process() {
    if can_make_calls_fail() {
        assert!(fail_every("fcntl", "ENOLCK", &["no locks available"]) > 0);
    }
}

// Guards: a file that could not be locked was taken for one that another process had just removed, so that one after
// the other was made, without end.
#[test]
fn vaults_and_backups_are_made_on_a_file_system_without_locks() {
    if !can_make_calls_fail() {
        return;
    }
    for (home, arguments) in [(Home::empty(), &INIT[..]), (Home::with_secret(), &["backup", "copy.etui"])] {
        let mut command = Command::new("timeout");
        command.args(["20", "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=flock"]);
        command.args(["-e", "inject=flock:error=ENOLCK", env!("CARGO_BIN_EXE_etui")]).args(arguments);
        let like = home.command(&[]);
        command.env_clear().envs(like.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(home.path());
        home.finish(command, b"").succeeded();
        home.etui(&["verify"]).succeeded();
        let folder = fs::read_dir(home.vault().parent().unwrap()).unwrap();
        assert_eq!(folder.count(), 1, "nothing stays beside the vault");
    }
}

// Guards: a key file that stayed behind an init that failed would be in the way of the next one.
#[test]
fn a_key_file_whose_folder_cannot_be_synced_does_not_stay() {
    if !can_make_calls_fail() {
        return;
    }
    let init = [&INIT[..], &["--key-file-out", "keys/team.key"]].concat();
    let home = Home::empty();
    let keys = home.path().join("keys");
    fs::create_dir(&keys).unwrap();
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-P"]).arg(fs::canonicalize(&keys).unwrap());
    command
        .args(["-e", "trace=fsync", "-e", "inject=fsync:error=EIO", env!("CARGO_BIN_EXE_etui")])
        .args(&init);
    let like = home.command(&[]);
    command.env_clear().envs(like.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(home.path());
    let run = home.finish(command, b"").failed(1);
    assert!(run.stderr.contains("team.key failed: input/output error"), "{run}");
    assert_eq!(fs::read_dir(&keys).unwrap().count(), 0, "{run}");
    home.etui(&init).succeeded();
}

// Guards: where no journal can be made SQLite tries to read one, and the system's last word is that there is none.
#[test]
fn a_journal_that_cannot_be_made_is_told_with_its_cause() {
    if can_make_calls_fail() {
        // Where only one call failed, and not the next, its cause is gone.
        let words = ["disk quota exceeded", "making a journal beside", "it is read-only"];
        assert!(fail_every("openat", "EDQUOT", &words) > 5);
    }
}

// Guards: a vault that was made and cannot be opened at once is not left behind a message that nothing was changed.
#[test]
fn an_init_that_failed_has_made_nothing() {
    if !can_make_calls_fail() {
        return;
    }
    let mut failed = 0;
    for (call, error) in [("openat", "EIO"), ("statx", "EACCES")] {
        let total = {
            let home = Home::empty();
            fs::create_dir_all(home.vault().parent().unwrap()).unwrap();
            count(&home, call, "", &INIT)
        };
        assert!(total > 0, "init makes no call of {call}");
        for number in 1..=total {
            for when in [format!("{number}"), format!("{number}+")] {
                let home = Home::empty();
                fs::create_dir_all(home.vault().parent().unwrap()).unwrap();
                let run = failing(&home, call, error, &when, "", &INIT);
                failed += u32::from(run.code == Some(1));
                let is_known = !run.stderr.contains("it is not known whether");
                assert!(!is_known || (run.code == Some(0)) == home.vault().exists(), "{call} {when}: {run}");
                if !home.vault().exists() {
                    home.etui(&INIT).succeeded();
                }
                home.etui(&["verify"]).succeeded();
            }
        }
    }
    assert!(failed > 20, "{failed}");
}
