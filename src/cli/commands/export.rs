//! `etui export`: secrets for other programs, and for other vaults.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::{Audience, UnseenAs, escape_unseen};
use crate::cli::password::{self, PasswordSource};
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, NAME, Schema, key};
use crate::cli::stream::OutArguments;
use crate::cli::wording::count;
use crate::crypto::KdfCost;
use crate::domain::{Folder, visible_value};
use crate::exchange::{ExportFormat, keepass};
use crate::generator::PasswordOf;
use crate::memory::SecretBytes;
use crate::vault::Loss;

/// Write secrets out for another program
///
/// `json` is complete: all versions with their times, labels, notes and tags; `etui import json` makes an
/// equal vault of it. `dotenv` holds the current values: 'db/password' becomes DB_PASSWORD. Each value is
/// written so that node, Python and bash read it alike. What a format cannot hold, or what they would read
/// differently, is named on stderr; secrets that are scheduled for deletion are never exported.
///
/// `kdbx` is an encrypted database for KeePass and KeePassXC: versions are the history of its entries; ids,
/// labels, notes and descriptions are further fields; binary values are attachments. Its password is asked for.
///
/// Anyone who can read a file of the other formats can read your secrets; --plaintext confirms that. For a copy
/// that stays encrypted use `etui backup`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui export json --plaintext --out secrets.json
  etui export dotenv --plaintext --prefix shop/dev --out .env
  etui export kdbx --out passwords.kdbx")]
pub(in crate::cli) struct Export {
    /// The program that will read it
    #[arg(value_name = "FORMAT", value_enum)]
    format: Format,

    /// Confirm that the values are written unencrypted
    #[arg(long)]
    plaintext: bool,

    /// Only the secrets below this folder
    #[arg(long, value_name = "PATH", value_parser = Folder::new)]
    prefix: Option<Folder>,

    /// Read the password of the new database from a file, `-` for stdin
    #[arg(long, value_name = "FILE")]
    new_password_file: Option<PathBuf>,

    #[command(flatten)]
    out: OutArguments,
}

/// Formats that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// NAME=value lines of the current values
    Dotenv,
    /// etui's own format, complete
    Json,
    /// Encrypted database of KeePass and KeePassXC (KDBX 4), complete
    Kdbx,
}

impl Format {
    /// The format of a file that everybody can read.
    const fn plain(self) -> Option<ExportFormat> {
        match self {
            Self::Dotenv => Some(ExportFormat::Dotenv),
            Self::Json => Some(ExportFormat::Json),
            Self::Kdbx => None,
        }
    }
}

/// What writes it.
enum Way {
    Plain(ExportFormat),
    Kdbx(keepass::Writer),
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ExportJson<'a> {
    exported: usize,
    losses: Vec<LossShape<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct LossShape<'a> {
    secret_name: &'a str,
    what: &'a str,
    whole: bool,
}

impl RunCommand for Export {
    const JSON: Json = Json::Answers(&[Schema::when(
        "with --out; without it, the export is printed",
        &[&[
            key("Exported", Kind::Number, "how many secrets were written"),
            key(
                "Losses",
                Kind::List(&Kind::Object(&[&[
                    NAME,
                    key("What", Kind::Text, "what the format cannot hold"),
                    key("Whole", Kind::Flag, "whether the whole secret is left out"),
                ]])),
                "what is not in the export",
            ),
        ]],
    )]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let plain = self.format.plain();
        self.refuse_unfit_flags(plain.is_some())?;
        let way =
            plain.map_or_else(|| keepass::Writer::new().map(Way::Kdbx), |format| Ok(Way::Plain(format)))?;
        if plain.is_some() && !self.plaintext {
            return Err(CliError::missing(
                "refusing to write secrets unencrypted",
                "add --plaintext if you want that; `etui backup` makes an encrypted copy",
            )
            .into());
        }
        let folder = self.prefix.as_ref().map_or("", Folder::as_str);
        let batch = invocation.unlock()?.give_out(|name| name.starts_with(folder))?;
        if !folder.is_empty() && batch.secrets.is_empty() {
            tell(invocation, &batch.losses.iter().collect::<Vec<_>>());
            return Err(CliError::not_found(
                format!("there is no secret to export below '{folder}'"),
                "run `etui list` to see the names",
            )
            .into());
        }
        let (text, losses) = match way {
            Way::Plain(format) => format.write(&batch, folder),
            Way::Kdbx(writer) => {
                writer.write(&batch, &self.new_password(invocation)?, KdfCost::LEAST_DEFAULT)?
            }
        };
        let exported = batch.secrets.len() - losses.iter().filter(|loss| loss.is_whole()).count();
        let losses: Vec<&Loss> = batch.losses.iter().chain(&losses).collect();
        let output = invocation.output();
        let Some(path) = self.out.file() else {
            tell(invocation, &losses);
            if plain.is_none() && output.stdout_is_terminal() {
                return Err(CliError::usage(
                    "refusing to write a database to the terminal",
                    "name a file with --out, or redirect stdout",
                )
                .into());
            }
            output.bytes(self.for_reader(text, output.stdout_is_terminal()).expose())?;
            return Ok(Finish::Done);
        };
        self.out.write(path, &text)?;
        let secrets = count(exported as u64, "secret");
        let unencrypted = if plain.is_some() { ", unencrypted" } else { "" };
        let sentence = format!("exported {secrets} to '{}'{unencrypted}", path.display());
        output.changed(&sentence, None);
        if output.audience() == Audience::Machine {
            let losses = losses
                .into_iter()
                .map(|loss| LossShape { secret_name: &loss.secret, what: &loss.what, whole: loss.is_whole() })
                .collect();
            output.json(&ExportJson { exported, losses })?;
        } else {
            tell(invocation, &losses);
            output.done(&sentence)?;
        }
        Ok(Finish::Done)
    }
}

impl Export {
    fn refuse_unfit_flags(&self, is_plain: bool) -> Result<(), CliError> {
        if is_plain && self.new_password_file.is_some() {
            let sentence = "--new-password-file is for the format kdbx: the others have no password";
            return Err(CliError::usage(sentence, "leave it out"));
        }
        if !is_plain && self.plaintext {
            return Err(CliError::usage(
                "--plaintext is not for the format kdbx, which is encrypted",
                "leave it out",
            ));
        }
        Ok(())
    }

    /// The password that opens the database.
    fn new_password(&self, invocation: &Invocation) -> Result<SecretBytes, CliError> {
        let password = match &self.new_password_file {
            None => invocation.with_terminal(password::ask_new_of_database)?,
            Some(path) => {
                let source = PasswordSource::of_file(path);
                if source == PasswordSource::Stdin {
                    drop(invocation.claim_stdin("the password of the database")?);
                }
                let password = source.read(invocation.output(), "--new-password-file")?.unwrap_or_default();
                password::note_weak(invocation.output(), &password, PasswordOf::Database);
                password
            }
        };
        if password.is_empty() {
            return Err(CliError::usage("the password of the database is empty", "choose another one"));
        }
        Ok(password)
    }

    /// The file byte for byte, but on a terminal with all that a terminal would obey made visible.
    fn for_reader(&self, text: SecretBytes, is_terminal: bool) -> SecretBytes {
        if !is_terminal {
            return text;
        }
        let mut shown = SecretBytes::with_capacity(text.len());
        match self.format {
            Format::Json => escape_unseen(&text, UnseenAs::Json, &mut shown),
            // It is never shown.
            Format::Kdbx => {}
            Format::Dotenv => visible_value(text.expose_text().unwrap_or_default(), &mut shown),
        }
        shown
    }
}

fn tell(invocation: &Invocation, losses: &[&Loss]) {
    for loss in losses {
        invocation.output().note(&loss.to_string());
    }
}
