//! Any bytes from a terminal.

use super::input::{Decoder, Input};
use super::keys::{self, Parsed};

/// More than any sequence that is waited for.
const LONG: usize = 256;

/// Each beginning is a key, a part of one or nonsense, and nothing is waited for without end. What comes out of all of
/// them one by one is text and keys.
pub fn terminal(bytes: &[u8]) {
    for end in 0..=bytes.len().min(LONG) {
        let start = &bytes[..end];
        let parsed = keys::parse(start);
        assert!(parsed != Parsed::Unfinished || end < LONG, "more is waited for after {end} bytes");
        if parsed == Parsed::Unfinished {
            let _ = keys::parse_given_up(start);
            let _ = keys::is_answer(start);
        }
    }
    let (mut decoder, mut inputs) = (Decoder::default(), Vec::new());
    for byte in bytes {
        decoder.feed(std::slice::from_ref(byte), &mut inputs);
    }
    decoder.give_up(&mut inputs);
    for input in inputs {
        if let Input::Paste(text) = input {
            assert!(text.expose_text().is_some(), "a paste is text");
        }
    }
}
