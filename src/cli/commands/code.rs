//! `etui code`: one-time codes.

use std::str::FromStr;

use clap::Args;
use serde::Serialize;

use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::qr::{self, Ground};
use crate::cli::reference::{Referred, ValueReference};
use crate::cli::row::RunCommand;
use crate::cli::schema::{ID, Json, Kind, NAME, Schema, key};
use crate::cli::wording;
use crate::codes::{CodeSource, NoCode};

/// Print a one-time code (TOTP)
///
/// From an otpauth:// URI, or from a base32 secret with the usual 6 digits and 30 seconds: the value itself, its field
/// '::FIELD', or else its field otpauth, totp or otp, as imported logins have it. On a terminal it also prints for
/// how many seconds the code is still valid; a pipe gets the code alone.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui code web/github
  etui code 'web/github::totp'
  etui code web/github --qr        to add it to a phone")]
pub(in crate::cli) struct Code {
    /// The version: NAME, 'NAME#VERSION', 'NAME:LABEL', each with ~N, then '::FIELD'
    #[arg(value_name = "REF", value_parser = ValueReference::from_str)]
    reference: ValueReference,

    /// Draw the secret of the codes as a QR code, after a question
    #[arg(long, conflicts_with = "json")]
    qr: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CodeJson<'a> {
    secret_name: &'a str,
    version_id: &'a str,
    code: &'a str,
    seconds_left: u64,
    period: u64,
}

impl RunCommand for Code {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[
        NAME,
        ID,
        key("Code", Kind::Text, "the one-time code"),
        key("SecondsLeft", Kind::Number, "how long it is valid"),
        key("Period", Kind::Number, "how long a code is valid"),
    ]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let output = invocation.output();
        if self.qr && !(output.stdout_is_terminal() && invocation.can_ask()) {
            return Err(CliError::usage(
                "a QR code is drawn on a terminal only, after a question",
                "run it on a terminal, or print the URI with `etui get`",
            )
            .into());
        }
        let mut vault = invocation.unlock()?;
        let referred = self.reference.read(&mut vault)?;
        drop(vault.lock());
        let source = self.source(&referred)?;
        if self.qr {
            return draw(invocation, &source, referred.outcome.name.as_str());
        }
        let code = source.code_at(u64::try_from(invocation.now().seconds()).unwrap_or(0));
        let digits = code.digits.expose_text().unwrap_or_default();
        match output.audience() {
            Audience::Machine => output.json(&CodeJson {
                secret_name: referred.outcome.name.as_str(),
                version_id: referred.outcome.version.id.as_str(),
                code: digits,
                seconds_left: code.seconds_left,
                period: code.period,
            })?,
            Audience::Person => {
                let left = wording::count(code.seconds_left, "second");
                let mut line = code.digits.duplicate();
                line.extend(format!("  ({left} left)\n").as_bytes());
                output.bytes(line.expose())?;
            }
            Audience::Pipe => {
                let mut line = code.digits.duplicate();
                line.push(b'\n');
                output.bytes(line.expose())?;
            }
        }
        Ok(Finish::Done)
    }
}

impl Code {
    fn source(&self, referred: &Referred) -> Result<CodeSource, CliError> {
        let source = match self.reference.field {
            Some(_) => CodeSource::of_text(referred.expose()),
            None => CodeSource::of_value(referred.expose()),
        };
        source.map_err(|reason| {
            let outcome = &referred.outcome;
            let hint = match reason {
                NoCode::NoSource | NoCode::Base32 => "name the field that holds it: NAME::FIELD",
                NoCode::Hotp | NoCode::Steam => "use the program that it was made for",
                _ => "compare it with what the site shows: `etui get` prints it",
            };
            CliError::usage(reason.about(outcome.name.as_str(), outcome.version.id.as_str()), hint)
        })
    }
}

/// Draws it after a question.
fn draw(invocation: &Invocation, source: &CodeSource, label: &str) -> anyhow::Result<Finish> {
    let question = format!("Anyone who sees the QR code can make the codes of '{label}'. Show it? [y/N] ");
    if !invocation.confirms(&question, false) {
        return Err(CliError::usage("the QR code was not shown", "answer with y to see it").into());
    }
    let picture = qr::draw(source.uri(label).expose(), Ground::Terminal)
        .ok_or_else(|| CliError::usage("the URI is too long for a QR code", "print it with `etui get`"))?;
    invocation.output().bytes(picture.expose())?;
    Ok(Finish::Done)
}
