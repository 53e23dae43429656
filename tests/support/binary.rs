//! The real binary on the vault of a [`Place`], with an environment that holds nothing of whoever runs the test.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};

use super::vaults::{PASSWORD, Place};

/// The state directory of the binary, as [`Place::state_of`] names it.
pub const MACHINE: &str = "etui";

/// Where the binary may put temporary files.
pub fn temporary_folder(place: &Place) -> PathBuf {
    place.folder().join("tmp")
}

/// A command on the vault of a place; the password comes from a file outside of it.
pub fn command(place: &Place, password_file: &std::path::Path, arguments: &[&str]) -> Command {
    let temporary = temporary_folder(place);
    fs::create_dir_all(&temporary).unwrap();
    fs::write(password_file, PASSWORD).unwrap();
    fs::set_permissions(password_file, fs::Permissions::from_mode(0o600)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_etui"));
    command
        .args(arguments)
        .env_clear()
        .env("HOME", place.folder().join("home"))
        .env("XDG_STATE_HOME", place.folder().join("state"))
        .env("TMPDIR", temporary)
        .env("ETUI_VAULT", place.vault_path())
        .env("ETUI_PASSWORD_FILE", password_file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs a command to its end with something on stdin.
pub fn run(mut command: Command, stdin: &str) -> Output {
    let mut child = command.spawn().unwrap();
    // Who refuses early does not read.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

/// `etui api` under way.
pub struct Api {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Api {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let requests = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, requests, answers }
    }

    /// The id of its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Sends requests; what a killed process does not read any more is not a failure.
    pub fn send(&mut self, requests: &str) {
        if let Some(pipe) = &mut self.requests {
            let _ = pipe.write_all(requests.as_bytes());
        }
    }

    /// The next answer; `None` after the last whole one.
    pub fn answer(&mut self) -> Option<Value> {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.ends_with('\n').then(|| serde_json::from_str(&line).unwrap())
    }

    /// Kills it as a power cut would, if it ran on another machine: it gets no chance to do anything.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it in good order and answers whether it was content.
    pub fn finish(mut self) -> bool {
        drop(self.requests.take());
        self.child.wait().unwrap().success()
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        // After a failed test nothing shall go on running; after a good one it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A line that puts a version and makes it current.
pub fn put_line(name: &str, id: &str, value: &str) -> String {
    let request =
        json!({ "Action": "PutSecretValue", "SecretName": name, "VersionId": id, "SecretData": value });
    format!("{request}\n")
}
