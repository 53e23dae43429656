//! A loss of power at every moment of a change: what was acknowledged is there, what was not is wholly there or not
//! at all, nothing is called tampering, and nobody is locked out.

use std::fs;
use std::path::Path;

use etui::versioning::Selector;

use crate::crash_states::{Crash, Recorded, open, open_sound, record};
use crate::recorder::Step;
use crate::support::binary::{MACHINE, command, put_line};
use crate::support::rules::{secret_name, version_id};
use crate::support::vaults::{PASSWORD, Place, content, create};

const NEW: &str = "another horse";
const CHEAPEST: [&str; 6] = ["--kdf-memory", "19", "--kdf-passes", "2", "--kdf-lanes", "1"];

/// In how many ways the power fails at each moment.
pub const FEW: usize = 5;
pub const MANY: usize = 40;

/// A vault in memory: thousands of states are written and synced.
fn prepared() -> (Place, tempfile::TempDir) {
    let place = Place::in_memory(super::FORMAT);
    let mut vault = place.create_at(&place.vault_path(), Some(MACHINE));
    for name in ["s0", "s1"] {
        create(&mut vault, name, "v0", "first").unwrap();
    }
    (place, tempfile::tempdir().unwrap())
}

struct Put {
    name: String,
    id: String,
    value: String,
}

/// Values within one page, of several pages, and of more pages than the change has in other places.
fn some_puts() -> Vec<Put> {
    let sizes = [10, 5_000, 300, 40_000];
    let put = |(number, size): (usize, usize)| Put {
        name: format!("s{}", number % 2),
        id: format!("p{number}"),
        value: format!("{number}-{}", "x".repeat(size)),
    };
    sizes.into_iter().enumerate().map(put).collect()
}

fn recorded_puts(place: &Place, outside: &Path, puts: &[Put]) -> Recorded {
    let lines: String = puts.iter().map(|put| put_line(&put.name, &put.id, &put.value)).collect();
    record(place, command(place, &outside.join("password"), &["api"]), lines.as_bytes())
}

/// The puts that are there are the first ones, all that were acknowledged among them.
fn judge_puts(place: &Place, puts: &[Put], crash: &Crash<'_>) -> Result<(), String> {
    let acknowledged = crash.said.iter().filter(|byte| **byte == b'\n').count();
    let mut vault = open_sound(place, PASSWORD)?;
    let mut there = 0;
    for (number, put) in puts.iter().enumerate() {
        let selector = Selector { version_id: Some(version_id(&put.id)), ..Selector::default() };
        match vault.get_secret_value(&secret_name(&put.name), &selector) {
            Ok(got) if got.value.expose() == put.value.as_bytes() && there == number => there += 1,
            Ok(_) => {
                return Err(format!("{} is there with another value, or one before it is missing", put.id));
            }
            Err(error) if number < acknowledged => {
                return Err(format!("{} was acknowledged: {error}", put.id));
            }
            Err(_) => {}
        }
    }
    match there <= acknowledged + 1 {
        true => Ok(()),
        false => Err(format!("{there} are there, {acknowledged} were acknowledged")),
    }
}

fn puts_in(ways: usize) -> usize {
    let (place, outside) = prepared();
    let puts = some_puts();
    let recorded = recorded_puts(&place, outside.path(), &puts);
    recorded.holds(&place, ways, |crash| judge_puts(&place, &puts, crash))
}

#[test]
fn a_power_loss_takes_no_put_that_was_acknowledged() {
    assert!(puts_in(FEW) > 300);
}

// The check itself can fail: without one of the syncs, puts that were acknowledged are lost, or the vault with them.
#[test]
fn a_sync_that_is_left_out_is_noticed() {
    let (place, outside) = prepared();
    let puts = some_puts();
    let recorded = recorded_puts(&place, outside.path(), &puts);
    let is_journal = |path: &Path| path.as_os_str().as_encoded_bytes().ends_with(b"-journal");
    type Syncs<'a> = (&'a str, &'a dyn Fn(&Path) -> bool);
    let left_out: [Syncs<'_>; 3] = [
        ("of the folder", &|path| path.join("vault.etui").exists()),
        ("of the vault", &|path| path.ends_with("vault.etui")),
        ("of the journal", &is_journal),
    ];
    for (what, is_left_out) in left_out {
        let is_kept = |step: &&Step| !matches!(step, Step::Sync(path) if is_left_out(path));
        let steps: Vec<Step> = recorded.steps.iter().filter(is_kept).cloned().collect();
        assert!(steps.len() < recorded.steps.len(), "there is no sync {what}");
        let (_, wrong) = Recorded { before: recorded.before.clone(), steps }
            .explore(&place, FEW, |crash| judge_puts(&place, &puts, crash));
        assert!(!wrong.is_empty(), "nothing is lost without a sync {what}");
    }
}

/// All that the vault shows, and how many events it has, by the one password that opens it.
fn shown(place: &Place) -> Result<(&'static str, String, u64), String> {
    let opened = [PASSWORD, NEW].map(|password| open(place, password).map(drop));
    let password = match &opened {
        [Ok(()), Err(etui::vault::VaultError::WrongPassword)] => PASSWORD,
        [Err(etui::vault::VaultError::WrongPassword), Ok(())] => NEW,
        [old, new] => return Err(format!("the old password: {old:?}, the new one: {new:?}")),
    };
    let mut vault = open_sound(place, password)?;
    let events = vault.verify().map_err(|error| error.to_string())?.events;
    Ok((password, content(&mut vault).map_err(|error| error.to_string())?, events))
}

/// A command is wholly in or wholly out, and in once it has said so or has ended.
fn is_wholly_in_or_out(place: &Place, outside: &Path, arguments: &[&str], ways: usize) -> usize {
    let before = shown(place).unwrap();
    let recorded = record(place, command(place, &outside.join("password"), arguments), b"");
    let after = shown(place).unwrap();
    assert_ne!(before, after);
    let states = recorded.holds(place, ways, |crash| match shown(place)? {
        found if found == after => Ok(()),
        found if found == before && crash.has_ended => Err("it had ended, and is not there".to_owned()),
        found if found == before && !crash.said.is_empty() => {
            Err("it had said so, and is not there".to_owned())
        }
        found if found == before => Ok(()),
        _ => Err("it is neither wholly there nor wholly out".to_owned()),
    });
    // The vault as the command left it, for the next one.
    let (_, wrong) = Recorded { steps: Vec::new(), ..replayed(&recorded) }.explore(place, 1, |_| Ok(()));
    assert!(wrong.is_empty());
    states
}

/// The files after a command, with no steps.
fn replayed(recorded: &Recorded) -> Recorded {
    let mut disk = crate::disk::Disk::with(&recorded.before);
    recorded.steps.iter().for_each(|step| disk.apply(step));
    Recorded { before: disk.now(), steps: Vec::new() }
}

fn commands_in(ways: usize) -> usize {
    let (place, outside) = prepared();
    let (rows, new) = (outside.path().join("rows.env"), outside.path().join("new"));
    fs::write(&rows, (0..12).map(|n| format!("KEY_{n}={}\n", "v".repeat(n * 40 + 1))).collect::<String>())
        .unwrap();
    fs::write(&new, NEW).unwrap();
    let new = ["--new-password-file", new.to_str().unwrap()];
    let import = ["import", "dotenv", rows.to_str().unwrap()];
    let mut states = is_wholly_in_or_out(&place, outside.path(), &import, ways);
    states += is_wholly_in_or_out(&place, outside.path(), &["undo"], ways);
    let (place, outside) = prepared();
    states += is_wholly_in_or_out(&place, outside.path(), &[&["passwd"], &new[..], &CHEAPEST].concat(), ways);
    let (place, outside) = prepared();
    states += is_wholly_in_or_out(&place, outside.path(), &[&["rekey"], &new[..], &CHEAPEST].concat(), ways);
    states
}

#[test]
fn a_power_loss_leaves_import_undo_passwd_and_rekey_wholly_in_or_out() {
    assert!(commands_in(FEW) > 200);
}

fn backups_in(ways: usize) -> usize {
    let (place, outside) = prepared();
    let before = shown(&place).unwrap();
    let copy = place.folder().join("copy.etui");
    let arguments = ["backup", copy.to_str().unwrap()];
    let recorded = record(&place, command(&place, &outside.path().join("password"), &arguments), b"");
    recorded.holds(&place, ways, |crash| {
        if shown(&place)? != before {
            return Err("the vault itself is another".to_owned());
        }
        if !copy.exists() {
            return if crash.has_ended { Err("the copy is not there".to_owned()) } else { Ok(()) };
        }
        let locked = etui::vault::LockedVault::open_copy(&copy, Box::new(place.clock.clone()));
        let unlocked = locked
            .map_err(|error| error.to_string())?
            .unlock(&crate::support::vaults::credentials(PASSWORD), etui::vault::Answers::default());
        let report = unlocked
            .map_err(|failed| failed.error)
            .and_then(|mut vault| vault.verify())
            .map_err(|error| format!("the copy: {error}"))?;
        if report.is_clean() { Ok(()) } else { Err(format!("the copy: {:?}", report.findings)) }
    })
}

#[test]
fn a_power_loss_leaves_a_whole_backup_or_none() {
    assert!(backups_in(FEW) > 20);
}

#[test]
#[ignore = "takes minutes: cargo test --test crash power -- --ignored --nocapture"]
fn a_power_loss_in_many_ways_more() {
    let states = [puts_in(MANY), commands_in(MANY), backups_in(MANY)];
    println!("{states:?} states of puts, of commands, of backups; format {:?}", super::FORMAT);
}
