//! What keys and answers do to the browse screen; what opens a dialog is in `open`.

use super::commands;
use super::rows::{Deleted, Layout, Order};
use super::{Details, Pane, Revealed};
use crate::domain::{SecretName, SecretValue, VersionId};
use crate::query::Catalogue;
use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::ask::{Answer, Failure};
use crate::vault::SecretDetails;

/// Acts on a key.
pub fn act(action: Action, app: &mut App) {
    let size = app.size;
    let Some((browse, asks)) = app.browsing() else {
        return;
    };
    match action {
        Action::Down | Action::Up | Action::First | Action::Last | Action::PageDown | Action::PageUp => {
            browse.go(action, size, asks);
        }
        Action::NextPane => browse.pane = browse.next_pane(),
        Action::PreviousPane => browse.pane = browse.previous_pane(),
        Action::SecretsPane => browse.pane = Pane::Secrets,
        Action::VersionsPane => browse.pane = Pane::Versions,
        Action::ValuePane => browse.pane = Pane::Value,
        Action::Enter => browse.enter(asks),
        Action::Escape => browse.escape(asks),
        Action::OpenFolder => browse.open_folder(asks),
        Action::CloseFolder => browse.close_folder(asks),
        Action::Filter => browse.begin_filter(asks),
        Action::TreeOrFlat => {
            let layout = if browse.rows.is_tree() { Layout::Flat(Order::Name) } else { Layout::Tree };
            browse.lay_out(layout, asks);
        }
        Action::Order => order(app),
        Action::ShowDeleted => show_deleted(app),
        Action::Reveal => commands::reveal(app),
        Action::CopyValue | Action::CopyReference => commands::copy(app, action),
        Action::EditValue => commands::edit(app),
        Action::CopyAsCommand => commands::copy_as_command(app),
        Action::StopWork => app.stop_work(),
        Action::Mark => commands::mark(app),
        Action::MarkSecret => browse.mark_row(asks),
        _ => {}
    }
}

/// A fresh list came.
pub fn on_catalogue(app: &mut App, catalogue: Catalogue) {
    let wall = app.wall;
    let Some((browse, asks)) = app.browsing() else {
        return;
    };
    browse.now = wall;
    if browse.take_catalogue(catalogue, asks) {
        app.say_filter_cleared();
    }
}

/// What is known of the selected secret came; answers its name.
pub fn on_details(app: &mut App, result: Result<Box<SecretDetails>, Failure>) -> Option<SecretName> {
    let (browse, asks) = app.browsing()?;
    browse.described.forget();
    let name = browse.selected.clone()?;
    let details = match result {
        Ok(details) => details,
        Err(failure) => {
            browse.hide();
            browse.details = Details::Failed(failure);
            return Some(name);
        }
    };
    // Details that were asked for before the version was stored do not know it.
    let wished = browse.wished_version.as_ref().and_then(|id| Some(details.secret.version(id)?.key));
    if wished.is_some() {
        browse.wished_version = None;
    }
    let wanted = wished
        .or_else(|| browse.version_to_stay_on())
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
    browse.ask_for_outline(asks);
    Some(name)
}

/// What may be told of a masked value came. Where it could not be read, no more than its size is told.
pub fn on_outline(app: &mut App, result: Result<Answer, Failure>) {
    let Some((browse, _)) = app.browsing() else {
        return;
    };
    browse.outlined.forget();
    if let (Ok(Answer::Outlined(outline)), Some(version)) = (result, browse.selected_version()) {
        browse.outline = Some((version.key, outline));
    }
}

/// A value came to be shown; one that is no longer wanted is dropped, which wipes it.
pub fn on_value(
    app: &mut App,
    name: &SecretName,
    version: VersionId,
    field: Option<String>,
    value: SecretValue,
) {
    let until = app.now.after(app.settings.reveal_for);
    if let Some((browse, _)) = app.browsing()
        && browse.selected.as_ref() == Some(name)
        && browse.selected_version().is_some_and(|selected| selected.id == version)
    {
        browse.value_top = 0;
        browse.revealed = Some(Revealed { version, field, value, until });
    }
}

fn order(app: &mut App) {
    let Some((browse, asks)) = app.browsing() else {
        return;
    };
    // The tree has the order of names: what was worked on last is one key away from it.
    let (order, name) = match browse.rows.layout() {
        Layout::Flat(Order::Due) => (Order::Name, "by name"),
        Layout::Tree | Layout::Flat(Order::Name) => (Order::Changed, "newest change first"),
        Layout::Flat(Order::Changed) => (Order::Due, "what is due first"),
    };
    browse.lay_out(Layout::Flat(order), asks);
    app.say(Tone::Note, format!("flat list, {name}"));
}

fn show_deleted(app: &mut App) {
    let Some((browse, asks)) = app.browsing() else {
        return;
    };
    let (deleted, text) = match browse.deleted {
        Deleted::Hidden => (Deleted::Listed, "secrets that are scheduled for deletion are listed too"),
        Deleted::Listed => (Deleted::Hidden, "secrets that are scheduled for deletion are hidden"),
    };
    browse.list_deleted(deleted, asks);
    app.say(Tone::Note, text);
}
