//! What the command lines of AWS and Alibaba Cloud print of a secret: one or many such answers in a file.
//!
//! Answers about the same secret become versions of one; their stages become labels, `AWSCURRENT` and
//! `AWSPREVIOUS` the built-in ones. As in a put, a version that is new here takes its labels with it.

use std::collections::{HashMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::document::{Members, Node, parse_all};
use super::entry::{CHANGED, CREATED, add_tag, member_in_words, time_of};
use super::error::ExchangeError;
use super::place::Text;
use crate::domain::{Description, Invalid, SecretValue, StageLabel, Tags, Timestamp, ValueType, VersionId};
use crate::memory::SecretBytes;
use crate::vault::{IncomingBatch, IncomingSecret, IncomingVersion, Loss};
use crate::versioning::Labelling;

/// A version with its labels, as one answer tells it.
struct Told {
    name: String,
    version: IncomingVersion,
    labels: Vec<StageLabel>,
}

/// Members of an answer of AWS that are looked at, or say nothing of their own.
const AWS: [&str; 15] = [
    "ARN",
    "Name",
    "VersionId",
    "SecretString",
    "SecretBinary",
    "VersionStages",
    "CreatedDate",
    "Description",
    "Tags",
    "VersionIdsToStages",
    "LastAccessedDate",
    "LastChangedDate",
    "ResponseMetadata",
    "NextToken",
    "RotationEnabled",
];

/// Reads what `aws secretsmanager get-secret-value`, `batch-get-secret-value` or `describe-secret` printed.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is nothing of that kind.
pub fn read_aws(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let mut batch = IncomingBatch::new();
    let mut told = Vec::new();
    let mut described = Vec::new();
    let text = Text::of(text);
    let answers = answers(&text)?;
    let is_only = answers.len() == 1;
    for (position, answer) in answers.into_iter().enumerate() {
        let mut read = || {
            let members = answer.members()?;
            if members.find("SecretValues").is_some() {
                for (position, value) in members.entries_of("SecretValues")?.into_iter().enumerate() {
                    match value.members().and_then(|value| aws_version(&value, &mut batch.losses)) {
                        Ok(version) => told.push(version),
                        Err(error) => {
                            batch
                                .secrets
                                .push(IncomingSecret::unreadable(answer_name(value, position), error));
                        }
                    }
                }
                for error in members.entries_of("Errors")? {
                    let id = error.members()?.text_of("SecretId")?;
                    let name = id.expose_text().unwrap_or_default().to_owned();
                    batch.losses.push(Loss::whole(name, "it could not be read there"));
                }
            } else if members.find("VersionIdsToStages").is_some() {
                described.push(aws_description(&members, &mut batch.losses)?);
            } else {
                told.push(aws_version(&members, &mut batch.losses)?);
            }
            Ok::<(), ExchangeError>(())
        };
        match read() {
            Ok(()) => {}
            // A file of one answer is refused as a file.
            Err(error) if is_only => return Err(error),
            Err(error) => {
                batch.secrets.push(IncomingSecret::unreadable(answer_name(answer, position), error))
            }
        }
    }
    batch.secrets.append(&mut gathered(told));
    describe(described, &mut batch);
    Ok(batch)
}

/// Adds to each secret what the file tells of it besides its values.
fn describe(described: Vec<(String, Described)>, batch: &mut IncomingBatch) {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut known: HashSet<(usize, VersionId)> = HashSet::new();
    if !described.is_empty() {
        for (at, secret) in batch.secrets.iter().enumerate() {
            places.entry(secret.name.clone()).or_insert(at);
            known.extend(secret.versions.iter().filter_map(|version| Some((at, version.id.clone()?))));
        }
    }
    for (name, described) in described {
        let found = places.get(&name).and_then(|at| batch.secrets.get_mut(*at).map(|secret| (*at, secret)));
        let Some((at, secret)) = found else {
            batch.losses.push(Loss::whole(name, "the file describes it without a value"));
            continue;
        };
        secret.facts.description = described.description;
        secret.facts.tags = described.tags;
        secret.created = described.created.or(secret.created);
        for version in described.versions {
            let place = (at, version);
            if !known.contains(&place) {
                let what = format!("its version '{}': the file has no value for it", place.1);
                batch.losses.push(Loss::new(&name, what));
            }
        }
    }
}

/// What an answer that cannot be read is about.
fn answer_name(answer: Node<'_>, position: usize) -> String {
    let name = |member| {
        let name = answer.members().and_then(|members| members.text_of(member)).ok()?;
        name.expose_text().filter(|name| !name.is_empty()).map(str::to_owned)
    };
    name("Name").or_else(|| name("SecretName")).unwrap_or_else(|| format!("answer {}", position + 1))
}

fn aws_version(members: &Members<'_>, losses: &mut Vec<Loss>) -> Result<Told, ExchangeError> {
    let value = match (members.find("SecretString"), members.find("SecretBinary")) {
        (Some(text), _) => value(text, ValueType::Text)?,
        (None, Some(binary)) => value(binary, ValueType::Binary)?,
        (None, None) => return Err(members.fault(no_value("SecretString"))),
    };
    let name = name(members, "Name")?;
    let labels = members.entries_of("VersionStages")?;
    let labels = labels.iter().map(|label| label.word(aws_label)).collect::<Result<_, _>>()?;
    losses.extend(members.others(&AWS).map(|(member, _)| Loss::new(&name, member_in_words(member))));
    Ok(Told {
        version: IncomingVersion {
            id: Some(members.get("VersionId")?.word(VersionId::new)?),
            value,
            created: time(members, "CreatedDate", &name, losses),
            note: None,
        },
        name,
        labels,
    })
}

/// What `describe-secret` tells of a secret.
struct Described {
    description: Description,
    tags: Tags,
    created: Option<Timestamp>,
    versions: Vec<VersionId>,
}

fn aws_description(
    members: &Members<'_>,
    losses: &mut Vec<Loss>,
) -> Result<(String, Described), ExchangeError> {
    let name = name(members, "Name")?;
    let description = members.find("Description").map(|text| text.word(Description::new)).transpose()?;
    let mut tags = Tags::new();
    for tag in members.entries_of("Tags")? {
        let tag = tag.members()?;
        let [key, value] = ["Key", "Value"].map(|member| tag.text_of(member).unwrap_or_default());
        let text = |text: &'_ SecretBytes| text.expose_text().unwrap_or_default().to_owned();
        add_tag((&text(&key), &text(&value)), &mut tags, &name, losses);
    }
    for (member, what) in [
        ("RotationEnabled", "its automatic rotation"),
        ("LastAccessedDate", "the time of its last use"),
        ("LastChangedDate", CHANGED),
    ] {
        if members.find(member).is_some_and(|value| value.spelled() != "false") {
            losses.push(Loss::new(&name, what));
        }
    }
    losses.extend(members.others(&AWS).map(|(member, _)| Loss::new(&name, member_in_words(member))));
    let versions = members.get("VersionIdsToStages")?.members()?;
    let versions = versions.iter().filter_map(|(id, _)| VersionId::new(id).ok()).collect();
    let created = time(members, "CreatedDate", &name, losses);
    Ok((name, Described { description: description.unwrap_or_default(), tags, created, versions }))
}

/// When something was made: the second generation of the command line prints RFC 3339, the first seconds with
/// a fraction or an exponent.
fn time(members: &Members<'_>, member: &str, name: &str, losses: &mut Vec<Loss>) -> Option<Timestamp> {
    let node = members.find(member)?;
    let text = node.text();
    let text = text.as_ref().map_or(node.spelled(), |text| text.expose_text().unwrap_or_default());
    time_of(name, CREATED, text, losses, |text| {
        let seconds = text.parse::<f64>().ok().filter(|seconds| seconds.is_finite()).map(f64::floor);
        match seconds {
            // Whole seconds are exact up to 2^53, and no time here is as late.
            Some(seconds) => Timestamp::from_seconds(seconds as i64).ok(),
            None => text.parse().ok(),
        }
    })
}

fn aws_label(text: &str) -> Result<StageLabel, Invalid> {
    match text {
        "AWSCURRENT" => Ok(StageLabel::current()),
        "AWSPREVIOUS" => Ok(StageLabel::previous()),
        other => StageLabel::new(other),
    }
}

/// Reads what `aliyun kms GetSecretValue` printed.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is nothing of that kind.
pub fn read_alibaba(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let mut batch = IncomingBatch::new();
    let mut told = Vec::new();
    let text = Text::of(text);
    let answers = answers(&text)?;
    let is_only = answers.len() == 1;
    for (position, answer) in answers.into_iter().enumerate() {
        let read = answer.members().and_then(|members| alibaba_version(&members, &mut batch.losses));
        match read {
            Ok(version) => told.push(version),
            // A file of one answer is refused as a file.
            Err(error) if is_only => return Err(error),
            Err(error) => {
                batch.secrets.push(IncomingSecret::unreadable(answer_name(answer, position), error))
            }
        }
    }
    batch.losses.dedup();
    batch.secrets.append(&mut gathered(told));
    Ok(batch)
}

/// Members of an answer of Alibaba Cloud that are looked at, or say nothing of their own.
const ALIBABA: [&str; 12] = [
    "RequestId",
    "SecretName",
    "SecretType",
    "SecretData",
    "SecretDataType",
    "VersionId",
    "VersionStages",
    "CreateTime",
    "ExtendedConfig",
    "RotationInterval",
    "AutomaticRotation",
    "Arn",
];

fn alibaba_version(members: &Members<'_>, losses: &mut Vec<Loss>) -> Result<Told, ExchangeError> {
    let data = members.find("SecretData").ok_or_else(|| members.fault(no_value("SecretData")))?;
    let value_type = match members.find("SecretDataType") {
        None => ValueType::Text,
        Some(node) => match node.text()?.expose() {
            b"text" => ValueType::Text,
            b"binary" => ValueType::Binary,
            _ => return Err(node.fault("'text' or 'binary' is expected here")),
        },
    };
    let stages = members.find("VersionStages").map(|stages| stages.members()).transpose()?;
    let labels = stages.map(|stages| stages.entries_of("VersionStage")).transpose()?.unwrap_or_default();
    let labels = labels.iter().map(|label| label.word(StageLabel::new)).collect::<Result<_, _>>()?;
    let name = name(members, "SecretName")?;
    for (member, what) in
        [("ExtendedConfig", "its extended configuration"), ("RotationInterval", "its automatic rotation")]
    {
        if members.find(member).is_some_and(|value| value.spelled() != "\"\"") {
            losses.push(Loss::new(&name, what));
        }
    }
    losses.extend(members.others(&ALIBABA).map(|(member, _)| Loss::new(&name, member_in_words(member))));
    Ok(Told {
        version: IncomingVersion {
            id: Some(members.get("VersionId")?.word(VersionId::new)?),
            value: value(data, value_type)?,
            created: time(members, "CreateTime", &name, losses),
            note: None,
        },
        name,
        labels,
    })
}

fn no_value(member: &str) -> String {
    format!("this object has no '{member}': it is not an answer with a value")
}

/// The answers of a file: one behind the other, or in lists.
pub(super) fn answers<'a>(text: &'a Text<'a>) -> Result<Vec<Node<'a>>, ExchangeError> {
    let mut answers = Vec::new();
    for node in parse_all(text)? {
        if node.spelled().starts_with('[') {
            answers.extend(node.entries()?);
        } else {
            answers.push(node);
        }
    }
    Ok(answers)
}

fn name(members: &Members<'_>, member: &'static str) -> Result<String, ExchangeError> {
    Ok(members.get(member)?.text()?.expose_text().unwrap_or_default().to_owned())
}

/// A value; a binary one is base64.
pub(super) fn value(node: Node<'_>, value_type: ValueType) -> Result<SecretValue, ExchangeError> {
    let mut bytes = node.text()?;
    if value_type == ValueType::Binary {
        let mut decoded = SecretBytes::zeroed(bytes.len().div_ceil(4) * 3);
        let length = STANDARD
            .decode_slice(bytes.expose(), decoded.expose_mut())
            .map_err(|_| node.fault("base64 is expected here"))?;
        decoded.truncate(length);
        bytes = decoded;
    }
    SecretValue::new(value_type, bytes).map_err(|invalid| node.fault(invalid.to_string()))
}

/// Brings the versions of each secret together, the older ones first.
fn gathered(mut told: Vec<Told>) -> Vec<IncomingSecret> {
    // Answers without a time stay where they are. Of several made within one second the labels tell.
    if told.iter().all(|told| told.version.created.is_some()) {
        told.sort_by_key(|told| (told.version.created, stage_of(&told.labels)));
    }
    let mut at_name: HashMap<String, usize> = HashMap::new();
    let mut secrets: Vec<IncomingSecret> = Vec::new();
    for Told { name, version, labels } in told {
        let at = *at_name.entry(name).or_insert_with_key(|name| {
            let secret = IncomingSecret::without_labels(name, Vec::new());
            secrets.push(secret.with_labels(Labelling::AsPut, Vec::new()));
            secrets.len() - 1
        });
        let secret = &mut secrets[at];
        let position = secret.versions.len();
        secret.versions.push(version);
        secret.labels.extend(labels.into_iter().map(|label| (label, position)));
    }
    secrets
}

/// How far a version has come: labels of one's own are set on what is newest.
fn stage_of(labels: &[StageLabel]) -> u8 {
    match () {
        () if labels.iter().any(StageLabel::is_current) => 2,
        () if labels.iter().any(StageLabel::is_previous) => 1,
        () if labels.is_empty() => 0,
        () => 3,
    }
}
