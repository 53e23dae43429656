//! What can be typed: the flags that every command knows, and the commands. The doc comments are the help.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};

use super::color::ColorChoice;
use super::commands::{
    api, audit, backup, completions, config, copy, diff, doctor, edit, export, get, import, init, inject,
    list, lock, log, man, new, passwd, promote, purge, put, random, rekey, rename, restore, rm, rollback,
    run, set, show, stage, status, undo, unlock, verify, which,
};

/// A keyboard-driven secrets vault: immutable versions, movable stage labels, one encrypted file.
///
/// Without a command the terminal app opens. A version of a secret is named as NAME (the current one),
/// 'NAME#VERSION' or 'NAME:LABEL', each with ~N for N versions older.
#[derive(Debug, Parser)]
#[command(
    name = "etui",
    version,
    max_term_width = 100,
    after_long_help = "\
Exit codes:
  0 done
  1 unexpected
  2 usage or invalid input
  3 no such secret, version or label
  4 rejected: exists with another value, scheduled for deletion, label rules
  5 not unlocked: wrong or missing password
  6 integrity: damaged or tampered vault
  7 busy: another process holds the vault

Examples:
  etui                                    open the app
  etui init                               make the vault
  printf %s \"$TOKEN\" | etui new api/token  store a first version
  etui get api/token                      print the current version
  etui get 'api/token:ACSPrevious'        print the one before"
)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) app: AppFlags,
    #[command(flatten)]
    pub(super) globals: Globals,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// How the app looks.
#[derive(Debug, Args)]
pub(super) struct AppFlags {
    /// Draw the app without borders, spinners and countdowns: for screen readers
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

    /// Read the master password from a file, `-` for stdin [env: ETUI_PASSWORD_FILE]
    ///
    /// One line end at its end is removed. With `-` no value can be read from stdin. Without this and
    /// without --password-command the password is asked for on the terminal; it is never taken from the
    /// command line or a plain environment variable.
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "password_command")]
    pub(super) password_file: Option<PathBuf>,

    /// Run a command (sh -c) that prints the master password [env: ETUI_PASSWORD_COMMAND]
    #[arg(long, global = true, value_name = "COMMAND", hide_short_help = true)]
    pub(super) password_command: Option<OsString>,

    /// The key file, where the vault was made with one [env: ETUI_KEY_FILE]
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    pub(super) key_file: Option<PathBuf>,

    /// Go on with a file older than the one seen on this machine
    ///
    /// For a vault restored from a backup. The answer counts for later runs too.
    #[arg(long, global = true, hide_short_help = true)]
    pub(super) accept_older: bool,

    /// Go on with another branch of the vault, or with another vault at its path
    ///
    /// The answer counts for later runs too.
    #[arg(long, global = true, hide_short_help = true)]
    pub(super) accept_other: bool,

    /// Spend more memory on unlocking than is spent without asking
    #[arg(long, global = true, hide_short_help = true)]
    pub(super) allow_expensive_kdf: bool,

    /// Answer in JSON, errors too
    #[arg(long, global = true)]
    pub(super) json: bool,

    /// When to use colour [env: NO_COLOR, CLICOLOR_FORCE]
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t, hide_short_help = true)]
    pub(super) color: ColorChoice,

    /// Say results and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose", action = ArgAction::SetTrue)]
    pub(super) quiet: bool,

    /// Say more
    #[arg(short, long, global = true, action = ArgAction::SetTrue)]
    pub(super) verbose: bool,
}

/// What can be opened or done.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Open the terminal app (what `etui` alone does)
    #[command(after_long_help = "Example:\n  etui tui --vault ~/team.etui")]
    Tui(AppFlags),
    /// Try the app on a throwaway vault of sample secrets
    ///
    /// The samples are fake, and everything can be tried on them. The vault lies in a folder of its own and is
    /// deleted when the app is left; your own vault is neither opened nor changed.
    #[command(after_long_help = "Example:\n  etui demo")]
    Demo(AppFlags),
    #[command(flatten)]
    Job(Box<JobCommand>),
}

/// The commands that do something and end. What each does stands on its own arguments.
#[derive(Debug, Subcommand)]
pub(super) enum JobCommand {
    Init(init::Init),
    New(new::New),
    Put(put::Put),
    Get(get::Get),
    List(list::List),
    Show(show::Show),
    Log(log::Log),
    Stage(stage::Stage),
    Rollback(rollback::Rollback),
    Rm(rm::Rm),
    Restore(restore::Restore),
    Purge(purge::Purge),
    Set(set::Set),
    Rename(rename::Rename),
    Audit(audit::Audit),
    Undo(undo::Undo),
    Redo(undo::Redo),
    Which(which::Which),
    Random(random::Random),
    Passwd(passwd::Passwd),
    Rekey(rekey::Rekey),
    Backup(backup::Backup),
    Verify(verify::Verify),
    Unlock(unlock::Unlock),
    Lock(lock::Lock),
    Status(status::Status),
    Import(import::Import),
    Export(export::Export),
    Api(api::Api),
    Run(run::Run),
    Promote(promote::Promote),
    Inject(inject::Inject),
    Config(config::Config),
    Copy(copy::Copy),
    Edit(edit::Edit),
    Diff(diff::Diff),
    Completions(completions::Completions),
    Man(man::Man),
    Doctor(doctor::Doctor),
}
