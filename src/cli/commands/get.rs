//! `etui get`: GetSecretValue.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::private_file::{self, Existing};
use crate::cli::reference::Reference;
use crate::domain::visible_value;
use crate::kms::Answer;
use crate::memory::SecretBytes;
use crate::vault::GetOutcome;

/// Print the value of a version
///
/// Into a pipe or a file the value goes byte for byte. On a terminal control characters, escape sequences
/// and hidden characters are made visible, a line end is added where there is none, and binary is refused;
/// --raw prints the bytes there too.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui get db/password                 the current version
  etui get 'db/password:ACSPrevious'   the one before
  etui get 'db/password#v3'            by its id
  etui get 'db/password~2'             two versions older than the current one
  etui get tls/key --out key.pem       to a file that only you may read")]
pub(in crate::cli) struct Get {
    /// The version: NAME, 'NAME#VERSION', 'NAME:LABEL', each with ~N
    #[arg(value_name = "REF", value_parser = Reference::from_str)]
    reference: Reference,

    /// Write the value to a file of mode 0600 instead of stdout
    #[arg(long, value_name = "FILE", conflicts_with_all = ["raw", "json"])]
    out: Option<PathBuf>,

    /// Print the bytes as they are, on a terminal too
    #[arg(long, conflicts_with = "json")]
    raw: bool,
}

impl Get {
    pub(super) fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let mut vault = invocation.unlock()?;
        let outcome = vault.get_secret_value(&self.reference.name, &self.reference.selector)?;
        let output = invocation.output();
        if let Some(path) = &self.out {
            let (id, name) = (&outcome.version.id, &outcome.name);
            private_file::write(path, &outcome.value.into_bytes(), Existing::Replace)?;
            output.done(&format!("wrote version '{id}' of '{name}' to '{}'", path.display()))?;
            return Ok(Finish::Done);
        }
        match output.audience() {
            Audience::Machine => output.answer(&Answer::get(&outcome))?,
            Audience::Person if !self.raw => output.bytes(harmless(&outcome)?.expose())?,
            Audience::Person | Audience::Pipe => output.bytes(outcome.value.expose())?,
        }
        Ok(Finish::Done)
    }
}

/// A text value as a terminal may show it.
fn harmless(outcome: &GetOutcome) -> Result<SecretBytes, CliError> {
    let text = match outcome.value.value_type() {
        crate::domain::ValueType::Text => std::str::from_utf8(outcome.value.expose()).ok(),
        crate::domain::ValueType::Binary => None,
    };
    let text = text.ok_or_else(|| {
        CliError::usage(
            format!(
                "version '{}' of '{}' is binary and not for a terminal",
                outcome.version.id, outcome.name
            ),
            "write it to a file with --out, pipe it, or print it nevertheless with --raw",
        )
    })?;
    let mut shown = SecretBytes::with_capacity(text.len() + 1);
    visible_value(text, &mut shown);
    if !text.ends_with('\n') {
        shown.push(b'\n');
    }
    Ok(shown)
}
