//! Copies of a vault that went apart come together.

use std::fs;
use std::path::Path;

use etui::domain::SecretName;
use etui::vault::merge::{LockAfter, MergeOutcome, MergeRequest};
use etui::vault::{
    Beside, DeleteRequest, FormatVersion, KdfCost, NoteRequest, PutRequest, UpdateRequest, Vault, VaultError,
};
use etui::versioning::merge::{PurgeAnswer, PurgeAnswers, Relation};
use etui::versioning::{Deletion, Direction, MetadataUpdate, Operation, Selector};

use crate::support::fixtures::put_request;
use crate::support::rules::secret_name;
use crate::support::vaults::{PASSWORD, Place, create, credentials, get, put, rename_request, text};

/// Two copies of one vault, with `a` in it, on machines of their own.
pub(super) struct Copies {
    pub(super) mine: Place,
    pub(super) theirs: Place,
}

impl Copies {
    fn new() -> Self {
        Self::filled(|vault| drop(create(vault, "a", "v1", "one").unwrap()))
    }

    pub(super) fn filled(fill: impl FnOnce(&mut Vault)) -> Self {
        Self::in_format(FormatVersion::Two, fill)
    }

    fn in_format(format: FormatVersion, fill: impl FnOnce(&mut Vault)) -> Self {
        let (mine, theirs) = (Place::in_format(format), Place::in_format(format));
        let mut vault = mine.create();
        fill(&mut vault);
        drop(vault);
        fs::write(theirs.vault_path(), mine.copy()).unwrap();
        Self { mine, theirs }
    }

    /// Changes both, each not knowing of the other; theirs a second later.
    pub(super) fn change(&self, mine: impl FnOnce(&mut Vault), theirs: impl FnOnce(&mut Vault)) {
        self.mine.clock.advance(1);
        mine(&mut self.mine.open().unwrap());
        self.theirs.clock.advance(self.mine.clock.seconds() - self.theirs.clock.seconds() + 1);
        theirs(&mut self.theirs.open().unwrap());
        self.mine.clock.advance(5);
        self.theirs.clock.advance(5);
    }

    /// Merges theirs into mine, then mine into theirs; both are the same and whole afterwards.
    #[track_caller]
    pub(super) fn meet(&self) -> Vault {
        merge(&self.mine, &self.theirs.vault_path()).unwrap();
        merge(&self.theirs, &self.mine.vault_path()).unwrap();
        let (mut mine, mut theirs) = (self.mine.open().unwrap(), self.theirs.open().unwrap());
        assert_eq!(see(&mut mine), see(&mut theirs));
        assert_eq!(mine.state().unwrap(), theirs.state().unwrap());
        assert_whole(&mut mine);
        assert_whole(&mut theirs);
        assert_eq!(merge(&self.mine, &self.theirs.vault_path()).unwrap().relation, Relation::Equal);
        mine
    }
}

pub(super) fn beside(vault: &mut Vault, path: &Path, place: &Place) -> Vault {
    match vault.open_beside(path, Box::new(place.clock.clone())).unwrap() {
        Beside::Open(other) => *other,
        Beside::Locked(locked) => {
            let unlocked = locked.unlock(&credentials("another horse"), Default::default());
            unlocked.map_err(|failed| failed.error).unwrap()
        }
    }
}

fn merge_as(place: &Place, other: &Path, request: &MergeRequest<'_>) -> Result<MergeOutcome, VaultError> {
    let mut vault = place.open()?;
    let mut other = beside(&mut vault, other, place);
    let outcome = vault.merge(&mut other, request)?;
    // The session goes on with whatever it has then.
    vault.list()?;
    Ok(outcome)
}

pub(super) fn merge(place: &Place, other: &Path) -> Result<MergeOutcome, VaultError> {
    merge_as(place, other, &MergeRequest::default())
}

#[track_caller]
pub(super) fn assert_whole(vault: &mut Vault) {
    let report = vault.verify().unwrap();
    assert!(report.is_clean(), "{:?}", report.findings);
}

/// All that a vault shows: each secret with the values of all versions.
fn see(vault: &mut Vault) -> Vec<String> {
    let names: Vec<String> = vault.list().unwrap().iter().map(|secret| secret.name.to_owned()).collect();
    let one = |name: &String| {
        let mut secret = vault.describe(&secret_name(name)).unwrap().secret;
        secret.next_order = 0;
        let value = |vault: &mut Vault, id| {
            let selector = Selector { version_id: Some(id), ..Selector::default() };
            let got = vault.get_secret_value(&secret_name(name), &selector);
            got.map(|got| String::from_utf8_lossy(got.value.expose()).into_owned()).ok()
        };
        let ids: Vec<_> = secret.versions.iter().map(|version| version.id.clone()).collect();
        let values: Vec<_> = ids.into_iter().map(|id| value(vault, id)).collect();
        format!("{secret:?} {values:?}")
    };
    names.iter().map(one).collect()
}

fn ids(vault: &mut Vault, name: &str) -> Vec<String> {
    let secret = vault.describe(&secret_name(name)).unwrap().secret;
    secret.versions.iter().map(|version| version.id.as_str().to_owned()).collect()
}

fn describe_as(vault: &mut Vault, name: &str, text: &str) {
    let description = etui::domain::Description::new(text).ok();
    let update = MetadataUpdate { description, ..MetadataUpdate::default() };
    let request = UpdateRequest { name: secret_name(name), update, expected: None };
    vault.update_secret(&request).unwrap();
}

fn remove(vault: &mut Vault, name: &str) {
    let deletion = Deletion::new(None, true).unwrap();
    let request = DeleteRequest { name: secret_name(name), deletion, expected: None };
    vault.delete_secret(&request).unwrap();
}

#[test]
fn equal_copies_have_nothing_to_merge() {
    let copies = Copies::new();
    let before = copies.mine.copy();
    let outcome = merge(&copies.mine, &copies.theirs.vault_path()).unwrap();
    assert_eq!((outcome.relation, outcome.brought), (Relation::Equal, 0));
    assert!(copies.mine.copy() == before);
}

#[test]
fn a_copy_that_is_behind_changes_nothing_and_one_that_is_ahead_is_taken_whole() {
    let copies = Copies::new();
    copies.change(|_| {}, |theirs| drop(put(theirs, "a", "v2", "two").unwrap()));
    let before = copies.theirs.copy();
    assert_eq!(merge(&copies.theirs, &copies.mine.vault_path()).unwrap().relation, Relation::Behind);
    assert!(copies.theirs.copy() == before);
    assert_eq!(merge(&copies.mine, &copies.theirs.vault_path()).unwrap().relation, Relation::Ahead);
    let (mut mine, mut theirs) = (copies.mine.open().unwrap(), copies.theirs.open().unwrap());
    assert_eq!((mine.state(), see(&mut mine)), (theirs.state(), see(&mut theirs)));
    assert_eq!(get(&mut mine, "a").unwrap(), "two");
    let names = fs::read_dir(copies.mine.folder()).unwrap().flatten().map(|entry| entry.file_name());
    assert!(
        names.into_iter().all(|name| !name.to_string_lossy().contains("tmp")),
        "nothing is left beside it"
    );
}

// Guards: that the merge itself is remembered, not only what the next session finds.
#[test]
fn the_machine_that_took_a_copy_whole_notices_an_older_one() {
    let copies = Copies::new();
    copies.change(|_| {}, |theirs| drop(put(theirs, "a", "v2", "two").unwrap()));
    let older = copies.mine.copy();
    let mut vault = copies.mine.open().unwrap();
    let mut other = beside(&mut vault, &copies.theirs.vault_path(), &copies.mine);
    vault.merge(&mut other, &MergeRequest::default()).unwrap();
    drop((vault, other));
    copies.mine.put_back(&older);
    let error = copies.mine.open().map(drop).unwrap_err();
    assert!(matches!(error, VaultError::Older { .. }), "{error:?}");
}

#[test]
fn what_each_side_changed_is_there_on_both_whichever_way_it_is_merged() {
    let copies = Copies::filled(|vault| {
        create(vault, "a", "v1", "one").unwrap();
        create(vault, "b", "v1", "b").unwrap();
        create(vault, "c", "v1", "c").unwrap();
    });
    copies.change(
        |mine| {
            put(mine, "a", "v2", "two").unwrap();
            create(mine, "new-here", "v1", "x").unwrap();
            mine.rename_secret(&rename_request("c", "c-renamed")).unwrap();
        },
        |theirs| {
            describe_as(theirs, "a", "what it is for");
            create(theirs, "new-there", "v1", "y").unwrap();
            put(theirs, "b", "v2", "b two").unwrap();
            let note = etui::domain::Note::from_field("why").unwrap();
            let request = NoteRequest { name: secret_name("b"), version_id: "v1".parse_id(), note };
            theirs.set_note(&request).unwrap();
        },
    );
    let mut vault = copies.meet();
    let told = vault.history(100).unwrap();
    let merges = told.iter().filter(|entry| entry.change.operation == Operation::Merge).count();
    assert_eq!(merges, 1, "the history tells of it");
    let names: Vec<String> = vault.list().unwrap().iter().map(|secret| secret.name.to_owned()).collect();
    assert_eq!(names, ["a", "b", "c-renamed", "new-here", "new-there"]);
    let a = vault.describe(&secret_name("a")).unwrap().secret;
    assert_eq!(
        (a.facts.description.as_str(), get(&mut vault, "a").unwrap().as_str()),
        ("what it is for", "two")
    );
    assert_eq!(get(&mut vault, "b").unwrap(), "b two");
}

trait ParseId {
    fn parse_id(&self) -> etui::domain::VersionId;
}

impl ParseId for str {
    fn parse_id(&self) -> etui::domain::VersionId {
        etui::domain::VersionId::new(self).unwrap()
    }
}

#[test]
fn one_id_with_two_values_is_told_apart_and_the_bare_id_fails_loudly() {
    let copies = Copies::new();
    copies.change(
        |mine| drop(put(mine, "a", "v2", "mine").unwrap()),
        |theirs| drop(put(theirs, "a", "v2", "theirs").unwrap()),
    );
    let mut vault = copies.meet();
    let ids = ids(&mut vault, "a");
    assert_eq!(ids.len(), 3, "{ids:?}");
    assert!(ids[1].starts_with("v2-") && ids[2].starts_with("v2-"), "{ids:?}");
    assert_eq!(get(&mut vault, "a").unwrap(), "theirs", "the later put is current");
    let bare = Selector { version_id: Some("v2".parse_id()), ..Selector::default() };
    assert!(vault.get_secret_value(&secret_name("a"), &bare).is_err());
    // The history of before is told with what the versions were called then.
    let before = etui::domain::Timestamp::clamped(crate::support::vaults::START + 1);
    let past = vault.past_secret(&secret_name("a"), before).unwrap().secret;
    assert_eq!(past.state.broken_invariant(), None);
}

#[test]
fn an_id_that_was_given_twice_stays_taken_among_more_versions_than_a_put_opens() {
    // Given a secret with so many versions that a put does not open all of their records, and one id given twice,
    let copies = Copies::new();
    copies.change(
        |mine| drop(put(mine, "a", "x7", "mine").unwrap()),
        |theirs| drop(put(theirs, "a", "x7", "theirs").unwrap()),
    );
    let mut vault = copies.meet();
    let request = |id: &str| put_request("a", id, text("more"), "ACSCurrent");
    let more = vault.batch(|changes| {
        for at in 0..300 {
            changes.put_secret_value(&request(&format!("n{at}")))?;
        }
        changes.put_secret_value(&request("x6"))
    });
    more.unwrap();
    // when the id is put again, then it is refused with what it is now, and it is not suggested either.
    let refused = put(&mut vault, "a", "x7", "again").unwrap_err().to_string();
    assert_eq!(refused.matches("'x7-").count(), 2, "{refused}");
    let next = PutRequest { version_id: None, ..request("x6") };
    assert_eq!(vault.put_secret_value(&next).unwrap().version_id.as_str(), "x8");
}

#[test]
fn one_id_with_one_value_is_one_version() {
    let copies = Copies::new();
    copies.change(
        |mine| drop(put(mine, "a", "v2", "same").unwrap()),
        |theirs| drop(put(theirs, "a", "v2", "same").unwrap()),
    );
    let mut vault = copies.meet();
    assert_eq!(ids(&mut vault, "a"), ["v1", "v2"]);
    assert_eq!(get(&mut vault, "a").unwrap(), "same");
}

#[test]
fn one_name_made_in_both_is_one_secret() {
    let copies = Copies::new();
    copies.change(
        |mine| drop(create(mine, "n", "v1", "same").unwrap()),
        |theirs| {
            create(theirs, "n", "v1", "same").unwrap();
            put(theirs, "n", "v2", "more").unwrap();
        },
    );
    let mut vault = copies.meet();
    assert_eq!(ids(&mut vault, "n"), ["v1", "v2"]);
    assert_eq!(vault.list().unwrap().iter().count(), 2);
}

#[test]
fn many_made_alike_in_both_leave_every_history_with_an_end_of_its_own() {
    // By chance the one here is kept as it is, and only events of the other one are brought in.
    let names = ["b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q"];
    let make =
        |vault: &mut Vault| names.iter().for_each(|name| drop(create(vault, name, "v1", "same").unwrap()));
    let copies = Copies::new();
    copies.change(make, make);
    let mut vault = copies.meet();
    assert_eq!(vault.list().unwrap().iter().count(), names.len() + 1);
}

// Guards: a copy that knew only the secret that is gone, and had changed another one since, took in the one that is
// kept beside it: "SQLite cannot make sense of the file (its result code is 1555)".
#[test]
fn what_became_one_in_the_other_copy_becomes_one_here_though_nobody_changed_it_since() {
    // Given secrets that both copies made, which are one in the second copy by now; of some of them the row that it
    // made is kept, by chance,
    let names = ["b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"];
    let copies = Copies::new();
    let make = |vault: &mut Vault, value: &str| {
        names.iter().for_each(|name| drop(create(vault, name, "v1", value).unwrap()));
    };
    copies.change(|mine| make(mine, "mine"), |theirs| make(theirs, "theirs"));
    merge(&copies.theirs, &copies.mine.vault_path()).unwrap();
    // when the first one has changed something else meanwhile, then it takes all of that in.
    put(&mut copies.mine.open().unwrap(), "a", "v2", "two").unwrap();
    let mut vault = copies.meet();
    assert_eq!(vault.list().unwrap().iter().count(), names.len() + 1);
    for name in names {
        assert_eq!(get(&mut vault, name).unwrap(), "theirs");
        assert_eq!(ids(&mut vault, name).len(), 2, "{name}: both values are there");
    }
}

#[test]
fn an_undo_takes_back_what_the_merge_did_and_the_next_merge_does_not_repeat_it() {
    let copies = Copies::new();
    copies.change(
        |mine| drop(create(mine, "mine", "v1", "x").unwrap()),
        |theirs| {
            put(theirs, "a", "v2", "two").unwrap();
            describe_as(theirs, "a", "text");
        },
    );
    merge(&copies.mine, &copies.theirs.vault_path()).unwrap();
    let mut vault = copies.mine.open().unwrap();
    assert_eq!(get(&mut vault, "a").unwrap(), "two");
    let taken = vault.take_back(Direction::Undo, None).unwrap();
    assert_eq!(taken.steps.len(), 1);
    assert_eq!(get(&mut vault, "a").unwrap(), "one");
    assert_whole(&mut vault);
    drop(vault);
    let mut vault = copies.meet();
    assert_eq!(get(&mut vault, "a").unwrap(), "one");
    let a = vault.describe(&secret_name("a")).unwrap().secret;
    assert!(a.facts.description.as_str().is_empty());
}

#[test]
fn an_undo_after_one_id_with_two_values_opens() {
    let copies = Copies::new();
    copies.change(
        |mine| drop(put(mine, "a", "v2", "mine").unwrap()),
        |theirs| drop(put(theirs, "a", "v2", "theirs").unwrap()),
    );
    merge(&copies.mine, &copies.theirs.vault_path()).unwrap();
    let mut vault = copies.mine.open().unwrap();
    let told = etui::vault::wording::details(&vault.history_of(&secret_name("a"), 1).unwrap()[0].change);
    assert!(told.iter().any(|phrase| phrase.starts_with("v2 is now v2-")), "{told:?}");
    assert!(told.iter().all(|phrase| !phrase.starts_with("destroyed")), "{told:?}");
    let plan = vault.plan_take_back(Direction::Undo).unwrap();
    assert_eq!(etui::vault::wording::not_restored(&plan.steps[0].entry), Vec::<String>::new());
    vault.take_back(Direction::Undo, None).unwrap();
    assert_eq!(get(&mut vault, "a").unwrap(), "mine");
    assert_whole(&mut vault);
    // The put before is undone by its key, whatever the version is called now.
    vault.take_back(Direction::Undo, None).unwrap();
    assert_eq!(get(&mut vault, "a").unwrap(), "one");
    assert_whole(&mut vault);
    vault.take_back(Direction::Redo, None).unwrap();
    assert_eq!(get(&mut vault, "a").unwrap(), "mine");
    drop(vault);
    copies.meet();
}

#[test]
fn what_was_removed_for_good_in_one_copy_is_asked_for_where_it_lives_in_the_other() {
    let copies = Copies::filled(|vault| {
        create(vault, "a", "v1", "one").unwrap();
        create(vault, "b", "v1", "b").unwrap();
    });
    copies.change(|mine| drop(put(mine, "b", "v2", "b two").unwrap()), |theirs| remove(theirs, "a"));
    let before = copies.mine.copy();
    let refused = merge(&copies.mine, &copies.theirs.vault_path()).unwrap_err();
    assert_eq!(refused, VaultError::PurgedInOneCopy { names: vec![secret_name("a")] });
    assert!(copies.mine.copy() == before, "nothing is merged");
    let answer = |all| MergeRequest {
        purges: PurgeAnswers { all: Some(all), ..PurgeAnswers::default() },
        ..MergeRequest::default()
    };
    merge_as(&copies.mine, &copies.theirs.vault_path(), &answer(PurgeAnswer::Keep)).unwrap();
    let mut vault = copies.meet();
    assert_eq!(get(&mut vault, "a").unwrap(), "one");
    drop(vault);

    let copies = Copies::filled(|vault| {
        create(vault, "a", "v1", "one").unwrap();
        create(vault, "b", "v1", "b").unwrap();
    });
    copies.change(|mine| drop(put(mine, "b", "v2", "b two").unwrap()), |theirs| remove(theirs, "a"));
    merge_as(&copies.mine, &copies.theirs.vault_path(), &answer(PurgeAnswer::Accept)).unwrap();
    let mut vault = copies.meet();
    assert_eq!(vault.list().unwrap().iter().count(), 1);
}

#[test]
fn a_new_password_there_opens_this_copy_afterwards() {
    let copies = Copies::new();
    let cost = KdfCost::new(8, 1, 1).unwrap();
    copies.change(
        |mine| drop(put(mine, "a", "v2", "two").unwrap()),
        |theirs| {
            theirs.change_password(&credentials(PASSWORD), &credentials("another horse"), cost).unwrap();
        },
    );
    let outcome = merge(&copies.mine, &copies.theirs.vault_path()).unwrap();
    assert_eq!(outcome.lock_after, LockAfter::Theirs);
    assert!(matches!(copies.mine.open().map(drop), Err(VaultError::WrongPassword)));
    let mut vault = copies.mine.open_by(&credentials("another horse")).unwrap();
    assert_eq!(get(&mut vault, "a").unwrap(), "two");
    assert_whole(&mut vault);
}

#[test]
fn a_new_key_there_seals_this_copy_afterwards_and_the_old_one_never_comes_back() {
    let copies = Copies::new();
    let cost = KdfCost::new(8, 1, 1).unwrap();
    copies.change(
        |mine| drop(put(mine, "a", "v2", "two").unwrap()),
        |theirs| {
            create(theirs, "there", "v1", "x").unwrap();
            let (old, new) = (credentials(PASSWORD), credentials("another horse"));
            theirs.rekey(&old, &new, cost, &mut |_| {}).unwrap();
        },
    );
    let old = copies.mine.copy();
    let outcome = merge(&copies.mine, &copies.theirs.vault_path()).unwrap();
    assert_eq!(outcome.lock_after, LockAfter::TheirsWithNewKey);
    assert!(matches!(copies.mine.open().map(drop), Err(VaultError::WrongPassword)));
    let mut vault = copies.mine.open_by(&credentials("another horse")).unwrap();
    assert_eq!(get(&mut vault, "a").unwrap(), "two");
    assert_eq!(get(&mut vault, "there").unwrap(), "x");
    assert_whole(&mut vault);
    drop(vault);

    // From the other end: a copy with the old key is merged into the one with the new.
    fs::write(copies.mine.vault_path(), old).unwrap();
    let mut theirs = copies.theirs.open_by(&credentials("another horse")).unwrap();
    let other = theirs.open_beside(&copies.mine.vault_path(), Box::new(copies.mine.clock.clone())).unwrap();
    let Beside::Locked(other) = other else { panic!("it has another key") };
    let mut other =
        other.unlock(&credentials(PASSWORD), Default::default()).map_err(|failed| failed.error).unwrap();
    theirs.merge(&mut other, &MergeRequest::default()).unwrap();
    assert_eq!(get(&mut theirs, "a").unwrap(), "two");
    assert_whole(&mut theirs);
    drop(theirs);
    assert!(copies.theirs.open_by(&credentials("another horse")).is_ok());
}

#[test]
fn another_vault_and_one_that_shares_nothing_are_refused() {
    let copies = Copies::new();
    let other = Place::new();
    create(&mut other.create(), "a", "v1", "x").unwrap();
    let mut vault = copies.mine.open().unwrap();
    let locked = vault.open_beside(&other.vault_path(), Box::new(other.clock.clone())).unwrap();
    let Beside::Locked(locked) = locked else { panic!("it is another vault") };
    let mut unlocked =
        locked.unlock(&credentials(PASSWORD), Default::default()).map_err(|failed| failed.error).unwrap();
    let refused = vault.merge(&mut unlocked, &MergeRequest::default()).unwrap_err();
    assert!(matches!(refused, VaultError::AnotherVault { .. }), "{refused}");
    assert!(refused.hint().contains("etui import etui"));
}

#[test]
fn a_copy_of_format_1_is_read_and_never_changed() {
    let copies =
        Copies::in_format(FormatVersion::One, |vault| drop(create(vault, "a", "v1", "one").unwrap()));
    copies.change(
        |mine| {
            mine.upgrade(&credentials(PASSWORD), &mut |_| {}).unwrap();
            put(mine, "a", "v2", "two").unwrap();
        },
        |theirs| {
            put(theirs, "a", "v3", "three").unwrap();
            create(theirs, "there", "v1", "x").unwrap();
        },
    );
    let before = copies.theirs.copy();
    merge(&copies.mine, &copies.theirs.vault_path()).unwrap();
    assert!(copies.theirs.copy() == before);
    let mut vault = copies.mine.open().unwrap();
    assert_eq!(ids(&mut vault, "a"), ["v1", "v2", "v3"]);
    assert_eq!(get(&mut vault, "a").unwrap(), "three");
    assert_whole(&mut vault);
    drop(vault);
    // The other way round it has to be upgraded first; that it is ahead is not an obstacle.
    assert_eq!(merge(&copies.theirs, &copies.mine.vault_path()).unwrap().relation, Relation::Ahead);
    assert_whole(&mut copies.theirs.open().unwrap());
}

#[test]
fn a_branch_is_not_merged_into_a_vault_of_format_1() {
    let copies =
        Copies::in_format(FormatVersion::One, |vault| drop(create(vault, "a", "v1", "one").unwrap()));
    copies.change(
        |mine| drop(put(mine, "a", "v2", "two").unwrap()),
        |theirs| drop(put(theirs, "a", "v3", "three").unwrap()),
    );
    let refused = merge(&copies.mine, &copies.theirs.vault_path()).unwrap_err();
    assert!(matches!(refused, VaultError::UpgradeFirst { .. }), "{refused}");
    assert!(refused.hint().contains("etui upgrade"), "{}", refused.hint());
}

#[test]
fn copies_upgraded_apart_are_merged() {
    let copies =
        Copies::in_format(FormatVersion::One, |vault| drop(create(vault, "a", "v1", "one").unwrap()));
    let upgrade = |vault: &mut Vault| drop(vault.upgrade(&credentials(PASSWORD), &mut |_| {}).unwrap());
    copies.change(upgrade, upgrade);
    copies.change(
        |mine| drop(put(mine, "a", "v2", "two").unwrap()),
        |theirs| drop(put(theirs, "a", "v3", "three").unwrap()),
    );
    let mut vault = copies.meet();
    assert_eq!(ids(&mut vault, "a"), ["v1", "v2", "v3"]);
}

#[test]
fn a_plan_of_another_state_is_refused() {
    let copies = Copies::new();
    copies.change(
        |mine| drop(put(mine, "a", "v2", "two").unwrap()),
        |theirs| drop(put(theirs, "a", "v3", "three").unwrap()),
    );
    let mut vault = copies.mine.open().unwrap();
    let mut other = beside(&mut vault, &copies.theirs.vault_path(), &copies.mine);
    let plan = vault.plan_merge(&mut other, &MergeRequest::default()).unwrap();
    let names: Vec<&SecretName> =
        plan.secrets.iter().filter_map(|one| Some(&one.after.as_ref()?.name)).collect();
    assert_eq!(names, [&secret_name("a")]);
    put(&mut copies.mine.open().unwrap(), "a", "v4", "meanwhile").unwrap();
    let request = MergeRequest { expected: Some(plan.token), ..MergeRequest::default() };
    let refused = vault.merge(&mut other, &request).unwrap_err();
    assert_eq!(refused.code().as_str(), "Rejected.ResourceChanged");
    let plan = vault.plan_merge(&mut other, &MergeRequest::default()).unwrap();
    let request = MergeRequest { expected: Some(plan.token), ..MergeRequest::default() };
    vault.merge(&mut other, &request).unwrap();
    assert_whole(&mut vault);
}

// Guards: the change that this machine remembers stands higher in a file that another machine merged.
#[test]
fn a_file_merged_elsewhere_is_taken_for_the_same_vault() {
    let copies = Copies::new();
    copies.change(
        |mine| drop(put(mine, "a", "v2", "two").unwrap()),
        |theirs| drop(put(theirs, "a", "v3", "three").unwrap()),
    );
    let mut open = copies.theirs.open().unwrap();
    open.list().unwrap();
    merge(&copies.mine, &copies.theirs.vault_path()).unwrap();
    fs::write(copies.theirs.vault_path(), copies.mine.copy()).unwrap();
    assert_eq!(get(&mut open, "a").unwrap(), "three", "an open session goes on");
    assert_eq!(ids(&mut open, "a"), ["v1", "v2", "v3"]);
    drop(open);
    assert_whole(&mut copies.theirs.open().unwrap());
    // One that lacks what was seen here is still noticed.
    let copies = Copies::new();
    copies.change(
        |mine| drop(put(mine, "a", "v2", "two").unwrap()),
        |theirs| drop(put(theirs, "a", "v3", "three").unwrap()),
    );
    fs::write(copies.theirs.vault_path(), copies.mine.copy()).unwrap();
    assert!(matches!(copies.theirs.open().map(drop), Err(VaultError::OtherBranch { .. })));
}

#[test]
fn three_copies_that_cross_end_equal() {
    let copies = Copies::new();
    let third = Place::new();
    fs::write(third.vault_path(), copies.mine.copy()).unwrap();
    copies.change(
        |mine| drop(put(mine, "a", "v2", "two").unwrap()),
        |theirs| {
            put(theirs, "a", "v3", "three").unwrap();
            create(theirs, "there", "v1", "x").unwrap();
        },
    );
    third.clock.advance(9);
    create(&mut third.open().unwrap(), "third", "v1", "y").unwrap();
    merge(&copies.mine, &copies.theirs.vault_path()).unwrap();
    merge(&copies.theirs, &third.vault_path()).unwrap();
    merge(&third, &copies.mine.vault_path()).unwrap();
    let mut vault = copies.meet();
    merge(&third, &copies.mine.vault_path()).unwrap();
    let mut last = third.open().unwrap();
    assert_whole(&mut last);
    assert_eq!(see(&mut last), see(&mut vault));
}

/// Damages the value of every version in a file.
fn damage_values(place: &Place) {
    let connection = rusqlite::Connection::open(place.vault_path()).unwrap();
    connection.execute("UPDATE version SET value = randomblob(168)", []).unwrap();
}

#[test]
fn a_tampered_copy_is_refused_and_nothing_is_merged() {
    for is_ahead in [true, false] {
        let copies = Copies::new();
        let mine = |mine: &mut Vault| drop(create(mine, "mine", "v1", "x").unwrap());
        copies.change(if is_ahead { |_: &mut Vault| {} } else { mine }, |theirs| {
            drop(put(theirs, "a", "v2", "two").unwrap())
        });
        damage_values(&copies.theirs);
        let before = copies.mine.copy();
        let refused = merge(&copies.mine, &copies.theirs.vault_path()).unwrap_err();
        assert!(matches!(refused, VaultError::Integrity { .. }), "{refused}");
        assert!(refused.to_string().contains("other copy"), "{refused}");
        assert!(copies.mine.copy() == before, "nothing is merged");
        assert_whole(&mut copies.mine.open().unwrap());
    }
}

// Guards: looking at another branch was once how the own path was forgotten.
#[test]
fn a_look_at_another_branch_leaves_the_own_path_usable() {
    let copies = Copies::new();
    copies.change(
        |mine| drop(put(mine, "a", "v2", "two").unwrap()),
        |theirs| drop(put(theirs, "a", "v3", "three").unwrap()),
    );
    let elsewhere = copies.mine.folder().join("elsewhere.etui");
    fs::write(&elsewhere, copies.theirs.copy()).unwrap();
    let open_elsewhere = |accept_other| {
        let answers = etui::vault::Answers { accept_other, ..Default::default() };
        copies.mine.open_path(&elsewhere, answers)
    };
    assert!(matches!(open_elsewhere(false).map(drop), Err(VaultError::OtherBranch { .. })));
    assert_eq!(get(&mut open_elsewhere(true).unwrap(), "a").unwrap(), "three");
    assert_eq!(get(&mut copies.mine.open().unwrap(), "a").unwrap(), "two");
    merge(&copies.mine, &elsewhere).unwrap();
    assert_whole(&mut copies.mine.open().unwrap());
}

// Guards: a version that was brought in is looked past when one behind it gets another id, whichever key it has.
#[test]
fn many_ids_that_both_copies_gave_are_told_apart_whichever_copy_gave_them_first() {
    let copies = Copies::filled(|vault| {
        for n in 0..20 {
            create(vault, &format!("s{n}"), "v1", "x").unwrap();
        }
    });
    let cost = KdfCost::new(8, 1, 1).unwrap();
    copies.change(
        |mine| (0..20).for_each(|n| drop(put(mine, &format!("s{n}"), "v2", "mine").unwrap())),
        |theirs| {
            (0..20).for_each(|n| drop(put(theirs, &format!("s{n}"), "v2", "theirs").unwrap()));
            let (old, new) = (credentials(PASSWORD), credentials("another horse"));
            theirs.rekey(&old, &new, cost, &mut |_| {}).unwrap();
        },
    );
    merge(&copies.mine, &copies.theirs.vault_path()).unwrap();
    let mut vault = copies.mine.open_by(&credentials("another horse")).unwrap();
    assert_whole(&mut vault);
}
