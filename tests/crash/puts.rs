//! Puts that are killed, and puts of several processes at once.

use std::thread;
use std::time::Duration;

use etui::vault::{Answers, Vault};
use etui::versioning::Selector;

use crate::support::binary::{Api, MACHINE, command, put_line};
use crate::support::rules::{secret_name, version_id};
use crate::support::vaults::{Place, create, get};

pub fn open(place: &Place) -> Vault {
    place.open_as(Some(MACHINE), Answers::default()).unwrap()
}

/// A vault with these secrets, made at the cheapest cost, and a folder for what is not in it.
pub fn prepared(names: impl IntoIterator<Item = String>) -> (Place, tempfile::TempDir) {
    let place = Place::in_format(super::FORMAT);
    let mut vault = place.create_at(&place.vault_path(), Some(MACHINE));
    for name in names {
        create(&mut vault, &name, "v0", "first").unwrap();
    }
    (place, tempfile::tempdir().unwrap())
}

#[track_caller]
pub fn assert_holds(vault: &mut Vault, name: &str, id: &str, value: &str) {
    let selector = Selector { version_id: Some(version_id(id)), ..Selector::default() };
    let got = vault.get_secret_value(&secret_name(name), &selector).unwrap();
    assert_eq!(got.value.expose(), value.as_bytes(), "{name} {id}");
}

const ROUNDS: usize = 50;
const PUTS: usize = 40;

#[test]
fn every_acknowledged_put_survives_a_kill_and_the_vault_stays_sound() {
    let (place, outside) = prepared((0..ROUNDS).map(|round| format!("s{round}")));
    let password = outside.path().join("password");
    for round in 0..ROUNDS {
        let name = format!("s{round}");
        let lines: Vec<String> = (1..=PUTS)
            .map(|number| put_line(&name, &format!("v{number}"), &format!("{round}-{number}")))
            .collect();
        let mut api = Api::start(command(&place, &password, &["api"]));
        // All of them at once, so that a put is under way whenever the kill comes.
        api.send(&lines.concat());
        let mut acknowledged = Vec::new();
        let mut note = |api: &mut Api| match api.answer() {
            Some(answer) => {
                assert!(answer["Code"].is_null(), "{answer}");
                acknowledged.push(answer["VersionId"].as_str().unwrap().to_owned());
                true
            }
            None => false,
        };
        for _ in 0..1 + round * 7 % 20 {
            assert!(note(&mut api), "the process ended by itself");
        }
        // Another moment of the next put in every round.
        thread::sleep(Duration::from_micros(53 * round as u64));
        api.kill();
        // What is still in the pipe was acknowledged too.
        while note(&mut api) {}

        let mut vault = open(&place);
        for id in &acknowledged {
            let number = id.strip_prefix('v').unwrap();
            assert_holds(&mut vault, &name, id, &format!("{round}-{number}"));
        }
        let there = vault.describe(&secret_name(&name)).unwrap().secret.versions.len() - 1;
        assert!(
            there == acknowledged.len() || there == acknowledged.len() + 1,
            "round {round}: {there} are there, {} were acknowledged",
            acknowledged.len()
        );
        let report = vault.verify().unwrap();
        assert!(report.is_clean(), "round {round}: {:?}", report.findings);
    }
}

#[test]
fn two_processes_that_put_at_once_lose_nothing_and_raise_no_false_alarm() {
    const EACH: usize = 200;
    let (place, outside) = prepared(["shared", "one", "two"].map(str::to_owned));
    let password = outside.path().join("password");
    let mut vault = open(&place);
    thread::scope(|scope| {
        let workers: Vec<_> = ["one", "two"]
            .into_iter()
            .map(|own| {
                let command = command(&place, &password, &["api"]);
                scope.spawn(move || {
                    let mut api = Api::start(command);
                    for number in 0..EACH {
                        let name = if number % 2 == 0 { "shared" } else { own };
                        api.send(&put_line(name, &format!("{own}-{number}"), &format!("{own} {number}")));
                        let answer = api.answer().expect("the process goes on");
                        assert!(answer["Code"].is_null(), "{answer}");
                    }
                    assert!(api.finish());
                })
            })
            .collect();
        // And a third that reads all the while.
        while workers.iter().any(|worker| !worker.is_finished()) {
            get(&mut vault, "shared").unwrap();
            vault.list().unwrap();
        }
        workers.into_iter().for_each(|worker| worker.join().unwrap());
    });
    for vault in [&mut vault, &mut open(&place)] {
        for own in ["one", "two"] {
            for number in 0..EACH {
                let name = if number % 2 == 0 { "shared" } else { own };
                assert_holds(vault, name, &format!("{own}-{number}"), &format!("{own} {number}"));
            }
        }
        let report = vault.verify().unwrap();
        assert!(report.is_clean(), "{:?}", report.findings);
        assert_eq!((report.versions, report.events), (3 + 2 * EACH as u64, 4 + 2 * EACH as u64));
    }
}

#[test]
fn a_process_that_is_killed_while_it_unlocks_leaves_the_vault_as_it_was() {
    let (place, outside) = prepared(["a".to_owned()]);
    let password = outside.path().join("password");
    let before = place.copy();
    for round in 0..20 {
        let mut api = Api::start(command(&place, &password, &["api"]));
        thread::sleep(Duration::from_micros(150 * round));
        api.kill();
        assert!(place.copy() == before);
    }
    assert!(open(&place).verify().unwrap().is_clean());
}
