//! What only an import needs: secrets and versions that bring their times with them.

use std::collections::{HashMap, HashSet};

use super::{NewVersion, SecretHandle, StoreError, WriteTransaction};
use crate::crypto;
use crate::domain::{SecretName, Timestamp};
use crate::store::format::FormatVersion;
use crate::versioning::{Change, VersionKey};

impl WriteTransaction<'_> {
    /// Begins a new secret as [`create`](Self::create) does, with the time at which it was created; `None` means now.
    ///
    /// # Errors
    /// [`StoreError::System`] and what SQLite refuses.
    pub fn create_imported(
        &mut self,
        name: &SecretName,
        created: Option<Timestamp>,
        change: &Change,
        versions: Vec<NewVersion<'_>>,
        order: &[VersionKey],
    ) -> Result<(), StoreError> {
        let created = created.unwrap_or(self.moment.now);
        let handle = self.begin_secret(name, crypto::make_random()?, created);
        self.apply_imported(handle, change, versions, order)
    }

    /// Applies an import's change: stores versions at their places in `order`, which names every version
    /// that the secret has then; versions that were there make room.
    ///
    /// The secret is settled with it: an import may bring more secrets than memory should hold, so nothing
    /// else of this transaction may touch it again.
    ///
    /// # Errors
    /// [`StoreError::System`] and what SQLite refuses.
    pub fn apply_imported(
        &mut self,
        handle: SecretHandle,
        change: &Change,
        versions: Vec<NewVersion<'_>>,
        order: &[VersionKey],
    ) -> Result<(), StoreError> {
        let name_before = self.secret(handle).state.name.clone();
        let places = match self.head.format {
            FormatVersion::One => self.make_room(handle, order)?,
            FormatVersion::Two => self.make_room_by_stamp(handle, &versions, order)?,
        };
        for version in versions {
            let place = places.get(&version.reference.key).copied();
            let place = place.unwrap_or(self.secret(handle).state.next_order);
            self.insert_version_at(handle, version, place)?;
        }
        self.append_event(handle, name_before, change)?;
        self.change_state(handle, change);
        self.settle(handle)
    }

    /// Gives every version of `order` its stamp: its time, and within one second the order that is wanted; no two
    /// have the same. A version that is there keeps its second.
    fn make_room_by_stamp(
        &mut self,
        handle: SecretHandle,
        versions: &[NewVersion<'_>],
        order: &[VersionKey],
    ) -> Result<HashMap<VersionKey, u64>, StoreError> {
        let state = &self.secret(handle).state;
        let present: HashMap<VersionKey, u64> =
            state.versions.iter().map(|version| (version.key, version.order)).collect();
        let new =
            versions.iter().map(|version| (version.reference.key, self.milliseconds_of(version.created)));
        let mut wanted: HashMap<VersionKey, u64> = new.collect();
        wanted.extend(&present);
        let mut taken = HashSet::with_capacity(order.len());
        let mut stamps = HashMap::with_capacity(order.len());
        let mut last = 0;
        for (key, own) in order.iter().filter_map(|key| Some((key, *wanted.get(key)?))) {
            let in_order = own.max(u64::saturating_add(last, 1));
            let mut stamp = if in_order / 1_000 == own / 1_000 { in_order } else { own };
            while !taken.insert(stamp) {
                stamp += 1;
            }
            stamps.insert(*key, stamp);
            last = stamp;
        }
        for (key, before) in present {
            match stamps.get(&key) {
                Some(stamp) if *stamp != before => {
                    self.rewrite_record(handle, key, |version| version.order = *stamp)?;
                }
                _ => {}
            }
        }
        Ok(stamps)
    }

    /// Gives every version of `order` its number; a version that is there keeps its own where it can.
    fn make_room(
        &mut self,
        handle: SecretHandle,
        order: &[VersionKey],
    ) -> Result<HashMap<VersionKey, u64>, StoreError> {
        let state = &self.secret(handle).state;
        let present: HashMap<VersionKey, u64> =
            state.versions.iter().map(|version| (version.key, version.order)).collect();
        let mut places = HashMap::with_capacity(order.len());
        let mut last = 0;
        for key in order {
            last = present.get(key).copied().unwrap_or(0).max(last + 1);
            places.insert(*key, last);
        }
        for (key, before) in present {
            match places.get(&key) {
                Some(place) if *place != before => {
                    self.rewrite_record(handle, key, |version| version.order = *place)?;
                }
                _ => {}
            }
        }
        let state = &mut self.working[handle.0].stored.state;
        state.next_order = state.next_order.max(last + 1);
        Ok(places)
    }
}
