//! Where the app stood when it was locked, as bytes that the vault seals: selection, filter, a typed form.

use crate::memory::SecretBytes;

/// Writes fields one after the other, each with its length in front.
pub struct PlaceWriter(SecretBytes);

impl PlaceWriter {
    /// Nothing written yet.
    pub const fn new() -> Self {
        Self(SecretBytes::new())
    }

    /// Writes a field.
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
