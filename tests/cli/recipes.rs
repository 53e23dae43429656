//! Every block of commands of `docs/recipes.md` is run as it stands there, in a home that has what it names.
//!
//! Stand-ins take the place of programs that a test cannot need; those that get a secret look whether it came. A block
//! that is a file is written first: `secret.yaml.tpl` of the document is what `etui inject` fills. `~/media` stands for
//! `/media`.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use etui::domain::Timestamp;

use super::deletion::created;
use super::documents::blocks;
use super::edit::private_in_memory;
use super::program::write_program;
use super::support::{Home, Run, Stopped, is_missing};

const RECIPES: &str = include_str!("../../docs/recipes.md");
const KEY_FILE: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n";

const STAND_INS: [(&str, &str); 6] = [
    ("sudo", "test \"$1\" = systemd-creds && test \"$(cat)\" = new"),
    (
        "kubectl",
        "case $1 in
            apply) grep -q 'password: \"pw\"' ;;
            create) for word; do case $word in
                --from-file=password=*) test \"$(cat \"${word#--from-file=password=}\")\" = pw && exit ;;
            esac; done; exit 1 ;;
        esac",
    ),
    ("gh", "grep -qx DEPLOY_TOKEN=deploy-token"),
    ("lp", "grep -q 'IF THE COMPUTER IS GONE'"),
    ("fzf", "head -n 1"),
    ("jq", "cat"),
];

/// What makes the vault of the recipes; `shop/db/password` is there from its past.
const SECRETS: &str = "\
set -e
printf new | etui put shop/db/password
printf '{\"username\":\"me\",\"password\":\"pw\"}' | etui new shop/login
printf '{\"token\":\"deploy-token\"}' | etui new ci/deploy
printf registry | etui new docker/registry.example.com
mkdir -p media/stick
etui backup media/stick/vault.etui
etui unlock --max 10m
";

/// What must have happened before a block is run.
const BEFORE: [(&str, &str); 1] = [("etui backup", "rm media/stick/vault.etui")];

fn bash(home: &Home, script: &str) -> Run {
    let path = format!("{}:{}", home.path().join("bin").display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("bash");
    command.args(["-e", "-o", "pipefail", "-c", script]).env_clear().envs(home.environment());
    command.env("PATH", path).env("XDG_RUNTIME_DIR", home.path().join("runtime"));
    command.env("ETUI_PASSWORD_FILE", home.path().join("password"));
    command.env("ETUI_KEY_FILE", home.path().join("key")).current_dir(home.path());
    home.finish(command, b"")
}

/// A home with a vault that was there on the days that the recipes name, and that needs a key file.
fn home_of_the_recipes() -> Home {
    let home = Home::empty();
    home.write_private("key", KEY_FILE);
    let mut vault = home.create(Some(KEY_FILE), Stopped(Timestamp::clamped(1_704_067_200)));
    created(&mut vault, "shop/db/password");
    drop(vault);
    fs::create_dir_all(home.path().join("bin")).unwrap();
    fs::create_dir_all(home.path().join("config/etui")).unwrap();
    let settings = "clipboard = 'command'\nclipboard_copy = 'cat > copied'\n";
    fs::write(home.path().join("config/etui/settings.toml"), settings).unwrap();
    for (name, script) in STAND_INS {
        write_program(&home.path().join("bin").join(name), &format!("#!/bin/sh\n{script}\n"));
    }
    symlink(env!("CARGO_BIN_EXE_etui"), home.path().join("bin/etui")).unwrap();
    home
}

#[test]
fn every_recipe_works() {
    if is_missing("git") {
        return;
    }
    let home = home_of_the_recipes();
    let runtime = private_in_memory();
    symlink(runtime.path(), home.path().join("runtime")).unwrap();
    bash(&home, SECRETS).succeeded();
    let mut count = 0;
    for block in blocks(RECIPES) {
        if let Some(file) = block.file.as_ref().filter(|file| !file.starts_with('~')) {
            fs::write(home.path().join(file), &block.text).unwrap();
        }
        if block.info != "sh" {
            continue;
        }
        for (_, before) in BEFORE.iter().filter(|(start, _)| block.text.starts_with(start)) {
            bash(&home, before).succeeded();
        }
        let run = bash(&home, &block.text.replace("/media/", "~/media/"));
        assert_eq!(run.code, Some(0), "{}\n{run}", block.text);
        count += 1;
    }
    assert!(count >= 10, "only {count} blocks were run");
    bash(&home, "etui lock").succeeded();
}

/// The popup of tmux: what it runs in its window.
#[test]
fn the_popup_of_tmux_copies_a_secret() {
    let home = home_of_the_recipes();
    let popup = blocks(RECIPES).into_iter().find(|block| block.info == "tmux").unwrap().text;
    let command = popup.split('"').nth(1).unwrap();
    bash(&home, command).succeeded();
    assert_eq!(fs::read_to_string(home.path().join("copied")).unwrap(), "x");
}
