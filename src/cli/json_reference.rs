//! The text of `docs/json.md`.

use super::row::Group;
use super::schema::{ERROR, Json, Key, Schema};

const INTRODUCTION: &str = "\
# JSON

Generated from the schema of each answer; a test holds the real answers against it.

`--json` prints one object on one line of stdout. It has a `RequestId`, and the keys of the KMS API where the API has \
them. Times are UTC, as `2026-11-30T12:00:00Z`. A text value is text; a binary one is base64, and `SecretDataType` says \
which. Keys can be added in later versions; those that are here keep their meaning.
";

const ERRORS: &str = "
## Errors

An error is one object on stderr, and the exit code is that of the text form. stdout is empty then, except for \
`verify`, which prints what it found.
";

/// Every answer of every command.
pub(super) fn text(groups: &[Group]) -> String {
    let mut text = INTRODUCTION.to_owned() + ERRORS;
    push_schema(&mut text, &ERROR);
    for group in groups {
        text += &format!("\n## {}\n", group.title);
        for row in group.rows {
            text += &format!("\n### `etui {}`\n", row.name);
            match row.json {
                Json::Unchanged(why) => text += &format!("\n`--json` changes errors only: {why}.\n"),
                Json::Answers(answers) => answers.iter().for_each(|answer| push_schema(&mut text, answer)),
            }
        }
    }
    text
}

fn push_schema(text: &mut String, schema: &Schema) {
    if !schema.when.is_empty() {
        *text += &format!("\n{}:\n", first_upper(schema.when));
    }
    *text += "\n| key | holds | |\n| --- | --- | --- |\n";
    push_keys(text, "", schema.keys);
}

fn push_keys(text: &mut String, above: &str, keys: &[&[Key]]) {
    for key in keys.iter().copied().flatten() {
        let name = format!("{above}{}", key.name);
        let null = if key.null.is_empty() { String::new() } else { format!("; null {}", key.null) };
        let when = if key.when.is_empty() { String::new() } else { format!("; only if {}", key.when) };
        let words = match key.kind {
            super::schema::Kind::Word(words) => format!(": {}", words.join(", ")),
            _ => String::new(),
        };
        *text += &format!("| `{name}` | {} | {}{words}{null}{when} |\n", key.kind.word(), key.means);
        if let Some(inner) = key.kind.keys() {
            push_keys(text, &format!("{name}."), inner);
        }
    }
}

fn first_upper(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
