//! The worked example of the contract, call by call.

use std::collections::BTreeMap;

use crate::support::model::Model;
use crate::support::rules::Rules;
use crate::support::step::{Step, Subject};
use crate::support::vault_subject::VaultSubject;

fn put(id: &str, value: u8, stages: &str) -> Step {
    Step::Put {
        name: "db".to_owned(),
        id: Some(id.to_owned()),
        value: (false, value),
        stages: stages.split(' ').map(str::to_owned).collect(),
    }
}

/// Each call with its answer and the labels after it.
fn calls() -> Vec<(Step, &'static str, &'static str)> {
    let create =
        Step::Create { name: "db".to_owned(), id: "v1".to_owned(), value: (false, 1), extra: Vec::new() };
    let after_four = "ACSCurrent=v4 ACSPrevious=v2 UStage1=v4 Ustage2=v4";
    vec![
        (create, "stored v1 ACSCurrent", "ACSCurrent=v1"),
        (put("v2", 2, "ACSCurrent"), "stored v2 ACSCurrent", "ACSCurrent=v2 ACSPrevious=v1"),
        (put("v3", 3, "UStage1"), "stored v3 UStage1", "ACSCurrent=v2 ACSPrevious=v1 UStage1=v3"),
        (put("v4", 4, "ACSCurrent UStage1 Ustage2"), "stored v4 ACSCurrent UStage1 Ustage2", after_four),
        (put("v2", 2, "ACSCurrent"), "unchanged v2 ACSPrevious", after_four),
        (put("v2", 9, "ACSCurrent"), "Rejected.ResourceExist", after_four),
    ]
}

fn follow(subject: &mut impl Subject) {
    for (step, answer, labels) in calls() {
        assert_eq!(subject.run(&step), answer, "{step:?}");
        let seen: BTreeMap<_, _> = subject.see();
        let marks: Vec<String> = seen["db"].marks.iter().map(|(label, id)| format!("{label}={id}")).collect();
        assert_eq!(marks.join(" "), labels, "after {step:?}");
    }
    let versions = &subject.see()["db"].versions;
    assert_eq!(versions, &["v1", "v2", "v3", "v4"]);
}

#[test]
fn the_rules_follow_the_worked_example() {
    follow(&mut Rules::new(0));
}

#[test]
fn the_reference_model_follows_the_worked_example() {
    follow(&mut Model::new(0));
}

#[test]
fn the_vault_follows_the_worked_example() {
    let mut subject = VaultSubject::new();
    follow(&mut subject);
    assert!(subject.vault.verify().unwrap().is_clean());
}
