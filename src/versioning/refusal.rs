//! Every reason to say no, named as the contract names it.

use thiserror::Error;

use crate::domain::{
    ErrorCode, Folder, Invalid, SecretName, StageLabel, Tags, Timestamp, ValueType, VersionId, count,
};

/// Why an operation was refused. A refusal changes nothing. Each has a [code](Self::code), a sentence
/// (`Display`) and a [hint](Self::hint); none ever quotes a value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[allow(missing_docs, reason = "the sentence of each variant says what it is")]
pub enum Refusal {
    #[error("{0}")]
    Invalid(#[from] Invalid),
    #[error("the list of stage labels is empty")]
    NoStages,
    #[error("one version cannot be both ACSCurrent and ACSPrevious")]
    CurrentAndPrevious,
    #[error("no version is named for label '{label}'")]
    NothingToMove { label: StageLabel },
    #[error("label '{label}' can be moved, but not removed")]
    BuiltInStays { label: StageLabel },
    #[error("label '{label}' of secret '{name}' does not mark version '{claimed}'{}", marks(.bearer.as_ref()))]
    NotTheBearer { name: SecretName, label: StageLabel, claimed: VersionId, bearer: Option<VersionId> },
    #[error("version '{version}' is the current one and cannot be the previous one too")]
    PreviousOntoCurrent { version: VersionId },
    #[error("version '{version}' of secret '{name}' is not the one that the label marks: that is '{marked}'")]
    SelectorsDisagree { name: SecretName, version: VersionId, marked: VersionId },
    #[error("a recovery window lasts 7 to 30 days")]
    WindowOutOfRange,
    #[error("force and a recovery window exclude each other")]
    WindowAndForce,
    #[error("there is no secret '{name}'")]
    NoSuchSecret {
        name: SecretName,
        /// The name that was probably meant. Only for whoever may read every name of the vault.
        near: Option<SecretName>,
    },
    #[error("secret '{name}' has no version '{version}'")]
    NoSuchVersion { name: SecretName, version: VersionId },
    #[error("secret '{name}' has no label '{label}'")]
    NoSuchLabel {
        name: SecretName,
        label: StageLabel,
        /// The label that was probably meant.
        near: Option<StageLabel>,
    },
    #[error("secret '{name}' has no version that was current before")]
    NoPrevious { name: SecretName },
    #[error("secret '{name}' has {} older than '{version}'", fewer_than(*.older))]
    PastTheOldest { name: SecretName, version: VersionId, older: u32 },
    #[error("secret '{name}' already exists")]
    NameTaken { name: SecretName },
    #[error("the name '{name}' belongs to a secret that is scheduled for deletion on {planned}")]
    NameInWindow { name: SecretName, planned: Timestamp },
    #[error("secret '{name}' is scheduled for deletion on {planned}")]
    InDeleteWindow { name: SecretName, planned: Timestamp },
    #[error("version '{version}' of secret '{name}' already exists with {}", difference(.same_bytes_as))]
    VersionExists {
        name: SecretName,
        version: VersionId,
        free: VersionId,
        /// The type of the stored value, where that is all that differs.
        same_bytes_as: Option<ValueType>,
    },
    #[error("{}", stored_twice(.name, .version, .now))]
    VersionRenamed {
        name: SecretName,
        version: VersionId,
        /// What those are called now that are left. Never empty.
        now: Vec<VersionId>,
    },
    #[error("{}; the id stays taken", stored_twice(.name, .version, .now))]
    IdStaysTaken {
        name: SecretName,
        version: VersionId,
        /// What those are called now that are left. Never empty.
        now: Vec<VersionId>,
        free: VersionId,
    },
    #[error("secret '{name}' is not scheduled for deletion")]
    NotScheduled { name: SecretName },
    #[error("there is no secret in folder '{}'", .folder.as_str())]
    EmptyFolder { folder: Folder },
    #[error("secret '{name}' cannot get its new name: {invalid}")]
    BadNewName { name: SecretName, invalid: Invalid },
    #[error("{}: {}", count(obstacles.len() as u64, "obstacle"), sentences(obstacles))]
    Several {
        /// Why an operation on many secrets was refused: each is about one of them. Never empty.
        obstacles: Vec<Self>,
    },
    #[error("secret '{name}' would carry more than 8 stage labels, ACSCurrent and ACSPrevious counted")]
    LabelLimit { name: SecretName },
    #[error("secret '{name}' would carry more than {limit} tags", limit = Tags::LIMIT)]
    TagLimit { name: SecretName },
    #[error("secret '{name}' changed since this was planned")]
    Changed { name: SecretName },
    #[error("secret '{name}' was removed for good, and that cannot be undone")]
    DestroyedForGood { name: SecretName },
    #[error(
        "label '{label}' of secret '{name}' would return to version '{version}', which is destroyed for good"
    )]
    LabelTargetGone { name: SecretName, label: StageLabel, version: VersionId },
    #[error("the note would return to version '{version}' of secret '{name}', which is destroyed for good")]
    NotedVersionGone { name: SecretName, version: VersionId },
    #[error("'{name}' cannot be read: {why}")]
    Unreadable { name: SecretName, why: String },
    #[error("there was no secret '{name}' at {at}")]
    NoSuchSecretThen {
        name: SecretName,
        at: Timestamp,
        /// When the secret was created that has this name now.
        created: Option<Timestamp>,
    },
    #[error("secret '{name}' was scheduled for deletion at that time, on {planned}")]
    ScheduledThen { name: SecretName, planned: Timestamp },
    #[error("version '{version}' of secret '{name}' was destroyed at {destroyed}; its value is gone")]
    DestroyedSince { name: SecretName, version: VersionId, destroyed: Timestamp },
    #[error("there is nothing to undo")]
    NothingToUndo,
    #[error("there is nothing to redo")]
    NothingToRedo,
    #[error("the vault changed since this was planned")]
    VaultChanged,
    #[error("the clock says {now}, but the vault of secret '{name}' was changed on {newest_event}")]
    ClockBehind { name: SecretName, now: Timestamp, newest_event: Timestamp },
}

fn sentences(obstacles: &[Refusal]) -> String {
    let sentences: Vec<String> = obstacles.iter().map(Refusal::to_string).collect();
    sentences.join("; ")
}

/// After a merge of copies that gave one id to different values.
fn stored_twice(name: &SecretName, version: &VersionId, now: &[VersionId]) -> String {
    let now: Vec<String> = now.iter().map(|id| format!("'{id}'")).collect();
    let now = now.join(" and ");
    format!(
        "copies of the vault stored different values as version '{version}' of secret '{name}': now {now}"
    )
}

fn difference(same_bytes_as: &Option<ValueType>) -> &'static str {
    match same_bytes_as {
        None => "a different value",
        Some(ValueType::Text) => "these bytes as text; as binary they count as a different value",
        Some(ValueType::Binary) => "these bytes as binary; as text they count as a different value",
    }
}

fn fewer_than(older: u32) -> String {
    if older == 1 { "no version".to_owned() } else { format!("fewer than {older} versions") }
}

fn marks(bearer: Option<&VersionId>) -> String {
    bearer.map_or_else(|| ", nor any other".to_owned(), |bearer| format!(", it marks '{bearer}'"))
}

impl Refusal {
    /// The code of the contract.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Invalid(_)
            | Self::NoStages
            | Self::CurrentAndPrevious
            | Self::NothingToMove { .. }
            | Self::BuiltInStays { .. }
            | Self::NotTheBearer { .. }
            | Self::PreviousOntoCurrent { .. }
            | Self::SelectorsDisagree { .. }
            | Self::WindowOutOfRange
            | Self::WindowAndForce
            | Self::BadNewName { .. }
            | Self::Unreadable { .. } => ErrorCode::InvalidParameter,
            Self::NoSuchSecret { .. }
            | Self::EmptyFolder { .. }
            | Self::NoSuchVersion { .. }
            | Self::VersionRenamed { .. }
            | Self::NoSuchLabel { .. }
            | Self::NoPrevious { .. }
            | Self::PastTheOldest { .. }
            | Self::NoSuchSecretThen { .. }
            | Self::DestroyedSince { .. } => ErrorCode::ResourceNotFound,
            Self::NameTaken { .. } | Self::VersionExists { .. } | Self::IdStaysTaken { .. } => {
                ErrorCode::ResourceExist
            }
            Self::NameInWindow { .. } | Self::InDeleteWindow { .. } | Self::ScheduledThen { .. } => {
                ErrorCode::ResourceInDeleteWindow
            }
            Self::NotScheduled { .. } | Self::ClockBehind { .. } => ErrorCode::ResourceInUse,
            Self::LabelLimit { .. } | Self::TagLimit { .. } => ErrorCode::LimitExceeded,
            Self::Changed { .. } | Self::VaultChanged => ErrorCode::ResourceChanged,
            Self::DestroyedForGood { .. }
            | Self::LabelTargetGone { .. }
            | Self::NotedVersionGone { .. }
            | Self::NothingToUndo
            | Self::NothingToRedo => ErrorCode::UnsupportedOperation,
            Self::Several { obstacles } => match obstacles.as_slice() {
                [first, ..] => first.code(),
                [] => ErrorCode::InternalFailure,
            },
        }
    }

    /// What to do next; empty where the sentence says it.
    pub fn hint(&self) -> String {
        match self {
            Self::Invalid(_) => String::new(),
            Self::NoStages => "give at least one label, or leave the list out to mean ACSCurrent".to_owned(),
            Self::CurrentAndPrevious => {
                "name one of the two: the version that was current becomes the previous one by itself"
                    .to_owned()
            }
            Self::NothingToMove { .. } => {
                "name the version that gets it, or the one that loses it".to_owned()
            }
            Self::BuiltInStays { .. } => "name the version that gets it instead".to_owned(),
            Self::NotTheBearer { name, .. }
            | Self::NoSuchVersion { name, .. }
            | Self::PastTheOldest { name, .. } => {
                format!("run `etui log {name} --all` to see its versions and their labels")
            }
            Self::NoSuchLabel { near: Some(near), .. } => format!("did you mean '{near}'?"),
            Self::NoSuchLabel { name, .. } => format!("run `etui log {name}` to see its labels"),
            Self::PreviousOntoCurrent { .. } => {
                "move ACSCurrent instead: ACSPrevious follows by itself".to_owned()
            }
            Self::SelectorsDisagree { .. } => "name the version or the label, not both".to_owned(),
            Self::WindowOutOfRange => String::new(),
            Self::WindowAndForce => "leave one of the two out".to_owned(),
            Self::NoSuchSecret { .. } | Self::EmptyFolder { .. } => {
                "run `etui list` to see the names".to_owned()
            }
            Self::NoPrevious { name } => {
                format!("put a second version first, or run `etui stage {name} ACSCurrent --to ID`")
            }
            Self::NameTaken { name } => {
                format!("choose another name, or add a version with `etui put {name}`")
            }
            Self::NameInWindow { name, .. } => format!(
                "restore it with `etui restore {name}`, or delete it for good with `etui rm {name} --force`"
            ),
            Self::InDeleteWindow { name, .. } => {
                format!("run `etui restore {name}` to cancel the deletion")
            }
            Self::VersionRenamed { .. } => "name the one that you mean".to_owned(),
            Self::VersionExists { free, .. } | Self::IdStaysTaken { free, .. } => {
                format!("choose another version id: '{free}' is free")
            }
            Self::NotScheduled { .. } | Self::BadNewName { .. } => String::new(),
            Self::Several { .. } => "nothing was changed".to_owned(),
            Self::LabelLimit { .. } => "remove a custom label first, or use one that is there".to_owned(),
            Self::TagLimit { .. } => "remove a tag first".to_owned(),
            Self::DestroyedForGood { .. } | Self::LabelTargetGone { .. } | Self::NotedVersionGone { .. } => {
                "nothing was changed; earlier changes can be reverted by hand".to_owned()
            }
            Self::Unreadable { .. } => "correct it at its source, or leave it out".to_owned(),
            Self::NoSuchSecretThen { created: Some(created), .. } => {
                format!("the secret that has this name now was created at {created}")
            }
            Self::NoSuchSecretThen { at, created: None, .. } => {
                format!("run `etui list --at {at}` to see the names of that time")
            }
            Self::ScheduledThen { .. } => "choose a time before that or after its restoration".to_owned(),
            Self::DestroyedSince { .. } => "a backup of that time may still hold it".to_owned(),
            Self::NothingToUndo => "run `etui audit` to see the history".to_owned(),
            Self::NothingToRedo => "only the last undo can be redone, before any other change".to_owned(),
            Self::Changed { .. } | Self::VaultChanged => {
                "look at the new state, then decide again".to_owned()
            }
            Self::ClockBehind { .. } => "set the clock of this machine, or use --force".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
