//! Goes through what a recorded command did, and looks at what a loss of power would have left at each moment.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::process::{Command, Stdio};

use etui::vault::{Answers, Environment, LockedVault, Vault, VaultError};

use crate::disk::{Chance, Disk, Files, Kept};
use crate::recorder::{Recorder, Step};
use crate::support::binary::MACHINE;
use crate::support::vaults::{Place, credentials};

/// A command that was recorded: the files before it, and its steps.
pub struct Recorded {
    pub before: Files,
    pub steps: Vec<Step>,
}

/// What a loss of power left at one moment.
pub struct Crash<'a> {
    /// What the command had said on stdout until then.
    pub said: &'a [u8],
    /// Whether it had come to its end.
    pub has_ended: bool,
}

/// Runs a command to its end and records it.
///
/// The steps account for all that it did: played on the files before, they lead to the files after.
pub fn record(place: &Place, mut command: Command, stdin: &[u8]) -> Recorded {
    let before = read(place.folder());
    let recorder = Recorder::new();
    recorder.watch(&mut command, place.folder());
    let mut input = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut input, stdin).unwrap();
    std::io::Seek::rewind(&mut input).unwrap();
    let output = command.stdin(Stdio::from(input)).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let steps = recorder.steps();
    let mut disk = Disk::with(&before);
    steps.iter().for_each(|step| disk.apply(step));
    assert!(disk.now() == read(place.folder()), "the steps are not all that was done");
    Recorded { before, steps }
}

/// The files below a folder, links not followed.
fn read(folder: &Path) -> Files {
    let mut files = Files::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let kind = entry.file_type().unwrap();
        let path = fs::canonicalize(folder).unwrap().join(entry.file_name());
        if kind.is_dir() {
            files.append(&mut read(&path));
        } else if kind.is_file() {
            files.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    files
}

fn put_back(place: &Place, files: &Files) {
    for path in read(place.folder()).keys() {
        fs::remove_file(path).unwrap();
    }
    for (path, bytes) in files {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

impl Recorded {
    /// Lets the power fail before the first step and after each, in several ways, and looks at what is left with
    /// `judge`. Answers how many different states were looked at, and what was wrong with some of them.
    pub fn explore(
        &self,
        place: &Place,
        ways: usize,
        mut judge: impl FnMut(&Crash<'_>) -> Result<(), String>,
    ) -> (usize, Vec<String>) {
        let mut disk = Disk::with(&self.before);
        let mut chance = Chance(ways as u64);
        let (mut seen, mut said, mut wrong) = (BTreeSet::new(), Vec::new(), Vec::new());
        for at in 0..=self.steps.len() {
            if let Some(step) = at.checked_sub(1).map(|last| &self.steps[last]) {
                disk.apply(step);
                if let Step::Said(bytes) = step {
                    said.extend_from_slice(bytes);
                }
            }
            let plain = [
                (Kept::Nothing, Kept::Nothing),
                (Kept::Nothing, Kept::All),
                (Kept::All, Kept::Nothing),
                (Kept::All, Kept::All),
                (Kept::All, Kept::Some),
            ];
            let mixed = std::iter::repeat((Kept::Some, Kept::Some));
            for (names, bytes) in plain.into_iter().chain(mixed).take(ways) {
                let files = disk.crash(names, bytes, &mut chance);
                let crash = Crash { said: &said, has_ended: at == self.steps.len() };
                if !seen.insert(digest(&files, &crash)) {
                    continue;
                }
                put_back(place, &files);
                if let Err(fault) = judge(&crash) {
                    let step = at.checked_sub(1).map(|last| short(&self.steps[last]));
                    wrong.push(format!(
                        "after step {at} ({step:?}), names {names:?}, bytes {bytes:?}: {fault}"
                    ));
                }
            }
        }
        (seen.len(), wrong)
    }

    /// Every state is as it should be; answers how many there were.
    #[track_caller]
    pub fn holds(
        &self,
        place: &Place,
        ways: usize,
        judge: impl FnMut(&Crash<'_>) -> Result<(), String>,
    ) -> usize {
        let (states, wrong) = self.explore(place, ways, judge);
        let first = wrong.iter().take(8).cloned().collect::<Vec<_>>().join("\n");
        assert!(wrong.is_empty(), "{} of {states} states are wrong:\n{first}", wrong.len());
        states
    }
}

fn digest(files: &Files, crash: &Crash<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (files, crash.said, crash.has_ended).hash(&mut hasher);
    hasher.finish()
}

fn short(step: &Step) -> String {
    match step {
        Step::Write(path, offset, bytes) => {
            format!("Write {} at {offset}, {} bytes", path.display(), bytes.len())
        }
        Step::Said(bytes) => format!("Said {} bytes", bytes.len()),
        other => format!("{other:?}"),
    }
}

/// Opens the vault on the machine that the command ran on, as the next command would.
pub fn open(place: &Place, password: &str) -> Result<Vault, VaultError> {
    let environment = Environment {
        state_directory: Some(place.state_of(MACHINE)),
        ..Environment::new(Box::new(place.clock.clone()), etui::versioning::Origin::CommandLine)
    };
    let locked = LockedVault::open(&place.vault_path(), environment)?;
    locked.unlock(&credentials(password), Answers::default()).map_err(|failed| failed.error)
}

/// Opens the vault; everything in it is sound.
pub fn open_sound(place: &Place, password: &str) -> Result<Vault, String> {
    let mut vault = open(place, password).map_err(|error| format!("it does not open: {error}"))?;
    let report = vault.verify().map_err(|error| format!("it cannot be verified: {error}"))?;
    if !report.is_clean() {
        return Err(format!("it is not sound: {:?}", report.findings));
    }
    Ok(vault)
}
