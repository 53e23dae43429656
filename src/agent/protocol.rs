//! What is asked of an agent and what it answers, byte by byte.
//!
//! ```text
//! request = version (1 byte) ‖ kind (1 byte) ‖ vault id (16) ‖ key id (16)
//! answer  = '-'                                    no
//!         | '+' ‖ key (32)                         to a request for the key
//!         | '+' ‖ idle left (8) ‖ absolute left (8)   milliseconds, big endian, to one for the status
//!         | '+'                                    to a request to lock: the key is wiped by then
//! ```
//! One request and one answer a connection. Every request has the same length, so that reading one needs
//! no framing; a request of another version is answered '-'.

use crate::vault::KeyIdentity;

/// The version of this protocol: an agent may be older than the binary that asks it.
const VERSION: u8 = 1;

pub(super) const REQUEST_LENGTH: usize = 2 + 16 + 16;

/// The longest answer.
pub(super) const ANSWER_LENGTH: usize = 1 + 32;

pub(super) const YES: u8 = b'+';
pub(super) const NO: u8 = b'-';

/// What the key is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Work that the user asked for: the idle limit starts again.
    Work,
    /// Something in the background, like completing a name: nothing is extended.
    Peek,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Request {
    Key(KeyIdentity, Purpose),
    Status(KeyIdentity),
    Lock([u8; 16]),
}

impl Request {
    pub(super) fn encode(&self) -> [u8; REQUEST_LENGTH] {
        let (kind, vault_id, key_id) = match self {
            Self::Key(identity, Purpose::Work) => (b'K', identity.vault_id, identity.key_id),
            Self::Key(identity, Purpose::Peek) => (b'P', identity.vault_id, identity.key_id),
            Self::Status(identity) => (b'S', identity.vault_id, identity.key_id),
            Self::Lock(vault_id) => (b'L', *vault_id, [0; 16]),
        };
        let mut bytes = [0; REQUEST_LENGTH];
        bytes[0] = VERSION;
        bytes[1] = kind;
        bytes[2..18].copy_from_slice(&vault_id);
        bytes[18..].copy_from_slice(&key_id);
        bytes
    }

    /// `None` for what is not a request of this version.
    pub(super) fn decode(bytes: &[u8; REQUEST_LENGTH]) -> Option<Self> {
        let (&[version, kind], ids) = bytes.split_first_chunk()?;
        let (&vault_id, key_id) = ids.split_first_chunk()?;
        let identity = KeyIdentity { vault_id, key_id: key_id.try_into().ok()? };
        match (version, kind) {
            (VERSION, b'K') => Some(Self::Key(identity, Purpose::Work)),
            (VERSION, b'P') => Some(Self::Key(identity, Purpose::Peek)),
            (VERSION, b'S') => Some(Self::Status(identity)),
            (VERSION, b'L') => Some(Self::Lock(vault_id)),
            _ => None,
        }
    }

    pub(super) fn vault_id(&self) -> [u8; 16] {
        match self {
            Self::Key(identity, _) | Self::Status(identity) => identity.vault_id,
            Self::Lock(vault_id) => *vault_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_as_they_were_written() {
        let identity = KeyIdentity { vault_id: [1; 16], key_id: [2; 16] };
        let requests = [
            Request::Key(identity, Purpose::Work),
            Request::Key(identity, Purpose::Peek),
            Request::Status(identity),
            Request::Lock([3; 16]),
        ];
        for request in requests {
            assert_eq!(Request::decode(&request.encode()), Some(request));
        }
    }

    #[test]
    fn another_version_or_kind_is_no_request() {
        let mut bytes = Request::Lock([3; 16]).encode();
        bytes[0] += 1;
        assert_eq!(Request::decode(&bytes), None);
        let mut bytes = Request::Lock([3; 16]).encode();
        bytes[1] = b'X';
        assert_eq!(Request::decode(&bytes), None);
    }
}
