//! What the terminal sends, read and told apart by us.
//!
//! crossterm's reader was tried on paper and left out: it keeps typed and pasted bytes in plain buffers
//! that live as long as the process, blocks in `read` on half a sequence (a lone `Alt-[` would stop the lock
//! timer and every signal), loses the rest of input longer than its buffer to an edge that never comes, and
//! spins for ever when the terminal has gone. Here every buffer wipes itself, and a read follows only
//! a poll(2) that promised data.

use std::os::fd::BorrowedFd;

use crossterm::event::KeyEvent;

use super::keys::{Parsed, is_answer, parse, parse_given_up};
use crate::domain::SecretValue;
use crate::memory::SecretBytes;
use crate::tui::event::Mouse;
use crate::tui::paste::PasteRefused;
use crate::tui::theme::Rgb;

/// How long the rest of an escape sequence may take, in milliseconds. Long enough for one that the network
/// tore apart, short enough for the Esc key.
const ESCAPE_PATIENCE: u64 = 25;
/// How long the rest of a paste that was stopped may take, in milliseconds.
const STOPPED_PATIENCE: u64 = 300;

const PASTE_ENDS: &[u8] = b"\x1b[201~";
/// The key that stops a paste whose end was lost, in which every other key is text.
const CTRL_C: &[u8] = b"\x03";

/// What the terminal sent.
pub(super) enum Input {
    Key(KeyEvent),
    /// Something that was done with the mouse.
    Mouse(Mouse),
    /// The background of the terminal, which was asked for.
    Background(Rgb),
    /// Pasted text; what was not UTF-8 in it has become U+FFFD, which the fields refuse.
    Paste(SecretBytes),
    /// A paste of which nothing is kept.
    PasteRefused(PasteRefused),
}

/// Whether there is still somebody at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Terminal {
    Here,
    Gone,
}

/// Turns bytes into keys and pastes; what is unfinished waits for the next bytes.
#[derive(Default)]
pub(super) struct Decoder {
    unfinished: SecretBytes,
    paste: Option<Pasting>,
}

/// A paste that has not ended.
#[derive(Default)]
struct Pasting {
    bytes: SecretBytes,
    fate: Fate,
}

/// What becomes of a paste. Of one that is not kept nothing but the end is looked for: what is left of it is not to be
/// taken for keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Fate {
    #[default]
    Kept,
    TooLong,
    /// Its end may never come: it has ended when nothing follows either.
    Stopped,
}

impl Pasting {
    /// Takes a byte. Bytes that are too many are wiped; whether they are since this one.
    fn push(&mut self, byte: u8) -> bool {
        self.bytes.push(byte);
        let most = if self.fate == Fate::Kept { SecretValue::LIMIT } else { 0 } + PASTE_ENDS.len();
        if self.bytes.len() <= most {
            return false;
        }
        let was_kept = self.fate == Fate::Kept;
        if was_kept {
            self.fate = Fate::TooLong;
        }
        self.wipe();
        was_kept
    }

    /// Keeps no more than what may be the start of the end.
    fn wipe(&mut self) {
        let kept = self.bytes.len().saturating_sub(PASTE_ENDS.len());
        self.bytes = SecretBytes::copy_of(&self.bytes.expose()[kept..]);
    }

    /// Keeps nothing of it from now on. Whether it was to be stopped before.
    fn stop(&mut self) -> bool {
        self.wipe();
        std::mem::replace(&mut self.fate, Fate::Stopped) == Fate::Stopped
    }

    fn has_ended(&self) -> bool {
        self.bytes.expose().ends_with(PASTE_ENDS)
    }

    /// What was pasted, if it is known.
    fn into_text(self) -> Option<SecretBytes> {
        let Self { mut bytes, fate } = self;
        bytes.truncate(bytes.len() - PASTE_ENDS.len());
        (fate == Fate::Kept).then(|| as_text(bytes))
    }
}

impl Decoder {
    /// Reads once what is there. To be called when poll(2) has said that there is something.
    pub(super) fn read(
        &mut self,
        terminal: BorrowedFd<'_>,
        inputs: &mut Vec<Input>,
    ) -> std::io::Result<Terminal> {
        let mut bytes = SecretBytes::zeroed(4096);
        match rustix::io::read(terminal, bytes.expose_mut()) {
            Ok(0) | Err(rustix::io::Errno::IO) => Ok(Terminal::Gone),
            Ok(read) => {
                self.feed(&bytes.expose()[..read], inputs);
                Ok(Terminal::Here)
            }
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => Ok(Terminal::Here),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes bytes and appends what they complete.
    pub(super) fn feed(&mut self, bytes: &[u8], inputs: &mut Vec<Input>) {
        if bytes == CTRL_C
            && let Some(paste) = &mut self.paste
        {
            // Pressed again: nobody waits for what may follow.
            match paste.stop() {
                true => self.paste = None,
                false => inputs.push(Input::PasteRefused(PasteRefused::Stopped)),
            }
            return;
        }
        for byte in bytes {
            self.take(*byte, inputs);
        }
    }

    /// How many milliseconds an escape, or a paste that was stopped, waits for what may follow; `None`: nothing does.
    pub(super) fn patience(&self) -> Option<u64> {
        let unfinished = self.unfinished.expose();
        let is_escape = unfinished.first() == Some(&b'\x1b') && !is_answer(unfinished);
        match &self.paste {
            Some(paste) => (paste.fate == Fate::Stopped).then_some(STOPPED_PATIENCE),
            None => is_escape.then_some(ESCAPE_PATIENCE),
        }
    }

    /// Nothing followed in time: the escape was the key, and the paste has ended.
    pub(super) fn give_up(&mut self, inputs: &mut Vec<Input>) {
        if self.patience().is_some() && self.paste.take().is_none() {
            inputs.extend(parse_given_up(self.unfinished.expose()).into_iter().map(Input::Key));
            self.unfinished.clear();
        }
    }

    fn take(&mut self, byte: u8, inputs: &mut Vec<Input>) {
        if let Some(paste) = &mut self.paste {
            if paste.push(byte) {
                inputs.push(Input::PasteRefused(PasteRefused::TooLong));
            }
            if paste.has_ended() {
                inputs.extend(self.paste.take().and_then(Pasting::into_text).map(Input::Paste));
            }
            return;
        }
        self.unfinished.push(byte);
        match parse(self.unfinished.expose()) {
            Parsed::Unfinished => return,
            Parsed::Key(key) => inputs.push(Input::Key(key)),
            Parsed::Mouse(mouse) => inputs.push(Input::Mouse(mouse)),
            Parsed::Background(colour) => inputs.push(Input::Background(colour)),
            Parsed::PasteBegins => self.paste = Some(Pasting::default()),
            Parsed::Ignored => {}
            Parsed::Nonsense => {
                let torn = self.unfinished.expose().split_last().map_or(&[][..], |(_, torn)| torn);
                // What is torn is passed over, but for the Esc key that is held or pressed again and again.
                if torn.iter().all(|byte| *byte == b'\x1b') {
                    inputs.extend(parse_given_up(torn).into_iter().map(Input::Key));
                }
                let was_torn = !torn.is_empty();
                self.unfinished.clear();
                if was_torn {
                    self.take(byte, inputs);
                }
                return;
            }
        }
        self.unfinished.clear();
    }
}

/// The same bytes where they are UTF-8; else a copy with U+FFFD in the place of what is not.
fn as_text(paste: SecretBytes) -> SecretBytes {
    if paste.expose_text().is_some() {
        return paste;
    }
    let mut text = SecretBytes::with_capacity(paste.len());
    for chunk in paste.expose().utf8_chunks() {
        text.extend(chunk.valid().as_bytes());
        if !chunk.invalid().is_empty() {
            text.extend("\u{fffd}".as_bytes());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};

    use super::*;

    /// Keys as `Alt-Ctrl-Char('x')`-like words, pastes in angle brackets.
    fn named(inputs: &[Input]) -> String {
        let names = inputs.iter().map(|input| match input {
            Input::Key(key) => {
                let marks = [
                    (KeyModifiers::SHIFT, "shift-"),
                    (KeyModifiers::ALT, "alt-"),
                    (KeyModifiers::CONTROL, "ctrl-"),
                ];
                let marks = marks.iter().filter(|(mark, _)| key.modifiers.contains(*mark));
                let name = match key.code {
                    KeyCode::Char(character) => character.to_string(),
                    other => format!("{other:?}"),
                };
                marks.map(|(_, mark)| *mark).collect::<String>() + &name
            }
            Input::Mouse(mouse) => format!("{:?}@{},{}", mouse.kind, mouse.column, mouse.row),
            Input::Background(colour) => format!("background {colour:02x?}"),
            Input::PasteRefused(why) => format!("{why:?}"),
            Input::Paste(text) => format!("<{}>", text.expose_text().unwrap().escape_debug()),
        });
        names.collect::<Vec<_>>().join(" ")
    }

    fn decoded(bytes: &[u8]) -> String {
        let (mut decoder, mut inputs) = (Decoder::default(), Vec::new());
        decoder.feed(bytes, &mut inputs);
        decoder.give_up(&mut inputs);
        named(&inputs)
    }

    #[test]
    fn keys_come_out_as_they_are_named() {
        let cases: &[(&[u8], &str)] = &[
            (b"aB1", "a shift-B 1"),
            ("äß€😀Ä".as_bytes(), "ä ß € 😀 shift-Ä"),
            (b"\r\n\t\x7f\x08", "Enter ctrl-j Tab Backspace ctrl-h"),
            (b"\x01\x1a\x00\x1c", "ctrl-a ctrl-z ctrl-  ctrl-4"),
            (b"\x1b[A\x1b[B\x1b[C\x1b[D\x1b[H\x1b[F", "Up Down Right Left Home End"),
            (b"\x1bOA\x1bOP\x1bOS\x1bOM", "Up F(1) F(4) Enter"),
            (b"\x1b[1~\x1b[2~\x1b[3~\x1b[4~\x1b[5~\x1b[6~", "Home Insert Delete End PageUp PageDown"),
            (b"\x1b[11~\x1b[15~\x1b[17~\x1b[24~\x1b[[A", "F(1) F(5) F(6) F(12) F(1)"),
            (b"\x1b[1;5D\x1b[1;5C\x1b[1;3A\x1b[3;2~", "ctrl-Left ctrl-Right alt-Up shift-Delete"),
            (b"\x1b[Z", "shift-BackTab"),
            (b"\x1bh\x1bH\x1b\r\x1b\x7f", "alt-h alt-shift-H alt-Enter alt-Backspace"),
            (b"\x1b\xc3\xa4", "alt-ä"),
            (b"\x1b\x1b[A", "alt-Up"),
            (b"\x1b[13;5u\x1b[27;5;13~\x1b[97;6u", "ctrl-Enter ctrl-Enter shift-ctrl-A"),
            (b"\x1b[9;2u\x1b[27u\x1b[57399u", "shift-BackTab Esc"),
            (b"\x1b[97;1:3u\x1b[97;1:2u", "a"),
        ];
        for (bytes, names) in cases {
            // Named twice where Shift is told by the letter and by the modifier.
            assert_eq!(
                decoded(bytes).replace("alt-shift-", "shift-alt-"),
                names.replace("alt-shift-", "shift-alt-"),
                "{}",
                bytes.escape_ascii()
            );
        }
    }

    #[test]
    fn every_split_of_a_stream_gives_the_same_keys() {
        let stream = "a\x1b[1;5Dä\x1bOP\x1b[200~p\x1b[Aq\r\x1b[201~\x1b\x1b[B\x1b[<0;12;3Mz".as_bytes();
        let whole = decoded(stream);
        assert_eq!(whole, "a ctrl-Left ä F(1) <p\\u{1b}[Aq\\r> alt-Down Click@11,2 z");
        for at in 0..stream.len() {
            let (mut decoder, mut inputs) = (Decoder::default(), Vec::new());
            decoder.feed(&stream[..at], &mut inputs);
            decoder.feed(&stream[at..], &mut inputs);
            assert_eq!(named(&inputs), whole, "split at {at}");
        }
    }

    // Guards: each escape was looked at with all before it, one call within the other, until the stack was full; and
    // three in a row were none.
    #[test]
    fn escapes_in_a_row_are_as_many_keys() {
        assert_eq!(decoded(b"\x1b\x1b\x1b"), "Esc Esc Esc");
        assert_eq!(decoded(b"\x1b\x1b\x1b[A"), "Esc Esc Up");
        assert_eq!(decoded(b"\x1b\x1b\x1bx"), "Esc Esc alt-x");
        let (mut decoder, mut inputs) = (Decoder::default(), Vec::new());
        decoder.feed(&b"\x1b".repeat(100_001), &mut inputs);
        decoder.give_up(&mut inputs);
        assert_eq!(inputs.len(), 100_001);
    }

    #[test]
    fn an_escape_is_a_key_when_nothing_follows() {
        for (bytes, names) in
            [(&b"\x1b"[..], "Esc"), (b"\x1b\x1b", "Esc Esc"), (b"\x1b[", "alt-["), (b"\x1bO", "shift-alt-O")]
        {
            let (mut decoder, mut inputs) = (Decoder::default(), Vec::new());
            decoder.feed(bytes, &mut inputs);
            assert_eq!(decoder.patience(), Some(ESCAPE_PATIENCE));
            assert!(inputs.is_empty());
            decoder.give_up(&mut inputs);
            assert_eq!(named(&inputs), names);
            assert_eq!(decoder.patience(), None);
        }
    }

    #[test]
    fn half_a_character_behind_a_whole_one_is_not_waited_for() {
        assert_eq!(parse(b"\xc3"), Parsed::Unfinished);
        assert_eq!(parse(b"/\xc3"), Parsed::Nonsense);
    }

    #[test]
    fn half_a_character_is_waited_for_without_hurry() {
        let (mut decoder, mut inputs) = (Decoder::default(), Vec::new());
        decoder.feed(b"\xe2\x82", &mut inputs);
        assert_eq!(decoder.patience(), None);
        decoder.give_up(&mut inputs);
        decoder.feed(b"\xac", &mut inputs);
        assert_eq!(named(&inputs), "€");
    }

    #[test]
    fn what_no_terminal_sends_is_left_out_and_the_next_key_lives() {
        assert_eq!(decoded(b"\xffa"), "a");
        assert_eq!(decoded(b"\xc3a"), "a");
        assert_eq!(decoded(b"\x1b[12\x1b[A"), "Up");
        assert_eq!(decoded(b"\x1b[?62;1;2cq"), "q");
        assert_eq!(decoded(b"\x1b[<0;10Mq\x1b[<0;0;1M\x1b[<0;70000;1M\x1b[<-1;1;1M"), "q");
        assert_eq!(decoded(b"\x1b[I\x1b[Oq"), "q");
        let mut endless = b"\x1b[".to_vec();
        endless.extend([b'1'; 200]);
        endless.extend(b"\x1b[B");
        assert!(decoded(&endless).ends_with("Down"));
    }

    #[test]
    fn the_background_is_told_and_no_part_of_any_answer_is_typed() {
        for (bytes, expected) in [
            (&b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\q"[..], "background [1e, 1e, 2e] q"),
            (b"\x1b]11;rgb:ffff/ffff/ffff\x07q", "background [ff, ff, ff] q"),
            (b"\x1b]11;rgb:f/8/0\x07q", "background [ff, 88, 00] q"),
            (b"\x1b]11;rgba:0/0/0/0\x07\x1b]11;rgb:zz/0/0\x07\x1b]52;c;aGk=\x07q", "q"),
            (b"\x1b]11;rgb:1/2\x07\x1b]11;rgb:1/2/3/4\x07\x1b]11;rgb://\x07q", "q"),
        ] {
            assert_eq!(decoded(bytes), expected, "{}", bytes.escape_ascii());
        }
        // Torn in two, with a pause between that makes a key of any other escape.
        let answer = b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\q";
        for at in 3..answer.len() {
            let (mut decoder, mut inputs) = (Decoder::default(), Vec::new());
            decoder.feed(&answer[..at], &mut inputs);
            decoder.give_up(&mut inputs);
            decoder.feed(&answer[at..], &mut inputs);
            assert_eq!(named(&inputs), "background [1e, 1e, 2e] q", "torn at {at}");
        }
        assert_eq!(decoded(b"\x1b]"), "alt-]");
        assert!(decoded(&[&b"\x1b]1"[..], &[b'1'; 100], b"\x1b[B"].concat()).ends_with("Down"));
    }

    #[test]
    fn of_the_mouse_the_left_button_and_the_wheel_are_heard() {
        assert_eq!(decoded(b"\x1b[<0;1;1M\x1b[<0;1;1m"), "Click@0,0");
        assert_eq!(decoded(b"\x1b[<64;300;40M\x1b[<65;300;40M"), "WheelUp@299,39 WheelDown@299,39");
        // The right button, motion, a click with Shift or Ctrl.
        assert_eq!(decoded(b"\x1b[<2;5;5M\x1b[<35;5;5M\x1b[<4;5;5M\x1b[<16;5;5Mq"), "q");
    }

    #[test]
    fn a_paste_is_one_piece_with_every_byte_of_it() {
        let mut stream = b"\x1b[200~".to_vec();
        let text = "line\r\n\ttab\x1b[31m\u{202e}\0".repeat(5_000);
        stream.extend(text.as_bytes());
        stream.extend(b"\x1b[201~x");
        let (mut decoder, mut inputs) = (Decoder::default(), Vec::new());
        for piece in stream.chunks(4096) {
            decoder.feed(piece, &mut inputs);
        }
        let [Input::Paste(paste), Input::Key(key)] = &inputs[..] else { panic!("a paste and a key") };
        assert!(paste.equals(text.as_bytes()));
        assert_eq!(key.code, KeyCode::Char('x'));
    }

    #[test]
    fn bytes_of_a_paste_that_are_no_text_become_the_mark_that_fields_refuse() {
        assert_eq!(decoded(b"\x1b[200~a\xff\xfeb\xe2\x82\x1b[201~"), "<a\u{fffd}\u{fffd}b\u{fffd}>");
    }

    #[test]
    fn a_paste_that_no_field_could_take_is_wiped_and_nothing_of_it_is_typed() {
        let text = |length: usize| [b"\x1b[200~", &b"x".repeat(length)[..]].concat();
        let (mut decoder, mut inputs) = (Decoder::default(), Vec::new());
        decoder.feed(&[&text(SecretValue::LIMIT)[..], PASTE_ENDS].concat(), &mut inputs);
        let [Input::Paste(paste)] = &inputs[..] else { panic!("a paste") };
        assert_eq!(paste.len(), SecretValue::LIMIT);
        inputs.clear();
        decoder.feed(&[&text(SecretValue::LIMIT + 1)[..], PASTE_ENDS, b"q"].concat(), &mut inputs);
        assert_eq!(named(&inputs), "TooLong q");
        inputs.clear();
        // One that never ends.
        decoder.feed(&text(5 * SecretValue::LIMIT), &mut inputs);
        assert_eq!(named(&inputs), "TooLong");
        assert!(decoder.paste.is_some_and(|paste| paste.bytes.len() <= PASTE_ENDS.len()));
    }

    #[test]
    fn ctrl_c_alone_stops_a_paste_whose_end_was_lost() {
        let (mut decoder, mut inputs) = (Decoder::default(), Vec::new());
        decoder.feed(b"\x1b[200~abc\x03def", &mut inputs);
        decoder.feed(b"q", &mut inputs);
        decoder.feed(b"\x03", &mut inputs);
        decoder.give_up(&mut inputs);
        decoder.feed(b"\x03", &mut inputs);
        decoder.feed(b"q", &mut inputs);
        assert_eq!(named(&inputs), "Stopped ctrl-c q");
        // Nor does anybody have to wait.
        decoder.feed(b"\x1b[200~abc", &mut inputs);
        decoder.feed(b"\x03", &mut inputs);
        decoder.feed(b"\x03", &mut inputs);
        decoder.feed(b"x", &mut inputs);
        assert_eq!(named(&inputs), "Stopped ctrl-c q Stopped x");
    }

    // A paste that holds this byte may arrive in pieces of which one is this byte.
    #[test]
    fn nothing_of_a_stopped_paste_is_typed() {
        let (mut decoder, mut inputs) = (Decoder::default(), Vec::new());
        decoder.feed(b"\x1b[200~abc", &mut inputs);
        decoder.feed(b"\x03", &mut inputs);
        assert!(decoder.paste.as_ref().is_some_and(|paste| paste.bytes.len() <= PASTE_ENDS.len()));
        decoder.feed(b"dd\x1b[20", &mut inputs);
        assert_eq!(decoder.patience(), Some(STOPPED_PATIENCE));
        decoder.feed(b"1~q", &mut inputs);
        assert_eq!(named(&inputs), "Stopped q");
        assert_eq!(decoder.patience(), None);
    }

    #[test]
    fn a_paste_that_has_not_ended_waits_without_a_timer() {
        let (mut decoder, mut inputs) = (Decoder::default(), Vec::new());
        decoder.feed(b"\x1b[200~abc\x1b", &mut inputs);
        assert_eq!(decoder.patience(), None);
        decoder.give_up(&mut inputs);
        decoder.feed(b"[201~", &mut inputs);
        assert_eq!(named(&inputs), "<abc>");
    }
}
