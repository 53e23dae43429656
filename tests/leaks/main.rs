//! What is stored is found nowhere in the clear: not in the vault file, not in its journal, not in what the
//! machine remembers, not in temporary files, and no value on stderr.

#[path = "../support/mod.rs"]
mod support;

mod memory;
mod needles;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use etui::domain::{Description, Note, TagKey, TagValue};
use etui::memory::SecretBytes;
use etui::vault::{Answers, StageRequest};
use etui::versioning::StageMove;

use needles::{Needles, files_below};
use support::binary::{Api, MACHINE, command, put_line, run};
use support::rules::{secret_name, stage_label, version_id};
use support::vaults::{Place, create_request, labels, put_request, text};

const NAME: &str = "qzname/xkjvw";
const ID: &str = "qzid-xkjvw";
const VALUE: &str = "qzvalue-xkjvw-0123456789";
const LABEL: &str = "qzlabel-xkjvw";
const NOTE: &str = "qznote-xkjvw";
const TAG_KEY: &str = "qztagkey-xkjvw";
const TAG_VALUE: &str = "qztagvalue-xkjvw";
const DESCRIPTION: &str = "qzdescription-xkjvw";

fn everything() -> Needles {
    Needles::of(&[NAME, ID, VALUE, LABEL, NOTE, TAG_KEY, TAG_VALUE, DESCRIPTION])
}

/// A vault in which every needle lies, each changed once, so that what is replaced was written too.
fn filled() -> Place {
    let place = Place::new();
    let mut vault = place.create_at(&place.vault_path(), Some(MACHINE));
    let mut request = create_request(NAME, ID, text(VALUE));
    request.description = Description::new(DESCRIPTION).unwrap();
    request.tags = [(TagKey::new(TAG_KEY).unwrap(), TagValue::new(TAG_VALUE).unwrap())].into_iter().collect();
    request.extra_stages = labels(LABEL);
    request.note = Note::new(NOTE).ok();
    vault.create_secret(&request).unwrap();
    vault.put_secret_value(&put_request(NAME, "v2", text(&VALUE.repeat(400)), "ACSCurrent")).unwrap();
    let stage = StageMove::new(stage_label(LABEL), Some(version_id("v2")), None).unwrap();
    let request = StageRequest { name: secret_name(NAME), stage, expected: None };
    vault.update_secret_version_stage(&request).unwrap();
    vault.seal_place(&SecretBytes::copy_of(NAME.as_bytes())).unwrap();
    vault.verify().unwrap();
    place
}

#[track_caller]
fn assert_clean(needles: &Needles, files: &[(PathBuf, Vec<u8>)]) {
    for (path, bytes) in files {
        if let Some(found) = needles.find(bytes) {
            panic!("{} holds {found}", path.display());
        }
    }
}

#[test]
fn neither_the_vault_nor_the_memory_of_the_machine_holds_anything_in_the_clear() {
    let place = filled();
    let files = files_below(place.folder());
    let names: Vec<&str> = files.iter().filter_map(|(path, _)| path.file_name()?.to_str()).collect();
    assert!(
        names.contains(&"vault.etui") && names.iter().any(|name| name.starts_with("last-seen")),
        "{names:?}"
    );
    assert_clean(&everything(), &files);
    // Nor do names of files.
    for (path, _) in &files {
        assert!(everything().find(path.as_os_str().as_encoded_bytes()).is_none(), "{}", path.display());
    }
}

#[test]
fn no_journal_ever_holds_anything_in_the_clear() {
    let place = filled();
    let outside = tempfile::tempdir().unwrap();
    let seen = Mutex::new(Vec::new());
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let journal = PathBuf::from(format!("{}-journal", place.vault_path().display()));
            while !done.load(Ordering::Relaxed) {
                if let Ok(bytes) = fs::read(&journal)
                    && bytes.len() > 512
                {
                    seen.lock().unwrap().push((journal.clone(), bytes));
                }
                thread::yield_now();
            }
        });
        let mut api = Api::start(command(&place, &outside.path().join("password"), &["api"]));
        // Until a few journals were caught in flight, whatever the machine.
        for number in 0..10_000 {
            api.send(&put_line(NAME, &format!("{ID}-{number}"), VALUE));
            let answer = api.answer().unwrap();
            assert!(answer["Code"].is_null(), "{answer}");
            if seen.lock().unwrap().len() >= 5 {
                break;
            }
        }
        done.store(true, Ordering::Relaxed);
        watcher.join().unwrap();
        assert!(api.finish());
    });
    let seen = seen.into_inner().unwrap();
    assert!(!seen.is_empty(), "no journal was caught in flight");
    assert_clean(&everything(), &seen);
    assert_clean(&everything(), &files_below(place.folder()));
}

#[test]
fn the_command_line_leaves_nothing_behind_and_says_no_value_on_stderr() {
    let place = Place::new();
    drop(place.create_at(&place.vault_path(), Some(MACHINE)));
    let outside = tempfile::tempdir().unwrap();
    let password = outside.path().join("password");
    let tag = format!("{TAG_KEY}={TAG_VALUE}");
    let reference = format!("{NAME}#{ID}");
    let other = format!("{VALUE}-other");
    let runs: Vec<(Vec<&str>, &str, i32)> = vec![
        (
            vec![
                "new",
                NAME,
                "--version-id",
                ID,
                "--note",
                NOTE,
                "--stage",
                LABEL,
                "--tag",
                &tag,
                "--description",
                DESCRIPTION,
            ],
            VALUE,
            0,
        ),
        (vec!["put", NAME, "--version-id", ID], VALUE, 0),
        (vec!["put", NAME, "--version-id", ID], &other, 4),
        (vec!["put", NAME, "--version-id", "v2", "--dry-run"], &other, 0),
        (vec!["put", NAME, "--version-id", "v2"], &other, 0),
        (vec!["put", NAME, "--version-id", "not valid"], VALUE, 2),
        (vec!["put", "none"], VALUE, 3),
        (vec!["new", NAME], VALUE, 4),
        (vec!["get", NAME], "", 0),
        (vec!["get", &reference], "", 0),
        (vec!["show", NAME], "", 0),
        (vec!["list"], "", 0),
        (vec!["verify"], "", 0),
        (vec!["rollback", NAME], "", 0),
        (vec!["rm", NAME], "", 0),
        (vec!["get", NAME], "", 4),
    ];
    let value = Needles::of(&[VALUE]);
    for (arguments, stdin, code) in runs {
        let output = run(command(&place, &password, &arguments), stdin);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
        assert!(value.find(&output.stderr).is_none(), "{arguments:?} says the value: {stderr}");
        let reads = arguments[0] == "get" && code == 0;
        assert_eq!(value.find(&output.stdout).is_some(), reads, "{arguments:?}");
        assert_clean(&everything(), &files_below(place.folder()));
    }
}

#[test]
fn requests_that_are_no_requests_are_not_quoted() {
    let place = filled();
    let outside = tempfile::tempdir().unwrap();
    let lines = [
        format!("{{\"Action\":\"PutSecretValue\",\"SecretData\":\"{VALUE}"),
        format!("{{\"Action\":\"PutSecretValue\",\"SecretData\":\"{VALUE}\",\"SecretName\":1}}"),
        format!(
            "{{\"Action\":\"PutSecretValue\",\"SecretData\":\"{VALUE}\",\"SecretDataType\":\"{VALUE}\"}}"
        ),
        VALUE.to_owned(),
        format!("Action=PutSecretValue&SecretData={VALUE}&SecretName=%zz"),
        format!("{{\"SecretData\":\"{VALUE}\"}}"),
        format!("[\"{VALUE}\"]"),
    ];
    let value = Needles::of(&[VALUE]);
    let output = run(command(&place, &outside.path().join("password"), &["api"]), &(lines.join("\n") + "\n"));
    assert_ne!(output.status.code(), Some(0));
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(stdout.lines().count(), lines.len(), "{stdout}");
    assert!(value.find(stdout.as_bytes()).is_none(), "{stdout}");
    assert!(value.find(&output.stderr).is_none());
}

#[test]
fn a_wrong_password_is_not_said() {
    let place = filled();
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("password");
    let command = command(&place, &file, &["list"]);
    fs::write(&file, "qzpassword-xkjvw").unwrap();
    let output = run(command, "");
    assert_eq!(output.status.code(), Some(5));
    let password = Needles::of(&["qzpassword-xkjvw"]);
    assert!(password.find(&output.stderr).is_none() && password.find(&output.stdout).is_none());
    assert!(place.open_as(Some(MACHINE), Answers::default()).is_ok());
    assert_clean(&password, &files_below(Path::new(place.folder())));
}
