//! What is wrong in a TOML file, in words of our own: the library's are about fields, variants and types of Rust.

use toml::de::Error;

use crate::domain::nearest;

/// The fault as one sentence. `what` is what a name in the file stands for, as in "there is no setting 'lok'".
pub fn told(error: &Error, what: &str) -> String {
    let message = error.message().lines().next().unwrap_or_default();
    unknown_name(message, what)
        .or_else(|| unknown_word(message))
        .or_else(|| wrong_type(message))
        .or_else(|| missing_name(message))
        .or_else(|| unquoted(message))
        .unwrap_or_else(
            || if message.is_empty() { "this is not TOML".to_owned() } else { message.to_owned() },
        )
}

/// The words between backticks.
fn quoted(message: &str) -> impl Iterator<Item = &str> {
    message.split('`').skip(1).step_by(2)
}

fn unknown_name(message: &str, what: &str) -> Option<String> {
    let mut words = quoted(message.strip_prefix("unknown field ")?);
    let name = words.next()?;
    let near = nearest(name, words).map(|near| format!("; did you mean '{near}'?"));
    Some(format!("there is no {what} '{name}'{}", near.unwrap_or_default()))
}

fn unknown_word(message: &str) -> Option<String> {
    let mut words = quoted(message.strip_prefix("unknown variant ")?);
    let word = words.next()?;
    Some(format!("'{word}' is not one of {}", words.collect::<Vec<_>>().join(", ")))
}

fn wrong_type(message: &str) -> Option<String> {
    let expected = message.strip_prefix("invalid type: ")?.split("expected ").nth(1)?;
    Some(match expected {
        "a sequence" if message.starts_with("invalid type: map") => {
            "each table of this name stands below double brackets, as in [[name]]".to_owned()
        }
        "a string" => "a text between quotes is expected".to_owned(),
        "a boolean" => "true or false is expected".to_owned(),
        "a sequence" => "a list between brackets is expected".to_owned(),
        other => format!("{other} is expected"),
    })
}

fn missing_name(message: &str) -> Option<String> {
    let name = quoted(message.strip_prefix("missing field ")?).next()?;
    Some(format!("'{name}' is missing"))
}

/// A text without quotes is read as the start of a number or another word.
fn unquoted(message: &str) -> Option<String> {
    let is_word = ["invalid float", "invalid boolean", "invalid integer", "string values must be quoted"]
        .iter()
        .any(|start| message.starts_with(start));
    is_word.then(|| "a text stands between quotes, as in name = \"text\"".to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Word {
        Auto,
        None,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether they can be read counts")]
    struct File {
        theme: Option<Word>,
        plain: Option<bool>,
        editor: Option<String>,
        rows: Option<BTreeMap<String, Vec<String>>>,
    }

    #[test]
    fn a_fault_is_told_without_words_of_rust() {
        let told = |text: &str| super::told(&toml::from_str::<File>(text).unwrap_err(), "setting");
        assert_eq!(told("editro = 'vi'"), "there is no setting 'editro'; did you mean 'editor'?");
        assert_eq!(told("lok = 1"), "there is no setting 'lok'");
        for text in ["editor = nb", "editor = vim", "editor = true-ish", "editor = fast", "editor = 1vim"] {
            assert_eq!(told(text), "a text stands between quotes, as in name = \"text\"", "{text}");
        }
        assert_eq!(told("theme = 'dark'"), "'dark' is not one of auto, none");
        assert_eq!(told("plain = 'yes'"), "true or false is expected");
        assert_eq!(told("editor = 5"), "a text between quotes is expected");
        assert_eq!(told("[rows]\na = 'b'"), "a list between brackets is expected");
        for text in ["plain = ", "= 1", "[rows", "editor = 'vi"] {
            assert!(!told(text).is_empty(), "{text}");
        }
    }
}
