//! Browsing: panes, tree, versions, values, what is deleted.

use std::sync::atomic::Ordering;
use std::time::Duration;

use etui::tui::glyphs::Glyphs;
use etui::tui::theme::THEMES;
use etui::tui::{Event, Theme};

use crate::ages::AGES;
use crate::harness::{Harness, NOW, SIZES};
use crate::sample::{self, create, text_value};
use crate::{assert_dialog, assert_dialogs, assert_screens};

/// The shop's vault with the cursor on `shop/db/password`.
pub fn on_password() -> Harness {
    let mut harness = Harness::open((120, 40), sample::shop);
    harness.press("j j j j j");
    assert_eq!(harness.state.app.browse().unwrap().selected.as_ref().unwrap().as_str(), "shop/db/password");
    harness
}

#[test]
fn browse_shows_secrets_versions_value_and_what_is_known() {
    let mut harness = on_password();
    assert_screens!("browse", harness);
}

#[test]
fn browse_in_ascii_uses_no_other_characters() {
    let mut harness = on_password();
    harness.wear(Theme::named("terminal", Glyphs::ASCII));
    assert_screens!("browse_ascii", harness);
    for (columns, rows) in SIZES {
        harness.resize(columns, rows);
        assert!(harness.screen().is_ascii(), "{}", harness.screen());
    }
}

#[test]
fn every_theme_draws_the_same_text() {
    let mut harness = on_password();
    let expected = harness.screen();
    for (name, _) in THEMES {
        for theme in
            [Theme::named(name, Glyphs::UNICODE), Theme::named(name, Glyphs::UNICODE).without_colour()]
        {
            harness.wear(theme);
            assert_eq!(harness.screen(), expected, "{name}");
        }
    }
}

#[test]
fn a_narrow_screen_shows_one_pane_at_a_time_with_a_trail() {
    let mut harness = on_password();
    harness.resize(60, 20);
    harness.press("l");
    assert_screens!("versions", harness);
    harness.resize(60, 20);
    harness.press("j l");
    assert_screens!("value_masked", harness);
    harness.resize(60, 20).press("h h");
    harness.assert_shows("1 Secrets");
}

#[test]
fn from_78_columns_on_the_list_and_the_details_stand_side_by_side() {
    let mut harness = on_password();
    for columns in [78, 80, 100] {
        harness.resize(columns, 24);
        for text in ["1 Secrets", "2 Versions", "● ACSCurrent", "3 Value", "About"] {
            harness.assert_shows(text);
        }
    }
    harness.resize(77, 24);
    harness.assert_hides("2 Versions");
}

#[test]
fn with_one_pane_at_a_time_q_goes_back_like_escape() {
    let mut harness = on_password();
    harness.resize(60, 20).press("r");
    harness.assert_shows("Secrets ❯ shop/db/password ❯ v14");
    harness.press("q q");
    assert!(!harness.has_quit);
    harness.assert_shows("1 Secrets");
    harness.press("q");
    assert!(harness.has_quit);
}

#[test]
fn names_are_cut_in_their_middle_and_take_the_columns_that_nothing_else_needs() {
    let mut harness = Harness::open((80, 24), |vault, _| {
        for name in ["web/staging/worker/password", "web/staging/worker/replica/db/password"] {
            create(vault, name, "v1", text_value("fake"));
        }
    });
    harness.press("t");
    harness.assert_shows("web/…/worker/password");
    harness.assert_shows("web/…/db/password");
    harness.resize(130, 40);
    harness.assert_shows("web/staging/worker/replica/db/password  v1 now");
    let mut harness = Harness::open((80, 24), |vault, _| create(vault, "short", "v1", text_value("fake")));
    harness.assert_shows("v1  now │");
    harness.press("D l Enter .");
    harness.assert_shows("v1  now ✕ │");
}

#[test]
fn the_tree_opens_and_closes() {
    let mut harness = on_password();
    harness.press("h h");
    harness.assert_shows("▸ db/");
    harness.assert_hides("        password");
    harness.press("l l");
    harness.assert_shows("❯       password");
    harness.press("h");
    harness.assert_shows("❯   ▾ db/");
    harness.press("Enter");
    harness.assert_shows("❯   ▸ db/");
    harness.press("G");
    harness.assert_shows("❯     api-key");
    harness.press("g");
    harness.assert_shows("❯ ▾ personal/");
    harness.assert_shows("2 secrets");
}

#[test]
fn the_flat_list_has_three_orders() {
    let mut harness = on_password();
    let order = |harness: &Harness| {
        let screen = harness.screen();
        let mut found: Vec<(usize, &str)> =
            ["personal/mail", "shop/api-key", "shop/db/password", "shop/db/url"]
                .into_iter()
                .map(|name| {
                    (
                        screen
                            .lines()
                            .position(|line| {
                                line.starts_with('│') && line.split("││").next().unwrap().contains(name)
                            })
                            .unwrap(),
                        name,
                    )
                })
                .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, name)| name).collect::<Vec<_>>()
    };
    harness.press("t");
    assert_eq!(order(&harness), ["personal/mail", "shop/api-key", "shop/db/password", "shop/db/url"]);
    harness.assert_shows("❯ shop/db/password");
    harness.press("o");
    assert_eq!(order(&harness), ["shop/db/password", "personal/mail", "shop/db/url", "shop/api-key"]);
    harness.press("o");
    assert_eq!(order(&harness)[..2], ["shop/db/url", "shop/db/password"]);
    harness.press("t");
    harness.assert_shows("▾ shop/");
}

#[test]
fn a_value_is_masked_until_it_is_revealed_and_hides_itself() {
    let mut harness = on_password();
    harness.assert_hides("hunter14");
    harness.press("r");
    harness.assert_shows("hunter14-with-24-bytes-x");
    harness.assert_shows("shown");
    harness.press("r");
    harness.assert_hides("hunter14");
    harness.press("r");
    harness.wait(Duration::from_secs(30)).event(Event::Tick);
    harness.assert_hides("hunter14");
}

#[test]
fn on_a_narrow_screen_a_revealed_value_comes_into_sight() {
    for size in [(80, 24), (60, 20)] {
        let mut harness = on_password();
        harness.event(Event::Resize(size.0, size.1));
        harness.press("r");
        harness.assert_shows("hunter14-with-24-bytes-x");
    }
}

#[test]
fn moving_to_another_version_or_secret_hides_the_value() {
    let mut harness = on_password();
    harness.press("r l j");
    harness.assert_hides("hunter");
    harness.press("r");
    harness.assert_shows("hunter13");
    harness.press("1 j");
    harness.assert_hides("hunter");
    harness.press("k");
    harness.assert_hides("hunter");
}

#[test]
fn a_value_that_comes_after_the_cursor_moved_on_is_not_shown() {
    let mut harness = on_password();
    harness.hold();
    harness.press("r j");
    harness.release();
    harness.assert_hides("hunter14");
    harness.assert_hides("shown");
}

#[test]
fn a_revealed_value_cannot_command_the_terminal() {
    let mut harness = Harness::open((120, 40), |vault, _| {
        create(
            vault,
            "a",
            "v1",
            text_value("plain \u{1b}]52;c;eA==\u{7} \u{202e}rtl\u{200b}\ttab\nsecond\r\n"),
        );
    });
    harness.press("r");
    harness.assert_shows("plain ␛]52;c;eA==␇ ‹U+202E›rtl‹U+200B›");
    harness.assert_shows("second␍");
    assert!(!harness.screen().contains(['\u{1b}', '\u{7}', '\u{202e}', '\u{200b}']));
}

#[test]
fn a_binary_value_is_shown_as_hexadecimal() {
    let mut harness = Harness::open((120, 40), sample::shop);
    harness.press("j j r");
    harness.assert_shows("3 Value · v1 · binary · 10 bytes");
    harness.assert_shows("000000  7f 45 4c 46 00 01 02 ff 78 1b");
    harness.assert_shows(".ELF....x.");
}

#[test]
fn a_long_value_scrolls_in_its_pane() {
    let mut harness = Harness::open((80, 24), |vault, _| {
        let lines: Vec<String> = (1..=100).map(|line| format!("line {line}")).collect();
        create(vault, "a", "v1", text_value(&lines.join("\n")));
    });
    harness.press("3 r");
    harness.assert_shows("line 1\n".trim());
    harness.press("Ctrl-d");
    harness.assert_shows("line 17");
    harness.press("G k");
    harness.assert_shows("line 100");
}

#[test]
fn deleted_secrets_are_listed_on_request_and_can_be_restored() {
    let mut harness = on_password();
    harness.press("D");
    assert_dialog!("delete_plan", harness);
    harness.resize(120, 40).press("Enter");
    harness.assert_shows("v14  2d");
    harness.press("D l Enter");
    harness.assert_hides("v14  2d");
    harness.assert_shows("shop/db/password is scheduled for deletion on 2026-12-24");
    harness.press(".");
    harness.assert_shows("2d   ✕");
    harness.press("k");
    assert_screens!("deleted_shown", harness);
    harness.resize(120, 40);
    for key in ["p", "r", "y", "s", "c", "b", "D"] {
        harness.press(key);
        assert_eq!(harness.toast(), "this secret is scheduled for deletion: U restores it first", "{key}");
    }
    harness.press("U");
    assert_dialog!("restore_plan", harness);
    harness.resize(120, 40).press("Enter .");
    harness.assert_shows("v14  2d");
}

#[test]
fn an_empty_vault_says_which_key_makes_the_first_secret() {
    let mut harness = Harness::open((120, 40), |_, _| {});
    assert_screens!("empty", harness);
}

#[test]
fn where_the_header_is_full_what_is_due_is_still_told() {
    let mut harness = on_password();
    let path = "/home/me/.local/share/etui/vault.etui";
    harness.resize(80, 24).assert_shows(path);
    for columns in [90, 80, 78] {
        harness.resize(columns, 24);
        let header = harness.screen().lines().next().unwrap().to_owned();
        assert!(header.contains("1 due · locks in 5 min"), "{columns}: {header}");
    }
    assert!(!harness.screen().lines().next().unwrap().contains("secrets"), "{}", harness.screen());
}

#[test]
fn a_hint_is_broken_where_the_list_is_narrow() {
    let harness = Harness::open((80, 24), |_, _| {});
    harness.assert_shows("n adds one, :import brings");
    harness.assert_shows("others in");
}

#[test]
fn another_process_s_change_appears_by_itself() {
    let mut harness = on_password();
    sample::put(&mut harness.other_process(), "shop/db/password", "v15", "hunter15", &["ACSCurrent"], "");
    harness.event(Event::FileChanged);
    harness.assert_shows("v15");
    harness.assert_shows("6 · 4 labelled");
}

#[test]
fn the_help_lists_the_keys_that_are_alive_here() {
    let mut harness = on_password();
    harness.press("?");
    assert_dialogs!("help", harness);
    harness.resize(120, 40).press("/");
    harness.type_text("roll");
    harness.assert_shows("roll back");
    harness.assert_hides("make current\n");
    harness.press("Enter Esc Esc");
    harness.assert_hides("Keys available here");
}

#[test]
fn the_help_tells_everything_in_one_column_at_every_size() {
    for (columns, rows) in SIZES {
        let mut harness = on_password();
        harness.press("?").resize(columns, rows);
        let mut seen = Vec::new();
        for _ in 0..40 {
            seen.push(harness.dialog());
            harness.press("PgDn");
        }
        let lines: Vec<&str> = seen.iter().flat_map(|screen| screen.lines()).collect();
        let column = |start: &str| {
            let line = lines.iter().find(|line| line.contains(start));
            let line = line.unwrap_or_else(|| panic!("{start} is not in the help at {columns}x{rows}"));
            line[..line.find(start).unwrap()].chars().count()
        };
        assert_eq!(column("copy the last change"), column("new secret"), "{columns}x{rows}");
        let told = lines.join(" ");
        assert!(!told.contains('…'), "{columns}x{rows}: {}", seen.join("\n"));
    }
}

#[test]
fn escape_never_quits_and_q_does() {
    let mut harness = on_password();
    harness.press("l l Esc Esc Esc Esc Esc");
    assert!(!harness.has_quit);
    harness.press("q");
    assert!(harness.has_quit);
}

#[test]
fn the_hardware_cursor_stands_where_the_next_key_goes() {
    let mut harness = on_password();
    // The mark of the selected row, in the list and in the versions.
    let on_mark = |harness: &Harness| {
        let (column, row) = harness.cursor().unwrap();
        let line = harness.screen().lines().nth(usize::from(row)).unwrap().to_owned();
        line.chars().nth(usize::from(column))
    };
    assert_eq!(on_mark(&harness), Some('❯'));
    harness.press("l j");
    assert_eq!(on_mark(&harness), Some('❯'));
    harness.press("p");
    let empty = harness.cursor().unwrap();
    harness.type_text("ab");
    assert_eq!(harness.cursor().unwrap(), (empty.0 + 2, empty.1));
    harness.press("Enter").type_text("c");
    assert_eq!(harness.cursor().unwrap(), (empty.0 + 1, empty.1 + 1));
}

#[test]
fn an_age_is_told_in_the_words_of_the_command_line() {
    for (days, words, short) in AGES {
        let harness = Harness::open((120, 40), |vault, clock| {
            clock.0.store(NOW - days * 86_400, Ordering::SeqCst);
            create(vault, "old", "v1", text_value("x"));
        });
        harness.assert_shows(&format!("created {words}"));
        harness.assert_shows(&format!(" {short} "));
    }
}

#[test]
fn the_footer_says_how_to_get_back_wherever_one_went() {
    for (columns, rows) in SIZES {
        let mut harness = on_password();
        harness.resize(columns, rows);
        harness.assert_hides("Esc");
        for pane in ["2", "3"] {
            harness.press(pane);
            // Where all panes are seen, nobody asks for the way back.
            if columns < 78 {
                harness.assert_shows("Esc back");
            } else {
                harness.assert_hides("Esc");
            }
        }
        harness.press("1 /").type_text("pass").press("Enter");
        harness.assert_shows("Esc clear filter");
        harness.press("Esc");
        harness.assert_hides("Esc");
    }
}

#[test]
fn a_key_is_named_by_what_it_does_just_now() {
    let mut harness = on_password();
    harness.resize(160, 40);
    harness.assert_shows("r reveal");
    harness.press("r");
    harness.assert_shows("r hide");
    harness.resize(200, 40).press("r .");
    harness.assert_shows(". hide deleted");
    harness.press(".");
    harness.assert_shows(". show deleted");
}

#[test]
fn from_the_tree_one_key_leads_to_what_was_worked_on_last() {
    let mut harness = on_password();
    harness.press("o");
    assert_eq!(harness.toast(), "flat list, newest change first");
    for (columns, rows) in SIZES {
        harness.resize(columns, rows);
        harness.assert_shows("1 Secrets, newest first ─");
        let screen = harness.screen();
        let first = screen.lines().nth(2).unwrap();
        assert!(first.contains("shop/db/password"), "{screen}");
    }
    harness.press("o o");
    assert_eq!(harness.toast(), "flat list, by name");
}

#[test]
fn a_note_is_read_to_its_end_where_its_column_is_narrow() {
    let note = "for the new database of the shop, until the old one is gone";
    let mut harness = Harness::open((80, 24), |vault, _| {
        create(vault, "shop/db/password", "v1", text_value("fake"));
        sample::put(vault, "shop/db/password", "v2", "fake-2", &["canary"], note);
    });
    harness.press("G 2 g");
    let words = |harness: &Harness| {
        let lines: Vec<String> = harness.screen().lines().map(|line| line.replace('│', " ")).collect();
        lines.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(words(&harness).contains(note), "{}", harness.screen());
    harness.assert_shows("now  for the new d");
    // Two letters of it would tell nothing.
    let mut harness = on_password();
    harness.resize(80, 24);
    harness.assert_hides("NOT");
    harness.assert_shows("│ after the leak in CI ");
}

#[test]
fn an_empty_vault_explains_the_labels_at_every_size() {
    for (columns, rows) in SIZES {
        let harness = Harness::open((columns, rows), |_, _| {});
        harness.assert_shows("● ACSCurrent   what get and programs read");
        harness.assert_shows("○ ACSPrevious  the one before it");
        harness.assert_shows("◆ canary       or any label of your own");
    }
}
