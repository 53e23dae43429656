//! What keys and answers do to the browse screen.

use super::rows::{Deleted, Layout, Order, Row, folder_path};
use super::{Browse, Details, Pane, Revealed};
use crate::domain::{SecretName, SecretValue, StageLabel, VersionId};
use crate::tui::action::Action;
use crate::tui::effect::{ChangeRequest, Effect, Work};
use crate::tui::event::Moment;
use crate::tui::modals::{LabelsEditor, PlanPane};
use crate::tui::screens::put_form::PutForm;
use crate::tui::search::Query;
use crate::tui::state::{Modal, Screen, State, Tone};
use crate::vault::{DeleteRequest, Listing, RollbackRequest, SecretDetails, StageRequest, VaultError};
use crate::versioning::{Deletion, StageMove};

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
            state.modals.push(Modal::PutForm(Box::new(PutForm::new_secret(browse.folder()))))
        }
        Action::PutValue => put(state, effects),
        Action::Reveal => reveal(state, effects),
        Action::CopyValue | Action::CopyReference => copy(state, action, effects),
        Action::StageLabels => labels(state, effects),
        Action::MakeCurrent => make_current(state, effects),
        Action::RollBack => roll_back(state, effects),
        Action::DeleteSecret => delete(state, effects),
        Action::RestoreSecret => restore(state, effects),
        _ => {}
    }
}

impl Browse {
    fn go(&mut self, action: Action, size: (u16, u16), effects: &mut Vec<Effect>) {
        let areas = self.areas(size);
        match self.pane {
            Pane::Secrets => {
                let row = moved(self.cursor, self.rows.all().len(), action, areas.secrets.height);
                self.go_to_row(row, effects);
            }
            Pane::Versions => {
                let versions = self.versions().count();
                self.go_to_version(moved(self.version, versions, action, areas.versions.height));
            }
            Pane::Value => {
                let lines = self.value_lines();
                self.value_top = moved(self.value_top, lines, action, areas.value.height);
            }
        }
    }

    /// How far the value can be scrolled.
    fn value_lines(&self) -> usize {
        self.revealed.as_ref().map_or(0, |revealed| match revealed.value.value_type() {
            crate::domain::ValueType::Text => revealed.value.expose().split(|&byte| byte == b'\n').count(),
            crate::domain::ValueType::Binary => revealed.value.len().div_ceil(16),
        })
    }

    fn go_to_version(&mut self, version: usize) {
        if version != self.version {
            self.hide();
        }
        self.version = version;
        self.selected_version = self.selected_version().map(|version| version.key);
    }

    /// Looks at what is under the cursor, after the screen was made.
    pub fn start(&mut self, effects: &mut Vec<Effect>) {
        self.go_to_row(self.cursor, effects);
    }

    /// Moves the cursor and looks at what is under it.
    fn go_to_row(&mut self, row: usize, effects: &mut Vec<Effect>) {
        self.cursor = row.min(self.rows.all().len().saturating_sub(1));
        let name = match self.row() {
            Some(Row::Secret { position, .. }) => {
                SecretName::new(self.listing.summary(position as usize).name).ok()
            }
            Some(Row::Folder { .. }) | None => None,
        };
        if name != self.selected {
            self.select(name, effects);
        }
    }

    fn select(&mut self, name: Option<SecretName>, effects: &mut Vec<Effect>) {
        self.hide();
        self.version = 0;
        self.versions_top = 0;
        self.selected_version = None;
        self.details = match &name {
            Some(name) => {
                effects.push(Effect::Work(Work::Describe(name.clone())));
                Details::Pending
            }
            None => Details::None,
        };
        self.selected = name;
    }

    /// Puts the cursor on a secret, opening the folders it lies in.
    pub fn go_to_secret(&mut self, name: &SecretName, effects: &mut Vec<Effect>) {
        let Some(position) = self.listing.position(name.as_str()).and_then(|at| u32::try_from(at).ok())
        else {
            return;
        };
        if self.rows.row_of(position).is_none() {
            for (slash, _) in name.as_str().match_indices('/') {
                self.rows.set_folder(&name.as_str()[..=slash], true);
            }
            self.rebuild();
        }
        if let Some(row) = self.rows.row_of(position) {
            self.go_to_row(row, effects);
        }
    }

    /// Wipes the value that is shown.
    pub fn hide(&mut self) {
        self.revealed = None;
        self.value_top = 0;
    }

    const fn next_pane(&self) -> Pane {
        match self.pane {
            Pane::Secrets => Pane::Versions,
            Pane::Versions | Pane::Value => Pane::Value,
        }
    }

    const fn previous_pane(&self) -> Pane {
        match self.pane {
            Pane::Secrets | Pane::Versions => Pane::Secrets,
            Pane::Value => Pane::Versions,
        }
    }

    fn enter(&mut self, effects: &mut Vec<Effect>) {
        if self.is_filtering {
            self.is_filtering = false;
            return;
        }
        match (self.pane, self.row()) {
            (Pane::Secrets, Some(Row::Folder { is_open, .. })) => self.set_folder(!is_open, effects),
            (Pane::Secrets, None) => {}
            _ => self.pane = self.next_pane(),
        }
    }

    /// One step out: from the inner pane, then the filter; never out of the app.
    fn escape(&mut self, effects: &mut Vec<Effect>) {
        if self.is_filtering || self.pane == Pane::Secrets {
            self.is_filtering = false;
            self.filter.clear();
            self.filter_changed(effects);
        } else {
            self.pane = self.previous_pane();
        }
    }

    fn set_folder(&mut self, is_open: bool, effects: &mut Vec<Effect>) {
        if let Some(Row::Folder { first, length, .. }) = self.row() {
            let path = folder_path(&self.listing, first, length).to_owned();
            self.rows.set_folder(&path, is_open);
            self.rebuild();
            let row = self.rows.row_of_folder(&self.listing, &path).unwrap_or(self.cursor);
            self.go_to_row(row, effects);
        }
    }

    fn open_folder(&mut self, effects: &mut Vec<Effect>) {
        match self.row() {
            Some(Row::Folder { is_open: false, .. }) => self.set_folder(true, effects),
            Some(Row::Folder { is_open: true, .. }) => self.go_to_row(self.cursor + 1, effects),
            _ => self.pane = self.next_pane(),
        }
    }

    fn close_folder(&mut self, effects: &mut Vec<Effect>) {
        let (first, parent) = match self.row() {
            Some(Row::Folder { is_open: true, .. }) => return self.set_folder(false, effects),
            Some(Row::Folder { first, parent, .. }) => (first, parent),
            Some(Row::Secret { position, parent, .. }) => (position, parent),
            None => return,
        };
        if parent > 0 {
            let path = folder_path(&self.listing, first, parent);
            if let Some(row) = self.rows.row_of_folder(&self.listing, path) {
                self.go_to_row(row, effects);
            }
        }
    }

    /// The folder under the cursor, which a new secret is likely to go into.
    fn folder(&self) -> &str {
        match self.row() {
            Some(Row::Folder { first, length, .. }) => folder_path(&self.listing, first, length),
            Some(Row::Secret { position, .. }) => {
                let name = self.listing.summary(position as usize).name;
                name.rfind('/').map_or("", |slash| &name[..=slash])
            }
            None => "",
        }
    }

    fn lay_out(&mut self, layout: Layout, effects: &mut Vec<Effect>) {
        self.rows.set_layout(layout);
        self.rebuild();
        self.go_to_row(self.cursor, effects);
    }

    fn filter_changed(&mut self, effects: &mut Vec<Effect>) {
        self.query = Query::parse(self.filter.text());
        self.rebuild();
        let best = self.rows.best().and_then(|best| self.rows.row_of(best));
        self.go_to_row(best.unwrap_or(self.cursor), effects);
    }

    /// Takes a filter as it was before a lock.
    pub fn restore_filter(&mut self, text: &str, effects: &mut Vec<Effect>) {
        self.filter.set(text);
        self.filter_changed(effects);
    }
}

fn moved(from: usize, rows: usize, action: Action, page: u16) -> usize {
    let last = rows.saturating_sub(1);
    let page = usize::from(page).saturating_sub(1).max(1);
    match action {
        Action::Down => from + 1,
        Action::Up => from.saturating_sub(1),
        Action::First => 0,
        Action::Last => last,
        Action::PageDown => from + page,
        Action::PageUp => from.saturating_sub(page),
        _ => from,
    }
    .min(last)
}

/// The text of the filter changed by a key.
pub fn on_filter_text(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(browse) = state.browse_mut() {
        browse.filter_changed(effects);
    }
}

/// A fresh list came.
pub fn on_listing(state: &mut State, listing: Listing, effects: &mut Vec<Effect>) {
    let wall = state.wall;
    let Some(browse) = state.browse_mut() else {
        return;
    };
    browse.listing = listing;
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

const NOTHING_SELECTED: &str = "no secret is selected";

/// The details of the selected secret, if anything may be done to it; else the toast says why not.
fn changeable(state: &mut State) -> Option<&SecretDetails> {
    let known = state.browse().and_then(Browse::known);
    let refusal = match known {
        None => Some(NOTHING_SELECTED),
        Some(details) if details.secret.planned_deletion.is_some() => {
            Some("this secret is scheduled for deletion: U restores it first")
        }
        Some(_) => None,
    };
    match refusal {
        Some(text) => {
            state.say(Tone::Note, text);
            None
        }
        None => state.browse().and_then(Browse::known),
    }
}

/// The selected secret and version, if its value may be read.
fn readable(state: &mut State) -> Option<(SecretName, VersionId)> {
    let name = changeable(state)?.secret.name.clone();
    let version = state.browse()?.selected_version()?.id.clone();
    Some((name, version))
}

fn put(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(details) = changeable(state) {
        let form = PutForm::put(details);
        state.modals.push(Modal::PutForm(Box::new(form)));
        crate::tui::screens::put_form::plan_anew(state, effects);
    }
}

fn reveal(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(browse) = state.browse_mut()
        && browse.revealed.is_some()
    {
        return browse.hide();
    }
    if let Some((name, version_id)) = readable(state) {
        effects.push(Effect::Work(Work::Reveal { name, version_id }));
    }
}

fn copy(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    if let Some((name, version_id)) = readable(state) {
        effects.push(Effect::Work(match action {
            Action::CopyReference => Work::CopyReference { name, version_id },
            _ => Work::CopyValue { name, version_id },
        }));
    }
}

fn labels(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some((_, version)) = readable(state)
        && let Some(details) = changeable(state)
    {
        let editor = LabelsEditor::new(details.clone(), version);
        state.modals.push(Modal::Labels(Box::new(editor)));
        crate::tui::modals::plan_label(state, effects);
    }
}

/// Opens the plan pane over a change.
pub fn plan(state: &mut State, pane: PlanPane, effects: &mut Vec<Effect>) {
    let revision = state.next_revision();
    let pane = pane.asked(revision);
    effects.push(Effect::Work(Work::PlanChange { revision, request: pane.request().clone() }));
    state.modals.push(Modal::Plan(Box::new(pane)));
}

fn make_current(state: &mut State, effects: &mut Vec<Effect>) {
    let Some((name, version)) = readable(state) else {
        return;
    };
    let is_current = state
        .browse()
        .and_then(Browse::known)
        .is_some_and(|details| details.secret.labels.current().is_some_and(|current| current.id == version));
    if is_current {
        return state.say(Tone::Note, format!("{version} is the current version already"));
    }
    match StageMove::new(StageLabel::current(), Some(version.clone()), None) {
        Ok(stage) => {
            let request = ChangeRequest::Stage(StageRequest { name, stage, expected: None });
            plan(state, PlanPane::new(format!("Make {version} current"), request), effects);
        }
        Err(refusal) => state.say_failed(&refusal.into()),
    }
}

fn roll_back(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(details) = changeable(state) else {
        return;
    };
    let name = details.secret.name.clone();
    if details.secret.labels.previous().is_none() {
        return state.say(Tone::Note, "there is no previous version to roll back to: p puts a second one");
    }
    let request = ChangeRequest::Rollback(RollbackRequest { name, expected: None });
    plan(state, PlanPane::new("Roll back".to_owned(), request), effects);
}

fn delete(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(details) = changeable(state) else {
        return;
    };
    let name = details.secret.name.clone();
    let deletion = Deletion::Window(Deletion::DEFAULT_DAYS);
    let request = ChangeRequest::Delete(DeleteRequest { name, deletion, expected: None });
    plan(state, PlanPane::new("Schedule the deletion".to_owned(), request), effects);
}

fn restore(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(details) = state.browse().and_then(Browse::known) else {
        return state.say(Tone::Note, NOTHING_SELECTED);
    };
    if details.secret.planned_deletion.is_none() {
        return state.say(Tone::Note, "this secret is not scheduled for deletion");
    }
    let request = ChangeRequest::Restore(details.secret.name.clone());
    plan(state, PlanPane::new("Restore".to_owned(), request), effects);
}
