//! Engines: where a team runs its secrets. A vault hands them over (push), takes them in (pull), and compares.
//!
//! A *remote* is a place in an engine, with a name of its own on this machine. Each push and each pull is a plan
//! first, made by pure rules; nothing is overwritten that changed there since this machine looked.
//!
//! - [`Engine`]: what an engine can do; `bao` speaks to OpenBao and HashiCorp Vault, over `wire`; [`Access`]: how it is
//!   reached.
//! - `document`: what a value becomes there; `marks`: what ids, labels, descriptions and tags become.
//! - `push`, `pull`: the rules, without input or output.
//! - `seen`: what was last seen there, sealed in the state directory: a hint that tells whose change is whose.
//! - `transfer`: carries plans out on a [`Vault`](crate::vault::Vault) and an [`Engine`]; `patience`: how often it
//!   tries; `report`: what it did; `wording`: the same in words.

mod access;
mod address;
mod bao;
mod document;
mod error;
mod marks;
mod patience;
mod pattern;
mod pull;
mod push;
mod report;
mod seen;
mod transfer;
mod wire;
pub mod wording;

use std::collections::BTreeMap;

pub use access::{Access, Login, NoEngine, NotOneWord, PATIENCE, Surroundings, namespace, token};
pub use address::{Address, NotAnAddress};
pub use bao::Bao;
pub use document::Layout;
pub use error::{CertificateFault, EngineError};
pub use pattern::{NoPattern, Pattern, Patterns};
pub use push::{Foreseen, LabelPush, PushPlan, PushRefusal, PushTerms};
pub use report::{PushOutcome, PushReport, PushRow};
pub use transfer::{Taken, Transfer};
pub use wire::{Authorities, NoAuthorities};

use crate::memory::SecretBytes;

/// What an engine can do. An answer that did not arrive is [`EngineError::Unavailable`]: what was asked may be done
/// all the same, so whoever asked looks again.
pub trait Engine {
    /// Where it is, in the words under which what was seen there is remembered.
    fn place(&self) -> &str;

    /// How many versions of a secret are kept, unless the secret says so itself; `None` where it may not be asked.
    ///
    /// # Errors
    /// [`EngineError`].
    fn kept_versions(&mut self) -> Result<Option<u64>, EngineError>;

    /// The names of all secrets of this place.
    ///
    /// # Errors
    /// [`EngineError`].
    fn names(&mut self) -> Result<Vec<String>, EngineError>;

    /// A secret without its values; `None` where there is none of this name.
    ///
    /// # Errors
    /// [`EngineError`].
    fn secret(&mut self, name: &str) -> Result<Option<EngineSecret>, EngineError>;

    /// The document of a version; `None` where it was deleted.
    ///
    /// # Errors
    /// [`EngineError`].
    fn document(&mut self, name: &str, number: u64) -> Result<Option<SecretBytes>, EngineError>;

    /// Stores a version behind the version `after` (0 for a new secret), and answers its number.
    ///
    /// # Errors
    /// [`EngineError::Changed`] where another version stands there last.
    fn store(&mut self, name: &str, after: u64, document: &SecretBytes) -> Result<u64, EngineError>;

    /// Replaces the marks of a secret, if they are still those of `revision`. An engine that counts no revisions
    /// replaces them in any case.
    ///
    /// # Errors
    /// [`EngineError::Changed`] where they are not.
    fn mark(
        &mut self,
        name: &str,
        entries: &BTreeMap<String, String>,
        revision: Option<u64>,
    ) -> Result<(), EngineError>;

    /// Waits before the next attempt.
    ///
    /// # Errors
    /// [`EngineError::GaveUp`] where it has been long enough.
    fn wait(&mut self, attempt: u32, cause: EngineError) -> Result<(), EngineError>;
}

/// A secret as an engine tells it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EngineSecret {
    /// The number of the newest version.
    pub current: u64,
    /// The versions that it knows of, by number.
    pub versions: BTreeMap<u64, EngineVersion>,
    /// What is written beside the versions.
    pub entries: BTreeMap<String, String>,
    /// How often that was written, where the engine counts it.
    pub revision: Option<u64>,
    /// How many versions are kept; 0 as the mount says.
    pub kept: u64,
}

/// A version as an engine tells it, without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineVersion {
    /// When it was stored, in the engine's own spelling: with its number it tells a version for good.
    pub created: String,
    /// Whether its value can be read.
    pub is_live: bool,
}
