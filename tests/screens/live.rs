//! Settings, themes and another vault while the app runs.

use std::fs;

use etui::platform::clipboard::ClipboardSetting;
use etui::tui::theme::Role;
use etui::tui::{Action, Keymap};
use etui::vault::{KdfCost, Vault};

use crate::browse::on_password;
use crate::harness::{Harness, PASSWORD, SIZES, credentials, environment};
use crate::{assert_dialog, assert_dialogs, assert_screens};

/// An app that has a settings file of its own.
fn with_file() -> Harness {
    let mut harness = on_password();
    harness.state.app.put_on([("LANG", "C.UTF-8".into())].into_iter());
    harness.state.app.settings_file = Some(path_of(&harness, "settings.toml"));
    harness
}

fn path_of(harness: &Harness, file: &str) -> String {
    harness.folder().join(file).display().to_string()
}

fn run(harness: &mut Harness, command: &str) {
    harness.press(":").type_text(command).press("Enter");
}

fn saved(harness: &Harness) -> String {
    fs::read_to_string(harness.folder().join("settings.toml")).unwrap_or_default()
}

#[test]
fn a_theme_is_shown_while_it_is_looked_at_and_taken_with_enter() {
    let mut harness = with_file();
    let first = harness.state.app.theme.style(Role::Accent);
    harness.press(":").type_text("theme").press("Enter");
    assert_dialogs!("themes", harness);
    harness.resize(120, 40).press("Down Down");
    let dark = harness.state.app.theme.style(Role::Accent);
    assert_ne!(dark, first, "the one under the cursor is shown");
    harness.press("Esc");
    assert_eq!(harness.state.app.theme.style(Role::Accent), first, "and goes with the palette");
    run(&mut harness, "theme dar");
    assert_eq!(harness.state.app.theme.style(Role::Accent), dark);
    assert!(harness.toast().starts_with("theme = dark, saved in "), "{}", harness.toast());
    assert_eq!(saved(&harness), "theme = \"dark\"\n");
    harness.press(":").type_text("theme l").assert_shows("light");
    harness.press("Backspace Backspace Backspace Backspace Backspace Backspace Backspace Backspace");
    assert_eq!(harness.state.app.theme.style(Role::Accent), dark, "no theme is looked at any more");
}

#[test]
fn settings_are_completed_changed_at_once_and_saved_among_the_comments() {
    let mut harness = with_file();
    fs::write(harness.folder().join("settings.toml"), "# mine\n# plain = false\n\nmouse = 'on' # here\n")
        .unwrap();
    harness.press(":").type_text("set");
    harness.press("Enter");
    assert_dialogs!("settings_names", harness);
    harness.resize(120, 40).press("Esc");
    harness.press(":").type_text("set plai").press("Tab").type_text("y").press("Enter");
    assert!(harness.state.app.settings.plain);
    run(&mut harness, "set mouse off");
    assert!(!harness.listens_to_mouse);
    assert_eq!(saved(&harness), "# mine\n# plain = false\nplain = true\n\nmouse = \"off\" # here\n");
    run(&mut harness, "set lock_after=90s");
    assert_eq!(harness.state.app.settings.lock_after.as_secs(), 90);
    run(&mut harness, "set clipboard osc52");
    assert_eq!(*harness.clipboard.settings.lock().unwrap().last().unwrap(), ClipboardSetting::Osc52);
    run(&mut harness, "set layout flat");
    harness.assert_shows("shop/db/password");
    run(&mut harness, "settings");
    harness.assert_shows("lock_after             1 minute 30 seconds, instead of 5 minutes");
}

#[test]
fn what_a_setting_does_not_take_is_told_and_nothing_is_saved() {
    let mut harness = with_file();
    for (command, sentence) in [
        ("set lok_after 5m", "there is no setting 'lok_after': did you mean 'lock_after'?"),
        ("set xyz 1", "there is no setting 'xyz': `:settings` lists them"),
        ("set lock_after soon", "lock_after can't be 'soon': it takes a duration such as 90s, 15m, 8h"),
        ("theme pink", "theme can't be 'pink': it takes auto, terminal, dark, light, high-contrast or none"),
        ("set clipboard command", "clipboard = command needs a command: set clipboard_copy first"),
        ("set lock_after ", "lock_after is 5 minutes; it takes a duration such as 90s, 15m, 8h"),
    ] {
        run(&mut harness, command);
        assert_eq!(harness.toast(), sentence);
    }
    assert_eq!(saved(&harness), "");
    harness.press(":").type_text("set lock_after ");
    assert_dialog!("setting_free", harness);
}

#[test]
fn a_setting_that_cannot_be_saved_holds_until_the_app_is_left() {
    let mut harness = with_file();
    fs::create_dir(harness.folder().join("settings.toml")).unwrap();
    run(&mut harness, "set plain yes");
    assert!(harness.state.app.settings.plain);
    let toast = harness.toast();
    assert!(toast.starts_with("plain = yes until you leave; not saved: cannot read the settings"), "{toast}");
    harness.state.app.settings_file = None;
    run(&mut harness, "set plain no");
    assert_eq!(harness.toast(), "plain = no, until you leave");
}

/// Another vault in the folder of the first one: its path.
fn make_another(harness: &Harness) -> String {
    let path = path_of(harness, "another.etui");
    let cost = KdfCost::new(8, 1, 1).unwrap();
    drop(Vault::create(path.as_ref(), &credentials(PASSWORD), cost, environment(&harness.clock)).unwrap());
    path
}

#[test]
fn another_vault_is_opened_without_leaving_and_the_first_one_is_locked_before() {
    let mut harness = on_password();
    let path = make_another(&harness);
    let begun = path.strip_suffix("ther.etui").unwrap();
    harness.press(":").type_text(&format!("vault {begun}"));
    harness.assert_shows("another.etui");
    harness.press("Tab Enter");
    harness.assert_shows("Master password");
    harness.assert_hides("shop/db/password");
    assert_eq!(harness.watched, path);
    harness.unlock();
    harness.assert_shows("No secrets yet.");
    let nothing = path_of(&harness, "nothing.etui");
    run(&mut harness, &format!("vault {nothing}"));
    harness.assert_shows("no vault at this path: Ctrl-n creates one");
    harness.press("Esc");
    harness.assert_shows("Locked to open another vault");
}

#[test]
fn the_command_for_another_vault_names_what_lies_there_at_every_size() {
    let mut harness = on_password();
    make_another(&harness);
    let folder = harness.folder().display().to_string();
    harness.press(":").type_text(&format!("vault {folder}/"));
    for (columns, rows) in SIZES {
        harness.resize(columns, rows);
        let screen = harness.dialog().replace(&folder, "/folder");
        insta::assert_snapshot!(format!("vault_command_{columns}x{rows}"), screen);
    }
    harness.resize(120, 40).press("Esc");
    run(&mut harness, "vault /nowhere/x.etui");
    assert_dialogs!("vault_nowhere", harness);
    harness.resize(120, 40).press("Esc");
    assert_screens!("vault_left", harness);
}

#[test]
fn a_form_is_asked_about_before_another_vault_is_opened() {
    let mut harness = on_password();
    let path = make_another(&harness);
    let row = "[[put-form]]\non = [\"Ctrl-t\"]\nrun = \"vault\"\ndesc = \"vault\"\n";
    let embedded = include_str!("../../assets/keymap.toml");
    harness.state.app.keymap = Keymap::parse(&format!("{embedded}\n{row}")).unwrap();
    harness.press("p").type_text("typed").press("Ctrl-t").type_text(&path).press("Enter");
    harness.assert_shows("Discard changes?");
    harness.press("Esc").assert_shows("After this");
    harness.press("Ctrl-s").assert_shows("v15");
    assert!(harness.state.app.browse().is_some(), "nothing was locked");
    run(&mut harness, &format!("vault {path}"));
    harness.assert_shows("another.etui");
    harness.assert_shows("Master password");
}

#[test]
fn nothing_but_the_name_of_the_command_asks_for_the_path() {
    let mut harness = on_password();
    run(&mut harness, "vault");
    harness.assert_shows(":vault /home/me/.local/share/etui/");
    harness.assert_shows("Enter opens the vault at this path.");
    harness.press("Enter");
    harness.assert_shows("Another vault");
    harness.press("Esc").assert_shows("Master password");
    harness.unlock();
    harness.state.app.ownership = etui::app_options::Ownership::Demo { password: "demo", first: "x" };
    run(&mut harness, "vault x");
    assert_eq!(harness.toast(), "vault: not now");
    assert!(harness.state.app.browse().is_some() && harness.state.obstacle(Action::Vault).is_some());
}
