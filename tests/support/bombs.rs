//! Files of few bytes that unpack to many, and databases of KeePass that hold any bytes.
#![allow(dead_code, reason = "each test binary takes what it needs")]

use etui::crypto::foreign::{AesKdf, KeyStream, StreamKind, hmac_sha256, sha256_of, sha512_of};
use etui::memory::SecretBytes;

/// A run of one letter in DEFLATE (RFC 1951), 159 times as short: a fixed block of one literal and of copies of 258
/// bytes, the longest there are.
pub fn deflated(length: usize) -> Vec<u8> {
    let (mut out, mut held, mut count) = (Vec::with_capacity(length / 150), 0_u64, 0);
    let mut push = |bits: u64, width: u32| {
        held |= bits << count;
        count += width;
        while count >= 8 {
            out.push(held as u8);
            held >>= 8;
            count -= 8;
        }
    };
    // The last block, and fixed codes; codes stand with their highest bit first.
    push(0b011, 3);
    push(0b0001_0101, 8);
    (0..length / 258).for_each(|_| push(0b1010_0011, 13));
    // The end of the block, and of the last byte
    push(0, 7 + 7);
    out
}

/// The same in gzip. Its checksum is wrong: nobody should come so far.
pub fn gzip(length: usize) -> Vec<u8> {
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    file.extend(deflated(length));
    file.extend([0; 8]);
    file
}

/// An archive with one file, which says that it is `length` bytes long.
pub fn archive(name: &str, deflated: &[u8], length: u32) -> Vec<u8> {
    let mut common = Vec::new();
    for number in [20, 0, 8, 0, 0] {
        common.extend(u16::to_le_bytes(number));
    }
    for number in [0, deflated.len() as u32, length, name.len() as u32] {
        common.extend(number.to_le_bytes());
    }
    let file = [b"PK\x03\x04", &common[..], name.as_bytes(), deflated].concat();
    let directory = [b"PK\x01\x02\x14\0", &common[..], &[0; 14], name.as_bytes()].concat();
    let mut end = b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec();
    end.extend((directory.len() as u32).to_le_bytes());
    end.extend((file.len() as u32).to_le_bytes());
    end.extend([0, 0]);
    [file, directory, end].concat()
}

/// A database (KDBX 4) by its parts, to be put together with one of them changed.
pub struct Database {
    pub header: Vec<u8>,
    pub hash: Vec<u8>,
    pub mac: Vec<u8>,
    /// The blocks, each with its MAC and its length.
    pub blocks: Vec<u8>,
}

impl Database {
    /// Closes bytes with a password: one round of AES, ChaCha20.
    pub fn new(password: &str, inner: &[u8], is_packed: bool) -> Self {
        let (seed, salt, iv) = ([1; 32], [2; 32], [3; 12]);
        let header = header(&seed, &salt, &iv, is_packed);
        let composite = sha256_of(&[sha256_of(&[password.as_bytes()]).expose()]);
        let derived = AesKdf::new(1).unwrap().derive(composite.expose(), &salt).unwrap();
        let base = sha512_of(&[&seed, derived.expose(), &[1]]);
        let block_key = |index: u64| sha512_of(&[&index.to_le_bytes(), base.expose()]);
        let mut text = SecretBytes::copy_of(inner);
        let key = sha256_of(&[&seed, derived.expose()]);
        KeyStream::new(StreamKind::ChaCha20, key.expose(), &iv).unwrap().apply(text.expose_mut()).unwrap();
        let mut blocks = Vec::new();
        for (index, block) in (0_u64..).zip([text.expose(), &[]]) {
            let length = (block.len() as u32).to_le_bytes();
            blocks.extend(hmac_sha256(block_key(index).expose(), &[&index.to_le_bytes(), &length, block]));
            blocks.extend(length);
            blocks.extend(block);
        }
        Self {
            hash: sha256_of(&[&header]).expose().to_vec(),
            mac: hmac_sha256(block_key(u64::MAX).expose(), &[&header]).to_vec(),
            header,
            blocks,
        }
    }

    pub fn bytes(&self) -> Vec<u8> {
        [&self.header[..], &self.hash, &self.mac, &self.blocks].concat()
    }
}

/// What stands before the XML: no stream hides values.
pub fn inner(xml: &str) -> Vec<u8> {
    [&[1, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], xml.as_bytes()].concat()
}

fn header(seed: &[u8], salt: &[u8], iv: &[u8], is_packed: bool) -> Vec<u8> {
    const CHACHA20: u128 = 0xd603_8a2b_8b6f_4cb5_a524_339a_31db_b59a;
    const AES_KDF: u128 = 0xc9d9_f39a_628a_4460_bf74_0d08_c18a_4fea;
    let mut derivation = vec![0, 1];
    let rounds = 1_u64.to_le_bytes();
    let entries: [(u8, &[u8], &[u8]); 3] =
        [(0x42, b"$UUID", &AES_KDF.to_be_bytes()), (0x42, b"S", salt), (0x05, b"R", &rounds)];
    for (kind, key, value) in entries {
        derivation.push(kind);
        for part in [key, value] {
            derivation.extend((part.len() as u32).to_le_bytes());
            derivation.extend(part);
        }
    }
    derivation.push(0);
    let mut header = b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5\0\0\x04\0".to_vec();
    let packing = u32::from(is_packed).to_le_bytes();
    let fields: [(u8, &[u8]); 6] = [
        (2, &CHACHA20.to_be_bytes()),
        (3, &packing),
        (4, seed),
        (7, iv),
        (11, &derivation),
        (0, b"\r\n\r\n"),
    ];
    for (id, field) in fields {
        header.push(id);
        header.extend((field.len() as u32).to_le_bytes());
        header.extend(field);
    }
    header
}
