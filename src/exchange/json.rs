//! Our own JSON, complete: all versions with their times, labels, notes, tags. What it writes and reads again
//! into a fresh vault is an equal vault.
//!
//! ```json
//! {"Format":"etui","FormatVersion":1,"Secrets":[
//! {"SecretName":"db","CreateTime":"2026-11-24T12:00:00Z","Description":"…",
//!  "Tags":[{"TagKey":"env","TagValue":"prod"}],
//!  "KeepVersions":10,"RotationDays":90,
//!  "Versions":[{"VersionId":"v1","CreateTime":"…","Note":"…","SecretDataType":"text","SecretData":"…"}],
//!  "Stages":[{"VersionStage":"ACSCurrent","VersionId":"v1"}]}
//! ]}
//! ```
//! Versions stand oldest first. A binary value is base64. Members that are not known are refused.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::cloud::value;
use super::document::{Node, parse};
use super::entry::write_string;
use super::error::ExchangeError;
use super::place::{Text, without_mark};
use crate::domain::{
    Description, Note, Retention, RotationInterval, SecretValue, StageLabel, TagKey, TagValue, Tags,
    Timestamp, ValueType, VersionId,
};
use crate::memory::SecretBytes;
use crate::vault::{IncomingBatch, IncomingSecret, IncomingVersion};
use crate::versioning::Labelling;

const FORMAT: &str = "etui";
const FORMAT_VERSION: u32 = 1;

/// Writes a batch that a vault gave out.
pub fn write(batch: &IncomingBatch) -> SecretBytes {
    let mut out = SecretBytes::new();
    let mut head = String::new();
    // Writing into a string cannot fail.
    let _ = write!(head, "{{\"Format\":\"{FORMAT}\",\"FormatVersion\":{FORMAT_VERSION},\"Secrets\":[");
    out.extend(head.as_bytes());
    for (position, secret) in batch.secrets.iter().enumerate() {
        out.extend(if position == 0 { b"\n" } else { b",\n" });
        write_secret(secret, &mut out);
    }
    out.extend(b"\n]}\n");
    out
}

fn write_secret(secret: &IncomingSecret, out: &mut SecretBytes) {
    let mut object = Object::begin(out);
    object.text("SecretName", &secret.name);
    object.time("CreateTime", secret.created);
    object.some_text("Description", secret.facts.description.as_str());
    if !secret.facts.tags.is_empty() {
        object.list("Tags", secret.facts.tags.iter(), |object, (key, value)| {
            object.text("TagKey", key.as_str());
            object.text("TagValue", value.as_str());
        });
    }
    object.number("KeepVersions", secret.facts.retention.map(|retention| retention.versions() as u64));
    object.number("RotationDays", secret.facts.rotation.map(|interval| u64::from(interval.days())));
    object.list("Versions", secret.versions.iter(), |object, version| {
        object.some_text("VersionId", version.id.as_ref().map_or("", VersionId::as_str));
        object.time("CreateTime", version.created);
        object.some_text("Note", version.note.as_ref().map_or("", Note::as_str));
        object.text("SecretDataType", version.value.value_type().as_str());
        object.value("SecretData", &version.value);
    });
    object.list("Stages", secret.labels.iter(), |object, (label, position)| {
        object.text("VersionStage", label.as_str());
        let version = secret.versions.get(*position).and_then(|version| version.id.as_ref());
        object.text("VersionId", version.map_or("", VersionId::as_str));
    });
    object.end();
}

/// A JSON object under way.
struct Object<'a> {
    out: &'a mut SecretBytes,
    before: u8,
}

impl<'a> Object<'a> {
    fn begin(out: &'a mut SecretBytes) -> Self {
        Self { out, before: b'{' }
    }

    fn end(self) {
        if self.before == b'{' {
            self.out.push(b'{');
        }
        self.out.push(b'}');
    }

    fn member(&mut self, name: &str) -> &mut SecretBytes {
        self.out.push(self.before);
        self.before = b',';
        write_string(name, self.out);
        self.out.push(b':');
        self.out
    }

    fn text(&mut self, name: &str, text: &str) {
        write_string(text, self.member(name));
    }

    /// Nothing is written of what is empty.
    fn some_text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.text(name, text);
        }
    }

    fn time(&mut self, name: &str, time: Option<Timestamp>) {
        if let Some(time) = time {
            self.text(name, &time.to_string());
        }
    }

    fn number(&mut self, name: &str, number: Option<u64>) {
        if let Some(number) = number {
            self.member(name).extend(number.to_string().as_bytes());
        }
    }

    fn list<T>(&mut self, name: &str, entries: impl Iterator<Item = T>, write: impl Fn(&mut Object<'_>, T)) {
        let out = self.member(name);
        let mut before = b'[';
        for entry in entries {
            out.push(before);
            let mut object = Object::begin(out);
            write(&mut object, entry);
            object.end();
            before = b',';
        }
        if before == b'[' {
            out.push(b'[');
        }
        out.push(b']');
    }

    fn value(&mut self, name: &str, value: &SecretValue) {
        let out = self.member(name);
        match (value.value_type(), std::str::from_utf8(value.expose())) {
            (ValueType::Text, Ok(text)) => write_string(text, out),
            _ => {
                let mut encoded = SecretBytes::zeroed(value.len().div_ceil(3) * 4);
                STANDARD
                    .encode_slice(value.expose(), encoded.expose_mut())
                    .expect("the buffer has four characters for every three bytes");
                out.push(b'"');
                out.extend(encoded.expose());
                out.push(b'"');
            }
        }
    }
}

/// Reads what [`write()`] wrote, or somebody in its manner: without version ids and without stages it is as
/// good as any other list of values.
///
/// # Errors
/// [`ExchangeError`] with line and column of what does not belong there.
pub fn read(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let text = Text::of(text);
    let root = parse(&text)?.members()?;
    root.refuse_others(&["Format", "FormatVersion", "Secrets"])?;
    let format = root.get("Format")?;
    if format.text()?.expose() != FORMAT.as_bytes() {
        return Err(format.fault("this is the JSON of another program; name its format"));
    }
    let version = root.get("FormatVersion")?;
    if version.number()? != FORMAT_VERSION {
        return Err(version.fault("this format version is unknown; a newer etui may read it"));
    }
    let mut batch = IncomingBatch::new();
    for (position, secret) in root.get("Secrets")?.entries()?.into_iter().enumerate() {
        let name = || {
            let name = secret.members().and_then(|members| members.text_of("SecretName")).unwrap_or_default();
            let name = name.expose_text().filter(|name| !name.is_empty()).map(str::to_owned);
            name.unwrap_or_else(|| format!("secret {}", position + 1))
        };
        let read = read_secret(secret);
        batch.secrets.push(read.unwrap_or_else(|error| IncomingSecret::unreadable(name(), error)));
    }
    Ok(batch)
}

/// Whether a text begins as [`write()`] begins it.
pub(super) fn is_own(text: &[u8]) -> bool {
    let pieces: [&[u8]; 4] = [b"{", b"\"Format\"", b":", b"\"etui\""];
    let rest = pieces
        .iter()
        .try_fold(without_mark(text), |rest, piece| rest.trim_ascii_start().strip_prefix(*piece));
    rest.is_some()
}

fn read_secret(node: Node<'_>) -> Result<IncomingSecret, ExchangeError> {
    let members = node.members()?;
    members.refuse_others(&[
        "SecretName",
        "CreateTime",
        "Description",
        "Tags",
        "KeepVersions",
        "RotationDays",
        "Versions",
        "Stages",
    ])?;
    let name = members.get("SecretName")?.text()?;
    let versions =
        members.get("Versions")?.entries()?.into_iter().map(read_version).collect::<Result<Vec<_>, _>>()?;
    if versions.is_empty() {
        return Err(node.fault("a secret has at least one version"));
    }
    let mut labels = Vec::new();
    for stage in members.entries_of("Stages")? {
        let (label, marked) = read_stage(stage, &versions)?;
        if labels.iter().any(|(known, _)| *known == label) {
            return Err(stage.fault(format!("'{label}' marks a version already")));
        }
        labels.push((label, marked));
    }
    let name = name.expose_text().unwrap_or_default();
    let mut secret = IncomingSecret::without_labels(name, versions);
    if members.find("Stages").is_some() {
        secret = secret.with_labels(Labelling::KeptHere, labels);
    }
    secret.created = members.find("CreateTime").map(|time| time.time()).transpose()?;
    if let Some(description) = members.find("Description") {
        secret.facts.description = description.word(Description::new)?;
    }
    secret.facts.tags = read_tags(&members.entries_of("Tags")?)?;
    if let Some(kept) = members.find("KeepVersions") {
        let retention = Retention::new(kept.number()?);
        secret.facts.retention = Some(retention.map_err(|invalid| kept.fault(invalid.to_string()))?);
    }
    if let Some(days) = members.find("RotationDays") {
        let interval = RotationInterval::new(days.number()?);
        secret.facts.rotation = Some(interval.map_err(|invalid| days.fault(invalid.to_string()))?);
    }
    Ok(secret)
}

fn read_version(node: Node<'_>) -> Result<IncomingVersion, ExchangeError> {
    let members = node.members()?;
    members.refuse_others(&["VersionId", "CreateTime", "Note", "SecretDataType", "SecretData"])?;
    let value_type = match members.find("SecretDataType") {
        None => ValueType::Text,
        Some(node) => match node.text()?.expose() {
            b"text" => ValueType::Text,
            b"binary" => ValueType::Binary,
            _ => return Err(node.fault("'text' or 'binary' is expected here")),
        },
    };
    Ok(IncomingVersion {
        id: members.find("VersionId").map(|id| id.word(VersionId::new)).transpose()?,
        value: value(members.get("SecretData")?, value_type)?,
        created: members.find("CreateTime").map(|time| time.time()).transpose()?,
        note: members.find("Note").map(|note| note.word(Note::new)).transpose()?,
    })
}

fn read_stage(node: Node<'_>, versions: &[IncomingVersion]) -> Result<(StageLabel, usize), ExchangeError> {
    let members = node.members()?;
    members.refuse_others(&["VersionStage", "VersionId"])?;
    let label = members.get("VersionStage")?.word(StageLabel::new)?;
    let id = members.get("VersionId")?;
    let wanted = id.word(VersionId::new)?;
    let marked = versions.iter().position(|version| version.id.as_ref() == Some(&wanted));
    Ok((label, marked.ok_or_else(|| id.fault("the secret has no version with this id"))?))
}

fn read_tags(entries: &[Node<'_>]) -> Result<Tags, ExchangeError> {
    let mut tags = Tags::new();
    for entry in entries {
        let members = entry.members()?;
        members.refuse_others(&["TagKey", "TagValue"])?;
        let key = members.get("TagKey")?.word(TagKey::new)?;
        let value = members.get("TagValue")?.word(TagValue::new)?;
        tags.set(key, value);
    }
    Ok(tags)
}
