//! What the worker answers.

use crate::codes::Code;
use crate::domain::{SecretName, SecretValue, VersionId};
use crate::generator::Generated;
use crate::platform::user_files::Completion;
use crate::query::Catalogue;
use crate::tui::comparison::Comparison;
use crate::tui::file_value::FileContent;
use crate::tui::holders::Holders;
use crate::tui::jobs::Done;
use crate::tui::outline::Outline;
use crate::tui::session::{CopyRoute, Found, Opened};
use crate::vault::{
    BulkOutcome, BulkPlan, BulkRequest, ChangeOutcome, CreateOutcome, HistoryEntry, KdfCost, Planned,
    PlannedPut, PutOutcome, Refreshed, SecretDetails, TakeBackOutcome, TakeBackPlan,
};

use super::failure::Failure;
use super::ticket::Ticket;
use super::work::Reads;

/// An answer, and who asked.
pub struct Answered {
    pub ticket: Ticket,
    /// Whether the question was about the vault that was open.
    pub is_of_open_vault: bool,
    /// Whether the question was a preview, of something that may have changed since.
    pub is_preview: bool,
    pub result: Result<Answer, Failure>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Copied {
    /// The value of a version.
    Value {
        name: SecretName,
        version_id: VersionId,
    },
    /// A field of a value.
    Field {
        name: SecretName,
        version_id: VersionId,
        field: String,
    },
    Code {
        name: SecretName,
        version_id: VersionId,
    },
    Reference {
        name: SecretName,
        version_id: VersionId,
    },
    Command(Reads),
}

/// What became of many secrets.
pub struct ChangedMany {
    pub request: BulkRequest,
    pub outcome: BulkOutcome,
}

/// What came of work that was done; named as the [`Work`](super::Work) that asked for it.
pub enum Answer {
    Found(Found),
    /// Names where a path leads, folders with their `/`.
    Around(Vec<String>),
    Measured(KdfCost),
    /// A vault was unlocked, or created.
    Opened(Box<Opened>),
    Locked,
    PlaceKept,
    Refreshed(Refreshed),
    Listed(Box<Catalogue>),
    Described(Box<SecretDetails>),
    Outlined(Box<Outline>),
    Revealed {
        name: SecretName,
        version_id: VersionId,
        field: Option<String>,
        value: SecretValue,
    },
    Copied {
        what: Copied,
        route: CopyRoute,
    },
    /// Nothing is copied yet: the value has fields of which one may be meant.
    FieldsToCopy {
        name: SecretName,
        version_id: VersionId,
        fields: Vec<String>,
    },
    Code(Box<Code>),
    ClipboardCleared,
    SettingsUsed,
    /// A setting is in the file now, or why not.
    SettingSaved {
        /// "theme = dark".
        setting: String,
        file: String,
        problem: Option<String>,
    },
    PlannedPut(Box<PlannedPut>),
    ValueToEdit {
        name: SecretName,
        version_id: VersionId,
        value: SecretValue,
    },
    ValueTaken {
        version_id: VersionId,
        value: SecretValue,
    },
    FileRead(Box<FileContent>),
    /// What was typed of a path, and what can be made of it.
    PathCompleted {
        typed: String,
        completion: Completion,
    },
    Written,
    Generated(Generated),
    Put(Box<PutOutcome>),
    SecretCreated(Box<CreateOutcome>),
    PlannedChange(Box<Planned>),
    Changed(Box<ChangeOutcome>),
    PlannedBulk(Box<BulkPlan>),
    ChangedMany(Box<ChangedMany>),
    PlannedTakeBack(Box<TakeBackPlan>),
    Diff(Box<Comparison>),
    Which(Box<Holders>),
    /// Newest first.
    History(Vec<HistoryEntry>),
    Job(Box<Done>),
    IncomingForgotten,
    /// Whether the file that was merged is deleted.
    MergedDeleted {
        is_gone: bool,
    },
    TakenBack(Box<TakeBackOutcome>),
}

/// What may be all that somebody waits for.
pub trait Part: Sized {
    /// Taken out of an answer, where it is that.
    fn of(answer: Answer) -> Option<Self>;
}

macro_rules! parts {
    ($($variant:ident($part:ty),)*) => {
        $(impl Part for $part {
            fn of(answer: Answer) -> Option<Self> {
                match answer {
                    Answer::$variant(part) => Some(part),
                    _ => None,
                }
            }
        })*
    };
}

parts! {
    Found(Found),
    Around(Vec<String>),
    Measured(KdfCost),
    Opened(Box<Opened>),
    Described(Box<SecretDetails>),
    Code(Box<Code>),
    PlannedPut(Box<PlannedPut>),
    FileRead(Box<FileContent>),
    Generated(Generated),
    PlannedChange(Box<Planned>),
    PlannedBulk(Box<BulkPlan>),
    PlannedTakeBack(Box<TakeBackPlan>),
    Diff(Box<Comparison>),
    Which(Box<Holders>),
    History(Vec<HistoryEntry>),
    Job(Box<Done>),
}
