//! `etui export`: secrets for other programs, and for other vaults.

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::{Audience, UnseenAs, escape_unseen};
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, NAME, Schema, key};
use crate::cli::stream::OutArguments;
use crate::cli::wording::count;
use crate::domain::{Folder, visible_value};
use crate::exchange::ExportFormat;
use crate::memory::SecretBytes;
use crate::vault::Loss;

/// Write secrets out, unencrypted
///
/// `json` is complete: all versions with their times, labels, notes and tags; `etui import json` makes an
/// equal vault of it. `dotenv` holds the current values: 'db/password' becomes DB_PASSWORD. Each value is
/// written so that node, Python and bash read it alike. What a format cannot hold, or what they would read
/// differently, is named on stderr; secrets that are scheduled for deletion are never exported.
///
/// Whoever reads the file reads your secrets: that is what --plaintext says. For a copy that stays encrypted
/// use `etui backup`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui export json --plaintext --out secrets.json
  etui export dotenv --plaintext --prefix shop/dev --out .env")]
pub(in crate::cli) struct Export {
    /// The program that will read it
    #[arg(value_name = "FORMAT", value_enum)]
    format: Format,

    /// Write the values as they are, for everybody to read who can read the file
    #[arg(long)]
    plaintext: bool,

    /// Only the secrets below this folder
    #[arg(long, value_name = "PATH", value_parser = Folder::new)]
    prefix: Option<Folder>,

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
}

impl Format {
    const fn written(self) -> ExportFormat {
        match self {
            Self::Dotenv => ExportFormat::Dotenv,
            Self::Json => ExportFormat::Json,
        }
    }
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
        if !self.plaintext {
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
        let (text, losses) = self.format.written().write(&batch, folder);
        let exported = batch.secrets.len() - losses.iter().filter(|loss| loss.is_whole()).count();
        let losses: Vec<&Loss> = batch.losses.iter().chain(&losses).collect();
        let output = invocation.output();
        let Some(path) = self.out.file() else {
            tell(invocation, &losses);
            output.bytes(self.for_reader(text, output.stdout_is_terminal()).expose())?;
            return Ok(Finish::Done);
        };
        self.out.write(path, &text)?;
        let secrets = count(exported as u64, "secret");
        let sentence = format!("exported {secrets} to '{}', unencrypted", path.display());
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
    /// The file byte for byte, but on a terminal with all that a terminal would obey made visible.
    fn for_reader(&self, text: SecretBytes, is_terminal: bool) -> SecretBytes {
        if !is_terminal {
            return text;
        }
        let mut shown = SecretBytes::with_capacity(text.len());
        match self.format {
            Format::Json => escape_unseen(&text, UnseenAs::Json, &mut shown),
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
