//! stub
use crate::memory::SecretBytes;
/// Password.
pub struct MasterPassword;
impl MasterPassword {
    /// Takes UTF-8; normalises (NFC); refuses the empty one.
    pub fn new(_: SecretBytes) -> Result<Self, CryptoError> {
        unimplemented!()
    }
}
/// Key file.
pub struct KeyFile;
impl KeyFile {
    /// 64 hex digits.
    pub fn parse(_: &[u8]) -> Result<Self, CryptoError> {
        unimplemented!()
    }
    /// New random key file, and its text form (64 hex digits + newline).
    pub fn make_new() -> Result<Self, CryptoError> {
        unimplemented!()
    }
    /// Text form.
    pub fn to_text(&self) -> SecretBytes {
        unimplemented!()
    }
}
/// Cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KdfCost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}
impl KdfCost {
    /// Checks the ceiling of what is opened at all.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, CryptoError> {
        unimplemented!()
    }
    /// Measures this machine.
    pub fn measure() -> Result<Self, CryptoError> {
        unimplemented!()
    }
    /// Whether it may be used for a new vault.
    pub fn is_at_least_floor(&self) -> bool {
        unimplemented!()
    }
    /// KiB.
    pub fn memory_kib(&self) -> u32 {
        self.memory_kib
    }
    /// Passes.
    pub fn passes(&self) -> u32 {
        self.passes
    }
    /// Lanes.
    pub fn lanes(&self) -> u32 {
        self.lanes
    }
}
/// Errors.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CryptoError {
    /// x
    #[error("x")]
    X,
}
