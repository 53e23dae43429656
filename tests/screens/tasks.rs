//! The rooms for what is done seldom: each says what it will do, and does nothing by the key that opened it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::Ordering;
use std::time::Duration;

use etui::exchange::{Source, dotenv};
use etui::tui::Action;
use etui::vault::{Answers, LockedVault, Progress, Vault};

use crate::browse::on_password;
use crate::harness::{Harness, NOW, PASSWORD, credentials, environment};
use crate::sample::{self, create, name, text_value};
use crate::{assert_dialog, assert_dialogs};

const NEW: &str = "violet anvil parade sombre";

impl Harness {
    fn opens_with(&self, password: &str) -> bool {
        let vault = self.folder().join("vault.etui");
        let locked = LockedVault::open(&vault, environment(&self.clock)).unwrap();
        locked.unlock(&credentials(password), Answers::default()).is_ok()
    }

    fn path(&self, file: &str) -> String {
        self.folder().join(file).display().to_string()
    }

    fn names(&self) -> Vec<String> {
        let listing = self.other_process().list().unwrap();
        let alive = listing.iter().filter(|secret| secret.planned_deletion.is_none());
        alive.map(|secret| secret.name.to_owned()).collect()
    }

    /// Says of the work under way how far it is, as the worker would.
    fn tell(&mut self, done: u64, total: u64) -> &mut Self {
        let watched = self.state.app.under_way.as_ref().expect("work is under way").watched.clone();
        let _ = watched.tell(Progress { done, total });
        self.event(etui::tui::Event::Tick);
        self
    }
}

// Long work ---------------------------------------------------------------------------------------------------

#[test]
fn the_check_shows_how_far_it_is_and_what_it_found() {
    let mut harness = on_password();
    harness.hold();
    harness.task(Action::Verify).wait(Duration::from_secs(3)).tell(30, 120);
    assert_dialog!("verify_running", harness);
    assert_eq!(harness.next_wake(), Some(Duration::from_millis(100)), "it is drawn ten times a second");
    harness.release();
    // Its last eight digits are another vault's each time.
    harness.assert_shows("State 12 · ");
    harness.resize(80, 24);
    let dialog = harness.dialog();
    let digits = dialog.split_once("State 12 · ").unwrap().1.get(..8).unwrap();
    assert!(digits.bytes().all(|digit| digit.is_ascii_hexdigit()), "{dialog}");
    insta::assert_snapshot!("verify_done", dialog.replace(digits, "01234567"));
    harness.press("Esc");
    assert_eq!(harness.dialogs(), 0);
    assert!(harness.next_wake().unwrap() > Duration::from_millis(100), "nothing wakes it any more");
}

#[test]
fn work_can_be_left_to_the_background_and_tells_when_it_is_done() {
    let mut harness = on_password();
    harness.hold();
    harness.task(Action::Verify).tell(30, 120).press("Esc");
    assert_eq!(harness.toast(), "checking the vault continues in the background");
    harness.assert_shows("checking the vault 25 %");
    harness.task(Action::Export);
    assert_eq!(harness.toast(), "checking the vault 25 % is still running: wait, or stop it with :stop-work");
    harness.task(Action::Verify).assert_shows("25 %");
    harness.press("Esc").release();
    assert_eq!(harness.toast(), "vault OK: 5 secrets, 9 versions, 12 changes");
}

#[test]
fn x_stops_the_work_and_nothing_is_left() {
    let mut harness = on_password();
    harness.hold();
    let copy = harness.path("copy.etui");
    harness.task(Action::BackUp).type_text(&copy).press("Ctrl-s x").release();
    assert_eq!(harness.toast(), "backing the vault up was stopped: nothing was changed");
    assert!(!fs::exists(&copy).unwrap());
    harness.press("Ctrl-s");
    assert!(fs::exists(&copy).unwrap(), "the form is as it was typed");
}

#[test]
fn leaving_the_app_while_work_is_under_way_is_wished_twice() {
    let mut harness = on_password();
    harness.hold();
    harness.task(Action::Verify).press("Ctrl-c");
    assert_eq!(harness.toast(), "checking the vault continues in the background");
    harness.press("Ctrl-c");
    assert!(!harness.has_quit);
    assert_eq!(harness.toast(), "checking the vault is still running: press again to stop it and quit");
    harness.press("Ctrl-c");
    assert!(harness.has_quit);
}

// For good ----------------------------------------------------------------------------------------------------

#[test]
fn the_window_of_a_deletion_can_be_chosen() {
    let mut harness = on_password();
    harness.press("D j j j");
    harness.assert_shows("in 27 days");
    assert_dialog!("delete_window", harness);
    harness.resize(120, 40);
    for _ in 0..40 {
        harness.press("-");
    }
    harness.assert_shows("in 7 days");
    harness.press("+ l Enter");
    assert_eq!(
        harness.toast(),
        "shop/db/password is scheduled for deletion on 2026-12-02 · u undoes, . lists it"
    );
}

#[test]
fn a_deletion_for_good_wants_the_name_and_another_key() {
    let mut harness = on_password();
    harness.press("D f");
    assert_dialog!("force_delete", harness);
    harness.resize(120, 40).press("Enter Enter");
    harness.press("Ctrl-s");
    harness.assert_shows("type 'shop/db/password' to remove for good");
    harness.type_text("shop/db/pass").press("Ctrl-s");
    assert_eq!(harness.dialogs(), 1);
    assert!(harness.names().contains(&"shop/db/password".to_owned()));
    harness.type_text("word").press("Enter");
    assert!(harness.names().contains(&"shop/db/password".to_owned()), "Enter does not do it");
    harness.press("Ctrl-s");
    assert_eq!(harness.dialogs(), 0);
    assert_eq!(harness.toast(), "removed secret 'shop/db/password' with 5 versions for good");
    assert!(!harness.names().contains(&"shop/db/password".to_owned()));
}

#[test]
fn what_changed_meanwhile_is_not_removed() {
    let mut harness = on_password();
    harness.task(Action::ForceDelete);
    sample::put(&mut harness.other_process(), "shop/db/password", "v15", "x", &["ACSCurrent"], "");
    harness.type_text("shop/db/password").press("Ctrl-s");
    harness.assert_shows("secret 'shop/db/password' changed since this was planned");
    assert!(harness.names().contains(&"shop/db/password".to_owned()));
}

fn past_their_window() -> Harness {
    let mut harness = Harness::open((120, 40), |vault: &mut Vault, clock| {
        sample::shop(vault, clock);
        clock.0.store(NOW - 31 * 86_400, Ordering::SeqCst);
        for secret in ["old/one", "old/two"] {
            create(vault, secret, "v1", text_value("x"));
            let deletion = etui::versioning::Deletion::Window(7);
            let request = etui::vault::DeleteRequest { name: name(secret), deletion, expected: None };
            vault.delete_secret(&request).unwrap();
        }
    });
    harness.press(".");
    harness
}

#[test]
fn all_that_are_past_their_window_are_purged_by_the_name_of_the_vault() {
    let mut harness = past_their_window();
    harness.task(Action::PurgePast);
    assert_dialog!("purge_past", harness);
    harness.resize(120, 40).type_text("vault").press("Ctrl-s");
    harness.assert_shows("type 'vault.etui' to remove for good");
    harness.type_text(".etui").press("Ctrl-s");
    assert_eq!(harness.toast(), "removed 2 secrets for good");
    harness.task(Action::PurgePast).assert_shows("no secret is past its window");
}

#[test]
fn a_purge_of_one_is_for_what_is_scheduled() {
    let mut harness = on_password();
    harness.bind("P", "purge").press("P");
    assert_eq!(harness.dialogs(), 0);
    assert!(harness.toast().starts_with("this secret is not scheduled for deletion"), "{}", harness.toast());
}

// Locks -------------------------------------------------------------------------------------------------------

#[test]
fn the_password_is_changed_with_the_present_one() {
    let mut harness = on_password();
    harness.task(Action::ChangePassword);
    assert_dialog!("password", harness);
    harness.resize(120, 40).type_text("wrong").press("Tab").type_text(NEW).press("Tab").type_text("violet");
    assert_dialog!("password_typed", harness);
    harness.resize(120, 40).press("Ctrl-s");
    harness.assert_shows("Passwords don't match");
    harness.type_text(NEW).press("Ctrl-s");
    harness.assert_shows("wrong password");
    assert!(harness.opens_with(PASSWORD));
    harness.press("Ctrl-u").type_text(PASSWORD).press("Ctrl-s");
    assert_dialog!("password_done", harness);
    assert!(harness.opens_with(NEW) && !harness.opens_with(PASSWORD));
    harness.resize(120, 40).press("Enter Ctrl-l").type_text(NEW).press("Enter");
    assert!(harness.state.app.browse().is_some(), "{}", harness.screen());
}

#[test]
fn a_weak_new_password_is_asked_about_once_more() {
    for action in [Action::ChangePassword, Action::Rekey] {
        let mut harness = on_password();
        harness.task(action).type_text(PASSWORD).press("Tab").type_text("abc").press("Tab").type_text("abc");
        if action == Action::Rekey {
            harness.press("Tab Tab").type_text("vault.etui");
        }
        harness.press("Ctrl-s");
        harness.assert_shows("This master password is weak: anyone");
        harness.assert_shows("Press Ctrl-s again to use it anyway.");
        harness.type_text("d").press("Tab").type_text("d");
        harness.assert_hides("again to use it anyway.");
        harness.press("Ctrl-s").assert_shows("again to use it anyway.");
        assert!(harness.opens_with(PASSWORD));
        harness.press("Ctrl-s");
        assert!(harness.opens_with("abcd") && !harness.opens_with(PASSWORD), "{action:?}");
    }
}

#[test]
fn a_new_key_file_is_made_and_needed_from_then_on() {
    let mut harness = on_password();
    let key = harness.path("vault.key");
    harness.task(Action::ChangePassword).type_text(PASSWORD).press("Tab").type_text(NEW);
    harness.press("Tab").type_text(NEW).press("Tab Right Tab").type_text(&key).press("Ctrl-s");
    harness.assert_shows("start etui with --key-file");
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!harness.opens_with(NEW));
    harness.press("Esc Ctrl-l").type_text(NEW).press("Enter");
    assert!(harness.state.app.browse().is_some(), "the session knows the new key file");
}

#[test]
fn a_wrong_password_leaves_no_key_file_behind() {
    let mut harness = on_password();
    let key = harness.path("vault.key");
    harness.task(Action::ChangePassword).type_text("wrong").press("Tab").type_text(NEW);
    harness.press("Tab").type_text(NEW).press("Tab Right Tab").type_text(&key).press("Ctrl-s");
    harness.assert_shows("wrong password");
    assert!(!fs::exists(&key).unwrap());
}

fn type_rekey(harness: &mut Harness) {
    harness.task(Action::Rekey).type_text(PASSWORD).press("Tab").type_text(NEW);
    harness.press("Tab").type_text(NEW).press("Tab Tab");
}

#[test]
fn a_rekey_wants_the_name_of_the_vault_and_shows_its_progress() {
    let mut harness = on_password();
    harness.task(Action::Rekey);
    assert_dialog!("rekey", harness);
    harness.resize(120, 40).press("Esc");
    type_rekey(&mut harness);
    harness.type_text("shop.etui").press("Ctrl-s");
    harness.assert_shows("type 'vault.etui' to replace the key of this vault");
    assert!(harness.opens_with(PASSWORD));
    harness.hold();
    harness.press("Ctrl-u").type_text("vault.etui").press("Enter");
    assert!(harness.state.app.under_way.is_none(), "Enter does not do it");
    harness.press("Ctrl-s x").tell(17, 40);
    assert_eq!(harness.toast(), "re-encrypting everything cannot be stopped: it is all or nothing");
    harness.assert_shows("42 %");
    harness.release();
    assert_dialog!("rekey_done", harness);
    assert!(harness.opens_with(NEW) && !harness.opens_with(PASSWORD));
}

#[test]
fn the_lock_waits_for_a_rekey_and_says_which_password_opens_the_vault() {
    let mut harness = on_password();
    harness.hold();
    type_rekey(&mut harness);
    harness.type_text("vault.etui").press("Ctrl-s Ctrl-l");
    harness.assert_shows("re-encrypting everything continues to its end");
    harness.release();
    harness.assert_shows("the vault key is replaced: the new password opens the vault");
    harness.type_text(NEW).press("Enter");
    assert!(harness.state.app.browse().is_some());
}

// Copies ------------------------------------------------------------------------------------------------------

#[test]
fn a_backup_is_made_and_checked_and_replaces_nothing() {
    let mut harness = on_password();
    harness.task(Action::BackUp);
    assert_dialog!("backup", harness);
    let copy = harness.path("copy.etui");
    harness.resize(120, 40).press("Ctrl-s");
    harness.assert_shows("enter a file path");
    harness.type_text(&copy).press("Ctrl-s");
    assert!(
        harness.toast().ends_with("and checked: 5 secrets, 9 versions, 12 changes"),
        "{}",
        harness.toast()
    );
    let copied = LockedVault::open_copy(copy.as_ref(), Box::new(harness.clock.clone())).unwrap();
    assert!(copied.unlock(&credentials(PASSWORD), Answers::default()).is_ok());
    let before = fs::read(&copy).unwrap();
    harness.task(Action::BackUp).type_text(&copy).press("Ctrl-s");
    harness.assert_shows("existing files are never overwritten here");
    assert!(fs::read(&copy).unwrap() == before);
}

#[test]
fn an_export_is_confirmed_in_words_and_private() {
    let mut harness = on_password();
    harness.task(Action::Export);
    assert_dialog!("export", harness);
    let file = harness.path("secrets.env");
    harness
        .resize(120, 40)
        .press("Right Tab")
        .type_text("shop")
        .press("Tab")
        .type_text(&file)
        .press("Ctrl-s");
    harness.assert_shows("type 'plaintext' to write the secrets as they are");
    assert!(!fs::exists(&file).unwrap());
    harness.type_text("plaintext").press("Ctrl-s");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("DB_PASSWORD="), "{text}");
    assert!(!text.contains("PERSONAL"), "only what lies below the folder");
}

#[test]
fn after_a_path_that_is_taken_the_cursor_is_in_the_field_of_the_path() {
    let mut harness = on_password();
    let (taken, free) = (harness.path("taken.kdbx"), harness.path("free.kdbx"));
    fs::write(&taken, "x").unwrap();
    harness.task(Action::Export).resize(120, 40).press("Left Tab Tab").type_text(&taken).press("Tab");
    harness
        .type_text("correct horse battery")
        .press("Tab")
        .type_text("correct horse battery")
        .press("Ctrl-s");
    harness.assert_shows("already exists");
    harness.press("Ctrl-u").type_text(&free).press("Ctrl-s");
    assert!(fs::exists(&free).unwrap(), "{}", harness.screen());
}

// Import ------------------------------------------------------------------------------------------------------

const DOTENV: &str = "API_KEY=k-1\nDB_URL=postgres://db\nEMPTY=\n";

fn import_of(text: &str, file: &str) -> (Harness, String) {
    let mut harness = on_password();
    let path = harness.path(file);
    fs::write(&path, text).unwrap();
    harness.task(Action::Import);
    (harness, path)
}

#[test]
fn an_import_shows_the_very_plan_before_it_writes_anything() {
    let (mut harness, path) = import_of(DOTENV, ".env");
    assert_dialog!("import", harness);
    harness.resize(120, 40).type_text(&path).press("Tab Tab").type_text("shop/dev").press("Ctrl-s");
    let mut batch = dotenv::secrets(DOTENV.as_bytes()).unwrap();
    batch.put_below("shop/dev/");
    let planned = harness.other_process().plan_import(&batch).unwrap();
    let report = harness.report();
    assert_eq!(report.len(), 1 + planned.rows.len() + planned.losses.len());
    for row in &planned.rows {
        assert!(report.iter().any(|line| line.starts_with("new ") && line.contains(row.name.as_str())));
    }
    // The folder of the test has another name each time.
    harness.press("Shift-Tab Shift-Tab Ctrl-u").type_text("~/none");
    assert!(harness.report().is_empty(), "what is typed anew has another plan");
    assert!(!harness.names().iter().any(|name| name.starts_with("shop/dev/")));
    harness.press("Ctrl-u").type_text(&path).press("Ctrl-s Ctrl-s");
    assert!(harness.toast().starts_with("imported 2 secrets: 2 new"), "{}", harness.toast());
    assert!(harness.names().contains(&"shop/dev/DB_URL".to_owned()));
    harness.press("u Enter");
    assert!(!harness.names().contains(&"shop/dev/DB_URL".to_owned()), "it is one change for undo");
}

#[test]
fn the_plan_of_an_import_names_each_secret_and_what_is_lost() {
    let mut harness = on_password();
    let mut text = String::from("name,url,username,password,note\n");
    for row in 0..20 {
        text.push_str(&format!("site {row},https://{row}.example/,me,\"p,{row}\",\n"));
    }
    let path = harness.path("passwords.csv");
    fs::write(&path, text).unwrap();
    harness.press(":").type_text("import passwords.csv").press("Enter");
    harness.assert_shows("cannot read 'passwords.csv'");
    harness.press("Ctrl-u").type_text(&path).press("Ctrl-s");
    harness.press("Ctrl-u").type_text("x");
    // Shown with a path that is the same everywhere.
    harness.press("Esc l Enter").task(Action::Import);
    fs::write("/tmp/etui-test-passwords.csv", fs::read(&path).unwrap()).unwrap();
    harness.type_text("/tmp/etui-test-passwords.csv").press("Ctrl-s");
    fs::remove_file("/tmp/etui-test-passwords.csv").unwrap();
    assert_dialogs!("import_planned", harness);
    harness.resize(120, 40).press("PgDn");
    harness.assert_hides("would import 20 secrets");
}

#[test]
fn a_long_plan_can_be_searched_and_is_imported_as_a_whole() {
    let rows: String = (0..30).map(|row| format!("site {row},https://{row}.example/,me,p{row},\n")).collect();
    let (mut harness, path) = import_of(&format!("name,url,username,password,note\n{rows}"), "passwords.csv");
    harness.resize(120, 40).type_text(&path).press("Ctrl-s");
    assert_eq!(harness.report().len(), 1 + 30);
    harness.type_text("/SITE-2");
    assert_eq!(harness.report().len(), 1 + 11);
    assert_eq!(harness.report()[1], "new site-2  v1; from 'site 2'");
    harness.type_text("9").press("PgDn PgUp");
    harness.assert_shows("chrome: would import 30 secrets: 30 new");
    assert_eq!(harness.report()[1..], ["new site-29  v1; from 'site 29'"]);
    harness.type_text("x");
    harness.assert_shows("no line of the plan has this text");
    harness.press("Ctrl-u");
    assert_eq!(harness.report().len(), 1 + 30);
    harness.type_text("site-7").press("Ctrl-s");
    assert!(harness.toast().starts_with("imported 30 secrets: 30 new"), "{}", harness.toast());
}

#[test]
fn what_is_refused_and_what_is_lost_comes_first_in_the_plan() {
    let text = r#"{"encrypted":false,"items":[
        {"type":1,"name":"plain","login":{"password":"p"}},
        {"type":1,"name":"starred","favorite":true,"login":{"password":"q"}},
        {"type":1,"name":"odd","login":"none"}]}"#;
    let (mut harness, path) = import_of(text, "bitwarden.json");
    harness.resize(120, 40).type_text(&path).press("Ctrl-s");
    let report = harness.report();
    let leads: Vec<&str> = report[1..].iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(leads, ["refused", "lost", "new", "new"], "{report:?}");
    assert!(report[0].starts_with("bitwarden: would import nothing: 1 secret is refused"), "{report:?}");
    assert_eq!(report[2], "lost 'starred' loses its mark as a favorite");
}

#[test]
fn importing_what_is_here_already_changes_nothing() {
    let (mut harness, path) = import_of("A=1\n", ".env");
    harness.type_text(&path).press("Ctrl-s Ctrl-s");
    harness.task(Action::Import).type_text(&path).press("Ctrl-s");
    harness.assert_shows("nothing would change: 1 already here");
    harness.press("Esc").assert_hides("Discard changes?");
    harness.assert_hides("nothing would change");
}

#[test]
fn a_refused_secret_stops_the_import_until_it_is_chosen_to_leave_it_out() {
    let text = r#"{"Format":"etui","FormatVersion":1,"Secrets":[
        {"SecretName":"shop/db/password","Versions":[{"VersionId":"v14","SecretDataType":"text","SecretData":"quite another"}]},
        {"SecretName":"token","Versions":[{"VersionId":"v1","SecretDataType":"text","SecretData":"x"}]}]}"#;
    let (mut harness, path) = import_of(text, "out.json");
    harness.type_text(&path).press("Ctrl-s");
    harness.assert_shows("json: would import nothing: 1 secret is refused");
    harness.assert_shows("Refused secrets");
    harness.press("Ctrl-s");
    harness.assert_shows("nothing was imported: version 'v14' of secret 'shop/db/password' already");
    assert!(!harness.names().contains(&"token".to_owned()), "all or nothing, as on the command line");
    harness.press("Right");
    harness.assert_shows("json: would import 1 secret: 1 new, 1 left out");
    harness.press("Ctrl-s");
    assert!(harness.toast().starts_with("imported 1 secret: 1 new, 1 left out"), "{}", harness.toast());
    assert!(harness.names().contains(&"token".to_owned()));
    harness.press(":").type_text("copy-as").press("Enter");
    let copied = harness.clipboard.copied.lock().unwrap().join("");
    assert!(copied.starts_with("etui import json ") && copied.contains(" --skip-refused"), "{copied}");
}

#[test]
fn what_is_malformed_is_told_with_its_line_and_without_its_text() {
    let (mut harness, path) = import_of("A=1\nhunter2 is here\n", "odd.env");
    harness.type_text(&path).press("Tab Right Ctrl-s");
    harness.assert_shows("line 2, column");
    harness.assert_hides("hunter2");
}

#[test]
fn the_columns_of_a_csv_file_are_asked_for_where_that_is_the_format() {
    let (mut harness, path) = import_of("Title,Pwd,Colour\nrouter,r0uter,red\n", "list.csv");
    harness.resize(120, 40).type_text(&path).press("Tab");
    harness.assert_hides("Columns");
    let csv = Source::all().iter().position(|source| source.name() == "csv").unwrap();
    for _ in 0..=csv {
        harness.press("Right");
    }
    harness.assert_shows("Columns");
    harness.press("Tab").type_text("name=Title,password=Password").press("Ctrl-s");
    harness.assert_shows("the heading has no column 'Password'; it has 'title',");
    harness.press("Ctrl-u").type_text("name=Title,pin=Pwd").press("Ctrl-s");
    harness.assert_shows("'pin' is not a field");
    harness.press("Ctrl-u").type_text("name=Title,password=Pwd").press("Ctrl-s");
    harness.assert_shows("csv: would import 1 secret: 1 new; 1 loss");
    harness.press("Ctrl-s");
    assert!(harness.names().contains(&"router".to_owned()));
    harness.press(":").type_text("copy-as").press("Enter");
    let copied = harness.clipboard.copied.lock().unwrap().join("");
    assert!(copied.contains(" --map name=Title,password=Pwd"), "{copied}");
}

#[test]
fn another_vault_is_asked_for_its_password() {
    let mut harness = on_password();
    let other = harness.folder().join("other.etui");
    let cost = etui::vault::KdfCost::new(8, 1, 1).unwrap();
    let mut vault = Vault::create(&other, &credentials("other"), cost, environment(&harness.clock)).unwrap();
    create(&mut vault, "from/there", "v1", text_value("x"));
    drop(vault);
    harness.task(Action::Import).type_text(&other.display().to_string()).press("Ctrl-s");
    harness.assert_shows("the other vault has a key of its own: type its password");
    harness.type_text("wrong").press("Ctrl-s");
    harness.assert_shows("wrong password");
    harness.press("Ctrl-u").type_text("other").press("Ctrl-s");
    harness.assert_shows("etui: would import 1 secret: 1 new");
    harness.press("Ctrl-s");
    assert!(harness.names().contains(&"from/there".to_owned()));
}

#[test]
fn an_import_that_would_do_something_else_by_now_is_shown_again() {
    let (mut harness, path) = import_of("A=1\n", ".env");
    harness.type_text(&path).press("Ctrl-s");
    create(&mut harness.other_process(), "A", "v1", text_value("other"));
    harness.press("Ctrl-s");
    harness.assert_shows("nothing was imported, and");
    assert_eq!(harness.names().iter().filter(|name| *name == "A").count(), 1);
    harness.press("Ctrl-s");
    assert!(harness.toast().starts_with("imported 1 secret: 1 changed"), "{}", harness.toast());
}

#[test]
fn locking_while_an_import_is_under_way_takes_it_back() {
    let (mut harness, path) = import_of("A=1\nB=2\n", ".env");
    harness.type_text(&path).press("Ctrl-s");
    harness.hold();
    harness.press("Ctrl-s Ctrl-l").release();
    harness.assert_shows("the import was undone when the vault was locked");
    harness.type_text(PASSWORD).press("Enter");
    assert!(!harness.names().contains(&"A".to_owned()));
}

#[test]
fn a_form_in_which_something_was_typed_asks_before_it_closes() {
    let mut harness = on_password();
    harness.task(Action::Import).type_text("/tmp/x").press("Esc");
    harness.assert_shows("Discard changes?");
    harness.press("l Enter");
    assert_eq!(harness.dialogs(), 0);
}

#[test]
fn a_format_can_be_named() {
    let (mut harness, path) = import_of("A=1\n", "file");
    harness.press("Esc");
    harness.press(":").type_text(&format!("import json {path}")).press("Enter");
    harness.assert_shows("this is not JSON");
}

#[test]
fn the_settings_say_what_is_set_and_in_which_file() {
    let mut harness = on_password();
    harness.state.app.settings_file = Some("~/.config/etui/settings.toml".to_owned());
    harness.state.app.all_settings.lock_after = Duration::from_secs(90);
    harness.task(Action::Settings);
    assert_dialog!("settings", harness);
    let report = harness.report().join("\n");
    assert!(report.contains("~/.config/etui/settings.toml"), "{report}");
    assert!(report.contains("lock_after             1 minute 30 seconds, instead of 5 minutes"), "{report}");
    harness.press("Esc");
    assert_eq!(harness.dialogs(), 0);
}

#[test]
fn numbers_of_an_import_are_set_apart_everywhere() {
    let rows: String = (0..1_200).map(|number| format!("KEY_{number}=fake\n")).collect();
    let (mut harness, path) = import_of(&rows, ".env");
    harness.type_text(&path).press("Ctrl-s");
    harness.assert_shows("dotenv: would import 1,200 secrets: 1,200 new");
    harness.assert_shows("1-13/1,201");
    harness.press("Ctrl-s");
    assert!(harness.toast().starts_with("imported 1,200 secrets: 1,200 new"), "{}", harness.toast());
}

// An older format -----------------------------------------------------------------------------------------------

#[test]
fn the_upgrade_says_what_it_does_and_wants_the_password() {
    let mut harness = on_password();
    // As after the unlock of a vault in an older format.
    harness.state.app.format = None;
    harness.task(Action::Upgrade);
    assert_dialogs!("upgrade_form", harness);
    harness.resize(120, 40).press("Ctrl-s");
    harness.assert_shows("type the current password first");
    harness.press("Esc");
    harness.state.app.format = Some(etui::vault::FormatVersion::NEWEST);
    harness.task(Action::Upgrade);
    assert_eq!(harness.toast(), "the vault is already in the newest format");
}
