//! How files of KeePass begin: they are known also where etui was built without their reader.

use super::place::without_mark;

/// With this every database begins; the format of KeePass 1 has another second half.
pub(super) const SIGNATURE: [u8; 8] = [0x03, 0xd9, 0xa2, 0x9a, 0x67, 0xfb, 0x4b, 0xb5];

/// Whether a file begins as a database does.
pub(super) fn is_database(file: &[u8]) -> bool {
    file.starts_with(&SIGNATURE)
}

/// Whether a file begins as an XML export does.
pub(super) fn is_xml(file: &[u8]) -> bool {
    const LOOKED_AT: usize = 4 * 1024;
    const ROOT: &[u8] = b"<KeePassFile";
    let text = without_mark(file).trim_ascii_start();
    let start = &text[..text.len().min(LOOKED_AT)];
    start.starts_with(b"<") && start.windows(ROOT.len()).any(|window| window == ROOT)
}
