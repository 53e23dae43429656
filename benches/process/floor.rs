//! The least that a command costs as a process of its own: opens the file as the vault does, asks the agent once,
//! and reads or writes the rows of one secret. It opens no seal and checks nothing.
//!
//! `floor get|put|list FILE SOCKET`

use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;

use rusqlite::Connection;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, what, file, socket] = arguments.as_slice() else { panic!("floor get|put|list FILE SOCKET") };
    let connection = Connection::open(file).expect("a database");
    connection
        .execute_batch(
            "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; PRAGMA secure_delete = ON;
             PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY",
        )
        .expect("the pragmas");
    read(&connection, "SELECT header, wrapped_key, head FROM vault", &[]);
    ask(socket);
    match what.as_str() {
        "list" => read(&connection, "SELECT name_tag, record FROM secret", &[]),
        "get" => {
            let (_, id) = some_secret(&connection);
            read(&connection, "SELECT record, value FROM version WHERE secret_id = ?1", &[&id]);
        }
        _ => put(&connection, some_secret(&connection)),
    }
}

/// A request that every agent answers, and its answer.
fn ask(socket: &str) {
    let mut stream = UnixStream::connect(socket).expect("an agent");
    stream.write_all(&[0; 34]).expect("a request");
    stream.read_to_end(&mut Vec::new()).expect("an answer");
}

/// The name tag and the id of another secret in each process.
fn some_secret(connection: &Connection) -> (Vec<u8>, Vec<u8>) {
    let sql = "SELECT name_tag, id, record FROM secret WHERE name_tag >= ?1 LIMIT 1";
    let mut start = std::process::id();
    loop {
        start = start.wrapping_mul(2_654_435_761);
        let found = connection.query_row(sql, [start.to_be_bytes()], |row| Ok((row.get(0)?, row.get(1)?)));
        if let Ok(found) = found {
            return found;
        }
    }
}

fn put(connection: &Connection, (name_tag, id): (Vec<u8>, Vec<u8>)) {
    let written = (|| {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        connection.execute(
            "INSERT INTO version (key, secret_id, id_tag, tag, record, value)
             SELECT abs(random()), secret_id, randomblob(32), tag, record, value FROM version WHERE secret_id = ?1 LIMIT 1",
            [&id],
        )?;
        connection.execute(
            "INSERT INTO event (number, record) SELECT number + 1, record FROM event ORDER BY number DESC LIMIT 1",
            [],
        )?;
        connection.execute(
            "UPDATE secret SET record = randomblob(length(record)) WHERE name_tag = ?1",
            [&name_tag],
        )?;
        connection.execute("UPDATE vault SET head = randomblob(length(head))", [])?;
        connection.execute_batch("COMMIT")
    })();
    written.expect("four rows");
}

fn read(connection: &Connection, sql: &str, parameters: &[&dyn rusqlite::ToSql]) {
    let mut statement = connection.prepare(sql).expect("a query");
    let columns = statement.column_count();
    let mut rows = statement.query(parameters).expect("rows");
    while let Some(row) = rows.next().expect("a row") {
        for column in 0..columns {
            black_box(row.get_ref(column).expect("a cell"));
        }
    }
}
