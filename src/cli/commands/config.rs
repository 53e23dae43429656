//! `etui config`: where the settings lie, whether they are valid, what can be set.

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::config;

/// Show where the settings lie, check them, or print all of them with their defaults
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui config path
  etui config check
  etui config default > ~/.config/etui/settings.toml")]
pub(in crate::cli) struct Config {
    #[command(subcommand)]
    question: Question,
}

#[derive(Debug, Subcommand)]
enum Question {
    /// Print the path of the settings file, there or not
    #[command(after_long_help = "Example:\n  etui config path")]
    Path,
    /// Say whether the settings are valid
    #[command(after_long_help = "Example:\n  etui config check")]
    Check,
    /// Print a settings file in which every setting is commented out
    #[command(after_long_help = "Example:\n  etui config default > ~/.config/etui/settings.toml")]
    Default,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Shape {
    settings: String,
    exists: bool,
}

impl Config {
    pub(super) fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let output = invocation.output();
        if matches!(self.question, Question::Default) {
            output.text(config::DEFAULT_TEXT)?;
            return Ok(Finish::Done);
        }
        let path = invocation.settings_path()?;
        let exists = path.exists();
        if matches!(self.question, Question::Check) {
            invocation.settings()?;
        }
        match (self.question, output.audience()) {
            (_, Audience::Machine) => output.json(&Shape { settings: path.display().to_string(), exists })?,
            (Question::Check, _) if exists => output.done(&format!("'{}' is valid", path.display()))?,
            (Question::Check, _) => {
                output.done(&format!("there is no '{}': the defaults hold", path.display()))?;
            }
            _ => output.text(&format!("{}\n", crate::domain::visible(&path.display().to_string())))?,
        }
        Ok(Finish::Done)
    }
}
