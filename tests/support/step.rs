//! One operation in plain words, to be run by whoever claims to follow the contract, and random ones.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

/// A value of the random tests: binary or not, and one byte.
pub type Value = (bool, u8);

/// One operation. Names, ids and labels are plain text, so that nothing of the code under test is needed.
#[derive(Debug, Clone)]
pub enum Step {
    Create {
        name: String,
        id: String,
        value: Value,
        extra: Vec<String>,
    },
    Put {
        name: String,
        id: Option<String>,
        value: Value,
        stages: Vec<String>,
    },
    Get {
        name: String,
        id: Option<String>,
        stage: Option<String>,
        older: u32,
    },
    Stage {
        name: String,
        label: String,
        move_to: Option<String>,
        remove_from: Option<String>,
    },
    Rollback {
        name: String,
    },
    Delete {
        name: String,
        days: Option<u32>,
        force: bool,
    },
    Restore {
        name: String,
    },
    Purge {
        name: String,
        trust_clock: bool,
    },
    /// A new retention number, or none (etui).
    Keep {
        name: String,
        versions: Option<u32>,
    },
    Rename {
        name: String,
        to: String,
    },
    /// The clock goes on, or back.
    Clock {
        seconds: i64,
    },
}

/// What can be seen of one secret without opening a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Ids, oldest first.
    pub versions: Vec<String>,
    /// Label to version id.
    pub marks: BTreeMap<String, String>,
    /// When it may be removed.
    pub planned_deletion: Option<i64>,
}

/// Somebody who claims to follow the contract.
pub trait Subject {
    /// Runs a step and answers in one line; a refusal is its code.
    fn run(&mut self, step: &Step) -> String;
    /// All secrets by name.
    fn see(&mut self) -> BTreeMap<String, Seen>;
}

/// The answer of a put or a creation.
pub fn stored(id: &str, created: bool, labels: BTreeSet<String>) -> String {
    let labels: Vec<String> = labels.into_iter().collect();
    format!("{} {id} {}", if created { "stored" } else { "unchanged" }, labels.join(" "))
}

/// The answer of a read.
pub fn read(id: &str, value: Value, labels: BTreeSet<String>) -> String {
    let labels: Vec<String> = labels.into_iter().collect();
    format!("{id} {value:?} {}", labels.join(" "))
}

const DAY: i64 = 86_400;

fn name() -> impl Strategy<Value = String> {
    prop_oneof![5 => Just("a"), 1 => Just("b")].prop_map(str::to_owned)
}

fn id() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["v1", "v2", "v3", "v4", "v09", "x", "x-2"]).prop_map(str::to_owned)
}

fn label() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just("ACSCurrent".to_owned()),
        2 => Just("ACSPrevious".to_owned()),
        6 => (0..8_u8).prop_map(|number| format!("label{number}")),
    ]
}

fn labels(most: usize) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(label(), 0..=most)
}

fn value() -> impl Strategy<Value = Value> {
    (prop::bool::weighted(0.2), 0..3_u8)
}

fn put_stages() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![2 => Just(vec!["ACSCurrent".to_owned()]), 3 => labels(5)]
}

/// A random step; most of them say yes some of the time.
pub fn step() -> impl Strategy<Value = Step> {
    let maybe_id = || prop::option::weighted(0.7, id());
    prop_oneof![
        4 => (name(), id(), value(), labels(3))
            .prop_map(|(name, id, value, extra)| Step::Create { name, id, value, extra }),
        12 => (name(), maybe_id(), value(), put_stages())
            .prop_map(|(name, id, value, stages)| Step::Put { name, id, value, stages }),
        4 => (name(), prop::option::weighted(0.4, id()), prop::option::weighted(0.4, label()), 0..3_u32)
            .prop_map(|(name, id, stage, older)| Step::Get { name, id, stage, older }),
        8 => (name(), label(), maybe_id(), prop::option::weighted(0.3, id())).prop_map(
            |(name, label, move_to, remove_from)| Step::Stage { name, label, move_to, remove_from }
        ),
        2 => name().prop_map(|name| Step::Rollback { name }),
        2 => (name(), prop::option::weighted(0.6, 5..33_u32), prop::bool::weighted(0.3))
            .prop_map(|(name, days, force)| Step::Delete { name, days, force }),
        3 => name().prop_map(|name| Step::Restore { name }),
        1 => (name(), any::<bool>()).prop_map(|(name, trust_clock)| Step::Purge { name, trust_clock }),
        1 => (name(), prop::option::weighted(0.8, 1..6_u32))
            .prop_map(|(name, versions)| Step::Keep { name, versions }),
        1 => (name(), name()).prop_map(|(name, to)| Step::Rename { name, to }),
        1 => (-2 * DAY..40 * DAY).prop_map(|seconds| Step::Clock { seconds }),
    ]
}
