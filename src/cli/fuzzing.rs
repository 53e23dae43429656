//! Any bytes as a reference or a template.

use super::reference::{Reference, ValueReference};
use super::template::{self, Piece};

/// A reference is read or refused; a whole version is one without a field.
pub fn reference(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (version, value) = (text.parse::<Reference>(), text.parse::<ValueReference>());
    if let Ok(version) = version {
        assert!(value == Ok(ValueReference { version, field: None }));
    }
}

/// A template is read or refused; without references it stays as it is.
pub fn template(bytes: &[u8]) {
    let Ok(pieces) = template::parse(bytes) else { return };
    let texts = pieces.iter().filter_map(|piece| match piece {
        Piece::Text(text) => Some(*text),
        Piece::Reference { .. } => None,
    });
    let kept = texts.collect::<Vec<_>>().concat();
    match pieces.len() {
        1 => assert!(kept == bytes),
        _ => assert!(kept.len() < bytes.len()),
    }
}
