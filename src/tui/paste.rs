//! What a bracketed paste becomes before it reaches a field.

use crate::memory::SecretBytes;

/// How the lines of a text end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnds {
    /// With a line feed.
    Lf,
    /// With carriage return and line feed.
    Crlf,
    Mixed,
}

impl LineEnds {
    /// The line ends of a text; `None`: it has one line without an end.
    pub fn of(text: &str) -> Option<Self> {
        let all = text.bytes().filter(|&byte| byte == b'\n').count();
        let with_return = text.matches("\r\n").count();
        match (all, with_return) {
            (0, _) => None,
            (_, 0) => Some(Self::Lf),
            (all, with_return) if all == with_return => Some(Self::Crlf),
            _ => Some(Self::Mixed),
        }
    }

    /// How the form calls them.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "LF",
            Self::Crlf => "CRLF",
            Self::Mixed => "mixed line ends",
        }
    }
}

/// What is said of a paste where nothing can be typed.
pub const NO_FIELD: &str = "a paste goes into a text field: nothing was pasted";

/// Why a paste is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasteRefused {
    /// It holds U+FFFD: bytes were lost on the way.
    Replaced,
    /// It is not UTF-8.
    NotText,
    /// It has several lines, and the field has one.
    ManyLines,
    /// It is larger than any value.
    TooLong,
    /// Its end did not come, and Ctrl-C was pressed.
    Stopped,
}

impl PasteRefused {
    /// The sentence for the user.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Replaced => "the paste holds U+FFFD: bytes were lost on the way, take them from a file",
            Self::NotText => "the paste is not text: take it from a file",
            Self::TooLong => "the paste is larger than 1 MiB: nothing was pasted, take it from a file",
            Self::Stopped => "the paste was stopped with Ctrl-C: nothing was pasted",
            Self::ManyLines => "the paste has several lines, and this field has one: nothing was pasted",
        }
    }
}

/// Prepares a paste. Terminals send CR for the line ends of a paste: one whose line ends arrive as bare CR
/// gets LF; one that holds any LF is kept as it is. Tabs and a final newline stay.
///
/// # Errors
/// [`PasteRefused`] where bytes were lost.
pub fn prepare(pasted: SecretBytes) -> Result<SecretBytes, PasteRefused> {
    let text = pasted.expose_text().ok_or(PasteRefused::NotText)?;
    if text.contains('\u{fffd}') {
        return Err(PasteRefused::Replaced);
    }
    let has_line_feed = text.contains('\n');
    let mut pasted = pasted;
    if !has_line_feed {
        for byte in pasted.expose_mut().iter_mut().filter(|byte| **byte == b'\r') {
            *byte = b'\n';
        }
    }
    Ok(pasted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(text: &str) -> Result<String, PasteRefused> {
        let pasted = prepare(SecretBytes::copy_of(text.as_bytes()))?;
        Ok(pasted.expose_text().unwrap().to_owned())
    }

    #[test]
    fn bare_carriage_returns_become_line_feeds_and_nothing_else_changes() {
        assert_eq!(prepared("a\rb\r"), Ok("a\nb\n".to_owned()));
        assert_eq!(prepared("a\r\nb\r\n"), Ok("a\r\nb\r\n".to_owned()));
        assert_eq!(prepared("a\nb\rc"), Ok("a\nb\rc".to_owned()));
        assert_eq!(prepared("\ta \t"), Ok("\ta \t".to_owned()));
    }

    #[test]
    fn a_paste_that_lost_bytes_is_refused() {
        assert_eq!(prepared("a\u{fffd}b"), Err(PasteRefused::Replaced));
        assert_eq!(prepare(SecretBytes::copy_of(b"\xff")).err(), Some(PasteRefused::NotText));
    }

    #[test]
    fn line_ends_are_told_apart() {
        assert_eq!(LineEnds::of("a"), None);
        assert_eq!(LineEnds::of("a\nb"), Some(LineEnds::Lf));
        assert_eq!(LineEnds::of("a\r\nb\r\n"), Some(LineEnds::Crlf));
        assert_eq!(LineEnds::of("a\r\nb\n"), Some(LineEnds::Mixed));
    }
}
