//! One operation on many secrets, in one transaction and as one change for undo (etui).

use std::collections::HashMap;

use super::Vault;
use super::batch::{Changes, look};
use super::error::VaultError;
use super::outcome::ChangeOutcome;
use super::request::{BulkRequest, StateToken};
use crate::crypto::sha256;
use crate::domain::{SecretName, Timestamp};
use crate::store::{OpenStore, StoredSecret};
use crate::versioning::{
    BulkDecision, BulkSubject, BulkTarget, Plan, Refusal, SecretState, decide_many, name_after,
};

/// What an operation would do to one of many secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkStep {
    /// The secret, by the name that it has.
    pub name: SecretName,
    /// The plan, or why this secret refuses the whole operation.
    pub plan: Result<Plan, Refusal>,
}

/// What an operation on many secrets would do, before it does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkPlan {
    /// Every secret that it is about, in the order of names.
    pub steps: Vec<BulkStep>,
    /// The state it was made from: that of each secret, and which secrets a folder holds.
    pub token: StateToken,
    /// The positions of the steps in the order in which they are taken.
    order: Vec<usize>,
}

impl BulkPlan {
    /// How many secrets would change.
    pub fn changes(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step.plan, Ok(Plan::Apply(_)))).count()
    }

    /// Everything that is in the way, as one refusal; `None` where nothing is.
    pub fn refusal(&self) -> Option<Refusal> {
        let mut obstacles: Vec<Refusal> =
            self.steps.iter().filter_map(|step| step.plan.clone().err()).collect();
        match obstacles.len() {
            0 => None,
            1 => obstacles.pop(),
            _ => Some(Refusal::Several { obstacles }),
        }
    }
}

/// The answer of an operation on many secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkOutcome {
    /// One for each secret, in the order of the names that they had; each with the name that it has now.
    pub changes: Vec<ChangeOutcome>,
}

impl BulkOutcome {
    /// How many secrets changed.
    pub fn changed(&self) -> usize {
        self.changes.iter().filter(|outcome| outcome.change.is_some()).count()
    }
}

impl Vault {
    /// What an operation on many secrets would do. What the rules refuse is in the plan, for each secret.
    ///
    /// It opens every secret that it is about, and takes as long as that.
    ///
    /// # Errors
    /// `Forbidden.ResourceNotFound` for a name that no secret has and for a folder without secrets,
    /// `Rejected.ResourceChanged`, and those of the file.
    pub fn plan_bulk(&mut self, request: &BulkRequest) -> Result<BulkPlan, VaultError> {
        let now = self.now();
        self.read(|store| plan(store, request, now))
    }

    /// Does one operation to many secrets: to all or to none, in one transaction. It is one change for undo.
    ///
    /// # Errors
    /// As [`plan_bulk`](Self::plan_bulk), and everything that the rules refuse: nothing changed then.
    pub fn change_many(&mut self, request: &BulkRequest) -> Result<BulkOutcome, VaultError> {
        self.batch(|changes| changes.change_many(request))
    }
}

impl Changes<'_, '_> {
    fn change_many(&mut self, request: &BulkRequest) -> Result<BulkOutcome, VaultError> {
        let now = self.transaction.now();
        let plan = plan(self.transaction.store_before_changes(), request, now)?;
        if let Some(refusal) = plan.refusal() {
            return Err(refusal.into());
        }
        let BulkPlan { steps, order, .. } = plan;
        for step in order.into_iter().filter_map(|at| steps.get(at)) {
            if let Ok(Plan::Apply(change)) = &step.plan {
                let found = self.transaction.find(&step.name)?;
                let handle = found.ok_or_else(|| self.no_such_secret(&step.name))?;
                self.transaction.apply(handle, change, Vec::new())?;
            }
        }
        let outcome = |BulkStep { name, plan }| {
            let change = match plan {
                Ok(Plan::Apply(change)) => Some(*change),
                _ => None,
            };
            let name = change.as_ref().map_or_else(|| name.clone(), |change| name_after(&name, change));
            ChangeOutcome { name, change, time: now }
        };
        Ok(BulkOutcome { changes: steps.into_iter().map(outcome).collect() })
    }
}

fn plan(store: &mut OpenStore, request: &BulkRequest, now: Timestamp) -> Result<BulkPlan, VaultError> {
    let targets = &request.targets;
    let named = names_of(store, targets)?;
    let secrets: Vec<StoredSecret> =
        named.iter().map(|(name, _)| look(store, name)).collect::<Result<_, VaultError>>()?;
    let token = token_of(&secrets);
    if request.expected.is_some_and(|expected| expected != token) {
        return Err(Refusal::VaultChanged.into());
    }
    let mut subjects = Vec::with_capacity(secrets.len());
    for ((name, target), secret) in named.iter().zip(&secrets) {
        let new_name = request.operation.new_name(&targets[*target], name);
        subjects.push(BulkSubject { state: secret.state(), new_name });
    }
    let occupants = occupants_of(store, &named, &subjects)?;
    let occupant = |name: &SecretName| occupants.get(name);
    let BulkDecision { plans, order } = decide_many(&request.operation, &subjects, occupant, now);
    drop(subjects);
    let names = named.into_iter().map(|(name, _)| name);
    let steps = names.zip(plans).map(|(name, plan)| BulkStep { name, plan }).collect();
    Ok(BulkPlan { steps, token, order })
}

/// The names of all secrets that the targets mean, sorted, each with the position of the first target that means it.
fn names_of(store: &mut OpenStore, targets: &[BulkTarget]) -> Result<Vec<(SecretName, usize)>, VaultError> {
    let mut found: HashMap<SecretName, usize> = HashMap::new();
    let has_folder = targets.iter().any(|target| matches!(target, BulkTarget::Folder(_)));
    let all = if has_folder { store.all_names()? } else { Vec::new() };
    for (at, target) in targets.iter().enumerate() {
        let mut means_any = false;
        let named = match target {
            BulkTarget::Secret(name) => std::slice::from_ref(name),
            BulkTarget::Folder(_) => all.as_slice(),
        };
        for name in named.iter().filter(|name| target.includes(name)) {
            means_any = true;
            found.entry(name.clone()).or_insert(at);
        }
        if let (false, BulkTarget::Folder(folder)) = (means_any, target) {
            return Err(Refusal::EmptyFolder { folder: folder.clone() }.into());
        }
    }
    let mut named: Vec<(SecretName, usize)> = found.into_iter().collect();
    named.sort_unstable();
    Ok(named)
}

/// The secrets outside of an operation that have the names which it would give.
fn occupants_of(
    store: &mut OpenStore,
    named: &[(SecretName, usize)],
    subjects: &[BulkSubject<'_>],
) -> Result<HashMap<SecretName, SecretState>, VaultError> {
    let mut occupants = HashMap::new();
    for new in subjects.iter().filter_map(|subject| subject.new_name.as_ref()?.as_ref().ok()) {
        let is_inside = named.binary_search_by(|(name, _)| name.cmp(new)).is_ok();
        if let (false, Some(secret)) = (is_inside, store.secret(new)?) {
            occupants.insert(new.clone(), secret.into_state());
        }
    }
    Ok(occupants)
}

/// Changes with every change of any of the secrets, and with which they are.
fn token_of(secrets: &[StoredSecret]) -> StateToken {
    let states: Vec<u8> = secrets.iter().flat_map(|secret| [secret.id(), secret.tag()].concat()).collect();
    let mut token = [0; 16];
    token.copy_from_slice(&sha256(&states)[..16]);
    StateToken(token)
}
