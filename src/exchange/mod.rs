//! Other programs' formats: what comes in from them, and what goes out to them.
//!
//! Each format has a file; all of them read into an [`IncomingBatch`], whatever they cannot take over is named
//! among its losses. A malformed file is refused with line and column and in our own words: an error never
//! quotes the file, which may hold secrets anywhere.
//!
//! - [`dotenv`], [`json`] (our own, complete): in and out.
//! - [`bitwarden`], [`onepassword`], [`keepassxc`], [`browser`], [`pass`], [`cloud`]: in.
//! - `source`: which of them reads a file.
//! - `table` and `document` read CSV and JSON into wiping buffers (the pieces of JSON, and dotenv, are found by
//!   [`content`](crate::content)); `entry` makes one value of several fields.

pub mod bitwarden;
pub mod browser;
pub mod cloud;
mod document;
pub mod dotenv;
mod entry;
mod error;
pub mod json;
pub mod keepassxc;
pub mod onepassword;
pub mod pass;
mod place;
mod source;
mod table;

pub use error::ExchangeError;
pub use place::Place;
pub use source::{LONGEST_FILE, Source, guess, read_file};

use crate::memory::SecretBytes;
use crate::vault::{IncomingBatch, Loss};

/// A format that is one file of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// `NAME=value` lines.
    Dotenv,
    /// Our own, complete.
    Json,
    /// Bitwarden's unencrypted export, CSV or JSON.
    Bitwarden,
    /// 1Password's CSV export.
    OnePassword,
    /// KeePassXC's CSV export.
    KeePassXc,
    /// Chrome's (and Edge's, Brave's, …) CSV export.
    Chrome,
    /// Firefox's CSV export.
    Firefox,
    /// What `aws secretsmanager get-secret-value` prints.
    Aws,
    /// What `aliyun kms GetSecretValue` prints.
    Alibaba,
}

impl FileFormat {
    /// Whether its entries are logins, of which a site may have several.
    const fn holds_accounts(self) -> bool {
        match self {
            Self::Bitwarden | Self::OnePassword | Self::KeePassXc | Self::Chrome | Self::Firefox => true,
            Self::Dotenv | Self::Json | Self::Aws | Self::Alibaba => false,
        }
    }
}

/// A format that secrets are written in, unencrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// `NAME=value` lines of the current values.
    Dotenv,
    /// Our own, complete.
    Json,
}

impl ExportFormat {
    /// Writes what a vault gave out of a folder; what the format cannot hold is answered beside it.
    pub fn write(self, batch: &IncomingBatch, folder: &str) -> (SecretBytes, Vec<Loss>) {
        match self {
            Self::Json => (json::write(batch), Vec::new()),
            Self::Dotenv => dotenv::write_secrets(batch, folder),
        }
    }
}

/// Reads a file of another program.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is not what it should be.
pub fn read(format: FileFormat, text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let mut batch = match format {
        FileFormat::Dotenv => dotenv::secrets(text),
        FileFormat::Json => json::read(text),
        FileFormat::Bitwarden => bitwarden::read(text),
        FileFormat::OnePassword => onepassword::read(text),
        FileFormat::KeePassXc => keepassxc::read(text),
        FileFormat::Chrome => browser::read_chrome(text),
        FileFormat::Firefox => browser::read_firefox(text),
        FileFormat::Aws => cloud::read_aws(text),
        FileFormat::Alibaba => cloud::read_alibaba(text),
    }?;
    if format.holds_accounts() {
        batch.account_of = Some(entry::account);
    }
    Ok(batch)
}
