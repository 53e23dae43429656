//! What the app copies as a command line is one that the command line reads.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use etui::cli;
use etui::domain::{
    Description, Folder, Note, Retention, RotationInterval, SecretName, SecretValue, StageLabel, TagKey,
    TagValue, Tags, ValueType, VersionId,
};
use etui::exchange::{ExportFormat, keepass};
use etui::memory::SecretBytes;
use etui::tui::Work;
use etui::tui::as_command::{CommandLine, Reads};
use etui::tui::change_request::ChangeRequest;
use etui::tui::jobs::{Job, NewLocks, Scope, WrittenAs};
use etui::vault::{
    BulkRequest, CreateRequest, DeleteRequest, DuplicateRequest, NewKeyFile, PutRequest, Relocking,
    RenameRequest, RollbackRequest, StageRequest, UpdateRequest,
};
use etui::versioning::{BulkOperation, BulkTarget, Deletion, Direction, MetadataUpdate, StageMove, StageSet};

fn name(text: &str) -> SecretName {
    SecretName::new(text).unwrap()
}

fn label(text: &str) -> StageLabel {
    StageLabel::new(text).unwrap()
}

fn id(text: &str) -> VersionId {
    VersionId::new(text).unwrap()
}

fn value(value_type: ValueType) -> SecretValue {
    SecretValue::new(value_type, SecretBytes::copy_of(b"hunter2")).unwrap()
}

fn put(secret: &str, stages: &[&str], value_type: ValueType, note: &str) -> Work {
    Work::Put(Box::new(PutRequest {
        name: name(secret),
        version_id: Some(id("v15")),
        value: value(value_type),
        stages: StageSet::new(stages.iter().map(|text| label(text))).unwrap(),
        note: Note::from_field(note).unwrap(),
        expected: None,
    }))
}

fn create(description: &str, tags: &[(&str, &str)], extra: &[&str]) -> Work {
    Work::CreateSecret(Box::new(CreateRequest {
        name: name("shop/api"),
        version_id: id("v1"),
        value: value(ValueType::Text),
        description: Description::new(description).unwrap(),
        tags: all_tags(tags),
        extra_stages: extra.iter().map(|text| label(text)).collect(),
        note: None,
    }))
}

fn all_tags(tags: &[(&str, &str)]) -> Tags {
    tags.iter().map(|(key, text)| (TagKey::new(key).unwrap(), TagValue::new(text).unwrap())).collect()
}

fn stage(text: &str, to: Option<&str>, from: Option<&str>) -> Work {
    let stage = StageMove::new(label(text), to.map(id), from.map(id)).unwrap();
    Work::Change(ChangeRequest::Stage(StageRequest { name: name("db"), stage, expected: None }))
}

fn update(change: impl FnOnce(&mut MetadataUpdate)) -> Work {
    let mut update = MetadataUpdate {
        description: None,
        tags: Tags::new(),
        untag: Vec::new(),
        retention: None,
        rotation: None,
    };
    change(&mut update);
    Work::Change(ChangeRequest::Update(UpdateRequest { name: name("db"), update, expected: None }))
}

fn delete(deletion: Deletion) -> Work {
    Work::Change(ChangeRequest::Delete(DeleteRequest { name: name("db"), deletion, expected: None }))
}

fn rename(old: &str, new: &str) -> Work {
    Work::Change(ChangeRequest::Rename(RenameRequest { old: name(old), new: name(new), expected: None }))
}

/// An operation on the secrets of these names, or on a folder where one ends in `/`.
fn many(targets: &str, operation: BulkOperation) -> Work {
    let target = |text: &str| match text.ends_with('/') {
        true => BulkTarget::Folder(Folder::new(text).unwrap()),
        false => BulkTarget::Secret(name(text)),
    };
    let targets = targets.split(' ').map(target).collect();
    Work::ChangeMany(Box::new(BulkRequest { targets, operation, expected: None }))
}

fn job(job: Job) -> Work {
    Work::Job { job: Box::new(job), watched: Arc::default() }
}

fn relock(relocking: Relocking, key_file: NewKeyFile) -> Work {
    let password = || SecretBytes::copy_of(b"hunter2");
    job(Job::Relock(relocking, NewLocks { present: password(), new: password(), key_file }))
}

fn take_back(direction: Direction) -> Work {
    Work::TakeBack { direction, newest: 7 }
}

/// Every change that the app makes, and its line.
fn table() -> Vec<(Work, &'static str)> {
    let rollback = RollbackRequest { name: name("db"), expected: None };
    vec![
        (
            put("shop/db", &["ACSCurrent"], ValueType::Text, ""),
            "etui put shop/db --version-id v15 --stage ACSCurrent",
        ),
        (
            put("db", &["canary", "a@b"], ValueType::Binary, "it's after the leak"),
            r"etui put db --version-id v15 --stage canary --stage a@b --type binary --note 'it'\''s after the leak'",
        ),
        (
            put("-db", &["-x"], ValueType::Text, "--force"),
            "etui put --version-id v15 --stage=-x --note=--force -- -db",
        ),
        (
            put("=db", &["=x"], ValueType::Text, "$(id)\n`id`"),
            "etui put '=db' --version-id v15 --stage '=x' --note '$(id)\n`id`'",
        ),
        (create("", &[], &[]), "etui new shop/api --version-id v1"),
        (
            create("the *shop*", &[("env", "prod"), ("-o", "a b")], &["canary"]),
            "etui new shop/api --version-id v1 --stage canary --description 'the *shop*' '--tag=-o=a b' --tag env=prod",
        ),
        (stage("canary", Some("v2"), None), "etui stage db canary --to v2"),
        (stage("canary", None, Some("v2")), "etui stage db canary --from v2"),
        (stage("ACSCurrent", Some("v2"), Some("v3")), "etui stage db ACSCurrent --to v2 --from v3"),
        (stage("-x", Some("-1"), None), "etui stage --to=-1 -- db -x"),
        (Work::Change(ChangeRequest::Rollback(rollback)), "etui rollback db"),
        (delete(Deletion::Window(7)), "etui rm db --recovery-days 7"),
        (delete(Deletion::Force), "etui rm db --force"),
        (Work::Change(ChangeRequest::Restore(name("db"))), "etui restore db"),
        (rename("old", "new"), "etui rename old new"),
        (rename("old", "-new"), "etui rename -- old -new"),
        (many("a b/c", BulkOperation::Move(Folder::new("d").ok())), "etui move a b/c d/"),
        (many("-a b/", BulkOperation::Move(None)), "etui move -- -a b/ /"),
        (
            many("shop/", BulkOperation::RenameFolder(Folder::new("store").unwrap())),
            "etui rename --prefix shop/ store/",
        ),
        (many("a b", BulkOperation::Delete(Deletion::Window(30))), "etui rm a b --recovery-days 30"),
        (many("a/", BulkOperation::Delete(Deletion::Window(7))), "etui rm --prefix a/ --recovery-days 7"),
        (many("a/", BulkOperation::Restore), "etui restore --prefix a/"),
        (many("a b", BulkOperation::Restore), "etui restore a b"),
        (
            Work::Change(ChangeRequest::Duplicate(DuplicateRequest {
                source: name("db"),
                name: name("db2"),
                expected: None,
            })),
            "etui duplicate db db2",
        ),
        (
            update(|update| {
                update.description = Some(Description::new("").unwrap());
                update.tags = all_tags(&[("env", "")]);
                update.untag = vec![TagKey::new("owner").unwrap(), TagKey::new("-x y").unwrap()];
                update.retention = Some(Some(Retention::new(10).unwrap()));
                update.rotation = Some(None);
            }),
            "etui set db --description '' --tag env= --untag owner '--untag=-x y' --keep 10 --rotate off",
        ),
        (
            update(|update| {
                update.retention = Some(None);
                update.rotation = Some(Some(RotationInterval::new(90).unwrap()));
            }),
            "etui set db --keep off --rotate 90",
        ),
        (take_back(Direction::Undo), "etui undo"),
        (take_back(Direction::Redo), "etui redo"),
        (relock(Relocking::Password, NewKeyFile::Keep), "etui passwd"),
        (relock(Relocking::VaultKey, NewKeyFile::Drop), "etui rekey --no-key-file"),
        (
            relock(Relocking::Password, NewKeyFile::Make("/keys/new key".into())),
            "etui passwd --key-file-out '/keys/new key'",
        ),
        (job(Job::Verify), "etui verify"),
        (job(Job::BackUp("/media/vault.etui".into())), "etui backup /media/vault.etui"),
        (
            job(Job::Export {
                written: WrittenAs::Plain(ExportFormat::Dotenv),
                folder: Some(Folder::new("shop/dev").unwrap()),
                only: Vec::new(),
                path: "/tmp/.env".into(),
            }),
            "etui export dotenv --plaintext --out /tmp/.env --prefix shop/dev/",
        ),
        #[cfg(feature = "keepass")]
        (
            job(Job::Export {
                written: WrittenAs::Kdbx(keepass::Writer::new().unwrap(), SecretBytes::copy_of(b"hunter2")),
                folder: None,
                only: Vec::new(),
                path: "/tmp/a.kdbx".into(),
            }),
            "etui export kdbx --out /tmp/a.kdbx",
        ),
        (job(Job::Remove(Scope::Force(name("db")), Vec::new())), "etui rm db --force"),
        (job(Job::Remove(Scope::One(name("db")), Vec::new())), "etui purge db"),
        (job(Job::Remove(Scope::Past, Vec::new())), "etui purge"),
    ]
}

/// The words that a shell makes of a line.
fn words(line: &str) -> Vec<OsString> {
    let output = Command::new("sh").args(["-c", &format!("printf '%s\\0' {line}")]).output().unwrap();
    assert!(output.status.success(), "{line}");
    let mut words: Vec<_> =
        output.stdout.split(|byte| *byte == 0).map(|word| OsString::from_vec(word.to_vec())).collect();
    assert_eq!(words.pop(), Some(OsString::new()));
    words
}

#[test]
fn every_change_becomes_the_line_that_does_the_same() {
    for (work, expected) in table() {
        let line = CommandLine::of(&work, None).unwrap();
        assert_eq!(line.text(), expected);
    }
}

#[test]
fn the_command_line_reads_every_one_of_these_lines() {
    for (work, _) in table() {
        for vault in [None, Some(Path::new("/my vaults/it's.etui"))] {
            let line = CommandLine::of(&work, vault).unwrap();
            assert!(cli::check(words(line.text())).is_ok(), "{}", line.text());
        }
    }
}

#[test]
fn a_vault_in_an_unusual_place_is_named() {
    let line = CommandLine::of(&rename("-old", "new"), Some(Path::new("/my vaults/it's.etui"))).unwrap();
    assert_eq!(line.text(), r"etui rename --vault '/my vaults/it'\''s.etui' -- -old new");
}

#[test]
fn a_value_is_never_part_of_the_line() {
    for (work, _) in table() {
        let line = CommandLine::of(&work, None).unwrap();
        assert!(!line.text().contains("hunter2"), "{}", line.text());
        let stores = matches!(work, Work::Put(_) | Work::CreateSecret(_));
        assert_eq!(line.reads() == Reads::Value, stores, "{}", line.text());
    }
}

#[test]
fn what_changes_nothing_and_what_no_line_can_say_has_none() {
    for work in [
        Work::List,
        Work::Describe(name("db")),
        job(Job::PlanRemoval(Scope::Past)),
        create("", &[("a=b", "c")], &[]),
    ] {
        assert!(CommandLine::of(&work, None).is_none());
    }
}
