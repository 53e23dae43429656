//! What holds for every command: unknown flags, no password, no vault, a vault in use, a reader that goes away.

use std::fs;
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use rusqlite::Connection;

use super::support::{Home, Run};

/// A command line that would do something.
struct Line {
    words: &'static [&'static str],
    stdin: &'static str,
    needs: Needs,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Neither a vault nor its password.
    Nothing,
    /// The vault, but not its password.
    Vault,
    /// The vault, unlocked.
    Password,
}

const fn line(needs: Needs, words: &'static [&'static str]) -> Line {
    Line { words, stdin: "", needs }
}

const fn piped(stdin: &'static str, words: &'static [&'static str]) -> Line {
    Line { words, stdin, needs: Needs::Password }
}

use Needs::{Nothing, Password, Vault};

/// Every command but `tui`, which is for terminals.
const LINES: &[Line] = &[
    line(Nothing, &["init"]),
    piped("x", &["new", "fresh"]),
    piped("x", &["put", "db"]),
    line(Password, &["get", "db"]),
    line(Password, &["list"]),
    line(Password, &["show", "db"]),
    line(Password, &["log", "db"]),
    line(Password, &["stage", "db", "blue", "--to", "v1"]),
    line(Password, &["rollback", "db"]),
    line(Password, &["rm", "db"]),
    line(Password, &["restore", "gone"]),
    line(Password, &["purge"]),
    line(Password, &["set", "db", "--description", "x"]),
    line(Password, &["rename", "db", "database"]),
    line(Password, &["move", "db", "old/"]),
    line(Password, &["duplicate", "db", "db2"]),
    line(Password, &["audit"]),
    line(Password, &["undo"]),
    line(Password, &["redo"]),
    piped("two", &["which", "db"]),
    line(Password, &["code", "db"]),
    line(Password, &["env", "--env", "A=db"]),
    line(Nothing, &["git-credential", "get"]),
    line(Nothing, &["docker-credential", "version"]),
    line(Nothing, &["random"]),
    line(Password, &["passwd", "--new-password-file", "password", "--kdf-memory", "19", "--kdf-passes", "2"]),
    line(Password, &["rekey", "--new-password-file", "password", "--kdf-memory", "19", "--kdf-passes", "2"]),
    line(Password, &["upgrade", "--yes"]),
    line(Password, &["backup", "copy.etui"]),
    line(Password, &["verify"]),
    line(Password, &["recovery-sheet"]),
    line(Password, &["unlock"]),
    line(Vault, &["lock"]),
    line(Vault, &["status"]),
    line(Password, &["import", "dotenv", "file"]),
    line(Password, &["export", "json", "--plaintext"]),
    piped("Action=ListSecrets\n", &["api"]),
    #[cfg(feature = "serve")]
    line(Password, &["serve"]),
    line(Password, &["run", "--env", "A=db", "--", "true"]),
    line(Password, &["promote", "db", "ACSPrevious"]),
    line(Password, &["inject", "-i", "template"]),
    line(Nothing, &["remote", "list"]),
    line(Password, &["merge", "--conflicts"]),
    line(Password, &["sync", "there", "--dry-run"]),
    #[cfg(feature = "engines")]
    line(Password, &["push", "team", "--dry-run"]),
    #[cfg(feature = "engines")]
    line(Password, &["pull", "team", "--dry-run"]),
    line(Nothing, &["git-setup"]),
    line(Nothing, &["git-merge-driver", "base", "ours", "theirs"]),
    line(Nothing, &["config", "path"]),
    line(Password, &["copy", "db"]),
    line(Password, &["edit", "db"]),
    line(Password, &["diff", "db"]),
    line(Nothing, &["completions", "bash"]),
    line(Nothing, &["man"]),
    line(Nothing, &["doctor"]),
];

impl Line {
    fn command(&self) -> &'static str {
        self.words[0]
    }

    /// Its exit code, where another command would end with `code`.
    fn code(&self, code: i32) -> i32 {
        if self.command() == "run" { 125 } else { code }
    }

    /// What it is about.
    fn prepare(&self, home: &Home) {
        write_files(home);
        match self.command() {
            "restore" => {
                home.pipe("x", &["new", "gone"]).succeeded();
                home.etui(&["rm", "gone"]).succeeded();
            }
            "redo" => drop(home.etui(&["undo"]).succeeded()),
            "copy" => {
                let settings = "clipboard = 'command'\nclipboard_copy = 'cat > copied'\n";
                fs::create_dir_all(home.path().join("config/etui")).unwrap();
                fs::write(home.path().join("config/etui/settings.toml"), settings).unwrap();
            }
            _ => {}
        }
    }

    fn finish(&self, home: &Home, command: Command) -> Run {
        home.finish(command, self.stdin.as_bytes())
    }
}

/// The files that the command lines name.
fn write_files(home: &Home) {
    fs::write(home.path().join("file"), "A=1\n").unwrap();
    fs::write(home.path().join("template"), "{{ etui://db }}").unwrap();
    write_remotes(home);
}

/// A copy of the vault, and an engine that nobody reaches.
fn write_remotes(home: &Home) {
    let copy = format!("[there]\nurl = 'file:{}/there.etui'\n", home.path().display());
    let engine = "[team]\nurl = 'openbao:http://127.0.0.1:9/secret/app'\n";
    fs::create_dir_all(home.path().join("config/etui")).unwrap();
    fs::write(home.path().join("config/etui/remotes.toml"), copy + engine).unwrap();
}

/// Guards: a new command is in both tables.
#[test]
fn every_command_is_tried_here() {
    let commands = etui::cli::commands();
    let tried: Vec<String> = LINES.iter().map(|line| line.command().to_owned()).collect();
    let missing = |tried: &[String]| -> Vec<String> {
        commands.iter().filter(|command| !tried.contains(command)).cloned().collect()
    };
    assert_eq!(missing(&tried), ["tui", "demo"], "these need a terminal");
    let bad: Vec<String> = BAD.iter().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    assert_eq!(missing(&bad), Vec::<String>::new());
}

#[test]
fn an_unknown_flag_is_a_usage_error_in_words_and_in_json() {
    let home = Home::empty();
    for line in LINES {
        let command = line.command();
        let run = home.etui(&[command, "--bogus"]).failed(line.code(2));
        assert!(
            run.stderr.starts_with("error: unexpected argument '--bogus' found\nhint: "),
            "{command}: {run}"
        );
        let run = home.etui(&[command, "--json", "--bogus"]).failed(line.code(2));
        let error: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
        assert_eq!(error["Code"], "InvalidParameter", "{command}");
    }
}

#[test]
fn without_a_password_nothing_is_done_and_the_ways_to_give_one_are_named() {
    let home = Home::with_secret();
    write_files(&home);
    let before = home.bytes_of_vault();
    for line in LINES.iter().filter(|line| line.needs == Needs::Password) {
        let run = line.finish(&home, home.bare(line.words)).failed(line.code(5));
        assert!(run.stderr.contains("there is no terminal to ask for the master password"), "{run}");
        assert!(run.stderr.contains("etui unlock"), "{run}");
        let json = [line.words, &["--json"]].concat();
        // Behind `--` the words are the program's.
        if line.command() != "run" {
            let run = line.finish(&home, home.bare(&json)).failed(5);
            let error: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
            assert_eq!(error["Code"], "NotUnlocked", "{json:?}");
        }
    }
    assert!(home.bytes_of_vault() == before);
}

#[test]
fn without_a_vault_its_place_is_named() {
    let home = Home::empty();
    write_files(&home);
    for line in LINES.iter().filter(|line| line.needs != Needs::Nothing) {
        let run = line.finish(&home, home.command(line.words)).failed(line.code(2));
        assert!(run.stderr.contains("there is no vault at"), "{:?}: {run}", line.words);
    }
}

#[test]
fn a_vault_that_another_process_holds_is_busy() {
    let home = Home::with_secret();
    let holder = Connection::open(home.vault()).unwrap();
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_snapshot!(home.pipe("x", &["put", "db"]).failed(7), @r#"
        exit 7
        stderr:
        error: another process holds the vault
        hint: wait until it has finished, then try again
        "#);
    holder.execute_batch("ROLLBACK").unwrap();
    home.etui(&["get", "db"]).succeeded();
}

#[test]
fn a_reader_that_is_gone_is_no_failure_of_any_command() {
    for line in LINES {
        // These need more than a reader, or leave a process behind.
        if matches!(
            line.command(),
            "run"
                | "edit"
                | "unlock"
                | "doctor"
                | "serve"
                | "git-setup"
                | "git-merge-driver"
                | "push"
                | "pull"
        ) {
            continue;
        }
        let home = if line.command() == "init" { Home::empty() } else { Home::with_secret() };
        line.prepare(&home);
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut words = line.words.to_vec();
        if line.command() == "init" {
            words.extend(["--kdf-memory", "19", "--kdf-passes", "2"]);
        }
        let mut command = home.command(&words);
        command.stdin(Stdio::piped()).stdout(writer).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(command);
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), line.stdin.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        // It still tells whether the vault is unlocked.
        let code = if line.command() == "status" { 5 } else { 0 };
        assert_eq!(output.status.code(), Some(code), "{words:?}: {stderr}");
        assert!(!stderr.contains("error: "), "{words:?}: {stderr}");
    }
}

/// Wrong in the ways in which people are wrong: a word too few, a word that cannot be one, a file that is not there,
/// two things that exclude each other, something that does not exist.
const BAD: &[&str] = &[
    "init --kdf-memory 1",
    "init --key-file-out nosuch/key --kdf-memory 19 --kdf-passes 2",
    "new",
    "new db",
    "new a..b#c",
    "new x --tag novalue",
    "new x --file nosuch",
    "new x --file folder",
    "put nosuch",
    "put db --version-id v1",
    "put db --stage a#b",
    "put db --stage ACSCurrent --stage ACSPrevious",
    "put db --type number",
    "put db --words 4",
    "put db --trim --type binary",
    "get dv",
    "get db#v9",
    "get db:nosuch",
    "get db~9",
    "get db~x",
    "get db::key",
    "get db --out nosuch/file",
    "get db --out folder",
    "list --tag",
    "list is:odd",
    "list --stale x",
    "show nosuch",
    "log nosuch",
    "which db --file nosuch",
    "diff db#v1",
    "diff db nosuch",
    "stage db",
    "stage db blue",
    "stage db blue --to v9",
    "stage db ACSCurrent --from v2",
    "rollback solo",
    "promote db nosuch",
    "promote db ACSPrevious --env A=db",
    "promote db ACSPrevious --if false",
    "set db",
    "set db --keep 0",
    "set db --rotate never",
    "set db --note x",
    "rename db",
    "rename db solo",
    "rename db d\u{202e}b",
    "rename --prefix nosuch x",
    "move db",
    "move db old",
    "move nosuch old/",
    "duplicate db solo",
    "duplicate nosuch x",
    "rm db --recovery-days 3",
    "rm --prefix nosuch",
    "restore --prefix nosuch",
    "rm db --force",
    "restore db",
    "purge nosuch",
    "undo --if-state x",
    "redo",
    "audit nosuch",
    "run --env A",
    "run --env 9=db -- true",
    "run --env A=db true",
    "run --env-file nosuch -- true",
    "run --prefix nosuch -- true",
    "run --with db=:blue --env A=solo -- true",
    "run --env A=db -- nosuch-program",
    "env",
    "inject -i nosuch",
    "random --length 3",
    "random --words 4 --length 20",
    "random --no-lower --no-upper --no-digits --no-symbols",
    "code solo",
    "import nosuch",
    "import jason file",
    "import json file",
    "import etui file",
    "export json",
    "export yaml --plaintext",
    "export json --plaintext --prefix nosuch",
    "backup nosuch/copy",
    "backup file",
    "verify nosuch",
    "verify file",
    "recovery-sheet --with-key-file",
    "recovery-sheet --out file",
    "passwd --new-password-file nosuch",
    "unlock --for 9999d",
    "unlock --for 2h --max 1h",
    "api --format yaml",
    "config",
    "completions tcsh",
    "man nosuch",
    "list --vault folder",
    "list --vault nosuch",
    "list --config nosuch",
    "list --password-file nosuch",
    "list --key-file nosuch",
    "list -q -v",
    "delete db",
    "copy nosuch",
    "copy db --foreground=x",
    "edit nosuch",
    "edit db",
    "which db",
    "which db --everywhere",
    "log db --at yesterdayish",
    "diff nosuch db",
    "diff there db",
    "diff team nosuch",
    "diff team db --wait x",
    "undo extra",
    "rekey --new-password-file nosuch",
    "rekey --no-key-file --key-file-out k",
    "rekey --kdf-memory x",
    "upgrade extra",
    "upgrade --vault nosuch",
    "lock extra",
    "status extra",
    "serve --listen 8.8.8.8:80",
    "serve --demo --seed file",
    "serve --access-key-file file",
    "serve --seed nosuch",
    "git-credential",
    "docker-credential",
    "export kdbx",
    "export kdbx --new-password-file nosuch",
    "export dotenv --plaintext --out folder",
    "import csv file --map x",
    "import csv file --map name=Nosuch",
    "import keepass file",
    "remote",
    "remote add",
    "remote add x",
    "remote add x nosuch",
    "remote add x ssh://nohost",
    "remote add x https://example.com/vault.etui",
    "remote add .x file:/x",
    "remote add there file:/other",
    "remote remove nosuch",
    "merge",
    "merge nosuch",
    "merge file",
    "merge folder",
    "merge --conflicts file",
    "merge there.etui --mine --theirs",
    "sync nosuch",
    "sync team",
    "sync there --mine --theirs",
    "push",
    "push nosuch",
    "push there",
    "push team",
    "push team nosuch --yes",
    "push team db --label a#b",
    "push team db --all-versions --label x",
    "pull",
    "pull nosuch",
    "pull there",
    "pull team --wait x",
    "pull team --token-file nosuch",
    "git-setup",
    "git-setup extra",
    "git-merge-driver",
    "git-merge-driver nosuch nosuch nosuch",
    "git-merge-driver file file file",
    "tui",
    "tui extra",
    "demo",
    "doctor extra",
    "config check --config nosuch",
    "completions",
    "man --out file",
];

#[test]
fn bad_input_gets_a_sentence_a_hint_and_its_exit_code() {
    let home = Home::with_secret();
    home.pipe("no key!", &["new", "solo"]).succeeded();
    fs::write(home.path().join("file"), "no json\n").unwrap();
    fs::create_dir(home.path().join("folder")).unwrap();
    write_remotes(&home);
    let before = home.bytes_of_vault();
    let mut told = String::new();
    for line in BAD {
        let words: Vec<&str> = line.split(' ').collect();
        let run = home.finish(home.command(&words), b"three");
        assert!(run.code.is_some_and(|code| code > 0), "{line}: {run}");
        assert!(run.stdout.is_empty() && run.stderr.starts_with("error: "), "{line}: {run}");
        let stderr = super::support::redacted(&run.stderr, home.path());
        told += &format!("$ etui {line}\n{stderr}exit {}\n\n", run.code.unwrap());
    }
    assert!(home.bytes_of_vault() == before, "bad input changed the vault");
    assert_snapshot!("bad_input", told);
}
