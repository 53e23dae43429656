//! Background jobs as data: what is asked for, and what was done.

use std::path::PathBuf;

#[cfg(feature = "engines")]
use super::engine_job::{EngineDone, EngineJob};
use super::other_copy::{MergeAsShown, MergedCopy, OtherLocks, PlannedMerge, ToMerge};
use crate::domain::{Folder, SecretName};
use crate::exchange::{ColumnMap, ExportFormat, Source, keepass};
use crate::memory::SecretBytes;
use crate::vault::{
    self, ImportReport, IncomingBatch, Loss, NewKeyFile, OnRefusal, Relocking, Removal, RemovalKind,
    VerifyReport,
};

pub enum Job {
    /// Changes the password, or the vault key.
    Relock(Relocking, NewLocks),
    /// Brings the vault into the newest format, with its present password.
    Upgrade(SecretBytes),
    Verify,
    /// Copies the vault into a new file.
    BackUp(PathBuf),
    /// Reads what an import brings, and plans it.
    ReadImport(ToRead),
    /// Imports what was read last.
    Import(OnRefusal),
    /// Looks at another copy of the vault, and says what a merge with it would do.
    PlanMerge(ToMerge),
    /// Merges it as it was shown.
    Merge(ToMerge, Box<MergeAsShown>),
    /// Writes secrets out.
    Export {
        /// In which format.
        written: WrittenAs,
        /// Only those below it.
        folder: Option<Folder>,
        /// Only these; none means all.
        only: Vec<SecretName>,
        path: PathBuf,
    },
    /// Says what would be removed for good.
    PlanRemoval(Scope),
    /// Removes what was shown.
    Remove(Scope, Vec<Removal>),
    /// Pushes or pulls, or plans it.
    #[cfg(feature = "engines")]
    Engine(EngineJob),
}

/// What a job is, without what it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "as the jobs above")]
pub enum JobKind {
    ChangePassword,
    Rekey,
    Upgrade,
    Verify,
    BackUp,
    ReadImport,
    Import,
    PlanMerge,
    Merge,
    Export,
    PlanRemoval,
    Remove,
    PlanPush,
    Push,
    PlanPull,
    Pull,
}

impl JobKind {
    /// What is going on.
    pub const fn doing(self) -> &'static str {
        match self {
            Self::ChangePassword => "changing the password",
            Self::Rekey => "re-encrypting everything",
            Self::Upgrade => "upgrading the vault",
            Self::Verify => "checking the vault",
            Self::BackUp => "backing the vault up",
            Self::ReadImport => "reading the import",
            Self::Import => "importing",
            Self::PlanMerge => "reading the other copy",
            Self::Merge => "merging",
            Self::Export => "exporting",
            Self::PlanRemoval => "checking what would be removed",
            Self::Remove => "removing for good",
            Self::PlanPush => "comparing with the engine",
            Self::Push => "pushing",
            Self::PlanPull => "reading the engine",
            Self::Pull => "pulling",
        }
    }

    /// That it was stopped and left nothing behind.
    pub fn stopped(self) -> String {
        format!("{} was stopped: nothing was changed", self.doing())
    }

    /// Whether it leaves nothing behind where it is stopped, or what was done is whole and the next one goes on. The
    /// others are waited for.
    pub const fn can_be_stopped(self) -> bool {
        matches!(
            self,
            Self::Verify
                | Self::BackUp
                | Self::ReadImport
                | Self::Import
                | Self::PlanMerge
                | Self::PlanPush
                | Self::Push
                | Self::PlanPull
                | Self::Pull
        )
    }
}

impl Job {
    pub const fn kind(&self) -> JobKind {
        match self {
            Self::Relock(Relocking::Password, _) => JobKind::ChangePassword,
            Self::Relock(Relocking::VaultKey, _) => JobKind::Rekey,
            Self::Upgrade(_) => JobKind::Upgrade,
            Self::Verify => JobKind::Verify,
            Self::BackUp(_) => JobKind::BackUp,
            Self::ReadImport(_) => JobKind::ReadImport,
            Self::Import(_) => JobKind::Import,
            Self::PlanMerge(_) => JobKind::PlanMerge,
            Self::Merge(..) => JobKind::Merge,
            Self::Export { .. } => JobKind::Export,
            Self::PlanRemoval(_) => JobKind::PlanRemoval,
            Self::Remove(..) => JobKind::Remove,
            #[cfg(feature = "engines")]
            Self::Engine(job) => match job {
                EngineJob::PlanPush(..) => JobKind::PlanPush,
                EngineJob::Push(..) => JobKind::Push,
                EngineJob::PlanPull { .. } => JobKind::PlanPull,
                EngineJob::Pull => JobKind::Pull,
            },
        }
    }
}

/// What a job has done.
pub enum Done {
    /// The locks are new.
    Relocked(Box<Relocked>),
    /// The vault is in the newest format, and was checked.
    Upgraded,
    /// The vault was checked.
    Verified(VerifyReport),
    /// The copy is made and checked.
    BackedUp {
        path: PathBuf,
        /// What is in it.
        report: VerifyReport,
    },
    /// What an import would do.
    ImportPlanned {
        /// The name of its format.
        source: &'static str,
        report: Box<ImportReport>,
        /// Whether the vault changed since the plan that was shown.
        is_other_than_shown: bool,
    },
    /// The file that is to be imported has a password of its own.
    FileIsLocked,
    /// The store that is to be imported is decrypted with identities of age.
    StoreNeedsIdentities,
    /// The other vault has a key of its own.
    OtherVaultIsLocked {
        /// Whether it needs a key file too.
        needs_key_file: bool,
    },
    /// The import is in the vault.
    Imported(Box<ImportReport>),
    /// What a merge would do.
    MergePlanned(Box<PlannedMerge>),
    Merged(Box<MergedCopy>),
    /// The file is written.
    Exported {
        path: PathBuf,
        is_encrypted: bool,
        /// How many secrets are in it.
        secrets: usize,
        /// What the format cannot hold.
        losses: Vec<Loss>,
    },
    /// What would be removed for good.
    RemovalPlanned(Vec<Removal>),
    Removed(Vec<Removal>),
    /// What came of a push or pull, or of its plan.
    #[cfg(feature = "engines")]
    Engine(EngineDone),
}

/// How an export is written.
pub enum WrittenAs {
    /// So that anybody can read it.
    Plain(ExportFormat),
    /// As a database of KeePass that this password opens.
    Kdbx(keepass::Writer, SecretBytes),
}

/// What locks the vault from then on.
pub struct NewLocks {
    pub present: SecretBytes,
    pub new: SecretBytes,
    pub key_file: NewKeyFile,
}

/// What was replaced, and what that means for the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relocked {
    /// What the vault says of it.
    pub done: vault::Relocked,
    /// The key file that is needed now.
    pub key_file: Option<PathBuf>,
    /// What is not as it should be but stops nothing.
    pub notices: Vec<String>,
}

/// What is to be read.
pub struct ToRead {
    /// What wrote it; `None` is recognised by its content.
    pub source: Option<Source>,
    /// Which columns become what, where it is CSV.
    pub columns: Option<ColumnMap>,
    pub path: PathBuf,
    /// The folder that it is put below.
    pub folder: Option<Folder>,
    /// What opens it, where it is a vault with a key of its own or a file with a password.
    pub locks: Option<OtherLocks>,
}

/// What was read, and the plan that was shown of it; it waits in the session for the word to import it.
pub struct Incoming {
    pub(super) batch: IncomingBatch,
    pub(super) shown: ImportReport,
    pub(super) source: Source,
}

/// Which secrets are removed, and why they may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// This one, without a window.
    Force(SecretName),
    /// This one, which is past its window.
    One(SecretName),
    /// All that are past their window.
    Past,
}

impl Scope {
    /// By which rule they may be removed.
    pub(super) const fn kind(&self) -> RemovalKind {
        match self {
            Self::Force(_) => RemovalKind::Force,
            Self::One(_) | Self::Past => RemovalKind::PastWindow { trust_clock: false },
        }
    }
}
