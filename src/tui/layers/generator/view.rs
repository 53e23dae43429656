//! Draws the generator.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Drawn, Generator};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::field::Shown;
use crate::tui::kit::line::{LinePen, wrapped};
use crate::tui::kit::panel::centred;
use crate::tui::theme::{Role, Theme};

/// Rows of the recipe of a password, which is the longer one: the pane does not jump.
const RECIPE_ROWS: u16 = 5;
/// Rows for the value: 128 characters on the narrowest screen.
const VALUE_ROWS: u16 = 3;

pub fn draw(pane: &Generator, canvas: &mut Canvas<'_>) -> Option<Position> {
    let theme = canvas.theme();
    let area = centred(canvas.body(), 66, RECIPE_ROWS + VALUE_ROWS + 3);
    let inside = canvas.dialog(area, "Generate", "");
    let cursor = pane.form.draw(canvas, Rect { height: RECIPE_ROWS.min(inside.height), ..inside }, true);
    let note = match &pane.drawn {
        Drawn::Asked(asked) => {
            asked.good().map_or_else(String::new, |generated| format!("{:.1} bits", generated.bits))
        }
        Drawn::Wrong(..) => String::new(),
    };
    let title = if pane.replaces { "Value: replaces the one in the form" } else { "Value" };
    canvas.divider(area, RECIPE_ROWS + 1, title, &note);
    let below = Rect {
        y: (inside.y + RECIPE_ROWS + 1).min(inside.bottom()),
        height: inside.height.saturating_sub(RECIPE_ROWS + 1),
        ..inside
    };
    draw_value(pane, theme, canvas.buffer, below);
    cursor
}

fn draw_value(pane: &Generator, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let area = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..area };
    let generated = match &pane.drawn {
        Drawn::Wrong(sentence, hint) => return draw_wrong(sentence, hint, theme, buffer, area),
        Drawn::Asked(asked) => match asked.known() {
            None => return,
            Some(Err(failure)) => {
                return draw_wrong(&failure.sentence(), &failure.hint(), theme, buffer, area);
            }
            Some(Ok(generated)) => generated,
        },
    };
    // Printable ASCII: a byte is a column.
    let mut rest = generated.text.expose_text().unwrap_or_default();
    for row in 0..area.height {
        let (line, after) = rest.split_at(rest.len().min(usize::from(area.width)));
        let mut pen = LinePen::new(buffer, area, row);
        match pane.shown {
            Shown::Plainly => pen.text(line, theme.style(Role::Text)),
            Shown::Masked => pen.text(&theme.glyphs.mask.repeat(line.len()), theme.style(Role::Text)),
        };
        rest = after;
    }
}

fn draw_wrong(sentence: &str, hint: &str, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let lines = [(sentence, Role::Danger), (hint, Role::Muted)].into_iter();
    let lines =
        lines.flat_map(|(text, role)| wrapped(text, area.width).into_iter().map(move |line| (line, role)));
    for (row, (line, role)) in (0..area.height).zip(lines) {
        LinePen::new(buffer, area, row).text(&line, theme.style(role));
    }
}
