//! What can go wrong in cryptography. No variant carries a key, a password, a value or a library's text.

use thiserror::Error;

use crate::domain::count;

/// Why a key could not be derived or a seal not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CryptoError {
    /// The key commitment differs: another password, another key file, or a key file too many or too few.
    #[error("the master password or the key file is wrong")]
    WrongPassword,
    /// Authentication failed: the bytes were changed, stand in another place, or belong to another key.
    #[error("a sealed record does not open: it was changed or does not belong there")]
    CannotOpen,
    /// The seal opened, but what it held has no valid length or a padding that is not zero.
    #[error("a sealed record opened to something that was not padded by etui")]
    BadPadding,
    /// A message does not fit the four bytes of its stored length.
    #[error("a record of 4 GiB or more cannot be sealed")]
    TooLong,
    /// The cost is outside of what Argon2 defines or of what etui is willing to run.
    #[error(
        "a key derivation with {memory_kib} KiB, {passes} and {lanes} is outside of what etui runs",
        passes = count((*passes).into(), "pass"),
        lanes = count((*lanes).into(), "lane")
    )]
    KdfOutOfRange {
        /// Argon2's memory `m`, in KiB.
        memory_kib: u32,
        /// Argon2's passes `t`.
        passes: u32,
        /// Argon2's lanes `p`.
        lanes: u32,
    },
    /// The memory for the key derivation could not be had.
    #[error("the key derivation needs {mebibytes} MiB of memory, and the system does not give them")]
    KdfMemory {
        /// How much was asked for, in MiB, rounded up.
        mebibytes: u32,
    },
    /// Argon2 does not take a password of this length (4 GiB and more).
    #[error("the master password is too long for the key derivation")]
    PasswordTooLong,
    /// An empty master password is never meant.
    #[error("the master password is empty")]
    EmptyPassword,
    /// The master password is not text, so that it could not be typed again.
    #[error("the master password is not valid UTF-8")]
    PasswordNotUtf8,
    /// The key file is not 64 hex digits with at most a newline behind them.
    #[error("the key file does not consist of 64 hexadecimal digits")]
    KeyFileMalformed,
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    RandomUnavailable,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_amounts_and_nothing_secret() {
        assert_eq!(
            CryptoError::KdfMemory { mebibytes: 256 }.to_string(),
            "the key derivation needs 256 MiB of memory, and the system does not give them"
        );
        assert_eq!(
            CryptoError::KdfOutOfRange { memory_kib: 1, passes: 1, lanes: 1 }.to_string(),
            "a key derivation with 1 KiB, 1 pass and 1 lane is outside of what etui runs"
        );
        assert_eq!(
            CryptoError::KdfOutOfRange { memory_kib: 1, passes: 2, lanes: 3 }.to_string(),
            "a key derivation with 1 KiB, 2 passes and 3 lanes is outside of what etui runs"
        );
    }
}
