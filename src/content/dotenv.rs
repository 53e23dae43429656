//! Dotenv files: `NAME=value` lines as node, Ruby, Python and Docker Compose agree on them, without expansion.
//!
//! A value is taken as it stands: `$` and `${…}` mean nothing here, because a secret may contain them.
//! - `NAME=value`, `NAME = value`, `export NAME=value`; blank lines and lines beginning with `#` are passed over.
//! - Without quotes the value ends at the line's end or at a `#` after white space; white space around it goes.
//! - Between `'…'` or `` `…` `` everything is literal, line ends included.
//! - Between `"…"` these are read: `\n \r \t \\ \" \$` and `` \` ``; another backslash stays as it is.

use std::iter::Peekable;
use std::ops::Range;
use std::str::Chars;

use thiserror::Error;

use crate::memory::SecretBytes;

mod write;

pub use write::{Unwritable, write};

/// One variable of a file.
#[derive(Debug)]
pub struct Entry {
    /// The name: letters, digits, `_`, `.` and `-`.
    pub key: String,
    /// What it is set to; may be empty.
    pub value: SecretBytes,
    /// The line it begins on, from 1.
    pub line: usize,
    /// Where its value begins, in characters from 1.
    pub column: usize,
}

/// Why a file is not dotenv, and where. Never quotes the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct DotenvError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub problem: DotenvProblem,
}

/// What can be wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DotenvProblem {
    /// The file is not text.
    #[error("the text is not UTF-8")]
    NotText,
    /// A line begins with something else.
    #[error("a variable's name (letters, digits, '_', '.', '-') is expected")]
    NoName,
    /// A name and no value.
    #[error("a '=' is expected after the variable's name")]
    NoEquals,
    /// A quote was opened and never closed; the place is that of the opening.
    #[error("the quote opened here is never closed")]
    OpenQuote,
    /// Something follows a quoted value.
    #[error("nothing but a comment may follow a quoted value")]
    AfterQuote,
}

/// Reads a file. A variable that is set twice comes twice, in the order of the file.
///
/// # Errors
/// [`DotenvError`] for the first line that is malformed.
pub fn parse(bytes: &[u8]) -> Result<Vec<Entry>, DotenvError> {
    entries(bytes)?.map(|entry| entry.map(|(entry, _)| entry)).collect()
}

/// Reads a file as [`parse`] does; each entry comes with the bytes in which its value stands, quotes included.
pub(super) fn parse_with_places(bytes: &[u8]) -> Result<Vec<(Entry, Range<usize>)>, DotenvError> {
    entries(bytes)?.collect()
}

/// Reads a file entry by entry: a line that is malformed is an error of its own, and the next line is read.
pub fn parse_each(bytes: &[u8]) -> Vec<Result<Entry, DotenvError>> {
    match entries(bytes) {
        Ok(entries) => entries.map(|entry| entry.map(|(entry, _)| entry)).collect(),
        Err(error) => vec![Err(error)],
    }
}

type Placed = (Entry, Range<usize>);

fn entries(bytes: &[u8]) -> Result<impl Iterator<Item = Result<Placed, DotenvError>> + '_, DotenvError> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Err(not_text(&bytes[..error.valid_up_to()])),
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let at = bytes.len() - text.len();
    let mut reader = Reader { rest: text.chars().peekable(), at, line: 1, column: 1 };
    Ok(std::iter::from_fn(move || {
        loop {
            reader.skip(char::is_whitespace);
            match reader.rest.peek()? {
                '#' => reader.skip(|character| character != '\n'),
                _ => break,
            }
        }
        let start = reader.clone();
        let entry = reader.entry();
        if entry.is_err() {
            reader = start;
            reader.skip(|character| character != '\n');
        }
        Some(entry)
    }))
}

/// One value, quoted as [`write()`] quotes it.
pub(super) fn written_value(value: &[u8]) -> Result<SecretBytes, Unwritable> {
    let mut line = SecretBytes::with_capacity(value.len() + 4);
    write("", value, &mut line)?;
    line.truncate(line.len() - 1);
    line.remove(0..1);
    Ok(line)
}

/// Whether `name` can be a variable's name in a file.
pub fn is_key(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_key_character)
}

fn is_key_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-')
}

fn not_text(valid: &[u8]) -> DotenvError {
    let start = valid.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    // The bytes before the fault are UTF-8: every one that does not continue a character begins one.
    let characters = valid[start..].iter().filter(|byte| **byte & 0xc0 != 0x80).count();
    let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count();
    DotenvError { line, column: characters + 1, problem: DotenvProblem::NotText }
}

#[derive(Clone)]
struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    /// How many bytes were read.
    at: usize,
    line: usize,
    column: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let character = self.rest.next()?;
        self.at += character.len_utf8();
        if character == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(character)
    }

    fn skip(&mut self, unwanted: impl Fn(char) -> bool) {
        while self.rest.peek().is_some_and(|character| unwanted(*character)) {
            self.next();
        }
    }

    fn skip_blanks(&mut self) {
        self.skip(|character| character.is_whitespace() && character != '\n');
    }

    fn fault(&self, problem: DotenvProblem) -> DotenvError {
        DotenvError { line: self.line, column: self.column, problem }
    }

    fn entry(&mut self) -> Result<(Entry, Range<usize>), DotenvError> {
        let line = self.line;
        let mut key = self.name()?;
        self.skip_blanks();
        if key == "export" && self.rest.peek().copied().is_some_and(is_key_character) {
            key = self.name()?;
            self.skip_blanks();
        }
        if self.rest.peek() != Some(&'=') {
            return Err(self.fault(DotenvProblem::NoEquals));
        }
        self.next();
        self.skip_blanks();
        let (start, column) = (self.at, self.column);
        let (value, end) = match self.rest.peek().copied() {
            Some(quote @ ('\'' | '"' | '`')) => self.quoted(quote)?,
            _ => {
                let value = self.plain();
                let end = start + value.len();
                (value, end)
            }
        };
        Ok((Entry { key, value, line, column }, start..end))
    }

    fn name(&mut self) -> Result<String, DotenvError> {
        let mut name = String::new();
        while let Some(character) = self.rest.peek().copied().filter(|next| is_key_character(*next)) {
            name.push(character);
            self.next();
        }
        if name.is_empty() { Err(self.fault(DotenvProblem::NoName)) } else { Ok(name) }
    }

    fn plain(&mut self) -> SecretBytes {
        let mut value = SecretBytes::new();
        let mut trimmed = 0;
        let mut after_blank = true;
        while let Some(character) = self.rest.peek().copied().filter(|next| *next != '\n') {
            if character == '#' && after_blank {
                self.skip(|next| next != '\n');
                break;
            }
            self.next();
            push(&mut value, character);
            after_blank = character.is_whitespace();
            if !after_blank {
                trimmed = value.len();
            }
        }
        value.truncate(trimmed);
        value
    }

    /// The value, and where its closing quote ends.
    fn quoted(&mut self, quote: char) -> Result<(SecretBytes, usize), DotenvError> {
        let opened = self.fault(DotenvProblem::OpenQuote);
        self.next();
        let mut value = SecretBytes::new();
        loop {
            match self.next().ok_or(opened)? {
                character if character == quote => break,
                '\\' if quote == '"' => self.escaped(&mut value).ok_or(opened)?,
                character => push(&mut value, character),
            }
        }
        let end = self.at;
        self.skip_blanks();
        match self.rest.peek() {
            None | Some('\n') => Ok((value, end)),
            Some('#') => {
                self.skip(|next| next != '\n');
                Ok((value, end))
            }
            Some(_) => Err(self.fault(DotenvProblem::AfterQuote)),
        }
    }

    fn escaped(&mut self, value: &mut SecretBytes) -> Option<()> {
        match self.next()? {
            'n' => value.push(b'\n'),
            'r' => value.push(b'\r'),
            't' => value.push(b'\t'),
            same @ ('\\' | '"' | '$' | '`') => push(value, same),
            other => {
                value.push(b'\\');
                push(value, other);
            }
        }
        Some(())
    }
}

fn push(value: &mut SecretBytes, character: char) {
    value.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests;
