//! What reaches the app from outside: keys, pastes, the size, time, replies of the worker.

use std::fmt;

use crossterm::event::KeyEvent;

use super::ask::Answered;
use super::paste::PasteRefused;
use super::theme::Rgb;
use crate::memory::SecretBytes;

/// Milliseconds on a clock that goes on while the machine sleeps, so that an idle vault is locked after a
/// night in a bag too. Its zero means nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Moment(pub u64);

impl Moment {
    /// The moment some time later.
    pub fn after(self, time: std::time::Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)))
    }

    /// How long ago `earlier` was; nothing where it lies ahead.
    pub const fn since(self, earlier: Self) -> std::time::Duration {
        std::time::Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// Why the vault is to be locked at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockReason {
    /// The terminal went away (SIGHUP).
    HangUp,
    /// The process is about to be stopped (SIGTSTP from outside).
    Suspend,
    Slept,
}

/// What was done with the mouse. Only what selects and scrolls is listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseKind {
    /// The left button went down.
    Click,
    /// The wheel was turned up.
    WheelUp,
    /// The wheel was turned down.
    WheelDown,
}

/// Something was done with the mouse, in a cell of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mouse {
    pub kind: MouseKind,
    /// The column, from 0.
    pub column: u16,
    /// The row, from 0.
    pub row: u16,
}

/// How the user's editor has ended.
pub enum EditorEnd {
    Saved {
        /// The text: UTF-8, and no larger than a value may be.
        text: SecretBytes,
        /// Something to know about the editor.
        remark: Option<&'static str>,
    },
    /// What was there before is still there.
    Unchanged,
    /// Nothing can be taken from it: a sentence.
    Failed(String),
}

/// Something happened. Events carry typed characters, so `Debug` names the kind and nothing else.
pub enum Event {
    /// A key was pressed (or repeats).
    Key(KeyEvent),
    /// Something was done with the mouse.
    Mouse(Mouse),
    /// The terminal named its background, which had been asked for.
    Background(Rgb),
    Paste(SecretBytes),
    /// Something was pasted of which nothing is kept.
    PasteRefused(PasteRefused),
    /// The terminal has another size: columns and rows.
    Resize(u16, u16),
    /// The time that [`State::next_wake`](super::State::next_wake) asked for has come.
    Tick,
    /// The process goes on after a stop, or the terminal has the focus again: what is shown may be stale.
    Resumed,
    Answered(Answered),
    /// The user's editor has ended.
    Edited(EditorEnd),
    /// Another process may have changed the vault.
    FileChanged,
    /// The vault is to be locked whatever is open.
    LockRequested(LockReason),
}

impl fmt::Debug for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Key(_) => "Key([redacted])",
            Self::Mouse(_) => "Mouse",
            Self::Background(_) => "Background",
            Self::Paste(_) => "Paste([redacted])",
            Self::PasteRefused(_) => "PasteRefused",
            Self::Resize(..) => "Resize",
            Self::Tick => "Tick",
            Self::Resumed => "Resumed",
            Self::Answered(_) => "Answered([redacted])",
            Self::Edited(_) => "Edited([redacted])",
            Self::FileChanged => "FileChanged",
            Self::LockRequested(_) => "LockRequested",
        })
    }
}
