//! A code from a secret and a counter (RFC 4226, section 5.3), over any hash of RFC 6238.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroize;

use crate::memory::SecretBytes;

/// The hash under the HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// The usual one.
    Sha1,
    /// RFC 6238.
    Sha256,
    /// RFC 6238.
    Sha512,
}

impl Algorithm {
    /// As URIs name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }
}

/// A code of a moment.
pub struct Code {
    /// The digits, with zeros in front.
    pub digits: SecretBytes,
    /// How long it is still the code, in seconds; at least one.
    pub seconds_left: u64,
    /// How long a code counts, in seconds.
    pub period: u64,
}

pub(super) fn code(secret: &[u8], algorithm: Algorithm, digits: u32, counter: u64) -> Code {
    let counter = counter.to_be_bytes();
    let number = match algorithm {
        Algorithm::Sha1 => truncated(mac::<Hmac<Sha1>>(secret, &counter).as_mut_slice()),
        Algorithm::Sha256 => truncated(mac::<Hmac<Sha256>>(secret, &counter).as_mut_slice()),
        Algorithm::Sha512 => truncated(mac::<Hmac<Sha512>>(secret, &counter).as_mut_slice()),
    };
    let mut text = SecretBytes::zeroed(digits as usize);
    let mut rest = number;
    for digit in text.expose_mut().iter_mut().rev() {
        *digit = b'0' + (rest % 10).to_le_bytes()[0];
        rest /= 10;
    }
    Code { digits: text, seconds_left: 0, period: 0 }
}

fn mac<M: Mac + KeyInit>(secret: &[u8], message: &[u8]) -> hmac::digest::Output<M> {
    let mut mac = <M as KeyInit>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes()
}

/// The dynamic truncation: four bytes from where the last half byte says, without the first bit.
fn truncated(mac: &mut [u8]) -> u32 {
    let at = usize::from(mac.last().map_or(0, |last| last & 15));
    let four = &mac[at..at + 4];
    let number = u32::from_be_bytes([four[0] & 0x7f, four[1], four[2], four[3]]);
    mac.zeroize();
    number
}
