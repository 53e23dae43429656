//! Conflicts of a merge are answered: each fact ends as the chosen copy had it, and the plan says so before.

use etui::domain::{Description, Note, Retention, RotationInterval, TagKey, TagValue, Tags};
use etui::vault::merge::MergeRequest;
use etui::vault::{DeleteRequest, NoteRequest, StageRequest, UpdateRequest, Vault};
use etui::versioning::merge::{Fact, Side};
use etui::versioning::{Deletion, MetadataUpdate, Operation, SecretState, StageMove};

use crate::merge::{Copies, assert_whole, beside};
use crate::support::fixtures::{rename_request, secret_name, stage_label, version_id};
use crate::support::vaults::{create, put};

const SIDES: [Side; 2] = [Side::Mine, Side::Theirs];

fn tag(key: &str, value: &str) -> (TagKey, TagValue) {
    (TagKey::new(key).unwrap(), TagValue::new(value).unwrap())
}

fn update(vault: &mut Vault, update: MetadataUpdate) {
    let request = UpdateRequest { name: secret_name("a"), update, expected: None };
    vault.update_secret(&request).unwrap();
}

fn point(vault: &mut Vault, label: &str, to: Option<&str>, from: Option<&str>) {
    let stage = StageMove::new(stage_label(label), to.map(version_id), from.map(version_id)).unwrap();
    let request = StageRequest { name: secret_name("a"), stage, expected: None };
    vault.update_secret_version_stage(&request).unwrap();
}

fn note(vault: &mut Vault, text: &str) {
    let note = Note::from_field(text).unwrap();
    let request = NoteRequest { name: secret_name("a"), version_id: version_id("v1"), note };
    vault.set_note(&request).unwrap();
}

fn schedule(vault: &mut Vault, days: u32) {
    let deletion = Deletion::new(Some(days), false).unwrap();
    let request = DeleteRequest { name: secret_name("a"), deletion, expected: None };
    vault.delete_secret(&request).unwrap();
}

/// `a` with three versions, labels, tags and a note in both copies.
fn copies() -> Copies {
    Copies::filled(|vault| {
        create(vault, "a", "v1", "one").unwrap();
        put(vault, "a", "v2", "two").unwrap();
        put(vault, "a", "v3", "three").unwrap();
        point(vault, "live", Some("v3"), None);
        point(vault, "old", Some("v3"), None);
        update(vault, MetadataUpdate { tags: Tags::from_iter([tag("gone", "x")]), ..Default::default() });
        note(vault, "before");
    })
}

/// Everything of `a` that a conflict can be about.
fn facts_of(vault: &mut Vault) -> String {
    let names: Vec<String> = vault.list().unwrap().iter().map(|secret| secret.name.to_owned()).collect();
    told(&vault.describe(&secret_name(&names[0])).unwrap().secret)
}

fn told(secret: &SecretState) -> String {
    let notes: Vec<_> = secret.versions.iter().map(|version| &version.note).collect();
    let mut labels: Vec<String> =
        secret.labels.iter().map(|(label, target)| format!("{label}={}", target.id)).collect();
    labels.sort();
    format!("{} {labels:?} {:?} {notes:?} {:?}", secret.name, secret.facts, secret.planned_deletion)
}

/// Merges theirs into mine with every conflict answered by one side. What the plan showed is what is there afterwards;
/// answers both, and which facts were in conflict.
#[track_caller]
fn answered(copies: &Copies, side: Side) -> (String, Vec<Fact>) {
    let prefer = |_: &_, _: &_| Some(side);
    let request = || MergeRequest { prefer: Some(&prefer), ..MergeRequest::default() };
    let mut mine = copies.mine.open().unwrap();
    let mut theirs = beside(&mut mine, &copies.theirs.vault_path(), &copies.mine);
    let plan = mine.plan_merge(&mut theirs, &request()).unwrap();
    let facts: Vec<Fact> = plan.secrets[0].conflicts.iter().map(|conflict| conflict.fact.clone()).collect();
    assert!(plan.secrets[0].conflicts.iter().all(|conflict| conflict.decided == Some(side)));
    let planned = told(plan.secrets[0].after.as_ref().unwrap());
    mine.merge(&mut theirs, &request()).unwrap();
    assert_whole(&mut mine);
    let found = facts_of(&mut mine);
    assert_eq!(planned, found, "the plan shows what comes");
    drop((mine, theirs));
    // The other copy takes over what was decided.
    let mut there = copies.theirs.open().unwrap();
    let mut here = beside(&mut there, &copies.mine.vault_path(), &copies.theirs);
    there.merge(&mut here, &MergeRequest::default()).unwrap();
    assert_eq!(facts_of(&mut there), found);
    (found, facts)
}

/// What a copy makes of everything; `b` and the other one are told apart by their texts.
fn change_everything(vault: &mut Vault, text: &str, number: u32, current: &str) {
    update(
        vault,
        MetadataUpdate {
            description: Some(Description::new(text).unwrap()),
            tags: Tags::from_iter([tag("who", text)]),
            retention: Some(Some(Retention::new(10 + number).unwrap())),
            rotation: Some(Some(RotationInterval::new(20 + number).unwrap())),
            ..Default::default()
        },
    );
    note(vault, text);
    point(vault, "live", Some(current), Some("v3"));
    point(vault, "ACSCurrent", Some(current), None);
    vault.rename_secret(&rename_request("a", &format!("a-{text}"))).unwrap();
}

/// What was current in between is the previous one, which no copy alone knows.
fn without_previous(told: &str) -> String {
    ["v1", "v2", "v3"]
        .iter()
        .fold(told.to_owned(), |told, id| told.replace(&format!("\"ACSPrevious={id}\", "), ""))
}

#[test]
fn each_conflict_ends_as_the_chosen_copy_had_it_and_the_plan_says_so() {
    for side in SIDES {
        let copies = copies();
        copies.change(
            |mine| change_everything(mine, "mine", 1, "v1"),
            |theirs| change_everything(theirs, "theirs", 2, "v2"),
        );
        let wanted = match side {
            Side::Mine => facts_of(&mut copies.mine.open().unwrap()),
            Side::Theirs => facts_of(&mut copies.theirs.open().unwrap()),
        };
        let (found, facts) = answered(&copies, side);
        assert_eq!(without_previous(&found), without_previous(&wanted));
        assert_eq!(
            facts,
            [
                Fact::Name,
                Fact::Description,
                Fact::Tag(TagKey::new("who").unwrap()),
                Fact::Retention,
                Fact::Rotation,
                Fact::Current,
                Fact::Label(stage_label("live")),
                Fact::Note(version_id("v1")),
            ]
        );
    }
}

#[test]
fn a_tag_and_a_label_that_one_copy_took_away_end_as_the_chosen_copy_had_them() {
    for side in SIDES {
        let copies = copies();
        copies.change(
            |mine| {
                update(
                    mine,
                    MetadataUpdate { untag: vec![TagKey::new("gone").unwrap()], ..Default::default() },
                );
                point(mine, "old", None, Some("v3"));
            },
            |theirs| {
                update(
                    theirs,
                    MetadataUpdate { tags: Tags::from_iter([tag("gone", "y")]), ..Default::default() },
                );
                point(theirs, "old", Some("v1"), Some("v3"));
            },
        );
        let (found, facts) = answered(&copies, side);
        assert_eq!(facts.len(), 2, "{facts:?}");
        let is_there = side == Side::Theirs;
        assert_eq!((found.contains("gone"), found.contains("old=v1")), (is_there, is_there), "{found}");
    }
}

/// What is made after a merge so that every conflict ends as on this side.
fn made_afterwards(copies: &Copies, side: Side) -> Vec<Operation> {
    let mut mine = copies.mine.open().unwrap();
    let mut theirs = beside(&mut mine, &copies.theirs.vault_path(), &copies.mine);
    let plan = mine.plan_merge(&mut theirs, &MergeRequest::default()).unwrap();
    plan.secrets[0].prefer(|_| Some(side)).iter().map(|change| change.operation).collect()
}

// What is scheduled for deletion takes no other change, so a deletion is made last and lifted first.
#[test]
fn a_deletion_that_one_copy_scheduled_is_made_behind_the_other_answers_and_lifted_before_them() {
    let leaves = |vault: &mut Vault, text: &str| {
        let description = Some(Description::new(text).unwrap());
        update(vault, MetadataUpdate { description, ..Default::default() });
        note(vault, text);
    };
    let keeps = |vault: &mut Vault| leaves(vault, "kept");
    let deletes = |vault: &mut Vault| {
        leaves(vault, "deleted");
        schedule(vault, 7);
    };
    for (mine_deletes, side) in
        [true, false].into_iter().flat_map(|deletes| SIDES.map(|side| (deletes, side)))
    {
        let copies = copies();
        match mine_deletes {
            true => copies.change(deletes, keeps),
            false => copies.change(keeps, deletes),
        }
        // The later changes, theirs, stand without an answer.
        let expected: &[Operation] = match (side, mine_deletes) {
            (Side::Theirs, _) => &[],
            (Side::Mine, true) => &[Operation::Update, Operation::Note, Operation::Delete],
            (Side::Mine, false) => &[Operation::Restore, Operation::Update, Operation::Note],
        };
        assert_eq!(made_afterwards(&copies, side), expected);
        let (found, facts) = answered(&copies, side);
        assert_eq!(facts, [Fact::Description, Fact::Deletion, Fact::Note(version_id("v1"))]);
        let is_deleted = mine_deletes == (side == Side::Mine);
        assert_eq!(found.ends_with("None"), !is_deleted, "{found}");
        assert!(found.contains(if is_deleted { "\"deleted\"" } else { "\"kept\"" }), "{found}");
    }
}
