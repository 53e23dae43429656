//! Databases of KeePass where etui was built without them: they are known, and said not to be read.

use super::error::ExchangeError;
use super::keepass_start::{is_database, is_xml};
use super::locks::Locks;
use super::place::Place;
use crate::crypto::{CryptoError, KdfCost};
use crate::domain::NotBuilt;
use crate::memory::SecretBytes;
use crate::vault::{IncomingBatch, Loss};

const NO_READER: ExchangeError = ExchangeError::NotBuilt {
    lacks: NotBuilt { what: "read files of KeePass", feature: "keepass" },
    otherwise: "export it from KeePassXC as CSV",
};

/// Says what the file is, and how what it holds comes here.
///
/// # Errors
/// Always.
pub fn read(file: &[u8], _locks: Option<&Locks>) -> Result<IncomingBatch, ExchangeError> {
    if is_database(file) || is_xml(file) {
        return Err(NO_READER);
    }
    let what = "this is neither a KeePass database nor an XML export of one";
    Err(ExchangeError::malformed(Place { line: 1, column: 1 }, what))
}

/// There is none.
#[derive(Debug, Clone, Copy)]
pub enum Writer {}

impl Writer {
    /// Says that there is none.
    ///
    /// # Errors
    /// Always.
    pub const fn new() -> Result<Self, ExchangeError> {
        Err(ExchangeError::NotBuilt {
            lacks: NotBuilt { what: "write databases of KeePass", feature: "keepass" },
            otherwise: "export json or dotenv",
        })
    }

    /// Nobody has one to call this.
    ///
    /// # Errors
    /// None.
    pub const fn write(
        self,
        _batch: &IncomingBatch,
        _password: &SecretBytes,
        _cost: KdfCost,
    ) -> Result<(SecretBytes, Vec<Loss>), CryptoError> {
        match self {}
    }
}
