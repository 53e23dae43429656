//! How a command unlocks the vault: with the agent, or with the password; and the questions that an unlock may ask.

use std::path::Path;

use super::Invocation;
use super::opened::Opened;
use crate::agent::{Agent, Purpose};
use crate::cli::error::CliError;
use crate::cli::output::Loudness;
use crate::cli::password::{self, PasswordSource};
use crate::cli::{offer_upgrade, raise_cost, wording};
use crate::vault::wording::wrong_credentials;
use crate::vault::{
    Answers, Credentials, KeyIdentity, LockedVault, SystemClock, Vault, VaultError, VaultKey,
};

/// How often a mistyped password is asked for.
const TRIES: u32 = 3;

/// How far an unlock came without the password.
enum Unlocking {
    /// The agent had the key.
    Done(Box<Vault>),
    /// The password is needed.
    Password(Box<LockedVault>),
}

impl Invocation {
    /// Opens the file of the vault of this machine, without unlocking it.
    pub(in crate::cli) fn open_vault(&self) -> anyhow::Result<LockedVault> {
        let mut locked = LockedVault::open(self.vault_path()?, self.environment())?;
        self.say_notices(locked.take_notices());
        Ok(locked)
    }

    /// Unlocks the vault of this machine: with the agent where no password was given, else with the password.
    pub(in crate::cli) fn unlock(&self) -> anyhow::Result<Vault> {
        match self.unlock_with_agent()? {
            Unlocking::Done(vault) => Ok(*vault),
            Unlocking::Password(locked) => Ok(self.offering_more(self.unlock_file(*locked)?)?.vault),
        }
    }

    fn unlock_with_agent(&self) -> anyhow::Result<Unlocking> {
        let locked = self.open_vault()?;
        match self.key_of_agent(&locked) {
            Some((identity, key)) => {
                Ok(Unlocking::Done(Box::new(self.unlock_with_key(locked, identity, &key)?)))
            }
            None => Ok(Unlocking::Password(Box::new(locked))),
        }
    }

    /// The key that the agent keeps of this vault, where no password was given.
    fn key_of_agent(&self, locked: &LockedVault) -> Option<(KeyIdentity, VaultKey)> {
        let identity = locked.key_identity();
        if self.password != Ok(PasswordSource::Prompt) {
            self.say_agent_is_not_used(identity);
            return None;
        }
        let key = self.agent_of(identity)?.key(identity.key_id, Purpose::Work)?;
        Some((identity, key))
    }

    /// Deriving the key takes longer than asking the agent, and nothing else shows that it was not asked.
    fn say_agent_is_not_used(&self, identity: KeyIdentity) {
        let runs = |agent: Agent| agent.key(identity.key_id, Purpose::Peek).is_some();
        if self.output.loudness() == Loudness::Verbose && self.agent_of(identity).is_some_and(runs) {
            self.output.detail("the agent has the key too; a password was given, so that is used");
        }
    }

    /// Unlocks as `unlock` does, but asks nothing more: whoever reads requests from the terminal must not have the
    /// first one taken for an answer.
    pub(in crate::cli) fn unlock_without_questions(&self) -> anyhow::Result<Vault> {
        match self.unlock_with_agent()? {
            Unlocking::Done(vault) => Ok(*vault),
            Unlocking::Password(locked) => Ok(self.unlock_file(*locked)?.vault),
        }
    }

    /// Unlocks the vault of this machine without asking anybody: with the agent, or with a password that a flag or
    /// the environment gives. `None` where there is neither, and where there is no vault.
    pub(in crate::cli) fn unlock_without_asking(&self) -> anyhow::Result<Option<Vault>> {
        let locked = match self.open_vault() {
            Err(error) if matches!(error.downcast_ref(), Some(VaultError::NoVault { .. })) => {
                return Ok(None);
            }
            other => other?,
        };
        self.unlock_quietly(locked)
    }

    /// The same with any file that is open already.
    pub(in crate::cli) fn unlock_quietly(&self, locked: LockedVault) -> anyhow::Result<Option<Vault>> {
        if self.password != Ok(PasswordSource::Prompt) {
            return self.unlock_file(locked).map(|opened| Some(opened.vault));
        }
        let key = self.key_of_agent(&locked);
        key.map(|(identity, key)| self.unlock_with_key(locked, identity, &key)).transpose()
    }

    /// Unlocks the vault of this machine with the agent, asks nothing and does not make the agent last longer.
    /// `None` where the agent does not have the key.
    pub(in crate::cli) fn peek_with_agent(&self) -> anyhow::Result<Option<Vault>> {
        self.location.peek()
    }

    /// Unlocks the vault of this machine for the agent: with the password, whether one runs or not.
    pub(in crate::cli) fn unlock_for_agent(&self) -> anyhow::Result<Opened> {
        self.offering_more(self.unlock_to_relock()?)
    }

    /// Unlocks the vault of this machine with its password and nothing else, and keeps that for a change of
    /// the locks.
    pub(in crate::cli) fn unlock_to_relock(&self) -> anyhow::Result<Opened> {
        self.unlock_file(self.open_vault()?)
    }

    fn offering_more(&self, mut opened: Opened) -> anyhow::Result<Opened> {
        offer_upgrade::offer(self, self.state_directory(), &mut opened)?;
        raise_cost::offer(self, self.state_directory(), &mut opened)?;
        Ok(opened)
    }

    /// Unlocks a file that is only looked at: this machine's memory is neither asked nor changed.
    pub(in crate::cli) fn unlock_copy(&self, path: &Path) -> anyhow::Result<Vault> {
        let mut locked = LockedVault::open_copy(path, Box::new(SystemClock))?;
        self.say_notices(locked.take_notices());
        match self.key_of_agent(&locked) {
            Some((identity, key)) => self.unlock_with_key(locked, identity, &key),
            None => Ok(self.unlock_file(locked)?.vault),
        }
    }

    /// The agent that may keep a key; `None` where the machine has no place for one.
    pub(in crate::cli) fn agent_of(&self, identity: KeyIdentity) -> Option<Agent> {
        self.location.agent_of(identity)
    }

    /// Ends the agent of a vault whose locks were changed.
    pub(in crate::cli) fn lock_agent(&self, identity: KeyIdentity) {
        match self.agent_of(identity).map(|agent| agent.lock()) {
            Some(Ok(true)) => {
                self.output.note("the agent is locked now: `etui unlock` gives it the key again");
            }
            Some(Ok(false)) | None => {}
            Some(Err(error)) => self.output.note(&error.told()),
        }
    }

    fn unlock_with_key(
        &self,
        mut locked: LockedVault,
        identity: KeyIdentity,
        key: &VaultKey,
    ) -> anyhow::Result<Vault> {
        self.output.detail(&format!("vault '{}', unlocked by the agent", locked.path().display()));
        let mut answers = self.answers();
        loop {
            match locked.unlock_with_key(identity, key, answers) {
                Ok(mut vault) => {
                    self.say_notices(vault.take_notices());
                    return Ok(vault);
                }
                Err(failed) => {
                    locked = failed.vault;
                    answers = self.answered(answers, failed.error)?;
                }
            }
        }
    }

    pub(in crate::cli) fn unlock_file(&self, mut locked: LockedVault) -> anyhow::Result<Opened> {
        self.say_where(&locked);
        let key_file = self.key_file()?;
        if locked.needs_key_file() && key_file.is_none() {
            return Err(VaultError::KeyFileNeeded.into());
        }
        let given = self.given_password()?;
        let was_typed = given.is_none();
        let mut tries = if was_typed { TRIES } else { 1 };
        let password = given.map_or_else(|| self.with_terminal(password::ask), Ok)?;
        let mut credentials = Credentials::new(password, key_file.as_ref())?;
        let mut answers = self.answers();
        loop {
            let error = match locked.unlock_keeping_key(&credentials, answers) {
                Ok((mut vault, key)) => {
                    self.say_notices(vault.take_notices());
                    return Ok(Opened { vault, key, credentials, was_typed });
                }
                Err(failed) => {
                    locked = failed.vault;
                    failed.error
                }
            };
            match error {
                VaultError::WrongPassword if tries > 1 => {
                    tries -= 1;
                    let sentence = wrong_credentials(key_file.is_some());
                    self.with_terminal(|terminal| terminal.map(|terminal| terminal.say(sentence)));
                    let again = self.with_terminal(password::ask)?;
                    credentials = Credentials::new(again, key_file.as_ref())?;
                }
                VaultError::WrongPassword => {
                    let hint = if key_file.is_some() { "check --key-file (ETUI_KEY_FILE) too" } else { "" };
                    return Err(CliError::not_unlocked(wrong_credentials(key_file.is_some()), hint).into());
                }
                error => answers = self.answered(answers, error)?,
            }
        }
    }

    /// Asks the question that an unlock ended with, where somebody can be asked; else the error stands.
    fn answered(&self, answers: Answers, error: VaultError) -> Result<Answers, VaultError> {
        let Some(answer) = Answers::to(&error) else { return Err(error) };
        // An answer that did not help must not be asked for again.
        if answers.or(answer) == answers || !self.can_ask() {
            return Err(error);
        }
        if !self.confirms(&format!("{error}. Continue? [y/N] "), false) {
            return Err(error);
        }
        Ok(answers.or(answer))
    }

    fn say_where(&self, locked: &LockedVault) {
        let cost = wording::cost(locked.kdf_cost());
        self.output.detail(&format!("vault '{}', unlocked with {cost}", locked.path().display()));
    }
}
