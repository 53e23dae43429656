//! Reading what an import brings, planning it, and bringing it in.

use super::super::ask::failure::Failure;
use super::super::session::Session;
use super::job::{Done, Incoming, ToRead};
use super::other::{NeedsKeyFile, unlock_other};
use super::other_copy::OtherLocks;
use super::watched::Watched;
use crate::exchange::{self, Content, ExchangeError, Input, Locks, Source, read_file};
use crate::vault::{
    ImportReport, IncomingBatch, OnRefusal, OtherFileError, Progress, SystemClock, VaultError, import_wording,
};

pub(super) fn read(session: &mut Session, wanted: &ToRead, watched: &Watched) -> Result<Done, Failure> {
    session.incoming = None;
    let input = Input::Path(wanted.path.clone());
    let locks = wanted.locks.as_ref().map(of_file).transpose()?;
    let tell = &mut |done, total| {
        let _ = watched.tell(Progress { done: done as u64, total: total as u64 });
    };
    let found = exchange::read(&input, wanted.source, wanted.columns.as_ref(), locks.as_ref(), tell);
    let found = match found {
        Err(ExchangeError::Locked) => return Ok(Done::FileIsLocked),
        Err(ExchangeError::NoIdentities) => return Ok(Done::StoreNeedsIdentities),
        found => found?,
    };
    let source = found.source;
    let mut batch = match found.content {
        Content::Secrets(batch) => batch,
        Content::OtherVault => match read_vault(session, wanted)? {
            Ok(batch) => batch,
            Err(NeedsKeyFile(needs_key_file)) => return Ok(Done::OtherVaultIsLocked { needs_key_file }),
        },
    };
    if watched.tell(watched.progress()).is_break() {
        return Err(VaultError::Stopped.into());
    }
    if let Some(folder) = &wanted.folder {
        batch.put_below(folder.as_str());
    }
    let report = session.vault()?.plan_import(&batch)?;
    session.incoming = Some(Incoming { batch, shown: report.clone(), source });
    Ok(planned(source, report, false))
}

/// What opens a file that another program locked.
fn of_file(locks: &OtherLocks) -> Result<Locks, Failure> {
    let key_file = locks.key_file.as_deref().map(read_file).transpose()?;
    Ok(Locks { password: locks.password.duplicate(), key_file })
}

fn planned(source: Source, report: ImportReport, is_other_than_shown: bool) -> Done {
    Done::ImportPlanned { source: source.name(), report: Box::new(report), is_other_than_shown }
}

fn read_vault(
    session: &mut Session,
    wanted: &ToRead,
) -> Result<Result<IncomingBatch, NeedsKeyFile>, Failure> {
    let answers = session.answers();
    let called = wanted.path.display().to_string();
    let of_other = |error: VaultError| {
        OtherFileError::about(&error, &called).map_or_else(|| Failure::from(error), Failure::from)
    };
    let locked = session.vault()?.open_another(&wanted.path, Box::new(SystemClock)).map_err(of_other)?;
    // A vault has a password, whatever else it has.
    let locks = wanted.locks.as_ref().filter(|locks| !locks.password.is_empty());
    let other = unlock_other(locked, locks, answers).map_err(|failure| match failure {
        Failure::Vault(error) => of_other(error),
        told @ Failure::Told { .. } => told,
    })?;
    Ok(match other {
        Ok(mut other) => Ok(other.give_out(|_| true).map_err(of_other)?),
        Err(needs_key_file) => Err(needs_key_file),
    })
}

/// Imports what was read, if it would still do what was shown.
pub(super) fn import(
    session: &mut Session,
    on_refusal: OnRefusal,
    watched: &Watched,
) -> Result<Done, Failure> {
    let Some(incoming) = session.incoming.take() else {
        return Err(Failure::told("there is nothing to import", "read it again"));
    };
    let Incoming { batch, shown, source } = incoming;
    let vault = session.vault()?;
    let now = vault.plan_import(&batch)?;
    if now != shown {
        session.incoming = Some(Incoming { batch, shown: now.clone(), source });
        return Ok(planned(source, now, true));
    }
    if on_refusal == OnRefusal::ImportNothing
        && let Some(sentence) = import_wording::refused(&now)
    {
        session.incoming = Some(Incoming { batch, shown, source });
        return Err(Failure::told(sentence, "choose to leave out what is refused, or close the form"));
    }
    let result = vault.import_watched(&batch, on_refusal, &mut |progress| watched.tell(progress));
    match result {
        Ok(report) => Ok(Done::Imported(Box::new(report))),
        Err(error) => {
            session.incoming = Some(Incoming { batch, shown, source });
            Err(error.into())
        }
    }
}
