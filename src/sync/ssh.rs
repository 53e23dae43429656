//! A copy on another machine, through the system's ssh: its keys, its configuration, its agent.
//!
//! The other machine needs a POSIX shell, `mktemp`, `find` and one of `sha256sum`, `shasum` and `openssl`. A copy is
//! uploaded beside the file there and checked; then, under a lock that is a folder (made by `mkdir`, which only one
//! can do), the file's hash is compared with what was fetched and the copy renamed over it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::program::{self, Ended, Stdout};
use super::{Carrier, CarrierError, Fetched};
use crate::crypto::sha256;
use crate::domain::hexadecimal;
use crate::vault::Replaced;

/// What the scripts answer: numbers that neither ssh (255) nor a shell (126 and above) has.
const MOVED: i32 = 43;
const NOTHING_THERE: i32 = 44;
const JOURNAL_THERE: i32 = 45;
const LOCKED_THERE: i32 = 48;

/// Writes the file there to stdout. A file that is replaced meanwhile is read as it was.
const FETCH: &str = include_str!("fetch.sh");

/// Takes a copy from stdin and puts it in the place of the file there.
const PUT: &str = include_str!("put.sh");

/// A vault file behind ssh.
pub(super) struct Ssh {
    /// As people write it.
    called: String,
    destination: String,
    port: Option<u16>,
    path: String,
    scratch: PathBuf,
    /// The hash of what was fetched last.
    seen: Option<String>,
}

impl Ssh {
    pub(super) fn to(
        destination: &str,
        port: Option<u16>,
        path: &str,
        scratch: &Path,
        called: String,
    ) -> Self {
        // Below the home folder; and never an option of a program there.
        let path = if path.starts_with('/') { path.to_owned() } else { format!("./{path}") };
        let (destination, scratch) = (destination.to_owned(), scratch.to_owned());
        Self { called, destination, port, path, scratch, seen: None }
    }

    fn command(&self, script: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("ssh");
        // Nobody is asked anything, nothing is forwarded, there is no terminal.
        command.args(["-o", "BatchMode=yes", "-a", "-x", "-T"]);
        if let Some(port) = self.port {
            command.args(["-p", &port.to_string()]);
        }
        // What follows `--` is a host, whatever it begins with.
        command.arg("--").arg(&self.destination).arg(remote_command(script, arguments));
        command
    }

    /// What stands in the way there, where a script said so.
    fn obstacle(&self, ended: &Ended) -> Option<CarrierError> {
        match ended.status.code() {
            Some(JOURNAL_THERE) => Some(CarrierError::InUse(self.called.clone())),
            Some(LOCKED_THERE) => Some(CarrierError::Contended),
            _ => None,
        }
    }
}

impl Carrier for Ssh {
    fn fetch(&mut self, copy: &Path) -> Result<Fetched, CarrierError> {
        self.seen = None;
        let mut command = self.command(FETCH, &[&self.path]);
        let ended = program::run("ssh", &mut command, None, Stdout::File(copy), &self.scratch)?;
        match ended.status.code() {
            Some(0) => {}
            Some(NOTHING_THERE) => return Ok(Fetched::Nothing),
            _ => {
                let doing = format!("fetching {}", self.called);
                let other =
                    |ended: Ended| CarrierError::NotFetched { doing, reason: ended.said.last_words() };
                return Err(self.obstacle(&ended).unwrap_or_else(|| other(ended)));
            }
        }
        self.seen = Some(hash_of(copy)?);
        Ok(Fetched::Copy)
    }

    fn put(&mut self, copy: &Path) -> Result<Replaced, CarrierError> {
        let seen = self.seen.as_deref().unwrap_or("none");
        let hash = hash_of(copy)?;
        let mut command = self.command(PUT, &[&self.path, seen, &hash]);
        let ended = program::run("ssh", &mut command, Some(copy), Stdout::Nowhere, &self.scratch)?;
        match ended.status.code() {
            Some(0) => Ok(Replaced::Done),
            Some(MOVED) => Ok(Replaced::Moved),
            _ => {
                let doing = format!("writing {}", self.called);
                let other = |ended: Ended| CarrierError::NotPut { doing, reason: ended.said.last_words() };
                Err(self.obstacle(&ended).unwrap_or_else(|| other(ended)))
            }
        }
    }
}

fn hash_of(file: &Path) -> Result<String, CarrierError> {
    let bytes = fs::read(file).map_err(|error| CarrierError::system("reading a copy", &error))?;
    Ok(hexadecimal(&sha256(&bytes)))
}

/// One line for the shell there, whichever it is: a POSIX shell with the script and its arguments, each quoted.
fn remote_command(script: &str, arguments: &[&str]) -> String {
    let mut line = format!("exec sh -c {} etui-sync", quoted(script));
    for argument in arguments {
        line.push(' ');
        line.push_str(&quoted(argument));
    }
    line
}

/// A word in single quotes, as every shell reads them.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a script as the shell there does.
    fn there(script: &str, arguments: &[&str], stdin: &[u8]) -> Option<i32> {
        use std::io::Write as _;
        use std::process::Stdio;
        let mut child = Command::new("sh")
            .args(["-c", &remote_command(script, arguments)])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // A script that refuses does not read to the end.
        let _ = child.stdin.take().unwrap().write_all(stdin);
        child.wait().unwrap().code()
    }

    fn hash(bytes: &[u8]) -> String {
        hexadecimal(&sha256(bytes))
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn a_copy_replaces_only_what_was_fetched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("it's a $(vault) `x`.etui");
        let text = path.to_str().unwrap();
        assert_eq!(there(FETCH, &[text], b""), Some(NOTHING_THERE));
        assert_eq!(there(PUT, &[text, "none", &hash(b"one")], b"one"), Some(0));
        assert_eq!(fs::read(&path).unwrap(), b"one");
        // Somebody else was quicker.
        assert_eq!(there(PUT, &[text, "none", &hash(b"two")], b"two"), Some(MOVED));
        assert_eq!(there(PUT, &[text, &hash(b"zero"), &hash(b"two")], b"two"), Some(MOVED));
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(there(PUT, &[text, &hash(b"one"), &hash(b"two")], b"two"), Some(0));
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names(folder.path()), ["it's a $(vault) `x`.etui"], "nothing is beside it");
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn an_upload_that_was_cut_short_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("v");
        let text = path.to_str().unwrap();
        fs::write(&path, "one").unwrap();
        let code = there(PUT, &[text, &hash(b"one"), &hash(b"two and more")], b"two and");
        assert!(code.is_some_and(|code| code != 0 && code != MOVED), "{code:?}");
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(names(folder.path()), ["v"]);
    }

    #[test]
    fn a_journal_there_is_neither_passed_over_nor_left_behind_by_a_rename() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("v");
        let text = path.to_str().unwrap();
        fs::write(&path, "one").unwrap();
        fs::write(folder.path().join("v-journal"), "j").unwrap();
        assert_eq!(there(FETCH, &[text], b""), Some(JOURNAL_THERE));
        assert_eq!(there(PUT, &[text, &hash(b"one"), &hash(b"two")], b"two"), Some(JOURNAL_THERE));
        assert_eq!(fs::read(&path).unwrap(), b"one");
    }

    #[test]
    fn a_lock_of_somebody_who_was_killed_is_broken_after_a_minute() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("v");
        let text = path.to_str().unwrap();
        fs::write(&path, "one").unwrap();
        let lock = folder.path().join("v.etui-lock");
        fs::create_dir(&lock).unwrap();
        let touched = Command::new("touch").args(["-t", "202001010000"]).arg(&lock).status().unwrap();
        assert!(touched.success());
        assert_eq!(there(PUT, &[text, &hash(b"one"), &hash(b"two")], b"two"), Some(0));
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names(folder.path()), ["v"]);
    }

    #[test]
    fn no_word_of_a_remote_reaches_ssh_as_an_option() {
        let command =
            Ssh::to("me@host", Some(22), "-v.etui", Path::new("/"), String::new()).command(FETCH, &["x'y"]);
        let words: Vec<&str> = command.get_args().map(|word| word.to_str().unwrap()).collect();
        let end = words.iter().position(|word| *word == "--").unwrap();
        assert_eq!(&words[end + 1..end + 2], ["me@host"]);
        assert!(words[end + 2].ends_with(r"etui-sync 'x'\''y'"));
        assert_eq!(Ssh::to("host", None, "-v.etui", Path::new("/"), String::new()).path, "./-v.etui");
    }
}
