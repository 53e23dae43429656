//! Rows of secrets swapped, put back, deleted and added, and cells of any table cut.

use super::judge::{
    assert_detected, assert_integrity, assert_read_detects, assert_verify_finds, filled, look, tampered,
    with_sqlite,
};
use super::tables::{NAME_TAG, before_and_after, move_label, replace_table, run, swap};
use crate::support::vaults::{Place, create, get, put};
use etui::vault::VaultError;

// Guards: `name_tag` in the associated data of a secret's record; and the sums.
#[test]
fn two_name_tags_that_were_swapped_are_noticed() {
    let place = tampered(|connection| swap(connection, "secret", "name_tag", "name_tag", "true"));
    assert_detected(&place);
    // Two of three secrets were swapped, nobody knows which: who reads alone is warned or gets the right value.
    let seventh = "\u{7}".repeat(5_000);
    let read = |name: &str, value: &str| match place.open().and_then(|mut vault| get(&mut vault, name)) {
        Ok(found) => assert_eq!(found, value),
        Err(error) => assert_integrity(Err::<(), _>(error)),
    };
    read("db/password", "hunter2");
    read("tls/key", &seventh);
}

// Guards: the secret's id in the associated data of its record; and the sums.
#[test]
fn two_secret_ids_or_records_that_were_swapped_are_noticed() {
    for column in ["record", "id"] {
        // `id` is UNIQUE: it goes by way of a third value too.
        assert_detected(&tampered(|connection| swap(connection, "secret", "name_tag", column, "true")));
    }
}

// Guards: the sums over the secrets. Moving a label leaves the versions as they are, so that nothing but the
// sum of the bucket tells the older record from the newer.
#[test]
fn an_older_record_of_a_secret_is_noticed() {
    let (place, _) = filled();
    let [before, after] = before_and_after(&place, move_label);
    assert_ne!(before[1], after[1]);
    with_sqlite(&place, |connection| replace_table(connection, "secret", &before[1]));
    assert_detected(&place);
    assert_read_detects(&place, |vault| get(vault, "db/password"));
}

// Guards: the sums, and `versions_mac`.
#[test]
fn an_older_record_of_a_secret_with_its_older_versions_is_noticed() {
    let (place, _) = filled();
    let [before, _] = before_and_after(&place, |vault| drop(put(vault, "db/password", "v4", "new").unwrap()));
    with_sqlite(&place, |connection| {
        replace_table(connection, "secret", &before[1]);
        replace_table(connection, "version", &before[2]);
    });
    assert_detected(&place);
    assert_read_detects(&place, |vault| get(vault, "db/password"));
}

// Guards: the sums: that a secret is not there is proved by its bucket too.
#[test]
fn a_secret_that_was_deleted_is_not_just_missing() {
    let place = tampered(|connection| {
        run(
            connection,
            "DELETE FROM secret WHERE id = (SELECT secret_id FROM version GROUP BY secret_id HAVING count(*) = 3)",
        );
    });
    assert_detected(&place);
    assert_read_detects(&place, |vault| get(vault, "db/password"));
    let place = tampered(|connection| {
        run(connection, "DELETE FROM secret; DELETE FROM version");
    });
    assert_detected(&place);
    assert_read_detects(&place, |vault| create(vault, "db/password", "v1", "x").map(|_| String::new()));
}

// Guards: the associated data of a secret's record, the sums, and the count of secrets in the head.
#[test]
fn a_secret_that_was_added_is_noticed() {
    assert_detected(&tampered(|connection| {
        run(
            connection,
            &format!(
                "INSERT INTO secret SELECT randomblob({NAME_TAG}), randomblob(16), record FROM secret LIMIT 1"
            ),
        );
    }));
}

// Guards: no more of a bucket is held in memory than the head vouches for.
#[test]
fn rows_that_fill_a_bucket_are_refused_while_they_are_read() {
    let place = tampered(|connection| {
        let rest = NAME_TAG - 2;
        let name_tag =
            format!("CAST((SELECT substr(min(name_tag), 1, 2) FROM secret) || randomblob({rest}) AS BLOB)");
        let one_more =
            format!("INSERT INTO secret SELECT {name_tag}, randomblob(16), record FROM secret LIMIT 1;");
        run(connection, &one_more.repeat(40));
    });
    let Err(VaultError::Integrity { what }) = look(&place) else { panic!("they went unnoticed") };
    assert_eq!(what, "it has more secrets than its head names");
}

// Guards: the search for orphans in the full check, or a check of the lengths of tags.
#[test]
fn a_secret_outside_all_buckets_is_noticed_by_the_full_check() {
    let short = format!("CAST(zeroblob({}) AS BLOB)", NAME_TAG - 1);
    for name_tag in ["x''", &short, "randomblob(40)"] {
        let sql = format!("INSERT INTO secret SELECT {name_tag}, randomblob(16), record FROM secret LIMIT 1");
        assert_verify_finds(&tampered(|connection| run(connection, &sql)));
    }
}

// Guards: nothing is taken for a seal that is not long enough, and no byte may follow one.
#[test]
fn cells_that_were_cut_or_lengthened_are_noticed() {
    let cells = [
        ("secret", "record"),
        ("version", "record"),
        ("version", "value"),
        ("version", "id_tag"),
        ("secret", "name_tag"),
        ("secret", "id"),
        ("vault", "head"),
        ("vault", "wrapped_key"),
        ("vault", "header"),
        ("vault", "header_hash"),
    ];
    for (table, column) in cells {
        for changed in ["x''", &format!("substr({column}, 2)"), &format!("{column} || x'00'")] {
            // One row is enough, and the keys must stay unique.
            let sql = format!(
                "UPDATE {table} SET {column} = CAST({changed} AS BLOB) WHERE {column} = (SELECT min({column}) FROM {table})"
            );
            let place = tampered(|connection| run(connection, &sql));
            match column {
                // Perhaps one of the secret in its window, whose values nobody reads.
                "value" => assert_verify_finds(&place),
                _ => assert_detected(&place),
            }
        }
    }
}

// Guards: a cell that is longer than any that etui writes is refused before it is read.
#[test]
fn a_record_that_is_too_long_is_refused_by_its_length_alone() {
    for (table, length) in
        [("secret", 60_000_000), ("version", 60_000_000), ("secret", 300_000), ("version", 300_000)]
    {
        let place = tampered(|connection| {
            let one = format!("record = (SELECT min(record) FROM {table})");
            run(connection, &format!("UPDATE {table} SET record = zeroblob({length}) WHERE {one}"));
        });
        let Err(VaultError::Integrity { what }) = look(&place) else {
            panic!("{table} {length} went unnoticed")
        };
        assert_eq!(what, "a cell has the wrong type", "{table} {length}");
    }
}

/// Swaps neighbours in the order that a page keeps of its rows: what is stored stays the same to the last byte.
fn swap_neighbours(page: &mut [u8], at: usize) {
    let pointers = 8 + 2 * at;
    let (one, other) = page[pointers..pointers + 4].split_at_mut(2);
    one.swap_with_slice(other);
}

// Guards: the rows of a bucket come in the order of their tags. Sums do not tell an order, and a secret is looked for
// where its tag belongs: out of order it would be said not to be there.
#[test]
fn a_secret_is_not_hidden_by_the_order_of_the_rows() {
    const PAGE: usize = 4096;
    const LEAF_OF_AN_INDEX: u8 = 10;
    let place = Place::in_format(super::FORMAT);
    let mut vault = place.create();
    let names: Vec<String> = (0..60).map(|number| format!("s{number}")).collect();
    for name in &names {
        create(&mut vault, name, "v1", name).unwrap();
    }
    drop(vault);
    let whole = place.copy();
    let mut out_of_order = 0;
    for start in (PAGE..whole.len()).step_by(PAGE) {
        let page = &whole[start..start + PAGE];
        let rows = usize::from(u16::from_be_bytes([page[3], page[4]]));
        for at in 1..if page[0] == LEAF_OF_AN_INDEX { rows } else { 0 } {
            let mut swapped = whole.clone();
            swap_neighbours(&mut swapped[start..start + PAGE], at - 1);
            place.put_back(&swapped);
            for name in &names {
                match place.open_without_memory().and_then(|mut vault| get(&mut vault, name)) {
                    Ok(value) => assert_eq!(value, *name),
                    Err(VaultError::Integrity { what }) => {
                        out_of_order += usize::from(what.contains("out of order"));
                        break;
                    }
                    Err(error) => panic!("{name}: {error:?}"),
                }
            }
        }
    }
    assert!(out_of_order > 0, "no two rows of one bucket were swapped");
}
