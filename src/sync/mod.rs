//! Bringing the vault together with a copy that lies elsewhere: fetch, merge, put back.
//!
//! A [`Carrier`] knows how to fetch a copy and how to put one in its place if nobody else was quicker; `file`, `ssh`
//! and `git` are three. What travels is sealed as the vault is; a carrier has no key. Whatever ends a sync in the
//! middle, each end has a whole file: the one before or the one after.

mod error;
mod file;
mod git;
mod program;
mod ssh;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

pub use error::CarrierError;

use crate::config::remotes::RemoteUrl;
use crate::domain::StateFingerprint;
use crate::platform::private_folder::{PrivateFolder, sweep};
use crate::vault::{Replaced, Vault, VaultError};
use crate::versioning::merge::Relation;

/// How often a sync begins again because somebody else was quicker.
pub const TRIES: usize = 5;

const SCRATCH: &str = "etui-sync-";

/// What a carrier found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fetched {
    /// A copy, which is in the file now.
    Copy,
    /// There is none yet.
    Nothing,
}

/// A way to a copy that lies elsewhere. What was fetched last is what a copy is put in the place of.
pub trait Carrier {
    /// Fetches what is there into a new file.
    ///
    /// # Errors
    /// [`CarrierError`]; what is there is never changed.
    fn fetch(&mut self, copy: &Path) -> Result<Fetched, CarrierError>;

    /// Puts a copy in the place of what was fetched, if that is still there.
    ///
    /// # Errors
    /// [`CarrierError`]; what is there is whole in any case.
    fn put(&mut self, copy: &Path) -> Result<Replaced, CarrierError>;
}

/// The carrier to a remote that copies are kept in; `None` for one that takes secrets instead.
pub fn carrier_to(url: &RemoteUrl, scratch: &Scratch) -> Option<Box<dyn Carrier>> {
    match url {
        RemoteUrl::File(path) => Some(Box::new(file::File::at(path, scratch.path()))),
        RemoteUrl::Ssh { destination, port, path } => {
            Some(Box::new(ssh::Ssh::to(destination, *port, path, scratch.path(), url.to_string())))
        }
        RemoteUrl::Git { repository, path } => Some(Box::new(git::Git::of(repository, path, scratch.path()))),
        RemoteUrl::OpenBao { .. } => None,
    }
}

/// A folder of mode 0700 for the copies of one sync, which goes with it.
pub struct Scratch(PrivateFolder);

impl Scratch {
    /// Makes one in the state directory, and removes those of syncs that were killed.
    ///
    /// # Errors
    /// [`CarrierError::System`].
    pub fn new_in(state: &Path) -> Result<Self, CarrierError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(state);
        sweep(state, SCRATCH);
        made.and_then(|()| PrivateFolder::new(state, SCRATCH))
            .map(Self)
            .map_err(|error| CarrierError::system("making a temporary folder", &error))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Merges a fetched copy into the vault, or agrees that there is none yet.
pub type MergeCopy<'a, E> = dyn FnMut(&mut Vault, Option<&Path>) -> Result<Merged, E> + 'a;

/// How a fetched copy was merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merged {
    /// It was only looked at, or somebody said no.
    Not,
    /// It is in the vault now.
    Done {
        /// How the copies stood to each other.
        relation: Relation,
        /// The state of the fetched copy.
        fetched: StateFingerprint,
    },
}

/// How a sync ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synced {
    /// Both ends hold the same.
    Done {
        /// Whether the other end was changed.
        put: bool,
    },
    /// Nothing was changed.
    Not,
}

/// Fetches, merges with `merge`, and puts back, until nobody else was quicker.
///
/// # Errors
/// Those of the carrier, of the vault and of `merge`; [`CarrierError::Contended`] after [`TRIES`].
pub fn sync<E: From<CarrierError> + From<VaultError>>(
    vault: &mut Vault,
    carrier: &mut dyn Carrier,
    scratch: &Scratch,
    merge: &mut MergeCopy<'_, E>,
) -> Result<Synced, E> {
    for turn in 0..TRIES {
        let file = |what: &str| -> PathBuf { scratch.path().join(format!("{what}-{turn}.etui")) };
        let copy = file("fetched");
        let there = match carrier.fetch(&copy)? {
            Fetched::Copy => Some(copy.as_path()),
            Fetched::Nothing => None,
        };
        match (merge(vault, there)?, there) {
            (Merged::Not, _) => return Ok(Synced::Not),
            (Merged::Done { relation: Relation::Equal, .. }, Some(_)) => {
                return Ok(Synced::Done { put: false });
            }
            (Merged::Done { fetched, .. }, Some(_)) if vault.state()? == fetched => {
                return Ok(Synced::Done { put: false });
            }
            (Merged::Done { .. }, _) => {}
        }
        let own = file("own");
        vault.copy_out(&own)?;
        if carrier.put(&own)? == Replaced::Done {
            return Ok(Synced::Done { put: true });
        }
    }
    Err(CarrierError::Contended.into())
}
