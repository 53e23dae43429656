//! CSV files with a heading, row by row into wiping buffers. A row that is malformed is a fault of its own,
//! with its place; only a heading that is none keeps the file out. Which program wrote a file its heading says.

use std::collections::{HashMap, HashSet};

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

use super::entities;
use super::error::ExchangeError;
use super::heading::{self, Heading};
use super::place::{Place, without_mark};
use crate::domain::SecretValue;
use crate::memory::SecretBytes;
use crate::vault::{IncomingBatch, IncomingSecret, Loss};

/// A table: what its columns are called, and where its rows lie.
pub(super) struct Table<'t> {
    text: &'t [u8],
    dialect: Dialect,
    columns: Vec<String>,
    records: Vec<Record>,
}

/// Where a record lies in the text, and where it is malformed.
#[derive(Clone, Copy)]
struct Record {
    start: usize,
    end: usize,
    fault: Option<(usize, &'static str)>,
}

/// How a file spells its fields.
#[derive(Clone, Copy)]
struct Dialect {
    separator: u8,
    /// What takes the meaning from a quote within quotes, beside another quote.
    escape: Option<u8>,
    /// Whether a row may be longer than the heading.
    is_ragged: bool,
    /// Whether entities of HTML stand for some characters.
    has_entities: bool,
    /// Where the heading is: behind the line in which Excel names the separator, where there is one.
    start: usize,
}

/// One row, whose fields are found by the names of their columns.
pub(super) struct Row<'a> {
    columns: &'a [String],
    fields: Vec<SecretBytes>,
    fault: Option<String>,
    /// How many fields it has itself.
    width: usize,
    is_too_long: bool,
    had_entities: bool,
}

/// What all fields of a row may hold together: several times what becomes a value, since not every column does.
const LONGEST_ROW: usize = 4 * SecretValue::LIMIT;
const UNCLOSED: &str = "the quote opened here is never closed";
const BEHIND_QUOTE: &str = "a separator or the line's end is expected after a quoted field";
const NOT_TEXT: &str = "the text is not UTF-8";

impl Dialect {
    /// That of most programs, with the separator that the heading has.
    fn of(text: &[u8]) -> Self {
        let text = without_mark(text);
        let (separator, start) = match named_separator(text) {
            Some((separator, end)) => (separator, end),
            None => (separator_of(text), 0),
        };
        Self { separator, escape: None, is_ragged: false, has_entities: false, start }
    }

    /// What splits records. To build it takes longer than to read most of them, and a copy of one splits nothing.
    fn splitter(self) -> Reader {
        ReaderBuilder::new().delimiter(self.separator).escape(self.escape).build()
    }
}

impl<'t> Table<'t> {
    /// Reads the heading of a file, which must have all of `required`; upper and lower case are the same
    /// there. Of columns with the same name the later ones get a number. Fields are separated by commas,
    /// semicolons or tabs, whichever the heading has.
    pub(super) fn read(text: &'t [u8], required: &[&str]) -> Result<Self, ExchangeError> {
        Self::read_as(text, required, Dialect::of(text))
    }

    /// Reads a file of a format, which another format with the same columns and more is not.
    pub(super) fn of(text: &'t [u8], heading: &Heading) -> Result<Self, ExchangeError> {
        let dialect = Dialect {
            escape: heading.escape,
            is_ragged: heading.is_ragged,
            has_entities: heading.may_have_entities && entities::is_written_with(text),
            ..Dialect::of(text)
        };
        let table = Self::read_as(text, heading.columns, dialect)?;
        match heading::recognise(|column| table.has(column)) {
            Some(other) if other.format != heading.format => {
                let what = format!("this is the heading of the format '{}'", other.format);
                Err(ExchangeError::malformed(Place { line: 1, column: 1 }, what))
            }
            _ => Ok(table),
        }
    }

    /// The format whose columns the first row of a text has.
    pub(super) fn format_of(text: &'t [u8]) -> Option<&'static str> {
        let table = Self::read(text, &[]).ok()?;
        heading::recognise(|column| table.has(column)).map(|heading| heading.format)
    }

    /// Whether a text is a table: several columns, and every row has a field for each.
    pub(super) fn is_in(text: &'t [u8]) -> bool {
        let Ok(table) = Self::read(text, &[]) else { return false };
        let is_whole = |row: Row<'_>| row.fault.is_none() && row.width == table.columns.len();
        table.columns.len() > 1 && !table.records.is_empty() && table.rows().all(is_whole)
    }

    /// All rows of a file without a heading; they may be of any length.
    pub(super) fn without_heading(text: &'t [u8]) -> Self {
        let text = without_mark(text);
        let dialect = Dialect { is_ragged: true, ..Dialect::of(text) };
        Self { text, dialect, columns: Vec::new(), records: records(text, dialect) }
    }

    fn read_as(text: &'t [u8], required: &[&str], dialect: Dialect) -> Result<Self, ExchangeError> {
        let text = without_mark(text);
        let mut table = Self { text, dialect, columns: Vec::new(), records: records(text, dialect) };
        let top = Place { line: 1, column: 1 };
        if table.records.is_empty() {
            let what = format!(
                "the heading has no column '{}': is this the right format?",
                required.first().unwrap_or(&"")
            );
            return Err(ExchangeError::malformed(top, what));
        }
        let first = table.records.remove(0);
        let heading = table.row(first, if dialect.start == 0 { 1 } else { 2 }, &mut dialect.splitter());
        if let Some(fault) = heading.fault {
            return Err(ExchangeError::in_words(fault));
        }
        let columns = columns_of(&heading.fields);
        if let Some(missing) = required.iter().find(|column| !columns.iter().any(|known| known == *column)) {
            let what = format!("the heading has no column '{missing}': is this the right format?");
            return Err(ExchangeError::malformed(top, what));
        }
        table.columns = columns;
        Ok(table)
    }

    /// What the columns are called, in lower case.
    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Whether the heading has a column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|known| known == column)
    }

    /// The rows in their order; a row of empty fields is passed over.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let (mut line, mut counted, mut splitter) = (1, 0, self.dialect.splitter());
        self.records.iter().filter_map(move |record| {
            line += self.text[counted..record.start].iter().filter(|byte| **byte == b'\n').count();
            counted = record.start;
            let row = self.row(*record, line, &mut splitter);
            (row.fault.is_some() || row.fields.iter().any(|field| !field.is_empty())).then_some(row)
        })
    }

    /// Reads the record that begins on a line. Fields that are missing at its end are empty.
    fn row(&self, record: Record, line: usize, splitter: &mut Reader) -> Row<'_> {
        let (columns, dialect) = (&self.columns[..], self.dialect);
        let whole = &self.text[record.start..record.end];
        let place = |at: usize| {
            let within = Place::of_byte(whole, at);
            Place { line: line + within.line - 1, column: within.column }
        };
        let Split { mut fields, is_too_long } = split(whole, splitter);
        let has_surplus = !dialect.is_ragged && !columns.is_empty() && fields.len() > columns.len();
        let valid = std::str::from_utf8(whole).map_err(|error| error.valid_up_to());
        let fault = match (record.fault, valid) {
            (Some((at, what)), _) => Some(format!("{}: {what}", place(at - record.start))),
            (None, Err(valid)) => Some(format!("{}: {NOT_TEXT}", place(valid))),
            (None, Ok(_)) if has_surplus => {
                let (has, expected) = (fields.len(), columns.len());
                Some(format!("{}: this row has {has} fields, the heading has {expected}", place(0)))
            }
            (None, Ok(_)) => None,
        };
        let width = fields.len();
        if width < columns.len() {
            fields.resize_with(columns.len(), SecretBytes::new);
        }
        let mut had_entities = false;
        for field in fields.iter_mut().filter(|_| dialect.has_entities) {
            if let Some(meant) = entities::replaced(field.expose()) {
                *field = meant;
                had_entities = true;
            }
        }
        Row { columns, fields, fault, width, is_too_long, had_entities }
    }
}

impl<'a> Row<'a> {
    /// Says of a row that makes no entry why: it is malformed, or longer than any value. Whether it did.
    pub(super) fn is_refused(&self, batch: &mut IncomingBatch, name: &str) -> bool {
        if let Some(fault) = self.fault() {
            batch.secrets.push(IncomingSecret::unreadable(name, fault));
        } else if self.is_too_long() {
            let most = SecretValue::LIMIT;
            batch.losses.push(Loss::whole(name, format_args!("a secret value has at most {most} bytes")));
        } else {
            return false;
        }
        true
    }

    /// Why the row cannot be read, with its place.
    pub(super) fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// Whether a field is longer than any value, or all of them together are longer than any entry. Fields that would
    /// go beyond that are empty.
    pub(super) const fn is_too_long(&self) -> bool {
        self.is_too_long
    }

    /// Whether a field was written with entities of HTML, which are replaced.
    pub(super) const fn had_entities(&self) -> bool {
        self.had_entities
    }

    /// A field; empty where there is no such column.
    pub(super) fn text(&self, column: &str) -> &str {
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

    /// All fields, those behind the last column too.
    pub(super) fn fields(&self) -> &[SecretBytes] {
        &self.fields
    }

    /// The fields behind the last column.
    pub(super) fn surplus(&self) -> &[SecretBytes] {
        self.fields.get(self.columns.len()..).unwrap_or_default()
    }

    /// The columns that are none of `known`, with their fields.
    pub(super) fn others<'r>(&'r self, known: &[&str]) -> impl Iterator<Item = (&'a str, &'r SecretBytes)> {
        let others = self.columns.iter().zip(&self.fields);
        others
            .map(|(column, field)| (column.as_str(), field))
            .filter(move |(column, _)| !known.contains(column))
    }
}

/// What the fields of a heading call their columns, each only once.
fn columns_of(heading: &[SecretBytes]) -> Vec<String> {
    // How far each name has been counted: a heading may be a long line of separators.
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut taken = HashSet::with_capacity(heading.len());
    let mut columns = Vec::with_capacity(heading.len());
    for field in heading {
        let name = field.expose_text().unwrap_or_default().trim().to_lowercase();
        let count = counts.entry(name.clone()).or_default();
        let free = loop {
            *count += 1;
            let free = if *count == 1 { name.clone() } else { format!("{name}-{count}") };
            if taken.insert(free.clone()) {
                break free;
            }
        };
        columns.push(free);
    }
    columns
}

/// The separator that a first line `sep=;` names, as Excel and LibreOffice read and write it, and where that line ends.
fn named_separator(text: &[u8]) -> Option<(u8, usize)> {
    let end = text.iter().position(|byte| matches!(byte, b'\r' | b'\n'))?;
    let line = &text[..end];
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator]
            if *separator == b'\t' || (separator.is_ascii_punctuation() && *separator != b'"') =>
        {
            Some((*separator, end))
        }
        _ => None,
    }
}

/// What the fields of the heading are separated by.
fn separator_of(text: &[u8]) -> u8 {
    let line =
        text.split(|byte| matches!(byte, b'\r' | b'\n')).find(|line| !line.is_empty()).unwrap_or_default();
    let count = |separator: u8| line.iter().filter(|byte| **byte == separator).count();
    // Of equal counts the last one wins, and a comma is to.
    [b'\t', b';', b','].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}

/// Where in a record the check is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    RecordStart,
    FieldStart,
    Plain,
    Quoted { opened: usize },
    AfterQuote,
}

/// csv-core reads whatever it is given; this finds what would only be guessed at (RFC 4180): a quote that
/// never closes, and text behind a closing quote. A record with such a fault ends at its line's end.
fn records(text: &[u8], dialect: Dialect) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    let mut state = State::RecordStart;
    let mut at = dialect.start;
    while at <= text.len() {
        let byte = text.get(at).copied();
        if let (Some(record), None | Some(b'\r' | b'\n')) = (records.last_mut(), byte)
            && !matches!(state, State::RecordStart | State::Quoted { .. })
        {
            record.end = at;
        }
        state = match (state, byte) {
            (State::Quoted { opened }, None) => {
                // What follows the opening line is read as if it had not been opened.
                let end = text[opened..].iter().position(|byte| matches!(byte, b'\r' | b'\n'));
                at = end.map_or(text.len(), |end| opened + end);
                if let Some(record) = records.last_mut() {
                    (record.end, record.fault) = (at, Some((opened, UNCLOSED)));
                }
                State::RecordStart
            }
            (quoted @ State::Quoted { .. }, Some(byte)) if dialect.escape == Some(byte) => {
                at += 1;
                quoted
            }
            (State::Quoted { .. }, Some(b'"')) => State::AfterQuote,
            (quoted @ State::Quoted { .. }, Some(_)) => quoted,
            (_, None | Some(b'\r' | b'\n')) => State::RecordStart,
            (state, Some(byte)) => {
                if state == State::RecordStart {
                    records.push(Record { start: at, end: text.len(), fault: None });
                }
                match (state, byte) {
                    (_, byte) if byte == dialect.separator => State::FieldStart,
                    (State::RecordStart | State::FieldStart, b'"') => State::Quoted { opened: at },
                    (State::AfterQuote, b'"') => State::Quoted { opened: at },
                    (State::AfterQuote, _) => {
                        if let Some(record) = records.last_mut() {
                            record.fault = record.fault.or(Some((at, BEHIND_QUOTE)));
                        }
                        State::Plain
                    }
                    _ => State::Plain,
                }
            }
        };
        at += 1;
    }
    records
}

/// The fields of one record.
struct Split {
    fields: Vec<SecretBytes>,
    is_too_long: bool,
}

/// Splits a record. A field that no value could hold is never held: it is read over.
fn split(record: &[u8], splitter: &mut Reader) -> Split {
    splitter.reset();
    let mut buffer = SecretBytes::zeroed(record.len().min(SecretValue::LIMIT) + 1);
    let (mut rest, mut written, mut held) = (record, 0, 0);
    let mut fields = Vec::new();
    let (mut is_field_too_long, mut is_too_long) = (false, false);
    loop {
        let (result, read, wrote) = splitter.read_field(rest, &mut buffer.expose_mut()[written..]);
        rest = &rest[read..];
        written += wrote;
        is_field_too_long |= written > SecretValue::LIMIT;
        match result {
            // The end of the input ends the record.
            ReadFieldResult::InputEmpty => {}
            ReadFieldResult::OutputFull => written = 0,
            ReadFieldResult::Field { record_end } => {
                is_field_too_long |= held + written > LONGEST_ROW;
                is_too_long |= is_field_too_long;
                let field = if is_field_too_long { &[] } else { &buffer.expose()[..written] };
                fields.push(SecretBytes::copy_of(field));
                held += field.len();
                (written, is_field_too_long) = (0, false);
                if record_end {
                    break;
                }
            }
            ReadFieldResult::End => break,
        }
    }
    Split { fields, is_too_long }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let table = Table::read(text.as_bytes(), &[]).unwrap();
        let field = |field: &SecretBytes| field.expose_text().unwrap().to_owned();
        table
            .rows()
            .filter(|row| row.fault().is_none())
            .map(|row| row.fields.iter().map(field).collect())
            .collect()
    }

    fn fault(text: &[u8]) -> String {
        match Table::read(text, &["a"]) {
            Err(error) => error.to_string(),
            Ok(table) => table.rows().find_map(|row| row.fault().map(str::to_owned)).unwrap_or_default(),
        }
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
    fn semicolons_and_tabs_separate_too_and_missing_fields_are_empty() {
        assert_eq!(rows("a;b;c\n1;\"x;y\";3\n4,5\n"), [["1", "x;y", "3"], ["4,5", "", ""]]);
        assert_eq!(rows("a\tb\n1\t2,3\n"), [["1", "2,3"]]);
    }

    #[test]
    fn a_first_line_may_name_the_separator() {
        assert_eq!(rows("sep=|\na|b;c\n1|2;3\n"), [["1", "2;3"]]);
        assert_eq!(rows("\"SEP=;\"\r\na;b,c,d\r\n1;2\r\n"), [["1", "2"]]);
        assert_eq!(rows("sep=ab,c\n1,2\n"), [["1", "2"]], "no separator is named");
        assert_eq!(
            fault(b"sep=;\na;b\n1;2;3\n"),
            "line 3, column 1: this row has 3 fields, the heading has 2"
        );
        assert_eq!(fault(b"sep=;\na;\"b\n"), "line 2, column 3: the quote opened here is never closed");
    }

    #[test]
    fn columns_of_one_name_are_numbered() {
        let table = Table::read(b"a,Password,password,PASSWORD\n1,2,3,4\n", &[]).unwrap();
        let row = table.rows().next().unwrap();
        let others: Vec<_> =
            row.others(&["a"]).map(|(column, field)| (column, field.expose_text().unwrap())).collect();
        assert_eq!(others, [("password", "2"), ("password-2", "3"), ("password-3", "4")]);
        let table = Table::read(b"a,a-2,a,a,a-2\n", &[]).unwrap();
        assert_eq!(table.columns(), ["a", "a-2", "a-3", "a-4", "a-2-2"]);
    }

    // Looking at all columns before for each number takes hours here.
    #[test]
    fn a_heading_of_separators_is_read_at_once() {
        let heading = ",".repeat(50_000);
        let table = Table::read(heading.as_bytes(), &[]).unwrap();
        assert_eq!(table.columns().len(), 50_001);
        assert_eq!(table.columns()[..3], ["", "-2", "-3"]);
    }

    #[test]
    fn what_is_malformed_is_named_by_line_and_column() {
        assert_eq!(fault(b"a,b\n1,2\n3,\"x\ny"), "line 3, column 3: the quote opened here is never closed");
        assert_eq!(
            fault(b"a,b\n\"1\"2,3"),
            "line 2, column 4: a separator or the line's end is expected after a quoted field"
        );
        assert_eq!(
            fault(b"a,b\n\"1\n2\",3\nx,y,z\n"),
            "line 4, column 1: this row has 3 fields, the heading has 2"
        );
        assert_eq!(
            fault(b"b,c\n1,2"),
            "line 1, column 1: the heading has no column 'a': is this the right format?"
        );
        assert_eq!(fault(b""), "line 1, column 1: the heading has no column 'a': is this the right format?");
        assert_eq!(fault(b"a\n\xc3\xa9\xff\n"), "line 2, column 2: the text is not UTF-8");
    }

    #[test]
    fn a_field_that_no_value_could_hold_is_not_held() {
        let longest = "x".repeat(SecretValue::LIMIT);
        // With quotes around it and quotes in it the text is longer than the field.
        let quotes = |count: usize| format!("\"{}\"", "\"\"".repeat(count));
        let (fits, too_long) = (quotes(SecretValue::LIMIT), quotes(SecretValue::LIMIT + 1));
        let text = format!("a,b\n1,{longest}\n{longest}y,2\n3,{fits}\n4,{too_long}\n5,6\n");
        let table = Table::read(text.as_bytes(), &[]).unwrap();
        let found = |row: Row<'_>| (row.text("a").len(), row.text("b").len(), row.is_too_long());
        let limit = SecretValue::LIMIT;
        let expected = [(1, limit, false), (0, 1, true), (1, limit, false), (1, 0, true), (1, 1, false)];
        assert_eq!(table.rows().map(found).collect::<Vec<_>>(), expected);

        let row = [longest.as_str(); 5].join(",");
        let table = Table::without_heading(row.as_bytes());
        let row = table.rows().next().unwrap();
        assert!(row.is_too_long());
        assert_eq!(row.fields().iter().map(SecretBytes::len).sum::<usize>(), LONGEST_ROW);
    }

    #[test]
    fn a_malformed_row_keeps_no_other_row_out() {
        let text = "a,b\n1,2\n\"x\"y,3\n4,\"5\n6,7\n8,9,10\n11,12";
        assert_eq!(rows(text), [["1", "2"], ["6", "7"], ["11", "12"]]);
    }
}
