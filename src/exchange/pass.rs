//! The store of `pass`, `passage` or `gopass`: a folder of files that `gpg` or `age` decrypts; where it is a git
//! repository, its revisions become versions.
//!
//! An entry's value is the whole file; the end of a single line is left out, as `pass` itself reads a password. A
//! key of several lines needs its last line end. Revisions that decrypt to the same text (the
//! store was re-encrypted) are one version, as everywhere in an import.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::decryptor::{Age, Decryptor};
use super::error::ExchangeError;
use crate::domain::{SecretValue, Timestamp, ValueType, reason};
use crate::memory::SecretBytes;
use crate::platform::child::{self, ChildError, WhenAsked};
use crate::vault::{IncomingBatch, IncomingSecret, IncomingVersion, Loss};

/// The programs that read a store.
#[derive(Debug)]
pub struct Programs {
    /// Decrypts the entries.
    pub decryptor: Decryptor,
    /// Knows their revisions.
    pub git: PathBuf,
}

impl Programs {
    /// `gpg` and `git`, to be found in the `PATH`.
    pub fn with_gpg() -> Self {
        Self { decryptor: Decryptor::Gpg(PathBuf::from("gpg")), git: PathBuf::from("git") }
    }

    /// `age` and `git`, to be found in the `PATH`, with the text of a file of identities.
    ///
    /// # Errors
    /// As [`Age::new`].
    pub fn with_age(identities: SecretBytes) -> Result<Self, ExchangeError> {
        let age = Age::new(PathBuf::from("age"), identities)?;
        Ok(Self { decryptor: Decryptor::Age(age), git: PathBuf::from("git") })
    }
}

/// Reads a store. `progress` is told how many entries of how many are read.
///
/// # Errors
/// [`ExchangeError::NoStore`] where the folder is none, [`ExchangeError::NoProgram`] without what decrypts it (or
/// without git, where the store is a repository), [`ExchangeError::ProgramFailed`] where no entry can be decrypted
/// at all, [`ExchangeError::Foreign`] for a store whose names are hidden. One of several that cannot is an unreadable
/// entry; an older revision that cannot is named among the losses.
pub fn read(
    store: &Path,
    programs: &Programs,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<IncomingBatch, ExchangeError> {
    let decryptor = &programs.decryptor;
    if !decryptor.is_store(store) {
        return Err(ExchangeError::NoStore { path: store.to_owned(), mark: decryptor.mark() });
    }
    if store.join(HASHED_NAMES).exists() {
        return Err(ExchangeError::Foreign {
            what: "a store of gopass that hides the names of its entries (cryptfs)",
            way: "convert it there first: `gopass convert --storage=gitfs`",
        });
    }
    need(decryptor.program())?;
    let has_history = store.join(".git").exists();
    if has_history {
        need(&programs.git)?;
    }
    let mut batch = IncomingBatch::new();
    let mut entries = Vec::new();
    let folder = Folder { store, extension: decryptor.extension() };
    folder.find_entries(Path::new(""), &mut entries, &mut batch);
    entries.sort_unstable();
    let mut first_refused = None;
    let mut is_any_read = entries.is_empty();
    for (position, path) in entries.iter().enumerate() {
        let name = name_of(&path.with_extension(""));
        if path.to_str().is_none() {
            batch.losses.push(Loss::new(&name, "its name: it is not UTF-8"));
        }
        let entry = Entry { store, programs, name: &name, path };
        let mut losses = Vec::new();
        match entry.versions(has_history, &mut losses) {
            Ok(versions) => {
                is_any_read = true;
                if versions.is_empty() {
                    losses = vec![Loss::whole(&name, "it has no value")];
                } else {
                    batch.secrets.push(IncomingSecret::without_labels(&name, versions));
                }
            }
            Err(error @ (ExchangeError::Interrupted(_) | ExchangeError::NoProgram { .. })) => {
                return Err(error);
            }
            Err(error) => {
                batch.secrets.push(IncomingSecret::unreadable(&name, &error));
                first_refused.get_or_insert(error);
            }
        }
        batch.losses.append(&mut losses);
        progress(position + 1, entries.len());
    }
    // Where nothing at all can be read it is not the entries.
    match first_refused.filter(|_| !is_any_read) {
        Some(error) => Err(error),
        None => Ok(batch),
    }
}

/// In this file gopass keeps the names of entries whose files are called by hashes.
const HASHED_NAMES: &str = ".gopass-mapping";

/// What these programs and git keep beside the entries.
const BESIDE: [&str; 11] = [
    ".age-ids",
    ".age-recipients",
    ".git",
    ".gitattributes",
    ".gitignore",
    ".gitmodules",
    ".gpg-id",
    ".gpg-id.sig",
    ".gpg-keys",
    ".public-keys",
    ".extensions",
];

/// A store, and how its entries end.
struct Folder<'a> {
    store: &'a Path,
    extension: &'static str,
}

impl Folder<'_> {
    /// Finds the files of entries, as paths below the store; whatever else lies there is named among the losses.
    fn find_entries(&self, below: &Path, entries: &mut Vec<PathBuf>, batch: &mut IncomingBatch) {
        let unreadable = |error: &io::Error| {
            IncomingSecret::unreadable(name_of(below), system("reading it".to_owned(), error))
        };
        let listed = match fs::read_dir(self.store.join(below)) {
            Ok(listed) => listed,
            Err(error) => return batch.secrets.push(unreadable(&error)),
        };
        for entry in listed {
            let (file_name, kind) = match entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?)))
            {
                Ok(found) => found,
                Err(error) => {
                    batch.secrets.push(unreadable(&error));
                    continue;
                }
            };
            if BESIDE.iter().any(|known| *known == file_name) {
                continue;
            }
            let path = below.join(&file_name);
            let is_entry = file_name.as_encoded_bytes().ends_with(self.extension.as_bytes());
            let is_hidden = file_name.as_encoded_bytes().starts_with(b".");
            let no_entry = format!("it is not a file that ends in '{}'", self.extension);
            let why = if kind.is_dir() {
                if !is_hidden {
                    self.find_entries(&path, entries, batch);
                    continue;
                }
                "it is a hidden folder"
            } else if kind.is_symlink() {
                match fs::metadata(self.store.join(&path)).is_ok_and(|target| target.is_dir()) {
                    true => "it is a link to a folder",
                    false => "it is a link",
                }
            } else if kind.is_file() && is_entry {
                entries.push(path);
                continue;
            } else {
                no_entry.as_str()
            };
            let name = if is_entry { name_of(&path.with_extension("")) } else { name_of(&path) };
            batch.losses.push(Loss::whole(name, why));
        }
        batch.losses.sort_unstable();
    }
}

/// The name of an entry: its path below the store. What is not UTF-8 in it is replaced.
fn name_of(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

struct Entry<'a> {
    store: &'a Path,
    programs: &'a Programs,
    name: &'a str,
    /// Its file below the store.
    path: &'a Path,
}

/// A revision of an entry, as git knows it.
struct Revision {
    commit: String,
    path: OsString,
    time: Option<Timestamp>,
}

impl Entry<'_> {
    /// All versions, oldest first.
    fn versions(
        &self,
        has_history: bool,
        losses: &mut Vec<Loss>,
    ) -> Result<Vec<IncomingVersion>, ExchangeError> {
        let path = self.store.join(self.path);
        let sealed =
            fs::read(&path).map_err(|error| system(format!("reading '{}'", path.display()), &error))?;
        let mut texts: Vec<(SecretBytes, Option<Timestamp>)> = Vec::new();
        let mut newest = None;
        if has_history {
            for revision in self.revisions()? {
                let mut object = OsString::from(format!("{}:", revision.commit));
                object.push(&revision.path);
                let known = self.git(&["show".as_ref(), &object])?;
                match self.decrypt(known.expose())? {
                    Some(text) => texts.push((text, revision.time)),
                    None if known.expose() == sealed => return Err(self.not_decrypted()),
                    None => losses.push(Loss::new(self.name, self.undecipherable(revision.time))),
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
        let line_end = text.expose().iter().position(|byte| *byte == b'\n');
        if line_end.is_some_and(|at| at + 1 == text.len()) && text.expose_text().is_some() {
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
        let log = self.git(&[
            "log".as_ref(),
            "--follow".as_ref(),
            "--find-renames=100%".as_ref(),
            "--diff-filter=AMR".as_ref(),
            "--format=%x01%H %ct".as_ref(),
            "--name-only".as_ref(),
            "-z".as_ref(),
            "--".as_ref(),
            self.path.as_os_str(),
        ])?;
        let mut revisions: Vec<Revision> = Vec::new();
        for part in log.expose().split(|byte| *byte == 0) {
            // A line end stands between a revision and its file. Names may hold some, too.
            let part = part.strip_prefix(b"\n").unwrap_or(part);
            if let Some(head) = part.strip_prefix(b"\x01") {
                let head = String::from_utf8_lossy(head);
                let Some((commit, seconds)) = head.trim_end().split_once(' ') else { continue };
                let time = seconds.parse().ok().and_then(|seconds| Timestamp::from_seconds(seconds).ok());
                revisions.push(Revision { commit: commit.to_owned(), path: OsString::new(), time });
            } else if let Some(revision) = revisions.last_mut().filter(|_| !part.is_empty()) {
                revision.path = OsStr::from_bytes(part).to_owned();
            }
        }
        revisions.retain(|revision| !revision.path.is_empty());
        revisions.reverse();
        Ok(revisions)
    }

    fn git(&self, arguments: &[&OsStr]) -> Result<SecretBytes, ExchangeError> {
        let mut command = Command::new(&self.programs.git);
        command.arg("-C").arg(self.store).arg("--literal-pathspecs").args(arguments);
        let doing = || format!("tell the revisions of '{}'", self.name);
        run(command, &[])?
            .ok_or_else(|| ExchangeError::ProgramFailed { program: "git".to_owned(), doing: doing() })
    }

    /// `None` where it cannot be decrypted; the program's own words may name anything, so they are not shown.
    fn decrypt(&self, sealed: &[u8]) -> Result<Option<SecretBytes>, ExchangeError> {
        let (command, input) = self.programs.decryptor.command(sealed)?;
        run(command, input)
    }

    fn not_decrypted(&self) -> ExchangeError {
        let program = self.programs.decryptor.name().to_owned();
        ExchangeError::ProgramFailed { program, doing: format!("decrypt '{}'", self.name) }
    }

    fn undecipherable(&self, time: Option<Timestamp>) -> String {
        let of = time.map(|time| format!(" of {time}")).unwrap_or_default();
        format!("its revision{of}: {} cannot decrypt it", self.programs.decryptor.name())
    }
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
