//! Finding secrets: what a query means, which secrets it lets through, and in which order; the same for the
//! app's filter and for `etui list`.
//!
//! | term | lets through |
//! | --- | --- |
//! | `text` | name, description or tags contain it, or its letters stand in order within a word of the name |
//! | `'text` | contained as it is |
//! | `^text` `text$` `^text$` | the name starts, ends with it, is it |
//! | `!text` | contained nowhere |
//! | `@label` | a stage label that starts with it |
//! | `#key` `#key=` `#key=value` | a tag |
//! | `is:due` `is:deleted` | due for rotation, scheduled for deletion; in the app `due` and `deleted` too |
//!
//! All terms must hold. Lower case means both cases. Pure, but for [`Catalogue`], which copies a list. The order is:
//! exact name, start of a path part, substring, text of description or tags, letters in order within a word; of two
//! alike the shorter name wins. A whole word never ranks below letters in order.

mod catalogue;
mod letters;

use std::fmt;
use std::ops::Range;

use letters::{Case, Needle, is_part_start};

pub use catalogue::{Asked, Catalogue};
pub use letters::Letters;

/// What a query is asked about.
pub trait Candidate {
    /// The name.
    fn name(&self) -> &[u8];
    /// The description.
    fn description(&self) -> &[u8];
    /// All keys and values of its tags in one text, with something between that cannot be typed.
    fn tags_text(&self) -> &[u8];
    /// The letters of the name.
    fn name_letters(&self) -> Letters {
        Letters::of(self.name())
    }
    /// The letters of description and tags.
    fn metadata_letters(&self) -> Letters {
        Letters::of(&[self.description(), self.tags_text()].concat())
    }
    /// Whether a tag (key, value) satisfies the condition.
    fn any_tag(&self, condition: &mut dyn FnMut(&[u8], &[u8]) -> bool) -> bool;
    /// Whether a label satisfies the condition.
    fn any_label(&self, condition: &mut dyn FnMut(&[u8]) -> bool) -> bool;
    /// Whether the current version is due for rotation.
    fn is_due(&self) -> bool;
    /// Whether the secret is in its deletion window.
    fn is_deleted(&self) -> bool;
}

/// How good a match is; the smaller, the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    class: u32,
    length: usize,
}

impl Rank {
    /// The rank as one number, in the same order.
    pub fn number(self) -> u32 {
        let length = u32::try_from(self.length).unwrap_or(u32::MAX).min(0xffff);
        self.class.min(0xffff) << 16 | length
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    /// Anywhere, or letters in order within a word.
    Loose(Needle),
    /// `'text`: anywhere, as it is.
    Contains(Needle),
    /// `^text`: at the start of the name.
    Starts(Needle),
    /// `text$`: at the end of the name.
    Ends(Needle),
    /// `^text$`: the whole name.
    Is(Needle),
    /// `!text`: nowhere.
    Not(Needle),
    /// `@label`.
    Label(Needle),
    /// `#key`.
    TagKey(Needle),
    /// `#key=` and `#key=value`.
    Tag { key: Needle, value: Option<Needle> },
    /// `is:due`, in the app `due` too.
    Due,
    /// `is:deleted`, in the app `deleted` too.
    Deleted,
}

impl Term {
    /// Whether whatever this lets through, the other lets through too. False when unsure.
    fn narrows(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Loose(new), Self::Loose(old))
            | (Self::Contains(new), Self::Contains(old) | Self::Loose(old))
            | (Self::Starts(new), Self::Starts(old))
            | (Self::Label(new), Self::Label(old))
            | (Self::TagKey(new), Self::TagKey(old)) => new.extends(old),
            (Self::Tag { key, value: Some(new) }, Self::Tag { key: known, value }) => {
                key == known && value.as_ref().is_none_or(|old| new.extends(old))
            }
            _ => self == other,
        }
    }
}

/// A query: all of its terms must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    terms: Vec<Term>,
}

impl Query {
    /// One that lets everything through.
    pub const fn none() -> Self {
        Self { terms: Vec::new() }
    }

    /// Reads what was typed into the app's filter; whatever it is, it means something.
    pub fn parse(text: &str) -> Self {
        let read = |word| match word {
            "due" => Some(Term::Due),
            "deleted" => Some(Term::Deleted),
            _ => term(word),
        };
        Self { terms: text.split_whitespace().filter_map(read).collect() }
    }

    /// Reads the words of a command line, where `due` and `deleted` are text as every other word.
    ///
    /// # Errors
    /// [`UnknownCondition`] for `is:` with another word behind it: nobody sees there what a typed letter does.
    pub fn of_arguments<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, UnknownCondition> {
        let mut terms = Vec::new();
        for word in words.into_iter().flat_map(str::split_whitespace) {
            let read = term(word);
            if word.starts_with("is:") && !matches!(read, Some(Term::Due | Term::Deleted)) {
                return Err(UnknownCondition(word.to_owned()));
            }
            terms.extend(read);
        }
        Ok(Self { terms })
    }

    /// Whether some answers are better than others: where only conditions are asked for, none is.
    pub fn ranks(&self) -> bool {
        self.terms.iter().any(|term| matches!(term, Term::Loose(_) | Term::Contains(_)))
    }

    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether it asks for secrets in their deletion window.
    pub fn wants_deleted(&self) -> bool {
        self.terms.contains(&Term::Deleted)
    }

    /// Whether the time decides.
    pub fn asks_for_due(&self) -> bool {
        self.terms.contains(&Term::Due)
    }

    /// Whether whatever it lets through, the other one lets through too: then only that needs to be looked at.
    /// Mostly so when a letter was typed behind it.
    pub fn narrows(&self, other: &Self) -> bool {
        other.terms.len() <= self.terms.len()
            && self.terms.iter().zip(&other.terms).all(|(new, old)| new.narrows(old))
    }

    /// How well a candidate answers; `None`: not at all.
    pub fn rank(&self, candidate: &impl Candidate) -> Option<Rank> {
        let mut class = 0;
        for term in &self.terms {
            class += class_of(term, candidate)?;
        }
        Some(Rank { class, length: candidate.name().len() })
    }

    /// The parts of a name that answer, for highlighting: sorted, not overlapping.
    pub fn matches(&self, name: &str) -> Vec<Range<usize>> {
        let text = name.as_bytes();
        let mut found = Vec::new();
        for term in &self.terms {
            match term {
                Term::Loose(needle) => match needle.best_in(text) {
                    Some(start) => found.push(start..start + needle.len()),
                    None => found.extend(needle.letters_in_order(text)),
                },
                Term::Contains(needle) => found.extend(needle.best_in(text).map(|at| at..at + needle.len())),
                Term::Starts(needle) if needle.starts(text) => found.push(0..needle.len()),
                Term::Ends(needle) if needle.ends(text) => {
                    found.push(name.len() - needle.len()..name.len());
                }
                Term::Is(needle) if needle.is(text) => found.push(0..name.len()),
                _ => {}
            }
        }
        merged(found)
    }
}

/// A condition that no query knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownCondition(String);

impl fmt::Display for UnknownCondition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "unknown condition '{}'", self.0)
    }
}

impl std::error::Error for UnknownCondition {}

fn term(word: &str) -> Option<Term> {
    let case = if word.chars().any(char::is_uppercase) { Case::Exact } else { Case::Either };
    let needle = |text: &str| {
        let text = if case == Case::Either { text.to_lowercase() } else { text.to_owned() };
        Needle::new(text, case)
    };
    // A sign alone is not yet a term: it is being typed.
    let part = |text: &str, make: fn(Needle) -> Term| (!text.is_empty()).then(|| make(needle(text)));
    match word {
        "is:due" => Some(Term::Due),
        "is:deleted" => Some(Term::Deleted),
        _ => match word.split_at(word.chars().next()?.len_utf8()) {
            ("'", text) => part(text, Term::Contains),
            ("!", text) => part(text, Term::Not),
            ("@", text) => part(text, Term::Label),
            ("#", text) => match text.split_once('=') {
                Some((key, value)) => {
                    let value = (!value.is_empty()).then(|| needle(value));
                    Some(Term::Tag { key: needle(key), value })
                }
                None => part(text, Term::TagKey),
            },
            ("^", text) => match text.strip_suffix('$') {
                Some(text) => part(text, Term::Is),
                None => part(text, Term::Starts),
            },
            _ => match word.strip_suffix('$') {
                Some(text) => part(text, Term::Ends),
                None => part(word, Term::Loose),
            },
        },
    }
}

const EXACT: u32 = 0;
const PART_START: u32 = 1;
const SUBSTRING: u32 = 2;
const METADATA: u32 = 3;
const LETTERS: u32 = 4;

fn class_of(term: &Term, candidate: &impl Candidate) -> Option<u32> {
    let name = candidate.name();
    let holds = |condition: bool| condition.then_some(EXACT);
    match term {
        Term::Loose(needle) => text_class(needle, candidate).or_else(|| {
            let may_be = needle.may_be_scattered_in(candidate.name_letters());
            (may_be && needle.has_letters_in_order(name)).then_some(LETTERS)
        }),
        Term::Contains(needle) => text_class(needle, candidate),
        Term::Not(needle) => holds(text_class(needle, candidate).is_none()),
        Term::Starts(needle) => holds(needle.starts(name)),
        Term::Ends(needle) => holds(needle.ends(name)),
        Term::Is(needle) => holds(needle.is(name)),
        Term::Label(needle) => holds(candidate.any_label(&mut |label| needle.starts(label))),
        Term::TagKey(needle) => holds(candidate.any_tag(&mut |key, _| needle.starts(key))),
        Term::Tag { key, value } => holds(candidate.any_tag(&mut |known, text| {
            key.is(known) && value.as_ref().is_none_or(|value| value.starts(text))
        })),
        Term::Due => holds(candidate.is_due()),
        Term::Deleted => holds(candidate.is_deleted()),
    }
}

fn text_class(needle: &Needle, candidate: &impl Candidate) -> Option<u32> {
    let name = candidate.name();
    let in_name = needle.may_be_in(candidate.name_letters()).then(|| needle.best_in(name)).flatten();
    match in_name {
        Some(0) if name.len() == needle.len() => Some(EXACT),
        Some(start) if is_part_start(name, start) => Some(PART_START),
        Some(_) => Some(SUBSTRING),
        None => {
            let in_metadata = needle.may_be_in(candidate.metadata_letters())
                && (needle.find(candidate.description(), 0).is_some()
                    || needle.find(candidate.tags_text(), 0).is_some());
            in_metadata.then_some(METADATA)
        }
    }
}

fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

#[cfg(test)]
mod tests;
