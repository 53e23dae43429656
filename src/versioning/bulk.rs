//! One operation on many secrets: each is decided for itself, and all change together or none (etui).

use std::collections::{HashMap, HashSet};

use super::change::Plan;
use super::lifecycle::{self, Deletion};
use super::metadata::{self, MetadataUpdate};
use super::put::refuse_in_window;
use super::refusal::Refusal;
use super::select::no_such_label;
use super::stages::{StageMove, move_stage};
use super::state::SecretState;
use crate::domain::{Folder, Invalid, SecretName, StageLabel, Timestamp};

/// A secret, or every secret in a folder and in the folders below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkTarget {
    /// This one.
    Secret(SecretName),
    /// All whose names begin with it.
    Folder(Folder),
}

impl BulkTarget {
    /// Whether it names this secret.
    pub fn includes(&self, name: &SecretName) -> bool {
        match self {
            Self::Secret(one) => one == name,
            Self::Folder(folder) => name.as_str().starts_with(folder.as_str()),
        }
    }

    /// The name of the secret, or the folder with its `/`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Secret(name) => name.as_str(),
            Self::Folder(folder) => folder.as_str(),
        }
    }

    /// What stands before the last part of it: a move replaces that.
    fn parent(&self) -> &str {
        let text = self.as_str();
        let inner = text.strip_suffix('/').unwrap_or(text);
        &text[..inner.rfind('/').map_or(0, |at| at + 1)]
    }
}

/// Where one label goes in each of many secrets, whose versions have different ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelGoal {
    label: StageLabel,
    to: Option<StageLabel>,
}

impl LabelGoal {
    /// `label` moves to the version that `to` marks; without it, `label` is removed where it is.
    ///
    /// # Errors
    /// A built-in label cannot be removed.
    pub fn new(label: StageLabel, to: Option<StageLabel>) -> Result<Self, Refusal> {
        if to.is_none() && label.is_built_in() {
            return Err(Refusal::BuiltInStays { label });
        }
        Ok(Self { label, to })
    }

    /// The label.
    pub const fn label(&self) -> &StageLabel {
        &self.label
    }

    /// The label of the version that gets it; `None` removes it.
    pub const fn to(&self) -> Option<&StageLabel> {
        self.to.as_ref()
    }
}

/// What is done to each secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkOperation {
    /// Into a folder, or to the top level: the last part of the name stays, that of a folder with all below it.
    Move(Option<Folder>),
    /// The name of the folder is replaced; a secret that is named by itself moves into it.
    RenameFolder(Folder),
    /// By schedule, or by force for good. What is scheduled already stays as it is.
    Delete(Deletion),
    /// Scheduled deletions are cancelled. What is not scheduled stays as it is.
    Restore,
    /// The same change of metadata.
    Update(MetadataUpdate),
    /// The same move of a label.
    Label(LabelGoal),
}

impl BulkOperation {
    /// The name that a secret of a target gets; `None` where no name changes.
    ///
    /// # Errors
    /// `InvalidParameter` where the new name would break a rule for names.
    pub fn new_name(&self, target: &BulkTarget, name: &SecretName) -> Option<Result<SecretName, Refusal>> {
        let (replaced, by) = match (self, target) {
            (Self::Move(folder), _) => (target.parent(), folder.as_ref().map_or("", Folder::as_str)),
            (Self::RenameFolder(new), BulkTarget::Folder(old)) => (old.as_str(), new.as_str()),
            (Self::RenameFolder(new), BulkTarget::Secret(_)) => (target.parent(), new.as_str()),
            _ => return None,
        };
        let kept = name.as_str().strip_prefix(replaced)?;
        let bad = |invalid: Invalid| Refusal::BadNewName { name: name.clone(), invalid };
        Some(SecretName::new(&format!("{by}{kept}")).map_err(bad))
    }
}

/// One secret of many, with the name that it would get.
#[derive(Debug, Clone)]
pub struct BulkSubject<'a> {
    /// The secret as it is.
    pub state: &'a SecretState,
    /// As [`BulkOperation::new_name`] answers it.
    pub new_name: Option<Result<SecretName, Refusal>>,
}

impl BulkSubject<'_> {
    fn moves(&self) -> bool {
        matches!(&self.new_name, Some(Ok(new)) if *new != self.state.name)
    }
}

/// What becomes of each.
#[derive(Debug, Clone)]
pub struct BulkDecision {
    /// A plan or a refusal for each subject, in their order. One refusal refuses all.
    pub plans: Vec<Result<Plan, Refusal>>,
    /// The positions of all subjects in an order in which every new name is free when its turn comes.
    pub order: Vec<usize>,
}

/// Decides one operation for many secrets.
///
/// `occupant` finds the secret outside of `subjects` that has a name already.
pub fn decide_many<'a>(
    operation: &BulkOperation,
    subjects: &[BulkSubject<'_>],
    occupant: impl Fn(&SecretName) -> Option<&'a SecretState>,
    now: Timestamp,
) -> BulkDecision {
    let each = |rule: &dyn Fn(&SecretState) -> Result<Plan, Refusal>| BulkDecision {
        plans: subjects.iter().map(|subject| rule(subject.state)).collect(),
        order: (0..subjects.len()).collect(),
    };
    match operation {
        BulkOperation::Move(_) | BulkOperation::RenameFolder(_) => rename_many(subjects, occupant),
        BulkOperation::Delete(deletion) => each(&|state| match (deletion, state.planned_deletion) {
            (Deletion::Window(_), Some(_)) => Ok(Plan::Unchanged),
            _ => lifecycle::delete(state, *deletion, now),
        }),
        BulkOperation::Restore => each(&|state| match state.planned_deletion {
            Some(_) => lifecycle::restore(state),
            None => Ok(Plan::Unchanged),
        }),
        BulkOperation::Update(update) => each(&|state| metadata::update(state, update)),
        BulkOperation::Label(goal) => each(&|state| label(state, goal)),
    }
}

fn label(state: &SecretState, goal: &LabelGoal) -> Result<Plan, Refusal> {
    refuse_in_window(state)?;
    let bearer = |label| state.version_of_label(label).map(|version| version.id.clone());
    let (to, from) = match &goal.to {
        Some(to) => match bearer(to) {
            None => return Err(no_such_label(state, to)),
            found => (found, None),
        },
        None => match bearer(&goal.label) {
            None => return Ok(Plan::Unchanged),
            found => (None, found),
        },
    };
    move_stage(state, &StageMove::new(goal.label.clone(), to, from)?)
}

/// A new name may be the old one of another subject, as long as that one moves away.
fn rename_many<'a>(
    subjects: &[BulkSubject<'_>],
    occupant: impl Fn(&SecretName) -> Option<&'a SecretState>,
) -> BulkDecision {
    let mut plans = Vec::with_capacity(subjects.len());
    let mut getting: HashMap<&SecretName, usize> = HashMap::with_capacity(subjects.len());
    let staying: HashSet<&SecretName> =
        subjects.iter().filter(|subject| !subject.moves()).map(|subject| &subject.state.name).collect();
    for (at, subject) in subjects.iter().enumerate() {
        plans.push(rename_one(subject, &staying, &mut getting, at, &occupant));
    }
    let order = order_of_renames(subjects, &getting, &mut plans);
    BulkDecision { plans, order }
}

fn rename_one<'a, 'b>(
    subject: &'b BulkSubject<'_>,
    staying: &HashSet<&SecretName>,
    getting: &mut HashMap<&'b SecretName, usize>,
    at: usize,
    occupant: &impl Fn(&SecretName) -> Option<&'a SecretState>,
) -> Result<Plan, Refusal> {
    let new = match &subject.new_name {
        None => return Ok(Plan::Unchanged),
        Some(Err(refusal)) => return Err(refusal.clone()),
        Some(Ok(new)) => new,
    };
    let plan = metadata::rename(subject.state, new, occupant(new))?;
    if (subject.moves() && staying.contains(new)) || getting.insert(new, at).is_some() {
        return Err(Refusal::NameTaken { name: new.clone() });
    }
    Ok(plan)
}

/// Whoever wants the name of another goes after it. Each name has one holder and one that gets it, so these are
/// chains; a ring of them, where nobody can go first, is refused.
fn order_of_renames(
    subjects: &[BulkSubject<'_>],
    getting: &HashMap<&SecretName, usize>,
    plans: &mut [Result<Plan, Refusal>],
) -> Vec<usize> {
    let holders: HashMap<&SecretName, usize> =
        subjects.iter().enumerate().map(|(at, subject)| (&subject.state.name, at)).collect();
    let waits = |at: usize| match &subjects[at].new_name {
        Some(Ok(new)) => holders.get(new).is_some_and(|holder| *holder != at),
        _ => false,
    };
    let mut order = Vec::with_capacity(subjects.len());
    let mut is_placed = vec![false; subjects.len()];
    for start in (0..subjects.len()).filter(|at| !waits(*at)) {
        let mut next = Some(start);
        while let Some(at) = next.filter(|at| !is_placed[*at]) {
            is_placed[at] = true;
            order.push(at);
            next = getting.get(&subjects[at].state.name).copied();
        }
    }
    for at in (0..subjects.len()).filter(|at| !is_placed[*at]) {
        if let (Ok(_), Some(Ok(new))) = (&plans[at], &subjects[at].new_name) {
            plans[at] = Err(Refusal::NameTaken { name: new.clone() });
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::super::test_support::{outcome, secret, time};
    use super::*;

    fn state(name: &str) -> SecretState {
        SecretState { name: SecretName::new(name).unwrap(), ..secret("v1", "ACSCurrent=v1") }
    }

    /// Renames in pairs of `old>new`; the outcome of each, and the order of the old names.
    fn renamed(pairs: &str) -> (Vec<String>, Vec<String>) {
        let split = || pairs.split_whitespace().map(|pair| pair.split_once('>').unwrap());
        let states: Vec<SecretState> = split().map(|(old, _)| state(old)).collect();
        let subjects: Vec<BulkSubject<'_>> = split()
            .zip(&states)
            .map(|((_, new), state)| BulkSubject { state, new_name: Some(Ok(SecretName::new(new).unwrap())) })
            .collect();
        let folder = BulkOperation::Move(None);
        let BulkDecision { plans, order } = decide_many(&folder, &subjects, |_| None, time(0));
        let order = order.into_iter().map(|at| states[at].name.to_string()).collect();
        (plans.iter().map(outcome).collect(), order)
    }

    #[test]
    fn whoever_gets_the_name_of_another_comes_after_it() {
        let (outcomes, order) = renamed("a>b b>c c>d x>y");
        assert_eq!(outcomes, ["labels stay"; 4]);
        assert_eq!(order, ["c", "b", "a", "x"]);
    }

    #[test]
    fn a_ring_of_names_is_refused() {
        let (outcomes, order) = renamed("a>b b>a x>y");
        assert_eq!(outcomes, ["Rejected.ResourceExist", "Rejected.ResourceExist", "labels stay"]);
        assert_eq!(order, ["x"]);
    }

    #[test]
    fn a_name_that_stays_is_not_given_to_another() {
        let (outcomes, _) = renamed("a>a b>a");
        assert_eq!(outcomes, ["unchanged", "Rejected.ResourceExist"]);
    }

    #[test]
    fn the_new_name_keeps_what_the_target_does_not_name() {
        let folder = |text: &str| Folder::new(text).unwrap();
        let target = |text: &str| match text.ends_with('/') {
            true => BulkTarget::Folder(folder(text)),
            false => BulkTarget::Secret(SecretName::new(text).unwrap()),
        };
        let into = |text: &str| BulkOperation::Move((!text.is_empty()).then(|| folder(text)));
        let to = |text: &str| BulkOperation::RenameFolder(folder(text));
        for (operation, of, name, new) in [
            (into("c"), "a/b", "a/b", "c/b"),
            (into("c"), "a/b/", "a/b/x/y", "c/b/x/y"),
            (into(""), "a/b/", "a/b/x/y", "b/x/y"),
            (into(""), "b", "b", "b"),
            (to("c"), "a/b/", "a/b/x/y", "c/x/y"),
            (to("c"), "a/b/x", "a/b/x", "c/x"),
        ] {
            let got = operation.new_name(&target(of), &SecretName::new(name).unwrap());
            assert_eq!(got.unwrap().unwrap().as_str(), new, "{of} {name}");
        }
    }
}
