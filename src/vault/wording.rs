//! What the app and the command line both say, in the same words: changes, costs, remarks on values and labels,
//! removals.

use std::path::{Path, PathBuf};

use super::{HistoryEntry, KdfCost, Relocked, Relocking, TakenBack, VerifyReport};
pub use crate::domain::count;
use crate::domain::{SecretName, SecretValue, StageLabel, Tags, VersionId};
use crate::versioning::{Change, Existence, LabelMove, NoteShift, Operation, Origin, Shift, VersionRef};

/// Said where nothing opens the vault. Which of the two is wrong cannot be told.
pub const fn wrong_credentials(needs_key_file: bool) -> &'static str {
    if needs_key_file { "wrong password or key file" } else { "wrong password" }
}

/// The word for what was asked for.
pub const fn operation(operation: Operation) -> &'static str {
    match operation {
        Operation::Init => "init",
        Operation::Create => "create",
        Operation::Put => "put",
        Operation::Stage => "stage",
        Operation::Rollback => "rollback",
        Operation::Update => "set",
        Operation::Note => "note",
        Operation::Rename => "rename",
        Operation::Delete => "delete",
        Operation::ForceDelete => "delete for good",
        Operation::Restore => "restore",
        Operation::Purge => "purge",
        Operation::Undo => "undo",
        Operation::Redo => "redo",
        Operation::Import => "import",
        Operation::ChangePassword => "passwd",
        Operation::Rekey => "rekey",
        Operation::Merge => "merge",
        Operation::Effect => "merged",
        Operation::Upgrade => "upgrade",
    }
}

/// Where a change came from.
pub fn origin(origin: Origin) -> String {
    match origin {
        Origin::App => "app".to_owned(),
        Origin::CommandLine => "command line".to_owned(),
        Origin::Import => "import".to_owned(),
        Origin::Api(key) if key.as_str().is_empty() => "api".to_owned(),
        Origin::Api(key) => format!("api, {}", key.as_str()),
    }
}

/// "storing v3 in 'db'".
pub fn name_of(entry: &HistoryEntry) -> String {
    let secret = entry.secret.as_ref().map(|name| format!("'{name}'")).unwrap_or_default();
    let change = &entry.change;
    let added = || ids(ids_of(&change.added));
    match change.operation {
        Operation::Create => format!("creating {secret}"),
        Operation::Put => format!("storing {} in {secret}", added()),
        Operation::Stage => format!("moving labels of {secret}"),
        Operation::Rollback => format!("rolling back {secret}"),
        Operation::Update => format!("the metadata change of {secret}"),
        Operation::Note => format!("changing a note of {secret}"),
        Operation::Rename => format!("renaming {secret}"),
        Operation::Delete => format!("scheduling the deletion of {secret}"),
        Operation::Restore => format!("restoring {secret}"),
        Operation::Import => format!("importing {secret}"),
        Operation::Undo => format!("the undo of change {} on {secret}", entry.takes_back.unwrap_or_default()),
        Operation::Redo => format!("the redo of change {} on {secret}", entry.takes_back.unwrap_or_default()),
        Operation::ForceDelete | Operation::Purge => format!("removing {secret}"),
        Operation::Effect => format!("what the merge did to {secret}"),
        Operation::Init
        | Operation::ChangePassword
        | Operation::Rekey
        | Operation::Merge
        | Operation::Upgrade => operation(change.operation).to_owned(),
    }
}

/// What an undo undoes, or a redo redoes: "storing v3 in 'db'".
pub fn taken_back(step: &TakenBack) -> String {
    // What is redone is the change itself, not the undo of it.
    name_of(step.redone.as_ref().unwrap_or(&step.entry))
}

/// What the undo of a change leaves as it is: the stored version stays, what was destroyed does not come back.
pub fn not_restored(entry: &HistoryEntry) -> Vec<String> {
    let done = &entry.change;
    let mut sentences = Vec::new();
    if done.operation == Operation::Put {
        sentences.extend(ids_of(&done.added).map(|id| format!("version '{id}' stays, without a label")));
    }
    let lost = done.lost();
    if !lost.is_empty() {
        sentences.push(format!("destroyed for good, and not restored: {}", ids(ids_of(&lost))));
    }
    sentences
}

/// What built-in labels mean.
pub const BUILT_IN_LABELS: &str =
    "ACSCurrent: what `get` and your programs receive. ACSPrevious follows by itself.";

/// The version that stays current where a change moves other labels; `None`: the current one changes, or no label
/// moves.
pub fn kept_current(change: &Change) -> Option<&VersionId> {
    let labels = change.labels.as_ref()?;
    let (before, after) = (labels.before.current()?, labels.after.current()?);
    (before == after && !change.moves().is_empty()).then_some(&after.id)
}

/// "stays on v2; what programs read does not change", said of `ACSCurrent`.
pub fn stays_current(version: &VersionId) -> String {
    format!("stays on {version}; what programs read does not change")
}

/// Said of the versions that the next put destroys once a change of retention is made; `None`: of none.
pub fn next_put_destroys(versions: &[VersionRef]) -> Option<String> {
    let words = ids(ids_of(versions));
    (!versions.is_empty())
        .then(|| format!("the next put destroys {words} for good; versions with a label always stay"))
}

/// What changed, one phrase each: versions, labels, metadata.
pub fn details(change: &Change) -> Vec<String> {
    let mut phrases = Vec::new();
    let (gained, lost) = (change.gained(), change.lost());
    if !gained.is_empty() {
        phrases.push(format!("stored {}", ids(ids_of(&gained))));
    }
    phrases.extend(change.other_ids().iter().map(|(before, after)| format!("{before} is now {after}")));
    if change.existence != Existence::Disappears {
        phrases.extend(change.moves().into_iter().map(|moved| moves(&[moved])));
    }
    if !lost.is_empty() {
        phrases.push(format!("destroyed {}", ids(ids_of(&lost))));
    }
    phrases.extend(facts(change));
    phrases
}

/// What changed besides versions and labels, one phrase each.
pub fn facts(change: &Change) -> Vec<String> {
    phrases(change, |before, after| format!("renamed '{before}' to '{after}'"))
}

/// The same of a change that is only planned.
pub fn planned_facts(change: &Change) -> Vec<String> {
    phrases(change, |before, after| format!("'{before}' becomes '{after}'"))
}

fn phrases(change: &Change, renaming: impl Fn(&SecretName, &SecretName) -> String) -> Vec<String> {
    let mut phrases = Vec::new();
    if let Some(Shift { before, after }) = &change.name {
        phrases.push(renaming(before, after));
    }
    // With the secret everything that was known about it goes.
    if change.existence == Existence::Disappears {
        return phrases;
    }
    if let Some(Shift { after, .. }) = &change.description {
        phrases.push(if after.is_empty() { "description removed" } else { "description changed" }.to_owned());
    }
    if let Some(Shift { before, after }) = &change.tags {
        phrases.extend(tags(before, after));
    }
    if let Some(Shift { after, .. }) = &change.retention {
        phrases.push(match after {
            Some(retention) => {
                format!("keeps {}", count(retention.versions() as u64, "version"))
            }
            None => "keeps every version".to_owned(),
        });
    }
    if let Some(Shift { after, .. }) = &change.rotation {
        phrases.push(match after {
            Some(rotation) => format!("due every {}", count(rotation.days().into(), "day")),
            None => "due no more".to_owned(),
        });
    }
    if let Some(Shift { after, .. }) = &change.planned_deletion {
        phrases.push(match after {
            Some(planned) => format!("scheduled for deletion on {planned}"),
            None => "no longer scheduled for deletion".to_owned(),
        });
    }
    phrases.extend(change.notes.iter().map(note));
    phrases
}

fn tags(before: &Tags, after: &Tags) -> Vec<String> {
    let set = after.iter().filter(|&(key, value)| before.get(key) != Some(value));
    let removed = before.iter().filter(|&(key, _)| after.get(key).is_none());
    set.map(|(key, value)| format!("tag {key}={value}"))
        .chain(removed.map(|(key, _)| format!("tag {key} removed")))
        .collect()
}

fn note(NoteShift { version, note }: &NoteShift) -> String {
    match &note.after {
        Some(after) => format!("note on {}: {}", version.id, after.as_str()),
        None => format!("note on {} removed", version.id),
    }
}

fn ids_of(versions: &[VersionRef]) -> impl Iterator<Item = &VersionId> {
    versions.iter().map(|version| &version.id)
}

/// "ACSCurrent v14 → v15, ACSPrevious v13 → v14"; "canary → v15" where it marked nothing before.
pub fn moves(moves: &[LabelMove]) -> String {
    let words: Vec<String> = moves.iter().map(label_move).collect();
    words.join(", ")
}

fn label_move(LabelMove { label, from, to }: &LabelMove) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("{label} {from} → {to}"),
        (None, Some(to)) => format!("{label} → {to}"),
        (Some(from), None) => format!("{label} removed from {from}"),
        (None, None) => label.to_string(),
    }
}

/// "v1, v2".
pub fn ids<'a>(ids: impl IntoIterator<Item = &'a VersionId>) -> String {
    let words: Vec<&str> = ids.into_iter().map(VersionId::as_str).collect();
    words.join(", ")
}

/// "64 MiB, 3 passes, 4 lanes of Argon2id".
pub fn cost(cost: KdfCost) -> String {
    let passes = count(cost.passes().into(), "pass");
    let lanes = count(cost.lanes().into(), "lane");
    format!("{} MiB, {passes}, {lanes} of Argon2id", cost.memory_kib() / 1024)
}

/// Said of a value that another version of the secret holds too.
pub fn same_value_as(version: &VersionId) -> String {
    format!("same value as {version}")
}

/// Said of a value that is stored here, and that KMS would refuse.
pub fn larger_than_kms_accepts() -> String {
    format!("larger than KMS accepts ({})", count(SecretValue::KMS_LIMIT as u64, "byte"))
}

/// Said of a label that one could take for a built-in one; `None` of every other.
pub fn looks_built_in(label: &StageLabel) -> Option<String> {
    label.looks_built_in().then(|| format!("'{label}' looks like a built-in label, but is an ordinary one"))
}

/// "changed the master password; unlocking takes 64 MiB, 3 passes, 4 lanes of Argon2id".
pub fn relocked(relocked: &Relocked) -> String {
    let what = match relocked.what {
        Relocking::Password => "changed the master password",
        Relocking::VaultKey => "replaced the vault key and re-encrypted everything",
    };
    format!("{what}; unlocking takes {}", cost(relocked.cost))
}

/// What a check looked at: "1 secret, 2 versions, 3 changes".
pub fn contents(report: &VerifyReport) -> String {
    format!(
        "{}, {}, {}",
        count(report.secrets, "secret"),
        count(report.versions, "version"),
        count(report.events, "change")
    )
}

/// Said of a key file that was made for a vault.
pub fn key_file_made(path: &Path) -> String {
    format!("its key file is '{}': without a copy of it the vault cannot be opened", path.display())
}

/// What new locks do not reach: known backups by name, and copies that nobody knows of.
pub fn not_reached(relocked: &Relocked) -> Vec<String> {
    match relocked.what {
        Relocking::Password => vec![
            "older copies still open with the old password; if it may have leaked, replace the vault key (rekey)"
                .to_owned(),
        ],
        Relocking::VaultKey => {
            let backup =
                |path: &PathBuf| format!("the backup '{}' still opens with the old password", path.display());
            let mut sentences: Vec<String> = relocked.backups.iter().map(backup).collect();
            sentences.push(
                "older copies still open with the old password: if one may have leaked, change its secrets"
                    .to_owned(),
            );
            sentences
        }
    }
}

/// "removed secret 'db' with 3 versions for good".
pub fn removed(name: &SecretName, versions: usize) -> String {
    format!("removed secret '{name}' with {} for good", count(versions as u64, "version"))
}

/// Said of a plan that changes nothing.
pub const NOTHING_TO_CHANGE: &str = "already there: nothing to change";

/// What a duplicate of a secret has.
pub const DUPLICATED: &str = "copied: the current value, description, tags, retention and rotation";

/// What a duplicate of a secret does not have.
pub const NOT_DUPLICATED: &str = "not copied: history, other versions, custom labels and notes";

/// What a removal does not reach.
pub const STILL_IN_COPIES: &str = "change anything this secret protects; old backups still contain it";

/// The same of several secrets.
pub const ALL_STILL_IN_COPIES: &str = "change anything these secrets protect; old backups still contain them";

/// Where removals are asked for and there are none.
pub const NOTHING_TO_PURGE: &str = "no secret is past its window";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pass_and_one_lane_are_told_in_the_singular() {
        let cost_of = |passes, lanes| cost(KdfCost::new(65_536, passes, lanes).unwrap());
        assert_eq!(cost_of(3, 4), "64 MiB, 3 passes, 4 lanes of Argon2id");
        assert_eq!(cost_of(1, 1), "64 MiB, 1 pass, 1 lane of Argon2id");
    }

    #[test]
    fn a_large_value_names_the_limit_of_kms() {
        assert_eq!(larger_than_kms_accepts(), "larger than KMS accepts (30,720 bytes)");
    }

    #[test]
    fn only_labels_that_could_be_taken_for_built_in_ones_are_remarked() {
        let told =
            ["ACSCurrent", "ACSNext", "canary"].map(|text| looks_built_in(&StageLabel::new(text).unwrap()));
        assert_eq!(
            told,
            [None, Some("'ACSNext' looks like a built-in label, but is an ordinary one".to_owned()), None]
        );
    }

    #[test]
    fn label_moves_are_told_from_where_to_where() {
        let id = |text: &str| VersionId::new(text).unwrap();
        let label = |text: &str| StageLabel::new(text).unwrap();
        let told = moves(&[
            LabelMove { label: StageLabel::current(), from: Some(id("v14")), to: Some(id("v15")) },
            LabelMove { label: label("canary"), from: None, to: Some(id("v15")) },
            LabelMove { label: label("old"), from: Some(id("v1")), to: None },
        ]);
        assert_eq!(told, "ACSCurrent v14 → v15, canary → v15, old removed from v1");
    }
}
