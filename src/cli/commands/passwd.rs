//! `etui passwd`: another master password.

use clap::Args;

use super::new_locks::NewLocks;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::row::RunCommand;
use crate::cli::wording;

/// Change the master password
///
/// The present password is always asked for, or taken from --password-file or --password-command. Nothing but
/// the lock changes, so this is instant, and copies of the vault made before still open with the old
/// password; where that may have leaked, use `etui rekey`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui passwd
  etui passwd --kdf-memory 256
  etui passwd --key-file-out /media/stick/vault.key")]
pub(in crate::cli) struct Passwd {
    #[command(flatten)]
    locks: NewLocks,
}

impl RunCommand for Passwd {
    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let relocked = self
            .locks
            .apply(invocation, |vault, present, new, cost| vault.change_password(present, new, cost))?;
        let output = invocation.output();
        if output.audience() == Audience::Machine {
            output.json(&relocked)?;
            return Ok(Finish::Done);
        }
        let mut sentence =
            format!("changed the master password; unlocking takes {}", wording::cost(relocked.cost));
        if let Some(path) = &relocked.key_file {
            sentence += &format!(
                "\nits key file is '{}': without a copy of it the vault cannot be opened",
                path.display()
            );
        }
        output.done(&sentence)?;
        output.note(
            "copies made before still open with the old password; where it may have leaked, run `etui rekey`",
        );
        Ok(Finish::Done)
    }
}
