//! `etui completions`: the script that lets a shell complete words.

use clap::{Args, ValueEnum};

use crate::cli::completion;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::row::RunCommand;
use crate::cli::schema::Json;

/// Print a shell completion script
///
/// Commands, flags and files always; names of secrets, ids of versions and labels while `etui unlock` keeps the
/// vault unlocked. Completing never asks for the password and never makes the vault stay unlocked longer.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  echo 'source <(etui completions bash)' >> ~/.bashrc
  echo 'source <(etui completions zsh)' >> ~/.zshrc
  mkdir -p ~/.config/fish/completions
  etui completions fish > ~/.config/fish/completions/etui.fish
  etui completions powershell | Out-String | Invoke-Expression")]
pub(in crate::cli) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: ShellName,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ShellName {
    Bash,
    Zsh,
    Fish,
    #[value(name = "powershell")]
    PowerShell,
    Elvish,
}

impl ShellName {
    const fn word(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::PowerShell => "powershell",
            Self::Elvish => "elvish",
        }
    }
}

impl RunCommand for Completions {
    const JSON: Json = Json::Unchanged("it prints a script for a shell");

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let script = completion::script(self.shell.word())?;
        invocation.output().bytes(&script)?;
        Ok(Finish::Done)
    }
}
