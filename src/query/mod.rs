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
mod tests {
    use super::*;

    #[derive(Default)]
    struct Secret {
        name: &'static str,
        description: &'static str,
        tags: &'static [(&'static str, &'static str)],
        tags_text: &'static str,
        labels: &'static [&'static str],
        due: bool,
        deleted: bool,
    }

    impl Candidate for Secret {
        fn name(&self) -> &[u8] {
            self.name.as_bytes()
        }
        fn description(&self) -> &[u8] {
            self.description.as_bytes()
        }
        fn tags_text(&self) -> &[u8] {
            self.tags_text.as_bytes()
        }
        fn any_tag(&self, condition: &mut dyn FnMut(&[u8], &[u8]) -> bool) -> bool {
            self.tags.iter().any(|(key, value)| condition(key.as_bytes(), value.as_bytes()))
        }
        fn any_label(&self, condition: &mut dyn FnMut(&[u8]) -> bool) -> bool {
            self.labels.iter().any(|label| condition(label.as_bytes()))
        }
        fn is_due(&self) -> bool {
            self.due
        }
        fn is_deleted(&self) -> bool {
            self.deleted
        }
    }

    fn found(query: &str, secrets: &[Secret]) -> Vec<&'static str> {
        let query = Query::parse(query);
        let mut ranked: Vec<_> =
            secrets.iter().filter_map(|secret| Some((query.rank(secret)?, secret.name))).collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.into_iter().map(|(_, name)| name).collect()
    }

    fn named(name: &'static str) -> Secret {
        Secret { name, ..Secret::default() }
    }

    #[test]
    fn the_best_answer_comes_first() {
        let secrets = [
            named("d-b/pool"),
            Secret { name: "mail", description: "the db of mails", ..Secret::default() },
            named("shop/adb"),
            named("shop/db/password"),
            named("shop/db/url"),
            named("db"),
            named("unrelated"),
        ];
        assert_eq!(
            found("db", &secrets),
            ["db", "shop/db/url", "shop/db/password", "shop/adb", "mail", "d-b/pool"]
        );
    }

    #[test]
    fn a_space_means_and_and_the_order_of_terms_does_not_matter() {
        let secrets = [named("shop/db/url"), named("shop/api"), named("db/url")];
        assert_eq!(found("db shop", &secrets), ["shop/db/url"]);
        assert_eq!(found("shop db", &secrets), ["shop/db/url"]);
    }

    #[test]
    fn signs_ask_exactly() {
        let secrets = [named("shop/db"), named("shop/adb-x"), named("db/shop"), named("d-b")];
        for (query, expected) in [
            ("'db", &["shop/db", "db/shop", "shop/adb-x"][..]),
            ("^shop", &["shop/db", "shop/adb-x"]),
            ("shop$", &["db/shop"]),
            ("^d-b$", &["d-b"]),
            ("!shop", &["d-b"]),
            ("db !^", &["shop/db", "db/shop", "shop/adb-x", "d-b"]),
            ("'", &["d-b", "shop/db", "db/shop", "shop/adb-x"]),
        ] {
            assert_eq!(found(query, &secrets), expected, "{query}");
        }
    }

    #[test]
    fn an_upper_case_letter_means_itself_and_a_lower_case_one_both() {
        let secrets = [named("Mail/Inbox"), named("mail/out")];
        assert_eq!(found("mail", &secrets), ["mail/out", "Mail/Inbox"]);
        assert_eq!(found("Mail", &secrets), ["Mail/Inbox"]);
    }

    #[test]
    fn letters_must_stand_in_order_within_one_word_of_the_path() {
        let secrets = [named("shop/db/password"), named("shop/api-key")];
        assert_eq!(found("pswd", &secrets), ["shop/db/password"]);
        assert_eq!(found("ak", &secrets), ["shop/api-key"]);
        assert_eq!(found("dbpw", &secrets), [""; 0]);
        assert_eq!(found("swd", &secrets), [""; 0]);
    }

    #[test]
    fn labels_tags_due_and_deleted_narrow() {
        let secrets = [
            Secret { name: "a", labels: &["ACSCurrent", "canary"], due: true, ..Secret::default() },
            Secret {
                name: "b",
                tags: &[("env", "prod"), ("owner", "me")],
                tags_text: "env\0prod\0owner\0me\0",
                ..Secret::default()
            },
            Secret {
                name: "c",
                tags: &[("env", "test")],
                tags_text: "env\0test\0",
                deleted: true,
                ..Secret::default()
            },
        ];
        for (query, expected) in [
            ("@canary", &["a"][..]),
            ("@can", &["a"]),
            ("#env", &["b", "c"]),
            ("#env=prod", &["b"]),
            ("#env=", &["b", "c"]),
            ("#en=prod", &[]),
            ("due", &["a"]),
            ("deleted", &["c"]),
            ("is:due", &["a"]),
            ("is:deleted", &["c"]),
            ("#env !prod", &["c"]),
            ("#", &["a", "b", "c"]),
        ] {
            assert_eq!(found(query, &secrets), expected, "{query}");
        }
        assert!(Query::parse("x deleted").wants_deleted());
    }

    #[test]
    fn on_a_command_line_bare_words_are_text() {
        let secrets = [
            Secret { name: "a", due: true, ..Secret::default() },
            Secret { name: "b", deleted: true, ..Secret::default() },
            named("due/deleted"),
        ];
        for (words, expected) in [
            (&["due"][..], &["due/deleted"][..]),
            (&["deleted"], &["due/deleted"]),
            (&["is:due"], &["a"]),
            (&["is:deleted"], &["b"]),
            (&["is:due is:deleted"], &[]),
            (&["due", "^due"], &["due/deleted"]),
            (&[], &["a", "b", "due/deleted"]),
        ] {
            let query = Query::of_arguments(words.iter().copied()).unwrap();
            let let_through = secrets.iter().filter(|secret| query.rank(*secret).is_some());
            assert_eq!(let_through.map(|secret| secret.name).collect::<Vec<_>>(), expected, "{words:?}");
        }
        let error = Query::of_arguments(["db", "is:old"]).unwrap_err();
        assert_eq!(error.to_string(), "unknown condition 'is:old'");
        assert!(Query::of_arguments(["@x", "db"]).unwrap().ranks());
        assert!(!Query::of_arguments(["@x", "#y", "is:due", "!z"]).unwrap().ranks());
    }

    #[test]
    fn what_matched_is_told_for_highlighting() {
        let marked = |query: &str, name: &str| {
            let mut text = name.to_owned();
            for range in Query::parse(query).matches(name).into_iter().rev() {
                text.insert(range.end, ']');
                text.insert(range.start, '[');
            }
            text
        };
        assert_eq!(marked("db", "adb/db-x"), "adb/[db]-x");
        assert_eq!(marked("pswd", "db/password"), "db/[p]a[s]s[w]or[d]");
        assert_eq!(marked("^db rd$", "db/password"), "[db]/passwo[rd]");
        assert_eq!(marked("pass sword", "db/password"), "db/[password]");
        assert_eq!(marked("@pass", "db/password"), "db/password");
    }

    proptest::proptest! {
        #[test]
        #[allow(clippy::disallowed_methods, reason = "no secret, and the samples are texts that stay")]
        fn what_a_narrower_query_lets_through_the_other_one_did_too(
            texts in proptest::collection::vec("[abAB/é-]{1,8}", 1..12),
            queries in proptest::collection::vec("['^!@#]?[abAB$é= ]{0,4}", 2),
            is_typed_behind in proptest::bool::ANY,
        ) {
            let earlier = Query::parse(&queries[0]);
            let typed = if is_typed_behind { queries.concat() } else { queries[1].clone() };
            let later = Query::parse(&typed);
            if later.narrows(&earlier) {
                for text in texts {
                    let text: &'static str = text.leak();
                    let tags: &'static [_] = vec![(text, "ab"), ("ab", text)].leak();
                    let labels: &'static [_] = vec![text].leak();
                    for secret in [
                        named(text),
                        Secret { name: "x", description: text, ..Secret::default() },
                        Secret { name: "x", tags, labels, ..Secret::default() },
                    ] {
                        let (new, old) = (later.rank(&secret), earlier.rank(&secret));
                        proptest::prop_assert!(new.is_none() || old.is_some(), "{typed:?} {queries:?} {text:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_letter_typed_behind_a_query_narrows_it_and_one_taken_away_does_not() {
        let narrows = |new: &str, old: &str| Query::parse(new).narrows(&Query::parse(old));
        for (new, old) in [
            ("d", ""),
            ("db", "d"),
            ("db ", "db"),
            ("db u", "db"),
            ("dB", "d"),
            ("^db", "^d"),
            ("@ca", "@c"),
            ("#env=p", "#env="),
            ("#env=pr", "#env=p"),
            ("db !x", "db"),
        ] {
            assert!(narrows(new, old), "{new:?} {old:?}");
        }
        for (new, old) in
            [("d", "db"), ("!db", "!d"), ("due", "du"), ("dueb", "due"), ("db", "dB"), ("b", "d")]
        {
            assert!(!narrows(new, old), "{new:?} {old:?}");
        }
    }

    #[test]
    fn descriptions_are_searched_in_any_script() {
        let secrets = [Secret { name: "a", description: "Schlüssel für Ärzte", ..Secret::default() }];
        assert_eq!(found("ärzte", &secrets), ["a"]);
        assert_eq!(found("SCHLÜSSEL", &secrets), [""; 0]);
        assert_eq!(found("für", &secrets), ["a"]);
    }
}
