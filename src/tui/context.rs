//! Which keys are alive: a chain of contexts, the innermost first, computed from the state.

use super::action::Action;
use super::modals::rooms::Stage;
use super::screens::browse::Pane;
use super::screens::put_form::FieldKind;
use super::state::{Modal, Screen, State};
use crate::app_options::Ownership;

/// A set of rows of the keymap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each has its title below")]
pub enum Context {
    Everywhere,
    OutsideFields,
    Lists,
    Panes,
    Tree,
    Browse,
    Filter,
    Form,
    PutForm,
    FormLine,
    FormLines,
    Rename,
    FormChoice,
    FormValue,
    FormLabels,
    FormPath,
    WriteFile,
    CopyChooser,
    Generator,
    Text,
    Room,
    Running,
    Report,
    Plan,
    Deletion,
    Question,
    History,
    Diff,
    Which,
    Labels,
    LabelName,
    Palette,
    Help,
    HelpSearch,
    FirstRun,
    Unlock,
    Notice,
    OtherVault,
}

impl Context {
    /// Every context with its name in the keymap and its title in the help.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Everywhere, "everywhere", "Everywhere"),
        (Self::OutsideFields, "outside-fields", "Outside text fields"),
        (Self::Lists, "lists", "Lists"),
        (Self::Panes, "panes", "Panes"),
        (Self::Tree, "tree", "Tree"),
        (Self::Browse, "browse", "Secrets and versions"),
        (Self::Filter, "filter", "Filter"),
        (Self::Form, "form", "Form"),
        (Self::PutForm, "put-form", "Put"),
        (Self::FormLines, "form-lines", "Lines of text"),
        (Self::Rename, "rename", "New name"),
        (Self::FormLine, "form-line", "This field"),
        (Self::FormChoice, "form-choice", "Choice"),
        (Self::FormValue, "form-value", "Value"),
        (Self::FormLabels, "form-labels", "Stage labels"),
        (Self::FormPath, "form-path", "Path"),
        (Self::CopyChooser, "copy-chooser", "What is copied"),
        (Self::WriteFile, "write-file", "Writing to a file"),
        (Self::Generator, "generator", "Generator"),
        (Self::Text, "text", "Editing text"),
        (Self::Room, "room", "This form"),
        (Self::Running, "running", "Under way"),
        (Self::Report, "report", "Report"),
        (Self::Plan, "plan", "Plan"),
        (Self::Deletion, "deletion", "Deletion"),
        (Self::Question, "question", "Question"),
        (Self::History, "history", "History"),
        (Self::Diff, "diff", "Differences"),
        (Self::Which, "which", "Which version is this?"),
        (Self::Labels, "labels", "Labels of the secret"),
        (Self::LabelName, "label-name", "New label"),
        (Self::Palette, "palette", "Commands"),
        (Self::Help, "help", "Help"),
        (Self::HelpSearch, "help-search", "Searching the help"),
        (Self::FirstRun, "first-run", "New vault"),
        (Self::Unlock, "unlock", "Unlock"),
        (Self::Notice, "notice", "Vault"),
        (Self::OtherVault, "other-vault", "Another vault"),
    ];

    /// The context of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == name).map(|(context, ..)| *context)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(context, ..)| *context == self).map_or("", |(_, name, _)| name)
    }

    /// How the help calls it.
    pub fn title(self) -> &'static str {
        Self::ALL.iter().find(|(context, ..)| *context == self).map_or("", |(.., title)| title)
    }
}

/// The contexts that are alive, the innermost first: the first that knows a key wins.
pub fn contexts(state: &State) -> &'static [Context] {
    match state.modals.last() {
        Some(modal) => of_modal(modal),
        None => of_screen(&state.screen),
    }
}

/// The contexts under an open help: what it explains.
pub fn contexts_below_help(state: &State) -> &'static [Context] {
    match state.modals.iter().rev().find(|modal| !matches!(modal, Modal::Help(_))) {
        Some(modal) => of_modal(modal),
        None => of_screen(&state.screen),
    }
}

/// Whether what is typed goes into a text field.
pub fn is_typing(state: &State) -> bool {
    contexts(state).contains(&Context::Text)
}

fn of_modal(modal: &Modal) -> &'static [Context] {
    use Context::{
        Everywhere, Form, FormChoice, FormLabels, FormLine, FormLines, FormPath, FormValue, HelpSearch,
        LabelName, Labels, Lists, OutsideFields, Plan, PutForm, Question, Rename, Report, Running, Text,
    };
    match modal {
        Modal::PutForm(form) => match form.focused_kind() {
            FieldKind::Line => &[FormLine, PutForm, Form, Text, Everywhere],
            FieldKind::Choice => &[FormChoice, FormLine, PutForm, Form, OutsideFields, Everywhere],
            FieldKind::Value => &[FormValue, PutForm, Form, Text, Everywhere],
            FieldKind::Labels => &[FormLabels, FormLine, PutForm, Form, Text, Everywhere],
            FieldKind::Path => &[FormPath, FormLine, PutForm, Form, Text, Everywhere],
            FieldKind::Lines => &[FormLines, PutForm, Form, Text, Everywhere],
        },
        Modal::CopyChooser(_) => &[Context::CopyChooser, Lists, OutsideFields, Everywhere],
        Modal::WriteFile(_) => &[Context::WriteFile, Text, Everywhere],
        Modal::Generator(pane) if pane.text(pane.focus()).is_some() => {
            &[Context::Generator, Text, Everywhere]
        }
        Modal::Generator(_) => &[FormChoice, Context::Generator, OutsideFields, Everywhere],
        Modal::Plan(plan) if plan.asks() => &[Context::Deletion, Question, OutsideFields, Everywhere],
        Modal::Plan(_) | Modal::TakeBack(_) => &[Plan, OutsideFields, Everywhere],
        Modal::SecretForm(form) if form.is_rename() => &[Rename, Text, Everywhere],
        Modal::SecretForm(form) if form.is_in_lines() => &[FormLines, Form, Text, Everywhere],
        Modal::SecretForm(_) => &[FormLine, Form, Text, Everywhere],
        Modal::History(_) => &[Context::History, Lists, OutsideFields, Everywhere],
        Modal::Which(_) => &[Context::Which, Text, Everywhere],
        Modal::Diff(_) => &[Context::Diff, Lists, OutsideFields, Everywhere],
        Modal::Labels(editor) if editor.is_naming() => &[LabelName, Text, Everywhere],
        Modal::Labels(_) => &[Labels, Lists, OutsideFields, Everywhere],
        Modal::Room(room) => match room.stage() {
            Stage::Typing if room.is_choosing() => {
                &[FormChoice, FormLine, Context::Room, OutsideFields, Everywhere]
            }
            Stage::Typing => &[FormLine, Context::Room, Text, Everywhere],
            Stage::Running => &[Running, OutsideFields, Everywhere],
            Stage::Finished => &[Report, Lists, OutsideFields, Everywhere],
        },
        Modal::OtherVault(_) => &[Context::OtherVault, Text, Everywhere],
        Modal::Palette(_) => &[Context::Palette, Text, Everywhere],
        Modal::Discard(_) => &[Question, OutsideFields, Everywhere],
        Modal::Help(help) if help.is_searching() => &[HelpSearch, Text, Everywhere],
        Modal::Help(_) => &[Context::Help, Lists, OutsideFields, Everywhere],
    }
}

fn of_screen(screen: &Screen) -> &'static [Context] {
    use Context::{
        Browse, Everywhere, Filter, FirstRun, FormChoice, Lists, Notice, OutsideFields, Panes, Text, Tree,
        Unlock,
    };
    match screen {
        Screen::Starting => &[OutsideFields, Everywhere],
        Screen::Failed(_) => &[Notice, OutsideFields, Everywhere],
        Screen::FirstRun(first_run) if first_run.is_choosing() => &[FormChoice, FirstRun, Everywhere],
        Screen::FirstRun(_) => &[FirstRun, Text, Everywhere],
        Screen::Unlock(_) => &[Unlock, Text, Everywhere],
        Screen::Browse(browse) if browse.is_filtering() => &[Filter, Text, Everywhere],
        Screen::Browse(browse) if browse.pane == Pane::Secrets && browse.rows.is_tree() => {
            &[Tree, Browse, Lists, Panes, OutsideFields, Everywhere]
        }
        Screen::Browse(_) => &[Browse, Lists, Panes, OutsideFields, Everywhere],
    }
}

/// Whether an action can do anything now: the footer shows only those that can.
pub fn is_available(state: &State, action: Action) -> bool {
    let Some(browse) = state.browse() else {
        return match action {
            Action::Lock => false,
            // The throwaway vault of the demo is not exchanged for a real one.
            Action::OtherVault => state.ownership == Ownership::Own && state.waiting.is_none(),
            _ => true,
        };
    };
    if !state.modals.is_empty() {
        return match (action, state.modals.last()) {
            (Action::Enter, Some(Modal::Plan(plan))) => matches!(plan.planned(), Some(Ok(_))),
            (Action::Enter, Some(Modal::TakeBack(pane))) => pane.is_possible(),
            (Action::ReplaceFile, Some(Modal::WriteFile(form))) => form.may_replace(),
            (Action::StopWork, _) => {
                state.under_way.as_ref().is_some_and(|under_way| under_way.kind.can_be_stopped())
            }
            _ => true,
        };
    }
    let known = browse.known();
    let is_scheduled = known.is_some_and(|details| details.secret.planned_deletion.is_some());
    match action {
        Action::PutValue
        | Action::CopyValue
        | Action::CopyReference
        | Action::WriteFile
        | Action::EditValue
        | Action::Reveal
        | Action::StageLabels
        | Action::Rename
        | Action::Metadata
        | Action::DeleteSecret => known.is_some() && !is_scheduled,
        Action::MakeCurrent => known.is_some_and(|details| {
            let current = details.secret.labels.current().map(|current| current.key);
            !is_scheduled && browse.selected_version().map(|version| version.key) != current
        }),
        Action::RollBack => {
            known.is_some_and(|details| !is_scheduled && details.secret.labels.previous().is_some())
        }
        Action::RestoreSecret | Action::Purge => is_scheduled,
        Action::ForceDelete => known.is_some(),
        Action::StopWork => state.under_way.as_ref().is_some_and(|under_way| under_way.kind.can_be_stopped()),
        Action::Mark | Action::Diff => {
            known.is_some_and(|details| !is_scheduled && details.secret.versions.len() > 1)
        }
        Action::CopyAsCommand => state.last_command.line().is_some(),
        Action::Filter
        | Action::TreeOrFlat
        | Action::ShowDeleted
        | Action::Undo
        | Action::History
        | Action::Which => !browse.catalogue.is_empty(),
        _ => true,
    }
}

/// Why an action that is not available can do nothing now, in a few words.
pub fn why_unavailable(state: &State, action: Action) -> &'static str {
    let Some(browse) = state.browse() else {
        return "the vault is not open";
    };
    let known = browse.known();
    let is_scheduled = known.is_some_and(|details| details.secret.planned_deletion.is_some());
    match action {
        Action::StopWork => "nothing is under way that can be stopped",
        _ if !state.modals.is_empty() => "not now",
        Action::CopyAsCommand => "nothing was changed since the unlock",
        _ if browse.catalogue.is_empty() => "the vault is empty",
        _ if known.is_none() => "no secret is selected",
        Action::RestoreSecret | Action::Purge => "not scheduled for deletion",
        _ if is_scheduled => "this secret is scheduled for deletion",
        Action::MakeCurrent => "it is the current one",
        Action::RollBack => "there is no previous version",
        Action::Mark | Action::Diff => "there is only one version",
        _ => "not now",
    }
}
