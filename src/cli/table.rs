//! Aligned columns for people.

use super::color::{Palette, Role};

/// A cell and what it is.
pub(super) struct Cell {
    text: String,
    role: Option<Role>,
}

impl Cell {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), role: None }
    }

    pub(super) fn styled(role: Role, text: impl Into<String>) -> Self {
        Self { text: text.into(), role: Some(role) }
    }

    fn width(&self) -> usize {
        unicode_width::UnicodeWidthStr::width(self.text.as_str())
    }
}

/// Rows under a heading. The last column is not padded, so that nothing ends in spaces.
pub(super) struct Table<const COLUMNS: usize> {
    rows: Vec<[Cell; COLUMNS]>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    pub(super) fn new(heading: [&str; COLUMNS]) -> Self {
        Self { rows: vec![heading.map(|text| Cell::styled(Role::Heading, text))] }
    }

    pub(super) fn push(&mut self, row: [Cell; COLUMNS]) {
        self.rows.push(row);
    }

    pub(super) fn render(&self, palette: Palette) -> String {
        let widths: [usize; COLUMNS] = std::array::from_fn(|column| {
            self.rows.iter().map(|row| row[column].width()).max().unwrap_or_default()
        });
        let mut out = String::new();
        for row in &self.rows {
            let last = row.iter().rposition(|cell| !cell.text.is_empty()).unwrap_or_default();
            for (column, cell) in row.iter().enumerate().take(last + 1) {
                match cell.role {
                    Some(role) => out.push_str(&palette.paint(role, &cell.text)),
                    None => out.push_str(&cell.text),
                }
                if column < last {
                    out.extend(std::iter::repeat_n(' ', widths[column] - cell.width() + 2));
                }
            }
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_what_is_seen_and_no_line_ends_in_spaces() {
        let mut table = Table::new(["NAME", "NOTE", "MARK"]);
        table.push([Cell::plain("日本"), Cell::plain("x"), Cell::styled(Role::Warning, "due")]);
        table.push([Cell::plain("a"), Cell::plain(""), Cell::plain("")]);
        assert_eq!(table.render(Palette::Plain), "NAME  NOTE  MARK\n日本  x     due\na\n");
    }
}
