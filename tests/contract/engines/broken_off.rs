//! Pushes that break off, lose answers, or meet another push: nothing is lost, doubled or written over.

use std::cell::RefCell;
use std::rc::Rc;

use etui::engine::PushOutcome;
use proptest::prelude::*;

use super::model::{Fate, ModelEngine, World};
use super::{all, pull, push, shape, told};
use crate::support::fixtures::put_request;
use crate::support::vaults::{Place, create, fill, put, text};

/// How often each document of a secret is there.
fn doubled(world: &Rc<RefCell<World>>) -> Vec<String> {
    let world = world.borrow();
    let mut doubled = Vec::new();
    for (name, stored) in &world.secrets {
        for (number, document) in &stored.documents {
            if stored.documents.iter().any(|(other, same)| other > number && same == document) {
                doubled.push(format!("{name} {number}"));
            }
        }
    }
    doubled
}

#[test]
fn a_push_that_is_killed_at_any_request_is_finished_by_the_next_one() {
    for remembers in [true, false] {
        for dies_after in 0.. {
            let (one, other, world) = (Place::new(), Place::new(), World::new());
            let mut vault = one.create();
            fill(&mut vault);
            let mut engine = ModelEngine { dies_after, ..ModelEngine::of(&world) };
            let is_whole = push(&mut vault, &mut engine, &all()).failed.is_none();
            if !remembers {
                vault = one.open_without_memory().unwrap();
            }
            let mut engine = ModelEngine::of(&world);
            let report = push(&mut vault, &mut engine, &all());
            assert!(
                report.failed.is_none()
                    && report.rows.iter().all(|row| !matches!(row.outcome, PushOutcome::Failed(_)))
            );
            assert_eq!(doubled(&world), Vec::<String>::new(), "{dies_after}");
            let mut pulled = other.create();
            pull(&mut pulled, &mut engine);
            assert_eq!(shape(&mut pulled), shape(&mut vault), "killed after {dies_after} requests");
            if is_whole {
                break;
            }
        }
    }
}

#[test]
fn of_two_pushes_at_once_one_is_planned_again_whenever_the_other_comes() {
    for counts_revisions in [true, false] {
        for at in 0..40 {
            let (one, other, world) = (Place::new(), Place::new(), World::new());
            world.borrow_mut().counts_revisions = counts_revisions;
            let mut mine = one.create();
            create(&mut mine, "a", "v1", "1").unwrap();
            push(&mut mine, &mut ModelEngine::of(&world), &all());
            let mut theirs = other.create();
            pull(&mut theirs, &mut ModelEngine::of(&world));
            put(&mut mine, "a", "mine", "2").unwrap();
            put(&mut theirs, "a", "theirs", "3").unwrap();
            let (worlds, reported) = (world.clone(), Rc::new(RefCell::new(Vec::new())));
            let report = reported.clone();
            let meanwhile = Box::new(move || {
                *report.borrow_mut() = told(&push(&mut theirs, &mut ModelEngine::of(&worlds), &all()));
            });
            let mut engine = ModelEngine { meanwhile: Some((at, meanwhile)), ..ModelEngine::of(&world) };
            let own = told(&push(&mut mine, &mut engine, &all()));
            let other = reported.borrow().clone();
            if other.is_empty() {
                break;
            }
            let refused: Vec<bool> =
                [&own, &other].iter().map(|lines| lines[0].contains("refused: it moved there")).collect();
            assert!(refused[0] != refused[1], "at {at}: {own:?} {other:?}");
            let (winner, value) = if refused[0] { ("theirs", "3") } else { ("mine", "2") };
            let world = world.borrow();
            assert_eq!(world.secrets["a"].secret.current, 2, "at {at}");
            assert_eq!(world.document("a", 2), format!(r#"{{"value":"{value}"}}"#));
            assert_eq!(world.entry("a", "etui.label.ACSCurrent"), Some(winner), "at {at}: {own:?} {other:?}");
            assert_eq!(world.entry("a", "etui.versions"), Some(format!("1:v1 2:{winner}").as_str()));
        }
    }
}

/// What others write beside the versions has no guard on the way from the plan to the write.
#[test]
fn what_others_write_beside_the_versions_meanwhile_is_planned_again_and_never_lost() {
    for (entry, text, moves_a_label) in [("etui.label.ACSCurrent", "v1", true), ("owner", "ops", false)] {
        let mut met = 0;
        for at in 0.. {
            let (place, world) = (Place::new(), World::new());
            let mut vault = place.create();
            create(&mut vault, "a", "v1", "1").unwrap();
            put(&mut vault, "a", "v2", "2").unwrap();
            push(&mut vault, &mut ModelEngine::of(&world), &all());
            put(&mut vault, "a", "v3", "3").unwrap();
            let their_world = world.clone();
            let meanwhile = Box::new(move || their_world.borrow_mut().write("a", entry, text));
            let mut engine = ModelEngine { meanwhile: Some((at, meanwhile)), ..ModelEngine::of(&world) };
            let own = told(&push(&mut vault, &mut engine, &all()));
            if engine.meanwhile.is_some() {
                break;
            }
            met += 1;
            assert_eq!(world.borrow().entry("a", entry), Some(text), "at {at}: {own:?}");
            assert_eq!(own[0].contains("refused: it moved there"), moves_a_label, "at {at}: {own:?}");
        }
        assert!(met >= 5, "{entry}: {met}");
    }
}

#[test]
fn an_engine_that_answers_every_second_question_is_asked_each_of_them_by_itself() {
    let (one, other, world) = (Place::new(), Place::new(), World::new());
    let mut vault = one.create();
    create(&mut vault, "a", "v1", "1").unwrap();
    for version in 2..=9 {
        put(&mut vault, "a", &format!("v{version}"), &version.to_string()).unwrap();
    }
    push(&mut vault, &mut ModelEngine::of(&world), &all());
    let every_second = || [Fate::Answered, Fate::Unheard].repeat(100);
    let mut forgetful = one.open_without_memory().unwrap();
    let mut engine = ModelEngine { fates: every_second(), ..ModelEngine::of(&world) };
    assert_eq!(told(&push(&mut forgetful, &mut engine, &all())), ["a same"]);
    assert!(engine.requests < 40, "{}", engine.requests);
    let mut pulled = other.create();
    pull(&mut pulled, &mut ModelEngine { fates: every_second(), ..ModelEngine::of(&world) });
    assert_eq!(shape(&mut pulled), shape(&mut vault));
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![3 => Just(Fate::Answered), 1 => Just(Fate::Unheard), 1 => Just(Fate::Lost)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    /// Any history of puts, pushed through any weather from two machines that share the vault file.
    #[test]
    fn whatever_is_lost_on_the_way_arrives_once(
        puts in proptest::collection::vec(
            (0..3_u8, 0..4_u8, proptest::collection::vec(fate(), 0..12), any::<bool>()),
            1..12,
        ),
    ) {
        let (one, other, world) = (Place::new(), Place::new(), World::new());
        world.borrow_mut().kept = 100;
        drop(one.create());
        for (position, (secret, label, fates, remembers)) in puts.into_iter().enumerate() {
            let mut vault = if remembers { one.open().unwrap() } else { one.open_without_memory().unwrap() };
            let (name, id, value) = (format!("s{secret}"), format!("id{position}"), format!("value {position}"));
            if create(&mut vault, &name, &id, &value).is_err() {
                let label = ["ACSCurrent", "blue", "green", "ACSCurrent"][usize::from(label)];
                vault.put_secret_value(&put_request(&name, &id, text(&value), label)).unwrap();
            }
            let mut engine = ModelEngine { fates, ..ModelEngine::of(&world) };
            // Of a machine that remembers nothing a label that moved is not known to have moved here.
            push(&mut vault, &mut engine, &all());
        }
        let mut vault = one.open().unwrap();
        let mut engine = ModelEngine::of(&world);
        // The hint may be of before: what it does not know is shown by a pull, as a conflict.
        pull(&mut vault, &mut engine);
        let report = push(&mut vault, &mut engine, &all());
        prop_assert!(report.refused().next().is_none(), "{:?}", told(&report));
        prop_assert_eq!(doubled(&world), Vec::<String>::new());
        let mut pulled = other.create();
        pull(&mut pulled, &mut engine);
        prop_assert_eq!(shape(&mut pulled), shape(&mut vault));
    }
}
