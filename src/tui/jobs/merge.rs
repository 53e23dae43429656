//! Another copy of the vault comes together with this one: a file, or the copy at a remote, which gets the result.
//!
//! A file is read again for the merge, and merged only if it is still what was shown. What was fetched from a remote is
//! kept between the plan and the merge: it is fetched once, and where somebody else changes the copy there meanwhile,
//! putting the result in its place says so.

use std::path::Path;

use super::super::ask::failure::Failure;
use super::super::session::Session;
use super::job::Done;
use super::other::{NeedsKeyFile, unlock_other};
use super::other_copy::{MergeAsShown, MergedCopy, OtherCopy, OtherLocks, PlannedMerge, ToMerge};
use super::watched::Watched;
use crate::config::remotes::RemoteName;
use crate::sync::{CarrierError, Merged, OtherEnd, Synced, sync_fetched};
use crate::vault::merge::{LockAfter, MergeOutcome, MergeRequest};
use crate::vault::{Answers, Beside, KeyIdentity, OtherFileError, SeenFile, SystemClock, Vault, VaultError};
use crate::versioning::Refusal;
use crate::versioning::merge::{Conflict, Relation, RowId};

/// Why there is no plan.
enum NoPlan {
    /// The copy has another key, and its password is needed.
    Locked(NeedsKeyFile),
    Failed(Failure),
}

impl From<Failure> for NoPlan {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<VaultError> for NoPlan {
    fn from(error: VaultError) -> Self {
        Self::Failed(error.into())
    }
}

/// What was fetched from a remote for a plan.
pub struct FromRemote {
    /// The remote as it was asked for.
    name: Option<RemoteName>,
    called: String,
    end: OtherEnd,
}

/// Says what a merge would do.
pub(super) fn plan(session: &mut Session, wanted: ToMerge, watched: &Watched) -> Result<Done, Failure> {
    let answers = session.answers();
    let locks = wanted.locks.as_ref();
    let planned = match &wanted.copy {
        OtherCopy::File(path) => {
            let vault = session.vault()?;
            plan_copy(vault, path, locks, answers).map(|outcome| (path.display().to_string(), Some(outcome)))
        }
        OtherCopy::Remote(name) => {
            let from = fetched(session, name.as_ref(), locks.is_some())?;
            refuse_if_stopped(watched)?;
            let vault = session.vault()?;
            let outcome = from.end.copy().map(|copy| plan_copy(vault, copy, locks, answers)).transpose();
            let called = from.called.clone();
            if !matches!(outcome, Err(NoPlan::Failed(_))) {
                session.from_remote = Some(from);
            }
            outcome.map(|outcome| (called, outcome))
        }
    };
    match planned {
        Ok((called, outcome)) => Ok(Done::MergePlanned(Box::new(PlannedMerge { wanted, called, outcome }))),
        Err(NoPlan::Locked(needs_key_file)) => {
            Ok(Done::OtherVaultIsLocked { needs_key_file: needs_key_file.0 })
        }
        Err(NoPlan::Failed(failure)) => Err(of_copy(session, &wanted.copy, failure)),
    }
}

/// Merges it as it was shown.
pub(super) fn merge(
    session: &mut Session,
    wanted: &ToMerge,
    shown: &MergeAsShown,
    watched: &Watched,
) -> Result<Done, Failure> {
    let merged = match &wanted.copy {
        OtherCopy::File(path) => merge_file(session, path, wanted.locks.as_ref(), shown),
        OtherCopy::Remote(name) => {
            merge_remote(session, name.as_ref(), wanted.locks.as_ref(), shown, watched)
        }
    };
    let mut merged = merged.map_err(|failure| of_copy(session, &wanted.copy, failure))?;
    merged.notices.extend(session.vault()?.take_notices());
    Ok(Done::Merged(Box::new(merged)))
}

fn merge_file(
    session: &mut Session,
    path: &Path,
    locks: Option<&OtherLocks>,
    shown: &MergeAsShown,
) -> Result<MergedCopy, Failure> {
    let answers = session.answers();
    let seen = SeenFile::of(path);
    let vault = session.vault()?;
    let identity = vault.key_identity()?;
    let mut copy = opened(open(vault, path, locks, answers))?;
    let outcome = merge_copy(vault, &mut copy, shown)?;
    drop(copy);
    let notices = after_merge(session, &outcome, identity, locks);
    Ok(MergedCopy {
        called: path.display().to_string(),
        outcome: Some(outcome),
        put: None,
        file: seen.filter(SeenFile::is_unchanged),
        notices,
    })
}

fn merge_remote(
    session: &mut Session,
    name: Option<&RemoteName>,
    locks: Option<&OtherLocks>,
    shown: &MergeAsShown,
    watched: &Watched,
) -> Result<MergedCopy, Failure> {
    let answers = session.answers();
    let FromRemote { called, mut end, .. } = kept(session, name).ok_or_else(changed)?;
    let vault = session.vault()?;
    let identity = vault.key_identity()?;
    let mut outcome: Option<MergeOutcome> = None;
    let mut turn = 0;
    let synced = sync_fetched::<Failure>(vault, &mut end, &mut |vault, copy| {
        refuse_if_stopped(watched)?;
        turn += 1;
        let Some(path) = copy else {
            // A copy that was shown and is gone is not what was agreed to.
            if shown.token.is_some() && turn == 1 {
                return Err(changed());
            }
            return Ok(Merged::Done { relation: Relation::Behind, fetched: vault.state()? });
        };
        let mut copy = opened(open(vault, path, locks, answers))?;
        let fetched = copy.state()?;
        let merged =
            if turn == 1 { merge_copy(vault, &mut copy, shown)? } else { merge_later(vault, &mut copy)? };
        let relation = merged.relation;
        outcome.get_or_insert(merged);
        Ok(Merged::Done { relation, fetched })
    })?;
    drop(end);
    let notices =
        outcome.as_ref().map_or_else(Vec::new, |outcome| after_merge(session, outcome, identity, locks));
    Ok(MergedCopy { called, outcome, put: Some(synced == Synced::Done { put: true }), file: None, notices })
}

fn plan_copy(
    vault: &mut Vault,
    path: &Path,
    locks: Option<&OtherLocks>,
    answers: Answers,
) -> Result<MergeOutcome, NoPlan> {
    let mut copy = open(vault, path, locks, answers)?;
    Ok(vault.plan_merge(&mut copy, &MergeRequest::default())?)
}

/// Opens a copy: with the key of the vault where it is the same, else with its own password.
fn open(
    vault: &mut Vault,
    path: &Path,
    locks: Option<&OtherLocks>,
    answers: Answers,
) -> Result<Vault, NoPlan> {
    match vault.open_beside(path, Box::new(SystemClock))? {
        Beside::Open(copy) => Ok(*copy),
        Beside::Locked(locked) => unlock_other(*locked, locks, answers)?.map_err(NoPlan::Locked),
    }
}

/// A copy that was opened for its plan opens again, unless it was replaced by one with yet another key.
fn opened(copy: Result<Vault, NoPlan>) -> Result<Vault, Failure> {
    copy.map_err(|error| match error {
        NoPlan::Locked(_) => changed(),
        NoPlan::Failed(failure) => failure,
    })
}

fn merge_copy(vault: &mut Vault, copy: &mut Vault, shown: &MergeAsShown) -> Result<MergeOutcome, Failure> {
    let Some(token) = shown.token.clone() else { return Err(changed()) };
    let prefer = |row: &RowId, conflict: &Conflict| shown.sides.get(&(*row, conflict.fact.clone())).copied();
    let request = MergeRequest { purges: shown.purges.clone(), prefer: Some(&prefer), expected: Some(token) };
    Ok(vault.merge(copy, &request)?)
}

/// Somebody was quicker, after what was shown was merged here: what they put there comes too, where nothing about it
/// has to be decided.
fn merge_later(vault: &mut Vault, copy: &mut Vault) -> Result<MergeOutcome, Failure> {
    let planned = vault.plan_merge(copy, &MergeRequest::default())?;
    if planned.conflicts().next().is_some() || !planned.questions.is_empty() {
        return Err(Failure::told(
            "the copy there changed meanwhile, and both changed the same: what was shown is merged here, and nothing was put there",
            "sync again to see the rest",
        ));
    }
    Ok(vault.merge(copy, &MergeRequest { expected: Some(planned.token), ..MergeRequest::default() })?)
}

/// What new locks mean for this session: the agent's key opens nothing any more, and a key file may be needed.
fn after_merge(
    session: &mut Session,
    outcome: &MergeOutcome,
    identity: KeyIdentity,
    locks: Option<&OtherLocks>,
) -> Vec<String> {
    if outcome.lock_after == LockAfter::Same {
        return Vec::new();
    }
    if let Some(locks) = locks {
        session.use_key_file(locks.key_file.clone());
    }
    session.lock_agent(identity).into_iter().collect()
}

/// What is at a remote. A copy whose password was asked for is not fetched again.
fn fetched(
    session: &mut Session,
    name: Option<&RemoteName>,
    has_password: bool,
) -> Result<FromRemote, Failure> {
    if let Some(kept) = kept(session, name).filter(|_| has_password) {
        return Ok(kept);
    }
    let remotes = session.remotes()?;
    let (called, url) = remotes.to_sync_with(name)?;
    let state = session.state_directory().ok_or_else(|| {
        Failure::told("there is no home directory to keep temporary files in", "set HOME or XDG_STATE_HOME")
    })?;
    let called = called.to_string();
    let mut end = OtherEnd::at(url, state)?.ok_or_else(|| takes_no_copies(&called))?;
    end.fetch()?;
    Ok(FromRemote { name: name.cloned(), called, end })
}

/// What a plan was made from, as it was fetched.
fn kept(session: &mut Session, name: Option<&RemoteName>) -> Option<FromRemote> {
    session.from_remote.take().filter(|from| from.name.as_ref() == name && from.end.is_as_fetched())
}

fn takes_no_copies(called: &str) -> Failure {
    Failure::told(format!("'{called}' takes no copies of the vault"), "")
}

fn changed() -> Failure {
    Failure::Vault(VaultError::Refused(Refusal::VaultChanged))
}

fn refuse_if_stopped(watched: &Watched) -> Result<(), VaultError> {
    if watched.tell(watched.progress()).is_break() { Err(VaultError::Stopped) } else { Ok(()) }
}

/// A fault of the other copy is none of the open vault: that stays open.
fn of_copy(session: &mut Session, copy: &OtherCopy, failure: Failure) -> Failure {
    if session.vault().and_then(Vault::refresh).is_err() {
        return failure;
    }
    let called = match copy {
        OtherCopy::File(path) => path.display().to_string(),
        OtherCopy::Remote(Some(name)) => name.to_string(),
        OtherCopy::Remote(None) => "the copy there".to_owned(),
    };
    match &failure {
        Failure::Vault(error) => match OtherFileError::about(error, &called) {
            Some(other) => other.into(),
            None if failure.ends_session() => {
                Failure::told(format!("'{called}': {}", failure.sentence()), failure.hint())
            }
            None => failure,
        },
        Failure::Told { .. } => failure,
    }
}

impl From<CarrierError> for Failure {
    fn from(error: CarrierError) -> Self {
        match error {
            CarrierError::Vault(error) => Self::Vault(error),
            CarrierError::There(error) => error.into(),
            error => Self::told(error.to_string(), error.hint()),
        }
    }
}
