//! What a value becomes in a key-value engine: the JSON object that `bao kv get` shows.
//!
//! A text is `{"value": "…"}`, binary bytes are `{"value_base64": "…"}`, since engines mangle what is not Unicode.
//! With [`Layout::Fields`] a JSON object is stored as it is, so that programs find its members by their names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::RawValue;

use crate::content::json_text::{self, escape, members};
use crate::domain::{SecretValue, ValueType};
use crate::memory::SecretBytes;

const TEXT: &str = "value";
const BINARY: &str = "value_base64";

/// Deeper JSON is stored as the text that it is.
const DEEPEST: u32 = 64;

/// How JSON objects are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// As the text that they are.
    Whole,
    /// Member by member.
    Fields,
}

/// The document of a value.
pub fn document_of(value: &SecretValue, layout: Layout) -> SecretBytes {
    if layout == Layout::Fields
        && value.value_type() == ValueType::Text
        && let Some(object) = canonical_object(value.expose())
    {
        return object;
    }
    let mut document = SecretBytes::with_capacity(value.len() * 4 / 3 + 32);
    match value.value_type() {
        ValueType::Text => {
            document.extend(b"{\"value\":");
            // A text value is UTF-8: its constructor says so.
            let text = std::str::from_utf8(value.expose()).unwrap_or_default();
            document.extend(escape(text).expose());
        }
        ValueType::Binary => {
            document.extend(b"{\"value_base64\":\"");
            let mut encoded = SecretBytes::zeroed(value.len().div_ceil(3) * 4);
            let length = STANDARD.encode_slice(value.expose(), encoded.expose_mut()).unwrap_or(0);
            document.extend(&encoded.expose()[..length]);
            document.push(b'"');
        }
    }
    document.push(b'}');
    document
}

/// The value of a document; `None` where it holds none: an empty one, or one that is larger than a value may be.
pub fn value_of(document: &SecretBytes) -> Option<SecretValue> {
    let members = members(document.expose()).ok()?;
    if let [(name, value)] = members.as_slice() {
        let text = json_text::unescape(value);
        match (json_text::unescape(name)?.expose_text()?, text) {
            (TEXT, Some(text)) => return SecretValue::new(ValueType::Text, text).ok(),
            (BINARY, Some(text)) => {
                let mut bytes = SecretBytes::zeroed(text.len().div_ceil(4) * 3);
                if let Ok(length) = STANDARD.decode_slice(text.expose(), bytes.expose_mut()) {
                    bytes.truncate(length);
                    return SecretValue::new(ValueType::Binary, bytes).ok();
                }
            }
            _ => {}
        }
    }
    if members.is_empty() {
        return None;
    }
    SecretValue::new(ValueType::Text, canonical(document.expose())?).ok()
}

/// Whether a document is that of a value, in whichever shape it was stored.
pub fn same_value(document: &SecretBytes, value: &SecretValue) -> bool {
    let Some(there) = value_of(document) else { return false };
    if there.equals(value) {
        return true;
    }
    there.value_type() == ValueType::Text
        && value.value_type() == ValueType::Text
        && matches!((canonical_object(there.expose()), canonical_object(value.expose())),
            (Some(one), Some(other)) if one.equals(other.expose()))
}

/// A JSON object that can be told from our own shapes, its members in the order of their names; `None` for all else.
fn canonical_object(text: &[u8]) -> Option<SecretBytes> {
    let members = members(text).ok()?;
    let is_ambiguous = match members.as_slice() {
        [] => true,
        [(name, _)] => {
            let name = json_text::unescape(name)?;
            [TEXT, BINARY].iter().any(|known| name.expose() == known.as_bytes())
        }
        _ => false,
    };
    if is_ambiguous { None } else { canonical(text) }
}

/// JSON in one spelling: no blanks, members in the order of their names, numbers as they are spelled.
fn canonical(text: &[u8]) -> Option<SecretBytes> {
    let raw: &RawValue = serde_json::from_slice(text).ok()?;
    let mut out = SecretBytes::with_capacity(text.len());
    write_canonical(raw, DEEPEST, &mut out)?;
    Some(out)
}

fn write_canonical(raw: &RawValue, depth: u32, out: &mut SecretBytes) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    let text = raw.get();
    match text.as_bytes().first()? {
        b'{' => {
            let mut named = Vec::new();
            for (name, value) in members(text.as_bytes()).ok()? {
                named.push((json_text::unescape(name)?, value));
            }
            named.sort_by(|(one, _), (other, _)| one.expose().cmp(other.expose()));
            if named.windows(2).any(|pair| pair[0].0.expose() == pair[1].0.expose()) {
                return None;
            }
            out.push(b'{');
            for (position, (name, value)) in named.iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                out.extend(escape(name.expose_text()?).expose());
                out.push(b':');
                write_canonical(value, depth, out)?;
            }
            out.push(b'}');
        }
        b'[' => {
            out.push(b'[');
            for (position, entry) in json_text::entries(text.as_bytes()).ok()?.into_iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write_canonical(entry, depth, out)?;
            }
            out.push(b']');
        }
        b'"' => out.extend(escape(json_text::unescape(raw)?.expose_text()?).expose()),
        _ => out.extend(text.as_bytes()),
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> SecretValue {
        SecretValue::new(ValueType::Text, SecretBytes::copy_of(text.as_bytes())).unwrap()
    }

    fn shown(value: &SecretValue, layout: Layout) -> String {
        document_of(value, layout).expose_text().unwrap().to_owned()
    }

    #[test]
    fn a_text_is_read_naturally_and_bytes_are_base64() {
        assert_eq!(shown(&text("a\"b\n"), Layout::Whole), r#"{"value":"a\"b\n"}"#);
        let bytes = SecretValue::new(ValueType::Binary, SecretBytes::copy_of(b"\xff\0")).unwrap();
        assert_eq!(shown(&bytes, Layout::Fields), r#"{"value_base64":"/wA="}"#);
    }

    #[test]
    fn fields_travel_only_where_they_can_be_told_from_a_value() {
        assert_eq!(shown(&text(r#"{ "user": "a", "n": 1.50 }"#), Layout::Fields), r#"{"n":1.50,"user":"a"}"#);
        for other in ["{}", r#"{"value":"x"}"#, r#"{"value_base64":"eA=="}"#, r#"{"a":1,"a":2}"#, "[1]", "{"]
        {
            assert!(shown(&text(other), Layout::Fields).starts_with(r#"{"value":""#), "{other}");
        }
    }

    #[test]
    fn fields_in_another_order_are_the_same_value_and_other_fields_are_not() {
        let here = text(r#"{"b": [1, {"y": 2, "x": "ä"}], "a": null}"#);
        let there = SecretBytes::copy_of(br#"{"a":null,"b":[1,{"x":"\u00e4","y":2}]}"#);
        assert!(same_value(&there, &here));
        assert!(!same_value(&SecretBytes::copy_of(br#"{"a":null,"b":[1]}"#), &here));
        assert!(!same_value(&SecretBytes::copy_of(br#"{}"#), &here));
    }

    proptest! {
        #[test]
        fn every_value_comes_back_as_it_was(
            bytes in proptest::collection::vec(any::<u8>(), 1..200),
            words in "\\PC{1,60}|\\{\"a\":\"[a-z]{0,9}\"\\}",
        ) {
            let binary = SecretValue::new(ValueType::Binary, SecretBytes::copy_of(&bytes)).unwrap();
            for layout in [Layout::Whole, Layout::Fields] {
                prop_assert!(value_of(&document_of(&binary, layout)).unwrap().equals(&binary));
                prop_assert!(same_value(&document_of(&text(&words), layout), &text(&words)));
            }
            prop_assert!(value_of(&document_of(&text(&words), Layout::Whole)).unwrap().equals(&text(&words)));
        }
    }
}
