//! `etui set`: UpdateSecret, TagResource, UntagResource, retention, rotation interval, and notes.

use clap::Args;

use super::new::{refuse_twice, tag};
use crate::cli::bulk::{self, Run};
use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::history::{self, CHANGES};
use crate::cli::invocation::Invocation;
use crate::cli::reference::Reference;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Key, Kind, Schema, key};
use crate::domain::{
    Description, Folder, Invalid, Note, Retention, RotationInterval, SecretName, TagKey, TagValue,
};
use crate::kms::Answer;
use crate::vault::{BulkRequest, ChangeOutcome, NoteRequest, UpdateRequest, Vault};
use crate::versioning::{BulkOperation, MetadataUpdate, Selector, VersionRef, retired_by_next_put, select};

/// Edit description, tags, retention, rotation or a note
///
/// Nothing about versions and labels changes. What is not named stays as it is. A note belongs to a version,
/// so with --note a version is named. The tags of several secrets, or of a folder, are changed together or not at
/// all.
#[derive(Debug, Args)]
#[command(override_usage = "\
etui set [OPTIONS] <REF>...
       etui set [OPTIONS] --prefix <FOLDER>")]
#[command(after_long_help = "\
Examples:
  etui set db/password --description 'main database' --tag env=prod
  etui set db/password --untag env
  etui set --prefix shop/ --tag team=web              all below a folder
  etui set db/password --keep 10 --rotate 90
  etui set db/password --keep off
  etui set 'db/password#v3' --note 'leaked on 3 May'
  etui set 'db/password#v3' --note ''             remove the note")]
pub(in crate::cli) struct Set {
    /// The secrets; with --note a version: 'NAME#VERSION' or 'NAME:LABEL'
    #[arg(value_name = "REF", required_unless_present = "prefix")]
    references: Vec<Reference>,

    /// Every secret in this folder instead; for tags
    #[arg(long, value_name = "FOLDER", value_parser = Folder::new, conflicts_with = "references")]
    prefix: Option<Folder>,

    /// What the secret is for; an empty text removes it
    #[arg(long, value_name = "TEXT", value_parser = Description::new)]
    description: Option<Description>,

    /// Set a tag (repeatable)
    #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = tag)]
    tags: Vec<(TagKey, TagValue)>,

    /// Remove a tag (repeatable)
    #[arg(long, value_name = "KEY", value_parser = TagKey::new)]
    untag: Vec<TagKey>,

    /// Keep this many versions, 1 to 1000, and all labelled ones
    #[arg(long, value_name = "N|off", value_parser = keep)]
    keep: Option<Setting<Retention>>,

    /// Remind to rotate after this many days, 1 to 365
    #[arg(long, value_name = "DAYS|off", value_parser = rotate)]
    rotate: Option<Setting<RotationInterval>>,

    /// A note on the version; an empty text removes it
    #[arg(
        long,
        value_name = "TEXT",
        conflicts_with_all = ["description", "tags", "untag", "keep", "rotate"]
    )]
    note: Option<String>,

    /// Show what would change, and change nothing; for tags
    #[arg(long)]
    dry_run: bool,
}

/// A number, or none.
#[derive(Debug, Clone, Copy)]
enum Setting<T> {
    Off,
    To(T),
}

impl<T> Setting<T> {
    fn read(text: &str, read: impl FnOnce(u32) -> Result<T, Invalid>) -> Result<Self, CliError> {
        if text == "off" {
            return Ok(Self::Off);
        }
        let wrong = |sentence: String| CliError::usage(sentence, "");
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number {
            return Err(wrong("a whole number or 'off' is expected".to_owned()));
        }
        // What is too large for a number is too large for the setting, which says how large it may be.
        let number = text.parse().unwrap_or(u32::MAX);
        read(number).map(Self::To).map_err(|invalid| wrong(invalid.to_string()))
    }

    fn into_option(self) -> Option<T> {
        match self {
            Self::Off => None,
            Self::To(value) => Some(value),
        }
    }
}

fn keep(text: &str) -> Result<Setting<Retention>, CliError> {
    Setting::read(text, Retention::new)
}

fn rotate(text: &str) -> Result<Setting<RotationInterval>, CliError> {
    Setting::read(text, RotationInterval::new)
}

impl Set {
    /// A flag that was given and is about the whole secret.
    fn first_of_the_secret(&self) -> &'static str {
        match self {
            Self { description: Some(_), .. } => "--description",
            Self { keep: Some(_), .. } => "--keep",
            Self { rotate: Some(_), .. } => "--rotate",
            Self { untag, .. } if !untag.is_empty() => "--untag",
            _ => "--tag",
        }
    }

    fn refuse_version(&self, name: &SecretName, selector: &Selector) -> Result<(), CliError> {
        if *selector == Selector::default() {
            return Ok(());
        }
        Err(CliError::usage(
            format!("{} applies to the whole secret", self.first_of_the_secret()),
            format!("name it without a version: '{name}'"),
        ))
    }

    /// Tags are what many secrets have in common.
    fn tag_many(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let others = [
            ("--description", self.description.is_some()),
            ("--keep", self.keep.is_some()),
            ("--rotate", self.rotate.is_some()),
            ("--note", self.note.is_some()),
        ];
        if let Some((flag, _)) = others.into_iter().find(|(_, is_given)| *is_given) {
            let alone = if self.dry_run { "--dry-run shows what becomes of tags" } else { "name one secret" };
            return Err(CliError::usage(format!("{flag} is for one secret alone"), alone).into());
        }
        if self.tags.is_empty() && self.untag.is_empty() {
            return Err(CliError::missing("nothing to change", "name at least one of --tag, --untag").into());
        }
        self.refuse_contradictions()?;
        for Reference { name, selector } in &self.references {
            self.refuse_version(name, selector)?;
        }
        let names: Vec<SecretName> = self.references.into_iter().map(|reference| reference.name).collect();
        let update = MetadataUpdate {
            tags: self.tags.into_iter().collect(),
            untag: self.untag,
            ..MetadataUpdate::default()
        };
        let targets = bulk::targets(&names, self.prefix.as_ref());
        let request = BulkRequest { targets, operation: BulkOperation::Update(update), expected: None };
        bulk::run(invocation, &mut invocation.unlock()?, &request, Run::of_flag(self.dry_run))
    }

    /// One tag is set once, and not set and taken away at the same time.
    fn refuse_contradictions(&self) -> Result<(), CliError> {
        refuse_twice(&self.tags)?;
        match self.untag.iter().find(|key| self.tags.iter().any(|(set, _)| set == *key)) {
            Some(key) => Err(CliError::usage(
                format!("tag '{key}' is both set and removed"),
                "leave out --tag or --untag",
            )),
            None => Ok(()),
        }
    }
}

impl RunCommand for Set {
    const JSON: Json = Json::Answers(&[
        Schema::when("one secret is changed, or has these settings", UPDATED),
        Schema::when("the tags of several secrets are changed", &[bulk::DONE]),
        Schema::when("with --dry-run", &[bulk::PLANNED]),
    ]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let reference = match self.references.as_slice() {
            [one] if !self.dry_run => one.clone(),
            _ => return self.tag_many(invocation),
        };
        let Reference { name, selector } = reference;
        if let Some(note) = &self.note {
            if selector == Selector::default() {
                return Err(CliError::usage(
                    "a note belongs to a version, and none is named",
                    format!("name it, as in `etui set '{name}#VERSION' --note TEXT`"),
                )
                .into());
            }
            let note = Note::from_field(note)?;
            let mut vault = invocation.unlock()?;
            let state = vault.describe(&name)?.secret;
            let version_id = select(&state, &selector)?.id.clone();
            let outcome = vault.set_note(&NoteRequest { name, version_id, note })?;
            return tell(invocation, &mut vault, &outcome, None);
        }
        self.refuse_version(&name, &selector)?;
        self.refuse_contradictions()?;
        let update = MetadataUpdate {
            description: self.description,
            tags: self.tags.into_iter().collect(),
            untag: self.untag,
            retention: self.keep.map(Setting::into_option),
            rotation: self.rotate.map(Setting::into_option),
        };
        if update == MetadataUpdate::default() {
            return Err(CliError::missing(
                "nothing to change",
                "name at least one of --description, --tag, --untag, --keep, --rotate, --note",
            )
            .into());
        }
        let mut vault = invocation.unlock()?;
        // Before: once the change is stored nothing may fail any more.
        let destroyed = match update.retention {
            Some(retention) => Some(retired_by_next_put(&vault.describe(&name)?.secret, retention)),
            None => None,
        };
        let outcome = vault.update_secret(&UpdateRequest { name, update, expected: None })?;
        tell(invocation, &mut vault, &outcome, destroyed.as_deref())
    }
}

const UPDATED: &[&[Key]] = &[
    CHANGES[0],
    CHANGES[1],
    &[key("NextPutDestroys", Kind::List(&Kind::Text), "versions that the next put destroys for good")
        .if_any("--keep was given")],
];

fn tell(
    invocation: &Invocation,
    vault: &mut Vault,
    outcome: &ChangeOutcome,
    next_put_destroys: Option<&[VersionRef]>,
) -> anyhow::Result<Finish> {
    invocation.say_notices(vault.take_notices());
    let output = invocation.output();
    let sentence = match &outcome.change {
        None => format!("'{}' already has these settings; nothing changed", outcome.name),
        Some(change) => format!("'{}': {}", outcome.name, history::details(change).join(", ")),
    };
    history::tell_with(output, outcome, &Answer::update(outcome), &sentence, next_put_destroys)?;
    Ok(Finish::Done)
}
