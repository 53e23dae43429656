//! `etui passwd`: changes the master password.

use clap::Args;

use super::new_locks::NewLocks;
use super::new_locks::RELOCKED;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::row::RunCommand;
use crate::cli::schema::Json;
use crate::vault::Relocking;

/// Change the master password
///
/// The current password is always asked for, or taken from --password-file or --password-command. Only the password
/// changes, so this is instant, and older copies of the vault still open with the old one; if that may have leaked,
/// use `etui rekey`. On a terminal it offers to keep such a copy first; --keep-copy makes one without a question.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui passwd
  etui passwd --kdf-memory 256
  etui passwd --keep-copy before.etui
  etui passwd --key-file-out /media/stick/vault.key")]
pub(in crate::cli) struct Passwd {
    #[command(flatten)]
    locks: NewLocks,
}

impl RunCommand for Passwd {
    const JSON: Json = RELOCKED;

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        self.locks.apply(invocation, Relocking::Password)
    }
}
