//! Rows that nobody can reach: they are shown nowhere, and nothing vouches for them.
//!
//! Whoever can write to the file can add them, or put rows back that a purge removed. The full check names
//! them, `rekey` and `backup` leave them out.

use std::collections::HashSet;

use super::error::StoreError;
use super::open_store::OpenStore;
use super::rows::{array, each, execute, first, integer};

/// How many rows of each kind nobody can reach.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Strays {
    /// The keys of versions of no secret.
    versions: Vec<i64>,
    events: u64,
    secrets: u64,
}

/// Name tags that lie before the first or behind the last bucket: they are not HMACs.
const OUTSIDE_OF_BUCKETS: &str = "FROM secret WHERE name_tag < x'00' OR name_tag >= ?1";
const OUTSIDE_OF_HISTORY: &str = "FROM event WHERE number < 1 OR number > ?1";

/// Longer than any name tag, so above them all.
pub(super) const ABOVE_ALL_TAGS: [u8; 33] = [0xff; 33];

/// What is said where they were left out.
pub(super) fn left_out(strays: u64) -> String {
    match strays {
        1 => "1 row that belonged to nothing in the vault was left out".to_owned(),
        more => format!("{more} rows that belonged to nothing in the vault were left out"),
    }
}

impl Strays {
    pub(super) fn count(&self) -> u64 {
        self.versions.len() as u64 + self.events + self.secrets
    }

    /// One sentence for each kind, with the way out.
    pub(super) fn findings(&self) -> Vec<String> {
        let kinds = [
            (self.versions.len() as u64, "version belongs to no secret", "versions belong to no secret"),
            (self.events, "event lies outside of its history", "events lie outside of its history"),
            (self.secrets, "secret lies outside of its list", "secrets lie outside of its list"),
        ];
        let found = kinds.into_iter().filter(|(count, ..)| *count > 0);
        found
            .map(|(count, one, more)| {
                let what = if count == 1 { one } else { more };
                format!("{count} {what}: `etui rekey` and `etui backup` leave out what belongs to nothing")
            })
            .collect()
    }
}

impl OpenStore {
    /// Finds them. All secrets must have been loaded.
    pub(super) fn strays(&self) -> Result<Strays, StoreError> {
        let connection = self.file.connection();
        let ids: HashSet<[u8; 16]> = self.index.all().map(|row| row.id).collect();
        let mut strays = Strays::default();
        each(connection, "SELECT key, secret_id FROM version", [], |row| {
            // What a secret's own rows are is told by its `versions_mac`.
            if array(row, 1).map_or(true, |id| !ids.contains(&id)) {
                strays.versions.push(integer(row, 0)?);
            }
            Ok(())
        })?;
        strays.events = self.count(&format!("SELECT count(*) {OUTSIDE_OF_HISTORY}"), self.newest()?)?;
        strays.secrets = self.count(&format!("SELECT count(*) {OUTSIDE_OF_BUCKETS}"), ABOVE_ALL_TAGS)?;
        Ok(strays)
    }

    /// Removes them, and answers how many there were.
    pub(super) fn remove_strays(&self) -> Result<u64, StoreError> {
        let strays = self.strays()?;
        let connection = self.file.connection();
        for key in &strays.versions {
            execute(connection, "DELETE FROM version WHERE key = ?1", [key])?;
        }
        execute(connection, &format!("DELETE {OUTSIDE_OF_HISTORY}"), [self.newest()?])?;
        execute(connection, &format!("DELETE {OUTSIDE_OF_BUCKETS}"), [ABOVE_ALL_TAGS])?;
        Ok(strays.count())
    }

    fn newest(&self) -> Result<i64, StoreError> {
        i64::try_from(self.head.number).map_err(|_| StoreError::integrity("its history is too long"))
    }

    fn count(&self, sql: &str, bound: impl rusqlite::ToSql) -> Result<u64, StoreError> {
        let count = first(self.file.connection(), sql, [bound], |row| integer(row, 0))?;
        Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
    }
}
