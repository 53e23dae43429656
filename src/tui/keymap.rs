//! From keys to actions: one table feeds dispatch, footer and help.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde::Deserialize;
use thiserror::Error;

use super::action::Action;
use super::context::Context;
use super::glyphs::Glyphs;

/// Why a map of keys was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeymapError {
    /// It is not TOML, or not of rows.
    #[error("the keymap cannot be read: {0}")]
    Malformed(String),
    /// A table that is not a context.
    #[error("{}", Context::unknown(.0))]
    UnknownContext(String),
    /// An action that does not exist.
    #[error("there is no action '{0}'")]
    UnknownAction(String),
    /// A key that does not exist.
    #[error("there is no key '{0}'")]
    UnknownKey(String),
    /// One key twice in one context.
    #[error("key '{key}' is there twice in '{context}'")]
    Clash { key: String, context: String },
}

/// A key as it is pressed: upper-case letters carry their shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

const NAMED: &[(&str, KeyCode)] = &[
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Space", KeyCode::Char(' ')),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PgUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
];

impl Key {
    /// The key of an event, in the form in which the table holds it.
    pub fn of(event: &KeyEvent) -> Self {
        let mut modifiers =
            event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let code = match event.code {
            KeyCode::BackTab => {
                modifiers |= KeyModifiers::SHIFT;
                KeyCode::Tab
            }
            KeyCode::Char(character) => {
                // A terminal says Ctrl-L for Ctrl-l when caps lock is on.
                let is_control = modifiers.contains(KeyModifiers::CONTROL);
                modifiers -= KeyModifiers::SHIFT;
                KeyCode::Char(if is_control { character.to_ascii_lowercase() } else { character })
            }
            code => code,
        };
        Self { code, modifiers }.as_sent()
    }

    /// Terminals send one byte for Ctrl-_ and Ctrl-7.
    fn as_sent(self) -> Self {
        match (self.code, self.modifiers) {
            (KeyCode::Char('7'), KeyModifiers::CONTROL) => Self { code: KeyCode::Char('_'), ..self },
            _ => self,
        }
    }

    /// The character that the key types, if it is one and neither Ctrl nor Alt is held.
    pub fn typed(&self) -> Option<char> {
        match self.code {
            KeyCode::Char(character) if self.modifiers.is_empty() => Some(character),
            _ => None,
        }
    }

    /// How the footer and the help write it.
    pub fn shown(&self, glyphs: &Glyphs) -> String {
        let mut text = String::new();
        for (modifier, name) in
            [(KeyModifiers::CONTROL, "Ctrl-"), (KeyModifiers::ALT, "Alt-"), (KeyModifiers::SHIFT, "Shift-")]
        {
            if self.modifiers.contains(modifier) {
                text.push_str(name);
            }
        }
        match self.code {
            KeyCode::Up => text.push_str(glyphs.up),
            KeyCode::Down => text.push_str(glyphs.down),
            KeyCode::Left => text.push_str(glyphs.left),
            KeyCode::Right => text.push_str(glyphs.right),
            KeyCode::F(number) => text.push_str(&format!("F{number}")),
            code => match NAMED.iter().find(|(_, known)| *known == code) {
                Some((name, _)) => text.push_str(name),
                None => text.extend(self.code.as_char()),
            },
        }
        text
    }
}

impl FromStr for Key {
    type Err = KeymapError;

    fn from_str(text: &str) -> Result<Self, KeymapError> {
        let unknown = || KeymapError::UnknownKey(text.to_owned());
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        loop {
            let (modifier, after) = match rest {
                _ if rest.len() <= 1 => break,
                _ => match rest.split_once('-') {
                    Some(("Ctrl", after)) => (KeyModifiers::CONTROL, after),
                    Some(("Alt", after)) => (KeyModifiers::ALT, after),
                    Some(("Shift", after)) => (KeyModifiers::SHIFT, after),
                    _ => break,
                },
            };
            modifiers |= modifier;
            rest = after;
        }
        // An upper-case letter carries its shift, and a control letter has no case.
        let is_letter = rest.chars().count() == 1;
        if is_letter && modifiers.contains(KeyModifiers::SHIFT) {
            return Err(unknown());
        }
        let lower = rest.to_ascii_lowercase();
        let rest = if is_letter && modifiers.contains(KeyModifiers::CONTROL) { &lower } else { rest };
        let named = NAMED.iter().find(|(name, _)| *name == rest).map(|(_, code)| *code);
        let function = || rest.strip_prefix('F')?.parse().ok().filter(|number| (1..=12).contains(number));
        let mut characters = rest.chars();
        let code = match (named, function(), characters.next(), characters.next()) {
            (Some(code), ..) => code,
            (None, Some(number), ..) => KeyCode::F(number),
            (None, None, Some(character), None) => KeyCode::Char(character),
            _ => return Err(unknown()),
        };
        Ok(Self { code, modifiers }.as_sent())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.shown(&Glyphs::UNICODE))
    }
}

/// One row of the table.
#[derive(Debug, Clone)]
pub struct Binding {
    /// Where it is active.
    pub context: Context,
    pub keys: Vec<Key>,
    pub action: Action,
    /// What that does, in a word or two.
    pub description: String,
    /// The same in a sentence, where the words are too few.
    pub explanation: Option<String>,
    /// How important it is in the footer; `None`: it is not there.
    pub footer: Option<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeymapRow {
    on: Vec<String>,
    run: String,
    desc: String,
    help: Option<String>,
    footer: Option<u8>,
}

/// One key twice in one context.
pub(super) struct Twice {
    pub(super) key: Key,
    pub(super) context: Context,
    /// Where in the list the two rows are.
    pub(super) rows: [usize; 2],
}

/// The table of all keys.
#[derive(Debug, Clone)]
pub struct Keymap {
    bindings: Vec<Binding>,
    by_key: HashMap<(Context, Key), usize>,
}

impl Keymap {
    /// The default map, embedded in the program.
    pub fn embedded() -> Self {
        Self::parse(include_str!("../../assets/keymap.toml")).expect("a test reads the embedded keymap")
    }

    /// Reads a map.
    ///
    /// # Errors
    /// [`KeymapError`] names the first row that makes no sense.
    pub fn parse(text: &str) -> Result<Self, KeymapError> {
        let tables: BTreeMap<String, Vec<KeymapRow>> =
            toml::from_str(text).map_err(|error| KeymapError::Malformed(error.message().to_owned()))?;
        let mut bindings = Vec::new();
        for (name, rows) in tables {
            let context = Context::named(&name).ok_or_else(|| KeymapError::UnknownContext(name.clone()))?;
            for row in rows {
                let action =
                    Action::named(&row.run).ok_or_else(|| KeymapError::UnknownAction(row.run.clone()))?;
                bindings.push(Binding {
                    context,
                    keys: row.on.iter().map(|key| key.parse()).collect::<Result<_, _>>()?,
                    action,
                    description: row.desc,
                    explanation: row.help,
                    footer: row.footer,
                });
            }
        }
        Self::of(bindings).map_err(|twice| KeymapError::Clash {
            key: twice.key.to_string(),
            context: twice.context.name().to_owned(),
        })
    }

    /// The map of these rows.
    pub(super) fn of(bindings: Vec<Binding>) -> Result<Self, Twice> {
        let mut by_key = HashMap::new();
        for (at, binding) in bindings.iter().enumerate() {
            for key in &binding.keys {
                if let Some(first) = by_key.insert((binding.context, *key), at) {
                    return Err(Twice { key: *key, context: binding.context, rows: [first, at] });
                }
            }
        }
        Ok(Self { bindings, by_key })
    }

    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// What a key means where these contexts are active, the innermost first.
    pub fn action(&self, contexts: &[Context], key: &Key) -> Option<Action> {
        contexts
            .iter()
            .find_map(|context| self.by_key.get(&(*context, *key)))
            .map(|&index| self.bindings[index].action)
    }

    /// The rows of a context, as written.
    pub fn rows(&self, context: Context) -> impl Iterator<Item = &Binding> {
        self.bindings.iter().filter(move |binding| binding.context == context)
    }

    /// The keys of a row that reach it where these contexts are active: an inner context may take some away.
    pub fn living_keys<'a>(
        &'a self,
        contexts: &'a [Context],
        binding: &'a Binding,
    ) -> impl Iterator<Item = &'a Key> {
        let inner = contexts.iter().take_while(move |context| **context != binding.context);
        binding
            .keys
            .iter()
            .filter(move |key| inner.clone().all(|context| !self.by_key.contains_key(&(*context, **key))))
    }

    /// The first key for an action where these contexts are active.
    pub fn key_for(&self, contexts: &[Context], action: Action) -> Option<Key> {
        contexts
            .iter()
            .flat_map(|context| self.rows(*context))
            .filter(|row| row.action == action)
            .find_map(|row| self.living_keys(contexts, row).next().copied())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn key(text: &str) -> Key {
        text.parse().unwrap()
    }

    #[test]
    fn every_action_has_a_name_of_its_own_and_a_row() {
        let keymap = Keymap::embedded();
        let names: HashSet<&str> = Action::ALL.iter().map(|(_, name)| *name).collect();
        assert_eq!(names.len(), Action::ALL.len());
        for (action, name) in Action::ALL {
            assert!(keymap.bindings.iter().any(|row| row.action == *action), "no row tells of '{name}'");
            assert_eq!(Action::named(name), Some(*action));
        }
    }

    #[test]
    fn every_context_has_rows() {
        let keymap = Keymap::embedded();
        for (context, name, _) in Context::ALL {
            assert!(keymap.rows(*context).next().is_some(), "no key in '{name}'");
        }
    }

    #[test]
    fn no_key_needs_altgr_or_a_function_key_alone() {
        for binding in &Keymap::embedded().bindings {
            let is_easy = |key: &Key| match key.code {
                KeyCode::Char(character) => !"[]{}\\|@~#€`^".contains(character),
                KeyCode::F(_) => false,
                _ => true,
            };
            assert!(binding.keys.is_empty() || binding.keys.iter().any(is_easy), "{binding:?}");
        }
    }

    #[test]
    fn a_map_that_makes_no_sense_is_refused_with_the_reason() {
        let row =
            |table: &str, on: &str, run: &str| format!("[[{table}]]\non=[{on}]\nrun='{run}'\ndesc=''\n");
        for (text, error) in [
            (row("nowhere", "'a'", "quit"), "unknown context 'nowhere'"),
            (row("room", "'a'", "quit"), "unknown context 'room': it is called 'task' now"),
            (row("browse", "'a'", "fly"), "there is no action 'fly'"),
            (row("browse", "'Hyper-a'", "quit"), "there is no key 'Hyper-a'"),
            (row("browse", "'a', 'a'", "quit"), "key 'a' is there twice in 'browse'"),
            (
                row("browse", "'j'", "quit") + &row("browse", "'j'", "help"),
                "key 'j' is there twice in 'browse'",
            ),
        ] {
            assert_eq!(Keymap::parse(&text).unwrap_err().to_string(), error);
        }
    }

    #[test]
    fn a_description_is_short_enough_for_the_footer_of_a_narrow_screen() {
        for binding in Keymap::embedded().bindings.iter().filter(|binding| binding.footer.is_some()) {
            let key = binding.keys[0].to_string();
            let width = key.chars().count() + 1 + binding.description.chars().count();
            assert!(width <= 20, "{binding:?}");
        }
    }

    #[test]
    fn the_inner_context_wins() {
        let keymap = Keymap::embedded();
        let tree = [Context::Tree, Context::Panes];
        assert_eq!(keymap.action(&tree, &key("l")), Some(Action::OpenFolder));
        assert_eq!(keymap.action(&tree[1..], &key("l")), Some(Action::NextPane));
        assert_eq!(keymap.action(&tree, &key("Tab")), Some(Action::NextPane));
        assert_eq!(keymap.key_for(&tree, Action::NextPane), Some(key("Tab")));
    }

    #[test]
    fn keys_are_read_from_events_whatever_the_terminal_says_about_shift() {
        let event = |code, modifiers| Key::of(&KeyEvent::new(code, modifiers));
        assert_eq!(event(KeyCode::Char('G'), KeyModifiers::SHIFT), key("G"));
        assert_eq!(event(KeyCode::Char('L'), KeyModifiers::CONTROL), key("Ctrl-l"));
        assert_eq!(event(KeyCode::BackTab, KeyModifiers::SHIFT), key("Shift-Tab"));
        assert_eq!(event(KeyCode::BackTab, KeyModifiers::NONE), key("Shift-Tab"));
        assert_eq!(event(KeyCode::Char('?'), KeyModifiers::SHIFT).typed(), Some('?'));
        assert_eq!(event(KeyCode::Char('a'), KeyModifiers::ALT).typed(), None);
        assert_eq!(key("Ctrl-S"), key("Ctrl-s"));
        assert_eq!(event(KeyCode::Char('7'), KeyModifiers::CONTROL), key("Ctrl-_"));
        assert!("Shift-a".parse::<Key>().is_err(), "it is written 'A'");
        for text in ["Ctrl-s", "Alt-Backspace", "Shift-Tab", "F1", "-", "Ctrl--", "PgDn", "Space", "é"] {
            assert_eq!(key(text).to_string(), text);
        }
    }
}
