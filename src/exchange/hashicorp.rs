//! What `vault kv get -format=json` of HashiCorp Vault, and `bao` of OpenBao, print: one or many answers in a file, of
//! the key-value engine of either version.
//!
//! An answer does not say where its secret lies: a `path` may be put beside it. Answers of one path, or of none, with
//! different version numbers are versions of one secret.

use std::collections::HashMap;

use super::cloud::answers;
use super::document::{Members, Node};
use super::entry::{CREATED, member_in_words, time_of, write_string};
use super::error::ExchangeError;
use super::place::Text;
use crate::domain::{
    Description, Facts, SecretValue, TagKey, TagValue, Tags, Timestamp, ValueType, VersionId,
};
use crate::memory::SecretBytes;
use crate::vault::{IncomingBatch, IncomingSecret, IncomingVersion, Loss};

/// Members of an answer that are looked at, or say nothing of their own.
const ANSWER: [&str; 10] = [
    "request_id",
    "lease_id",
    "lease_duration",
    "renewable",
    "data",
    "warnings",
    "mount_type",
    "wrap_info",
    "auth",
    "path",
];
const METADATA: [&str; 5] = ["created_time", "custom_metadata", "deletion_time", "destroyed", "version"];
/// The custom metadata that is kept as the description.
const DESCRIPTION: &str = "description";

/// Reads a file. The value of a secret is the JSON object of its keys.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is nothing of that kind.
pub fn read(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let mut batch = IncomingBatch::new();
    let mut told: Vec<Told> = Vec::new();
    let text = Text::of(text);
    let answers = answers(&text)?;
    let is_only = answers.len() == 1;
    for (position, answer) in answers.into_iter().enumerate() {
        match read_answer(answer, &mut batch.losses) {
            Ok(version) => told.extend(version),
            // A file of one answer is refused as a file.
            Err(error) if is_only => return Err(error),
            Err(error) => {
                batch.secrets.push(IncomingSecret::unreadable(format!("answer {}", position + 1), error));
            }
        }
    }
    // Answers without a number stay where they are.
    if told.iter().all(|told| told.number.is_some()) {
        told.sort_by_key(|told| told.number);
    }
    gather(told, &mut batch.secrets);
    Ok(batch)
}

/// Brings the versions of each secret together. What has the name and the number of a version that is there already
/// is of another secret of this name; what has no number is a secret of its own.
fn gather(told: Vec<Told>, secrets: &mut Vec<IncomingSecret>) {
    // Where the secrets of each name are, and how often each of its numbers was met.
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    let mut times: HashMap<(String, u32), usize> = HashMap::new();
    for Told { name, number, version, facts } in told {
        if let Some(number) = number {
            let times = times.entry((name.clone(), number)).or_default();
            let places = places.entry(name.clone()).or_default();
            if let Some(secret) = places.get(*times).and_then(|at| secrets.get_mut(*at)) {
                secret.versions.push(version);
                // What the newest version knows counts.
                secret.facts = facts;
                *times += 1;
                continue;
            }
            places.push(secrets.len());
            *times += 1;
        }
        let mut secret = IncomingSecret::without_labels(name, vec![version]);
        secret.facts = facts;
        secrets.push(secret);
    }
}

/// A version, as one answer tells it.
struct Told {
    name: String,
    number: Option<u32>,
    version: IncomingVersion,
    facts: Facts,
}

/// Reads an answer; `None` where its version is deleted there, which is among the losses then.
fn read_answer(answer: Node<'_>, losses: &mut Vec<Loss>) -> Result<Option<Told>, ExchangeError> {
    let answer = answer.members()?;
    answer.get("request_id")?;
    let name = answer.text_of("path")?.expose_text().unwrap_or_default().to_owned();
    losses.extend(answer.others(&ANSWER).map(|(member, _)| Loss::new(&name, member_in_words(member))));
    let data = answer.get("data")?;
    let members = data.members()?;
    refuse_other_answers(data, &members)?;
    let metadata = members.find("metadata").and_then(|metadata| metadata.members().ok());
    let Some(metadata) = metadata.filter(|metadata| metadata.find("version").is_some()) else {
        let version = IncomingVersion::of(value(data)?);
        return Ok(Some(Told { name, number: None, version, facts: Facts::default() }));
    };
    let number = metadata.get("version")?.number()?;
    losses.extend(metadata.others(&METADATA).map(|(member, _)| Loss::new(&name, member_in_words(member))));
    let Some(inner) = members.find("data") else {
        losses.push(Loss::whole(name, format!("version {number} of it is deleted there")));
        return Ok(None);
    };
    let version = IncomingVersion {
        id: VersionId::new(&format!("v{number}")).ok(),
        value: value(inner)?,
        created: created(&metadata, &name, losses)?,
        note: None,
    };
    let facts = facts(&metadata, &name, losses)?;
    Ok(Some(Told { name, number: Some(number), version, facts }))
}

/// What `kv list` and `kv metadata get` print is an answer, too, and no value is in it.
fn refuse_other_answers(data: Node<'_>, members: &Members<'_>) -> Result<(), ExchangeError> {
    let is_list = |node: Node<'_>| node.spelled().starts_with('[');
    let only = members.iter().count() == 1;
    if only && members.find("keys").is_some_and(is_list) {
        return Err(data.fault("this is a list of names without values: get each of them with `kv get`"));
    }
    if members.find("versions").is_some() && members.find("current_version").is_some() {
        return Err(data.fault("this is the metadata of a secret without its values: get it with `kv get`"));
    }
    Ok(())
}

fn created(
    metadata: &Members<'_>,
    name: &str,
    losses: &mut Vec<Loss>,
) -> Result<Option<Timestamp>, ExchangeError> {
    let text = metadata.text_of("created_time")?;
    Ok(time_of(name, CREATED, text.expose_text().unwrap_or_default(), losses, |text| text.parse().ok()))
}

/// Custom metadata become tags, and one of it the description.
fn facts(metadata: &Members<'_>, name: &str, losses: &mut Vec<Loss>) -> Result<Facts, ExchangeError> {
    let mut facts = Facts::default();
    let Some(custom) = metadata.find("custom_metadata") else { return Ok(facts) };
    let mut tags = Tags::new();
    for (key, text) in custom.members()?.iter() {
        let text = text.text()?;
        let text = text.expose_text().unwrap_or_default();
        if key == DESCRIPTION
            && let Ok(description) = Description::new(text)
        {
            facts.description = description;
            continue;
        }
        match TagKey::new(key).ok().zip(TagValue::new(text).ok()) {
            Some((key, value)) if tags.len() < Tags::LIMIT => tags.set(key, value),
            _ => losses.push(Loss::new(name, "some of its custom metadata: it cannot be a tag here")),
        }
    }
    facts.tags = tags;
    Ok(facts)
}

/// The object of the keys, without the blanks that a program puts between them.
fn value(object: Node<'_>) -> Result<SecretValue, ExchangeError> {
    let mut out = SecretBytes::new();
    let mut before = b'{';
    for (name, value) in object.members()?.iter() {
        out.push(before);
        write_string(name, &mut out);
        out.push(b':');
        out.extend(value.spelled().as_bytes());
        before = b',';
    }
    if out.is_empty() {
        return Err(object.fault("this object has no keys"));
    }
    out.push(b'}');
    SecretValue::new(ValueType::Text, out).map_err(|invalid| object.fault(invalid.to_string()))
}
