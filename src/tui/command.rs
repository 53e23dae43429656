//! What is typed after `:` that is more than the name of an action, and which name was meant by a mistyped one.

use super::action::Action;
use crate::exchange::Source;

/// A command with all that it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// An action, as if its key had been pressed.
    Run(Action),
    /// `import FILE`, `import FORMAT FILE`.
    Import {
        /// The format, where one was named; else it is to be guessed.
        source: Option<Source>,
        /// The file, as typed.
        file: String,
    },
    /// `push REMOTE`
    Push(String),
    /// `pull REMOTE`
    Pull(String),
    /// `merge FILE`: as typed.
    Merge(String),
    /// `sync REMOTE`: as typed.
    Sync(String),
    /// `set NAME VALUE`, `theme VALUE`.
    Set { name: String, value: String },
    /// `vault PATH`: as typed, perhaps nothing.
    Vault(String),
}

impl Command {
    /// Reads a command that is not a plain name of an action.
    pub fn typed(text: &str) -> Option<Self> {
        let (word, rest) = first_word(text.trim());
        match (word, rest) {
            ("q", "") => Some(Self::Run(Action::Quit)),
            ("import" | "push" | "pull" | "merge" | "sync", "") => None,
            ("push", remote) => Some(Self::Push(remote.to_owned())),
            ("pull", remote) => Some(Self::Pull(remote.to_owned())),
            ("merge", file) => Some(Self::Merge(file.to_owned())),
            ("sync", remote) => Some(Self::Sync(remote.to_owned())),
            ("import", rest) => {
                let (word, file) = first_word(rest);
                let source = Source::named(word).filter(|_| !file.is_empty());
                let file = if source.is_some() { file } else { rest };
                Some(Self::Import { source, file: file.to_owned() })
            }
            _ => None,
        }
    }
}

fn first_word(text: &str) -> (&str, &str) {
    text.split_once(char::is_whitespace).map_or((text, ""), |(word, rest)| (word, rest.trim_start()))
}

/// The name that was probably meant: at most half of it is wrong.
pub fn nearest<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names
        .map(|name| (mistakes(typed.as_bytes(), name.as_bytes()), name))
        .filter(|(mistakes, name)| mistakes * 2 <= name.len().min(typed.len()))
        .min_by_key(|(mistakes, _)| *mistakes)
        .map(|(_, name)| name)
}

/// How many letters must be put in, left out, changed or swapped with their neighbour.
fn mistakes(typed: &[u8], name: &[u8]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=name.len()).collect();
    for (row, letter) in typed.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, wanted) in name.iter().enumerate() {
            let changed = above[column] + usize::from(letter != wanted);
            let mut least = changed.min(above[column + 1] + 1).min(line[column] + 1);
            if row > 0 && column > 0 && typed[row - 1] == *wanted && *letter == name[column - 1] {
                least = least.min(before[column - 1] + 1);
            }
            line.push(least);
        }
        before = std::mem::replace(&mut above, line);
    }
    above[name.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_with_what_they_need() {
        let import = |format: Option<&str>, file: &str| {
            Some(Command::Import { source: format.and_then(Source::named), file: file.to_owned() })
        };
        for (text, command) in [
            ("q", Some(Command::Run(Action::Quit))),
            (" q ", Some(Command::Run(Action::Quit))),
            ("q now", None),
            ("import", None),
            ("import ", None),
            ("import .env", import(None, ".env")),
            ("import  my file.csv ", import(None, "my file.csv")),
            ("import dotenv", import(None, "dotenv")),
            ("import dotenv .env", import(Some("dotenv"), ".env")),
            ("import 1password a b.csv", import(Some("1password"), "a b.csv")),
            ("import word file", import(None, "word file")),
            ("push", None),
            ("push team", Some(Command::Push("team".to_owned()))),
            ("pull  team ", Some(Command::Pull("team".to_owned()))),
            ("merge", None),
            ("merge my copy.etui", Some(Command::Merge("my copy.etui".to_owned()))),
            ("sync stick", Some(Command::Sync("stick".to_owned()))),
            ("rename", None),
            ("", None),
        ] {
            assert_eq!(Command::typed(text), command, "{text:?}");
        }
    }

    #[test]
    fn a_mistyped_name_finds_the_one_that_was_meant() {
        let names = ["undo", "redo", "rename", "roll-back", "quit"];
        for (typed, meant) in [
            ("unod", Some("undo")),
            ("undoo", Some("undo")),
            ("rneame", Some("rename")),
            ("rollback", Some("roll-back")),
            ("qit", Some("quit")),
            ("xyzzy", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, names.into_iter()), meant, "{typed:?}");
        }
    }
}
