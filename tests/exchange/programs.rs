//! Real programs that the tests of stores run.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs a program, which must succeed, and takes what it prints.
#[track_caller]
pub fn run(command: &mut Command, stdin: &[u8]) -> Vec<u8> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    child.stdin.take().unwrap().write_all(stdin).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Runs git in a folder, as somebody whose clock says so.
#[track_caller]
pub fn git(folder: &Path, seconds: i64, arguments: &[&str]) {
    let date = format!("{seconds} +0000");
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(["-c", "user.name=t", "-c", "user.email=t@example.com"]);
    command.args(arguments).env("GIT_COMMITTER_DATE", &date).env("GIT_AUTHOR_DATE", &date);
    run(&mut command, b"");
}

/// Commits whatever changed in a folder.
#[track_caller]
pub fn commit(folder: &Path, seconds: i64) {
    git(folder, seconds, &["add", "-A"]);
    git(folder, seconds, &["commit", "--quiet", "--message", "change"]);
}
