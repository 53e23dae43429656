//! The mouse: a click selects, or does what a key in the footer does; the wheel scrolls. Nothing is revealed, copied,
//! confirmed or changed by it.

use etui::domain::SecretName;
use etui::tui::browse::Pane;
use etui::tui::{Action, Event, Mouse, MouseKind};

use crate::browse::on_password;
use crate::harness::{Harness, SIZES};
use crate::sample;

fn mouse(harness: &mut Harness, kind: MouseKind, column: u16, row: u16) {
    harness.event(Event::Mouse(Mouse { kind, column, row }));
}

/// Clicks on the first place where a text is on the screen.
#[track_caller]
fn click_on(harness: &mut Harness, text: &str) {
    let screen = harness.screen();
    let found = screen.lines().enumerate().find_map(|(row, line)| Some((row, line.find(text)?, line)));
    let (row, at, line) = found.unwrap_or_else(|| panic!("{text:?} is not on the screen:\n{screen}"));
    let column = line[..at].chars().count();
    mouse(harness, MouseKind::Click, u16::try_from(column).unwrap(), u16::try_from(row).unwrap());
}

fn selected(harness: &Harness) -> Option<&str> {
    harness.state.app.browse().unwrap().selected.as_ref().map(SecretName::as_str)
}

#[test]
fn a_click_selects_a_secret_at_every_size() {
    for size in SIZES {
        let mut harness = Harness::open(size, sample::shop);
        click_on(&mut harness, "api-key");
        assert_eq!(selected(&harness), Some("shop/api-key"));
        click_on(&mut harness, "photo-key");
        assert_eq!(selected(&harness), Some("personal/photo-key"));
        assert_eq!(
            harness.cursor().map(|(_, row)| row),
            Some(4),
            "the cursor stands there:\n{}",
            harness.screen()
        );
    }
}

#[test]
fn a_click_on_a_folder_selects_it_and_a_second_one_closes_it() {
    let mut harness = on_password();
    click_on(&mut harness, "▾ personal/");
    harness.assert_shows("❯ ▾ personal/");
    click_on(&mut harness, "▾ personal/");
    harness.assert_shows("❯ ▸ personal/");
    click_on(&mut harness, "▸ personal/");
    harness.assert_shows("❯ ▾ personal/");
}

#[test]
fn a_click_goes_to_a_pane_and_to_a_version() {
    let mut harness = on_password();
    click_on(&mut harness, "v12");
    assert_eq!(harness.state.app.browse().unwrap().pane, Pane::Versions);
    harness.assert_shows("❯ v12");
    click_on(&mut harness, "••••");
    assert_eq!(harness.state.app.browse().unwrap().pane, Pane::Value);
    harness.assert_shows("❯ v12");
    click_on(&mut harness, "1 Secrets");
    assert_eq!(harness.state.app.browse().unwrap().pane, Pane::Secrets);
    click_on(&mut harness, "2 Versions");
    assert_eq!(harness.state.app.browse().unwrap().pane, Pane::Versions);
}

#[test]
fn no_click_anywhere_reveals_confirms_or_changes_anything() {
    for keys in ["", "2", "p", "n", "s", "b", "D", "u", "H", "m", "R", "?", "p x Esc"] {
        for size in [(120, 40), (60, 20)] {
            let mut harness = on_password();
            harness.resize(size.0, size.1);
            if !keys.is_empty() {
                harness.press(keys);
            }
            let modals = harness.dialogs();
            // The last line holds keys: a click on one does what the key does.
            for row in 0..size.1 - 1 {
                for column in (0..size.0).step_by(11) {
                    mouse(&mut harness, MouseKind::Click, column, row);
                    mouse(&mut harness, MouseKind::WheelDown, column, row);
                    mouse(&mut harness, MouseKind::WheelUp, column, row);
                }
            }
            harness.assert_hides("hunter");
            assert_eq!(harness.dialogs(), modals, "{keys}: {}", harness.screen());
            assert!(!harness.has_quit && !harness.state.app.is_busy());
            assert!(harness.clipboard.copied.lock().unwrap().is_empty());
            assert_eq!(harness.other_process().history(1).unwrap().len(), 1);
        }
    }
}

#[test]
fn the_wheel_scrolls_the_pane_under_the_pointer_and_leaves_the_keys_where_they_are() {
    let mut harness = on_password();
    mouse(&mut harness, MouseKind::WheelDown, 60, 4);
    harness.assert_shows("❯ v11");
    assert_eq!(harness.state.app.browse().unwrap().pane, Pane::Secrets);
    mouse(&mut harness, MouseKind::WheelUp, 60, 4);
    harness.assert_shows("❯ v14");
    mouse(&mut harness, MouseKind::WheelUp, 10, 4);
    assert_eq!(selected(&harness), Some("personal/photo-key"));
}

#[test]
fn a_click_selects_in_every_list_and_form() {
    let mut harness = on_password();
    harness.press("s");
    click_on(&mut harness, "canary       v13");
    harness.assert_shows("❯ ◆ canary");
    harness.press("Esc H j j");
    let first = harness.screen().lines().position(|line| line.contains("put")).unwrap();
    mouse(&mut harness, MouseKind::Click, 30, u16::try_from(first).unwrap());
    harness.assert_shows("1/");
    harness.press("Esc m");
    click_on(&mut harness, "Rotate every");
    harness.assert_shows("❯ Rotate every");
    click_on(&mut harness, "Tags");
    harness.assert_shows("❯ Tags");
}

#[test]
fn a_click_puts_the_cursor_into_a_field_of_the_put_form_at_every_size() {
    for size in SIZES {
        let mut harness = on_password();
        harness.resize(size.0, size.1).press("p").type_text("several\nlines\nof text");
        for field in ["Stage labels", "Note", "Version id", "Value", "Type"] {
            click_on(&mut harness, &format!("{field}  "));
            harness.assert_shows(&format!("❯ {field}"));
        }
    }
}

#[test]
fn a_click_in_the_palette_chooses_a_command_and_does_not_run_it() {
    let mut harness = on_password();
    harness.press(":").type_text("re");
    click_on(&mut harness, "rename ");
    harness.assert_shows("❯ rename ");
}

#[test]
fn a_click_on_a_key_in_the_footer_does_what_the_key_does() {
    let mut harness = on_password();
    click_on(&mut harness, "p put");
    assert_eq!(harness.top(), "put");
    click_on(&mut harness, "Ctrl-g generate");
    assert_eq!(harness.top(), "generator");
    click_on(&mut harness, "Esc back");
    assert_eq!(harness.top(), "put");
    harness.type_text("typed");
    click_on(&mut harness, "Esc cancel");
    assert_eq!(harness.top(), "discard");
    click_on(&mut harness, "Esc cancel");
    assert_eq!(harness.top(), "put");
    click_on(&mut harness, "F1 help");
    assert_eq!(harness.top(), "help");
    click_on(&mut harness, "/ search");
    harness.type_text("store");
    harness.assert_shows("/ store");
}

#[test]
fn a_click_on_a_key_that_reveals_copies_or_confirms_does_not_and_says_which_key_does() {
    let refuses = |harness: &mut Harness, hint: &str, key: &str| {
        let before = (harness.dialogs(), harness.other_process().history(1).unwrap().len());
        click_on(harness, hint);
        let told = format!("press {key} for this: a click never reveals, copies or confirms");
        assert_eq!(harness.toast(), told, "{hint}");
        assert!(!harness.state.app.is_busy());
        assert_eq!((harness.dialogs(), harness.other_process().history(1).unwrap().len()), before, "{hint}");
        harness.assert_hides("hunter");
        assert!(harness.clipboard.copied.lock().unwrap().is_empty());
    };
    let mut harness = on_password();
    refuses(&mut harness, "r reveal", "r");
    refuses(&mut harness, "y copy", "y");
    harness.press("b");
    refuses(&mut harness, "Enter do it", "Enter");
    harness.press("Esc p").type_text("hunter99");
    refuses(&mut harness, "Ctrl-s store", "Ctrl-s");
    refuses(&mut harness, "Alt-r show", "Alt-r");
    let mut harness = on_password();
    harness.press("D Tab");
    refuses(&mut harness, "Enter choose", "Enter");
}

#[test]
fn a_click_chooses_an_answer_and_does_not_give_it() {
    let mut harness = on_password();
    harness.press("D");
    harness.assert_shows("❯ Cancel");
    click_on(&mut harness, "  Schedule ");
    harness.assert_shows("❯ Schedule");
    click_on(&mut harness, "Cancel ");
    harness.assert_shows("❯ Cancel");
    harness.press("Esc p").type_text("typed").press("Esc");
    click_on(&mut harness, "  Discard ");
    harness.assert_shows("❯ Discard");
    assert_eq!(harness.dialogs(), 2);
}

#[test]
fn a_click_chooses_in_every_row_of_choices() {
    let mut harness = on_password();
    harness.press("p");
    click_on(&mut harness, "binary");
    harness.assert_shows("(•) binary");
    harness.press("Ctrl-g");
    click_on(&mut harness, "passphrase");
    harness.assert_shows("(•) passphrase");
    harness.assert_shows("Separator");
    click_on(&mut harness, "Words");
    harness.assert_shows("❯ Words");
    // Too many to stand side by side: an arrow goes to the next one.
    let mut harness = on_password();
    harness.task(Action::Import);
    click_on(&mut harness, "→");
    harness.assert_shows("2 of ");
    click_on(&mut harness, "←");
    harness.assert_shows("1 of ");
}

#[test]
fn a_click_reaches_the_fields_of_the_screens_without_a_vault() {
    let mut harness = Harness::measuring((80, 24));
    click_on(&mut harness, "Key file");
    harness.assert_shows("❯ Key file");
    click_on(&mut harness, "existing");
    harness.assert_shows("(•) existing");
    click_on(&mut harness, "Key file path");
    harness.assert_shows("❯ Key file path");
    let mut harness = Harness::locked((80, 24), sample::shop);
    click_on(&mut harness, "Master password");
    harness.type_text("wrong").press("Enter");
    harness.assert_shows("Wrong password");
    click_on(&mut harness, "Ctrl-o another vault");
    assert_eq!(harness.top(), "other vault");
}

#[test]
fn the_wheel_moves_in_lists_that_lie_over_the_screen() {
    let mut harness = on_password();
    harness.press("H");
    mouse(&mut harness, MouseKind::WheelDown, 60, 12);
    harness.assert_shows("4/");
    harness.press("Esc ?");
    let top = harness.screen();
    harness.resize(60, 20);
    mouse(&mut harness, MouseKind::WheelDown, 30, 10);
    assert_ne!(harness.screen(), top);
}

#[test]
fn the_mouse_can_be_left_to_the_terminal() {
    let mut harness = on_password();
    assert!(harness.listens_to_mouse);
    harness.bind("Ctrl-t", "toggle-mouse").press("Ctrl-t");
    assert!(!harness.listens_to_mouse);
    assert_eq!(harness.toast(), "the mouse is off: the terminal itself selects text");
    click_on(&mut harness, "api-key");
    assert_eq!(selected(&harness), Some("shop/db/password"));
    harness.press("Ctrl-t");
    assert!(harness.listens_to_mouse);
}
