//! Reads a database or an XML export.

use super::{container, database, incoming, xml};
use crate::exchange::error::ExchangeError;
use crate::exchange::keepass_start::{is_database, is_xml};
use crate::exchange::locks::Locks;
use crate::exchange::place::{Place, without_mark};
use crate::vault::IncomingBatch;

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
