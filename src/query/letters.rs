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

/// Which letters and pairs of neighbours a text has, large and small alike: a few bits that rule most texts out
/// before they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Letters {
    single: u64,
    pairs: u64,
}

impl Letters {
    /// All bytes beyond ASCII share a bit: what they are to each other only their characters tell.
    const BEYOND_ASCII: u64 = 1 << 63;

    /// The letters of a text.
    pub fn of(text: &[u8]) -> Self {
        let single = text.iter().fold(0, |bits, &byte| bits | Self::bit(byte));
        let pairs = text.windows(2).fold(0, |bits, pair| bits | Self::bit_of_pair(pair[0], pair[1]));
        Self { single, pairs }
    }

    const fn has_letters_of(self, wanted: Self) -> bool {
        self.single & wanted.single == wanted.single
    }

    const fn has_pairs_of(self, wanted: Self) -> bool {
        self.pairs & wanted.pairs == wanted.pairs
    }

    const fn bit(byte: u8) -> u64 {
        match byte.to_ascii_lowercase() {
            letter @ b'a'..=b'z' => 1 << (letter - b'a'),
            digit @ b'0'..=b'9' => 1 << (26 + digit - b'0'),
            128.. => Self::BEYOND_ASCII,
            // The others share what is left.
            other => 1 << (36 + other % 27),
        }
    }

    /// Scattered, since the same few pairs make up most names.
    const fn bit_of_pair(one: u8, other: u8) -> u64 {
        let pair = (one.to_ascii_lowercase() as u32) << 8 | other.to_ascii_lowercase() as u32;
        1 << (pair.wrapping_mul(0x9e37_79b1) >> 26)
    }
}

/// The bytes that names and descriptions have most of, the most frequent first.
const FREQUENT: &[u8] = b"e-/sartoinlc1d0p2um3gh4.b5_6f7k8y9wvxjzq";

/// What is looked for, with what is asked of every text computed once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Needle {
    text: String,
    case: Case,
    is_ascii: bool,
    /// The position of the byte that most places are ruled out by.
    rarest: usize,
    letters: Letters,
}

impl Needle {
    /// A text that is not empty, in lower case if either case is meant.
    pub(super) fn new(text: String, case: Case) -> Self {
        let is_ascii = text.is_ascii();
        let rank = |byte: u8| {
            let byte = byte.to_ascii_lowercase();
            FREQUENT.iter().position(|&frequent| frequent == byte).unwrap_or(FREQUENT.len())
        };
        let rarest = (0..text.len()).max_by_key(|&at| rank(text.as_bytes()[at])).unwrap_or(0);
        let letters = match is_ascii {
            true => Letters::of(text.as_bytes()),
            false => Letters { single: Letters::BEYOND_ASCII, pairs: 0 },
        };
        Self { text, case, is_ascii, rarest, letters }
    }

    pub(super) const fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether a text with these letters may hold it.
    pub(super) const fn may_be_in(&self, letters: Letters) -> bool {
        letters.has_letters_of(self.letters) && letters.has_pairs_of(self.letters)
    }

    /// Whether a text with these letters may have its letters in order.
    pub(super) const fn may_be_scattered_in(&self, letters: Letters) -> bool {
        letters.has_letters_of(self.letters)
    }

    /// Whether whatever holds this holds the other too.
    pub(super) fn extends(&self, other: &Self) -> bool {
        // Characters are compared otherwise than bytes: the one need not hold what the other does.
        self.is_ascii == other.is_ascii
            && match (self.case, other.case) {
                (Case::Exact, Case::Either) => {
                    self.is_ascii && self.text.to_ascii_lowercase().starts_with(&other.text)
                }
                (Case::Either, Case::Exact) => false,
                (Case::Exact, Case::Exact) | (Case::Either, Case::Either) => {
                    self.text.starts_with(&other.text)
                }
            }
    }

    /// Where the text stands in the name: at the start of a path part if it does anywhere.
    pub(super) fn best_in(&self, name: &[u8]) -> Option<usize> {
        let first = self.find(name, 0)?;
        let mut at = Some(first);
        while let Some(start) = at {
            if is_part_start(name, start) {
                return Some(start);
            }
            at = self.find(name, start + 1);
        }
        Some(first)
    }

    pub(super) fn is(&self, text: &[u8]) -> bool {
        text.len() == self.text.len() && self.starts(text)
    }

    pub(super) fn starts(&self, text: &[u8]) -> bool {
        self.stands_at(text, 0)
    }

    pub(super) fn ends(&self, text: &[u8]) -> bool {
        text.len().checked_sub(self.text.len()).is_some_and(|start| self.stands_at(text, start))
    }

    /// The first place at or behind a position.
    pub(super) fn find(&self, text: &[u8], from: usize) -> Option<usize> {
        if !self.is_ascii {
            let text = std::str::from_utf8(text).ok()?;
            return (from..text.len()).find(|&start| text.get(start..).is_some_and(|rest| self.begins(rest)));
        }
        // Most places are ruled out by one byte: this is where the time of a filter goes.
        let last = text.len().checked_sub(self.text.len())?;
        let rarest = self.text.as_bytes()[self.rarest];
        let other = if self.case == Case::Either { rarest.to_ascii_uppercase() } else { rarest };
        let mut start = from;
        loop {
            let window = text.get(start + self.rarest..=last + self.rarest)?;
            start += window.iter().position(|&byte| byte == rarest || byte == other)?;
            if self.stands_at(text, start) {
                return Some(start);
            }
            start += 1;
        }
    }

    fn stands_at(&self, text: &[u8], start: usize) -> bool {
        let Some(text) = text.get(start..) else {
            return false;
        };
        if self.is_ascii {
            return text.len() >= self.text.len()
                && self.text.bytes().zip(text).all(|(wanted, &byte)| same_byte(byte, wanted, self.case));
        }
        // A place inside a character is none.
        std::str::from_utf8(text).is_ok_and(|text| self.begins(text))
    }

    /// By characters: one may have another length in lower case.
    fn begins(&self, text: &str) -> bool {
        match self.case {
            Case::Exact => text.starts_with(&self.text),
            Case::Either => {
                let mut letters = text.chars().flat_map(char::to_lowercase);
                self.text.chars().all(|letter| letters.next() == Some(letter))
            }
        }
    }

    /// Whether the letters stand in order within a word of the path.
    pub(super) fn has_letters_in_order(&self, name: &[u8]) -> bool {
        self.first_of_letters(name).is_some()
    }

    /// Where those letters stand.
    pub(super) fn letters_in_order(&self, name: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        if let Some(start) = self.first_of_letters(name) {
            self.letters_from(name, start, |at| found.push(at..at + 1));
        }
        found
    }

    /// Letters in order within one path part, beginning at the start of a word: `pwd` in `db/pass-word`.
    /// Answers where the first letter stands.
    fn first_of_letters(&self, name: &[u8]) -> Option<usize> {
        let first = self.text.bytes().next()?;
        let other = if self.case == Case::Either { first.to_ascii_uppercase() } else { first };
        let mut start = 0;
        loop {
            start += name.get(start..)?.iter().position(|&byte| byte == first || byte == other)?;
            if is_word_start(name, start) && self.letters_from(name, start, |_| ()) {
                return Some(start);
            }
            start += 1;
        }
    }

    /// Whether all letters follow from here on in this part of the path; each is told.
    fn letters_from(&self, name: &[u8], start: usize, mut tell: impl FnMut(usize)) -> bool {
        let mut wanted = self.text.bytes();
        let mut next = wanted.next();
        for (at, &byte) in name.iter().enumerate().skip(start) {
            match next {
                Some(letter) if byte != b'/' => {
                    if same_byte(byte, letter, self.case) {
                        tell(at);
                        next = wanted.next();
                    }
                }
                _ => break,
            }
        }
        next.is_none()
    }
}

pub(super) fn is_part_start(name: &[u8], start: usize) -> bool {
    start == 0 || name[start - 1] == b'/'
}

fn is_word_start(name: &[u8], at: usize) -> bool {
    name[at].is_ascii_alphanumeric()
        && (at == 0
            || !name[at - 1].is_ascii_alphanumeric()
            || (name[at].is_ascii_uppercase() && name[at - 1].is_ascii_lowercase()))
}

const fn same_byte(byte: u8, wanted: u8, case: Case) -> bool {
    match case {
        Case::Exact => byte == wanted,
        Case::Either => byte.to_ascii_lowercase() == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn what_the_letters_rule_out_is_not_there(text in "[abAB/éK-]{0,12}", wanted in "[abABk/é-]{1,3}") {
            let case = if wanted.chars().any(char::is_uppercase) { Case::Exact } else { Case::Either };
            let needle = Needle::new(wanted, case);
            let letters = Letters::of(text.as_bytes());
            if needle.find(text.as_bytes(), 0).is_some() {
                proptest::prop_assert!(needle.may_be_in(letters));
            }
            if needle.has_letters_in_order(text.as_bytes()) {
                proptest::prop_assert!(needle.may_be_scattered_in(letters));
            }
        }
    }
}
