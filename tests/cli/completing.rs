//! Completion in the real shells: what stands on their line after a Tab.

use std::fs;

use super::support::{Home, Run, Terminal, is_missing};
use super::surroundings::interactive_bash;

/// With secrets, tags, files and folders to complete, and unlocked.
fn home() -> Home {
    let home = Home::with_secret();
    home.pipe("x", &["new", "team@host/login", "--tag", "env=prod"]).succeeded();
    home.pipe("three", &["put", "db", "--stage", "canary"]).succeeded();
    home.etui(&["remote", "add", "server", "ssh://nb/~/vault.etui"]).succeeded();
    home.etui(&["remote", "add", "team", "openbao:http://127.0.0.1:9/secret/app"]).succeeded();
    home.pipe("x", &["new", "gone"]).succeeded();
    home.etui(&["rm", "gone"]).succeeded();
    fs::create_dir_all(home.path().join("folder/inner")).unwrap();
    fs::write(home.path().join("folder/inner/file.csv"), "").unwrap();
    fs::write(home.path().join("folder/inner/space in.csv"), "").unwrap();
    home.etui(&["unlock", "--max", "10m"]).succeeded();
    home
}

/// What is typed, and what the line is after a Tab, the same in bash and zsh.
const LINES: [(&str, &str); 16] = [
    ("etui get d", "etui get db "),
    ("etui get db:can", "etui get db:canary "),
    ("etui get team@h", "etui get team@host/login "),
    ("etui stage db can", "etui stage db canary "),
    ("etui list --tag env=p", "etui list --tag env=prod "),
    ("etui set db --unt", "etui set db --untag "),
    ("etui remote remove ser", "etui remote remove server "),
    ("etui import fol", "etui import folder/"),
    ("etui import pass folder/in", "etui import pass folder/inner/"),
    ("etui import folder/inner/f", "etui import folder/inner/file.csv "),
    // A shell that quoted the '~' would name a file that is not there.
    ("etui import ~/fol", "etui import ~/folder/"),
    ("etui import pass ~/folder/in", "etui import pass ~/folder/inner/"),
    ("etui import ~/folder/inner/f", "etui import ~/folder/inner/file.csv "),
    ("etui import bitw", "etui import bitwarden "),
    ("etui man rollb", "etui man rollback "),
    ("etui help rollb", "etui help rollback "),
];

/// What stands on a line of bash or zsh, though fish tells it without the backslash.
const SPACED: (&str, &str) = ("etui import ~/folder/inner/sp", "etui import ~/folder/inner/space\\ in.csv ");

fn completes(terminal: &mut Terminal, line: &str, completed: &str) {
    terminal.press("\u{15}").press(line).press("\t\u{18}p");
    terminal.wait_for(&format!("<{completed}>"));
}

#[test]
fn bash_completes() {
    if is_missing("bash") {
        return;
    }
    let home = home();
    let mut bash = interactive_bash(&home);
    for (line, completed) in LINES.into_iter().chain([SPACED]) {
        completes(&mut bash, line, completed);
    }
    for (line, completed) in [
        ("etui --vault fol", "etui --vault folder/"),
        ("etui run -- sleep", "etui run -- sleep "),
        ("etui run --env A=d", "etui run --env A=db "),
        // There is nothing to say about these, and files would be wrong.
        ("etui put db --version-id fol", "etui put db --version-id fol"),
        ("etui list --tag fol", "etui list --tag fol"),
    ] {
        completes(&mut bash, line, completed);
    }
    drop(bash);
    home.etui(&["lock"]).succeeded();
}

#[test]
fn zsh_completes() {
    if is_missing("zsh") {
        return;
    }
    let home = home();
    let mut zsh = home.start_on_terminal("zsh", &["-f", "-i"], |command| {
        let folder = std::path::Path::new(env!("CARGO_BIN_EXE_etui")).parent().unwrap();
        let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
        command.env("PATH", path).env("PS1", "ready$ ")
    });
    for setup in [
        "unsetopt beep; autoload -U compinit; compinit -u -D; source <(etui completions zsh)",
        "show() { zle -M \"<$BUFFER>\" }; zle -N show; bindkey '^Xp' show; bindkey '^U' kill-whole-line",
    ] {
        zsh.wait_for("ready$ ").press(setup).press("\r");
    }
    zsh.wait_for("ready$ ");
    for (line, completed) in LINES.into_iter().chain([SPACED]) {
        completes(&mut zsh, line, completed);
    }
    drop(zsh);
    home.etui(&["lock"]).succeeded();
}

/// Guards: a package has the script as a file that zsh loads at the first Tab, which must not be lost.
#[test]
fn zsh_completes_at_the_first_tab_with_the_script_of_a_package() {
    if is_missing("zsh") {
        return;
    }
    let home = home();
    let script = home.etui(&["completions", "zsh"]).succeeded();
    fs::create_dir(home.path().join("functions")).unwrap();
    fs::write(home.path().join("functions/_etui"), script.stdout).unwrap();
    let mut zsh = home.start_on_terminal("zsh", &["-f", "-i"], |command| {
        let folder = std::path::Path::new(env!("CARGO_BIN_EXE_etui")).parent().unwrap();
        let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
        command.env("PATH", path).env("PS1", "ready$ ")
    });
    for setup in [
        "unsetopt beep; fpath=(~/functions $fpath); autoload -U compinit; compinit -u -D",
        "show() { zle -M \"<$BUFFER>\" }; zle -N show; bindkey '^Xp' show; bindkey '^U' kill-whole-line",
    ] {
        zsh.wait_for("ready$ ").press(setup).press("\r");
    }
    zsh.wait_for("ready$ ");
    for (line, completed) in [("etui rollb", "etui rollback "), ("etui get d", "etui get db ")] {
        completes(&mut zsh, line, completed);
    }
    drop(zsh);
    home.etui(&["lock"]).succeeded();
}

/// What fish itself offers for a line.
fn fish(home: &Home, line: &str) -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_etui")).parent().unwrap();
    let mut command = std::process::Command::new("fish");
    command.args(["--no-config", "-c", "etui completions fish | source; complete -C $argv[1]", line]);
    command.env_clear().envs(home.environment()).current_dir(home.path());
    command.env("PATH", format!("{}:{}", folder.display(), std::env::var("PATH").unwrap()));
    let run: Run = home.finish(command, b"").succeeded();
    let words = run.text().lines().map(|line| line.split('\t').next().unwrap().to_owned());
    words.collect()
}

#[test]
fn fish_completes() {
    if is_missing("fish") {
        return;
    }
    let home = home();
    for (line, completed) in LINES {
        let word = completed.trim_end().rsplit(' ').next().unwrap();
        assert!(fish(&home, line).contains(&word.to_owned()), "{line}: {:?}", fish(&home, line));
    }
    assert_eq!(fish(&home, "etui stage db "), ["ACSCurrent", "ACSPrevious", "canary"]);
    assert_eq!(fish(&home, "etui sync "), ["server"]);
    assert_eq!(fish(&home, "etui push "), ["team"]);
    assert_eq!(fish(&home, "etui push team t"), ["team@host/", "team@host/login"]);
    assert_eq!(fish(&home, "etui remote remove "), ["server", "team"]);
    assert_eq!(fish(&home, "etui restore "), ["gone"]);
    assert_eq!(fish(&home, "etui put db --version-id "), Vec::<String>::new());
    home.etui(&["lock"]).succeeded();
}
