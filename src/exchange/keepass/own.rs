//! What an export adds to an entry, so that an import makes the same secret of it again.

use super::database::Uuid;
use crate::crypto::sha256;

/// The id of a version.
pub(super) const VERSION: &str = "etui version";
/// The labels that mark a version, with commas between them.
pub(super) const LABELS: &str = "etui labels";
/// The note of a version.
pub(super) const NOTE: &str = "etui note";
/// The description of a secret.
pub(super) const DESCRIPTION: &str = "etui description";
/// How many versions are kept.
pub(super) const KEEP: &str = "etui keep versions";

pub(super) const ALL: [&str; 5] = [VERSION, LABELS, NOTE, DESCRIPTION, KEEP];

/// The tag that keeps the id of an entry.
pub(super) const UUID_TAG: &str = "keepass-uuid";

/// The id of an entry that never had one: it is the same in every export.
pub(super) fn uuid_of(name: &str) -> Uuid {
    let [uuid @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = sha256(name.as_bytes());
    uuid
}
