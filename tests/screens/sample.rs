//! A believable vault with fake secrets.

use std::sync::atomic::Ordering;

use etui::domain::{Description, Note, RotationInterval, SecretValue, TagKey, TagValue, Tags};
use etui::vault::{PutRequest, StageRequest, UpdateRequest, Vault};
use etui::versioning::{MetadataUpdate, StageMove};

use crate::fixtures::{binary, create_request, put_request, stage_label, version_id};
pub use crate::fixtures::{secret_name as name, text as text_value};
use crate::harness::{NOW, TestClock};

const DAY: i64 = 86_400;

pub fn create(vault: &mut Vault, secret: &str, version: &str, value: SecretValue) {
    vault.create_secret(&create_request(secret, version, value)).unwrap();
}

pub fn put(vault: &mut Vault, secret: &str, version: &str, value: &str, stages: &[&str], note: &str) {
    let request = put_request(secret, version, text_value(value), &stages.join(" "));
    let note = Note::from_field(note).unwrap();
    vault.put_secret_value(&PutRequest { note, ..request }).unwrap();
}

fn ago(clock: &TestClock, days: i64) {
    clock.0.store(NOW - days * DAY, Ordering::SeqCst);
}

pub fn describe(
    vault: &mut Vault,
    secret: &str,
    description: &str,
    tags: &[(&str, &str)],
    rotation: Option<u32>,
) {
    let tags = tags.iter().map(|(key, value)| (TagKey::new(key).unwrap(), TagValue::new(value).unwrap()));
    vault
        .update_secret(&UpdateRequest {
            name: name(secret),
            update: MetadataUpdate {
                description: Some(Description::new(description).unwrap()),
                tags: tags.collect(),
                untag: Vec::new(),
                retention: None,
                rotation: rotation.map(|days| Some(RotationInterval::new(days).unwrap())),
            },
            expected: None,
        })
        .unwrap();
}

/// The vault of the pictures: one secret with a history, some others around it.
pub fn shop(vault: &mut Vault, clock: &TestClock) {
    ago(clock, 340);
    create(vault, "shop/db/password", "v10", text_value("hunter10"));
    describe(
        vault,
        "shop/db/password",
        "Primary database of the shop",
        &[("env", "prod"), ("owner", "me")],
        Some(90),
    );
    create(vault, "shop/api-key", "7", text_value("sk-fake-0000000000000000"));
    ago(clock, 160);
    create(vault, "shop/db/url", "v3", text_value("postgres://db.example/shop"));
    describe(vault, "shop/db/url", "Where the database answers", &[], Some(90));
    ago(clock, 92);
    put(vault, "shop/db/password", "v11", "hunter11", &["ACSCurrent"], "");
    ago(clock, 42);
    put(vault, "shop/db/password", "v12", "hunter12", &["staging"], "for the staging host");
    ago(clock, 28);
    put(vault, "shop/db/password", "v13", "hunter13", &["ACSCurrent", "canary"], "");
    ago(clock, 20);
    create(vault, "personal/mail", "v1", text_value("letmein"));
    create(vault, "personal/photo-key", "v1", binary(&[0x7f, b'E', b'L', b'F', 0, 1, 2, 255, b'x', 0x1b]));
    ago(clock, 2);
    put(
        vault,
        "shop/db/password",
        "v14",
        "hunter14-with-24-bytes-x",
        &["ACSCurrent"],
        "after the leak in CI",
    );
}

/// Moves a label, as another process would.
pub fn stage(vault: &mut Vault, secret: &str, label: &str, to: &str) {
    let stage = StageMove::new(stage_label(label), Some(version_id(to)), None).unwrap();
    vault.update_secret_version_stage(&StageRequest { name: name(secret), stage, expected: None }).unwrap();
}

/// Keeps only so many versions from now on.
pub fn keep(vault: &mut Vault, secret: &str, versions: u32) {
    vault
        .update_secret(&UpdateRequest {
            name: name(secret),
            update: MetadataUpdate {
                description: None,
                tags: Tags::new(),
                untag: Vec::new(),
                retention: Some(Some(etui::domain::Retention::new(versions).unwrap())),
                rotation: None,
            },
            expected: None,
        })
        .unwrap();
}

/// Removes a secret with all its versions.
pub fn purge(vault: &mut Vault, secret: &str) {
    let deletion = etui::versioning::Deletion::Force;
    vault
        .delete_secret(&etui::vault::DeleteRequest { name: name(secret), deletion, expected: None })
        .unwrap();
}
