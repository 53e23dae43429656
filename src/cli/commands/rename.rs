//! `etui rename`: another name for a secret.

use clap::Args;

use crate::cli::exit_code::Finish;
use crate::cli::history::{self, CHANGES};
use crate::cli::invocation::Invocation;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Schema};
use crate::domain::SecretName;
use crate::kms::Answer;
use crate::vault::RenameRequest;

/// Give a secret another name
///
/// Versions, labels and history stay. The new name must be free.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Example:
  etui rename db/password db/main/password")]
pub(in crate::cli) struct Rename {
    /// The current name
    #[arg(value_name = "OLD", value_parser = SecretName::new)]
    old: SecretName,

    /// The new name, which must be free
    #[arg(value_name = "NEW", value_parser = SecretName::new)]
    new: SecretName,
}

impl RunCommand for Rename {
    const JSON: Json = Json::Answers(&[Schema::only(CHANGES)]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let mut vault = invocation.unlock()?;
        let request = RenameRequest { old: self.old, new: self.new, expected: None };
        let outcome = vault.rename_secret(&request)?;
        invocation.say_notices(vault.take_notices());
        let output = invocation.output();
        let sentence = match &outcome.change {
            Some(_) => format!("renamed '{}' to '{}'", request.old, request.new),
            None => format!("'{}' has this name already; nothing changed", request.old),
        };
        history::tell(output, &outcome, &Answer::update(&outcome), &sentence)?;
        Ok(Finish::Done)
    }
}
