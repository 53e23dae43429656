//! `etui run`: a program with secrets in its environment.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::str::FromStr;
use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use crate::cli::error::{self, CliError};
use crate::cli::exit_code::Finish;
use crate::cli::input;
use crate::cli::invocation::Invocation;
use crate::cli::masking;
use crate::cli::output::Audience;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, Schema, key};
use crate::cli::variables::{Instead, TOO_LARGE, VariableArguments, Variables};
use crate::domain::visible_lines;
use crate::masking::{Forms, Masker};
use crate::memory::process;
use crate::platform::child::located;
use crate::platform::filtered_run::{self, Filtered};

/// Run a program with secrets in its environment
///
/// The program takes the place of etui: terminal, signals and exit code are its own. The exit code is 125 if etui
/// fails before, 126 if the program cannot be run, and 127 if it is not found.
///
/// With --mask etui stays, and writes •••• in the place of the values in stdout and stderr, where these are not
/// terminals: the values, their longer lines, and both as JSON, percent-encoded and in base64. A value that stands in
/// an env file itself does not come from the vault and is not masked. Signals are passed on and the exit code is the
/// program's. Masking catches accidents, not intent: hex, compressed, reversed, re-wrapped or split output passes. A
/// common word used as a value is masked wherever it stands. Programs that run tools for a language model turn --mask
/// on by their variables (CLAUDECODE, AI_AGENT, CODEX_SANDBOX, CURSOR_AGENT and others).
///
/// --prefix and --env-from refuse names like PATH and LD_PRELOAD, which change what programs load and run;
/// --env VAR=REF sets them.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui run --env PGPASSWORD=db/password -- psql
  etui run --env-file .env -- npm start            where .env says KEY=etui://db/password
  etui run --env PGPASSWORD='db/login::password' -- psql
  etui run --env-from app/config -- ./server       a variable for each field of the value
  etui run --prefix app -- ./server                all secrets below app/
  etui run --prefix app --with app/db=:canary -- ./server
  etui run --prefix app --dry-run")]
pub(in crate::cli) struct Run {
    #[command(flatten)]
    variables: VariableArguments,

    /// Use another version, moving no label (repeatable)
    #[arg(long = "with", value_name = "NAME=:LABEL", value_parser = Instead::from_str)]
    instead: Vec<Instead>,

    /// Start with an empty environment
    #[arg(short = 'i', long)]
    ignore_environment: bool,

    /// Mask the values (••••) in output to pipes and files
    #[arg(long)]
    mask: bool,

    /// Mask nothing, even when an AI agent runs it
    #[arg(long)]
    no_mask: bool,

    /// Show which variable comes from which version; run nothing
    #[arg(long)]
    dry_run: bool,

    /// The program and its arguments
    #[arg(last = true, value_name = "COMMAND", required_unless_present = "dry_run")]
    command: Vec<OsString>,
}

impl RunCommand for Run {
    const JSON: Json = Json::Answers(&[Schema::when(
        "with --dry-run; without it, the program prints what it prints",
        &[&[key(
            "Variables",
            Kind::List(&Kind::Object(&[&[
                key("Variable", Kind::Text, "the name of the variable"),
                key("SecretName", Kind::Text, "the secret").if_any("it comes from one"),
                key("VersionId", Kind::Text, "the version").if_any("it comes from one"),
                key("Field", Kind::Text, "the field").if_any("it comes from one"),
            ]])),
            "the variables",
        )]],
    )]);

    /// Every failure of ours is 125, whatever it would be elsewhere: the other numbers are the program's.
    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        match self.started(invocation) {
            Err(error) if !error::is_broken_pipe(&error) && error::interruption(&error).is_none() => {
                invocation.output().report(&error);
                Ok(Finish::BeforeProgram)
            }
            other => other,
        }
    }
}

impl Run {
    fn started(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        if self.variables.is_empty() {
            return Err(CliError::missing(
                "no secret is named for the program",
                "name some with --env VAR=REF, --env-file, --env-from or --prefix",
            )
            .into());
        }
        let mut vault = invocation.unlock()?;
        let variables = self.variables.read(invocation, &mut vault, &self.instead)?;
        drop(vault.lock());
        if self.dry_run {
            list(invocation, &variables)?;
            return Ok(Finish::Done);
        }
        let (name, arguments) = self
            .command
            .split_first()
            .ok_or_else(|| CliError::missing("no program is named", "name it behind `--`"))?;
        let mut program = Command::new(name);
        program.args(arguments);
        if self.ignore_environment {
            program.env_clear();
        }
        variables.give_to(&mut program);
        let longest = variables.longest().unwrap_or_default();
        let masked = self.masked(&variables, invocation);
        drop(variables);
        process::restore_core_files(invocation.hardening());
        let failed = match masked {
            // It returns only where it failed.
            None => program.exec(),
            Some((forms, filtered)) => {
                // This process goes on, and without core dumps.
                let started = || {
                    let _ = process::harden();
                };
                match filtered.run(program, || Masker::new(Arc::clone(&forms)), started) {
                    Ok(status) => {
                        drop(forms);
                        filtered_run::end_as(status);
                        return Ok(Finish::Program(
                            status.code().map_or(u8::MAX, |code| code.to_le_bytes()[0]),
                        ));
                    }
                    Err(error) => error,
                }
            }
        };
        let reason = error::reason(&failed);
        let (why, hint, finish) = match (failed.kind(), located(name)) {
            (io::ErrorKind::ArgumentListTooLong, _) => {
                (format!("{reason}; {longest}"), TOO_LARGE, Finish::ProgramFailed)
            }
            (io::ErrorKind::NotFound, Some(path)) => {
                let sentence = match interpreter(&path) {
                    Some(interpreter) => format!("its interpreter '{interpreter}' does not exist"),
                    None => format!("'{}' is there, but not what it needs to be started", path.display()),
                };
                (sentence, "install what is missing, or correct its first line", Finish::ProgramFailed)
            }
            (io::ErrorKind::NotFound, None) => (reason, "check its name and PATH", Finish::NoProgram),
            (io::ErrorKind::PermissionDenied, _) => {
                (reason, "name a file that can be executed (`chmod +x`)", Finish::ProgramFailed)
            }
            _ => (reason, "check its name and PATH", Finish::ProgramFailed),
        };
        let sentence = format!("cannot run '{}': {why}", name.display());
        invocation.output().report(&CliError::usage(sentence, hint).into());
        Ok(finish)
    }

    /// What is masked, and in which streams; `None` where the program takes the place of etui.
    fn masked(&self, variables: &Variables, invocation: &Invocation) -> Option<(Arc<Forms>, Filtered)> {
        let agent = masking::agent();
        if self.no_mask || !(self.mask || agent.is_some()) {
            return None;
        }
        let filtered = Filtered::find()?;
        if let (false, Some(agent)) = (self.mask, agent) {
            let sentence =
                format!("values are masked in the output, since {agent} is set; --no-mask turns that off");
            invocation.output().note(&sentence);
        }
        Some((masking::forms(variables, invocation)?, filtered))
    }
}

/// The program that runs a script: the one of its first line.
fn interpreter(script: &Path) -> Option<String> {
    const LONGEST_LINE: usize = 255;
    let start = File::open(script).and_then(|file| input::read_up_to(file, LONGEST_LINE)).ok()?;
    let line = start.expose().strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let words = String::from_utf8_lossy(line);
    words.split_whitespace().next().map(str::to_owned)
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct VariableJson<'a> {
    variable: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listed<'a> {
    variables: Vec<VariableJson<'a>>,
}

/// Names only.
fn list(invocation: &Invocation, variables: &Variables) -> anyhow::Result<()> {
    let shapes: Vec<VariableJson<'_>> = variables
        .iter()
        .map(|variable| VariableJson {
            variable: &variable.name,
            secret_name: variable.origin.as_ref().map(|origin| origin.name.as_str()),
            version_id: variable.origin.as_ref().map(|origin| origin.version_id.as_str()),
            field: variable.origin.as_ref().and_then(|origin| origin.field.as_deref()),
        })
        .collect();
    let output = invocation.output();
    if output.audience() == Audience::Machine {
        return output.json(&Listed { variables: shapes });
    }
    let line = |shape: &VariableJson<'_>| match (shape.secret_name, shape.version_id) {
        (Some(name), Some(id)) => {
            let field = shape.field.map(|field| format!("::{field}")).unwrap_or_default();
            format!("{}\t{name}#{id}{field}\n", shape.variable)
        }
        _ => format!("{}\t(as the file says)\n", shape.variable),
    };
    output.text(&visible_lines(&shapes.iter().map(line).collect::<String>()))
}
