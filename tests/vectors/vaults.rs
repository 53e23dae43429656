//! Frozen vaults of every format, and what a reader that is not ours found in them.
//!
//! `make_vault.sh` made them, and `vault_reader.py` printed what is in them. They are never made anew.

use std::fs;
use std::path::{Path, PathBuf};

use etui::domain::{SecretName, Timestamp};
use etui::memory::SecretBytes;
use etui::vault::{
    Answers, Clock, Credentials, DeleteRequest, Environment, FormatVersion, HistoryEntry, LockedVault, Vault,
};
use etui::versioning::{Deletion, Operation, Origin, SecretState, Selector, Shift};
use serde_json::{Value, json};

/// Long after everything that happened in them.
struct Later;

impl Clock for Later {
    fn now(&self) -> Timestamp {
        Timestamp::clamped(2_000_000_000)
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

fn expected(format: FormatVersion) -> Value {
    expected_of(&format!("format_{}", format.number()))
}

fn expected_of(name: &str) -> Value {
    let text = fs::read_to_string(folder().join(format!("{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn credentials() -> Credentials {
    credentials_of("pässword")
}

fn credentials_of(password: &str) -> Credentials {
    Credentials::new(SecretBytes::copy_of(password.as_bytes()), None).unwrap()
}

/// The frozen vault, in a folder of its own.
fn thawed(format: FormatVersion) -> (tempfile::TempDir, PathBuf) {
    thawed_of(&format!("format_{}", format.number()))
}

fn thawed_of(name: &str) -> (tempfile::TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("vault.etui");
    fs::copy(folder().join(format!("{name}.etui")), &path).unwrap();
    (place, path)
}

fn open(path: &Path) -> Vault {
    open_by(path, &credentials())
}

fn open_by(path: &Path, credentials: &Credentials) -> Vault {
    let environment = Environment::new(Box::new(Later), Origin::CommandLine);
    let locked = LockedVault::open(path, environment).unwrap();
    locked.unlock(credentials, Answers::default()).map_err(|failed| failed.error).unwrap()
}

fn names(vault: &mut Vault) -> Vec<SecretName> {
    vault.list().unwrap().iter().map(|secret| SecretName::new(secret.name).unwrap()).collect()
}

/// A secret as the reader prints it, but for its stamps.
fn told(vault: &mut Vault, name: &SecretName) -> Value {
    let SecretState { given_name, facts, created, updated, planned_deletion, labels, versions, .. } =
        vault.describe(name).unwrap().secret;
    if planned_deletion.is_some() {
        // In the window no value is read.
        vault.restore_secret(name).unwrap();
    }
    let versions: Vec<Value> = versions
        .iter()
        .map(|version| {
            let selector = Selector { version_id: Some(version.id.clone()), ..Selector::default() };
            let value = vault.get_secret_value(name, &selector).unwrap().value;
            let bytes = value.expose();
            let hex = || bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            let is_text = version.value_type == etui::domain::ValueType::Text;
            json!({
                "id": version.id.as_str(),
                "given id": version.given.as_ref().map(|id| id.as_str()),
                "created": version.created.seconds(),
                "type": if is_text { 1 } else { 2 },
                "size": version.size,
                "note": version.note.as_ref().map(|note| note.as_str()),
                "value": if is_text { std::str::from_utf8(bytes).unwrap().to_owned() } else { hex() },
            })
        })
        .collect();
    let tags: Vec<Value> =
        facts.tags.iter().map(|(key, value)| json!([key.as_str(), value.as_str()])).collect();
    let labels: serde_json::Map<String, Value> =
        labels.iter().map(|(label, target)| (label.as_str().to_owned(), json!(target.id.as_str()))).collect();
    json!({
        "name": name.as_str(),
        "given name": given_name.map(|name| name.as_str().to_owned()),
        "description": facts.description.as_str(),
        "created": created.seconds(),
        "updated": updated.seconds(),
        "deletion": planned_deletion.map(Timestamp::seconds),
        "retention": facts.retention.map(|retention| retention.versions()),
        "rotation": facts.rotation.map(|rotation| rotation.days()),
        "tags": tags,
        "labels": labels,
        "versions": versions,
    })
}

/// Without what is absent, and without stamps: those of format 1 only follow from what it holds.
fn bare(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(key, value)| !value.is_null() && key.as_str() != "stamp");
            kept.map(|(key, value)| (key.clone(), bare(value))).collect()
        }
        Value::Array(entries) => entries.iter().map(bare).collect(),
        other => other.clone(),
    }
}

fn word(operation: Operation) -> String {
    match operation {
        Operation::ForceDelete => "force delete".to_owned(),
        Operation::ChangePassword => "password".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}

fn two<T>(shift: &Shift<T>, tell: impl Fn(&T) -> Value) -> Value {
    json!([tell(&shift.before), tell(&shift.after)])
}

/// An event as the reader prints it, but for labels, tags and the keys of versions.
fn told_event(entry: &HistoryEntry) -> Value {
    let change = &entry.change;
    let ids = |versions: &[etui::versioning::VersionRef]| {
        versions.iter().map(|version| version.id.as_str().to_owned()).collect::<Vec<_>>()
    };
    let notes: Vec<Value> = change
        .notes
        .iter()
        .map(|shift| {
            let note = two(&shift.note, |note| json!(note.as_ref().map(|note| note.as_str())));
            json!([shift.version.id.as_str(), note])
        })
        .collect();
    json!({
        "number": entry.number,
        "time": entry.time.seconds(),
        "operation": word(change.operation),
        "secret": entry.secret.as_ref().map(|name| name.as_str()),
        "reverses": entry.takes_back,
        "name": change.name.as_ref().map(|shift| two(shift, |name| json!(name.as_str()))),
        "description": change.description.as_ref().map(|shift| two(shift, |text| json!(text.as_str()))),
        "retention": change
            .retention
            .as_ref()
            .map(|shift| two(shift, |kept| json!(kept.map(|kept| kept.versions())))),
        "rotation": change.rotation.as_ref().map(|shift| two(shift, |days| json!(days.map(|days| days.days())))),
        "notes": notes,
        "added": ids(&change.added),
        "destroyed": ids(&change.destroyed),
    })
}

/// The same of what the reader printed.
fn expected_event(event: &Value) -> Value {
    let id = |reference: &Value| reference[1].clone();
    let ids =
        |what: &str| event[what].as_array().map(|list| list.iter().map(id).collect()).unwrap_or_default();
    let notes = event["notes"].as_array().cloned().unwrap_or_default();
    json!({
        "number": event["number"],
        "time": event["time"],
        "operation": event["operation"],
        "secret": event["secret"],
        "reverses": event["reverses"],
        "name": event["name"],
        "description": event["description"],
        "retention": event["retention"],
        "rotation": event["rotation"],
        "notes": notes.iter().map(|note| json!([id(&note[0]), note[1]])).collect::<Vec<Value>>(),
        "added": Value::Array(ids("added")),
        "destroyed": Value::Array(ids("destroyed")),
    })
}

/// The vault holds what the reader found in the frozen one of `format`.
fn assert_holds(vault: &mut Vault, format: FormatVersion) {
    assert_holds_what_was_found(vault, &expected(format));
}

/// The vault holds what the reader found.
fn assert_holds_what_was_found(vault: &mut Vault, expected: &Value) {
    let history = expected["history"].as_array().unwrap();
    let mut entries = vault.history(usize::MAX).unwrap();
    entries.reverse();
    let told_events: Vec<Value> = entries[..history.len()].iter().map(told_event).collect();
    assert_eq!(told_events, history.iter().map(expected_event).collect::<Vec<_>>());
    let secrets: Vec<Value> = names(vault).iter().map(|name| bare(&told(vault, name))).collect();
    assert_eq!(Value::Array(secrets), bare(&expected["secrets"]));
    assert!(vault.verify().unwrap().is_clean());
}

#[test]
fn a_frozen_vault_of_every_format_holds_what_another_reader_finds_in_it() {
    for format in FormatVersion::ALL {
        let (_place, path) = thawed(format);
        let mut vault = open(&path);
        assert_eq!(vault.format().unwrap(), format);
        assert_holds(&mut vault, format);
    }
}

#[test]
fn a_frozen_merged_vault_holds_what_another_reader_finds_in_it() {
    let (_place, path) = thawed_of("merged");
    let mut vault = open_by(&path, &credentials_of("correct horse battery staple"));
    let expected = expected_of("merged");
    let operations: Vec<&str> = expected["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["operation"].as_str().unwrap())
        .collect();
    assert!(["merge", "effect", "undo"].iter().all(|operation| operations.contains(operation)));
    assert_holds_what_was_found(&mut vault, &expected);
}

#[test]
fn what_a_force_delete_removed_and_an_import_noted_is_in_the_history_of_format_2() {
    let noted = |format| {
        let told =
            |event: &&Value| ["force delete", "import"].contains(&event["operation"].as_str().unwrap());
        let events = expected(format)["history"].as_array().unwrap().clone();
        let events: Vec<Value> = events.iter().filter(told).map(expected_event).collect();
        let known = |event: &Value| {
            (
                event["description"].clone(),
                event["retention"].clone(),
                event["notes"].as_array().unwrap().len(),
            )
        };
        events.iter().map(known).collect::<Vec<_>>()
    };
    let imported = json!(["", "from elsewhere"]);
    assert_eq!(
        noted(FormatVersion::One),
        [(json!(null), json!(null), 0), (imported.clone(), json!(null), 0)]
    );
    assert_eq!(
        noted(FormatVersion::Two),
        [(json!(["not for long", ""]), json!([5, null]), 0), (imported, json!(null), 2)]
    );
}

// Guards: what an older etui could not read is never written into a vault that it can open.
#[test]
fn a_force_delete_tells_what_it_removed_in_format_2_only() {
    for format in FormatVersion::ALL {
        let (_place, path) = thawed(format);
        let mut vault = open(&path);
        let described = |secret: &etui::vault::SecretSummary<'_>| {
            !secret.description.is_empty() && secret.planned_deletion.is_none()
        };
        let listing = vault.list().unwrap();
        let name = SecretName::new(listing.iter().find(described).unwrap().name).unwrap();
        drop(listing);

        let deletion = Deletion::Force;
        vault.delete_secret(&DeleteRequest { name, deletion, expected: None }).unwrap();

        let change = &vault.history(1).unwrap()[0].change;
        assert_eq!(change.operation, Operation::ForceDelete);
        assert_eq!(change.description.is_some(), format == FormatVersion::Two);
        assert!(vault.verify().unwrap().is_clean());
    }
}

#[test]
fn an_upgraded_vault_holds_what_the_frozen_one_held() {
    let (place, path) = thawed(FormatVersion::One);
    let mut vault = open(&path);
    let upgraded = vault.upgrade(&credentials(), &mut |_| {}).unwrap().unwrap();
    assert!(upgraded.report.is_clean() && upgraded.kept_copy.is_none(), "{upgraded:?}");
    assert_eq!(vault.history(1).unwrap()[0].change.operation, Operation::Upgrade);
    assert_holds(&mut vault, FormatVersion::One);
    drop(vault);
    let mut vault = open(&path);
    assert_eq!(vault.format().unwrap(), FormatVersion::Two);
    assert!(vault.upgrade(&credentials(), &mut |_| {}).unwrap().is_none(), "once is enough");
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1, "nothing is left beside it");
}
