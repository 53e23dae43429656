//! Finding secrets: what a query means, which secrets it lets through, and in which order.
//!
//! Pure. The order is: exact name, start of a path part, substring, text of description or tags, letters in
//! order within a word; of two alike the shorter name wins. A whole word never ranks below a lucky guess.

mod letters;

use std::ops::Range;

use letters::{
    Case, best_substring, ends_with, find, has_letters_in_order, is_part_start, letters_in_order, same,
    starts_with,
};

/// What a query is asked about.
pub trait Candidate {
    /// The name.
    fn name(&self) -> &str;
    /// The description.
    fn description(&self) -> &str;
    /// All keys and values of its tags in one text, with something between that cannot be typed.
    fn tags_text(&self) -> &str;
    /// Whether a tag (key, value) satisfies the condition.
    fn any_tag(&self, condition: &mut dyn FnMut(&str, &str) -> bool) -> bool;
    /// Whether a label satisfies the condition.
    fn any_label(&self, condition: &mut dyn FnMut(&str) -> bool) -> bool;
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

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    /// Anywhere, or letters in order within a word.
    Loose(String),
    /// `'text`: anywhere, as it is.
    Contains(String),
    /// `^text`: at the start of the name.
    Starts(String),
    /// `text$`: at the end of the name.
    Ends(String),
    /// `^text$`: the whole name.
    Is(String),
    /// `!text`: nowhere.
    Not(String),
    /// `@label`.
    Label(String),
    /// `#key` or `#key=value`.
    Tag { key: String, value: Option<String> },
    /// `due`.
    Due,
    /// `deleted`.
    Deleted,
}

/// A query: all of its terms must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    terms: Vec<(Term, Case)>,
}

impl Query {
    /// Reads what was typed; whatever it is, it means something.
    pub fn parse(text: &str) -> Self {
        Self { terms: text.split_whitespace().filter_map(term).collect() }
    }

    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether it asks for secrets in their deletion window.
    pub fn wants_deleted(&self) -> bool {
        self.terms.iter().any(|(term, _)| *term == Term::Deleted)
    }

    /// How well a candidate answers; `None`: not at all.
    pub fn rank(&self, candidate: &impl Candidate) -> Option<Rank> {
        let mut class = 0;
        for (term, case) in &self.terms {
            class += class_of(term, *case, candidate)?;
        }
        Some(Rank { class, length: candidate.name().len() })
    }

    /// The parts of a name that answer, for highlighting: sorted, not overlapping.
    pub fn matches(&self, name: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for (term, case) in &self.terms {
            match term {
                Term::Loose(text) => match best_substring(name, text, *case) {
                    Some(start) => found.push(start..start + text.len()),
                    None => found.extend(letters_in_order(name, text, *case)),
                },
                Term::Contains(text) => {
                    found.extend(best_substring(name, text, *case).map(|at| at..at + text.len()))
                }
                Term::Starts(text) if starts_with(name, text, *case) => found.push(0..text.len()),
                Term::Ends(text) if ends_with(name, text, *case) => {
                    found.push(name.len() - text.len()..name.len());
                }
                Term::Is(text) if same(name, text, *case) => found.push(0..name.len()),
                _ => {}
            }
        }
        merged(found)
    }
}

fn term(word: &str) -> Option<(Term, Case)> {
    let case = if word.chars().any(char::is_uppercase) { Case::Exact } else { Case::Either };
    let own = |text: &str| if case == Case::Either { text.to_lowercase() } else { text.to_owned() };
    // A sign alone is not yet a term: it is being typed.
    let part = |text: &str, make: fn(String) -> Term| (!text.is_empty()).then(|| make(own(text)));
    let term = match word {
        "due" => Some(Term::Due),
        "deleted" => Some(Term::Deleted),
        _ => match word.split_at(word.chars().next()?.len_utf8()) {
            ("'", text) => part(text, Term::Contains),
            ("!", text) => part(text, Term::Not),
            ("@", text) => part(text, Term::Label),
            ("#", text) => match text.split_once('=') {
                Some((key, value)) => Some(Term::Tag { key: own(key), value: Some(own(value)) }),
                None => part(text, |key| Term::Tag { key, value: None }),
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
    };
    Some((term?, case))
}

const EXACT: u32 = 0;
const PART_START: u32 = 1;
const SUBSTRING: u32 = 2;
const METADATA: u32 = 3;
const LETTERS: u32 = 4;

fn class_of(term: &Term, case: Case, candidate: &impl Candidate) -> Option<u32> {
    let name = candidate.name();
    let holds = |condition: bool| condition.then_some(EXACT);
    match term {
        Term::Loose(text) => text_class(text, case, candidate)
            .or_else(|| has_letters_in_order(name, text, case).then_some(LETTERS)),
        Term::Contains(text) => text_class(text, case, candidate),
        Term::Not(text) => holds(text_class(text, case, candidate).is_none()),
        Term::Starts(text) => holds(starts_with(name, text, case)),
        Term::Ends(text) => holds(ends_with(name, text, case)),
        Term::Is(text) => holds(same(name, text, case)),
        Term::Label(text) => holds(candidate.any_label(&mut |label| starts_with(label, text, case))),
        Term::Tag { key, value: None } => {
            holds(candidate.any_tag(&mut |known, _| starts_with(known, key, case)))
        }
        Term::Tag { key, value: Some(value) } => holds(
            candidate.any_tag(&mut |known, text| same(known, key, case) && starts_with(text, value, case)),
        ),
        Term::Due => holds(candidate.is_due()),
        Term::Deleted => holds(candidate.is_deleted()),
    }
}

fn text_class(text: &str, case: Case, candidate: &impl Candidate) -> Option<u32> {
    let name = candidate.name();
    match best_substring(name, text, case) {
        Some(0) if name.len() == text.len() => Some(EXACT),
        Some(start) if is_part_start(name, start) => Some(PART_START),
        Some(_) => Some(SUBSTRING),
        None => {
            let in_metadata = find(candidate.description(), text, case, 0).is_some()
                || find(candidate.tags_text(), text, case, 0).is_some();
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
        fn name(&self) -> &str {
            self.name
        }
        fn description(&self) -> &str {
            self.description
        }
        fn tags_text(&self) -> &str {
            self.tags_text
        }
        fn any_tag(&self, condition: &mut dyn FnMut(&str, &str) -> bool) -> bool {
            self.tags.iter().any(|(key, value)| condition(key, value))
        }
        fn any_label(&self, condition: &mut dyn FnMut(&str) -> bool) -> bool {
            self.labels.iter().any(|label| condition(label))
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
            ("#env !prod", &["c"]),
            ("#", &["a", "b", "c"]),
        ] {
            assert_eq!(found(query, &secrets), expected, "{query}");
        }
        assert!(Query::parse("x deleted").wants_deleted());
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

    #[test]
    fn descriptions_are_searched_in_any_script() {
        let secrets = [Secret { name: "a", description: "Schlüssel für Ärzte", ..Secret::default() }];
        assert_eq!(found("ärzte", &secrets), ["a"]);
        assert_eq!(found("SCHLÜSSEL", &secrets), [""; 0]);
        assert_eq!(found("für", &secrets), ["a"]);
    }
}
