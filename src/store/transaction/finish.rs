//! The end of a transaction: secret records, sums and head, then the commit, then what is known in memory.

use super::merge::OtherLock;
use super::{SecretHandle, Working, WriteTransaction, seal_head, seal_head_in, tag_of};
use crate::crypto::{self, BUCKETS, Padding};
use crate::memory::SecretBytes;
use crate::store::codec::SecretRecord;
use crate::store::error::StoreError;
use crate::store::rows::{execute, expect_changed};
use crate::store::vault_file::VaultRow;

impl WriteTransaction<'_> {
    pub(super) fn finish(mut self) -> Result<(), StoreError> {
        if self.head.number == self.store.head.number {
            self.store.file.roll_back();
            return Ok(());
        }
        let mut working = std::mem::take(&mut self.working);
        working.retain(|secret| secret.touched);
        // In the order of their table, which fills its pages better.
        working.sort_by_key(|secret| secret.stored.name_tag);
        // All leave their old places before any takes its new one: two secrets may change names with each
        // other, and a new secret may take the name of one that goes.
        for secret in &working {
            self.leave_place(secret)?;
        }
        let mut records = Vec::with_capacity(working.len());
        for secret in &mut working {
            records.push(if secret.gone { None } else { Some(self.write_secret(secret)?) });
        }
        let row = self.write_head()?;
        self.store.commit(row, self.moment.now)?;
        self.store.head = self.head;
        // What is in the file is read and verified again when it is wanted.
        for bucket in (0..BUCKETS).filter(|&bucket| self.settled[bucket]) {
            self.store.index.forget(bucket);
        }
        for (name_tag, _) in working.iter().filter_map(|secret| secret.in_file) {
            self.store.index.remove(&name_tag);
        }
        for (secret, record) in working.iter().zip(&records) {
            if let Some(record) = record {
                let stored = &secret.stored;
                self.store.index.insert(stored.name_tag, stored.id, stored.tag, record.expose());
            }
        }
        self.store.remember(self.moment.now);
        Ok(())
    }

    fn write_head(&mut self) -> Result<VaultRow, StoreError> {
        let Some(OtherLock { header, wrapped_key }) = self.lock.take() else {
            let row = seal_head(self.store, &self.head)?;
            let sql = "UPDATE vault SET head = ?1 WHERE one = 1";
            expect_changed(execute(self.store.file.connection(), sql, [&row.head])?, 1)?;
            return Ok(row);
        };
        let header_hash = crypto::sha256(&header).to_vec();
        let row = VaultRow { header, header_hash, wrapped_key, head: Vec::new() };
        let row = seal_head_in(self.store, row, &self.head)?;
        let sql = "UPDATE vault SET header = ?1, header_hash = ?2, wrapped_key = ?3, head = ?4 WHERE one = 1";
        let cells = (&row.header, &row.header_hash, &row.wrapped_key, &row.head);
        expect_changed(execute(self.store.file.connection(), sql, cells)?, 1)?;
        Ok(row)
    }

    /// Writes the record of the newest secret of this transaction, and forgets it.
    pub(super) fn settle(&mut self, handle: SecretHandle) -> Result<(), StoreError> {
        debug_assert_eq!(handle.0 + 1, self.working.len(), "one secret after the other");
        let Some(mut secret) = self.working.pop() else { return Ok(()) };
        self.names.remove(&secret.stored.state.name);
        self.taken.remove(&secret.stored.id);
        self.leave_place(&secret)?;
        self.write_secret(&mut secret)?;
        self.settled[secret.stored.name_tag.bucket()] = true;
        Ok(())
    }

    /// Takes a secret out of its bucket's sum, and out of its table if it will not be there any more.
    fn leave_place(&mut self, secret: &Working) -> Result<(), StoreError> {
        let stored = &secret.stored;
        let connection = self.store.file.connection();
        if secret.gone {
            let versions = execute(connection, "DELETE FROM version WHERE secret_id = ?1", [&stored.id])?;
            expect_changed(versions, stored.rows.len())?;
        }
        let Some((name_tag, tag)) = secret.in_file else { return Ok(()) };
        self.head.sums[name_tag.bucket()] -=
            self.store.keys.bucket_entry(name_tag.as_bytes(), &stored.id, &tag);
        self.head.secrets -= 1;
        if secret.gone || name_tag != stored.name_tag {
            // Versions refer to its id; that is looked at when the transaction ends.
            let sql = "DELETE FROM secret WHERE name_tag = ?1 AND id = ?2";
            let deleted = execute(connection, sql, (name_tag.as_bytes(), &stored.id))?;
            expect_changed(deleted, 1)?;
        }
        Ok(())
    }

    /// Seals a secret's record, writes it and adds it to its bucket's sum; answers the record.
    fn write_secret(&mut self, secret: &mut Working) -> Result<SecretBytes, StoreError> {
        self.store.turn.goes_on();
        let stays = secret.in_file.is_some_and(|(name_tag, _)| name_tag == secret.stored.name_tag);
        let stored = &mut secret.stored;
        let format = self.head.format;
        let versions_mac = format.versions_mac(&self.store.keys, &stored.id, &stored.rows);
        let record = SecretRecord { state: &stored.state, last_event: stored.last_event, versions_mac }
            .encode(format)
            .ok_or_else(|| {
                StoreError::integrity("a change would leave a secret without a current version")
            })?;
        let associated = self.store.seals.secret(&stored.name_tag, &stored.id);
        let sealed = self.store.keys.seal(&associated, record.expose(), Padding::Record)?;
        let sql = if stays {
            "UPDATE secret SET record = ?3 WHERE name_tag = ?1 AND id = ?2"
        } else {
            "INSERT INTO secret (name_tag, id, record) VALUES (?1, ?2, ?3)"
        };
        let connection = self.store.file.connection();
        let changed = execute(connection, sql, (stored.name_tag.as_bytes(), &stored.id, &sealed))?;
        expect_changed(changed, 1)?;
        stored.tag = tag_of(&sealed)?;
        let entry = self.store.keys.bucket_entry(stored.name_tag.as_bytes(), &stored.id, &stored.tag);
        self.head.sums[stored.name_tag.bucket()] += entry;
        self.head.secrets += 1;
        Ok(record)
    }
}
