//! The labels editor: every label of a secret with the version it marks, and what moving one here would do.

use ratatui::layout::Position;

use super::labels_view::label_at;
use super::plan::PlanPane;
use crate::domain::{Invalid, SecretName, StageLabel, VersionId};
use crate::tui::action::Action;
use crate::tui::effect::{ChangeRequest, Effect, Work};
use crate::tui::place::{PlaceReader, PlaceWriter};
use crate::tui::screens::browse;
use crate::tui::state::{Modal, State, Tone, Waiting};
use crate::tui::widgets::EditBuffer;
use crate::vault::{Planned, SecretDetails, StageRequest, VaultError};
use crate::versioning::{Refusal, StageMove};

/// What is known about moving the chosen label here.
pub enum LabelPlan {
    /// No label is chosen or typed.
    None,
    /// The worker was asked.
    Pending,
    /// What is typed is no label.
    Invalid(Invalid),
    /// The plan, or the refusal.
    Known(Result<Box<Planned>, VaultError>),
}

/// The labels of a secret, for one of its versions.
pub struct LabelsEditor {
    details: SecretDetails,
    version: VersionId,
    cursor: usize,
    name: Option<EditBuffer>,
    plan: LabelPlan,
    revision: u64,
}

impl LabelsEditor {
    /// The editor for a version.
    pub const fn new(details: SecretDetails, version: VersionId) -> Self {
        Self { details, version, cursor: 0, name: None, plan: LabelPlan::None, revision: 0 }
    }

    /// The version that labels are moved to.
    pub const fn version(&self) -> &VersionId {
        &self.version
    }

    /// The secret.
    pub const fn details(&self) -> &SecretDetails {
        &self.details
    }

    /// The labels with the version each marks.
    pub fn labels(&self) -> impl Iterator<Item = (&StageLabel, &VersionId)> {
        self.details.secret.labels.iter().map(|(label, version)| (label, &version.id))
    }

    /// The row under the cursor.
    pub const fn cursor(&self) -> usize {
        self.cursor
    }

    /// The field for a new label, while it is open.
    pub const fn name(&self) -> Option<&EditBuffer> {
        self.name.as_ref()
    }

    /// Whether a new label is being typed.
    pub const fn is_naming(&self) -> bool {
        self.name.is_some()
    }

    /// What is known about moving the chosen label here.
    pub const fn plan(&self) -> &LabelPlan {
        &self.plan
    }

    /// Whether something was typed.
    pub fn is_dirty(&self) -> bool {
        self.name.as_ref().is_some_and(|name| !name.is_empty())
    }

    /// Writes what was typed.
    pub fn save(&self, writer: &mut PlaceWriter) {
        writer.field(self.details.secret.name.as_str().as_bytes());
        writer.field(self.version.as_str().as_bytes());
        writer.field(self.name.as_ref().map_or("", EditBuffer::text).as_bytes());
    }

    fn selected(&self) -> Option<(StageLabel, VersionId)> {
        self.labels().nth(self.cursor).map(|(label, version)| (label.clone(), version.clone()))
    }

    /// The label that Enter would move here.
    fn chosen(&self) -> Result<Option<StageLabel>, Invalid> {
        match &self.name {
            Some(name) if name.is_empty() => Ok(None),
            Some(name) => StageLabel::new(name.text()).map(Some),
            None => Ok(self.selected().map(|(label, _)| label)),
        }
    }
}

/// A new label that was being typed when the vault was locked.
pub struct LabelDraft {
    version: VersionId,
    name: EditBuffer,
}

impl LabelDraft {
    /// Reads what was written, with the secret.
    pub fn restore(reader: &mut PlaceReader<'_>) -> Option<(SecretName, Self)> {
        let secret = SecretName::new(reader.text()?).ok()?;
        let version = VersionId::new(reader.text()?).ok()?;
        let name = EditBuffer::with_text(reader.text()?);
        Some((secret, Self { version, name }))
    }

    /// The editor as it was, over the secret as it is now.
    pub fn editor(self, details: SecretDetails) -> LabelsEditor {
        let mut editor = LabelsEditor::new(details, self.version);
        editor.name = Some(self.name);
        editor
    }
}

fn editor(state: &mut State) -> Option<&mut LabelsEditor> {
    state.modals.iter_mut().rev().find_map(|modal| match modal {
        Modal::Labels(editor) => Some(&mut **editor),
        _ => None,
    })
}

/// Acts on a key.
pub fn act_on_labels(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    let Some(editor) = editor(state) else {
        return;
    };
    let last = editor.labels().count().saturating_sub(1);
    match action {
        Action::Down => editor.cursor = (editor.cursor + 1).min(last),
        Action::Up => editor.cursor = editor.cursor.saturating_sub(1),
        Action::First | Action::PageUp => editor.cursor = 0,
        Action::Last | Action::PageDown => editor.cursor = last,
        Action::NewLabel => editor.name = Some(EditBuffer::with_text("")),
        Action::Enter => return move_here(state, effects),
        Action::RemoveLabel => return remove(state, effects),
        Action::Escape | Action::Back if editor.is_naming() => editor.name = None,
        Action::Escape | Action::Back => {
            state.modals.pop();
            return;
        }
        _ => return,
    }
    plan_label(state, effects);
}

/// Selects the label under the pointer, unless a new one is being typed.
pub fn click_on_labels(state: &mut State, at: Position, effects: &mut Vec<Effect>) {
    let size = state.size;
    let Some(editor) = editor(state) else {
        return;
    };
    if !editor.is_naming()
        && let Some(row) = label_at(editor, size, at)
    {
        editor.cursor = row;
        plan_label(state, effects);
    }
}

/// The text of the new label changed, or the cursor moved: what would moving it here do?
pub fn plan_label(state: &mut State, effects: &mut Vec<Effect>) {
    let revision = state.next_revision();
    let Some(editor) = editor(state) else {
        return;
    };
    editor.revision = revision;
    editor.plan = match editor.chosen() {
        Err(invalid) => LabelPlan::Invalid(invalid),
        Ok(None) => LabelPlan::None,
        Ok(Some(label)) => match StageMove::new(label, Some(editor.version.clone()), None) {
            Err(refusal) => LabelPlan::Known(Err(refusal.into())),
            Ok(stage) => {
                let name = editor.details.secret.name.clone();
                let request = ChangeRequest::Stage(StageRequest { name, stage, expected: None });
                effects.push(Effect::Work(Work::PlanChange { revision, request }));
                LabelPlan::Pending
            }
        },
    };
}

/// A plan came; one of an older question is dropped.
pub fn on_label_plan(state: &mut State, revision: u64, result: Result<Box<Planned>, VaultError>) {
    if let Some(editor) = editor(state)
        && editor.revision == revision
    {
        editor.plan = LabelPlan::Known(result);
    }
}

/// The field of a new label, for typing.
pub fn name_label(state: &mut State) -> Option<&mut EditBuffer> {
    editor(state)?.name.as_mut()
}

/// Does what the plan below the list shows; without a plan, nothing.
fn move_here(state: &mut State, effects: &mut Vec<Effect>) {
    if state.is_busy() {
        return;
    }
    let now = state.now;
    let Some(editor) = editor(state) else {
        return;
    };
    let (Ok(Some(label)), LabelPlan::Known(Ok(planned))) = (editor.chosen(), &editor.plan) else {
        return;
    };
    if planned.plan.change().is_none() {
        let text = format!("{label} marks {} already", editor.version);
        return state.say(Tone::Note, text);
    }
    let expected = Some(planned.token);
    let name = editor.details.secret.name.clone();
    if let Ok(stage) = StageMove::new(label, Some(editor.version.clone()), None) {
        let request = ChangeRequest::Stage(StageRequest { name, stage, expected });
        effects.push(Effect::Work(Work::Change(request)));
        state.waiting = Some((Waiting::Change, now));
    }
}

/// Removing opens the plan pane: it is not the row's own action.
fn remove(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(editor) = editor(state) else {
        return;
    };
    let Some((label, version)) = editor.selected() else {
        return;
    };
    let name = editor.details.secret.name.clone();
    match StageMove::new(label.clone(), None, Some(version)) {
        Ok(stage) => {
            let request = ChangeRequest::Stage(StageRequest { name, stage, expected: None });
            browse::plan(state, PlanPane::new(format!("Remove {label}"), request), effects);
        }
        Err(Refusal::BuiltInStays { label }) => {
            state.say(Tone::Note, format!("{label} can be moved, but not removed"));
        }
        Err(refusal) => state.say_failed(&refusal.into()),
    }
}
