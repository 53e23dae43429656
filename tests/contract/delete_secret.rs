//! DeleteSecret, RestoreSecret and purge through the vault.

use etui::domain::ErrorCode;
use etui::vault::{DeleteRequest, PurgeRequest, RollbackRequest, Vault, VaultError};
use etui::versioning::{Deletion, Selector};

use crate::support::rules::secret_name;
use crate::support::vaults::{Place, create, get, put};

fn delete(vault: &mut Vault, deletion: Deletion) -> Result<(), VaultError> {
    let request = DeleteRequest { name: secret_name("a"), deletion, expected: None };
    vault.delete_secret(&request).map(drop)
}

fn purge(vault: &mut Vault, trust_clock: bool) -> Result<(), VaultError> {
    vault.purge(&PurgeRequest { name: secret_name("a"), trust_clock }).map(drop)
}

fn with_two_versions() -> (Place, Vault) {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    put(&mut vault, "a", "v2", "two").unwrap();
    (place, vault)
}

#[test]
fn in_the_window_nothing_can_be_read_or_changed_but_listed_and_described() {
    let (place, mut vault) = with_two_versions();
    delete(&mut vault, Deletion::Window(7)).unwrap();
    let in_window = ErrorCode::ResourceInDeleteWindow;
    assert_eq!(get(&mut vault, "a").unwrap_err().code(), in_window);
    assert_eq!(put(&mut vault, "a", "v3", "three").unwrap_err().code(), in_window);
    assert_eq!(create(&mut vault, "a", "v1", "one").unwrap_err().code(), in_window);
    assert_eq!(delete(&mut vault, Deletion::Window(30)).unwrap_err().code(), in_window);
    assert_eq!(purge(&mut vault, true).unwrap_err().code(), in_window);
    let rollback = RollbackRequest { name: secret_name("a"), expected: None };
    assert_eq!(vault.rollback(&rollback).unwrap_err().code(), in_window);
    let planned = place.clock.seconds() + 7 * 86_400;
    let summary_time = vault.list().unwrap().summary(0).planned_deletion.unwrap();
    assert_eq!(summary_time.seconds(), planned);
    let secret = vault.describe(&secret_name("a")).unwrap().secret;
    assert_eq!(secret.planned_deletion, Some(summary_time));
    assert_eq!(secret.versions.len(), 2);
}

#[test]
fn restore_brings_everything_back() {
    let (_place, mut vault) = with_two_versions();
    let before = vault.describe(&secret_name("a")).unwrap().secret;
    delete(&mut vault, Deletion::Window(30)).unwrap();
    vault.restore_secret(&secret_name("a")).unwrap();
    assert_eq!(vault.describe(&secret_name("a")).unwrap().secret, before);
    assert_eq!(get(&mut vault, "a").unwrap(), "two");
    let again = vault.restore_secret(&secret_name("a")).unwrap_err();
    assert_eq!(again.code(), ErrorCode::ResourceInUse);
}

#[test]
fn force_removes_every_version_at_once_and_the_name_is_free() {
    for scheduled in [false, true] {
        let (place, mut vault) = with_two_versions();
        if scheduled {
            delete(&mut vault, Deletion::Window(7)).unwrap();
        }
        delete(&mut vault, Deletion::Force).unwrap();
        assert_eq!(get(&mut vault, "a").unwrap_err().code(), ErrorCode::ResourceNotFound);
        assert!(vault.list().unwrap().is_empty());
        create(&mut vault, "a", "v1", "quite another").unwrap();
        drop(vault);
        let mut vault = place.open().unwrap();
        assert_eq!(get(&mut vault, "a").unwrap(), "quite another");
        assert!(vault.verify().unwrap().is_clean());
    }
}

#[test]
fn force_leaves_no_row_of_the_secret_in_the_file_or_its_free_pages() {
    let (place, mut vault) = with_two_versions();
    let sealed: Vec<Vec<u8>> = {
        let connection = rusqlite::Connection::open(place.vault_path()).unwrap();
        let mut statement =
            connection.prepare("SELECT value FROM version UNION SELECT record FROM version").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let holds = |cell: &Vec<u8>| place.copy().windows(cell.len()).any(|window| window == cell);
    assert_eq!(sealed.len(), 4);
    assert!(sealed.iter().all(holds));
    delete(&mut vault, Deletion::Force).unwrap();
    assert!(!sealed.iter().any(holds));
}

#[test]
fn nothing_is_destroyed_by_the_passing_of_time() {
    let (place, mut vault) = with_two_versions();
    delete(&mut vault, Deletion::Window(7)).unwrap();
    assert!(vault.purgeable().unwrap().is_empty());
    place.clock.advance_days(4_000);
    drop(vault);
    let mut vault = place.open().unwrap();
    assert_eq!(vault.list().unwrap().len(), 1);
    assert_eq!(vault.purgeable().unwrap(), [secret_name("a")]);
    vault.restore_secret(&secret_name("a")).unwrap();
    assert_eq!(get(&mut vault, "a").unwrap(), "two");
}

#[test]
fn past_its_window_a_secret_can_be_purged() {
    let (place, mut vault) = with_two_versions();
    assert_eq!(purge(&mut vault, true).unwrap_err().code(), ErrorCode::ResourceInUse);
    delete(&mut vault, Deletion::Window(7)).unwrap();
    place.clock.advance_days(7);
    place.clock.advance(-1);
    assert_eq!(purge(&mut vault, false).unwrap_err().code(), ErrorCode::ResourceInDeleteWindow);
    place.clock.advance(1);
    purge(&mut vault, false).unwrap();
    assert!(vault.list().unwrap().is_empty());
    let gone = vault.get_secret_value(&secret_name("a"), &Selector::default()).unwrap_err();
    assert_eq!(gone.code(), ErrorCode::ResourceNotFound);
}

// Guards: a clock that stands at the end of all time, where no later time can be written.
#[test]
fn at_the_end_of_all_time_a_window_is_not_over_at_once() {
    let (place, mut vault) = with_two_versions();
    place.clock.advance(i64::MAX / 2);
    delete(&mut vault, Deletion::Window(7)).unwrap();
    assert!(vault.purgeable().unwrap().is_empty());
    assert_eq!(purge(&mut vault, false).unwrap_err().code(), ErrorCode::ResourceInDeleteWindow);
    place.clock.advance_days(100);
    assert_eq!(purge(&mut vault, false).unwrap_err().code(), ErrorCode::ResourceInDeleteWindow);
    vault.restore_secret(&secret_name("a")).unwrap();
    assert_eq!(get(&mut vault, "a").unwrap(), "two");
}

#[test]
fn a_purge_is_refused_when_the_clock_stands_before_the_newest_change() {
    let (place, mut vault) = with_two_versions();
    delete(&mut vault, Deletion::Window(7)).unwrap();
    place.clock.advance_days(10);
    create(&mut vault, "b", "v1", "later").unwrap();
    place.clock.advance_days(-1);
    assert_eq!(purge(&mut vault, false).unwrap_err().code(), ErrorCode::ResourceInUse);
    purge(&mut vault, true).unwrap();
}
