//! `etui rekey`: replaces the vault key.

use clap::Args;

use super::new_locks::NewLocks;
use super::new_locks::RELOCKED;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::row::RunCommand;
use crate::cli::schema::Json;
use crate::vault::Relocking;

/// Replace the vault key and re-encrypt everything, under a new master password
///
/// Use it if the password, the key file or a copy of the vault may have leaked: what opened the vault before opens
/// nothing that is written from now on. The current password is always asked for, or taken from --password-file or
/// --password-command. Either everything is re-encrypted, or nothing has changed. Backups made before still open with
/// the old password; those that are known are named. So does one that --keep-copy makes, or that is offered on a
/// terminal: keep none if the old password has leaked.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui rekey
  etui rekey --new-password-file new.txt --no-key-file")]
pub(in crate::cli) struct Rekey {
    #[command(flatten)]
    locks: NewLocks,
}

impl RunCommand for Rekey {
    const JSON: Json = RELOCKED;

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        self.locks.apply(invocation, Relocking::VaultKey)
    }
}
