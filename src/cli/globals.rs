//! The flags that every command knows.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, ArgMatches, Args, Command, FromArgMatches as _};

use super::color::ColorChoice;
use super::error::CliError;
use super::stream::refuse_stream;

/// How the app looks; a flag of `etui` alone, of `tui` and of `demo`.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct AppLook {
    /// Draw for screen readers: no borders, no spinners
    #[arg(long)]
    pub(super) plain: bool,
}

/// The flags that every command knows.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub(super) struct Globals {
    /// The vault file [env: ETUI_VAULT]
    ///
    /// Without it: `etui/vault.etui` in the data directory (XDG_DATA_HOME).
    #[arg(long, global = true, value_name = "PATH")]
    pub(super) vault: Option<PathBuf>,

    /// The settings: a file, or the directory that holds `settings.toml` [env: ETUI_CONFIG]
    ///
    /// Without it: `etui/` in the config directory (XDG_CONFIG_HOME).
    #[arg(long, global = true, value_name = "PATH", hide_short_help = true)]
    pub(super) config: Option<PathBuf>,

    /// Password from a file [env: ETUI_PASSWORD_FILE]
    ///
    /// `-` is stdin. One line end at its end is removed. With `-` no value can be read from stdin. Without this and
    /// without --password-command the password is asked for on the terminal; it is never taken from the
    /// command line or a plain environment variable.
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "password_command")]
    pub(super) password_file: Option<PathBuf>,

    /// Run a command (sh -c) that prints the master password [env: ETUI_PASSWORD_COMMAND]
    #[arg(long, global = true, value_name = "COMMAND", hide_short_help = true)]
    pub(super) password_command: Option<OsString>,

    /// The key file, if the vault needs one [env: ETUI_KEY_FILE]
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    pub(super) key_file: Option<PathBuf>,

    /// Accept a file older than the one seen on this machine
    ///
    /// For a vault restored from a backup. The answer counts for later runs too.
    #[arg(long, global = true, hide_short_help = true)]
    pub(super) accept_older: bool,

    /// Accept another branch of the vault, or another vault at its path
    ///
    /// The answer counts for later runs too.
    #[arg(long, global = true, hide_short_help = true)]
    pub(super) accept_other: bool,

    /// Allow unlocking to take more memory than the usual limit
    #[arg(long, global = true, hide_short_help = true)]
    pub(super) allow_expensive_kdf: bool,

    /// Print JSON; errors too, on stderr
    #[arg(long, global = true)]
    pub(super) json: bool,

    /// When to use colour [env: NO_COLOR, CLICOLOR_FORCE]
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t, hide_short_help = true)]
    pub(super) color: ColorChoice,

    /// Print only results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose", action = ArgAction::SetTrue)]
    pub(super) quiet: bool,

    /// Print more
    #[arg(short, long, global = true, action = ArgAction::SetTrue)]
    pub(super) verbose: bool,
}

impl Globals {
    /// Refuses settings that are named on the command line and are not there: a typo would be ignored otherwise.
    pub(super) fn refuse_missing_settings(&self) -> Result<(), CliError> {
        let Some(path) = &self.config else { return Ok(()) };
        refuse_stream(path, "a settings file")?;
        if path.exists() {
            return Ok(());
        }
        Err(CliError::usage(format!("there are no settings at '{}'", path.display()), "check --config"))
    }

    /// Reads them alone, from words that hold nothing else; `None` where the words cannot be read.
    pub(super) fn alone(words: impl IntoIterator<Item = OsString>) -> Option<Self> {
        let command = Self::augment_args(Command::new("etui"));
        let mut matches: ArgMatches = command.try_get_matches_from(words).ok()?;
        Self::from_arg_matches_mut(&mut matches).ok()
    }
}
