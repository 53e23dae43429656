//! `etui show`: DescribeSecret, and the metadata of one version.

use std::fmt::Write as _;
use std::str::FromStr;

use clap::Args;

use super::log;
use crate::cli::color::{Palette, Role};
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::reference::Reference;
use crate::cli::row::RunCommand;
use crate::cli::schema::{CREATED, ID, Json, Kind, NAME, STAGES, Schema, TAGS, TYPE, key};
use crate::cli::wording;
use crate::domain::{Timestamp, age, visible};
use crate::kms::Answer;
use crate::versioning::{SecretState, VersionState, select};

/// Describe a secret and one of its versions, the value masked
///
/// Works for a secret that is scheduled for deletion too.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui show db/password
  etui show 'db/password#v3'")]
pub(in crate::cli) struct Show {
    /// The version: NAME, 'NAME#VERSION', 'NAME:LABEL', each with ~N
    #[arg(value_name = "REF", value_parser = Reference::from_str)]
    reference: Reference,
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
                key("SecretDataType", Kind::Word(&["text", "binary"]), "the type of the value"),
                key("SecretDataSize", Kind::Number, "its bytes"),
                key("Note", Kind::Text, "the note").if_any("it has one"),
            ]]),
            "the version that is named",
        ),
    ]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let mut vault = invocation.unlock()?;
        let secret = vault.describe(&self.reference.name)?.secret;
        // Reading is refused in the deletion window; what is shown here is no value, and may be seen.
        let readable = SecretState { planned_deletion: None, ..secret.clone() };
        let version = select(&readable, &self.reference.selector)?;
        let output = invocation.output();
        match output.audience() {
            Audience::Machine => output.answer(&Answer::show(&secret, version))?,
            Audience::Person | Audience::Pipe => {
                output.text(&described(&secret, version, invocation.now(), output.palette()))?;
            }
        }
        Ok(Finish::Done)
    }
}

fn described(secret: &SecretState, version: &VersionState, now: Timestamp, palette: Palette) -> String {
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
    line(
        &mut text,
        "value",
        &format!("•••••••• ({}, {})", version.value_type, wording::count(version.size, "byte")),
    );
    if let Some(note) = &version.note {
        line(&mut text, "note", note.as_str());
    }
    text
}
