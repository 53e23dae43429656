//! Compares what `--json` prints with the schemas that `docs/json.md` is made of. [`Home::finish`] asks for every
//! command that any test runs, so that no answer goes by which no schema knows.
//!
//! [`Home::finish`]: super::support::Home::finish

use std::ffi::OsStr;
use std::process::Command;

use etui::cli::{Json, Key, Kind, json};
use etui::domain::Timestamp;
use serde_json::Value;

use super::support::Run;

/// Commands that print something else than JSON where they are asked for it: a file, or what another program printed.
const PRINT: [&str; 6] = ["config", "export", "inject", "man", "recovery-sheet", "run"];

/// What is wrong with an object, by its schema: keys that are missing or unknown, and what holds something else.
pub fn faults(object: &Value, keys: &[&[Key]], place: &str) -> Vec<String> {
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

/// Which schema of its command an answer has; a command that answers like no schema of it fails the test.
#[track_caller]
pub fn is_met_by(command: &str, answer: &Value) -> usize {
    let mut answer = answer.clone();
    let id = answer.as_object_mut().and_then(|answer| answer.remove("RequestId"));
    assert!(id.is_some_and(|id| id.is_string()), "{command} answers without a RequestId: {answer}");
    let Some((_, Json::Answers(schemas))) = json().into_iter().find(|(name, _)| *name == command) else {
        panic!("{command} has no schema: {answer}")
    };
    let faults: Vec<Vec<String>> =
        schemas.iter().map(|schema| faults(&answer, schema.keys, command)).collect();
    faults
        .iter()
        .position(Vec::is_empty)
        .unwrap_or_else(|| panic!("{command} has no such schema: {answer}\n{faults:#?}"))
}

/// What a run with `--json` printed is what its schemas say.
#[track_caller]
pub fn check(command: &Command, run: &Run) {
    let words: Vec<&str> =
        command.get_args().take_while(|word| *word != "--").filter_map(OsStr::to_str).collect();
    let known = json();
    let Some(name) = words.iter().find(|word| known.iter().any(|(name, _)| name == *word)) else { return };
    if command.get_program() != env!("CARGO_BIN_EXE_etui") || !words.contains(&"--json") {
        return;
    }
    let is_schema = matches!(known.iter().find(|(known, _)| known == name), Some((_, Json::Answers(_))));
    let answer = std::str::from_utf8(&run.stdout).unwrap_or_default();
    if is_schema && !answer.is_empty() && (!PRINT.contains(name) || answer.starts_with("{\"RequestId\"")) {
        let answer = serde_json::from_str(answer).unwrap_or_else(|error| panic!("{words:?}: {error}: {run}"));
        is_met_by(name, &answer);
    }
    let error = run.stderr.lines().last().unwrap_or_default();
    if error.starts_with("{\"RequestId\"") {
        is_met_by("error", &serde_json::from_str(error).unwrap());
    }
}
