//! The vault as one who claims to follow the contract.

use std::collections::{BTreeMap, BTreeSet};

use etui::domain::{SecretValue, StageLabel, Timestamp, ValueType};
use etui::memory::SecretBytes;
use etui::vault::{
    ChangeOutcome, CreateRequest, DeleteRequest, FormatVersion, PurgeRequest, PutRequest, RollbackRequest,
    StageRequest, UpdateRequest, Vault, VaultError,
};
use etui::versioning::{Deletion, Selector, StageMove, StageSet};

use super::rules::{keep, secret_name, seen, stage_label, version_id};
use super::step::{Seen, Step, Subject, Value, read, stored};
use super::vaults::{Place, create_request, rename_request};

/// An unlocked vault and the place it lies in.
pub struct VaultSubject {
    pub place: Place,
    pub vault: Vault,
}

type Answer = Result<String, VaultError>;

impl VaultSubject {
    pub fn new() -> Self {
        Self::in_format(FormatVersion::FOR_NEW_VAULTS)
    }

    /// Its vault is made in this format.
    pub fn in_format(format: FormatVersion) -> Self {
        let place = Place::in_memory(format);
        let vault = place.create();
        Self { place, vault }
    }

    fn answer(&mut self, step: &Step) -> Answer {
        match step {
            Step::Create { name, id, value, extra } => self.create(name, id, *value, extra),
            Step::Put { name, id, value, stages } => self.put(name, id.as_deref(), *value, stages),
            Step::Get { name, id, stage, older } => {
                let selector = Selector {
                    version_id: id.as_deref().map(version_id),
                    stage: stage.as_deref().map(stage_label),
                    older: *older,
                };
                let got = self.vault.get_secret_value(&secret_name(name), &selector)?;
                let value = (got.value.value_type() == ValueType::Binary, got.value.expose()[0]);
                Ok(read(got.version.id.as_str(), value, texts(&got.stages)))
            }
            Step::Stage { name, label, move_to, remove_from } => {
                let named = |id: &Option<String>| id.as_deref().map(version_id);
                let stage = StageMove::new(stage_label(label), named(move_to), named(remove_from))?;
                let request = StageRequest { name: secret_name(name), stage, expected: None };
                self.vault.update_secret_version_stage(&request).map(|outcome| said(&outcome, "moved"))
            }
            Step::Rollback { name } => {
                let request = RollbackRequest { name: secret_name(name), expected: None };
                self.vault.rollback(&request).map(|outcome| said(&outcome, "moved"))
            }
            Step::Delete { name, days, force } => {
                let deletion = Deletion::new(*days, *force)?;
                let request = DeleteRequest { name: secret_name(name), deletion, expected: None };
                self.vault.delete_secret(&request).map(|outcome| said(&outcome, "removed"))
            }
            Step::Restore { name } => {
                self.vault.restore_secret(&secret_name(name)).map(|outcome| said(&outcome, "restored"))
            }
            Step::Purge { name, trust_clock } => {
                let request = PurgeRequest { name: secret_name(name), trust_clock: *trust_clock };
                self.vault.purge(&request).map(|outcome| said(&outcome, "removed"))
            }
            Step::Keep { name, versions } => {
                let request =
                    UpdateRequest { name: secret_name(name), update: keep(*versions), expected: None };
                self.vault.update_secret(&request).map(|outcome| said(&outcome, "kept"))
            }
            Step::Rename { name, to } => {
                self.vault.rename_secret(&rename_request(name, to)).map(|outcome| said(&outcome, "renamed"))
            }
            Step::Clock { seconds } => {
                self.place.clock.advance(*seconds);
                Ok(String::new())
            }
        }
    }

    fn create(&mut self, name: &str, id: &str, value: Value, extra: &[String]) -> Answer {
        let request = CreateRequest {
            extra_stages: extra.iter().map(|label| stage_label(label)).collect(),
            ..create_request(name, id, value_of(value))
        };
        let outcome = self.vault.create_secret(&request)?;
        Ok(stored(outcome.version_id.as_str(), true, texts(&outcome.stages)))
    }

    fn put(&mut self, name: &str, id: Option<&str>, value: Value, stages: &[String]) -> Answer {
        let request = PutRequest {
            name: secret_name(name),
            version_id: id.map(version_id),
            value: value_of(value),
            stages: StageSet::new(stages.iter().map(|label| stage_label(label)))?,
            note: None,
            expected: None,
        };
        let outcome = self.vault.put_secret_value(&request)?;
        Ok(stored(outcome.version_id.as_str(), outcome.created, texts(&outcome.stages)))
    }
}

impl Subject for VaultSubject {
    fn run(&mut self, step: &Step) -> String {
        self.answer(step).unwrap_or_else(|error| error.code().as_str().to_owned())
    }

    fn see(&mut self) -> BTreeMap<String, Seen> {
        let listing = self.vault.list().unwrap();
        let names: Vec<String> = listing.iter().map(|summary| summary.name.to_owned()).collect();
        names
            .into_iter()
            .map(|name| {
                let details = self.vault.describe(&secret_name(&name)).unwrap();
                assert_eq!(details.secret.broken_invariant(), None);
                (name, seen(&details.secret))
            })
            .collect()
    }
}

fn value_of((binary, byte): Value) -> SecretValue {
    let value_type = if binary { ValueType::Binary } else { ValueType::Text };
    SecretValue::new(value_type, SecretBytes::copy_of(&[byte])).unwrap()
}

fn texts(labels: &[StageLabel]) -> BTreeSet<String> {
    labels.iter().map(ToString::to_string).collect()
}

/// In the words of the reference model.
fn said(outcome: &ChangeOutcome, answer: &str) -> String {
    let Some(change) = &outcome.change else { return "unchanged".to_owned() };
    let planned = change.planned_deletion.as_ref().and_then(|shift| shift.after);
    planned
        .map(Timestamp::seconds)
        .map_or_else(|| answer.to_owned(), |planned| format!("scheduled {planned}"))
}
