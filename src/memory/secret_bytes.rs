//! A growable buffer that never leaves its old contents behind.

use std::fmt;
use std::ops::Range;

use subtle::ConstantTimeEq;
use zeroize::zeroize_bytes;

/// Bytes that are wiped when they are dropped, shortened or moved to a larger allocation.
///
/// There is no `Clone`, no `Display` and no `Serialize`; `Debug` prints `[redacted]`. Reading goes
/// through [`expose`](Self::expose) and copying through [`duplicate`](Self::duplicate), so that a
/// review can search for both words.
#[derive(Default)]
pub struct SecretBytes {
    bytes: Vec<u8>,
}

impl SecretBytes {
    /// Makes an empty buffer that owns no memory yet.
    pub const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// Makes an empty buffer with room for `capacity` bytes.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity) }
    }

    /// Makes a buffer of `length` zero bytes.
    pub fn zeroed(length: usize) -> Self {
        Self { bytes: vec![0; length] }
    }

    /// Copies `bytes` into a buffer of its own; the caller still owns (and wipes) the original.
    pub fn copy_of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.to_vec() }
    }

    /// Takes over an allocation without copying it.
    pub fn from_vec(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// Lends the bytes.
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// Lends the bytes for writing in place.
    pub fn expose_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// Lends the bytes as text, if they are UTF-8.
    pub fn expose_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }

    /// The number of bytes.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Makes the one explicit copy; both wipe on drop.
    pub fn duplicate(&self) -> Self {
        Self::copy_of(&self.bytes)
    }

    /// Appends `more`.
    pub fn extend(&mut self, more: &[u8]) {
        self.make_room(more.len());
        self.bytes.extend_from_slice(more);
    }

    /// Appends one byte.
    pub fn push(&mut self, byte: u8) {
        self.make_room(1);
        self.bytes.push(byte);
    }

    /// Puts `more` in front of the byte at `at`.
    ///
    /// # Panics
    /// If `at` is beyond the end, as for slices.
    pub fn insert(&mut self, at: usize, more: &[u8]) {
        self.make_room(more.len());
        self.bytes.extend_from_slice(more);
        self.bytes[at..].rotate_right(more.len());
    }

    /// Removes a range and wipes what the shortened buffer no longer covers.
    ///
    /// # Panics
    /// If the range is outside the buffer, as for slices.
    pub fn remove(&mut self, range: Range<usize>) {
        let kept = self.bytes.len() - range.len();
        self.bytes.copy_within(range.end.., range.start);
        self.truncate(kept);
    }

    /// Wipes a range in place; the length stays.
    ///
    /// # Panics
    /// If the range lies outside the buffer, as for slices.
    pub fn wipe(&mut self, range: Range<usize>) {
        zeroize_bytes(&mut self.bytes[range]);
    }

    /// Shortens the buffer to `length` bytes and wipes the rest.
    pub fn truncate(&mut self, length: usize) {
        if length < self.bytes.len() {
            zeroize_bytes(&mut self.bytes[length..]);
            self.bytes.truncate(length);
        }
    }

    /// Wipes everything and keeps the allocation.
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// Compares in time that depends on the lengths only.
    pub fn equals(&self, other: &[u8]) -> bool {
        self.bytes.ct_eq(other).into()
    }

    /// `Vec` would reallocate and leave the old bytes on the heap, so growth happens here.
    fn make_room(&mut self, more: usize) {
        let needed = self.bytes.len() + more;
        if needed > self.bytes.capacity() {
            let mut larger = Vec::with_capacity(needed.max(self.bytes.capacity() * 2).max(64));
            larger.extend_from_slice(&self.bytes);
            zeroize_bytes(&mut self.bytes);
            self.bytes = larger;
        }
    }
}

impl Drop for SecretBytes {
    fn drop(&mut self) {
        zeroize_bytes(&mut self.bytes);
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

impl std::io::Write for SecretBytes {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inserting_and_removing_edit_in_the_middle() {
        let mut bytes = SecretBytes::copy_of(b"held");
        bytes.insert(2, b"llo wor");
        assert_eq!(bytes.expose(), b"hello world");
        bytes.remove(5..11);
        assert_eq!(bytes.expose(), b"hello");
        bytes.insert(5, b"!");
        assert_eq!(bytes.expose(), b"hello!");
    }

    #[test]
    fn a_range_is_wiped_in_place() {
        let mut bytes = SecretBytes::copy_of(b"a secret here");
        bytes.wipe(2..8);
        assert_eq!(bytes.expose(), b"a \0\0\0\0\0\0 here");
    }

    #[test]
    fn growing_keeps_what_was_there() {
        let mut bytes = SecretBytes::new();
        for n in 0..=255_u8 {
            bytes.push(n);
        }
        assert_eq!(bytes.expose(), (0..=255).collect::<Vec<u8>>());
        bytes.truncate(3);
        assert_eq!(bytes.expose(), [0, 1, 2]);
        bytes.clear();
        assert!(bytes.is_empty());
    }

    #[test]
    fn debug_prints_no_content() {
        assert_eq!(format!("{:?}", SecretBytes::copy_of(b"hunter2")), "[redacted]");
    }
}
