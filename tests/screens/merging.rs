//! Copies of the vault that went apart: what the app offers, shows and does about them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use etui::tui::{Action, Event};
use etui::vault::{Answers, LockedVault, NewKeyFile, Relock, Relocking, Vault};

use crate::harness::{Harness, NOW, PASSWORD, credentials, environment};
use crate::sample::{self, create, describe, name, purge, put, stage, text_value};
use crate::{assert_dialogs, assert_screens};

const COPY: &str = "vault.sync-conflict-20261124-120000-ABCDEFG.etui";
const NEW: &str = "violet anvil parade sombre";

fn open(harness: &Harness, path: &Path) -> Vault {
    let locked = LockedVault::open(path, environment(&harness.clock)).unwrap();
    locked.unlock(&credentials(PASSWORD), Answers::default()).ok().expect("the password opens it")
}

fn copy_path(harness: &Harness) -> PathBuf {
    harness.folder().canonicalize().unwrap().join(COPY)
}

/// A copy of the vault beside it, which was changed by `there`, while the vault itself was changed by `here` before.
fn apart(size: (u16, u16), here: impl FnOnce(&mut Vault), there: impl FnOnce(&mut Vault)) -> Harness {
    let harness = Harness::locked(size, sample::shop);
    let path = harness.folder().join("vault.etui");
    let copy = copy_path(&harness);
    fs::copy(&path, &copy).unwrap();
    harness.clock.0.store(NOW + 60, Ordering::SeqCst);
    here(&mut open(&harness, &path));
    harness.clock.0.store(NOW + 120, Ordering::SeqCst);
    there(&mut open(&harness, &copy));
    harness.clock.0.store(NOW + 180, Ordering::SeqCst);
    harness
}

fn changed_here(vault: &mut Vault) {
    describe(vault, "shop/db/url", "Answers on the internal network", &[], None);
    stage(vault, "shop/db/password", "canary", "v14");
    create(vault, "made/here", "v1", text_value("here"));
}

fn changed_there(vault: &mut Vault) {
    describe(vault, "shop/db/url", "Answers through the proxy", &[("proxy", "yes")], None);
    stage(vault, "shop/db/password", "canary", "v12");
    create(vault, "made/there", "v1", text_value("there"));
}

/// Both changed the description of one secret and a label of another; the copy changed them last.
fn in_conflict(size: (u16, u16)) -> Harness {
    let mut harness = apart(size, changed_here, changed_there);
    harness.unlock();
    harness
}

fn description(harness: &Harness, secret: &str) -> String {
    let details = harness.other_process().describe(&name(secret)).unwrap();
    details.secret.facts.description.as_str().to_owned()
}

fn has(harness: &Harness, secret: &str) -> bool {
    let listing = harness.other_process().list().unwrap();
    listing.iter().any(|listed| listed.name == secret && listed.planned_deletion.is_none())
}

/// The version that a label marks.
fn marked(harness: &Harness, secret: &str, label: &str) -> String {
    let details = harness.other_process().describe(&name(secret)).unwrap();
    let labels = details.secret.labels;
    let found = labels.iter().find(|(known, _)| known.as_str() == label);
    found.map_or_else(String::new, |(_, version)| version.id.to_string())
}

/// The selected line of the plan.
fn selected_line(harness: &Harness) -> String {
    harness.dialog().lines().find(|line| line.contains('❯')).unwrap_or_default().to_owned()
}

// The offer ---------------------------------------------------------------------------------------------------

#[test]
fn a_conflict_file_beside_the_vault_is_offered_when_the_vault_is_opened() {
    let mut harness = in_conflict((120, 40));
    harness.assert_shows(COPY);
    assert_eq!(harness.top(), "task");
    harness.press("Esc");
    assert_eq!(harness.dialogs(), 0, "{}", harness.screen());
    harness.assert_shows("1 conflict file: :merge");
    harness.press("Ctrl-l").type_text(PASSWORD).press("Enter");
    assert_eq!(harness.dialogs(), 0, "it is offered once");
    harness.task(Action::Merge);
    harness.assert_shows(COPY);
}

#[test]
fn the_offer_says_what_happened_and_which_key_does_what() {
    let harness = in_conflict((120, 40));
    harness.assert_shows("Both this vault and a copy of it were changed.");
    harness.assert_shows("Syncthing, git or");
    harness.assert_shows("Ctrl-s do it");
}

#[test]
fn a_vault_without_a_conflict_file_offers_nothing() {
    let mut harness = Harness::locked((120, 40), sample::shop);
    fs::copy(harness.folder().join("vault.etui"), harness.folder().join("other.etui")).unwrap();
    harness.unlock();
    assert_eq!(harness.dialogs(), 0);
    harness.assert_hides("conflict");
    harness.task(Action::Merge);
    assert_eq!(harness.top(), "task");
    assert_screens!("merge_form", harness);
}

// The plan ----------------------------------------------------------------------------------------------------

#[test]
fn the_plan_names_each_secret_and_what_both_changed() {
    let mut harness = in_conflict((120, 40));
    harness.press("Ctrl-s");
    assert_eq!(harness.top(), "merge plan", "{}", harness.screen());
    assert_dialogs!("merge_plan", harness);
    assert!(!has(&harness, "made/there"), "nothing is merged yet");
}

#[test]
fn the_later_change_is_kept_where_nothing_is_chosen() {
    let mut harness = in_conflict((120, 40));
    harness.press("Ctrl-s Enter");
    assert!(harness.toast().starts_with("merged: "), "{}", harness.toast());
    assert!(harness.toast().ends_with("1 new, 2 changed, 2 conflicts · u undoes"), "{}", harness.toast());
    assert_eq!(description(&harness, "shop/db/url"), "Answers through the proxy");
    assert_eq!(marked(&harness, "shop/db/password", "canary"), "v12");
    assert!(has(&harness, "made/here") && has(&harness, "made/there"));
}

#[test]
fn a_key_chooses_whose_end_of_one_conflict_is_kept() {
    let mut harness = in_conflict((120, 40));
    harness.press("Ctrl-s");
    // The first line that can be answered is selected, and the footer names the keys.
    assert!(selected_line(&harness).contains("later     label 'canary'"), "{}", harness.dialog());
    harness.assert_shows("m mine");
    harness.press("m");
    assert!(selected_line(&harness).contains("mine      label"), "{}", harness.dialog());
    harness.press("d");
    assert!(selected_line(&harness).contains("later"), "{}", harness.dialog());
    harness.press("m");
    assert_dialogs!("merge_plan_chosen", harness);
    harness.resize(120, 40).press("k");
    harness.assert_hides("m mine");
    harness.press("m Enter");
    assert_eq!(marked(&harness, "shop/db/password", "canary"), "v14");
    assert_eq!(
        description(&harness, "shop/db/url"),
        "Answers through the proxy",
        "the other one is the later"
    );
}

#[test]
fn one_key_keeps_all_that_is_here_and_another_takes_all_that_is_there() {
    let mut harness = in_conflict((120, 40));
    harness.press("Ctrl-s M Enter");
    assert_eq!(description(&harness, "shop/db/url"), "Answers on the internal network");
    assert_eq!(marked(&harness, "shop/db/password", "canary"), "v14");
    assert!(has(&harness, "made/there"), "what is no conflict comes all the same");
    let mut harness = in_conflict((120, 40));
    harness.press("Ctrl-s M T Enter");
    assert_eq!(description(&harness, "shop/db/url"), "Answers through the proxy");
    assert_eq!(marked(&harness, "shop/db/password", "canary"), "v12");
}

#[test]
fn a_cancelled_plan_changes_nothing() {
    let mut harness = in_conflict((120, 40));
    let before = harness.other_process().state().unwrap();
    harness.press("Ctrl-s j m Esc");
    assert_eq!(harness.dialogs(), 0);
    assert_eq!(harness.other_process().state().unwrap(), before);
    assert!(copy_path(&harness).exists());
}

#[test]
fn an_undo_takes_the_merge_back_as_one_change() {
    for keys in ["Ctrl-s Enter Esc u", "Ctrl-s m Enter Esc u"] {
        let mut harness = in_conflict((120, 40));
        harness.press(keys);
        assert_eq!(harness.top(), "undo", "{}", harness.screen());
        harness.press("Enter");
        assert!(harness.toast().starts_with("undid"), "{}", harness.toast());
        assert!(!has(&harness, "made/there"), "{keys}: {}", harness.toast());
        assert_eq!(description(&harness, "shop/db/url"), "Answers on the internal network", "{keys}");
        assert_eq!(marked(&harness, "shop/db/password", "canary"), "v14", "{keys}");
    }
}

#[test]
fn what_changed_since_the_plan_is_shown_before_it_is_merged() {
    let mut harness = in_conflict((120, 40));
    harness.press("Ctrl-s");
    create(&mut open(&harness, &copy_path(&harness)), "later/there", "v1", text_value("x"));
    harness.press("Enter");
    harness.assert_shows("One of the copies changed meanwhile; the plan below is updated.");
    assert!(!has(&harness, "made/there") && !has(&harness, "later/there"));
    harness.press("Enter");
    assert!(has(&harness, "made/there") && has(&harness, "later/there"));
}

#[test]
fn a_copy_with_nothing_new_says_so_and_enter_does_nothing() {
    let mut harness = apart((120, 40), changed_here, |_| {});
    harness.unlock();
    harness.press("Ctrl-s");
    harness.assert_shows("The other copy has nothing new.");
    harness.press("Enter");
    assert_eq!(harness.top(), "merge plan");
}

#[test]
fn a_file_that_is_typed_is_merged_and_what_is_no_copy_is_refused_in_the_form() {
    let mut harness = Harness::locked((120, 40), sample::shop);
    let other = harness.folder().join("laptop.etui");
    fs::copy(harness.folder().join("vault.etui"), &other).unwrap();
    create(&mut open(&harness, &other), "made/there", "v1", text_value("there"));
    harness.unlock();
    harness.press(":").type_text(&format!("merge {}", other.display())).press("Enter");
    harness.assert_shows("Only the other copy has changed: the merge brings in 1 change.");
    harness.press("Enter");
    assert!(has(&harness, "made/there"));
    harness.press("Esc :").type_text("merge /nowhere/x.etui").press("Enter");
    assert_eq!(harness.top(), "task", "{}", harness.screen());
    harness.assert_shows("/nowhere/x.etui");
}

#[test]
fn a_damaged_copy_does_not_end_the_session() {
    let mut harness = in_conflict((120, 40));
    let copy = copy_path(&harness);
    let mut bytes = fs::read(&copy).unwrap();
    let last = bytes.len() - 2000;
    bytes[last..].fill(0x55);
    fs::write(&copy, bytes).unwrap();
    harness.press("Ctrl-s");
    assert!(harness.state.app.browse().is_some(), "{}", harness.screen());
    assert_eq!(harness.top(), "task", "{}", harness.screen());
}

// Guards: a stick that was pulled too early locked the app, which said that the own vault is damaged.
#[test]
fn a_damaged_file_of_others_ends_no_session() {
    let (mut harness, remote) = with_remote(Some(changed_there));
    let whole = fs::read(&remote).unwrap();
    fs::write(&remote, &whole[..whole.len() / 2]).unwrap();
    harness.task(Action::Sync);
    assert!(harness.state.app.browse().is_some(), "{}", harness.screen());
    harness.assert_shows("is damaged or was tampered with");
    harness.assert_shows("your own vault is not concerned");
    harness.press("Esc");
    harness.task(Action::Import).type_text(&remote.display().to_string()).press("Ctrl-s");
    assert!(harness.state.app.browse().is_some(), "{}", harness.screen());
    harness.assert_shows("copy.etui' is damaged or was tampered with");
}

// What was deleted for good --------------------------------------------------------------------------------------

/// The copy deleted a secret for good that was changed here.
fn purged_there() -> Harness {
    let mut harness = apart(
        (120, 40),
        |vault| put(vault, "personal/mail", "v2", "changed", &["ACSCurrent"], ""),
        |vault| purge(vault, "personal/mail"),
    );
    harness.unlock();
    harness.press("Ctrl-s");
    harness
}

#[test]
fn what_one_copy_deleted_for_good_has_to_be_answered_first() {
    let mut harness = purged_there();
    assert_dialogs!("merge_purge_question", harness);
    harness.resize(120, 40).press("Enter");
    assert_eq!(harness.top(), "merge plan", "without an answer nothing is merged");
    harness.press("m");
    assert_dialogs!("merge_purge_kept", harness);
    harness.resize(120, 40).press("Enter");
    assert!(harness.toast().starts_with("merged"), "{}", harness.screen());
    assert!(has(&harness, "personal/mail"));
}

#[test]
fn a_deletion_for_good_is_taken_over_where_theirs_is_chosen() {
    let mut harness = purged_there();
    harness.press("t Enter");
    assert!(harness.toast().starts_with("merged"), "{}", harness.screen());
    assert!(!has(&harness, "personal/mail"));
}

// Guards: one key for every conflict accepted what one copy had deleted for good.
#[test]
fn one_key_for_every_conflict_answers_no_deletion_for_good() {
    for (key, kept) in [("M", "Answers on the internal network"), ("T", "Answers through the proxy")] {
        let here = |vault: &mut Vault| {
            changed_here(vault);
            put(vault, "personal/mail", "v2", "changed", &["ACSCurrent"], "");
        };
        let there = |vault: &mut Vault| {
            changed_there(vault);
            purge(vault, "personal/mail");
        };
        let mut harness = apart((120, 40), here, there);
        harness.unlock();
        harness.press("Ctrl-s").press(key).press("Enter");
        assert_eq!(harness.top(), "merge plan", "{key}: the deletion is not answered");
        harness.assert_shows("1 secret was deleted for good in one copy: answer first, with m for");
        assert!(!has(&harness, "made/there"), "{key}: nothing is merged");
        assert!(selected_line(&harness).contains("personal/mail"), "{}", harness.dialog());
        harness.press("m Enter");
        assert!(harness.toast().starts_with("merged"), "{}", harness.screen());
        assert!(has(&harness, "personal/mail"), "{key}");
        assert_eq!(description(&harness, "shop/db/url"), kept, "{key}: the conflicts were answered");
    }
}

// Another password --------------------------------------------------------------------------------------------

fn rekey(vault: &mut Vault) {
    let request = Relock {
        what: Relocking::VaultKey,
        present: credentials(PASSWORD),
        password: etui::memory::SecretBytes::copy_of(NEW.as_bytes()),
        present_key_file: None,
        key_file: NewKeyFile::Keep,
        cost: Some(etui::vault::KdfCost::new(8, 1, 1).unwrap()),
    };
    vault.relock(request, &mut |_| {}).map_err(|failed| failed.error).unwrap();
}

#[test]
fn a_copy_that_was_rekeyed_is_asked_for_its_password() {
    let mut harness = apart((120, 40), changed_here, |vault| {
        changed_there(vault);
        rekey(vault);
    });
    harness.unlock();
    harness.press("Ctrl-s");
    harness.assert_shows("the vault key was replaced in one copy");
    harness.type_text("wrong").press("Ctrl-s");
    harness.assert_shows("wrong password");
    harness.press("Ctrl-u").type_text(NEW).press("Ctrl-s");
    assert_eq!(harness.top(), "merge plan", "{}", harness.screen());
    harness.assert_shows("The vault key of the other copy is newer");
    harness.press("Enter");
    assert!(harness.toast().starts_with("merged"), "{}", harness.screen());
    harness.press("Esc Ctrl-l").type_text(NEW).press("Enter");
    assert!(harness.state.app.browse().is_some(), "{}", harness.screen());
}

#[test]
fn the_form_that_asks_for_the_password_of_a_rekeyed_copy() {
    let (mut harness, _) = with_remote(Some(rekey));
    harness.task(Action::Sync);
    assert_dialogs!("merge_other_password", harness);
    harness.resize(120, 40).type_text(NEW).press("Ctrl-s");
    assert_eq!(harness.top(), "merge plan", "{}", harness.screen());
    harness.press("Enter");
    assert!(harness.toast().starts_with("synced with 'stick'"), "{}", harness.screen());
}

// The file afterwards ------------------------------------------------------------------------------------------

#[test]
fn the_merged_file_is_deleted_only_where_that_is_chosen() {
    let mut harness = in_conflict((120, 40));
    harness.press("Ctrl-s Enter");
    assert_eq!(harness.top(), "merged file", "{}", harness.screen());
    assert_dialogs!("merged_file", harness);
    harness.resize(120, 40).press("Enter");
    assert!(copy_path(&harness).exists(), "the harmless answer comes first");
    let mut harness = in_conflict((120, 40));
    harness.press("Ctrl-s Enter Right Enter");
    assert!(!copy_path(&harness).exists());
    assert!(harness.toast().starts_with("deleted '"), "{}", harness.toast());
    harness.assert_hides("conflict file");
}

#[test]
fn a_file_that_changed_since_it_was_merged_stays() {
    let mut harness = in_conflict((120, 40));
    harness.press("Ctrl-s Enter");
    create(&mut open(&harness, &copy_path(&harness)), "later/there", "v1", text_value("x"));
    harness.press("Right Enter");
    assert!(copy_path(&harness).exists());
    harness.assert_shows("changed meanwhile: it was not deleted");
}

// The worker ----------------------------------------------------------------------------------------------------

#[test]
fn the_progress_is_shown_and_a_merge_can_go_on_in_the_background() {
    let mut harness = in_conflict((120, 40));
    harness.hold();
    harness.press("Ctrl-s");
    harness.assert_shows("reading the other copy");
    harness.release();
    harness.hold();
    harness.press("Enter");
    harness.assert_shows("merging");
    harness.press("Esc");
    assert_eq!(harness.dialogs(), 0);
    harness.release();
    assert!(harness.toast().starts_with("merged"), "{}", harness.toast());
    assert!(has(&harness, "made/there"));
}

#[test]
fn reading_a_copy_can_be_stopped_or_ends_with_the_lock() {
    let mut harness = in_conflict((120, 40));
    harness.hold();
    harness.press("Ctrl-s Enter Ctrl-l").release();
    harness.type_text(PASSWORD).press("Enter");
    assert!(harness.state.app.browse().is_some());
    assert!(!has(&harness, "made/there"));
}

// Another branch at the path of the vault ------------------------------------------------------------------------

#[test]
fn a_vault_file_that_was_replaced_by_a_branch_is_opened_only_when_that_is_accepted() {
    let mut harness = apart((120, 40), changed_here, changed_there);
    harness.unlock();
    harness.press("Esc Ctrl-l");
    let (path, copy) = (harness.folder().join("vault.etui"), copy_path(&harness));
    let kept = harness.folder().join("kept");
    fs::rename(&path, &kept).unwrap();
    fs::rename(&copy, &path).unwrap();
    fs::rename(&kept, &copy).unwrap();
    let mut harness = harness.restarted();
    harness.type_text(PASSWORD).press("Enter");
    assert!(harness.state.app.browse().is_none());
    assert_screens!("unlock_branch", harness);
    harness.resize(120, 40).type_text(PASSWORD).press("Enter");
    assert!(harness.state.app.browse().is_none(), "a second try accepts nothing");
    harness.press("Ctrl-y").type_text(PASSWORD).press("Enter");
    assert!(harness.state.app.browse().is_some(), "{}", harness.screen());
    harness.assert_shows("Both this vault and a copy of it were changed.");
    harness.press("Ctrl-s Enter");
    assert!(has(&harness, "made/here") && has(&harness, "made/there"));
}

// Remotes ---------------------------------------------------------------------------------------------------------

/// The app with a remote in a folder, where a copy with other changes is kept; the vault itself was changed last.
fn with_remote(there: Option<fn(&mut Vault)>) -> (Harness, PathBuf) {
    let mut harness = Harness::locked((120, 40), sample::shop);
    let stick = harness.folder().join("stick");
    fs::create_dir(&stick).unwrap();
    let remote = stick.join("copy.etui");
    if let Some(there) = there {
        fs::copy(harness.folder().join("vault.etui"), &remote).unwrap();
        there(&mut open(&harness, &remote));
    }
    harness.clock.0.store(NOW + 60, Ordering::SeqCst);
    changed_here(&mut open(&harness, &harness.folder().join("vault.etui")));
    fs::write(harness.folder().join("remotes.toml"), format!("[stick]\nurl = 'file:{}'\n", remote.display()))
        .unwrap();
    harness.unlock();
    (harness, remote)
}

#[test]
fn a_sync_merges_the_copy_at_the_remote_and_puts_the_result_there() {
    let (mut harness, remote) = with_remote(Some(changed_there));
    harness.task(Action::Sync);
    assert_eq!(harness.top(), "merge plan", "{}", harness.screen());
    assert_dialogs!("sync_plan", harness);
    harness.resize(120, 40).press("Enter");
    assert!(harness.toast().starts_with("synced with 'stick': 1 new"), "{}", harness.screen());
    let here = harness.other_process().state().unwrap();
    assert_eq!(open(&harness, &remote).state().unwrap(), here);
    harness.task(Action::Sync);
    harness.assert_shows("Both copies are equal.");
}

/// What a sync keeps in the meantime.
fn kept_copies(harness: &Harness) -> usize {
    let entries = fs::read_dir(harness.folder().join("state")).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("etui-sync-")).count()
}

/// The copy at the remote is fetched once: what somebody else puts there while the plan is shown is merged behind it.
#[test]
fn what_comes_to_the_remote_while_the_plan_is_shown_is_merged_too() {
    let (mut harness, remote) = with_remote(Some(changed_there));
    harness.task(Action::Sync);
    assert_eq!(kept_copies(&harness), 1, "what was fetched waits for the answer");
    create(&mut open(&harness, &remote), "later/there", "v1", text_value("x"));
    harness.press("Enter");
    assert!(harness.toast().starts_with("synced with 'stick'"), "{}", harness.screen());
    assert!(has(&harness, "made/there") && has(&harness, "later/there"));
    let here = harness.other_process().state().unwrap();
    assert_eq!(open(&harness, &remote).state().unwrap(), here);
    assert_eq!(kept_copies(&harness), 0);
}

#[test]
fn a_conflict_that_comes_to_the_remote_while_the_plan_is_shown_is_not_decided_unseen() {
    let (mut harness, remote) = with_remote(Some(changed_there));
    harness.task(Action::Sync);
    harness.clock.0.store(NOW + 300, Ordering::SeqCst);
    describe(&mut open(&harness, &remote), "shop/db/url", "Answers nobody", &[], None);
    let there = open(&harness, &remote).state().unwrap();
    harness.press("M Enter");
    harness.assert_shows("the copy there changed meanwhile");
    assert!(has(&harness, "made/there"), "what was shown is merged");
    assert_eq!(description(&harness, "shop/db/url"), "Answers on the internal network");
    assert_eq!(open(&harness, &remote).state().unwrap(), there, "nothing was put there");
}

#[test]
fn a_cancelled_sync_changes_neither_end() {
    let (mut harness, remote) = with_remote(Some(changed_there));
    let (here, there) = (harness.other_process().state().unwrap(), fs::read(&remote).unwrap());
    harness.press(":").type_text("sync stick").press("Enter");
    assert_eq!(harness.top(), "merge plan", "{}", harness.screen());
    harness.press("Esc");
    assert_eq!(harness.other_process().state().unwrap(), here);
    assert!(fs::read(&remote).unwrap() == there);
    assert_eq!(kept_copies(&harness), 0, "what was fetched goes with the plan");
}

#[test]
fn the_first_sync_copies_the_vault() {
    let (mut harness, remote) = with_remote(None);
    harness.task(Action::Sync);
    harness.assert_shows("There is no copy yet: this vault will be copied there.");
    assert!(!remote.exists());
    harness.press("Enter");
    assert_eq!(harness.toast(), "copied the vault to 'stick'");
    assert!(remote.exists());
}

#[test]
fn a_sync_without_a_remote_says_how_to_add_one() {
    let mut harness = Harness::open((120, 40), sample::shop);
    harness.task(Action::Sync);
    assert_screens!("sync_without_remote", harness);
    harness.event(Event::Tick);
}
