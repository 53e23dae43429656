//! What the command lines of AWS and Alibaba Cloud print of a secret: one or many such answers in a file.
//!
//! Answers about the same secret become versions of one; their stages become labels, `AWSCURRENT` and
//! `AWSPREVIOUS` the built-in ones. As in a put, a version that is new here takes its labels with it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::document::{Members, Node, parse_all};
use super::error::ExchangeError;
use crate::domain::{Invalid, SecretValue, StageLabel, Timestamp, ValueType, VersionId};
use crate::memory::SecretBytes;
use crate::vault::{IncomingBatch, IncomingSecret, IncomingVersion, Loss};
use crate::versioning::Labelling;

/// A version with its labels, as one answer tells it.
struct Told {
    name: String,
    version: IncomingVersion,
    labels: Vec<StageLabel>,
}

/// Reads what `aws secretsmanager get-secret-value` or `batch-get-secret-value` printed.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is nothing of that kind.
pub fn read_aws(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let mut batch = IncomingBatch::new();
    let mut told = Vec::new();
    for answer in answers(text)? {
        let members = answer.members()?;
        if members.find("SecretValues").is_none() {
            told.push(aws_version(&members)?);
            continue;
        }
        for value in members.entries_of("SecretValues")? {
            told.push(aws_version(&value.members()?)?);
        }
        for error in members.entries_of("Errors")? {
            let id = error.members()?.text_of("SecretId")?;
            let name = id.expose_text().unwrap_or_default().to_owned();
            batch.losses.push(Loss::whole(name, "it could not be read there"));
        }
    }
    batch.secrets = gathered(told);
    Ok(batch)
}

fn aws_version(members: &Members<'_>) -> Result<Told, ExchangeError> {
    let value = match (members.find("SecretString"), members.find("SecretBinary")) {
        (Some(text), _) => value(text, ValueType::Text)?,
        (None, Some(binary)) => value(binary, ValueType::Binary)?,
        (None, None) => return Err(members.fault(no_value("SecretString"))),
    };
    let labels = members.entries_of("VersionStages")?;
    let labels = labels.iter().map(|label| label.word(aws_label)).collect::<Result<_, _>>()?;
    Ok(Told {
        name: name(members, "Name")?,
        version: IncomingVersion {
            id: Some(members.get("VersionId")?.word(VersionId::new)?),
            value,
            created: members.find("CreatedDate").map(aws_time).transpose()?,
            note: None,
        },
        labels,
    })
}

fn aws_label(text: &str) -> Result<StageLabel, Invalid> {
    match text {
        "AWSCURRENT" => Ok(StageLabel::current()),
        "AWSPREVIOUS" => Ok(StageLabel::previous()),
        other => StageLabel::new(other),
    }
}

/// The second generation of the command line prints RFC 3339, the first seconds with a fraction.
fn aws_time(node: Node<'_>) -> Result<Timestamp, ExchangeError> {
    if node.spelled().starts_with('"') {
        return node.time();
    }
    let whole = node.spelled().split('.').next().unwrap_or_default();
    let seconds = whole.parse().map_err(|_| Invalid::Time).and_then(Timestamp::from_seconds);
    seconds.map_err(|invalid| node.fault(invalid.to_string()))
}

/// Reads what `aliyun kms GetSecretValue` printed.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is nothing of that kind.
pub fn read_alibaba(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let mut batch = IncomingBatch::new();
    let mut told = Vec::new();
    for answer in answers(text)? {
        let members = answer.members()?;
        let version = alibaba_version(&members)?;
        for (member, what) in
            [("ExtendedConfig", "its extended configuration"), ("RotationInterval", "its automatic rotation")]
        {
            if members.find(member).is_some_and(|value| value.spelled() != "\"\"") {
                batch.losses.push(Loss::new(&version.name, what));
            }
        }
        told.push(version);
    }
    batch.losses.dedup();
    batch.secrets = gathered(told);
    Ok(batch)
}

fn alibaba_version(members: &Members<'_>) -> Result<Told, ExchangeError> {
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
    Ok(Told {
        name: name(members, "SecretName")?,
        version: IncomingVersion {
            id: Some(members.get("VersionId")?.word(VersionId::new)?),
            value: value(data, value_type)?,
            created: members.find("CreateTime").map(|time| time.time()).transpose()?,
            note: None,
        },
        labels,
    })
}

fn no_value(member: &str) -> String {
    format!("this object has no '{member}': it is not the answer that holds a value")
}

/// The answers of a file: one behind the other, or in lists.
fn answers(text: &[u8]) -> Result<Vec<Node<'_>>, ExchangeError> {
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
    // Answers without a time stay where they are.
    if told.iter().all(|told| told.version.created.is_some()) {
        told.sort_by_key(|told| told.version.created);
    }
    let mut secrets: Vec<IncomingSecret> = Vec::new();
    for Told { name, version, labels } in told {
        let at = secrets.iter().position(|secret| secret.name == name).unwrap_or_else(|| {
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
