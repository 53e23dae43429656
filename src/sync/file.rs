//! A copy in a file of this machine, as on a stick or in a folder that is mounted.

use std::path::{Path, PathBuf};

use super::{Carrier, CarrierError, Fetched};
use crate::platform::private_folder::copy_privately;
use crate::vault::{Replaced, VaultError, copy_of_file, put_in_place};

/// A vault file at a path.
pub(super) struct File {
    path: PathBuf,
    scratch: PathBuf,
    /// What was fetched last: a copy of it.
    seen: Option<PathBuf>,
    fetches: usize,
}

impl File {
    pub(super) fn at(path: &Path, scratch: &Path) -> Self {
        Self { path: path.to_owned(), scratch: scratch.to_owned(), seen: None, fetches: 0 }
    }
}

impl Carrier for File {
    fn fetch(&mut self, copy: &Path) -> Result<Fetched, CarrierError> {
        self.seen = None;
        match copy_of_file(&self.path, copy) {
            // A stick that is not there has no folder either, and nothing must be written into the place of it.
            Err(VaultError::NoVault { .. }) => match self.path.parent() {
                Some(folder) if !folder.is_dir() => {
                    return Err(CarrierError::NoFolder(folder.display().to_string()));
                }
                _ => return Ok(Fetched::Nothing),
            },
            copied => copied?,
        }
        // The merge opens the copy; this one is nobody else's.
        let seen = self.scratch.join(format!("seen-{}.etui", self.fetches));
        self.fetches += 1;
        copy_privately(copy, &seen).map_err(|error| CarrierError::system("keeping a copy", &error))?;
        self.seen = Some(seen);
        Ok(Fetched::Copy)
    }

    fn put(&mut self, copy: &Path) -> Result<Replaced, CarrierError> {
        Ok(put_in_place(copy, self.seen.as_deref(), &self.path)?)
    }
}
