//! `etui config`, `etui doctor`, `etui copy`, `etui completions`, `etui man`, and the generated reference.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use insta::assert_snapshot;

use super::support::{Home, Run};

fn settings(home: &Home, text: &str) {
    fs::create_dir_all(home.path().join("config/etui")).unwrap();
    fs::write(home.path().join("config/etui/settings.toml"), text).unwrap();
}

#[test]
fn config_tells_where_settings_lie_and_whether_they_are_valid() {
    let home = Home::empty();
    assert_snapshot!(home.etui(&["config", "path"]), @r#"
        exit 0
        stdout:
        ~/config/etui/settings.toml
        ~/config/etui/keymap.toml
        "#);
    assert_snapshot!(home.etui(&["config", "check"]), @r#"
        exit 0
        stdout:
        '~/config/etui/settings.toml' does not exist: the defaults apply
        '~/config/etui/keymap.toml' does not exist: the defaults apply
        "#);
    settings(&home, "theme = 'dark'\n");
    assert_snapshot!(home.etui(&["config", "check"]), @r#"
        exit 0
        stdout:
        '~/config/etui/settings.toml' is valid
        '~/config/etui/keymap.toml' does not exist: the defaults apply
        "#);
    assert_snapshot!(home.etui(&["config", "path", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","Settings":"~/config/etui/settings.toml","SettingsExists":true,"Keymap":"~/config/etui/keymap.toml","KeymapExists":false}
        "#);
    settings(&home, "\ncolour = 'dark'\n");
    assert_snapshot!(home.etui(&["config", "check"]).failed(2), @r#"
        exit 2
        stderr:
        error: '~/config/etui/settings.toml' line 2: there is no setting 'colour'
        hint: run `etui config default` to see what can be set
        "#);
    settings(&home, "lock_after = 'soon'\n");
    assert_snapshot!(home.etui(&["config", "check"]).failed(2), @r#"
        exit 2
        stderr:
        error: '~/config/etui/settings.toml' line 1: a duration is a number and a unit, 366 days at most: 90s, 15m, 8h, 2d
        hint: run `etui config default` to see what can be set
        "#);
    fs::write(home.path().join("other.toml"), "mouse = 'off'\n").unwrap();
    home.etui(&["config", "check", "--config", "other.toml"]).succeeded();
}

#[test]
fn config_checks_the_user_s_own_keys_too() {
    let home = Home::empty();
    settings(&home, "");
    let keymap = home.path().join("config/etui/keymap.toml");
    fs::write(&keymap, "[[browse]]\non = ['x']\nrun = 'copy-value'\n").unwrap();
    assert_snapshot!(home.etui(&["config", "check"]), @r#"
        exit 0
        stdout:
        '~/config/etui/settings.toml' is valid
        '~/config/etui/keymap.toml' is valid
        "#);
    fs::write(&keymap, "[[browse]]\non = ['x']\nrun = 'fly'\n").unwrap();
    assert_snapshot!(home.etui(&["config", "check"]).failed(2), @r#"
        exit 2
        stderr:
        error: '~/config/etui/keymap.toml' line 3: there is no action 'fly'
        hint: correct that line; until then the default keys are used
        "#);
}

#[test]
fn the_default_settings_are_valid_settings() {
    let home = Home::empty();
    let text = home.etui(&["config", "default"]).succeeded();
    settings(&home, text.text());
    home.etui(&["config", "check"]).succeeded();
}

#[test]
fn copy_runs_the_command_of_the_settings_and_tells_what_it_can_promise() {
    let home = Home::with_secret();
    settings(&home, "clipboard = 'command'\nclipboard_copy = 'cat > copied'\n");
    assert_snapshot!(home.etui(&["copy", "db"]), @r#"
        exit 0
        stdout:
        copied version 'v2' of 'db'; nothing clears it: there is no clipboard_clear in the settings
        "#);
    assert_eq!(fs::read(home.path().join("copied")).unwrap(), b"two");
    let clearing = "clipboard = 'command'\nclipboard_copy = 'cat > copied'\nclipboard_clear = 'rm copied'\n";
    settings(&home, &format!("{clearing}clipboard_clear_after = '1s'\n"));
    assert_snapshot!(home.etui(&["copy", "db#v1", "--foreground", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"db","VersionId":"v1","Route":"command","ClearedInSeconds":1}
        "#);
    assert!(!home.path().join("copied").exists());
    settings(&home, "clipboard = 'command'\nclipboard_copy = 'exit 3'\n");
    assert_snapshot!(home.etui(&["copy", "db"]).failed(1), @r#"
        exit 1
        stderr:
        error: the clipboard command failed: exit code 3
        hint: try the command by hand, then correct it in the settings
        "#);
    assert_snapshot!(home.etui(&["copy", "nothing"]).failed(3), @r#"
        exit 3
        stderr:
        error: there is no secret 'nothing'
        hint: run `etui list` to see the names
        "#);
}

#[test]
fn without_foreground_the_clearing_command_runs_when_etui_has_gone() {
    let home = Home::with_secret();
    settings(
        &home,
        "clipboard = 'command'\nclipboard_copy = 'cat > copied'\nclipboard_clear = 'mv copied cleared'\n\
         clipboard_clear_after = '1s'\n",
    );
    assert_snapshot!(home.etui(&["copy", "db"]), @r#"
        exit 0
        stdout:
        copied version 'v2' of 'db'; it will be cleared in 1 second
        "#);
    let start = std::time::Instant::now();
    while !home.path().join("cleared").exists() {
        assert!(start.elapsed().as_secs() < 60, "it was not cleared");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn what_clears_the_clipboard_later_holds_no_lock_of_whoever_copied() {
    let home = Home::with_secret();
    settings(
        &home,
        "clipboard = 'command'\nclipboard_copy = 'cat > copied'\nclipboard_clear = 'mv copied cleared'\n\
         clipboard_clear_after = '1m'\n",
    );
    let like = home.command(&[]);
    let run = |script: &str| {
        let mut command = std::process::Command::new("bash");
        command.args(["-c", script]).env_clear().current_dir(home.path());
        command.envs(like.get_envs().filter_map(|(name, value)| Some((name, value?))));
        home.finish(command, b"").succeeded()
    };
    run(&format!("exec 9> lock; flock 9; '{}' copy db", env!("CARGO_BIN_EXE_etui")));
    run("flock -n lock true");
    assert!(!home.path().join("cleared").exists(), "it still waits");
}

#[test]
fn doctor_finds_what_is_wrong() {
    let home = Home::with_vault();
    let run = home.etui(&["doctor", "--json"]);
    let found = |run: &Run, what: &str| {
        let findings = run.json();
        let of = findings["Findings"].as_array().unwrap().iter().filter(|one| one["What"] == what);
        of.map(|one| one["State"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found(&run, "core dumps"), ["good"]);
    assert_eq!(found(&run, "vault"), ["good", "remark"], "the cheap key derivation of tests is remarked");
    assert_eq!(found(&run, "settings"), ["good"]);
    assert_eq!(found(&run, "agent"), ["good"]);
    settings(&home, "wrong = 1\n");
    fs::set_permissions(home.vault(), fs::Permissions::from_mode(0o644)).unwrap();
    fs::create_dir(home.path().join("state/etui/run")).unwrap();
    fs::set_permissions(home.path().join("state/etui/run"), fs::Permissions::from_mode(0o777)).unwrap();
    let run = home.etui(&["doctor", "--json"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert_eq!(found(&run, "settings"), ["wrong"]);
    assert_eq!(found(&run, "vault")[0], "wrong");
    assert_eq!(found(&run, "agent"), ["wrong"]);
    let text = home.etui(&["doctor"]);
    assert!(text.text().contains("✗ settings    '"), "{text}");
    fs::write(home.vault(), "no vault").unwrap();
    assert_eq!(found(&home.etui(&["doctor", "--json"]), "vault"), ["wrong"]);
    assert!(found(&Home::empty().etui(&["doctor", "--json"]), "vault").contains(&"remark".to_owned()));
}

#[test]
fn without_display_and_terminal_there_is_no_clipboard_and_doctor_knows() {
    let home = Home::with_secret();
    let run = |arguments: &[&str]| {
        // `setsid` leaves the terminal of whoever runs the tests.
        let like = home.command(&[]);
        let mut command = std::process::Command::new("setsid");
        command.args(["--wait", env!("CARGO_BIN_EXE_etui")]).args(arguments).env_clear();
        command
            .current_dir(home.path())
            .envs(like.get_envs().filter_map(|(name, value)| Some((name, value?))));
        home.finish(command, b"")
    };
    assert_snapshot!(run(&["copy", "db"]).failed(1), @r#"
        exit 1
        stderr:
        error: there is no clipboard here: neither a display nor a terminal
        hint: set `clipboard = "command"` and `clipboard_copy` in the settings
        "#);
    let doctor = run(&["doctor"]);
    assert!(doctor.text().contains("· clipboard   none here: neither a display nor a terminal"), "{doctor}");
}

#[test]
fn files_that_unlock_and_that_others_can_read_are_named() {
    let home = Home::empty();
    let key = format!("{}\n", "0f".repeat(32));
    home.write_private("key", &key);
    drop(home.create(Some(&key), etui::vault::SystemClock));
    let run = |arguments: &[&str]| {
        let mut command = home.command(arguments);
        command.env("ETUI_KEY_FILE", "~/key");
        home.finish(command, b"")
    };
    assert_eq!(run(&["list"]).succeeded().stderr, "");
    for (name, what) in [("password", "password file"), ("key", "key file")] {
        fs::set_permissions(home.path().join(name), fs::Permissions::from_mode(0o644)).unwrap();
        let said = format!("others can read the {what} '");
        let listed = run(&["list"]).succeeded();
        assert!(listed.stderr.starts_with(&format!("note: {said}")), "{listed}");
        let doctor = run(&["doctor"]);
        assert!(doctor.text().lines().any(|line| line.starts_with('✗') && line.contains(&said)), "{doctor}");
        fs::set_permissions(home.path().join(name), fs::Permissions::from_mode(0o600)).unwrap();
        assert!(!run(&["doctor"]).text().contains(&said));
    }
}

#[test]
fn a_tilde_in_the_environment_is_the_home_folder() {
    let home = Home::with_secret();
    fs::create_dir_all(home.path().join("settings")).unwrap();
    fs::write(home.path().join("settings/settings.toml"), "order = 'wrong'\n").unwrap();
    let mut command = home.bare(&["get", "db"]);
    command.env("ETUI_VAULT", "~/data/etui/vault.etui").env("ETUI_PASSWORD_FILE", "~/password");
    assert_eq!(home.finish(command, b"").succeeded().text(), "two");
    home.etui(&["get", "db", "--vault=~/data/etui/vault.etui"]).succeeded();
    let mut command = home.command(&["config", "path"]);
    command.env("ETUI_CONFIG", "~/settings");
    let path = home.finish(command, b"").succeeded();
    assert!(path.text().starts_with(home.path().join("settings/settings.toml").to_str().unwrap()), "{path}");
}

#[test]
fn a_socket_whose_path_is_too_long_is_told_by_unlock_and_doctor() {
    let home = Home::with_secret();
    let run = |arguments: &[&str]| {
        let mut command = home.command(arguments);
        command.env("XDG_RUNTIME_DIR", home.path().join("x".repeat(110)));
        home.finish(command, b"")
    };
    let said = "the path of the agent's socket has ";
    let unlock = run(&["unlock"]).failed(1);
    assert!(unlock.stderr.contains(said) && unlock.stderr.contains("set XDG_RUNTIME_DIR"), "{unlock}");
    let doctor = run(&["doctor"]);
    assert!(doctor.text().lines().any(|line| line.starts_with("✗ agent") && line.contains(said)), "{doctor}");
}

#[test]
fn completions_are_scripts_for_every_shell() {
    let home = Home::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = home.etui(&["completions", shell]).succeeded();
        assert!(script.text().contains("ETUI_COMPLETE"), "{shell}:\n{script}");
    }
    home.etui(&["completions", "tcsh"]).failed(2);
}

/// What bash would be offered, the words cut as bash cuts them.
fn offered(home: &Home, words: &[&str]) -> String {
    let mut command = home.bare(&[&["--", "etui"], words].concat());
    command.env("ETUI_COMPLETE", "bash").env("ETUI_COMPLETE_INDEX", words.len().to_string());
    let run = home.finish(command, b"").succeeded();
    assert_eq!(run.stderr, "");
    run.text().lines().collect::<Vec<_>>().join(" ")
}

#[test]
fn names_are_completed_while_the_vault_is_unlocked_and_nothing_is_said_otherwise() {
    let home = Home::with_secret();
    home.pipe("x", &["new", "app/key", "--stage", "blue"]).succeeded();
    assert_eq!(offered(&home, &["unl"]), "unlock");
    assert_eq!(offered(&home, &["get", "d"]), "", "locked");
    home.etui(&["unlock", "--max", "10m"]).succeeded();
    assert_eq!(offered(&home, &["get", "d"]), "db");
    assert_eq!(offered(&home, &["get", "db#"]), "db#v2 db#v1");
    assert_eq!(offered(&home, &["get", "db", ":", "ACSP"]), "ACSPrevious");
    assert_eq!(offered(&home, &["get", "db", ":"]), "ACSCurrent ACSPrevious");
    assert_eq!(offered(&home, &["stage", "db", "b"]), "blue");
    assert_eq!(offered(&home, &["stage", "db", "blue", "--to", "v"]), "v2 v1");
    assert_eq!(offered(&home, &["run", "--env", "A", "=", "ap"]), "app/key");
    assert_eq!(offered(&home, &["run", "--prefix", ""]), "app");
    assert_eq!(offered(&home, &["get", "'db#v1"]), "db#v1", "within quotes");
    assert_eq!(offered(&home, &["get", "'db:ACSP"]), "db:ACSPrevious", "within quotes bash cuts nothing");
    assert_eq!(offered(&home, &["stage", "'db'", "blue", "--to", "v1"]), "v1");
    let other = Home::with_vault();
    let vault = other.vault();
    assert_eq!(
        offered(&home, &["get", "--vault", "=", vault.to_str().unwrap(), "d"]),
        "",
        "another vault is locked"
    );
    home.etui(&["lock"]).succeeded();
    assert_eq!(offered(&home, &["get", "d"]), "");
    fs::remove_file(home.vault()).unwrap();
    assert_eq!(offered(&home, &["get", "d"]), "");
}

#[test]
fn completing_does_not_keep_the_vault_unlocked() {
    let home = Home::with_secret();
    home.etui(&["unlock", "--for", "2s", "--max", "1h"]).succeeded();
    let start = std::time::Instant::now();
    while offered(&home, &["get", "d"]) == "db" {
        assert!(start.elapsed().as_secs() < 60, "completing has extended the idle limit");
    }
    home.finish(home.bare(&["status", "-q"]), b"").failed(5);
}

/// A real bash on a terminal, ready to complete; Ctrl-x p shows its line between `<` and `>`.
pub(super) fn interactive_bash(home: &Home) -> super::support::Terminal {
    let mut terminal = home.start_on_terminal("bash", &["--norc", "--noprofile", "-i"], |command| {
        let folder = std::path::Path::new(env!("CARGO_BIN_EXE_etui")).parent().unwrap();
        let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
        command.env("PATH", path).env("INPUTRC", "/dev/null").env("PS1", "ready$ ")
    });
    terminal.wait_for("ready$ ").press("bind 'set bell-style none'; source <(etui completions bash)\r");
    terminal.wait_for("ready$ ").press("bind -x '\"\\C-xp\": printf \"<%s>\" \"$READLINE_LINE\"'\r");
    terminal.wait_for("ready$ ");
    terminal
}

#[test]
fn bash_itself_completes_references_quoted_or_not() {
    let home = Home::with_secret();
    home.pipe(r#"{"password": "x", "two words": "y"}"#, &["new", "team@host/login"]).succeeded();
    home.etui(&["unlock", "--max", "10m"]).succeeded();
    let mut bash = interactive_bash(&home);
    for (typed, completed) in [
        ("etui get db:ACSP", "etui get db:ACSPrevious "),
        ("etui get 'db:ACSP", "etui get 'db:ACSPrevious' "),
        ("etui get \"db#v1", "etui get \"db#v1\" "),
        ("etui get team@h", "etui get team@host/login "),
        ("etui get team@host/login::p", "etui get team@host/login::password "),
        ("etui get team@host/login::t", "etui get team@host/login::two\\ words "),
        ("etui get 'team@host/login:ACSCurrent::p", "etui get 'team@host/login:ACSCurrent::password' "),
        ("etui run --env A=team@host/login::p", "etui run --env A=team@host/login::password "),
        ("etui run --env A='team@h", "etui run --env A='team@host/login' "),
        ("etui run --env-from te", "etui run --env-from team@host/login "),
    ] {
        bash.press("\u{15}").press(typed).press("\t\u{18}p");
        bash.wait_for(&format!("<{completed}>"));
    }
    drop(bash);
    home.etui(&["lock"]).succeeded();
}

/// What zsh and fish hand over are whole words as they are typed.
#[test]
fn zsh_and_fish_complete_fields() {
    let home = Home::with_secret();
    home.pipe(r#"{"password": "x", "user": "y"}"#, &["new", "login"]).succeeded();
    home.etui(&["unlock", "--max", "10m"]).succeeded();
    for shell in ["zsh", "fish"] {
        for typed in ["login::p", "'login::p", "\"login:ACSCurrent::p"] {
            let mut command = home.bare(&["--", "etui", "get", typed]);
            command.env("ETUI_COMPLETE", shell).env("_CLAP_COMPLETE_INDEX", "2").env("_CLAP_IFS", "\n");
            let run = home.finish(command, b"").succeeded();
            let expected = format!("{}password", typed.trim_matches(['\'', '"', 'p']));
            // zsh sets colons apart from descriptions.
            assert!(
                run.text().replace("\\:", ":").contains(&expected) && !run.text().contains("user"),
                "{shell} {typed}: {run}"
            );
        }
    }
    home.etui(&["lock"]).succeeded();
}

#[test]
fn manual_pages_are_printed_and_written() {
    let home = Home::empty();
    let page = home.etui(&["man"]).succeeded();
    assert!(page.text().contains(".TH etui 1"), "{page}");
    assert!(home.etui(&["man", "put"]).succeeded().text().contains(".TH etui-put 1"));
    // Those that the short help leaves out as well.
    assert!(page.text().contains("that prints the master password"), "{page}");
    assert!(home.etui(&["man", "put"]).text().contains("Without punctuation"));
    assert_snapshot!(home.etui(&["man", "got"]).failed(2), @r#"
        exit 2
        stderr:
        error: there is no command 'got'
        hint: did you mean `etui get`?
        "#);
    home.etui(&["man", "--out", "share/man1"]).succeeded();
    assert!(home.path().join("share/man1/etui-put.1").is_file());
    assert_snapshot!(home.etui(&["man", "--out", "password"]).failed(2), @r#"
        exit 2
        stderr:
        error: 'password' is not a folder
        hint: name another one with --out
        "#);
}

/// The reference is written by this test where `ETUI_WRITE_REFERENCE` is set, and compared otherwise.
#[test]
fn the_reference_says_what_the_help_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/cli.md");
    let reference = etui::cli::reference();
    if std::env::var_os("ETUI_WRITE_REFERENCE").is_some() {
        fs::write(path, &reference).unwrap();
    }
    let written = fs::read_to_string(path).unwrap_or_default();
    assert!(written == reference, "docs/cli.md is out of date: run the test with ETUI_WRITE_REFERENCE=1");
    for (option, times) in [("--password-command <", 1), ("--length <", 1), ("-h, --help", 0)] {
        assert_eq!(reference.matches(option).count(), times, "{option}");
    }
}
