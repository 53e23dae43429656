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
use crate::vault::{Replaced, SeenFile, Vault, VaultError};
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
pub trait Carrier: Send {
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

/// The end of a sync that is not here: the way to it, and the copy that was fetched last.
pub struct OtherEnd {
    /// The address.
    called: String,
    carrier: Box<dyn Carrier>,
    /// How often something was fetched: copies have names of their own.
    fetches: usize,
    fetched: Option<SeenFile>,
    scratch: Scratch,
}

impl OtherEnd {
    /// The end at a remote that copies are kept in; `None` for one that takes secrets instead. Copies are kept in a
    /// private folder below `state`, which goes with it.
    ///
    /// # Errors
    /// [`CarrierError::System`].
    pub fn at(url: &RemoteUrl, state: &Path) -> Result<Option<Self>, CarrierError> {
        let scratch = Scratch::new_in(state)?;
        let carrier = carrier_to(url, &scratch);
        Ok(carrier.map(|carrier| Self {
            called: url.to_string(),
            carrier,
            fetches: 0,
            fetched: None,
            scratch,
        }))
    }

    /// Fetches what is there now.
    ///
    /// # Errors
    /// Those of the carrier.
    pub fn fetch(&mut self) -> Result<(), CarrierError> {
        self.fetched = None;
        self.fetches += 1;
        let copy = self.file("fetched");
        if self.carrier.fetch(&copy).map_err(|error| error.there(&self.called))? == Fetched::Copy {
            let seen = SeenFile::of(&copy).ok_or_else(|| gone(&copy))?;
            self.fetched = Some(seen);
        }
        Ok(())
    }

    /// The copy that was fetched last; `None` where there was none.
    pub fn copy(&self) -> Option<&Path> {
        self.fetched.as_ref().map(SeenFile::path)
    }

    /// Whether the copy is still what was fetched.
    pub fn is_as_fetched(&self) -> bool {
        self.fetched.as_ref().is_none_or(SeenFile::is_unchanged)
    }

    fn put<E: From<CarrierError> + From<VaultError>>(&mut self, vault: &mut Vault) -> Result<Replaced, E> {
        let own = self.file("own");
        vault.copy_out(&own)?;
        Ok(self.carrier.put(&own).map_err(|error| error.there(&self.called))?)
    }

    fn file(&self, what: &str) -> PathBuf {
        self.scratch.path().join(format!("{what}-{}.etui", self.fetches))
    }
}

fn gone(copy: &Path) -> CarrierError {
    let reason = "it is not there any more".to_owned();
    CarrierError::System { doing: format!("reading '{}'", copy.display()), reason }
}

/// Fetches, merges with `merge`, and puts back, until nobody else was quicker.
///
/// # Errors
/// Those of the carrier, of the vault and of `merge`; [`CarrierError::Contended`] after [`TRIES`].
pub fn sync<E: From<CarrierError> + From<VaultError>>(
    vault: &mut Vault,
    end: &mut OtherEnd,
    merge: &mut MergeCopy<'_, E>,
) -> Result<Synced, E> {
    end.fetch()?;
    sync_fetched(vault, end, merge)
}

/// The same with the copy that was fetched before; another one is fetched only where somebody else was quicker.
///
/// # Errors
/// As [`sync`].
pub fn sync_fetched<E: From<CarrierError> + From<VaultError>>(
    vault: &mut Vault,
    end: &mut OtherEnd,
    merge: &mut MergeCopy<'_, E>,
) -> Result<Synced, E> {
    for turn in 0..TRIES {
        if turn > 0 {
            end.fetch()?;
        }
        match (merge(vault, end.copy())?, end.copy()) {
            (Merged::Not, _) => return Ok(Synced::Not),
            (Merged::Done { relation: Relation::Equal, .. }, Some(_)) => {
                return Ok(Synced::Done { put: false });
            }
            (Merged::Done { fetched, .. }, Some(_)) if vault.state()? == fetched => {
                return Ok(Synced::Done { put: false });
            }
            (Merged::Done { .. }, _) => {}
        }
        if end.put::<E>(vault)? == Replaced::Done {
            return Ok(Synced::Done { put: true });
        }
    }
    Err(CarrierError::Contended.into())
}
