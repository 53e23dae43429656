//! What a seal is bound to besides its key: the place of the sealed bytes and the unsealed ones beside them.
//!
//! Built by hand, never by a serialiser that somebody may reorder: every field is its length (four bytes,
//! big-endian) and its bytes, in the order of the calls; integers are big-endian. The first four are the
//! format version (four bytes), the vault id, the table and the column.

/// The associated data of one seal.
///
/// Built 100,000 times when a vault is unlocked, so one allocation can serve all rows:
///
/// ```
/// use etui::crypto::AssociatedData;
/// let mut associated = AssociatedData::new(1, &[7; 16], "version", "record");
/// for row in 0..3_i64 {
///     associated = associated.clear_to_prefix().integer(row).bytes(b"id tag");
///     assert_eq!(associated, AssociatedData::new(1, &[7; 16], "version", "record").integer(row).bytes(b"id tag"));
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssociatedData {
    bytes: Vec<u8>,
    prefix_length: usize,
}

impl AssociatedData {
    /// Begins with the format version that the row is *sealed* in, the vault, the table and the column.
    pub fn new(format_version: u32, vault_id: &[u8; 16], table: &'static str, column: &'static str) -> Self {
        let mut begun = Self { bytes: Vec::with_capacity(128), prefix_length: 0 }
            .bytes(&format_version.to_be_bytes())
            .bytes(vault_id)
            .bytes(table.as_bytes())
            .bytes(column.as_bytes());
        begun.prefix_length = begun.bytes.len();
        begun
    }

    /// Adds an unsealed column that holds bytes.
    ///
    /// # Panics
    /// If a field has 4 GiB or more, which SQLite cannot hold.
    #[must_use]
    pub fn bytes(mut self, field: &[u8]) -> Self {
        let length = u32::try_from(field.len()).expect("a column of SQLite ends below 2 GiB");
        self.bytes.extend_from_slice(&length.to_be_bytes());
        self.bytes.extend_from_slice(field);
        self
    }

    /// Adds an unsealed column that holds an integer.
    #[must_use]
    pub fn integer(self, field: i64) -> Self {
        self.bytes(&field.to_be_bytes())
    }

    /// Forgets the columns and keeps the allocation, for the next row of the same table and column.
    #[must_use]
    pub fn clear_to_prefix(mut self) -> Self {
        self.bytes.truncate(self.prefix_length);
        self
    }

    /// The bytes that enter the seal.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn associated_data_is_stable() {
        let associated = AssociatedData::new(1, b"0123456789abcdef", "version", "record")
            .integer(0x0102_0304_0506_0708)
            .bytes(b"id")
            .integer(-1)
            .bytes(b"");
        let expected = b"\0\0\0\x04\0\0\0\x01\
            \0\0\0\x100123456789abcdef\
            \0\0\0\x07version\
            \0\0\0\x06record\
            \0\0\0\x08\x01\x02\x03\x04\x05\x06\x07\x08\
            \0\0\0\x02id\
            \0\0\0\x08\xff\xff\xff\xff\xff\xff\xff\xff\
            \0\0\0\0";
        assert_eq!(associated.as_bytes(), expected);
    }

    #[test]
    fn fields_cannot_flow_into_each_other() {
        let begun = || AssociatedData::new(1, &[0; 16], "version", "record");
        assert_ne!(begun().bytes(b"ab").bytes(b"c"), begun().bytes(b"a").bytes(b"bc"));
        assert_ne!(begun().bytes(b"ab"), begun().bytes(b"ab").bytes(b""));
        assert_ne!(begun(), AssociatedData::new(1, &[0; 16], "versionre", "cord"));
        assert_ne!(begun(), AssociatedData::new(2, &[0; 16], "version", "record"));
    }

    #[test]
    fn clearing_keeps_the_place_and_forgets_the_row() {
        let begun = AssociatedData::new(1, &[0; 16], "secret", "record");
        assert_eq!(begun.clone().bytes(b"row").integer(3).clear_to_prefix(), begun);
    }
}
