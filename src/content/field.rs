//! The fields of a value: of a JSON object, of a dotenv file, or of a value in the form that pass keeps.
//!
//! The one reader of fields for every front end. A field is named by its key; within JSON a path may go on from
//! it: `tls.cert`, `hosts[0].name`, `hosts.0.name`. A key that is spelled like a path comes first.

use std::ops::Range;

use serde_json::value::RawValue;
use thiserror::Error;

use super::{dotenv, json_text};
use crate::memory::SecretBytes;

/// One field.
pub struct Field {
    /// What it is called.
    pub key: String,
    /// A text as it reads; anything else of JSON as it is written.
    pub value: SecretBytes,
}

/// What a value consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A JSON object.
    Json,
    /// `KEY=value` lines.
    Dotenv,
    /// A password in the first line, then `key: value` lines and an `otpauth://` URI, as pass keeps them.
    Pass,
}

/// Why a value has no such field.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoField {
    /// It has none at all.
    #[error("it has no fields: it is neither a JSON object nor KEY=value lines nor in the form of pass")]
    NoFields,
    /// It has others. Their keys, or nothing where a key could be a part of a password.
    #[error("it has no such field")]
    Others(Vec<String>),
}

/// Why a field cannot be given another value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotReplaced {
    /// There is no such field.
    #[error(transparent)]
    NoField(#[from] NoField),
    /// The field holds a number, an object or the like, and the new text is not JSON.
    #[error("the field holds JSON that is not text, and the new text is not JSON")]
    NoJson,
    /// The new text cannot be written in this form.
    #[error("the format of the value cannot hold this text")]
    Form,
}

/// How a field is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    JsonText,
    OtherJson,
    Dotenv,
    Line,
}

/// A field and where it stands.
struct Found {
    key: String,
    value: SecretBytes,
    place: Range<usize>,
    form: Form,
}

/// The fields of a value; `None` where it has none.
pub fn fields(value: &[u8]) -> Option<(Shape, Vec<Field>)> {
    let (shape, found) = found(value)?;
    Some((shape, found.into_iter().map(|Found { key, value, .. }| Field { key, value }).collect()))
}

/// The fields of a value whose keys may be told. A random password like `Zm9v=` reads as a dotenv line with a
/// part of the password for a key: one line alone is never taken for such a file.
pub fn named_fields(value: &[u8]) -> Option<(Shape, Vec<Field>)> {
    fields(value).filter(|(shape, fields)| keys_may_be_told(*shape, fields.iter().map(|field| &*field.key)))
}

fn keys_may_be_told<'a>(shape: Shape, keys: impl ExactSizeIterator<Item = &'a str>) -> bool {
    match shape {
        Shape::Json | Shape::Pass => true,
        Shape::Dotenv => keys.len() > 1 && keys.into_iter().all(super::is_variable_name),
    }
}

/// One field of a value.
///
/// # Errors
/// [`NoField`].
pub fn field(value: &[u8], key: &str) -> Result<SecretBytes, NoField> {
    find(value, key).map(|found| found.value)
}

/// The whole value with another text for one of its fields; nothing else of it changes.
///
/// # Errors
/// [`NotReplaced`].
pub fn with_field(value: &[u8], key: &str, new: &SecretBytes) -> Result<SecretBytes, NotReplaced> {
    let found = find(value, key)?;
    let written = match found.form {
        Form::JsonText => json_text::escape(new.expose_text().ok_or(NotReplaced::Form)?),
        Form::OtherJson => {
            let json: Result<&RawValue, _> = serde_json::from_slice(new.expose());
            SecretBytes::copy_of(json.map_err(|_| NotReplaced::NoJson)?.get().as_bytes())
        }
        Form::Dotenv => dotenv::written_value(new.expose()).map_err(|_| NotReplaced::Form)?,
        Form::Line => new.duplicate(),
    };
    let mut whole = SecretBytes::with_capacity(value.len() + written.len());
    whole.extend(&value[..found.place.start]);
    whole.extend(written.expose());
    whole.extend(&value[found.place.end..]);
    // What reads as something else now would be stored and never found again.
    let expected = if found.form == Form::OtherJson { &written } else { new };
    match find(whole.expose(), key) {
        Ok(again) if again.value.equals(expected.expose()) => Ok(whole),
        _ => Err(NotReplaced::Form),
    }
}

fn find(value: &[u8], key: &str) -> Result<Found, NoField> {
    let (shape, found) = found(value).ok_or(NoField::NoFields)?;
    let keys_may_be_told = keys_may_be_told(shape, found.iter().map(|field| &*field.key));
    let mut others = Vec::new();
    for field in found {
        if field.key == key {
            return Ok(field);
        }
        if keys_may_be_told {
            others.push(field.key);
        }
    }
    let nested = match shape {
        Shape::Json => member(value, key).map(|raw| json_found(value, key.to_owned(), raw)),
        Shape::Dotenv | Shape::Pass => None,
    };
    nested.ok_or(NoField::Others(others))
}

fn found(value: &[u8]) -> Option<(Shape, Vec<Found>)> {
    if value.trim_ascii_start().first() == Some(&b'{')
        && let Some(found) = json_fields(value)
    {
        return Some((Shape::Json, found));
    }
    match dotenv_fields(value) {
        Some(found) => Some((Shape::Dotenv, found)),
        None => pass_fields(value).map(|found| (Shape::Pass, found)),
    }
}

fn json_fields(value: &[u8]) -> Option<Vec<Found>> {
    let mut fields = Vec::new();
    for (name, content) in json_text::members(value).ok()? {
        put_last(&mut fields, json_found(value, text_of(name)?, content));
    }
    Some(fields)
}

fn json_found(whole: &[u8], key: String, raw: &RawValue) -> Found {
    let start = raw.get().as_ptr().addr() - whole.as_ptr().addr();
    let place = start..start + raw.get().len();
    match json_text::unescape(raw) {
        Some(value) => Found { key, value, place, form: Form::JsonText },
        None => {
            let value = SecretBytes::copy_of(raw.get().as_bytes());
            Found { key, value, place, form: Form::OtherJson }
        }
    }
}

fn text_of(name: &RawValue) -> Option<String> {
    Some(json_text::unescape(name)?.expose_text()?.to_owned())
}

/// What a path leads to from an object: the longest key that it begins with first, so that keys with dots in
/// them can be passed through.
fn member<'a>(object: &'a [u8], path: &str) -> Option<&'a RawValue> {
    let members = json_text::members(object).ok()?;
    let named = |key: &str| {
        // Of what is there twice, the last one counts.
        let found = members.iter().rfind(|(name, _)| text_of(name).is_some_and(|name| name == key));
        found.map(|(_, value)| *value)
    };
    named(path).or_else(|| {
        let mut ends = path.match_indices(['.', '[']).map(|(at, _)| at).collect::<Vec<_>>().into_iter().rev();
        ends.find_map(|end| inside(named(&path[..end])?, &path[end..]))
    })
}

/// What the rest of a path, which begins with `.` or `[`, leads to.
fn inside<'a>(value: &'a RawValue, rest: &str) -> Option<&'a RawValue> {
    let text = value.get().as_bytes();
    match text.first()? {
        b'{' => member(text, rest.strip_prefix('.')?),
        b'[' => {
            let (index, rest) = match rest.strip_prefix('[') {
                Some(bracketed) => bracketed.split_once(']')?,
                None => {
                    let rest = rest.strip_prefix('.')?;
                    rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len()))
                }
            };
            // A sign is not part of an index, though Rust would read it.
            let index =
                index.bytes().all(|byte| byte.is_ascii_digit()).then(|| index.parse().ok()).flatten()?;
            let entry: &RawValue = json_text::entries(text).ok()?.into_iter().nth(index)?;
            if rest.is_empty() { Some(entry) } else { inside(entry, rest) }
        }
        _ => None,
    }
}

fn dotenv_fields(value: &[u8]) -> Option<Vec<Found>> {
    let entries = dotenv::parse_with_places(value).ok().filter(|entries| !entries.is_empty())?;
    let mut fields = Vec::with_capacity(entries.len());
    for (dotenv::Entry { key, value, .. }, place) in entries {
        put_last(&mut fields, Found { key, value, place, form: Form::Dotenv });
    }
    Some(fields)
}

/// Of what is there twice, the last one counts: that is how programs read JSON and dotenv.
fn put_last(fields: &mut Vec<Found>, field: Found) {
    match fields.iter_mut().find(|known| known.key == field.key) {
        Some(known) => *known = field,
        None => fields.push(field),
    }
}

const SEPARATOR: &str = ": ";
const OTPAUTH: &str = "otpauth://";

/// The fields of a value as pass keeps it: at least one line must name something.
fn pass_fields(value: &[u8]) -> Option<Vec<Found>> {
    let text = std::str::from_utf8(value).ok()?;
    let mut lines = places_of_lines(text);
    let first =
        lines.next().filter(|(line, _)| !line.contains(SEPARATOR) && !line.starts_with("-----BEGIN "))?;
    let line = |key: &str, value: &str, place| Found {
        key: key.to_owned(),
        value: SecretBytes::copy_of(value.as_bytes()),
        place,
        form: Form::Line,
    };
    let mut fields = vec![line("password", first.0, first.1)];
    for (text, place) in lines {
        let field = match text.split_once(SEPARATOR) {
            _ if text.starts_with(OTPAUTH) => line("otpauth", text, place),
            // A quote is not part of a key, but begins many a line of a broken JSON text.
            Some((key, value)) if !key.trim().is_empty() && !key.contains('"') => {
                line(key.trim(), value, place.end - value.len()..place.end)
            }
            _ => continue,
        };
        // Here the first one counts: the password stands before all others.
        if fields.iter().all(|known| known.key != field.key) {
            fields.push(field);
        }
    }
    (fields.len() > 1).then_some(fields)
}

/// The lines of a text without their ends, and where they stand.
fn places_of_lines(text: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |whole| {
        let line = whole.strip_suffix('\n').unwrap_or(whole);
        let line = line.strip_suffix('\r').unwrap_or(line);
        let start = at;
        at += whole.len();
        (line, start..start + line.len())
    })
}

#[cfg(test)]
mod tests;
