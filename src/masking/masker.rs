//! One stream that is masked piece by piece.

use std::sync::Arc;

use super::MASK;
use super::forms::Forms;
use super::search::Rest;
use crate::memory::SecretBytes;

/// Masks a stream. It holds back what may be the beginning of a form, at most one byte less than the longest one.
pub struct Masker {
    forms: Arc<Forms>,
    held: SecretBytes,
}

impl Masker {
    /// For one stream.
    pub const fn new(forms: Arc<Forms>) -> Self {
        Self { forms, held: SecretBytes::new() }
    }

    /// Takes the next bytes, and gives `out` what can be passed on, piece by piece.
    pub fn push(&mut self, bytes: &[u8], out: &mut dyn FnMut(&[u8])) {
        let search = &self.forms.search;
        if self.held.is_empty() {
            let done = search.replace(bytes, MASK.as_bytes(), Rest::MayFollow, out);
            self.held.extend(&bytes[done..]);
        } else {
            self.held.extend(bytes);
            let done = search.replace(self.held.expose(), MASK.as_bytes(), Rest::MayFollow, out);
            self.held.remove(0..done);
        }
    }

    /// Gives `out` what was held back: nothing more comes, or nothing came for a while.
    pub fn flush(&mut self, out: &mut dyn FnMut(&[u8])) {
        self.forms.search.replace(self.held.expose(), MASK.as_bytes(), Rest::Ended, out);
        self.held.clear();
    }

    /// How many bytes it holds back.
    pub fn held(&self) -> usize {
        self.held.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn masked(forms: &Arc<Forms>, pieces: &[&[u8]]) -> Vec<u8> {
        let mut masker = Masker::new(Arc::clone(forms));
        let mut out = SecretBytes::new();
        for piece in pieces {
            masker.push(piece, &mut |piece| out.extend(piece));
            assert!(masker.held() < forms.longest(), "{} of {}", masker.held(), forms.longest());
        }
        masker.flush(&mut |piece| out.extend(piece));
        assert_eq!(masker.held(), 0);
        out.expose().to_vec()
    }

    /// The same by hand: at each place the longest form, else one byte.
    fn expected(forms: &Forms, text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut at = 0;
        while at < text.len() {
            match forms.expose().filter(|form| text[at..].starts_with(form)).map(<[u8]>::len).max() {
                Some(length) => {
                    out.extend(MASK.as_bytes());
                    at += length;
                }
                None => {
                    out.push(text[at]);
                    at += 1;
                }
            }
        }
        out
    }

    fn forms(values: &[&[u8]]) -> Arc<Forms> {
        Arc::new(Forms::of(values.iter().copied()).unwrap())
    }

    #[test]
    fn a_value_is_found_wherever_it_is_cut() {
        let forms = forms(&[b"correct horse", b"correct horse battery", b"\xff\x00binary\xfe"]);
        let text =
            b"a correct horse batter, correct horse battery, \xff\x00binary\xfe\xff\x00binarcorrect horse";
        let whole = "a •••• batter, ••••, ••••".as_bytes();
        let whole = [whole, b"\xff\x00binar", MASK.as_bytes()].concat();
        for first in 0..=text.len() {
            for second in first..=text.len() {
                let pieces = [&text[..first], &text[first..second], &text[second..]];
                assert_eq!(masked(&forms, &pieces), whole, "{first} {second}");
            }
        }
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(masked(&forms, &bytes), whole);
    }

    #[test]
    fn what_is_flushed_is_passed_on_and_forgotten() {
        let mut masker = Masker::new(forms(&[b"hunter22", b"hunter22 and more"]));
        let mut out = Vec::<u8>::new();
        masker.push(b"x hunter22 and", &mut |piece| out.extend(piece));
        assert_eq!(out, b"x ", "a longer one may still come");
        masker.flush(&mut |piece| out.extend(piece));
        for more in [&b" more hunter2"[..], b"2"] {
            masker.push(more, &mut |piece| out.extend(piece));
            masker.flush(&mut |piece| out.extend(piece));
        }
        assert_eq!(out, "x •••• and more hunter22".as_bytes());
    }

    #[test]
    fn every_form_of_a_value_is_masked_between_any_bytes() {
        let value = b"p\xc3\xa4ss \"word\"/<&>\\ 1+2=3?\n-second-line-\n";
        let forms = forms(&[value]);
        for form in forms.expose() {
            for (before, after) in [("", ""), ("=", "="), ("abc", "abc"), ("\n", "\n"), ("\u{7f}", "\u{7f}")]
            {
                let text = [before.as_bytes(), form, after.as_bytes()].concat();
                let seen = masked(&forms, &[&text]);
                assert_eq!(seen, expected(&forms, &text));
                assert!(String::from_utf8_lossy(&seen).contains(MASK), "{}", String::from_utf8_lossy(&text));
            }
        }
    }

    #[test]
    fn base64_of_a_text_around_the_value_is_masked() {
        use base64::Engine as _;
        use base64::engine::general_purpose::{STANDARD, URL_SAFE};
        let value: &[u8] = b"\xfb\xff\xfeexample\xfb\xff\xfe";
        let forms = forms(&[value]);
        for before in 0..5 {
            for after in 0..5 {
                let text = [&b"xyzxyz"[..before], value, &b"abcabc"[..after]].concat();
                for encoded in [STANDARD.encode(&text), URL_SAFE.encode(&text)] {
                    let seen = String::from_utf8(masked(&forms, &[encoded.as_bytes()])).unwrap();
                    assert!(seen.contains(MASK), "{encoded} {seen}");
                    // What is left decodes to nothing of the value but bits at its edges.
                    assert!(
                        seen.replace(MASK, "").len() <= encoded.len() - (8 * value.len() / 6 - 1),
                        "{seen}"
                    );
                }
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_masked_is_what_would_be_replaced_afterwards(
            values in vec(vec(prop_oneof![Just(b'a'), Just(b'\n'), any::<u8>()], 8..40), 1..6),
            parts in vec(
                (any::<[prop::sample::Index; 3]>(), vec(prop_oneof![Just(b'a'), any::<u8>()], 0..12)),
                0..12,
            ),
            cuts in vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
            prop_assume!(Forms::of(values.iter().copied()).is_some());
            let forms = forms(&values);
            let all: Vec<&[u8]> = forms.expose().collect();
            let mut text = Vec::<u8>::new();
            for ([form, start, end], noise) in &parts {
                let form = form.get(&all);
                let (start, end) = (start.index(form.len() + 1), end.index(form.len() + 1));
                // Whole ones and pieces of them.
                text.extend(if start < end && start % 3 == 0 { &form[start..end] } else { form });
                text.extend(noise);
            }
            let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            ends.push(text.len());
            ends.sort_unstable();
            let mut at = 0;
            let mut pieces = Vec::new();
            for end in ends {
                pieces.push(&text[at..end]);
                at = end;
            }
            prop_assert_eq!(masked(&forms, &pieces), expected(&forms, &text));
        }
    }
}
