//! What of a JSON or dotenv value is copied: the whole, or one field. Names are shown, values never.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::{SecretName, VersionId};
use crate::tui::action::Action;
use crate::tui::effect::{Effect, Work};
use crate::tui::keymap::Keymap;
use crate::tui::layout;
use crate::tui::state::{Modal, State};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::footer;
use crate::tui::widgets::line::LinePen;
use crate::tui::widgets::panel::{Title, centred, draw_modal};

/// So many rows are shown at most.
const ROWS: u16 = 14;

/// The choice: the whole value first, then its fields.
pub struct CopyChooser {
    name: SecretName,
    version_id: VersionId,
    fields: Vec<String>,
    cursor: usize,
}

impl CopyChooser {
    /// For the value of a version.
    pub const fn new(name: SecretName, version_id: VersionId, fields: Vec<String>) -> Self {
        Self { name, version_id, fields, cursor: 0 }
    }

    /// Acts on a key.
    pub fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
        let Some(Modal::CopyChooser(chooser)) = state.modals.last_mut() else {
            return;
        };
        let last = chooser.fields.len();
        let page = usize::from(ROWS) - 1;
        match action {
            Action::Down => chooser.cursor = (chooser.cursor + 1).min(last),
            Action::Up => chooser.cursor = chooser.cursor.saturating_sub(1),
            Action::First => chooser.cursor = 0,
            Action::Last => chooser.cursor = last,
            Action::PageDown => chooser.cursor = (chooser.cursor + page).min(last),
            Action::PageUp => chooser.cursor = chooser.cursor.saturating_sub(page),
            Action::Enter | Action::CopyValue => {
                let (name, version_id) = (chooser.name.clone(), chooser.version_id.clone());
                let field = match chooser.cursor.checked_sub(1) {
                    Some(at) if action == Action::Enter => chooser.fields.get(at).cloned(),
                    _ => None,
                };
                state.modals.pop();
                effects.push(Effect::Work(Work::CopyPart { name, version_id, field }));
            }
            Action::Escape | Action::Back => {
                state.modals.pop();
            }
            _ => {}
        }
    }

    /// Draws it.
    pub fn draw(
        &self,
        state: &State,
        theme: &Theme,
        keymap: &Keymap,
        buffer: &mut Buffer,
    ) -> Option<Position> {
        let rows = u16::try_from(self.fields.len() + 1).unwrap_or(u16::MAX).min(ROWS);
        let area = centred(layout::areas(state.size).body, 60, rows + 2);
        let title = format!("Copy {} {}#{}", theme.glyphs.dot, self.name, self.version_id);
        let inside = draw_modal(buffer, area, Title { text: &title, note: "" }, theme);
        let on_top = |modal: &Modal| matches!(modal, Modal::CopyChooser(_));
        footer::draw_in_border(state, on_top, keymap, theme, buffer, area);
        let height = usize::from(inside.height);
        let top = (self.cursor + 1).saturating_sub(height);
        let names = std::iter::once("the whole value").chain(self.fields.iter().map(String::as_str));
        let mut cursor = None;
        for (row, (at, name)) in (0..inside.height).zip(names.enumerate().skip(top)) {
            let is_selected = at == self.cursor;
            let line = Rect { y: inside.y + row, height: 1, ..inside };
            let role = match at {
                _ if is_selected => Role::Selected,
                0 => Role::Muted,
                _ => Role::Text,
            };
            let style = theme.style(role);
            let mark = if is_selected { theme.glyphs.selected } else { " " };
            let mut pen = LinePen::new(buffer, line, 0);
            pen.text(" ", style).text(mark, style).text(" ", style);
            let room = pen.room();
            pen.fitted(name, room, style, &theme.glyphs);
            if is_selected {
                cursor = Some(Position::new(line.x + 1, line.y));
            }
        }
        cursor
    }
}

/// The fields of a value came; one without any was copied at once.
pub fn on_fields(state: &mut State, name: SecretName, version_id: VersionId, fields: Vec<String>) {
    if state.modals.is_empty() {
        state.modals.push(Modal::CopyChooser(Box::new(CopyChooser::new(name, version_id, fields))));
    }
}
