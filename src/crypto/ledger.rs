//! Sums over the secrets: what makes a lost, added or replaced row visible without reading the others.
//!
//! Every secret adds one keyed entry to the sum of its bucket. Entries are 256-bit MACs under a key that
//! only an unlocked vault has, and the sums are sealed, so that nobody can look for rows that cancel out.

use std::ops::{Add, AddAssign, Sub, SubAssign};

use subtle::ConstantTimeEq as _;

/// How many buckets the secrets of a vault fall into.
pub const BUCKETS: usize = 64;

/// The bucket of a secret: the leading six bits of its name tag, told by the tag's first byte.
pub const fn bucket_of(first_byte: u8) -> usize {
    (first_byte >> 2) as usize
}

/// An integer modulo 2^256, big-endian outside; compared in constant time.
#[derive(Debug, Clone, Copy, Default, Eq)]
pub struct LedgerSum(
    /// The lowest 64 bits first.
    [u64; LIMBS],
);

const LIMBS: usize = 4;

impl LedgerSum {
    /// Reads a stored sum.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        let (words, _) = bytes.as_chunks();
        Self([
            u64::from_be_bytes(words[3]),
            u64::from_be_bytes(words[2]),
            u64::from_be_bytes(words[1]),
            u64::from_be_bytes(words[0]),
        ])
    }

    /// The sum as it is stored.
    pub fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        let (words, _) = bytes.as_chunks_mut();
        for (word, limb) in words.iter_mut().rev().zip(self.0) {
            *word = limb.to_be_bytes();
        }
        bytes
    }
}

impl PartialEq for LedgerSum {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(&other.0).into()
    }
}

impl Add for LedgerSum {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        let mut carry = false;
        for (limb, other) in self.0.iter_mut().zip(other.0) {
            (*limb, carry) = limb.carrying_add(other, carry);
        }
        self
    }
}

impl Sub for LedgerSum {
    type Output = Self;

    fn sub(mut self, other: Self) -> Self {
        let mut borrow = false;
        for (limb, other) in self.0.iter_mut().zip(other.0) {
            (*limb, borrow) = limb.borrowing_sub(other, borrow);
        }
        self
    }
}

impl AddAssign for LedgerSum {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for LedgerSum {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(last: u8) -> LedgerSum {
        let mut bytes = [0; 32];
        bytes[31] = last;
        LedgerSum::from_bytes(bytes)
    }

    #[test]
    fn sums_carry_and_wrap_around() {
        let mut carried = [0; 32];
        carried[30] = 1;
        assert_eq!((number(255) + number(1)).to_bytes(), carried);
        let most = LedgerSum::from_bytes([255; 32]);
        assert_eq!(most + number(1), LedgerSum::default());
        assert_eq!(LedgerSum::default() - number(1), most);
        assert_eq!(LedgerSum::from_bytes(carried) - number(1), number(255));
        assert_eq!(most + number(7), number(6));
    }

    #[test]
    fn the_leading_six_bits_choose_the_bucket() {
        assert_eq!(bucket_of(0), 0);
        assert_eq!(bucket_of(0b1000_0011), 32);
        assert_eq!(bucket_of(255), BUCKETS - 1);
    }

    proptest! {
        #[test]
        fn adding_and_subtracting_again_changes_nothing(a: [u8; 32], b: [u8; 32]) {
            let (a, b) = (LedgerSum::from_bytes(a), LedgerSum::from_bytes(b));
            prop_assert_eq!(a + b - b, a);
            prop_assert_eq!(a - b + b, a);
            let mut changed = a;
            changed += b;
            changed -= b;
            prop_assert_eq!(changed, a);
        }

        #[test]
        fn the_order_of_entries_does_not_matter(a: [u8; 32], b: [u8; 32], c: [u8; 32]) {
            let [a, b, c] = [a, b, c].map(LedgerSum::from_bytes);
            prop_assert_eq!(a + b + c, c + a + b);
            prop_assert_eq!(LedgerSum::default() + a, a);
        }

        #[test]
        fn sums_agree_with_128_bit_arithmetic(a: u128, b: u128) {
            let wide = |number: u128| {
                let mut bytes = [0; 32];
                bytes[16..].copy_from_slice(&number.to_be_bytes());
                LedgerSum::from_bytes(bytes)
            };
            let sum = (wide(a) + wide(b)).to_bytes();
            prop_assert_eq!(u128::from_be_bytes(sum[16..].try_into().unwrap()), a.wrapping_add(b));
            prop_assert_eq!(sum[15], u8::from(a.checked_add(b).is_none()));
        }
    }
}
