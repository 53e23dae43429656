//! Moving about in the browse screen: rows, panes, folders, the filter.

use super::rows::{Deleted, Layout, Row, folder_path};
use super::{Browse, Details, FolderContent, Pane, folder_view};
use crate::domain::{SecretName, ValueType};
use crate::query::{Catalogue, Query};
use crate::tui::action::Action;
use crate::tui::ask::{Asks, Work};
use crate::tui::layout::BrowseAreas;

impl Browse {
    pub(super) fn go(&mut self, action: Action, size: (u16, u16), asks: &mut Asks) {
        let areas = self.areas(size);
        self.go_in(self.pane, action, &areas, asks);
    }

    pub(super) fn go_in(&mut self, pane: Pane, action: Action, areas: &BrowseAreas, asks: &mut Asks) {
        match pane {
            Pane::Secrets => {
                let row = moved(self.cursor, self.rows.all().len(), action, areas.secrets.height);
                self.go_to_row(row, asks);
            }
            Pane::Versions if self.folder.is_some() => {
                let seen = folder_view::rows_of_children(areas.versions);
                let children = self.content.as_ref().map_or(0, |content| content.children.len());
                let tops = (children + 1).saturating_sub(usize::from(seen));
                self.folder_top = moved(self.folder_top, tops, action, seen);
            }
            Pane::Versions => {
                let versions = self.versions().count();
                self.go_to_version(moved(self.version, versions, action, areas.versions.height), asks);
            }
            Pane::Value if self.walked_fields().is_some() => {
                let fields = self.walked_fields().map_or(0, <[_]>::len);
                let field = moved(self.value_field, fields, action, areas.value.height);
                if field != self.value_field {
                    self.hide();
                }
                self.value_field = field;
            }
            Pane::Value => {
                let lines = self.value_lines();
                self.value_top = moved(self.value_top, lines, action, areas.value.height);
            }
        }
    }

    /// How far the value can be scrolled.
    pub(super) fn value_lines(&self) -> usize {
        self.revealed.as_ref().map_or(0, |revealed| match revealed.value.value_type() {
            ValueType::Text => revealed.value.expose().split(|&byte| byte == b'\n').count(),
            ValueType::Binary => revealed.value.len().div_ceil(16),
        })
    }

    pub(super) fn go_to_version(&mut self, version: usize, asks: &mut Asks) {
        self.wished_version = None;
        if version != self.version {
            self.hide();
        }
        self.version = version;
        self.selected_version = self.selected_version().map(|version| version.key);
        self.ask_for_outline(asks);
    }

    /// Asks what may be told of the value of the selected version, unless that is known.
    pub(super) fn ask_for_outline(&mut self, asks: &mut Asks) {
        let Some(details) = self.known().filter(|details| details.secret.planned_deletion.is_none()) else {
            return;
        };
        let name = details.secret.name.clone();
        let Some(version_id) = self.selected_version().map(|version| version.id.clone()) else {
            return;
        };
        if self.outline().is_none() {
            self.value_field = 0;
            self.outlined.ask(asks, Work::Outline { name, version_id });
        }
    }

    /// Looks at what is under the cursor, after the screen was made.
    pub fn start(&mut self, asks: &mut Asks) {
        self.go_to_row(self.cursor, asks);
    }

    /// Moves the cursor and looks at what is under it.
    pub(super) fn go_to_row(&mut self, row: usize, asks: &mut Asks) {
        self.cursor = row.min(self.rows.all().len().saturating_sub(1));
        let (name, folder) = match self.row() {
            Some(Row::Secret { position, .. }) => (self.name_at(position), None),
            Some(Row::Folder { first, length, .. }) => {
                (None, SecretName::new(folder_path(&self.catalogue, first, length)).ok())
            }
            None => (None, None),
        };
        if folder != self.folder || (folder.is_some() && self.content.is_none()) {
            self.folder_top = 0;
            self.content = folder
                .as_ref()
                .map(|path| FolderContent::of(&self.catalogue, path.as_str(), self.deleted, self.now));
        }
        self.folder = folder;
        if name != self.selected {
            self.select(name, asks);
        }
    }

    fn name_at(&self, position: u32) -> Option<SecretName> {
        SecretName::new(self.catalogue.name(position as usize)).ok()
    }

    fn select(&mut self, name: Option<SecretName>, asks: &mut Asks) {
        self.hide();
        self.wished_version = None;
        self.outline = None;
        self.outlined.forget();
        self.value_field = 0;
        if let Details::Known(details) = &self.details {
            self.versions_before = details.secret.versions.len();
        }
        self.version = 0;
        self.versions_top = 0;
        self.selected_version = None;
        self.marked = None;
        self.details = match &name {
            Some(name) => {
                self.described.ask(asks, Work::Describe(name.clone()));
                Details::Pending
            }
            None => {
                self.described.forget();
                Details::None
            }
        };
        self.selected = name;
    }

    /// Selects the secret that a change was about, before the new list comes: no key acts on another one meanwhile.
    pub fn work_on(&mut self, name: SecretName, asks: &mut Asks) {
        if self.selected.as_ref() != Some(&name) {
            self.select(Some(name.clone()), asks);
        }
        self.wished_secret = Some(name);
    }

    /// Takes a new list. The secret that was worked on stays selected; whether the filter hid it, and was cleared
    /// for it, is answered.
    pub(super) fn take_catalogue(&mut self, catalogue: Catalogue, asks: &mut Asks) -> bool {
        self.marks.move_to(&self.catalogue, &catalogue);
        self.marks.count_scheduled(&catalogue, self.now);
        self.catalogue = catalogue;
        self.content = None;
        self.rows.forget_catalogue();
        self.count();
        let was = self.selected.clone();
        let wanted = self.wished_secret.take().or_else(|| was.clone());
        self.rebuild();
        let mut has_cleared = false;
        match wanted.filter(|name| self.may_be_listed(name)) {
            // Whoever types a filter sees what it finds.
            Some(name) if self.is_filtering => self.go_to_secret_or_stay(&name, asks),
            Some(name) => has_cleared = self.bring_up(&name, asks),
            None => self.go_to_row(self.cursor, asks),
        }
        if self.selected.is_some() && self.selected == was {
            self.describe_again(asks);
        }
        has_cleared
    }

    /// Whether a secret is listed where no filter is on.
    fn may_be_listed(&self, name: &SecretName) -> bool {
        let Some(position) = self.position(name) else {
            return false;
        };
        self.deleted == Deleted::Listed
            || self.rows.lists(position)
            || self.catalogue.summary(position as usize).planned_deletion.is_none()
    }

    /// Puts the cursor on a secret of the list, opening the folders it lies in.
    pub fn go_to_secret(&mut self, name: &SecretName, asks: &mut Asks) {
        let Some(position) = self.position(name).filter(|position| self.rows.lists(*position)) else {
            return;
        };
        if self.rows.row_of(position).is_none() {
            for (slash, _) in name.as_str().match_indices('/') {
                self.rows.set_folder(&name.as_str()[..=slash], true);
            }
            self.rebuild();
        }
        if let Some(row) = self.rows.row_of(position) {
            self.go_to_row(row, asks);
        }
    }

    fn go_to_secret_or_stay(&mut self, name: &SecretName, asks: &mut Asks) {
        match self.position(name).is_some_and(|position| self.rows.lists(position)) {
            true => self.go_to_secret(name, asks),
            false => self.go_to_row(self.cursor, asks),
        }
    }

    /// Keeps the cursor on what is selected after the list has changed; where nothing is, on what was selected
    /// before the filter.
    fn stay(&mut self, asks: &mut Asks) {
        let is_nowhere = self.selected.is_none() && self.folder.is_none();
        let name = if is_nowhere { self.before_filter.clone() } else { self.selected.clone() };
        match name {
            Some(name) => self.go_to_secret_or_stay(&name, asks),
            None => self.go_to_row(self.cursor, asks),
        }
    }

    /// Puts the cursor on a secret, and takes away what keeps it out of the list: that it is scheduled for
    /// deletion, or the filter. Whether the filter was cleared is answered.
    pub fn bring_up(&mut self, name: &SecretName, asks: &mut Asks) -> bool {
        let Some(position) = self.position(name) else {
            return false;
        };
        if !self.rows.lists(position) && self.catalogue.summary(position as usize).planned_deletion.is_some()
        {
            self.deleted = Deleted::Listed;
            self.content = None;
            self.rebuild();
        }
        let is_hidden = !self.rows.lists(position);
        if is_hidden {
            self.drop_filter();
            self.rebuild();
        }
        self.go_to_secret(name, asks);
        is_hidden
    }

    /// Begins a filter. The one before is kept for a cursor key to bring back.
    pub(super) fn begin_filter(&mut self, asks: &mut Asks) {
        self.pane = Pane::Secrets;
        self.is_filtering = true;
        self.before_filter = self.selected.clone();
        if !self.filter.is_empty() {
            self.drop_filter();
            self.filter_changed(asks);
        }
    }

    /// Brings the filter before this one back to be edited, where nothing is typed yet.
    pub fn take_earlier_filter(&mut self, asks: &mut Asks) -> bool {
        let is_wanted = self.is_filtering && self.filter.is_empty() && !self.earlier_filter.is_empty();
        if is_wanted {
            self.filter.set(self.earlier_filter.text());
            self.filter_changed(asks);
        }
        is_wanted
    }

    fn drop_filter(&mut self) {
        if !self.filter.is_empty() {
            self.earlier_filter.set(self.filter.text());
        }
        self.filter.clear();
        self.query = Query::none();
    }

    /// Wipes the value that is shown.
    pub fn hide(&mut self) {
        self.revealed = None;
        self.value_top = 0;
    }

    pub(super) const fn next_pane(&self) -> Pane {
        match self.pane {
            Pane::Secrets => Pane::Versions,
            Pane::Versions | Pane::Value => Pane::Value,
        }
    }

    pub(super) const fn previous_pane(&self) -> Pane {
        match self.pane {
            Pane::Secrets | Pane::Versions => Pane::Secrets,
            Pane::Value => Pane::Versions,
        }
    }

    pub(super) fn enter(&mut self, asks: &mut Asks) {
        if self.is_filtering {
            self.is_filtering = false;
            return;
        }
        match (self.pane, self.row()) {
            (Pane::Secrets, Some(Row::Folder { is_open, .. })) => self.set_folder(!is_open, asks),
            (Pane::Secrets, None) => {}
            _ => self.pane = self.next_pane(),
        }
    }

    /// One step out: from the inner pane, then the marks, then the filter; never out of the app.
    pub(super) fn escape(&mut self, asks: &mut Asks) {
        if self.pane == Pane::Secrets && !self.is_filtering && !self.marks.is_empty() {
            self.marks.clear();
        } else if self.is_filtering || self.pane == Pane::Secrets {
            self.is_filtering = false;
            self.drop_filter();
            self.filter_changed(asks);
        } else if self.pane == Pane::Versions && self.marked.is_some() {
            self.marked = None;
        } else {
            self.pane = self.previous_pane();
        }
    }

    pub(super) fn set_folder(&mut self, is_open: bool, asks: &mut Asks) {
        if let Some(Row::Folder { first, length, .. }) = self.row() {
            let path = folder_path(&self.catalogue, first, length).to_owned();
            self.rows.set_folder(&path, is_open);
            self.rebuild();
            let row = self.rows.row_of_folder(&self.catalogue, &path).unwrap_or(self.cursor);
            self.go_to_row(row, asks);
        }
    }

    pub(super) fn open_folder(&mut self, asks: &mut Asks) {
        match self.row() {
            Some(Row::Folder { is_open: false, .. }) => self.set_folder(true, asks),
            Some(Row::Folder { is_open: true, .. }) => self.go_to_row(self.cursor + 1, asks),
            _ => self.pane = self.next_pane(),
        }
    }

    pub(super) fn close_folder(&mut self, asks: &mut Asks) {
        let (first, parent) = match self.row() {
            Some(Row::Folder { is_open: true, .. }) => return self.set_folder(false, asks),
            Some(Row::Folder { first, parent, .. }) => (first, parent),
            Some(Row::Secret { position, parent, .. }) => (position, parent),
            None => return,
        };
        if parent > 0 {
            let path = folder_path(&self.catalogue, first, parent);
            if let Some(row) = self.rows.row_of_folder(&self.catalogue, path) {
                self.go_to_row(row, asks);
            }
        }
    }

    /// The folder under the cursor, which a new secret is likely to go into.
    pub fn folder(&self) -> &str {
        match self.row() {
            Some(Row::Folder { first, length, .. }) => folder_path(&self.catalogue, first, length),
            Some(Row::Secret { position, .. }) => {
                let name = self.catalogue.summary(position as usize).name;
                name.rfind('/').map_or("", |slash| &name[..=slash])
            }
            None => "",
        }
    }

    /// Shows the list in another shape or order; the cursor stays on its secret, or goes to the first of its folder
    /// where there are none.
    pub fn lay_out(&mut self, layout: Layout, asks: &mut Asks) {
        let first = match (layout, self.row()) {
            (Layout::Flat(_), Some(Row::Folder { first, .. })) => self.name_at(first),
            _ => None,
        };
        self.rows.set_layout(layout);
        self.rebuild();
        match first {
            Some(name) => self.go_to_secret(&name, asks),
            None => self.stay(asks),
        }
    }

    /// Lists secrets in their deletion window, or hides them.
    pub(super) fn list_deleted(&mut self, deleted: Deleted, asks: &mut Asks) {
        self.deleted = deleted;
        self.content = None;
        self.rebuild();
        self.stay(asks);
    }

    pub fn filter_changed(&mut self, asks: &mut Asks) {
        self.query = Query::parse(self.filter.text());
        self.rebuild();
        match self.rows.best().and_then(|best| self.name_at(best)) {
            Some(best) => self.go_to_secret(&best, asks),
            None => self.stay(asks),
        }
    }

    /// Takes a filter as it was before a lock, unless nothing matches it now.
    pub fn restore_filter(&mut self, text: &str, asks: &mut Asks) {
        self.filter.set(text);
        self.filter_changed(asks);
        if self.rows.all().is_empty() {
            self.drop_filter();
            self.filter_changed(asks);
        }
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
