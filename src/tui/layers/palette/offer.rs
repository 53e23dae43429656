//! What may be typed behind a command that needs more: a theme, a setting and its value, the path of a vault.

use crate::config::{SETTINGS, Setting, Settings};

/// What can be chosen behind what is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// Nothing of its own: commands are looked for.
    Commands,
    /// The settings.
    Names,
    Values(&'static Setting),
    /// What lies where a path leads.
    Vaults,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub name: String,
    pub note: String,
    /// All that is typed once it is taken.
    pub typed: String,
}

impl Offer {
    /// What a text asks for, and the part of it that is yet to be completed.
    pub fn of(text: &str) -> (Self, &str) {
        let Some((word, rest)) = text.trim_start().split_once(char::is_whitespace) else {
            return (Self::Commands, text);
        };
        let rest = rest.trim_start();
        match (word, Setting::named(word)) {
            ("theme", Some(theme)) => (Self::Values(theme), rest),
            ("vault", _) => (Self::Vaults, rest),
            ("set", _) => match rest.split_once(char::is_whitespace) {
                Some((name, value)) => match Setting::named(name) {
                    Some(setting) => (Self::Values(setting), value.trim_start()),
                    None => (Self::Names, rest),
                },
                None => (Self::Names, rest),
            },
            _ => (Self::Commands, text),
        }
    }

    /// What can be chosen behind `text`; `near` lies where its path leads.
    pub fn choices(self, text: &str, settings: &Settings, near: &[String]) -> Vec<Choice> {
        let (_, rest) = Self::of(text);
        let before = &text[..text.len() - rest.len()];
        match self {
            Self::Commands => Vec::new(),
            Self::Names => {
                let typed = rest.trim_end();
                let mut found: Vec<&Setting> =
                    SETTINGS.iter().filter(|setting| setting.name.contains(typed)).collect();
                // What is named whole is meant, and what begins so rather than what has it somewhere.
                found.sort_by_key(|setting| (setting.name != typed, !setting.name.starts_with(typed)));
                let choice = |setting: &Setting| Choice {
                    name: setting.name.to_owned(),
                    note: format!("{} ({})", settings.word_of(setting), setting.takes.told()),
                    typed: format!("{before}{} ", setting.name),
                };
                found.into_iter().map(choice).collect()
            }
            Self::Values(setting) => {
                let now = settings.word_of(setting);
                let typed = rest.trim_end();
                let mut found: Vec<&&str> =
                    setting.takes.words().iter().filter(|word| word.starts_with(typed)).collect();
                found.sort_by_key(|word| **word != typed);
                let choice = |word: &&str| Choice {
                    name: (*word).to_owned(),
                    note: if now == **word { "as now".to_owned() } else { String::new() },
                    typed: format!("{before}{word}"),
                };
                found.into_iter().map(choice).collect()
            }
            Self::Vaults => {
                let folder = rest.rfind('/').map_or("", |slash| &rest[..=slash]);
                let choice = |name: &String| Choice {
                    name: name.clone(),
                    note: String::new(),
                    typed: format!("{before}{folder}{name}"),
                };
                near.iter().map(choice).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> &'static Setting {
        Setting::named(name).unwrap()
    }

    #[test]
    fn what_is_typed_asks_for_what_is_behind_it() {
        for (text, offer) in [
            ("theme", (Offer::Commands, "theme")),
            ("theme ", (Offer::Values(named("theme")), "")),
            ("theme da", (Offer::Values(named("theme")), "da")),
            ("set", (Offer::Commands, "set")),
            ("set lo", (Offer::Names, "lo")),
            ("set lock_after", (Offer::Names, "lock_after")),
            ("set lock_after 3m", (Offer::Values(named("lock_after")), "3m")),
            ("set colour red", (Offer::Names, "colour red")),
            ("vault ~/a b", (Offer::Vaults, "~/a b")),
            ("mouse off", (Offer::Commands, "mouse off")),
        ] {
            assert_eq!(Offer::of(text), offer, "{text:?}");
        }
    }

    #[test]
    fn a_choice_completes_what_is_typed() {
        let typed = |text: &str, near: &[String]| -> Vec<String> {
            let choices = Offer::of(text).0.choices(text, &Settings::default(), near);
            choices.into_iter().map(|choice| choice.typed).collect()
        };
        assert_eq!(typed("theme d", &[]), ["theme dark"]);
        assert_eq!(typed("set lock_a", &[]), ["set lock_after "]);
        assert_eq!(typed("set copy", &[])[..2], ["set copy ", "set clipboard_copy "]);
        assert_eq!(typed("set mouse o", &[]), ["set mouse on", "set mouse off"]);
        assert_eq!(typed("set lock_after 3", &[]), [""; 0]);
        let near = ["team.etui".to_owned(), "old/".to_owned()];
        assert_eq!(typed("vault ~/v/t", &near), ["vault ~/v/team.etui", "vault ~/v/old/"]);
    }
}
