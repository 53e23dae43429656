//! A folder that is renamed while the process is killed has its old name or its new one, with every secret in it.

use std::fs;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use etui::vault::{Answers, Vault};

use super::puts::{open, prepared};
use crate::support::binary::{MACHINE, command};
use crate::support::vaults::{Place, create_request, text};

const SECRETS: usize = 400;
const ROUNDS: u64 = 12;

fn filled() -> (Place, tempfile::TempDir) {
    let (place, outside) = prepared(["beside".to_owned()]);
    open(&place)
        .batch(|changes| {
            (0..SECRETS).try_for_each(|number| {
                let name = format!("old/{number}");
                changes.create_secret(&create_request(&name, "v1", text(&name))).map(drop)
            })
        })
        .unwrap();
    (place, outside)
}

fn start(place: &Place, outside: &tempfile::TempDir) -> Child {
    let line = ["rename", "--prefix", "old/", "new/", "--accept-older"];
    let mut command = command(place, &outside.path().join("password"), &line);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// The vault may have been put back to how it was before.
fn reopened(place: &Place) -> Vault {
    let answers = Answers { accept_older: true, ..Answers::default() };
    place.open_as(Some(MACHINE), answers).unwrap()
}

/// Whether the folder has its new name; all of it, or none.
#[track_caller]
fn is_renamed(vault: &mut Vault) -> bool {
    let listing = vault.list().unwrap();
    let count = |folder: &str| listing.iter().filter(|secret| secret.name.starts_with(folder)).count();
    let counts = (count("old/"), count("new/"));
    assert!(counts == (SECRETS, 0) || counts == (0, SECRETS), "{counts:?}");
    counts.1 == SECRETS
}

#[test]
fn a_killed_rename_of_a_folder_has_moved_every_secret_or_none() {
    let (place, outside) = filled();
    let before = place.copy();
    let journal = place.folder().join("vault.etui-journal");
    let mut killed_in_the_middle = 0;
    for round in 0..ROUNDS {
        let mut child = start(&place, &outside);
        // From the first page that is written on, in every round a little later.
        while !journal.exists() && child.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_micros(200));
        }
        thread::sleep(Duration::from_millis(2 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        killed_in_the_middle += u32::from(journal.exists());
        let mut vault = reopened(&place);
        let was_renamed = is_renamed(&mut vault);
        let report = vault.verify().unwrap();
        assert!(report.is_clean(), "round {round}: {:?}", report.findings);
        drop(vault);
        let _ = fs::remove_file(&journal);
        if was_renamed {
            place.put_back(&before);
        }
    }
    assert!(killed_in_the_middle > 0, "no kill came while the change was under way");
    // Left alone it comes to its end.
    assert!(start(&place, &outside).wait().unwrap().success());
    assert!(is_renamed(&mut reopened(&place)));
}
