//! Changing the password and replacing the vault key.
//!
//! A new password wraps the vault key under a new salt: one row. A new vault key seals every row again in one
//! transaction; vault id, row ids and the random bytes of events stay, so that copies are still recognised.

use super::codec::{EventLink, EventRecord, Head, SecretRecord, VersionRecord, type_byte};
use super::error::StoreError;
use super::format::{FormatVersion, VersionRow};
use super::header::{Header, KeyFileUse};
use super::index::Index;
use super::new_vault::{lock_with, new_arena};
use super::open_store::OpenStore;
use super::rows::{execute, expect_changed};
use super::strays::left_out;
use super::transaction::{Moment, insert_event, seal_head, tag_of};
use super::vault_file::{Purpose, VaultRow};
use super::watch::Progress;
use crate::crypto::{
    self, BUCKETS, KdfCost, KeyFile, LedgerSum, MasterPassword, Padding, VaultKey, VaultKeys,
};
use crate::domain::SecretName;
use crate::versioning::{Change, Operation};

/// A password and the key file that goes with it.
#[derive(Clone, Copy)]
pub struct Locks<'a> {
    /// The master password.
    pub password: &'a MasterPassword,
    /// The key file, if one is used.
    pub key_file: Option<&'a KeyFile>,
}

impl OpenStore {
    /// Wraps the vault key under a new password; instant but for two key derivations.
    ///
    /// # Errors
    /// [`StoreError::WrongPassword`] where `present` is not the present password,
    /// [`StoreError::HeaderChanged`] where it was changed elsewhere meanwhile.
    pub fn change_password(
        &mut self,
        present: Locks<'_>,
        new: Locks<'_>,
        cost: KdfCost,
        moment: Moment,
    ) -> Result<(), StoreError> {
        let vault_key = self.unwrap_with(present)?;
        let opened_with = self.file.row.header.clone();
        let (header, wrapped_key) = self.lock_anew(&vault_key, self.file.header.key_id, new, cost)?;
        self.in_turn(|store| {
            store.begin(Purpose::Write, moment.now)?;
            let changed = store.replace_header(&opened_with, &header, wrapped_key, moment);
            changed.inspect_err(|_| store.file.roll_back())?;
            store.remember(moment.now);
            Ok(())
        })
    }

    /// Replaces the vault key and seals every row again, then reads them all back before the commit.
    ///
    /// # Errors
    /// As [`change_password`](Self::change_password), and [`StoreError::Integrity`] where a row does not
    /// open; nothing has changed then.
    pub fn rekey(
        &mut self,
        present: Locks<'_>,
        new: Locks<'_>,
        cost: KdfCost,
        moment: Moment,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), StoreError> {
        drop(self.unwrap_with(present)?);
        let opened_with = self.file.row.header.clone();
        let vault_key = VaultKey::make(&new_arena()?)?;
        let (header, wrapped_key) = self.lock_anew(&vault_key, crypto::make_random()?, new, cost)?;
        let new_keys = vault_key.derive_keys(&header.vault_id);
        self.in_turn(|store| {
            store.begin(Purpose::Write, moment.now)?;
            let replaced = store.replace_key(&opened_with, &header, wrapped_key, new_keys, moment, progress);
            replaced.inspect_err(|_| store.file.roll_back())?;
            store.remember(moment.now);
            Ok(())
        })
    }

    fn unwrap_with(&self, present: Locks<'_>) -> Result<VaultKey, StoreError> {
        let header = &self.file.header;
        let arena = new_arena()?;
        let root =
            crypto::derive_root(&arena, present.password, present.key_file, &header.salt, &header.cost)?;
        root.check_commitment(&header.commitment)?;
        root.derive_key_encryption_key()
            .unwrap(&self.file.row.wrapped_key, &self.file.row.header)
            .map_err(|_| StoreError::integrity("its wrapped key does not open"))
    }

    fn lock_anew(
        &self,
        vault_key: &VaultKey,
        key_id: [u8; 16],
        new: Locks<'_>,
        cost: KdfCost,
    ) -> Result<(Header, Vec<u8>), StoreError> {
        let mut header = Header {
            format: self.file.header.format,
            vault_id: self.file.header.vault_id,
            key_id,
            cost,
            salt: [0; 16],
            key_file: if new.key_file.is_some() { KeyFileUse::Needed } else { KeyFileUse::None },
            commitment: [0; 32],
        };
        let key_encryption_key = lock_with(&mut header, new.password, new.key_file, &new_arena()?)?;
        let wrapped_key = key_encryption_key.wrap(vault_key, &header.encode())?;
        Ok((header, wrapped_key))
    }

    fn replace_header(
        &mut self,
        opened_with: &[u8],
        header: &Header,
        wrapped_key: Vec<u8>,
        moment: Moment,
    ) -> Result<(), StoreError> {
        if self.file.row.header != opened_with {
            return Err(StoreError::HeaderChanged);
        }
        let mut head = self.head.clone();
        append_vault_event(self, &mut head, Operation::ChangePassword, moment)?;
        self.write_row(&head, header, wrapped_key, moment)?;
        self.head = head;
        Ok(())
    }

    /// Writes the whole vault row and commits.
    pub(super) fn write_row(
        &mut self,
        head: &Head,
        header: &Header,
        wrapped_key: Vec<u8>,
        moment: Moment,
    ) -> Result<(), StoreError> {
        let before = self.file.row.clone();
        let bytes = header.encode();
        self.file.row = VaultRow {
            header_hash: crypto::sha256(&bytes).to_vec(),
            header: bytes,
            wrapped_key,
            head: Vec::new(),
        };
        let sealed = seal_head(self, head);
        // Until the commit the old row is the verified one.
        self.file.row = before;
        let row = sealed?;
        let changed = execute(
            self.file.connection(),
            "UPDATE vault SET header = ?1, header_hash = ?2, wrapped_key = ?3, head = ?4 WHERE one = 1",
            (&row.header, &row.header_hash, &row.wrapped_key, &row.head),
        )?;
        expect_changed(changed, 1)?;
        self.commit(row, moment.now)
    }

    fn replace_key(
        &mut self,
        opened_with: &[u8],
        header: &Header,
        wrapped_key: Vec<u8>,
        new_keys: VaultKeys,
        moment: Moment,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), StoreError> {
        if self.file.row.header != opened_with {
            return Err(StoreError::HeaderChanged);
        }
        self.load_all()?;
        let strays = self.remove_strays()?;
        let total = 2 * (self.head.secrets + self.head.number);
        let mut done = 0;
        let mut step = || {
            done += 1;
            progress(Progress { done, total });
        };
        let tags = self.reseal_events(&new_keys, &mut step)?;
        let mut head = Head {
            tag: tag_at(&tags, self.head.number)?,
            sums: [LedgerSum::default(); BUCKETS],
            ..self.head.clone()
        };
        for name in self.names()? {
            self.reseal_secret(&name, &new_keys, &tags, &mut head)?;
            step();
        }
        // From here on the new keys read and write; on failure the old ones come back with the old rows.
        let old_keys = std::mem::replace(&mut self.keys, new_keys);
        let old_head = std::mem::replace(&mut self.head, head);
        self.index = Index::new();
        let finished = self.read_back(&mut step).and_then(|()| {
            let mut head = self.head.clone();
            append_vault_event(self, &mut head, Operation::Rekey, moment)?;
            self.write_row(&head, header, wrapped_key, moment)?;
            self.head = head;
            Ok(())
        });
        match finished {
            Ok(()) if strays > 0 => self.notices.push(left_out(strays)),
            Ok(()) => {}
            Err(_) => {
                self.keys = old_keys;
                self.head = old_head;
                self.index = Index::new();
            }
        }
        finished
    }

    /// Answers the new tag of every event, the one of event `n` at `n - 1`.
    fn reseal_events(
        &self,
        new_keys: &VaultKeys,
        step: &mut dyn FnMut(),
    ) -> Result<Vec<[u8; 16]>, StoreError> {
        let links = self.verified_chain()?;
        let mut tags: Vec<[u8; 16]> = Vec::with_capacity(links.len());
        for link in links {
            let mut event = self.event(link)?;
            event.previous_tag = tags.last().copied().unwrap_or_default();
            if event.previous_of_secret.number > 0 {
                event.previous_of_secret.tag = tag_at(&tags, event.previous_of_secret.number)?;
            }
            let sealed =
                new_keys.seal(&self.seals.event(link.number), event.encode().expose(), Padding::Record)?;
            let number =
                i64::try_from(link.number).map_err(|_| StoreError::integrity("its history is too long"))?;
            let sql = "UPDATE event SET record = ?2 WHERE number = ?1";
            let changed = execute(self.file.connection(), sql, (number, &sealed))?;
            expect_changed(changed, 1)?;
            tags.push(tag_of(&sealed)?);
            step();
        }
        Ok(tags)
    }

    /// All events from the first to the newest, each reached by tags from the head.
    fn verified_chain(&self) -> Result<Vec<EventLink>, StoreError> {
        let mut links = Vec::new();
        let mut link = EventLink { number: self.head.number, tag: self.head.tag };
        while link.number > 0 {
            links.push(link);
            let event = self.event(link)?;
            link = EventLink { number: link.number - 1, tag: event.previous_tag };
        }
        links.reverse();
        Ok(links)
    }

    fn reseal_secret(
        &mut self,
        name: &SecretName,
        new_keys: &VaultKeys,
        tags: &[[u8; 16]],
        head: &mut Head,
    ) -> Result<(), StoreError> {
        let secret = self
            .secret(name)?
            .ok_or_else(|| StoreError::integrity("a secret that was there is not there any more"))?;
        let format = self.head.format;
        let connection = self.file.connection();
        let mut rows = Vec::with_capacity(secret.rows.len());
        for state in &secret.state.versions {
            let value = self.value(&secret, state.key)?;
            let key = state.key.0;
            let id_tag = new_keys.id_tag(&secret.id, state.id.as_str());
            let sealed_value =
                new_keys.seal(&self.seals.value(key, &secret.id, &id_tag), value.expose(), Padding::Value)?;
            let record = VersionRecord {
                state: state.clone(),
                value_tag: tag_of(&sealed_value)?,
                equal: new_keys.equal_tag(type_byte(value.value_type()), value.expose()),
            };
            let associated = self.seals.version(key, &secret.id, &id_tag);
            let encoded = record.encode(format);
            let sealed_record = new_keys.seal(&associated, encoded.expose(), format.version_padding())?;
            let row = VersionRow { key: state.key, id_tag, tag: tag_of(&sealed_record)? };
            let changed = match format {
                FormatVersion::One => {
                    let sql = "UPDATE version SET id_tag = ?3, record = ?4, value = ?5 \
                               WHERE key = ?1 AND secret_id = ?2";
                    execute(connection, sql, (key, &secret.id, &id_tag, &sealed_record, &sealed_value))?
                }
                FormatVersion::Two => {
                    let sql = "UPDATE version SET id_tag = ?3, tag = ?4, record = ?5, value = ?6 \
                               WHERE key = ?1 AND secret_id = ?2";
                    let cells = (key, &secret.id, &id_tag, &row.tag, &sealed_record, &sealed_value);
                    execute(connection, sql, cells)?
                }
            };
            expect_changed(changed, 1)?;
            rows.push(row);
        }
        rows.sort_unstable_by_key(|row| row.key);
        let number = secret.last_event.number;
        let record = SecretRecord {
            state: &secret.state,
            last_event: EventLink { number, tag: tag_at(tags, number)? },
            versions_mac: format.versions_mac(new_keys, &secret.id, &rows),
        }
        .encode(format)
        .ok_or_else(|| StoreError::integrity("a secret has no current version"))?;
        let name_tag = format.name_tag(new_keys, name.as_str());
        let sealed =
            new_keys.seal(&self.seals.secret(&name_tag, &secret.id), record.expose(), Padding::Record)?;
        let changed = execute(
            connection,
            "UPDATE secret SET name_tag = ?3, record = ?4 WHERE name_tag = ?1 AND id = ?2",
            (secret.name_tag.as_bytes(), &secret.id, name_tag.as_bytes(), &sealed),
        )?;
        expect_changed(changed, 1)?;
        head.sums[name_tag.bucket()] +=
            new_keys.bucket_entry(name_tag.as_bytes(), &secret.id, &tag_of(&sealed)?);
        Ok(())
    }

    /// Reads every row with the new keys: what does not open now would never open again.
    fn read_back(&mut self, step: &mut dyn FnMut()) -> Result<(), StoreError> {
        self.load_all()?;
        for name in self.names()? {
            let secret = self.secret(&name)?.ok_or_else(|| {
                StoreError::integrity("a secret was lost while everything was re-encrypted")
            })?;
            for version in &secret.state.versions {
                drop(self.value(&secret, version.key)?);
            }
            step();
        }
        for _ in self.verified_chain()? {
            step();
        }
        Ok(())
    }
}

fn tag_at(tags: &[[u8; 16]], number: u64) -> Result<[u8; 16], StoreError> {
    number
        .checked_sub(1)
        .and_then(|at| tags.get(usize::try_from(at).ok()?))
        .copied()
        .ok_or_else(|| StoreError::integrity("its history has a gap"))
}

/// Appends an event of the vault itself to what `head` leads to.
pub(super) fn append_vault_event(
    store: &OpenStore,
    head: &mut Head,
    operation: Operation,
    moment: Moment,
) -> Result<(), StoreError> {
    let event = EventRecord {
        time: moment.now,
        stamped: moment.stamp_event(head),
        origin: moment.origin,
        secret: None,
        change: Change::of(operation),
        takes_back: None,
        batch: None,
        previous_of_secret: EventLink::default(),
        random: crypto::make_random()?,
        previous_tag: head.tag,
        merge: None,
    };
    head.number += 1;
    head.stamp = event.stamped.as_ref().map_or(0, |stamped| stamped.stamp);
    head.tag = insert_event(store, head.number, &event)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::StateFingerprint;
    use crate::memory::SecretBytes;
    use crate::store::create;
    use crate::versioning::Origin;

    /// The state after each change, the newest first.
    fn states(store: &OpenStore) -> Vec<StateFingerprint> {
        let mut link = store.newest_event_link();
        let mut states = Vec::new();
        while link.number > 0 {
            let event = store.event(link).unwrap();
            states.push(StateFingerprint::new(link.number, &event.random));
            link = EventLink { number: link.number - 1, tag: event.previous_tag };
        }
        states
    }

    #[test]
    fn a_new_key_keeps_the_states_before_and_makes_another() {
        let folder = tempfile::tempdir().unwrap();
        let password = |text: &str| MasterPassword::new(SecretBytes::copy_of(text.as_bytes())).unwrap();
        let (first, second) = (password("correct horse"), password("another horse"));
        let cost = KdfCost::new(8, 1, 1).unwrap();
        let moment = Moment::new(1_700_000_000_000, Origin::CommandLine);
        for format in FormatVersion::ALL {
            let path = folder.path().join(format.number().to_string());
            let mut store = create(&path, format, &first, None, cost, None, moment).unwrap();
            let locks = |password| Locks { password, key_file: None };
            store.change_password(locks(&first), locks(&second), cost, moment).unwrap();
            let before = states(&store);
            assert_eq!(before[0], store.state().unwrap());
            store.rekey(locks(&second), locks(&first), cost, moment, &mut |_| ()).unwrap();
            let after = states(&store);
            assert_eq!(after[1..], before, "{format:?}");
            assert_eq!(after[0], store.state().unwrap());
        }
    }
}
