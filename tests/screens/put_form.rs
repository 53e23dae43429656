//! The put form and its live plan; a new secret.

use std::time::Duration;

use etui::tui::glyphs::Glyphs;
use etui::tui::{Event, Theme};
use etui::vault::{DeleteRequest, RenameRequest};
use etui::versioning::Deletion;

use crate::browse::on_password;
use crate::fixtures::secret_name;
use crate::harness::Harness;
use crate::sample::{self, put};
use crate::{assert_dialog, assert_dialogs};

/// The current value of `shop/db/password`.
const CURRENT: &str = "hunter14-with-24-bytes-x";

const PLAN: &str = "● ACSCurrent   v14 → v15";

#[test]
fn the_form_says_what_is_missing_before_there_is_a_plan() {
    let mut harness = on_password();
    harness.press("p");
    assert_dialog!("put_form_empty", harness);
}

#[test]
fn the_plan_follows_every_key() {
    let mut harness = on_password();
    harness.press("p").type_text("hunter15");
    harness.assert_shows(PLAN);
    harness.assert_shows("○ ACSPrevious  v13 → v14");
    harness.assert_hides("hunter15");
    harness.press("Tab").type_text("canary ");
    harness.press("Tab").type_text("rotated after the leak in CI");
    harness.assert_shows("◆ canary       v13 → v15");
    assert_dialogs!("put_form", harness);
    harness.resize(120, 40);
    harness.press("Shift-Tab Backspace Backspace").type_text("sta");
    harness.assert_hides("ACSCurrent   v14 → v15");
    harness.assert_shows("◆ sta");
    harness.press("Tab");
    harness.assert_shows("◆ staging     v12 → v15");
}

#[test]
fn the_form_in_ascii_uses_no_other_characters() {
    let mut harness = on_password();
    harness.wear(Theme::named("terminal", Glyphs::ASCII));
    harness.press("p").type_text("hunter15");
    assert_dialog!("put_form_ascii", harness);
    assert!(harness.screen().is_ascii(), "{}", harness.screen());
}

#[test]
fn storing_closes_the_form_and_says_what_moved() {
    let mut harness = on_password();
    harness.press("p").type_text("hunter15");
    harness.press("Ctrl-s");
    assert_eq!(harness.toast(), "v15 stored, ACSCurrent v14 → v15 · u undoes");
    harness.assert_shows("❯ v15      ● ACSCurrent");
    harness.press("r");
    harness.assert_shows("hunter15");
}

#[test]
fn a_refusal_stands_beside_its_field_with_the_way_out_before_anything_is_stored() {
    let mut harness = on_password();
    harness.press("p").type_text("hunter15");
    harness.press("Shift-Tab Shift-Tab Backspace").type_text("3");
    harness.assert_shows("version 'v13' of secret 'shop/db/password' already exists");
    harness.assert_shows("Ctrl-n uses the next free id, v15");
    assert_dialog!("put_form_refused", harness);
    harness.resize(120, 40).press("Ctrl-s");
    assert_eq!(harness.state.app.browse().unwrap().versions().count(), 5);
    harness.assert_shows("Ctrl-n uses the next free id, v15");
    harness.press("Ctrl-n");
    harness.assert_shows(PLAN);
    harness.press("Ctrl-s");
    assert_eq!(harness.toast(), "v15 stored, ACSCurrent v14 → v15 · u undoes");
}

#[test]
fn a_put_that_would_change_nothing_says_so() {
    let mut harness = on_password();
    harness.press("p").type_text("hunter13");
    harness.assert_shows("same value as v13");
    harness.press("Shift-Tab Shift-Tab Backspace").type_text("3");
    harness.assert_shows("v13 already holds this value: nothing will change");
    assert_dialog!("put_form_unchanged", harness);
    harness.resize(120, 40).press("Ctrl-s");
    assert_eq!(harness.toast(), "v13 already holds this value: nothing changed");
    assert_eq!(harness.state.app.browse().unwrap().versions().count(), 5);
}

#[test]
fn malformed_fields_are_told_beside_them() {
    let mut harness = on_password();
    harness.press("p").type_text("x");
    harness.press("Tab").type_text("a!");
    harness.assert_shows("a stage label cannot contain '!'");
    harness.press("Backspace Backspace Backspace");
    harness.assert_shows("choose at least one label");
    harness.press("Ctrl-s");
    assert_ne!(harness.dialogs(), 0);
    harness.type_text("ACSCurrent ACSPrevious ");
    harness.assert_shows("one version cannot be both ACSCurrent and ACSPrevious");
    harness.press("Shift-Tab Shift-Tab Shift-Tab").type_text(" ");
    harness.assert_shows("a version id cannot contain a space");
}

#[test]
fn a_ninth_label_is_refused_in_the_form() {
    let mut harness = Harness::open((120, 40), |vault, _| {
        sample::create(vault, "a", "v1", sample::text_value("1"));
        put(vault, "a", "v2", "2", &["ACSCurrent", "one", "two", "three", "four", "five", "six"], "");
    });
    harness.press("p").type_text("3");
    harness.press("Tab").type_text("seven");
    harness.assert_shows("would carry more than 8 stage labels");
    harness.assert_shows("remove a custom label first, or use one that is there");
}

#[test]
fn another_process_s_change_stops_the_put_and_shows_the_new_plan() {
    let mut harness = on_password();
    harness.press("p").type_text("hunter15");
    put(&mut harness.other_process(), "shop/db/password", "other", "x", &["ACSCurrent"], "");
    harness.press("Ctrl-s");
    harness.assert_shows("This secret changed in another program");
    harness.assert_shows("● ACSCurrent   other →");
    assert_dialog!("put_form_changed", harness);
    harness.resize(120, 40).press("Ctrl-s");
    assert_eq!(harness.dialogs(), 0, "{}", harness.screen());
    harness.press("r");
    harness.assert_shows("hunter15");
}

#[test]
fn what_was_typed_for_a_secret_that_is_gone_becomes_a_new_one() {
    let mut harness = on_password();
    harness.press("p").type_text("hunter15");
    let rename = RenameRequest {
        old: secret_name("shop/db/password"),
        new: secret_name("shop/db/pass"),
        expected: None,
    };
    harness.other_process().rename_secret(&rename).unwrap();
    harness.press("Ctrl-s");
    harness.assert_shows("'shop/db/password' was renamed or deleted in another program");
    harness.assert_shows("New secret");
    harness.resize(60, 20).assert_shows("typed can become a new secret");
    harness.resize(120, 40).press("Ctrl-s");
    assert_eq!(harness.toast(), "shop/db/password stored, v1 is current · u undoes");
    harness.press("r").assert_shows("hunter15");
}

#[test]
fn a_put_into_a_secret_that_is_to_be_deleted_says_so() {
    let mut harness = on_password();
    harness.press("p").type_text("hunter15");
    let deletion = DeleteRequest {
        name: secret_name("shop/db/password"),
        deletion: Deletion::Window(30),
        expected: None,
    };
    harness.other_process().delete_secret(&deletion).unwrap();
    harness.press("Ctrl-s");
    harness.assert_shows("This secret changed in another program");
    harness.assert_shows("is scheduled for deletion");
    harness.press("Ctrl-s").assert_shows("is scheduled for deletion");
}

#[test]
fn the_folder_of_a_new_secret_is_no_name() {
    let mut harness = on_password();
    harness.press("n Tab").type_text("hunter2").press("Ctrl-s");
    harness.assert_shows("type a name; a '/' makes folders");
    harness.assert_shows("New secret");
}

#[test]
fn a_suggested_id_follows_what_another_process_put() {
    let mut harness = on_password();
    harness.press("p").type_text("mine");
    put(&mut harness.other_process(), "shop/db/password", "v15", "x", &["ACSCurrent"], "");
    harness.event(Event::FileChanged);
    harness.assert_shows("● ACSCurrent   v15 → v16");
    harness.assert_shows("This secret changed in another program");
}

#[test]
fn a_plan_of_an_older_state_of_the_form_is_never_shown_as_the_current_one() {
    let mut harness = on_password();
    harness.press("p").type_text("hunter1");
    harness.hold();
    harness.type_text("3");
    let pending = harness.screen();
    assert!(pending.contains(PLAN), "the last plan stays while the next one is made:\n{pending}");
    harness.release();
    harness.assert_shows("same value as v13");
}

#[test]
fn typing_is_frozen_while_the_put_is_under_way() {
    let mut harness = on_password();
    harness.press("p").type_text("hunter15");
    harness.hold();
    harness.press("Ctrl-s");
    harness.assert_shows("storing…");
    harness.type_text("more").press("Ctrl-s").press("Esc");
    harness.release();
    assert_eq!(harness.toast(), "v15 stored, ACSCurrent v14 → v15 · u undoes");
    harness.press("r");
    harness.assert_shows("hunter15 ");
}

#[test]
fn a_typed_form_asks_before_it_closes() {
    let mut harness = on_password();
    harness.press("p Esc");
    assert_eq!(harness.dialogs(), 0, "nothing was typed");
    harness.press("p").type_text("x").press("Esc");
    assert_dialog!("discard", harness);
    harness.resize(120, 40).press("Enter");
    harness.assert_shows("Put a value");
    harness.press("Esc Esc");
    harness.assert_shows("Put a value");
    harness.press("Esc l Enter");
    harness.assert_hides("Put a value");
    harness.press("p").type_text("x").press("Ctrl-c");
    harness.assert_shows("Discard changes?");
    harness.press("Ctrl-c");
    assert_eq!(harness.dialogs(), 0, "pressed again, it discards");
    assert!(!harness.has_quit);
    harness.press("Ctrl-c");
    assert!(harness.has_quit);
}

#[test]
fn enter_never_stores_the_form() {
    let mut harness = on_password();
    harness.press("p").type_text("line 1\nline 2");
    for _ in 0..12 {
        harness.press("Tab Enter");
    }
    assert_eq!(harness.state.app.browse().unwrap().versions().count(), 5);
    assert_ne!(harness.dialogs(), 0);
}

#[test]
fn many_lines_are_masked_line_by_line_and_shown_on_request() {
    let mut harness = on_password();
    harness.press("p").type_text("-----BEGIN KEY-----\nMIIB\n\n-----END KEY-----\n");
    harness.assert_shows("•••••••••••••••••••");
    harness.assert_hides("BEGIN");
    harness.press("Alt-r");
    assert_dialog!("put_form_lines", harness);
    harness.resize(120, 40).press("Up Up Up Home").type_text("X");
    harness.assert_shows("XMIIB");
}

/// A JSON object of 30 lines.
fn thirty_lines() -> String {
    let members: Vec<String> = (1..=28).map(|number| format!("  \"key-{number}\": {number}")).collect();
    format!("{{\n{}\n}}", members.join(",\n"))
}

#[test]
fn thirty_lines_of_json_are_edited_with_numbers_pages_and_a_word_about_the_syntax() {
    let mut harness = on_password();
    harness.press("p").paste(&thirty_lines());
    harness.assert_shows("30/30");
    harness.assert_shows("30 lines, LF");
    harness.assert_shows("JSON: ok");
    harness.assert_hides("key-");
    assert_dialogs!("put_form_json", harness);
    harness.resize(120, 40).press("Alt-r PgUp");
    harness.assert_shows("key-1\"");
    harness.press("PgDn Up Up End Backspace");
    harness.assert_shows("28/30");
    harness.assert_shows("28   \"key-27\": 2");
    harness.assert_shows("JSON: line 28: a comma is missing");
    harness.resize(80, 24);
    harness.assert_shows("28/30");
    harness.assert_shows("28   \"key-27\": 27");
    harness.press("Alt-u").assert_shows("JSON: ok");
}

#[test]
fn a_word_about_json_quotes_nothing_of_the_value() {
    let mut harness = on_password();
    harness.press("p").type_text("{\n  \"user\": hunter2\n}");
    harness.assert_shows("JSON: line 2: this is not a value");
    harness.assert_hides("hunter2");
    harness.assert_hides("user");
    harness.press("Ctrl-u Backspace Ctrl-u Backspace Ctrl-u").type_text("{x9!Kq");
    harness.assert_hides("JSON");
}

#[test]
fn a_value_with_long_lines_gets_a_wider_form_and_says_where_a_line_goes_on() {
    let mut harness = on_password();
    let line = "A".repeat(64);
    harness.press("p").paste(&format!("{line}\n{line}\n{line}")).press("Alt-r");
    harness.assert_shows(&line);
    harness.assert_hides("AA…");
    harness.resize(80, 24);
    harness.assert_shows("AA…");
    harness.assert_shows("…AA");
}

#[test]
fn typing_is_undone_and_redone_with_keys_and_from_the_commands() {
    let mut harness = on_password();
    harness.press("p").type_text("one two").press("Alt-u");
    assert_eq!(harness.typed_value(), "one ");
    harness.press("Ctrl-_");
    assert_eq!(harness.typed_value(), "");
    harness.press("Alt-e Alt-e");
    assert_eq!(harness.typed_value(), "one two");
    harness.press("Alt-x").type_text("undo-typing").press("Enter");
    assert_eq!(harness.typed_value(), "one ");
    harness.press("Alt-x").type_text("redo-typing").press("Enter");
    assert_eq!(harness.typed_value(), "one two");
    harness.press("Alt-x").type_text("delete-word").press("Enter");
    assert_eq!(harness.typed_value(), "one ");
    harness.press("Tab Tab").type_text("note").press("Alt-u");
    harness.assert_shows("note");
    assert_eq!(harness.typed_value(), "one ", "undo is for the field with the cursor");
}

#[test]
fn the_current_value_is_taken_into_the_form_masked_and_undo_brings_back_what_was_typed() {
    let mut harness = on_password();
    harness.press("p");
    harness.assert_shows("Ctrl-v takes the value of v14 to edit it");
    let screen = harness.screen();
    assert!(screen.lines().last().unwrap().contains("Ctrl-v current value"), "{screen}");
    harness.type_text("mine").press("Ctrl-v");
    assert_eq!(harness.typed_value(), CURRENT);
    harness.assert_shows("••••••••");
    harness.assert_hides("hunter14");
    harness.assert_shows("same value as v14");
    harness.press("Alt-u");
    assert_eq!(harness.typed_value(), "mine");
    harness.press("Alt-x").type_text("take-current").press("Enter");
    assert_eq!(harness.typed_value(), CURRENT);
    harness.press("Backspace").type_text("y").press("Ctrl-s");
    assert_eq!(harness.toast(), "v15 stored, ACSCurrent v14 → v15 · u undoes");
    harness.press("r").assert_shows("hunter14-with-24-bytes-y");
}

#[test]
fn a_current_value_that_comes_too_late_is_shown_nowhere() {
    let mut harness = on_password();
    harness.press("p");
    harness.hold();
    harness.press("Ctrl-v Esc").release();
    assert_eq!(harness.dialogs(), 0);
    assert!(harness.edits.is_empty());
    harness.assert_hides("hunter14");
}

#[test]
fn a_new_secret_has_no_current_value_to_take_and_a_binary_one_is_not_text() {
    let mut harness = on_password();
    harness.press("n Tab");
    harness.assert_hides("Ctrl-v");
    harness.press("Ctrl-v");
    assert_eq!(harness.typed_value(), "");
    let mut harness = on_password();
    harness.press("p").type_text("x").press("Shift-Tab Space Ctrl-s p Ctrl-v");
    assert_eq!(harness.toast(), "v15 is binary and cannot be edited as text");
    assert_eq!(harness.typed_value(), "");
}

#[test]
fn binary_is_a_choice() {
    let mut harness = on_password();
    harness.press("p").type_text("hunter13");
    harness.press("Shift-Tab Space");
    harness.assert_shows("(•) binary");
    harness.assert_hides("same value as v13");
    harness.press("Ctrl-s");
    harness.assert_shows("3 Value · v15 · binary · 8 bytes");
}

#[test]
fn a_large_value_is_stored_with_a_word_about_kms() {
    let mut harness = on_password();
    harness.press("p").paste(&"x".repeat(30_721));
    harness.assert_shows("larger than KMS accepts (30,720 bytes)");
    harness.assert_shows("30,721 bytes");
    harness.paste(&"x".repeat(1024 * 1024));
    harness.assert_shows("a secret value has at most 1048576 bytes");
}

#[test]
fn a_new_secret_takes_three_keys_besides_its_text() {
    let mut harness = on_password();
    harness.press("n").type_text("replica").press("Tab").type_text("hunter2").press("Ctrl-s");
    assert_eq!(harness.toast(), "shop/db/replica stored, v1 is current · u undoes");
}

#[test]
fn no_label_is_offered_that_is_chosen_already() {
    let mut harness = on_password();
    harness.press("n").type_text("replica").press("Tab").type_text("hunter2").press("Tab");
    harness.assert_shows("to add: canary");
    harness.type_text("canary ").assert_shows("Backspace removes, type to add a label of");
    harness.assert_hides("to add: canary");
}

#[test]
fn labels_are_explained_where_they_are_chosen() {
    let mut harness = on_password();
    harness.press("p").type_text("hunter15");
    harness.assert_hides("what `get` and your programs receive");
    harness.press("Tab");
    harness.assert_shows("ACSCurrent: what `get` and your programs receive. ACSPrevious");
    harness.assert_shows("Backspace removes, type to add: canary,");
    assert_dialogs!("put_form_labels", harness);
    let mut harness = on_password();
    harness.press("n Tab Tab");
    harness.assert_shows("Type to add: canary");
}

#[test]
fn a_plan_that_leaves_the_current_version_says_so() {
    let mut harness = on_password();
    harness.press("p").type_text("hunter15").press("Tab Backspace").type_text("canary");
    harness.assert_shows("◆ canary      v13 → v15");
    harness.assert_shows("● ACSCurrent  stays on v14; what programs read does not change");
    harness.type_text(" ACSCurrent");
    harness.assert_hides("stays on v14");
}

#[test]
fn a_follow_up_of_a_canary_is_a_canary_again() {
    for keys in ["2 j p", "2 j e"] {
        let mut harness = on_password();
        harness.press(keys);
        if harness.dialogs() == 0 {
            let text = etui::memory::SecretBytes::copy_of(b"hunter15");
            harness.event(Event::Edited(etui::tui::event::EditorEnd::Saved { text, remark: None }));
        } else {
            harness.type_text("hunter15");
        }
        harness.assert_shows("Stage labels     canary ✕  ");
        harness.assert_shows("◆ canary      v13 → v15");
        harness.assert_shows("● ACSCurrent  stays on v14");
    }
    // A version without labels is put as usual, and edited without any.
    let mut harness = on_password();
    harness.press("2 G p");
    harness.assert_shows("Stage labels     ACSCurrent ✕");
}

#[test]
fn the_name_of_a_secret_that_is_scheduled_for_deletion_can_be_had_back() {
    let mut harness = on_password();
    harness.press("D l Enter n").type_text("password");
    harness.assert_shows("or restore that secret: . lists it");
    harness.assert_hides("p on that secret");
}

#[test]
fn what_a_put_destroys_is_told_before_and_after_and_no_undo_is_promised() {
    let mut harness = on_password();
    harness.press("m Tab Tab").type_text("2");
    harness.assert_shows("keeps 2 versions");
    harness.assert_shows("the next put destroys v10, v11 for good; versions with a label");
    harness.press("Ctrl-s p").type_text("hunter15");
    harness.assert_shows("✕ destroyed    v10, v11");
    harness.press("Ctrl-s");
    assert_eq!(harness.toast(), "v15 stored, ACSCurrent v14 → v15; v10, v11 destroyed for good");
    harness.press("u");
    harness.assert_shows("version 'v15' stays, without a label");
    harness.assert_shows("destroyed for good, and not restored: v10, v11");
}

#[test]
fn retention_is_part_of_the_plan() {
    let mut harness = Harness::open((120, 40), |vault, _| {
        sample::create(vault, "a", "v1", sample::text_value("1"));
        put(vault, "a", "v2", "2", &["ACSCurrent"], "");
        put(vault, "a", "v3", "3", &["ACSCurrent"], "");
        sample::keep(vault, "a", 3);
    });
    harness.press("p").type_text("4");
    harness.assert_shows("✕ destroyed    v1 (more versions than are kept)");
}

#[test]
fn a_new_secret_is_made_in_the_folder_under_the_cursor() {
    let mut harness = on_password();
    harness.press("n");
    assert_dialog!("new_secret_empty", harness);
    harness.resize(120, 40).type_text("replica");
    harness.press("Tab").type_text("hunter2");
    harness.assert_shows("● ACSCurrent  → v1  new");
    harness.press("Tab").type_text("canary");
    harness.press("Tab Tab Tab Tab").type_text("The replica of the shop");
    assert_dialogs!("new_secret", harness);
    harness.resize(120, 40).press("Ctrl-s");
    assert_eq!(harness.toast(), "shop/db/replica stored, v1 is current · u undoes");
    harness.assert_shows("❯       replica");
    harness.assert_shows("● ACSCurrent  ◆ canary");
    harness.assert_shows("The replica of the shop");
}

#[test]
fn a_new_secret_has_its_tags_from_the_start() {
    let mut harness = on_password();
    harness.press("n").type_text("replica").press("Tab").type_text("hunter2");
    harness.press("Tab Tab Tab Tab Tab Tab").type_text("env=prod\nenv=test");
    harness.assert_shows("the tag 'env' is there twice");
    assert_dialog!("new_secret_tags", harness);
    harness.resize(120, 40).press("Ctrl-s");
    assert_ne!(harness.dialogs(), 0, "it is not stored");
    harness.press("Ctrl-u").type_text("owner=me").press("Ctrl-s");
    assert_eq!(harness.toast(), "shop/db/replica stored, v1 is current · u undoes");
    harness.assert_shows("env=prod  owner=me");
}

#[test]
fn without_suggestions_the_id_is_typed_or_taken_with_a_key() {
    let mut harness = on_password();
    harness.state.app.settings.suggests_ids = false;
    harness.press("p");
    assert_dialog!("put_form_no_suggestion", harness);
    harness.resize(120, 40).press("Tab Tab").type_text("hunter15").press("Ctrl-s");
    harness.assert_shows("❯ Version id");
    harness.press("Ctrl-n");
    harness.assert_shows(PLAN);
    harness.press("Ctrl-l");
    harness.unlock();
    harness.assert_shows("v15");
}

#[test]
fn a_taken_name_is_told_while_it_is_typed() {
    let mut harness = on_password();
    harness.press("n").type_text("url");
    harness.assert_shows("secret 'shop/db/url' already exists");
    assert_dialog!("new_secret_taken", harness);
    harness.resize(120, 40).type_text("2");
    harness.assert_hides("already exists");
    harness.type_text(" ");
    harness.assert_shows("a secret name cannot contain a space");
}

#[test]
fn a_done_toast_goes_by_itself_and_an_error_stays_until_a_key() {
    let mut harness = on_password();
    harness.press("p").type_text("hunter15").press("Ctrl-s");
    assert_ne!(harness.toast(), "");
    harness.wait(Duration::from_secs(6)).event(Event::Tick);
    assert_eq!(harness.toast(), "");
}
