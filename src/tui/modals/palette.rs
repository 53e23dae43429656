//! The command palette: every action that is alive here, found by name or by what it does.

use ratatui::layout::Position;

use super::palette_view::areas;
use crate::tui::action::Action;
use crate::tui::command::{self, Command};
use crate::tui::context::{self, Context, contexts, is_available};
use crate::tui::keymap::{Key, Keymap};
use crate::tui::layout;
use crate::tui::search::{Candidate, Query};
use crate::tui::state::{Modal, State, Tone};
use crate::tui::widgets::{EditBuffer, Lines};

/// An action that can be chosen.
pub struct Entry {
    /// What it is.
    pub action: Action,
    /// Its name in the keymap.
    pub name: &'static str,
    /// What it does, in a sentence where there is one.
    pub sentence: String,
    /// The same in a word or two.
    pub words: String,
    /// The key that does it too.
    pub key: Option<Key>,
    /// Why it can do nothing now.
    pub obstacle: Option<&'static str>,
}

/// The palette. What it offers is fixed when it opens: nothing moves under the cursor.
pub struct Palette {
    query: EditBuffer,
    entries: Vec<Entry>,
    /// Which of them answer the query, the best first.
    found: Vec<usize>,
    cursor: usize,
}

impl Palette {
    /// Opens it over what has the keys now.
    pub fn open(state: &mut State, keymap: &Keymap) {
        let entries = alive(state, keymap);
        let mut palette =
            Self { query: EditBuffer::new(Lines::Single), entries, found: Vec::new(), cursor: 0 };
        palette.search();
        state.modals.push(Modal::Palette(Box::new(palette)));
    }

    /// What is typed.
    pub const fn query(&self) -> &EditBuffer {
        &self.query
    }

    /// What is typed, for typing.
    pub const fn query_mut(&mut self) -> &mut EditBuffer {
        &mut self.query
    }

    /// What answers it, the best first.
    pub fn found(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.found.iter().map(|&position| &self.entries[position])
    }

    /// The row under the cursor.
    pub const fn cursor(&self) -> usize {
        self.cursor
    }

    /// A command that was typed with all that it needs.
    pub fn typed(&self) -> Option<Command> {
        Command::typed(self.query.text())
    }

    /// The name that was probably meant, where nothing is found.
    pub fn nearest(&self) -> Option<&'static str> {
        let names = self.entries.iter().map(|entry| entry.name);
        command::nearest(self.query.text().trim(), names)
    }

    /// What is typed, as a query. What narrows a list of secrets is a word like any other here.
    pub fn wanted(&self) -> Query {
        let words = self.query.text().split_whitespace();
        let words = words.map(|word| match word {
            "due" => "'due",
            "deleted" => "'deleted",
            word => word,
        });
        Query::parse(&words.collect::<Vec<_>>().join(" "))
    }

    /// Looks for what is typed now.
    pub fn search(&mut self) {
        let query = self.wanted();
        let mut ranked: Vec<_> =
            (0..self.entries.len()).filter_map(|at| Some((query.rank(&self.entries[at])?, at))).collect();
        if query.is_empty() {
            // In the order of the keymap; what can do nothing now comes last.
            ranked.sort_by_key(|(_, at)| (self.entries[*at].obstacle.is_some(), *at));
        } else {
            ranked.sort();
        }
        self.found = ranked.into_iter().map(|(_, at)| at).collect();
        self.cursor = 0;
    }

    /// Puts the cursor on the command under the pointer; it is not run.
    pub fn click(state: &mut State, at: Position) {
        let list = areas(layout::areas(state.size).body).list;
        if let Some(Modal::Palette(palette)) = state.modals.last_mut()
            && list.contains(at)
            && palette.typed().is_none()
        {
            let row = palette.top(list.height) + usize::from(at.y - list.y);
            if row < palette.found.len() {
                palette.cursor = row;
            }
        }
    }

    /// The first command that is seen.
    pub(super) fn top(&self, height: u16) -> usize {
        (self.cursor + 1).saturating_sub(usize::from(height))
    }

    /// Acts on a key; answers the command to run in what lies below, which has the keys again then.
    pub fn act(state: &mut State, action: Action, keymap: &Keymap) -> Option<Command> {
        let page = list_rows(state.size).max(1);
        let Some(Modal::Palette(palette)) = state.modals.last_mut() else {
            return None;
        };
        let last = palette.found.len().saturating_sub(1);
        let turned = |at: usize, step: usize| if last == 0 { 0 } else { (at + step) % (last + 1) };
        palette.cursor = match action {
            Action::Down => turned(palette.cursor, 1),
            Action::Up => turned(palette.cursor, last),
            Action::PageDown => (palette.cursor + page).min(last),
            Action::PageUp => palette.cursor.saturating_sub(page),
            _ => palette.cursor,
        };
        match action {
            Action::Complete => palette.complete(),
            Action::Escape | Action::Back => {
                state.modals.pop();
            }
            Action::Enter => return Self::choose(state, keymap),
            _ => {}
        }
        None
    }

    /// Writes out the name under the cursor, or the one that was probably meant.
    fn complete(&mut self) {
        let name = self.found().nth(self.cursor).map(|entry| entry.name).or_else(|| self.nearest());
        if let Some(name) = name {
            self.query.set(name);
            self.search();
        }
    }

    fn choose(state: &mut State, keymap: &Keymap) -> Option<Command> {
        let Some(Modal::Palette(palette)) = state.modals.last_mut() else {
            return None;
        };
        if let Some(typed) = palette.typed() {
            state.modals.pop();
            return Some(typed);
        }
        let Some(entry) = palette.found().nth(palette.cursor) else {
            // A second Enter runs it: nobody runs what he did not read.
            palette.complete();
            return None;
        };
        let (action, name) = (entry.action, entry.name);
        if let Some(obstacle) = entry.obstacle {
            state.say(Tone::Note, format!("{name}: {obstacle}"));
            return None;
        }
        state.modals.pop();
        // An answer of the worker may have changed what lies below.
        if is_alive(state, keymap, action) && is_available(state, action) {
            return Some(Command::Run(action));
        }
        state.say(Tone::Note, format!("{name}: {}", context::why_unavailable(state, action)));
        None
    }
}

/// How many rows of the list are seen.
pub(super) fn list_rows(size: (u16, u16)) -> usize {
    usize::from(areas(layout::areas(size).body).list.height)
}

fn is_alive(state: &State, keymap: &Keymap, action: Action) -> bool {
    contexts(state).iter().any(|context| keymap.rows(*context).any(|row| row.action == action))
}

/// Every action that is alive, what is special here first, moving about last.
fn alive(state: &State, keymap: &Keymap) -> Vec<Entry> {
    let contexts = contexts(state);
    let moves = |context: &Context| matches!(context, Context::Tree | Context::Lists | Context::Panes);
    let (moving, doing): (Vec<Context>, Vec<Context>) = contexts.iter().partition(|context| moves(context));
    let mut entries: Vec<Entry> = Vec::new();
    for row in doing.into_iter().chain(moving).flat_map(|context| keymap.rows(context)) {
        let is_known = entries.iter().any(|entry| entry.action == row.action);
        if is_known || row.action == Action::Palette {
            continue;
        }
        let obstacle =
            (!is_available(state, row.action)).then(|| context::why_unavailable(state, row.action));
        entries.push(Entry {
            action: row.action,
            name: row.action.name(),
            sentence: row.explanation.as_ref().unwrap_or(&row.description).clone(),
            words: row.description.clone(),
            key: keymap.key_for(contexts, row.action),
            obstacle,
        });
    }
    entries
}

impl Candidate for Entry {
    fn name(&self) -> &[u8] {
        self.name.as_bytes()
    }

    fn description(&self) -> &[u8] {
        self.sentence.as_bytes()
    }

    fn tags_text(&self) -> &[u8] {
        self.words.as_bytes()
    }

    fn any_tag(&self, _condition: &mut dyn FnMut(&[u8], &[u8]) -> bool) -> bool {
        false
    }

    fn any_label(&self, _condition: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        false
    }

    fn is_due(&self) -> bool {
        false
    }

    fn is_deleted(&self) -> bool {
        false
    }
}
