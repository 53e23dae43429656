//! What the API answers: each shape once, for both formats and for the command line's `--json`.

use std::collections::HashMap;

use crate::domain::{ErrorCode, SecretName, SecretValue, Tags, Timestamp, visible};
use crate::memory::SecretBytes;
use crate::vault::{ChangeOutcome, CreateOutcome, GetOutcome, PutOutcome, SecretSummary, VaultError};
use crate::versioning::{SecretState, VersionKey, VersionState};

use super::page::{FetchTags, IncludeDeprecated, Page};
use super::request_id::RequestId;
use super::{json, xml};

/// How answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object.
    Json,
    /// One XML document, its elements as in the API's samples.
    Xml,
}

/// One answer of the API. It borrows what it tells, so that neither values nor metadata are copied before
/// they are written.
pub struct Answer<'a> {
    kind: Kind,
    fields: Vec<Field<'a>>,
}

/// Whether an answer tells a result or a refusal.
#[derive(Clone, Copy)]
enum Kind {
    /// Of this action.
    Result(&'static str),
    Refusal(ErrorCode),
}

/// A name of the API and what stands under it.
pub(super) struct Field<'a> {
    pub(super) name: &'static str,
    pub(super) content: Content<'a>,
}

/// What stands under a name.
pub(super) enum Content<'a> {
    Text(&'a str),
    Sentence(String),
    Time(Timestamp),
    Number(u64),
    Flag(bool),
    /// Text as it is, binary as base64.
    Value(&'a SecretValue),
    Record(Vec<Field<'a>>),
    /// The only content of its record: in XML each entry is an element of the list's own name.
    List(Vec<Content<'a>>),
}

/// A secret that a batch could not read.
pub(super) struct Failed {
    pub(super) name: SecretName,
    pub(super) code: ErrorCode,
    pub(super) message: String,
}

/// One tag of one secret.
pub(super) struct ResourceTag<'a> {
    pub(super) secret: &'a str,
    pub(super) key: &'a str,
    pub(super) value: &'a str,
}

const GENERIC: &str = "Generic";

impl<'a> Answer<'a> {
    /// An answer that the API does not have: a RequestId, and nothing else yet.
    pub const fn of_etui() -> Self {
        Self { kind: Kind::Result("Etui"), fields: Vec::new() }
    }

    /// CreateSecret.
    pub fn create(outcome: &'a CreateOutcome) -> Self {
        Self::result(
            "CreateSecret",
            vec![
                secret_name(&outcome.name),
                text("VersionId", outcome.version_id.as_str()),
                text("SecretType", GENERIC),
            ],
        )
    }

    /// PutSecretValue.
    pub fn put(outcome: &'a PutOutcome) -> Self {
        let stages = outcome.stages.iter().map(|label| Content::Text(label.as_str()));
        Self::result(
            "PutSecretValue",
            vec![
                secret_name(&outcome.name),
                text("VersionId", outcome.version_id.as_str()),
                listed("VersionStages", "VersionStage", stages),
            ],
        )
    }

    /// GetSecretValue: a text value as it is, a binary one as base64 (etui).
    pub fn get(outcome: &'a GetOutcome) -> Self {
        let stages = outcome.stages.iter().map(|label| Content::Text(label.as_str()));
        Self::result(
            "GetSecretValue",
            vec![
                secret_name(&outcome.name),
                text("VersionId", outcome.version.id.as_str()),
                Field { name: "SecretData", content: Content::Value(&outcome.value) },
                text("SecretDataType", outcome.value.value_type().as_str()),
                text("SecretType", GENERIC),
                listed("VersionStages", "VersionStage", stages),
                time("CreateTime", outcome.version.created),
            ],
        )
    }

    /// BatchGetSecretValue: what was read, and what could not be.
    pub(super) fn batch(found: &'a [GetOutcome], failed: &'a [Failed]) -> Self {
        let found = found.iter().map(|outcome| Content::Record(Self::get(outcome).fields));
        let failed = failed.iter().map(|failed| {
            Content::Record(vec![
                text("Code", failed.code.as_str()),
                Field { name: "HttpStatus", content: Content::Number(failed.code.http_status().into()) },
                Field { name: "Message", content: Content::Sentence(visible(&failed.message).into_owned()) },
                secret_name(&failed.name),
            ])
        });
        let values = Field { name: "SecretValues", content: Content::List(found.collect()) };
        let errors = Field { name: "Errors", content: Content::List(failed.collect()) };
        Self::result("BatchGetSecretValue", vec![values, errors])
    }

    /// UpdateSecretVersionStage.
    pub fn stage(outcome: &'a ChangeOutcome) -> Self {
        Self::result("UpdateSecretVersionStage", vec![secret_name(&outcome.name)])
    }

    /// RestoreSecret.
    pub fn restore(outcome: &'a ChangeOutcome) -> Self {
        Self::result("RestoreSecret", vec![secret_name(&outcome.name)])
    }

    /// UpdateSecret.
    pub fn update(outcome: &'a ChangeOutcome) -> Self {
        Self::result("UpdateSecret", vec![secret_name(&outcome.name)])
    }

    /// TagResource.
    pub const fn tag() -> Self {
        Self { kind: Kind::Result("TagResource"), fields: Vec::new() }
    }

    /// UntagResource.
    pub const fn untag() -> Self {
        Self { kind: Kind::Result("UntagResource"), fields: Vec::new() }
    }

    /// TagResources.
    pub(super) const fn tag_resources() -> Self {
        Self { kind: Kind::Result("TagResources"), fields: Vec::new() }
    }

    /// UntagResources.
    pub(super) const fn untag_resources() -> Self {
        Self { kind: Kind::Result("UntagResources"), fields: Vec::new() }
    }

    /// ListTagResources. `next` names the last secret of a page that is not the last one.
    pub(super) fn resource_tags(tags: &[ResourceTag<'a>], next: Option<&'a str>) -> Self {
        let entries = tags.iter().map(|tag| {
            Content::Record(vec![
                text("ResourceId", tag.secret),
                text("ResourceType", "secret"),
                text("TagKey", tag.key),
                text("TagValue", tag.value),
            ])
        });
        let mut fields = vec![listed("TagResources", "TagResource", entries)];
        fields.extend(next.map(|next| text("NextToken", next)));
        Self::result("ListTagResources", fields)
    }

    /// DescribeRegions: this machine.
    pub(super) fn regions() -> Self {
        let region = Content::Record(vec![text("RegionId", "local")]);
        Self::result("DescribeRegions", vec![listed("Regions", "Region", [region].into_iter())])
    }

    /// GetRandomPassword.
    pub fn random_password(password: &'a SecretValue) -> Self {
        Self::result(
            "GetRandomPassword",
            vec![Field { name: "RandomPassword", content: Content::Value(password) }],
        )
    }

    /// DeleteSecret: when the secret may be removed; by force, when it was.
    pub fn delete(outcome: &'a ChangeOutcome) -> Self {
        let planned = outcome.change.as_ref().and_then(|change| change.planned_deletion.as_ref()?.after);
        Self::result(
            "DeleteSecret",
            vec![secret_name(&outcome.name), time("PlannedDeleteTime", planned.unwrap_or(outcome.time))],
        )
    }

    /// DescribeSecret.
    pub fn describe(secret: &'a SecretState, fetch_tags: FetchTags) -> Self {
        let mut fields = vec![
            secret_name(&secret.name),
            text("Description", secret.facts.description.as_str()),
            time("CreateTime", secret.created),
            time("UpdateTime", secret.updated),
            text("SecretType", GENERIC),
        ];
        fields.extend(secret.planned_deletion.map(|planned| time("PlannedDeleteTime", planned)));
        if fetch_tags == FetchTags::Yes {
            fields.push(tags(pairs(&secret.facts.tags)));
        }
        Self::result("DescribeSecret", fields)
    }

    /// DescribeSecret with what etui alone keeps of a secret, and with one version, its value left out.
    ///
    /// `destroyed`: when the version was destroyed, if that was after the time that the answer is about.
    pub fn show(secret: &'a SecretState, version: &'a VersionState, destroyed: Option<Timestamp>) -> Self {
        let mut answer = Self::describe(secret, FetchTags::Yes);
        let number = |name, number| Field { name, content: Content::Number(number) };
        answer
            .fields
            .extend(secret.facts.retention.map(|kept| number("KeepVersions", kept.versions() as u64)));
        answer.fields.extend(secret.facts.rotation.map(|every| number("RotationDays", every.days().into())));
        let mut shown = version_fields(secret, version);
        match destroyed {
            Some(destroyed) => shown.push(time("DestroyTime", destroyed)),
            None => {
                shown.push(text("SecretDataType", version.value_type.as_str()));
                shown.push(number("SecretDataSize", version.size));
            }
        }
        shown.extend(version.note.as_ref().map(|note| text("Note", note.as_str())));
        answer.fields.push(Field { name: "Version", content: Content::Record(shown) });
        answer
    }

    /// ListSecretVersionIds, newest first.
    pub fn versions(secret: &'a SecretState, include: IncludeDeprecated, page: Page) -> Self {
        let matches = || {
            let is_listed = move |version: &&VersionState| {
                include == IncludeDeprecated::Yes || secret.labels.marks(version.key)
            };
            secret.versions.iter().rev().filter(is_listed)
        };
        let total = matches().count();
        let entries = page.cut(matches()).map(|version| version_entry(secret, version));
        let mut fields = vec![secret_name(&secret.name)];
        fields.extend(page_fields(page, total));
        fields.push(listed("VersionIds", "VersionId", entries));
        Self::result("ListSecretVersionIds", fields)
    }

    /// ListSecretVersionIds with what etui alone keeps of a version: its note.
    ///
    /// `destroyed`: which versions were destroyed after the time that the answer is about, and when.
    pub fn log(
        secret: &'a SecretState,
        include: IncludeDeprecated,
        destroyed: &HashMap<VersionKey, Timestamp>,
    ) -> Self {
        let versions: Vec<&VersionState> = secret
            .versions
            .iter()
            .rev()
            .filter(|version| include == IncludeDeprecated::Yes || secret.labels.marks(version.key))
            .collect();
        let total = versions.len();
        let entries = versions.into_iter().map(|version| {
            let mut fields = version_fields(secret, version);
            fields.extend(version.note.as_ref().map(|note| text("Note", note.as_str())));
            fields.extend(destroyed.get(&version.key).map(|destroyed| time("DestroyTime", *destroyed)));
            Content::Record(fields)
        });
        let mut fields = vec![secret_name(&secret.name)];
        fields.extend(page_fields(Page::all(), total));
        fields.push(listed("VersionIds", "VersionId", entries));
        Self::result("ListSecretVersionIds", fields)
    }

    /// ListSecrets with what etui alone tells of a secret: its current version, its labels, its description, and
    /// whether it is due.
    pub fn list(secrets: &[SecretSummary<'a>], now: Timestamp) -> Self {
        let entry = |secret: &SecretSummary<'a>| {
            let mut fields = secret_fields(secret, FetchTags::Yes);
            fields.push(text("Description", secret.description));
            fields.push(text("CurrentVersionId", secret.current.id));
            fields.push(time("CurrentCreateTime", secret.current.created));
            let labels = secret.labels.iter().map(|(label, _)| Content::Text(label));
            fields.push(listed("VersionStages", "VersionStage", labels));
            fields.push(Field { name: "Due", content: Content::Flag(secret.is_due(now)) });
            Content::Record(fields)
        };
        let mut fields = vec![listed("SecretList", "Secret", secrets.iter().map(entry))];
        fields.extend(page_fields(Page::all(), secrets.len()));
        Self::result("ListSecrets", fields)
    }

    /// ListSecrets. `matches` are all that match, `total` is how many they are; the page is cut out here.
    pub fn secrets(
        matches: impl Iterator<Item = SecretSummary<'a>>,
        total: usize,
        page: Page,
        fetch_tags: FetchTags,
    ) -> Self {
        let entries = page.cut(matches).map(|secret| Content::Record(secret_fields(&secret, fetch_tags)));
        let mut fields = vec![listed("SecretList", "Secret", entries)];
        fields.extend(page_fields(page, total));
        Self::result("ListSecrets", fields)
    }

    /// A refusal; it holds no result. The sentences are made harmless to show.
    pub fn error(code: ErrorCode, message: &str, hint: &str) -> Self {
        Self::error_with_status(code.http_status(), code, message, hint)
    }

    /// As [`error`](Self::error), with a status of HTTP that is not the code's own.
    pub(super) fn error_with_status(status: u16, code: ErrorCode, message: &str, hint: &str) -> Self {
        Self {
            kind: Kind::Refusal(code),
            fields: vec![
                Field { name: "HttpStatus", content: Content::Number(u64::from(status)) },
                text("Code", code.as_str()),
                Field { name: "Message", content: Content::Sentence(visible(message).into_owned()) },
                Field { name: "Hint", content: Content::Sentence(visible(hint).into_owned()) },
            ],
        }
    }

    /// The refusal that the vault answered.
    pub fn of_vault_error(error: &VaultError) -> Self {
        Self::error(error.code(), &error.to_string(), &error.hint())
    }

    /// Appends the answer to `out`: one line without its end, with a new RequestId. Answers the code of the
    /// refusal that was written, if one was.
    ///
    /// XML cannot carry every character. Where a result holds such a one, a refusal is written in its place;
    /// that happens to reads only, since the answers to changes hold names, ids, labels and times.
    pub fn write(&self, format: Format, out: &mut SecretBytes) -> Option<ErrorCode> {
        self.write_as(&RequestId::make().to_string(), format, out)
    }

    /// As [`write`](Self::write), with a RequestId that is there.
    pub(super) fn write_as(
        &self,
        request_id: &str,
        format: Format,
        out: &mut SecretBytes,
    ) -> Option<ErrorCode> {
        let start = out.len();
        match format {
            Format::Json => json::write_answer(request_id, &self.fields, out),
            Format::Xml => {
                if let Err(xml::NotXml) = xml::write_answer(&self.root(), request_id, &self.fields, out) {
                    out.truncate(start);
                    return not_xml().write_as(request_id, format, out);
                }
            }
        }
        match self.kind {
            Kind::Result(_) => None,
            Kind::Refusal(code) => Some(code),
        }
    }

    fn result(action: &'static str, fields: Vec<Field<'a>>) -> Self {
        Self { kind: Kind::Result(action), fields }
    }

    fn root(&self) -> String {
        match self.kind {
            Kind::Result(action) => format!("{action}Response"),
            Kind::Refusal(_) => "Error".to_owned(),
        }
    }
}

fn not_xml() -> Answer<'static> {
    Answer::error(
        ErrorCode::UnsupportedOperation,
        "the answer holds a character that XML cannot carry",
        "ask for it with --format json",
    )
}

fn text<'a>(name: &'static str, text: &'a str) -> Field<'a> {
    Field { name, content: Content::Text(text) }
}

fn time<'a>(name: &'static str, time: Timestamp) -> Field<'a> {
    Field { name, content: Content::Time(time) }
}

fn secret_name(name: &SecretName) -> Field<'_> {
    text("SecretName", name.as_str())
}

/// A list as the API has it: a record with one name, under which the entries stand.
fn listed<'a>(
    name: &'static str,
    entry: &'static str,
    entries: impl Iterator<Item = Content<'a>>,
) -> Field<'a> {
    let list = Field { name: entry, content: Content::List(entries.collect()) };
    Field { name, content: Content::Record(vec![list]) }
}

fn page_fields<'a>(page: Page, total: usize) -> [Field<'a>; 3] {
    let total = total as u64;
    [
        Field { name: "PageNumber", content: Content::Number(page.number()) },
        Field { name: "PageSize", content: Content::Number(page.size(total)) },
        Field { name: "TotalCount", content: Content::Number(total) },
    ]
}

fn version_entry<'a>(secret: &'a SecretState, version: &'a VersionState) -> Content<'a> {
    Content::Record(version_fields(secret, version))
}

fn version_fields<'a>(secret: &'a SecretState, version: &'a VersionState) -> Vec<Field<'a>> {
    let marking = secret.labels.iter().filter(|(_, target)| target.key == version.key);
    vec![
        text("VersionId", version.id.as_str()),
        time("CreateTime", version.created),
        listed("VersionStages", "VersionStage", marking.map(|(label, _)| Content::Text(label.as_str()))),
    ]
}

fn secret_fields<'a>(secret: &SecretSummary<'a>, fetch_tags: FetchTags) -> Vec<Field<'a>> {
    let mut fields = vec![
        text("SecretName", secret.name),
        text("SecretType", GENERIC),
        time("CreateTime", secret.created),
        time("UpdateTime", secret.updated),
    ];
    fields.extend(secret.planned_deletion.map(|planned| time("PlannedDeleteTime", planned)));
    if fetch_tags == FetchTags::Yes {
        fields.push(tags(secret.tags.iter()));
    }
    fields
}

fn pairs(tags: &Tags) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))
}

fn tags<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Field<'a> {
    let entry = |(key, value)| Content::Record(vec![text("TagKey", key), text("TagValue", value)]);
    listed("Tags", "Tag", pairs.map(entry))
}

#[cfg(test)]
mod tests;
