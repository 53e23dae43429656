//! `etui git-setup`: tells the git repository here how to merge vault files.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;
use serde::Serialize;

use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, Schema, key};

/// Let git merge vault files in the repository here
///
/// Adds a line to .gitattributes, which you commit, and the merge driver to the configuration of this clone. Run it
/// once in every other clone too. The history of a repository keeps every old file: values that were deleted here, and
/// files that open with a password that was changed since.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Example:
  etui git-setup && git add .gitattributes")]
pub(in crate::cli) struct GitSetup {}

/// Binary, never shown as a text, merged by the driver.
const ATTRIBUTES: &str = "*.etui -text -diff merge=etui";

const SETTINGS: [(&str, &str); 2] =
    [("merge.etui.name", "etui vault"), ("merge.etui.driver", "etui git-merge-driver %O %A %B %P")];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SetupJson<'a> {
    attributes: &'a Path,
    changed: bool,
}

impl RunCommand for GitSetup {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[
        key("Attributes", Kind::Text, "the .gitattributes"),
        key("Changed", Kind::Flag, "whether anything was to be changed"),
    ]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let top = git(["rev-parse", "--show-toplevel"])?.ok_or_else(|| {
            CliError::usage("there is no git repository here", "run it in a clone, or `git init` first")
        })?;
        let attributes = PathBuf::from(top).join(".gitattributes");
        let mut changed = add_line(&attributes)
            .map_err(|error| CliError::system(format!("cannot write '{}'", attributes.display()), &error))?;
        for (name, value) in SETTINGS {
            if git(["config", "--local", "--get", name])?.as_deref() != Some(value) {
                git(["config", "--local", name, value])?.ok_or_else(|| {
                    CliError::unexpected(
                        format!("git config {name} failed"),
                        "look at the settings of this clone",
                    )
                })?;
                changed = true;
            }
        }
        let output = invocation.output();
        let sentence = format!("git merges vault files here now; commit '{}'", attributes.display());
        if changed {
            output.changed(&sentence, None);
        }
        if output.audience() == Audience::Machine {
            output.json(&SetupJson { attributes: &attributes, changed })?;
        } else if changed {
            output.done(&sentence)?;
        } else {
            output.done("already there: nothing to change")?;
        }
        Ok(Finish::Done)
    }
}

/// What git prints; `None` where it says no.
fn git<const N: usize>(arguments: [&str; N]) -> anyhow::Result<Option<String>> {
    let output = Command::new("git")
        .args(arguments.map(OsStr::new))
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .map_err(|error| CliError::system("cannot run git", &error))?;
    let text = || String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned();
    Ok(output.status.success().then(text))
}

fn add_line(path: &Path) -> std::io::Result<bool> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        text => text?,
    };
    if text.lines().any(|line| line.trim() == ATTRIBUTES) {
        return Ok(false);
    }
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let mut file = fs::OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(format!("{gap}{ATTRIBUTES}\n").as_bytes())?;
    Ok(true)
}
