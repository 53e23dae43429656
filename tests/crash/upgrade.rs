//! An upgrade that is killed in the middle leaves a vault of the old format or of the new one, whole.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use etui::vault::{FormatVersion, Vault};

use crate::format_1::puts::open;
use crate::support::binary::{MACHINE, command};
use crate::support::vaults::{Place, binary, create_request, put_request};

const ROUNDS: u32 = 24;

/// Large enough that an upgrade is still at work when the kill comes.
fn filled() -> (Place, tempfile::TempDir) {
    let place = Place::in_format(FormatVersion::One);
    let mut vault = place.create_at(&place.vault_path(), Some(MACHINE));
    vault
        .batch(|changes| {
            for number in 0..60 {
                let name = format!("s{number}");
                changes.create_secret(&create_request(&name, "v1", binary(&[number; 60_000])))?;
                changes.put_secret_value(&put_request(&name, "v2", binary(&[number]), "ACSCurrent x"))?;
            }
            Ok(())
        })
        .unwrap();
    (place, tempfile::tempdir().unwrap())
}

fn start(place: &Place, outside: &tempfile::TempDir) -> Child {
    let mut command = command(place, &outside.path().join("password"), &["upgrade", "--yes"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn journal(place: &Place) -> PathBuf {
    place.folder().join("vault.etui-journal")
}

/// All that it shows but the stamps, which format 1 has none of.
pub fn content(vault: &mut Vault) -> Vec<String> {
    let names: Vec<String> = vault.list().unwrap().iter().map(|secret| secret.name.to_owned()).collect();
    names
        .iter()
        .map(|name| {
            let mut secret = vault.describe(&crate::support::rules::secret_name(name)).unwrap().secret;
            secret.next_order = 0;
            secret.versions.iter_mut().for_each(|version| version.order = 0);
            format!("{secret:?}")
        })
        .collect()
}

/// The vault is whole, and in which format.
#[track_caller]
fn assert_old_or_new(place: &Place, expected: &[String]) -> FormatVersion {
    let mut vault = open(place);
    let format = vault.format().unwrap();
    assert_eq!(content(&mut vault), expected, "{format:?}");
    let report = vault.verify().unwrap();
    assert!(report.is_clean(), "{format:?}: {:?}", report.findings);
    assert_eq!(report.events, 121 + u64::from(format == FormatVersion::Two));
    let _ = fs::remove_file(journal(place));
    format
}

#[test]
fn a_killed_upgrade_leaves_the_old_vault_or_the_new_one_whole() {
    let (place, outside) = filled();
    let expected = content(&mut open(&place));
    let before = place.copy();
    // How long one takes from its first page on.
    let mut child = start(&place, &outside);
    while !journal(&place).exists() && child.try_wait().unwrap().is_none() {}
    let begun = Instant::now();
    assert!(child.wait().unwrap().success());
    let whole = begun.elapsed();
    assert_eq!(assert_old_or_new(&place, &expected), FormatVersion::Two);
    let left = |place: &Place| {
        let names = fs::read_dir(place.folder()).unwrap().flatten().map(|entry| entry.file_name());
        names.filter(|name| name.to_string_lossy().contains("-before-upgrade-")).collect::<Vec<_>>()
    };
    assert!(left(&place).is_empty(), "the copy goes when the upgraded vault was checked");

    let mut killed_in_the_middle = 0;
    for round in 0..ROUNDS {
        place.put_back(&before);
        let _ = fs::remove_dir_all(place.state_of(MACHINE));
        let mut child = start(&place, &outside);
        while !journal(&place).exists() && child.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_micros(100));
        }
        thread::sleep(whole * round / ROUNDS);
        child.kill().unwrap();
        child.wait().unwrap();
        killed_in_the_middle += u32::from(journal(&place).exists());
        assert_old_or_new(&place, &expected);
        // The next one takes the copy of the killed one with it.
        assert!(start(&place, &outside).wait().unwrap().success());
        assert_eq!(assert_old_or_new(&place, &expected), FormatVersion::Two);
        assert!(left(&place).is_empty(), "round {round}");
    }
    assert!(killed_in_the_middle > 0, "no kill came while the change was under way");
}
