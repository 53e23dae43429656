//! `etui import`: secrets from other programs, and from other vaults.

pub(super) mod report;

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::cli::error::{CliError, of_another_file, reason};
use crate::cli::exit_code::Finish;
use crate::cli::input;
use crate::cli::invocation::Invocation;
use crate::cli::other_vault::OtherVault;
use crate::cli::password;
use crate::cli::progress::ProgressLine;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Schema};
use crate::cli::stream::refuse_stream;
use crate::domain::{Folder, visible};
use crate::exchange::{
    ColumnMap, Content, ExchangeError, Input, LONGEST_FILE, Locks, MappedColumn, Reader, Source, is_vault,
    read,
};
use crate::memory::SecretBytes;
use crate::vault::{
    ImportReport, IncomingBatch, OnRefusal, OtherFileError, Progress, SystemClock, Vault, VaultError,
    import_wording,
};

use report::{REPORT, Tense};

/// Import secrets from another program or another vault
///
/// The import is one transaction and one change for undo: all or nothing. Each secret is reported, and what
/// cannot be taken over is named. Importing twice changes nothing.
///
/// Names keep their folders; letters that a name cannot hold are transliterated, other characters become
/// '-', and the original name is kept in the description. Entries with the same name become 'NAME-USERNAME'. Entries
/// are found again by the id that their program gives them, by content and by username, whatever their order.
/// The fields of an entry become one JSON value. Old passwords and revisions become versions.
/// A value that is new here becomes the current version; one that any version holds already changes nothing.
///
/// The format is recognised by the content of the file; name it where several would fit. `json` reads what
/// `etui export json` wrote. `pass` takes the folder of the store and reads it through
/// gpg, `passage` through age: its identities are those that --other-key-file names, or the file `identities` beside
/// the store. `keepass` takes a KDBX database with its history and attachments, and asks for its password.
/// `etui` takes another vault: labels that mark another version here are not moved, but listed. Copies of
/// this vault are merged with `etui merge`.
#[derive(Debug, Args)]
#[command(allow_missing_positional = true)]
#[command(after_long_help = "\
Examples:
  etui import .env --prefix shop/dev
  etui import bitwarden_export.json --dry-run
  etui import json secrets.json --skip-refused
  etui import csv passwords.csv --map name=Title,password=Pwd,folder=Group
  etui import passwords.kdbx --dry-run
  etui import ~/.password-store
  etui import ~/.passage/store --other-key-file ~/.passage/identities
  aws secretsmanager get-secret-value --secret-id db | etui import -
  etui import /media/laptop/vault.etui")]
pub(in crate::cli) struct Import {
    /// Format [default: detected]: dotenv, json, bitwarden, 1password …
    #[arg(value_name = "FORMAT", value_parser = format_parser(), hide_possible_values = true)]
    format: Option<Source>,

    /// The file, `-` for stdin; for `pass` and `passage` the folder
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Say what the columns of a CSV file become
    ///
    /// Fields are name, folder, username, password (or value), url, otp, note and tag:KEY. Columns that are not named
    /// are not imported, and said. Without it, columns that are called like these fields are taken for them.
    #[arg(long, value_name = "FIELD=COLUMN,…", value_delimiter = ',', value_parser = str::parse::<MappedColumn>)]
    map: Vec<MappedColumn>,

    /// Read a JSON or YAML map; keys become names
    ///
    /// The same as the format map. Texts become values as they are, numbers as they are written, lists as JSON.
    #[arg(long)]
    flatten: bool,

    /// Import into this folder
    #[arg(long, value_name = "PATH", value_parser = Folder::new)]
    prefix: Option<Folder>,

    /// Leave out the secrets that are refused
    #[arg(long)]
    skip_refused: bool,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    other: OtherVault,

    /// Open the file with its key file alone
    ///
    /// For a database that has a key file and no password.
    #[arg(long, requires = "other_key_file", conflicts_with = "other_password_file")]
    no_other_password: bool,
}

/// The format of any JSON object or YAML mapping.
const MAP: &str = "map";

/// Reads the name of a format, and tells them all with their help.
fn format_parser() -> impl TypedValueParser<Value = Source> {
    let named = |source: &Source| PossibleValue::new(source.name()).help(source.help());
    PossibleValuesParser::new(Source::all().iter().map(named))
        .try_map(|name| Source::named(&name).ok_or_else(|| format!("'{name}' is not a format")))
}

impl RunCommand for Import {
    const JSON: Json = Json::Answers(&[Schema::only(&[REPORT])]);

    fn run(mut self, invocation: &Invocation) -> anyhow::Result<Finish> {
        self.format = self.format()?;
        let is_of = |wanted: fn(Reader) -> bool| self.format.is_some_and(|source| wanted(source.reader()));
        if is_of(Reader::takes_only_paths) {
            refuse_stream(&self.file, "a vault or a password store")?;
        }
        if self.format.is_some() && !is_of(Reader::takes_locks) && self.other.is_named() {
            return Err(CliError::usage(
                "--other-password-file and --other-key-file are for another vault, a file with a password or a store of age",
                "leave them out",
            )
            .into());
        }
        if self.no_other_password
            && (is_of(|reader| matches!(reader, Reader::Vault)) || self.is_another_vault())
        {
            return Err(
                CliError::usage("a vault always has a password", "leave --no-other-password out").into()
            );
        }
        let columns = self.columns()?;
        // What is malformed is told before a password is asked for.
        let input = match self.is_stdin() {
            true => Input::Piped(self.read_stdin(invocation)?),
            false => Input::Path(self.file.clone()),
        };
        let mut progress = ProgressLine::new(invocation.output(), "reading");
        let tell = &mut |done, total| progress.show(how_far(done, total));
        let given = self.given_locks(invocation)?;
        let mut found = read(&input, self.format, columns.as_ref(), given.as_ref(), tell);
        if found.as_ref().is_err_and(|error| *error == ExchangeError::Locked) {
            let locks = self.locks_of_file(invocation)?;
            found = read(&input, self.format, columns.as_ref(), Some(&locks), tell);
        }
        let found = found.map_err(|error| self.named(error))?;
        drop((progress, input));
        let mut vault = invocation.unlock()?;
        let mut batch = match found.content {
            Content::Secrets(batch) => batch,
            Content::OtherVault => self
                .other_vault(invocation, &mut vault)
                .and_then(|mut other| Ok(other.give_out(|_| true)?))
                .map_err(|error| self.of_vault(error))?,
        };
        if let Some(folder) = &self.prefix {
            batch.put_below(folder.as_str());
        }
        self.import(invocation, &mut vault, batch)
    }
}

impl Import {
    fn import(
        &self,
        invocation: &Invocation,
        vault: &mut Vault,
        batch: IncomingBatch,
    ) -> anyhow::Result<Finish> {
        let on_refusal = if self.skip_refused { OnRefusal::LeaveOut } else { OnRefusal::ImportNothing };
        if self.dry_run {
            let planned = vault.plan_import(&batch)?;
            drop(batch);
            report::print(invocation.output(), &planned, Tense::Would, on_refusal)?;
            return Ok(match planned.first_refusal() {
                Some(refusal) if !self.skip_refused => Finish::Refused(refusal.code()),
                _ => Finish::Done,
            });
        }
        let mut progress = ProgressLine::new(invocation.output(), "importing");
        let total = batch.secrets.len();
        let imported = vault.import(&batch, on_refusal, &mut |done| progress.show(how_far(done, total)));
        drop(progress);
        if let (Err(VaultError::Refused(_)), OnRefusal::ImportNothing) = (&imported, on_refusal) {
            refuse(&vault.plan_import(&batch)?)?;
        }
        let report = imported?;
        drop(batch);
        invocation.say_notices(vault.take_notices());
        if report.changes_anything() {
            let sentence = import_wording::summary(&report, Tense::Did, on_refusal);
            invocation.output().changed(&sentence, None);
        }
        report::print(invocation.output(), &report, Tense::Did, on_refusal)?;
        Ok(Finish::Done)
    }

    /// The format that is named, or that `--flatten` stands for.
    fn format(&self) -> Result<Option<Source>, CliError> {
        match self.format.map(Source::name) {
            _ if !self.flatten => Ok(self.format),
            None | Some("json" | MAP) => Ok(Source::named(MAP)),
            Some(_) => Err(CliError::usage(
                "--flatten is for JSON and YAML",
                "leave it out, or leave the format out",
            )),
        }
    }

    /// The columns that are named, which only CSV has.
    fn columns(&self) -> Result<Option<ColumnMap>, CliError> {
        if self.map.is_empty() {
            return Ok(None);
        }
        if self.format.is_some_and(|source| !matches!(source.reader(), Reader::Columns(_))) {
            return Err(CliError::usage(
                "--map is for the format csv",
                "leave it out, or import with the format csv",
            ));
        }
        let map = ColumnMap::new(self.map.clone());
        map.map(Some).map_err(|fault| CliError::usage(fault.to_string(), "see 'etui help import'"))
    }

    /// An error of the file of another vault, which names it.
    fn of_vault(&self, error: anyhow::Error) -> anyhow::Error {
        let error = of_another_file(error, &visible(&self.file.to_string_lossy()));
        if error.is::<OtherFileError>() { error } else { error.context(self.of_file()) }
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

    /// Readers say what is wrong in a file; which file it is must be added.
    fn named(&self, error: ExchangeError) -> anyhow::Error {
        let is_about_content = error.is_about_content();
        let error = anyhow::Error::from(error);
        if is_about_content { error.context(self.of_file()) } else { error }
    }

    fn read_stdin(&self, invocation: &Invocation) -> anyhow::Result<SecretBytes> {
        let stdin = invocation.claim_stdin("the file")?;
        let text = input::read_up_to(stdin, LONGEST_FILE).map_err(|error| {
            CliError::usage(format!("cannot read stdin: {}", reason(&error)), "name a file")
        })?;
        if text.len() > LONGEST_FILE {
            return Err(CliError::usage("stdin is longer than 2 GiB", "split it").into());
        }
        Ok(text)
    }

    /// Opens the other vault with its password.
    fn other_vault(&self, invocation: &Invocation, vault: &mut Vault) -> anyhow::Result<Vault> {
        let locked = vault.open_another(&self.file, Box::new(SystemClock))?;
        let credentials = self.other.credentials(invocation, &locked)?;
        let unlocked = locked.unlock(&credentials, invocation.answers());
        unlocked.map_err(|failed| failed.error.into())
    }

    /// What opens a file that another program locked, where it is named.
    fn given_locks(&self, invocation: &Invocation) -> anyhow::Result<Option<Locks>> {
        let is_all_named = self.other.has_password() || self.has_no_password();
        if !is_all_named || self.is_another_vault() {
            return Ok(None);
        }
        self.locks_of_file(invocation).map(Some)
    }

    fn locks_of_file(&self, invocation: &Invocation) -> anyhow::Result<Locks> {
        let key_file = self.other.key_file(invocation)?;
        if self.has_no_password() {
            return Ok(Locks { password: SecretBytes::new(), key_file });
        }
        let asked = || invocation.with_terminal(password::ask_of_file);
        let password = self.other.password(invocation)?.map_or_else(asked, Ok)?;
        Ok(Locks { password, key_file })
    }

    /// Whether a key file is all that opens it; a password store has no password of its own.
    fn has_no_password(&self) -> bool {
        self.no_other_password || (self.other.is_named() && !self.other.has_password() && self.file.is_dir())
    }

    /// Whether it is a vault, whose password is read once and later.
    fn is_another_vault(&self) -> bool {
        is_vault(&self.file)
    }
}

fn how_far(done: usize, total: usize) -> Progress {
    Progress { done: done as u64, total: total as u64 }
}

/// Nothing is imported where anything is refused.
fn refuse(planned: &ImportReport) -> Result<(), CliError> {
    let (Some(first), Some(sentence)) = (planned.first_refusal(), import_wording::refused(planned)) else {
        return Ok(());
    };
    Err(CliError::refused(
        first.code(),
        sentence,
        "see the whole plan with --dry-run, or leave out what is refused with --skip-refused",
    ))
}
