//! Bitwarden's export with a password: `fixtures/bitwarden-pbkdf2.json` and `-argon2id.json` are made as its help
//! describes, by another program than etui.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use etui::exchange::{ExchangeError, Input, Locks, Source, bitwarden, read};
use etui::memory::SecretBytes;

use crate::helpers::lost;

const FILES: [&[u8]; 2] =
    [include_bytes!("fixtures/bitwarden-pbkdf2.json"), include_bytes!("fixtures/bitwarden-argon2id.json")];

fn locks(password: &str) -> Locks {
    Locks { password: SecretBytes::copy_of(password.as_bytes()), key_file: None }
}

#[test]
fn an_export_with_a_password_holds_what_the_unencrypted_one_does() {
    for file in FILES {
        let batch = bitwarden::read_locked(file, Some(&locks("master word"))).unwrap();
        assert_eq!(batch.secrets[0].name, "Work/mail");
        let value = batch.secrets[0].versions[0].value.expose();
        assert_eq!(value, "{\"username\":\"me\",\"password\":\"pw-ü\"}".as_bytes());
        assert!(lost(&batch).is_empty());
    }
}

#[test]
fn another_password_and_a_changed_text_are_told_apart() {
    for file in FILES {
        assert_eq!(bitwarden::read(file).unwrap_err(), ExchangeError::Locked);
        let wrong = bitwarden::read_locked(file, Some(&locks("master"))).unwrap_err();
        assert_eq!(wrong, ExchangeError::WrongLocks);
        // A letter of the sealed text, behind its IV
        let at = file.windows(8).position(|window| window == b"\"data\": ").unwrap() + 60;
        let mut changed = file.to_vec();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let damaged = bitwarden::read_locked(&changed, Some(&locks("master word"))).unwrap_err();
        assert_eq!(damaged, ExchangeError::Damaged);
    }
}

// Guards: a changed IV changes the first letters alone, so that only the MAC tells it.
#[test]
fn a_changed_iv_is_told_by_the_mac() {
    for file in FILES {
        let text = std::str::from_utf8(file).unwrap();
        let (before, rest) = text.split_once("\"data\": \"2.").unwrap();
        let (iv, behind) = rest.split_once('|').unwrap();
        let iv = STANDARD.decode(iv).unwrap();
        for at in 0..iv.len() {
            let mut changed = iv.clone();
            changed[at] ^= 1;
            let changed = format!("{before}\"data\": \"2.{}|{behind}", STANDARD.encode(changed));
            let damaged =
                bitwarden::read_locked(changed.as_bytes(), Some(&locks("master word"))).unwrap_err();
            assert_eq!(damaged, ExchangeError::Damaged, "byte {at}");
        }
    }
}

#[test]
fn the_format_is_recognised_and_the_password_is_asked_for() {
    let input = Input::Piped(SecretBytes::copy_of(FILES[0]));
    let with = |locks| read(&input, None, None, locks, &mut |_, _| {});
    assert_eq!(with(None).unwrap_err(), ExchangeError::Locked);
    let (wrong, right) = (locks("x"), locks("master word"));
    assert_eq!(with(Some(&wrong)).unwrap_err(), ExchangeError::WrongLocks);
    assert_eq!(Some(with(Some(&right)).unwrap().source), Source::named("bitwarden"));
    let of_account = Input::Piped(SecretBytes::copy_of(br#"{"encrypted":true,"passwordProtected":false}"#));
    let error = read(&of_account, None, None, None, &mut |_, _| {}).unwrap_err();
    assert_eq!(error, ExchangeError::Encrypted);
}

#[test]
fn a_costly_key_derivation_is_refused() {
    let text = std::str::from_utf8(FILES[1]).unwrap().replace("\"kdfMemory\": 1", "\"kdfMemory\": 4096");
    let error = bitwarden::read_locked(text.as_bytes(), None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a key derivation with 4194304 KiB, 2 passes and 1 lane is outside of what etui runs"
    );
    let text = std::str::from_utf8(FILES[0]).unwrap().replace(": 1000,", ": 4000000000,");
    let error = bitwarden::read_locked(text.as_bytes(), Some(&locks("master word"))).unwrap_err();
    assert!(matches!(error, ExchangeError::TooCostly(_)), "{error}");
}
