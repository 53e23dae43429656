//! Two vaults with the same secrets, brought together both ways by imports. Copies of one vault are merged instead.

use std::fs;

use proptest::prelude::*;

use etui::domain::ErrorCode;
use etui::vault::{
    Answers, Environment, ImportOutcome, LockedVault, NoteRequest, OnRefusal, Vault, VaultError,
};
use etui::versioning::{Deletion, ImportRemark, Origin};

use crate::helpers::{import, lost, shown, told};
use crate::support::rules::{secret_name, version_id};
use crate::support::vaults::{PASSWORD, Place, create, open_at, put, put_request, text};

/// Two vaults that held the same once.
struct Vaults {
    place: Place,
    left: Vault,
    right: Vault,
}

impl Vaults {
    fn new(fill: impl FnOnce(&mut Vault, &Place)) -> Self {
        let place = Place::new();
        let mut left = place.create();
        fill(&mut left, &place);
        let path = place.folder().join("right.etui");
        fs::write(&path, place.copy()).unwrap();
        let environment = Environment::new(Box::new(place.clock.clone()), Origin::CommandLine);
        let right = open_at(&path, environment, PASSWORD, Answers::default()).unwrap();
        place.clock.advance(10);
        Self { place, left, right }
    }

    fn step(&self) {
        self.place.clock.advance(10);
    }

    /// Brings right into left and left into right; what each import did.
    fn bring_together(&mut self) -> (Vec<String>, Vec<String>) {
        let from_right = self.right.give_out(|_| true).unwrap();
        let into_left = told(&import(&mut self.left, &from_right));
        let from_left = self.left.give_out(|_| true).unwrap();
        let into_right = told(&import(&mut self.right, &from_left));
        (into_left, into_right)
    }

    /// The ids of a secret's versions, oldest first, on both sides.
    fn versions(&mut self, name: &str) -> (Vec<String>, Vec<String>) {
        let ids = |vault: &mut Vault| {
            let secret = vault.describe(&secret_name(name)).unwrap().secret;
            secret.versions.iter().map(|version| version.id.to_string()).collect()
        };
        (ids(&mut self.left), ids(&mut self.right))
    }
}

/// Versions, times and values, without labels.
fn versions_of(vault: &mut Vault) -> String {
    shown(vault).lines().filter(|line| !line.contains(" = ")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn they_agree_on_their_versions_after_both_ways() {
    let mut vaults = Vaults::new(|vault, _| {
        create(vault, "db", "v1", "one").unwrap();
        create(vault, "only/here", "v1", "x").unwrap();
    });
    put(&mut vaults.left, "db", "left-1", "two").unwrap();
    vaults.step();
    put(&mut vaults.right, "db", "right-1", "three").unwrap();
    create(&mut vaults.right, "new/right", "v1", "r").unwrap();
    vaults.step();
    put(&mut vaults.left, "db", "left-2", "four").unwrap();
    create(&mut vaults.left, "new/left", "v1", "l").unwrap();

    let (into_left, into_right) = vaults.bring_together();
    assert_eq!(into_left, ["db: gets right-1", "new/right: new v1", "only/here: same"]);
    assert_eq!(
        into_right,
        ["db: gets left-1 left-2", "new/left: new v1", "new/right: same", "only/here: same"]
    );
    let order = ["v1", "left-1", "right-1", "left-2"].map(str::to_owned).to_vec();
    assert_eq!(vaults.versions("db"), (order.clone(), order));
    assert_eq!(versions_of(&mut vaults.left), versions_of(&mut vaults.right));

    let (left_again, right_again) = vaults.bring_together();
    for told in left_again.iter().chain(&right_again) {
        assert!(told.ends_with(": same"), "{told}");
    }
    assert!(vaults.left.verify().unwrap().is_clean());
    assert!(vaults.right.verify().unwrap().is_clean());
}

#[test]
fn versions_of_one_second_have_the_same_order_on_both_sides() {
    let mut vaults = Vaults::new(|vault, _| {
        create(vault, "db", "v1", "one").unwrap();
    });
    for (id, value) in [("v9", "9"), ("v10", "10")] {
        put(&mut vaults.left, "db", id, value).unwrap();
    }
    for (id, value) in [("w2", "w2"), ("w1", "w1")] {
        put(&mut vaults.right, "db", id, value).unwrap();
    }
    vaults.bring_together();
    let (left, right) = vaults.versions("db");
    assert_eq!(left, right);
    assert_eq!(left, ["v1", "v9", "v10", "w2", "w1"]);
}

#[test]
fn labels_that_differ_stay_as_they_are_here_and_unknown_ones_come_along() {
    let mut vaults = Vaults::new(|vault, _| {
        create(vault, "db", "v1", "one").unwrap();
        put(vault, "db", "v2", "two").unwrap();
    });
    vaults.right.put_secret_value(&put_request("db", "v3", text("three"), "ACSCurrent canary")).unwrap();
    let batch = vaults.right.give_out(|_| true).unwrap();
    let report = import(&mut vaults.left, &batch);
    let ImportOutcome::Changed { versions, moves } = &report.rows[0].outcome else { panic!("{report:?}") };
    assert_eq!(versions, &[version_id("v3")]);
    assert_eq!(moves.len(), 1);
    assert_eq!((moves[0].label.as_str(), moves[0].to.as_ref()), ("canary", Some(&version_id("v3"))));
    let remarks: Vec<String> = report.rows[0].remarks.iter().map(ToString::to_string).collect();
    assert_eq!(
        remarks,
        [
            "label 'ACSCurrent' stays on version 'v2'; there it marks 'v3'",
            "label 'ACSPrevious' stays on version 'v1'; there it marks 'v2'",
        ]
    );
    let secret = vaults.left.describe(&secret_name("db")).unwrap().secret;
    assert_eq!(secret.labels.current().unwrap().id, version_id("v2"));
}

#[test]
fn deletions_here_stay_and_are_shown() {
    let mut vaults = Vaults::new(|vault, _| {
        create(vault, "window", "v1", "one").unwrap();
        create(vault, "there", "v1", "one").unwrap();
    });
    let delete = |vault: &mut Vault, name: &str, deletion| {
        let name = secret_name(name);
        vault.delete_secret(&etui::vault::DeleteRequest { name, deletion, expected: None }).unwrap();
    };
    delete(&mut vaults.left, "window", Deletion::Window(7));
    delete(&mut vaults.right, "there", Deletion::Window(7));
    put(&mut vaults.right, "window", "v2", "two").unwrap();
    let batch = vaults.right.give_out(|_| true).unwrap();
    assert!(lost(&batch)[0].starts_with("'there' is left out: it is scheduled for deletion"));
    let report = import(&mut vaults.left, &batch);
    assert_eq!(told(&report), ["window: in its window"]);
    assert!(!report.changes_anything());
    assert!(vaults.left.describe(&secret_name("there")).unwrap().secret.planned_deletion.is_none());
}

#[test]
fn the_same_id_with_another_value_is_refused_and_nothing_is_imported() {
    let mut vaults = Vaults::new(|vault, _| {
        create(vault, "a", "v1", "one").unwrap();
        create(vault, "b", "v1", "one").unwrap();
    });
    put(&mut vaults.left, "b", "v2", "left").unwrap();
    put(&mut vaults.right, "b", "v2", "right").unwrap();
    put(&mut vaults.right, "a", "v2", "fine").unwrap();
    let batch = vaults.right.give_out(|_| true).unwrap();
    let before = vaults.place.copy();
    let refused = vaults.left.import(&batch, OnRefusal::ImportNothing, &mut |_| {}).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::ResourceExist);
    assert_eq!(refused.to_string(), "version 'v2' of secret 'b' already exists with a different value");
    assert!(vaults.place.copy() == before);
    let report = vaults.left.import(&batch, OnRefusal::LeaveOut, &mut |_| {}).unwrap();
    assert_eq!(told(&report), ["a: gets v2", &format!("b: {refused}")]);
}

#[test]
fn notes_of_versions_here_stay() {
    let mut vaults = Vaults::new(|vault, _| {
        create(vault, "db", "v1", "one").unwrap();
    });
    let note = |text: &str| NoteRequest {
        name: secret_name("db"),
        version_id: version_id("v1"),
        note: etui::domain::Note::new(text).ok(),
    };
    vaults.left.set_note(&note("mine")).unwrap();
    vaults.right.set_note(&note("theirs")).unwrap();
    let batch = vaults.right.give_out(|_| true).unwrap();
    let report = import(&mut vaults.left, &batch);
    assert_eq!(told(&report), ["db: same"]);
    assert_eq!(report.rows[0].remarks, [ImportRemark::NoteStays { version: version_id("v1") }]);
}

#[test]
fn another_vault_is_matched_by_names() {
    let (place, other) = (Place::new(), Place::new());
    let (mut vault, mut source) = (place.create(), other.create());
    create(&mut vault, "db", "v1", "one").unwrap();
    create(&mut source, "db", "v1", "one").unwrap();
    put(&mut source, "db", "v2", "two").unwrap();
    create(&mut source, "token", "v1", "x").unwrap();
    let batch = source.give_out(|_| true).unwrap();
    assert_eq!(told(&import(&mut vault, &batch)), ["db: gets v2", "token: new v1"]);
    assert_eq!(told(&import(&mut vault, &batch)), ["db: same", "token: same"]);
}

#[test]
fn a_copy_with_the_same_key_needs_no_password() {
    let mut vaults = Vaults::new(|vault, _| {
        create(vault, "db", "v1", "one").unwrap();
    });
    put(&mut vaults.right, "db", "v2", "two").unwrap();
    let path = vaults.right.path().to_owned();
    let Vaults { place, mut left, right, .. } = vaults;
    drop(right);
    let beside = LockedVault::open_beside(&path, &left, Box::new(place.clock.clone())).unwrap();
    let mut opened = left.unlock_branch(beside).map_err(|failed| failed.error).unwrap();
    assert_eq!(told(&import(&mut left, &opened.give_out(|_| true).unwrap())), ["db: gets v2"]);

    let stranger = place.folder().join("stranger.etui");
    drop(place.create_at(&stranger, None));
    let beside = LockedVault::open_beside(&stranger, &left, Box::new(place.clock.clone())).unwrap();
    let failed = left.unlock_branch(beside).map(|_| ()).map_err(|failed| failed.error).unwrap_err();
    assert_eq!(failed.code(), ErrorCode::NotUnlocked);
}

#[test]
fn the_file_of_the_open_vault_is_not_opened_a_second_time() {
    let place = Place::new();
    let vault = place.create();
    let link = place.folder().join("link.etui");
    std::os::unix::fs::symlink(place.vault_path(), &link).unwrap();
    for path in [place.vault_path(), link] {
        let opened = LockedVault::open_beside(&path, &vault, Box::new(place.clock.clone()));
        assert!(matches!(opened.map(|_| ()), Err(VaultError::SameFile { .. })));
    }
}

#[test]
fn an_earlier_copy_brings_nothing_and_takes_nothing_away() {
    let mut vaults = Vaults::new(|vault, _| {
        create(vault, "db", "v1", "one").unwrap();
    });
    put(&mut vaults.left, "db", "v2", "two").unwrap();
    let before = vaults.place.copy();
    let batch = vaults.right.give_out(|_| true).unwrap();
    assert_eq!(told(&import(&mut vaults.left, &batch)), ["db: same"]);
    assert!(vaults.place.copy() == before);
}

/// Something that happens on one side.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// A version of one of the secrets that both have, or of one that this side made.
    Put(usize),
    /// A new secret.
    Create,
    /// Time passes.
    Wait,
}

fn any_step() -> impl Strategy<Value = (bool, Step)> {
    let step = prop_oneof![
        4 => (0..3_usize).prop_map(Step::Put),
        1 => Just(Step::Create),
        2 => Just(Step::Wait),
    ];
    (any::<bool>(), step)
}

/// Does a step on a side; what does not fit the state that it is in does nothing.
fn take_step(vault: &mut Vault, side: &str, number: usize, step: Step) {
    let names: Vec<String> = vault.list().unwrap().iter().map(|secret| secret.name.to_owned()).collect();
    match step {
        Step::Put(at) => {
            let name = &names[at % names.len()];
            // Ids whose order is not that of time.
            put(vault, name, &format!("{}-{side}", 97 - number), &format!("{side} {number}")).unwrap();
        }
        Step::Create => {
            create(vault, &format!("{side}/{number}"), "v1", "new").unwrap();
        }
        Step::Wait => {}
    }
}

/// The versions of all secrets.
fn all_versions(vault: &mut Vault) -> Vec<String> {
    let batch = vault.give_out(|_| true).unwrap();
    let told = |version: &etui::vault::IncomingVersion| {
        let (id, created) = (version.id.as_ref().unwrap(), version.created.unwrap());
        format!("{id} {created} {}", String::from_utf8_lossy(version.value.expose()))
    };
    let mut secrets: Vec<String> = batch
        .secrets
        .iter()
        .map(|secret| secret.versions.iter().map(told).collect::<Vec<_>>().join(", "))
        .collect();
    secrets.sort();
    secrets
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_on_two_sides_they_agree_on_their_versions_afterwards(
        steps in prop::collection::vec(any_step(), 1..16)
    ) {
        let mut vaults = Vaults::new(|vault, _| {
            for name in ["a", "b", "c"] {
                create(vault, name, "v1", name).unwrap();
            }
        });
        for (number, (left, step)) in steps.into_iter().enumerate() {
            if matches!(step, Step::Wait) {
                vaults.step();
            }
            let (vault, side) =
                if left { (&mut vaults.left, "left") } else { (&mut vaults.right, "right") };
            take_step(vault, side, number, step);
        }
        vaults.bring_together();
        prop_assert_eq!(all_versions(&mut vaults.left), all_versions(&mut vaults.right));
        let (left, right) = vaults.bring_together();
        prop_assert!(left.iter().chain(&right).all(|told| told.ends_with(": same")), "{:?}", (left, right));
        for vault in [&mut vaults.left, &mut vaults.right] {
            let report = vault.verify().unwrap();
            prop_assert!(report.is_clean(), "{:?}", report.findings);
        }
    }
}
