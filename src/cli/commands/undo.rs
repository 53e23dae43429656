//! `etui undo` and `etui redo`: undo the last change, or redo the last undo.

use clap::Args;
use serde::Serialize;

use crate::cli::exit_code::Finish;
use crate::cli::history::{self, ChangeShape, EventShape};
use crate::cli::history::{CHANGE, EVENT};
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Key, Kind, Schema, key};
use crate::cli::wording;
use crate::domain::{Timestamp, age, visible_lines};
use crate::vault::TakenBack;
use crate::versioning::Direction;

/// Undo the newest change, by a new change
///
/// Labels, names and metadata return to where they were; a new version stays, without a
/// label; a created secret is scheduled for deletion. Nothing is destroyed. It says what it undoes; --dry-run
/// says so first. What was removed for good cannot be undone: undo stops there.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui undo --dry-run
  etui undo")]
pub(in crate::cli) struct Undo {
    #[command(flatten)]
    arguments: TakeBackArguments,
}

/// Redo the newest undo
///
/// Works as long as no other change has followed the undo.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui redo --dry-run
  etui redo")]
pub(in crate::cli) struct Redo {
    #[command(flatten)]
    arguments: TakeBackArguments,
}

#[derive(Debug, Args)]
struct TakeBackArguments {
    /// Show what would change, and change nothing
    ///
    /// With --json it prints the State for --if-state.
    #[arg(long)]
    dry_run: bool,

    /// Only if the vault is still in the state that --dry-run --json printed
    #[arg(long, value_name = "STATE")]
    if_state: Option<u64>,
}

/// The answer of both.
const REVERSED: Json = Json::Answers(&[Schema::only(&[&[
    key(
        "Changes",
        Kind::List(&Kind::Object(&[&[
            key("Reversed", Kind::Object(EVENT), "the change that is undone, or the undo that is redone"),
            key("Redone", Kind::Object(&[REDONE]), "the change that was undone").if_any("this is a redo"),
            key("Change", Kind::Object(&[CHANGE]), "what that changes now").if_any("anything does"),
        ]])),
        "the changes, several where they were made together",
    ),
    key("State", Kind::Text, "for --if-state").if_any("--dry-run was given"),
]])]);

const REDONE: &[Key] = &[
    key("Number", Kind::Number, "the number of the change"),
    key("Time", Kind::Time, "when it was made"),
    key("Operation", Kind::Text, "what it was: create, put, stage, rollback, set …"),
    key("SecretName", Kind::Text, "the name that the secret had").if_any("it was about one secret"),
];

impl RunCommand for Undo {
    const JSON: Json = REVERSED;

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        self.arguments.run(invocation, Direction::Undo)
    }
}

impl RunCommand for Redo {
    const JSON: Json = REVERSED;

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        self.arguments.run(invocation, Direction::Redo)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct UndoJson<'a> {
    changes: Vec<StepShape<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StepShape<'a> {
    reversed: EventShape<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redone: Option<RedoneShape<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<ChangeShape<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RedoneShape<'a> {
    number: u64,
    time: String,
    operation: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_name: Option<&'a str>,
}

impl TakeBackArguments {
    fn run(self, invocation: &Invocation, direction: Direction) -> anyhow::Result<Finish> {
        let mut vault = invocation.unlock()?;
        let (steps, state, verb) = if self.dry_run {
            let plan = vault.plan_take_back(direction)?;
            (plan.steps, Some(plan.newest.to_string()), format!("would {}", verbs(direction).0))
        } else {
            let outcome = vault.take_back(direction, self.if_state)?;
            (outcome.steps, None, verbs(direction).1.to_owned())
        };
        invocation.say_notices(vault.take_notices());
        let output = invocation.output();
        let text = told(&steps, &verb, invocation.now());
        if !self.dry_run {
            output.changed(text.lines().next().unwrap_or_default(), None);
        }
        if output.audience() == Audience::Machine {
            output.json(&UndoJson { changes: steps.iter().map(step_shape).collect(), state })?;
            return Ok(Finish::Done);
        }
        if self.dry_run {
            output.text(&format!("{}\n", visible_lines(&text)))?;
        } else {
            output.done(&text)?;
        }
        Ok(Finish::Done)
    }
}

fn step_shape(TakenBack { entry, redone, change }: &TakenBack) -> StepShape<'_> {
    StepShape {
        reversed: EventShape::of(entry),
        redone: redone.as_ref().map(|entry| RedoneShape {
            number: entry.number,
            time: entry.time.to_string(),
            operation: history::operation(entry.change.operation),
            secret_name: entry.secret.as_ref().map(|name| name.as_str()),
        }),
        change: change.as_ref().map(ChangeShape::of),
    }
}

const fn verbs(direction: Direction) -> (&'static str, &'static str) {
    match direction {
        Direction::Undo => ("undo", "undid"),
        Direction::Redo => ("redo", "redid"),
    }
}

fn told(steps: &[TakenBack], verb: &str, now: Timestamp) -> String {
    let mut lines = Vec::new();
    if steps.len() > 1 {
        lines.push(format!("{verb} {} that belong together", wording::count(steps.len() as u64, "change")));
        for step in steps {
            lines.push(format!("  {}", what(step, now)));
            lines.extend(consequences(step).into_iter().map(|line| format!("    {line}")));
        }
    } else if let [step] = steps {
        lines.push(format!("{verb} {}", what(step, now)));
        lines.extend(consequences(step).into_iter().map(|line| format!("  {line}")));
    }
    lines.join("\n")
}

fn what(step: &TakenBack, now: Timestamp) -> String {
    let TakenBack { entry, redone, .. } = step;
    let number = match redone {
        Some(redone) => format!("change {}, undone by change {}", redone.number, entry.number),
        None => format!("change {}", entry.number),
    };
    let (origin, age) = (history::origin(entry.origin), age(entry.time, now));
    format!("{} ({number}, {origin}, {age})", history::taken_back(step))
}

/// What comes of it, and what does not come back.
fn consequences(TakenBack { entry, change, .. }: &TakenBack) -> Vec<String> {
    let mut lines = change.as_ref().map(history::details).unwrap_or_default();
    lines.extend(history::not_restored(entry));
    lines
}
