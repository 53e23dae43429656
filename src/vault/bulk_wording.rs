//! An operation on many secrets in words, the same in the app and on the command line.

use super::import_wording::Tense;
use super::wording::{self, NOTHING_TO_CHANGE, count};
use crate::domain::{Folder, SecretName};
use crate::versioning::{BulkOperation, BulkTarget, Change, Deletion, MetadataUpdate, Plan};

/// "moved 3 secrets to 'old/'"; planned: "move 3 secrets to 'old/'".
pub fn summary(operation: &BulkOperation, targets: &[BulkTarget], changed: usize, tense: Tense) -> String {
    let secrets = count(changed as u64, "secret");
    let verb = |would: &'static str, did: &'static str| match tense {
        Tense::Would => would,
        Tense::Did => did,
    };
    match operation {
        BulkOperation::Move(into) => {
            format!("{} {secrets} {}", verb("move", "moved"), place(into.as_ref()))
        }
        BulkOperation::RenameFolder(new) => match targets {
            [BulkTarget::Folder(old)] => {
                let renamed = verb("rename", "renamed");
                format!("{renamed} folder '{}' to '{}' ({secrets})", old.as_str(), new.as_str())
            }
            _ => format!("{} {secrets} {}", verb("move", "moved"), place(Some(new))),
        },
        BulkOperation::Delete(Deletion::Window(days)) => {
            let scheduled = verb("schedule", "scheduled");
            format!("{scheduled} {secrets} for deletion in {}", count(u64::from(*days), "day"))
        }
        BulkOperation::Delete(Deletion::Force) => {
            format!("{} {secrets} for good", verb("remove", "removed"))
        }
        BulkOperation::Restore => format!("{} {secrets}", verb("restore", "restored")),
        BulkOperation::Update(update) => {
            let only_tags = MetadataUpdate {
                tags: update.tags.clone(),
                untag: update.untag.clone(),
                ..MetadataUpdate::default()
            };
            let what = if *update == only_tags { "tags" } else { "metadata" };
            format!("{} the {what} of {secrets}", verb("change", "changed"))
        }
        BulkOperation::Label(goal) => match goal.to() {
            Some(to) => {
                format!("{} {} to the version marked {to} in {secrets}", verb("move", "moved"), goal.label())
            }
            None => format!("{} {} from {secrets}", verb("remove", "removed"), goal.label()),
        },
    }
}

fn place(folder: Option<&Folder>) -> String {
    folder.map_or_else(|| "to the top level".to_owned(), |folder| format!("to '{}'", folder.as_str()))
}

/// What becomes of one secret: "shop/db → store/db", "shop/db: canary → v2". Where the summary says it all, its name.
pub fn step(operation: &BulkOperation, name: &SecretName, plan: &Plan) -> String {
    match plan.change() {
        None => format!("{name}: {}", unchanged(operation)),
        Some(change) => match details(operation, change) {
            details if details.is_empty() => name.to_string(),
            details => format!("{name}{details}"),
        },
    }
}

fn unchanged(operation: &BulkOperation) -> &'static str {
    match operation {
        BulkOperation::Delete(_) => "already scheduled for deletion",
        BulkOperation::Restore => "not scheduled for deletion",
        _ => NOTHING_TO_CHANGE,
    }
}

fn details(operation: &BulkOperation, change: &Change) -> String {
    match operation {
        BulkOperation::Move(_) | BulkOperation::RenameFolder(_) => {
            change.name.as_ref().map(|name| format!(" → {}", name.after)).unwrap_or_default()
        }
        BulkOperation::Delete(Deletion::Force) => {
            format!(": {}", count(change.destroyed.len() as u64, "version"))
        }
        BulkOperation::Delete(Deletion::Window(_)) | BulkOperation::Restore => String::new(),
        BulkOperation::Update(_) | BulkOperation::Label(_) => {
            format!(": {}", wording::details(change).join(", "))
        }
    }
}

/// Said of an operation that changes no secret.
pub const NOTHING_CHANGED: &str = "no change: already in this state";
