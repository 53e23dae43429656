//! TagResources, UntagResources, ListTagResources: tags of many secrets at once.

use crate::domain::{SecretName, TagKey, TagValue, Tags};
use crate::kms::answer::{Answer, ResourceTag};
use crate::kms::error::KmsError;
use crate::kms::parameters::{Entry, Parameters, secret_name};
use crate::kms::reply::{Reply, Sent};
use crate::vault::{Listing, SecretSummary, UpdateRequest, Vault};
use crate::versioning::{MetadataUpdate, Refusal};

const TYPE: &str = "ResourceType";
const EXPECTED_TYPE: &str = "'secret', the one type of resource that is kept here";

const RESOURCES: &str = "ResourceId";
const EXPECTED_RESOURCES: &str = "a list of 1 to 50 names of secrets";
/// The most secrets that one request names (KMS, TagResources).
const MOST_RESOURCES: usize = 50;

const TAGS: &str = "Tag";
const EXPECTED_TAGS: &str = "a list of objects with Key and Value, each key once";

const KEYS: &str = "TagKey";

const TOKEN: &str = "NextToken";

/// An answer of ListTagResources ends with the secret that brings it to so many tags.
const TAGS_ON_A_PAGE: usize = 100;

/// TagResources: all of them or none.
pub(super) fn tag(
    vault: &mut Vault,
    parameters: &mut Parameters,
    reply: Reply<'_>,
) -> Result<Sent, KmsError> {
    let names = names(parameters)?;
    let tags = wanted_tags(parameters)?;
    let tags: Tags = tags.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
    if tags.is_empty() {
        return Err(KmsError::Shape { parameter: TAGS, expected: EXPECTED_TAGS });
    }
    change_all(
        vault,
        names
            .into_iter()
            .map(|name| (name, MetadataUpdate { tags: tags.clone(), ..MetadataUpdate::default() })),
    )?;
    Ok(reply.send(&Answer::tag_resources()))
}

/// UntagResources: all of them or none. A key that is not there is no error.
pub(super) fn untag(
    vault: &mut Vault,
    parameters: &mut Parameters,
    reply: Reply<'_>,
) -> Result<Sent, KmsError> {
    let names = names(parameters)?;
    let key = |entry: &Entry<'_>| entry.word(TagKey::new);
    let keys = parameters.list(KEYS, "a list of tag keys", key)?.unwrap_or_default();
    let untag = |name, untag| (name, MetadataUpdate { untag, ..MetadataUpdate::default() });
    if !keys.is_empty() {
        change_all(vault, names.into_iter().map(|name| untag(name, keys.clone())))?;
    } else if parameters.flag("All")? == Some(true) {
        let listing = vault.list()?;
        let updates: Result<Vec<_>, KmsError> =
            names.into_iter().map(|name| Ok(untag(name.clone(), keys_of(&listing, name)?))).collect();
        change_all(vault, updates?)?;
    } else {
        return Err(KmsError::Missing { action: "UntagResources", parameter: "TagKey.1 or All" });
    }
    Ok(reply.send(&Answer::untag_resources()))
}

/// ListTagResources: every tag of the secrets that are named, or of all, whose tags are as asked.
pub(super) fn list(
    vault: &mut Vault,
    parameters: &mut Parameters,
    reply: Reply<'_>,
) -> Result<Sent, KmsError> {
    let named = resources(parameters)?;
    let wanted = wanted_tags(parameters)?;
    let after = parameters.optional(TOKEN, |text| Ok(text.to_owned()))?.filter(|text| !text.is_empty());
    if let Some(unknown) = named.iter().flatten().find(|name| !parameters.scope().holds(name.as_str())) {
        return Err(Refusal::NoSuchSecret { name: unknown.clone(), near: None }.into());
    }
    let listing = vault.list()?;
    if let Some(unknown) = named.iter().flatten().find(|name| listing.position(name.as_str()).is_none()) {
        return Err(Refusal::NoSuchSecret { name: unknown.clone(), near: None }.into());
    }
    let has = |secret: &SecretSummary<'_>, key: &TagKey, value: Option<&TagValue>| {
        secret.tags.iter().any(|(its_key, its_value)| {
            its_key == key.as_str() && value.is_none_or(|value| value.as_str() == its_value)
        })
    };
    let is_wanted = |secret: &SecretSummary<'_>| {
        parameters.scope().holds(secret.name)
            && after.as_deref().is_none_or(|after| secret.name > after)
            && named.as_ref().is_none_or(|names| names.iter().any(|name| name.as_str() == secret.name))
            && wanted.iter().all(|(key, value)| has(secret, key, value.as_ref()))
    };
    let mut tags: Vec<ResourceTag<'_>> = Vec::new();
    let mut next = None;
    let mut secrets = listing.iter().filter(is_wanted).peekable();
    while let Some(secret) = secrets.next() {
        tags.extend(secret.tags.iter().map(|(key, value)| ResourceTag { secret: secret.name, key, value }));
        if tags.len() >= TAGS_ON_A_PAGE && secrets.peek().is_some() {
            next = Some(secret.name);
            break;
        }
    }
    Ok(reply.send(&Answer::resource_tags(&tags, next)))
}

/// The secrets that are to be changed.
fn names(parameters: &Parameters) -> Result<Vec<SecretName>, KmsError> {
    let names = resources(parameters)?.unwrap_or_default();
    names.into_iter().map(|name| parameters.in_scope(name)).collect()
}

/// The secrets that are named. Tags belong to secrets here, and to nothing else.
fn resources(parameters: &Parameters) -> Result<Option<Vec<SecretName>>, KmsError> {
    if !parameters.required(TYPE, |text| Ok(text == "secret"))? {
        return Err(KmsError::Shape { parameter: TYPE, expected: EXPECTED_TYPE });
    }
    let names = parameters.list(RESOURCES, EXPECTED_RESOURCES, |entry| entry.word(secret_name))?;
    match &names {
        Some(names) if names.is_empty() || names.len() > MOST_RESOURCES => {
            Err(KmsError::Shape { parameter: RESOURCES, expected: EXPECTED_RESOURCES })
        }
        _ => Ok(names),
    }
}

/// The keys of all tags of a secret.
fn keys_of(listing: &Listing, name: SecretName) -> Result<Vec<TagKey>, KmsError> {
    let Some(position) = listing.position(name.as_str()) else {
        return Err(Refusal::NoSuchSecret { name, near: None }.into());
    };
    let keys: Result<_, _> = listing.summary(position).tags.iter().map(|(key, _)| TagKey::new(key)).collect();
    keys.map_err(|invalid| KmsError::Malformed { parameter: KEYS, invalid })
}

/// `Tag`: `[{"Key":"env","Value":"prod"}, …]`. A tag to be looked for may come without a value.
fn wanted_tags(parameters: &Parameters) -> Result<Vec<(TagKey, Option<TagValue>)>, KmsError> {
    let tag = |entry: &Entry<'_>| {
        let [key, value] = entry.members_among(["Key", "Value"])?;
        let key = key.ok_or_else(|| entry.misshapen())?.word(TagKey::new)?;
        Ok((key, value.map(|value| value.word(TagValue::new)).transpose()?))
    };
    let tags = parameters.list(TAGS, EXPECTED_TAGS, tag)?.unwrap_or_default();
    let stands_twice =
        |at: usize| tags[..at].iter().any(|(key, _): &(TagKey, Option<TagValue>)| *key == tags[at].0);
    match (0..tags.len()).any(stands_twice) {
        true => Err(KmsError::Shape { parameter: TAGS, expected: EXPECTED_TAGS }),
        false => Ok(tags),
    }
}

/// Makes all changes or none.
fn change_all(
    vault: &mut Vault,
    updates: impl IntoIterator<Item = (SecretName, MetadataUpdate)>,
) -> Result<(), KmsError> {
    let requests: Vec<UpdateRequest> =
        updates.into_iter().map(|(name, update)| UpdateRequest { name, update, expected: None }).collect();
    vault
        .batch(|changes| requests.iter().try_for_each(|request| changes.update_secret(request).map(drop)))?;
    Ok(())
}
