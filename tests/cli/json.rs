//! `--json`: every answer is one object with a RequestId, and tells no less than the text does.

use std::collections::BTreeSet;

use etui::cli::{Json, Key, Kind, json};
use etui::domain::Timestamp;
use serde_json::{Value, json};

use super::edit;
use super::support::Home;

fn answer(home: &Home, line: &[&str]) -> Value {
    let run = home.etui(&[line, &["--json"]].concat());
    let text = run.text();
    assert_eq!(text.lines().count(), 1, "{line:?}: {run}");
    let answer: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{line:?}: {error}: {run}"));
    assert!(answer["RequestId"].is_string(), "{line:?}: {run}");
    answer
}

/// What is wrong with an object, by its schema: keys that are missing or unknown, and what holds something else.
fn faults(object: &Value, keys: &[&[Key]], place: &str) -> Vec<String> {
    let Some(object) = object.as_object() else { return vec![format!("{place}: no object")] };
    let known: Vec<&Key> = keys.iter().copied().flatten().collect();
    let unknown = object.keys().filter(|name| known.iter().all(|key| key.name != name.as_str()));
    let mut faults: Vec<String> = unknown.map(|name| format!("{place}.{name}: unknown")).collect();
    for key in known {
        let place = format!("{place}.{}", key.name);
        match object.get(key.name) {
            None if key.when.is_empty() => faults.push(format!("{place}: missing")),
            None => {}
            Some(Value::Null) if !key.null.is_empty() => {}
            Some(value) => faults.extend(faults_of(value, &key.kind, &place)),
        }
    }
    faults
}

fn faults_of(value: &Value, kind: &Kind, place: &str) -> Vec<String> {
    let is_right = match kind {
        Kind::Object(keys) => return faults(value, keys, place),
        Kind::List(kind) => {
            let Some(list) = value.as_array() else { return vec![format!("{place}: no list")] };
            return list.iter().flat_map(|entry| faults_of(entry, kind, place)).collect();
        }
        Kind::Text => value.is_string(),
        Kind::Word(words) => value.as_str().is_some_and(|text| words.contains(&text)),
        Kind::Time => value.as_str().is_some_and(|text| text.parse::<Timestamp>().is_ok()),
        Kind::Number => value.is_u64(),
        Kind::Flag => value.is_boolean(),
    };
    if is_right { Vec::new() } else { vec![format!("{place}: {value} is no {}", kind.word())] }
}

/// The schemas that were met, as the command and the position among its answers.
type Met = BTreeSet<(&'static str, usize)>;

/// Holds an answer against the schemas of its command.
fn check(command: &str, mut answer: Value, met: &mut Met) {
    assert!(
        answer.as_object_mut().unwrap().remove("RequestId").is_some_and(|id| id.is_string()),
        "{command}"
    );
    let (name, json) = json().into_iter().find(|(name, _)| *name == command).unwrap();
    let Json::Answers(schemas) = json else { panic!("{command} has no answers: {answer}") };
    let faults: Vec<Vec<String>> =
        schemas.iter().map(|schema| faults(&answer, schema.keys, command)).collect();
    match faults.iter().position(Vec::is_empty) {
        Some(at) => drop(met.insert((name, at))),
        None => panic!("{answer}\n{faults:#?}"),
    }
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
        check(command, run.json(), &mut met);
    }
    check("status", home.etui(&["status", "--json"]).json(), &mut met);
    check("lock", answer(&home, &["lock"]), &mut met);
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
            check(&line[..4], home.finish(process, b"").succeeded().json(), &mut met);
        }
    }
    for line in [&["get", "nosuch"][..], &["get"], &["bogus"], &["put", "db", "--value", "x"]] {
        let run = home.etui(&[line, &["--json"]].concat());
        check("error", serde_json::from_str(&run.stderr).unwrap(), &mut met);
    }
    let edited = edit::home();
    for editor in ["sed -i s/two/three/", "true"] {
        check("edit", edit::edit(&edited, editor, &["db", "--json"]).succeeded().json(), &mut met);
    }
    check("unlock", answer(&edited, &["unlock", "--max", "10m"]), &mut met);
    check("status", answer(&edited, &["status"]), &mut met);
    check("lock", answer(&edited, &["lock"]), &mut met);
    for (command, json) in json() {
        let Json::Answers(schemas) = json else { continue };
        for (at, schema) in schemas.iter().enumerate() {
            assert!(met.contains(&(command, at)), "no answer of `{command}` was tried: {}", schema.when);
        }
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
