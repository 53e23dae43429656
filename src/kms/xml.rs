//! Answers as XML, written straight into a wiping buffer.
//!
//! XML 1.0 cannot carry most control characters, not even escaped (section 2.2). Line ends and tabs are
//! written as references: a reader would take CR LF for LF otherwise, and an answer stays on one line.

use super::answer::{Content, Field};
use super::json::base64_of;
use crate::domain::{SecretValue, ValueType};
use crate::memory::SecretBytes;

/// The answer holds a character that XML cannot carry.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotXml;

/// Appends one document on one line.
///
/// # Errors
/// [`NotXml`]; `out` then ends in the middle of the document.
pub(super) fn write_answer(
    root: &str,
    request_id: &str,
    fields: &[Field<'_>],
    out: &mut SecretBytes,
) -> Result<(), NotXml> {
    out.extend(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    write_element(root, out, |out| {
        write_element("RequestId", out, |out| write_text(request_id, out))?;
        fields.iter().try_for_each(|field| write_field(field, out))
    })
}

fn write_element(
    name: &str,
    out: &mut SecretBytes,
    write_inside: impl FnOnce(&mut SecretBytes) -> Result<(), NotXml>,
) -> Result<(), NotXml> {
    for part in ["<", name, ">"] {
        out.extend(part.as_bytes());
    }
    write_inside(out)?;
    for part in ["</", name, ">"] {
        out.extend(part.as_bytes());
    }
    Ok(())
}

fn write_field(field: &Field<'_>, out: &mut SecretBytes) -> Result<(), NotXml> {
    match &field.content {
        Content::List(entries) => entries
            .iter()
            .try_for_each(|entry| write_element(field.name, out, |out| write_content(entry, out))),
        content => write_element(field.name, out, |out| write_content(content, out)),
    }
}

fn write_content(content: &Content<'_>, out: &mut SecretBytes) -> Result<(), NotXml> {
    match content {
        Content::Text(text) => write_text(text, out),
        Content::Sentence(sentence) => write_text(sentence, out),
        Content::Time(time) => write_text(&time.to_string(), out),
        Content::Number(number) => write_text(&number.to_string(), out),
        Content::Flag(flag) => write_text(&flag.to_string(), out),
        Content::Value(value) => write_value(value, out),
        Content::Record(fields) => fields.iter().try_for_each(|field| write_field(field, out)),
        Content::List(entries) => entries.iter().try_for_each(|entry| write_content(entry, out)),
    }
}

fn write_value(value: &SecretValue, out: &mut SecretBytes) -> Result<(), NotXml> {
    match (value.value_type(), std::str::from_utf8(value.expose())) {
        (ValueType::Text, Ok(text)) => write_text(text, out),
        _ => {
            out.extend(base64_of(value).expose());
            Ok(())
        }
    }
}

fn write_text(text: &str, out: &mut SecretBytes) -> Result<(), NotXml> {
    let mut written = 0;
    for (at, character) in text.char_indices() {
        let reference: &[u8] = match character {
            '&' => b"&amp;",
            '<' => b"&lt;",
            '>' => b"&gt;",
            '\t' => b"&#9;",
            '\n' => b"&#10;",
            '\r' => b"&#13;",
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => return Err(NotXml),
            _ => continue,
        };
        out.extend(&text.as_bytes()[written..at]);
        out.extend(reference);
        written = at + 1;
    }
    out.extend(&text.as_bytes()[written..]);
    Ok(())
}
