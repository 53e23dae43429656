//! Databases of KeePass, KeePassXC and their relatives: KDBX 3.1 and 4, and the XML export.
//!
//! An entry becomes a secret, called by its groups and its title; the older entries in its history become versions.
//! Its attachments become binary secrets below it. The recycle bin is left out and named.
//!
//! - `bytes`: reads pieces of a binary file; `header`: what stands before the encrypted part; `key`: the key of
//!   password and key file; `blocks`: the blocks that authenticate the encrypted part; `container`: opens a file.
//! - `xml`: reads elements into wiping buffers; `database`: groups, entries and their fields; `incoming`: what they
//!   become here; `own`: what an export adds to them.
//! - `outgoing`: what secrets become there; `write`: writes a database.
//! - `fuzzing`: any bytes through all of that, for tests and `fuzz/`.
//!
//! Source: <https://keepass.info/help/kb/kdbx.html>.

mod blocks;
mod bytes;
mod container;
mod database;
#[cfg(any(test, feature = "fuzzing"))]
mod fuzzing;
mod header;
mod incoming;
mod key;
mod outgoing;
mod own;
mod write;
mod xml;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use fuzzing::keepass;
pub use write::write;

use super::error::ExchangeError;
use super::locks::Locks;
use super::place::{Place, without_mark};
use crate::vault::IncomingBatch;

/// Whether a file begins as a database does.
pub(super) fn is_database(file: &[u8]) -> bool {
    file.starts_with(&header::SIGNATURE)
}

/// Whether a file begins as an XML export does.
pub(super) fn is_xml(file: &[u8]) -> bool {
    const LOOKED_AT: usize = 4 * 1024;
    const ROOT: &[u8] = b"<KeePassFile";
    let text = without_mark(file).trim_ascii_start();
    let start = &text[..text.len().min(LOOKED_AT)];
    start.starts_with(b"<") && start.windows(ROOT.len()).any(|window| window == ROOT)
}

/// Reads a database, or an XML export.
///
/// # Errors
/// [`ExchangeError::Locked`] for a database without `locks`, [`ExchangeError::WrongLocks`] for the wrong ones;
/// [`ExchangeError::TooCostly`] and [`ExchangeError::TooLarge`] before so much is spent;
/// [`ExchangeError::Damaged`] and [`ExchangeError::Malformed`] for what no program wrote.
pub fn read(file: &[u8], locks: Option<&Locks>) -> Result<IncomingBatch, ExchangeError> {
    if is_database(file) {
        let opened = container::open(file, locks)?;
        let text = opened.xml.expose_text().ok_or(ExchangeError::Damaged)?;
        let database = database::read(xml::Xml::new(text, opened.stream), opened.binaries);
        // Places in what was encrypted say nothing to anybody.
        return database.map(incoming::batch).map_err(|error| match error {
            ExchangeError::Malformed { .. } => ExchangeError::Damaged,
            other => other,
        });
    }
    let text = without_mark(file);
    let begins = Place { line: 1, column: 1 };
    if !is_xml(file) {
        return Err(ExchangeError::malformed(
            begins,
            "this is neither a KeePass database nor an XML export of one",
        ));
    }
    let text = std::str::from_utf8(text).map_err(|error| {
        ExchangeError::malformed(Place::of_byte(text, error.valid_up_to()), "the text is not UTF-8")
    })?;
    database::read(xml::Xml::new(text, None), Vec::new()).map(incoming::batch)
}
