//! How texts and names are compared: substrings, letters in order, smart case.

use std::ops::Range;

/// Which letters count as the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// A term with an upper-case letter means it.
    Exact,
    /// One without means both; its letters are lower-case.
    Either,
}

/// Where the text stands in the name: at the start of a path part if it does anywhere.
pub(super) fn best_substring(name: &str, text: &str, case: Case) -> Option<usize> {
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

pub(super) fn is_part_start(name: &str, start: usize) -> bool {
    start == 0 || name.as_bytes()[start - 1] == b'/'
}

/// Letters in order within one path part, beginning at the start of a word: `pwd` in `db/pass-word`. Answers
/// where the part stands and at which byte of it the first letter does.
fn first_of_letters<'a>(name: &'a str, text: &str, case: Case) -> Option<(usize, &'a str, usize)> {
    let first = text.bytes().next()?;
    let mut part_start = 0;
    for part in name.split('/') {
        for at in 0..part.len() {
            if same_byte(part.as_bytes()[at], first, case)
                && is_word_start(part, at)
                && letters_from(part, at, text, case, |_| ())
            {
                return Some((part_start, part, at));
            }
        }
        part_start += part.len() + 1;
    }
    None
}

/// Whether the letters stand in order within a word of the path.
pub(super) fn has_letters_in_order(name: &str, text: &str, case: Case) -> bool {
    first_of_letters(name, text, case).is_some()
}

/// Where those letters stand.
pub(super) fn letters_in_order(name: &str, text: &str, case: Case) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if let Some((part_start, part, at)) = first_of_letters(name, text, case) {
        letters_from(part, at, text, case, |at| found.push(part_start + at..part_start + at + 1));
    }
    found
}

fn is_word_start(part: &str, at: usize) -> bool {
    let bytes = part.as_bytes();
    bytes[at].is_ascii_alphanumeric()
        && (at == 0
            || !bytes[at - 1].is_ascii_alphanumeric()
            || (bytes[at].is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase()))
}

/// Whether all letters follow from here on; each is told.
fn letters_from(part: &str, start: usize, text: &str, case: Case, mut tell: impl FnMut(usize)) -> bool {
    let mut wanted = text.bytes().peekable();
    for (at, byte) in part.bytes().enumerate().skip(start) {
        match wanted.peek() {
            None => return true,
            Some(&next) if same_byte(byte, next, case) => {
                tell(at);
                wanted.next();
            }
            Some(_) => {}
        }
    }
    wanted.peek().is_none()
}

const fn same_byte(byte: u8, wanted: u8, case: Case) -> bool {
    match case {
        Case::Exact => byte == wanted,
        Case::Either => byte.to_ascii_lowercase() == wanted,
    }
}

pub(super) fn same(text: &str, wanted: &str, case: Case) -> bool {
    text.len() == wanted.len() && starts_with(text, wanted, case)
}

pub(super) fn starts_with(text: &str, wanted: &str, case: Case) -> bool {
    matches_at(text, wanted, case, 0)
}

pub(super) fn ends_with(text: &str, wanted: &str, case: Case) -> bool {
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

pub(super) fn find(text: &str, wanted: &str, case: Case, from: usize) -> Option<usize> {
    let last = text.len().checked_sub(if wanted.is_ascii() { wanted.len() } else { 1 })?;
    let Some(first) = wanted.bytes().next().filter(u8::is_ascii) else {
        return (from..=last).find(|&start| matches_at(text, wanted, case, start));
    };
    // Most places are ruled out by their first byte: this is where the time of a filter goes.
    let other = if case == Case::Either { first.to_ascii_uppercase() } else { first };
    let bytes = text.as_bytes().get(..=last)?;
    let mut start = from;
    loop {
        let ahead = bytes.get(start..)?.iter().position(|&byte| byte == first || byte == other)?;
        start += ahead;
        if matches_at(text, wanted, case, start) {
            return Some(start);
        }
        start += 1;
    }
}
