//! Random operations give the same answers and the same states as a reference model written from the text.

use proptest::prelude::*;

use crate::support::model::Model;
use crate::support::one_line::one_line;
use crate::support::rules::Rules;
use crate::support::step::{Subject, step};
use crate::support::vault_subject::VaultSubject;

const START: i64 = 1_700_000_000;

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_rules_and_the_model_agree_and_no_invariant_ever_breaks(
        steps in one_line(prop::collection::vec(step(), 1..60)),
    ) {
        let (mut rules, mut model) = (Rules::new(START), Model::new(START));
        for step in steps.iter() {
            let answer = rules.run(step);
            prop_assert_eq!(answer, model.run(step), "{:?}", step);
            prop_assert_eq!(rules.broken_invariant(), None);
            prop_assert_eq!(rules.see(), model.see(), "after {:?}", step);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_vault_and_the_model_agree_and_the_vault_stays_sound(
        steps in one_line(prop::collection::vec(step(), 1..40)),
    ) {
        let (mut subject, mut model) = (VaultSubject::new(), Model::new(START));
        for (number, step) in steps.iter().enumerate() {
            let before = subject.place.copy();
            let answer = subject.run(step);
            prop_assert_eq!(&answer, &model.run(step), "{:?}", step);
            prop_assert_eq!(subject.see(), model.see(), "after {:?}", step);
            let report = subject.vault.verify().unwrap();
            prop_assert!(report.is_clean(), "{:?} after {:?}", report.findings, step);
            let refused = answer.contains("Rejected.") || answer.contains("Parameter") || answer.contains("NotFound");
            if refused || answer.starts_with("unchanged") {
                prop_assert!(subject.place.copy() == before, "{:?} changed the file", step);
            }
            // A session that knows nothing of it yet sees the same.
            if number % 8 == 7 {
                subject.vault = subject.place.open().unwrap();
                prop_assert_eq!(subject.see(), model.see());
            }
        }
    }
}
