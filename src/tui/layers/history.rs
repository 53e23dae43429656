//! The history of a secret or of the vault: when, through which door, what moved from where to where.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::take_back::TakeBack;
use crate::domain::{SecretName, VersionId};
use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::ask::{Answered, Pending, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::line::{LinePen, wrapped};
use crate::tui::kit::panel::centred;
use crate::tui::kit::plan_box::draw_refusal;
use crate::tui::layer::{Flow, Gift, Layer, News};
use crate::tui::layout;
use crate::tui::theme::{Role, Theme};
use crate::tui::when;
use crate::vault::{HistoryEntry, wording};
use crate::versioning::Direction;

/// Rows for the entry under the cursor.
const ENTRY_ROWS: u16 = 4;

/// The history that is shown.
pub struct History {
    secret: Option<SecretName>,
    /// Whose history it is; `None`: the vault's.
    subject: Option<SecretName>,
    entries: Pending<Vec<HistoryEntry>>,
    cursor: usize,
}

impl History {
    /// The history of the selected secret, or of the vault where none is selected.
    pub fn new(app: &mut App) -> Self {
        let secret = app.browse().and_then(|browse| browse.selected.clone());
        let mut history = Self { subject: secret.clone(), secret, entries: Pending::default(), cursor: 0 };
        history.read(app);
        history
    }

    fn read(&mut self, app: &mut App) {
        self.entries.ask(&mut app.asks, Work::History(self.subject.clone()));
    }

    fn all(&self) -> &[HistoryEntry] {
        self.entries.good().map_or(&[], Vec::as_slice)
    }

    /// Goes to the version that the change under the cursor is about.
    fn go_to_version(&self, app: &mut App) -> Flow {
        let Some(entry) = self.all().get(self.cursor) else {
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
    fn top(&self, height: u16) -> usize {
        (self.cursor + 1).saturating_sub(usize::from(height))
    }

    fn draw_row(
        &self,
        entry: &HistoryEntry,
        is_selected: bool,
        app: &App,
        theme: &Theme,
        buffer: &mut Buffer,
        line: Rect,
    ) {
        let style = |role| theme.style(if is_selected { Role::Selected } else { role });
        let glyphs = &theme.glyphs;
        let mark = if is_selected { glyphs.selected } else { " " };
        let mut pen = LinePen::new(buffer, line, 0);
        pen.skip(1).text(mark, style(Role::Text)).text(" ", style(Role::Text));
        pen.fitted(&when::ago_short(entry.time, app.wall), 5, style(Role::Muted), glyphs);
        let words = match (&self.subject, &entry.secret) {
            (None, Some(name)) => format!("{name}: {}", in_short(entry)),
            _ => in_short(entry),
        };
        let words = words.replace('→', glyphs.arrow);
        let room = pen.room().saturating_sub(1);
        pen.fitted(&words, room, style(Role::Text), glyphs);
    }
}

impl Layer for History {
    fn name(&self) -> &'static str {
        "history"
    }

    fn contexts(&self) -> Contexts {
        Contexts::commanding(&[Context::History, Context::Lists])
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        let page = usize::from(area(app.size).height.saturating_sub(ENTRY_ROWS + 3)).max(1);
        let last = self.all().len().saturating_sub(1);
        match action {
            Action::Down => self.cursor = (self.cursor + 1).min(last),
            Action::Up => self.cursor = self.cursor.saturating_sub(1),
            Action::PageDown => self.cursor = (self.cursor + page).min(last),
            Action::PageUp => self.cursor = self.cursor.saturating_sub(page),
            Action::First => self.cursor = 0,
            Action::Last => self.cursor = last,
            Action::History if self.secret.is_some() => {
                self.subject = match self.subject {
                    Some(_) => None,
                    None => self.secret.clone(),
                };
                self.entries.forget();
                self.cursor = 0;
                self.read(app);
            }
            Action::Enter => return self.go_to_version(app),
            Action::Undo => return Flow::Open(Box::new(TakeBack::new(Direction::Undo, app))),
            Action::Escape | Action::Back => return Flow::Close,
            _ => {}
        }
        Flow::Stay
    }

    /// Selects the change under the pointer.
    fn click(&mut self, at: Position, app: &mut App) {
        let rows = rows_area(app.size);
        if rows.contains(at) {
            let position = self.top(rows.height) + usize::from(at.y - rows.y);
            if position < self.all().len() {
                self.cursor = position;
            }
        }
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.entries.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, _app: &mut App) -> Flow {
        self.entries.settle(answered.result);
        self.cursor = self.cursor.min(self.all().len().saturating_sub(1));
        Flow::Stay
    }

    fn hear(&mut self, news: &News<'_>, app: &mut App) -> Flow {
        if let News::Given(Gift::Changed) = news {
            self.read(app);
        }
        Flow::Stay
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        let (app, theme) = (canvas.app, canvas.theme());
        let area = area(app.size);
        let dot = theme.glyphs.dot;
        let title = match &self.subject {
            Some(name) => format!("History {dot} {name}"),
            None => format!("History {dot} whole vault"),
        };
        let note = if self.all().is_empty() {
            String::new()
        } else {
            format!("{}/{}", self.cursor + 1, self.all().len())
        };
        let inside = canvas.dialog(area, &title, &note);
        match self.entries.known() {
            None => {
                let sentence = format!("reading{}", theme.glyphs.ellipsis);
                LinePen::new(canvas.buffer, inside, 0).skip(2).text(&sentence, theme.style(Role::Muted));
                return None;
            }
            Some(Err(error)) => {
                draw_refusal(canvas.buffer, inside, error, theme);
                return None;
            }
            Some(Ok(_)) => {}
        }
        let height = rows_area(app.size).height;
        let top = self.top(height);
        let mut cursor = None;
        for (row, (position, entry)) in (0..height).zip(self.all().iter().enumerate().skip(top)) {
            let is_selected = position == self.cursor;
            if is_selected {
                cursor = Some(Position::new(inside.x + 1, inside.y + row));
            }
            self.draw_row(
                entry,
                is_selected,
                app,
                theme,
                canvas.buffer,
                Rect { y: inside.y + row, ..inside },
            );
        }
        canvas.divider(area, height + 1, "This change", "");
        let below = Rect {
            y: (inside.y + height + 1).min(inside.bottom()),
            height: ENTRY_ROWS.min(inside.height),
            ..inside
        };
        if let Some(entry) = self.all().get(self.cursor) {
            draw_entry(entry, below, theme, canvas.buffer);
        }
        cursor
    }
}

/// "put · stored v14, ACSCurrent v13 → v14".
fn in_short(entry: &HistoryEntry) -> String {
    let word = wording::operation(entry.change.operation);
    let details = wording::details(&entry.change);
    if details.is_empty() { word.to_owned() } else { format!("{word}: {}", details.join(", ")) }
}

fn draw_entry(entry: &HistoryEntry, area: Rect, theme: &Theme, buffer: &mut Buffer) {
    let head = format!(
        "change {}, {}, from the {}",
        entry.number,
        when::exact(entry.time),
        wording::origin(entry.origin)
    );
    let details = wording::details(&entry.change).join(", ").replace('→', theme.glyphs.arrow);
    let columns = area.width.saturating_sub(4);
    let texts = [(head, Role::Muted), (wording::name_of(entry), Role::Text), (details, Role::Text)];
    let lines = texts
        .into_iter()
        .flat_map(|(text, role)| wrapped(&text, columns).into_iter().map(move |line| (line, role)));
    for (row, (line, role)) in (0..area.height).zip(lines) {
        LinePen::new(buffer, area, row).skip(2).text(&line, theme.style(role));
    }
}

fn area(size: (u16, u16)) -> Rect {
    let body = layout::areas(size).body;
    centred(body, 100, body.height.min(24))
}

/// The rows of the list.
fn rows_area(size: (u16, u16)) -> Rect {
    let inside = layout::inside(area(size));
    Rect { height: inside.height.saturating_sub(ENTRY_ROWS + 1), ..inside }
}

/// The version that a change is about: the stored one, else the one that a label came to.
fn version_of(entry: &HistoryEntry) -> Option<VersionId> {
    let stored = entry.change.added.last().map(|version| version.id.clone());
    stored.or_else(|| entry.change.moves().into_iter().find_map(|moved| moved.to))
}
