//! Where two copies of one vault went apart, and what happened in each since.
//!
//! Copies with the same key share event rows byte for byte: walking down from both heads to equal tags reads nothing
//! that is shared. A `rekey` seals all events again; then the identities are compared, from the first event up.

use super::codec::{EventLink, EventRecord};
use super::error::StoreError;
use super::open_store::OpenStore;
use super::upgrade::stamps;
use crate::domain::Timestamp;

/// An event above the fork.
#[derive(Debug, Clone)]
pub struct TailEvent {
    /// What leads to it in its copy.
    pub link: EventLink,
    /// Its place in the order of all copies, in milliseconds; computed for an event of format 1.
    pub stamp: u64,
    /// What it tells.
    pub record: EventRecord,
}

/// Where two copies went apart.
#[derive(Debug, Clone)]
pub struct Fork {
    /// The number of the last event that both have in common.
    pub shared: u64,
    /// What happened here since, oldest first.
    pub own: Vec<TailEvent>,
    /// What happened in the other copy since, oldest first.
    pub other: Vec<TailEvent>,
}

impl OpenStore {
    /// Finds where this copy and another one of the same vault went apart. `None`: they share no event.
    ///
    /// # Errors
    /// [`StoreError::Integrity`] where a chain is broken.
    pub fn fork(&self, other: &Self) -> Result<Option<Fork>, StoreError> {
        let has_same_key = self.file.header.key_id == other.file.header.key_id;
        let (shared, own, others) = match has_same_key {
            true => self.fork_by_tags(other)?,
            false => self.fork_by_identities(other)?,
        };
        if shared == 0 {
            return Ok(None);
        }
        Ok(Some(Fork { shared, own: self.with_stamps(own)?, other: other.with_stamps(others)? }))
    }

    fn fork_by_tags(&self, other: &Self) -> Result<(u64, Links, Links), StoreError> {
        let (mut own, mut others) = (Links::new(), Links::new());
        let (mut here, mut there) = (self.head.newest(), other.head.newest());
        while here != there {
            let (store, link, links) = match here.number >= there.number {
                true => (self, &mut here, &mut own),
                false => (other, &mut there, &mut others),
            };
            if link.number == 0 {
                return Err(StoreError::integrity("its history does not begin with its first event"));
            }
            let event = store.event(*link)?;
            let next = EventLink { number: link.number - 1, tag: event.previous_tag };
            links.push((*link, event));
            *link = next;
        }
        own.reverse();
        others.reverse();
        Ok((here.number, own, others))
    }

    fn fork_by_identities(&self, other: &Self) -> Result<(u64, Links, Links), StoreError> {
        let (own, others) = (self.identities()?, other.identities()?);
        let shared = own.iter().zip(&others).take_while(|((_, one), (_, two))| one == two).count();
        let opened = |store: &Self, chain: &[(EventLink, [u8; 16])]| {
            let above = chain.iter().skip(shared);
            above.map(|(link, _)| Ok((*link, store.event(*link)?))).collect::<Result<Links, StoreError>>()
        };
        Ok((shared as u64, opened(self, &own)?, opened(other, &others)?))
    }

    /// Links and identities of all events, oldest first.
    fn identities(&self) -> Result<Vec<(EventLink, [u8; 16])>, StoreError> {
        let mut chain = Vec::new();
        let mut link = self.head.newest();
        while link.number > 0 {
            let event = self.event(link)?;
            chain.push((link, event.random));
            link = EventLink { number: link.number - 1, tag: event.previous_tag };
        }
        chain.reverse();
        Ok(chain)
    }

    /// Stamps of format 1 follow from the times of all events before.
    fn with_stamps(&self, tail: Links) -> Result<Vec<TailEvent>, StoreError> {
        let last_without = tail.iter().rposition(|(_, event)| event.stamped.is_none());
        let computed = match last_without {
            None => Vec::new(),
            Some(at) => self.stamps_up_to(tail[at].0)?,
        };
        let stamped = tail.into_iter().map(|(link, record)| {
            let stamp = match &record.stamped {
                Some(stamped) => Some(stamped.stamp),
                None => usize::try_from(link.number - 1).ok().and_then(|at| computed.get(at).copied()),
            };
            let stamp = stamp.ok_or_else(|| StoreError::integrity("its history is too long"))?;
            Ok(TailEvent { link, stamp, record })
        });
        stamped.collect()
    }

    fn stamps_up_to(&self, mut link: EventLink) -> Result<Vec<u64>, StoreError> {
        let mut times: Vec<Timestamp> = Vec::new();
        while link.number > 0 {
            let event = self.event(link)?;
            times.push(event.time);
            link = EventLink { number: link.number - 1, tag: event.previous_tag };
        }
        Ok(stamps(times.into_iter().rev()).collect())
    }
}

/// Events with what leads to them, oldest first.
type Links = Vec<(EventLink, EventRecord)>;
