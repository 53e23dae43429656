//! What the bytes of a value are, as far as their beginning tells.

const MAGIC: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1a\n", "PNG picture"),
    (b"\xff\xd8\xff", "JPEG picture"),
    (b"GIF8", "GIF picture"),
    (b"%PDF-", "PDF document"),
    (b"PK\x03\x04", "ZIP archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"\xfd7zXZ\0", "xz data"),
    (b"BZh", "bzip2 data"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
    (b"\x7fELF", "ELF program"),
    (b"\xfe\xed\xfe\xed", "Java keystore"),
    (b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5", "KeePass database"),
    (b"SQLite format 3\0", "SQLite database"),
    (b"age-encryption.org/v1", "age file"),
    (b"openssh-key-v1\0", "OpenSSH key"),
    (b"-----BEGIN OPENSSH PRIVATE KEY-----", "OpenSSH private key"),
    (b"-----BEGIN CERTIFICATE-----", "PEM certificate"),
    (b"-----BEGIN PGP ", "PGP block"),
    (b"-----BEGIN ", "PEM"),
];

/// A name for what begins with a known magic number: `PNG picture`. `None`: nobody knows.
pub fn kind_of_value(bytes: &[u8]) -> Option<&'static str> {
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Some(if *kind == "PEM" && is_private_key(bytes) { "PEM private key" } else { kind });
    }
    // A sequence of more than 127 bytes whose length is that of the rest: certificates, keys, PKCS #12.
    match bytes {
        [0x30, 0x82, high, low, rest @ ..]
            if usize::from(u16::from_be_bytes([*high, *low])) == rest.len() =>
        {
            Some("DER data")
        }
        _ => None,
    }
}

fn is_private_key(bytes: &[u8]) -> bool {
    let line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    line.windows(11).any(|part| part == b"PRIVATE KEY")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_named() {
        let cases: [(&[u8], Option<&str>); 7] = [
            (b"\x89PNG\r\n\x1a\n\0", Some("PNG picture")),
            (b"-----BEGIN RSA PRIVATE KEY-----\nMII", Some("PEM private key")),
            (b"-----BEGIN PUBLIC KEY-----\nPRIVATE KEY", Some("PEM")),
            (b"\x30\x82\0\x02ab", Some("DER data")),
            (b"\x30\x82\0\x03ab", None),
            (b"hunter2", None),
            (b"", None),
        ];
        for (bytes, kind) in cases {
            assert_eq!(kind_of_value(bytes), kind);
        }
    }
}
