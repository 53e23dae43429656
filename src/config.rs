//! The settings file, `settings.toml`: every key has a default, an unknown one is an error with its line.

mod change;
pub mod duration;
pub mod remotes;
pub mod toml_fault;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::domain::{CopyName, reason};

pub use change::{SETTINGS, Setting, Takes, save};

/// The name of the file in the config directory.
pub const FILE_NAME: &str = "settings.toml";

/// The name of the user's own keys beside it.
pub const KEYMAP_FILE_NAME: &str = "keymap.toml";

/// Where a copied value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClipboardRoute {
    /// Whatever fits.
    #[default]
    Auto,
    /// The system's clipboard.
    System,
    /// The terminal's, by OSC 52.
    Osc52,
    /// The commands `clipboard_copy` and `clipboard_clear`.
    Command,
}

/// The colours of the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThemeName {
    /// By the terminal's background, where it tells it.
    #[default]
    Auto,
    /// The terminal's own sixteen colours.
    Terminal,
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// For tired eyes.
    HighContrast,
    /// No colours.
    None,
}

/// The marks and lines of the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GlyphChoice {
    /// By the locale and the terminal.
    #[default]
    Auto,
    /// Always Unicode.
    Unicode,
    /// Always ASCII.
    Ascii,
}

/// Something that is on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// The order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListOrder {
    /// By name.
    #[default]
    Name,
    /// Newest change first.
    Newest,
    /// What is due for rotation first.
    Due,
}

/// The shape of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListLayout {
    /// Folders.
    #[default]
    Tree,
    /// One row for each name.
    Flat,
}

/// All settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The app locks when it was not used for so long.
    #[serde(deserialize_with = "typed_duration", serialize_with = "duration_in_words")]
    pub lock_after: Duration,
    /// A revealed value is hidden again after so long.
    #[serde(deserialize_with = "typed_duration", serialize_with = "duration_in_words")]
    pub reveal_for: Duration,
    /// A copied value is cleared after so long.
    #[serde(deserialize_with = "typed_duration", serialize_with = "duration_in_words")]
    pub clipboard_clear_after: Duration,
    /// Where a copied value goes.
    pub clipboard: ClipboardRoute,
    /// The command that copies its stdin.
    #[serde(deserialize_with = "some_command", serialize_with = "text_or_none")]
    pub clipboard_copy: Option<String>,
    /// The command that clears what was copied.
    #[serde(deserialize_with = "some_command", serialize_with = "text_or_none")]
    pub clipboard_clear: Option<String>,
    /// The colours.
    pub theme: ThemeName,
    /// The marks and lines.
    pub glyphs: GlyphChoice,
    /// Whether the app listens to the mouse.
    pub mouse: Switch,
    /// The editor, before `$VISUAL` and `$EDITOR`.
    #[serde(deserialize_with = "some_command", serialize_with = "text_or_none")]
    pub editor: Option<String>,
    /// The order of the list.
    pub order: ListOrder,
    /// The shape of the list.
    pub layout: ListLayout,
    /// No borders, spinners and countdowns.
    pub plain: bool,
    /// Whether the form for a new version suggests its id.
    pub suggest_ids: bool,
    /// Whether the app opens with the key that the agent keeps.
    pub unlock_by_agent: bool,
    /// What the copy of the vault on this machine is called.
    #[serde(deserialize_with = "copy_name", serialize_with = "copy_name_or_none")]
    pub copy: Option<CopyName>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lock_after: Duration::from_secs(5 * 60),
            reveal_for: Duration::from_secs(30),
            clipboard_clear_after: Duration::from_secs(30),
            clipboard: ClipboardRoute::default(),
            clipboard_copy: None,
            clipboard_clear: None,
            theme: ThemeName::default(),
            glyphs: GlyphChoice::default(),
            mouse: Switch::On,
            editor: None,
            order: ListOrder::default(),
            layout: ListLayout::default(),
            plain: false,
            suggest_ids: true,
            unlock_by_agent: true,
            copy: None,
        }
    }
}

impl Settings {
    /// Every setting with its value as people read it, by name.
    pub fn in_words(&self) -> Vec<(String, String)> {
        let settings = toml::Table::try_from(self).unwrap_or_default();
        let word = |value| match value {
            toml::Value::String(text) => text,
            toml::Value::Boolean(true) => "yes".to_owned(),
            toml::Value::Boolean(false) => "no".to_owned(),
            other => other.to_string(),
        };
        settings.into_iter().map(|(name, value)| (name, word(value))).collect()
    }
}

/// What `etui config default` prints: every key with its default, commented out.
pub const DEFAULT_TEXT: &str = include_str!("config/default.toml");

/// Why there are no settings.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// The file is there and cannot be read.
    #[error("cannot read the settings '{}': {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The kind of failure.
        reason: String,
    },
    /// The file is there and cannot be written, or there can be none.
    #[error("cannot write the settings '{}': {reason}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The file says something that is not a setting.
    #[error("'{}' line {line}: {problem}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
}

impl SettingsError {
    /// What to do next, where the file is one that is written by hand.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "correct that line, or delete it",
            Self::Unreadable { .. } | Self::Unwritable { .. } => "",
        }
    }
}

/// Reads the settings; without a file they are the defaults.
///
/// # Errors
/// [`SettingsError`]: a setting that is not understood is never passed over.
pub fn load(path: &Path) -> Result<Settings, SettingsError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Settings::default()),
        Err(error) => {
            let reason = reason(&error);
            return Err(SettingsError::Unreadable { path: path.to_owned(), reason });
        }
    };
    let malformed = |(line, problem)| SettingsError::Malformed { path: path.to_owned(), line, problem };
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        malformed((line_of(&bytes, error.valid_up_to()), "the text is not UTF-8".to_owned()))
    })?;
    parse(text).map_err(malformed)
}

fn parse(text: &str) -> Result<Settings, (usize, String)> {
    let settings: Settings = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        (line_of(text.as_bytes(), at), toml_fault::told(&error, "setting"))
    })?;
    if settings.clipboard == ClipboardRoute::Command && settings.clipboard_copy.is_none() {
        let at = text.find("clipboard").unwrap_or(0);
        let problem = "clipboard = \"command\" needs a command in clipboard_copy".to_owned();
        return Err((line_of(text.as_bytes(), at), problem));
    }
    Ok(settings)
}

/// Any bytes as a settings file: read, or refused with a line of it.
#[cfg(any(test, feature = "fuzzing"))]
pub fn any_settings(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Err((line, problem)) = parse(text) {
        assert!(line >= 1 && line <= 1 + text.matches('\n').count() && !problem.is_empty());
    }
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + bytes.iter().take(at).filter(|byte| **byte == b'\n').count()
}

fn typed_duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    duration::parse(&text).map_err(serde::de::Error::custom)
}

/// A command that is nothing but space would succeed and do nothing.
fn some_command<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.trim().is_empty() {
        return Err(serde::de::Error::custom("the command is empty; delete the line to have none"));
    }
    Ok(Some(text))
}

fn copy_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<CopyName>, D::Error> {
    let text = String::deserialize(deserializer)?;
    CopyName::new(&text).map(Some).map_err(serde::de::Error::custom)
}

fn copy_name_or_none<S: Serializer>(name: &Option<CopyName>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(name.as_ref().map_or("none", CopyName::as_str))
}

fn text_or_none<S: Serializer>(text: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text.as_deref().unwrap_or("none"))
}

fn duration_in_words<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&duration::words(*duration))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_told_in_words() {
        let settings = parse("lock_after = '90s'\nmouse = 'off'\neditor = 'vi'\n").unwrap().in_words();
        assert_eq!(settings.len(), 16);
        let word = |name: &str| settings.iter().find(|(known, _)| known == name).unwrap().1.as_str();
        assert_eq!(word("lock_after"), "1 minute 30 seconds");
        assert_eq!(word("mouse"), "off");
        assert_eq!(word("editor"), "vi");
        assert_eq!(word("clipboard_copy"), "none");
        assert_eq!(word("suggest_ids"), "yes");
        assert_eq!(word("theme"), "auto");
    }

    #[test]
    fn the_default_text_names_every_setting_with_its_default() {
        let uncommented: String = DEFAULT_TEXT
            .lines()
            .filter_map(|line| line.strip_prefix("# ").filter(|line| line.contains(" = ")))
            .map(|line| format!("{line}\n"))
            .collect();
        let settings = parse(&uncommented).unwrap();
        let optional = Settings {
            clipboard_copy: settings.clipboard_copy.clone(),
            clipboard_clear: settings.clipboard_clear.clone(),
            editor: settings.editor.clone(),
            copy: settings.copy.clone(),
            ..Settings::default()
        };
        assert_eq!(settings, optional);
        assert!(settings.clipboard_copy.is_some() && settings.clipboard_clear.is_some());
        assert!(settings.editor.is_some() && settings.copy.is_some());
        assert_eq!(uncommented.lines().count(), 16, "one line for each setting");
        assert_eq!(parse(DEFAULT_TEXT), Ok(Settings::default()));
    }

    #[test]
    fn settings_are_read() {
        let settings = parse("lock_after = '90s'\ntheme = 'high-contrast'\nmouse = 'off'\n").unwrap();
        assert_eq!(settings.lock_after, Duration::from_secs(90));
        assert_eq!(settings.theme, ThemeName::HighContrast);
        assert_eq!(settings.mouse, Switch::Off);
        assert_eq!(settings.order, ListOrder::Name);
    }

    #[test]
    fn a_command_that_is_nothing_but_space_is_refused() {
        for name in ["clipboard_copy", "clipboard_clear", "editor"] {
            let said = Err((1, "the command is empty; delete the line to have none".to_owned()));
            assert_eq!(parse(&format!("{name} = ''\n")), said);
            assert_eq!(parse(&format!("{name} = ' \t'\n")), said);
            let setting = Setting::named(name).unwrap();
            assert!(Settings::default().change(setting, "  ").is_err(), "{name}");
        }
    }

    #[test]
    fn what_is_not_understood_is_told_with_its_line() {
        let line = |text: &str| parse(text).map_err(|(line, _)| line);
        assert_eq!(line("plain = true\nlok_after = '5m'\n"), Err(2));
        assert_eq!(line("\n\nlock_after = 5\n"), Err(3));
        assert_eq!(line("lock_after = 'soon'\n"), Err(1));
        assert_eq!(line("theme = 'pink'\n"), Err(1));
        assert_eq!(line("plain = true\nplain = false\n"), Err(2));
        assert_eq!(line("plain true"), Err(1));
        assert_eq!(line("plain = true\nclipboard = 'command'\n"), Err(2));
    }

    #[test]
    fn a_missing_file_means_the_defaults_and_an_unreadable_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        assert_eq!(load(&path), Ok(Settings::default()));
        fs::write(&path, b"plain = true\n# \xff").unwrap();
        assert!(matches!(load(&path), Err(SettingsError::Malformed { line: 2, .. })));
        assert!(matches!(load(folder.path()), Err(SettingsError::Unreadable { .. })));
    }
}
