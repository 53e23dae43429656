//! The chain of events below a head: what the head names, and what is met on the way down.

use super::codec::{EventLink, Head};
use super::error::StoreError;
use super::events::open_event;
use super::header::Header;
use super::rows::{first, integer};
use super::seals::Seals;
use super::vault_file::{VaultFile, VaultRow};
use crate::crypto::VaultKeys;

/// Opens the head of a row.
pub(super) fn open_head(row: &VaultRow, keys: &VaultKeys, seals: Seals) -> Result<Head, StoreError> {
    let opened = keys
        .open(&seals.head(&row.header, &row.wrapped_key), &row.head)
        .map_err(|_| StoreError::integrity("its head does not open"))?;
    let format = Header::decode(&row.header, &row.header_hash)?.format;
    Head::decode(opened.expose(), format).ok_or_else(|| StoreError::integrity("its head makes no sense"))
}

/// An event beyond the head was grafted on, or the head was put back.
pub(super) fn refuse_events_above(file: &VaultFile, number: u64) -> Result<(), StoreError> {
    let sql = "SELECT number FROM event ORDER BY number DESC LIMIT 1";
    let highest = first(file.connection(), sql, [], |row| integer(row, 0))?;
    if highest.and_then(|highest| u64::try_from(highest).ok()) == Some(number) {
        Ok(())
    } else {
        Err(StoreError::integrity("its newest event is not the one that its head names"))
    }
}

/// Walks the chain down from a head; every event on the way must open and name the one before.
pub(super) fn walk_to(
    file: &VaultFile,
    keys: &VaultKeys,
    seals: Seals,
    head: &Head,
    number: u64,
) -> Result<EventLink, StoreError> {
    let mut link = head.newest();
    while link.number > number {
        let event = open_event(file, keys, seals, head.format, link)?;
        link = EventLink { number: link.number - 1, tag: event.previous_tag };
    }
    Ok(link)
}

/// Whether an event of this number or a higher one is known by these 16 bytes.
pub(super) fn meets(
    file: &VaultFile,
    keys: &VaultKeys,
    seals: Seals,
    head: &Head,
    number: u64,
    random: &[u8; 16],
) -> Result<bool, StoreError> {
    let mut link = head.newest();
    while link.number >= number.max(1) {
        let event = open_event(file, keys, seals, head.format, link)?;
        if event.random == *random {
            return Ok(true);
        }
        link = EventLink { number: link.number - 1, tag: event.previous_tag };
    }
    Ok(false)
}
