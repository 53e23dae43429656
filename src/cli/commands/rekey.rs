//! `etui rekey`: another vault key.

use clap::Args;

use super::new_locks::NewLocks;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::progress::ProgressLine;
use crate::cli::row::RunCommand;
use crate::cli::wording;

/// Replace the vault key and seal everything anew, under a new master password
///
/// To be used where the password, the key file or a copy of the vault may have leaked: what opened the vault
/// before opens nothing that is written from now on. The present password is always asked for, or taken from
/// --password-file or --password-command. Either everything is sealed anew, or nothing has changed. Backups
/// made before still open with the old password; those that are known are named.
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
    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let output = invocation.output();
        let relocked = self.locks.apply(invocation, |vault, present, new, cost| {
            let mut line = ProgressLine::new(output, "sealing everything anew");
            vault.rekey(present, new, cost, &mut |progress| line.show(progress))
        })?;
        if output.audience() == Audience::Machine {
            output.json(&relocked)?;
            return Ok(Finish::Done);
        }
        let mut sentence = format!(
            "replaced the vault key and sealed everything anew; unlocking takes {}",
            wording::cost(relocked.cost)
        );
        if let Some(path) = &relocked.key_file {
            sentence += &format!(
                "\nits key file is '{}': without a copy of it the vault cannot be opened",
                path.display()
            );
        }
        output.done(&sentence)?;
        for backup in &relocked.backups {
            output.note(&format!("the backup '{}' still opens with the old password", backup.display()));
        }
        output.note(
            "whoever has an older copy still knows what is in it: change those secrets where they are used",
        );
        Ok(Finish::Done)
    }
}
