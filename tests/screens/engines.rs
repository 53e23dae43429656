//! `:push` and `:pull`: a form, the plan of every secret, and nothing before its word.

use std::fs;
use std::time::Duration;

use etui::tui::Action;
use etui::vault::Vault;
use serde_json::json;

use crate::engine_server::{EngineServer, TOKEN};
use crate::harness::{Harness, TestClock};
use crate::sample::{create, put, stage, text_value};
use crate::{assert_dialog, assert_dialogs};

fn fill(vault: &mut Vault, _clock: &TestClock) {
    create(vault, "db/password", "v1", text_value("one"));
    put(vault, "db/password", "v2", "two", &["ACSCurrent"], "");
    create(vault, "mail/token", "v1", text_value("mail"));
    create(vault, "web/key", "2026-11", text_value("web"));
}

/// The app with the remote `team`.
fn with_team() -> (Harness, EngineServer) {
    let (harness, server) = (Harness::open((120, 40), fill), EngineServer::start());
    remember(&harness, &[("team", &server)]);
    (harness, server)
}

fn remember(harness: &Harness, remotes: &[(&str, &EngineServer)]) {
    let lines = remotes.iter().map(|(name, server)| format!("[{name}]\nurl = \"{}\"\n", server.url()));
    fs::write(harness.folder().join("remotes.toml"), lines.collect::<String>()).unwrap();
}

impl Harness {
    /// Fills in the form: the token is its last field.
    fn with_token(&mut self) -> &mut Self {
        self.press("Shift-Tab").type_text(TOKEN).press("Ctrl-s")
    }

    fn choose_second(&mut self) -> &mut Self {
        self.press("Right Enter")
    }
}

/// Everything that was asked there and changes something.
fn writes(server: &EngineServer) -> usize {
    server.heard().iter().filter(|heard| heard.line.starts_with("POST")).count()
}

#[test]
fn a_push_is_a_form_a_plan_and_a_word() {
    let (mut harness, server) = with_team();
    harness.task(Action::Push);
    assert_dialogs!("push_form", harness);
    harness.resize(120, 40).with_token();
    assert_dialogs!("push_plan", harness);
    harness.resize(120, 40).press("Enter");
    assert_eq!(harness.top(), "task", "Cancel is chosen first");
    assert_eq!(writes(&server), 0);
    harness.press("Ctrl-s").choose_second();
    assert_eq!(harness.dialogs(), 0, "{}", harness.screen());
    assert_eq!(harness.toast(), "pushed 3 secrets to team: 3 new");
    assert_eq!(server.newest("db/password").unwrap()["value"], "two");
    harness.task(Action::Push).with_token();
    harness.assert_shows("Nothing would change at team: 3 same.");
    harness.press("Right Enter");
    assert_eq!(harness.top(), "push plan", "there is nothing to push");
}

#[test]
fn a_secret_is_left_out_of_a_push_line_by_line() {
    let (mut harness, server) = with_team();
    harness.task(Action::Push).with_token();
    harness.press("Down Space");
    assert_dialog!("push_left_out", harness);
    harness.press("Space Space").choose_second();
    assert_eq!(harness.toast(), "pushed 2 secrets to team: 2 new");
    assert!(server.newest("mail/token").is_none() && server.newest("web/key").is_some());
}

#[test]
fn what_moved_there_is_refused_and_shown_with_what_to_do() {
    let (mut harness, server) = with_team();
    harness.task(Action::Push).with_token().choose_second();
    server.put("db/password", "theirs");
    put(&mut harness.other_process(), "db/password", "mine", "mine", &["ACSCurrent"], "");
    stage(&mut harness.other_process(), "mail/token", "blue", "v1");
    put(&mut harness.other_process(), "web/key", "2026-12", "new", &["ACSCurrent"], "");
    harness.task(Action::Push).with_token();
    assert_dialogs!("push_refused", harness);
    harness.resize(120, 40).press("Down").choose_second();
    assert_eq!(harness.toast(), "pushed 1 secret to team: 1 changed");
    assert_eq!(server.newest("db/password").unwrap()["value"], "theirs");
    assert_eq!(server.newest("web/key").unwrap()["value"], "new");
}

#[test]
fn what_somebody_stores_while_the_plan_is_read_is_not_pushed_over() {
    let (mut harness, server) = with_team();
    harness.task(Action::Push).with_token();
    server.put("db/password", "theirs");
    harness.choose_second();
    assert_eq!(harness.toast(), "pushed 2 secrets to team: 2 new, 1 refused");
    assert_dialog!("push_result", harness);
    assert_eq!(server.newest("db/password").unwrap()["value"], "theirs");
}

#[test]
fn a_push_takes_the_marked_secrets_and_what_the_form_says() {
    let (mut harness, server) = with_team();
    harness.task(Action::Push).press("Tab").type_text("web/ mail/*").press("Tab");
    harness.type_text("ACSCurrent").press("Tab Right Tab Tab").type_text(TOKEN).press("Ctrl-s");
    harness.choose_second();
    assert_eq!(harness.toast(), "pushed 2 secrets to team: 2 new");
    assert!(server.newest("db/password").is_none());
    harness.task(Action::Push).press("Tab").type_text("nosuch*").press("Tab Tab Tab Tab");
    harness.type_text(TOKEN).press("Ctrl-s");
    harness.assert_shows("no secret matches 'nosuch*'");
    harness.press("Shift-Tab Shift-Tab Shift-Tab").type_text("not!").press("Ctrl-s");
    assert_eq!(harness.top(), "task");
    assert!(harness.report()[0].contains("label"), "{:?}", harness.report());
}

#[test]
fn a_pull_shows_what_it_brings_and_is_undone_as_one_change() {
    let (mut harness, server) = with_team();
    harness.task(Action::Push).with_token().choose_second();
    server.put("db/password", "theirs");
    server.put("ops/new", "brought");
    harness.task(Action::Pull);
    assert_dialog!("pull_form", harness);
    harness.resize(120, 40).with_token();
    assert_dialogs!("pull_plan", harness);
    harness.resize(120, 40).press("Esc");
    assert_eq!(harness.top(), "task");
    assert!(harness.other_process().describe(&crate::sample::name("ops/new")).is_err());
    harness.press("Ctrl-s").choose_second();
    assert_eq!(harness.dialogs(), 0, "{}", harness.screen());
    assert!(harness.toast().starts_with("imported 2 secrets: 1 new, 1 changed"), "{}", harness.toast());
    harness.assert_shows("ops");
    harness.press("u Enter");
    let undone = harness.other_process().describe(&crate::sample::name("ops/new")).unwrap();
    assert!(undone.secret.planned_deletion.is_some(), "what it brought goes with the undo");
}

#[test]
fn a_plan_of_a_pull_that_holds_no_more_is_shown_again() {
    let (mut harness, server) = with_team();
    server.put("ops/new", "brought");
    harness.task(Action::Pull).with_token();
    create(&mut harness.other_process(), "ops/new", "v1", text_value("mine"));
    harness.choose_second();
    harness.assert_shows("nothing was pulled, and the plan");
    harness.assert_shows("already exists with");
    assert_eq!(harness.top(), "pull plan");
}

#[test]
fn the_plan_that_is_shown_again_pulls_what_was_read_before() {
    let (mut harness, server) = with_team();
    server.put("ops/new", "brought");
    server.put("ops/other", "brought too");
    harness.task(Action::Pull).with_token();
    create(&mut harness.other_process(), "ops/new", "v1", text_value("mine"));
    harness.choose_second();
    harness.assert_shows("nothing was pulled, and the plan");
    let asked = server.heard().len();
    harness.choose_second();
    assert_eq!(harness.dialogs(), 0, "{}", harness.screen());
    harness.other_process().describe(&crate::sample::name("ops/other")).unwrap();
    assert_eq!(server.heard().len(), asked, "nothing is asked for again");
}

#[test]
fn what_is_in_the_way_is_said_in_the_form() {
    let (mut harness, server) = with_team();
    harness.task(Action::Push).press("Ctrl-s");
    harness.assert_shows("no token for 127.0.0.1");
    harness.assert_shows("type it, or set BAO_TOKEN before you start etui");
    harness.press("Shift-Tab").type_text("wrong").press("Ctrl-s");
    harness.assert_shows("does not accept the token");
    harness.press("Esc Right Enter");
    harness.press(":").type_text("push nosuch").press("Enter");
    harness.assert_shows("there is no remote 'nosuch'");
    harness.press("Esc");
    remember(&harness, &[("team", &server), ("other", &server)]);
    harness.task(Action::Pull).with_token();
    harness.assert_shows("there are several remotes: other, team");
    harness.assert_shows("name one of them");
    assert!(!harness.screen().contains(TOKEN));
}

#[test]
fn remotes_that_are_not_understood_are_told_alike_by_each_command() {
    let mut harness = Harness::open((120, 40), fill);
    fs::write(harness.folder().join("remotes.toml"), "[team]\nurl = 'nowhere'\n").unwrap();
    for action in [Action::Push, Action::Pull] {
        harness.task(action).with_token();
        harness.assert_shows("remotes.toml' line 2: a remote is file:PATH");
        harness.assert_shows("correct that line, or delete it");
        harness.press("Esc Right Enter");
    }
    harness.task(Action::Sync);
    harness.assert_shows("remotes.toml' line 2: a remote is file:PATH");
    harness.assert_shows("correct that line, or delete it");
}

#[test]
fn work_that_runs_shows_how_far_it_is_and_is_stopped_without_a_trace() {
    let (mut harness, server) = with_team();
    harness.task(Action::Push);
    harness.hold();
    harness.with_token();
    harness.wait(Duration::from_secs(2));
    assert_dialog!("push_planning", harness);
    harness.press("x");
    harness.release();
    assert_eq!(harness.toast(), "comparing with the engine was stopped: nothing was changed");
    harness.press("Ctrl-s");
    harness.hold();
    harness.choose_second();
    harness.press("x");
    harness.release();
    assert_eq!(harness.toast(), "pushed 1 secret to team: 1 new; stopped; what is there already stays there");
    // The next one goes on.
    harness.task(Action::Push).with_token();
    harness.assert_shows("Would push 2 secrets to team: 2 new, 1 same.");
    assert_eq!(server.newest("db/password").unwrap()["value"], "two");
}

#[test]
fn no_value_and_no_token_is_drawn() {
    let (mut harness, server) = with_team();
    server.answers("/metadata/", 500, "", json!({ "errors": [TOKEN, "two"] }));
    harness.task(Action::Push).with_token();
    for screen in [harness.screen(), { harness.choose_second().screen() }] {
        assert!(!screen.contains(TOKEN) && !screen.contains("mail\""), "{screen}");
    }
}
