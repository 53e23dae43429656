//! Whether text is coloured, and the few styles that there are. No colour where nobody looks.

use std::ffi::OsStr;

use clap::ValueEnum;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ColorChoice {
    /// Where a terminal shows it; `NO_COLOR` and `CLICOLOR_FORCE` are honoured.
    #[default]
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// What the environment says about colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Preference {
    /// `NO_COLOR` is set to something, or the terminal is a dumb one.
    Without,
    /// `CLICOLOR_FORCE` is set to something but `0`.
    Forced,
    /// Nothing.
    Unsaid,
}

impl Preference {
    fn of_environment() -> Self {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if is_set("NO_COLOR") {
            Self::Without
        } else if std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0") {
            Self::Forced
        } else if std::env::var_os("TERM").as_deref() == Some(OsStr::new("dumb")) {
            Self::Without
        } else {
            Self::Unsaid
        }
    }
}

/// The styles of one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Palette {
    /// With colour.
    Colored,
    /// Without.
    Plain,
}

/// What a piece of text is, not what colour it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The word that begins an error, and what is scheduled for deletion.
    Danger,
    /// What asks for attention.
    Warning,
    /// What is current.
    Accent,
    /// What matters less.
    Muted,
    /// The head of a table.
    Heading,
}

impl Palette {
    /// Decides for one stream.
    pub fn choose(choice: ColorChoice, is_terminal: bool) -> Self {
        Self::decide(choice, Preference::of_environment(), is_terminal)
    }

    const fn decide(choice: ColorChoice, preference: Preference, is_terminal: bool) -> Self {
        match (choice, preference, is_terminal) {
            (ColorChoice::Always, _, _)
            | (ColorChoice::Auto, Preference::Forced, _)
            | (ColorChoice::Auto, Preference::Unsaid, true) => Self::Colored,
            _ => Self::Plain,
        }
    }

    /// Dresses text.
    pub fn paint(self, role: Role, text: &str) -> String {
        let code = match role {
            Role::Danger => "1;31",
            Role::Warning => "33",
            Role::Accent => "32",
            Role::Muted => "2",
            Role::Heading => "1",
        };
        match self {
            Self::Colored if !text.is_empty() => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            _ => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_decided_by_flag_then_environment_then_terminal() {
        use ColorChoice::{Always, Auto, Never};
        use Palette::{Colored, Plain};
        use Preference::{Forced, Unsaid, Without};
        let table = [
            (Auto, Unsaid, true, Colored),
            (Auto, Unsaid, false, Plain),
            (Auto, Without, true, Plain),
            (Auto, Forced, false, Colored),
            (Never, Forced, true, Plain),
            (Always, Without, false, Colored),
        ];
        for (choice, preference, is_terminal, palette) in table {
            assert_eq!(
                Palette::decide(choice, preference, is_terminal),
                palette,
                "{choice:?} {preference:?} {is_terminal}"
            );
        }
    }

    #[test]
    fn plain_text_holds_no_escape_sequence() {
        assert_eq!(Palette::Plain.paint(Role::Danger, "error"), "error");
        assert_eq!(Palette::Colored.paint(Role::Danger, "error"), "\u{1b}[1;31merror\u{1b}[0m");
        assert_eq!(Palette::Colored.paint(Role::Danger, ""), "");
    }
}
