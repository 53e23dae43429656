//! UpdateSecret, TagResource, UntagResource.

use crate::domain::{Description, SecretName, TagKey, TagValue, Tags};
use crate::kms::answer::Answer;
use crate::kms::error::KmsError;
use crate::kms::parameters::{Entry, Parameters};
use crate::kms::reply::{Reply, Sent};
use crate::vault::{UpdateRequest, Vault};
use crate::versioning::MetadataUpdate;

/// UpdateSecret. Without a description it changes nothing, as it changes nothing else.
pub(super) fn update(
    vault: &mut Vault,
    parameters: &mut Parameters,
    reply: Reply<'_>,
) -> Result<Sent, KmsError> {
    let name = parameters.secret_name()?;
    let description = parameters.optional("Description", Description::new)?;
    let request = request(name, MetadataUpdate { description, ..MetadataUpdate::default() });
    Ok(reply.send(&Answer::update(&vault.update_secret(&request)?)))
}

/// TagResource.
pub(super) fn tag(
    vault: &mut Vault,
    parameters: &mut Parameters,
    reply: Reply<'_>,
) -> Result<Sent, KmsError> {
    let name = parameters.secret_name()?;
    let tags = tags(parameters)?;
    vault.update_secret(&request(name, MetadataUpdate { tags, ..MetadataUpdate::default() }))?;
    Ok(reply.send(&Answer::tag()))
}

/// UntagResource. A key that is not there is no error.
pub(super) fn untag(
    vault: &mut Vault,
    parameters: &mut Parameters,
    reply: Reply<'_>,
) -> Result<Sent, KmsError> {
    let name = parameters.secret_name()?;
    let key = |entry: &Entry<'_>| entry.word(TagKey::new);
    let untag = parameters.list("TagKeys", "a JSON list of tag keys", key)?.unwrap_or_default();
    vault.update_secret(&request(name, MetadataUpdate { untag, ..MetadataUpdate::default() }))?;
    Ok(reply.send(&Answer::untag()))
}

fn request(name: SecretName, update: MetadataUpdate) -> UpdateRequest {
    UpdateRequest { name, update, expected: None }
}

/// `Tags`: `[{"TagKey":"env","TagValue":"prod"}, …]`.
pub(super) fn tags(parameters: &Parameters) -> Result<Tags, KmsError> {
    let tag = |entry: &Entry<'_>| {
        let [key, value] = entry.members(["TagKey", "TagValue"])?;
        Ok((key.word(TagKey::new)?, value.word(TagValue::new)?))
    };
    let expected = "a JSON list of objects with TagKey and TagValue, each key once";
    let listed = parameters.list("Tags", expected, tag)?.unwrap_or_default();
    let count = listed.len();
    let tags: Tags = listed.into_iter().collect();
    if tags.len() < count {
        return Err(KmsError::Shape { parameter: "Tags", expected });
    }
    Ok(tags)
}
