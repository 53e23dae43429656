//! Writing one line of cells. Whatever is written passes [`visible`], so nothing can reach the terminal raw.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::domain::visible;
use crate::tui::glyphs::Glyphs;

/// Writes from left to right within a part of one row.
pub struct LinePen<'a> {
    buffer: &'a mut Buffer,
    row: u16,
    column: u16,
    end: u16,
}

impl<'a> LinePen<'a> {
    /// A pen for the row that lies so many rows below the top of an area. Outside the area it writes nothing.
    pub fn new(buffer: &'a mut Buffer, area: Rect, row: u16) -> Self {
        let area = area.intersection(buffer.area);
        let is_inside = row < area.height;
        let end = if is_inside { area.right() } else { area.left() };
        Self { buffer, row: area.top().saturating_add(row), column: area.left(), end }
    }

    /// Writes a text as far as there is room.
    pub fn text(&mut self, text: &str, style: Style) -> &mut Self {
        let text = visible(text);
        let room = usize::from(self.end - self.column);
        if room > 0 {
            (self.column, _) = self.buffer.set_stringn(self.column, self.row, &text, room, style);
        }
        self
    }

    /// Writes a text in exactly so many columns: cut with an ellipsis, or filled with spaces.
    pub fn fitted(&mut self, text: &str, width: u16, style: Style, glyphs: &Glyphs) -> &mut Self {
        let stop = self.column.saturating_add(width).min(self.end);
        let text = visible(text);
        let room = usize::from(stop - self.column);
        let cut = cut_to(&text, room, glyphs.ellipsis);
        self.text(&cut, style);
        // The room belongs to the text: a row that is selected is so from end to end.
        while self.column < stop {
            self.text(" ", style);
        }
        self
    }

    /// Writes a text at the right end; the pen stops before it from then on. What does not fit is left out.
    pub fn right(&mut self, text: &str, style: Style) -> &mut Self {
        let text = visible(text);
        let width = width(&text);
        if width > 0 && self.column.saturating_add(width) <= self.end {
            let start = self.end - width;
            self.buffer.set_stringn(start, self.row, &text, usize::from(width), style);
            self.end = start;
        }
        self
    }

    /// Leaves columns as they are.
    pub fn skip(&mut self, columns: u16) -> &mut Self {
        self.column = self.column.saturating_add(columns).min(self.end);
        self
    }

    /// Fills the rest with one sign.
    pub fn fill(&mut self, sign: &str, style: Style) -> &mut Self {
        while self.column < self.end {
            self.text(sign, style);
        }
        self
    }

    /// How many columns are left.
    pub const fn room(&self) -> u16 {
        self.end - self.column
    }

    /// Where the next sign goes.
    pub const fn column(&self) -> u16 {
        self.column
    }
}

/// How many columns a text takes.
pub fn width(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// The text cut to so many columns, with an ellipsis at its end if it was longer.
pub fn cut_to<'a>(text: &'a str, columns: usize, ellipsis: &str) -> std::borrow::Cow<'a, str> {
    if text.width() <= columns {
        return text.into();
    }
    let mut room = columns.saturating_sub(ellipsis.width());
    let mut end = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        let needed = grapheme.width();
        if needed > room {
            break;
        }
        room -= needed;
        end = at + grapheme.len();
    }
    let mut cut = text[..end].to_owned();
    if columns >= ellipsis.width() {
        cut.push_str(ellipsis);
    }
    cut.into()
}

/// Where a path in ASCII is cut in its middle, so that with one sign between it takes so many columns: the end of what
/// stays of its beginning, and the start of what stays of its end. `None`: it fits.
pub fn middle_of_path(path: &str, columns: usize) -> Option<(usize, usize)> {
    if path.len() <= columns {
        return None;
    }
    let room = columns.saturating_sub(1);
    // The last parts tell most, then the first.
    let first = path.find('/').map_or(0, |slash| slash + 1);
    let whole_parts = path
        .match_indices('/')
        .map(|(slash, _)| slash)
        .find(|slash| *slash >= first && path.len() - slash > 1 && first + (path.len() - slash) <= room);
    Some(match whole_parts {
        Some(slash) if first > 0 => (first, slash),
        _ => {
            let end = room * 2 / 3;
            (room - end, path.len() - end)
        }
    })
}

/// A path in ASCII cut in its middle to so many columns.
pub fn cut_path(path: &str, columns: u16, glyphs: &Glyphs) -> String {
    match middle_of_path(path, usize::from(columns)) {
        None => path.to_owned(),
        Some((head, tail)) => format!("{}{}{}", &path[..head], glyphs.ellipsis, &path[tail..]),
    }
}

/// Breaks a sentence into lines of at most so many columns, at spaces where there are any.
pub fn wrapped(text: &str, columns: u16) -> Vec<String> {
    let columns = usize::from(columns.max(1));
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && line.width() + 1 + word.width() > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for grapheme in word.graphemes(true) {
            if line.width() + grapheme.width() > columns {
                lines.push(std::mem::take(&mut line));
            }
            line.push_str(grapheme);
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_graphemes_and_says_so() {
        assert_eq!(cut_to("password", 8, "…"), "password");
        assert_eq!(cut_to("password", 5, "…"), "pass…");
        assert_eq!(cut_to("日本語", 4, "…"), "日…");
        assert_eq!(cut_to("abc", 0, "…"), "");
    }

    #[test]
    fn a_path_is_cut_in_its_middle() {
        let cut = |path: &str, columns| cut_path(path, columns, &Glyphs::UNICODE);
        let path = "web/staging/worker/password";
        assert_eq!(cut(path, 27), path);
        assert_eq!(cut(path, 26), "web/…/worker/password");
        assert_eq!(cut(path, 20), "web/…/password");
        assert_eq!(cut(path, 13), "web/…password");
        assert_eq!(cut("replica-password-of-the-shop", 13), "repl…the-shop");
        assert_eq!(cut("a/b", 1), "…");
        for columns in 0..30 {
            assert!(width(&cut(path, columns)) <= columns.max(1), "{columns}");
        }
    }

    #[test]
    fn sentences_are_broken_at_spaces() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrapped("", 3), [""]);
    }

    #[test]
    fn nothing_reaches_the_cells_raw() {
        let area = Rect::new(0, 0, 20, 1);
        let mut buffer = Buffer::empty(area);
        LinePen::new(&mut buffer, area, 0).text("a\u{1b}[31m\u{202e}b", Style::new());
        assert_eq!(buffer, Buffer::with_lines(["a␛[31m‹U+202E›b     "]));
    }

    #[test]
    fn the_right_end_is_written_first_and_kept_free() {
        let area = Rect::new(0, 0, 10, 1);
        let mut buffer = Buffer::empty(area);
        let mut pen = LinePen::new(&mut buffer, area, 0);
        pen.right("end", Style::new()).fitted("beginning", 7, Style::new(), &Glyphs::UNICODE);
        assert_eq!(buffer, Buffer::with_lines(["beginn…end"]));
    }
}
