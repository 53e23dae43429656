//! KeePassXC's CSV export: `"Group","Title","Username","Password","URL","Notes","TOTP","Icon","Last
//! Modified","Created"`, everything quoted. History and attachments are not in it.

use super::entry::{CHANGED, CREATED, Fields, add_entry, source_id, time_of};
use super::error::ExchangeError;
use super::heading;
use super::table::{Row, Table};
use crate::vault::{IncomingBatch, Loss};

const KNOWN: [&str; 11] = [
    "group",
    "title",
    "username",
    "password",
    "url",
    "notes",
    "totp",
    "icon",
    "last modified",
    "created",
    "uuid",
];

/// Reads a file. An entry is called by its group and title; the root group is left out of its name.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is not such an export.
pub fn read(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let table = Table::of(text, &heading::KEEPASSXC)?;
    let mut batch = IncomingBatch::new();
    for row in table.rows() {
        let name = name(&row);
        if row.is_refused(&mut batch, &name) {
            continue;
        }
        if !matches!(row.text("icon"), "" | "0") {
            batch.losses.push(Loss::new(&name, "its icon"));
        }
        let mut fields = Fields::new();
        for column in ["username", "password", "url", "totp", "notes"] {
            fields.add(column, row.bytes(column));
        }
        for (column, field) in row.others(&KNOWN) {
            fields.add(column, field.duplicate());
        }
        let mut time = |what, column| {
            time_of(&name, what, row.text(column), &mut batch.losses, |text| text.parse().ok())
        };
        let (created, modified) = (time(CREATED, "created"), time(CHANGED, "last modified"));
        if let Some(secret) = add_entry(&mut batch, name, [(fields, modified)]) {
            secret.created = created;
            secret.source_id = source_id("keepass-uuid", row.text("uuid"));
        }
    }
    Ok(batch)
}

fn name(row: &Row<'_>) -> String {
    // The first part is the root group, which every entry is in.
    let group = row.text("group").split_once('/').map_or("", |(_, below)| below);
    match group {
        "" => row.text("title").to_owned(),
        group => format!("{group}/{}", row.text("title")),
    }
}
