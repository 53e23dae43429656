//! What the worker owns: the vault, locked or open, the clipboard, and the sealed place of a locked app.

mod opening;
mod values;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::agent::{self, Agent};
use crate::config::remotes::Remotes;
use crate::domain::{CopyName, reason};
use crate::memory::SecretBytes;
use crate::platform::clipboard::ClipboardSetting;
use crate::platform::paths::{self, Paths};
use crate::vault::{
    Answers, CopyNaming, Environment, FormatVersion, KdfCost, KeyIdentity, LockedVault, SystemClock, Vault,
    VaultError,
};
use crate::versioning::Origin;

use super::ask::failure::Failure;
#[cfg(feature = "engines")]
use super::jobs::FromEngine;
use super::jobs::{FromRemote, Incoming};
use super::place::{PlaceReader, Reopen};
use crate::app_options::{AppOptions, Ownership};
use crate::query::Catalogue;

/// Another vault, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherVaultRequest {
    pub path: String,
    /// Its key file; empty: it has none.
    pub key_file: String,
    /// Whether to create it, where none exists yet.
    pub makes: bool,
}

/// The key file of a new vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyFileChoice {
    /// The password alone opens it.
    None,
    /// A new one, written to a path where nothing is yet; as typed.
    New(String),
    /// One that exists; as typed.
    Existing(String),
}

/// By which way something was copied; the toast says what that means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyRoute {
    /// The system's clipboard, which is emptied after this time if it is still ours.
    System { cleared_in: Duration },
    /// An escape sequence to the terminal: nobody says whether it arrived.
    Osc52,
    /// The user's own command.
    Command,
}

/// Where copied text goes: the platform's clipboard, or a stand-in in tests.
pub trait CopyTarget: Send {
    /// Copies a text; the error is a sentence for the user.
    fn copy(&mut self, text: &SecretBytes, clear_after: Duration) -> Result<CopyRoute, String>;
    /// Empties the clipboard if it still holds what was copied last.
    fn clear_if_ours(&mut self);
    /// Copies another way from now on.
    fn use_setting(&mut self, setting: ClipboardSetting);
}

/// What lies at the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing: this is the first run.
    Nothing,
    /// A vault that waits for its password.
    Vault {
        /// Whether it was made with a key file.
        key_file: KeyFileState,
        /// What deriving its key costs.
        cost: KdfCost,
        /// What is not as it should be but stops nothing.
        notices: Vec<String>,
        /// Whether the agent keeps its key, and may open it.
        has_agent: bool,
    },
}

/// Whether a vault needs a key file, and whether one was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFileState {
    /// None is needed and none named.
    NotNeeded,
    /// It will be used.
    Named,
    /// It is needed, but none was named.
    Missing,
}

/// What an unlock brings.
pub struct Opened {
    pub catalogue: Catalogue,
    /// What is not as it should be but stops nothing.
    pub notices: Vec<String>,
    /// The format of the vault file.
    pub format: FormatVersion,
    /// Where the app stood when it was locked or left.
    pub place: Place,
    /// Whether the agent's key opened it.
    pub by_agent: bool,
    /// Copies of the vault that other programs put beside it, because both ends had changed.
    pub conflict_files: Vec<PathBuf>,
}

/// The place of a locked app after the unlock.
pub enum Place {
    None,
    Restored(SecretBytes),
    /// It cannot be opened any more: the vault was rekeyed elsewhere.
    Lost,
    /// This run had none; here stood the one before.
    Kept(SecretBytes),
}

/// What the session holds of the vault.
enum Held {
    Nothing,
    Locked(Box<LockedVault>),
    Open(Box<Vault>),
}

/// The worker's side of the app.
pub struct Session {
    held: Held,
    path: PathBuf,
    key_file: Option<PathBuf>,
    answers: Answers,
    make_environment: Box<dyn Fn() -> Environment + Send>,
    copy_target: Box<dyn CopyTarget>,
    clear_after: Duration,
    /// The sealed place of this run, and the vault that it belongs to.
    place: Option<(PathBuf, Vec<u8>)>,
    /// Whether a form could not be sealed, since the vault was replaced or has another key.
    is_form_lost: bool,
    /// What was read for an import and waits for the word to bring it in.
    pub(super) incoming: Option<Incoming>,
    /// The same of an engine.
    #[cfg(feature = "engines")]
    pub(super) from_engine: Option<FromEngine>,
    /// The copy of a remote that waits for the word to merge it.
    pub(super) from_remote: Option<FromRemote>,
    /// Where the remotes of this machine are.
    remotes_file: Option<PathBuf>,
    /// What new locks cost, where it is not to be found out.
    cost: Option<KdfCost>,
    /// Where this machine remembers vaults, and keeps copies under way.
    state_directory: Option<PathBuf>,
    /// Where agents that keep vault keys listen.
    agents: Option<PathBuf>,
    /// Whether an agent may open the vault: until one was open in this run.
    may_ask_agent: bool,
    /// What this copy of the vault is called.
    copy_name: Option<CopyName>,
}

impl Session {
    /// A session with the clock of this machine.
    pub fn new(options: &AppOptions, copy_target: Box<dyn CopyTarget>) -> Self {
        let state_directory = options.state_directory.clone();
        let make_environment = move || Environment {
            state_directory: state_directory.clone(),
            ..Environment::new(Box::new(SystemClock), Origin::App)
        };
        let session = Self::with_environment(options, Box::new(make_environment), copy_target);
        let may_ask_agent = options.settings.unlock_by_agent && options.ownership == Ownership::Own;
        Self { agents: Paths::find().map(|paths| agent::directory(&paths)), may_ask_agent, ..session }
    }

    /// A session in an environment of the caller's making.
    pub fn with_environment(
        options: &AppOptions,
        make_environment: Box<dyn Fn() -> Environment + Send>,
        copy_target: Box<dyn CopyTarget>,
    ) -> Self {
        Self {
            held: Held::Nothing,
            path: options.vault_path.clone(),
            key_file: options.key_file.clone(),
            answers: options.answers,
            make_environment,
            copy_target,
            clear_after: options.settings.clipboard_clear_after,
            place: None,
            is_form_lost: false,
            incoming: None,
            #[cfg(feature = "engines")]
            from_engine: None,
            from_remote: None,
            remotes_file: options.remotes_file.clone(),
            cost: None,
            state_directory: options.state_directory.clone(),
            agents: None,
            may_ask_agent: false,
            copy_name: options.settings.copy.clone(),
        }
    }

    /// The same session, which takes this cost for new locks and measures nothing.
    #[must_use]
    pub fn with_cost(self, cost: KdfCost) -> Self {
        Self { cost: Some(cost), ..self }
    }

    /// What deriving the key costs under new locks, where the session says so.
    pub(super) const fn cost(&self) -> Option<KdfCost> {
        self.cost
    }

    /// The remotes of this machine.
    pub(super) fn remotes(&self) -> Result<Remotes, Failure> {
        let remotes = self.remotes_file.as_deref().map_or_else(|| Ok(Remotes::default()), Remotes::load);
        remotes.map_err(|error| Failure::told(error.to_string(), error.hint()))
    }

    /// Wipes what was read and waits for the word to bring it in.
    pub(super) fn forget_incoming(&mut self) {
        self.incoming = None;
        self.from_remote = None;
        #[cfg(feature = "engines")]
        {
            self.from_engine = None;
        }
    }

    /// The text of the key file, where there is one.
    pub(super) fn read_key_file(&self) -> Result<Option<SecretBytes>, VaultError> {
        self.key_file.as_deref().map(read_key_file).transpose()
    }

    /// The key file that is needed from now on.
    pub(super) fn use_key_file(&mut self, path: Option<PathBuf>) {
        self.key_file = path;
    }

    /// The key file, where there is one.
    pub(super) fn key_file(&self) -> Option<&Path> {
        self.key_file.as_deref()
    }

    pub(super) fn state_directory(&self) -> Option<&Path> {
        self.state_directory.as_deref()
    }

    /// Answers given beforehand.
    pub(super) const fn answers(&self) -> Answers {
        self.answers
    }

    /// Ends the agent of a vault whose locks were changed; what it answers besides is for the user.
    pub(super) fn lock_agent(&self, identity: KeyIdentity) -> Option<String> {
        let agent = Agent::new(self.agents.as_ref()?, identity.vault_id);
        agent.lock().err().map(|error| error.told())
    }

    /// Wipes the keys. A place that cannot be sealed is let go: the lock does not wait for it.
    pub(super) fn lock(&mut self, place: &SecretBytes) {
        self.forget_incoming();
        self.held = match std::mem::replace(&mut self.held, Held::Nothing) {
            Held::Open(mut vault) => {
                if let Some(stand) = PlaceReader::new(place.expose()).field() {
                    keep_place(&mut vault, &SecretBytes::copy_of(stand));
                }
                let sealed = if place.is_empty() { None } else { vault.seal_place(place).ok() };
                self.is_form_lost = sealed.is_none() && holds_form(place);
                self.place = sealed.map(|sealed| (self.path.clone(), sealed));
                Held::Locked(Box::new(vault.lock()))
            }
            held => held,
        };
    }

    /// Keeps where the app stands for the next run.
    pub(super) fn keep_place(&mut self, stand: &SecretBytes) {
        if let Held::Open(vault) = &mut self.held {
            keep_place(vault, stand);
        }
    }

    /// Calls this copy of the vault so from now on.
    fn call_copy(&mut self, name: Option<CopyName>) {
        match &mut self.held {
            Held::Open(vault) => vault.call_copy(name.clone()),
            Held::Locked(vault) => vault.call_copy(name.clone()),
            Held::Nothing => {}
        }
        self.copy_name = name;
    }

    fn environment(&self) -> Environment {
        Environment { copy: CopyNaming::known(self.copy_name.clone()), ..(self.make_environment)() }
    }

    pub(super) fn vault(&mut self) -> Result<&mut Vault, VaultError> {
        match &mut self.held {
            Held::Open(vault) => Ok(vault),
            Held::Locked(_) | Held::Nothing => {
                Err(VaultError::Locked { reason: "the session ended".to_owned() })
            }
        }
    }
}

/// Whether a form is part of a place.
fn holds_form(place: &SecretBytes) -> bool {
    let mut reader = PlaceReader::new(place.expose());
    reader.field().and_then(|_| Reopen::read(&mut reader)).is_some()
}

/// A place that cannot be kept is no reason to stay, nor to keep the keys.
fn keep_place(vault: &mut Vault, stand: &SecretBytes) {
    let _ = vault.keep_place(stand);
}

/// What lies where a path leads: files that are named like vaults, then folders with their `/`.
pub(super) fn around(text: &str) -> Vec<String> {
    let (folder, start) = text.rfind('/').map_or((".", text), |slash| (&text[..=slash], &text[slash + 1..]));
    let entries = std::fs::read_dir(paths::typed(folder)).into_iter().flatten().flatten();
    let mut names: Vec<(bool, String)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let is_hidden = name.starts_with('.') && !start.starts_with('.');
            let is_folder = entry.path().is_dir();
            let is_wanted = name.starts_with(start) && !is_hidden && (is_folder || name.ends_with(".etui"));
            is_wanted.then(|| if is_folder { (true, format!("{name}/")) } else { (false, name) })
        })
        .collect();
    // Vaults before folders: they are what is looked for.
    names.sort();
    names.into_iter().map(|(_, name)| name).collect()
}

fn read_key_file(path: &Path) -> Result<SecretBytes, VaultError> {
    std::fs::read(path).map(SecretBytes::from_vec).map_err(|error| VaultError::System {
        doing: format!("reading the key file {}", path.display()),
        reason: reason(&error),
    })
}
