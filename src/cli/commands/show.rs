//! `etui show`: DescribeSecret, and the metadata of one version.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::str::FromStr;

use clap::Args;

use super::log;
use crate::cli::color::{Palette, Role};
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::past::{AS_OF, AsOf, AtArgument, DESTROYED};
use crate::cli::reference::Reference;
use crate::cli::row::RunCommand;
use crate::cli::schema::{CREATED, ID, Json, Kind, NAME, STAGES, Schema, TAGS, TYPE, key};
use crate::cli::wording;
use crate::domain::{SecretName, Timestamp, age, visible};
use crate::kms::Answer;
use crate::vault::{Vault, VaultError};
use crate::versioning::{PastSecret, SecretState, VersionState, select};

/// Describe a secret and one of its versions, the value masked
///
/// It works for a secret that is scheduled for deletion too.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui show db/password
  etui show 'db/password#v3'
  etui show db/password --at '2024-11-03 14:00'")]
pub(in crate::cli) struct Show {
    /// The version: NAME, 'NAME#VERSION', 'NAME:LABEL', each with ~N
    #[arg(value_name = "REF", value_parser = Reference::from_str)]
    reference: Reference,

    #[command(flatten)]
    at: AtArgument,
}

impl RunCommand for Show {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[
        NAME,
        key("Description", Kind::Text, "what it is for; may be empty"),
        key("CreateTime", Kind::Time, "when the secret was created"),
        key("UpdateTime", Kind::Time, "when it last changed"),
        TYPE,
        key("PlannedDeleteTime", Kind::Time, "from when on it can be purged")
            .if_any("it is scheduled for deletion"),
        TAGS,
        key("KeepVersions", Kind::Number, "how many versions are kept").if_any("that is limited"),
        key("RotationDays", Kind::Number, "after how many days a version is due").if_any("that is set"),
        key(
            "Version",
            Kind::Object(&[&[
                ID,
                CREATED,
                STAGES,
                key("SecretDataType", Kind::Word(&["text", "binary"]), "the type of the value")
                    .if_any("it was not destroyed"),
                key("SecretDataSize", Kind::Number, "its bytes").if_any("it was not destroyed"),
                DESTROYED,
                key("Note", Kind::Text, "the note").if_any("it has one"),
            ]]),
            "the version that is named",
        ),
        AS_OF,
    ]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let at = self.at.time(invocation)?;
        let mut vault = invocation.unlock()?;
        let PastSecret { state: secret, destroyed } = secret_at(&mut vault, &self.reference.name, at)?;
        // Reading is refused in the deletion window; what is shown here is not a value, and may be seen.
        let readable = SecretState { planned_deletion: None, ..secret.clone() };
        let version = select(&readable, &self.reference.selector)?;
        let output = invocation.output();
        match output.audience() {
            Audience::Machine => {
                let destroyed = destroyed.get(&version.key).copied();
                output.answer_with(&Answer::show(&secret, version, destroyed), &AsOf::of(at))?;
            }
            Audience::Person | Audience::Pipe => {
                let destroyed = destroyed.get(&version.key).copied();
                output.text(&described(&secret, version, destroyed, invocation.now(), output.palette()))?;
            }
        }
        Ok(Finish::Done)
    }
}

/// A secret as it is, or as it was.
pub(super) fn secret_at(
    vault: &mut Vault,
    name: &SecretName,
    at: Option<Timestamp>,
) -> Result<PastSecret, VaultError> {
    match at {
        Some(at) => Ok(vault.past_secret(name, at)?.secret),
        None => Ok(PastSecret { state: vault.describe(name)?.secret, destroyed: HashMap::new() }),
    }
}

fn described(
    secret: &SecretState,
    version: &VersionState,
    destroyed: Option<Timestamp>,
    now: Timestamp,
    palette: Palette,
) -> String {
    let mut text = String::new();
    let title = |text: &mut String, title: &str| {
        let _ = writeln!(text, "{}", palette.paint(Role::Heading, title));
    };
    let line = |text: &mut String, what: &str, content: &str| {
        let _ =
            writeln!(text, "  {} {}", palette.paint(Role::Muted, &format!("{what:<12}")), visible(content));
    };
    let when = |time: Timestamp| format!("{time}, {}", age(time, now));

    title(&mut text, secret.name.as_str());
    if !secret.facts.description.is_empty() {
        line(&mut text, "description", secret.facts.description.as_str());
    }
    for (key, value) in secret.facts.tags.iter() {
        line(&mut text, "tag", &format!("{key}={value}"));
    }
    line(&mut text, "created", &when(secret.created));
    line(&mut text, "changed", &when(secret.updated));
    if let Some(planned) = secret.planned_deletion {
        line(&mut text, "deletion", &format!("scheduled, can be removed for good from {planned}"));
    }
    if let Some(retention) = secret.facts.retention {
        line(&mut text, "keeps", &wording::count(retention.versions() as u64, "version"));
    }
    if let Some(rotation) = secret.facts.rotation {
        line(&mut text, "rotation", &format!("every {}", wording::count(rotation.days().into(), "day")));
    }
    line(&mut text, "versions", &secret.versions.len().to_string());
    for (label, target) in secret.labels.iter() {
        line(&mut text, "label", &format!("{label} → {}", target.id));
    }

    title(&mut text, &format!("{}#{}", secret.name, version.id));
    let labels = log::labels(secret, version, ", ");
    line(&mut text, "labels", if labels.is_empty() { "none" } else { &labels });
    line(&mut text, "created", &when(version.created));
    let value = match destroyed {
        Some(destroyed) => format!("gone: the version was destroyed at {}", when(destroyed)),
        None => format!("•••••••• ({}, {})", version.value_type, wording::count(version.size, "byte")),
    };
    line(&mut text, "value", &value);
    if let Some(note) = &version.note {
        line(&mut text, "note", note.as_str());
    }
    text
}
