//! Names, values and requests as the tests write them. It needs no other file of this folder, so that any target
//! can take it alone.
#![allow(dead_code, reason = "each test binary takes what it needs")]

use etui::domain::{Description, SecretName, SecretValue, StageLabel, Tags, ValueType, VersionId};
use etui::memory::SecretBytes;
use etui::vault::{CreateRequest, Credentials, PutRequest, RenameRequest};
use etui::versioning::StageSet;

pub fn secret_name(text: &str) -> SecretName {
    SecretName::new(text).unwrap()
}

pub fn version_id(text: &str) -> VersionId {
    VersionId::new(text).unwrap()
}

pub fn stage_label(text: &str) -> StageLabel {
    StageLabel::new(text).unwrap()
}

/// Labels with spaces between them.
pub fn labels(labels: &str) -> Vec<StageLabel> {
    labels.split_whitespace().map(stage_label).collect()
}

pub fn text(value: &str) -> SecretValue {
    SecretValue::new(ValueType::Text, SecretBytes::copy_of(value.as_bytes())).unwrap()
}

pub fn binary(value: &[u8]) -> SecretValue {
    SecretValue::new(ValueType::Binary, SecretBytes::copy_of(value)).unwrap()
}

/// A password without a key file.
pub fn credentials(password: &str) -> Credentials {
    Credentials::new(SecretBytes::copy_of(password.as_bytes()), None).unwrap()
}

pub fn create_request(name: &str, id: &str, value: SecretValue) -> CreateRequest {
    CreateRequest {
        name: secret_name(name),
        version_id: version_id(id),
        value,
        description: Description::default(),
        tags: Tags::new(),
        extra_stages: Vec::new(),
        note: None,
    }
}

pub fn put_request(name: &str, id: &str, value: SecretValue, stages: &str) -> PutRequest {
    PutRequest {
        name: secret_name(name),
        version_id: Some(version_id(id)),
        value,
        stages: StageSet::new(labels(stages)).unwrap(),
        note: None,
        expected: None,
    }
}

pub fn rename_request(old: &str, new: &str) -> RenameRequest {
    RenameRequest { old: secret_name(old), new: secret_name(new), expected: None }
}
