//! One run of etui: its flags and environment, where things are, and what stdin and the terminal are used for.

pub(super) mod opened;
pub(super) mod unlocking;

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::Command;

use super::error::CliError;
use super::globals::{AppLook, Globals};
use super::input;
use super::location::{self, Location};
use super::output::{Loudness, Output};
use super::password::{self, PasswordSource};
use super::process::{App, Process};
use super::stream::refuse_stream;
use crate::config::remotes::Remotes;
use crate::config::{self, Settings};
use crate::domain::Timestamp;
use crate::generator::PasswordOf;
use crate::memory::SecretBytes;
use crate::memory::process::Hardening;
use crate::platform::paths::Paths;
use crate::platform::terminal::Terminal;
use crate::vault::{Answers, Clock, Environment, SystemClock};

/// A key file has 64 digits and a line end; much more means that the wrong file was named.
const LONGEST_KEY_FILE: usize = 1024;

/// What every command needs.
pub struct Invocation {
    location: Location,
    /// An error where the environment names two sources; it is told to whoever needs the password.
    password: Result<PasswordSource, CliError>,
    key_file: Option<PathBuf>,
    look: AppLook,
    output: Output,
    terminal: RefCell<Option<Terminal>>,
    /// What stdin is read for; nothing can be read from it twice.
    stdin_is_for: Cell<Option<&'static str>>,
    process: Process,
    all_commands: fn() -> Command,
}

impl Invocation {
    /// `all_commands` is everything that can be typed, for the commands that print it.
    pub(super) fn new(
        globals: &Globals,
        look: AppLook,
        process: Process,
        all_commands: fn() -> Command,
    ) -> Self {
        let loudness = match (globals.quiet, globals.verbose) {
            (true, _) => Loudness::Quiet,
            (false, true) => Loudness::Verbose,
            (false, false) => Loudness::Normal,
        };
        let location = Location::new(globals);
        let password = PasswordSource::choose(
            globals.password_file.as_deref(),
            globals.password_command.as_deref(),
            location::variable,
        );
        Self {
            password,
            key_file: location::path(globals.key_file.as_ref(), "ETUI_KEY_FILE"),
            look,
            output: Output::new(globals.json, loudness, globals.color),
            terminal: RefCell::new(None),
            stdin_is_for: Cell::new(None),
            location,
            process,
            all_commands,
        }
    }

    pub(super) fn hardening(&self) -> &Hardening {
        &self.process.hardening
    }

    /// The terminal app.
    pub(super) fn app(&self) -> App {
        self.process.app
    }

    /// How the app was asked to look before the name of a command.
    pub(super) fn look(&self) -> AppLook {
        self.look
    }

    /// Every command with its arguments.
    pub(super) fn all_commands(&self) -> fn() -> Command {
        self.all_commands
    }

    /// Where etui's files lie; `None` where there is no home directory.
    pub(super) fn paths(&self) -> Option<&Paths> {
        self.location.paths()
    }

    /// Where answers go.
    pub(super) fn output(&self) -> &Output {
        &self.output
    }

    /// The vault file that was named, or the one in its usual place.
    pub(super) fn vault_path(&self) -> Result<&Path, CliError> {
        self.location.vault()
    }

    /// The settings file, there or not: the one that was named, or the one in its usual place.
    pub(super) fn settings_path(&self) -> Result<PathBuf, CliError> {
        self.location.settings_file()
    }

    /// The settings.
    pub(super) fn settings(&self) -> Result<Settings, CliError> {
        self.location.settings()
    }

    /// The remotes, there or not: beside the settings.
    pub(super) fn remotes_path(&self) -> Result<PathBuf, CliError> {
        self.location.remotes_file()
    }

    /// The remotes of this machine.
    pub(super) fn remotes(&self) -> Result<Remotes, CliError> {
        self.location.remotes()
    }

    /// The user's own keys, there or not: beside the settings.
    pub(super) fn keymap_path(&self) -> Result<PathBuf, CliError> {
        Ok(self.settings_path()?.with_file_name(config::KEYMAP_FILE_NAME))
    }

    /// Looks whether they can be had.
    pub(super) fn check_keymap(&self) -> Result<(), CliError> {
        (self.process.app.check_keymap)(&self.keymap_path()?).map_err(|sentence| {
            CliError::usage(sentence, "correct that line; until then the default keys are used")
        })
    }

    /// What surrounds the vault of this machine.
    pub(super) fn environment(&self) -> Environment {
        self.location.environment()
    }

    /// The time now, for ages.
    pub(super) fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    /// The answers that were given beforehand.
    pub(super) fn answers(&self) -> Answers {
        self.location.answers()
    }

    /// Whether stdin is taken by the password.
    pub(super) fn reads_password_from_stdin(&self) -> bool {
        self.password == Ok(PasswordSource::Stdin)
    }

    /// Stdin, for one purpose: "the value", "the template".
    pub(super) fn claim_stdin(&self, purpose: &'static str) -> Result<File, CliError> {
        let password = self.reads_password_from_stdin().then_some("the password");
        if let Some(other) = self.stdin_is_for.replace(Some(purpose)).or(password) {
            return Err(CliError::usage(
                format!("stdin cannot hold both {other} and {purpose}"),
                "name a file for one of them",
            ));
        }
        input::stdin().map_err(|error| CliError::system("cannot read from stdin", &error))
    }

    /// Whether somebody can be asked something: questions go to the terminal, but only while stdin is one.
    pub(super) fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && self.with_terminal(|terminal| terminal.is_some())
    }

    /// Asks on the terminal for yes or no; `otherwise` is what an empty line stands for. Anything else is a no, and
    /// so is a terminal that is not there.
    pub(super) fn confirms(&self, question: &str, otherwise: bool) -> bool {
        let reply = self.with_terminal(|terminal| terminal.and_then(|it| it.ask(question).ok().flatten()));
        match reply.as_deref() {
            Some("y" | "Y" | "yes") => true,
            Some("") => otherwise,
            _ => false,
        }
    }

    /// Lends the controlling terminal, if there is one. It is opened once and at the first question.
    pub(super) fn with_terminal<T>(&self, use_it: impl FnOnce(Option<&mut Terminal>) -> T) -> T {
        let mut terminal = self.terminal.borrow_mut();
        if terminal.is_none() {
            *terminal = Terminal::open().ok();
        }
        use_it(terminal.as_mut())
    }

    /// Where this machine remembers vaults; `None` where there is no home directory.
    pub(super) fn state_directory(&self) -> Option<&Path> {
        self.paths().map(Paths::state)
    }

    /// The key file, where one is named.
    pub(super) fn key_file_path(&self) -> Option<&Path> {
        self.key_file.as_deref()
    }

    /// The text of the key file, where one is named.
    pub(super) fn key_file(&self) -> Result<Option<SecretBytes>, CliError> {
        let read = |path: &PathBuf| {
            refuse_stream(path, "a key file")?;
            let read = File::open(path).and_then(|file| {
                password::note_open_file(&self.output, "key file", path, &file)?;
                input::read_up_to(file, LONGEST_KEY_FILE)
            });
            read.map_err(|error| {
                let reason = super::error::reason(&error);
                let sentence = format!("cannot read the key file '{}': {reason}", path.display());
                CliError::usage(sentence, "name another with --key-file")
            })
        };
        self.key_file.as_ref().map(read).transpose()
    }

    /// The files that open the vault together, each with what it is.
    pub(super) fn files_that_unlock(&self) -> Vec<(&'static str, &Path)> {
        let password = match &self.password {
            Ok(PasswordSource::File(path)) => Some(("password file", path.as_path())),
            _ => None,
        };
        let key_file = self.key_file.as_deref().map(|path| ("key file", path));
        password.into_iter().chain(key_file).collect()
    }

    pub(super) fn given_password(&self) -> Result<Option<SecretBytes>, CliError> {
        self.password.as_ref().map_err(Clone::clone)?.read(&self.output, "--password-file")
    }

    /// The password of a new vault, asked twice where it must be asked for.
    pub(super) fn new_password(&self) -> Result<SecretBytes, CliError> {
        match self.given_password()? {
            Some(password) => {
                password::note_weak(&self.output, &password, PasswordOf::Vault);
                Ok(password)
            }
            None => self.with_terminal(password::ask_new),
        }
    }

    pub(super) fn say_notices(&self, notices: Vec<String>) {
        for notice in notices {
            self.output.note(&notice);
        }
    }
}
