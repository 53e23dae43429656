//! OSC 52: the sequence by which a terminal is asked to put text into the clipboard of its machine.
//!
//! crossterm's own would build it in a plain `String`.

use std::ffi::OsString;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::memory::SecretBytes;

/// The longest value that terminals are known to take: xterm and hterm cut at 100,000 bytes of sequence.
pub const OSC52_LIMIT: usize = 74_994;

/// What stands between us and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Multiplexer {
    /// Nothing that we would have to get past.
    None,
    /// tmux, which hands on only what is wrapped for it (and what `allow-passthrough` allows).
    Tmux,
}

/// Finds the multiplexer by its variable.
pub fn multiplexer(variable: &dyn Fn(&str) -> Option<OsString>) -> Multiplexer {
    if variable("TMUX").is_some_and(|value| !value.is_empty()) {
        Multiplexer::Tmux
    } else {
        Multiplexer::None
    }
}

/// Writes the sequence that copies `value`, in a buffer that wipes itself.
pub fn osc52_sequence(value: &SecretBytes, multiplexer: Multiplexer) -> SecretBytes {
    let (open, close): (&[u8], &[u8]) = match multiplexer {
        Multiplexer::None => (b"\x1b]52;c;", b"\x07"),
        // Inside the wrapping every ESC is doubled, and BEL instead of ESC \ ends the inner sequence.
        Multiplexer::Tmux => (b"\x1bPtmux;\x1b\x1b]52;c;", b"\x07\x1b\\"),
    };
    let encoded = value.len().div_ceil(3) * 4;
    let mut sequence = SecretBytes::zeroed(open.len() + encoded + close.len());
    let bytes = sequence.expose_mut();
    bytes[..open.len()].copy_from_slice(open);
    let written = STANDARD
        .encode_slice(value.expose(), &mut bytes[open.len()..open.len() + encoded])
        .expect("the room for it was measured above");
    bytes[open.len() + written..].copy_from_slice(close);
    sequence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_sent_as_base64_between_the_marks_of_osc_52() {
        let value = SecretBytes::copy_of("grüße\n".as_bytes());
        let sequence = osc52_sequence(&value, Multiplexer::None);
        assert_eq!(sequence.expose(), b"\x1b]52;c;Z3LDvMOfZQo=\x07");
        assert_eq!(osc52_sequence(&SecretBytes::new(), Multiplexer::None).expose(), b"\x1b]52;c;\x07");
    }

    #[test]
    fn for_tmux_the_sequence_is_wrapped_and_its_escapes_doubled() {
        let sequence = osc52_sequence(&SecretBytes::copy_of(b"ab"), Multiplexer::Tmux);
        assert_eq!(sequence.expose(), b"\x1bPtmux;\x1b\x1b]52;c;YWI=\x07\x1b\\");
    }

    #[test]
    fn tmux_is_known_by_its_variable() {
        assert_eq!(multiplexer(&|name| (name == "TMUX").then(|| "/tmp/tmux,1,0".into())), Multiplexer::Tmux);
        assert_eq!(multiplexer(&|_| None), Multiplexer::None);
    }

    #[test]
    fn the_longest_value_makes_a_sequence_that_terminals_take() {
        let sequence = osc52_sequence(&SecretBytes::zeroed(OSC52_LIMIT), Multiplexer::None);
        assert!(sequence.len() <= 100_000);
    }
}
