//! Other changes that are killed in the middle: each is wholly in, or wholly out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use etui::vault::{Answers, Environment, LockedVault, Vault, VaultError};

use super::puts::{assert_holds, open, prepared};
use crate::support::binary::{Api, command, put_line};
use crate::support::vaults::{PASSWORD, Place, credentials};

const ROUNDS: u32 = 16;
const NEW: &str = "another horse";

/// The counts of secrets, versions and events.
type Counts = (u64, u64, u64);

fn journal(place: &Place) -> PathBuf {
    place.folder().join("vault.etui-journal")
}

fn quietly(mut command: Command) -> Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Runs a command to its end; answers how long it took from its first page on.
fn finish(place: &Place, command: Command) -> Duration {
    let mut child = quietly(command).spawn().unwrap();
    while !journal(place).exists() && child.try_wait().unwrap().is_none() {}
    let begun = Instant::now();
    assert!(child.wait().unwrap().success());
    begun.elapsed()
}

/// Kills a command so long after its first page; answers whether it left a journal.
fn kill(place: &Place, command: Command, after: Duration) -> bool {
    let mut child = quietly(command).spawn().unwrap();
    while !journal(place).exists() && child.try_wait().unwrap().is_none() {}
    thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
    journal(place).exists()
}

fn unlock(place: &Place, password: &str) -> Result<Vault, VaultError> {
    let environment = Environment::new(Box::new(place.clock.clone()), etui::versioning::Origin::CommandLine);
    let locked = LockedVault::open(&place.vault_path(), environment)?;
    locked.unlock(&credentials(password), Answers::default()).map_err(|failed| failed.error)
}

/// Opens the vault with the one password that opens it, and checks everything in it.
#[track_caller]
fn counts(place: &Place) -> Counts {
    let mut vault = match [PASSWORD, NEW].map(|password| unlock(place, password)) {
        [Ok(vault), Err(VaultError::WrongPassword)] | [Err(VaultError::WrongPassword), Ok(vault)] => vault,
        [old, new] => panic!("old: {:?}, new: {:?}", old.map(drop), new.map(drop)),
    };
    let report = vault.verify().unwrap();
    assert!(report.is_clean(), "{:?}", report.findings);
    (report.secrets, report.versions, report.events)
}

/// Lets a command run to its end once, then kills it again and again.
fn is_wholly_in_or_out(place: &Place, outside: &Path, arguments: &[&str]) {
    let before = place.copy();
    let make = || command(place, &outside.join("password"), &[arguments, &["--accept-older"]].concat());
    let counts_before = counts(place);
    let took = finish(place, make());
    let counts_after = counts(place);
    assert_ne!(counts_before, counts_after);
    let mut killed_in_the_middle = 0;
    for round in 0..ROUNDS {
        place.put_back(&before);
        killed_in_the_middle += u32::from(kill(place, make(), took * round / ROUNDS));
        let found = counts(place);
        assert!([counts_before, counts_after].contains(&found), "{arguments:?} round {round}: {found:?}");
        let _ = fs::remove_file(journal(place));
    }
    assert!(killed_in_the_middle > 0, "{arguments:?}: no kill came while it was under way");
}

#[test]
fn a_killed_import_is_wholly_in_or_out_and_so_is_its_undo() {
    let (place, outside) = prepared(["a".to_owned()]);
    let rows = outside.path().join("rows.env");
    fs::write(&rows, (0..200).map(|n| format!("KEY_{n}=value {n}\n")).collect::<String>()).unwrap();
    let import = ["import", "dotenv", rows.to_str().unwrap()];
    is_wholly_in_or_out(&place, outside.path(), &import);

    if counts(&place).0 == 1 {
        let arguments = [&import[..], &["--accept-older"]].concat();
        let finished = command(&place, &outside.path().join("password"), &arguments);
        assert!(quietly(finished).status().unwrap().success());
    }
    is_wholly_in_or_out(&place, outside.path(), &["undo"]);
}

#[test]
fn a_killed_passwd_leaves_one_password_that_opens_the_vault() {
    let (place, outside) = prepared(["a".to_owned()]);
    let new = outside.path().join("new");
    fs::write(&new, NEW).unwrap();
    let new = ["passwd", "--new-password-file", new.to_str().unwrap()];
    let cheapest = ["--kdf-memory", "19", "--kdf-passes", "2", "--kdf-lanes", "1"];
    is_wholly_in_or_out(&place, outside.path(), &[&new[..], &cheapest].concat());
}

#[test]
fn a_killed_backup_leaves_a_whole_copy_or_none() {
    let (place, outside) = prepared((0..40).map(|number| format!("s{number}")));
    let before = place.copy();
    let copy = outside.path().join("copy.etui");
    let (mut whole, mut none) = (0, 0);
    for round in 0..ROUNDS {
        let arguments = ["backup", copy.to_str().unwrap()];
        let mut child =
            quietly(command(&place, &outside.path().join("password"), &arguments)).spawn().unwrap();
        let has_begun = || {
            let names = fs::read_dir(outside.path()).unwrap().flatten().map(|entry| entry.file_name());
            names.into_iter().any(|name| name.as_encoded_bytes().starts_with(b".etui") || name == "copy.etui")
        };
        while !has_begun() && child.try_wait().unwrap().is_none() {}
        thread::sleep(Duration::from_millis(3) * round);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(place.copy() == before, "round {round}");
        if copy.exists() {
            whole += 1;
            let locked = LockedVault::open_copy(&copy, Box::new(place.clock.clone())).unwrap();
            let opened = locked.unlock(&credentials(PASSWORD), Answers::default());
            let report = opened.map_err(|failed| failed.error).unwrap().verify().unwrap();
            assert!(report.is_clean(), "round {round}: {:?}", report.findings);
            fs::remove_file(&copy).unwrap();
        } else {
            none += 1;
        }
    }
    assert!(none > 0, "no kill came before the copy was whole: {whole} were");
}

#[test]
fn what_two_writers_acknowledged_survives_when_both_are_killed() {
    let (place, outside) = prepared(["a", "b"].map(str::to_owned));
    for round in 0..ROUNDS {
        let mut writers = ["a", "b"].map(|name| {
            // Each with a password file of its own: it is written anew with every command.
            let mut api = Api::start(command(&place, &outside.path().join(name), &["api"]));
            let lines = (0..20)
                .map(|number| put_line(name, &format!("r{round}-{number}"), &format!("{name} {number}")));
            api.send(&lines.collect::<String>());
            (name, api, Vec::new())
        });
        let note = |api: &mut Api, acknowledged: &mut Vec<String>| {
            let answer = api.answer();
            if let Some(answer) = &answer {
                assert!(answer["Code"].is_null(), "{answer}");
                acknowledged.push(answer["VersionId"].as_str().unwrap().to_owned());
            }
            answer.is_some()
        };
        for (_, api, acknowledged) in &mut writers {
            assert!(note(api, acknowledged), "the process ended by itself");
        }
        thread::sleep(Duration::from_micros(211) * round);
        for (_, api, _) in &mut writers {
            api.kill();
        }
        let mut vault = open(&place);
        for (name, api, acknowledged) in &mut writers {
            while note(api, acknowledged) {}
            for id in acknowledged {
                let number = id.rsplit('-').next().unwrap();
                assert_holds(&mut vault, name, id, &format!("{name} {number}"));
            }
        }
        let report = vault.verify().unwrap();
        assert!(report.is_clean(), "round {round}: {:?}", report.findings);
    }
}
