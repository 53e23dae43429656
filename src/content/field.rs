//! The fields of a value that is a JSON object or a dotenv file.

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
}

/// The fields of a value; `None` where it has none.
pub fn fields(value: &[u8]) -> Option<(Shape, Vec<Field>)> {
    if value.trim_ascii_start().first() == Some(&b'{') {
        return json_fields(value).map(|fields| (Shape::Json, fields));
    }
    let entries = dotenv::parse(value).ok().filter(|entries| !entries.is_empty())?;
    let mut fields: Vec<Field> = Vec::with_capacity(entries.len());
    for dotenv::Entry { key, value, .. } in entries {
        put(&mut fields, Field { key, value });
    }
    Some((Shape::Dotenv, fields))
}

fn json_fields(value: &[u8]) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    for (name, content) in json_text::members(value).ok()? {
        let key = json_text::unescape(name)?.expose_text()?.to_owned();
        let value = match json_text::unescape(content) {
            Some(text) => text,
            None => SecretBytes::copy_of(content.get().as_bytes()),
        };
        put(&mut fields, Field { key, value });
    }
    Some(fields)
}

/// Of what is there twice, the last one counts: that is how programs read both formats.
fn put(fields: &mut Vec<Field>, field: Field) {
    match fields.iter_mut().find(|known| known.key == field.key) {
        Some(known) => *known = field,
        None => fields.push(field),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &str) -> Option<Vec<(String, String)>> {
        let text = |field: Field| (field.key, field.value.expose_text().unwrap().to_owned());
        fields(value.as_bytes()).map(|(_, fields)| fields.into_iter().map(text).collect())
    }

    fn pairs(pairs: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
        Some(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_json_object_has_its_members() {
        let value = r#" {"user": "r\u00f6\n", "port": 5432, "hosts": ["a", "b"], "port": null} "#;
        assert_eq!(shown(value), pairs(&[("user", "rö\n"), ("port", "null"), ("hosts", r#"["a", "b"]"#)]));
        assert_eq!(shown("{}"), pairs(&[]));
        assert_eq!(shown("{broken"), None);
    }

    #[test]
    fn a_dotenv_file_has_its_variables() {
        let value = "# comment\nUSER=root\nexport PASS='a b'\nUSER=admin\n";
        assert_eq!(shown(value), pairs(&[("USER", "admin"), ("PASS", "a b")]));
    }

    #[test]
    fn other_values_have_no_fields() {
        for value in ["", "hunter2", "[1, 2]", "two words", "-----BEGIN KEY-----\nabc\n"] {
            assert_eq!(shown(value), None, "{value}");
        }
        assert!(fields(b"\xff").is_none());
    }
}
