//! Reads JSON without leaving copies behind: `serde_json` finds the pieces, strings are unescaped into wiping
//! buffers. (`serde_json` itself would unescape into plain strings.)

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::domain::unescape_json;
use crate::memory::SecretBytes;

/// Where a text stops being what it should be: the byte, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column(pub(crate) usize);

/// The members of an object, as they stand, in their order. A name may stand twice.
pub(crate) fn members(text: &[u8]) -> Result<Vec<(&RawValue, &RawValue)>, Column> {
    serde_json::from_slice(text).map(|Members(members)| members).map_err(column)
}

/// The entries of an array, as they stand.
pub(crate) fn entries(text: &[u8]) -> Result<Vec<&RawValue>, Column> {
    serde_json::from_slice(text).map_err(column)
}

/// The text that a JSON string means; `None` for anything but a string, and for a string that is not Unicode
/// text (half a surrogate pair).
pub(crate) fn unescape(value: &RawValue) -> Option<SecretBytes> {
    unescape_json(value.get())
}

/// The members of an object whose values are texts, in their order; `None` where it is not an object.
pub fn string_members(text: &[u8]) -> Option<Vec<(String, SecretBytes)>> {
    let members = members(text).ok()?;
    let texts = members
        .into_iter()
        .filter_map(|(name, value)| Some((unescape(name)?.expose_text()?.to_owned(), unescape(value)?)));
    Some(texts.collect())
}

/// A text as a JSON string, quotes included: `"`, `\` and control characters are escaped, nothing else.
pub fn escape(text: &str) -> SecretBytes {
    let mut string = SecretBytes::with_capacity(text.len() + 2);
    string.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => string.extend(&[b'\\', byte]),
            b'\n' => string.extend(b"\\n"),
            b'\r' => string.extend(b"\\r"),
            b'\t' => string.extend(b"\\t"),
            0x08 => string.extend(b"\\b"),
            0x0c => string.extend(b"\\f"),
            control @ 0..0x20 => string.extend(format!("\\u{control:04x}").as_bytes()),
            other => string.push(other),
        }
    }
    string.push(b'"');
    string
}

/// Keeps the place and drops the words: `serde_json`'s own may quote the text.
fn column(error: serde_json::Error) -> Column {
    Column(error.column())
}

struct Members<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn raw(text: &str) -> &RawValue {
        serde_json::from_str(text).unwrap()
    }

    fn unescaped(text: &str) -> Option<String> {
        unescape(raw(text)).map(|text| text.expose_text().unwrap().to_owned())
    }

    #[test]
    fn every_escape_of_json_is_known() {
        assert_eq!(unescaped(r#""\"\\\/\b\f\n\r\t\u00e4""#).unwrap(), "\"\\/\u{8}\u{c}\n\r\tä");
        assert_eq!(unescaped(r#""\ud83d\uDD11 \u0000""#).unwrap(), "🔑 \0");
        assert_eq!(unescaped(r#""""#).unwrap(), "");
    }

    #[test]
    fn half_a_surrogate_pair_is_no_text() {
        for text in [
            r#""\ud83d""#,
            r#""\udd11""#,
            r#""\ud83dx""#,
            r#""\ud83d\n""#,
            r#""\ud83d\u0041""#,
            r#""\ud83d\ud83d""#,
            r#""\ud83d\ue000""#,
        ] {
            assert_eq!(unescaped(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_string_is_no_text() {
        for text in ["1", "true", "null", "[\"a\"]", "{\"a\":\"b\"}"] {
            assert_eq!(unescaped(text), None, "{text}");
        }
    }

    #[test]
    fn members_keep_their_order_and_their_spelling() {
        let members = members(br#" {"b" : 1.50, "a":[1, 2] , "b":"\u0041"} "#).unwrap();
        let spelled: Vec<_> = members.iter().map(|(name, value)| (name.get(), value.get())).collect();
        assert_eq!(spelled, [("\"b\"", "1.50"), ("\"a\"", "[1, 2]"), ("\"b\"", "\"\\u0041\"")]);
    }

    #[test]
    fn an_error_is_a_place_and_nothing_more() {
        assert_eq!(members(br#"{"a":hunter2}"#).unwrap_err(), Column(6));
        assert_eq!(members(br#"{"a":1"#).unwrap_err(), Column(6));
        assert_eq!(members(br#"{"a":1}}"#).unwrap_err(), Column(8));
        assert_eq!(members(b"{\"a\":\"\xff\"}").unwrap_err(), Column(7));
        assert!(entries(b"{}").is_err());
    }

    /// Pieces of JSON strings, right and wrong ones.
    fn piece() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<char>()
                .prop_filter("needs an escape", |c| !matches!(c, '"' | '\\' | '\0'..='\u{1f}'))
                .prop_map(String::from),
            any::<u16>().prop_map(|unit| format!("\\u{unit:04x}")),
            (0xd7f0_u16..0xe010).prop_map(|unit| format!("\\u{unit:04X}")),
            prop::sample::select(vec!["\\n", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\r", "\\t"])
                .prop_map(String::from),
            any::<char>().prop_map(|character| {
                let mut units = [0; 2];
                character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect()
            }),
        ]
    }

    proptest! {
        #[test]
        fn unescaping_equals_serde_json(pieces in prop::collection::vec(piece(), 0..20)) {
            let text = format!("\"{}\"", pieces.concat());
            prop_assert_eq!(unescaped(&text), serde_json::from_str::<String>(&text).ok());
        }

        #[test]
        fn escaping_equals_serde_json(text in any::<String>()) {
            let escaped = escape(&text);
            prop_assert_eq!(escaped.expose_text().unwrap(), serde_json::to_string(&text).unwrap());
        }

        #[test]
        fn unescaping_gives_back_what_serde_json_escaped(original in any::<String>()) {
            let escaped = serde_json::to_string(&original).unwrap();
            prop_assert_eq!(unescaped(&escaped), Some(original));
        }
    }
}
