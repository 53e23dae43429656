//! The password files of browsers. Chrome and browsers like it: `name,url,username,password,note`. Firefox:
//! `"url","username","password","httpRealm","formActionOrigin","guid","timeCreated","timeLastUsed",
//! "timePasswordChanged"`, times in milliseconds.

use super::entry::{CHANGED, CREATED, Fields, add_entry, host, source_id, time_of};
use super::error::ExchangeError;
use super::heading;
use super::table::Table;
use crate::domain::Timestamp;
use crate::vault::{IncomingBatch, Loss};

/// Reads Chrome's file. An entry is called by its name, or by the host where it has none.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is not such an export.
pub fn read_chrome(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let table = Table::of(text, &heading::CHROME)?;
    let mut batch = IncomingBatch::new();
    for row in table.rows() {
        let name = match row.text("name") {
            "" => host(row.text("url")),
            name => name,
        };
        if row.is_refused(&mut batch, name) {
            continue;
        }
        let mut fields = Fields::new();
        for (field, column) in
            [("username", "username"), ("password", "password"), ("url", "url"), ("notes", "note")]
        {
            fields.add(field, row.bytes(column));
        }
        for (column, field) in row.others(&["name", "url", "username", "password", "note"]) {
            fields.add(column, field.duplicate());
        }
        add_entry(&mut batch, name.to_owned(), [(fields, None)]);
    }
    Ok(batch)
}

const LAST_USED: &str = "timelastused";
const FIREFOX: [&str; 9] = [
    "url",
    "username",
    "password",
    "httprealm",
    "formactionorigin",
    "guid",
    "timecreated",
    LAST_USED,
    "timepasswordchanged",
];

/// Reads Firefox's file. An entry is called by its host.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is not such an export.
pub fn read_firefox(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let table = Table::of(text, &heading::FIREFOX)?;
    let last_used = Loss::of_source("every entry", "the time of its last use");
    let mut batch = IncomingBatch::new();
    for row in table.rows() {
        let name = host(row.text("url")).to_owned();
        if row.is_refused(&mut batch, &name) {
            continue;
        }
        if !row.text(LAST_USED).is_empty() && batch.losses.first() != Some(&last_used) {
            batch.losses.insert(0, last_used.clone());
        }
        let mut fields = Fields::new();
        for (field, column) in
            [("username", "username"), ("password", "password"), ("url", "url"), ("realm", "httprealm")]
        {
            fields.add(field, row.bytes(column));
        }
        // Where the form sends to is nearly always the site itself.
        if row.text("formactionorigin") != row.text("url") {
            fields.add("form", row.bytes("formactionorigin"));
        }
        for (column, field) in row.others(&FIREFOX) {
            fields.add(column, field.duplicate());
        }
        let mut time = |what, column| time_of(&name, what, row.text(column), &mut batch.losses, milliseconds);
        let (created, changed) = (time(CREATED, "timecreated"), time(CHANGED, "timepasswordchanged"));
        if let Some(secret) = add_entry(&mut batch, name, [(fields, changed)]) {
            secret.created = created;
            secret.source_id = source_id("firefox-guid", row.text("guid"));
        }
    }
    Ok(batch)
}

fn milliseconds(text: &str) -> Option<Timestamp> {
    let milliseconds: i64 = text.parse().ok()?;
    Timestamp::from_seconds(milliseconds / 1000).ok()
}
