//! `etui edit`: a new version from the editor.

use std::io::{self, IsTerminal as _};
use std::str::FromStr;

use clap::Args;
use serde::Serialize;

use super::new_version::NewVersion;
use super::put;
use crate::cli::error::{AnswerLost, CliError, Explained, explain};
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::plan::MOVES;
use crate::cli::reference::{Reference, ValueReference, with_field};
use crate::cli::row::RunCommand;
use crate::cli::schema::{ID, Json, Kind, NAME, STAGES, Schema, key};
use crate::content;
use crate::domain::{SecretName, SecretValue, StageLabel, ValueType, visible};
use crate::memory::SecretBytes;
use crate::platform::child::exit_words;
use crate::platform::editor::{Editor, EditorKind, Place, Scratch, wipe_left_behind};
use crate::vault::PutRequest;
use crate::versioning::StageSet;

/// Edit a value; saving it stores a new version
///
/// The editor is the one of the settings, of VISUAL or of EDITOR. It gets a file that is in memory only and is
/// overwritten and removed afterwards. A plain NAME becomes the current version, 'NAME:LABEL' gets that
/// label; for others --stage names the label of the new version. Unchanged text stores nothing. With '::FIELD' the
/// editor gets that field alone; the rest of the value stays as it is written.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui edit app/config
  etui edit 'app/config:canary'
  etui edit 'app/config::tls.cert'     one field; the whole value is stored
  etui edit 'app/config#v3' --stage ACSCurrent --note 'back to v3, with the new host'")]
pub(in crate::cli) struct Edit {
    /// The version: NAME, 'NAME#VERSION', 'NAME:LABEL', each with ~N, then '::FIELD'
    #[arg(value_name = "REF", value_parser = ValueReference::from_str)]
    reference: ValueReference,

    #[command(flatten)]
    version: NewVersion,
}

impl RunCommand for Edit {
    const JSON: Json = Json::Answers(&[
        Schema::when(
            "a version is stored",
            &[&[
                NAME,
                ID,
                STAGES,
                key("Created", Kind::Flag, "whether the version is new"),
                MOVES,
                key("Destroyed", Kind::List(&Kind::Text), "versions that retention destroyed"),
                key("SameValueAs", Kind::Text, "another version with this value").if_any("there is one"),
            ]],
        ),
        Schema::when("nothing was changed in the editor", &[&[NAME, key("Stored", Kind::Flag, "false")]]),
    ]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let stages = self.stages(invocation)?;
        let settings = invocation.settings()?;
        let editor = Editor::find(settings.editor.as_deref());
        for folder in wipe_left_behind() {
            let sentence = format!("wiped the value that a killed edit left in '{}'", folder.display());
            invocation.output().note(&sentence);
        }
        let place = place(invocation)?;
        let mut vault = invocation.unlock()?;
        needs_terminal(invocation, &editor)?;
        let ValueReference { version: Reference { name, .. }, field } = &self.reference;
        let expected = Some(vault.describe(name)?.token);
        let before = self.reference.read(&mut vault)?;
        let outcome = &before.outcome;
        if outcome.value.value_type() == ValueType::Binary {
            return Err(CliError::usage(
                format!("version '{}' of '{name}' is binary and not for an editor", outcome.version.id),
                "write it to a file with `etui get --out`, and store that one with `etui put --type binary`",
            )
            .into());
        }
        if editor.fills_the_screen() && !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
            return Err(CliError::usage(
                "the editor needs a terminal on stdin and stdout",
                "use `etui put` in scripts, or name an editor with a window of its own in VISUAL",
            )
            .into());
        }
        if editor.kind() == EditorKind::Unknown {
            invocation.output().note("etui does not know this editor: it may keep copies of the value");
        }
        let text = SecretBytes::copy_of(before.expose());
        let scratch = Scratch::new(&place, extension(&text), &text)
            .map_err(|error| CliError::system("cannot make a file for the editor", &error))?;
        let Some(value) = edited(&editor, &scratch, &text)? else {
            return unchanged(invocation, name);
        };
        let is_empty = value.is_empty();
        let store = || -> anyhow::Result<Finish> {
            small_enough(&value, &scratch)?;
            let whole = match field {
                None => value,
                Some(field) => with_field(&before.outcome, field, &value)?,
            };
            let value = SecretValue::new(ValueType::Text, whole)?;
            let request = PutRequest {
                name: name.clone(),
                version_id: self.version.version_id.clone(),
                value,
                stages,
                note: self.version.note.clone(),
                expected,
            };
            put::put(invocation, &mut vault, &request)
        };
        // What was typed is not lost because it could not be stored.
        match store() {
            Err(error) if error.is::<AnswerLost>() => Err(error),
            Err(error) if !is_empty => {
                let kept = scratch.keep();
                let Explained { code, sentence, hint } = explain(&error);
                let sentence = format!("{sentence}; your text is still in '{}'", kept.display());
                Err(CliError::refused(code, sentence, hint).into())
            }
            finished => finished,
        }
    }
}

impl Edit {
    /// The labels of the new version: given, or the one by which the old one was named.
    fn stages(&self, invocation: &Invocation) -> anyhow::Result<StageSet> {
        let selector = &self.reference.version.selector;
        if !self.version.stages.is_empty() {
            return Ok(StageSet::new(self.version.stages.iter().cloned())?);
        }
        match &selector.stage {
            None if selector.version_id.is_none() && selector.older == 0 => Ok(StageSet::current()),
            Some(label) if selector.older == 0 => Ok(StageSet::new([label.clone()])?),
            _ => Ok(StageSet::new([ask_for_stage(invocation)?])?),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Unchanged<'a> {
    secret_name: &'a str,
    stored: bool,
}

fn unchanged(invocation: &Invocation, name: &SecretName) -> anyhow::Result<Finish> {
    let output = invocation.output();
    match output.audience() {
        Audience::Machine => output.json(&Unchanged { secret_name: name.as_str(), stored: false })?,
        Audience::Person | Audience::Pipe => output.done("not changed: nothing stored")?,
    }
    Ok(Finish::Done)
}

fn ask_for_stage(invocation: &Invocation) -> Result<StageLabel, CliError> {
    const HINT: &str = "give one with --stage, for example --stage ACSCurrent";
    if !invocation.can_ask() {
        return Err(CliError::missing("no label is given for the new version", HINT));
    }
    let question = "Label of the new version [ACSCurrent]: ";
    let answer = invocation.with_terminal(|terminal| terminal.and_then(|it| it.ask(question).ok().flatten()));
    match answer.as_deref() {
        None => Err(CliError::missing("no label was given", HINT)),
        Some("") => Ok(StageLabel::current()),
        Some(text) => StageLabel::new(text).map_err(|invalid| CliError::usage(invalid.to_string(), HINT)),
    }
}

/// Refuses where the editor would wait for keys that cannot come.
fn needs_terminal(invocation: &Invocation, editor: &Editor) -> Result<(), CliError> {
    if !editor.needs_a_terminal() || invocation.with_terminal(|terminal| terminal.is_some()) {
        return Ok(());
    }
    Err(CliError::usage(
        format!("there is no terminal for the editor '{}'", editor.name()),
        "pipe the new value to `etui put`, or set another editor with VISUAL",
    ))
}

/// Reading stops beyond the limit, so the file is asked how long it is.
fn small_enough(value: &SecretBytes, scratch: &Scratch) -> Result<(), CliError> {
    if value.len() <= SecretValue::LIMIT {
        return Ok(());
    }
    let saved = scratch.size().map_or_else(|_| "more".to_owned(), |size| size.to_string());
    Err(CliError::usage(
        format!("a secret value has at most {} bytes, the editor saved {saved}", SecretValue::LIMIT),
        "encrypt the data and keep it elsewhere, and store its key here",
    ))
}

/// In memory; on a disk only after a question.
fn place(invocation: &Invocation) -> Result<Place, CliError> {
    let place = Place::find();
    let Place::Disk(path) = &place else { return Ok(place) };
    let question = format!(
        "There is no directory in memory; the value would be in '{}' for a while. Continue? [y/N] ",
        visible(&path.display().to_string())
    );
    let reply =
        || invocation.with_terminal(|terminal| terminal.and_then(|it| it.ask(&question).ok().flatten()));
    if invocation.can_ask() && matches!(reply().as_deref(), Some("y" | "Y" | "yes")) {
        return Ok(place);
    }
    Err(CliError::usage("there is no directory in memory for the value", "set XDG_RUNTIME_DIR to one"))
}

/// Lets an editor know what it is.
fn extension(value: &SecretBytes) -> &'static str {
    match content::fields(value.expose()) {
        Some((content::Shape::Json, _)) => "json",
        _ => "txt",
    }
}

/// What was saved; `None` where it is what was there before.
fn edited(editor: &Editor, scratch: &Scratch, before: &SecretBytes) -> anyhow::Result<Option<SecretBytes>> {
    let status = editor.run(scratch.path());
    let status = status.map_err(|error| CliError::of_child("cannot start the editor", error))?;
    // What a shell says of a program that is not there, or cannot be run.
    if matches!(status.code(), Some(126 | 127)) {
        return Err(CliError::unexpected(
            format!("cannot start the editor '{}'; nothing was stored", visible(&editor.name())),
            "set another one with VISUAL, or as `editor` in the settings",
        )
        .into());
    }
    if !status.success() {
        return Err(CliError::unexpected(
            format!("the editor ended with {}; nothing was stored", exit_words(status)),
            "exit without an error to store the value; in vim, :cq cancels",
        )
        .into());
    }
    let changed = scratch.changed(before, SecretValue::LIMIT);
    Ok(changed.map_err(|error| CliError::system("cannot read what the editor saved", &error))?)
}
