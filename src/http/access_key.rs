//! The key pair with which clients sign their requests.

use std::fmt;

use crate::domain::hexadecimal_digits;
use crate::memory::SecretBytes;
use crate::versioning::AccessKeyId;

/// An id and a secret.
pub struct AccessKey {
    /// Names the key; it is sent with every request and kept in the history.
    pub id: AccessKeyId,
    /// Signs requests; it is never sent.
    pub secret: SecretBytes,
}

impl AccessKey {
    /// Makes one from the random bytes of the system: an id of 20 characters, a secret of 128 bits.
    ///
    /// # Errors
    /// Where the system has none.
    pub fn make() -> Result<Self, getrandom::Error> {
        let mut random = SecretBytes::zeroed(24);
        getrandom::fill(random.expose_mut())?;
        let (name, secret) = random.expose().split_at(8);
        let mut id = SecretBytes::copy_of(b"etui");
        id.extend(hexadecimal(name).expose());
        let id = id.expose_text().and_then(AccessKeyId::new).expect("it is 20 letters and digits");
        Ok(Self { id, secret: hexadecimal(secret) })
    }

    /// Reads one from two lines: the id, and the secret of 8 to 128 visible characters.
    pub fn parse(text: &SecretBytes) -> Option<Self> {
        let mut lines = text.expose_text()?.lines();
        let id = AccessKeyId::new(lines.next()?).filter(|id| !id.as_str().is_empty())?;
        let secret = lines.next()?;
        let is_secret =
            (8..=128).contains(&secret.len()) && secret.bytes().all(|byte| byte.is_ascii_graphic());
        (is_secret && lines.next().is_none())
            .then(|| Self { id, secret: SecretBytes::copy_of(secret.as_bytes()) })
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AccessKey").field("id", &self.id).finish_non_exhaustive()
    }
}

fn hexadecimal(bytes: &[u8]) -> SecretBytes {
    let mut text = SecretBytes::with_capacity(2 * bytes.len());
    bytes.iter().for_each(|byte| text.extend(&hexadecimal_digits(*byte)));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_made_can_be_written_to_a_file_and_read_again() {
        let key = AccessKey::make().unwrap();
        assert_eq!((key.id.as_str().len(), key.secret.len()), (20, 32));
        let text = format!("{}\n{}\n", key.id.as_str(), key.secret.expose_text().unwrap());
        let read = AccessKey::parse(&SecretBytes::copy_of(text.as_bytes())).unwrap();
        assert_eq!(read.id, key.id);
        assert!(read.secret.equals(key.secret.expose()));
        assert!(!format!("{key:?}").contains(key.secret.expose_text().unwrap()));
    }

    #[test]
    fn what_is_no_key_pair_is_refused() {
        for text in [
            "",
            "id",
            "id\n",
            "id\nshort",
            "\nsecret-secret",
            "i d\nsecret-secret",
            "id\nsecret secret",
            "id\nsecret-secret\nmore",
        ] {
            assert!(AccessKey::parse(&SecretBytes::copy_of(text.as_bytes())).is_none(), "{text:?}");
        }
    }
}
