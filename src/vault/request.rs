//! What can be asked of the vault: validated words only, each request one operation of the contract.

use std::fmt;
use std::str::FromStr;

use crate::domain::{
    Description, Invalid, Note, SecretName, SecretValue, StageLabel, Tags, VersionId, byte_of_hexadecimal,
    hexadecimal,
};
use crate::versioning::{BulkOperation, BulkTarget, Deletion, MetadataUpdate, StageMove, StageSet};

/// Which state of a secret a plan was made from. It changes with every change of the secret, and tells
/// nothing about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateToken(pub(super) [u8; 16]);

impl fmt::Display for StateToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hexadecimal(&self.0))
    }
}

impl FromStr for StateToken {
    type Err = Invalid;

    /// Reads the 32 hexadecimal digits that `Display` writes.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        const WHAT: &str = "a state";
        let bytes = text.as_bytes();
        if bytes.len() != 32 {
            return Err(Invalid::Range { what: "the length of a state", least: 32, most: 32 });
        }
        let mut token = [0; 16];
        for (byte, pair) in token.iter_mut().zip(bytes.as_chunks().0) {
            *byte = byte_of_hexadecimal(*pair).ok_or(Invalid::Character {
                what: WHAT,
                character: char::from(pair[0]),
                allowed: "hexadecimal digits",
            })?;
        }
        Ok(Self(token))
    }
}

/// CreateSecret.
#[derive(Debug)]
pub struct CreateRequest {
    /// The name, which must be free.
    pub name: SecretName,
    /// The id of the first version.
    pub version_id: VersionId,
    /// Its value.
    pub value: SecretValue,
    /// What the secret is for.
    pub description: Description,
    /// Its tags.
    pub tags: Tags,
    /// Custom labels of the first version besides `ACSCurrent` (etui).
    pub extra_stages: Vec<StageLabel>,
    /// A remark on the first version (etui).
    pub note: Option<Note>,
}

/// PutSecretValue.
#[derive(Debug)]
pub struct PutRequest {
    /// The secret.
    pub name: SecretName,
    /// The id of the version; `None` takes the next free one (etui).
    pub version_id: Option<VersionId>,
    /// The value.
    pub value: SecretValue,
    /// The labels that will mark the version.
    pub stages: StageSet,
    /// A remark on the version (etui).
    pub note: Option<Note>,
    /// The state that the plan was made from, to refuse the request in another (etui).
    pub expected: Option<StateToken>,
}

/// UpdateSecretVersionStage.
#[derive(Debug, Clone)]
pub struct StageRequest {
    /// The secret.
    pub name: SecretName,
    /// The move.
    pub stage: StageMove,
    /// The state that the plan was made from, to refuse the request in another (etui).
    pub expected: Option<StateToken>,
}

/// `ACSCurrent` back to the version marked `ACSPrevious` (etui).
#[derive(Debug, Clone)]
pub struct RollbackRequest {
    /// The secret.
    pub name: SecretName,
    /// The state that the plan was made from, to refuse the request in another.
    pub expected: Option<StateToken>,
}

/// DeleteSecret.
#[derive(Debug, Clone)]
pub struct DeleteRequest {
    /// The secret.
    pub name: SecretName,
    /// By schedule or by force.
    pub deletion: Deletion,
    /// The state that the plan was made from, to refuse the request in another (etui).
    pub expected: Option<StateToken>,
}

/// Removal of a secret past its window (etui).
#[derive(Debug, Clone)]
pub struct PurgeRequest {
    /// The secret.
    pub name: SecretName,
    /// Whether the user answers for the clock.
    pub trust_clock: bool,
}

/// UpdateSecret, TagResource, UntagResource, retention and rotation (etui).
#[derive(Debug, Clone)]
pub struct UpdateRequest {
    /// The secret.
    pub name: SecretName,
    /// What changes.
    pub update: MetadataUpdate,
    /// The state that the plan was made from, to refuse the request in another (etui).
    pub expected: Option<StateToken>,
}

/// Another name for a secret (etui).
#[derive(Debug, Clone)]
pub struct RenameRequest {
    /// The name that it has.
    pub old: SecretName,
    /// The name that it gets.
    pub new: SecretName,
    /// The state that the plan was made from, to refuse the request in another.
    pub expected: Option<StateToken>,
}

/// A new secret after another one (etui).
#[derive(Debug, Clone)]
pub struct DuplicateRequest {
    /// The secret whose current value, description, tags, retention and rotation it gets.
    pub source: SecretName,
    /// Its name, which must be free.
    pub name: SecretName,
    /// The state of the source that the plan was made from, to refuse the request in another.
    pub expected: Option<StateToken>,
}

/// One operation on many secrets (etui).
#[derive(Debug, Clone)]
pub struct BulkRequest {
    /// The secrets, by themselves or by folder. A secret that several targets mean belongs to the first.
    pub targets: Vec<BulkTarget>,
    /// What is done to each.
    pub operation: BulkOperation,
    /// The state that the plan was made from, to refuse the request in another.
    pub expected: Option<StateToken>,
}

/// A new note on a version (etui).
#[derive(Debug, Clone)]
pub struct NoteRequest {
    /// The secret.
    pub name: SecretName,
    /// The version.
    pub version_id: VersionId,
    /// The note; `None` takes it away.
    pub note: Option<Note>,
}
