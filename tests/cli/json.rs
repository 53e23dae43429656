//! `--json`: every answer is one object with a RequestId, and tells no less than the text does.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use etui::cli::{Json, json};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::edit;
use super::schemas::{faults, is_met_by};
use super::support::{Home, Run, redacted};

fn answer(home: &Home, line: &[&str]) -> Value {
    let run = home.etui(&[line, &["--json"]].concat());
    let text = run.text();
    assert_eq!(text.lines().count(), 1, "{line:?}: {run}");
    let answer: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{line:?}: {error}: {run}"));
    assert!(answer["RequestId"].is_string(), "{line:?}: {run}");
    answer
}

/// The schemas that were met, as the command and the position among its answers.
type Met = BTreeSet<(String, usize)>;

/// Compares an answer with the schemas of its command.
fn check(command: &str, answer: &Value, met: &mut Met) {
    met.insert((command.to_owned(), is_met_by(command, answer)));
}

/// What a server says before its first request.
#[cfg(feature = "serve")]
fn said_by_a_server(home: &Home) -> Value {
    let mut process = home.command(&["serve", "--demo", "--tls", "--json"]);
    let mut child = process.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let _ = kill_process(Pid::from_child(&child), Signal::TERM);
    assert!(child.wait().unwrap().success());
    serde_json::from_str(&line).unwrap()
}

#[test]
fn every_answer_is_what_its_schema_says() {
    let home = Home::empty();
    let file = |name: &str, text: &str| std::fs::write(home.path().join(name), text).unwrap();
    home.write_private("new-password", "correct unruly anvil parade\n");
    for (name, text) in [
        ("one", "one"),
        ("two", "two"),
        ("fields", r#"{"a":"b","e":""}"#),
        ("fields2", r#"{"a":"c","e":"","f":"x"}"#),
        ("template", "{{ etui://db }}"),
        ("dotenv", "A=1\nE=\ndb=three\n"),
        ("otp", "JBSWY3DPEHPK3PXP"),
    ] {
        file(name, text);
    }
    std::fs::create_dir_all(home.path().join("config/etui")).unwrap();
    file("config/etui/settings.toml", "clipboard = 'command'\nclipboard_copy = 'cat > /dev/null'\n");
    let cheap = "--kdf-memory 19 --kdf-passes 2 --kdf-lanes 1";
    let lines = [
        &format!("init {cheap}"),
        &format!("init --vault other --key-file-out key {cheap}"),
        "new db --file one --tag a=b --description d",
        "put db --file two --dry-run",
        "put db --file two --note why",
        "put db --file two --version-id v2",
        "put db --file one",
        "put fresh --file fields --create",
        "put fresh --file fields2",
        "new otp --file otp",
        "get db",
        "get fresh::a",
        "get fresh::e",
        "get db --out value",
        "copy fresh::a",
        "set db --keep 5 --rotate 90 --tag c=d",
        "set db --description",
        "set db#v1 --note n",
        "list",
        "show db",
        "log db",
        "get db --at 0s",
        "list --at 0s",
        "show db --at 0s",
        "log db --at 0s",
        "diff db --at 0s",
        "which db --file two",
        "diff db",
        "diff fresh",
        "code otp",
        "stage db blue --to v1 --dry-run",
        "stage db blue --to v1",
        "stage db blue --to v1",
        "promote db blue",
        "rollback db --dry-run",
        "rollback db",
        "rename otp otp2",
        "rename otp2 otp --dry-run",
        "rename otp2 otp",
        "duplicate otp f/a --dry-run",
        "duplicate otp f/a",
        "duplicate otp f/b",
        "rename --prefix f/ g/ --dry-run",
        "rename --prefix f/ g/",
        "move g/a f/ --dry-run",
        "move g/a f/",
        "set --prefix g/ --tag a=b --dry-run",
        "set --prefix g/ --tag a=b",
        "rm --prefix g/ --dry-run",
        "rm --prefix g/",
        "restore g/b --dry-run",
        "restore --prefix g/ --dry-run",
        "restore --prefix g/",
        "undo",
        "undo --dry-run",
        "undo",
        "redo",
        "import dotenv dotenv --dry-run",
        "import dotenv dotenv",
        "undo",
        "rm otp --dry-run",
        "rm otp",
        "list --deleted",
        "show otp",
        "purge --dry-run",
        "purge",
        "restore otp",
        "rm otp --force --yes",
        "audit",
        "run --env A=db --env-from fresh --dry-run",
        "inject -i template --out filled",
        "random",
        "random --words 4",
        "export dotenv --plaintext --out out.env",
        "backup copy",
        "verify",
        "recovery-sheet --out sheet.txt",
        &format!("passwd --new-password-file password {cheap}"),
        "upgrade --yes",
        &format!("rekey --new-password-file password --key-file-out key2 {cheap}"),
        "doctor",
        "remote add server ssh://nb/~/vault.etui",
        "remote list",
        "remote remove server",
        "remote add stick file:there.etui",
        "sync --dry-run",
        "sync stick",
        "merge there.etui",
        "merge --conflicts --dry-run",
        "remote remove stick",
        "git-setup",
        "config path",
        "config check",
        "man --out pages",
    ];
    let mut met = Met::new();
    let repository = std::process::Command::new("git").args(["init", "-q"]).arg(home.path()).status();
    assert!(repository.unwrap().success());
    for line in lines {
        let mut words: Vec<&str> = line.split(' ').collect();
        let command = words[0];
        if line.ends_with("--description") {
            words.push("");
        }
        words.push("--json");
        let mut process = home.command(&words);
        if home.path().join("key2").exists() {
            process.env("ETUI_KEY_FILE", home.path().join("key2"));
        }
        let run = home.finish(process, b"").succeeded();
        assert_eq!(run.text().lines().count(), 1, "{line}: {run}");
        check(command, &run.json(), &mut met);
    }
    check("status", &home.etui(&["status", "--json"]).json(), &mut met);
    check("lock", &answer(&home, &["lock"]), &mut met);
    #[cfg(feature = "engines")]
    {
        let server = super::engine_server::EngineServer::start();
        home.etui(&["remote", "add", "team", &server.url()]).succeeded();
        for line in ["push team --yes --json", "pull team --json"] {
            let mut process = home.command(&line.split(' ').collect::<Vec<_>>());
            process.env("BAO_TOKEN", super::engine_server::TOKEN);
            if home.path().join("key2").exists() {
                process.env("ETUI_KEY_FILE", home.path().join("key2"));
            }
            check(&line[..4], &home.finish(process, b"").succeeded().json(), &mut met);
        }
    }
    #[cfg(feature = "serve")]
    check("serve", &said_by_a_server(&home), &mut met);
    for line in [&["get", "nosuch"][..], &["get"], &["bogus"], &["put", "db", "--value", "x"]] {
        let run = home.etui(&[line, &["--json"]].concat());
        check("error", &serde_json::from_str(&run.stderr).unwrap(), &mut met);
    }
    let edited = edit::home();
    for editor in ["sed -i s/two/three/", "true"] {
        check("edit", &edit::edit(&edited, editor, &["db", "--json"]).succeeded().json(), &mut met);
    }
    check("unlock", &answer(&edited, &["unlock", "--max", "10m"]), &mut met);
    check("status", &answer(&edited, &["status"]), &mut met);
    check("lock", &answer(&edited, &["lock"]), &mut met);
    for (command, json) in json() {
        let Json::Answers(schemas) = json else { continue };
        for (at, schema) in schemas.iter().enumerate() {
            assert!(
                met.contains(&(command.to_owned(), at)),
                "no answer of `{command}` was tried: {}",
                schema.when
            );
        }
    }
}

/// Commands that say that `--json` changes nothing but errors, and a line of each with its stdin.
const UNCHANGED: [(&str, &str); 5] = [
    ("env --env A=db", ""),
    ("api", "Action=GetRandomPassword&PasswordLength=x\n"),
    ("completions bash", ""),
    ("git-credential get", "protocol=https\nhost=example.com\n\n"),
    ("docker-credential version", ""),
];

/// The app is on a terminal, and the driver prints nothing.
const NOT_COMPARED: [&str; 3] = ["tui", "demo", "git-merge-driver"];

#[test]
fn a_command_that_says_that_json_changes_nothing_is_right() {
    let home = Home::with_secret();
    let without_ids = |run: Run| redacted(run.text(), home.path());
    for (line, stdin) in UNCHANGED {
        let words: Vec<&str> = line.split(' ').collect();
        let plain = without_ids(home.pipe(stdin, &words));
        assert_eq!(without_ids(home.pipe(stdin, &[&words[..], &["--json"]].concat())), plain, "{line}");
    }
    for (command, json) in json() {
        let is_compared = UNCHANGED.iter().any(|(line, _)| line.split(' ').next() == Some(command));
        let is_known = is_compared || NOT_COMPARED.contains(&command);
        assert_eq!(is_known, matches!(json, Json::Unchanged(_)), "{command}");
    }
}

#[test]
fn an_answer_that_its_schema_does_not_know_would_be_found() {
    let (_, Json::Answers([schema])) = json().into_iter().find(|(name, _)| *name == "lock").unwrap() else {
        panic!("lock has one answer")
    };
    let found = |answer: Value| faults(&answer, schema.keys, "lock");
    assert_eq!(found(json!({ "WasUnlocked": true })), Vec::<String>::new());
    assert_eq!(found(json!({})), ["lock.WasUnlocked: missing"]);
    assert_eq!(found(json!({ "WasUnlocked": 1 })), ["lock.WasUnlocked: 1 is no true or false"]);
    assert_eq!(found(json!({ "WasUnlocked": true, "More": 1 })), ["lock.More: unknown"]);
}

/// The document is written by this test where `ETUI_WRITE_REFERENCE` is set, and compared otherwise.
#[test]
fn the_document_says_what_the_schemas_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json.md");
    let reference = etui::cli::json_reference();
    if std::env::var_os("ETUI_WRITE_REFERENCE").is_some() {
        std::fs::write(path, &reference).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == reference, "docs/json.md is out of date: run the test with ETUI_WRITE_REFERENCE=1");
}

#[test]
fn a_put_tells_whether_it_is_new_and_which_labels_moved() {
    let home = Home::with_secret();
    std::fs::write(home.path().join("three"), "three").unwrap();
    let stored = answer(&home, &["put", "db", "--file", "three"]);
    assert_eq!(stored["Created"], true);
    let moved = |label: &str, from: &str, to: &str| json!({ "VersionStage": label, "RemoveFromVersion": from, "MoveToVersion": to });
    assert_eq!(
        stored["LabelMoves"],
        json!([moved("ACSCurrent", "v2", "v3"), moved("ACSPrevious", "v1", "v2")])
    );
    let again = answer(&home, &["put", "db", "--file", "three", "--version-id", "v3"]);
    assert_eq!((&again["Created"], &again["LabelMoves"]), (&json!(false), &json!([])));
}

#[test]
fn a_change_that_changed_nothing_is_told_apart() {
    let home = Home::with_secret();
    for line in [
        &["stage", "db", "blue", "--to", "v1"][..],
        &["set", "db", "--description", "x"],
        &["promote", "db", "blue"],
    ] {
        assert_eq!(answer(&home, line)["Changed"], true, "{line:?}");
        assert_eq!(answer(&home, line)["Changed"], false, "{line:?}");
    }
}

#[test]
fn lists_tell_what_their_tables_show() {
    let home = Home::with_secret();
    home.pipe("x", &["put", "db", "--note", "why"]).succeeded();
    let secret = &answer(&home, &["list"])["SecretList"]["Secret"][0];
    assert_eq!(secret["CurrentVersionId"], "v3");
    assert_eq!(secret["Due"], false);
    assert_eq!(secret["VersionStages"]["VersionStage"], json!(["ACSCurrent", "ACSPrevious"]));
    let version = &answer(&home, &["log", "db"])["VersionIds"]["VersionId"][0];
    assert_eq!(version["Note"], "why");
}

#[test]
fn a_purge_that_would_purge_nothing_says_so_in_json() {
    let home = Home::with_secret();
    assert_eq!(answer(&home, &["purge", "--dry-run"])["WouldPurge"], json!([]));
}
