//! Finding secrets: what a query means, which secrets it lets through, and in which order.
//!
//! Pure. The order is: exact name, start of a path part, substring, text of description or tags, letters in
//! order within a word; of two alike the shorter name wins. A whole word never ranks below a lucky guess.

use std::ops::Range;

/// What a query is asked about.
pub trait Candidate {
    /// The name.
    fn name(&self) -> &str;
    /// The description.
    fn description(&self) -> &str;
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

/// Which letters count as the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    /// A term with an upper-case letter means it.
    Exact,
    /// One without means both.
    Either,
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
                    None => found.extend(letters_in_order(name, text, *case).into_iter().flatten()),
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
        Term::Loose(text) => {
            text_class(text, case, candidate).or_else(|| letters_in_order(name, text, case).map(|_| LETTERS))
        }
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
                || candidate.any_tag(&mut |key, value| {
                    find(key, text, case, 0).is_some() || find(value, text, case, 0).is_some()
                });
            in_metadata.then_some(METADATA)
        }
    }
}

/// Where the text stands in the name: at the start of a path part if it does anywhere.
fn best_substring(name: &str, text: &str, case: Case) -> Option<usize> {
    let first = find(name, text, case, 0)?;
    let mut at = Some(first);
    while let Some(start) = at {
        if is_part_start(name, start) {
            return Some(start);
        }
        at = find(name, text, case, start + 1);
    }
    Some(first)
}

fn is_part_start(name: &str, start: usize) -> bool {
    start == 0 || name.as_bytes()[start - 1] == b'/'
}

/// Letters in order within one path part, beginning at the start of a word: `pwd` in `db/pass-word`.
fn letters_in_order(name: &str, text: &str, case: Case) -> Option<Vec<Range<usize>>> {
    let mut part_start = 0;
    for part in name.split('/') {
        let starts = (0..part.len()).filter(|&at| is_word_start(part, at));
        for start in starts {
            if let Some(found) = letters_from(part, start, text, case) {
                return Some(found.into_iter().map(|at| part_start + at..part_start + at + 1).collect());
            }
        }
        part_start += part.len() + 1;
    }
    None
}

fn is_word_start(part: &str, at: usize) -> bool {
    let bytes = part.as_bytes();
    bytes[at].is_ascii_alphanumeric()
        && (at == 0
            || !bytes[at - 1].is_ascii_alphanumeric()
            || (bytes[at].is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase()))
}

fn letters_from(part: &str, start: usize, text: &str, case: Case) -> Option<Vec<usize>> {
    let mut found = Vec::with_capacity(text.len());
    let mut wanted = text.bytes();
    let mut next = wanted.next()?;
    for (at, byte) in part.bytes().enumerate().skip(start) {
        if same_byte(byte, next, case) {
            found.push(at);
            match wanted.next() {
                Some(byte) => next = byte,
                None => return Some(found),
            }
        }
        // The first letter must stand at the start of the word.
        if found.is_empty() {
            return None;
        }
    }
    None
}

const fn same_byte(byte: u8, wanted: u8, case: Case) -> bool {
    match case {
        Case::Exact => byte == wanted,
        Case::Either => byte.to_ascii_lowercase() == wanted,
    }
}

fn same(text: &str, wanted: &str, case: Case) -> bool {
    text.len() == wanted.len() && starts_with(text, wanted, case)
}

fn starts_with(text: &str, wanted: &str, case: Case) -> bool {
    matches_at(text, wanted, case, 0)
}

fn ends_with(text: &str, wanted: &str, case: Case) -> bool {
    text.len().checked_sub(wanted.len()).is_some_and(|start| matches_at(text, wanted, case, start))
}

fn matches_at(text: &str, wanted: &str, case: Case, start: usize) -> bool {
    if wanted.is_ascii() {
        let text = text.as_bytes();
        return text.len() >= start + wanted.len()
            && wanted.bytes().enumerate().all(|(at, byte)| same_byte(text[start + at], byte, case));
    }
    let Some(text) = text.get(start..) else {
        return false;
    };
    match case {
        Case::Exact => text.starts_with(wanted),
        Case::Either => {
            let mut letters = text.chars().flat_map(char::to_lowercase);
            wanted.chars().all(|letter| letters.next() == Some(letter))
        }
    }
}

fn find(text: &str, wanted: &str, case: Case, from: usize) -> Option<usize> {
    let last = text.len().checked_sub(if wanted.is_ascii() { wanted.len() } else { 1 })?;
    (from..=last).find(|&start| matches_at(text, wanted, case, start))
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
            Secret { name: "b", tags: &[("env", "prod"), ("owner", "me")], ..Secret::default() },
            Secret { name: "c", tags: &[("env", "test")], deleted: true, ..Secret::default() },
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
