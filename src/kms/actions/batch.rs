//! BatchGetSecretValue.

use crate::domain::{ErrorCode, SecretName, StageLabel, VersionId};
use crate::kms::answer::{Answer, Failed};
use crate::kms::error::KmsError;
use crate::kms::parameters::{Entry, Parameters, secret_name};
use crate::kms::reply::{Reply, Sent};
use crate::vault::{GetOutcome, Vault, VaultError};
use crate::versioning::Selector;

const LIST: &str = "SecretsList";
const EXPECTED: &str = "a JSON list of 1 to 20 objects with SecretName, and VersionId or VersionStage where it is \
                        not the current version";

/// The most secrets that one request names (KMS, BatchGetSecretValue).
const MOST: usize = 20;

/// BatchGetSecretValue: each secret is read for itself, and what cannot be read is told beside the others.
pub(super) fn get(
    vault: &mut Vault,
    parameters: &mut Parameters,
    reply: Reply<'_>,
) -> Result<Sent, KmsError> {
    let wanted = parameters.list(LIST, EXPECTED, wanted)?.unwrap_or_default();
    if wanted.is_empty() || wanted.len() > MOST {
        return Err(KmsError::Shape { parameter: LIST, expected: EXPECTED });
    }
    let mut found: Vec<GetOutcome> = Vec::new();
    let mut failed: Vec<Failed> = Vec::new();
    for (name, selector) in wanted {
        let outcome = parameters.in_scope(name.clone()).and_then(|name| {
            let outcome: Result<_, VaultError> = vault.get_secret_value(&name, &selector);
            Ok(outcome?)
        });
        match outcome {
            Ok(outcome) => found.push(outcome),
            Err(error) if is_of_the_secret(error.code()) => {
                failed.push(Failed { name, code: error.code(), message: error.to_string() });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(reply.send(&Answer::batch(&found, &failed)))
}

fn wanted(entry: &Entry<'_>) -> Result<(SecretName, Selector), KmsError> {
    let members = ["SecretName", "VersionId", "VersionStage", "FetchExtendedConfig"];
    let [name, id, stage, _] = entry.members_among(members)?;
    let name = name.ok_or_else(|| entry.misshapen())?.word(secret_name)?;
    let selector = Selector {
        version_id: id.map(|id| id.word(VersionId::new)).transpose()?,
        stage: stage.map(|stage| stage.word(StageLabel::new)).transpose()?,
        older: 0,
    };
    Ok((name, selector))
}

/// Whether a refusal is about one secret and says nothing about the others.
fn is_of_the_secret(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::ResourceNotFound | ErrorCode::ResourceInDeleteWindow | ErrorCode::InvalidParameter
    )
}
