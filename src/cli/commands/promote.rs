//! `etui promote`: make a labelled version current, if a check with it succeeds.

use std::ffi::OsString;
use std::io;
use std::process::Command;

use clap::Args;

use crate::cli::error::{self, CliError};
use crate::cli::exit_code::Finish;
use crate::cli::history::{self, CHANGES};
use crate::cli::invocation::Invocation;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Schema};
use crate::cli::usage::refuse_blank;
use crate::cli::variables::{Instead, TOO_LARGE, VariableArguments};
use crate::cli::wording;
use crate::domain::{SecretName, StageLabel, VersionId};
use crate::kms::Answer;
use crate::memory::process;
use crate::platform::child::{self, ChildError, WhenAsked, exit_words};
use crate::vault::{StageRequest, StateToken, Vault};
use crate::versioning::{Change, Selector, StageMove, select};

/// Make the version that a label marks the current one
///
/// With --if a command runs first (by `sh -c`), with the variables of --env, --env-file and --prefix; where they name
/// this secret, the command gets the new version. Nothing moves if the command does not exit with 0, or if the secret
/// changed meanwhile. The label stays where it is.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui promote db/password canary
  etui promote db/password canary --if 'psql -c \"select 1\"' --env PGPASSWORD=db/password")]
pub(in crate::cli) struct Promote {
    /// The name of the secret
    #[arg(value_parser = SecretName::new)]
    name: SecretName,

    /// The label that marks the version
    #[arg(value_parser = StageLabel::new)]
    label: StageLabel,

    /// Only if this command exits with 0
    #[arg(long = "if", value_name = "COMMAND")]
    condition: Option<OsString>,

    #[command(flatten)]
    variables: VariableArguments,
}

impl RunCommand for Promote {
    const JSON: Json = Json::Answers(&[Schema::only(CHANGES)]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        if self.condition.is_none() && !self.variables.is_empty() {
            return Err(CliError::usage(
                "variables are for the command of --if",
                "give the command as well, or leave them out",
            )
            .into());
        }
        // A script whose variable is empty must not promote unchecked.
        refuse_blank("--if", self.condition.as_deref())?;
        let mut vault = invocation.unlock()?;
        let selector = Selector { stage: Some(self.label.clone()), ..Selector::default() };
        let (id, expected) = marked(&mut vault, &self.name, &selector)?;
        if let Some(condition) = &self.condition {
            self.check(condition, invocation, &mut vault, selector)?;
        }
        let stage = StageMove::new(StageLabel::current(), Some(id.clone()), None)?;
        let request = StageRequest { name: self.name, stage, expected: Some(expected) };
        let outcome = vault.update_secret_version_stage(&request)?;
        invocation.say_notices(vault.take_notices());
        let output = invocation.output();
        let sentence = match outcome.change.as_ref().map(Change::moves) {
            None => {
                format!("version '{id}' of '{}' is the current one already; nothing changed", outcome.name)
            }
            Some(moves) => format!("promoted '{}'; {}", outcome.name, wording::moves(&moves)),
        };
        history::tell(output, &outcome, &Answer::stage(&outcome), &sentence)?;
        Ok(Finish::Done)
    }
}

impl Promote {
    fn check(
        &self,
        condition: &OsString,
        invocation: &Invocation,
        vault: &mut Vault,
        selector: Selector,
    ) -> anyhow::Result<()> {
        let mut program = Command::new("sh");
        program.arg("-c").arg(condition);
        let mut longest = String::new();
        if !self.variables.is_empty() {
            let instead = Instead { name: self.name.clone(), selector };
            let variables = self.variables.read(invocation, vault, &[instead])?;
            variables.give_to(&mut program);
            longest = variables.longest().unwrap_or_default();
        }
        process::restore_core_files(invocation.hardening());
        // As soon as the program has started, this process is without core dumps again.
        let status = child::run_with(&mut program, WhenAsked::PassOn, |_, _| process::harden());
        let _ = process::harden();
        let (status, _) = status.map_err(|error| match error {
            ChildError::System(error) if error.kind() == io::ErrorKind::ArgumentListTooLong => {
                let reason = error::reason(&error);
                CliError::usage(format!("cannot run the command of --if: {reason}; {longest}"), TOO_LARGE)
            }
            error => CliError::of_child("cannot run the command of --if", error),
        })?;
        if status.success() {
            return Ok(());
        }
        Err(CliError::rejected(format!("--if failed ({}): no label moved", exit_words(status)), "").into())
    }
}

/// The version that a label marks, and the state of the secret in which it does.
fn marked(
    vault: &mut Vault,
    name: &SecretName,
    selector: &Selector,
) -> anyhow::Result<(VersionId, StateToken)> {
    let details = vault.describe(name)?;
    Ok((select(&details.secret, selector)?.id.clone(), details.token))
}
