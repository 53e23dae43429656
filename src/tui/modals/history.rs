//! The history of a secret or of the vault: when, through which door, what moved from where to where.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::plan_view::draw_refusal;
use super::take_back::TakeBackPane;
use crate::domain::{SecretName, VersionId};
use crate::tui::action::Action;
use crate::tui::effect::{Effect, Work};
use crate::tui::keymap::Keymap;
use crate::tui::layout;
use crate::tui::screens::browse::Pane;
use crate::tui::state::{Modal, State, Tone};
use crate::tui::theme::{Role, Theme};
use crate::tui::when;
use crate::tui::widgets::footer;
use crate::tui::widgets::line::{LinePen, wrapped};
use crate::tui::widgets::panel::{Focused, Title, centred, draw_divider, draw_modal};
use crate::vault::{HistoryEntry, VaultError, wording};
use crate::versioning::Direction;

/// How many entries are read at most.
pub const LIMIT: usize = 1_000;
/// Rows for the entry under the cursor.
const ENTRY_ROWS: u16 = 4;

/// The history that is shown.
pub struct History {
    secret: Option<SecretName>,
    /// Whose history it is; `None`: the vault's.
    subject: Option<SecretName>,
    entries: Option<Result<Vec<HistoryEntry>, VaultError>>,
    cursor: usize,
}

impl History {
    /// Opens the history of the selected secret, or of the vault where none is selected.
    pub fn open(state: &mut State, effects: &mut Vec<Effect>) {
        let secret = state.browse().and_then(|browse| browse.selected.clone());
        let history = Self { subject: secret.clone(), secret, entries: None, cursor: 0 };
        state.modals.push(Modal::History(Box::new(history)));
        Self::read(state, effects);
    }

    /// Reads it, or reads it again after a change.
    pub fn read(state: &mut State, effects: &mut Vec<Effect>) {
        if let Some(history) = history(state) {
            effects.push(Effect::Work(Work::History(history.subject.clone())));
        }
    }

    fn all(&self) -> &[HistoryEntry] {
        match &self.entries {
            Some(Ok(entries)) => entries,
            _ => &[],
        }
    }

    /// Acts on a key.
    pub fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
        let page = usize::from(area(state.size).height.saturating_sub(ENTRY_ROWS + 3)).max(1);
        let Some(history) = history(state) else {
            return;
        };
        let last = history.all().len().saturating_sub(1);
        match action {
            Action::Down => history.cursor = (history.cursor + 1).min(last),
            Action::Up => history.cursor = history.cursor.saturating_sub(1),
            Action::PageDown => history.cursor = (history.cursor + page).min(last),
            Action::PageUp => history.cursor = history.cursor.saturating_sub(page),
            Action::First => history.cursor = 0,
            Action::Last => history.cursor = last,
            Action::History if history.secret.is_some() => {
                history.subject = match history.subject {
                    Some(_) => None,
                    None => history.secret.clone(),
                };
                history.entries = None;
                history.cursor = 0;
                Self::read(state, effects);
            }
            Action::Enter => go_to_version(state, effects),
            Action::Undo => TakeBackPane::open(state, Direction::Undo, effects),
            Action::Escape | Action::Back => {
                state.modals.pop();
            }
            _ => {}
        }
    }

    /// Selects the change under the pointer.
    pub fn click(state: &mut State, at: Position) {
        let rows = rows_area(state.size);
        if let Some(history) = history(state)
            && rows.contains(at)
        {
            let position = history.top(rows.height) + usize::from(at.y - rows.y);
            if position < history.all().len() {
                history.cursor = position;
            }
        }
    }

    /// The first change that is seen.
    fn top(&self, height: u16) -> usize {
        (self.cursor + 1).saturating_sub(usize::from(height))
    }

    /// Draws it.
    pub fn draw(
        &self,
        state: &State,
        theme: &Theme,
        keymap: &Keymap,
        buffer: &mut Buffer,
    ) -> Option<Position> {
        let area = area(state.size);
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
        let inside = draw_modal(buffer, area, Title { text: &title, note: &note }, theme);
        let on_top = |modal: &Modal| matches!(modal, Modal::History(_));
        footer::draw_in_border(state, on_top, keymap, theme, buffer, area);
        match &self.entries {
            None => {
                let sentence = format!("reading{}", theme.glyphs.ellipsis);
                LinePen::new(buffer, inside, 0).skip(2).text(&sentence, theme.style(Role::Muted));
                return None;
            }
            Some(Err(error)) => {
                draw_refusal(buffer, inside, error, theme);
                return None;
            }
            Some(Ok(_)) => {}
        }
        let height = rows_area(state.size).height;
        let top = self.top(height);
        let mut cursor = None;
        for (row, (position, entry)) in (0..height).zip(self.all().iter().enumerate().skip(top)) {
            let is_selected = position == self.cursor;
            if is_selected {
                cursor = Some(Position::new(inside.x + 1, inside.y + row));
            }
            self.draw_row(entry, is_selected, state, theme, buffer, Rect { y: inside.y + row, ..inside });
        }
        let title = Title { text: "This change", note: "" };
        draw_divider(buffer, area, height + 1, title, Focused::Yes, theme);
        let below = Rect {
            y: (inside.y + height + 1).min(inside.bottom()),
            height: ENTRY_ROWS.min(inside.height),
            ..inside
        };
        if let Some(entry) = self.all().get(self.cursor) {
            draw_entry(entry, below, theme, buffer);
        }
        cursor
    }

    fn draw_row(
        &self,
        entry: &HistoryEntry,
        is_selected: bool,
        state: &State,
        theme: &Theme,
        buffer: &mut Buffer,
        line: Rect,
    ) {
        let style = |role| theme.style(if is_selected { Role::Selected } else { role });
        let glyphs = &theme.glyphs;
        let mark = if is_selected { glyphs.selected } else { " " };
        let mut pen = LinePen::new(buffer, line, 0);
        pen.skip(1).text(mark, style(Role::Text)).text(" ", style(Role::Text));
        pen.fitted(&when::ago_short(entry.time, state.wall), 5, style(Role::Muted), glyphs);
        let words = match (&self.subject, &entry.secret) {
            (None, Some(name)) => format!("{name}: {}", in_short(entry)),
            _ => in_short(entry),
        };
        let words = words.replace('→', glyphs.arrow);
        let room = pen.room().saturating_sub(1);
        pen.fitted(&words, room, style(Role::Text), glyphs);
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

fn history(state: &mut State) -> Option<&mut History> {
    state.modals.iter_mut().rev().find_map(|modal| match modal {
        Modal::History(history) => Some(&mut **history),
        _ => None,
    })
}

/// The entries came; those of another subject are dropped.
pub fn on_history(
    state: &mut State,
    subject: Option<&SecretName>,
    result: Result<Vec<HistoryEntry>, VaultError>,
) {
    if let Some(history) = history(state)
        && history.subject.as_ref() == subject
    {
        history.entries = Some(result);
        history.cursor = history.cursor.min(history.all().len().saturating_sub(1));
    }
}

/// The version that a change is about: the stored one, else the one that a label came to.
fn version_of(entry: &HistoryEntry) -> Option<VersionId> {
    let stored = entry.change.added.last().map(|version| version.id.clone());
    stored.or_else(|| entry.change.moves().into_iter().find_map(|moved| moved.to))
}

fn go_to_version(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(entry) = history(state).and_then(|history| history.all().get(history.cursor)) else {
        return;
    };
    let version = version_of(entry);
    let renamed = entry.change.name.as_ref().map(|shift| shift.after.clone());
    let Some(name) = renamed.or_else(|| entry.secret.clone()) else {
        return state.say(Tone::Note, "this change is of the vault itself: there is no version to go to");
    };
    let Some(browse) = state.browse_mut() else {
        return;
    };
    browse.bring_up(&name, effects);
    if browse.selected.as_ref() != Some(&name) {
        return state.say(Tone::Note, format!("{name} is not there any more: it was purged or renamed"));
    }
    if let Some(version) = &version {
        browse.wish_version(version);
        browse.pane = Pane::Versions;
    }
    effects.push(Effect::Work(Work::Describe(name)));
    state.modals.retain(|modal| !matches!(modal, Modal::History(_)));
}
