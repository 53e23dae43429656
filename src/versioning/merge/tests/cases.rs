//! The cases that anybody meets, one by one.

use std::collections::BTreeMap;

use super::model::Replica;
use super::work::secret_name;
use crate::domain::{Retention, VersionId};
use crate::versioning::merge::*;
use crate::versioning::{Deletion, Direction, Operation, Refusal, SecretState, Selector, select};

const DAY: i64 = 86_400_000;

/// A vault with the secret `db`, whose version `v1` holds 1, and two copies of it.
fn two_copies() -> [Replica; 2] {
    let mut base = Replica::new(7);
    base.make("db", 1);
    pass(&mut base);
    [base.copied(8, 0), base.copied(9, 0)]
}

/// Some seconds go by.
fn pass(copy: &mut Replica) {
    copy.clock += 5_000;
}

/// `mine` catches up with `theirs`, with every question answered beforehand.
fn pull(mine: &mut Replica, theirs: &Replica) -> MergePlan {
    answered(mine, theirs, None).expect("there is no question")
}

fn answered(mine: &mut Replica, theirs: &Replica, answer: Option<PurgeAnswer>) -> Option<MergePlan> {
    pass(mine);
    mine.merge(theirs, &PurgeAnswers { all: answer, each: BTreeMap::new() })
}

/// Merges both ways and makes sure that it comes to the same; answers what became of `a`, and its plan.
fn both_ways(a: &Replica, b: &Replica) -> (Replica, MergePlan) {
    let (mut left, mut right) = (a.clone(), b.clone());
    let plan = pull(&mut left, b);
    pull(&mut right, a);
    assert_eq!(left.view(), right.view());
    (left, plan)
}

fn state<'a>(copy: &'a Replica, name: &str) -> &'a SecretState {
    &copy.secrets[&copy.row(name)].state
}

/// The labels of a secret, each with the value that it leads to.
fn labels(copy: &Replica, name: &str) -> String {
    let held = &copy.secrets[&copy.row(name)];
    let labels = held.state.labels.iter();
    let pairs: Vec<String> =
        labels.map(|(label, target)| format!("{label}={}", held.values[&target.key])).collect();
    pairs.join(" ")
}

/// The ids of a secret with their values, oldest first.
fn versions(copy: &Replica, name: &str) -> String {
    let held = &copy.secrets[&copy.row(name)];
    let versions = held.state.versions.iter();
    let pairs: Vec<String> = versions.map(|one| format!("{}={}", one.id, held.values[&one.key])).collect();
    pairs.join(" ")
}

fn facts_in_conflict(plan: &MergePlan) -> Vec<(Fact, Option<Side>)> {
    let conflicts = plan.secrets.iter().flat_map(|secret| &secret.conflicts);
    conflicts.map(|conflict| (conflict.fact.clone(), conflict.decided)).collect()
}

fn names(copy: &Replica) -> Vec<String> {
    let mut names: Vec<String> = copy.secrets.values().map(|held| held.state.name.to_string()).collect();
    names.sort_unstable();
    names
}

#[test]
fn what_only_one_side_changed_arrives_whole_and_without_a_conflict() {
    // Given a copy where a value, a label, a description and a tag changed and a secret is scheduled for deletion,
    let [a, mut b] = two_copies();
    b.put("db", None, 2);
    b.stage("db", "live", Some("v1"), None);
    b.describe("db", "the main one");
    b.set_tag("db", "team", "web");
    b.make("old", 5);
    b.delete("old", Deletion::Window(7));
    // when it is merged into the other one,
    let (merged, plan) = both_ways(&a, &b);
    // then all of it is there, and nothing had to be decided.
    assert_eq!(merged.view(), b.view());
    assert_eq!(labels(&merged, "db"), "ACSCurrent=2 ACSPrevious=1 live=1");
    assert!(state(&merged, "old").planned_deletion.is_some());
    assert_eq!(facts_in_conflict(&plan), []);
}

#[test]
fn what_only_one_side_changed_arrives_beside_changes_of_other_secrets() {
    let [mut a, mut b] = two_copies();
    a.make("mine", 7);
    b.put("db", None, 2);
    b.describe("db", "the main one");
    let (merged, plan) = both_ways(&a, &b);
    assert_eq!(names(&merged), ["db", "mine"]);
    assert_eq!(state(&merged, "db"), state(&b, "db"));
    assert_eq!(facts_in_conflict(&plan), []);
    let effects: Vec<_> = plan.secrets.iter().filter(|secret| secret.effect.is_some()).collect();
    assert_eq!(effects.len(), 1, "what is only here is not touched");
}

#[test]
fn two_values_under_the_automatic_id_both_stay_and_the_id_fails_loudly() {
    // Given two copies that both put a `v2`, with different values,
    let [mut a, mut b] = two_copies();
    a.put("db", None, 2);
    pass(&mut b);
    b.put("db", None, 3);
    // when they are merged,
    let (mut merged, plan) = both_ways(&a, &b);
    // then both values are there under ids of their own, and the later one is current.
    let keys: Vec<String> =
        state(&merged, "db").versions[1..].iter().map(|one| format!("{:016x}", one.key.0)).collect();
    let ids: Vec<String> = keys.iter().map(|key| format!("v2-{}", &key[..8])).collect();
    assert_eq!(versions(&merged, "db"), format!("v1=1 {}=2 {}=3", ids[0], ids[1]));
    assert_eq!(labels(&merged, "db"), "ACSCurrent=3 ACSPrevious=2");
    let v2 = VersionId::new("v2").unwrap();
    assert!(facts_in_conflict(&plan).contains(&(Fact::VersionId(v2.clone()), None)));
    // A script that pinned the id stops, with both names.
    let pinned = Selector { version_id: Some(v2.clone()), ..Selector::default() };
    match select(state(&merged, "db"), &pinned) {
        Err(Refusal::VersionRenamed { now, .. }) => {
            assert_eq!(now.iter().map(VersionId::as_str).collect::<Vec<_>>(), ids);
        }
        other => panic!("{other:?}"),
    }
    // It is not given again, and the next one counts from it.
    merged.put("db", Some("v2"), 4);
    assert_eq!(state(&merged, "db").versions.len(), 3);
    merged.put("db", None, 4);
    assert!(versions(&merged, "db").ends_with(" v3=4"));
}

#[test]
fn a_suffix_stays_though_the_other_version_of_its_id_is_destroyed() {
    let [mut a, mut b] = two_copies();
    a.put("db", None, 2);
    pass(&mut b);
    b.put("db", None, 3);
    let lagging = b.clone();
    pull(&mut a, &b);
    // Given a merged copy in which retention destroys one of the two,
    a.put("db", None, 4);
    a.keep("db", 2);
    a.put("db", None, 5);
    let left = |copy: &Replica| state(copy, "db").versions.iter().filter(|one| one.given.is_some()).count();
    assert_eq!(left(&a), 1);
    assert_eq!(versions(&a, "db").matches("=2").count(), 0);
    // when one that lags behind changes the secret too, then the other one is not called `v2` again.
    for skew in [0, 60_000] {
        let mut lagging = lagging.copied(13, skew);
        lagging.stage("db", "live", Some("v2"), None);
        let (merged, _) = both_ways(&a, &lagging);
        assert_eq!(left(&merged), 1);
        assert!(state(&merged, "db").version(&VersionId::new("v2").unwrap()).is_none());
    }
}

#[test]
fn one_value_under_one_id_is_one_version() {
    let [mut a, mut b] = two_copies();
    a.put("db", None, 2);
    b.put("db", None, 2);
    let (merged, plan) = both_ways(&a, &b);
    assert_eq!(versions(&merged, "db"), "v1=1 v2=2");
    assert_eq!(plan.unions.versions().len(), 1);
    assert_eq!(labels(&merged, "db"), "ACSCurrent=2 ACSPrevious=1");
}

#[test]
fn one_version_made_in_both_was_made_when_the_first_of_them_was() {
    // Whichever of the two keys is kept.
    for skews in [[0, 5_000], [5_000, 0]] {
        let [mut a, mut b] = two_copies();
        (a.clock, b.clock) = (a.clock + skews[0], b.clock + skews[1]);
        a.put("db", None, 2);
        b.put("db", None, 2);
        let made = [&a, &b].map(|copy| state(copy, "db").versions[1].created);
        assert_ne!(made[0], made[1]);
        let (merged, _) = both_ways(&a, &b);
        assert_eq!(Some(state(&merged, "db").versions[1].created), made.into_iter().min());
    }
}

#[test]
fn ids_that_were_told_apart_before_are_no_conflict_again() {
    let [mut a, mut b] = two_copies();
    a.put("db", None, 2);
    pass(&mut b);
    b.put("db", None, 3);
    pull(&mut a, &b);
    pull(&mut b, &a);
    a.set_tag("db", "who", "a");
    b.keep("db", 9);
    let (_, plan) = both_ways(&a, &b);
    assert_eq!(facts_in_conflict(&plan), []);
}

#[test]
fn what_an_undone_put_left_behind_marks_what_it_marked_before() {
    let mut base = Replica::new(7);
    base.make("db", 1);
    base.put("db", None, 2);
    base.put("db", None, 3);
    pass(&mut base);
    let (mut a, mut b) = (base.copied(8, 0), base.copied(9, 0));
    assert!(a.take_back(Direction::Undo));
    assert_eq!(labels(&a, "db"), "ACSCurrent=2 ACSPrevious=1");
    b.describe("db", "there");
    let (merged, _) = both_ways(&a, &b);
    assert_eq!(labels(&merged, "db"), "ACSCurrent=2 ACSPrevious=1");
}

#[test]
fn a_long_id_is_cut_so_that_its_suffix_fits() {
    let [mut a, mut b] = two_copies();
    let id = "i".repeat(64);
    a.put("db", Some(&id), 2);
    b.put("db", Some(&id), 3);
    let (merged, _) = both_ways(&a, &b);
    for version in &state(&merged, "db").versions[1..] {
        assert_eq!(version.id.as_str().len(), 64);
        assert!(version.id.as_str().starts_with(&"i".repeat(55)));
        assert_eq!(version.given.as_ref().map(VersionId::as_str), Some(id.as_str()));
    }
}

#[test]
fn one_name_made_in_both_copies_is_one_secret() {
    // Given two copies in which the same secret was made, without one knowing of the other,
    let [mut a, mut b] = two_copies();
    a.make("api", 1);
    a.put("api", None, 4);
    pass(&mut b);
    b.make("api", 1);
    b.describe("api", "made here too");
    let rows = [a.row("api"), b.row("api")];
    // when they are merged,
    let (merged, plan) = both_ways(&a, &b);
    // then it is one, under the smaller row id, with the versions of both.
    assert_eq!(names(&merged), ["api", "db"]);
    assert_eq!(merged.row("api"), *rows.iter().min().unwrap());
    assert_eq!(plan.unions.secrets(), [(*rows.iter().min().unwrap(), *rows.iter().max().unwrap())]);
    assert_eq!(versions(&merged, "api"), "v1=1 v2=4");
    assert_eq!(state(&merged, "api").facts.description.as_str(), "made here too");
    // What a third copy still says of the one that is gone counts for the one that is kept.
    let mut c = b.copied(10, 0);
    c.clock += 20_000;
    c.describe("api", "said later");
    let (merged, _) = both_ways(&merged, &c);
    assert_eq!(state(&merged, "api").facts.description.as_str(), "said later");
    assert_eq!(names(&merged), ["api", "db"]);
}

#[test]
fn the_same_import_on_two_copies_gives_one_secret_each() {
    let [mut a, mut b] = two_copies();
    for (name, value) in [("web/one", 1), ("web/two", 2), ("web/three", 3)] {
        a.make(name, value);
        b.make(name, value);
    }
    let (merged, plan) = both_ways(&a, &b);
    assert_eq!(names(&merged), ["db", "web/one", "web/three", "web/two"]);
    assert!(names(&merged)[1..].iter().all(|name| state(&merged, name).versions.len() == 1));
    assert_eq!(facts_in_conflict(&plan), []);
}

#[test]
fn a_label_moved_on_both_sides_is_where_it_was_moved_last() {
    // Given a label that each copy moved to another version,
    let mut base = Replica::new(7);
    base.make("db", 1);
    base.put("db", None, 2);
    base.put("db", None, 3);
    let (mut a, mut b) = (base.copied(8, 0), base.copied(9, 1_000));
    a.stage("db", "live", Some("v1"), None);
    b.stage("db", "live", Some("v2"), None);
    // when they are merged, then the later move decides, and the plan names both ends.
    let (merged, plan) = both_ways(&a, &b);
    assert_eq!(labels(&merged, "db"), "ACSCurrent=3 ACSPrevious=2 live=2");
    let conflict = &plan.secrets[0].conflicts[0];
    let end = |value: &FactValue| match value {
        FactValue::Version(Some(version)) => version.id.to_string(),
        other => format!("{other:?}"),
    };
    assert_eq!((end(&conflict.mine), end(&conflict.theirs)), ("v1".to_owned(), "v2".to_owned()));
    assert_eq!(conflict.decided, Some(Side::Theirs));
}

#[test]
fn a_rollback_after_a_merge_survives_the_merge_back() {
    let [mut a, mut b] = two_copies();
    a.put("db", Some("x"), 2);
    b.put("db", Some("y"), 3);
    pull(&mut a, &b);
    let current = labels(&a, "db");
    pass(&mut a);
    a.roll_back("db");
    assert_ne!(labels(&a, "db"), current);
    pull(&mut b, &a);
    assert_eq!(labels(&b, "db"), labels(&a, "db"));
    let before = a.view();
    pull(&mut a, &b);
    assert_eq!(a.view(), before);
}

#[test]
fn equal_stamps_are_decided_by_identity_from_either_end() {
    let [mut a, mut b] = two_copies();
    a.describe("db", "here");
    b.describe("db", "there");
    let last = |copy: &Replica| copy.events.last().unwrap().place;
    assert_eq!(last(&a).stamp, last(&b).stamp);
    let expected = if last(&a).identity > last(&b).identity { "here" } else { "there" };
    let (merged, _) = both_ways(&a, &b);
    assert_eq!(state(&merged, "db").facts.description.as_str(), expected);
}

#[test]
fn what_follows_a_merge_is_later_whatever_the_clocks_say() {
    // Given a copy whose clock is a day ahead,
    let [mut a, b] = two_copies();
    let mut ahead = b.copied(11, DAY);
    ahead.describe("db", "from tomorrow");
    // when the other one has merged it and changes the same fact, by a clock that is right,
    pull(&mut a, &ahead);
    a.describe("db", "after that");
    // then this is the later change, in both.
    pull(&mut ahead, &a);
    assert_eq!(state(&ahead, "db").facts.description.as_str(), "after that");
    // What was done without knowing of it is not.
    let mut other = b.copied(12, 0);
    other.clock += 3_600_000;
    other.describe("db", "not knowing");
    let (merged, _) = both_ways(&other, &a);
    assert_eq!(state(&merged, "db").facts.description.as_str(), "after that");
}

#[test]
fn a_label_moved_merged_and_moved_back_is_back_in_both() {
    let [mut a, mut b] = two_copies();
    a.put("db", None, 2);
    a.stage("db", "live", Some("v2"), None);
    pull(&mut b, &a);
    b.stage("db", "live", Some("v1"), None);
    a.describe("db", "meanwhile");
    pull(&mut a, &b);
    assert_eq!(labels(&a, "db"), "ACSCurrent=2 ACSPrevious=1 live=1");
    let (merged, plan) = both_ways(&a, &b);
    assert_eq!(labels(&merged, "db"), labels(&a, "db"));
    assert_eq!(facts_in_conflict(&plan), []);
}

#[test]
fn three_copies_that_merge_crosswise_end_equal() {
    let [mut a, mut b] = two_copies();
    let mut c = a.copied(12, -3_000);
    a.put("db", None, 2);
    b.put("db", None, 3);
    c.put("db", None, 4);
    let (a0, b0, c0) = (a.clone(), b.clone(), c.clone());
    pull(&mut a, &b0);
    pull(&mut b, &c0);
    pull(&mut c, &a0);
    a.describe("db", "one");
    b.describe("db", "two");
    c.stage("db", "live", Some("v1"), None);
    let (a1, b1, c1) = (a.clone(), b.clone(), c.clone());
    for (copy, [first, second]) in [(&mut a, [&b1, &c1]), (&mut b, [&c1, &a1]), (&mut c, [&a1, &b1])] {
        pull(copy, first);
        pull(copy, second);
    }
    assert_eq!(a.view(), b.view());
    assert_eq!(b.view(), c.view());
    assert_eq!(state(&a, "db").versions.len(), 4);
}

#[test]
fn of_two_renames_the_last_one_holds() {
    let [mut a, mut b] = two_copies();
    a.rename("db", "db/main");
    pass(&mut b);
    b.rename("db", "database");
    let (merged, plan) = both_ways(&a, &b);
    assert_eq!(names(&merged), ["database"]);
    assert_eq!(facts_in_conflict(&plan), [(Fact::Name, Some(Side::Theirs))]);
}

#[test]
fn two_secrets_renamed_to_one_name_both_get_a_suffix_until_somebody_chooses() {
    // Given two secrets, each of which got the same new name in one of the copies,
    let mut base = Replica::new(7);
    base.make("a", 1);
    base.make("b", 2);
    pass(&mut base);
    let (mut x, mut y) = (base.copied(8, 0), base.copied(9, 0));
    let rows = [base.row("a"), base.row("b")];
    x.rename("a", "api");
    y.rename("b", "api");
    // when they are merged, then neither is called so,
    let (mut merged, plan) = both_ways(&x, &y);
    let hex = |row: &[u8; 16]| row[..4].iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut expected = rows.iter().map(|row| format!("api-{}", hex(row))).collect::<Vec<_>>();
    expected.sort_unstable();
    assert_eq!(names(&merged), expected);
    let api = Fact::SecretName(secret_name("api"));
    assert_eq!(facts_in_conflict(&plan), [(api.clone(), None), (api, None)]);
    // until one of them is called so again by somebody who sees both: that holds, with copies that lag behind too.
    merged.rename(&format!("api-{}", hex(&rows[0])), "api");
    let mut expected = ["api".to_owned(), format!("api-{}", hex(&rows[1]))];
    expected.sort_unstable();
    x.describe("api", "lagging");
    let (merged, _) = both_ways(&merged, &x);
    assert_eq!(names(&merged), expected);
    y.describe("api", "lagging");
    let (merged, _) = both_ways(&merged, &y);
    assert_eq!(names(&merged), expected);
}

#[test]
fn a_suffix_leads_to_no_name_that_another_secret_has() {
    let mut base = Replica::new(7);
    base.make("a", 1);
    base.make("b", 2);
    let hex: String = base.row("a")[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    base.make(&format!("api-{hex}"), 3);
    pass(&mut base);
    let (mut x, mut y) = (base.copied(8, 0), base.copied(9, 0));
    x.rename("a", "api");
    y.rename("b", "api");
    let (merged, _) = both_ways(&x, &y);
    let mut different = names(&merged);
    different.dedup();
    assert_eq!(different.len(), 3, "{different:?}");
}

#[test]
fn a_suffix_reaches_copies_in_which_nothing_else_names_the_secret() {
    let mut base = Replica::new(7);
    base.make("a", 1);
    base.make("b", 2);
    pass(&mut base);
    let (mut x, mut y) = (base.copied(8, 0), base.copied(9, 0));
    x.rename("a", "api");
    let mut third = x.copied(10, 0);
    y.rename("b", "api");
    pull(&mut x, &y);
    // The third one knows the new name of `a`, and has a change of its own elsewhere.
    third.make("other", 3);
    let (merged, _) = both_ways(&x, &third);
    assert_eq!(names(&merged).iter().filter(|name| name.starts_with("api-")).count(), 2);
}

#[test]
fn a_deletion_stands_only_as_the_last_change() {
    for (seconds, stands) in [(1, false), (9, true)] {
        // Given a secret that one copy schedules for deletion and the other changes,
        let [mut a, mut b] = two_copies();
        a.clock += 5_000;
        b.clock += seconds * 1_000;
        a.put("db", None, 2);
        b.delete("db", Deletion::Window(7));
        // when they are merged, then the last of the two decides, and the value is there either way.
        let (merged, plan) = both_ways(&a, &b);
        assert_eq!(state(&merged, "db").planned_deletion.is_some(), stands);
        assert_eq!(versions(&merged, "db"), "v1=1 v2=2");
        let side = if stands { Side::Theirs } else { Side::Mine };
        assert_eq!(facts_in_conflict(&plan), [(Fact::Deletion, Some(side))]);
    }
}

#[test]
fn what_one_copy_removed_for_good_is_asked_about_and_not_asked_twice() {
    // Given a secret that one copy removed for good and the other one has changed since,
    let [mut a, mut b] = two_copies();
    a.delete("db", Deletion::Force);
    b.put("db", None, 2);
    // when they are merged, then nothing happens without an answer,
    for (mine, theirs, purged) in [(&a, &b, Side::Mine), (&b, &a, Side::Theirs)] {
        let mut mine = mine.clone();
        let before = mine.view();
        assert!(answered(&mut mine, theirs, None).is_none());
        assert_eq!(mine.view(), before);
        let plan = mine.plan(theirs, &PurgeAnswers::default());
        assert_eq!((plan.questions[0].purged, plan.questions[0].changed_since), (purged, true));
        assert_eq!(plan.questions[0].name.as_str(), "db");
    }
    // and where it is kept, that holds everywhere without another question.
    let mut kept = a.clone();
    answered(&mut kept, &b, Some(PurgeAnswer::Keep)).unwrap();
    assert_eq!(versions(&kept, "db"), "v1=1 v2=2");
    b.describe("db", "meanwhile");
    let (merged, _) = both_ways(&kept, &b);
    assert_eq!(state(&merged, "db").facts.description.as_str(), "meanwhile");
    pull(&mut a, &merged);
    assert_eq!(versions(&a, "db"), "v1=1 v2=2");
}

#[test]
fn a_restoration_that_is_newer_than_a_removal_keeps_the_secret_without_a_question() {
    let mut base = Replica::new(7);
    base.make("db", 1);
    base.delete("db", Deletion::Window(7));
    pass(&mut base);
    let (mut a, mut b) = (base.copied(8, 0), base.copied(9, 5_000));
    a.delete("db", Deletion::Force);
    b.restore("db");
    let (merged, plan) = both_ways(&a, &b);
    assert_eq!(versions(&merged, "db"), "v1=1");
    assert_eq!(state(&merged, "db").planned_deletion, None);
    assert_eq!(plan.questions, []);
}

#[test]
fn what_one_copy_removed_is_asked_before_the_other_follows_though_it_has_nothing_new() {
    let [mut a, b] = two_copies();
    a.delete("db", Deletion::Force);
    let mut behind = b.clone();
    assert!(answered(&mut behind, &a, None).is_none());
    answered(&mut behind, &a, Some(PurgeAnswer::Accept)).unwrap();
    assert!(behind.secrets.is_empty());
    // Who removed it is not asked.
    let mut own = a.clone();
    pull(&mut own, &b);
    assert!(own.secrets.is_empty());
}

#[test]
fn two_scheduled_syncs_around_a_removal_come_to_rest() {
    for answers in [
        [PurgeAnswer::Keep, PurgeAnswer::Keep],
        [PurgeAnswer::Accept, PurgeAnswer::Accept],
        [PurgeAnswer::Keep, PurgeAnswer::Accept],
        [PurgeAnswer::Accept, PurgeAnswer::Keep],
    ] {
        let [mut a, mut b] = two_copies();
        a.delete("db", Deletion::Force);
        b.put("db", None, 2);
        // Both run at the same time, each against the other as it was.
        for _ in 0..2 {
            let (a0, b0) = (a.clone(), b.clone());
            answered(&mut a, &b0, Some(answers[0])).unwrap();
            answered(&mut b, &a0, Some(answers[1])).unwrap();
        }
        answered(&mut a, &b, Some(answers[0])).unwrap();
        answered(&mut b, &a, Some(answers[1])).unwrap();
        let events = (a.events.len(), b.events.len());
        assert_eq!(a.view(), b.view(), "{answers:?}");
        pull(&mut a, &b);
        pull(&mut b, &a);
        assert_eq!((a.events.len(), b.events.len()), events, "{answers:?}");
        let accepted = answers == [PurgeAnswer::Accept, PurgeAnswer::Accept];
        assert_eq!(a.secrets.is_empty(), accepted, "{answers:?}");
    }
}

#[test]
fn what_retention_destroyed_in_one_copy_goes_unless_a_label_marks_it() {
    for (label, left) in [(None, "v2=2 v3=3 v4=4"), (Some("pinned"), "v1=1 v2=2 v3=3 v4=4")] {
        let mut base = Replica::new(7);
        base.make("db", 1);
        base.put("db", None, 2);
        base.put("db", None, 3);
        base.keep("db", 3);
        pass(&mut base);
        let (mut a, mut b) = (base.copied(8, 0), base.copied(9, 0));
        a.put("db", None, 4);
        assert_eq!(versions(&a, "db"), "v2=2 v3=3 v4=4");
        if let Some(label) = label {
            b.stage("db", label, Some("v1"), None);
        }
        b.describe("db", "meanwhile");
        assert_eq!(Retention::new(3).ok(), state(&b, "db").facts.retention);
        let (merged, _) = both_ways(&a, &b);
        assert_eq!(versions(&merged, "db"), left);
    }
}

#[test]
fn limits_drop_nothing() {
    let [mut a, mut b] = two_copies();
    for at in 0..6 {
        a.stage("db", &format!("a{at}"), Some("v1"), None);
        b.stage("db", &format!("b{at}"), Some("v1"), None);
    }
    for at in 0..15 {
        a.set_tag("db", &format!("a{at}"), "x");
        b.set_tag("db", &format!("b{at}"), "x");
    }
    let (mut merged, _) = both_ways(&a, &b);
    assert_eq!(state(&merged, "db").labels.custom_count(), 12);
    assert_eq!(state(&merged, "db").facts.tags.len(), 30);
    merged.stage("db", "one-more", Some("v1"), None);
    assert_eq!(state(&merged, "db").labels.custom_count(), 12);
}

#[test]
fn each_tag_and_each_note_is_decided_for_itself() {
    let [mut a, mut b] = two_copies();
    a.set_tag("db", "one", "a");
    a.set_tag("db", "both", "a");
    pass(&mut b);
    b.set_tag("db", "two", "b");
    b.set_tag("db", "both", "b");
    let (merged, plan) = both_ways(&a, &b);
    let tags: Vec<String> =
        state(&merged, "db").facts.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(tags, ["both=b", "one=a", "two=b"]);
    let facts: Vec<String> = facts_in_conflict(&plan).iter().map(|(fact, _)| format!("{fact:?}")).collect();
    assert_eq!(facts.len(), 1, "{facts:?}");
}

#[test]
fn of_two_notes_on_one_version_the_last_one_holds() {
    let [mut a, mut b] = two_copies();
    a.annotate("db", "v1", "here");
    pass(&mut b);
    b.annotate("db", "v1", "a");
    let (merged, plan) = both_ways(&a, &b);
    let note = state(&merged, "db").versions[0].note.as_ref();
    assert_eq!(note.map(crate::domain::Note::as_str), Some("a"));
    let v1 = VersionId::new("v1").unwrap();
    assert_eq!(facts_in_conflict(&plan), [(Fact::Note(v1), Some(Side::Theirs))]);
}

#[test]
fn the_newest_rekey_decides_and_stands_above_every_password_of_the_other_copy() {
    let [mut a, mut b] = two_copies();
    let decided = |mine: &Replica, theirs: &Replica| mine.plan(theirs, &PurgeAnswers::default()).locks.side;
    assert_eq!(decided(&a, &b), Side::Mine);
    b.change_lock(Operation::ChangePassword);
    assert_eq!((decided(&a, &b), decided(&b, &a)), (Side::Theirs, Side::Mine));
    pass(&mut a);
    a.change_lock(Operation::ChangePassword);
    assert_eq!((decided(&a, &b), decided(&b, &a)), (Side::Mine, Side::Theirs));
    b.change_lock(Operation::Rekey);
    pass(&mut a);
    a.change_lock(Operation::ChangePassword);
    assert_eq!((decided(&a, &b), decided(&b, &a)), (Side::Theirs, Side::Mine));
    pass(&mut a);
    a.change_lock(Operation::Rekey);
    assert_eq!((decided(&a, &b), decided(&b, &a)), (Side::Mine, Side::Theirs));
}

#[test]
fn a_conflict_ends_as_one_side_had_it_by_changes_that_hold_everywhere() {
    let mut base = Replica::new(7);
    base.make("db", 1);
    pass(&mut base);
    let (mut a, mut b) = (base.copied(8, 0), base.copied(9, 3_000));
    for (copy, text, value) in [(&mut a, "a", 2), (&mut b, "b", 3)] {
        copy.put("db", Some(text), value);
        copy.describe("db", text);
        copy.set_tag("db", "who", text);
        copy.stage("db", "live", Some(text), None);
        copy.rename("db", &format!("db/{text}"));
    }
    // Given a merge in which theirs, the later one, decides everything,
    let (mut merged, plan) = both_ways(&a, &b);
    assert_eq!(labels(&merged, "db/b"), "ACSCurrent=3 ACSPrevious=2 live=3");
    // when mine is preferred,
    let secret = &plan.secrets[0];
    let told = secret.clone().as_preferred(|_| Some(Side::Mine)).effect.unwrap();
    assert_eq!((told.name, told.description, told.tags), (None, None, None), "as it is here");
    for change in secret.prefer(|_| Some(Side::Mine)) {
        merged.apply(secret.row, &change, 0);
    }
    // then every conflict ends as it was here, and in the other copy too.
    assert_eq!(labels(&merged, "db/a"), "ACSCurrent=2 ACSPrevious=3 live=2");
    assert_eq!(state(&merged, "db/a").facts.description.as_str(), "a");
    pull(&mut b, &merged);
    assert_eq!(b.view(), merged.view());
    let nothing = plan.secrets[0].prefer(|_| Some(Side::Theirs));
    assert_eq!(nothing, [], "what was decided so needs no change");
}

#[test]
fn an_older_rename_that_one_copy_alone_knows_does_not_come_back() {
    // Given a copy that knows both renames of a secret, and one that knows the later one alone,
    let [mut a, mut b] = two_copies();
    a.rename("db", "early");
    pass(&mut b);
    b.rename("db", "late");
    pull(&mut a, &b);
    assert_eq!(names(&a), ["late"]);
    // when the second one changes another secret and both meet again,
    pass(&mut b);
    b.make("other", 5);
    let (merged, plan) = both_ways(&a, &b);
    // then the later name holds, and nothing is told of that secret.
    assert_eq!(names(&merged), ["late", "other"]);
    let row = a.row("late");
    assert!(plan.secrets.iter().all(|secret| secret.row != row || secret.effect.is_none()));
}

#[test]
fn three_secrets_that_became_one_keep_their_labels_where_copies_meet_again() {
    // Given three copies that made a secret of one name apart, that of the third one last,
    let mut copies = two_copies().to_vec();
    copies.push(copies[0].copied(10, 0));
    copies.iter_mut().for_each(|copy| copy.make("token", 0));
    copies.sort_by_key(|copy| copy.row("token"));
    for (copy, value) in copies.iter_mut().zip([1, 2, 3]) {
        (0..value).for_each(|_| pass(copy));
        copy.put("token", Some("mine"), value);
    }
    let [mut a, mut b, c] = <[Replica; 3]>::try_from(copies).unwrap();
    // when the second takes in the third, the first takes in both, and the first two meet again,
    pull(&mut b, &c);
    pull(&mut a, &b);
    let before = labels(&a, "token");
    assert_eq!(before, "ACSCurrent=3 ACSPrevious=2");
    pass(&mut b);
    b.make("other", 5);
    let (merged, _) = both_ways(&a, &b);
    // then what the third one did still decides.
    assert_eq!(labels(&merged, "token"), before);
}

#[test]
fn a_restoration_made_elsewhere_brings_back_what_its_copy_has_and_not_what_went_before() {
    // Given a copy that removed a secret for good, one that put a version, and one that restored it later,
    let [mut a, mut b] = two_copies();
    let mut c = b.copied(10, 0);
    b.put("db", Some("from-b"), 2);
    a.delete("db", Deletion::Force);
    for _ in 0..2 {
        pass(&mut c);
    }
    c.delete("db", Deletion::Window(7));
    c.restore("db");
    // when the removal is accepted against the version before the restoration is known,
    let mut first = a.clone();
    answered(&mut first, &b, Some(PurgeAnswer::Accept)).unwrap();
    assert_eq!(names(&first), [""; 0]);
    pull(&mut first, &c);
    // then the secret is back without that version; with the restoration known first, the version stays.
    assert_eq!(versions(&first, "db"), "v1=1");
    pull(&mut c, &b);
    pull(&mut a, &c);
    assert_eq!(versions(&a, "db"), "v1=1 from-b=2");
}

#[test]
fn an_undone_merge_stays_undone() {
    let [mut a, mut b] = two_copies();
    a.put("db", None, 2);
    pass(&mut b);
    b.put("db", None, 3);
    b.describe("db", "there");
    pull(&mut a, &b);
    assert_eq!(labels(&a, "db"), "ACSCurrent=3 ACSPrevious=2");
    // Undo after an id clash: the labels are back, on versions that have other ids now.
    assert!(a.take_back(Direction::Undo));
    assert_eq!(labels(&a, "db"), "ACSCurrent=2 ACSPrevious=1");
    assert_eq!(state(&a, "db").broken_invariant(), None);
    assert_eq!(state(&a, "db").facts.description.as_str(), "");
    pull(&mut a, &b);
    assert_eq!(labels(&a, "db"), "ACSCurrent=2 ACSPrevious=1");
    pull(&mut b, &a);
    assert_eq!(b.view(), a.view());
}

/// A vault whose secret `db` has the versions `v1` to `v5`, each with its number as value; `v5` is current. Of its
/// copies those in the middle may be left out of the terms.
fn five_versions() -> Replica {
    let mut base = Replica::new(7);
    base.make("db", 1);
    for value in 2..=5 {
        pass(&mut base);
        base.put("db", None, value);
    }
    base
}

#[test]
fn a_label_returns_to_a_version_that_neither_copy_has_labelled_any_more() {
    // Given a copy that moved the current label back to `v3`,
    let base = five_versions();
    let (mut a, mut b) = (base.copied(8, 0), base.copied(9, 10_000));
    a.stage("db", "ACSCurrent", Some("v3"), None);
    // and one that marked `v1` and then `v3` as previous, later,
    b.stage("db", "ACSPrevious", Some("v1"), None);
    pass(&mut b);
    b.stage("db", "ACSPrevious", Some("v3"), None);
    assert_eq!(labels(&a, "db"), "ACSCurrent=3 ACSPrevious=5");
    assert_eq!(labels(&b, "db"), "ACSCurrent=5 ACSPrevious=3");
    // when they are merged, then `v3` is current and cannot be previous too: `v1` is, as it was before.
    let (merged, _) = both_ways(&a, &b);
    assert_eq!(labels(&merged, "db"), "ACSCurrent=3 ACSPrevious=1");
}

#[test]
fn what_outlived_its_destruction_by_a_label_goes_once_the_label_is_gone_from_both() {
    // Given a copy that destroyed `v1` to `v3`, and one that marked `v1` and knows that,
    let base = five_versions();
    let (mut a, mut c) = (base.copied(8, 0), base.copied(9, 0));
    c.keep("db", 2);
    pass(&mut c);
    c.put("db", None, 6);
    assert_eq!(versions(&c, "db"), "v4=4 v5=5 v6=6");
    a.stage("db", "L", Some("v1"), None);
    pull(&mut a, &c);
    assert_eq!(versions(&a, "db"), "v1=1 v4=4 v5=5 v6=6");
    // when the mark is removed, in a vault that keeps all again, and two copies of that change the secret,
    a.keep("db", 100);
    a.stage("db", "L", None, Some("v1"));
    let mut b = a.copied(10, 0);
    a.describe("db", "of a");
    pass(&mut b);
    b.describe("db", "of b");
    assert_eq!(versions(&b, "db"), "v1=1 v4=4 v5=5 v6=6");
    // then `v1` is gone in both.
    let (merged, _) = both_ways(&a, &b);
    assert_eq!(versions(&merged, "db"), "v4=4 v5=5 v6=6");
}

#[test]
fn a_suffix_is_not_an_id_that_a_version_in_both_copies_has() {
    // Given a version in both copies that is called as a merge would call the next one of the first copy,
    let mut base = Replica::new(7);
    let next = base.copied(8, 0).choices.key();
    let (short, long) = (format!("v9-{:08x}", next.0 >> 32), format!("v9-{:012x}", next.0 >> 16));
    base.make("db", 1);
    for (id, value) in [(short.as_str(), 2), ("v3", 3), ("v4", 4)] {
        pass(&mut base);
        base.put("db", Some(id), value);
    }
    let (mut a, mut b) = (base.copied(8, 0), base.copied(9, 0));
    // when both put other values under one id, then the suffix of the first one is a longer one.
    a.put("db", Some("v9"), 5);
    pass(&mut b);
    b.put("db", Some("v9"), 6);
    let (merged, plan) = both_ways(&a, &b);
    let ids = versions(&merged, "db");
    assert!(ids.contains(&format!("{short}=2")) && ids.contains(&format!("{long}=5")), "{ids}");
    assert!(plan.incomplete.is_empty());
}

#[test]
fn an_id_of_a_secret_that_became_one_is_told_apart_from_one_that_both_copies_have() {
    // Given a secret `db` with versions up to `v5` that a copy knows to be one with the `db` that a third one made,
    let made = |seed, versions: u8| {
        let mut copy = Replica::new(7).copied(seed, 0);
        copy.make("db", 1);
        for value in 2..=versions {
            pass(&mut copy);
            copy.put("db", None, value);
        }
        copy
    };
    let own = made(8, 5);
    // The secret with five versions is the one that is kept.
    let mut third = (11..).map(|seed| made(seed, 1)).find(|third| own.row("db") < third.row("db")).unwrap();
    let mut theirs = own.copied(9, 0);
    pull(&mut theirs, &third);
    assert_eq!(names(&theirs), ["db"]);
    // and a copy that knows both as two, since the third one renamed its own and gave another `v2` meanwhile,
    third.rename("db", "old");
    pass(&mut third);
    third.put("old", Some("v2"), 7);
    let mut mine = own.copied(10, 0);
    pull(&mut mine, &third);
    assert_eq!(names(&mine), ["db", "old"]);
    // when they meet, then the two `v2` of what is one secret now are told apart.
    let (merged, _) = both_ways(&mine, &theirs);
    assert_eq!(merged.secrets.len(), 1);
    let ids = versions(&merged, &names(&merged)[0]);
    let called_v2: Vec<&str> = ids.split(' ').filter(|id| id.starts_with("v2")).collect();
    assert!(called_v2.len() == 2 && called_v2.iter().all(|id| id.starts_with("v2-")), "{ids}");
}
