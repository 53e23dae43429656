//! What is told of a value while it is masked, its fields one by one, and one-time codes.

use std::time::Duration;

use etui::tui::Event;

use crate::browse::on_password;
use crate::harness::Harness;
use crate::sample::{create, describe, put, text_value};
use crate::{assert_dialogs, assert_screens};

const JSON: &str =
    "{\"user\": \"shop\", \"password\": \"fake-horse\", \"pem\": \"fake-one\\nfake-two\\n\", \"port\": 5432}";
const URI: &str = "otpauth://totp/web:me?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8";

/// Values of every form, the first selected.
fn values() -> Harness {
    Harness::open((120, 40), |vault, _| {
        create(vault, "a-json", "v1", text_value(JSON));
        create(vault, "b-dotenv", "v1", text_value("USER=shop\nPASSWORD='fake horse'\n"));
        let pem = "-----BEGIN PRIVATE KEY-----\nTUlJRmFrZQ==\n-----END PRIVATE KEY-----\n";
        create(vault, "c-pem", "v1", text_value(pem));
        create(vault, "d-code", "v1", text_value(&format!("fake-password\nuser: me\n{URI}\n")));
        create(vault, "e-plain", "v1", text_value("fake-0189!"));
    })
}

#[test]
fn a_masked_value_tells_its_fields_and_nothing_of_their_values() {
    let mut harness = values();
    for text in
        ["user      ••••", "password  ••••••••••", "pem       ••••••••••••••••••  2 lines", "port      ••••"]
    {
        harness.assert_shows(text);
    }
    harness.assert_hides("fake");
    harness.assert_hides("5432");
    harness.press("j").assert_shows("PASSWORD  ••••••••••");
    harness.press("j").assert_shows(" bytes · PEM private key ─");
    harness.assert_shows("3 lines");
    harness.press("j").assert_shows("otpauth   ••••");
    harness.press("j").assert_shows("│ ••••••••••  ");
    harness.press("g");
    assert_screens!("value_fields", harness);
}

#[test]
fn the_fields_are_walked_copied_and_revealed_one_by_one() {
    let mut harness = values();
    harness.press("3 j");
    harness.assert_shows("❯ password");
    harness.press("r");
    harness.assert_shows("password  fake-horse");
    harness.assert_shows("user      ••••");
    harness.assert_hides("fake-one");
    harness.press("y");
    assert_eq!(harness.clipboard.copied.lock().unwrap().as_slice(), ["fake-horse"]);
    assert!(harness.toast().starts_with("field 'password' of a-json#v1"), "{}", harness.toast());
    harness.press("j");
    harness.assert_hides("fake-horse");
    harness.press("r");
    harness.assert_shows("pem       fake-one");
    harness.assert_shows("          fake-two");
    harness.press("1 r r");
    harness.assert_shows("{\"user\": \"shop\"");
    harness.press("3 r");
    harness.assert_hides("shop\"");
}

#[test]
fn what_comes_of_another_version_is_not_shown_with_this_one() {
    let mut harness = Harness::open((120, 40), |vault, _| {
        create(vault, "a", "v1", text_value(JSON));
        put(vault, "a", "v2", "fake-plain", &["ACSCurrent"], "");
    });
    harness.assert_hides("user  ");
    harness.press("l j");
    harness.assert_shows("user      ••••");
    harness.hold();
    harness.press("k");
    harness.assert_hides("user  ");
    harness.release();
    harness.assert_hides("user  ");
}

#[test]
fn what_is_shown_and_what_is_copied_count_down_and_nothing_wakes_otherwise() {
    let mut harness = on_password();
    let idle = harness.next_wake().unwrap();
    assert_eq!(idle, Duration::from_secs(60), "the countdown to the lock");
    harness.press("r");
    harness.assert_shows("shown · 30 s");
    assert_eq!(harness.next_wake(), Some(Duration::from_secs(1)));
    harness.wait(Duration::from_secs(7)).event(Event::Tick);
    harness.assert_shows("shown · 23 s");
    harness.press("r y");
    harness.assert_shows("clipboard 30 s");
    harness.wait(Duration::from_secs(10)).event(Event::Tick);
    harness.assert_shows("clipboard 20 s");
    harness.wait(Duration::from_secs(20)).event(Event::Tick);
    harness.assert_hides("clipboard");
    assert!(harness.next_wake().unwrap() > Duration::from_secs(1));
}

#[test]
fn a_folder_shows_what_is_in_it() {
    let mut harness = Harness::open((120, 40), |vault, clock| {
        clock.0.fetch_sub(100 * 86_400, std::sync::atomic::Ordering::SeqCst);
        create(vault, "shop/db/password", "v1", text_value("fake"));
        describe(vault, "shop/db/password", "", &[], Some(90));
        create(vault, "shop/db/url", "v1", text_value("fake"));
        clock.0.fetch_add(90 * 86_400, std::sync::atomic::Ordering::SeqCst);
        create(vault, "shop/api-key", "7", text_value("fake"));
        create(vault, "other", "v1", text_value("fake"));
    });
    harness.press("g");
    harness.assert_shows("2 Folder · shop/");
    harness.assert_shows("3 secrets · 1 due");
    harness.assert_shows("db/ ");
    harness.assert_shows("2 secrets   3mo       !");
    harness.assert_shows("api-key ");
    harness.assert_shows("Newest change: shop/api-key, 10 days ago");
    assert_screens!("folder", harness);
}

#[test]
fn a_long_folder_scrolls_and_every_list_says_where_one_is() {
    let mut harness = crate::following::over_many();
    harness.press("j");
    harness.assert_shows("2 Folder · team-0/");
    harness.assert_shows("80 secrets · 1/80");
    harness.press("2 G");
    harness.assert_shows("app-95/");
    harness.press("1 t");
    harness.assert_shows("/403 ─╯");
    let mut harness = Harness::open((80, 24), |vault, _| {
        create(vault, "a", "v0", text_value(&"fake\n".repeat(50)));
        for number in 1..20 {
            put(vault, "a", &format!("v{number}"), "fake", &["ACSCurrent"], "");
        }
    });
    harness.assert_shows("1/20 · 2 labelled");
    harness.press("l G r");
    harness.assert_shows("30 s · 1/51");
}

#[test]
fn a_one_time_code_is_shown_with_the_time_it_has_left_and_copied() {
    let mut harness = values();
    let idle = harness.next_wake();
    harness.press("G k");
    harness.assert_shows("T code");
    harness.press("T");
    harness.assert_shows("One-time code · d-code");
    harness.assert_shows("30 seconds left");
    let code = |harness: &Harness| {
        let dialog = harness.dialog();
        let line = dialog.lines().find(|line| line.contains("left")).unwrap().to_owned();
        line.split_whitespace()
            .filter(|word| word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit()))
            .collect::<String>()
    };
    let first = code(&harness);
    assert_eq!(first.len(), 8, "{}", harness.dialog());
    assert_dialogs!("code", harness);
    harness.resize(120, 40);
    assert_eq!(harness.next_wake(), Some(Duration::from_secs(1)));
    harness.wait(Duration::from_secs(29)).event(Event::Tick);
    harness.assert_shows("1 second left");
    harness.press("y");
    assert_eq!(harness.clipboard.copied.lock().unwrap().as_slice(), std::slice::from_ref(&first));
    harness.wait(Duration::from_secs(1)).event(Event::Tick);
    harness.assert_shows("30 seconds left");
    assert_ne!(code(&harness), first);
    harness.press("q");
    assert_eq!(harness.dialogs(), 0);
    harness.wait(Duration::from_secs(60)).event(Event::Tick);
    harness.press("j");
    assert!(harness.next_wake() >= idle, "nothing wakes for a code that is not shown");
}

#[test]
fn a_value_that_makes_no_code_says_why() {
    let mut harness = values();
    harness.press("G");
    harness.assert_hides("T code");
    harness.press("T");
    harness.assert_shows("version 'v1' of 'e-plain' makes no code");
}

#[test]
fn the_kind_of_a_value_is_told_where_the_title_has_no_room_for_it() {
    let pem = "-----BEGIN PRIVATE KEY-----\nTUlJRmFrZQ==\n-----END PRIVATE KEY-----\n";
    let harness = Harness::open((80, 24), |vault, _| create(vault, "pem", "v1", text_value(pem)));
    harness.assert_shows("PEM private key · 3 lines");
}
