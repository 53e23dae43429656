//! `etui verify`: a full check of a vault.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use crate::cli::error::{CliError, explain, of_another_file};
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::looks_like::LooksLike;
use crate::cli::output::Audience;
use crate::cli::progress::ProgressLine;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, STATE, Schema, key};
use crate::cli::stream::refuse_stream;
use crate::cli::wording::{checked, count};
use crate::domain::{ErrorCode, visible};
use crate::vault::{VaultError, VerifyReport};

/// Check every value and the whole history of the vault
///
/// With a FILE that file is checked instead, a backup for example; what this machine remembers of vaults is then
/// neither read nor changed. What is wrong is listed, and the exit code is 6. The state at the end is the same for
/// equal copies, and another after each change: compare it on two machines.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui verify
  etui verify /media/backup/vault.etui")]
pub(in crate::cli) struct Verify {
    /// The file to check instead of the vault
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct VerifyJson<'a> {
    secrets: u64,
    versions: u64,
    events: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    vault_state: Option<String>,
    findings: &'a [String],
}

impl RunCommand for Verify {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[
        key("Secrets", Kind::Number, "how many secrets were checked"),
        key("Versions", Kind::Number, "how many versions"),
        key("Events", Kind::Number, "how many changes"),
        STATE.if_any("the newest change opens"),
        key("Findings", Kind::List(&Kind::Text), "what is wrong; if anything is, the exit code is 6"),
    ]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let before = self.file.as_ref().map(|file| (file, LooksLike::of(file)));
        let report = self.report(invocation);
        let is_whole = match &report {
            Ok(report) => report.is_clean(),
            Err(error) => explain(error).code != ErrorCode::IntegrityFailure,
        };
        // A file that is being copied over is two files at once: neither of them is damaged.
        if let Some((file, before)) = before.filter(|_| !is_whole)
            && LooksLike::of(file) != before
        {
            return Err(changed_meanwhile(file).into());
        }
        let report = report?;
        let output = invocation.output();
        match output.audience() {
            Audience::Machine => {
                let VerifyReport { secrets, versions, events, ref findings, .. } = report;
                let vault_state = report.state.map(|state| state.to_string());
                output.json(&VerifyJson { secrets, versions, events, vault_state, findings })?;
            }
            Audience::Person | Audience::Pipe if report.is_clean() => {
                output.done(&format!("vault OK: {}", checked(&report)))?;
            }
            Audience::Person | Audience::Pipe => {
                let lines = report.findings.iter().map(|finding| format!("{}\n", visible(finding)));
                output.text(&lines.collect::<String>())?;
            }
        }
        if report.is_clean() {
            return Ok(Finish::Done);
        }
        // What is wrong stands on stdout; that something is, on stderr too.
        let wrong = count(report.findings.len() as u64, "finding");
        Err(CliError::refused(
            ErrorCode::IntegrityFailure,
            format!("the vault is damaged or was tampered with: {wrong}"),
            "do not use this file: restore a backup",
        )
        .into())
    }
}

impl Verify {
    fn report(&self, invocation: &Invocation) -> anyhow::Result<VerifyReport> {
        let mut vault = match &self.file {
            Some(file) => {
                refuse_stream(file, "a vault file")?;
                {
                    let called = file.display().to_string();
                    invocation.unlock_copy(file).map_err(|error| of_another_file(error, &called))?
                }
            }
            None => invocation.unlock().map_err(beyond_checking)?,
        };
        let mut line = ProgressLine::new(invocation.output(), "checking");
        Ok(vault.verify_watched(&mut |progress| {
            line.show(progress);
            ControlFlow::Continue(())
        })?)
    }
}

fn changed_meanwhile(file: &Path) -> CliError {
    let sentence = format!("'{}' was changed while it was checked", file.display());
    CliError::refused(ErrorCode::VaultBusy, sentence, "check it again when nothing writes to it")
}

/// The file does not even open: what hints at this very command would send its user in circles.
fn beyond_checking(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref() {
        Some(damage @ VaultError::Integrity { .. }) => {
            CliError::refused(damage.code(), damage.to_string(), "do not use this file: restore a backup")
                .into()
        }
        _ => error,
    }
}
