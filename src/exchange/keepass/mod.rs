//! Databases of KeePass, KeePassXC and their relatives: KDBX 3.1 and 4, and the XML export.
//!
//! An entry becomes a secret, called by its groups and its title; the older entries in its history become versions.
//! Its attachments become binary secrets below it. The recycle bin is left out and named.
//!
//! - `bytes`: reads pieces of a binary file; `header`: what stands before the encrypted part; `key`: the key of
//!   password and key file; `blocks`: the blocks that authenticate the encrypted part; `container`: opens a file.
//! - `xml`: reads elements into wiping buffers; `database`: groups, entries and their fields; `incoming`: what they
//!   become here; `own`: what an export adds to them.
//! - `read`: reads a database or an XML export.
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
mod read;
mod write;
mod xml;

#[cfg(any(test, feature = "fuzzing"))]
pub use fuzzing::keepass;
pub use read::read;
pub use write::Writer;
