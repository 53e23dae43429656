//! The rules of `versioning` run by hand: a plan is applied to states in memory, without a vault.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use etui::domain::{Description, Facts, Retention, StageLabel, Tags, Timestamp, ValueType};
use etui::versioning::{
    Change, Comparison, Deletion, Existence, LabelMap, MetadataUpdate, Plan, PutTerms, Refusal, SecretState,
    Selector, StageMove, StageSet, VersionKey, VersionRef, VersionState, create, delete, move_stage, purge,
    put, rename, restore, rollback, select, suggest_version_id, update,
};

pub use super::fixtures::{secret_name, stage_label, version_id};

use super::step::{Seen, Step, Subject, Value, read, stored};

/// States and values in memory.
pub struct Rules {
    secrets: BTreeMap<String, SecretState>,
    values: HashMap<VersionKey, Value>,
    next_key: i64,
    now: Timestamp,
    newest_event: Timestamp,
}

type Answer = Result<String, Refusal>;

impl Rules {
    /// An empty vault made at `now`.
    pub fn new(now: i64) -> Self {
        let now = Timestamp::clamped(now);
        Self { secrets: BTreeMap::new(), values: HashMap::new(), next_key: 1, now, newest_event: now }
    }

    /// The first broken invariant of any secret.
    pub fn broken_invariant(&self) -> Option<&'static str> {
        self.secrets.values().find_map(SecretState::broken_invariant)
    }

    fn state(&self, name: &str) -> Result<&SecretState, Refusal> {
        self.secrets.get(name).ok_or_else(|| Refusal::NoSuchSecret { name: secret_name(name), near: None })
    }

    fn create(&mut self, name: &str, id: &str, value: Value, extra: &[String]) -> Answer {
        let first = VersionRef { key: VersionKey(self.next_key), id: version_id(id) };
        let extra: Vec<StageLabel> = extra.iter().map(|label| stage_label(label)).collect();
        let change = create(
            &secret_name(name),
            &Description::default(),
            &Tags::new(),
            &first,
            &extra,
            self.secrets.get(name),
        )?;
        self.store(name, &change, value);
        Ok(stored(id, true, self.labels(name, first.key)))
    }

    fn put(&mut self, name: &str, id: Option<&str>, value: Value, stages: &[String]) -> Answer {
        let stages = StageSet::new(stages.iter().map(|label| stage_label(label)))?;
        let state = self.state(name)?;
        let id = id.map_or_else(|| suggest_version_id(state, None), version_id);
        let there = state.version(&id);
        let comparison = there.map(|version| match self.values[&version.key] == value {
            true => Comparison::Same,
            false => Comparison::Differs,
        });
        let existing_key = there.map(|version| version.key);
        let free = id.clone();
        let terms =
            PutTerms { version_id: id.clone(), stages, key: VersionKey(self.next_key), comparison, free };
        match put(state, &terms)? {
            Plan::Unchanged => Ok(stored(id.as_str(), false, self.labels(name, existing_key.unwrap()))),
            Plan::Apply(change) => {
                self.store(name, &change, value);
                Ok(stored(id.as_str(), true, self.labels(name, terms.key)))
            }
        }
    }

    fn get(&self, name: &str, id: Option<&str>, stage: Option<&str>, older: u32) -> Answer {
        let selector = Selector { version_id: id.map(version_id), stage: stage.map(stage_label), older };
        let version = select(self.state(name)?, &selector)?;
        Ok(read(version.id.as_str(), self.values[&version.key], self.labels(name, version.key)))
    }

    fn change(&mut self, name: &str, plan: Plan, answer: &str) -> Answer {
        let Plan::Apply(change) = plan else { return Ok("unchanged".to_owned()) };
        self.apply(name, &change);
        let planned = change.planned_deletion.as_ref().and_then(|shift| shift.after);
        Ok(planned.map_or_else(|| answer.to_owned(), |planned| format!("scheduled {}", planned.seconds())))
    }

    fn store(&mut self, name: &str, change: &Change, value: Value) {
        assert_eq!(change.added.len(), 1, "a put stores one version");
        self.values.insert(change.added[0].key, value);
        self.next_key += 1;
        self.apply(name, change);
    }

    fn apply(&mut self, name: &str, change: &Change) {
        self.newest_event = self.now;
        let mut state = match change.existence {
            Existence::Disappears => {
                let gone = self.secrets.remove(name).expect("only what is there disappears");
                let every: Vec<VersionRef> = gone.versions.iter().map(VersionState::reference).collect();
                assert_eq!(change.destroyed, every, "a secret disappears with every version");
                return;
            }
            Existence::Appears => empty(name, self.now),
            Existence::Stays => self.secrets.remove(name).expect("only what is there changes"),
        };
        if let Some(labels) = &change.labels {
            assert_eq!(labels.before, state.labels, "a plan starts from what is there");
            state.labels = labels.after.clone();
        }
        if let Some(retention) = &change.retention {
            assert_eq!(retention.before, state.facts.retention, "a plan starts from what is there");
            state.facts.retention = retention.after;
        }
        if let Some(renamed) = &change.name {
            assert_eq!(renamed.before, state.name, "a plan starts from what is there");
            state.name = renamed.after.clone();
        }
        if let Some(planned) = &change.planned_deletion {
            assert_eq!(planned.before, state.planned_deletion, "a plan starts from what is there");
            state.planned_deletion = planned.after;
        }
        state.versions.retain(|version| !change.destroyed.contains(&version.reference()));
        for added in &change.added {
            state.versions.push(VersionState {
                key: added.key,
                id: added.id.clone(),
                given: None,
                order: state.next_order,
                created: self.now,
                value_type: ValueType::Text,
                size: 1,
                note: None,
            });
            state.next_order += 1;
        }
        self.secrets.insert(state.name.to_string(), state);
    }

    fn labels(&self, name: &str, key: VersionKey) -> BTreeSet<String> {
        self.secrets[name].labels.of(key).iter().map(ToString::to_string).collect()
    }

    fn answer(&mut self, step: &Step) -> Answer {
        match step {
            Step::Create { name, id, value, extra } => self.create(name, id, *value, extra),
            Step::Put { name, id, value, stages } => self.put(name, id.as_deref(), *value, stages),
            Step::Get { name, id, stage, older } => self.get(name, id.as_deref(), stage.as_deref(), *older),
            Step::Stage { name, label, move_to, remove_from } => {
                let named = |id: &Option<String>| id.as_deref().map(version_id);
                let request = StageMove::new(stage_label(label), named(move_to), named(remove_from))?;
                let plan = move_stage(self.state(name)?, &request)?;
                self.change(name, plan, "moved")
            }
            Step::Rollback { name } => {
                let plan = rollback(self.state(name)?)?;
                self.change(name, plan, "moved")
            }
            Step::Delete { name, days, force } => {
                let deletion = Deletion::new(*days, *force)?;
                let plan = delete(self.state(name)?, deletion, self.now)?;
                self.change(name, plan, "removed")
            }
            Step::Restore { name } => {
                let plan = restore(self.state(name)?)?;
                self.change(name, plan, "restored")
            }
            Step::Purge { name, trust_clock } => {
                let plan = purge(self.state(name)?, self.now, self.newest_event, *trust_clock)?;
                self.change(name, plan, "removed")
            }
            Step::Keep { name, versions } => {
                let plan = update(self.state(name)?, &keep(*versions))?;
                self.change(name, plan, "kept")
            }
            Step::Rename { name, to } => {
                let plan = rename(self.state(name)?, &secret_name(to), self.secrets.get(to))?;
                self.change(name, plan, "renamed")
            }
            Step::Clock { seconds } => {
                self.now = Timestamp::clamped(self.now.seconds() + seconds);
                Ok(String::new())
            }
        }
    }
}

impl Subject for Rules {
    fn run(&mut self, step: &Step) -> String {
        self.answer(step).unwrap_or_else(|refusal| refusal.code().as_str().to_owned())
    }

    fn see(&mut self) -> BTreeMap<String, Seen> {
        self.secrets.iter().map(|(name, state)| (name.clone(), seen(state))).collect()
    }
}

/// What can be seen of a state.
pub fn seen(state: &SecretState) -> Seen {
    Seen {
        versions: state.versions.iter().map(|version| version.id.to_string()).collect(),
        marks: state
            .labels
            .iter()
            .map(|(label, target)| (label.to_string(), target.id.to_string()))
            .collect(),
        planned_deletion: state.planned_deletion.map(Timestamp::seconds),
    }
}

/// An update of the retention number alone.
pub fn keep(versions: Option<u32>) -> MetadataUpdate {
    let retention = Some(versions.map(|versions| Retention::new(versions).unwrap()));
    MetadataUpdate { retention, ..MetadataUpdate::default() }
}

fn empty(name: &str, now: Timestamp) -> SecretState {
    SecretState {
        name: secret_name(name),
        given_name: None,
        facts: Facts::default(),
        created: now,
        updated: now,
        planned_deletion: None,
        labels: LabelMap::new(),
        next_order: 1,
        versions: Vec::new(),
    }
}
