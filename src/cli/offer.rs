//! Questions after an unlock on a terminal. Who says no is not asked again on this machine, as long as what the
//! question is about stays what it is.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::invocation::Invocation;
use super::invocation::opened::Opened;
use super::output::{Audience, Loudness};
use crate::domain::hexadecimal;
use crate::memory::SecretBytes;
use crate::vault;

/// Whether there is somebody who typed the password just now and reads what is written.
pub(super) fn can_be_made(invocation: &Invocation, opened: &Opened) -> bool {
    let output = invocation.output();
    opened.was_typed
        && output.audience() == Audience::Person
        && output.loudness() > Loudness::Quiet
        && invocation.can_ask()
}

/// Where it is kept who said no to a question, and to what.
pub(super) struct Refusals {
    file: PathBuf,
    line: String,
}

impl Refusals {
    /// `about` and the path of the vault are one line of the file `name`; nothing in it names a secret.
    pub(super) fn of(state_directory: &Path, name: &str, about: &str, vault: &Path) -> Self {
        let line = format!("{about} {}", hexadecimal(vault.as_os_str().as_bytes()));
        Self { file: state_directory.join(name), line }
    }

    /// Asks, unless the answer was no before. A no is kept, and `otherwise` says how to do it all the same.
    pub(super) fn ask(&self, invocation: &Invocation, question: &str, otherwise: &str) -> bool {
        if self.is_kept() {
            return false;
        }
        let reply =
            invocation.with_terminal(|terminal| terminal.and_then(|it| it.ask(question).ok().flatten()));
        match reply.as_deref() {
            Some("y" | "Y" | "yes") => return true,
            Some(_) => {
                self.keep();
                invocation.output().note(&format!("this is not asked again on this machine; {otherwise}"));
            }
            None => {}
        }
        false
    }

    fn is_kept(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|text| text.lines().any(|known| known == self.line))
    }

    /// Where it cannot be written the question comes again: no harm.
    fn keep(&self) {
        let known = fs::read_to_string(&self.file).unwrap_or_default();
        let text = SecretBytes::copy_of(format!("{known}{}\n", self.line).as_bytes());
        let _ = vault::write_secret_file(&self.file, &text);
    }
}
