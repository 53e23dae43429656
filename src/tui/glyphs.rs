//! The signs the app draws, in Unicode and in ASCII. Shape and text carry the meaning, colour only helps.

use std::ffi::OsString;

use unicode_width::UnicodeWidthStr;

/// One set of signs. Each takes one column, except where it says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Glyphs {
    pub current: &'static str,
    pub previous: &'static str,
    pub custom: &'static str,
    pub deprecated: &'static str,
    pub selected: &'static str,
    /// Marked: a version for a comparison, a secret for an action on many.
    pub marked: &'static str,
    /// Some of what a folder holds is marked.
    pub partly_marked: &'static str,
    pub folder_open: &'static str,
    pub folder_closed: &'static str,
    pub mask: &'static str,
    pub ellipsis: &'static str,
    /// There is more above, and below.
    pub more_above: &'static str,
    pub more_below: &'static str,
    /// Between the parts of a line.
    pub dot: &'static str,
    /// From one version to another; may take two columns.
    pub arrow: &'static str,
    pub cross: &'static str,
    pub check: &'static str,
    pub warning: &'static str,
    /// A secret that is due for rotation.
    pub due: &'static str,
    pub up: &'static str,
    pub down: &'static str,
    pub left: &'static str,
    pub right: &'static str,
    pub bar_full: &'static str,
    pub bar_empty: &'static str,
    /// A chosen radio button; three columns.
    pub radio_on: &'static str,
    /// One that is not chosen; three columns.
    pub radio_off: &'static str,
    pub spinner: &'static [&'static str],
    pub horizontal: &'static str,
    pub vertical: &'static str,
    pub top_left: &'static str,
    pub top_right: &'static str,
    pub bottom_left: &'static str,
    pub bottom_right: &'static str,
    pub tee_left: &'static str,
    pub tee_right: &'static str,
}

impl Glyphs {
    /// For terminals that can.
    pub const UNICODE: Self = Self {
        current: "●",
        previous: "○",
        custom: "◆",
        deprecated: "–",
        selected: "❯",
        marked: "◉",
        partly_marked: "◌",
        folder_open: "▾",
        folder_closed: "▸",
        mask: "•",
        ellipsis: "…",
        more_above: "↑",
        more_below: "↓",
        dot: "·",
        arrow: "→",
        cross: "✕",
        check: "✓",
        warning: "!",
        due: "!",
        up: "↑",
        down: "↓",
        left: "←",
        right: "→",
        bar_full: "━",
        bar_empty: "─",
        radio_on: "(•)",
        radio_off: "( )",
        spinner: &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
        horizontal: "─",
        vertical: "│",
        top_left: "╭",
        top_right: "╮",
        bottom_left: "╰",
        bottom_right: "╯",
        tee_left: "├",
        tee_right: "┤",
    };

    /// For all others.
    pub const ASCII: Self = Self {
        current: "*",
        previous: "o",
        custom: "+",
        deprecated: "-",
        selected: ">",
        marked: "#",
        partly_marked: ":",
        folder_open: "v",
        folder_closed: ">",
        mask: "*",
        ellipsis: "~",
        more_above: "^",
        more_below: "v",
        dot: "-",
        arrow: "->",
        cross: "x",
        check: "+",
        warning: "!",
        due: "!",
        up: "Up",
        down: "Down",
        left: "Left",
        right: "Right",
        bar_full: "=",
        bar_empty: "-",
        radio_on: "(*)",
        radio_off: "( )",
        spinner: &["|", "/", "-", "\\"],
        horizontal: "-",
        vertical: "|",
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        tee_left: "+",
        tee_right: "+",
    };

    /// The same signs without lines and without anything that turns.
    #[must_use]
    pub const fn without_lines(self) -> Self {
        Self {
            spinner: &[""],
            horizontal: " ",
            vertical: " ",
            top_left: " ",
            top_right: " ",
            bottom_left: " ",
            bottom_right: " ",
            tee_left: " ",
            tee_right: " ",
            ..self
        }
    }

    /// Chooses: ASCII where the locale is not UTF-8, and on the Linux console.
    pub fn from_environment(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let text = |name| variable(name).map(|value| value.to_string_lossy().into_owned());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .filter_map(text)
            .find(|value| !value.is_empty())
            .unwrap_or_default()
            .to_ascii_lowercase();
        let is_utf_8 = locale.contains("utf-8") || locale.contains("utf8");
        let is_console = text("TERM").is_some_and(|term| term == "linux" || term == "dumb");
        if is_utf_8 && !is_console { Self::UNICODE } else { Self::ASCII }
    }

    /// The separator with a space on each side.
    pub fn between(&self) -> String {
        format!(" {} ", self.dot)
    }

    /// How many columns the arrow takes.
    pub fn arrow_width(&self) -> usize {
        self.arrow.width()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(pairs: &[(&str, &str)]) -> Glyphs {
        Glyphs::from_environment(|name| {
            pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn ascii_is_chosen_where_unicode_cannot_be_shown() {
        assert_eq!(chosen(&[("LANG", "en_US.UTF-8")]), Glyphs::UNICODE);
        assert_eq!(chosen(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "C.utf8")]), Glyphs::UNICODE);
        assert_eq!(chosen(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "C")]), Glyphs::ASCII);
        assert_eq!(chosen(&[("LANG", "en_US.UTF-8"), ("TERM", "linux")]), Glyphs::ASCII);
        assert_eq!(chosen(&[]), Glyphs::ASCII);
    }
}
