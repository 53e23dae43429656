//! The least that the same work costs: bare SQLite and bare XAES-256-GCM on rows of the same number and size.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use xaes_256_gcm::Xaes256Gcm;
use xaes_256_gcm::aead::{Aead as _, KeyInit as _};

const KEY: [u8; 32] = [7; 32];
const NONCE_LENGTH: usize = 24;

/// A database that holds what the vault holds, under a key that is known here.
pub struct Floor {
    folder: tempfile::TempDir,
    connection: Connection,
    vault_copy: Vec<u8>,
}

impl Floor {
    /// Reads what unlocking reads: header, wrapped key, head, newest event.
    pub const HEAD: &'static str = "SELECT head FROM vault UNION ALL SELECT wrapped_key FROM vault
        UNION ALL SELECT record FROM event WHERE number = (SELECT max(number) FROM event)";
    /// Reads the records of all secrets.
    pub const ALL_SECRETS: &'static str = "SELECT record FROM secret";
    /// Reads a sixty-fourth of the records of secrets, as one `get` does.
    pub const ONE_BUCKET: &'static str =
        "SELECT record FROM secret WHERE name_tag >= x'20' AND name_tag < x'24'";
    /// Reads what showing one value reads: its secret, its version, itself.
    pub const ONE_SECRET: &'static str =
        "SELECT record FROM secret WHERE name_tag = (SELECT min(name_tag) FROM secret)
        UNION ALL SELECT record FROM version WHERE key = (SELECT min(key) FROM version)
        UNION ALL SELECT value FROM version WHERE key = (SELECT min(key) FROM version)";

    /// Makes the floor of a vault: each cell is replaced by one of the same length that opens under our key.
    pub fn of(vault: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("floor.sqlite");
        let vault_copy = fs::read(vault).expect("the vault file");
        fs::write(&path, &vault_copy).expect("a copy");
        let connection = Connection::open(&path).expect("a database");
        connection
            .execute_batch("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; BEGIN")
            .expect("a transaction");
        for (table, key, column) in [
            ("vault", "one", "head"),
            ("vault", "one", "wrapped_key"),
            ("secret", "name_tag", "record"),
            ("version", "key", "record"),
            ("version", "key", "value"),
            ("event", "number", "record"),
        ] {
            reseal(&connection, table, key, column);
        }
        connection.execute_batch("COMMIT").expect("a commit");
        set_pragmas(&connection);
        Self { folder, connection, vault_copy }
    }

    /// Opens the database anew, reads cells and opens each.
    pub fn open_and_read(&self, sql: &str) {
        let connection = Connection::open(self.folder.path().join("floor.sqlite")).expect("a database");
        set_pragmas(&connection);
        read(&connection, sql);
    }

    /// Reads cells and opens each, on a connection that is warm.
    pub fn read(&self, sql: &str) {
        read(&self.connection, sql);
    }

    /// All records of secrets as they would be in memory, in the order of the file.
    pub fn opened_records(&self) -> Vec<Vec<u8>> {
        self.connection
            .prepare("SELECT record FROM secret")
            .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
            .expect("the records")
    }

    /// A place to write in, in the folder of the vault so that it lies on the same disk.
    pub fn writing(&self, folder: &Path) -> Writing {
        let path = folder.join("floor.sqlite");
        fs::write(&path, &self.vault_copy).expect("a copy");
        Writing::open(&path)
    }
}

/// One copy of all records in one buffer, and their order: the least that a list of its own costs.
pub fn copied_and_sorted(records: &[Vec<u8>]) -> (Vec<u8>, Vec<usize>) {
    let copy = records.concat();
    let mut order: Vec<usize> = (0..records.len()).collect();
    // The records begin with their nonces, which differ as names do.
    order.sort_unstable_by(|one, other| records[*one].cmp(&records[*other]));
    (copy, order)
}

fn reseal(connection: &Connection, table: &str, key: &str, column: &str) {
    let cipher = Xaes256Gcm::new(&KEY.into());
    let rows: Vec<(rusqlite::types::Value, u32)> = connection
        .prepare(&format!("SELECT {key}, length({column}) FROM {table}"))
        .and_then(|mut statement| statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
        .expect("the rows");
    let mut update =
        connection.prepare(&format!("UPDATE {table} SET {column} = ?2 WHERE {key} = ?1")).expect("an update");
    for (number, (key, length)) in (1_u64..).zip(rows) {
        // Nonce and tag take their place in the cell too.
        let plain = vec![0; (length as usize).saturating_sub(NONCE_LENGTH + 16)];
        let mut nonce = [0; NONCE_LENGTH];
        nonce[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        let mut cell = nonce.to_vec();
        cell.extend(cipher.encrypt(&nonce.into(), plain.as_slice()).expect("a seal"));
        update.execute((key, cell)).expect("an updated row");
    }
}

fn read(connection: &Connection, sql: &str) {
    let mut statement = connection.prepare_cached(sql).expect("a query");
    let mut rows = statement.query([]).expect("rows");
    let cipher = Xaes256Gcm::new(&KEY.into());
    while let Some(row) = rows.next().expect("a row") {
        let cell = row.get_ref(0).and_then(|cell| Ok(cell.as_blob()?)).expect("a blob");
        let (nonce, sealed) = cell.split_at(NONCE_LENGTH);
        let nonce: [u8; NONCE_LENGTH] = nonce.try_into().expect("a nonce");
        black_box(cipher.decrypt(&nonce.into(), sealed).expect("it opens"));
    }
}

/// What the vault sets, so that the disk does the same work.
fn set_pragmas(connection: &Connection) {
    connection
        .execute_batch(
            "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; PRAGMA secure_delete = ON;
             PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY",
        )
        .expect("the pragmas");
}

/// Writes the four rows of a put, without sealing or checking anything.
pub struct Writing {
    connection: Connection,
    names: Vec<Vec<u8>>,
    secret_record: Vec<u8>,
    version_record: Vec<u8>,
    value: Vec<u8>,
    event: Vec<u8>,
    head: Vec<u8>,
    turn: usize,
}

impl Writing {
    fn open(path: &PathBuf) -> Self {
        let connection = Connection::open(path).expect("a database");
        set_pragmas(&connection);
        let cell = |sql: &str| connection.query_row(sql, [], |row| row.get(0)).expect("a cell");
        Self {
            secret_record: cell("SELECT record FROM secret LIMIT 1"),
            version_record: cell("SELECT record FROM version LIMIT 1"),
            value: cell("SELECT value FROM version LIMIT 1"),
            event: cell("SELECT record FROM event ORDER BY number DESC LIMIT 1"),
            head: cell("SELECT head FROM vault"),
            names: connection
                .prepare("SELECT name_tag FROM secret")
                .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
                .expect("the name tags"),
            connection,
            turn: 0,
        }
    }

    /// One import: for each secret its row, a version and an event; the head once; one commit.
    pub fn import(&mut self, secrets: usize) {
        let written = (|| {
            self.connection.execute_batch("BEGIN IMMEDIATE")?;
            for _ in 0..secrets {
                let id: Vec<u8> = self
                    .connection
                    .prepare_cached(
                        "INSERT INTO secret VALUES (randomblob(16), randomblob(16), ?1) RETURNING id",
                    )?
                    .query_row([&self.secret_record], |row| row.get(0))?;
                self.connection
                    .prepare_cached(
                        "INSERT INTO version (key, secret_id, id_tag, tag, record, value)
                         VALUES (abs(random()), ?1, randomblob(32), randomblob(16), ?2, ?3)",
                    )?
                    .execute((&id, &self.version_record, &self.value))?;
                self.connection
                    .prepare_cached(
                        "INSERT INTO event (number, record) VALUES ((SELECT max(number) FROM event) + 1, ?1)",
                    )?
                    .execute([&self.event])?;
            }
            self.connection.prepare_cached("UPDATE vault SET head = ?1")?.execute([&self.head])?;
            self.connection.execute_batch("COMMIT")
        })();
        written.expect("an import");
    }

    /// One put: a version more, a secret changed, an event more, the head changed; one commit.
    pub fn four_rows(&mut self) {
        self.turn += 1;
        let name = &self.names[self.turn.wrapping_mul(7_919) % self.names.len()];
        let written = (|| {
            self.connection.execute_batch("BEGIN IMMEDIATE")?;
            self.connection
                .prepare_cached(
                    "INSERT INTO version (key, secret_id, id_tag, tag, record, value)
                     VALUES (abs(random()), (SELECT id FROM secret WHERE name_tag = ?1), randomblob(32),
                             randomblob(16), ?2, ?3)",
                )?
                .execute((name, &self.version_record, &self.value))?;
            self.connection
                .prepare_cached(
                    "INSERT INTO event (number, record) VALUES ((SELECT max(number) FROM event) + 1, ?1)",
                )?
                .execute([&self.event])?;
            self.connection
                .prepare_cached("UPDATE secret SET record = ?2 WHERE name_tag = ?1")?
                .execute((name, &self.secret_record))?;
            self.connection.prepare_cached("UPDATE vault SET head = ?1")?.execute([&self.head])?;
            self.connection.execute_batch("COMMIT")
        })();
        written.expect("four rows");
    }
}
