//! Background jobs: the worker tells how far a job is, the app shows it and can be left, and a job that leaves
//! nothing behind halfway can be stopped.
//!
//! [`Watched`] is all that both sides share: two numbers and a request to stop. The worker writes the numbers as
//! it goes; the app reads them with the ticks that it asks for while a job runs.

#[cfg(feature = "engines")]
mod engine;
#[cfg(feature = "engines")]
mod engine_job;
mod import;
mod job;
mod locks;
mod merge;
mod other;
mod other_copy;
mod removal;
mod watched;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ask::failure::Failure;
use super::session::Session;
use crate::crypto::KdfCost;
use crate::domain::{Folder, SecretName};
use crate::memory::SecretBytes;
use crate::vault::{VaultError, write_secret_file};

#[cfg(feature = "engines")]
pub use engine_job::{EngineDone, EngineJob, FromEngine, PushScope, Target};
pub use job::{Done, Incoming, Job, JobKind, NewLocks, Relocked, Scope, ToRead, WrittenAs};
pub use merge::FromRemote;
pub use other_copy::{ChosenSides, MergeAsShown, MergedCopy, OtherCopy, OtherLocks, PlannedMerge, ToMerge};
pub use watched::Watched;

/// Does a job; runs on the worker.
pub(super) fn perform(session: &mut Session, job: Job, watched: &Arc<Watched>) -> Result<Done, Failure> {
    match job {
        Job::Relock(relocking, wanted) => locks::relock(session, relocking, wanted, watched),
        Job::Upgrade(password) => upgrade(session, password, watched),
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
        Job::PlanMerge(wanted) => merge::plan(session, wanted, watched),
        Job::Merge(wanted, shown) => merge::merge(session, &wanted, &shown, watched),
        Job::Export { written, folder, only, path } => export(session, written, folder.as_ref(), &only, path),
        Job::PlanRemoval(scope) => removal::plan(session, &scope),
        Job::Remove(scope, shown) => removal::remove(session, &scope, shown),
        #[cfg(feature = "engines")]
        Job::Engine(job) => engine::perform(session, job, watched),
    }
}

fn upgrade(session: &mut Session, password: SecretBytes, watched: &Watched) -> Result<Done, Failure> {
    let present = session.credentials(password)?;
    let upgraded = session.vault()?.upgrade(&present, &mut |progress| {
        // It is waited for.
        let _ = watched.tell(progress);
    })?;
    upgraded.map_or(Ok(()), |upgraded| upgraded.refuse_findings())?;
    Ok(Done::Upgraded)
}

fn export(
    session: &mut Session,
    written: WrittenAs,
    folder: Option<&Folder>,
    only: &[SecretName],
    path: PathBuf,
) -> Result<Done, Failure> {
    refuse_taken(&path)?;
    let below = folder.map_or("", Folder::as_str);
    let only: HashSet<&str> = only.iter().map(SecretName::as_str).collect();
    let is_wanted = |name: &str| name.starts_with(below) && (only.is_empty() || only.contains(name));
    let batch = session.vault()?.give_out(is_wanted)?;
    let is_encrypted = matches!(written, WrittenAs::Kdbx(..));
    let (text, mut losses) = match written {
        WrittenAs::Plain(format) => format.write(&batch, below),
        WrittenAs::Kdbx(writer, password) => writer.write(&batch, &password, KdfCost::LEAST_DEFAULT)?,
    };
    let secrets = batch.secrets.len() - losses.iter().filter(|loss| loss.is_whole()).count();
    losses.splice(0..0, batch.losses);
    if secrets == 0 {
        return Err(Failure::told("there is nothing to export", "name another folder, or none"));
    }
    write_secret_file(&path, &text)?;
    Ok(Done::Exported { path, is_encrypted, secrets, losses })
}

/// Nothing is ever written over from here.
fn refuse_taken(path: &Path) -> Result<(), Failure> {
    match fs::symlink_metadata(path) {
        Err(_) => Ok(()),
        Ok(_) => Err(VaultError::FileExists { path: path.to_owned() }.into()),
    }
}
