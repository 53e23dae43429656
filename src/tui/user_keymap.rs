//! The user's own keys: rows like those of `assets/keymap.toml`, laid over them by context and action.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use super::action::Action;
use super::app::for_people;
use super::context::Context;
use super::keymap::{Binding, Key, Keymap};
use crate::config::toml_fault;
use crate::domain::reason;

/// Why a file of keys was not accepted: the default keys hold then.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UserKeymapError {
    /// The file is there and cannot be read.
    #[error("cannot read the keys '{}': {reason}", path.display())]
    Unreadable {
        path: PathBuf,
        /// The kind of failure.
        reason: String,
    },
    /// A row makes no sense.
    #[error("'{}' line {line}: {problem}", path.display())]
    Malformed {
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
}

impl UserKeymapError {
    /// The sentence for one line of the screen, the home folder written as `~`.
    pub fn for_the_app(&self) -> String {
        let sentence = match self {
            Self::Unreadable { path, reason } => format!("cannot read '{}': {reason}", for_people(path)),
            Self::Malformed { path, line, problem } => {
                format!("'{}' line {line}: {problem}", for_people(path))
            }
        };
        format!("{sentence}; the default keys apply")
    }
}

/// The default keys with those of a file over them; without a file they are the default ones.
///
/// # Errors
/// [`UserKeymapError`] names the first row that makes no sense.
pub fn load(path: &Path) -> Result<Keymap, UserKeymapError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Keymap::embedded()),
        Err(error) => {
            let reason = reason(&error);
            return Err(UserKeymapError::Unreadable { path: path.to_owned(), reason });
        }
    };
    let text = std::str::from_utf8(&bytes)
        .map_err(|error| (error.valid_up_to(), "the text is not UTF-8".to_owned()));
    text.and_then(laid_over).map_err(|(at, problem)| {
        let line = 1 + bytes.iter().take(at).filter(|byte| **byte == b'\n').count();
        UserKeymapError::Malformed { path: path.to_owned(), line, problem }
    })
}

/// The keys of a file where it can be had, else the default ones and the reason.
pub fn load_or_default(path: Option<&Path>) -> (Keymap, Option<UserKeymapError>) {
    match path.map_or_else(|| Ok(Keymap::embedded()), load) {
        Ok(keymap) => (keymap, None),
        Err(error) => (Keymap::embedded(), Some(error)),
    }
}

/// What is wrong, and at which byte.
type Problem = (usize, String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserRow {
    on: Vec<Spanned<String>>,
    run: Spanned<String>,
    desc: Option<String>,
    help: Option<String>,
    footer: Option<u8>,
}

pub(super) fn laid_over(text: &str) -> Result<Keymap, Problem> {
    let tables: BTreeMap<Spanned<String>, Vec<UserRow>> = toml::from_str(text).map_err(|error| {
        (error.span().map_or(0, |span| span.start), toml_fault::told(&error, "key of a row"))
    })?;
    let mut bindings = Keymap::embedded().bindings().to_vec();
    // Which rows are the user's, and where they stand.
    let mut own: BTreeMap<usize, usize> = BTreeMap::new();
    for (name, rows) in tables {
        let context = Context::named(name.get_ref())
            .ok_or_else(|| (name.span().start, Context::unknown(name.get_ref())))?;
        for row in rows {
            let start = row.run.span().start;
            let at = lay_over(&mut bindings, context, row)?;
            if own.insert(at, start).is_some() {
                let action = bindings[at].action.name();
                return Err((start, format!("'{action}' is there twice in '{}'", context.name())));
            }
        }
    }
    Keymap::of(bindings.clone()).map_err(|twice| {
        let [first, second] = twice.rows;
        // Of two rows of the user's the lower one is told.
        let at = own.get(&first).max(own.get(&second)).copied().unwrap_or(0);
        let other = if own.get(&second) == Some(&at) { first } else { second };
        let (key, place, action) = (twice.key, twice.context.name(), bindings[other].action.name());
        let also = if first == second { String::new() } else { format!(": '{action}' has it too") };
        (at, format!("key '{key}' is there twice in '{place}'{also}"))
    })
}

/// Lays a row over those of its context and action; answers where it is now.
fn lay_over(bindings: &mut Vec<Binding>, context: Context, row: UserRow) -> Result<usize, Problem> {
    let action = Action::named(row.run.get_ref())
        .ok_or_else(|| (row.run.span().start, format!("there is no action '{}'", row.run.get_ref())))?;
    let keys = row
        .on
        .iter()
        .map(|key| key.get_ref().parse::<Key>().map_err(|error| (key.span().start, error.to_string())))
        .collect::<Result<Vec<_>, _>>()?;
    let is_same = |binding: &Binding| binding.context == context && binding.action == action;
    let at = bindings.iter().position(is_same).unwrap_or_else(|| {
        // An action may be given a key where it has none; it is described as elsewhere.
        let elsewhere = bindings.iter().find(|binding| binding.action == action).cloned();
        bindings.extend(elsewhere.map(|binding| Binding { context, footer: None, ..binding }));
        bindings.len() - 1
    });
    bindings.iter_mut().filter(|binding| is_same(binding)).for_each(|binding| binding.keys.clear());
    let binding = &mut bindings[at];
    binding.keys = keys;
    if let Some(description) = row.desc {
        binding.description = description;
        binding.explanation = None;
    }
    binding.explanation = row.help.or(binding.explanation.take());
    binding.footer = row.footer.or(binding.footer);
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(text: &str, contexts: &[Context], key: &str) -> Option<Action> {
        laid_over(text).unwrap().action(contexts, &key.parse().unwrap())
    }

    #[test]
    fn a_row_replaces_the_keys_of_its_action_in_its_place() {
        let text = "[[browse]]\non = ['x', 'Ctrl-y']\nrun = 'copy-value'\n";
        let browse = [Context::Browse];
        assert_eq!(action(text, &browse, "x"), Some(Action::CopyValue));
        assert_eq!(action(text, &browse, "Ctrl-y"), Some(Action::CopyValue));
        assert_eq!(action(text, &browse, "y"), None);
        assert_eq!(action(text, &browse, "p"), Some(Action::PutValue));
    }

    #[test]
    fn no_key_unbinds_and_what_was_its_key_is_free() {
        let text = "[[browse]]\non = []\nrun = 'undo'\n\n[[browse]]\non = ['u']\nrun = 'redo'\n";
        assert_eq!(action(text, &[Context::Browse], "u"), Some(Action::Redo));
        assert_eq!(action(text, &[Context::Browse], "Ctrl-r"), None);
        assert_eq!(action(text, &[Context::History], "u"), Some(Action::Undo));
    }

    #[test]
    fn an_action_can_get_a_key_where_it_has_none() {
        let keymap = laid_over("[[browse]]\non = ['Q']\nrun = 'quit'\n").unwrap();
        assert_eq!(keymap.action(&[Context::Browse], &"Q".parse().unwrap()), Some(Action::Quit));
        let row = keymap.rows(Context::Browse).find(|row| row.action == Action::Quit).unwrap();
        assert_eq!(row.description, "quit");
    }

    #[test]
    fn descriptions_may_be_the_user_s_own() {
        let keymap = laid_over("[[browse]]\non = ['y']\nrun = 'copy-value'\ndesc = 'yank'\n").unwrap();
        let row = keymap.rows(Context::Browse).find(|row| row.action == Action::CopyValue).unwrap();
        assert_eq!((row.description.as_str(), row.explanation.as_deref()), ("yank", None));
    }

    #[test]
    fn what_makes_no_sense_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keymap.toml");
        for (text, line, problem) in [
            ("\n[[nowhere]]\non = ['x']\nrun = 'quit'\n", 2, "unknown context 'nowhere'"),
            ("[[browse]]\non = ['x']\n\nrun = 'fly'\n", 4, "there is no action 'fly'"),
            ("[[browse]]\nrun = 'undo'\non = [\n  'x',\n  'Hyper-x',\n]\n", 5, "there is no key 'Hyper-x'"),
            ("[[browse]]\non = ['Shift-x']\nrun = 'undo'\n", 2, "there is no key 'Shift-x'"),
            (
                "[[browse]]\non = ['p']\nrun = 'undo'\n",
                3,
                "key 'p' is there twice in 'browse': 'put-value' has it too",
            ),
            (
                "[[browse]]\non = ['x']\nrun = 'undo'\n[[browse]]\non = ['x']\nrun = 'redo'\n",
                6,
                "key 'x' is there twice in 'browse': 'undo' has it too",
            ),
            ("[[browse]]\non = ['x', 'x']\nrun = 'undo'\n", 3, "key 'x' is there twice in 'browse'"),
            (
                "[[browse]]\non = ['x']\nrun = 'undo'\n[[browse]]\non = ['z']\nrun = 'undo'\n",
                6,
                "'undo' is there twice in 'browse'",
            ),
        ] {
            fs::write(&path, text).unwrap();
            let expected =
                UserKeymapError::Malformed { path: path.clone(), line, problem: problem.to_owned() };
            assert_eq!(load(&path).err(), Some(expected), "{text}");
        }
        for (text, line) in
            [("[[browse]]\non = 'x'\nrun = 'undo'\n", 2), ("\n[browse", 2), ("[[browse]]\nkey = 1\n", 2)]
        {
            fs::write(&path, text).unwrap();
            let error = load(&path).unwrap_err();
            assert!(
                matches!(error, UserKeymapError::Malformed { line: found, .. } if found == line),
                "{error}"
            );
        }
    }

    #[test]
    fn without_a_file_and_with_a_wrong_one_the_default_keys_hold() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keymap.toml");
        let default = Keymap::embedded().bindings().len();
        assert_eq!(load(&path).unwrap().bindings().len(), default);
        fs::write(&path, "[[browse]]\non = ['x']\nrun = 'fly'\n").unwrap();
        let (keymap, refused) = load_or_default(Some(&path));
        assert_eq!(keymap.bindings().len(), default);
        let sentence = refused.unwrap().for_the_app();
        assert!(sentence.ends_with("line 3: there is no action 'fly'; the default keys apply"), "{sentence}");
        assert!(matches!(load(folder.path()), Err(UserKeymapError::Unreadable { .. })));
    }
}
