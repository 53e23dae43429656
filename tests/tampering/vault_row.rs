//! The row of the vault and the events: grafted from another time or another vault, deleted, added.

use super::judge::{
    assert_detected, assert_integrity, assert_verify_finds, filled, look, tampered, with_sqlite,
};
use super::tables::{TABLES, before_and_after, move_label, replace_table, rows, run, swap};
use crate::support::vaults::{PASSWORD, Place, credentials, fill, put};
use etui::vault::KdfCost;

// Guards: the event's number in its associated data.
#[test]
fn events_that_were_swapped_are_noticed_by_the_full_check() {
    assert_verify_finds(&tampered(|connection| swap(connection, "event", "number", "record", "number < 4")));
}

// Guards: `refuse_events_above`: no event lies above the number in the head. All else is one older state.
#[test]
fn an_older_head_below_newer_events_is_noticed() {
    let (place, _) = filled();
    let [before, _] = before_and_after(&place, move_label);
    with_sqlite(&place, |connection| {
        for (table, rows) in TABLES.iter().zip(&before).take(3) {
            replace_table(connection, table, rows);
        }
    });
    assert_integrity(place.open_without_memory().map(drop));
    assert_integrity(place.open().map(drop));
}

// Guards: the sums in the head; that the head's event opens and bears the head's tag.
#[test]
fn an_older_head_among_newer_rows_is_noticed() {
    for with_older_events in [false, true] {
        let (place, _) = filled();
        let [before, _] =
            before_and_after(&place, |vault| drop(put(vault, "db/password", "v4", "new").unwrap()));
        with_sqlite(&place, |connection| {
            replace_table(connection, "vault", &before[0]);
            if with_older_events {
                replace_table(connection, "event", &before[3]);
            }
        });
        let result =
            place.open_without_memory().and_then(|mut vault| crate::support::vaults::content(&mut vault));
        assert_integrity(result);
    }
}

// Guards: that the head's event opens with the tag that the head names.
#[test]
fn newer_rows_with_an_older_event_of_the_same_number_are_noticed() {
    let (place, _) = filled();
    let copy = place.copy();
    let [_, one_way] = before_and_after(&place, move_label);
    place.put_back(&copy);
    std::fs::remove_dir_all(place.state_of("here")).unwrap();
    let [_, other_way] =
        before_and_after(&place, |vault| drop(put(vault, "db/password", "v4", "new").unwrap()));
    assert_eq!(one_way[3].len(), other_way[3].len());
    with_sqlite(&place, |connection| replace_table(connection, "event", &one_way[3]));
    assert_integrity(place.open_without_memory().map(drop));
}

// Guards: the chain of events.
#[test]
fn an_event_that_was_deleted_is_noticed_by_the_full_check() {
    for number in 1..=6 {
        let place =
            tampered(|connection| run(connection, &format!("DELETE FROM event WHERE number = {number}")));
        assert_verify_finds(&place);
    }
}

// Guards: `refuse_events_above`.
#[test]
fn the_newest_event_cannot_be_deleted_or_followed() {
    for sql in [
        "DELETE FROM event WHERE number = (SELECT max(number) FROM event)",
        "INSERT INTO event SELECT number + 1, record FROM event ORDER BY number DESC LIMIT 1",
        "INSERT INTO event SELECT 9223372036854775807, record FROM event LIMIT 1",
    ] {
        assert_integrity(tampered(|connection| run(connection, sql)).open().map(drop));
    }
}

// Guards: the count of events in the full check.
#[test]
fn an_event_outside_the_history_is_noticed_by_the_full_check() {
    for number in [0, -1, i64::MIN] {
        let sql = format!("INSERT INTO event SELECT {number}, record FROM event LIMIT 1");
        assert_verify_finds(&tampered(|connection| run(connection, &sql)));
    }
}

// Guards: the one row of `vault`.
#[test]
fn a_missing_or_second_vault_row_is_noticed() {
    for sql in [
        "DELETE FROM vault",
        "INSERT INTO vault SELECT 2, header, header_hash, wrapped_key, head FROM vault",
        "INSERT INTO vault SELECT 0, header, header_hash, wrapped_key, head FROM vault",
    ] {
        assert_detected(&tampered(|connection| run(connection, sql)));
    }
}

// Guards: the vault id and the header in everybody's associated data.
#[test]
fn the_vault_row_of_another_vault_with_the_same_password_is_noticed() {
    let other = Place::in_format(super::FORMAT);
    fill(&mut other.create());
    let theirs = with_sqlite(&other, |connection| rows(connection, "vault"));
    let (place, _) = filled();
    with_sqlite(&place, |connection| replace_table(connection, "vault", &theirs));
    let result =
        place.open_without_memory().and_then(|mut vault| crate::support::vaults::content(&mut vault));
    assert_integrity(result);
}

// Guards: the header's hash, its part in the wrapped key's and the head's associated data.
#[test]
fn each_column_of_the_vault_row_of_another_vault_is_noticed() {
    let other = Place::in_format(super::FORMAT);
    fill(&mut other.create());
    let theirs = with_sqlite(&other, |connection| rows(connection, "vault"));
    for columns in [vec![1], vec![2], vec![3], vec![4], vec![1, 2], vec![1, 2, 3], vec![3, 4]] {
        let (place, _) = filled();
        with_sqlite(&place, |connection| {
            let mut ours = rows(connection, "vault");
            for column in &columns {
                ours[0][*column] = theirs[0][*column].clone();
            }
            replace_table(connection, "vault", &ours);
        });
        // A header that was changed together with its hash cannot be told from a wrong password.
        if columns == [1, 2] {
            assert!(look(&place).is_err());
        } else {
            assert_detected(&place);
        }
    }
}

// Guards: header and wrapped key in the associated data of the head.
#[test]
fn an_old_header_with_its_old_password_cannot_be_put_back() {
    let (place, _) = filled();
    let [before, after] = before_and_after(&place, |vault| {
        let cost = KdfCost::new(8, 1, 1).unwrap();
        vault.change_password(&credentials(PASSWORD), &credentials("new"), cost).unwrap();
    });
    assert_ne!(before[0], after[0]);
    assert_eq!(before[1..3], after[1..3]);
    let mut grafted = after[0].clone();
    grafted[0][1..4].clone_from_slice(&before[0][0][1..4]);
    with_sqlite(&place, |connection| replace_table(connection, "vault", &grafted));
    assert_integrity(place.open().map(drop));
    assert_integrity(place.open_without_memory().map(drop));
    // With the old head too, nothing but the newest event is new.
    with_sqlite(&place, |connection| replace_table(connection, "vault", &before[0]));
    assert_integrity(place.open_without_memory().map(drop));
}

// Guards: the same: a header of another time with a wrapped key of this one.
#[test]
fn a_wrapped_key_under_another_header_is_noticed() {
    let (place, _) = filled();
    let [before, after] = before_and_after(&place, |vault| {
        let cost = KdfCost::new(8, 1, 1).unwrap();
        vault.change_password(&credentials(PASSWORD), &credentials(PASSWORD), cost).unwrap();
    });
    for columns in [vec![3], vec![1, 2]] {
        let mut grafted = after[0].clone();
        for column in columns {
            grafted[0][column] = before[0][0][column].clone();
        }
        with_sqlite(&place, |connection| replace_table(connection, "vault", &grafted));
        assert_integrity(place.open().map(drop));
    }
}
