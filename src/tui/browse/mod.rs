//! The browse screen: secrets, the versions of one, its value, its metadata.

pub mod act;
pub mod commands;
pub mod details_view;
mod folder;
mod folder_view;
mod found;
mod list_view;
mod many;
mod marks;
pub mod mouse;
mod navigation;
mod rows;
mod stand;
mod value_view;
pub mod view;

use ratatui::layout::Rect;

use crate::domain::{SecretName, SecretValue, Timestamp, VersionId};
use crate::query::{Candidate, Catalogue, Query};
use crate::tui::action::{Action, FooterWord};
use crate::tui::ask::{Asks, Failure, Question, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::event::Moment;
use crate::tui::kit::{EditBuffer, Lines};
use crate::tui::layout::{self, FilterLine, Subject};
use crate::tui::outline::{FieldOutline, Outline};
use crate::vault::{SecretDetails, SecretSummary};
use crate::versioning::{VersionKey, VersionState};

pub use crate::tui::layout::Pane;
pub use folder::FolderContent;
pub use marks::Marks;
pub use rows::{Deleted, Layout, Order, Row, Rows, folder_path};

/// What is known of the selected secret's versions.
pub enum Details {
    /// No secret is selected.
    None,
    /// The worker was asked.
    Pending,
    /// Everything but the values.
    Known(Box<SecretDetails>),
    /// The worker could not say.
    Failed(Failure),
}

/// A value that is shown; it hides itself.
pub struct Revealed {
    pub version: VersionId,
    /// Which field of it; `None`: the whole.
    pub field: Option<String>,
    pub value: SecretValue,
    /// Until when.
    pub until: Moment,
}

/// The state of the browse screen.
pub struct Browse {
    /// Where the keys go.
    pub pane: Pane,
    pub catalogue: Catalogue,
    /// The rows of the list.
    pub rows: Rows,
    /// The row under the cursor.
    pub cursor: usize,
    /// The first row that is seen.
    pub top: usize,
    /// What the filter says.
    pub filter: EditBuffer,
    is_filtering: bool,
    /// The filter before it, to be edited again.
    earlier_filter: EditBuffer,
    /// The secret that was selected when the filter was begun.
    before_filter: Option<SecretName>,
    pub query: Query,
    /// Whether secrets in their deletion window are listed.
    pub deleted: Deleted,
    /// How many secrets are due for rotation.
    pub due: usize,
    /// How many secrets are not scheduled for deletion.
    pub not_deleted: usize,
    pub selected: Option<SecretName>,
    /// The secrets that are marked.
    pub marks: Marks,
    /// The path of the selected folder.
    folder: Option<SecretName>,
    /// What is known of it.
    pub details: Details,
    described: Question,
    /// The selected version, counted from the newest.
    pub version: usize,
    selected_version: Option<VersionKey>,
    marked: Option<VersionKey>,
    wished_version: Option<VersionId>,
    wished_secret: Option<SecretName>,
    /// The first version that is seen.
    pub versions_top: usize,
    /// How many versions the secret had that was selected before.
    versions_before: usize,
    /// The value that is shown.
    pub revealed: Option<Revealed>,
    /// The first line of the value that is seen.
    pub value_top: usize,
    /// The field of the value under the cursor.
    pub value_field: usize,
    /// What is told of a masked value, and of which version.
    outline: Option<(VersionKey, Box<Outline>)>,
    outlined: Question,
    /// What the selected folder holds.
    content: Option<FolderContent>,
    /// The first child of the folder that is seen.
    pub folder_top: usize,
    /// The time for which rows and counts were computed.
    pub now: Timestamp,
}

impl Browse {
    /// The screen with a fresh list, the cursor on its first row.
    pub fn new(catalogue: Catalogue, now: Timestamp) -> Self {
        let mut browse = Self {
            pane: Pane::Secrets,
            catalogue,
            rows: Rows::none(),
            cursor: 0,
            top: 0,
            filter: EditBuffer::new(Lines::Single),
            is_filtering: false,
            earlier_filter: EditBuffer::new(Lines::Single),
            before_filter: None,
            query: Query::default(),
            deleted: Deleted::Hidden,
            due: 0,
            not_deleted: 0,
            selected: None,
            marks: Marks::none(),
            folder: None,
            details: Details::None,
            described: Question::default(),
            version: 0,
            selected_version: None,
            marked: None,
            wished_version: None,
            wished_secret: None,
            versions_top: 0,
            versions_before: 0,
            revealed: None,
            value_top: 0,
            value_field: 0,
            outline: None,
            outlined: Question::default(),
            content: None,
            folder_top: 0,
            now,
        };
        browse.count();
        browse.rebuild();
        browse
    }

    /// The active contexts, while no dialog is open.
    pub fn contexts(&self) -> Contexts {
        use Context::{Browse, Filter, Lists, Marked, Panes, Secrets, SelectedFolder, Tree};
        if self.is_filtering() {
            return Contexts::typing(&[Filter]);
        }
        if self.pane != Pane::Secrets {
            return Contexts::commanding(&[Browse, Lists, Panes]);
        }
        let tree = self.rows.is_tree().then_some(Tree);
        let many = match (self.marks.is_empty(), &self.folder) {
            (false, _) => Some(Marked),
            (true, Some(_)) => Some(SelectedFolder),
            (true, None) => None,
        };
        let own: Vec<Context> = tree.into_iter().chain(many).chain([Secrets, Browse, Lists, Panes]).collect();
        Contexts::commanding(&own)
    }

    /// Whether it waits for the answer to a ticket.
    pub fn awaits(&self, ticket: Ticket) -> bool {
        self.described.awaits(ticket)
    }

    /// Whether it waits for the answer about a masked value.
    pub fn awaits_outline(&self, ticket: Ticket) -> bool {
        self.outlined.awaits(ticket)
    }

    /// What is told of the value of the selected version while it is masked, as far as it is known.
    pub fn outline(&self) -> Option<&Outline> {
        let key = self.selected_version()?.key;
        self.outline.as_ref().filter(|(of, _)| *of == key).map(|(_, outline)| &**outline)
    }

    /// The fields of the value, where the keys walk them: unless the whole of it is revealed.
    pub fn walked_fields(&self) -> Option<&[FieldOutline]> {
        let is_whole = self.revealed.as_ref().is_some_and(|revealed| revealed.field.is_none());
        let fields = self.outline().map(|outline| outline.fields.as_slice())?;
        (!is_whole && !fields.is_empty()).then_some(fields)
    }

    /// The field under the cursor, where the value has the keys.
    pub fn selected_field(&self) -> Option<&str> {
        let field = self.walked_fields()?.get(self.value_field)?;
        (self.pane == Pane::Value).then_some(field.key.as_str())
    }

    /// The path of the selected folder.
    pub const fn folder_path(&self) -> Option<&SecretName> {
        self.folder.as_ref()
    }

    /// What the selected folder holds.
    pub const fn folder_content(&self) -> Option<&FolderContent> {
        self.content.as_ref()
    }

    /// Asks again what is known of the selected secret.
    pub fn describe_again(&mut self, asks: &mut Asks) {
        if let Some(name) = self.selected.clone() {
            self.described.ask(asks, Work::Describe(name));
        }
    }

    /// Whether what is typed goes into the filter.
    pub const fn is_filtering(&self) -> bool {
        self.is_filtering
    }

    /// Whether the filter line is seen.
    pub fn filter_line(&self) -> FilterLine {
        if self.is_filtering || !self.filter.is_empty() { FilterLine::Shown } else { FilterLine::Hidden }
    }

    /// Where everything lies at a size.
    pub fn areas(&self, size: (u16, u16)) -> layout::BrowseAreas {
        layout::browse(size, self.pane, self.filter_line(), self.subject())
    }

    /// What the right side is about.
    fn subject(&self) -> Subject {
        match (&self.details, &self.folder) {
            (Details::None, Some(_)) => Subject::Folder,
            (Details::Known(details), _) => Subject::Secret(details.secret.versions.len()),
            // What comes is likely to be like what was.
            (Details::None | Details::Pending | Details::Failed(_), _) => {
                Subject::Secret(self.versions_before)
            }
        }
    }

    /// By which word the footer tells an action just now.
    pub fn told(&self, action: Action, size: (u16, u16)) -> FooterWord {
        let is_home = self.pane == Pane::Secrets;
        match action {
            Action::Reveal if self.revealed.is_some() => FooterWord::As("hide"),
            Action::ShowDeleted if self.deleted == Deleted::Listed => FooterWord::As("hide deleted"),
            Action::Escape if is_home && self.marks.is_empty() => FooterWord::As("clear filter"),
            // Where all panes are seen, the way back is too.
            Action::Escape if !is_home && layout::is_wide(size) => FooterWord::Not,
            _ => FooterWord::Usual,
        }
    }

    /// The row under the cursor.
    pub fn row(&self) -> Option<Row> {
        self.rows.all().get(self.cursor).copied()
    }

    /// The summary of the selected secret.
    pub fn summary(&self) -> Option<SecretSummary<'_>> {
        let position = self.catalogue.position(self.selected.as_ref()?.as_str())?;
        Some(self.catalogue.summary(position))
    }

    /// What is known of the selected secret.
    pub fn known(&self) -> Option<&SecretDetails> {
        match &self.details {
            Details::Known(details) => Some(details),
            Details::None | Details::Pending | Details::Failed(_) => None,
        }
    }

    /// The versions, newest first.
    pub fn versions(&self) -> impl Iterator<Item = &VersionState> {
        self.known().into_iter().flat_map(|details| details.secret.versions.iter().rev())
    }

    pub fn selected_version(&self) -> Option<&VersionState> {
        self.versions().nth(self.version)
    }

    /// Whether the selected version is the current one.
    pub(super) fn is_on_current(&self) -> bool {
        let current = self.known().and_then(|details| details.secret.labels.current());
        current.is_some_and(|current| self.selected_version == Some(current.key))
    }

    /// The version that stays selected when other details come. In the list a secret stands for what is current, and
    /// nobody chose the version that is shown beside it.
    pub(super) fn version_to_stay_on(&self) -> Option<VersionKey> {
        let follows = self.pane == Pane::Secrets && self.is_on_current();
        self.selected_version.filter(|_| !follows)
    }

    /// The version that is marked for a comparison.
    pub const fn marked(&self) -> Option<VersionKey> {
        self.marked
    }

    /// Marks the selected version, or takes its mark away; the version, where it is marked now.
    pub fn mark(&mut self) -> Option<VersionId> {
        let (key, id) = self.selected_version().map(|version| (version.key, version.id.clone()))?;
        self.marked = if self.marked == Some(key) { None } else { Some(key) };
        self.marked.map(|_| id)
    }

    /// Puts the cursor on a version of the selected secret as soon as it is known.
    pub fn wish_version(&mut self, version: &VersionId) {
        self.wished_version = Some(version.clone());
    }

    /// Begins a session: in the list on the current version, whichever was looked at last in another session.
    pub fn begin(&mut self) {
        if self.pane == Pane::Secrets {
            self.wished_version = None;
        }
    }

    /// Names and counts of the catalogue change with it.
    fn count(&mut self) {
        let (mut due, mut not_deleted) = (0, 0);
        for position in 0..self.catalogue.len() {
            let candidate = self.catalogue.candidate(position, self.now);
            if !candidate.is_deleted() {
                not_deleted += 1;
                due += usize::from(candidate.is_due());
            }
        }
        (self.due, self.not_deleted) = (due, not_deleted);
    }

    /// The position of a secret in the catalogue.
    fn position(&self, name: &SecretName) -> Option<u32> {
        self.catalogue.position(name.as_str()).and_then(|position| u32::try_from(position).ok())
    }

    /// Computes the rows again and keeps the cursor on the selected secret or folder where it has a row still.
    fn rebuild(&mut self) {
        self.rows.build(&self.catalogue, &self.query, self.deleted, self.now);
        self.marks.count_hidden(&self.rows);
        let row = match (&self.selected, &self.folder) {
            (Some(name), _) => self.position(name).and_then(|position| self.rows.row_of(position)),
            (None, Some(path)) => self.rows.row_of_folder(&self.catalogue, path.as_str()),
            (None, None) => None,
        };
        let last = self.rows.all().len().saturating_sub(1);
        self.cursor = row.unwrap_or(self.cursor.min(last));
    }

    /// Scrolls so that every cursor is seen.
    pub fn keep_in_view(&mut self, size: (u16, u16)) {
        let areas = self.areas(size);
        // The folders of a secret stand above it.
        let margin = usize::from(MARGIN.min(areas.secrets.height.saturating_sub(1) / 2));
        let rows = self.rows.all().len();
        let above = scrolled(self.top, self.cursor.saturating_sub(margin), rows, areas.secrets);
        self.top = scrolled(above, (self.cursor + margin).min(rows.saturating_sub(1)), rows, areas.secrets);
        let versions = self.known().map_or(0, |details| details.secret.versions.len());
        self.versions_top = scrolled(self.versions_top, self.version, versions, areas.versions);
    }
}

/// How many rows of the list stay in sight above and below the cursor.
const MARGIN: u16 = 3;

/// The first row to show, so that the cursor is seen and no room is wasted at the end.
fn scrolled(top: usize, cursor: usize, rows: usize, area: Rect) -> usize {
    let height = usize::from(area.height).max(1);
    let top = top.min(rows.saturating_sub(height));
    top.clamp((cursor + 1).saturating_sub(height), cursor)
}
