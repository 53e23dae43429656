//! CreateSecret, PutSecretValue, GetSecretValue.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::metadata::tags;
use super::rotation;
use crate::domain::{Description, SecretValue, StageLabel, ValueType, VersionId};
use crate::kms::answer::Answer;
use crate::kms::error::KmsError;
use crate::kms::parameters::{Entry, Parameters};
use crate::kms::reply::{Reply, Sent};
use crate::memory::SecretBytes;
use crate::vault::{CreateRequest, PutRequest, UpdateRequest, Vault};
use crate::versioning::{MetadataUpdate, Selector, StageSet};

/// CreateSecret.
pub(super) fn create(
    vault: &mut Vault,
    parameters: &mut Parameters,
    reply: Reply<'_>,
) -> Result<Sent, KmsError> {
    check_secret_type(parameters)?;
    let rotation = rotation::interval(parameters)?;
    let request = CreateRequest {
        name: parameters.secret_name()?,
        version_id: parameters.required("VersionId", VersionId::new)?,
        description: parameters.optional("Description", Description::new)?.unwrap_or_default(),
        tags: tags(parameters)?,
        value: value(parameters)?,
        extra_stages: Vec::new(),
        note: None,
    };
    let outcome = match rotation {
        None => vault.create_secret(&request)?,
        Some(_) => {
            let update = MetadataUpdate { rotation: Some(rotation), ..MetadataUpdate::default() };
            let update = UpdateRequest { name: request.name.clone(), update, expected: None };
            vault.batch(|changes| {
                let created = changes.create_secret(&request)?;
                changes.update_secret(&update)?;
                Ok(created)
            })?
        }
    };
    Ok(reply.send(&Answer::create(&outcome)))
}

/// PutSecretValue.
pub(super) fn put(
    vault: &mut Vault,
    parameters: &mut Parameters,
    reply: Reply<'_>,
) -> Result<Sent, KmsError> {
    let label = |entry: &Entry<'_>| entry.word(StageLabel::new);
    let stages = parameters.list("VersionStages", "a JSON list of stage labels", label)?;
    let request = PutRequest {
        name: parameters.secret_name()?,
        version_id: Some(parameters.required("VersionId", VersionId::new)?),
        value: value(parameters)?,
        stages: stages.map(StageSet::new).transpose()?.unwrap_or_else(StageSet::current),
        note: None,
        expected: None,
    };
    Ok(reply.send(&Answer::put(&vault.put_secret_value(&request)?)))
}

/// GetSecretValue.
pub(super) fn get(
    vault: &mut Vault,
    parameters: &mut Parameters,
    reply: Reply<'_>,
) -> Result<Sent, KmsError> {
    let name = parameters.secret_name()?;
    let selector = Selector {
        version_id: parameters.optional("VersionId", VersionId::new)?,
        stage: parameters.optional("VersionStage", StageLabel::new)?,
        older: 0,
    };
    Ok(reply.send(&Answer::get(&vault.get_secret_value(&name, &selector)?)))
}

/// There is one type of secret here.
fn check_secret_type(parameters: &Parameters) -> Result<(), KmsError> {
    let expected = "'Generic', the one type of secret that is kept here";
    match parameters.optional("SecretType", |text| Ok(text == "Generic"))? {
        Some(false) => Err(KmsError::Shape { parameter: "SecretType", expected }),
        _ => Ok(()),
    }
}

/// `SecretData` as `SecretDataType` says: text as it is, binary from base64 (etui).
fn value(parameters: &mut Parameters) -> Result<SecretValue, KmsError> {
    let value_type = parameters.optional("SecretDataType", |text| match text {
        "text" => Ok(Some(ValueType::Text)),
        "binary" => Ok(Some(ValueType::Binary)),
        _ => Ok(None),
    })?;
    let value_type = value_type
        .unwrap_or(Some(ValueType::Text))
        .ok_or(KmsError::Shape { parameter: "SecretDataType", expected: "'text' or 'binary'" })?;
    let given = parameters.take_bytes("SecretData")?;
    let bytes = match value_type {
        ValueType::Text => given,
        ValueType::Binary => from_base64(&given)?,
    };
    SecretValue::new(value_type, bytes)
        .map_err(|invalid| KmsError::Malformed { parameter: "SecretData", invalid })
}

/// Strict: the standard alphabet, padded, no stray bits, nothing between.
fn from_base64(text: &SecretBytes) -> Result<SecretBytes, KmsError> {
    let mut bytes = SecretBytes::zeroed(text.len().div_ceil(4) * 3);
    // The library's own error names a byte of the value.
    let length = STANDARD.decode_slice(text.expose(), bytes.expose_mut()).map_err(|_| KmsError::Shape {
        parameter: "SecretData",
        expected: "base64 with padding, as a binary value must be",
    })?;
    bytes.truncate(length);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &[u8]) -> Option<Vec<u8>> {
        from_base64(&SecretBytes::copy_of(text)).ok().map(|bytes| bytes.expose().to_vec())
    }

    #[test]
    fn base64_is_strict() {
        assert_eq!(decoded(b"AP8="), Some(vec![0, 255]));
        assert_eq!(decoded(b"AP8+"), Some(vec![0, 255, 62]));
        assert_eq!(decoded(b""), Some(vec![]));
        for text in [&b"AP8"[..], b"AP8=\n", b" AP8=", b"AP9=x", b"AP9", b"AP-_", b"AP8==", b"AP\xff=", b"A"]
        {
            assert_eq!(decoded(text), None, "{text:?}");
        }
        // Its last two bits mean nothing and must be zero.
        assert_eq!(decoded(b"AP9="), None);
    }
}
