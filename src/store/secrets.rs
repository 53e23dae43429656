//! Statements on `secret` and `version`: reading what the sums and MACs vouch for.

use super::buckets::{Depth, parse_record};
use super::codec::{EventLink, SecretRecordView, VersionRecord, type_byte};
use super::error::StoreError;
use super::index::SecretRow;
use super::open_store::OpenStore;
use super::rows::{LONGEST_RECORD, array, blob, each, first, integer};
use crate::crypto::{self, bucket_of};
use crate::domain::{SecretName, SecretValue, ValueType};
use crate::memory::SecretBytes;
use crate::versioning::{SecretState, VersionKey, VersionState};

/// A secret as it is in the file, opened and verified with all its version records.
pub struct StoredSecret {
    pub(super) id: [u8; 16],
    pub(super) name_tag: [u8; 32],
    /// The tag of its sealed record: changes with every change of the secret.
    pub(super) tag: [u8; 16],
    pub(super) state: SecretState,
    pub(super) versions: Vec<StoredVersion>,
    pub(super) last_event: EventLink,
}

/// What ties a version's row to its secret.
pub(super) struct StoredVersion {
    pub(super) key: VersionKey,
    pub(super) id_tag: [u8; 32],
    /// The tag of its sealed record.
    pub(super) tag: [u8; 16],
    pub(super) value_tag: [u8; 16],
    pub(super) equal: [u8; 32],
}

impl StoredSecret {
    /// Everything but the values.
    pub fn state(&self) -> &SecretState {
        &self.state
    }

    /// Everything but the values, given away.
    pub fn into_state(self) -> SecretState {
        self.state
    }

    /// Changes with every change of the secret, and tells nothing about it.
    pub fn tag(&self) -> [u8; 16] {
        self.tag
    }

    /// Its row id: stays through renames and rekeys.
    pub fn id(&self) -> [u8; 16] {
        self.id
    }

    /// The newest event of its own history.
    pub fn last_event(&self) -> EventLink {
        self.last_event
    }

    pub(super) fn stored_version(&self, key: VersionKey) -> Option<&StoredVersion> {
        self.versions.iter().find(|version| version.key == key)
    }
}

impl OpenStore {
    /// The opened records of all secrets that were read, in no order.
    pub fn records(&self) -> impl Iterator<Item = &[u8]> + Clone {
        self.index.records()
    }

    /// The names of all secrets that were read, in no order.
    ///
    /// # Errors
    /// [`StoreError::Integrity`].
    pub fn names(&self) -> Result<Vec<SecretName>, StoreError> {
        self.records()
            .map(|record| {
                SecretRecordView::parse(record)
                    .and_then(|view| SecretName::new(view.name).ok())
                    .ok_or_else(|| StoreError::integrity("the record of a secret makes no sense"))
            })
            .collect()
    }

    /// The names of all secrets, in no order.
    ///
    /// # Errors
    /// [`StoreError::Integrity`], and those of the file.
    pub fn all_names(&mut self) -> Result<Vec<SecretName>, StoreError> {
        self.load_all()?;
        self.names()
    }

    /// Proves by the bucket's sum whether there is a secret of this name.
    ///
    /// # Errors
    /// [`StoreError::Integrity`].
    pub fn prove(&mut self, name: &SecretName) -> Result<[u8; 32], StoreError> {
        let name_tag = self.keys.name_tag(name.as_str());
        let bucket = bucket_of(&name_tag);
        if !self.index.is_read(bucket) {
            self.load_bucket(bucket, Depth::Rows)?;
        }
        Ok(name_tag)
    }

    /// Opens a secret by name; that there is none is proved by the bucket's sum.
    ///
    /// # Errors
    /// [`StoreError::Integrity`].
    pub fn secret(&mut self, name: &SecretName) -> Result<Option<StoredSecret>, StoreError> {
        let name_tag = self.prove(name)?;
        match self.index.find(&name_tag).cloned() {
            None => Ok(None),
            Some(row) => self.open_secret(&row, name).map(Some),
        }
    }

    fn open_secret(&self, row: &SecretRow, name: &SecretName) -> Result<StoredSecret, StoreError> {
        self.turn.goes_on();
        let read;
        let record = match self.index.record(row) {
            Some(record) => record,
            None => {
                read = self.read_record(row)?;
                read.expose()
            }
        };
        let view = parse_record(record)?;
        if view.name != name.as_str() {
            return Err(StoreError::integrity("a secret is stored under another secret's name"));
        }
        let mut state =
            view.to_state().ok_or_else(|| StoreError::integrity("the record of a secret makes no sense"))?;
        let (states, versions) = self.read_versions(&row.id, &view.versions_mac)?;
        state.versions = states;
        if let Some(broken) = state.broken_invariant() {
            return Err(StoreError::Integrity(format!("in secret '{name}' {broken}")));
        }
        Ok(StoredSecret {
            id: row.id,
            name_tag: row.name_tag,
            tag: row.tag,
            state,
            versions,
            last_event: view.last_event,
        })
    }

    fn read_record(&self, row: &SecretRow) -> Result<SecretBytes, StoreError> {
        let sql = "SELECT record FROM secret WHERE name_tag = ?1 AND id = ?2";
        let bound = (&row.name_tag, &row.id);
        let sealed = first(self.file.connection(), sql, bound, |found| blob(found, 0).map(<[u8]>::to_vec))?
            .ok_or_else(|| StoreError::integrity("a secret that was there is not there any more"))?;
        if crypto::seal_tag(&sealed) != Some(row.tag) {
            return Err(StoreError::integrity("the record of a secret is not the one that was verified"));
        }
        self.keys
            .open(&self.seals.secret(&row.name_tag, &row.id), &sealed)
            .map_err(|_| StoreError::integrity("the record of a secret does not open"))
    }

    fn read_versions(
        &self,
        secret: &[u8; 16],
        versions_mac: &[u8; 32],
    ) -> Result<(Vec<VersionState>, Vec<StoredVersion>), StoreError> {
        let mut read: Vec<(VersionState, StoredVersion)> = Vec::new();
        let sql = "SELECT key, id_tag, CASE WHEN length(record) <= ?2 THEN record END FROM version \
                   WHERE secret_id = ?1";
        each(self.file.connection(), sql, (secret, LONGEST_RECORD), |row| {
            read.push(self.open_version(secret, integer(row, 0)?, array(row, 1)?, blob(row, 2)?)?);
            Ok(())
        })?;
        let mut tags: Vec<(i64, [u8; 16])> =
            read.iter().map(|(_, version)| (version.key.0, version.tag)).collect();
        if self.keys.versions_mac(secret, &mut tags) != *versions_mac {
            return Err(StoreError::integrity("the versions of a secret are not those that were written"));
        }
        read.sort_by(|(one, _), (other, _)| (one.order, &one.id).cmp(&(other.order, &other.id)));
        Ok(read.into_iter().unzip())
    }

    fn open_version(
        &self,
        secret: &[u8; 16],
        key: i64,
        id_tag: [u8; 32],
        sealed: &[u8],
    ) -> Result<(VersionState, StoredVersion), StoreError> {
        let opened = self
            .keys
            .open(&self.seals.version(key, secret, &id_tag), sealed)
            .map_err(|_| StoreError::integrity("the record of a version does not open"))?;
        let record = VersionRecord::decode(opened.expose(), VersionKey(key))
            .filter(|record| self.keys.id_tag(secret, record.state.id.as_str()) == id_tag)
            .ok_or_else(|| StoreError::integrity("the record of a version makes no sense"))?;
        let tag = crypto::seal_tag(sealed)
            .ok_or_else(|| StoreError::integrity("the record of a version is too short"))?;
        let stored = StoredVersion {
            key: VersionKey(key),
            id_tag,
            tag,
            value_tag: record.value_tag,
            equal: record.equal,
        };
        Ok((record.state, stored))
    }

    /// Opens the value of a version.
    ///
    /// # Errors
    /// [`StoreError::Integrity`] where it is not the value that the version's record names.
    pub fn value(&self, secret: &StoredSecret, key: VersionKey) -> Result<SecretValue, StoreError> {
        let damaged =
            |what: &str| StoreError::Integrity(format!("a value of secret '{}' {what}", secret.state.name));
        let (Some(version), Some(state)) = (secret.stored_version(key), secret.state.version_of_key(key))
        else {
            return Err(damaged("is missing"));
        };
        let sql = "SELECT value FROM version WHERE key = ?1 AND secret_id = ?2";
        let bytes = first(self.file.connection(), sql, (key.0, &secret.id), |row| {
            let sealed = blob(row, 0)?;
            if crypto::seal_tag(sealed) != Some(version.value_tag) {
                return Err(damaged("is not the one that was written"));
            }
            self.keys
                .open(&self.seals.value(key.0, &secret.id, &version.id_tag), sealed)
                .map_err(|_| damaged("does not open"))
        })?
        .ok_or_else(|| damaged("is missing"))?;
        if bytes.len() as u64 != state.size {
            return Err(damaged("has another length than it should"));
        }
        SecretValue::new(state.value_type, bytes).map_err(|_| damaged("is not of its type"))
    }

    /// The newest version of a secret, other than `except`, that holds this value. Found by its MAC only.
    pub fn version_with_value<'a>(
        &self,
        secret: &'a StoredSecret,
        value: &SecretValue,
        except: Option<VersionKey>,
    ) -> Option<&'a VersionState> {
        let equal = self.keys.equal_tag(type_byte(value.value_type()), value.expose());
        secret
            .state
            .versions
            .iter()
            .rev()
            .filter(|version| Some(version.key) != except)
            .find(|version| secret.stored_version(version.key).is_some_and(|stored| stored.equal == equal))
    }

    /// The MACs under which versions that hold these bytes are found, as text and as binary.
    pub fn equal_tags(&self, bytes: &SecretBytes) -> EqualTags {
        let tag = |value_type| self.keys.equal_tag(type_byte(value_type), bytes.expose());
        EqualTags { text: tag(ValueType::Text), binary: tag(ValueType::Binary) }
    }

    /// The versions of a secret that hold these bytes, as text or as binary, oldest first. The MACs only
    /// find candidates; each is opened and compared in constant time.
    ///
    /// # Errors
    /// [`StoreError::Integrity`].
    pub fn versions_holding<'a>(
        &self,
        secret: &'a StoredSecret,
        tags: &EqualTags,
        bytes: &SecretBytes,
    ) -> Result<Vec<&'a VersionState>, StoreError> {
        let mut holding = Vec::new();
        for version in &secret.state.versions {
            let tag = match version.value_type {
                ValueType::Text => &tags.text,
                ValueType::Binary => &tags.binary,
            };
            let is_candidate = secret.stored_version(version.key).is_some_and(|stored| stored.equal == *tag);
            if is_candidate && bytes.equals(self.value(secret, version.key)?.expose()) {
                holding.push(version);
            }
        }
        Ok(holding)
    }
}

/// The MACs of a value that is looked for.
pub struct EqualTags {
    text: [u8; 32],
    binary: [u8; 32],
}
