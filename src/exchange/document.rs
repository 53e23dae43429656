//! JSON files: `serde_json` finds the pieces, strings go into wiping buffers, and every fault has a place.

use std::collections::HashSet;

use serde_json::value::RawValue;

use super::error::ExchangeError;
use super::place::{Place, Text};
use crate::content::json_text;
use crate::domain::{Invalid, Timestamp};
use crate::memory::SecretBytes;

/// A piece of a JSON text.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    raw: &'a RawValue,
    /// The whole text, for places.
    text: &'a Text<'a>,
}

/// The members of an object.
pub(super) struct Members<'a> {
    members: Vec<(SecretBytes, Node<'a>)>,
    object: Node<'a>,
}

/// Reads a text that is one JSON value.
pub(super) fn parse<'a>(text: &'a Text<'a>) -> Result<Node<'a>, ExchangeError> {
    let raw = serde_json::from_slice(text.bytes()).map_err(|error| not_json(text, &error))?;
    Ok(Node { raw, text })
}

/// Reads a text that is any number of JSON values, one behind the other.
pub(super) fn parse_all<'a>(text: &'a Text<'a>) -> Result<Vec<Node<'a>>, ExchangeError> {
    serde_json::Deserializer::from_slice(text.bytes())
        .into_iter::<&RawValue>()
        .map(|raw| raw.map(|raw| Node { raw, text }).map_err(|error| not_json(text, &error)))
        .collect()
}

/// What a string means, or a number or anything else as it stands.
pub(super) fn text_or_spelling(node: Node<'_>) -> Result<SecretBytes, ExchangeError> {
    if node.spelled().starts_with('"') {
        node.text()
    } else {
        Ok(SecretBytes::copy_of(node.spelled().as_bytes()))
    }
}

/// Keeps the place and drops the words: `serde_json`'s own may quote the text.
fn not_json(text: &Text<'_>, error: &serde_json::Error) -> ExchangeError {
    let place = Place::of_line_and_byte(text.bytes(), error.line(), error.column());
    ExchangeError::malformed(place, "this is not JSON, or the text is cut off")
}

impl<'a> Node<'a> {
    /// An error at this place.
    pub(super) fn fault(&self, what: impl Into<String>) -> ExchangeError {
        // The piece is borrowed from the text, so the difference is its offset.
        let at = (self.raw.get().as_ptr() as usize).saturating_sub(self.text.bytes().as_ptr() as usize);
        ExchangeError::malformed(self.text.place(at), what)
    }

    pub(super) fn is_null(&self) -> bool {
        self.raw.get() == "null"
    }

    /// The text as it stands: of a number, of `true`.
    pub(super) fn spelled(&self) -> &'a str {
        self.raw.get()
    }

    /// The members of an object. One that stands twice is a fault: whichever counted, the other would be lost.
    pub(super) fn members(&self) -> Result<Members<'a>, ExchangeError> {
        let raw = json_text::members(self.raw.get().as_bytes())
            .map_err(|_| self.fault("an object is expected here"))?;
        let mut members = Vec::with_capacity(raw.len());
        for (name, value) in raw {
            let name = Node { raw: name, text: self.text }.text()?;
            members.push((name, Node { raw: value, text: self.text }));
        }
        let mut names = HashSet::with_capacity(members.len());
        if let Some((_, twice)) = members.iter().find(|(name, _)| !names.insert(name.expose())) {
            return Err(twice.fault("this member of the object occurs twice"));
        }
        Ok(Members { members, object: *self })
    }

    /// The entries of a list.
    pub(super) fn entries(&self) -> Result<Vec<Node<'a>>, ExchangeError> {
        let raw = json_text::entries(self.raw.get().as_bytes())
            .map_err(|_| self.fault("a list is expected here"))?;
        Ok(raw.into_iter().map(|raw| Node { raw, text: self.text }).collect())
    }

    /// What a string means.
    pub(super) fn text(&self) -> Result<SecretBytes, ExchangeError> {
        json_text::unescape(self.raw).ok_or_else(|| self.fault("a string of Unicode text is expected here"))
    }

    /// What a string means, made a word of ours.
    pub(super) fn word<T>(&self, make: impl FnOnce(&str) -> Result<T, Invalid>) -> Result<T, ExchangeError> {
        let text = self.text()?;
        make(text.expose_text().unwrap_or_default()).map_err(|invalid| self.fault(invalid.to_string()))
    }

    /// A time as RFC 3339 has it.
    pub(super) fn time(&self) -> Result<Timestamp, ExchangeError> {
        self.word(str::parse)
    }

    /// A whole number.
    pub(super) fn number(&self) -> Result<u32, ExchangeError> {
        self.spelled().parse().map_err(|_| self.fault("a whole number is expected here"))
    }
}

impl<'a> Members<'a> {
    /// A member, unless it is not there or `null`.
    pub(super) fn find(&self, name: &str) -> Option<Node<'a>> {
        let found = self.members.iter().find(|(known, _)| known.expose() == name.as_bytes());
        found.map(|(_, value)| *value).filter(|value| !value.is_null())
    }

    /// A member that must be there.
    pub(super) fn get(&self, name: &'static str) -> Result<Node<'a>, ExchangeError> {
        self.find(name).ok_or_else(|| self.object.fault(format!("this object has no '{name}'")))
    }

    /// The text of a member; empty where it is not there.
    pub(super) fn text_of(&self, name: &str) -> Result<SecretBytes, ExchangeError> {
        self.find(name).map_or_else(|| Ok(SecretBytes::new()), |value| value.text())
    }

    /// The entries of a member; none where it is not there.
    pub(super) fn entries_of(&self, name: &str) -> Result<Vec<Node<'a>>, ExchangeError> {
        self.find(name).map_or_else(|| Ok(Vec::new()), |value| value.entries())
    }

    /// All members with their names.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Node<'a>)> {
        self.members.iter().map(|(name, value)| (name.expose_text().unwrap_or_default(), *value))
    }

    /// An error at the object.
    pub(super) fn fault(&self, what: impl Into<String>) -> ExchangeError {
        self.object.fault(what)
    }

    /// Refuses members that are not among `known`.
    pub(super) fn refuse_others(&self, known: &[&str]) -> Result<(), ExchangeError> {
        match self.iter().find(|(name, _)| !known.contains(name)) {
            None => Ok(()),
            Some((_, value)) => Err(value.fault("this member of the object has an unknown name")),
        }
    }

    /// The members that are there, hold something and are not among `known`.
    pub(super) fn others(&self, known: &[&str]) -> impl Iterator<Item = (&str, Node<'a>)> {
        let is_nothing = |node: &Node<'_>| matches!(node.spelled(), "null" | "\"\"" | "[]" | "{}" | "false");
        self.iter().filter(move |(name, node)| !known.contains(name) && !is_nothing(node))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message<T>(result: Result<T, ExchangeError>) -> String {
        result.map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn a_fault_has_the_place_of_its_piece_and_no_word_of_the_text() {
        let text = "{\n  \"ä\": {\"name\": 5}\n}";
        let text = Text::of(text.as_bytes());
        let object = parse(&text).unwrap().members().unwrap();
        let inner = object.find("ä").unwrap().members().unwrap();
        assert_eq!(
            message(inner.get("name").unwrap().text()),
            "line 2, column 17: a string of Unicode text is expected here"
        );
        assert_eq!(message(inner.get("value")), "line 2, column 8: this object has no 'value'");
        assert_eq!(
            message(parse(&Text::of(b"{\"a\":\n hunter2}"))),
            "line 2, column 2: this is not JSON, or the text is cut off"
        );
        assert_eq!(
            message(parse(&Text::of(b"{\"a\":1"))),
            "line 1, column 6: this is not JSON, or the text is cut off"
        );
    }

    #[test]
    fn several_values_may_stand_one_behind_the_other() {
        assert_eq!(parse_all(&Text::of(b"\xef\xbb\xbf{\"a\":1}\n{\"a\":2}[]")).unwrap().len(), 3);
        assert_eq!(parse_all(&Text::of(b" \n")).unwrap().len(), 0);
        assert!(parse_all(&Text::of(b"{} x")).is_err());
    }
}
