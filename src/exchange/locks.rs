//! What opens a file that another program locked.

use std::fmt;

use crate::memory::SecretBytes;

/// The password of a file, and what is in its key file.
pub struct Locks {
    /// Empty where a key file alone opens it.
    pub password: SecretBytes,
    /// The key file, as it is on disk; for a store of age its identities.
    pub key_file: Option<SecretBytes>,
}

impl fmt::Debug for Locks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}
