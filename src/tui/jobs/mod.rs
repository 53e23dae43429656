//! Long work: the worker tells how far it is, the app shows it and can be left, and what leaves nothing behind
//! halfway can be stopped.
//!
//! [`Watched`] is all that both sides share: two numbers and a wish. The worker writes the numbers as it goes;
//! the app looks at them with the ticks that it asks for while work runs, and with no others.

mod import;
mod locks;
mod removal;

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::ask::failure::Failure;
use super::session::Session;
use crate::domain::Folder;
use crate::exchange::ExportFormat;
use crate::vault::{ImportReport, Loss, OnRefusal, Progress, VerifyReport, write_secret_file};

pub use crate::vault::{Relocking, Removal};
pub use import::{Incoming, OtherLocks, ToRead};
pub use locks::{KeyFileWish, NewLocks, Relocked};
pub use removal::Scope;

/// Long work.
pub enum Job {
    /// Changes the password, or the vault key.
    Relock(Relocking, NewLocks),
    /// Checks everything.
    Verify,
    /// Copies the vault into a new file.
    BackUp(PathBuf),
    /// Reads what an import shall bring, and plans it.
    ReadImport(ToRead),
    /// Imports what was read last.
    Import(OnRefusal),
    /// Writes secrets out, unencrypted.
    Export {
        /// What shall read them.
        format: ExportFormat,
        /// Only those below it.
        folder: Option<Folder>,
        /// The new file.
        path: PathBuf,
    },
    /// Says what would be removed for good.
    PlanRemoval(Scope),
    /// Removes what was shown.
    Remove(Scope, Vec<Removal>),
}

/// What a job is, without what it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "as the jobs above")]
pub enum JobKind {
    ChangePassword,
    Rekey,
    Verify,
    BackUp,
    ReadImport,
    Import,
    Export,
    PlanRemoval,
    Remove,
}

impl JobKind {
    /// What is going on.
    pub const fn doing(self) -> &'static str {
        match self {
            Self::ChangePassword => "changing the password",
            Self::Rekey => "re-encrypting everything",
            Self::Verify => "checking the vault",
            Self::BackUp => "backing the vault up",
            Self::ReadImport => "reading the import",
            Self::Import => "importing",
            Self::Export => "exporting",
            Self::PlanRemoval => "looking what would be removed",
            Self::Remove => "removing for good",
        }
    }

    /// Whether it leaves nothing behind where it is stopped. The others are waited for.
    pub const fn can_be_stopped(self) -> bool {
        matches!(self, Self::Verify | Self::BackUp | Self::ReadImport | Self::Import)
    }
}

impl Job {
    /// What it is.
    pub const fn kind(&self) -> JobKind {
        match self {
            Self::Relock(Relocking::Password, _) => JobKind::ChangePassword,
            Self::Relock(Relocking::VaultKey, _) => JobKind::Rekey,
            Self::Verify => JobKind::Verify,
            Self::BackUp(_) => JobKind::BackUp,
            Self::ReadImport(_) => JobKind::ReadImport,
            Self::Import(_) => JobKind::Import,
            Self::Export { .. } => JobKind::Export,
            Self::PlanRemoval(_) => JobKind::PlanRemoval,
            Self::Remove(..) => JobKind::Remove,
        }
    }
}

/// What a job has done.
pub enum Done {
    /// The locks are new.
    Relocked(Box<Relocked>),
    /// The vault was checked.
    Verified(VerifyReport),
    /// The copy is made and checked.
    BackedUp {
        /// Where it lies.
        path: PathBuf,
        /// What is in it.
        report: VerifyReport,
    },
    /// What an import would do.
    ImportPlanned {
        /// The name of its format.
        source: &'static str,
        /// The plan.
        report: Box<ImportReport>,
        /// Whether the vault changed since the plan that was shown.
        is_other_than_shown: bool,
    },
    /// The other vault has a key of its own.
    OtherVaultIsLocked {
        /// Whether it needs a key file too.
        needs_key_file: bool,
    },
    /// The import is in the vault.
    Imported(Box<ImportReport>),
    /// The file is written.
    Exported {
        /// Where it lies.
        path: PathBuf,
        /// How many secrets are in it.
        secrets: usize,
        /// What the format cannot hold.
        losses: Vec<Loss>,
    },
    /// What would be removed for good.
    RemovalPlanned(Vec<Removal>),
    /// What was.
    Removed(Vec<Removal>),
}

/// What the worker and the app share while a job is done.
#[derive(Debug, Default)]
pub struct Watched {
    done: AtomicU64,
    total: AtomicU64,
    stop: AtomicBool,
}

impl Watched {
    /// Tells how far it is; the answer says whether to go on.
    pub fn tell(&self, Progress { done, total }: Progress) -> ControlFlow<()> {
        self.total.store(total, Ordering::Relaxed);
        self.done.store(done, Ordering::Relaxed);
        if self.stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        let total = self.total.load(Ordering::Relaxed);
        Progress { done: self.done.load(Ordering::Relaxed).min(total), total }
    }

    /// Wishes that it stops.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Does a job; runs on the worker.
pub(super) fn perform(session: &mut Session, job: Job, watched: &Watched) -> Result<Done, Failure> {
    match job {
        Job::Relock(relocking, wanted) => locks::relock(session, relocking, wanted, watched),
        Job::Verify => {
            let report = session.vault()?.verify_watched(&mut |progress| watched.tell(progress))?;
            Ok(Done::Verified(report))
        }
        Job::BackUp(path) => {
            refuse_taken(&path)?;
            let report = session.vault()?.back_up_watched(&path, &mut |progress| watched.tell(progress))?;
            Ok(Done::BackedUp { path, report })
        }
        Job::ReadImport(wanted) => import::read(session, &wanted, watched),
        Job::Import(on_refusal) => import::import(session, on_refusal, watched),
        Job::Export { format, folder, path } => export(session, format, folder.as_ref(), path),
        Job::PlanRemoval(scope) => removal::plan(session, &scope),
        Job::Remove(scope, shown) => removal::remove(session, &scope, shown),
    }
}

fn export(
    session: &mut Session,
    format: ExportFormat,
    folder: Option<&Folder>,
    path: PathBuf,
) -> Result<Done, Failure> {
    refuse_taken(&path)?;
    let below = folder.map_or("", Folder::as_str);
    let batch = session.vault()?.give_out(|name| name.starts_with(below))?;
    let (text, mut losses) = format.write(&batch, below);
    let secrets = batch.secrets.len() - losses.iter().filter(|loss| loss.is_whole()).count();
    losses.splice(0..0, batch.losses);
    if secrets == 0 {
        return Err(Failure::told("there is nothing to export", "name another folder, or none"));
    }
    write_secret_file(&path, &text)?;
    Ok(Done::Exported { path, secrets, losses })
}

/// Nothing is ever written over from here.
fn refuse_taken(path: &Path) -> Result<(), Failure> {
    match fs::symlink_metadata(path) {
        Err(_) => Ok(()),
        Ok(_) => Err(Failure::told(
            format!("there is a file at '{}' already", path.display()),
            "choose another path; nothing is written over from here",
        )),
    }
}
