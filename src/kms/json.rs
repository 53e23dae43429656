//! Answers as JSON, written straight into a wiping buffer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::answer::{Content, Field};
use crate::domain::{SecretValue, ValueType};
use crate::memory::SecretBytes;

/// Appends one object on one line.
pub(super) fn write_answer(request_id: &str, fields: &[Field<'_>], out: &mut SecretBytes) {
    out.extend(b"{\"RequestId\":");
    write_text(request_id, out);
    for field in fields {
        out.push(b',');
        write_field(field, out);
    }
    out.push(b'}');
}

fn write_field(field: &Field<'_>, out: &mut SecretBytes) {
    write_text(field.name, out);
    out.push(b':');
    write_content(&field.content, out);
}

fn write_content(content: &Content<'_>, out: &mut SecretBytes) {
    match content {
        Content::Text(text) => write_text(text, out),
        Content::Sentence(sentence) => write_text(sentence, out),
        Content::Time(time) => write_text(&time.to_string(), out),
        Content::Number(number) => out.extend(number.to_string().as_bytes()),
        Content::Flag(flag) => out.extend(flag.to_string().as_bytes()),
        Content::Value(value) => write_value(value, out),
        Content::Record(fields) => write_separated(b"{}", fields, out, write_field),
        Content::List(entries) => write_separated(b"[]", entries, out, write_content),
    }
}

fn write_separated<T>(
    [open, close]: &[u8; 2],
    parts: &[T],
    out: &mut SecretBytes,
    write: impl Fn(&T, &mut SecretBytes),
) {
    out.push(*open);
    for (position, part) in parts.iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        write(part, out);
    }
    out.push(*close);
}

fn write_value(value: &SecretValue, out: &mut SecretBytes) {
    match (value.value_type(), std::str::from_utf8(value.expose())) {
        (ValueType::Text, Ok(text)) => write_text(text, out),
        _ => {
            out.push(b'"');
            out.extend(base64_of(value).expose());
            out.push(b'"');
        }
    }
}

/// The value as base64 with padding, in a wiping buffer.
pub(super) fn base64_of(value: &SecretValue) -> SecretBytes {
    let mut encoded = SecretBytes::zeroed(value.len().div_ceil(3) * 4);
    STANDARD
        .encode_slice(value.expose(), encoded.expose_mut())
        .expect("the buffer has four characters for every three bytes");
    encoded
}

/// serde_json writes the pieces between escapes one after the other and keeps none.
fn write_text(text: &str, out: &mut SecretBytes) {
    serde_json::to_writer(out, text).expect("writing text into memory cannot fail");
}
