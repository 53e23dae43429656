//! QR codes as text: a line holds two rows of squares.

use qrcode::{Color, EcLevel, QrCode};

use crate::memory::SecretBytes;

/// White around the code, in squares (ISO/IEC 18004, section 9.1).
const QUIET: i64 = 4;

/// What the code is drawn on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    /// A terminal: black on white whatever its colours are, since that is what cameras expect.
    Terminal,
    /// Paper: characters alone, black where a square is dark.
    Paper,
}

/// Draws the code of some bytes; `None` where they are too many for one.
pub(super) fn draw(bytes: &[u8], ground: Ground) -> Option<SecretBytes> {
    let code = QrCode::with_error_correction_level(bytes, EcLevel::M).ok()?;
    let width = i64::try_from(code.width()).ok()?;
    let is_dark = |x: i64, y: i64| {
        let inside = (0..width).contains(&x) && (0..width).contains(&y);
        inside && code[(usize::try_from(x).unwrap_or(0), usize::try_from(y).unwrap_or(0))] == Color::Dark
    };
    let (before, after) = match ground {
        Ground::Terminal => ("\x1b[38;5;16;48;5;231m", "\x1b[0m\n"),
        Ground::Paper => ("", "\n"),
    };
    let mut picture = SecretBytes::new();
    for y in (-QUIET..width + QUIET).step_by(2) {
        picture.extend(before.as_bytes());
        for x in -QUIET..width + QUIET {
            let square = match (is_dark(x, y), is_dark(x, y + 1)) {
                (true, true) => "█",
                (true, false) => "▀",
                (false, true) => "▄",
                (false, false) => " ",
            };
            picture.extend(square.as_bytes());
        }
        picture.extend(after.as_bytes());
    }
    Some(picture)
}
