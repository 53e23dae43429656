//! What the tests of this target share.

use std::fmt::Write as _;

use etui::exchange::ReadFile;
use etui::vault::{ImportOutcome, ImportReport, IncomingBatch, OnRefusal, Vault, VaultError};
use etui::versioning::Selector;

use crate::support::rules::secret_name;

/// Reads a file that must be well formed.
#[track_caller]
pub fn parsed(read: ReadFile, text: impl AsRef<[u8]>) -> IncomingBatch {
    read(text.as_ref()).unwrap_or_else(|error| panic!("{error}"))
}

/// Imports what must not be refused.
#[track_caller]
pub fn import(vault: &mut Vault, batch: &IncomingBatch) -> ImportReport {
    let planned = vault.plan_import(batch).unwrap();
    let report = vault.import(batch, OnRefusal::ImportNothing, &mut |_| {}).unwrap();
    // Ids of versions are chosen from the state alone, so the plan is the thing done.
    assert_eq!(planned, report);
    report
}

/// What became of each secret, one line each.
pub fn told(report: &ImportReport) -> Vec<String> {
    let ids = |versions: &[etui::domain::VersionId]| {
        versions.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    report
        .rows
        .iter()
        .map(|row| {
            let outcome = match &row.outcome {
                ImportOutcome::New { versions } => format!("new {}", ids(versions)),
                ImportOutcome::Changed { versions, .. } => format!("gets {}", ids(versions)),
                ImportOutcome::Same => "same".to_owned(),
                ImportOutcome::InDeleteWindow { .. } => "in its window".to_owned(),
                ImportOutcome::Refused(refusal) => refusal.to_string(),
            };
            format!("{}: {}", row.name, outcome.trim_end())
        })
        .collect()
}

/// What would be lost, one line each.
pub fn lost(batch: &IncomingBatch) -> Vec<String> {
    batch.losses.iter().map(ToString::to_string).collect()
}

/// Everything that an export holds, as text: names, versions with values, times, labels, metadata. Keys and
/// rows of the file are not in it, so equal vaults show the same.
pub fn shown(vault: &mut Vault) -> String {
    let listing = vault.list().unwrap();
    let mut shown = String::new();
    for summary in listing.iter() {
        let name = secret_name(summary.name);
        let secret = vault.describe(&name).unwrap().secret;
        let (description, tags) = (secret.facts.description.as_str(), &secret.facts.tags);
        writeln!(
            shown,
            "{name} {description:?} {tags:?} {} {:?} {:?}",
            secret.created, secret.facts.retention, secret.facts.rotation
        )
        .unwrap();
        for (label, target) in secret.labels.iter() {
            writeln!(shown, "  {label} = {}", target.id).unwrap();
        }
        for version in &secret.versions {
            let selector = Selector { version_id: Some(version.id.clone()), ..Selector::default() };
            let value = match vault.get_secret_value(&name, &selector) {
                Ok(got) => {
                    format!("{} {:?}", got.value.value_type(), String::from_utf8_lossy(got.value.expose()))
                }
                Err(VaultError::Refused(refusal)) => refusal.to_string(),
                Err(error) => panic!("{error}"),
            };
            writeln!(shown, "  {} {} {:?} {value}", version.id, version.created, version.note).unwrap();
        }
    }
    shown
}
