//! The store of `pass`: a folder of files that `gpg` decrypts; where it is a git repository, its revisions
//! become versions.
//!
//! An entry's value is the whole file without its last line end. Revisions that decrypt to the same text (the
//! store was re-encrypted) are one version, as everywhere in an import.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::ExchangeError;
use crate::domain::{SecretValue, Timestamp, ValueType, reason};
use crate::memory::SecretBytes;
use crate::platform::child::{self, ChildError, WhenAsked};
use crate::vault::{IncomingBatch, IncomingSecret, IncomingVersion, Loss};

const EXTENSION: &str = ".gpg";

/// The programs that read a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    /// Decrypts the entries.
    pub gpg: PathBuf,
    /// Knows their revisions.
    pub git: PathBuf,
}

impl Programs {
    /// `gpg` and `git`, to be found in the `PATH`.
    pub fn of_path() -> Self {
        Self { gpg: PathBuf::from("gpg"), git: PathBuf::from("git") }
    }
}

/// Reads a store. `progress` is told how many entries of how many are read.
///
/// # Errors
/// [`ExchangeError::NoStore`] where the folder has no `.gpg-id`, [`ExchangeError::NoProgram`] without gpg (or
/// without git, where the store is a repository), [`ExchangeError::ProgramFailed`] where gpg cannot decrypt an
/// entry as it is now. An older revision that it cannot decrypt is named among the losses.
pub fn read(
    store: &Path,
    programs: &Programs,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<IncomingBatch, ExchangeError> {
    if !store.join(".gpg-id").is_file() {
        return Err(ExchangeError::NoStore { path: store.to_owned() });
    }
    need(&programs.gpg)?;
    let has_history = store.join(".git").exists();
    if has_history {
        need(&programs.git)?;
    }
    let mut batch = IncomingBatch::new();
    let mut entries = Vec::new();
    find_entries(store, "", &mut entries, &mut batch.losses)?;
    entries.sort_unstable();
    for (position, name) in entries.iter().enumerate() {
        let entry = Entry { store, programs, name };
        let versions = entry.versions(has_history, &mut batch.losses)?;
        batch.secrets.push(IncomingSecret::without_labels(name, versions));
        progress(position + 1, entries.len());
    }
    // An entry whose every text is empty was named among the losses.
    batch.secrets.retain(|secret| !secret.versions.is_empty());
    Ok(batch)
}

/// Names of entries: paths below the store without their extension.
fn find_entries(
    folder: &Path,
    above: &str,
    entries: &mut Vec<String>,
    losses: &mut Vec<Loss>,
) -> Result<(), ExchangeError> {
    let failed = |error: io::Error| system(format!("reading '{}'", folder.display()), &error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let kind = entry.file_type().map_err(failed)?;
        let path = format!("{above}{name}");
        if kind.is_dir() {
            find_entries(&entry.path(), &format!("{path}/"), entries, losses)?;
        } else if let Some(path) = path.strip_suffix(EXTENSION) {
            if kind.is_file() {
                entries.push(path.to_owned());
            } else {
                losses.push(Loss::whole(path, "it is a link"));
            }
        }
    }
    Ok(())
}

struct Entry<'a> {
    store: &'a Path,
    programs: &'a Programs,
    name: &'a str,
}

/// A revision of an entry, as git knows it.
struct Revision {
    commit: String,
    path: String,
    time: Option<Timestamp>,
}

impl Entry<'_> {
    /// All versions, oldest first.
    fn versions(
        &self,
        has_history: bool,
        losses: &mut Vec<Loss>,
    ) -> Result<Vec<IncomingVersion>, ExchangeError> {
        let path = self.store.join(format!("{}{EXTENSION}", self.name));
        let sealed =
            fs::read(&path).map_err(|error| system(format!("reading '{}'", path.display()), &error))?;
        let mut texts: Vec<(SecretBytes, Option<Timestamp>)> = Vec::new();
        let mut newest = None;
        if has_history {
            for revision in self.revisions()? {
                let known = self.git(&["show", &format!("{}:{}", revision.commit, revision.path)])?;
                match self.decrypt(known.expose())? {
                    Some(text) => texts.push((text, revision.time)),
                    None if known.expose() == sealed => return Err(self.not_decrypted()),
                    None => losses.push(Loss::new(self.name, undecipherable(revision.time))),
                }
                newest = Some(known);
            }
        }
        // What was changed and not committed is newer than every revision.
        if newest.is_none_or(|newest| newest.expose() != sealed) {
            texts.push((self.decrypt(&sealed)?.ok_or_else(|| self.not_decrypted())?, None));
        }
        let versions = texts.into_iter().filter_map(|(text, created)| self.version(text, created, losses));
        Ok(versions.collect())
    }

    fn version(
        &self,
        mut text: SecretBytes,
        created: Option<Timestamp>,
        losses: &mut Vec<Loss>,
    ) -> Option<IncomingVersion> {
        if text.expose().ends_with(b"\n") {
            text.truncate(text.len() - 1);
        }
        let value_type = if text.expose_text().is_some() { ValueType::Text } else { ValueType::Binary };
        match SecretValue::new(value_type, text) {
            Ok(value) => Some(IncomingVersion { created, ..IncomingVersion::of(value) }),
            Err(invalid) => {
                losses.push(Loss::new(self.name, format!("one of its versions: {invalid}")));
                None
            }
        }
    }

    /// Its revisions, oldest first, through renamings that left the file as it was.
    fn revisions(&self) -> Result<Vec<Revision>, ExchangeError> {
        let path = format!("{}{EXTENSION}", self.name);
        let log = self.git(&[
            "log",
            "--follow",
            "--find-renames=100%",
            "--diff-filter=AMR",
            "--format=%x01%H %ct",
            "--name-only",
            "-z",
            "--",
            &path,
        ])?;
        let text = String::from_utf8_lossy(log.expose()).into_owned();
        let mut revisions: Vec<Revision> = Vec::new();
        for part in text.split(['\0', '\n']).filter(|part| !part.is_empty()) {
            if let Some((commit, seconds)) = part.strip_prefix('\u{1}').and_then(|head| head.split_once(' '))
            {
                let time = seconds.parse().ok().and_then(|seconds| Timestamp::from_seconds(seconds).ok());
                revisions.push(Revision { commit: commit.to_owned(), path: String::new(), time });
            } else if let Some(revision) = revisions.last_mut() {
                part.clone_into(&mut revision.path);
            }
        }
        revisions.retain(|revision| !revision.path.is_empty());
        revisions.reverse();
        Ok(revisions)
    }

    fn git(&self, arguments: &[&str]) -> Result<SecretBytes, ExchangeError> {
        let mut command = Command::new(&self.programs.git);
        command.arg("-C").arg(self.store).args(arguments);
        let doing = || format!("tell the revisions of '{}'", self.name);
        run(command, &[])?
            .ok_or_else(|| ExchangeError::ProgramFailed { program: "git".to_owned(), doing: doing() })
    }

    /// `None` where gpg refuses; its own words may name anything, so they are not shown.
    fn decrypt(&self, sealed: &[u8]) -> Result<Option<SecretBytes>, ExchangeError> {
        let mut command = Command::new(&self.programs.gpg);
        command.args(["--quiet", "--yes", "--batch", "--decrypt"]);
        run(command, sealed)
    }

    fn not_decrypted(&self) -> ExchangeError {
        ExchangeError::ProgramFailed { program: "gpg".to_owned(), doing: format!("decrypt '{}'", self.name) }
    }
}

fn undecipherable(time: Option<Timestamp>) -> String {
    let of = time.map(|time| format!(" of {time}")).unwrap_or_default();
    format!("its revision{of}: gpg cannot decrypt it")
}

/// Whether a program can be started at all.
fn need(program: &Path) -> Result<(), ExchangeError> {
    let mut command = Command::new(program);
    command.arg("--version");
    run(command, &[]).map(|_| ())
}

/// Runs a program to its end; `None` where it fails.
fn run(mut command: Command, input: &[u8]) -> Result<Option<SecretBytes>, ExchangeError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let failed = |error: io::Error| system(format!("running '{program}'"), &error);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let ended = child::run_with(&mut command, WhenAsked::PassOn, |stdin, stdout| {
        // Either side may wait for the other.
        std::thread::scope(|scope| {
            // A program that does not want all of its input says so by its exit status.
            scope.spawn(move || stdin.map(|mut to| to.write_all(input)));
            stdout.map_or_else(|| Ok(SecretBytes::new()), read_all)
        })
    });
    let (status, output) = ended.map_err(|error| match error {
        ChildError::Interrupted(by) => by.into(),
        ChildError::System(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => {
                ExchangeError::NoProgram { program: program.clone() }
            }
            _ => failed(error),
        },
    })?;
    let output = output.map_err(failed)?;
    Ok(status.success().then_some(output))
}

fn read_all(mut source: impl Read) -> io::Result<SecretBytes> {
    let mut read = SecretBytes::new();
    let mut chunk = SecretBytes::zeroed(16 * 1024);
    loop {
        match source.read(chunk.expose_mut()) {
            Ok(0) => return Ok(read),
            Ok(count) => read.extend(&chunk.expose()[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn system(doing: String, error: &io::Error) -> ExchangeError {
    ExchangeError::System { doing, reason: reason(error) }
}
