//! Bringing together copies of one vault that went apart (etui).
//!
//! `gather` reads what happened in either copy since, the rules of `versioning::merge` decide, `apply` writes it: into
//! this vault, in one transaction; or, where the other copy has all that is here, or a newer key, by putting a copy of
//! its file in the place of this one.

mod apply;
mod found;
mod gather;

use std::fmt;
use std::sync::Arc;

use gather::{Gathered, gather};

use super::FormatVersion;
use super::Vault;
use super::error::VaultError;
use super::merge_wording;
use crate::store::{EventLink, OpenStore, StoreError};
use crate::versioning::Operation;
use crate::versioning::merge::{
    Conflict, LockDecision, MergePlan, MergedSecret, PurgeAnswers, PurgeQuestion, Relation, RowId, Side,
};

/// Which side's end of a conflict about a secret holds in the end; `None` leaves it as the merge decides. The secret
/// is named by the row id that it has from now on, which is the same in both copies.
pub type Prefer<'a> = dyn Fn(&RowId, &Conflict) -> Option<Side> + 'a;

/// What is asked of a merge, beside the other copy.
#[derive(Default)]
pub struct MergeRequest<'a> {
    /// Whether what was removed for good in one copy, and lives in the other, is removed.
    pub purges: PurgeAnswers,
    /// Answers conflicts.
    pub prefer: Option<&'a Prefer<'a>>,
    /// The plan that was shown: another state of either copy is refused.
    pub expected: Option<MergeToken>,
}

/// The states of both copies that a merge was planned from, with what was read of them: while both are in these states
/// it is not read again.
#[derive(Clone)]
pub struct MergeToken {
    own: EventLink,
    other: EventLink,
    gathered: Arc<Gathered>,
}

impl MergeToken {
    fn is_of(&self, own: &OpenStore, theirs: &OpenStore) -> bool {
        (self.own, self.other) == (own.newest_event_link(), theirs.newest_event_link())
    }
}

impl PartialEq for MergeToken {
    fn eq(&self, other: &Self) -> bool {
        (self.own, self.other) == (other.own, other.other)
    }
}

impl Eq for MergeToken {}

impl fmt::Debug for MergeToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("MergeToken").field(&self.own).field(&self.other).finish()
    }
}

/// Whose password opens the vault afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockAfter {
    /// The one that opens it now.
    Same,
    /// That of the other copy, which was changed there later.
    Theirs,
    /// That of the other copy, whose vault key was replaced: the old key opens nothing any more.
    TheirsWithNewKey,
}

/// What a merge would do, or did.
#[derive(Debug, Clone)]
pub struct MergeOutcome {
    /// How the copies stand to each other.
    pub relation: Relation,
    /// The secrets that change here, or about which there is something to say, by name.
    pub secrets: Vec<MergedSecret>,
    /// What is to be answered first; while there is anything, nothing is merged.
    pub questions: Vec<PurgeQuestion>,
    /// Who changed the password or the key last.
    pub locks: LockDecision,
    /// What that means here.
    pub lock_after: LockAfter,
    /// How many changes it brings in.
    pub brought: usize,
    /// The states that this holds for.
    pub token: MergeToken,
}

impl MergeOutcome {
    /// All conflicts, with the secret that each is about.
    pub fn conflicts(&self) -> impl Iterator<Item = (&MergedSecret, &Conflict)> {
        self.secrets.iter().flat_map(|secret| secret.conflicts.iter().map(move |conflict| (secret, conflict)))
    }
}

/// How the merge gets into the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// There is nothing to do.
    None,
    /// In one transaction.
    Here,
    /// The other file is taken whole.
    Whole,
    /// This copy is merged into a copy of the other file, which is taken then: its key is newer.
    IntoTheirs,
}

struct Planned {
    gathered: Arc<Gathered>,
    plan: MergePlan,
    way: Way,
}

impl Vault {
    /// What a merge with another copy of this vault would do; nothing is changed. Both are unlocked: see
    /// [`open_beside`](Self::open_beside).
    ///
    /// # Errors
    /// [`VaultError::AnotherVault`], [`VaultError::Unrelated`], [`VaultError::UpgradeFirst`],
    /// [`VaultError::Integrity`], `Rejected.ResourceChanged` where either copy is in another state than is expected,
    /// and those of the files.
    pub fn plan_merge(
        &mut self,
        other: &mut Self,
        request: &MergeRequest<'_>,
    ) -> Result<MergeOutcome, VaultError> {
        let now = self.now();
        let theirs = other.store()?;
        let planned = self.store()?.read(now, |own| {
            theirs.read(now, |theirs| {
                let planned = plan(own, theirs, request)?;
                Ok::<_, VaultError>(outcome(&planned, own, theirs, request.prefer))
            })
        });
        self.end_if_fatal(planned)
    }

    /// Merges another copy of this vault into this one; see [`plan_merge`](Self::plan_merge). Afterwards the vault is
    /// unlocked as before, whichever file and key it has then. Where a question is not answered, nothing is changed.
    ///
    /// # Errors
    /// As there, and [`VaultError::PurgedInOneCopy`]; nothing has changed then.
    pub fn merge(
        &mut self,
        other: &mut Self,
        request: &MergeRequest<'_>,
    ) -> Result<MergeOutcome, VaultError> {
        let moment = self.moment();
        let theirs = other.store()?;
        let merged = self.store().and_then(|own| {
            let (planned, outcome) = own.read(moment.now, |own| {
                theirs.read(moment.now, |theirs| {
                    let planned = plan(own, theirs, request)?;
                    let outcome = outcome(&planned, own, theirs, request.prefer);
                    Ok::<_, VaultError>((planned, outcome))
                })
            })?;
            refuse(&outcome)?;
            let head = own.newest_event_link();
            match planned.way {
                Way::None => {}
                Way::Here => own.write(moment, crate::store::Batch::Single, |transaction| {
                    theirs.read(moment.now, |theirs| match outcome.token.is_of(transaction.store(), theirs) {
                        true => apply::apply(transaction, theirs, &planned, request.prefer),
                        false => Err(StoreError::Moved.into()),
                    })
                })?,
                Way::Whole => own.replace::<VaultError>(theirs, head, moment, |_, _| Ok(()))?,
                Way::IntoTheirs => own.replace::<VaultError>(theirs, head, moment, |copy, own| {
                    let prefer = request.prefer.map(exchanged);
                    copy.write(moment, crate::store::Batch::Single, |transaction| {
                        let exchanged =
                            MergeRequest { purges: request.purges.clone(), ..MergeRequest::default() };
                        let planned = plan(transaction.store_before_changes(), own, &exchanged)?;
                        apply::apply(transaction, own, &planned, prefer.as_deref())
                    })
                })?,
            }
            Ok(outcome)
        });
        self.end_if_fatal(merged)
    }
}

/// The same preference, told to a merge in which the sides have changed places.
fn exchanged<'a>(prefer: &'a Prefer<'a>) -> Box<Prefer<'a>> {
    Box::new(move |row, conflict| {
        let seen = Conflict {
            fact: conflict.fact.clone(),
            mine: conflict.theirs.clone(),
            theirs: conflict.mine.clone(),
            decided: conflict.decided.map(Side::other),
        };
        prefer(row, &seen).map(Side::other)
    })
}

fn refuse(outcome: &MergeOutcome) -> Result<(), VaultError> {
    if outcome.questions.is_empty() {
        return Ok(());
    }
    let names = outcome.questions.iter().map(|question| question.name.clone()).collect();
    Err(VaultError::PurgedInOneCopy { names })
}

fn plan(
    own: &mut OpenStore,
    theirs: &mut OpenStore,
    request: &MergeRequest<'_>,
) -> Result<Planned, VaultError> {
    let mut gathered = match &request.expected {
        Some(expected) if expected.is_of(own, theirs) => Arc::clone(&expected.gathered),
        Some(_) => return Err(StoreError::Moved.into()),
        None => Arc::new(read(own, theirs)?),
    };
    let mut plan = gathered.ask(own, &request.purges)?;
    while !plan.incomplete.is_empty() {
        Arc::make_mut(&mut gathered).complete(own, theirs, &plan.incomplete)?;
        plan = gathered.ask(own, &request.purges)?;
    }
    let way = way(own, theirs, &gathered, &plan)?;
    Ok(Planned { gathered, plan, way })
}

fn read(own: &mut OpenStore, theirs: &mut OpenStore) -> Result<Gathered, VaultError> {
    if own.vault_id() != theirs.vault_id() {
        return Err(VaultError::AnotherVault { path: theirs.file().path().to_owned() });
    }
    let fork = own.fork(theirs)?;
    let fork = fork.ok_or_else(|| VaultError::Unrelated { path: theirs.file().path().to_owned() })?;
    gather(own, theirs, fork)
}

fn way(
    own: &OpenStore,
    theirs: &OpenStore,
    gathered: &Gathered,
    plan: &MergePlan,
) -> Result<Way, VaultError> {
    let has_newer_key = own.key_id() != theirs.key_id() && plan.locks.side == Side::Theirs;
    let (way, target) = match gathered.relation {
        Relation::Equal | Relation::Behind => return Ok(Way::None),
        // What is kept of what was removed there is a change of its own.
        Relation::Ahead if plan.secrets.iter().all(|secret| secret.then.is_none()) => return Ok(Way::Whole),
        Relation::Ahead | Relation::Branch if has_newer_key => (Way::IntoTheirs, theirs),
        Relation::Ahead | Relation::Branch => (Way::Here, own),
    };
    let takes_password = way == Way::Here && plan.locks.side == Side::Theirs;
    for store in [Some(target), takes_password.then_some(theirs)].into_iter().flatten() {
        if store.format() < FormatVersion::NEWEST {
            return Err(VaultError::UpgradeFirst { path: store.file().path().to_owned() });
        }
    }
    Ok(way)
}

fn outcome(
    planned: &Planned,
    own: &OpenStore,
    theirs: &OpenStore,
    prefer: Option<&Prefer<'_>>,
) -> MergeOutcome {
    let Planned { gathered, plan, way } = planned;
    let takes_lock = *way != Way::None && plan.locks.side == Side::Theirs;
    let has_another_key = own.key_id() != theirs.key_id();
    let brought = match way {
        Way::None => 0,
        _ => gathered.brought().count(),
    };
    let mut secrets = plan.secrets.clone();
    secrets.sort_by(|one, other| merge_wording::name_of(one).cmp(merge_wording::name_of(other)));
    MergeOutcome {
        relation: gathered.relation,
        secrets: secrets.into_iter().map(|secret| as_preferred(secret, prefer)).collect(),
        questions: plan.questions.clone(),
        locks: plan.locks,
        lock_after: match (takes_lock, has_another_key) {
            (false, _) => LockAfter::Same,
            (true, false) => LockAfter::Theirs,
            (true, true) => LockAfter::TheirsWithNewKey,
        },
        brought,
        token: MergeToken {
            own: own.newest_event_link(),
            other: theirs.newest_event_link(),
            gathered: Arc::clone(gathered),
        },
    }
}

fn as_preferred(secret: MergedSecret, prefer: Option<&Prefer<'_>>) -> MergedSecret {
    match prefer {
        Some(prefer) => {
            let row = secret.row;
            secret.as_preferred(|conflict| prefer(&row, conflict))
        }
        None => secret,
    }
}

/// Whether an event is brought to other copies: what a merge did to secrets stays where it was done.
const fn travels(operation: Operation) -> bool {
    !matches!(operation, Operation::Effect)
}
