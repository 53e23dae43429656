//! Enpass's CSV export. A row is the title of an item, then a label and a value for each of its fields, and a note
//! where one is left over; what is sensitive has a `*` before its label. A heading may be there and says nothing.

use super::entry::{Fields, add_entry};
use super::error::ExchangeError;
use super::heading;
use super::place::Place;
use super::table::{Row, Table};
use crate::memory::SecretBytes;
use crate::vault::IncomingBatch;

/// Labels that Enpass gives by itself, and what they are called here.
const LABELS: [(&str, &str); 9] = [
    ("username", "username"),
    ("password", "password"),
    ("website", "url"),
    ("url", "url"),
    ("e-mail", "email"),
    ("email", "email"),
    ("one-time code", "totp"),
    ("totp", "totp"),
    ("note", "notes"),
];

/// Reads a file.
///
/// # Errors
/// [`ExchangeError`] where no row has one of the labels that Enpass gives, or the heading is that of another program.
pub fn read(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    let not_enpass = || {
        let what = "no row has the labels of Enpass: is this the right format?";
        Err(ExchangeError::malformed(Place { line: 1, column: 1 }, what))
    };
    let table = Table::without_heading(text);
    let mut batch = IncomingBatch::new();
    let (mut items, mut is_first_known, mut is_later_known) = (0, false, false);
    for (position, row) in table.rows().enumerate() {
        let title = row.fields().first().and_then(SecretBytes::expose_text).unwrap_or_default();
        if position == 0 {
            let has = |column: &str| {
                let texts = row.fields().iter().filter_map(SecretBytes::expose_text);
                texts.into_iter().any(|text| text.trim().eq_ignore_ascii_case(column))
            };
            if heading::recognise(has).is_some() {
                return not_enpass();
            }
            if title.eq_ignore_ascii_case("title") {
                continue;
            }
        }
        if row.is_refused(&mut batch, title) {
            continue;
        }
        let (fields, has_known) = fields_of(&row);
        items += 1;
        let is_known = if items == 1 { &mut is_first_known } else { &mut is_later_known };
        *is_known |= has_known;
        add_entry(&mut batch, title.to_owned(), [(fields, None)]);
    }
    // The first row may be a heading of columns, which has such words too.
    if is_later_known || (is_first_known && items == 1) { Ok(batch) } else { not_enpass() }
}

/// The fields of an item, and whether one has a label that Enpass gives.
fn fields_of(row: &Row<'_>) -> (Fields, bool) {
    let rest = row.fields().get(1..).unwrap_or_default();
    let (pairs, note) = rest.as_chunks::<2>();
    let label_of = |label: &SecretBytes| {
        let label = label.expose_text().unwrap_or_default().trim();
        label.strip_prefix('*').unwrap_or(label).to_owned()
    };
    let known = |label: &str| {
        LABELS.iter().find(|(known, _)| known.eq_ignore_ascii_case(label)).map(|(_, name)| *name)
    };
    let is_named =
        pairs.iter().any(|[label, value]| known(&label_of(label)) == Some("username") && !value.is_empty());
    let mut fields = Fields::new();
    let mut has_known = false;
    for [label, value] in pairs {
        let label = label_of(label);
        let name = known(&label);
        has_known |= name.is_some();
        // An account may be known by its address alone.
        let name = if name == Some("email") && !is_named { Some("username") } else { name };
        let name = name.unwrap_or(if label.is_empty() { "field" } else { &label });
        fields.add(name, value.duplicate());
    }
    for note in note {
        fields.add("notes", note.duplicate());
    }
    (fields, has_known)
}
