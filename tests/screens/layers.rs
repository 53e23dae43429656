//! Every layer of the app, walked: what was typed asks before it is lost, and comes back after a lock.

use std::fs;
use std::path::Path;

use crate::browse::on_password;
use crate::first_run::measured;
use crate::harness::Harness;

/// What becomes of what is typed into a layer.
enum Typed {
    /// It asks before it closes, and comes back after a lock with this on the screen.
    AsksAndReturns(&'static str),
    /// It closes without a question, and comes back after a lock with this on the screen.
    Returns(&'static str),
    /// It closes without a question, and a lock takes it: why that is right.
    Goes(&'static str),
    /// Nothing can be typed.
    Nothing,
}

/// A layer: its type, the keys that open it, what is typed then, and what becomes of it.
struct Walk {
    layer: &'static str,
    open: &'static str,
    name: &'static str,
    text: &'static str,
    typed: Typed,
}

const fn walk(
    layer: &'static str,
    open: &'static str,
    name: &'static str,
    text: &'static str,
    typed: Typed,
) -> Walk {
    Walk { layer, open, name, text, typed }
}

const LAYERS: &[Walk] = &[
    walk("PutForm", "p", "put", "typed", Typed::AsksAndReturns("5 bytes")),
    walk("PutForm", "n", "put", "typed", Typed::AsksAndReturns("typed")),
    walk("Facts", "m", "facts", "typed", Typed::AsksAndReturns("typed")),
    walk("Facts", "R", "rename", "typed", Typed::AsksAndReturns("typed")),
    walk("Facts", "C", "rename", "typed", Typed::AsksAndReturns("typed")),
    walk("ManyForm", "Space R", "many form", "typed", Typed::AsksAndReturns("typed")),
    walk("ManyForm", "k R", "many form", "typed", Typed::AsksAndReturns("typed")),
    walk("ManyForm", "Space m", "many form", "typed", Typed::AsksAndReturns("typed")),
    walk("ManyForm", "Space s", "many form", "typed", Typed::AsksAndReturns("typed")),
    walk("ManyPlan", "Space D", "many plan", "", Typed::Nothing),
    walk("Labels", "s n", "labels", "typed", Typed::AsksAndReturns("typed")),
    walk("WriteFile", "w", "write file", "/typed", Typed::Returns("/typed")),
    walk("TaskForm", ":import", "task", "/typed", Typed::AsksAndReturns("/typed")),
    walk("TaskForm", ":merge", "task", "/typed", Typed::AsksAndReturns("/typed")),
    walk("TaskForm", ":sync", "task", "typed", Typed::AsksAndReturns("typed")),
    walk("TaskForm", ":export Down", "task", "typed", Typed::AsksAndReturns("typed")),
    walk("TaskForm", ":backup", "task", "/typed", Typed::AsksAndReturns("/typed")),
    walk("TaskForm", ":password", "task", "typed", Typed::AsksAndReturns("New password")),
    walk("TaskForm", ":rekey", "task", "typed", Typed::AsksAndReturns("New password")),
    walk("TaskForm", ":settings", "task", "", Typed::Nothing),
    walk("TaskForm", ":force-delete", "task", "shop/db/password", Typed::Goes("it only confirms")),
    walk("Which", ":which", "which", "typed", Typed::Goes("a value that may have leaked is kept nowhere")),
    walk("Generator", "p Ctrl-g Tab", "generator", "1", Typed::Goes("a recipe is quickly given again")),
    walk("Palette", ":", "palette", "typed", Typed::Goes("the name of a command")),
    walk("Help", "? /", "help", "typed", Typed::Goes("a word that is looked for")),
    walk("History", "H", "history", "", Typed::Nothing),
    walk("Diff", "d", "diff", "", Typed::Nothing),
    walk("Plan", "b", "plan", "", Typed::Nothing),
    walk("TakeBack", "u", "undo", "", Typed::Nothing),
    walk("CodeView", "T", "code", "", Typed::Nothing),
    walk("CopyField", "y", "copy field", "", Typed::Nothing),
    walk("Discard", "p x Esc", "discard", "", Typed::Nothing),
];

/// Nothing is typed into these, and only another copy of the vault leads to them: see `merging`.
const AFTER_A_MERGE: [&str; 1] = ["MergedFile"];

/// Layers of an app without an open vault: Ctrl-c leaves the app, but for the question.
const BASES: [&str; 4] = ["Opening", "Unlock", "FirstRun", "OtherVault"];

/// Presses keys; a word behind a colon is a command.
pub fn press(harness: &mut Harness, keys: &str) {
    for key in keys.split(' ') {
        match key.strip_prefix(':').filter(|name| !name.is_empty()) {
            Some(name) => harness.press(":").type_text(name).press("Enter"),
            None => harness.press(key),
        };
    }
}

fn opened(walk: &Walk) -> Harness {
    let mut harness = on_password();
    if walk.layer == "CopyField" {
        harness = Harness::open((120, 40), |vault, _| {
            let value = crate::sample::text_value(r#"{"a": "1", "b": "2"}"#);
            crate::sample::create(vault, "json", "v1", value);
        });
    }
    press(&mut harness, walk.open);
    assert_eq!(harness.top(), walk.name, "{}: {}", walk.layer, harness.screen());
    harness.type_text(walk.text);
    harness
}

#[test]
fn every_layer_is_walked() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui/layers");
    let mut folders = vec![folder];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(path).unwrap();
            let layers = text.lines().filter_map(|line| line.strip_prefix("impl Layer for "));
            found.extend(layers.map(|line| line.trim_end_matches(" {").to_owned()));
        }
    }
    assert!(found.len() > 15, "{found:?}");
    for layer in found {
        let is_walked = LAYERS.iter().any(|walk| walk.layer == layer)
            || BASES.contains(&layer.as_str())
            || AFTER_A_MERGE.contains(&layer.as_str());
        assert!(is_walked, "say in tests/screens/layers.rs what becomes of what is typed into {layer}");
    }
}

#[test]
fn what_was_typed_asks_before_the_key_for_leaving_closes_it() {
    for walk in LAYERS {
        let mut harness = opened(walk);
        let below = harness.dialogs() - 1;
        harness.press("Ctrl-c");
        match walk.typed {
            Typed::AsksAndReturns(_) => {
                assert_eq!(harness.top(), "discard", "{}: {}", walk.open, harness.screen());
                harness.press("Esc");
                assert_eq!(harness.top(), walk.name, "{}", walk.open);
                harness.press("Ctrl-c Ctrl-c");
                assert_eq!(harness.dialogs(), below, "{}: {}", walk.open, harness.screen());
            }
            // The question is gone, and the form that it was about.
            Typed::Nothing if walk.layer == "Discard" => assert_eq!(harness.dialogs(), 0),
            Typed::Returns(_) | Typed::Goes(_) | Typed::Nothing => {
                assert_eq!(harness.dialogs(), below, "{}: {}", walk.open, harness.screen());
            }
        }
        assert!(!harness.has_quit, "{}", walk.open);
    }
}

#[test]
fn what_was_typed_comes_back_after_a_lock() {
    for walk in LAYERS {
        let mut harness = opened(walk);
        harness.press("Ctrl-l");
        assert_eq!((harness.top(), harness.dialogs()), ("unlock", 0), "{}", walk.open);
        harness.unlock();
        match walk.typed {
            Typed::AsksAndReturns(text) | Typed::Returns(text) => {
                assert_eq!(harness.top(), walk.name, "{}: {}", walk.open, harness.screen());
                harness.assert_shows(text);
                harness.assert_shows("your unsaved form is back");
            }
            // A form below it may be back.
            Typed::Goes(why) => assert_ne!(harness.top(), walk.name, "{}: {why}", walk.open),
            Typed::Nothing => assert_ne!(harness.top(), walk.name, "{}", walk.open),
        }
    }
}

#[test]
fn a_password_that_was_typed_is_not_kept_by_the_lock() {
    let mut harness = on_password();
    harness.press(":").type_text("password").press("Enter");
    harness.type_text("old password").press("Tab").type_text("new one").press("Tab Tab Right Down");
    harness.type_text("/keys/new").press("Ctrl-l");
    harness.unlock();
    harness.assert_shows("/keys/new");
    let screen = harness.screen();
    let passwords =
        screen.lines().filter(|line| line.contains("password   ") || line.contains("Repeat password"));
    assert!(passwords.clone().count() >= 2, "{screen}");
    passwords.for_each(|line| assert!(!line.contains('•'), "{screen}"));
}

#[test]
fn without_a_dialog_the_key_for_leaving_leaves_the_app() {
    let mut harness = on_password();
    harness.press("/").type_text("db").press("Ctrl-c");
    assert!(!harness.has_quit, "it closes the filter");
    harness.assert_hides("/ db");
    harness.press("Ctrl-c");
    assert!(harness.has_quit);

    let mut harness = measured();
    harness.type_text("a password").press("Ctrl-o");
    assert_eq!(harness.top(), "other vault");
    harness.press("Ctrl-c");
    assert_eq!(harness.top(), "first run");
    harness.press("Ctrl-c");
    assert!(harness.has_quit);

    let mut harness = on_password();
    harness.press("Ctrl-l Ctrl-c");
    assert!(harness.has_quit);
}

#[test]
fn q_goes_back_where_one_pane_is_seen_at_a_time() {
    let mut harness = on_password();
    harness.resize(60, 20).press("3");
    harness.assert_shows("v14");
    harness.press("q q");
    assert!(!harness.has_quit);
    harness.assert_shows("1 Secrets");
    harness.press("q");
    assert!(harness.has_quit);
}

#[test]
fn in_a_form_no_letter_runs_a_command() {
    let choices = [
        "p Shift-Tab",
        "n Shift-Tab Shift-Tab Shift-Tab",
        "p Ctrl-g",
        ":import Down",
        ":password Tab Tab Tab",
    ];
    for open in choices {
        let mut harness = on_password();
        press(&mut harness, open);
        let (before, dialogs) = (harness.screen(), harness.dialogs());
        harness.type_text("q?:hl");
        assert_eq!((harness.screen(), harness.dialogs()), (before.clone(), dialogs), "{open}");
        harness.press("Right");
        assert_ne!(harness.screen(), before, "{open}: arrows choose");
    }
}
