//! Statements on `version`: which versions a secret has, as its `versions_mac` vouches for them, and their records.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use super::codec::{SecretRecordView, Succession, VersionRecord};
use super::error::StoreError;
use super::format::{FormatVersion, VersionRow};
use super::open_store::OpenStore;
use super::rows::{LONGEST_RECORD, array, blob, each, first};
use crate::crypto;
use crate::domain::VersionId;
use crate::versioning::merge::suffixed_ids;
use crate::versioning::{LabelMap, VersionKey, VersionState};

/// Which records of a secret's versions are opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent<'a> {
    /// All.
    Every,
    /// What a put needs: those with a label, the newest, and the one that has this id already. All where
    /// they are few, or where retention decides among them.
    ForPut(Option<&'a VersionId>),
    /// Those with a label, and the newest. All where they are so few that this costs no more.
    Marked,
}

/// Up to so many records are opened for a put, to say which of all versions holds the same value.
const FEW: usize = 256;

/// Up to so many records are read in one go faster than some of them one by one.
const VERY_FEW: usize = 8;

/// What ties a version's value to its record, and finds equal ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct ValueSeal {
    pub(super) value_tag: [u8; 16],
    pub(super) equal: [u8; 32],
}

/// The versions of a secret.
pub(super) struct Versions {
    /// All of them, in the order of their keys.
    pub(super) rows: Vec<VersionRow>,
    /// Those whose records are opened, oldest first.
    pub(super) states: Vec<VersionState>,
    /// Of those.
    pub(super) seals: HashMap<VersionKey, ValueSeal>,
}

impl OpenStore {
    /// Reads the versions of a secret whose record was verified.
    pub(super) fn read_versions(
        &self,
        secret: &[u8; 16],
        view: &SecretRecordView<'_>,
        labels: &LabelMap,
        extent: Extent<'_>,
    ) -> Result<Versions, StoreError> {
        let mut versions = Versions { rows: Vec::new(), states: Vec::new(), seals: HashMap::new() };
        let format = self.head.format;
        match format {
            // Without opening a record nobody knows what its id tag stands for.
            FormatVersion::One => self.open_every_record(secret, &mut versions, true)?,
            FormatVersion::Two => {
                let sql = "SELECT key, id_tag, tag FROM version WHERE secret_id = ?1";
                each(self.file.connection(), sql, [secret], |row| {
                    versions.rows.push(VersionRow::read(row)?);
                    Ok(())
                })?;
            }
        }
        versions.rows.sort_unstable_by_key(|row| row.key);
        if format.versions_mac(&self.keys, secret, &versions.rows) != view.versions_mac {
            return Err(StoreError::integrity("the versions of a secret are not those that were written"));
        }
        if format >= FormatVersion::Two {
            let ids: HashSet<&[u8; 32]> = versions.rows.iter().map(|row| &row.id_tag).collect();
            if ids.len() != versions.rows.len() {
                return Err(StoreError::integrity("two versions have the same id"));
            }
            match extent {
                Extent::ForPut(wanted) if view.retention.is_none() && versions.rows.len() > FEW => {
                    self.open_marked(secret, view, labels, wanted, &mut versions)?;
                }
                Extent::Marked if versions.rows.len() > VERY_FEW => {
                    self.open_marked(secret, view, labels, None, &mut versions)?;
                }
                _ => self.open_every_record(secret, &mut versions, false)?,
            }
        }
        sort_states(&mut versions.states, format);
        refuse_another_newest(&versions, view)?;
        Ok(versions)
    }

    /// Opens those of the records that were left sealed that are wanted.
    pub(super) fn open_further_records(
        &self,
        secret: &[u8; 16],
        versions: &mut Versions,
        is_wanted: impl Fn(&VersionRow) -> bool,
    ) -> Result<(), StoreError> {
        let is_sealed = |row: &&VersionRow| !versions.seals.contains_key(&row.key) && is_wanted(row);
        let sealed: Vec<VersionRow> = versions.rows.iter().filter(is_sealed).copied().collect();
        for row in sealed {
            self.open_record(secret, row, versions)?;
        }
        sort_states(&mut versions.states, self.head.format);
        Ok(())
    }

    /// Opens all records in one go; takes their rows too where those are not known yet.
    fn open_every_record(
        &self,
        secret: &[u8; 16],
        versions: &mut Versions,
        takes_rows: bool,
    ) -> Result<(), StoreError> {
        let sql = "SELECT key, id_tag, CASE WHEN length(record) <= ?2 THEN record END FROM version \
                   WHERE secret_id = ?1";
        each(self.file.connection(), sql, (secret, LONGEST_RECORD), |cells| {
            let row = VersionRow::of_record(cells)?;
            match takes_rows {
                true => versions.rows.push(row),
                false => refuse_another_row(versions, &row)?,
            }
            self.take_record(secret, row, blob(cells, 2)?, versions)
        })?;
        if versions.seals.len() == versions.rows.len() { Ok(()) } else { Err(gone()) }
    }

    /// Opens those with a label, the newest, and the one that has or had this id.
    fn open_marked(
        &self,
        secret: &[u8; 16],
        view: &SecretRecordView<'_>,
        labels: &LabelMap,
        id: Option<&VersionId>,
        versions: &mut Versions,
    ) -> Result<(), StoreError> {
        let mut keys: HashSet<VersionKey> = labels.iter().map(|(_, target)| target.key).collect();
        if let Succession::Newest(newest) = view.succession {
            keys.insert(newest);
        }
        let wanted = id.map(|id| self.keys.id_tag(secret, id.as_str()));
        let is_needed = |row: &&VersionRow| {
            let is_renamed = || id.is_some_and(|id| self.is_renamed_from(secret, id, row));
            keys.contains(&row.key) || wanted == Some(row.id_tag) || is_renamed()
        };
        let needed: Vec<VersionRow> = versions.rows.iter().filter(is_needed).copied().collect();
        needed.into_iter().try_for_each(|row| self.open_record(secret, row, versions))
    }

    /// Whether a merge made this id with a suffix out of that one, told by the id tag alone. The longer suffixes that
    /// stand in where the usual one is taken are not looked for.
    pub(super) fn is_renamed_from(&self, secret: &[u8; 16], id: &VersionId, row: &VersionRow) -> bool {
        let usual = suffixed_ids(id, row.key).next();
        usual.is_some_and(|usual| self.keys.id_tag(secret, usual.as_str()) == row.id_tag)
    }

    fn open_record(
        &self,
        secret: &[u8; 16],
        row: VersionRow,
        versions: &mut Versions,
    ) -> Result<(), StoreError> {
        let sql = "SELECT id_tag, tag, CASE WHEN length(record) <= ?3 THEN record END FROM version \
                   WHERE key = ?1 AND secret_id = ?2";
        first(self.file.connection(), sql, (row.key.0, secret, LONGEST_RECORD), |cells| {
            let sealed = blob(cells, 2)?;
            let is_verified = array(cells, 0)? == row.id_tag
                && array(cells, 1)? == row.tag
                && crypto::seal_tag(sealed) == Some(row.tag);
            if !is_verified {
                return Err(not_the_verified_one());
            }
            self.take_record(secret, row, sealed, versions)
        })?
        .ok_or_else(gone)
    }

    fn take_record(
        &self,
        secret: &[u8; 16],
        row: VersionRow,
        sealed: &[u8],
        versions: &mut Versions,
    ) -> Result<(), StoreError> {
        let opened = self
            .keys
            .open(&self.seals.version(row.key.0, secret, &row.id_tag), sealed)
            .map_err(|_| StoreError::integrity("the record of a version does not open"))?;
        let record = VersionRecord::decode(opened.expose(), row.key, self.head.format)
            .filter(|record| self.keys.id_tag(secret, record.state.id.as_str()) == row.id_tag)
            .ok_or_else(|| StoreError::integrity("the record of a version makes no sense"))?;
        let seal = ValueSeal { value_tag: record.value_tag, equal: record.equal };
        versions.seals.insert(row.key, seal);
        versions.states.push(record.state);
        Ok(())
    }
}

/// Puts versions into the order of creation.
pub(super) fn sort_states(states: &mut [VersionState], format: FormatVersion) {
    states.sort_unstable_by(|one, other| by_creation(one, other, format));
}

/// Whether a version comes before another one in the order of creation.
pub(super) fn is_before(one: &VersionState, other: &VersionState, format: FormatVersion) -> bool {
    by_creation(one, other, format).is_lt()
}

fn by_creation(one: &VersionState, other: &VersionState, format: FormatVersion) -> Ordering {
    match format {
        FormatVersion::One => (one.order, &one.id).cmp(&(other.order, &other.id)),
        FormatVersion::Two => (one.order, one.key).cmp(&(other.order, other.key)),
    }
}

/// The record of a row must be the one whose tag the MAC vouches for.
fn refuse_another_row(versions: &Versions, row: &VersionRow) -> Result<(), StoreError> {
    let at = versions.rows.binary_search_by_key(&row.key, |known| known.key);
    match at {
        Ok(at) if versions.rows[at] == *row => Ok(()),
        _ => Err(not_the_verified_one()),
    }
}

/// The newest version that was opened must be the one that the secret's record names.
fn refuse_another_newest(versions: &Versions, view: &SecretRecordView<'_>) -> Result<(), StoreError> {
    let newest = versions.states.last().map(|version| version.key);
    match view.succession {
        Succession::Newest(named) if newest != Some(named) => {
            Err(StoreError::integrity("the newest version of a secret is not the one that its record names"))
        }
        _ => Ok(()),
    }
}

fn not_the_verified_one() -> StoreError {
    StoreError::integrity("the record of a version is not the one that was verified")
}

fn gone() -> StoreError {
    StoreError::integrity("a version that was there is not there any more")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Facts, SecretName, StageLabel, Timestamp, ValueType};
    use crate::store::codec::{EventLink, SecretRecord};
    use crate::versioning::SecretState;

    fn version(key: i64, order: u64) -> VersionState {
        VersionState {
            key: VersionKey(key),
            id: VersionId::new(format!("v{order}").as_str()).unwrap(),
            given: None,
            order,
            created: Timestamp::of_milliseconds(order),
            value_type: ValueType::Text,
            size: 1,
            note: None,
        }
    }

    /// A secret with two versions; the newer one has the smaller key.
    fn secret() -> SecretState {
        let versions = vec![version(9, 1), version(5, 2)];
        let mut labels = LabelMap::new();
        labels.point(&StageLabel::current(), &versions[0].reference());
        SecretState {
            name: SecretName::new("db").unwrap(),
            given_name: None,
            facts: Facts::default(),
            created: Timestamp::of_milliseconds(1),
            updated: Timestamp::of_milliseconds(2),
            planned_deletion: None,
            labels,
            next_order: 3,
            versions,
        }
    }

    // Guards: the format says which version is the newest, and the number of the next one follows from it.
    #[test]
    fn a_record_that_names_another_newest_version_is_refused() {
        let mut state = secret();
        let read = |named: &SecretState, opened: &SecretState| {
            let last_event = EventLink { number: 1, tag: [1; 16] };
            let record = SecretRecord { state: named, last_event, versions_mac: [2; 32] };
            let encoded = record.encode(FormatVersion::Two).unwrap();
            let mut states = opened.versions.clone();
            sort_states(&mut states, FormatVersion::Two);
            let versions = Versions { rows: Vec::new(), states, seals: HashMap::new() };
            refuse_another_newest(&versions, &SecretRecordView::parse(encoded.expose()).unwrap())
        };
        let named = state.clone();
        assert_eq!(read(&named, &state), Ok(()));
        state.versions[0].order = 3;
        assert!(matches!(read(&named, &state), Err(StoreError::Integrity(_))), "its order is another");
        state.versions.pop();
        assert!(matches!(read(&named, &state), Err(StoreError::Integrity(_))), "it is missing");
        state.versions.clear();
        assert!(matches!(read(&named, &state), Err(StoreError::Integrity(_))), "there is none");
    }
}
