//! Draws a form, and records what a click lands on.

use ratatui::layout::{Position, Rect};

use super::field::{Content, Field, Id};
use super::{CONTENT, Form, LABELS, MARK};
use crate::tui::kit::Lines;
use crate::tui::kit::canvas::{Canvas, Hit};
use crate::tui::kit::field::{self, Focus, Shown};
use crate::tui::kit::label_field::LabelField;
use crate::tui::kit::line::width;
use crate::tui::kit::rows::{Rows, indented, row_of, split};
use crate::tui::kit::{strength, text_area};
use crate::tui::theme::{Role, Theme};

/// Columns of a short field, before what it counts.
const SHORT: u16 = 8;

/// How a field is drawn beyond what it holds.
#[derive(Default)]
pub struct Look {
    /// How many rows it takes, where that is not always the same.
    pub rows: Option<u16>,
    /// Shown in it while it is empty.
    pub placeholder: Option<String>,
    /// At the right end of its first row.
    pub side: String,
    pub below: Vec<(String, Role)>,
}

impl Form {
    /// How many rows it takes.
    pub fn rows(&self) -> u16 {
        self.rows_with(&|_| Look::default())
    }

    /// How many rows it takes with a look for each field.
    pub fn rows_with(&self, look: &dyn Fn(Id) -> Look) -> u16 {
        let shown = self.fields.iter().filter(|field| !field.is_hidden);
        shown.map(|field| field.height(&look(field.id))).sum()
    }

    /// Draws the fields from the top of an area; answers where the cursor stands. Without `takes_keys` no field has
    /// the focus.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, takes_keys: bool) -> Option<Position> {
        self.draw_with(canvas, area, takes_keys, &|_| Look::default())
    }

    /// Draws the fields with a look for each.
    pub fn draw_with(
        &self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        takes_keys: bool,
        look: &dyn Fn(Id) -> Look,
    ) -> Option<Position> {
        let mut rows = Rows::of(area);
        let mut cursor = None;
        for (at, field) in self.fields.iter().enumerate().filter(|(_, field)| !field.is_hidden) {
            let look = look(field.id);
            let place = rows.take(field.height(&look));
            if place.height == 0 {
                continue;
            }
            canvas.hit(place, Hit::Field(at));
            cursor = cursor.or(field.draw(canvas, place, at, takes_keys && at == self.focus, &look));
        }
        cursor
    }
}

impl Field {
    /// The rows of what is typed.
    fn rows(&self, look: &Look) -> u16 {
        look.rows.unwrap_or(self.rows)
    }

    /// The rows that it takes, what stands below included.
    fn height(&self, look: &Look) -> u16 {
        let below = look.below.len() + usize::from(!self.choices().is_empty());
        self.rows(look) + u16::try_from(below).unwrap_or(u16::MAX)
    }

    fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        at: usize,
        is_focused: bool,
        look: &Look,
    ) -> Option<Position> {
        let theme = canvas.theme();
        let rows = self.rows(look);
        let glyphs = &theme.glyphs;
        let (mark, role) =
            if is_focused { (glyphs.selected, Role::TitleFocused) } else { (" ", Role::Muted) };
        let mut pen = canvas.pen(area, 0);
        pen.text(mark, theme.style(Role::Accent)).skip(MARK - 1);
        pen.fitted(self.label, LABELS - 1, theme.style(role), glyphs);
        let mut below = Rows::of(indented(area, CONTENT, 1));
        let mut place = below.take(rows);
        if !look.side.is_empty() {
            canvas.pen(place, 0).right(&look.side, theme.style(Role::Hint));
            place.width = place.width.saturating_sub(width(&look.side) + 1);
        }
        let choices = self.choices();
        if !choices.is_empty() {
            let line = below.row();
            canvas.pen(line, 0).fitted(&choices.join("  "), line.width, theme.style(Role::Hint), glyphs);
        }
        for (text, role) in &look.below {
            let line = below.row();
            canvas.pen(line, 0).fitted(text, line.width, theme.style(*role), glyphs);
        }
        if !self.unit.is_empty() {
            let columns = SHORT.min(place.width);
            canvas.pen(place, 0).skip(columns).text(self.unit, theme.style(Role::Hint));
            place.width = columns;
        }
        let shown = match &self.content {
            Content::Choice { options, chosen } => {
                return draw_choice(canvas, place, at, options, *chosen, is_focused);
            }
            Content::Labels(labels) => return draw_labels(canvas, place, labels, is_focused),
            Content::Switches { options, at: switch } => {
                return draw_switches(canvas, place, at, options, is_focused.then_some(*switch));
            }
            Content::Masked(_, shown) => *shown,
            Content::NewPassword(_, strength, shown) => {
                if let Some(judged) = strength {
                    let (left, meter) = split(place, place.width.saturating_sub(strength::WIDTH + 1));
                    place = left;
                    strength::draw(*judged, canvas.pen(meter, 0).skip(1), theme);
                }
                *shown
            }
            Content::Text(_) | Content::Lines(_) | Content::Path(_) => Shown::Plainly,
        };
        let text = self.buffer()?;
        if text.is_empty() {
            let hint = theme.style(Role::Hint);
            let placeholder = look.placeholder.as_ref().unwrap_or(&self.placeholder);
            canvas.pen(place, 0).fitted(placeholder, place.width, hint, glyphs);
        }
        let focus = if is_focused { Focus::Here } else { Focus::Elsewhere };
        if text.lines() == Lines::Many {
            return text_area::draw(canvas, place, text, shown, focus);
        }
        field::draw(canvas, place, text, shown, focus)
    }
}

/// All options side by side where there is room, else the one that is chosen between arrows.
fn draw_choice(
    canvas: &mut Canvas<'_>,
    place: Rect,
    at: usize,
    options: &[String],
    chosen: usize,
    is_focused: bool,
) -> Option<Position> {
    let theme: &Theme = canvas.theme();
    let glyphs = &theme.glyphs;
    let style = theme.style(Role::Text);
    let sign_of = |is_chosen| if is_chosen { glyphs.radio_on } else { glyphs.radio_off };
    let wanted: u16 = options.iter().map(|option| width(option) + width(glyphs.radio_on) + 3).sum();
    if wanted <= place.width + 2 {
        let mut cursor = None;
        let mut left = row_of(place, 0);
        for (position, option) in options.iter().enumerate() {
            let is_chosen = position == chosen;
            let role = if is_chosen { Role::Accent } else { Role::Muted };
            let mut pen = canvas.pen(left, 0);
            pen.text(sign_of(is_chosen), theme.style(role)).skip(1).text(option, style);
            let (part, rest) = split(left, pen.column() - left.x);
            canvas.hit(part, Hit::Option(at, position));
            if is_chosen && is_focused {
                cursor = Some(Position::new(part.x + 1, place.y));
            }
            left = indented(rest, 2, 0);
        }
        return cursor;
    }
    let arrows = theme.style(if is_focused { Role::Accent } else { Role::Muted });
    let mut pen = canvas.pen(place, 0);
    pen.text(glyphs.left, arrows).skip(1);
    pen.text(options.get(chosen).map_or("", String::as_str), style).skip(1);
    let right = pen.column();
    pen.text(glyphs.right, arrows);
    let after = pen.column();
    pen.skip(2).text(&format!("{} of {}", chosen + 1, options.len()), theme.style(Role::Hint));
    let count = options.len().max(1);
    let arrow = |x, width| Rect { x, width, height: 1, ..place };
    canvas.hit(arrow(place.x, width(glyphs.left)), Hit::Option(at, (chosen + count - 1) % count));
    canvas.hit(arrow(right, after - right), Hit::Option(at, (chosen + 1) % count));
    is_focused.then_some(Position::new(place.x, place.y))
}

/// All switches side by side; the cursor stands on one of them.
fn draw_switches(
    canvas: &mut Canvas<'_>,
    place: Rect,
    at: usize,
    options: &[(&'static str, bool)],
    focused: Option<usize>,
) -> Option<Position> {
    let theme: &Theme = canvas.theme();
    let mut cursor = None;
    let mut left = row_of(place, 0);
    for (position, (word, is_on)) in options.iter().enumerate() {
        let is_here = focused == Some(position);
        let sign = if *is_on { "[x]" } else { "[ ]" };
        let role = if is_here { Role::TitleFocused } else { Role::Text };
        let mut pen = canvas.pen(left, 0);
        pen.text(sign, theme.style(if *is_on { Role::Accent } else { Role::Muted }));
        pen.skip(1).text(word, theme.style(role));
        let (part, rest) = split(left, pen.column() - left.x);
        canvas.hit(part, Hit::Option(at, position));
        if is_here {
            cursor = Some(Position::new(part.x + 1, place.y));
        }
        left = indented(rest, 3, 0);
    }
    cursor
}

/// The labels taken as chips, and behind them the one being typed, with what Tab would add.
fn draw_labels(
    canvas: &mut Canvas<'_>,
    place: Rect,
    labels: &LabelField,
    is_focused: bool,
) -> Option<Position> {
    let theme: &Theme = canvas.theme();
    let mut pen = canvas.pen(place, 0);
    for (label, can_be_removed) in labels.chips() {
        pen.text(label.as_str(), theme.style(Role::Chip));
        if can_be_removed {
            pen.skip(1).text(theme.glyphs.cross, theme.style(Role::Muted));
        }
        pen.skip(2);
    }
    let taken = pen.column() - place.x;
    let rest = indented(place, taken, 0);
    let input = labels.input();
    let focus = if is_focused { Focus::Here } else { Focus::Elsewhere };
    let cursor = field::draw(canvas, rest, input, Shown::Plainly, focus);
    if is_focused && let Some(ghost) = labels.completed().and_then(|label| label.get(input.len()..)) {
        let typed = width(input.text());
        canvas.pen(rest, 0).skip(typed).text(ghost, theme.style(Role::Hint));
    }
    cursor
}
