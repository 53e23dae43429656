//! One setting changed by its name: in memory, and in the file, whose comments stay.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::ops::Range;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use toml::{Spanned, Value};

use super::{ClipboardRoute, Settings, SettingsError, duration, parse};
use crate::domain::{CopyName, reason};

/// What a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// One of these words.
    Words(&'static [&'static str]),
    /// Yes or no.
    YesOrNo,
    /// A number and its unit.
    Duration,
    /// A command, or none.
    Command,
    /// The name of a copy, or none.
    CopyName,
}

impl Takes {
    /// What can be chosen from; nothing where it is typed freely.
    pub const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Words(words) => words,
            Self::YesOrNo => &["yes", "no"],
            Self::Duration | Self::Command | Self::CopyName => &[],
        }
    }

    /// The same in words.
    pub fn told(self) -> String {
        match self {
            Self::Duration => "a duration such as 90s, 15m, 8h".to_owned(),
            Self::Command => "a command, or none".to_owned(),
            Self::CopyName => "letters and digits, or none".to_owned(),
            Self::Words(_) | Self::YesOrNo => match self.words().split_last() {
                Some((last, others)) => format!("{} or {last}", others.join(", ")),
                None => String::new(),
            },
        }
    }
}

/// A setting: its name and what it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// As in the file.
    pub name: &'static str,
    /// What can be its value.
    pub takes: Takes,
}

const fn setting(name: &'static str, takes: Takes) -> Setting {
    Setting { name, takes }
}

/// All settings.
pub const SETTINGS: &[Setting] = &[
    setting("theme", Takes::Words(&["auto", "terminal", "dark", "light", "high-contrast", "none"])),
    setting("lock_after", Takes::Duration),
    setting("reveal_for", Takes::Duration),
    setting("clipboard_clear_after", Takes::Duration),
    setting("clipboard", Takes::Words(&["auto", "system", "osc52", "command"])),
    setting("clipboard_copy", Takes::Command),
    setting("clipboard_clear", Takes::Command),
    setting("glyphs", Takes::Words(&["auto", "unicode", "ascii"])),
    setting("mouse", Takes::Words(&["on", "off"])),
    setting("editor", Takes::Command),
    setting("order", Takes::Words(&["name", "newest", "due"])),
    setting("layout", Takes::Words(&["tree", "flat"])),
    setting("plain", Takes::YesOrNo),
    setting("suggest_ids", Takes::YesOrNo),
    setting("unlock_by_agent", Takes::YesOrNo),
    setting("copy", Takes::CopyName),
];

impl Setting {
    /// The setting of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.name == name)
    }

    fn word<'de, T: Deserialize<'de>>(&self, text: &'de str) -> Result<T, String> {
        let word: StrDeserializer<'de, Error> = text.into_deserializer();
        T::deserialize(word).map_err(|_| self.refusal(text))
    }

    fn duration(&self, text: &str) -> Result<std::time::Duration, String> {
        duration::parse(text).map_err(|_| self.refusal(text))
    }

    fn switch(&self, text: &str) -> Result<bool, String> {
        match text {
            "yes" | "true" | "on" => Ok(true),
            "no" | "false" | "off" => Ok(false),
            _ => Err(self.refusal(text)),
        }
    }

    fn copy_name(&self, text: &str) -> Result<Option<CopyName>, String> {
        match text {
            "none" => Ok(None),
            text => CopyName::new(text).map(Some).map_err(|_| self.refusal(text)),
        }
    }

    fn refusal(&self, text: &str) -> String {
        format!("{} can't be '{text}': it takes {}", self.name, self.takes.told())
    }

    /// The value as it is written in the file; `None`: no value.
    fn written(&self, text: &str) -> Option<String> {
        match self.takes {
            Takes::Command | Takes::CopyName if text == "none" => None,
            Takes::YesOrNo => Some(self.switch(text).unwrap_or_default().to_string()),
            _ => Some(Value::String(text.to_owned()).to_string()),
        }
    }
}

impl Settings {
    /// Changes a setting to what was typed.
    ///
    /// # Errors
    /// A sentence that says what the setting takes; nothing is changed then.
    pub fn change(&mut self, setting: &Setting, text: &str) -> Result<(), String> {
        let mut changed = self.clone();
        let command = || match text {
            "none" => Ok(None),
            text if text.trim().is_empty() => Err(setting.refusal(text)),
            text => Ok(Some(text.to_owned())),
        };
        match setting.name {
            "lock_after" => changed.lock_after = setting.duration(text)?,
            "reveal_for" => changed.reveal_for = setting.duration(text)?,
            "clipboard_clear_after" => changed.clipboard_clear_after = setting.duration(text)?,
            "clipboard" => changed.clipboard = setting.word(text)?,
            "clipboard_copy" => changed.clipboard_copy = command()?,
            "clipboard_clear" => changed.clipboard_clear = command()?,
            "theme" => changed.theme = setting.word(text)?,
            "glyphs" => changed.glyphs = setting.word(text)?,
            "mouse" => changed.mouse = setting.word(text)?,
            "editor" => changed.editor = command()?,
            "order" => changed.order = setting.word(text)?,
            "layout" => changed.layout = setting.word(text)?,
            "plain" => changed.plain = setting.switch(text)?,
            "suggest_ids" => changed.suggest_ids = setting.switch(text)?,
            "unlock_by_agent" => changed.unlock_by_agent = setting.switch(text)?,
            "copy" => changed.copy = setting.copy_name(text)?,
            name => return Err(format!("there is no setting '{name}'")),
        }
        if changed.clipboard == ClipboardRoute::Command && changed.clipboard_copy.is_none() {
            return Err("clipboard = command needs a command: set clipboard_copy first".to_owned());
        }
        *self = changed;
        Ok(())
    }

    /// The value of a setting as people read it.
    pub fn word_of(&self, setting: &Setting) -> String {
        let words = self.in_words();
        words.into_iter().find(|(name, _)| name == setting.name).map_or_else(String::new, |(_, word)| word)
    }
}

/// Writes one setting into the file; everything else in it stays as it is. Without a file there is one then.
///
/// # Errors
/// [`SettingsError`], also where the file has become one that is not understood, or is written in a way that cannot be
/// changed without looking at it. The file is as it was then.
pub fn save(path: &Path, setting: &Setting, text: &str) -> Result<(), SettingsError> {
    let unwritable = |reason: String| SettingsError::Unwritable { path: path.to_owned(), reason };
    let failed = |error: io::Error| unwritable(reason(&error));
    let mut expected = super::load(path)?;
    expected.change(setting, text).map_err(unwritable)?;
    let before = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        before => before.map_err(failed)?,
    };
    let after = edited(&before, setting, setting.written(text).as_deref());
    if parse(&after).ok().as_ref() != Some(&expected) {
        return Err(unwritable(format!("'{}' has to be changed by hand there", setting.name)));
    }
    replace(path, &after).map_err(failed)
}

/// The text of the file with another value of a setting; `None`: without one.
fn edited(text: &str, setting: &Setting, value: Option<&str>) -> String {
    let mut text = text.to_owned();
    match (place_of(&text, setting.name), value) {
        (Some(place), Some(value)) => text.replace_range(place, value),
        (Some(place), None) => {
            let line = text[..place.start].rfind('\n').map_or(0, |end| end + 1);
            text.insert_str(line, "# ");
        }
        (None, Some(value)) => {
            let line = format!("{} = {value}\n", setting.name);
            let at = behind_default(&text, setting.name).unwrap_or(text.len());
            let needs_end = !text[..at].is_empty() && !text[..at].ends_with('\n');
            text.insert_str(at, &if needs_end { format!("\n{line}") } else { line });
        }
        (None, None) => {}
    }
    text
}

/// Where the value of a setting stands.
fn place_of(text: &str, name: &str) -> Option<Range<usize>> {
    let values: BTreeMap<String, Spanned<Value>> = toml::from_str(text).ok()?;
    values.get(name).map(Spanned::span)
}

/// Behind the line that shows the default of a setting.
fn behind_default(text: &str, name: &str) -> Option<usize> {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        end += line.len();
        let shown = line.trim_start().strip_prefix('#').map(str::trim_start);
        let rest = shown.and_then(|shown| shown.strip_prefix(name)).map(str::trim_start);
        if rest.is_some_and(|rest| rest.starts_with('=')) {
            return Some(end);
        }
    }
    None
}

/// Puts a text in the place of a file in one step; a link stays one, and so does who may read it.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mode = fs::metadata(&path).map_or(0o600, |found| found.permissions().mode() & 0o777);
    let name = path.file_name().unwrap_or_default().display();
    let new = folder.join(format!(".{name}.{}", std::process::id()));
    let written = (|| {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, &path)
    })();
    written.inspect_err(|_| drop(fs::remove_file(&new)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::super::{DEFAULT_TEXT, FILE_NAME, load};
    use super::*;

    fn named(name: &str) -> &'static Setting {
        Setting::named(name).unwrap()
    }

    #[test]
    fn every_setting_can_be_changed_to_each_of_its_words() {
        let known: Vec<String> = Settings::default().in_words().into_iter().map(|(name, _)| name).collect();
        let mut listed: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
        listed.sort_unstable();
        assert_eq!(listed, known);
        for setting in SETTINGS {
            let mut settings = Settings { clipboard_copy: Some("copy".to_owned()), ..Settings::default() };
            let free: &[&str] = match setting.takes {
                Takes::Duration => &["3m", "2h"],
                Takes::CopyName => &["nb", "Server2", "none"],
                _ => &["vi -n", "'\"\\"],
            };
            let words = if setting.takes.words().is_empty() { free } else { setting.takes.words() };
            for word in words {
                settings.change(setting, word).unwrap();
                let shown = settings.word_of(setting);
                assert!(setting.takes == Takes::Duration || shown == *word, "{setting:?}: {word}, {shown}");
            }
        }
    }

    #[test]
    fn what_a_setting_does_not_take_is_refused_and_changes_nothing() {
        let mut settings = Settings::default();
        for (name, text, sentence) in [
            (
                "theme",
                "pink",
                "theme can't be 'pink': it takes auto, terminal, dark, light, high-contrast or none",
            ),
            ("lock_after", "soon", "lock_after can't be 'soon': it takes a duration such as 90s, 15m, 8h"),
            ("plain", "perhaps", "plain can't be 'perhaps': it takes yes or no"),
            ("copy", "n-b", "copy can't be 'n-b': it takes letters and digits, or none"),
            ("clipboard", "command", "clipboard = command needs a command: set clipboard_copy first"),
        ] {
            assert_eq!(settings.change(named(name), text), Err(sentence.to_owned()));
        }
        assert_eq!(settings, Settings::default());
        assert_eq!(Setting::named("colour"), None);
    }

    #[test]
    fn a_file_keeps_its_comments_and_its_other_settings() {
        let text = "# mine\ntheme = 'dark' # at night\n\n# lock_after = \"5m\"\nplain = false";
        let theme = edited(text, named("theme"), Some("\"light\""));
        assert_eq!(theme, text.replace("'dark'", "\"light\""));
        let lock = edited(text, named("lock_after"), Some("\"10m\""));
        assert_eq!(lock, text.replace("\"5m\"\n", "\"5m\"\nlock_after = \"10m\"\n"));
        assert_eq!(edited(text, named("mouse"), Some("\"off\"")), format!("{text}\nmouse = \"off\"\n"));
        let editor = edited("editor = 'vi'\n# end\n", named("editor"), None);
        assert_eq!(editor, "# editor = 'vi'\n# end\n");
    }

    #[test]
    fn what_is_saved_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below").join(FILE_NAME);
        for (name, text) in
            [("theme", "dark"), ("lock_after", "10m"), ("plain", "yes"), ("editor", "a \"b\" c")]
        {
            save(&path, named(name), text).unwrap();
        }
        save(&path, named("theme"), "light").unwrap();
        let mut expected = Settings::default();
        for (name, text) in
            [("theme", "light"), ("lock_after", "10m"), ("plain", "yes"), ("editor", "a \"b\" c")]
        {
            expected.change(named(name), text).unwrap();
        }
        assert_eq!(load(&path), Ok(expected));
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is beside it");
        save(&path, named("editor"), "none").unwrap();
        assert_eq!(load(&path).unwrap().editor, None);
    }

    #[test]
    fn the_commented_file_stays_one_and_a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (real, path) = (folder.path().join("mine.toml"), folder.path().join(FILE_NAME));
        fs::write(&real, DEFAULT_TEXT).unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &path).unwrap();
        for setting in SETTINGS {
            let free = if setting.takes == Takes::CopyName { "nb" } else { "7m" };
            let word = *setting.takes.words().last().unwrap_or(&free);
            if setting.name != "clipboard" {
                save(&path, setting, word).unwrap();
            }
        }
        let text = fs::read_to_string(&real).unwrap();
        let kept: Vec<&str> = text.lines().filter(|line| line.is_empty() || line.starts_with('#')).collect();
        assert_eq!(kept, DEFAULT_TEXT.lines().collect::<Vec<_>>(), "{text}");
        assert!(path.symlink_metadata().unwrap().is_symlink());
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn a_file_that_cannot_be_changed_safely_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        for text in ["editor = '''\nvi'''\n", "plain = maybe\n"] {
            fs::write(&path, text).unwrap();
            assert!(save(&path, named("editor"), "none").is_err(), "{text}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}
