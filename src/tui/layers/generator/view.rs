//! Draws the generator.

use ratatui::layout::{Position, Rect};

use super::{Drawn, Generator};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::field::Shown;
use crate::tui::kit::line::wrapped;
use crate::tui::kit::panel::centred;
use crate::tui::kit::rows::{Rows, below, indented};
use crate::tui::theme::Role;

/// Rows of the recipe of a password, which is the longer one: the pane does not jump.
const RECIPE_ROWS: u16 = 5;
/// Rows for the value: 128 characters on the narrowest screen.
const VALUE_ROWS: u16 = 3;

pub fn draw(pane: &Generator, canvas: &mut Canvas<'_>) -> Option<Position> {
    let area = centred(canvas.body(), 66, RECIPE_ROWS + VALUE_ROWS + 3);
    let inside = canvas.dialog(area, "Generate", "");
    let cursor = pane.form.draw(canvas, Rows::of(inside).take(RECIPE_ROWS), true);
    let note = match &pane.drawn {
        Drawn::Asked(asked) => {
            asked.good().map_or_else(String::new, |generated| format!("{:.1} bits", generated.bits))
        }
        Drawn::Wrong(..) => String::new(),
    };
    let title = if pane.replaces { "Value: replaces the one in the form" } else { "Value" };
    canvas.divider(area, RECIPE_ROWS + 1, title, &note);
    draw_value(pane, canvas, below(inside, RECIPE_ROWS + 1));
    cursor
}

fn draw_value(pane: &Generator, canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme();
    let area = indented(area, 2, 2);
    let generated = match &pane.drawn {
        Drawn::Wrong(sentence, hint) => return draw_wrong(sentence, hint, canvas, area),
        Drawn::Asked(asked) => match asked.known() {
            None => return,
            Some(Err(failure)) => {
                return draw_wrong(&failure.sentence(), &failure.hint(), canvas, area);
            }
            Some(Ok(generated)) => generated,
        },
    };
    // Printable ASCII: a byte is a column.
    let mut rest = generated.text.expose_text().unwrap_or_default();
    for row in 0..area.height {
        let (line, after) = rest.split_at(rest.len().min(usize::from(area.width)));
        let mut pen = canvas.pen(area, row);
        match pane.shown {
            Shown::Plainly => pen.text(line, theme.style(Role::Text)),
            Shown::Masked => pen.text(&theme.glyphs.mask.repeat(line.len()), theme.style(Role::Text)),
        };
        rest = after;
    }
}

fn draw_wrong(sentence: &str, hint: &str, canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme();
    let lines = [(sentence, Role::Danger), (hint, Role::Muted)].into_iter();
    let lines =
        lines.flat_map(|(text, role)| wrapped(text, area.width).into_iter().map(move |line| (line, role)));
    for (row, (line, role)) in (0..area.height).zip(lines) {
        canvas.pen(area, row).text(&line, theme.style(role));
    }
}
