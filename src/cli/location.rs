//! Where the vault of this machine lies, and what opens it without asking anybody.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::error::CliError;
use super::globals::Globals;
use super::stream::refuse_stream;
use crate::agent::{self, Agent, Purpose};
use crate::config::remotes::{self, Remotes};
use crate::config::{self, Settings, SettingsError};
use crate::platform::paths::{Paths, with_home};
use crate::vault::{Answers, CopyNaming, Environment, KeyIdentity, LockedVault, SystemClock, Vault};
use crate::versioning::Origin;

/// The vault file and what belongs to it on this machine.
pub(super) struct Location {
    vault: Option<PathBuf>,
    /// The settings file or its folder.
    config: Option<PathBuf>,
    answers: Answers,
    /// `None` where there is no home directory.
    paths: Option<Paths>,
    settings: Arc<OnceLock<Result<Settings, SettingsError>>>,
}

impl Location {
    pub(super) fn new(globals: &Globals) -> Self {
        let paths = Paths::find();
        Self {
            vault: path(globals.vault.as_ref(), "ETUI_VAULT").or(paths.as_ref().map(Paths::default_vault)),
            config: path(globals.config.as_ref(), "ETUI_CONFIG")
                .or(paths.as_ref().map(|paths| paths.config().to_owned())),
            answers: Answers {
                accept_older: globals.accept_older,
                accept_other: globals.accept_other,
                allow_expensive_kdf: globals.allow_expensive_kdf,
            },
            paths,
            settings: Arc::default(),
        }
    }

    pub(super) fn paths(&self) -> Option<&Paths> {
        self.paths.as_ref()
    }

    pub(super) fn answers(&self) -> Answers {
        self.answers
    }

    pub(super) fn vault(&self) -> Result<&Path, CliError> {
        let vault = self.vault.as_deref().ok_or_else(|| {
            CliError::usage("there is no home directory to find the vault in", "name the vault with --vault")
        })?;
        refuse_stream(vault, "a vault file")?;
        Ok(vault)
    }

    /// The settings, which are read where they are first asked for.
    pub(super) fn settings(&self) -> Result<Settings, CliError> {
        let path = self.settings_file()?;
        self.settings.get_or_init(|| config::load(&path)).clone().map_err(|error| {
            CliError::usage(error.to_string(), "run `etui config default` to see what can be set")
        })
    }

    /// The settings file, there or not: the one that was named, or the one in its usual place.
    pub(super) fn settings_file(&self) -> Result<PathBuf, CliError> {
        let named = self.config.clone().ok_or_else(|| {
            CliError::usage("there is no home directory to find settings in", "name them with --config")
        })?;
        // What is not there yet is taken for the directory, unless it is named like a file of ours.
        let is_file = named.is_file() || named.extension().is_some_and(|extension| extension == "toml");
        Ok(if is_file { named } else { named.join(config::FILE_NAME) })
    }

    /// The remotes of this machine, beside the settings.
    pub(super) fn remotes(&self) -> Result<Remotes, CliError> {
        Remotes::load(&self.remotes_file()?).map_err(|error| CliError::usage(error.to_string(), error.hint()))
    }

    /// Their file, there or not.
    pub(super) fn remotes_file(&self) -> Result<PathBuf, CliError> {
        Ok(self.settings_file()?.with_file_name(remotes::FILE_NAME))
    }

    /// What surrounds a vault on this machine.
    pub(super) fn environment(&self) -> Environment {
        Environment {
            state_directory: self.paths.as_ref().map(|paths| paths.state().to_owned()),
            copy: self.copy_naming(),
            ..Environment::new(Box::new(SystemClock), Origin::CommandLine)
        }
    }

    /// What this copy of the vault is called: as the settings say, where there can be any.
    fn copy_naming(&self) -> CopyNaming {
        let Ok(path) = self.settings_file() else { return CopyNaming::known(None) };
        let settings = Arc::clone(&self.settings);
        CopyNaming::looked_up(move || {
            let settings = settings.get_or_init(|| config::load(&path));
            settings.as_ref().map(|settings| settings.copy.clone()).map_err(ToString::to_string)
        })
    }

    /// The agent that may keep a key; `None` where the machine has no place for one.
    pub(super) fn agent_of(&self, identity: KeyIdentity) -> Option<Agent> {
        Some(Agent::new(&agent::directory(self.paths()?), identity.vault_id))
    }

    /// Unlocks the vault with the agent or not at all, asks nobody and extends nothing. `None` where the agent does
    /// not have the key.
    pub(super) fn peek(&self) -> anyhow::Result<Option<Vault>> {
        let locked = LockedVault::open(self.vault()?, self.environment())?;
        let identity = locked.key_identity();
        let key = self.agent_of(identity).and_then(|agent| agent.key(identity.key_id, Purpose::Peek));
        let unlock = |key| locked.unlock_with_key(identity, &key, self.answers);
        Ok(key.map(unlock).transpose().map_err(|failed| failed.error)?)
    }
}

/// A path from a flag, else from a variable of the environment; `~` is the home folder, whatever a shell made of it.
pub(super) fn path(flag: Option<&PathBuf>, name: &str) -> Option<PathBuf> {
    let named = flag.cloned().or_else(|| variable(name).map(PathBuf::from));
    named.map(|path| with_home(&path))
}

/// An empty variable counts as none.
pub(super) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
