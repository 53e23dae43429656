//! Manifests of Kubernetes with `kind: Secret`, as YAML or JSON: one or many documents, or the list that `kubectl get
//! secrets -o yaml` prints. Each key of the data is a secret `NAMESPACE/NAME/KEY`.

use std::collections::HashSet;

use super::entry::{CREATED, EMPTY, below, from_base64, member_in_words, time_of};
use super::error::ExchangeError;
use super::yaml::{Id, Yaml};
use crate::domain::{SecretValue, TagKey, TagValue, Tags, Timestamp, ValueType};
use crate::memory::SecretBytes;
use crate::vault::{IncomingBatch, IncomingSecret, IncomingVersion, Loss};

/// Members of a manifest that are looked at, or say nothing of their own.
const MANIFEST: [&str; 6] = ["apiVersion", "kind", "metadata", "data", "stringData", "type"];
/// Members of its metadata that are looked at, or belong to the cluster.
const METADATA: [&str; 10] = [
    "name",
    "namespace",
    "labels",
    "creationTimestamp",
    "uid",
    "resourceVersion",
    "generation",
    "selfLink",
    "managedFields",
    "ownerReferences",
];

/// Reads manifests. What is none of a secret is left out, and named.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is not YAML, or no document is a manifest.
pub fn read(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let holds = |what: &[u8]| text.windows(what.len()).any(|window| window == what);
    let none = || ExchangeError::in_words("there is no manifest of a Secret in it");
    if !(holds(b"kind") && holds(b"apiVersion") && holds(b"Secret")) {
        return Err(none());
    }
    let mut yaml = Yaml::read(text)?;
    let mut batch = IncomingBatch::new();
    let mut manifests = Vec::new();
    for root in yaml.roots() {
        let is_list = kind(&yaml, root).is_some_and(|kind| kind.ends_with("List"));
        match yaml.find(root, "items").filter(|_| is_list) {
            Some(items) => manifests.extend_from_slice(yaml.entries(items)),
            None => manifests.push(root),
        }
    }
    manifests.retain(|manifest| !yaml.is_null(*manifest));
    let mut is_any = false;
    for (position, manifest) in manifests.into_iter().enumerate() {
        let Some(kind) = kind(&yaml, manifest).map(str::to_owned) else {
            return Err(yaml.fault(manifest, "a manifest with apiVersion and kind is expected here"));
        };
        is_any |= kind == "Secret";
        let name = name(&yaml, manifest);
        let name = if name.is_empty() { format!("document {}", position + 1) } else { name };
        if kind == "Secret" {
            add(&mut yaml, manifest, &name, &mut batch)?;
        } else {
            batch.losses.push(Loss::whole(name, "it is not a Secret"));
        }
    }
    if is_any { Ok(batch) } else { Err(none()) }
}

fn kind(yaml: &Yaml, manifest: Id) -> Option<&str> {
    yaml.find(manifest, "apiVersion").and_then(|_| yaml.text(yaml.find(manifest, "kind")?))
}

fn word<'a>(yaml: &'a Yaml, map: Id, key: &str) -> &'a str {
    yaml.find(map, key).and_then(|value| yaml.text(value)).unwrap_or_default()
}

/// Namespace and name.
fn name(yaml: &Yaml, manifest: Id) -> String {
    let Some(metadata) = yaml.find(manifest, "metadata") else { return String::new() };
    below(word(yaml, metadata, "namespace"), word(yaml, metadata, "name"))
}

fn add(yaml: &mut Yaml, manifest: Id, name: &str, batch: &mut IncomingBatch) -> Result<(), ExchangeError> {
    name_others(yaml, manifest, &MANIFEST, name, batch)?;
    if !matches!(word(yaml, manifest, "type"), "" | "Opaque") {
        batch.losses.push(Loss::new(name, member_in_words("type")));
    }
    let mut tags = Tags::new();
    let mut created = None;
    if let Some(metadata) = yaml.find(manifest, "metadata") {
        name_others(yaml, metadata, &METADATA, name, batch)?;
        let time = word(yaml, metadata, "creationTimestamp");
        created = time_of(name, CREATED, time, &mut batch.losses, |text| text.parse().ok());
        if let Some(labels) = yaml.find(metadata, "labels") {
            tags = labels_as_tags(yaml, labels, name, batch)?;
        }
    }
    // Where both have a key the cluster takes `stringData`.
    let mut overridden = HashSet::new();
    if let Some(strings) = yaml.find(manifest, "stringData") {
        for (key, _) in yaml.members(strings)? {
            overridden.insert(yaml.text(key).unwrap_or_default().to_owned());
        }
    }
    for (member, is_encoded) in [("data", true), ("stringData", false)] {
        let Some(data) = yaml.find(manifest, member) else { continue };
        for (key, value) in yaml.members(data)? {
            let text = yaml.text(key).unwrap_or_default();
            if is_encoded && overridden.contains(text) {
                let what = "what 'data' holds for it: the cluster takes what 'stringData' holds";
                batch.losses.push(Loss::new(below(name, text), what));
                continue;
            }
            let name = below(name, yaml.text(key).unwrap_or_default());
            let text = if yaml.is_null(value) { SecretBytes::new() } else { yaml.leaf(value)? };
            let text = if is_encoded { from_base64(&text) } else { Some(text) };
            match text {
                None => {
                    let why = yaml.fault(value, "base64 is expected here");
                    batch.secrets.push(IncomingSecret::unreadable(name, why));
                }
                Some(text) => add_value(name, text, created, &tags, batch),
            }
        }
    }
    Ok(())
}

fn add_value(
    name: String,
    text: SecretBytes,
    created: Option<Timestamp>,
    tags: &Tags,
    batch: &mut IncomingBatch,
) {
    if text.is_empty() {
        return batch.losses.push(Loss::whole(name, EMPTY));
    }
    let value_type = if text.expose_text().is_some() { ValueType::Text } else { ValueType::Binary };
    match SecretValue::new(value_type, text) {
        Ok(value) => {
            let mut secret = IncomingSecret::without_labels(name, vec![IncomingVersion::of(value)]);
            (secret.created, secret.facts.tags) = (created, tags.clone());
            batch.secrets.push(secret);
        }
        Err(invalid) => batch.losses.push(Loss::whole(name, invalid)),
    }
}

/// Members that are not known, among the losses.
fn name_others(
    yaml: &mut Yaml,
    map: Id,
    known: &[&str],
    name: &str,
    batch: &mut IncomingBatch,
) -> Result<(), ExchangeError> {
    for (key, value) in yaml.members(map)? {
        let key = yaml.text(key).unwrap_or_default();
        if !known.contains(&key) && !yaml.is_null(value) {
            batch.losses.push(Loss::new(name, member_in_words(key)));
        }
    }
    Ok(())
}

fn labels_as_tags(
    yaml: &mut Yaml,
    labels: Id,
    name: &str,
    batch: &mut IncomingBatch,
) -> Result<Tags, ExchangeError> {
    let mut tags = Tags::new();
    for (key, value) in yaml.members(labels)? {
        let (key, value) = (yaml.text(key).unwrap_or_default(), yaml.text(value).unwrap_or_default());
        match TagKey::new(key).ok().zip(TagValue::new(value).ok()) {
            Some((key, value)) if tags.len() < Tags::LIMIT => tags.set(key, value),
            _ => batch.losses.push(Loss::new(name, "one of its labels: it cannot be a tag here")),
        }
    }
    Ok(tags)
}
