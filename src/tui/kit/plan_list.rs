//! The lines of a plan, of which only some are seen at once: long ones are broken, and one may be selected.

use ratatui::layout::{Position, Rect};

use super::canvas::{Canvas, Hit};
use super::line::{width, wrapped};
use super::rows::row_of;
use super::scroll::{draw_position, scrolled};
use crate::tui::action::Action;
use crate::tui::plan_text::PlanLine;
use crate::tui::theme::Role;

/// Whether one line is selected, which keys are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selecting {
    /// The list only scrolls.
    No,
    Yes,
}

/// A row of the screen: a part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    line: usize,
    is_first: bool,
    text: String,
}

/// The list.
#[derive(Debug)]
pub struct PlanList {
    selecting: Selecting,
    lines: Vec<PlanLine>,
    rows: Vec<Row>,
    /// How many columns the rows were made for, and how many of them are seen.
    columns: u16,
    seen: u16,
    /// The columns of what stands before the text.
    sign: u16,
    subject: u16,
    /// The first row that is seen.
    top: usize,
    selected: usize,
}

impl PlanList {
    pub const fn new(selecting: Selecting) -> Self {
        Self {
            selecting,
            lines: Vec::new(),
            rows: Vec::new(),
            columns: 0,
            seen: 0,
            sign: 1,
            subject: 0,
            top: 0,
            selected: 0,
        }
    }

    /// Other lines. What is selected stays where it is, as far as there is such a line.
    pub fn set(&mut self, lines: Vec<PlanLine>) {
        self.lines = lines;
        self.selected = self.selected.min(self.lines.len().saturating_sub(1));
        self.break_lines();
    }

    /// Back to the first line.
    pub const fn rewind(&mut self) {
        (self.top, self.selected) = (0, 0);
    }

    /// How many rows all lines take.
    pub const fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Which line is selected.
    pub const fn selected(&self) -> usize {
        self.selected
    }

    /// Takes so many columns.
    pub fn fit_columns(&mut self, columns: u16) {
        if columns != self.columns {
            self.columns = columns;
            self.break_lines();
        }
    }

    /// Shows so many rows at once.
    pub fn fit_rows(&mut self, seen: u16) {
        self.seen = seen;
        self.top = self.top.min(self.last_top());
        self.keep_selected_in_view();
    }

    fn break_lines(&mut self) {
        let longest = |of: &dyn Fn(&PlanLine) -> u16| self.lines.iter().map(of).max().unwrap_or(0);
        self.sign = longest(&|line| width(line.sign)).max(1);
        self.subject = longest(&|line| width(&line.subject)).min(self.columns / 2);
        let room = self.columns.saturating_sub(self.text_column() + 2);
        self.rows.clear();
        for (line, content) in self.lines.iter().enumerate() {
            // What is set in stays so in all its rows.
            let text = content.text.trim_start_matches(' ');
            let indent = &content.text[..content.text.len() - text.len()];
            let parts = wrapped(text, room.saturating_sub(width(indent)));
            let rows = parts.into_iter().enumerate().map(|(part, text)| Row {
                line,
                is_first: part == 0,
                text: format!("{indent}{text}"),
            });
            self.rows.extend(rows);
        }
    }

    /// The column of a sign.
    const fn margin(&self) -> u16 {
        match self.selecting {
            Selecting::No => 2,
            Selecting::Yes => 3,
        }
    }

    const fn text_column(&self) -> u16 {
        let subject = if self.subject == 0 { 0 } else { self.subject + 2 };
        self.margin() + self.sign + 1 + subject
    }

    fn last_top(&self) -> usize {
        self.rows.len().saturating_sub(usize::from(self.seen))
    }

    /// Does what a key of a list means.
    pub fn act(&mut self, action: Action) {
        let page = usize::from(self.seen).max(1);
        match self.selecting {
            Selecting::No => self.top = scrolled(self.top, self.last_top(), page, action),
            Selecting::Yes => {
                let last = self.lines.len().saturating_sub(1);
                self.select(scrolled(self.selected, last, page, action));
            }
        }
    }

    /// Selects a line.
    pub fn select(&mut self, line: usize) {
        if self.selecting == Selecting::Yes && line < self.lines.len() {
            self.selected = line;
            self.keep_selected_in_view();
        }
    }

    fn keep_selected_in_view(&mut self) {
        if self.selecting == Selecting::No || self.seen == 0 {
            return;
        }
        let start = self.rows.partition_point(|row| row.line < self.selected);
        let end = self.rows.partition_point(|row| row.line <= self.selected);
        let least = end.saturating_sub(usize::from(self.seen)).min(start);
        self.top = self.top.clamp(least, start);
    }

    /// Draws the rows that are seen, and in the border of `frame` which these are; answers where the selected line
    /// begins.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, frame: Rect) -> Option<Position> {
        let theme = canvas.theme();
        let end = self.rows.len().min(self.top + usize::from(area.height));
        let mut cursor = None;
        for (place, row) in (0_u16..).zip(self.rows.get(self.top..end).unwrap_or_default()) {
            let Some(line) = self.lines.get(row.line) else { continue };
            let is_selected = self.selecting == Selecting::Yes && row.line == self.selected;
            let over = is_selected.then(|| theme.style(Role::Selected));
            let style = |role| over.unwrap_or_else(|| theme.style(role));
            let place = row_of(area, place);
            let (sign, subject) = if row.is_first { (line.sign, line.subject.as_str()) } else { ("", "") };
            let mut pen = canvas.pen(place, 0);
            if self.selecting == Selecting::Yes {
                let mark = if is_selected && row.is_first { theme.glyphs.selected } else { " " };
                pen.text(" ", style(Role::Text)).text(mark, style(Role::Text)).text(" ", style(Role::Text));
            } else {
                pen.skip(self.margin());
            }
            pen.fitted(sign, self.sign, theme.mark(line.role, over), &theme.glyphs)
                .text(" ", style(Role::Text));
            if self.subject > 0 {
                pen.fitted(subject, self.subject, style(Role::Text), &theme.glyphs)
                    .text("  ", style(Role::Text));
            }
            // Without a sign, the text itself shows what kind of line it is.
            let role = if line.sign.is_empty() { line.role } else { Role::Text };
            pen.text(&row.text.replace('→', theme.glyphs.arrow), style(role));
            if over.is_some() {
                pen.fill(" ", style(Role::Text));
            }
            if self.selecting == Selecting::Yes {
                canvas.hit(place, Hit::Line(row.line));
            }
            if is_selected && row.is_first {
                cursor = Some(Position::new(place.x, place.y));
            }
        }
        draw_position(canvas, frame, self.top..end, self.rows.len());
        cursor
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(selecting: Selecting, texts: &[&str]) -> PlanList {
        let line = |text: &&str| PlanLine {
            sign: "",
            role: Role::Text,
            subject: String::new(),
            text: (*text).to_owned(),
        };
        let mut list = PlanList::new(selecting);
        list.fit_columns(20);
        list.set(texts.iter().map(line).collect());
        list
    }

    #[test]
    fn a_long_line_is_broken_and_scrolled_row_by_row() {
        let mut list = list(Selecting::No, &["one two three four five", "six"]);
        assert_eq!(list.rows(), 3);
        list.fit_rows(2);
        list.act(Action::Down);
        list.act(Action::Down);
        assert_eq!(list.top, 1, "the last row is seen");
        list.fit_columns(60);
        list.fit_rows(2);
        assert_eq!((list.rows(), list.top), (2, 0));
    }

    #[test]
    fn the_selected_line_is_in_view_with_all_its_rows() {
        let mut list =
            list(Selecting::Yes, &["one two three four five", "six", "seven eight nine ten eleven"]);
        list.fit_rows(2);
        assert_eq!((list.selected(), list.top), (0, 0));
        list.act(Action::Last);
        assert_eq!((list.selected(), list.top), (2, 3));
        list.act(Action::Up);
        assert_eq!((list.selected(), list.top), (1, 2));
        list.act(Action::First);
        assert_eq!((list.selected(), list.top), (0, 0));
        list.select(7);
        assert_eq!(list.selected(), 0, "there is no such line");
        list.fit_rows(1);
        assert_eq!(list.top, 0, "of a line that does not fit its beginning is seen");
    }
}
