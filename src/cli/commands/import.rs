//! `etui import`: secrets from other programs, and from other vaults.

mod report;

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use crate::cli::error::{CliError, of_another_file, reason};
use crate::cli::exit_code::Finish;
use crate::cli::input;
use crate::cli::invocation::Invocation;
use crate::cli::password::{self, PasswordSource};
use crate::cli::progress::ProgressLine;
use crate::cli::row::RunCommand;
use crate::domain::{Folder, visible};
use crate::exchange::{FileFormat, LONGEST_FILE, Source, pass, read};
use crate::memory::SecretBytes;
use crate::vault::{
    Beside, Credentials, ImportReport, IncomingBatch, LockedVault, OnRefusal, Progress, SystemClock, Vault,
};

use report::Tense;

/// Bring in secrets from another program or another vault
///
/// The import is one transaction and one change for undo: all or nothing. Each secret is reported, and what
/// cannot be taken over is named. Importing twice changes nothing.
///
/// Names keep their folders; letters that a name cannot hold are transliterated, other characters become
/// '-', and the original name is kept in the description. Entries of one name become 'NAME-USERNAME'. Entries
/// are found again by the id that their program gives them, by content and by username, whatever their order.
/// Of an entry with several fields these become one JSON value. Old passwords and revisions become versions.
/// A value that is new here becomes the current version; one that any version holds already changes nothing.
///
/// `json` reads what `etui export json` wrote. `pass` takes the folder of the store and reads it through
/// gpg. `etui` takes another vault, or another branch of this one: labels that mark another version here
/// stay, and are shown; so are renamings and deletions.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui import dotenv .env --prefix shop/dev
  etui import bitwarden bitwarden_export.json --dry-run
  etui import pass ~/.password-store
  aws secretsmanager get-secret-value --secret-id db | etui import aws -
  etui import etui /media/laptop/vault.etui")]
pub(in crate::cli) struct Import {
    /// What wrote it
    #[arg(value_name = "FORMAT", value_enum)]
    format: Format,

    /// The file, `-` for stdin; of `pass` the folder
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Put the secrets below this folder
    #[arg(long, value_name = "PATH", value_parser = Folder::new)]
    prefix: Option<Folder>,

    /// Leave out the secrets that are refused, instead of importing nothing
    #[arg(long)]
    skip_refused: bool,

    /// Say what would happen, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Read the password of the other vault from a file, `-` for stdin
    ///
    /// It is not needed where the other vault has the same key as this one.
    #[arg(long, value_name = "FILE")]
    other_password_file: Option<PathBuf>,

    /// The key file of the other vault
    #[arg(long, value_name = "FILE")]
    other_key_file: Option<PathBuf>,
}

/// Formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// NAME=value lines
    Dotenv,
    /// Our own, complete
    Json,
    /// Unencrypted export, CSV or JSON
    Bitwarden,
    /// CSV export
    #[value(name = "1password")]
    OnePassword,
    /// CSV export
    #[value(name = "keepassxc")]
    KeePassXc,
    /// Password file (CSV), also of Edge, Brave and others
    Chrome,
    /// Password file (CSV)
    Firefox,
    /// Password store, through gpg
    Pass,
    /// Answers of `aws secretsmanager get-secret-value`
    Aws,
    /// Answers of `aliyun kms GetSecretValue`
    Alibaba,
    /// Another vault
    Etui,
}

impl Format {
    const fn source(self) -> Source {
        Source::File(match self {
            Self::Pass => return Source::PasswordStore,
            Self::Etui => return Source::Vault,
            Self::Dotenv => FileFormat::Dotenv,
            Self::Json => FileFormat::Json,
            Self::Bitwarden => FileFormat::Bitwarden,
            Self::OnePassword => FileFormat::OnePassword,
            Self::KeePassXc => FileFormat::KeePassXc,
            Self::Chrome => FileFormat::Chrome,
            Self::Firefox => FileFormat::Firefox,
            Self::Aws => FileFormat::Aws,
            Self::Alibaba => FileFormat::Alibaba,
        })
    }
}

impl RunCommand for Import {
    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        // What is malformed is told before a password is asked for.
        let (mut vault, mut batch) = match self.format.source() {
            Source::File(format) => {
                let text = self.read_file(invocation)?;
                let batch = read(format, text.expose()).with_context(|| self.of_file())?;
                (invocation.unlock()?, batch)
            }
            Source::PasswordStore => {
                let mut progress = ProgressLine::new(invocation.output(), "reading");
                let tell = &mut |done, total| progress.show(how_far(done, total));
                let batch = pass::read(&self.file, &pass::Programs::of_path(), tell)?;
                drop(progress);
                (invocation.unlock()?, batch)
            }
            Source::Vault => {
                let mut vault = invocation.unlock()?;
                let batch = self
                    .other_vault(invocation, &mut vault)
                    .and_then(|mut other| Ok(other.give_out(|_| true)?))
                    .map_err(of_another_file)
                    .with_context(|| self.of_file());
                (vault, batch?)
            }
        };
        if let Some(folder) = &self.prefix {
            batch.put_below(folder.as_str());
        }
        self.import(invocation, &mut vault, &batch)
    }
}

impl Import {
    fn import(
        &self,
        invocation: &Invocation,
        vault: &mut Vault,
        batch: &IncomingBatch,
    ) -> anyhow::Result<Finish> {
        let planned = vault.plan_import(batch)?;
        if self.dry_run {
            report::print(invocation.output(), &planned, Tense::Would)?;
            return Ok(match planned.first_refusal() {
                Some(refusal) if !self.skip_refused => Finish::Refused(refusal.code()),
                _ => Finish::Done,
            });
        }
        if !self.skip_refused {
            refuse(&planned)?;
        }
        let on_refusal = if self.skip_refused { OnRefusal::LeaveOut } else { OnRefusal::ImportNothing };
        let mut progress = ProgressLine::new(invocation.output(), "importing");
        let total = batch.secrets.len();
        let report = vault.import(batch, on_refusal, &mut |done| progress.show(how_far(done, total)))?;
        drop(progress);
        invocation.say_notices(vault.take_notices());
        report::print(invocation.output(), &report, Tense::Did)?;
        Ok(Finish::Done)
    }

    fn of_file(&self) -> String {
        match self.is_stdin() {
            true => "what came from stdin cannot be imported".to_owned(),
            false => format!("'{}' cannot be imported", visible(&self.file.to_string_lossy())),
        }
    }

    fn is_stdin(&self) -> bool {
        self.file == Path::new("-")
    }

    fn read_file(&self, invocation: &Invocation) -> anyhow::Result<SecretBytes> {
        if self.is_stdin() && invocation.reads_password_from_stdin() {
            return Err(CliError::usage(
                "stdin cannot give both the password and the file",
                "name a file, or give the password another way",
            )
            .into());
        }
        let file = if self.is_stdin() { input::stdin() } else { File::open(&self.file) };
        let read = file.and_then(|file| input::read_up_to(file, LONGEST_FILE));
        let text = read.map_err(|error| {
            let sentence = format!("cannot read '{}': {}", self.file.display(), reason(&error));
            CliError::usage(sentence, "name another file")
        })?;
        if text.len() > LONGEST_FILE {
            return Err(CliError::usage("the file is longer than 2 GiB", "split it").into());
        }
        Ok(text)
    }

    /// Opens the other vault: with the key of this one where it is the same, else with its password.
    fn other_vault(&self, invocation: &Invocation, vault: &mut Vault) -> anyhow::Result<Vault> {
        let locked = match vault.open_beside(&self.file, Box::new(SystemClock))? {
            Beside::Open(other) => return Ok(*other),
            Beside::Locked(locked) => locked,
        };
        let credentials = self.other_credentials(invocation, &locked)?;
        let unlocked = locked.unlock(&credentials, invocation.answers());
        unlocked.map_err(|failed| failed.error.into())
    }

    fn other_credentials(&self, invocation: &Invocation, other: &LockedVault) -> anyhow::Result<Credentials> {
        let key_file = self.other_key_file.as_deref().map(|path| {
            let read = |file: File| {
                password::note_open_file(invocation.output(), "key file", path, &file)?;
                input::read_up_to(file, LONGEST_FILE)
            };
            File::open(path).and_then(read).map_err(|error| {
                let sentence = format!("cannot read the key file '{}': {}", path.display(), reason(&error));
                CliError::not_unlocked(sentence, "name another with --other-key-file")
            })
        });
        let key_file = key_file.transpose()?;
        if other.needs_key_file() && key_file.is_none() {
            return Err(CliError::not_unlocked(
                "the other vault needs its key file besides the password",
                "name it with --other-key-file",
            )
            .into());
        }
        let given = match &self.other_password_file {
            Some(path) => PasswordSource::of_file(path).read(invocation.output())?,
            None => None,
        };
        let asked = || invocation.with_terminal(password::ask_other);
        Ok(Credentials::new(given.map_or_else(asked, Ok)?, key_file.as_ref())?)
    }
}

fn how_far(done: usize, total: usize) -> Progress {
    Progress { done: done as u64, total: total as u64 }
}

/// Nothing is imported where anything is refused.
fn refuse(planned: &ImportReport) -> Result<(), CliError> {
    let Some(first) = planned.first_refusal() else { return Ok(()) };
    let more = match planned.refusals().count() {
        0 | 1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    Err(CliError::refused(
        first.code(),
        format!("nothing was imported: {first}{more}"),
        "see the whole plan with --dry-run, or leave out what is refused with --skip-refused",
    ))
}
