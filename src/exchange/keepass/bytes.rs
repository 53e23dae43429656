//! Pieces of a binary file, from its beginning; whatever is too short is damaged.

use crate::exchange::error::ExchangeError;

/// What is left of a file.
pub(super) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn rest(&self) -> &'a [u8] {
        self.0
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], ExchangeError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(ExchangeError::Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], ExchangeError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(ExchangeError::Damaged)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, ExchangeError> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, ExchangeError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, ExchangeError> {
        self.array().map(u32::from_le_bytes)
    }

    /// A piece with its length in four bytes before it.
    pub(super) fn with_length(&mut self) -> Result<&'a [u8], ExchangeError> {
        let length = self.u32()?;
        self.take(usize::try_from(length).map_err(|_| ExchangeError::Damaged)?)
    }
}

/// A field that is one number.
pub(super) fn whole_u32(field: &[u8]) -> Result<u32, ExchangeError> {
    field.try_into().map(u32::from_le_bytes).map_err(|_| ExchangeError::Damaged)
}

/// A field that is one number.
pub(super) fn whole_u64(field: &[u8]) -> Result<u64, ExchangeError> {
    field.try_into().map(u64::from_le_bytes).map_err(|_| ExchangeError::Damaged)
}
