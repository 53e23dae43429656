//! The versions of a secret under way: stored, destroyed, and their records sealed again.

use super::{NewVersion, SecretHandle, WriteTransaction, tag_of};
use crate::crypto::Padding;
use crate::domain::{SecretValue, Timestamp};
use crate::store::codec::{VersionRecord, type_byte};
use crate::store::error::StoreError;
use crate::store::format::{FormatVersion, VersionRow};
use crate::store::open_store::OpenStore;
use crate::store::rows::{execute, expect_changed};
use crate::store::versions::{ValueSeal, is_before, sort_states};
use crate::versioning::{NoteShift, VersionKey, VersionRef, VersionState};

impl WriteTransaction<'_> {
    pub(super) fn insert_version(
        &mut self,
        handle: SecretHandle,
        version: NewVersion<'_>,
    ) -> Result<(), StoreError> {
        let next = self.secret(handle).state.next_order;
        let order = match self.head.format {
            FormatVersion::One => next,
            FormatVersion::Two => next.max(self.milliseconds_of(version.created)),
        };
        self.insert_version_at(handle, version, order)
    }

    /// A time in milliseconds; exact where it is that of this transaction.
    pub(super) fn milliseconds_of(&self, time: Timestamp) -> u64 {
        if time == self.moment.now { self.moment.milliseconds } else { time.milliseconds() }
    }

    /// `order` is the place in the order of creation in format 1, and the stamp in format 2.
    pub(super) fn insert_version_at(
        &mut self,
        handle: SecretHandle,
        version: NewVersion<'_>,
        order: u64,
    ) -> Result<(), StoreError> {
        let VersionRef { key, id } = version.reference;
        let value = version.value;
        let state = VersionState {
            key,
            id,
            given: None,
            order,
            created: match self.head.format {
                FormatVersion::One => version.created,
                FormatVersion::Two => Timestamp::of_milliseconds(order),
            },
            value_type: value.value_type(),
            size: value.len() as u64,
            note: version.note,
        };
        self.insert_version_as(handle, state, value)
    }

    /// Stores a version with all that its record says. Rows and versions stay in order: they are looked for in it.
    pub(super) fn insert_version_as(
        &mut self,
        handle: SecretHandle,
        state: VersionState,
        value: &SecretValue,
    ) -> Result<(), StoreError> {
        let secret_id = self.secret(handle).id;
        let (key, order, format) = (state.key, state.order, self.head.format);
        let (keys, seals) = (&self.store.keys, self.store.seals);
        let id_tag = keys.id_tag(&secret_id, state.id.as_str());
        let sealed_value =
            keys.seal(&seals.value(key.0, &secret_id, &id_tag), value.expose(), Padding::Value)?;
        let record = VersionRecord {
            state,
            value_tag: tag_of(&sealed_value)?,
            equal: keys.equal_tag(type_byte(value.value_type()), value.expose()),
        };
        let associated = seals.version(key.0, &secret_id, &id_tag);
        let encoded = record.encode(format);
        let sealed_record = keys.seal(&associated, encoded.expose(), format.version_padding())?;
        let row = VersionRow { key, id_tag, tag: tag_of(&sealed_record)? };
        insert_version_row(self.store, format, &secret_id, &row, &sealed_record, &sealed_value)?;
        let secret = &mut self.working[handle.0].stored;
        secret.rows.insert(secret.rows.partition_point(|known| known.key < key), row);
        secret.seals.insert(key, ValueSeal { value_tag: record.value_tag, equal: record.equal });
        let later = secret.state.versions.partition_point(|known| is_before(known, &record.state, format));
        secret.state.versions.insert(later, record.state);
        secret.state.next_order = secret.state.next_order.max(order.saturating_add(1));
        Ok(())
    }

    pub(super) fn delete_version(&mut self, handle: SecretHandle, key: VersionKey) -> Result<(), StoreError> {
        let secret = &mut self.working[handle.0].stored;
        let sql = "DELETE FROM version WHERE key = ?1 AND secret_id = ?2";
        let deleted = execute(self.store.file.connection(), sql, (key.0, &secret.id))?;
        expect_changed(deleted, 1)?;
        secret.rows.retain(|row| row.key != key);
        secret.seals.remove(&key);
        secret.state.versions.retain(|version| version.key != key);
        Ok(())
    }

    /// A note may be changed later; the version itself never is.
    pub(super) fn rewrite_note(&mut self, handle: SecretHandle, note: &NoteShift) -> Result<(), StoreError> {
        self.rewrite_record(handle, note.version.key, |state| state.note = note.note.after.clone())
    }

    /// What may change about a version is in its record, which is sealed again; its value stays.
    pub(super) fn rewrite_record(
        &mut self,
        handle: SecretHandle,
        key: VersionKey,
        change: impl FnOnce(&mut VersionState),
    ) -> Result<(), StoreError> {
        let format = self.head.format;
        let secret = &mut self.working[handle.0].stored;
        let seal = secret.seals.get(&key).copied();
        let state = secret.state.versions.iter_mut().find(|version| version.key == key);
        let (Some(state), Some(ValueSeal { value_tag, equal })) = (state, seal) else {
            return Err(StoreError::integrity("a version that was there is not there any more"));
        };
        change(state);
        let record = VersionRecord { state: state.clone(), value_tag, equal };
        let secret_id = secret.id;
        let Some(row) = secret.row_mut(key) else {
            return Err(StoreError::integrity("a version that was there is not there any more"));
        };
        let associated = self.store.seals.version(key.0, &secret_id, &row.id_tag);
        let encoded = record.encode(format);
        let sealed = self.store.keys.seal(&associated, encoded.expose(), format.version_padding())?;
        row.tag = tag_of(&sealed)?;
        let connection = self.store.file.connection();
        let changed = match format {
            FormatVersion::One => {
                let sql = "UPDATE version SET record = ?3 WHERE key = ?1 AND secret_id = ?2";
                execute(connection, sql, (key.0, &secret_id, &sealed))?
            }
            FormatVersion::Two => {
                let sql = "UPDATE version SET record = ?3, tag = ?4 WHERE key = ?1 AND secret_id = ?2";
                execute(connection, sql, (key.0, &secret_id, &sealed, &row.tag))?
            }
        };
        expect_changed(changed, 1)?;
        // It may have another place in the order of creation now.
        let versions = &mut self.working[handle.0].stored.state.versions;
        if !versions.is_sorted_by(|one, other| is_before(one, other, format)) {
            sort_states(versions, format);
        }
        Ok(())
    }
}

fn insert_version_row(
    store: &OpenStore,
    format: FormatVersion,
    secret: &[u8; 16],
    row: &VersionRow,
    record: &[u8],
    value: &[u8],
) -> Result<(), StoreError> {
    let connection = store.file.connection();
    match format {
        FormatVersion::One => {
            let sql =
                "INSERT INTO version (key, secret_id, id_tag, record, value) VALUES (?1, ?2, ?3, ?4, ?5)";
            execute(connection, sql, (row.key.0, secret, &row.id_tag, record, value))?;
        }
        FormatVersion::Two => {
            let sql = "INSERT INTO version (key, secret_id, id_tag, tag, record, value) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            execute(connection, sql, (row.key.0, secret, &row.id_tag, &row.tag, record, value))?;
        }
    }
    Ok(())
}
