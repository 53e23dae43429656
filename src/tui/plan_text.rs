//! Plans and outcomes in words: what the form, the plan pane, the labels editor and the toasts say.

use crate::domain::{StageLabel, Timestamp, visible};
use crate::tui::glyphs::Glyphs;
use crate::tui::theme::Role;
use crate::vault::import_wording::{self, Tense};
use crate::vault::merge::MergeOutcome;
use crate::vault::merge_wording;
use crate::vault::{
    BulkOutcome, BulkRequest, ChangeOutcome, ImportOutcome, ImportReport, PutOutcome, TakeBackOutcome,
    bulk_wording, wording,
};
use crate::versioning::merge::Relation;
use crate::versioning::{Change, Direction, LabelMove, Operation};

/// One line of a plan: a sign, a label, where from, where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLine {
    /// The sign of the label.
    pub sign: &'static str,
    /// How it is drawn.
    pub role: Role,
    /// The label, or what happens.
    pub subject: String,
    /// From where to where.
    pub text: String,
}

impl PlanLine {
    /// A line that is nothing but a text.
    pub const fn told(text: String, role: Role) -> Self {
        Self { sign: "", role, subject: String::new(), text }
    }
}

/// What an import does: by name what is refused and lost, what is worth knowing, and then each other secret.
pub fn of_import(report: &ImportReport) -> Vec<PlanLine> {
    let (mut lines, mut notes, mut others) = (Vec::new(), Vec::new(), Vec::with_capacity(report.rows.len()));
    for row in &report.rows {
        let role = match row.outcome {
            ImportOutcome::New { .. } | ImportOutcome::Changed { .. } => Role::Accent,
            ImportOutcome::Same => Role::Muted,
            ImportOutcome::InDeleteWindow { .. } => Role::Warning,
            ImportOutcome::Refused(_) => Role::Danger,
        };
        let place = if role == Role::Accent || role == Role::Muted { &mut others } else { &mut lines };
        let (sign, text) = (import_wording::outcome(&row.outcome), import_wording::details(row));
        place.push(PlanLine { sign, role, subject: row.name.to_string(), text });
        notes.extend(row.remarks.iter().map(|remark| {
            let text = format!("{}: {remark}", row.name);
            PlanLine { sign: "note", role: Role::Warning, subject: String::new(), text }
        }));
    }
    lines.extend(report.losses.iter().map(|loss| {
        let text = visible(&loss.to_string()).into_owned();
        PlanLine { sign: "lost", role: Role::Warning, subject: String::new(), text }
    }));
    lines.append(&mut notes);
    lines.append(&mut others);
    lines
}

/// The sign of a label and how it is drawn.
pub fn label_sign(label: &StageLabel, glyphs: &Glyphs) -> (&'static str, Role) {
    if label.is_current() {
        (glyphs.current, Role::Current)
    } else if label.is_previous() {
        (glyphs.previous, Role::Previous)
    } else {
        (glyphs.custom, Role::Custom)
    }
}

/// What the labels mean, for whoever meets them for the first time.
pub const fn legend(glyphs: &Glyphs) -> [Explained; 3] {
    [
        Explained {
            sign: glyphs.current,
            role: Role::Current,
            label: "ACSCurrent",
            meaning: "what get and programs read",
        },
        Explained {
            sign: glyphs.previous,
            role: Role::Previous,
            label: "ACSPrevious",
            meaning: "the one before it",
        },
        Explained {
            sign: glyphs.custom,
            role: Role::Custom,
            label: "canary",
            meaning: "or any label of your own",
        },
    ]
}

/// A label, its sign and its meaning.
pub struct Explained {
    pub sign: &'static str,
    pub role: Role,
    pub label: &'static str,
    pub meaning: &'static str,
}

/// What a change does, line by line.
pub fn lines(change: &Change, glyphs: &Glyphs) -> Vec<PlanLine> {
    let mut lines: Vec<PlanLine> = change.moves().iter().map(|moved| move_line(moved, glyphs)).collect();
    if lines.is_empty() && !change.added.is_empty() {
        lines.extend(change.added.iter().map(|version| PlanLine {
            sign: glyphs.deprecated,
            role: Role::Muted,
            subject: version.id.to_string(),
            text: "stored without a label".to_owned(),
        }));
    }
    if let Some(current) = wording::kept_current(change) {
        lines.push(PlanLine {
            sign: glyphs.current,
            role: Role::Current,
            subject: StageLabel::current().to_string(),
            text: wording::stays_current(current),
        });
    }
    if !change.destroyed.is_empty() {
        let ids: Vec<&str> = change.destroyed.iter().map(|version| version.id.as_str()).collect();
        lines.push(PlanLine {
            sign: glyphs.cross,
            role: Role::Danger,
            subject: "destroyed".to_owned(),
            text: format!("{} (more versions than are kept)", ids.join(", ")),
        });
    }
    lines
}

fn move_line(moved: &LabelMove, glyphs: &Glyphs) -> PlanLine {
    let (sign, role) = label_sign(&moved.label, glyphs);
    PlanLine { sign, role, subject: moved.label.to_string(), text: from_to(moved, glyphs) }
}

fn from_to(moved: &LabelMove, glyphs: &Glyphs) -> String {
    match (&moved.from, &moved.to) {
        (Some(from), Some(to)) => format!("{from} {} {to}", glyphs.arrow),
        (None, Some(to)) => format!("{} {to}  new", glyphs.arrow),
        (Some(from), None) => format!("{from} {} removed", glyphs.arrow),
        (None, None) => String::new(),
    }
}

/// Said after a change that has an undo.
pub const UNDOES: &str = " · u undoes";

/// What a put has done. Toasts have one line, so the moves are told as `ACSCurrent v14 → v15`.
pub fn put_done(outcome: &PutOutcome) -> String {
    if !outcome.created {
        return format!("{} already holds this value: nothing changed", outcome.version_id);
    }
    let moves: Vec<String> =
        outcome.moved.iter().filter(|moved| !moved.label.is_previous()).map(moved).collect();
    let mut done = format!("{} stored", outcome.version_id);
    if !moves.is_empty() {
        done = format!("{done}, {}", moves.join(", "));
    }
    if outcome.destroyed.is_empty() {
        done + UNDOES
    } else {
        // What is destroyed does not come back by an undo: the key is not offered for it.
        format!("{done}; {} destroyed for good", wording::ids(&outcome.destroyed))
    }
}

fn moved(moved: &LabelMove) -> String {
    match (&moved.from, &moved.to) {
        (Some(from), Some(to)) => format!("{} {from} → {to}", moved.label),
        (None, Some(to)) => format!("{} → {to}", moved.label),
        (Some(from), None) => format!("{} removed from {from}", moved.label),
        (None, None) => moved.label.to_string(),
    }
}

/// What another change has done.
pub fn change_done(outcome: &ChangeOutcome) -> String {
    let name = &outcome.name;
    let Some(change) = &outcome.change else {
        return "already there: nothing changed".to_owned();
    };
    match change.operation {
        Operation::Delete => match change.planned_deletion.as_ref().and_then(|planned| planned.after) {
            Some(planned) => {
                format!("{name} is scheduled for deletion on {} · u undoes, . lists it", date(planned))
            }
            None => format!("{name} is scheduled for deletion{UNDOES}"),
        },
        Operation::Rename | Operation::Update => format!("{}{UNDOES}", wording::facts(change).join(", ")),
        Operation::Restore => format!("{name} is restored{UNDOES}"),
        Operation::Create => format!("{name} is created{UNDOES}"),
        _ => {
            let moves: Vec<String> = change.moves().iter().map(moved).collect();
            format!("{}{UNDOES}", moves.join(", "))
        }
    }
}

/// What became of many secrets.
pub fn many_done(request: &BulkRequest, outcome: &BulkOutcome) -> String {
    match outcome.changed() {
        0 => bulk_wording::NOTHING_CHANGED.to_owned(),
        changed => {
            let done = bulk_wording::summary(&request.operation, &request.targets, changed, Tense::Did);
            format!("{done}{UNDOES}")
        }
    }
}

/// What came of a merge with another copy; of a remote also whether the copy there was changed.
pub fn merge_done(called: &str, outcome: Option<&MergeOutcome>, put: Option<bool>) -> String {
    let Some(outcome) = outcome else { return format!("copied the vault to '{called}'") };
    let counts = merge_wording::counts(outcome);
    let undoes = match outcome.relation {
        // Of a copy that is taken whole, every change was made elsewhere.
        Relation::Equal | Relation::Behind | Relation::Ahead => "",
        Relation::Branch => UNDOES,
    };
    match (put, counts.as_str()) {
        // A toast is one line: what changed comes before where it came from.
        (None, "") => format!("merged '{}'{undoes}", file_name(called)),
        (None, counts) => format!("merged: {counts}{undoes}"),
        (Some(true), "") => format!("synced with '{called}'{undoes}"),
        (Some(true), counts) => format!("synced with '{called}': {counts}{undoes}"),
        (Some(false), "") => format!("synced with '{called}', which has everything{undoes}"),
        (Some(false), counts) => format!("synced with '{called}', which has everything: {counts}{undoes}"),
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What an undo or redo has done.
pub fn taken_back(outcome: &TakeBackOutcome) -> String {
    let what = match outcome.steps.as_slice() {
        [step] => wording::taken_back(step),
        steps => format!("{} that were made together", wording::count(steps.len() as u64, "change")),
    };
    match outcome.direction {
        Direction::Undo => format!("undid: {what} · Ctrl-r redo"),
        Direction::Redo => format!("redid: {what}{UNDOES}"),
    }
}

/// The day of a time.
pub fn date(time: Timestamp) -> String {
    time.to_string().chars().take(10).collect()
}
