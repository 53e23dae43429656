//! Other programs' formats: what comes in from them, and what goes out to them.
//!
//! Each format has a file; all of them read into an [`IncomingBatch`], whatever they cannot take over is named
//! among its losses. A malformed file is refused with line and column and in our own words: an error never
//! quotes the file, which may hold secrets anywhere.
//!
//! - [`dotenv`], [`json`] (our own, complete): in and out.
//! - [`bitwarden`], [`onepassword`], [`keepass`], [`keepassxc`], [`browser`], [`logins`], [`proton`], [`enpass`],
//!   [`mod@csv`], [`map`], [`pass`], [`cloud`], [`hashicorp`], `kubernetes`, [`otp`]: in.
//! - `source`: the table of what is read; `read`: recognises a format and reads it, for both front ends;
//!   `foreign`: what no reader here reads, known by its content.
//! - `heading`: by which columns a CSV file is known; `columns`: what each column of one becomes.
//! - `locks`: what opens a file that has a password; `inflate`: what is packed, up to a limit;
//!   `protected`: Bitwarden's export with a password; `onepux`: 1Password's archive; `zip`: the files of an archive.
//! - `decryptor`: gpg and age, for the entries of a store.
//! - `keepass_start`: by what files of KeePass are known, also in a build without the feature `keepass`.
//! - `yaml`: the pieces of YAML (feature `yaml`).
//! - `table` and `document` read CSV and JSON into wiping buffers (the pieces of JSON, and dotenv, are found by
//!   [`content`](crate::content)); `entry` makes one value of several fields.

pub mod bitwarden;
pub mod browser;
pub mod cloud;
mod columns;
pub mod csv;
pub mod decryptor;
mod document;
pub mod dotenv;
pub mod enpass;
mod entities;
mod entry;
mod error;
mod foreign;
pub mod hashicorp;
mod heading;
mod inflate;
pub mod json;
#[cfg(feature = "keepass")]
pub mod keepass;
#[cfg(not(feature = "keepass"))]
#[path = "no_keepass.rs"]
pub mod keepass;
mod keepass_start;
pub mod keepassxc;
#[cfg(feature = "yaml")]
pub mod kubernetes;
mod locks;
pub mod logins;
pub mod map;
pub mod onepassword;
mod onepux;
pub mod otp;
pub mod pass;
mod place;
mod protected;
pub mod proton;
mod read;
mod source;
mod table;
#[cfg(feature = "yaml")]
mod yaml;
mod zip;

pub use csv::{ColumnMap, MappedColumn, NotMapped};
pub use error::ExchangeError;
pub use locks::Locks;
pub use place::Place;
pub use read::{Content, Found, Input, LONGEST_FILE, is_vault, read, read_file};
pub use source::{ReadColumns, ReadFile, ReadLocked, Reader, Source};

use crate::memory::SecretBytes;
use crate::vault::{IncomingBatch, Loss};

/// A format that secrets are written in, unencrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// `NAME=value` lines of the current values.
    Dotenv,
    /// etui's own, complete.
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
