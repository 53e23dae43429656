//! How records are laid out before they are sealed: fixed order, big-endian integers, 4-byte lengths.
//!
//! Written by hand, so that no serialiser decides what an old vault means. What is read is validated
//! again: a record that opens but makes no sense is damage, not a panic.

mod change;
mod event;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod head;
mod secret;
mod version;

pub(super) use change::fit_into_format_1;
pub use event::{EventLink, EventRecord, MergeFacts, Stamped};
pub(super) use head::Head;
pub(super) use secret::{SecretRecord, Succession};
pub use secret::{SecretRecordView, SummaryLabels, SummaryTags, past_record};
pub(super) use version::VersionRecord;

use super::format::FormatVersion;
use crate::domain::{Timestamp, ValueType};
use crate::memory::SecretBytes;

/// The first byte of the records of secrets and versions.
const fn record_version(format: FormatVersion) -> u8 {
    match format {
        FormatVersion::One => 1,
        FormatVersion::Two => 2,
    }
}

/// Puts fields one behind the other into a wiping buffer.
pub(super) struct Writer(SecretBytes);

impl Writer {
    pub(super) fn new() -> Self {
        Self(SecretBytes::with_capacity(256))
    }

    pub(super) fn u8(&mut self, number: u8) {
        self.0.push(number);
    }

    pub(super) fn u16(&mut self, number: u16) {
        self.0.extend(&number.to_be_bytes());
    }

    pub(super) fn u32(&mut self, number: u32) {
        self.0.extend(&number.to_be_bytes());
    }

    pub(super) fn u64(&mut self, number: u64) {
        self.0.extend(&number.to_be_bytes());
    }

    pub(super) fn i64(&mut self, number: i64) {
        self.0.extend(&number.to_be_bytes());
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        let length = u32::try_from(bytes.len()).expect("every field has a limit far below 4 GiB");
        self.u32(length);
        self.raw(bytes);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(super) fn time(&mut self, time: Timestamp) {
        self.i64(time.seconds());
    }

    pub(super) fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            None => self.u8(0),
            Some(value) => {
                self.u8(1);
                write(self, value);
            }
        }
    }

    pub(super) fn count(&mut self, count: usize) {
        self.u32(u32::try_from(count).expect("no list of ours comes near 2^32 entries"));
    }

    pub(super) fn value_type(&mut self, value_type: ValueType) {
        self.u8(type_byte(value_type));
    }

    pub(super) fn finish(self) -> SecretBytes {
        self.0
    }
}

/// The byte that stands for a type, in records and in `equal` tags.
pub(super) const fn type_byte(value_type: ValueType) -> u8 {
    match value_type {
        ValueType::Text => 1,
        ValueType::Binary => 2,
    }
}

/// Takes fields off the front; every method answers `None` where the bytes make no sense.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn raw(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.raw(N)?.try_into().ok()
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub(super) fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_be_bytes)
    }

    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.u32()?;
        self.raw(usize::try_from(length).ok()?)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    pub(super) fn time(&mut self) -> Option<Timestamp> {
        Timestamp::from_seconds(self.i64()?).ok()
    }

    /// The outer `None` is damage, the inner one absence.
    pub(super) fn optional<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.u8()? {
            0 => Some(None),
            1 => read(self).map(Some),
            _ => None,
        }
    }

    pub(super) fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        // The count is not trusted for an allocation.
        (0..self.u32()?).map(|_| read(self)).collect()
    }

    pub(super) fn value_type(&mut self) -> Option<ValueType> {
        match self.u8()? {
            1 => Some(ValueType::Text),
            2 => Some(ValueType::Binary),
            _ => None,
        }
    }

    /// Whether everything was taken.
    pub(super) const fn end(&self) -> bool {
        self.0.is_empty()
    }
}
