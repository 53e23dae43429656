//! From format 1 to format 2, in one transaction.
//!
//! Values and events stay byte for byte, so that two copies that are upgraded apart go on sharing their history. The
//! records of secrets and versions are sealed again, into new tables. The header names the format and is
//! what the wrapped key is bound to, so the password is needed.

use super::codec::{EventLink, Head, SecretRecord, VersionRecord};
use super::error::StoreError;
use super::format::{FormatVersion, VersionRow};
use super::header::Header;
use super::index::Index;
use super::new_vault::new_arena;
use super::open;
use super::open_store::OpenStore;
use super::rekey::{Locks, append_vault_event};
use super::rows::{each, execute, expect_changed};
use super::schema;
use super::secrets::StoredSecret;
use super::strays::left_out;
use super::system_error::Told as _;
use super::transaction::{Moment, tag_of};
use super::vault_file::Purpose;
use super::watch::Progress;
use crate::crypto::{self, BUCKETS, LedgerSum, Padding};
use crate::domain::{SecretName, Timestamp};
use crate::versioning::{Operation, VersionState};

/// What is upgraded to.
const NEW: FormatVersion = FormatVersion::NEWEST;

/// Rows that are moved at once: their old pages are free for the next ones, so the file hardly grows.
const ROWS_AT_ONCE: i64 = 256;

impl OpenStore {
    /// The version of the format that the vault is in.
    pub fn format(&self) -> FormatVersion {
        self.head.format
    }

    /// A path beside the vault file that nothing has.
    pub fn free_name_beside(&self, kind: &str) -> std::path::PathBuf {
        open::free_name(self.file.path(), kind)
    }

    /// Brings the vault into the newest format; where it is in that already nothing changes. It cannot be stopped.
    ///
    /// # Errors
    /// [`StoreError::WrongPassword`] where `present` is not the present password, [`StoreError::HeaderChanged`]
    /// where it was changed elsewhere meanwhile, [`StoreError::Integrity`] where a row does not open; nothing has
    /// changed then.
    pub fn upgrade(
        &mut self,
        present: Locks<'_>,
        moment: Moment,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), StoreError> {
        let opened_with = self.file.row.header.clone();
        let (header, wrapped_key) = self.wrap_for_upgrade(present)?;
        self.in_turn(|store| {
            store.begin(Purpose::Write, moment.now)?;
            let before = store.head.clone();
            let upgraded = match store.file.row.header == opened_with {
                false => Err(StoreError::HeaderChanged),
                true if before.format == NEW => {
                    store.file.roll_back();
                    return Ok(());
                }
                true => store.bring_into_new_format(&header, wrapped_key, moment, progress),
            };
            upgraded.inspect_err(|_| {
                store.file.roll_back();
                store.head = before;
                store.index = Index::new();
            })?;
            store.remember(moment.now);
            Ok(())
        })
    }

    /// The header with the new number, and the key wrapped again under the same password: salt and cost stay.
    fn wrap_for_upgrade(&self, present: Locks<'_>) -> Result<(Header, Vec<u8>), StoreError> {
        let old = &self.file.header;
        let root =
            crypto::derive_root(&new_arena()?, present.password, present.key_file, &old.salt, &old.cost)?;
        root.check_commitment(&old.commitment)?;
        let key_encryption_key = root.derive_key_encryption_key();
        let vault_key = key_encryption_key
            .unwrap(&self.file.row.wrapped_key, &self.file.row.header)
            .map_err(|_| StoreError::integrity("its wrapped key does not open"))?;
        let header = Header { format: NEW, ..old.clone() };
        let wrapped_key = key_encryption_key.wrap(&vault_key, &header.encode())?;
        Ok((header, wrapped_key))
    }

    fn bring_into_new_format(
        &mut self,
        header: &Header,
        wrapped_key: Vec<u8>,
        moment: Moment,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), StoreError> {
        self.load_all()?;
        let strays = self.remove_strays()?;
        let total = 2 * self.head.secrets + self.head.number;
        let mut done = 0;
        let mut step = || {
            done += 1;
            progress(Progress { done, total });
        };
        let stamp = self.stamp_of_newest_event(&mut step)?;
        let mut head =
            Head { format: NEW, stamp, sums: [LedgerSum::default(); BUCKETS], ..self.head.clone() };
        // What is sealed again waits beside the tables, which take no record of another format.
        self.run("CREATE TEMP TABLE sealed_secret (name_tag BLOB, id BLOB, record BLOB)")?;
        self.run("CREATE TEMP TABLE sealed_version (key INTEGER PRIMARY KEY, tag BLOB, record BLOB)")?;
        let mut versions = 0;
        for name in self.names()? {
            let secret = self
                .secret(&name)?
                .ok_or_else(|| StoreError::integrity("a secret that was there is not there any more"))?;
            versions += secret.rows.len();
            self.seal_in_new_format(secret, &mut head)?;
            step();
        }
        self.replace_tables(versions)?;
        self.head = head.clone();
        self.index = Index::new();
        self.read_back_upgraded(&mut step)?;
        append_vault_event(self, &mut head, Operation::Upgrade, moment)?;
        self.write_row(&head, header, wrapped_key, moment)?;
        self.head = head;
        if strays > 0 {
            self.notices.push(left_out(strays));
        }
        Ok(())
    }

    /// The stamps of format 1 follow from the times of all events, beginning with the first.
    fn stamp_of_newest_event(&self, step: &mut dyn FnMut()) -> Result<u64, StoreError> {
        let mut times: Vec<Timestamp> = Vec::new();
        let mut link = self.head.newest();
        while link.number > 0 {
            let event = self.event(link)?;
            times.push(event.time);
            link = EventLink { number: link.number - 1, tag: event.previous_tag };
            step();
        }
        Ok(stamps(times.into_iter().rev()).last().unwrap_or_default())
    }

    fn seal_in_new_format(&self, secret: StoredSecret, head: &mut Head) -> Result<(), StoreError> {
        let StoredSecret { id, mut state, rows, seals, last_event, .. } = secret;
        let connection = self.file.connection();
        give_stamps(&mut state.versions);
        let mut new_rows = Vec::with_capacity(rows.len());
        for version in &state.versions {
            let row = rows.iter().find(|row| row.key == version.key);
            let (Some(row), Some(seal)) = (row, seals.get(&version.key)) else {
                return Err(StoreError::integrity("a version that was there is not there any more"));
            };
            let record =
                VersionRecord { state: version.clone(), value_tag: seal.value_tag, equal: seal.equal }
                    .encode(NEW);
            let associated = self.seals.version(row.key.0, &id, &row.id_tag);
            let sealed = self.keys.seal(&associated, record.expose(), NEW.version_padding())?;
            let tag = tag_of(&sealed)?;
            let sql = "INSERT INTO sealed_version (key, tag, record) VALUES (?1, ?2, ?3)";
            execute(connection, sql, (row.key.0, &tag, &sealed))?;
            new_rows.push(VersionRow { tag, ..*row });
        }
        new_rows.sort_unstable_by_key(|row| row.key);
        let versions_mac = NEW.versions_mac(&self.keys, &id, &new_rows);
        let record = SecretRecord { state: &state, last_event, versions_mac }
            .encode(NEW)
            .ok_or_else(|| StoreError::integrity("a secret has no current version"))?;
        let name_tag = NEW.name_tag(&self.keys, state.name.as_str());
        let sealed = self.keys.seal(&self.seals.secret(&name_tag, &id), record.expose(), Padding::Record)?;
        let sql = "INSERT INTO sealed_secret (name_tag, id, record) VALUES (?1, ?2, ?3)";
        execute(connection, sql, (name_tag.as_bytes(), &id, &sealed))?;
        head.sums[name_tag.bucket()] += self.keys.bucket_entry(name_tag.as_bytes(), &id, &tag_of(&sealed)?);
        Ok(())
    }

    fn replace_tables(&self, versions: usize) -> Result<(), StoreError> {
        self.run("ALTER TABLE version RENAME TO old_version")?;
        schema::create_table(self.file.connection(), NEW, "version")?;
        let moved = self.move_versions()?;
        expect_changed(moved, versions)?;
        self.run("DROP TABLE old_version; DROP TABLE sealed_version; DROP TABLE secret")?;
        schema::create_table(self.file.connection(), NEW, "secret")?;
        self.run(
            "INSERT INTO secret (name_tag, id, record) \
             SELECT name_tag, id, record FROM sealed_secret ORDER BY name_tag; \
             DROP TABLE sealed_secret",
        )?;
        schema::set_number(self.file.connection(), NEW)
    }

    /// Moves the versions in the order of their keys, with their values as they are; answers how many.
    fn move_versions(&self) -> Result<usize, StoreError> {
        let connection = self.file.connection();
        let mut moved = 0;
        loop {
            let mut last = None;
            let sql = "SELECT max(key) FROM (SELECT key FROM old_version ORDER BY key LIMIT ?1)";
            each(connection, sql, [ROWS_AT_ONCE], |row| {
                last = row.get::<_, Option<i64>>(0).unwrap_or_default();
                Ok(())
            })?;
            let Some(last) = last else { return Ok(moved) };
            self.turn.goes_on();
            let sql = "INSERT INTO version (key, secret_id, id_tag, tag, record, value) \
                       SELECT old.key, old.secret_id, old.id_tag, sealed.tag, sealed.record, old.value \
                       FROM old_version AS old JOIN sealed_version AS sealed USING (key) \
                       WHERE old.key <= ?1 ORDER BY old.key";
            let inserted = execute(connection, sql, [last])?;
            expect_changed(
                execute(connection, "DELETE FROM old_version WHERE key <= ?1", [last])?,
                inserted,
            )?;
            moved += inserted;
        }
    }

    /// Reads every record in the new format: what does not open now would never open again.
    fn read_back_upgraded(&mut self, step: &mut dyn FnMut()) -> Result<(), StoreError> {
        self.load_all()?;
        let names: Vec<SecretName> = self.names()?;
        for name in names {
            if self.secret(&name)?.is_none() {
                return Err(StoreError::integrity("a secret was lost while the vault was upgraded"));
            }
            step();
        }
        Ok(())
    }

    fn run(&self, sql: &str) -> Result<(), StoreError> {
        let connection = self.file.connection();
        connection.execute_batch(sql).on(connection)
    }
}

/// The stamps of things that followed each other at these times.
pub(super) fn stamps(times: impl Iterator<Item = Timestamp>) -> impl Iterator<Item = u64> {
    times.scan(0, |before: &mut u64, time| {
        *before = time.milliseconds().max(before.saturating_add(1));
        Some(*before)
    })
}

/// Gives versions, which come in the order of creation, the stamps that tell this order.
pub(super) fn give_stamps(versions: &mut [VersionState]) {
    let times: Vec<Timestamp> = versions.iter().map(|version| version.created).collect();
    for (version, stamp) in versions.iter_mut().zip(stamps(times.into_iter())) {
        version.order = stamp;
        version.created = Timestamp::of_milliseconds(stamp);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_rise_whatever_the_clock_said_and_keep_the_second_where_they_can() {
        let times = [5, 5, 5, 9, 2, 10].map(Timestamp::clamped);
        let given: Vec<u64> = stamps(times.into_iter()).collect();
        assert_eq!(given, [5_000, 5_001, 5_002, 9_000, 9_001, 10_000]);
    }
}
