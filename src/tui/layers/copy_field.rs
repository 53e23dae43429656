//! What of a JSON or dotenv value is copied: the whole, or one field. Names are shown, values never.

use ratatui::layout::Position;

use crate::domain::{SecretName, VersionId};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::ask::Work;
use crate::tui::context::{Context, Contexts};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::panel::centred;
use crate::tui::kit::rows::row_of;
use crate::tui::layer::{Flow, Layer};
use crate::tui::theme::Role;

/// So many rows are shown at most.
const ROWS: u16 = 14;

/// The choice: the whole value first, then its fields.
pub struct CopyField {
    name: SecretName,
    version_id: VersionId,
    fields: Vec<String>,
    cursor: usize,
}

impl CopyField {
    /// For the value of a version.
    pub const fn new(name: SecretName, version_id: VersionId, fields: Vec<String>) -> Self {
        Self { name, version_id, fields, cursor: 0 }
    }
}

impl Layer for CopyField {
    fn name(&self) -> &'static str {
        "copy field"
    }

    fn contexts(&self) -> Contexts {
        Contexts::commanding(&[Context::CopyChooser, Context::Lists])
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        let last = self.fields.len();
        let page = usize::from(ROWS) - 1;
        match action {
            Action::Down => self.cursor = (self.cursor + 1).min(last),
            Action::Up => self.cursor = self.cursor.saturating_sub(1),
            Action::First => self.cursor = 0,
            Action::Last => self.cursor = last,
            Action::PageDown => self.cursor = (self.cursor + page).min(last),
            Action::PageUp => self.cursor = self.cursor.saturating_sub(page),
            Action::Enter | Action::CopyValue => {
                let (name, version_id) = (self.name.clone(), self.version_id.clone());
                let field = match self.cursor.checked_sub(1) {
                    Some(at) if action == Action::Enter => self.fields.get(at).cloned(),
                    _ => None,
                };
                app.asks.work(Work::CopyPart { name, version_id, field });
                return Flow::Done;
            }
            Action::Escape | Action::Back => return Flow::Close,
            _ => {}
        }
        Flow::Stay
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        let theme = canvas.theme();
        let rows = u16::try_from(self.fields.len() + 1).unwrap_or(u16::MAX).min(ROWS);
        let area = centred(canvas.body(), 60, rows + 2);
        let title = format!("Copy {} {}#{}", theme.glyphs.dot, self.name, self.version_id);
        let inside = canvas.dialog(area, &title, "");
        let height = usize::from(inside.height);
        let top = (self.cursor + 1).saturating_sub(height);
        let names = std::iter::once("the whole value").chain(self.fields.iter().map(String::as_str));
        let mut cursor = None;
        for (row, (at, name)) in (0..inside.height).zip(names.enumerate().skip(top)) {
            let is_selected = at == self.cursor;
            let line = row_of(inside, row);
            let role = match at {
                _ if is_selected => Role::Selected,
                0 => Role::Muted,
                _ => Role::Text,
            };
            let style = theme.style(role);
            let mark = if is_selected { theme.glyphs.selected } else { " " };
            let mut pen = canvas.pen(line, 0);
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
