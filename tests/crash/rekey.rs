//! A rekey that is killed in the middle leaves either the old or the new vault, whole.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use etui::vault::{Answers, Vault, VaultError};

use crate::support::binary::{MACHINE, command};
use crate::support::vaults::{PASSWORD, Place, binary, content, credentials, put_request};

const NEW: &str = "another horse";
const ROUNDS: u64 = 16;

/// Large enough that a rekey is still at work when the kill comes.
fn filled() -> (Place, tempfile::TempDir) {
    let place = Place::in_format(super::FORMAT);
    let mut vault = place.create_at(&place.vault_path(), Some(MACHINE));
    vault
        .batch(|changes| {
            for number in 0..40 {
                let name = format!("s{number}");
                let value = || binary(&[number; 60_000]);
                changes.create_secret(&crate::support::vaults::create_request(&name, "v1", value()))?;
                changes.put_secret_value(&put_request(&name, "v2", binary(&[number]), "ACSCurrent x"))?;
            }
            Ok(())
        })
        .unwrap();
    (place, tempfile::tempdir().unwrap())
}

/// Starts `etui rekey` with the old password, to the new one.
fn start(place: &Place, outside: &tempfile::TempDir) -> Child {
    let new = outside.path().join("new");
    fs::write(&new, NEW).unwrap();
    let mut command = command(
        place,
        &outside.path().join("password"),
        &["rekey", "--kdf-memory", "19", "--kdf-passes", "2", "--kdf-lanes", "1", "--accept-older"],
    );
    command.arg("--new-password-file").arg(new);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn journal(place: &Place) -> PathBuf {
    place.folder().join("vault.etui-journal")
}

fn open(place: &Place, password: &str) -> Result<Vault, VaultError> {
    let locked = etui::vault::LockedVault::open(
        &place.vault_path(),
        etui::vault::Environment::new(Box::new(place.clock.clone()), etui::versioning::Origin::CommandLine),
    )?;
    locked.unlock(&credentials(password), Answers::default()).map_err(|failed| failed.error)
}

/// Exactly one of the two passwords opens the vault, and everything is in it.
#[track_caller]
fn assert_old_or_new(place: &Place, expected: &str) -> &'static str {
    let opened = [PASSWORD, NEW].map(|password| open(place, password));
    let (mut vault, which) = match opened {
        [Ok(vault), Err(VaultError::WrongPassword)] => (vault, "old"),
        [Err(VaultError::WrongPassword), Ok(vault)] => (vault, "new"),
        [old, new] => panic!("old: {:?}, new: {:?}", old.map(drop), new.map(drop)),
    };
    assert_eq!(content(&mut vault).unwrap(), expected);
    let report = vault.verify().unwrap();
    assert!(report.is_clean(), "{which}: {:?}", report.findings);
    assert_eq!(report.events, if which == "old" { 81 } else { 82 });
    // A journal that was never synced is none, and stays until the next change; the next round waits for
    // one of its own.
    let _ = fs::remove_file(journal(place));
    which
}

#[test]
fn a_killed_rekey_leaves_the_old_vault_or_the_new_one_whole() {
    let (place, outside) = filled();
    let expected = content(&mut open(&place, PASSWORD).unwrap()).unwrap();
    let before = place.copy();
    let mut killed_in_the_middle = 0;
    for round in 0..ROUNDS {
        let mut child = start(&place, &outside);
        // From the first page that is written on, in every round a little later.
        while !journal(&place).exists() && child.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_micros(200));
        }
        thread::sleep(Duration::from_millis(2 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        killed_in_the_middle += u32::from(journal(&place).exists());
        let which = assert_old_or_new(&place, &expected);
        if which == "new" {
            place.put_back(&before);
        }
    }
    assert!(killed_in_the_middle > 0, "no kill came while the change was under way");
    // Left alone it comes to its end.
    assert!(start(&place, &outside).wait().unwrap().success());
    assert_eq!(assert_old_or_new(&place, &expected), "new");
}
