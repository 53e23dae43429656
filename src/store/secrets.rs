//! Statements on `secret`, and the values of `version`: reading what the sums and MACs vouch for.

use std::collections::HashMap;

use super::buckets::{Depth, parse_record};
use super::codec::{EventLink, SecretRecordView, Succession, type_byte};
use super::error::StoreError;
use super::format::{FormatVersion, NameTag, VersionRow};
use super::index::{SecretRow, SharedRecords};
use super::open_store::OpenStore;
use super::rows::{blob, first};
use super::versions::{Extent, ValueSeal, Versions};
use crate::crypto;
use crate::domain::{CopyName, SecretName, SecretValue, ValueType, VersionId};
use crate::memory::SecretBytes;
use crate::versioning::{
    SecretState, VersionKey, VersionState, suggest_version_id_where, suggestion_needs_all_ids,
};

/// A secret as it is in the file, verified; opened with all its version records, unless it is for a put or a merge.
#[derive(Clone)]
pub struct StoredSecret {
    pub(super) id: [u8; 16],
    pub(super) name_tag: NameTag,
    /// The tag of its sealed record: changes with every change of the secret.
    pub(super) tag: [u8; 16],
    /// Its versions are those whose records are opened.
    pub(super) state: SecretState,
    /// Of all versions, in the order of their keys.
    pub(super) rows: Vec<VersionRow>,
    /// Of the versions whose records are opened.
    pub(super) seals: HashMap<VersionKey, ValueSeal>,
    pub(super) last_event: EventLink,
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

    /// The versions whose records are not opened.
    pub fn sealed_versions(&self) -> impl Iterator<Item = VersionKey> {
        self.rows.iter().map(|row| row.key).filter(|key| !self.seals.contains_key(key))
    }

    /// Whether the records of all versions are opened.
    pub(super) fn is_complete(&self) -> bool {
        self.seals.len() == self.rows.len()
    }

    pub(super) fn row(&self, key: VersionKey) -> Option<&VersionRow> {
        let at = self.rows.binary_search_by_key(&key, |row| row.key).ok()?;
        self.rows.get(at)
    }

    pub(super) fn row_mut(&mut self, key: VersionKey) -> Option<&mut VersionRow> {
        let at = self.rows.binary_search_by_key(&key, |row| row.key).ok()?;
        self.rows.get_mut(at)
    }
}

impl OpenStore {
    /// The opened records of all secrets that were read, in no order.
    pub fn records(&self) -> impl Iterator<Item = &[u8]> + Clone {
        self.index.records()
    }

    /// The same records, to be kept beyond this session without a copy.
    pub fn shared_records(&self) -> SharedRecords {
        self.index.shared()
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
    pub fn prove(&mut self, name: &SecretName) -> Result<(), StoreError> {
        self.proved_tag(name).map(drop)
    }

    pub(super) fn proved_tag(&mut self, name: &SecretName) -> Result<NameTag, StoreError> {
        let name_tag = self.head.format.name_tag(&self.keys, name.as_str());
        let bucket = name_tag.bucket();
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
        self.secret_to(name, Extent::Every)
    }

    /// As [`secret`](Self::secret), with what a put of this id needs; where there are many versions, not all of
    /// their records are opened. `None`: the put takes the id that is suggested.
    ///
    /// # Errors
    /// [`StoreError::Integrity`].
    pub fn secret_for_put(
        &mut self,
        name: &SecretName,
        id: Option<&VersionId>,
    ) -> Result<Option<StoredSecret>, StoreError> {
        self.secret_to(name, Extent::ForPut(id))
    }

    /// As [`secret`](Self::secret), with what a merge with another copy needs until it is known what that one has:
    /// where both may have records in common, only those of versions with a label and of the newest are opened.
    ///
    /// # Errors
    /// [`StoreError::Integrity`].
    pub fn secret_for_merge(
        &mut self,
        name: &SecretName,
        with: &Self,
    ) -> Result<Option<StoredSecret>, StoreError> {
        self.secret_to(name, if self.may_share_records(with) { Extent::Marked } else { Extent::Every })
    }

    fn secret_to(
        &mut self,
        name: &SecretName,
        extent: Extent<'_>,
    ) -> Result<Option<StoredSecret>, StoreError> {
        let name_tag = self.proved_tag(name)?;
        match self.index.find(&name_tag).cloned() {
            None => Ok(None),
            Some(row) => self.open_secret(&row, name, extent).map(Some),
        }
    }

    /// Opens the records of versions that were left sealed.
    ///
    /// # Errors
    /// [`StoreError::Integrity`].
    pub fn complete(&self, secret: &mut StoredSecret) -> Result<(), StoreError> {
        self.open_further(secret, |_| true)
    }

    /// Opens what another copy of this secret does not have with the same record, and what is opened there. A record is
    /// the same where its tag is: both copies vouch for it with one key.
    ///
    /// # Errors
    /// [`StoreError::Integrity`].
    pub fn open_what_differs(
        &self,
        secret: &mut StoredSecret,
        there: &StoredSecret,
    ) -> Result<(), StoreError> {
        self.open_further(secret, |row| there.row(row.key) != Some(row) || there.seals.contains_key(&row.key))
    }

    fn open_further(
        &self,
        secret: &mut StoredSecret,
        is_wanted: impl Fn(&VersionRow) -> bool,
    ) -> Result<(), StoreError> {
        let mut versions = Versions {
            rows: std::mem::take(&mut secret.rows),
            states: std::mem::take(&mut secret.state.versions),
            seals: std::mem::take(&mut secret.seals),
        };
        let opened = self.open_further_records(&secret.id, &mut versions, is_wanted);
        Versions { rows: secret.rows, states: secret.state.versions, seals: secret.seals } = versions;
        opened
    }

    fn open_secret(
        &self,
        row: &SecretRow,
        name: &SecretName,
        extent: Extent<'_>,
    ) -> Result<StoredSecret, StoreError> {
        self.turn.goes_on();
        let read;
        let record = match self.index.record(row) {
            Some(record) => record,
            None => {
                read = self.read_record(row)?;
                read.expose()
            }
        };
        let view = parse_record(record, self.head.format)?;
        if view.name != name.as_str() {
            return Err(StoreError::integrity("a secret is stored under another secret's name"));
        }
        let mut state =
            view.to_state().ok_or_else(|| StoreError::integrity("the record of a secret makes no sense"))?;
        let Versions { rows, states, seals } = self.read_versions(&row.id, &view, &state.labels, extent)?;
        state.versions = states;
        if let Succession::Newest(_) = view.succession {
            state.next_order = state.newest().map_or(0, |newest| newest.order.saturating_add(1));
        }
        let exceeded = match self.head.format {
            FormatVersion::One => state.exceeded_limit(),
            FormatVersion::Two => None,
        };
        if let Some(broken) = state.broken_invariant().or(exceeded) {
            return Err(StoreError::Integrity(format!("in secret '{name}' {broken}")));
        }
        Ok(StoredSecret {
            id: row.id,
            name_tag: row.name_tag,
            tag: row.tag,
            state,
            rows,
            seals,
            last_event: view.last_event,
        })
    }

    fn read_record(&self, row: &SecretRow) -> Result<SecretBytes, StoreError> {
        let sql = "SELECT record FROM secret WHERE name_tag = ?1 AND id = ?2";
        let bound = (row.name_tag.as_bytes(), &row.id);
        let sealed = first(self.file.connection(), sql, bound, |found| blob(found, 0).map(<[u8]>::to_vec))?
            .ok_or_else(|| StoreError::integrity("a secret that was there is not there any more"))?;
        if crypto::seal_tag(&sealed) != Some(row.tag) {
            return Err(StoreError::integrity("the record of a secret is not the one that was verified"));
        }
        self.keys
            .open(&self.seals.secret(&row.name_tag, &row.id), &sealed)
            .map_err(|_| StoreError::integrity("the record of a secret does not open"))
    }

    /// Opens the value of a version.
    ///
    /// # Errors
    /// [`StoreError::Integrity`] where it is not the value that the version's record names.
    pub fn value(&self, secret: &StoredSecret, key: VersionKey) -> Result<SecretValue, StoreError> {
        let damaged =
            |what: &str| StoreError::Integrity(format!("a value of secret '{}' {what}", secret.state.name));
        let (Some(row), Some(seal), Some(state)) =
            (secret.row(key), secret.seals.get(&key), secret.state.version_of_key(key))
        else {
            return Err(damaged("is missing"));
        };
        let sql = "SELECT value FROM version WHERE key = ?1 AND secret_id = ?2";
        let bytes = first(self.file.connection(), sql, (key.0, &secret.id), |cells| {
            let sealed = blob(cells, 0)?;
            if crypto::seal_tag(sealed) != Some(seal.value_tag) {
                return Err(damaged("is not the one that was written"));
            }
            self.keys
                .open(&self.seals.value(key.0, &secret.id, &row.id_tag), sealed)
                .map_err(|_| damaged("does not open"))
        })?
        .ok_or_else(|| damaged("is missing"))?;
        if bytes.len() as u64 != state.size {
            return Err(damaged("has another length than it should"));
        }
        SecretValue::new(state.value_type, bytes).map_err(|_| damaged("is not of its type"))
    }

    /// The id that a new version of a secret is offered by a copy of the vault that is called so: the same one,
    /// however many records are opened.
    ///
    /// # Errors
    /// [`StoreError::Integrity`].
    pub fn suggested_id(
        &self,
        secret: &StoredSecret,
        copy: Option<&CopyName>,
    ) -> Result<VersionId, StoreError> {
        let newest = secret.state.newest().map(VersionState::given_id);
        if !secret.is_complete() && newest.is_some_and(|newest| suggestion_needs_all_ids(newest, copy)) {
            let mut complete = secret.clone();
            self.complete(&mut complete)?;
            return Ok(self.suggested_among(&complete, copy));
        }
        Ok(self.suggested_among(secret, copy))
    }

    fn suggested_among(&self, secret: &StoredSecret, copy: Option<&CopyName>) -> VersionId {
        let StoredSecret { state, rows, .. } = secret;
        let given = state.versions.iter().map(VersionState::given_id);
        suggest_version_id_where(given, rows.len(), copy, |text| {
            let is_known =
                |version: &VersionState| version.id.as_str() == text || version.given_id().as_str() == text;
            !state.versions.iter().any(is_known)
                && !VersionId::new(text).is_ok_and(|id| self.is_id_of_sealed(secret, &id))
        })
    }

    /// Whether a version whose record is not opened has this id, or was given it.
    pub fn is_id_of_sealed(&self, secret: &StoredSecret, id: &VersionId) -> bool {
        let id_tag = self.keys.id_tag(&secret.id, id.as_str());
        let mut sealed = secret.rows.iter().filter(|row| !secret.seals.contains_key(&row.key));
        sealed.any(|row| row.id_tag == id_tag || self.is_renamed_from(&secret.id, id, row))
    }

    /// The newest version of a secret, other than `except`, that holds this value. Found by its MAC only, and only
    /// among those whose records are opened.
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
            .find(|version| secret.seals.get(&version.key).is_some_and(|seal| seal.equal == equal))
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
            let is_candidate = secret.seals.get(&version.key).is_some_and(|seal| seal.equal == *tag);
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
