//! YAML files as pieces in wiping buffers: `granit-parser` reads the text, and what it hands over is copied and wiped
//! at once. Texts of several lines, or with escapes, grow in buffers of its own before that, which nobody wipes.
//!
//! An alias stands for the piece itself, so a short file can mean a long one: what is taken out of it is counted.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use granit_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::entry::write_string;
use super::error::ExchangeError;
use super::inflate::LARGEST;
use super::place::{Place, without_mark};
use crate::memory::SecretBytes;

/// More pieces than this are not kept: a file of few bytes for each must not become a large memory.
const MOST_PIECES: usize = 4_000_000;
/// Pieces may be nested this deep, aliases counted.
const DEEPEST: usize = 64;
/// About what a piece takes that is taken out: as a secret it has a name and a version.
const COST: usize = 512;

/// A file.
pub(super) struct Yaml {
    pieces: Vec<Piece>,
    /// The pieces that documents consist of.
    roots: Vec<Id>,
    /// How much may still be taken out.
    room: usize,
}

/// A piece, by its place among all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Id(usize);

struct Piece {
    is: Is,
    place: Place,
    tag: Tagged,
}

enum Is {
    Scalar { text: SecretBytes, is_plain: bool },
    List(Vec<Id>),
    Map(Vec<(Id, Id)>),
}

/// What a tag says of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tagged {
    /// There is none, or one that says what the piece is anyhow.
    No,
    /// Its text is base64.
    Binary,
    /// A text, whatever it looks like.
    Text,
    /// One that means something to another program.
    Other,
}

/// A collection that is not at its end.
struct Open {
    id: Id,
    is_map: bool,
    inside: Vec<Id>,
}

impl Yaml {
    /// Reads a text of any number of documents.
    pub(super) fn read(text: &[u8]) -> Result<Self, ExchangeError> {
        let text = without_mark(text);
        let text = std::str::from_utf8(text).map_err(|error| {
            ExchangeError::malformed(Place::of_byte(text, error.valid_up_to()), "the text is not UTF-8")
        })?;
        let mut reading = Reading {
            yaml: Self { pieces: Vec::new(), roots: Vec::new(), room: LARGEST },
            open: Vec::new(),
            anchors: HashMap::new(),
        };
        for event in Parser::new_from_str(text) {
            // The words of the library may quote the text.
            let (event, span) = event.map_err(|error| {
                let place = Place { line: error.marker().line(), column: error.marker().col() + 1 };
                ExchangeError::malformed(place, "this is not YAML, or the text is cut off")
            })?;
            reading.take(event, &span)?;
        }
        Ok(reading.yaml)
    }

    pub(super) fn roots(&self) -> Vec<Id> {
        self.roots.clone()
    }

    fn piece(&self, id: Id) -> &Piece {
        &self.pieces[id.0]
    }

    /// An error at a piece.
    pub(super) fn fault(&self, id: Id, what: impl Into<String>) -> ExchangeError {
        ExchangeError::malformed(self.piece(id).place, what)
    }

    pub(super) fn is_map(&self, id: Id) -> bool {
        matches!(self.piece(id).is, Is::Map(_))
    }

    pub(super) fn is_empty_map(&self, id: Id) -> bool {
        matches!(&self.piece(id).is, Is::Map(members) if members.is_empty())
    }

    pub(super) fn tag(&self, id: Id) -> Tagged {
        self.piece(id).tag
    }

    /// Whether it says that there is nothing: `null`, `~`, or nothing at all.
    pub(super) fn is_null(&self, id: Id) -> bool {
        let piece = self.piece(id);
        let is_word = |text: &[u8]| matches!(text, b"" | b"~" | b"null" | b"Null" | b"NULL");
        piece.tag != Tagged::Text
            && matches!(&piece.is, Is::Scalar { text, is_plain: true } if is_word(text.expose()))
    }

    /// The text of a scalar, as it is meant.
    pub(super) fn text(&self, id: Id) -> Option<&str> {
        match &self.piece(id).is {
            Is::Scalar { text, .. } => text.expose_text(),
            Is::List(_) | Is::Map(_) => None,
        }
    }

    /// The entries of a list.
    pub(super) fn entries(&self, id: Id) -> &[Id] {
        match &self.piece(id).is {
            Is::List(entries) => entries,
            Is::Scalar { .. } | Is::Map(_) => &[],
        }
    }

    /// A member of a mapping, unless it is not there or null.
    pub(super) fn find(&self, map: Id, key: &str) -> Option<Id> {
        let Is::Map(members) = &self.piece(map).is else { return None };
        let found = members.iter().find(|(name, _)| self.text(*name) == Some(key));
        found.map(|(_, value)| *value).filter(|value| !self.is_null(*value))
    }

    /// The members of a mapping, each with its key; those that `<<` merges stand behind its own. One that stands twice
    /// is a fault: whichever counted, the other would be lost.
    pub(super) fn members(&mut self, map: Id) -> Result<Vec<(Id, Id)>, ExchangeError> {
        let mut members = Vec::new();
        self.collect(map, 0, &mut members)?;
        Ok(members)
    }

    fn collect(&mut self, map: Id, depth: usize, members: &mut Vec<(Id, Id)>) -> Result<(), ExchangeError> {
        let Is::Map(own) = &self.piece(map).is else {
            return Err(self.fault(map, "a mapping is expected here"));
        };
        let own = own.clone();
        self.pay(map, depth, own.len() * COST)?;
        let known: HashSet<&str> = members.iter().filter_map(|(key, _)| self.text(*key)).collect();
        let mut seen = HashSet::with_capacity(own.len());
        let mut merged = Vec::new();
        let mut new = Vec::with_capacity(own.len());
        for (key, value) in own {
            let Some(name) = self.text(key) else {
                return Err(self.fault(key, "a key that is not a text is not read"));
            };
            if name == "<<" && matches!(self.piece(key).is, Is::Scalar { is_plain: true, .. }) {
                match self.entries(value) {
                    [] => merged.push(value),
                    several => merged.extend_from_slice(several),
                }
            } else if !seen.insert(name) {
                return Err(self.fault(key, "this key of the mapping stands twice"));
            } else if !known.contains(name) {
                new.push((key, value));
            }
        }
        members.append(&mut new);
        merged.into_iter().try_for_each(|other| self.collect(other, depth + 1, members))
    }

    /// What a leaf means: its text, or of a list the JSON of it.
    pub(super) fn leaf(&mut self, id: Id) -> Result<SecretBytes, ExchangeError> {
        if let Is::Scalar { text, .. } = &self.piece(id).is {
            let text = text.duplicate();
            self.pay(id, 0, text.len() + COST)?;
            return Ok(text);
        }
        let mut out = SecretBytes::new();
        self.write_json(id, 0, &mut out)?;
        Ok(out)
    }

    fn write_json(&mut self, id: Id, depth: usize, out: &mut SecretBytes) -> Result<(), ExchangeError> {
        // Before what stands within it: a long chain of aliases must not become a deep stack.
        self.pay(id, depth, COST)?;
        let before = out.len();
        match &self.piece(id).is {
            Is::Scalar { text, is_plain } => {
                if self.is_null(id) {
                    out.extend(b"null");
                } else if *is_plain && self.tag(id) == Tagged::No && is_json_word(text.expose()) {
                    out.extend(text.expose());
                } else {
                    write_string(text.expose_text().unwrap_or_default(), out);
                }
            }
            Is::List(entries) => {
                let entries = entries.clone();
                out.push(b'[');
                for (position, entry) in entries.into_iter().enumerate() {
                    if position > 0 {
                        out.push(b',');
                    }
                    self.write_json(entry, depth + 1, out)?;
                }
                out.push(b']');
            }
            Is::Map(_) => {
                out.push(b'{');
                for (position, (key, value)) in self.members(id)?.into_iter().enumerate() {
                    if position > 0 {
                        out.push(b',');
                    }
                    write_string(self.text(key).unwrap_or_default(), out);
                    out.push(b':');
                    self.write_json(value, depth + 1, out)?;
                }
                out.push(b'}');
            }
        }
        self.pay(id, depth, out.len().saturating_sub(before))
    }

    /// Counts what is taken out of the file.
    pub(super) fn pay(&mut self, id: Id, depth: usize, cost: usize) -> Result<(), ExchangeError> {
        if depth >= DEEPEST {
            return Err(self.fault(id, format!("what stands here is nested deeper than {DEEPEST} levels")));
        }
        let left = self.room.checked_sub(cost);
        self.room = left.ok_or(ExchangeError::TooLarge { limit: LARGEST })?;
        Ok(())
    }
}

/// Whether a plain scalar is a number, `true` or `false` in JSON too.
fn is_json_word(text: &[u8]) -> bool {
    !text.starts_with(b"\"") && serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
}

struct Reading {
    yaml: Yaml,
    open: Vec<Open>,
    anchors: HashMap<usize, Id>,
}

impl Reading {
    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<(), ExchangeError> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is = Is::Scalar { text: taken(text), is_plain: style == ScalarStyle::Plain };
                let id = self.add(is, anchor, tag.as_deref(), span)?;
                self.put(id);
            }
            Event::SequenceStart(_, anchor, tag) => {
                let id = self.add(Is::List(Vec::new()), anchor, tag.as_deref(), span)?;
                self.open.push(Open { id, is_map: false, inside: Vec::new() });
            }
            Event::MappingStart(_, anchor, tag) => {
                let id = self.add(Is::Map(Vec::new()), anchor, tag.as_deref(), span)?;
                self.open.push(Open { id, is_map: true, inside: Vec::new() });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(Open { id, is_map, inside }) = self.open.pop() {
                    self.yaml.pieces[id.0].is = match is_map {
                        true => {
                            Is::Map(inside.as_chunks().0.iter().map(|[key, value]| (*key, *value)).collect())
                        }
                        false => Is::List(inside),
                    };
                    self.put(id);
                }
            }
            Event::Alias(anchor) => {
                let fault = |what: &str| ExchangeError::malformed(place(span), what);
                let target = *self.anchors.get(&anchor).ok_or_else(|| fault("this alias means nothing"))?;
                if self.open.iter().any(|open| open.id == target) {
                    return Err(fault("this alias stands within what it means"));
                }
                self.put(target);
            }
            // Anchors hold within their document.
            Event::DocumentStart(..) => self.anchors.clear(),
            _ => {}
        }
        Ok(())
    }

    fn add(&mut self, is: Is, anchor: usize, tag: Option<&Tag>, span: &Span) -> Result<Id, ExchangeError> {
        if self.yaml.pieces.len() == MOST_PIECES {
            return Err(ExchangeError::in_words("it holds more pieces than etui reads"));
        }
        let id = Id(self.yaml.pieces.len());
        self.yaml.pieces.push(Piece { is, place: place(span), tag: tag.map_or(Tagged::No, tagged) });
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        Ok(id)
    }

    fn put(&mut self, id: Id) {
        match self.open.last_mut() {
            Some(open) => open.inside.push(id),
            None => self.yaml.roots.push(id),
        }
    }
}

fn place(span: &Span) -> Place {
    Place { line: span.start.line(), column: span.start.col() + 1 }
}

fn tagged(tag: &Tag) -> Tagged {
    match tag.core_suffix() {
        Some("str") => return Tagged::Text,
        Some(_) => return Tagged::No,
        None => {}
    }
    match tag.parts() {
        ("!", "") => Tagged::Text,
        ("tag:yaml.org,2002:", "binary") => Tagged::Binary,
        _ => Tagged::Other,
    }
}

/// The text of a scalar in a wiping buffer, which takes the library's own buffer over where there is one.
fn taken(text: Cow<'_, str>) -> SecretBytes {
    match text {
        Cow::Borrowed(text) => SecretBytes::copy_of(text.as_bytes()),
        Cow::Owned(text) => SecretBytes::from_vec(text.into_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(text: &str) -> String {
        let mut yaml = Yaml::read(text.as_bytes()).unwrap();
        let root = yaml.roots()[0];
        yaml.leaf(root).unwrap().expose_text().unwrap().to_owned()
    }

    fn fault(text: &str) -> String {
        let read = Yaml::read(text.as_bytes()).and_then(|mut yaml| {
            let root = yaml.roots()[0];
            yaml.leaf(root)
        });
        read.map(drop).unwrap_err().to_string()
    }

    #[test]
    fn texts_are_what_they_mean_and_words_are_as_they_are_written() {
        for (text, expected) in [
            ("plain text # comment", "plain text"),
            ("'it''s'", "it's"),
            ("\"a\\tb\\u00fc\"", "a\tbü"),
            ("|\n  one\n  two\n", "one\ntwo\n"),
            ("|-\n  one\n  two\n", "one\ntwo"),
            (">\n  one\n  two\n", "one two\n"),
            ("0x1F", "0x1F"),
            ("1_000", "1_000"),
            ("yes", "yes"),
            (
                "[a, 'b', 1, 1.50, true, null, ~, 0x1F, {c: d, 'e': }]",
                r#"["a","b",1,1.50,true,null,null,"0x1F",{"c":"d","e":null}]"#,
            ),
            ("- a\n- - b\n  - !!str 1\n- \"2\"\n", r#"["a",["b","1"],"2"]"#),
            ("[{<<: {a: 1, b: 2}, b: 3}]", r#"[{"b":3,"a":1}]"#),
        ] {
            assert_eq!(leaf(text), expected, "{text}");
        }
    }

    #[test]
    fn an_alias_means_the_piece_itself_and_never_what_it_stands_in() {
        assert_eq!(leaf("- &a {x: 1}\n- *a\n- <<: *a\n  y: 2\n"), r#"[{"x":1},{"x":1},{"y":2,"x":1}]"#);
        assert_eq!(fault("- &a [*a]\n"), "line 1, column 7: this alias stands within what it means");
        assert_eq!(fault("- *b\n"), "line 1, column 3: this is not YAML, or the text is cut off");
        // Anchors hold within their document.
        assert!(fault("--- &a 1\n--- *a\n").ends_with("this is not YAML, or the text is cut off"));
    }

    #[test]
    fn a_short_file_that_means_a_long_one_is_refused() {
        // Ten to the power of nine texts
        let mut bomb = "a0: &a0 lol\n".to_owned();
        for level in 1..10 {
            let below = level - 1;
            let items = vec![format!("*a{below}"); 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{items}]\n"));
        }
        assert_eq!(fault(&bomb), "it is larger than 256 MiB when it is unpacked");
        // A chain of aliases is as deep as its links are many.
        let mut chain = "a0: &a0 [x]\n".to_owned();
        for level in 1..200_000 {
            chain.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
        }
        assert!(fault(&chain).ends_with("is nested deeper than 64 levels"), "{}", fault(&chain));
        assert!(Yaml::read("[".repeat(100_000).as_bytes()).is_err());
        assert!(Yaml::read("- ".repeat(100_000).as_bytes()).is_err());
    }

    #[test]
    fn keys_that_stand_twice_or_are_no_text_are_refused() {
        assert_eq!(fault("[{a: 1, a: 2}]"), "line 1, column 9: this key of the mapping stands twice");
        assert_eq!(fault("[{[a]: 1}]"), "line 1, column 3: a key that is not a text is not read");
    }
}
