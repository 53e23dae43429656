//! From the bytes of one key to the key.
//!
//! Legacy keys as xterm, rxvt, the Linux console and their descendants send them, and the `CSI u` forms of
//! terminals that tell more keys apart. Keys come out as crossterm would name them.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::event::{Mouse, MouseKind};
use crate::tui::theme::Rgb;

/// What the bytes so far are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parsed {
    /// The beginning of something.
    Unfinished,
    Key(KeyEvent),
    /// Something that was done with the mouse.
    Mouse(Mouse),
    /// The terminal names its background.
    Background(Rgb),
    /// The mark before pasted text.
    PasteBegins,
    /// Something whole that is not a key: an answer, a button of the mouse let go, a key let go.
    Ignored,
    /// Nothing that a terminal sends; the last byte may begin something new.
    Nonsense,
}

/// The longest sequence that is waited for; reports of the terminal are shorter.
const LONGEST: usize = 64;

/// Looks at bytes that begin a key.
pub(super) fn parse(bytes: &[u8]) -> Parsed {
    match bytes {
        [] => Parsed::Unfinished,
        [b'\x1b', rest @ ..] => parse_escape(rest),
        [byte] if byte.is_ascii() => Parsed::Key(ascii(*byte)),
        _ => parse_character(bytes),
    }
}

/// What an escape that nothing followed was meant to be.
pub(super) fn parse_given_up(bytes: &[u8]) -> Vec<KeyEvent> {
    match bytes {
        [b'\x1b'] => vec![plain(KeyCode::Esc)],
        [b'\x1b', b'\x1b'] => vec![plain(KeyCode::Esc), plain(KeyCode::Esc)],
        [b'\x1b', byte @ (b'[' | b'O' | b']')] => vec![with_alt(ascii(*byte))],
        _ => Vec::new(),
    }
}

fn parse_escape(rest: &[u8]) -> Parsed {
    match rest {
        [] => Parsed::Unfinished,
        [b'[', sequence @ ..] => parse_csi(sequence),
        [b'O', sequence @ ..] => parse_ss3(sequence),
        [b']', sequence @ ..] => parse_osc(sequence),
        // More than two begin nothing: the first ones were keys.
        [b'\x1b', b'\x1b', ..] => Parsed::Nonsense,
        // rxvt marks Alt by a second escape before a sequence.
        _ => match parse(rest) {
            Parsed::Key(key) => Parsed::Key(with_alt(key)),
            Parsed::PasteBegins => Parsed::PasteBegins,
            other => other,
        },
    }
}

/// Whether these bytes can only be an answer of the terminal: nobody types them, however long its rest takes.
pub(super) fn is_answer(bytes: &[u8]) -> bool {
    matches!(bytes, [b'\x1b', b']', b'0'..=b'9', ..])
}

/// An answer: a number, a text, and BEL or `ESC \\` as its end.
fn parse_osc(sequence: &[u8]) -> Parsed {
    match sequence {
        [] | [b'0'..=b'9'] => Parsed::Unfinished,
        [first, ..] if !first.is_ascii_digit() => Parsed::Nonsense,
        [answer @ .., b'\x07'] | [answer @ .., b'\x1b', b'\\'] => {
            background(answer).map_or(Parsed::Ignored, Parsed::Background)
        }
        [text @ .., b'\x1b'] | text
            if sequence.len() < LONGEST && text.iter().all(|byte| (b' '..=b'~').contains(byte)) =>
        {
            Parsed::Unfinished
        }
        _ => Parsed::Nonsense,
    }
}

/// `11;rgb:1e1e/1e1e/1e1e`, with one to four digits for each colour.
fn background(answer: &[u8]) -> Option<Rgb> {
    let colours = std::str::from_utf8(answer).ok()?.strip_prefix("11;rgb:")?;
    let mut parts = colours.split('/').map(|digits| {
        let most =
            16_u32.checked_pow(u32::try_from(digits.len()).ok()?)?.checked_sub(1).filter(|most| *most > 0)?;
        let share = u32::from_str_radix(digits, 16).ok()?.checked_mul(255)? / most;
        u8::try_from(share).ok()
    });
    let mut part = || parts.next().flatten();
    let colour = [part()?, part()?, part()?];
    parts.next().is_none().then_some(colour)
}

fn parse_ss3(sequence: &[u8]) -> Parsed {
    match sequence {
        [] => Parsed::Unfinished,
        [b'M'] => Parsed::Key(plain(KeyCode::Enter)),
        [last] => letter(*last).map_or(Parsed::Nonsense, |code| Parsed::Key(plain(code))),
        _ => Parsed::Nonsense,
    }
}

fn parse_csi(sequence: &[u8]) -> Parsed {
    let Some((&last, before)) = sequence.split_last() else { return Parsed::Unfinished };
    // The Linux console's function keys hide behind a second bracket.
    if let [b'['] = before {
        return match last {
            b'A'..=b'E' => Parsed::Key(plain(KeyCode::F(1 + last - b'A'))),
            _ => Parsed::Nonsense,
        };
    }
    match last {
        b'[' if before.is_empty() => Parsed::Unfinished,
        b'\x20'..=b'\x3f' if sequence.len() < LONGEST => Parsed::Unfinished,
        b'\x40'..=b'\x7e' => parse_whole_csi(before, last),
        _ => Parsed::Nonsense,
    }
}

fn parse_whole_csi(before: &[u8], last: u8) -> Parsed {
    if let Some(report) = before.strip_prefix(b"<") {
        return mouse(report, last).map_or(Parsed::Ignored, Parsed::Mouse);
    }
    let Some(numbers) = Numbers::read(before) else { return Parsed::Ignored };
    if (last, numbers.first) == (b'~', 200) {
        return Parsed::PasteBegins;
    }
    // The kitty protocol reports keys that are let go, where somebody has asked for it.
    if numbers.event == 3 {
        return Parsed::Ignored;
    }
    let modifiers = modifiers(numbers.modifiers);
    let code = match last {
        b'~' if numbers.first == 27 => return coded(numbers.third, modifiers),
        b'~' => numbered(numbers.first),
        b'u' => return coded(numbers.first, modifiers),
        b'Z' => return Parsed::Key(KeyEvent::new(KeyCode::BackTab, modifiers | KeyModifiers::SHIFT)),
        _ => letter(last),
    };
    code.map_or(Parsed::Ignored, |code| Parsed::Key(KeyEvent::new(code, modifiers)))
}

/// A report of the mouse in the form of xterm's mode 1006, `button ; column ; row`. Other buttons, held modifier
/// keys (which belong to the terminal's own selection), motion and letting go mean nothing here.
fn mouse(report: &[u8], last: u8) -> Option<Mouse> {
    let mut numbers = std::str::from_utf8(report).ok()?.split(';').map(str::parse::<u16>);
    let mut number = || numbers.next()?.ok();
    let (button, column, row) = (number()?, number()?, number()?);
    let kind = match (button, last) {
        (0, b'M') => MouseKind::Click,
        (64, b'M') => MouseKind::WheelUp,
        (65, b'M') => MouseKind::WheelDown,
        _ => return None,
    };
    Some(Mouse { kind, column: column.checked_sub(1)?, row: row.checked_sub(1)? })
}

/// The numbers of a sequence, `first ; modifiers : event ; third`, those left out being 1.
struct Numbers {
    first: u32,
    modifiers: u32,
    event: u32,
    third: u32,
}

impl Numbers {
    /// `None` for sequences with other marks than digits: answers of the terminal.
    fn read(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut fields = text.split(';').map(|field| {
            let mut parts =
                field.split(':').map(|part| if part.is_empty() { Some(1) } else { part.parse().ok() });
            (parts.next().flatten(), parts.next().unwrap_or(Some(1)))
        });
        let mut field = || fields.next().unwrap_or((Some(1), Some(1)));
        let (first, modifiers, third) = (field(), field(), field());
        Some(Self { first: first.0?, modifiers: modifiers.0?, event: modifiers.1?, third: third.0? })
    }
}

fn letter(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'P'..=b'S' => KeyCode::F(1 + last - b'P'),
        _ => return None,
    })
}

fn numbered(number: u32) -> Option<KeyCode> {
    let number = u8::try_from(number).ok()?;
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(number - 10),
        17..=21 => KeyCode::F(number - 11),
        23..=26 => KeyCode::F(number - 12),
        28 | 29 => KeyCode::F(number - 15),
        31..=34 => KeyCode::F(number - 17),
        _ => return None,
    })
}

/// A key told by its code point, as `CSI u` and xterm's `CSI 27 ; … ~` do.
fn coded(code: u32, modifiers: KeyModifiers) -> Parsed {
    let shifted = modifiers.contains(KeyModifiers::SHIFT);
    let code = match code {
        27 => KeyCode::Esc,
        13 | 57414 => KeyCode::Enter,
        9 if shifted => KeyCode::BackTab,
        9 => KeyCode::Tab,
        8 | 127 => KeyCode::Backspace,
        code => match char::from_u32(code) {
            // Legacy keys give the letter that Shift makes; so do these.
            Some(character) if shifted => KeyCode::Char(character.to_ascii_uppercase()),
            // The private use area names keys that nothing is bound to.
            Some('\u{e000}'..='\u{f8ff}') | None => return Parsed::Ignored,
            Some(character) if character.is_control() => return Parsed::Ignored,
            Some(character) => KeyCode::Char(character),
        },
    };
    Parsed::Key(KeyEvent::new(code, modifiers))
}

fn modifiers(number: u32) -> KeyModifiers {
    let bits = number.saturating_sub(1);
    [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
        (8, KeyModifiers::SUPER),
        (16, KeyModifiers::HYPER),
        (32, KeyModifiers::META),
    ]
    .into_iter()
    .filter(|(bit, _)| bits & bit != 0)
    .fold(KeyModifiers::NONE, |all, (_, modifier)| all | modifier)
}

fn ascii(byte: u8) -> KeyEvent {
    let control = |character| KeyEvent::new(KeyCode::Char(character), KeyModifiers::CONTROL);
    match byte {
        b'\r' => plain(KeyCode::Enter),
        b'\t' => plain(KeyCode::Tab),
        b'\x7f' => plain(KeyCode::Backspace),
        b'\x1b' => plain(KeyCode::Esc),
        b'\0' => control(' '),
        b'\x01'..=b'\x1a' => control(char::from(byte - 1 + b'a')),
        b'\x1c'..=b'\x1f' => control(char::from(byte - 0x1c + b'4')),
        _ => character(char::from(byte)),
    }
}

fn parse_character(bytes: &[u8]) -> Parsed {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.chars().next().map_or(Parsed::Unfinished, |first| Parsed::Key(character(first))),
        // Behind a whole character the beginning of another one is waited for by nobody.
        Err(error) if error.error_len().is_none() && error.valid_up_to() == 0 => Parsed::Unfinished,
        Err(_) => Parsed::Nonsense,
    }
}

fn character(character: char) -> KeyEvent {
    let modifiers = if character.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
    KeyEvent::new(KeyCode::Char(character), modifiers)
}

const fn plain(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

fn with_alt(mut key: KeyEvent) -> KeyEvent {
    key.modifiers |= KeyModifiers::ALT;
    key
}
