//! Files that are known by their content and not read here: what they are, and how what they hold comes here.

use super::error::ExchangeError;
use super::place::without_mark;
use super::{decryptor, keepass_start, onepux, zip};

/// With this every KeePass database begins, and then with one of the two below.
const KEEPASS: [u8; 4] = [0x03, 0xd9, 0xa2, 0x9a];
const KDB: [u8; 4] = [0x65, 0xfb, 0x4b, 0xb5];
const KEEPASS_WAY: &str = "import it with the format keepass";
/// Every entry of 1Password's old format ends with this line.
const PIF: &[u8] = b"\n***5642bee8-a5ff-11dc-8314-0800200c9a66***";
/// How far into a file is looked.
const LOOKED_AT: usize = 64 * 1024;

/// Refuses a file that none of the readers reads, if it is known what it is.
pub(super) fn refuse(text: &[u8]) -> Result<(), ExchangeError> {
    let start = &text[..text.len().min(LOOKED_AT)];
    let trimmed = without_mark(start).trim_ascii_start();
    let begins = |with: &[u8]| trimmed.starts_with(with);
    let holds = |what: &[u8]| start.windows(what.len()).any(|window| window == what);
    let foreign = |what, way| Err(ExchangeError::Foreign { what, way });
    if text.trim_ascii().is_empty() {
        return Err(ExchangeError::Empty);
    }
    if let Some(version) = start.strip_prefix(&KEEPASS) {
        return match version.starts_with(&KDB) {
            true => foreign(
                "a KeePass 1 database (KDB)",
                "open it with KeePassXC, which makes a new database of it, and import that",
            ),
            false => foreign("a KeePass database (KDBX)", KEEPASS_WAY),
        };
    }
    if keepass_start::is_xml(text) {
        return foreign("a KeePass XML export", KEEPASS_WAY);
    }
    if begins(zip::SIGNATURE) {
        return match onepux::is_archive(text) {
            true => foreign("a 1Password export (1PUX)", "import it with the format 1password"),
            false => foreign("a ZIP archive", "unpack it, and import the file that is in it"),
        };
    }
    if begins(b"{") && holds(PIF) {
        return foreign("an old 1Password export (1PIF)", "export it from 1Password 8 as 1PUX, or as CSV");
    }
    let end = &text[text.len().saturating_sub(LOOKED_AT)..];
    let ends_with_sops = [&b"\"sops\":"[..], b"\nsops:", b"\nsops_"]
        .into_iter()
        .any(|word| end.windows(word.len()).any(|window| window == word));
    if ends_with_sops && holds(b"ENC[AES256_GCM,data:") {
        return foreign(
            "a file that sops encrypted",
            "decrypt it first: `sops decrypt FILE | etui import -`, of YAML or JSON with --flatten at the end",
        );
    }
    if begins(b"{") && holds(b"\"template_type\"") && holds(b"\"category\"") {
        return foreign("an Enpass export in JSON", "export it from Enpass as CSV");
    }
    if begins(b"otpauth-migration://") {
        return foreign(
            "a transfer of Google Authenticator",
            "show its QR codes to Aegis or another app, and export otpauth:// URIs from there",
        );
    }
    if decryptor::ENCRYPTED.iter().any(|start| begins(start)) {
        return foreign(
            "a file that age encrypted",
            "decrypt it with `age --decrypt` and import what that prints; a whole store is read as passage",
        );
    }
    if begins(b"-----BEGIN PGP MESSAGE-----") {
        return foreign(
            "a file that gpg encrypted",
            "decrypt it with `gpg --decrypt` and import what that prints",
        );
    }
    if begins(b"$ANSIBLE_VAULT;") {
        return foreign(
            "a file of ansible-vault",
            "decrypt it with `ansible-vault view` and import what that prints",
        );
    }
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return foreign("text in UTF-16", "save it as UTF-8");
    }
    if start.starts_with(b"SQLite format 3\0") {
        return foreign("a database, as a vault of etui is", "import a vault with the format 'etui'");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_read_here_is_named_with_the_way_out() {
        let cases: [(&[u8], &str); 12] = [
            (b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5\x00", "this is a KeePass database (KDBX)"),
            (b"\x03\xd9\xa2\x9a\x65\xfb\x4b\xb5\x00", "this is a KeePass 1 database (KDB)"),
            (b"<?xml version=\"1.0\"?>\n<KeePassFile>", "this is a KeePass XML export"),
            (b"PK\x03\x04....export.data", "this is a ZIP archive"),
            (
                b"{\"uuid\":1}\n***5642bee8-a5ff-11dc-8314-0800200c9a66***\n",
                "this is an old 1Password export (1PIF)",
            ),
            (b"A=ENC[AES256_GCM,data:x]\nsops_mac=x\n", "this is a file that sops encrypted"),
            (
                b"{\"items\":[{\"category\":\"login\",\"template_type\":\"login.default\"}]}",
                "this is an Enpass export in JSON",
            ),
            (b"otpauth-migration://offline?data=x\n", "this is a transfer of Google Authenticator"),
            (b"age-encryption.org/v1\n", "this is a file that age encrypted"),
            (b"\xff\xfea\0", "this is text in UTF-16"),
            (b" \n", "it is empty"),
            (b"", "it is empty"),
        ];
        for (text, expected) in cases {
            let error = refuse(text).unwrap_err();
            assert_eq!(error.to_string(), expected);
            assert!(!error.hint().is_empty());
        }
        for text in [&b"A=1"[..], b"{}", b"name,url\n", b"PKI=1", b"A=ENC[AES256_GCM,data:x]\n"] {
            assert_eq!(refuse(text), Ok(()));
        }
    }
}
