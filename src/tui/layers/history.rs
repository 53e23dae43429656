//! The history of a secret or of the vault: when, by app or command line, what moved from where to where.

use ratatui::layout::Position;

use super::history_view::{self, rows_area};
use super::take_back::{Newest, TakeBack};
use crate::domain::{SecretName, VersionId};
use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::ask::{Answered, Pending, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::{EditBuffer, Lines};
use crate::tui::layer::{Flow, Gift, Layer, News};
use crate::vault::{HistoryEntry, wording};
use crate::versioning::Direction;

/// How many changes are read at first. Further down four times as many are, so that each is read few times.
const FIRST: usize = 500;
const MORE: usize = 4;

/// The history that is shown.
pub struct History {
    secret: Option<SecretName>,
    /// Whose history it is; `None`: the vault's.
    pub(super) subject: Option<SecretName>,
    pub(super) entries: Pending<Vec<HistoryEntry>>,
    /// How many were asked for.
    limit: usize,
    pub(super) filter: EditBuffer,
    pub(super) is_filtering: bool,
    /// Those that the filter lets through, by their positions among all.
    found: Vec<usize>,
    /// Among those.
    pub(super) cursor: usize,
    /// The last one is wanted as soon as all are there.
    wants_last: bool,
}

impl History {
    /// The history of the selected secret, or of the vault where none is selected.
    pub fn new(app: &mut App) -> Self {
        let secret = app.browse().and_then(|browse| browse.selected.clone());
        let mut history = Self {
            subject: secret.clone(),
            secret,
            entries: Pending::default(),
            limit: FIRST,
            filter: EditBuffer::new(Lines::Single),
            is_filtering: false,
            found: Vec::new(),
            cursor: 0,
            wants_last: false,
        };
        history.read(app);
        history
    }

    fn read(&mut self, app: &mut App) {
        let (subject, limit) = (self.subject.clone(), self.limit);
        self.entries.ask(&mut app.asks, Work::History { subject, limit });
    }

    fn all(&self) -> &[HistoryEntry] {
        self.entries.good().map_or(&[], Vec::as_slice)
    }

    /// Whether there may be older changes than those that were read.
    pub(super) fn has_more(&self) -> bool {
        self.all().len() >= self.limit
    }

    /// How many changes the filter lets through, of those that were read.
    pub(super) const fn count(&self) -> usize {
        self.found.len()
    }

    /// The changes that the filter lets through, from a row on.
    pub(super) fn rows(&self, from: usize) -> impl Iterator<Item = &HistoryEntry> {
        let all = self.all();
        self.found.iter().skip(from).filter_map(move |position| all.get(*position))
    }

    /// The change under the cursor.
    pub(super) fn selected(&self) -> Option<&HistoryEntry> {
        self.rows(self.cursor).next()
    }

    /// Filters again; the cursor stays on its change where that is still there.
    fn find(&mut self, selected: Option<u64>) {
        let words: Vec<String> = self.filter.text().split_whitespace().map(str::to_lowercase).collect();
        let is_wanted = |entry: &HistoryEntry| {
            let text = if words.is_empty() { String::new() } else { searched(entry) };
            words.iter().all(|word| text.contains(word.as_str()))
        };
        let found = |(position, entry): (usize, &HistoryEntry)| is_wanted(entry).then_some(position);
        self.found = self.all().iter().enumerate().filter_map(found).collect();
        let again = self.found.iter().position(|position| {
            selected
                .is_some_and(|number| self.all().get(*position).is_some_and(|entry| entry.number == number))
        });
        self.cursor = again.unwrap_or_else(|| self.cursor.min(self.found.len().saturating_sub(1)));
    }

    fn filter_again(&mut self, app: &mut App) {
        let selected = self.selected().map(|entry| entry.number);
        self.find(selected);
        self.read_on(app);
    }

    /// Reads older changes where the end of those that were read comes near.
    fn read_on(&mut self, app: &mut App) {
        let height = usize::from(rows_area(app.size, self.filter_rows()).height);
        let is_near = self.cursor + 2 * height >= self.found.len();
        if self.has_more() && !self.entries.is_asked() && (is_near || self.wants_last) {
            self.limit = if self.wants_last { usize::MAX } else { self.limit.saturating_mul(MORE) };
            self.read(app);
        }
    }

    pub(super) fn filter_rows(&self) -> u16 {
        u16::from(self.is_filtering || !self.filter.is_empty())
    }

    /// Goes to the version that the change under the cursor is about.
    fn go_to_version(&self, app: &mut App) -> Flow {
        let Some(entry) = self.selected() else {
            return Flow::Stay;
        };
        let version = version_of(entry);
        let renamed = entry.change.name.as_ref().map(|shift| shift.after.clone());
        let Some(name) = renamed.or_else(|| entry.secret.clone()) else {
            app.say(Tone::Note, "this change affects the whole vault: there is no version to go to");
            return Flow::Stay;
        };
        if app.go_to(&name, version.as_ref()) { Flow::Done } else { Flow::Stay }
    }

    /// The first change that is seen.
    pub(super) fn top(&self, height: u16) -> usize {
        (self.cursor + 1).saturating_sub(usize::from(height))
    }
}

impl Layer for History {
    fn name(&self) -> &'static str {
        "history"
    }

    fn contexts(&self) -> Contexts {
        if self.is_filtering {
            Contexts::typing(&[Context::HistoryFilter])
        } else {
            Contexts::commanding(&[Context::History, Context::Lists])
        }
    }

    fn field(&mut self) -> Option<&mut EditBuffer> {
        self.is_filtering.then_some(&mut self.filter)
    }

    fn changed(&mut self, app: &mut App) {
        self.find(None);
        self.cursor = 0;
        self.read_on(app);
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        let page = usize::from(rows_area(app.size, self.filter_rows()).height.saturating_sub(1)).max(1);
        let last = self.found.len().saturating_sub(1);
        self.wants_last = false;
        match action {
            Action::Down => self.cursor = (self.cursor + 1).min(last),
            Action::Up => self.cursor = self.cursor.saturating_sub(1),
            Action::PageDown => self.cursor = (self.cursor + page).min(last),
            Action::PageUp => self.cursor = self.cursor.saturating_sub(page),
            Action::First => self.cursor = 0,
            Action::Last => {
                self.cursor = last;
                self.wants_last = self.has_more();
            }
            Action::Filter => {
                self.is_filtering = true;
                self.filter.clear();
                self.filter_again(app);
            }
            Action::Enter if self.is_filtering => self.is_filtering = false,
            Action::Escape if self.filter_rows() > 0 => {
                self.is_filtering = false;
                self.filter.clear();
                self.filter_again(app);
            }
            Action::History if self.secret.is_some() => {
                self.subject = match self.subject {
                    Some(_) => None,
                    None => self.secret.clone(),
                };
                self.entries.forget();
                self.found.clear();
                self.limit = FIRST;
                self.cursor = 0;
                self.read(app);
            }
            Action::Enter => return self.go_to_version(app),
            Action::Undo => return Flow::Open(Box::new(TakeBack::new(Newest(Direction::Undo), app))),
            Action::Escape | Action::Back => return Flow::Close,
            _ => {}
        }
        self.read_on(app);
        Flow::Stay
    }

    /// Selects the change under the pointer.
    fn click(&mut self, at: Position, app: &mut App) {
        let rows = rows_area(app.size, self.filter_rows());
        if rows.contains(at) {
            let position = self.top(rows.height) + usize::from(at.y - rows.y);
            if position < self.found.len() {
                self.cursor = position;
            }
        }
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.entries.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, app: &mut App) -> Flow {
        // On top one stays on top: a new change is seen.
        let selected = self.selected().filter(|_| self.cursor > 0).map(|entry| entry.number);
        self.entries.settle(answered.result);
        self.find(selected);
        if std::mem::take(&mut self.wants_last) {
            self.cursor = self.found.len().saturating_sub(1);
        }
        self.read_on(app);
        Flow::Stay
    }

    fn hear(&mut self, news: &News<'_>, app: &mut App) -> Flow {
        if let News::Given(Gift::Changed) = news {
            self.read(app);
        }
        Flow::Stay
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        history_view::draw(self, canvas)
    }
}

/// All of a change that a filter looks at.
fn searched(entry: &HistoryEntry) -> String {
    let name = entry.secret.as_ref().map_or("", SecretName::as_str);
    let what = wording::operation(entry.change.operation);
    let details = wording::details(&entry.change).join(" ");
    format!("{name} {what} {details} {}", wording::origin(entry.origin)).to_lowercase()
}

/// The version that a change is about: the stored one, else the one that a label came to.
fn version_of(entry: &HistoryEntry) -> Option<VersionId> {
    let stored = entry.change.added.last().map(|version| version.id.clone());
    stored.or_else(|| entry.change.moves().into_iter().find_map(|moved| moved.to))
}
