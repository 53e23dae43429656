//! What this machine keeps for a vault beyond a process: each in a private file of its own in the state directory,
//! sealed under a key that seals nothing in the vault file.

use super::error::StoreError;
use super::open::{make_private_folder, write_private_file};
use super::open_store::OpenStore;
use super::seals::Seals;
use crate::crypto::AssociatedData;
use crate::domain::hexadecimal;
use crate::memory::SecretBytes;

/// What is kept.
#[derive(Debug, Clone, Copy)]
enum Kept<'a> {
    /// Where the app stood.
    Place,
    /// What was last seen at a remote of this name.
    SeenThere(&'a str),
}

impl Kept<'_> {
    fn file_name(self, vault_id: &[u8; 16]) -> String {
        let vault = hexadecimal(vault_id);
        match self {
            Self::Place => format!("place-{vault}"),
            // A name may hold what a file name may not.
            Self::SeenThere(remote) => format!("remote-{vault}-{}", hexadecimal(remote.as_bytes())),
        }
    }

    fn associated(self, seals: Seals) -> AssociatedData {
        match self {
            Self::Place => seals.place(),
            Self::SeenThere(remote) => seals.seen_there(remote),
        }
    }

    /// More bytes than are ever kept; a file that is longer does not open.
    const fn longest(self) -> u64 {
        match self {
            Self::Place => 1024 * 1024,
            // That of more than 100,000 secrets.
            Self::SeenThere(_) => 256 * 1024 * 1024,
        }
    }
}

impl OpenStore {
    /// Seals bytes of the app under a key of their own.
    ///
    /// # Errors
    /// Only where the system has no random bytes.
    pub fn seal_place(&self, bytes: &SecretBytes) -> Result<Vec<u8>, StoreError> {
        self.seal_kept(Kept::Place, bytes)
    }

    /// Opens what [`seal_place`](Self::seal_place) sealed.
    ///
    /// # Errors
    /// [`StoreError::Integrity`] for anything else.
    pub fn open_place(&self, sealed: &[u8]) -> Result<SecretBytes, StoreError> {
        self.open_kept(Kept::Place, sealed)
    }

    /// Keeps a few bytes of the app beyond this process, where this machine remembers anything.
    ///
    /// # Errors
    /// Where nothing can be sealed or written.
    pub fn keep_place(&self, bytes: &SecretBytes) -> Result<(), StoreError> {
        self.keep(Kept::Place, bytes)
    }

    /// What [`keep_place`](Self::keep_place) kept; what does not open is as good as nothing.
    pub fn kept_place(&self) -> Option<SecretBytes> {
        self.kept(Kept::Place)
    }

    /// Keeps what was seen at a remote, where this machine remembers anything.
    ///
    /// # Errors
    /// Where nothing can be sealed or written.
    pub fn keep_seen_there(&self, remote: &str, bytes: &SecretBytes) -> Result<(), StoreError> {
        self.keep(Kept::SeenThere(remote), bytes)
    }

    /// What [`keep_seen_there`](Self::keep_seen_there) kept; what does not open is as good as nothing.
    pub fn kept_seen_there(&self, remote: &str) -> Option<SecretBytes> {
        self.kept(Kept::SeenThere(remote))
    }

    fn seal_kept(&self, kept: Kept<'_>, bytes: &SecretBytes) -> Result<Vec<u8>, StoreError> {
        Ok(self.keys.seal_place(&kept.associated(self.seals), bytes.expose())?)
    }

    fn open_kept(&self, kept: Kept<'_>, sealed: &[u8]) -> Result<SecretBytes, StoreError> {
        Ok(self.keys.open_place(&kept.associated(self.seals), sealed)?)
    }

    fn keep(&self, kept: Kept<'_>, bytes: &SecretBytes) -> Result<(), StoreError> {
        let Some(memory) = &self.memory else { return Ok(()) };
        let sealed = self.seal_kept(kept, bytes)?;
        make_private_folder(memory.folder())?;
        write_private_file(&memory.folder().join(kept.file_name(&self.file.header.vault_id)), &sealed)
    }

    fn kept(&self, kept: Kept<'_>) -> Option<SecretBytes> {
        let name = kept.file_name(&self.file.header.vault_id);
        let sealed = self.memory.as_ref()?.read_beside(&name, kept.longest())?;
        self.open_kept(kept, &sealed).ok()
    }
}
