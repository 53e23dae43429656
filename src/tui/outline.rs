//! What is told of a value while it is masked: the names of its fields, its kind, how many lines it has. Made on the
//! worker; nothing of the value itself leaves it.

use unicode_segmentation::UnicodeSegmentation;

use crate::codes::CodeSource;
use crate::content;
use crate::domain::{SecretValue, ValueType, kind_of_value};

/// What is told of a masked value.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// What its beginning says it is.
    pub kind: Option<&'static str>,
    /// How many lines a text has.
    pub lines: usize,
    /// Its fields, in the order of the value.
    pub fields: Vec<FieldOutline>,
    /// Whether one-time codes can be made from it.
    pub makes_codes: bool,
}

/// What is told of a field.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldOutline {
    pub key: String,
    /// How many characters its value has.
    pub characters: usize,
    /// How many lines its value has.
    pub lines: usize,
}

impl Outline {
    pub fn of(value: &SecretValue) -> Self {
        let bytes = value.expose();
        let kind = kind_of_value(bytes);
        if value.value_type() == ValueType::Binary {
            return Self { kind, ..Self::default() };
        }
        let fields = content::named_fields(bytes).map(|(_, fields)| fields).unwrap_or_default();
        let outlined = |field: content::Field| {
            let text = field.value.expose_text().unwrap_or_default();
            FieldOutline { key: field.key, characters: text.graphemes(true).count(), lines: lines(text) }
        };
        Self {
            kind,
            lines: lines(std::str::from_utf8(bytes).unwrap_or_default()),
            fields: fields.into_iter().map(outlined).collect(),
            // A short password reads as base32 too: only what says so is taken for a code.
            makes_codes: CodeSource::of_value(bytes).is_ok() && CodeSource::is_named_in(bytes),
        }
    }
}

/// A newline at the end ends the last line and begins none.
fn lines(text: &str) -> usize {
    text.lines().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::SecretBytes;

    fn of(text: &str) -> Outline {
        Outline::of(&SecretValue::new(ValueType::Text, SecretBytes::copy_of(text.as_bytes())).unwrap())
    }

    fn keys(outline: &Outline) -> Vec<(&str, usize, usize)> {
        outline.fields.iter().map(|field| (field.key.as_str(), field.characters, field.lines)).collect()
    }

    #[test]
    fn the_fields_of_json_dotenv_and_pass_are_named() {
        let json = of("{\"user\": \"me\", \"pem\": \"a\\nb\\n\", \"empty\": \"\", \"port\": 5432}");
        assert_eq!(keys(&json), [("user", 2, 1), ("pem", 4, 2), ("empty", 0, 0), ("port", 4, 1)]);
        assert_eq!(keys(&of("A=1\nB=two\n")), [("A", 1, 1), ("B", 3, 1)]);
        assert_eq!(keys(&of("fake-password\nuser: me\n")), [("password", 13, 1), ("user", 2, 1)]);
    }

    #[test]
    fn of_what_has_no_fields_kind_and_lines_are_told() {
        let pem = of("-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n");
        assert_eq!((pem.kind, pem.lines, pem.fields.len()), (Some("PEM private key"), 3, 0));
        // One line alone may be a password with a sign in it.
        assert_eq!((of("Zm9v=").fields.len(), of("Zm9v=").lines), (0, 1));
    }

    #[test]
    fn only_what_is_named_a_code_makes_codes() {
        assert!(of("otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ").makes_codes);
        assert!(of("fake\notpauth://totp/x?secret=GEZDGNBVGY3TQOJQ\n").makes_codes);
        assert!(of("{\"totp\": \"GEZDGNBVGY3TQOJQ\", \"password\": \"fake\"}").makes_codes);
        assert!(!of("GEZDGNBVGY3TQOJQ").makes_codes, "a password may be made of such letters");
        assert!(!of("{\"password\": \"GEZDGNBVGY3TQOJQ\"}").makes_codes);
    }
}
