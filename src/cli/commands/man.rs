//! `etui man`: the manual pages.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::GROUPS;
use crate::cli::error::CliError;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::manual::Manual;
use crate::cli::output::Audience;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, Schema, key};
use crate::cli::stream::refuse_stream;
use crate::cli::usage::no_command;

/// Print the manual page of etui or of a command, or write all of them
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui man | man -l -
  etui man put | man -l -
  etui man --out ~/.local/share/man/man1")]
pub(in crate::cli) struct Man {
    /// The command; without it etui itself
    command: Option<String>,

    /// Write the pages of all commands into this directory
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    out: Option<PathBuf>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct WrittenPages {
    out: String,
    pages: usize,
}

impl RunCommand for Man {
    const JSON: Json = Json::Answers(&[Schema::when(
        "with --out; without it, the page is printed",
        &[&[
            key("Out", Kind::Text, "the folder that was written"),
            key("Pages", Kind::Number, "how many pages"),
        ]],
    )]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let output = invocation.output();
        let manual = Manual { commands: invocation.all_commands(), groups: GROUPS };
        if let Some(directory) = &self.out {
            refuse_stream(directory, "the directory of the pages")?;
            if directory.exists() && !directory.is_dir() {
                return Err(CliError::usage(
                    format!("'{}' is not a folder", directory.display()),
                    "name another one with --out",
                )
                .into());
            }
            let written = std::fs::create_dir_all(directory).and_then(|()| manual.write_pages(directory));
            let sentence = || format!("cannot write the pages to '{}'", directory.display());
            written.map_err(|error| CliError::system(sentence(), &error))?;
            let sentence = format!("wrote the manual pages to '{}'", directory.display());
            output.changed(&sentence, None);
            match output.audience() {
                Audience::Machine => {
                    let out = directory.display().to_string();
                    output.json(&WrittenPages { out, pages: manual.pages() })?;
                }
                Audience::Person | Audience::Pipe => {
                    output.done(&sentence)?;
                }
            }
            return Ok(Finish::Done);
        }
        let page = manual.page_named(self.command.as_deref()).ok_or_else(|| {
            no_command("etui", self.command.as_deref().unwrap_or_default(), &invocation.all_commands()())
        })?;
        output.bytes(&page?)?;
        Ok(Finish::Done)
    }
}
