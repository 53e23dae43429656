//! The state of a vault, short enough to compare two copies by eye.

use std::fmt;

/// The number of the newest change and the first 4 of the 16 random bytes of that change.
///
/// Equal copies of a vault have the same one, and each change makes another. Changes keep their bytes when the vault
/// key is replaced. Two copies that were changed apart agree by accident once in 2^32 times where they have as many
/// changes: enough for an eye; etui itself compares all 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateFingerprint {
    number: u64,
    digits: [u8; 4],
}

impl StateFingerprint {
    /// Takes the number of a change and its random bytes.
    pub fn new(number: u64, random: &[u8; 16]) -> Self {
        let [a, b, c, d, ..] = *random;
        Self { number, digits: [a, b, c, d] }
    }

    /// How many changes there are.
    pub fn number(&self) -> u64 {
        self.number
    }
}

impl fmt::Display for StateFingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} · {:08x}", self.number, u32::from_be_bytes(self.digits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_number_and_eight_digits() {
        let mut random = [0xff; 16];
        random[..4].copy_from_slice(&[0x00, 0x0a, 0x9c, 0x1e]);
        assert_eq!(StateFingerprint::new(128, &random).to_string(), "128 · 000a9c1e");
    }
}
