//! A plain JSON object: the names on the way to a value, with `/` between them, are the name of its secret.

use super::document::{Node, parse, text_or_spelling};
use super::entry::text_value;
use super::error::ExchangeError;
use super::place::{Place, without_mark};
use crate::vault::{IncomingBatch, IncomingSecret, IncomingVersion};

/// Objects may be nested this deep.
const DEEPEST: usize = 64;

/// Reads a file. Texts are values as they are; numbers, `true`, `false` and whole lists as they are written.
///
/// # Errors
/// [`ExchangeError`] with line and column where the file is no JSON object, or is nested deeper than 64 levels.
pub fn read(text: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    if !without_mark(text).trim_ascii_start().starts_with(b"{") {
        let what = "a JSON object is expected here; YAML is to be made JSON first, as with `yq -o=json`";
        return Err(ExchangeError::malformed(Place { line: 1, column: 1 }, what));
    }
    let mut batch = IncomingBatch::new();
    add(parse(text)?, "", 0, &mut batch)?;
    Ok(batch)
}

fn add(object: Node<'_>, below: &str, depth: usize, batch: &mut IncomingBatch) -> Result<(), ExchangeError> {
    if depth == DEEPEST {
        return Err(object.fault(format!("objects are nested deeper than {DEEPEST} levels")));
    }
    for (key, value) in object.members()?.iter() {
        let name = format!("{below}{key}");
        if value.spelled().starts_with('{') && value.spelled() != "{}" {
            add(value, &format!("{name}/"), depth + 1, batch)?;
            continue;
        }
        let text = if value.is_null() { Default::default() } else { text_or_spelling(value)? };
        if let Some(value) = text_value(&name, text, &mut batch.losses) {
            batch.secrets.push(IncomingSecret::without_labels(name, vec![IncomingVersion::of(value)]));
        }
    }
    Ok(())
}
