//! What keys and answers do to the browse screen.

use super::commands;
use super::rows::{Deleted, Layout, Order};
use super::{Details, Pane, Revealed};
use crate::domain::{SecretName, SecretValue, VersionId};
use crate::tui::action::Action;
use crate::tui::catalogue::Catalogue;
use crate::tui::effect::{Effect, Work};
use crate::tui::event::Moment;
use crate::tui::modals::{History, TakeBackPane, Which, rooms};
use crate::tui::screens::put_form::{self, PutForm};
use crate::tui::state::{Modal, Screen, State, Tone};
use crate::vault::{SecretDetails, VaultError};
use crate::versioning::Direction;

/// Acts on a key.
pub fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    let size = state.size;
    let Screen::Browse(browse) = &mut state.screen else {
        return;
    };
    match action {
        Action::Down | Action::Up | Action::First | Action::Last | Action::PageDown | Action::PageUp => {
            browse.go(action, size, effects);
        }
        Action::NextPane => browse.pane = browse.next_pane(),
        Action::PreviousPane => browse.pane = browse.previous_pane(),
        Action::SecretsPane => browse.pane = Pane::Secrets,
        Action::VersionsPane => browse.pane = Pane::Versions,
        Action::ValuePane => browse.pane = Pane::Value,
        Action::Enter => browse.enter(effects),
        Action::Escape => browse.escape(effects),
        Action::OpenFolder => browse.open_folder(effects),
        Action::CloseFolder => browse.close_folder(effects),
        Action::Filter => {
            browse.pane = Pane::Secrets;
            browse.is_filtering = true;
        }
        Action::TreeOrFlat => {
            let layout = if browse.rows.is_tree() { Layout::Flat(Order::Name) } else { Layout::Tree };
            browse.lay_out(layout, effects);
        }
        Action::Order => order(state, effects),
        Action::ShowDeleted => show_deleted(state, effects),
        Action::NewSecret => {
            let form = PutForm::new_secret(browse.folder(), state.settings.suggestion);
            state.modals.push(Modal::PutForm(Box::new(form)));
            put_form::plan_anew(state, effects);
        }
        Action::PutValue => commands::put(state, effects),
        Action::Reveal => commands::reveal(state, effects),
        Action::CopyValue | Action::CopyReference => commands::copy(state, action, effects),
        Action::EditValue => commands::edit(state, effects),
        Action::WriteFile => commands::write_file(state),
        Action::CopyAsCommand => commands::copy_as_command(state, effects),
        Action::StageLabels => commands::labels(state, effects),
        Action::MakeCurrent => commands::make_current(state, effects),
        Action::RollBack => commands::roll_back(state, effects),
        Action::DeleteSecret => commands::delete(state, effects),
        Action::RestoreSecret => commands::restore(state, effects),
        Action::Rename => commands::rename(state),
        Action::Metadata => commands::metadata(state),
        Action::ForceDelete
        | Action::Purge
        | Action::PurgePast
        | Action::ChangePassword
        | Action::Rekey
        | Action::Verify
        | Action::BackUp
        | Action::Import
        | Action::Export => rooms::open(state, action, effects),
        Action::StopWork => rooms::stop(state),
        Action::History => History::open(state, effects),
        Action::Which => Which::open(state),
        Action::Mark => commands::mark(state),
        Action::Diff => commands::diff(state, effects),
        Action::Undo => TakeBackPane::open(state, Direction::Undo, effects),
        Action::Redo => TakeBackPane::open(state, Direction::Redo, effects),
        _ => {}
    }
}

/// The text of the filter changed by a key.
pub fn on_filter_text(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(browse) = state.browse_mut() {
        browse.filter_changed(effects);
    }
}

/// A fresh list came.
pub fn on_catalogue(state: &mut State, catalogue: Catalogue, effects: &mut Vec<Effect>) {
    let wall = state.wall;
    let Some(browse) = state.browse_mut() else {
        return;
    };
    browse.catalogue = catalogue;
    browse.rows.forget_catalogue();
    browse.now = wall;
    browse.count();
    browse.rebuild();
    let was = browse.selected.clone();
    browse.go_to_row(browse.cursor, effects);
    if let Some(name) = browse.wished_secret.take() {
        browse.go_to_secret(&name, effects);
    }
    if let Some(name) = browse.selected.clone()
        && Some(&name) == was.as_ref()
    {
        effects.push(Effect::Work(Work::Describe(name)));
    }
}

/// What is known of a secret came.
pub fn on_details(state: &mut State, name: &SecretName, result: Result<Box<SecretDetails>, VaultError>) {
    let Some(browse) = state.browse_mut() else {
        return;
    };
    if browse.selected.as_ref() != Some(name) {
        return;
    }
    let details = match result {
        Ok(details) => details,
        Err(error) => {
            browse.hide();
            browse.details = Details::Failed(error);
            return;
        }
    };
    let wished = browse.wished_version.take().and_then(|id| Some(details.secret.version(&id)?.key));
    let wanted = wished
        .or(browse.selected_version)
        .or_else(|| details.secret.labels.current().map(|current| current.key));
    browse.marked = browse.marked.filter(|marked| details.secret.version_of_key(*marked).is_some());
    let count = details.secret.versions.len();
    let found = details.secret.versions.iter().rev().position(|version| Some(version.key) == wanted);
    browse.details = Details::Known(details);
    browse.version = found.unwrap_or_else(|| browse.version.min(count.saturating_sub(1)));
    browse.selected_version = browse.selected_version().map(|version| version.key);
    let shown = browse.revealed.as_ref().map(|revealed| revealed.version.clone());
    if shown.is_some() && shown.as_ref() != browse.selected_version().map(|version| &version.id) {
        browse.hide();
    }
}

/// A value came to be shown; one that is no longer wanted is dropped, which wipes it.
pub fn on_value(
    state: &mut State,
    name: &SecretName,
    version: VersionId,
    result: Result<SecretValue, VaultError>,
) {
    let until: Moment = state.now.after(state.settings.reveal_for);
    let value = match result {
        Ok(value) => value,
        Err(error) => return state.say_failed(&error),
    };
    if let Some(browse) = state.browse_mut()
        && browse.selected.as_ref() == Some(name)
        && browse.selected_version().is_some_and(|selected| selected.id == version)
    {
        browse.value_top = 0;
        browse.revealed = Some(Revealed { version, value, until });
    }
}

fn order(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(browse) = state.browse_mut() else {
        return;
    };
    let (order, name) = match browse.rows.layout() {
        Layout::Tree | Layout::Flat(Order::Due) => (Order::Name, "name"),
        Layout::Flat(Order::Name) => (Order::Changed, "newest change"),
        Layout::Flat(Order::Changed) => (Order::Due, "what is due first"),
    };
    browse.lay_out(Layout::Flat(order), effects);
    state.say(Tone::Note, format!("flat list, ordered by {name}"));
}

fn show_deleted(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(browse) = state.browse_mut() else {
        return;
    };
    let (deleted, text) = match browse.deleted {
        Deleted::Hidden => (Deleted::Listed, "secrets that are scheduled for deletion are listed too"),
        Deleted::Listed => (Deleted::Hidden, "secrets that are scheduled for deletion are hidden"),
    };
    browse.deleted = deleted;
    browse.rebuild();
    browse.go_to_row(browse.cursor, effects);
    state.say(Tone::Note, text);
}
