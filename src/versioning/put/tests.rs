//! PutSecretValue, sentence by sentence.

use super::super::test_support::{id, keeping, label, outcome, reference, scheduled, secret, written};
use super::*;
use crate::domain::ErrorCode;
use crate::versioning::{Existence, LabelMove};

fn stages(labels: &str) -> StageSet {
    StageSet::new(labels.split_whitespace().map(label)).unwrap()
}

fn terms(version_id: &str, labels: &str, comparison: Option<Comparison>) -> PutTerms {
    PutTerms {
        version_id: id(version_id),
        stages: stages(labels),
        key: VersionKey(99),
        comparison,
        free: id("v9"),
    }
}

fn put_new(state: &SecretState, version_id: &str, labels: &str) -> Result<Plan, Refusal> {
    put(state, &terms(version_id, labels, None))
}

#[test]
fn a_put_without_stages_means_current() {
    assert_eq!(StageSet::current().labels(), [StageLabel::current()]);
}

#[test]
fn a_list_with_the_same_label_twice_counts_once() {
    assert_eq!(stages("b a b ACSCurrent a").labels(), [label("b"), label("a"), StageLabel::current()]);
    let full = secret("v1", "ACSCurrent=v1 a=v1 b=v1 c=v1 d=v1 e=v1");
    assert_eq!(outcome(&put_new(&full, "v2", "f f f")), "ACSCurrent=v1 a=v1 b=v1 c=v1 d=v1 e=v1 f=v2");
}

#[test]
fn an_empty_list_of_stages_is_an_invalid_parameter() {
    let refusal = StageSet::new([]).unwrap_err();
    assert_eq!(refusal, Refusal::NoStages);
    assert_eq!(refusal.code(), ErrorCode::InvalidParameter);
}

#[test]
fn a_list_with_both_current_and_previous_is_an_invalid_parameter() {
    for labels in ["ACSCurrent ACSPrevious", "ACSPrevious x ACSCurrent"] {
        let refusal = StageSet::new(labels.split(' ').map(label)).unwrap_err();
        assert_eq!(refusal, Refusal::CurrentAndPrevious);
        assert_eq!(refusal.code(), ErrorCode::InvalidParameter);
    }
}

#[test]
fn a_put_into_a_scheduled_secret_is_refused_before_the_version_is_looked_at() {
    let state = scheduled(secret("v1 v2", "ACSCurrent=v2 ACSPrevious=v1"));
    for (version_id, comparison) in
        [("v3", None), ("v2", Some(Comparison::Same)), ("v2", Some(Comparison::Differs))]
    {
        let result = put(&state, &terms(version_id, "ACSCurrent", comparison));
        assert_eq!(outcome(&result), "Rejected.ResourceInDeleteWindow");
    }
}

#[test]
fn the_same_value_under_the_same_id_is_a_success_that_changes_nothing_whatever_stages_says() {
    let full = secret("v1 v2", "ACSCurrent=v2 ACSPrevious=v1 a=v1 b=v1 c=v1 d=v1 e=v1 f=v1");
    for labels in ["ACSCurrent", "ACSPrevious", "a", "one-too-many"] {
        for version_id in ["v1", "v2"] {
            let result = put(&full, &terms(version_id, labels, Some(Comparison::Same)));
            assert_eq!(result, Ok(Plan::Unchanged), "{version_id} {labels}");
        }
    }
}

#[test]
fn the_same_value_is_a_success_for_a_deprecated_version_too() {
    let state = keeping(secret("v1 v2 v3", "ACSCurrent=v3 ACSPrevious=v2"), 1);
    assert_eq!(put(&state, &terms("v1", "ACSCurrent", Some(Comparison::Same))), Ok(Plan::Unchanged));
}

#[test]
fn another_value_under_the_same_id_is_refused_and_the_message_names_the_version() {
    let state = secret("v1 v2", "ACSCurrent=v2 ACSPrevious=v1");
    let refusal = put(&state, &terms("v2", "ACSCurrent", Some(Comparison::Differs))).unwrap_err();
    assert_eq!(refusal.code(), ErrorCode::ResourceExist);
    assert_eq!(
        refusal.to_string(),
        "version 'v2' of secret 'db/password' already exists with a different value"
    );
    assert_eq!(refusal.hint(), "choose another version id: 'v9' is free");
}

#[test]
fn an_existing_id_is_checked_before_the_limit_of_labels() {
    let full = secret("v1", "ACSCurrent=v1 a=v1 b=v1 c=v1 d=v1 e=v1 f=v1");
    let result = put(&full, &terms("v1", "g", Some(Comparison::Differs)));
    assert_eq!(outcome(&result), "Rejected.ResourceExist");
}

#[test]
fn an_existing_id_that_was_compared_with_nothing_is_refused() {
    let state = secret("v1", "ACSCurrent=v1");
    assert_eq!(outcome(&put_new(&state, "v1", "ACSCurrent")), "Rejected.ResourceExist");
}

#[test]
fn each_label_marks_the_new_version_and_leaves_the_one_it_marked_before() {
    let cases = [
        // versions, labels before, labels of the put of "new", labels after
        ("v1", "ACSCurrent=v1", "ACSCurrent", "ACSCurrent=new ACSPrevious=v1"),
        ("v1 v2", "ACSCurrent=v2 ACSPrevious=v1", "ACSCurrent", "ACSCurrent=new ACSPrevious=v2"),
        ("v1 v2", "ACSCurrent=v1 ACSPrevious=v2", "ACSCurrent", "ACSCurrent=new ACSPrevious=v1"),
        ("v1 v2", "ACSCurrent=v2 ACSPrevious=v1", "x", "ACSCurrent=v2 ACSPrevious=v1 x=new"),
        ("v1 v2", "ACSCurrent=v2 ACSPrevious=v1 x=v1", "x", "ACSCurrent=v2 ACSPrevious=v1 x=new"),
        ("v1 v2", "ACSCurrent=v2 x=v2 y=v1", "ACSCurrent x", "ACSCurrent=new ACSPrevious=v2 y=v1 x=new"),
        ("v1", "ACSCurrent=v1", "z ACSCurrent a", "ACSCurrent=new ACSPrevious=v1 z=new a=new"),
    ];
    for (versions, before, labels, after) in cases {
        let state = secret(versions, before);
        assert_eq!(outcome(&put_new(&state, "new", labels)), after, "{before} + {labels}");
    }
}

#[test]
fn a_put_that_names_previous_moves_it_to_the_new_version_and_current_stays() {
    let state = secret("v1 v2", "ACSCurrent=v2 ACSPrevious=v1");
    assert_eq!(outcome(&put_new(&state, "v3", "ACSPrevious")), "ACSCurrent=v2 ACSPrevious=v3");
    let young = secret("v1", "ACSCurrent=v1");
    assert_eq!(outcome(&put_new(&young, "v2", "ACSPrevious x")), "ACSCurrent=v1 ACSPrevious=v2 x=v2");
}

#[test]
fn a_secret_carries_at_most_six_labels_besides_the_two_built_in_ones() {
    let five = secret("v1 v2", "ACSCurrent=v2 ACSPrevious=v1 a=v1 b=v1 c=v1 d=v1 e=v1");
    assert!(put_new(&five, "v3", "f").is_ok());
    assert_eq!(outcome(&put_new(&five, "v3", "f g")), "Rejected.LimitExceeded");
    let six = secret("v1 v2", "ACSCurrent=v2 ACSPrevious=v1 a=v1 b=v1 c=v1 d=v1 e=v1 f=v1");
    assert_eq!(outcome(&put_new(&six, "v3", "g")), "Rejected.LimitExceeded");
    assert_eq!(outcome(&put_new(&six, "v3", "ACSCurrent g")), "Rejected.LimitExceeded");
}

#[test]
fn the_built_in_labels_are_counted_even_where_no_version_is_the_previous_one() {
    let six = secret("v1", "ACSCurrent=v1 a=v1 b=v1 c=v1 d=v1 e=v1 f=v1");
    assert_eq!(six.labels.len(), 7);
    assert_eq!(outcome(&put_new(&six, "v2", "g")), "Rejected.LimitExceeded");
    assert!(put_new(&six, "v2", "ACSCurrent").is_ok());
    assert!(put_new(&six, "v2", "ACSPrevious").is_ok());
}

#[test]
fn labels_that_only_move_do_not_count_against_the_limit() {
    let six = secret("v1 v2", "ACSCurrent=v2 ACSPrevious=v1 a=v1 b=v1 c=v1 d=v1 e=v1 f=v1");
    let result = put_new(&six, "v3", "a b c d e f ACSCurrent");
    assert_eq!(outcome(&result), "ACSCurrent=v3 ACSPrevious=v2 a=v3 b=v3 c=v3 d=v3 e=v3 f=v3");
}

#[test]
fn a_put_adds_one_version_and_changes_nothing_but_labels() {
    let state = secret("v1", "ACSCurrent=v1");
    let plan = put_new(&state, "v2", "ACSCurrent").unwrap();
    let mut expected = Change::of(Operation::Put);
    expected.labels = plan.change().unwrap().labels.clone();
    expected.added = vec![VersionRef { key: VersionKey(99), id: id("v2") }];
    assert_eq!(plan.change(), Some(&expected));
    assert_eq!(expected.existence, Existence::Stays);
    assert_eq!(written(&expected.labels.unwrap().before), "ACSCurrent=v1");
}

#[test]
fn a_put_says_which_labels_move_from_where() {
    let state = secret("v1 v2", "ACSCurrent=v2 ACSPrevious=v1 x=v1 y=v1");
    let plan = put_new(&state, "v3", "x z ACSCurrent").unwrap();
    let moved = |text: &str, from: Option<&str>, to: &str| LabelMove {
        label: label(text),
        from: from.map(id),
        to: Some(id(to)),
    };
    assert_eq!(
        plan.change().unwrap().moves(),
        [
            moved("ACSCurrent", Some("v2"), "v3"),
            moved("ACSPrevious", Some("v1"), "v2"),
            moved("x", Some("v1"), "v3"),
            moved("z", None, "v3"),
        ]
    );
}

#[test]
fn the_labels_of_the_new_version_are_answered_built_in_first_and_then_as_given() {
    let state = secret("v1", "ACSCurrent=v1 z=v1 b=v1");
    let plan = put_new(&state, "v2", "b y ACSCurrent z a").unwrap();
    let after = plan.change().unwrap().labels.clone().unwrap().after;
    let answered: Vec<String> = after.of(VersionKey(99)).iter().map(ToString::to_string).collect();
    assert_eq!(answered, ["ACSCurrent", "b", "y", "z", "a"]);
}

fn destroyed(state: &SecretState, labels: &str) -> String {
    let plan = put_new(state, "new", labels).unwrap();
    let ids: Vec<String> = plan.change().unwrap().destroyed.iter().map(|gone| gone.id.to_string()).collect();
    ids.join(" ")
}

#[test]
fn without_a_retention_number_nothing_is_ever_destroyed() {
    let many: Vec<String> = (1..=1_200).map(|number| format!("v{number}")).collect();
    let state = secret(&many.join(" "), "ACSCurrent=v1200 ACSPrevious=v1199");
    assert_eq!(destroyed(&state, "ACSCurrent"), "");
}

#[test]
fn the_oldest_unlabelled_versions_beyond_the_retention_number_are_destroyed() {
    let cases = [
        // keep, versions, labels, labels of the put, destroyed
        (4, "v1 v2 v3", "ACSCurrent=v3 ACSPrevious=v2", "ACSCurrent", ""),
        (3, "v1 v2 v3", "ACSCurrent=v3 ACSPrevious=v2", "ACSCurrent", "v1"),
        (2, "v1 v2 v3 v4", "ACSCurrent=v4 ACSPrevious=v3", "x", "v1 v2"),
        (3, "v1 v2 v3 v4", "ACSCurrent=v4 ACSPrevious=v3", "ACSCurrent", "v1 v2"),
        (4, "v1 v2 v3 v4", "ACSCurrent=v2 ACSPrevious=v1", "x", "v3"),
        (1, "v1 v2 v3 v4", "ACSCurrent=v4", "x", "v1 v2 v3"),
        (1_000, "v1 v2 v3 v4", "ACSCurrent=v4", "x", ""),
    ];
    for (keep, versions, labels, put_labels, gone) in cases {
        let state = keeping(secret(versions, labels), keep);
        assert_eq!(destroyed(&state, put_labels), gone, "keep {keep} of {versions}, {labels}");
    }
}

#[test]
fn retention_never_destroys_a_labelled_version() {
    let state = keeping(secret("v1 v2 v3", "ACSCurrent=v3 ACSPrevious=v2 pinned=v1"), 1);
    assert_eq!(destroyed(&state, "x"), "");
}

#[test]
fn retention_never_destroys_a_version_that_lost_a_label_in_this_very_put() {
    // v1 loses ACSPrevious to v2, v3 loses x to the new version: only v4 was unlabelled before.
    let state = keeping(secret("v1 v2 v3 v4", "ACSCurrent=v2 ACSPrevious=v1 x=v3"), 1);
    assert_eq!(destroyed(&state, "ACSCurrent x"), "v4");
    let next = keeping(secret("v1 v2 v3 v5", "ACSCurrent=v5 ACSPrevious=v2 x=v5"), 1);
    assert_eq!(destroyed(&next, "x"), "v1 v3");
}

#[test]
fn destroyed_versions_are_named_by_their_identity() {
    let state = keeping(secret("v1 v2 v3", "ACSCurrent=v3 ACSPrevious=v2"), 3);
    let plan = put_new(&state, "v4", "x").unwrap();
    assert_eq!(plan.change().unwrap().destroyed, [reference(1, "v1")]);
}

#[test]
fn a_refused_or_unchanged_put_destroys_nothing() {
    let state = keeping(secret("v1 v2 v3", "ACSCurrent=v3 ACSPrevious=v2"), 1);
    assert_eq!(put(&state, &terms("v1", "x", Some(Comparison::Same))), Ok(Plan::Unchanged));
    assert!(put(&state, &terms("v1", "x", Some(Comparison::Differs))).is_err());
}

/// After a merge of two copies that both stored a `v2`.
fn merged() -> SecretState {
    let mut state = secret("v1 v2-0a v2-0b", "ACSCurrent=v2-0b ACSPrevious=v1");
    state.versions[1].given = Some(id("v2"));
    state.versions[2].given = Some(id("v2"));
    state
}

#[test]
fn an_id_that_was_given_twice_stays_taken() {
    let refused = put_new(&merged(), "v2", "ACSCurrent").unwrap_err();
    let (name, version) = (super::super::test_support::name(), id("v2"));
    let now = vec![id("v2-0a"), id("v2-0b")];
    assert_eq!(refused, Refusal::IdStaysTaken { name, version, now, free: id("v9") });
    assert!(put_new(&merged(), "v3", "ACSCurrent").is_ok());
}

#[test]
fn an_id_stays_taken_while_one_of_its_versions_is_left() {
    let mut state = merged();
    state.versions.remove(1);
    assert!(put_new(&state, "v2", "ACSCurrent").is_err());
    state.labels = secret("v1", "ACSCurrent=v1").labels;
    state.versions.pop();
    assert!(put_new(&state, "v2", "ACSCurrent").is_ok());
}

#[test]
fn what_the_next_put_would_destroy_is_said_beforehand() {
    let state = secret("v1 v2 v3 v4", "ACSCurrent=v4 ACSPrevious=v3 kept=v1");
    let next = |kept: Option<u32>| {
        let retired = retired_by_next_put(&state, kept.map(|kept| Retention::new(kept).unwrap()));
        retired.iter().map(|version| version.id.to_string()).collect::<Vec<_>>().join(" ")
    };
    // v4 becomes the previous version, and v3 has just lost its label.
    assert_eq!([next(None), next(Some(5)), next(Some(4)), next(Some(2))], ["", "", "v2", "v2"]);
    let state = secret("v1 v2 v3", "ACSCurrent=v3");
    let next = |kept| retired_by_next_put(&state, Some(Retention::new(kept).unwrap()));
    assert_eq!(next(4), []);
    assert_eq!(next(3), [reference(1, "v1")]);
    assert_eq!(next(2), [reference(1, "v1"), reference(2, "v2")]);
}
