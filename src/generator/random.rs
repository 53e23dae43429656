//! Uniform choices from the system's random bytes.

use super::GeneratorError;
use crate::memory::SecretBytes;

/// Draws numbers below a bound; what is drawn is wiped.
pub(super) struct Random {
    buffer: SecretBytes,
    used: usize,
}

impl Random {
    pub(super) fn new() -> Self {
        Self { buffer: SecretBytes::zeroed(256), used: 256 }
    }

    fn byte(&mut self) -> Result<u8, GeneratorError> {
        if self.used == self.buffer.len() {
            getrandom::fill(self.buffer.expose_mut()).map_err(|_| GeneratorError::RandomUnavailable)?;
            self.used = 0;
        }
        let byte = std::mem::take(&mut self.buffer.expose_mut()[self.used]);
        self.used += 1;
        Ok(byte)
    }

    /// A number from 0 to `bound - 1`, each equally likely: what lies above the largest multiple of the
    /// bound is drawn again, since a remainder would favour small numbers.
    pub(super) fn below(&mut self, bound: u16) -> Result<u16, GeneratorError> {
        debug_assert!(bound > 0);
        let multiple = u32::from(bound) * (65_536 / u32::from(bound));
        loop {
            let drawn = u16::from_be_bytes([self.byte()?, self.byte()?]);
            if u32::from(drawn) < multiple {
                return Ok(drawn % bound);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_are_no_likelier_than_large_ones() {
        // A remainder instead of rejection would give the first 25,536 of 40,000 numbers two chances each:
        // 78 % instead of 64 %. Fifty standard deviations lie between the two, twenty on either side here.
        let mut random = Random::new();
        let draws = 20_000;
        let low = (0..draws).filter(|_| random.below(40_000).unwrap() < 25_536).count();
        assert!((12_080..=13_450).contains(&low), "{low} of {draws}");
    }

    #[test]
    fn every_number_of_the_word_list_can_be_drawn_and_none_beyond() {
        let mut random = Random::new();
        let mut seen = vec![false; 7_776];
        for _ in 0..200_000 {
            seen[usize::from(random.below(7_776).unwrap())] = true;
        }
        // A given word is missed with probability (1 - 1/7776)^200000 < 10^-11.
        assert!(seen.iter().all(|seen| *seen));
    }
}
