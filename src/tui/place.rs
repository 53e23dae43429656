//! Where the app stood when it was locked, as bytes that the vault seals: selection, filter, a typed form.

use crate::domain::SecretName;
use crate::memory::SecretBytes;

/// Writes fields one after the other, each with its length in front.
pub struct PlaceWriter(SecretBytes);

impl PlaceWriter {
    pub const fn new() -> Self {
        Self(SecretBytes::new())
    }

    pub fn field(&mut self, bytes: &[u8]) -> &mut Self {
        // A field is at most a value of 1 MiB.
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.0.extend(&length.to_be_bytes());
        self.0.extend(bytes);
        self
    }

    /// All that was written.
    pub fn finish(self) -> SecretBytes {
        self.0
    }
}

/// Reads the fields back in their order; whatever does not fit reads as nothing.
pub struct PlaceReader<'a>(&'a [u8]);

impl<'a> PlaceReader<'a> {
    /// Starts with the first field.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next field; `None` at the end.
    pub fn field(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (field, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(field)
    }

    /// The next field as text.
    pub fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.field()?).ok()
    }
}

/// A form on its way through a lock: what kind it is, the secret that it is about, and what was typed.
#[derive(Debug)]
pub struct Reopen {
    /// Which layer it was; `open` knows them all.
    pub layer: String,
    /// The secret whose details it needs.
    pub secret: Option<SecretName>,
    texts: Vec<(String, SecretBytes)>,
}

impl Reopen {
    /// A form without anything typed yet.
    pub fn new(layer: &str, secret: Option<SecretName>) -> Self {
        Self { layer: layer.to_owned(), secret, texts: Vec::new() }
    }

    /// Keeps a text under a name.
    #[must_use]
    pub fn with(mut self, name: &str, text: &str) -> Self {
        self.set(name, text);
        self
    }

    /// Keeps a text under a name.
    pub fn set(&mut self, name: &str, text: &str) {
        self.texts.push((name.to_owned(), SecretBytes::copy_of(text.as_bytes())));
    }

    /// The text kept under a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, text) = self.texts.iter().find(|(known, _)| known == name)?;
        text.expose_text()
    }

    pub fn save(&self, writer: &mut PlaceWriter) {
        writer.field(self.layer.as_bytes());
        writer.field(self.secret.as_ref().map_or("", SecretName::as_str).as_bytes());
        for (name, text) in &self.texts {
            writer.field(name.as_bytes()).field(text.expose());
        }
    }

    /// Reads it back; nothing where there was none.
    pub fn read(reader: &mut PlaceReader<'_>) -> Option<Self> {
        let layer = reader.text()?.to_owned();
        let secret = match reader.text()? {
            "" => None,
            name => Some(SecretName::new(name).ok()?),
        };
        let mut reopen = Self { layer, secret, texts: Vec::new() };
        while let Some(name) = reader.text() {
            reopen.set(name, reader.text()?);
        }
        Some(reopen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_back_as_they_were_written() {
        let mut writer = PlaceWriter::new();
        writer.field(b"one").field(b"").field("drei".as_bytes());
        let bytes = writer.finish();
        let mut reader = PlaceReader::new(bytes.expose());
        assert_eq!(reader.text(), Some("one"));
        assert_eq!(reader.text(), Some(""));
        assert_eq!(reader.text(), Some("drei"));
        assert_eq!(reader.field(), None);
    }

    #[test]
    fn a_length_beyond_the_end_reads_as_nothing() {
        assert_eq!(PlaceReader::new(&[0, 0, 0, 9, 1]).field(), None);
        assert_eq!(PlaceReader::new(&[0, 0]).field(), None);
    }
}
