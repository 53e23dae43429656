//! Statements on `event`: reading an entry of the history that a verified tag leads to.

use super::codec::{EventLink, EventRecord};
use super::error::StoreError;
use super::format::FormatVersion;
use super::open_store::OpenStore;
use super::rows::{blob, first};
use super::seals::Seals;
use super::vault_file::VaultFile;
use crate::crypto::{self, VaultKeys};
use crate::domain::StateFingerprint;

/// Opens the event that a verified link names; its record must have the link's tag.
pub(super) fn open_event(
    file: &VaultFile,
    keys: &VaultKeys,
    seals: Seals,
    format: FormatVersion,
    link: EventLink,
) -> Result<EventRecord, StoreError> {
    let damaged = |what: &str| StoreError::Integrity(format!("event {} of its history {what}", link.number));
    let number = i64::try_from(link.number).map_err(|_| damaged("cannot exist"))?;
    let sql = "SELECT record FROM event WHERE number = ?1";
    let sealed = first(file.connection(), sql, [number], |row| blob(row, 0).map(<[u8]>::to_vec))?
        .ok_or_else(|| damaged("is missing"))?;
    if crypto::seal_tag(&sealed) != Some(link.tag) {
        return Err(damaged("is not the one that was written"));
    }
    let opened = keys.open(&seals.event(link.number), &sealed).map_err(|_| damaged("does not open"))?;
    EventRecord::decode(opened.expose(), format).ok_or_else(|| damaged("makes no sense"))
}

impl OpenStore {
    /// The newest event.
    ///
    /// # Errors
    /// [`StoreError::Integrity`].
    pub fn newest_event(&self) -> Result<EventRecord, StoreError> {
        self.event(self.newest_event_link())
    }

    /// The state of the vault that was verified last.
    ///
    /// # Errors
    /// [`StoreError::Integrity`].
    pub fn state(&self) -> Result<StateFingerprint, StoreError> {
        let event = self.newest_event()?;
        Ok(StateFingerprint::new(self.newest_event_number(), &event.random))
    }

    /// Leads to the newest event.
    pub fn newest_event_link(&self) -> EventLink {
        self.head.newest()
    }

    /// The number of the newest event: the generation of the vault.
    pub fn newest_event_number(&self) -> u64 {
        self.head.number
    }

    /// The event that a verified link names.
    ///
    /// # Errors
    /// [`StoreError::Integrity`].
    pub fn event(&self, link: EventLink) -> Result<EventRecord, StoreError> {
        self.turn.goes_on();
        open_event(&self.file, &self.keys, self.seals, self.head.format, link)
    }
}
