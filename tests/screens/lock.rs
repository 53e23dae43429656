//! The lock: wiped whatever is open, nothing typed is lost.

use std::time::Duration;

use etui::domain::SecretName;
use etui::tui::browse::{Layout, Order, Pane};
use etui::tui::{Event, LockReason};

use crate::browse::on_password;
use crate::harness::{Harness, PASSWORD};
use crate::sample;
use crate::{assert_dialog, assert_screens};

const FIVE_MINUTES: Duration = Duration::from_secs(300);

#[test]
fn the_unlock_screen_shows_path_and_field() {
    let mut harness = Harness::locked((120, 40), sample::shop);
    assert_screens!("unlock", harness);
    harness.resize(120, 40).type_text("secret");
    harness.assert_shows("••••••");
    harness.assert_hides("secret");
}

#[test]
fn a_wrong_password_says_so_and_is_not_kept() {
    let mut harness = Harness::locked((120, 40), sample::shop);
    harness.type_text("wrong").press("Enter");
    harness.assert_shows("Wrong password. Try again.");
    harness.assert_hides("•");
    assert_dialog!("unlock_wrong", harness);
    harness.resize(120, 40);
    harness.unlock();
}

#[test]
fn a_spinner_with_the_time_turns_while_the_key_is_derived() {
    let mut harness = Harness::locked((120, 40), sample::shop);
    harness.hold();
    harness.type_text(PASSWORD).press("Enter");
    assert_eq!(harness.next_wake(), Some(Duration::from_millis(100)));
    harness.wait(Duration::from_millis(1300)).event(Event::Tick);
    harness.assert_shows("⠸ deriving the key… 1.3 s");
    assert_dialog!("unlock_deriving", harness);
    harness.type_text("typed too early").press("Enter");
    harness.release();
    assert!(harness.state.app.browse().is_some());
}

#[test]
fn without_a_key_for_five_minutes_the_vault_is_locked() {
    let mut harness = on_password();
    harness.press("r");
    harness.wait(FIVE_MINUTES - Duration::from_secs(1)).event(Event::Tick);
    assert!(harness.state.app.browse().is_some());
    harness.assert_shows("locks in 1 s");
    harness.wait(Duration::from_secs(1)).event(Event::Tick);
    harness.assert_shows("Locked after 5 minutes idle");
    harness.assert_hides("shop");
    assert_eq!(harness.next_wake(), None, "a locked vault wakes nobody");
}

#[test]
fn a_key_that_comes_after_the_time_opens_nothing() {
    let mut harness = on_password();
    harness.wait(FIVE_MINUTES).press("r");
    harness.assert_shows("Locked after 5 minutes idle");
    harness.assert_hides("hunter");
}

#[test]
fn each_key_begins_the_five_minutes_anew() {
    let mut harness = on_password();
    for _ in 0..5 {
        harness.wait(Duration::from_secs(299)).press("j");
    }
    assert!(harness.state.app.browse().is_some());
    harness.assert_shows("locks in 5 min");
}

#[test]
fn an_idle_vault_wakes_once_a_minute_and_every_second_only_in_the_last_one() {
    let mut harness = on_password();
    let mut wakes = Vec::new();
    while let Some(wake) = harness.next_wake() {
        wakes.push(wake.as_secs());
        harness.wait(wake).event(Event::Tick);
    }
    let expected: Vec<u64> = [60; 4].into_iter().chain([1; 60]).collect();
    assert_eq!(wakes, expected);
}

#[test]
fn the_lock_comes_at_once_whatever_is_open() {
    for keys in ["", "p", "n", "s", "b", "D", "?", "/", "r", "2", "p x Esc"] {
        for reason in [LockReason::HangUp, LockReason::Suspend, LockReason::Slept] {
            let mut harness = on_password();
            if !keys.is_empty() {
                harness.press(keys);
            }
            harness.event(Event::LockRequested(reason));
            harness.assert_shows("Unlock");
            harness.assert_hides("shop");
            harness.assert_hides("Put a value");
            assert_eq!(harness.dialogs(), 0);
        }
    }
}

#[test]
fn ctrl_z_locks_before_it_suspends() {
    let mut harness = on_password();
    harness.press("Ctrl-z");
    assert_eq!(harness.suspends, 1);
    harness.assert_shows("Locked before suspending");
}

#[test]
fn the_app_opens_where_it_stood_without_showing_values() {
    let mut harness = on_password();
    harness.press("/").type_text("db").press("Enter k l r");
    harness.press("Ctrl-l");
    harness.assert_hides("db");
    harness.unlock();
    harness.assert_shows("/ db");
    let browse = harness.state.app.browse().unwrap();
    assert_eq!(browse.selected.as_ref().map(SecretName::as_str), Some("shop/db/password"));
    harness.assert_hides("hunter");
    harness.assert_shows("masked");
}

#[test]
fn the_next_run_opens_where_the_last_one_was_left() {
    let mut harness = on_password();
    harness.press("t .").press("/").type_text("shop").press("Enter G 2 j r");
    harness.press("q");
    assert!(harness.has_quit);
    let mut harness = harness.restarted();
    harness.assert_hides("shop");
    harness.unlock();
    harness.assert_shows("/ shop");
    harness.assert_shows("deleted shown");
    harness.assert_shows("❯ v13");
    harness.assert_shows("masked");
    let browse = harness.state.app.browse().unwrap();
    assert!(!browse.rows.is_tree());
    assert_eq!(browse.pane, Pane::Versions);
    assert_eq!(browse.selected.as_ref().map(SecretName::as_str), Some("shop/db/password"));
}

#[test]
fn folders_stay_closed_and_a_lock_is_remembered_as_a_quit_is() {
    let mut harness = Harness::open((120, 40), sample::shop);
    harness.press("g h");
    harness.assert_shows("▸ personal/");
    harness.press("Ctrl-l");
    let mut harness = harness.restarted();
    harness.unlock();
    harness.assert_shows("❯ ▸ personal/");
    harness.assert_hides("      mail");
}

#[test]
fn what_is_typed_into_a_form_is_not_kept_beyond_the_run() {
    let mut harness = on_password();
    harness.press("p").type_text("hunter15").press("Ctrl-l");
    let mut harness = harness.restarted();
    harness.unlock();
    harness.assert_hides("Put a value");
    assert_eq!(
        harness.state.app.browse().unwrap().selected.as_ref().map(SecretName::as_str),
        Some("shop/db/password")
    );
}

#[test]
fn a_place_that_cannot_be_read_is_passed_over_and_replaced() {
    let mut harness = on_password();
    harness.press("2 j q");
    let place = std::fs::read_dir(harness.folder().join("state"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.file_name().unwrap().to_str().unwrap().starts_with("place-"))
        .unwrap();
    let kept = std::fs::read(&place).unwrap();
    std::fs::write(&place, "nonsense").unwrap();
    let mut harness = harness.restarted();
    harness.unlock();
    assert_eq!(harness.toast(), "");
    assert_eq!(harness.state.app.browse().unwrap().pane, Pane::Secrets);
    harness.press("q");
    let replaced = std::fs::read(&place).unwrap();
    assert_eq!(replaced.len(), kept.len(), "padded, so that it tells nothing");
    assert!(!replaced.windows(4).any(|window| window == b"shop"));
}

#[test]
fn a_setting_that_was_changed_since_wins_over_the_place() {
    let mut harness = on_password();
    harness.press("t q");
    let mut harness = harness.restarted();
    harness.state.app.settings.layout = Layout::Flat(Order::Due);
    harness.unlock();
    assert_eq!(harness.state.app.browse().unwrap().rows.layout(), Layout::Flat(Order::Due));
}

#[test]
fn a_password_that_was_given_opens_the_vault_once_and_is_asked_for_after_a_lock() {
    let mut harness = Harness::locked((120, 40), sample::shop).restarted_with(PASSWORD);
    harness.assert_shows("5 secrets");
    harness.press("Ctrl-l");
    harness.assert_shows("Master password");
    harness.press("Enter");
    harness.assert_shows("Master password");
    harness.unlock();
}

#[test]
fn a_given_password_that_is_wrong_is_told_and_another_is_asked_for() {
    let mut harness = Harness::locked((120, 40), sample::shop).restarted_with("wrong");
    harness.assert_shows("Wrong password. Try again.");
    harness.assert_hides("•");
    harness.unlock();
}

#[test]
fn a_typed_form_survives_the_lock() {
    let mut harness = on_password();
    harness.press("p").type_text("hunter15\nsecond");
    harness.press("Tab").type_text("canary sta");
    harness.press("Tab").type_text("why");
    harness.wait(FIVE_MINUTES).event(Event::Tick);
    harness.assert_hides("Put a value");
    harness.unlock();
    harness.assert_shows("Put a value · shop/db/password");
    harness.assert_shows("ACSCurrent ✕  canary ✕");
    harness.assert_shows("why");
    harness.assert_shows("● ACSCurrent   v14 → v15");
    harness.assert_hides("hunter15");
    harness.press("Alt-r");
    harness.assert_shows("hunter15");
    harness.assert_shows("second");
    harness.press("Ctrl-s");
    harness.assert_shows("v15      ● ACSCurrent");
}

#[test]
fn a_new_secret_form_survives_the_lock() {
    let mut harness = on_password();
    harness.press("n").type_text("replica").press("Tab").type_text("x");
    harness.press("Tab Tab Tab Tab Tab Tab").type_text("env=test");
    harness.press("Ctrl-l");
    harness.unlock();
    harness.assert_shows("New secret");
    harness.assert_shows("env=test");
    harness.assert_shows("shop/db/replica");
    harness.press("Ctrl-s");
    assert_eq!(harness.toast(), "shop/db/replica stored, v1 is current · u undoes");
}

#[test]
fn a_form_whose_secret_is_gone_after_the_lock_comes_back_as_a_new_secret() {
    let mut harness = on_password();
    harness.press("p").type_text("hunter15").press("Ctrl-l");
    sample::purge(&mut harness.other_process(), "shop/db/password");
    harness.unlock();
    harness.assert_shows("New secret");
    harness.assert_shows("❯ Value            ••••••••");
    harness.assert_shows("shop/db/password");
}

#[test]
fn typed_metadata_survives_the_lock_and_leaves_alone_what_was_not_typed() {
    let mut harness = on_password();
    harness.press("m Tab Enter").type_text("team=a").press("Tab").type_text("9").press("Ctrl-l");
    harness.assert_hides("team");
    let mut other = harness.other_process();
    sample::describe(&mut other, "shop/db/password", "Described elsewhere", &[], Some(90));
    harness.unlock();
    harness.assert_shows("Metadata · shop/db/password");
    harness.assert_shows("Described elsewhere");
    harness.assert_shows("❯ Keep");
    harness.press("Ctrl-s");
    assert_eq!(harness.toast(), "tag team=a, keeps 9 versions · u undoes");
}

#[test]
fn a_typed_name_survives_the_lock() {
    let mut harness = on_password();
    harness.press("R Ctrl-u").type_text("shop/root").press("Ctrl-l");
    harness.unlock();
    harness.assert_shows("Rename · shop/db/password");
    harness.press("Enter");
    assert_eq!(harness.toast(), "renamed 'shop/db/password' to 'shop/root' · u undoes");
}

#[test]
fn a_label_that_was_being_typed_survives_the_lock() {
    let mut harness = on_password();
    harness.press("l j s n").type_text("blue").press("Ctrl-l");
    harness.unlock();
    harness.assert_shows("blue");
    harness.press("Enter");
    assert_eq!(harness.toast(), "blue → v13 · u undoes");
}

#[test]
fn a_form_about_a_secret_that_is_gone_after_the_lock_says_so() {
    let mut harness = on_password();
    harness.press("m").type_text("x").press("Ctrl-l");
    sample::purge(&mut harness.other_process(), "shop/db/password");
    harness.unlock();
    assert_eq!(harness.dialogs(), 0);
    assert_eq!(harness.toast(), "your unsaved form can't be restored: there is no secret 'shop/db/password'");
}

#[test]
fn a_form_whose_change_was_made_during_the_lock_does_not_come_back() {
    let mut harness = on_password();
    harness.press("R Ctrl-u").type_text("shop/root");
    harness.hold();
    harness.press("Enter Ctrl-l");
    harness.release();
    harness.unlock();
    harness.assert_hides("Rename");
    harness.assert_shows("root");
}

#[test]
fn an_untouched_form_does_not_come_back() {
    let mut harness = on_password();
    harness.press("p Ctrl-l");
    harness.unlock();
    harness.assert_hides("Put a value");
}

#[test]
fn a_form_whose_put_succeeded_during_the_lock_does_not_come_back() {
    let mut harness = on_password();
    harness.press("p").type_text("hunter15");
    harness.hold();
    harness.press("Ctrl-s Ctrl-l");
    harness.release();
    harness.assert_shows("Unlock");
    harness.assert_hides("v15");
    harness.unlock();
    harness.assert_hides("Put a value");
    harness.assert_shows("v15      ● ACSCurrent");
}

#[test]
fn answers_that_come_after_the_lock_show_nothing() {
    let mut harness = on_password();
    harness.hold();
    harness.press("r j k Ctrl-l");
    harness.release();
    harness.assert_shows("Unlock");
    harness.assert_hides("hunter");
    harness.assert_hides("shop");
}

#[test]
fn a_file_that_is_no_vault_is_told_with_what_to_do() {
    let mut harness = Harness::locked((120, 40), sample::shop);
    std::fs::write(harness.folder().join("vault.etui"), b"no vault").unwrap();
    let effects = harness.state.start();
    harness.run(effects);
    assert_dialog!("cannot_be_opened", harness);
}

// Guards: the form was gone without a word, and the sentence was cut before the key that goes on.
#[test]
fn a_file_that_was_replaced_by_an_older_one_says_all_that_is_lost() {
    let mut harness = on_password();
    let vault = harness.folder().join("vault.etui");
    let older = std::fs::read(&vault).unwrap();
    sample::put(&mut harness.other_process(), "shop/db/url", "v9", "x", &["ACSCurrent"], "");
    harness.event(Event::FileChanged);
    harness.press("p").type_text("typed in vain");
    std::fs::write(vault.with_extension("older"), older).unwrap();
    std::fs::rename(vault.with_extension("older"), &vault).unwrap();
    harness.press("Ctrl-s");
    harness.assert_shows("type the password to go on with it");
    harness.type_text(PASSWORD).press("Enter");
    for size in [(120, 40), (80, 24), (60, 20)] {
        harness.resize(size.0, size.1).assert_shows("same.");
    }
    harness.press("Ctrl-y").type_text(PASSWORD).press("Enter");
    assert!(harness.state.app.browse().is_some(), "{}", harness.screen());
    harness.assert_shows("your unsaved form can't be restored");
}

#[test]
fn a_file_that_is_gone_is_not_to_be_created_again() {
    let mut harness = on_password();
    harness.press("p").type_text("kept");
    let vault = harness.folder().join("vault.etui");
    std::fs::rename(&vault, vault.with_extension("away")).unwrap();
    harness.press("Ctrl-s");
    harness.assert_shows("find it or restore a backup");
    std::fs::rename(vault.with_extension("away"), &vault).unwrap();
    harness.unlock();
    assert_eq!(harness.typed_value(), "kept");
}
