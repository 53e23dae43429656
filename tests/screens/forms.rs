//! What holds in every form: columns, clicks, and paths that Tab completes.

use etui::tui::{Event, Mouse, MouseKind};

use crate::browse::on_password;
use crate::first_run::measured;
use crate::harness::Harness;
use crate::layers::press;

/// Forms over the browse screen, and the labels of all their fields.
const FORMS: &[(&str, &[&str])] = &[
    ("p", &["Version id", "Type", "Value", "Stage labels", "Note"]),
    ("m", &["Description", "Tags", "Keep", "Rotate every"]),
    ("p Ctrl-g", &["Kind", "Length", "Characters", "Each kind", "Exclude"]),
    (":import", &["File", "Format", "Into folder"]),
    (":export", &["Format", "Only folder", "New file", "Confirm"]),
    (":password", &["Current password", "New password", "Repeat password", "Key file"]),
    (":which", &["Value", "Look in"]),
    ("w", &["Path"]),
];

fn click(harness: &mut Harness, column: usize, row: usize) {
    let (column, row) = (u16::try_from(column).unwrap(), u16::try_from(row).unwrap());
    harness.event(Event::Mouse(Mouse { kind: MouseKind::Click, column, row }));
}

/// The column and row of a word behind a border or the mark of the focus.
fn find(harness: &Harness, word: &str) -> (usize, usize) {
    let screen = harness.screen();
    let found = screen.lines().enumerate().find_map(|(row, line)| {
        let at = ["│  ", "│❯ "].iter().find_map(|before| line.find(&format!("{before}{word} ")))?;
        Some((line[..at].chars().count() + 3, row))
    });
    found.unwrap_or_else(|| panic!("{word:?} is not a label:\n{screen}"))
}

#[test]
fn a_click_puts_the_cursor_into_any_field_and_its_column_is_the_same_everywhere() {
    for (open, labels) in FORMS {
        let mut harness = on_password();
        press(&mut harness, open);
        for label in *labels {
            let (column, row) = find(&harness, label);
            click(&mut harness, column, row);
            let (cursor, at) = harness.cursor().unwrap_or_else(|| panic!("{open} {label}"));
            // The question which version this is has its cursor in the value always.
            if *open != ":which" {
                // What explains a field is there only while the cursor is: the rows below it may have moved.
                let screen = harness.screen();
                let row = screen.lines().position(|line| line.contains(&format!("❯ {label}")));
                let row = row.unwrap_or_else(|| panic!("{label}:\n{screen}"));
                assert!(usize::from(at) >= row, "{label}");
            }
            assert!(usize::from(cursor) >= column + 17, "{open} {label}: {}", harness.screen());
        }
    }
}

#[test]
fn a_click_on_an_option_chooses_it() {
    let mut harness = on_password();
    press(&mut harness, ":password");
    let row = harness.screen().lines().position(|line| line.contains("( ) a new one")).unwrap();
    let line = harness.screen().lines().nth(row).unwrap().to_owned();
    let column = line[..line.find("a new one").unwrap()].chars().count();
    click(&mut harness, column, row);
    harness.assert_shows("(•) a new one");
    harness.assert_shows("New key file");

    let mut harness = on_password();
    press(&mut harness, "p Ctrl-g");
    let (_, row) = find(&harness, "Characters");
    let line = harness.screen().lines().nth(row).unwrap().to_owned();
    let column = line[..line.find("!?#").unwrap()].chars().count();
    click(&mut harness, column, row);
    harness.assert_shows("[ ] !?#");
}

#[test]
fn every_path_is_completed_with_tab() {
    let over_browse = [
        ":import",
        ":backup",
        ":export Down Down",
        ":password Down Down Down Right Down",
        "w",
        "p Shift-Tab Right Right Tab",
    ];
    let mut opened: Vec<(Harness, &str)> = over_browse.map(|keys| (on_password(), keys)).into();
    opened.push((measured(), "Tab Tab Right Tab"));
    for (mut harness, keys) in opened {
        press(&mut harness, keys);
        let folder = harness.folder().join("some-folder");
        std::fs::create_dir_all(&folder).unwrap();
        let typed = folder.display().to_string();
        harness.type_text(typed.strip_suffix("older").unwrap()).press("Tab");
        harness.assert_shows("some-folder/");
    }
}

#[test]
fn the_key_that_shows_what_is_typed_is_named_where_it_is_hidden() {
    for (open, is_named) in
        [("p", true), ("p Tab Tab", false), (":password", true), (":which", true), (":import", false)]
    {
        let mut harness = on_password();
        harness.resize(80, 24);
        press(&mut harness, open);
        let screen = harness.screen();
        let footer = screen.lines().last().unwrap();
        assert_eq!(footer.contains("Alt-r show"), is_named, "{open}: {footer}");
    }
    let mut harness = on_password();
    press(&mut harness, ":password");
    harness.type_text("seen").press("Alt-r");
    harness.assert_shows("Current password seen");
}

/// In every form with a new password, at the field for it.
fn on_new_password() -> [Harness; 3] {
    let (mut password, mut rekey) = (on_password(), on_password());
    press(&mut password, ":password");
    press(&mut rekey, ":rekey");
    password.press("Tab");
    rekey.press("Tab");
    [measured(), password, rekey]
}

#[test]
fn a_new_password_and_its_repetition_are_shown_together_and_hidden_when_they_are_left() {
    for mut harness in on_new_password() {
        harness.type_text("seen-first").press("Tab").type_text("seen-again");
        harness.assert_hides("seen-");
        harness.press("Alt-r").assert_shows("seen-first");
        harness.assert_shows("seen-again");
        harness.press("Shift-Tab").assert_shows("seen-again");
        harness.press("Tab Tab").assert_hides("seen-");
        harness.press("Shift-Tab").assert_hides("seen-");
        harness.press("Alt-r").assert_shows("seen-first");
        harness.press("Alt-r").assert_hides("seen-");
    }
}

#[test]
fn a_shown_new_password_is_gone_after_a_lock() {
    let [_, password, rekey] = on_new_password();
    for (mut harness, again) in [(password, ":password"), (rekey, ":rekey")] {
        harness.type_text("seen-first").press("Alt-r").assert_shows("seen-first");
        harness.press("Ctrl-l").assert_hides("seen-");
        harness.unlock();
        harness.assert_hides("seen-");
        press(&mut harness, again);
        harness.press("Tab").type_text("seen-first").assert_hides("seen-");
        harness.assert_shows("••••••••••");
    }
}
