//! Frozen bytes of every format: no refactoring may orphan somebody's vault.
//!
//! Here are keys, seals and MACs, which both formats share; `vaults` reads whole ones. `format_1.txt` was made by
//! `format_1.py`, an implementation of its own, and is never made anew: another format gets another file.

mod vaults;

use std::sync::Arc;

use etui::crypto::{
    AssociatedData, CryptoError, KdfCost, KeyFile, MasterPassword, RootKey, VaultKey, VaultKeys, derive_root,
    seal_tag,
};
use etui::memory::{KeyArena, SecretBytes};

const VAULT_ID: &[u8; 16] = b"0123456789abcdef";
const ROW: [u8; 16] = [0xa5; 16];

fn frozen(name: &str) -> Vec<u8> {
    let line =
        include_str!("format_1.txt").lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let digits = line.unwrap_or_else(|| panic!("no frozen '{name}'"));
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn arena() -> Arc<KeyArena> {
    KeyArena::new().expect("mapping a page")
}

fn root(arena: &Arc<KeyArena>, key_file: Option<&KeyFile>) -> RootKey {
    // Typed with a combining diaeresis; the frozen bytes were made from the composed letter.
    let typed = SecretBytes::copy_of("pa\u{308}ssword".as_bytes());
    let password = MasterPassword::new(typed).unwrap();
    let salt = std::array::from_fn(|at| at as u8);
    derive_root(arena, &password, key_file, &salt, &KdfCost::new(64, 2, 2).unwrap()).unwrap()
}

fn key_file(arena: &Arc<KeyArena>) -> KeyFile {
    let digits: String = (0..32).map(|byte| format!("{byte:02x}")).collect();
    KeyFile::parse(arena, digits.as_bytes()).unwrap()
}

fn vault_key_bytes() -> [u8; 32] {
    std::array::from_fn(|at| 100 + at as u8)
}

fn keys() -> VaultKeys {
    VaultKey::copy_of(&arena(), &vault_key_bytes()).derive_keys(VAULT_ID)
}

fn assert_opens(column: &str, associated: &AssociatedData, expected: &[u8]) {
    let opened = keys().open(associated, &frozen(column)).unwrap();
    assert_eq!(opened.expose(), expected, "{column}");
}

#[test]
fn the_frozen_commitments_match() {
    let arena = arena();
    assert_eq!(root(&arena, None).derive_commitment()[..], frozen("commitment"));
    let with_file = root(&arena, Some(&key_file(&arena)));
    assert_eq!(with_file.derive_commitment()[..], frozen("commitment_with_key_file"));
    let stored = frozen("commitment").try_into().unwrap();
    assert_eq!(with_file.check_commitment(&stored), Err(CryptoError::WrongPassword));
}

#[test]
fn the_frozen_wrapped_key_opens() {
    let arena = arena();
    let wrapping = root(&arena, Some(&key_file(&arena))).derive_key_encryption_key();
    let vault_key = wrapping.unwrap(&frozen("wrapped_key"), b"the header").unwrap();
    assert_eq!(vault_key.expose(), &vault_key_bytes());
}

#[test]
fn the_frozen_sealed_value_and_record_open() {
    let value = AssociatedData::new(1, VAULT_ID, "version", "value").integer(77).bytes(&ROW);
    assert_opens("value", &value, b"hunter2");
    let record = AssociatedData::new(1, VAULT_ID, "secret", "record").bytes(&ROW);
    assert_opens("record", &record, b"a record");
    let place = AssociatedData::new(1, VAULT_ID, "state", "place");
    assert_eq!(keys().open_place(&place, &frozen("place")).unwrap().expose(), b"db/url");
}

#[test]
fn what_is_sealed_today_is_as_long_as_the_frozen_bytes() {
    use etui::crypto::Padding::{Record, Value};
    let place = AssociatedData::new(1, VAULT_ID, "state", "place");
    for (name, plain, padding) in [("value", &b"hunter2"[..], Value), ("record", b"a record", Record)] {
        assert_eq!(keys().seal(&place, plain, padding).unwrap().len(), frozen(name).len());
    }
    assert_eq!(keys().seal_place(&place, b"db/url").unwrap().len(), frozen("place").len());
}

#[test]
fn the_frozen_tags_match() {
    let keys = keys();
    let name_tag = keys.name_tag("db/\u{fc}rl");
    assert_eq!(name_tag[..], frozen("name_tag"));
    assert_eq!(keys.id_tag(&ROW, "v7")[..], frozen("id_tag"));
    assert_eq!(keys.equal_tag(2, b"hunter2")[..], frozen("equal_tag"));
    let mut versions = [(9, [1; 16]), (5, [2; 16])];
    assert_eq!(keys.versions_mac(&ROW, &mut versions)[..], frozen("versions_mac"));
    assert_eq!(keys.bucket_entry(&name_tag, &ROW, &[3; 16]).to_bytes()[..], frozen("bucket_entry"));
}

#[test]
fn the_tag_of_a_seal_is_its_end() {
    let value = frozen("value");
    assert_eq!(seal_tag(&value).unwrap(), value[value.len() - 16..]);
}
