//! A merge that is killed, or in which the power fails, leaves the vault as it was or merged, whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use etui::vault::merge::{MergeOutcome, MergeRequest};
use etui::vault::{Answers, Beside, KdfCost, SystemClock, Vault, VaultError};

use crate::crash_states::{open, record};
use crate::format_1::power_loss::FEW;
use crate::support::binary::MACHINE;
use crate::support::vaults::{PASSWORD, Place, binary, content, create, create_request, credentials, put};

const NEW: &str = "another horse";

/// How the other copy went apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Other {
    /// Both changed: one transaction.
    Branch,
    /// It alone changed: its file is taken.
    Ahead,
    /// Both changed, and it has another key: this copy is merged into a copy of its file.
    Rekeyed,
}

const OTHERS: [Other; 3] = [Other::Branch, Other::Ahead, Other::Rekeyed];

impl Other {
    const fn password(self) -> &'static str {
        match self {
            Self::Branch | Self::Ahead => PASSWORD,
            Self::Rekeyed => NEW,
        }
    }
}

/// A vault that has a branch in another folder.
fn apart(place: &Place, other: Other, bytes: usize) -> (PathBuf, tempfile::TempDir) {
    let outside = tempfile::tempdir().unwrap();
    let path = outside.path().join("other.etui");
    let mut vault = place.create_at(&place.vault_path(), Some(MACHINE));
    create(&mut vault, "a", "v1", "one").unwrap();
    drop(vault);
    fs::copy(place.vault_path(), &path).unwrap();
    if other != Other::Ahead {
        put(&mut place.open_as(Some(MACHINE), Answers::default()).unwrap(), "a", "v2", "two").unwrap();
    }
    place.clock.advance(1);
    let mut theirs = place.open_path(&path, Answers::default()).unwrap();
    for number in 0..20 {
        let request = create_request(&format!("s{number}"), "v1", binary(&vec![number; bytes]));
        theirs.create_secret(&request).unwrap();
    }
    put(&mut theirs, "a", "v3", "three").unwrap();
    if other == Other::Rekeyed {
        let cost = KdfCost::new(8, 1, 1).unwrap();
        theirs.rekey(&credentials(PASSWORD), &credentials(NEW), cost, &mut |_| {}).unwrap();
    }
    (path, outside)
}

fn merge(vault: &mut Vault, path: &Path) -> Result<MergeOutcome, VaultError> {
    let mut other = match vault.open_beside(path, Box::new(SystemClock))? {
        Beside::Open(other) => *other,
        Beside::Locked(locked) => {
            locked.unlock(&credentials(NEW), Answers::default()).map_err(|failed| failed.error)?
        }
    };
    vault.merge(&mut other, &MergeRequest::default())
}

/// This very test program, which merges two files and does nothing else.
fn process(place: &Place, other: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["merge::merges_two_files", "--exact", "--ignored"])
        .env("ETUI_TEST_MERGE", place.vault_path())
        .env("ETUI_TEST_MERGE_WITH", other)
        .env("ETUI_TEST_MERGE_STATE", place.state_of(MACHINE));
    command
}

#[test]
#[ignore = "is run by the tests below, in a process of its own"]
fn merges_two_files() {
    let path = |name| std::env::var_os(name).map(PathBuf::from);
    let Some(vault) = path("ETUI_TEST_MERGE") else { return };
    let environment = etui::vault::Environment {
        state_directory: path("ETUI_TEST_MERGE_STATE"),
        ..etui::vault::Environment::new(Box::new(SystemClock), etui::versioning::Origin::CommandLine)
    };
    let locked = etui::vault::LockedVault::open(&vault, environment).unwrap();
    let unlocked = locked.unlock(&credentials(PASSWORD), Answers::default());
    let mut vault = unlocked.map_err(|failed| failed.error).unwrap();
    merge(&mut vault, &path("ETUI_TEST_MERGE_WITH").unwrap()).unwrap();
}

/// What the vault shows, by the one password that opens it; it is whole.
fn shown(place: &Place) -> Result<(&'static str, String), String> {
    let (password, mut vault) = match (open(place, PASSWORD), open(place, NEW)) {
        (Ok(vault), Err(VaultError::WrongPassword)) => (PASSWORD, vault),
        (Err(VaultError::WrongPassword), Ok(vault)) => (NEW, vault),
        (old, new) => return Err(format!("{:?} and {:?}", old.map(drop), new.map(drop))),
    };
    let report = vault.verify().map_err(|error| error.to_string())?;
    match report.findings.first() {
        None => Ok((password, content(&mut vault).map_err(|error| error.to_string())?)),
        Some(finding) => Err(finding.clone()),
    }
}

/// A file that was merged a moment ago elsewhere tells what a merge leads to.
fn merged(place: &Place, other: &Path, kind: Other) -> (&'static str, String) {
    let copy = Place::in_format(etui::vault::FormatVersion::Two);
    fs::write(copy.vault_path(), place.copy()).unwrap();
    let mut vault = copy.open_as(Some(MACHINE), Answers::default()).unwrap();
    merge(&mut vault, other).unwrap();
    (kind.password(), content(&mut vault).unwrap())
}

#[test]
fn a_killed_merge_leaves_the_vault_as_it_was_or_merged() {
    for kind in OTHERS {
        let place = Place::in_format(etui::vault::FormatVersion::Two);
        let (other, _outside) = apart(&place, kind, 200_000);
        let (before, after) = (shown(&place).unwrap(), merged(&place, &other, kind));
        let old = place.copy();
        let start = || process(&place, &other).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let begun = Instant::now();
        assert!(start().wait().unwrap().success());
        let whole = begun.elapsed();
        assert_eq!(shown(&place).unwrap(), after, "{kind:?}");
        let (mut as_it_was, mut rounds) = (0, 0);
        for round in 0..24_u32 {
            place.put_back(&old);
            let _ = fs::remove_dir_all(place.state_of(MACHINE));
            let mut child = start();
            thread::sleep(whole * round / 24 + Duration::from_micros(300));
            child.kill().unwrap();
            child.wait().unwrap();
            let found = shown(&place).unwrap_or_else(|wrong| panic!("{kind:?} {round}: {wrong}"));
            assert!(found == before || found == after, "{kind:?} {round}");
            as_it_was += u32::from(found == before);
            rounds += 1;
            let _ = fs::remove_file(place.folder().join("vault.etui-journal"));
        }
        assert!(as_it_was > 0 && rounds == 24, "{kind:?}");
    }
}

#[test]
fn a_power_loss_leaves_the_vault_as_it_was_or_merged() {
    for kind in OTHERS {
        let place = Place::in_memory(etui::vault::FormatVersion::Two);
        let (other, _outside) = apart(&place, kind, 3_000);
        let (before, after) = (shown(&place).unwrap(), merged(&place, &other, kind));
        let recorded = record(&place, process(&place, &other), b"");
        let states = recorded.holds(&place, FEW, |crash| match shown(&place)? {
            found if found == after => Ok(()),
            found if found == before && !crash.has_ended => Ok(()),
            found if found == before => Err("it had ended, and is not there".to_owned()),
            _ => Err("it is neither merged nor as it was".to_owned()),
        });
        assert!(states > 20, "{kind:?}: {states}");
    }
}
