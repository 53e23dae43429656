//! A value from a file: what is read while the path is typed is what is stored.

use crate::domain::{Invalid, SecretValue, ValueType, kind_of_value, reason};
use crate::platform::{paths, user_files};
use crate::tui::when;

/// What was read of a file.
pub struct FileContent {
    /// The value: text where it can be.
    pub value: SecretValue,
    /// What its beginning says that it is.
    pub kind: Option<&'static str>,
    /// Why it is binary.
    pub why_binary: Option<&'static str>,
}

/// Reads the file of a typed path.
///
/// # Errors
/// A sentence with the path.
pub fn read_file(typed: &str) -> Result<FileContent, String> {
    let bytes = user_files::read_regular(&paths::typed(typed), SecretValue::LIMIT)
        .map_err(|error| format!("cannot read '{typed}': {}", reason(&error)))?;
    if bytes.len() > SecretValue::LIMIT {
        let limit = when::grouped(SecretValue::LIMIT as u64);
        return Err(format!("'{typed}' is too large: a value has at most {limit} bytes"));
    }
    let why_binary = match bytes.expose_text() {
        None => Some("it is not UTF-8"),
        Some(text) if text.chars().any(is_no_text) => Some("it holds control characters"),
        Some(_) => None,
    };
    let kind = kind_of_value(bytes.expose());
    let value_type = if why_binary.is_some() { ValueType::Binary } else { ValueType::Text };
    let value = SecretValue::new(value_type, bytes).map_err(|invalid| match invalid {
        Invalid::Empty { .. } => format!("'{typed}' is empty"),
        invalid => invalid.to_string(),
    })?;
    Ok(FileContent { value, kind, why_binary })
}

fn is_no_text(character: char) -> bool {
    character.is_control() && !matches!(character, '\t' | '\r' | '\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<FileContent, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("value");
        std::fs::write(&path, bytes).unwrap();
        let typed = path.to_str().unwrap().to_owned();
        read_file(&typed).map_err(|sentence| sentence.replace(&typed, "FILE"))
    }

    #[test]
    fn text_is_text_and_all_else_is_binary_and_says_why() {
        let text = read(b"a\tb\r\nc\n").unwrap();
        assert_eq!((text.value.value_type(), text.why_binary), (ValueType::Text, None));
        let control = read(b"a\x1b[0m").unwrap();
        assert_eq!(control.value.value_type(), ValueType::Binary);
        assert_eq!(control.why_binary, Some("it holds control characters"));
        let other = read(b"\x89PNG\r\n\x1a\n").unwrap();
        assert_eq!((other.kind, other.why_binary), (Some("PNG picture"), Some("it is not UTF-8")));
    }

    #[test]
    fn what_cannot_be_a_value_is_told_with_its_path() {
        assert_eq!(read(b"").err().unwrap(), "'FILE' is empty");
        let large = vec![b'x'; SecretValue::LIMIT + 1];
        let sentence = "'FILE' is too large: a value has at most 1,048,576 bytes";
        assert_eq!(read(&large).err().unwrap(), sentence);
        assert!(read(&large[1..]).is_ok());
        // The system's own words, as the command line tells them.
        let sentence = "cannot read '/nowhere/x': no such file or directory";
        assert_eq!(read_file("/nowhere/x").err().unwrap(), sentence);
        assert_eq!(read_file("/").err().unwrap(), "cannot read '/': is a directory");
    }
}
