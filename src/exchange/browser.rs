//! The password files of browsers. Chrome and its kin: `name,url,username,password,note`. Firefox:
//! `"url","username","password","httpRealm","formActionOrigin","guid","timeCreated","timeLastUsed",
//! "timePasswordChanged"`, times in milliseconds.

use super::entry::{Fields, add_entry, source_id};
use super::error::ExchangeError;
use super::table::{Row, Table};
use crate::domain::Timestamp;
use crate::vault::IncomingBatch;

/// Reads Chrome's file. An entry is called by its name, or by the host where it has none.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is not such an export.
pub fn read_chrome(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let table = Table::read(text, &["name", "url", "username", "password"])?;
    let mut batch = IncomingBatch::new();
    for row in table.rows() {
        let name = match row.text("name") {
            "" => host(row.text("url")),
            name => name,
        };
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

/// Reads Firefox's file. An entry is called by its host.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is not such an export.
pub fn read_firefox(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let table = Table::read(text, &["url", "username", "password", "guid"])?;
    let mut batch = IncomingBatch::new();
    for row in table.rows() {
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
        let name = host(row.text("url")).to_owned();
        let changed = milliseconds(&row, "timepasswordchanged");
        if let Some(secret) = add_entry(&mut batch, name, [(fields, changed)]) {
            secret.created = milliseconds(&row, "timecreated");
            secret.source_id = source_id("firefox-guid", row.text("guid"));
        }
    }
    Ok(batch)
}

fn milliseconds(row: &Row<'_>, column: &str) -> Option<Timestamp> {
    let milliseconds: i64 = row.text(column).parse().ok()?;
    Timestamp::from_seconds(milliseconds / 1000).ok()
}

/// The host of an address, with its port; the whole address where there is none to be seen.
fn host(url: &str) -> &str {
    let behind_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = behind_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    if host.is_empty() { url } else { host }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_address_has_no_scheme_user_or_path() {
        for (url, expected) in [
            ("https://example.com/login?x=1", "example.com"),
            ("https://user@example.com:8443", "example.com:8443"),
            ("android://hash==@com.example.app/", "com.example.app"),
            ("example.com", "example.com"),
            ("file:///x", "file:///x"),
            ("", ""),
        ] {
            assert_eq!(host(url), expected);
        }
    }
}
