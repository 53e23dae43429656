//! `etui config`: where the settings lie, whether they are valid, what can be set.

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, Schema, key};
use crate::config;

/// Show where settings and keys are, check them, or print all settings with their defaults
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui config path
  etui config check
  mkdir -p ~/.config/etui && etui config default > ~/.config/etui/settings.toml")]
pub(in crate::cli) struct Config {
    #[command(subcommand)]
    question: Question,
}

#[derive(Debug, Subcommand)]
enum Question {
    /// Print the paths of the settings and of your own keys, there or not
    #[command(after_long_help = "Example:\n  etui config path")]
    Path,
    /// Say whether the settings and your own keys are valid
    #[command(after_long_help = "Example:\n  etui config check")]
    Check,
    /// Print a settings file in which every setting is commented out
    #[command(
        after_long_help = "Example:\n  mkdir -p ~/.config/etui && etui config default > ~/.config/etui/settings.toml"
    )]
    Default,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ConfigJson {
    settings: String,
    settings_exists: bool,
    keymap: String,
    keymap_exists: bool,
}

impl RunCommand for Config {
    const JSON: Json = Json::Answers(&[Schema::when(
        "config path, config check; config default prints a file",
        &[&[
            key("Settings", Kind::Text, "the settings file"),
            key("SettingsExists", Kind::Flag, "whether it is there"),
            key("Keymap", Kind::Text, "the file of your own keys"),
            key("KeymapExists", Kind::Flag, "whether it is there"),
        ]],
    )]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let output = invocation.output();
        if matches!(self.question, Question::Default) {
            output.text(config::DEFAULT_TEXT)?;
            return Ok(Finish::Done);
        }
        let (settings, keymap) = (invocation.settings_path()?, invocation.keymap_path()?);
        if matches!(self.question, Question::Check) {
            invocation.settings()?;
            invocation.remotes()?;
            invocation.check_keymap()?;
        }
        if output.audience() == Audience::Machine {
            output.json(&ConfigJson {
                settings_exists: settings.exists(),
                settings: settings.display().to_string(),
                keymap_exists: keymap.exists(),
                keymap: keymap.display().to_string(),
            })?;
            return Ok(Finish::Done);
        }
        for path in [settings, keymap] {
            let shown = path.display();
            match self.question {
                Question::Check if path.exists() => output.done(&format!("'{shown}' is valid"))?,
                Question::Check => output.done(&format!("'{shown}' does not exist: the defaults apply"))?,
                _ => output.text(&format!("{}\n", crate::domain::visible(&shown.to_string())))?,
            }
        }
        Ok(Finish::Done)
    }
}
