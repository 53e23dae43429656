//! What happens to the file around a commit: what was stored is said to be stored, and nothing else.

use std::fs;
use std::os::unix::fs::symlink;

use etui::domain::ErrorCode;
use etui::vault::{Answers, LockedVault, VaultError};

use super::judge::filled;
use crate::support::vaults::{
    PASSWORD, binary, content, create_request, credentials, get, put, put_request, text,
};

// Guards: after the commit the answer is yes, whatever looking at the file says.
#[test]
fn a_change_is_stored_though_the_file_cannot_be_looked_at_after_the_commit() {
    let (place, _) = filled();
    let mut vault = place.open().unwrap();
    let hidden = place.folder().join("hidden");
    vault
        .batch(|changes| {
            changes.put_secret_value(&put_request("db/password", "v9", text("nine"), "ACSCurrent"))?;
            // Looking at the path fails from now on: the link leads to itself.
            fs::rename(place.vault_path(), &hidden).unwrap();
            symlink(place.vault_path(), place.vault_path()).unwrap();
            Ok(())
        })
        .unwrap();
    fs::remove_file(place.vault_path()).unwrap();
    fs::rename(&hidden, place.vault_path()).unwrap();
    assert_eq!(get(&mut vault, "db/password").unwrap(), "nine");
    put(&mut vault, "db/password", "v10", "ten").unwrap();
    assert_eq!(get(&mut place.open().unwrap(), "db/password").unwrap(), "ten");
}

// Guards: an acknowledged change must not lie in a file without a name.
#[test]
fn a_change_of_a_file_that_was_replaced_meanwhile_is_written_beside_and_not_called_stored() {
    let (place, _) = filled();
    let copy = place.copy();
    let mut vault = place.open().unwrap();
    let result = vault.batch(|changes| {
        changes.put_secret_value(&put_request("db/password", "v9", text("nine"), "ACSCurrent"))?;
        let arriving = place.folder().join("arriving");
        fs::write(&arriving, &copy).unwrap();
        fs::rename(&arriving, place.vault_path()).unwrap();
        Ok(())
    });
    let error = result.unwrap_err();
    assert_eq!(error.code(), ErrorCode::InternalFailure);
    let VaultError::Replaced { saved: Ok(saved) } = &error else { panic!("{error:?}") };
    assert!(error.to_string().contains(saved.to_str().unwrap()), "{error}");
    assert!(error.hint().contains(saved.to_str().unwrap()), "{}", error.hint());
    assert!(place.copy() == copy, "what was put there is untouched");
    let locked = LockedVault::open_copy(saved, Box::new(place.clock.clone())).unwrap();
    let opened = locked.unlock(&credentials(PASSWORD), Answers::default());
    let mut beside = opened.map_err(|failed| failed.error).unwrap();
    assert_eq!(get(&mut beside, "db/password").unwrap(), "nine");
    assert!(beside.verify().unwrap().is_clean());
    // The session goes on with what lies there.
    assert_eq!(get(&mut vault, "db/password").unwrap(), "hunter2");
}

// Guards: a long change does not spill into the file before it is committed, which would shut readers out.
#[test]
fn readers_go_on_while_a_long_change_is_under_way() {
    let (place, shown) = filled();
    let mut vault = place.open().unwrap();
    vault
        .batch(|changes| {
            // More than SQLite's page cache holds.
            for number in 0..60 {
                let value = binary(&[number; 60_000]);
                changes.create_secret(&create_request(&format!("s{number}"), "v1", value))?;
            }
            let mut reader = place.open_as(Some("elsewhere"), Answers::default())?;
            assert_eq!(content(&mut reader)?, shown);
            Ok(())
        })
        .unwrap();
    assert_eq!(place.open().unwrap().list().unwrap().iter().count(), 3 + 60);
}

// Guards: a change that is too long for memory is wholly out when its process is killed before the commit.
#[test]
fn a_change_that_has_spilled_into_the_file_is_taken_back_when_its_process_is_killed() {
    let (place, shown) = filled();
    let size = place.copy().len();
    let mut vault = place.open().unwrap();
    let journal = place.folder().join("vault.etui-journal");
    let mut left = None;
    let stopped = vault.batch(|changes| {
        for number in 0..50 {
            let value = binary(&[number; 1_000_000]);
            changes.create_secret(&create_request(&format!("s{number}"), "v1", value))?;
        }
        // What a kill would leave.
        left = Some((place.copy(), fs::read(&journal).unwrap()));
        Err::<(), _>(VaultError::Stopped)
    });
    assert_eq!(stopped, Err(VaultError::Stopped));
    drop(vault);
    let (file, live) = left.unwrap();
    assert!(file.len() > size, "nothing has spilled");
    assert!(!journal.exists());
    place.put_back(&file);
    fs::write(&journal, live).unwrap();
    let mut vault = place.open().unwrap();
    assert_eq!(content(&mut vault).unwrap(), shown);
    assert!(vault.verify().unwrap().is_clean());
}
