//! `etui restore`: RestoreSecret.

use clap::Args;

use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, NAME, Schema};
use crate::domain::SecretName;
use crate::kms::Answer;

/// Cancel a scheduled deletion
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  etui restore db/password")]
pub(in crate::cli) struct Restore {
    /// The name of the secret
    #[arg(value_parser = SecretName::new)]
    name: SecretName,
}

impl RunCommand for Restore {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[NAME]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let mut vault = invocation.unlock()?;
        let outcome = vault.restore_secret(&self.name)?;
        invocation.say_notices(vault.take_notices());
        let output = invocation.output();
        let sentence = format!("restored secret '{}'; it is no longer scheduled for deletion", outcome.name);
        output.changed(&sentence, None);
        match output.audience() {
            Audience::Machine => output.answer(&Answer::restore(&outcome))?,
            Audience::Person | Audience::Pipe => output.done(&sentence)?,
        }
        Ok(Finish::Done)
    }
}
