//! How two versions differ: marks, keys, lines, bytes, and what is masked.

use std::time::Duration;

use etui::domain::{SecretValue, ValueType, VersionId};
use etui::memory::SecretBytes;
use etui::tui::glyphs::Glyphs;
use etui::tui::theme::Role;
use etui::tui::{Event, Theme};
use etui::vault::{PutRequest, Vault};
use etui::versioning::StageSet;

use crate::browse::on_password;
use crate::harness::{Harness, SIZES};
use crate::sample::{self, create, name, put, text_value};
use crate::{assert_dialog, assert_dialogs, assert_screens};

const CONFIG: [&str; 3] = [
    r#"{"user": "root", "password": "hunter2", "port": 5432, "host": "db.example", "old": "x"}"#,
    r#"{"user": "Root", "password": "correct horse", "port": 5432, "host": "db.example", "pool": 8}"#,
    r#"{"user":"Root","password":"correct horse","port":5432,"host":"db.example","pool":8}"#,
];

/// A vault with one secret, opened on it.
fn over(values: &'static [&'static str]) -> Harness {
    let mut harness = Harness::open((120, 40), move |vault, _| {
        create(vault, "config", "v1", text_value(values[0]));
        for (at, value) in values.iter().enumerate().skip(1) {
            put(vault, "config", &format!("v{}", at + 1), value, &["ACSCurrent"], "");
        }
    });
    harness.press("l");
    harness
}

fn is_open(harness: &Harness) -> bool {
    harness.top() == "diff"
}

/// The ids of the two versions, the older one first.
fn pair(harness: &Harness) -> [String; 2] {
    harness.diff().pair().unwrap().map(|version| version.id.to_string())
}

#[test]
fn json_differs_by_key_and_masked_only_lengths_are_told() {
    let mut harness = over(&CONFIG[..2]);
    harness.press("d");
    assert_dialog!("diff_masked", harness);
    for secret in ["hunter2", "correct", "root", "Root", "db.example"] {
        harness.assert_hides(secret);
    }
}

#[test]
fn r_reveals_and_what_is_revealed_hides_itself() {
    let mut harness = over(&CONFIG[..2]);
    harness.press("d r");
    assert_dialogs!("diff_revealed", harness);
    harness.resize(120, 40).press("r");
    harness.assert_hides("hunter2");
    harness.press("r");
    harness.assert_shows("hunter2");
    harness.wait(Duration::from_secs(29)).event(Event::Tick);
    harness.assert_shows("hunter2");
    assert_eq!(harness.next_wake(), Some(Duration::from_secs(1)));
    harness.wait(Duration::from_secs(1)).event(Event::Tick);
    harness.assert_hides("hunter2");
    harness.assert_shows("7 → 13 characters");
}

#[test]
fn the_diff_in_ascii_uses_no_other_characters() {
    let mut harness = over(&CONFIG[..2]);
    harness.wear(Theme::named("terminal", Glyphs::ASCII));
    harness.press("Space j d r");
    assert_dialog!("diff_ascii", harness);
    for keys in ["r", "Esc"] {
        harness.press(keys);
        for (columns, rows) in SIZES {
            harness.resize(columns, rows);
            assert!(harness.screen().is_ascii(), "{}", harness.screen());
        }
    }
}

#[test]
fn the_same_fields_written_differently_are_said_to_be_so() {
    let mut harness = over(&CONFIG);
    harness.press("d");
    harness.assert_shows("the same keys and values, written differently");
    harness.assert_shows("differs only in white space");
}

#[test]
fn text_differs_by_line_and_what_is_far_away_is_folded() {
    let mut harness = over(&[
        "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nlast",
        "one\ntwo\nthree\nfour\nfive\nsix\nSeven\neight\nlast\nand more\n",
    ]);
    harness.press("d");
    harness.assert_shows("differs only in case");
    assert_dialog!("diff_lines_masked", harness);
    harness.press("r");
    assert_dialog!("diff_lines", harness);
}

#[test]
fn masked_facts_say_how_little_differs() {
    for (before, after, fact) in [
        ("hunter2", "hunter2\n", "differs only in a final newline"),
        ("hunter2", "HUNTER2", "differs only in case"),
        ("hunter2", "hunter2  ", "differs only in white space at the end"),
        ("a\nb\n", "a\r\nb\r\n", "differs only in the line ends"),
        ("hunter2", "swordfish", "7 → 9 characters"),
    ] {
        let mut harness = Harness::open((120, 40), move |vault, _| {
            create(vault, "config", "v1", text_value(before));
            put(vault, "config", "v2", after, &["ACSCurrent"], "");
        });
        harness.press("d");
        harness.assert_shows(fact);
        harness.assert_hides("hunter2");
        harness.assert_hides("HUNTER2");
    }
}

#[test]
fn binary_values_differ_by_bytes() {
    let mut harness = Harness::open((120, 40), |vault, _| {
        let mut bytes: Vec<u8> = (0..80).collect();
        let binary = |bytes: &[u8]| SecretValue::new(ValueType::Binary, SecretBytes::copy_of(bytes)).unwrap();
        create(vault, "key", "v1", binary(&bytes));
        bytes[20] = b'A';
        bytes.truncate(70);
        put_value(vault, "key", "v2", binary(&bytes));
    });
    harness.press("d");
    assert_dialog!("diff_bytes_masked", harness);
    harness.press("r");
    assert_dialog!("diff_bytes", harness);
}

fn put_value(vault: &mut Vault, secret: &str, version: &str, value: SecretValue) {
    let request = PutRequest {
        name: name(secret),
        version_id: Some(VersionId::new(version).unwrap()),
        value,
        stages: StageSet::current(),
        note: None,
        expected: None,
    };
    vault.put_secret_value(&request).unwrap();
}

#[test]
fn the_current_version_is_compared_with_the_one_before_it_and_the_keys_travel_along_the_history() {
    let mut harness = on_password();
    harness.press("d");
    assert_eq!(pair(&harness), ["v13", "v14"]);
    harness.press("h");
    assert_eq!(pair(&harness), ["v12", "v13"]);
    harness.press("Left [");
    assert_eq!(pair(&harness), ["v10", "v11"]);
    harness.press("h");
    assert_eq!(pair(&harness), ["v10", "v11"]);
    assert_eq!(harness.toast(), "there is no older version to compare");
    harness.press("l ] Right");
    assert_eq!(pair(&harness), ["v13", "v14"]);
    harness.press("l");
    assert_eq!(harness.toast(), "there is no newer version to compare");
    harness.press("Esc");
    assert!(!is_open(&harness));
}

#[test]
fn another_version_is_compared_with_the_current_one_which_stays() {
    let mut harness = on_password();
    harness.press("l j j d");
    assert_eq!(pair(&harness), ["v12", "v14"]);
    harness.press("h");
    assert_eq!(pair(&harness), ["v11", "v14"]);
    harness.press("d");
    assert_eq!(pair(&harness), ["v10", "v11"]);
    harness.press("d l l l");
    assert_eq!(pair(&harness), ["v13", "v14"]);
    assert_eq!(harness.toast(), "there is no newer version to compare");
    harness.press("q");
    assert!(!is_open(&harness));
}

#[test]
fn a_marked_version_is_compared_with_the_selected_one_and_is_stepped_over() {
    let mut harness = on_password();
    harness.press("l j Space");
    assert_eq!(harness.toast(), "v13 is marked: d compares it with the selected version");
    harness.press("j j");
    assert_screens!("diff_marked", harness);
    harness.press("d");
    assert_eq!(pair(&harness), ["v11", "v13"]);
    harness.press("l l");
    assert_eq!(pair(&harness), ["v13", "v14"]);
}

#[test]
fn a_mark_goes_with_the_key_with_esc_and_with_the_secret() {
    let mut harness = on_password();
    let is_marked = |harness: &Harness| harness.state.app.browse().unwrap().marked().is_some();
    harness.press("l j Space Space");
    assert!(!is_marked(&harness));
    harness.press("Space");
    assert!(is_marked(&harness));
    harness.press("Esc");
    assert!(!is_marked(&harness));
    assert_eq!(harness.state.app.browse().unwrap().pane, etui::tui::browse::Pane::Versions);
    harness.press("Space 1 k j");
    assert!(!is_marked(&harness));
}

#[test]
fn where_there_is_nothing_to_compare_it_is_said() {
    let mut harness = Harness::open((120, 40), |vault, _| create(vault, "only", "v1", text_value("x")));
    for key in ["d", "2 Space"] {
        harness.press(key);
        assert!(harness.toast().starts_with("there is only one version"), "{}", harness.toast());
        assert_eq!(harness.dialogs(), 0);
    }
}

#[test]
fn a_lock_takes_the_differences_away_and_a_late_answer_is_dropped() {
    let mut harness = over(&CONFIG[..2]);
    harness.press("d r");
    harness.assert_shows("hunter2");
    harness.hold();
    harness.press("r r Ctrl-l");
    assert_eq!(harness.dialogs(), 0);
    harness.release();
    assert_eq!(harness.dialogs(), 0);
    harness.assert_hides("hunter2");
}

#[test]
fn an_answer_about_other_versions_is_dropped() {
    let mut harness = on_password();
    harness.hold();
    harness.press("d r h");
    assert_eq!(pair(&harness), ["v12", "v13"]);
    let late = harness.answer().expect("the first pair");
    harness.event(Event::Answered(late));
    harness.assert_hides("hunter");
    harness.release();
    harness.assert_hides("hunter14");
    harness.assert_shows("hunter12");
}

#[test]
fn versions_that_another_process_destroyed_are_not_compared_any_more() {
    let mut harness = on_password();
    harness.press("d h h h");
    assert_eq!(pair(&harness), ["v10", "v11"]);
    let mut other = harness.other_process();
    sample::keep(&mut other, "shop/db/password", 2);
    put(&mut other, "shop/db/password", "v15", "new", &["ACSCurrent"], "");
    harness.event(Event::FileChanged);
    assert!(!is_open(&harness));
    assert_eq!(harness.toast(), "the versions that were compared are not there any more");
}

#[test]
fn long_differences_scroll_and_long_lines_go_on_below() {
    let mut harness = Harness::open((60, 20), |vault, _| {
        let text = |sign: char| (0..30).map(|line| format!("{sign}{line}\n")).collect::<String>();
        create(vault, "config", "v1", text_value(&text('a')));
        put(vault, "config", "v2", &(text('b') + &"long ".repeat(20)), &["ACSCurrent"], "");
    });
    harness.press("d r");
    harness.assert_shows("a0");
    harness.press("G");
    harness.assert_shows("no newline at the end");
    harness.assert_shows("long long");
    insta::assert_snapshot!("diff_long_60x20", harness.dialog());
    harness.press("PgUp g");
    harness.assert_shows("a0");
}

#[test]
fn lines_that_are_replaced_by_others_are_told_as_removed_and_added() {
    let mut harness = Harness::open((80, 24), |vault, _| {
        create(vault, "config", "v1", text_value("a\nb\nc\nd\ne\n"));
        put(vault, "config", "v2", "xyz", &["ACSCurrent"], "");
    });
    harness.press("d");
    harness.assert_shows("5 lines removed");
    harness.assert_shows("1 line added");
    harness.assert_hides("changed");
}

#[test]
fn a_step_along_the_versions_leaves_the_values_shown_for_as_long_as_they_were_to_be() {
    let mut harness = on_password();
    harness.press("d r");
    harness.assert_shows("hunter14");
    harness.wait(Duration::from_secs(20)).press("h");
    harness.assert_shows("hunter12");
    harness.wait(Duration::from_secs(11)).event(Event::Tick);
    harness.assert_hides("hunter");
    harness.press("h");
    harness.assert_hides("hunter");
}

#[test]
fn a_changed_line_is_tinted_as_a_whole_where_the_theme_has_colours_of_its_own() {
    let mut harness = over(&["same\nold line", "same\nnew line"]);
    harness.press("d r").wear(Theme::named("dark", Glyphs::UNICODE));
    let buffer = harness.buffer();
    let colour_of = |text: &str| {
        let screen = harness.screen();
        let (row, line) = screen.lines().enumerate().find(|(_, line)| line.contains(text)).unwrap();
        let column = line.chars().count() - line[line.find(text).unwrap()..].chars().count();
        buffer[(u16::try_from(column).unwrap() + 5, u16::try_from(row).unwrap())].fg
    };
    let style = |role| harness.state.app.theme.style(role).fg.unwrap();
    assert_eq!(colour_of("old line"), style(Role::Removed));
    assert_eq!(colour_of("new line"), style(Role::Added));
    assert_ne!(style(Role::Added), style(Role::Text));
}

#[test]
fn a_value_that_comes_after_the_time_is_over_stays_masked() {
    let mut harness = on_password();
    harness.press("d r").hold();
    harness.press("h");
    harness.wait(Duration::from_secs(31)).event(Event::Tick);
    harness.release();
    harness.assert_hides("hunter");
}

#[test]
fn a_long_difference_says_where_one_is_in_it() {
    let lines = |sign: char| (0..60).map(|at| format!("{sign}{at}\n")).collect::<String>();
    let mut harness = Harness::open((80, 24), |vault, _| {
        create(vault, "config", "v1", text_value(&lines('a')));
        put(vault, "config", "v2", &lines('b'), &["ACSCurrent"], "");
    });
    harness.press("d r");
    harness.assert_shows("1-17/120");
    harness.press("PgDn");
    harness.assert_shows("17-33/120");
    harness.press("G");
    harness.assert_shows("104-120/120");
    let mut harness = over(&["same\nold line", "same\nnew line"]);
    harness.press("d r");
    harness.assert_hides("/3");
}

#[test]
fn what_is_shown_of_a_difference_counts_down_and_its_key_hides_it() {
    let mut harness = on_password();
    harness.press("d");
    harness.assert_shows("r reveal");
    harness.assert_shows(" masked ");
    harness.press("r");
    harness.assert_shows("r hide");
    harness.assert_shows("shown · 30 s");
    assert_eq!(harness.next_wake(), Some(Duration::from_secs(1)));
    harness.wait(Duration::from_secs(7)).event(Event::Tick);
    harness.assert_shows("shown · 23 s");
    harness.press("r");
    harness.assert_shows("r reveal");
}
