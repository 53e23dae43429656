//! `docs/keys.md`, made from the keymap.

use std::fmt::Write;

use super::context::Context;
use super::glyphs::Glyphs;
use super::keymap::{Binding, Keymap};

const INTRODUCTION: &str = "\
# Keys

The keys of the terminal app, generated from `assets/keymap.toml`. In the app `?` lists the keys that work where you
are, and `:` finds every command by name; a command without a key below can only be run with `:`. Where two contexts
are active, the inner one wins: a form over the list, a text field over the form.

![A new value is put with p and Ctrl-s, then it is rolled back with b.](../assets/pictures/rotation.svg)

## Your own keys

Write them into `keymap.toml` beside the settings (`etui config path` prints its path). A row replaces the keys of one
action in one context; everything else stays as it is.

```toml
# y copies the reference now, and Y the value
[[browse]]
on = [\"Y\"]
run = \"copy-value\"

[[browse]]
on = [\"y\"]
run = \"copy-reference\"

# no key: only `:delete-secret` is left
[[browse]]
on = []
run = \"delete-secret\"

# a key for an action that has none in this context
[[browse]]
on = [\"Q\"]
run = \"quit\"
```

- The name of the table is the context: the word in brackets after each heading below.
- `on` lists the keys: a character, or `Enter Esc Tab Space Backspace Delete Home End PgUp PgDn Up Down Left Right
  F1` to `F12`, with `Ctrl-`, `Alt-` or `Shift-` before it. An upper-case letter is written as such: `G`, not
  `Shift-g`. `[]` removes every key.
- `run` is the action. `desc` (a word or two, for the footer), `help` (a sentence) and `footer` (how long it stays
  in a narrow footer, 1 the longest) may be set too.
- An unknown context, action or key, or one key twice in a context, is an error that names its line; the default keys
  are used then. `etui config check` checks the file without the app.
- Most terminals cannot tell `Ctrl-i` from `Tab`, `Ctrl-m` from `Enter` and `Ctrl-h` from `Backspace`.
";

pub fn reference(keymap: &Keymap) -> String {
    let mut text = INTRODUCTION.to_owned();
    for (context, name, title) in Context::ALL {
        let mut rows = keymap.rows(*context).peekable();
        if rows.peek().is_none() {
            continue;
        }
        text.push_str(&format!("\n## {title} (`{name}`)\n\n| keys | does | action |\n| --- | --- | --- |\n"));
        for row in rows {
            let does = row.explanation.as_ref().unwrap_or(&row.description);
            let _ = writeln!(text, "| {} | {does} | `{}` |", keys(row), row.action.name());
        }
    }
    text
}

/// The keys as the file writes them.
fn keys(row: &Binding) -> String {
    let names = Glyphs { up: "Up", down: "Down", left: "Left", right: "Right", ..Glyphs::ASCII };
    let keys: Vec<String> = row.keys.iter().map(|key| format!("`{}`", key.shown(&names))).collect();
    if keys.is_empty() { format!("`:{}`", row.action.name()) } else { keys.join(" ") }
}
