//! `etui new`: CreateSecret.

use clap::Args;

use super::new_version::NewVersion;
use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::row::RunCommand;
use crate::cli::schema::{ID, Json, NAME, Schema, TYPE};
use crate::cli::value::ValueArguments;
use crate::cli::wording;
use crate::domain::{Description, Invalid, SecretName, TagKey, TagValue, Tags};
use crate::kms::Answer;
use crate::vault::{CreateRequest, Vault};

/// Create a secret with its first version
///
/// The first version is always the current one; --stage gives it further labels. Without --version-id its
/// id is `v1`. The value comes from stdin, from --file, or from a hidden prompt.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui new db/password                           type the value at the prompt
  etui new db/password --file password.txt --trim
  make-token | etui new api/token --trim --description 'billing' --tag env=prod")]
pub(in crate::cli) struct New {
    /// The name of the secret
    #[arg(value_parser = SecretName::new)]
    name: SecretName,

    #[command(flatten)]
    version: NewVersion,

    /// What the secret is for
    #[arg(long, value_name = "TEXT", value_parser = Description::new)]
    description: Option<Description>,

    /// A tag; may be given several times
    #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = tag)]
    tags: Vec<(TagKey, TagValue)>,

    #[command(flatten)]
    value: ValueArguments,
}

/// Reads KEY=VALUE.
pub(super) fn tag(text: &str) -> Result<(TagKey, TagValue), CliError> {
    let (key, value) = text
        .split_once('=')
        .ok_or_else(|| CliError::usage("a tag is KEY=VALUE; 'KEY=' has an empty value", ""))?;
    let read = || -> Result<_, Invalid> { Ok((TagKey::new(key)?, TagValue::new(value)?)) };
    read().map_err(|invalid| CliError::usage(invalid.to_string(), ""))
}

/// Refuses a tag that is given two values.
pub(super) fn refuse_twice(tags: &[(TagKey, TagValue)]) -> Result<(), CliError> {
    let twice =
        tags.iter().enumerate().find(|(at, (key, _))| tags[..*at].iter().any(|(other, _)| other == key));
    match twice {
        Some((_, (key, _))) => {
            Err(CliError::usage(format!("tag '{key}' is given twice"), "leave one of them out"))
        }
        None => Ok(()),
    }
}

impl RunCommand for New {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[NAME, ID, TYPE]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        refuse_twice(&self.tags)?;
        let offered = self.value.offer(invocation)?;
        let mut vault = invocation.unlock()?;
        let value = self.value.take(offered, invocation)?;
        let request = CreateRequest {
            name: self.name,
            version_id: self.version.first_id(&vault)?,
            value,
            description: self.description.unwrap_or_default(),
            tags: self.tags.into_iter().collect::<Tags>(),
            extra_stages: self.version.extra_stages(),
            note: self.version.note,
        };
        create(invocation, &mut vault, &request)
    }
}

/// Makes the secret and says so.
pub(super) fn create(
    invocation: &Invocation,
    vault: &mut Vault,
    request: &CreateRequest,
) -> anyhow::Result<Finish> {
    let outcome = vault.create_secret(request)?;
    invocation.say_notices(vault.take_notices());
    let output = invocation.output();
    let sentence = wording::created(&outcome);
    output.changed(&sentence, Some(&outcome.version_id));
    match output.audience() {
        Audience::Machine => output.answer(&Answer::create(&outcome))?,
        Audience::Person | Audience::Pipe => output.done(&sentence)?,
    }
    invocation.say_notices(wording::remarks(None, request.value.exceeds_kms_limit()));
    invocation.say_notices(wording::looks_built_in(&request.extra_stages));
    Ok(Finish::Done)
}
