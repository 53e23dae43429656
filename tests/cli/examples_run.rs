//! Every example of the help is run as it stands there, in a fresh home that has what it names.
//!
//! Stand-ins take the place of what cannot be had here: the programs of [`STAND_INS`], an editor that needs nobody
//! to type, a command for the clipboard, `~/media` for `/media`, any port for 8080. What is typed at a prompt is
//! typed on a terminal.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use etui::domain::Timestamp;
use rustix::process::{Pid, Signal, kill_process};

use super::deletion::{created, deleted};
use super::edit::private_in_memory;
#[cfg(feature = "engines")]
use super::engine_server::{EngineServer, TOKEN};
use super::examples::examples;
use super::program::write_program;
use super::support::{Home, Run, Stopped, is_missing};

/// Programs that the examples call. Those that get a secret look whether it came.
const STAND_INS: [(&str, &str); 12] = [
    ("psql", "test \"$PGPASSWORD\" = four || test \"$PGPASSWORD\" = five || test \"$PGPASSWORD\" = pw"),
    ("npm", "test \"$DB_PASSWORD\" = four"),
    ("../server", "test \"$HOST$DB\" = b || test \"$HOST$DB\" = old || test \"$HOST$DB\" = new"),
    ("pwgen", "echo Eeph8ahx"),
    ("make-token", "echo token"),
    ("aws", "echo '{\"Name\":\"db\",\"VersionId\":\"v1\",\"SecretString\":\"from-aws\"}'"),
    ("man", "exec cat > /dev/null"),
    ("gpg", "exec cat"),
    ("age", "test \"$1\" = --version || exec cat \"$5\""),
    ("lp", "exec grep -q 'IF THE COMPUTER IS GONE'"),
    ("Out-String", "exec cat"),
    ("Invoke-Expression", "exec cat > /dev/null"),
];

/// What makes the vault of the examples, as command lines.
const SECRETS: &str = "\
set -e
printf one | etui new db/password --tag env=prod
printf two | etui put db/password
printf three | etui put db/password
printf four | etui put db/password
printf five | etui put db/password --stage canary
printf '{\"username\":\"me\",\"password\":\"pw\"}' | etui new db/login
printf x | etui new db --tag env=stage
printf '{\"HOST\":\"a\",\"tls\":{\"cert\":\"1\"}}' | etui new app/config
printf '{\"HOST\":\"b\",\"tls\":{\"cert\":\"1\"}}' | etui put app/config
printf '{\"HOST\":\"b\",\"tls\":{\"cert\":\"2\"}}' | etui put app/config
printf '{\"HOST\":\"c\",\"tls\":{\"cert\":\"2\"}}' | etui put app/config --stage canary
printf old | etui new app/db
printf new | etui put app/db --stage canary
printf key | etui new tls/key
printf '{\"totp\":\"JBSWY3DPEHPK3PXP\"}' | etui new web/github
printf x | etui new shop/dev/token
printf 'protocol=https\\nhost=example.com\\nusername=me\\npassword=pw\\n' | etui git-credential store
printf '{\"ServerURL\":\"https://index.docker.io/v1/\",\"Username\":\"me\",\"Secret\":\"pw\"}' | etui docker-credential store
etui export json --plaintext --out secrets.json
";

/// Files that the examples name.
const FILES: [(&str, &str); 11] = [
    ("password.txt", "value\n"),
    ("new.txt", "correct unruly anvil parade\n"),
    ("pass.txt", "correct unruly anvil parade\n"),
    ("found.txt", "three\n"),
    ("key", "an-access-key\nits-secret\n"),
    ("config.toml.tpl", "password = \"{{ etui://db/password }}\"\n"),
    (
        "bitwarden_export.json",
        r#"{"encrypted":false,"items":[{"id":"1","type":1,"name":"mail","login":{"password":"pw"}}]}"#,
    ),
    (".password-store/.gpg-id", "me\n"),
    (".password-store/mail.gpg", "pw\n"),
    (".passage/store/post.age", "pw\n"),
    (".passage/identities", "AGE-SECRET-KEY-1\n"),
];

const SETTINGS: &str =
    "clipboard = 'command'\nclipboard_copy = 'cat > copied'\nclipboard_clear_after = '1s'\n";

/// What must have happened before an example can be run.
const BEFORE: [(&str, &str); 25] = [
    ("etui new db/password", "etui rm db/password --force --yes"),
    ("aws", "etui rm db --force --yes"),
    ("etui tui", "cp data/etui/vault.etui team.etui"),
    ("etui init", "rm -r data state"),
    (
        "etui verify /media",
        "etui backup ~/media/stick/vault-2026-12.etui; etui backup ~/media/backup/vault.etui",
    ),
    (
        "etui import /media",
        "etui init --vault ~/media/laptop/vault.etui --kdf-memory 19 --kdf-passes 2 --kdf-lanes 1",
    ),
    ("etui import .env", "echo TOKEN=abc > .env"),
    ("etui duplicate shop/db/password", "echo x | etui new shop/db/password"),
    ("etui move db/password db/url", "echo x | etui new db/url"),
    ("etui rm --prefix shop/old/", "etui rename --prefix shop/dev/ shop/old/"),
    (
        "etui restore --prefix shop/old/",
        "etui rename --prefix shop/dev/ shop/old/; etui rm --prefix shop/old/",
    ),
    ("etui move shop/db/", "etui rename db/password shop/db/password"),
    ("etui import passwords.kdbx", "etui export kdbx --new-password-file new.txt --out passwords.kdbx"),
    ("etui import csv", "printf 'Title,Pwd,Group\nrouter,pw,Home\n' > passwords.csv"),
    ("etui import json", "etui rm shop/dev/token --force --yes"),
    ("etui run --env-file .env", "echo DB_PASSWORD=etui://db/password > .env"),
    ("etui completions fish", "mkdir -p ~/.config/fish/completions"),
    ("etui merge", "etui backup ~/media/laptop/vault.etui; echo x | etui put db/password"),
    ("etui sync", "etui remote add stick file:media/stick/vault.etui"),
    ("etui git-setup", "git init -q ."),
    ("git config merge", "git init -q ."),
    ("etui remote remove", "etui remote add stick file:/media/stick/vault.etui"),
    ("etui restore", "etui rm db/password"),
    ("etui redo", "etui undo"),
    ("etui status", "etui unlock --max 1m"),
];

/// What is waited for on a terminal, and what is typed then.
fn typed(example: &str) -> &'static [(&'static str, &'static str)] {
    const NEW_PASSWORD: &[(&str, &str)] = &[
        ("New master password", "correct unruly anvil parade\r"),
        ("Repeat password", "correct unruly anvil parade\r"),
    ];
    const LOCKS: &[(&str, &str)] = &[
        ("New master password", "correct unruly anvil parade\r"),
        ("Repeat password", "correct unruly anvil parade\r"),
        ("Keep a checked copy", "\r"),
    ];
    const OTHER: &[(&str, &str)] = &[("other vault", "correct horse battery staple\r")];
    match example {
        "etui new db/password" | "etui put db/password" => &[("Value", "typed\r")],
        "etui which db/password" => &[("Value", "four\r")],
        _ if example.starts_with("etui import /media") => OTHER,
        "etui code web/github --qr" => &[("[y/N]", "y\r")],
        "etui rekey" => LOCKS,
        "etui push team db/password --all-versions" => &[("Push?", "y\r")],
        _ if example.starts_with("etui export kdbx") => &[
            ("Password of the new database", "correct unruly anvil parade\r"),
            ("Repeat password", "correct unruly anvil parade\r"),
        ],
        _ if example.starts_with("etui import passwords.kdbx") => {
            &[("Password of the file", "correct unruly anvil parade\r")]
        }
        _ if example.contains("--keep-copy") => NEW_PASSWORD,
        _ if example.starts_with("etui passwd") => LOCKS,
        // The demo shows a password before it is open: leaving then would be too early.
        "etui demo" => &[("1 Secrets", "q")],
        _ if example.starts_with("etui tui") => &[("login", "q")],
        _ => &[],
    }
}

fn prepared() -> Home {
    let home = Home::with_vault();
    let at = |name: &str| home.path().join(name);
    for folder in [
        "bin",
        "media/stick",
        "media/backup",
        "media/laptop",
        ".password-store",
        ".passage/store",
        "config/etui",
    ] {
        fs::create_dir_all(at(folder)).unwrap();
    }
    for (name, script) in STAND_INS {
        write_program(&at("bin").join(name), &format!("#!/bin/sh\n{script}\n"));
    }
    write_program(
        &at("bin/an-editor"),
        "#!/bin/sh\nsed -i 's/[a-c12]\"/edited\"/; s/^[12]$/edited/' \"$1\"\n",
    );
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_etui"), at("bin/etui")).unwrap();
    for (name, text) in FILES {
        home.write_private(name, text);
    }
    home.write_private("config/etui/settings.toml", SETTINGS);
    sh(&home, SECRETS).succeeded();
    home
}

/// Another home with what the first one has.
fn copy_of(template: &Home) -> Home {
    let home = Home::empty();
    let copied = Command::new("cp").arg("-a").arg(template.path().join(".")).arg(home.path()).status();
    assert!(copied.unwrap().success());
    let _ = fs::remove_dir_all(home.path().join("state"));
    fs::create_dir_all(home.path().join("state/etui")).unwrap();
    fs::write(home.kdf_cost_kept(), home.keeps_its_cost()).unwrap();
    home
}

/// The environment of whoever follows the help.
fn surroundings(home: &Home) -> Vec<(String, String)> {
    let path = format!("{}:{}", home.path().join("bin").display(), std::env::var("PATH").unwrap());
    let mut all: Vec<(String, String)> = home
        .environment()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_str().unwrap().to_owned()))
        .filter(|(name, _)| name != "PATH")
        .collect();
    for (name, value) in [
        ("PATH", path.as_str()),
        ("VISUAL", "an-editor"),
        ("DB_PASSWORD", "four"),
        ("ETUI_PASSWORD_FILE", home.path().join("password").to_str().unwrap()),
        ("XDG_RUNTIME_DIR", home.path().join("runtime").to_str().unwrap()),
        #[cfg(feature = "engines")]
        ("BAO_TOKEN", TOKEN),
    ] {
        all.push((name.to_owned(), value.to_owned()));
    }
    all
}

fn sh(home: &Home, line: &str) -> Run {
    let mut shell = Command::new("bash");
    shell.args(["-c", line]).env_clear().envs(surroundings(home)).current_dir(home.path());
    home.finish(shell, b"")
}

/// An example with what stands in for paths beyond the home and for a port that may be taken.
fn as_run(example: &str) -> String {
    example.replace("/media/", "~/media/").replace(":8080", ":0")
}

fn follow(template: &Home, example: &str) {
    let home = match example {
        _ if example.starts_with("etui purge") => past_its_window(),
        _ if example.contains(" --at ") => with_a_past(),
        _ => copy_of(template),
    };
    let runtime = private_in_memory();
    std::os::unix::fs::symlink(runtime.path(), home.path().join("runtime")).unwrap();
    for (beginning, before) in BEFORE {
        if example.starts_with(beginning) {
            sh(&home, before).succeeded();
        }
    }
    #[cfg(feature = "engines")]
    let _server = with_engine(&home, example);
    let line = as_run(example);
    if !typed(example).is_empty() {
        at_a_prompt(&home, &line, typed(example));
    } else if line.starts_with("etui serve") {
        serves(&home, &line);
    } else if line.contains("--shell fish") {
        if !is_missing("fish") {
            sh(&home, &format!("fish --no-config -c '{line}; test $DB = old'")).succeeded();
        }
    } else {
        let run = sh(&home, &format!("set -o pipefail; {line}"));
        assert_eq!(run.code, Some(0), "{example}: {run}");
    }
    let _ = sh(&home, "etui lock");
}

/// The remotes of examples that need an engine, and what is there.
#[cfg(feature = "engines")]
fn with_engine(home: &Home, example: &str) -> Option<EngineServer> {
    if !["etui push", "etui pull", "etui diff team"].iter().any(|start| example.starts_with(start)) {
        return None;
    }
    let server = EngineServer::start();
    for remote in ["team", "ops"] {
        sh(home, &format!("etui remote add {remote} {}", server.url())).succeeded();
    }
    sh(home, "printf x | etui new ci/build-token").succeeded();
    if !example.starts_with("etui push") {
        server.put("shop/token", "theirs");
        server.put("db/password", "theirs");
    }
    Some(server)
}

/// A vault that was there on every day that the examples name.
fn with_a_past() -> Home {
    let home = Home::empty();
    let mut vault = home.create(None, Stopped(Timestamp::clamped(1_704_067_200)));
    for name in ["db/password", "app/config"] {
        created(&mut vault, name);
    }
    drop(vault);
    with_etui(home)
}

fn past_its_window() -> Home {
    let home = Home::empty();
    let mut vault = home.create(None, Stopped::days_from_now(-20));
    deleted(&mut vault, "db/password");
    deleted(&mut vault, "old/token");
    drop(vault);
    with_etui(home)
}

fn with_etui(home: Home) -> Home {
    fs::create_dir(home.path().join("bin")).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_etui"), home.path().join("bin/etui")).unwrap();
    home
}

fn at_a_prompt(home: &Home, line: &str, typed: &[(&str, &str)]) {
    let mut terminal =
        home.start_on_terminal("bash", &["-c", line], |command| command.envs(surroundings(home)));
    for (question, answer) in typed {
        terminal.wait_for(question).press(answer);
    }
    let (status, screen) = terminal.end();
    assert!(status.success(), "{line}: {screen}");
}

/// It serves until it is told to end.
fn serves(home: &Home, line: &str) {
    let mut shell = Command::new("bash");
    shell.args(["-c", &format!("exec {line}")]).env_clear().envs(surroundings(home)).current_dir(home.path());
    let mut child = shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
    let _ = kill_process(Pid::from_child(&child), Signal::TERM);
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!first.is_empty() && output.status.success(), "{line}: {}: {stderr}", output.status);
}

#[test]
fn every_example_of_the_help_succeeds() {
    let template = prepared();
    let mut count = 0;
    for command in etui::cli::commands() {
        let help = template.etui(&[&command, "--help"]).succeeded();
        for example in examples(help.text()) {
            follow(&template, &example);
            count += 1;
        }
    }
    assert!(count >= 130, "only {count} examples were run");
}
