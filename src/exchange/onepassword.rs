//! 1Password's exports: the archive (1PUX) is read by `onepux`; this is the CSV,
//! `Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes`. Older versions call some columns otherwise.
//! History and attachments are not in it.

use super::entry::{FAVORITE, Fields, add_entry, add_tag};
use super::error::ExchangeError;
use super::heading;
use super::onepux;
use super::table::{Row, Table};
use crate::domain::Tags;
use crate::vault::{IncomingBatch, Loss};

const URLS: [&str; 3] = ["url", "urls", "website"];
const ONE_TIME_PASSWORDS: [&str; 2] = ["otpauth", "one-time password"];
const KNOWN: [&str; 6] = ["title", "username", "password", "favorite", "archived", "tags"];

/// Reads a file, archive or CSV. Tags become tags without a value.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is not such an export.
pub fn read(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    if onepux::is_archive(text) {
        return onepux::read(text);
    }
    let table = Table::of(text, &heading::ONE_PASSWORD)?;
    let first_of = |columns: &[&'static str]| columns.iter().copied().find(|column| table.has(column));
    let (url, one_time_password) = (first_of(&URLS), first_of(&ONE_TIME_PASSWORDS));
    // Further columns for the same become fields of their own.
    let known: Vec<&str> = KNOWN.into_iter().chain(url).chain(one_time_password).collect();
    let mut batch = IncomingBatch::new();
    for row in table.rows() {
        let name = row.text("title").to_owned();
        if row.is_refused(&mut batch, &name) {
            continue;
        }
        for (column, what) in [("favorite", FAVORITE), ("archived", "that it is archived")] {
            if row.is_set(column) {
                batch.losses.push(Loss::new(&name, what));
            }
        }
        let tags = tags(&row, &name, &mut batch.losses);
        let mut fields = Fields::new();
        let columns = [
            ("username", Some("username")),
            ("password", Some("password")),
            ("url", url),
            ("totp", one_time_password),
        ];
        for (field, column) in columns {
            fields.add(field, column.map(|column| row.bytes(column)).unwrap_or_default());
        }
        for (column, field) in row.others(&known) {
            fields.add(column, field.duplicate());
        }
        if let Some(secret) = add_entry(&mut batch, name, [(fields, None)]) {
            secret.facts.tags = tags;
        }
    }
    Ok(batch)
}

fn tags(row: &Row<'_>, name: &str, losses: &mut Vec<Loss>) -> Tags {
    let mut tags = Tags::new();
    for tag in row.text("tags").split([';', ',']).map(str::trim).filter(|tag| !tag.is_empty()) {
        add_tag((tag, ""), &mut tags, name, losses);
    }
    tags
}
