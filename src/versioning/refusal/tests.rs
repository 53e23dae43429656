//! Every refusal says what, to which secret, version or label, and what to do next.

use super::super::test_support::{id, label, name, time};
use super::*;

/// One of each, with the code that the contract gives it.
fn all() -> Vec<(Refusal, ErrorCode)> {
    let planned = time(1_700_000_000);
    let (name, x, v1) = (name(), label("x"), id("v1"));
    vec![
        (Refusal::Invalid(Invalid::Time), ErrorCode::InvalidParameter),
        (Refusal::NoStages, ErrorCode::InvalidParameter),
        (Refusal::CurrentAndPrevious, ErrorCode::InvalidParameter),
        (Refusal::NothingToMove { label: x.clone() }, ErrorCode::InvalidParameter),
        (Refusal::BuiltInStays { label: StageLabel::current() }, ErrorCode::InvalidParameter),
        (
            Refusal::NotTheBearer { name: name.clone(), label: x.clone(), claimed: v1.clone(), bearer: None },
            ErrorCode::InvalidParameter,
        ),
        (Refusal::PreviousOntoCurrent { version: v1.clone() }, ErrorCode::InvalidParameter),
        (
            Refusal::SelectorsDisagree { name: name.clone(), version: v1.clone(), marked: id("v2") },
            ErrorCode::InvalidParameter,
        ),
        (Refusal::WindowOutOfRange, ErrorCode::InvalidParameter),
        (Refusal::WindowAndForce, ErrorCode::InvalidParameter),
        (Refusal::NoSuchSecret { name: name.clone(), near: None }, ErrorCode::ResourceNotFound),
        (Refusal::NoSuchVersion { name: name.clone(), version: v1.clone() }, ErrorCode::ResourceNotFound),
        (Refusal::NoSuchLabel { name: name.clone(), label: x, near: None }, ErrorCode::ResourceNotFound),
        (Refusal::NoPrevious { name: name.clone() }, ErrorCode::ResourceNotFound),
        (
            Refusal::PastTheOldest { name: name.clone(), version: v1.clone(), older: 3 },
            ErrorCode::ResourceNotFound,
        ),
        (
            Refusal::NoSuchSecretThen { name: name.clone(), at: planned, created: Some(planned) },
            ErrorCode::ResourceNotFound,
        ),
        (
            Refusal::DestroyedSince { name: name.clone(), version: v1.clone(), destroyed: planned },
            ErrorCode::ResourceNotFound,
        ),
        (Refusal::ScheduledThen { name: name.clone(), planned }, ErrorCode::ResourceInDeleteWindow),
        (Refusal::NameTaken { name: name.clone() }, ErrorCode::ResourceExist),
        (Refusal::NameInWindow { name: name.clone(), planned }, ErrorCode::ResourceInDeleteWindow),
        (Refusal::InDeleteWindow { name: name.clone(), planned }, ErrorCode::ResourceInDeleteWindow),
        (
            Refusal::VersionExists { name: name.clone(), version: v1, free: id("v2"), same_bytes_as: None },
            ErrorCode::ResourceExist,
        ),
        (
            Refusal::VersionRenamed {
                name: name.clone(),
                version: id("v1"),
                now: vec![id("v1-0a"), id("v1-0b")],
            },
            ErrorCode::ResourceNotFound,
        ),
        (
            Refusal::IdStaysTaken {
                name: name.clone(),
                version: id("v1"),
                now: vec![id("v1-0a")],
                free: id("v2"),
            },
            ErrorCode::ResourceExist,
        ),
        (Refusal::NotScheduled { name: name.clone() }, ErrorCode::ResourceInUse),
        (Refusal::LabelLimit { name: name.clone() }, ErrorCode::LimitExceeded),
        (Refusal::TagLimit { name: name.clone() }, ErrorCode::LimitExceeded),
        (Refusal::Changed { name: name.clone() }, ErrorCode::ResourceChanged),
        (
            Refusal::BadNewName { name: name.clone(), invalid: Invalid::Empty { what: "a secret name" } },
            ErrorCode::InvalidParameter,
        ),
        (Refusal::EmptyFolder { folder: Folder::new("shop").unwrap() }, ErrorCode::ResourceNotFound),
        (
            Refusal::Several {
                obstacles: vec![
                    Refusal::NameTaken { name: name.clone() },
                    Refusal::InDeleteWindow { name: name.clone(), planned },
                ],
            },
            ErrorCode::ResourceExist,
        ),
        (Refusal::ClockBehind { name, now: planned, newest_event: planned }, ErrorCode::ResourceInUse),
    ]
}

#[test]
fn every_refusal_has_the_code_of_the_contract() {
    for (refusal, code) in all() {
        assert_eq!(refusal.code(), code, "{refusal:?}");
    }
}

#[test]
fn every_refusal_is_a_sentence_without_a_full_stop_and_so_is_its_hint() {
    for (refusal, _) in all() {
        for text in [refusal.to_string(), refusal.hint()] {
            let begins_as_one = !text.starts_with(char::is_uppercase);
            assert!(begins_as_one && !text.ends_with('.'), "{text}");
        }
    }
}

#[test]
fn every_refusal_about_a_secret_names_it() {
    for (refusal, _) in all() {
        if format!("{refusal:?}").contains("SecretName") {
            assert!(refusal.to_string().contains("'db/password'"), "{refusal}");
        }
    }
}

#[test]
fn a_step_past_the_oldest_version_says_how_many_there_are() {
    let said = |older| Refusal::PastTheOldest { name: name(), version: id("v1"), older }.to_string();
    assert_eq!(said(1), "secret 'db/password' has no version older than 'v1'");
    assert_eq!(said(3), "secret 'db/password' has fewer than 3 versions older than 'v1'");
}
