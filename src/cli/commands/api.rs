//! `etui api`: the KMS API on stdin.

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::input::WipingReader;
use crate::cli::invocation::Invocation;
use crate::cli::output::AnswerWriter;
use crate::cli::row::RunCommand;
use crate::cli::schema::Json;
use crate::kms::{self, Format};

/// Answer requests of the KMS API on stdin, one per line
///
/// Unlocks once. A request is a JSON object with the API's own parameter names, or its query string. Each is
/// answered with one line, in order and at once. A refusal does not end the run; the exit code is that of
/// the first one.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  echo '{\"Action\":\"GetSecretValue\",\"SecretName\":\"db\"}' | etui api
  echo 'Action=ListSecrets&FetchTags=true' | etui api --format xml")]
pub(in crate::cli) struct Api {
    /// How answers are written
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "json")]
    format: FormatWord,
}

/// A format, as it is typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatWord {
    /// One JSON object a line
    Json,
    /// One XML document a line
    Xml,
}

impl RunCommand for Api {
    const JSON: Json = Json::Unchanged("its answers are those of the KMS API, in JSON or XML (--format)");

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let requests = invocation.claim_stdin("the requests")?;
        let format = match self.format {
            FormatWord::Json => Format::Json,
            FormatWord::Xml => Format::Xml,
        };
        let mut vault = invocation.unlock_without_questions()?;
        let requests = WipingReader::new(requests);
        let mut answers = AnswerWriter::new(invocation.output(), format)
            .map_err(|error| CliError::system("cannot write answers to stdout", &error))?;
        let first_refusal = kms::serve(&mut vault, requests, &mut answers, format)
            .context("cannot read the requests or write the answers")?;
        invocation.say_notices(vault.take_notices());
        Ok(first_refusal.map_or(Finish::Done, Finish::Refused))
    }
}
