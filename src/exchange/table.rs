//! CSV files with a heading: checked first, so that every fault has a place, then read field by field into
//! wiping buffers.

use csv_core::{ReadRecordResult, Reader};

use super::error::ExchangeError;
use super::place::{Place, without_mark};
use crate::memory::SecretBytes;

/// A table: what its columns are called, and its rows.
pub(super) struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<SecretBytes>>,
}

/// One row, whose fields are found by the names of their columns.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    columns: &'a [String],
    fields: &'a [SecretBytes],
}

impl Table {
    /// Reads a file whose heading must have all of `required`; upper and lower case are the same there.
    pub(super) fn read(text: &[u8], required: &[&str]) -> Result<Self, ExchangeError> {
        let text = without_mark(text);
        if let Err(error) = std::str::from_utf8(text) {
            let place = Place::of_byte(text, error.valid_up_to());
            return Err(ExchangeError::malformed(place, "the text is not UTF-8"));
        }
        let starts = check_quotes(text)?;
        let mut records = records(text);
        let mut rows = if records.is_empty() { Vec::new() } else { records.split_off(1) };
        let heading = records.pop().unwrap_or_default();
        let columns: Vec<String> = heading
            .iter()
            .map(|column| column.expose_text().unwrap_or_default().trim().to_ascii_lowercase())
            .collect();
        if let Some(missing) = required.iter().find(|column| !columns.iter().any(|known| known == *column)) {
            let what = format!("the heading has no column '{missing}': is this the right format?");
            return Err(ExchangeError::malformed(Place { line: 1, column: 1 }, what));
        }
        for (row, start) in rows.iter().zip(starts.iter().skip(1)) {
            if row.len() != columns.len() {
                let what = format!("this row has {} fields, the heading has {}", row.len(), columns.len());
                return Err(ExchangeError::malformed(Place::of_byte(text, *start), what));
            }
        }
        rows.retain(|row| row.iter().any(|field| !field.is_empty()));
        Ok(Self { columns, rows })
    }

    /// Whether the heading has a column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|known| known == column)
    }

    /// The rows in their order.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|fields| Row { columns: &self.columns, fields })
    }
}

impl<'a> Row<'a> {
    /// A field; empty where there is no such column.
    pub(super) fn text(&self, column: &str) -> &'a str {
        let at = self.columns.iter().position(|known| known == column);
        at.and_then(|at| self.fields.get(at)).and_then(SecretBytes::expose_text).unwrap_or_default()
    }

    /// A copy of a field.
    pub(super) fn bytes(&self, column: &str) -> SecretBytes {
        SecretBytes::copy_of(self.text(column).as_bytes())
    }

    /// Whether a field says yes.
    pub(super) fn is_set(&self, column: &str) -> bool {
        matches!(self.text(column), "1" | "true" | "True" | "TRUE")
    }

    /// The columns that are none of `known`, with their fields.
    pub(super) fn others(&self, known: &[&str]) -> impl Iterator<Item = (&'a str, &'a SecretBytes)> {
        let others = self.columns.iter().zip(self.fields);
        others
            .map(|(column, field)| (column.as_str(), field))
            .filter(move |(column, _)| !known.contains(column))
    }
}

/// Where in a record the check is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    RecordStart,
    FieldStart,
    Plain,
    Quoted { opened: usize },
    AfterQuote { opened: usize },
}

/// csv-core reads whatever it is given; this refuses what has only been guessed at (RFC 4180): a quote that
/// never closes, and text behind a closing quote. Answers where each record begins.
fn check_quotes(text: &[u8]) -> Result<Vec<usize>, ExchangeError> {
    let fault = |at, what| Err(ExchangeError::malformed(Place::of_byte(text, at), what));
    let mut state = State::RecordStart;
    let mut starts = Vec::new();
    for (at, byte) in text.iter().enumerate() {
        if state == State::RecordStart && !matches!(byte, b'\r' | b'\n') {
            starts.push(at);
        }
        state = match (state, byte) {
            (State::Quoted { opened }, b'"') => State::AfterQuote { opened },
            (quoted @ State::Quoted { .. }, _) => quoted,
            (State::AfterQuote { opened }, b'"') => State::Quoted { opened },
            (_, b'\r' | b'\n') => State::RecordStart,
            (_, b',') => State::FieldStart,
            (State::AfterQuote { .. }, _) => {
                return fault(at, "a comma or the line's end is expected after a quoted field");
            }
            (State::RecordStart | State::FieldStart, b'"') => State::Quoted { opened: at },
            (State::RecordStart | State::FieldStart | State::Plain, _) => State::Plain,
        };
    }
    match state {
        State::Quoted { opened } => fault(opened, "the quote opened here is never closed"),
        _ => Ok(starts),
    }
}

fn records(text: &[u8]) -> Vec<Vec<SecretBytes>> {
    let mut reader = Reader::new();
    // No record is longer than the whole file, so the buffer is never too small.
    let mut output = SecretBytes::zeroed(text.len() + 1);
    let mut ends = vec![0; text.iter().filter(|byte| **byte == b',').count() + 2];
    let mut records = Vec::new();
    let (mut rest, mut written, mut ended) = (text, 0, 0);
    loop {
        let (result, read, wrote, ends_found) =
            reader.read_record(rest, &mut output.expose_mut()[written..], &mut ends[ended..]);
        rest = &rest[read..];
        written += wrote;
        ended += ends_found;
        match result {
            ReadRecordResult::Record => {
                let mut start = 0;
                let field = |end: &usize| {
                    let field = SecretBytes::copy_of(&output.expose()[start..*end]);
                    start = *end;
                    field
                };
                records.push(ends[..ended].iter().map(field).collect());
                (written, ended) = (0, 0);
            }
            ReadRecordResult::End => return records,
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => return records,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let table = Table::read(text.as_bytes(), &[]).unwrap();
        let field = |field: &SecretBytes| field.expose_text().unwrap().to_owned();
        table.rows.iter().map(|row| row.iter().map(field).collect()).collect()
    }

    fn fault(text: &str) -> String {
        Table::read(text.as_bytes(), &["a"]).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn fields_may_hold_commas_quotes_and_line_ends() {
        let text = "\u{feff}a,b\r\n\"x,y\",\"say \"\"hi\"\"\"\r\n\"one\ntwo\",ü\r\n,\n\nlast,";
        assert_eq!(rows(text), [["x,y", "say \"hi\""], ["one\ntwo", "ü"], ["last", ""]]);
    }

    #[test]
    fn columns_are_found_whatever_their_case() {
        let table = Table::read(b"Title, URL\nx,y\n", &["title", "url"]).unwrap();
        let row = table.rows().next().unwrap();
        assert_eq!((row.text("url"), row.text("notes"), table.has("notes")), ("y", "", false));
        let others: Vec<_> = row.others(&["url"]).map(|(column, _)| column).collect();
        assert_eq!(others, ["title"]);
    }

    #[test]
    fn what_is_malformed_is_named_by_line_and_column() {
        assert_eq!(fault("a,b\n1,2\n3,\"x\ny"), "line 3, column 3: the quote opened here is never closed");
        assert_eq!(
            fault("a,b\n\"1\"2,3"),
            "line 2, column 4: a comma or the line's end is expected after a quoted field"
        );
        assert_eq!(
            fault("a,b\n\"1\n2\",3\nx\n"),
            "line 4, column 1: this row has 1 fields, the heading has 2"
        );
        assert_eq!(
            fault("b,c\n1,2"),
            "line 1, column 1: the heading has no column 'a': is this the right format?"
        );
        assert_eq!(fault(""), "line 1, column 1: the heading has no column 'a': is this the right format?");
        let bytes = Table::read(b"a\n\xc3\xa9\xff\n", &[]).map(|_| ()).unwrap_err();
        assert_eq!(bytes.to_string(), "line 2, column 2: the text is not UTF-8");
    }
}
