//! Words of a command line, quoted for a shell as they are added.

use std::path::{Path, PathBuf};

use crate::memory::SecretBytes;
use crate::tui::ask::Reads;

/// Whoever runs a line may stand in another folder.
pub(super) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// A line for a shell.
pub struct CommandLine {
    pub(super) line: SecretBytes,
    pub(super) reads: Reads,
}

/// Words in the making: each is quoted as it is added.
pub(super) struct Parts {
    command: &'static str,
    names: Words,
    flags: Words,
    reads: Reads,
}

impl Parts {
    pub(super) const fn of(command: &'static str) -> Self {
        Self { command, names: Words::new(), flags: Words::new(), reads: Reads::Nothing }
    }

    pub(super) fn name(mut self, name: &str) -> Self {
        self.names.add(&[name]);
        self
    }

    pub(super) fn file(self, path: &Path) -> Self {
        self.name(&absolute(path).to_string_lossy())
    }

    pub(super) fn switch(mut self, flag: &str) -> Self {
        self.flags.add(&[flag]);
        self
    }

    /// A flag with what it takes. A text that looks like a flag itself is joined to it.
    pub(super) fn flag(mut self, flag: &str, text: &str) -> Self {
        if text.starts_with('-') {
            self.flags.add(&[flag, "=", text]);
        } else {
            self.flags.add(&[flag]);
            self.flags.add(&[text]);
        }
        self
    }

    pub(super) fn maybe(self, flag: &str, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.flag(flag, text),
            None => self,
        }
    }

    pub(super) fn path(self, flag: &str, path: &Path) -> Self {
        self.flag(flag, &absolute(path).to_string_lossy())
    }

    pub(super) fn tag(mut self, key: &str, text: &str) -> Self {
        if key.starts_with('-') {
            self.flags.add(&["--tag=", key, "=", text]);
        } else {
            self.flags.add(&["--tag"]);
            self.flags.add(&[key, "=", text]);
        }
        self
    }

    pub(super) fn reading_a_value(self) -> Self {
        Self { reads: Reads::Value, ..self }
    }

    pub(super) fn into_line(mut self, vault: Option<&Path>) -> CommandLine {
        if let Some(vault) = vault {
            self = self.path("--vault", vault);
        }
        let Self { command, names, flags, reads } = self;
        let mut line = Words::new();
        line.add(&["etui"]);
        line.add(&[command]);
        // A name may look like a flag: then it stands behind all of them.
        if names.looks_like_a_flag {
            line.append(&flags);
            line.add(&["--"]);
            line.append(&names);
        } else {
            line.append(&names);
            line.append(&flags);
        }
        CommandLine { line: line.text, reads }
    }
}

/// Words of a shell.
struct Words {
    text: SecretBytes,
    looks_like_a_flag: bool,
}

impl Words {
    const fn new() -> Self {
        Self { text: SecretBytes::new(), looks_like_a_flag: false }
    }

    fn gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push(b' ');
        }
    }

    fn append(&mut self, words: &Self) {
        if !words.text.is_empty() {
            self.gap();
            self.text.extend(words.text.expose());
        }
    }

    /// Adds one word, whatever stands in it.
    fn add(&mut self, parts: &[&str]) {
        self.gap();
        self.looks_like_a_flag |= parts.first().is_some_and(|part| part.starts_with('-'));
        if parts.iter().any(|part| !part.is_empty()) && parts.iter().all(|part| is_plain(part)) {
            parts.iter().for_each(|part| self.text.extend(part.as_bytes()));
            return;
        }
        self.text.push(b'\'');
        for byte in parts.iter().flat_map(|part| part.bytes()) {
            match byte {
                b'\'' => self.text.extend(b"'\\''"),
                byte => self.text.push(byte),
            }
        }
        self.text.push(b'\'');
    }
}

/// Whether no shell sees more in a text than the text. `=` at the start is a path to zsh.
fn is_plain(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_/+=.-@:,%".contains(&byte);
    text.bytes().all(is_plain) && (text == "=" || !text.starts_with('='))
}
