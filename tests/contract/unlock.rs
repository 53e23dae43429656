//! Creating, unlocking and locking.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use etui::domain::ErrorCode;
use etui::memory::SecretBytes;
use etui::vault::{
    Answers, Credentials, Environment, KdfCost, LockedVault, Refreshed, Vault, VaultError, make_key_file,
};
use etui::versioning::Origin;

use crate::support::vaults::{PASSWORD, Place, create, credentials, get, open_at, put};

fn environment(place: &Place) -> Environment {
    Environment::new(Box::new(place.clock.clone()), Origin::App)
}

#[test]
fn a_wrong_password_is_said_and_the_right_one_can_be_tried_next() {
    let place = Place::new();
    create(&mut place.create(), "a", "v1", "one").unwrap();
    let locked = LockedVault::open(&place.vault_path(), environment(&place)).unwrap();
    let failed = locked.unlock(&credentials("wrong"), Answers::default()).map(drop).unwrap_err();
    assert_eq!(failed.error, VaultError::WrongPassword);
    assert_eq!(failed.error.code(), ErrorCode::NotUnlocked);
    let mut vault = failed
        .vault
        .unlock(&credentials(PASSWORD), Answers::default())
        .map_err(|failed| failed.error)
        .unwrap();
    assert_eq!(get(&mut vault, "a").unwrap(), "one");
}

#[test]
fn a_locked_vault_opens_again_and_knows_what_was_put() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "one").unwrap();
    let locked = vault.lock();
    put(&mut place.open().unwrap(), "a", "v2", "two").unwrap();
    let mut vault =
        locked.unlock(&credentials(PASSWORD), Answers::default()).map_err(|failed| failed.error).unwrap();
    assert_eq!(get(&mut vault, "a").unwrap(), "two");
}

#[test]
fn a_vault_is_never_made_over_a_file_that_is_there() {
    let place = Place::new();
    fs::write(place.vault_path(), "precious").unwrap();
    let cost = KdfCost::new(8, 1, 1).unwrap();
    let made = Vault::create(&place.vault_path(), &credentials(PASSWORD), cost, environment(&place));
    assert!(matches!(made.map(drop), Err(VaultError::VaultExists { .. })));
    assert_eq!(fs::read(place.vault_path()).unwrap(), b"precious");
    let link = place.folder().join("link.etui");
    std::os::unix::fs::symlink(place.folder().join("target.etui"), &link).unwrap();
    assert!(Vault::create(&link, &credentials(PASSWORD), cost, environment(&place)).is_err());
    assert!(!place.folder().join("target.etui").exists(), "no symlink is followed");
}

#[test]
fn the_file_and_the_folders_that_are_made_are_private() {
    let place = Place::new();
    let path = place.folder().join("deep/er/vault.etui");
    drop(place.create_at(&path, Some("here")));
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(&place.state_of("here")), 0o700);
    for file in fs::read_dir(place.state_of("here")).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
}

#[test]
fn a_wider_file_mode_is_said_and_mended() {
    let place = Place::new();
    drop(place.create());
    fs::set_permissions(place.vault_path(), fs::Permissions::from_mode(0o664)).unwrap();
    let notices = place.open().unwrap().take_notices();
    assert!(notices.iter().any(|notice| notice.contains("664")), "{notices:?}");
    assert_eq!(fs::metadata(place.vault_path()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_vault_that_is_not_there_is_not_made_by_opening_it() {
    let place = Place::new();
    assert!(matches!(place.open().map(drop), Err(VaultError::NoVault { .. })));
    assert!(!place.vault_path().exists());
}

#[test]
fn a_key_file_is_needed_where_the_vault_was_made_with_one() {
    let place = Place::new();
    let key_file = make_key_file().unwrap();
    let both = |password: &str, key_file: Option<&SecretBytes>| {
        Credentials::new(SecretBytes::copy_of(password.as_bytes()), key_file).unwrap()
    };
    let cost = KdfCost::new(8, 1, 1).unwrap();
    let with_key_file = both(PASSWORD, Some(&key_file));
    drop(Vault::create(&place.vault_path(), &with_key_file, cost, environment(&place)).unwrap());
    let unlock = |credentials: &Credentials| {
        let locked = LockedVault::open(&place.vault_path(), environment(&place)).unwrap();
        assert!(locked.needs_key_file());
        locked.unlock(credentials, Answers::default()).map(drop).map_err(|failed| failed.error)
    };
    assert_eq!(unlock(&with_key_file), Ok(()));
    assert_eq!(unlock(&both(PASSWORD, None)), Err(VaultError::KeyFileNeeded));
    let other = make_key_file().unwrap();
    assert_eq!(unlock(&both(PASSWORD, Some(&other))), Err(VaultError::WrongPassword));
    assert_eq!(unlock(&both("wrong", Some(&key_file))), Err(VaultError::WrongPassword));
}

#[test]
fn a_key_file_is_refused_where_the_vault_was_made_without_one() {
    let place = Place::new();
    drop(place.create());
    let key_file = make_key_file().unwrap();
    let credentials = Credentials::new(SecretBytes::copy_of(PASSWORD.as_bytes()), Some(&key_file)).unwrap();
    let locked = LockedVault::open(&place.vault_path(), environment(&place)).unwrap();
    let failed = locked.unlock(&credentials, Answers::default()).map(drop).unwrap_err();
    assert_eq!(failed.error, VaultError::KeyFileNotNeeded);
}

#[test]
fn a_password_is_the_same_however_its_letters_are_composed() {
    let place = Place::new();
    let cost = KdfCost::new(8, 1, 1).unwrap();
    drop(Vault::create(&place.vault_path(), &credentials("gr\u{fc}n"), cost, environment(&place)).unwrap());
    let composed = open_at(&place.vault_path(), environment(&place), "gru\u{308}n", Answers::default());
    assert!(composed.is_ok());
    let other = open_at(&place.vault_path(), environment(&place), "grun", Answers::default());
    assert_eq!(other.map(drop), Err(VaultError::WrongPassword));
}

#[test]
fn empty_passwords_and_those_that_are_no_text_are_refused() {
    for bytes in [&b""[..], b"\xff\xfe"] {
        let result = Credentials::new(SecretBytes::copy_of(bytes), None);
        assert!(matches!(result.map(drop), Err(VaultError::BadCredentials(_))));
    }
}

#[test]
fn a_look_at_the_file_tells_whether_others_changed_it() {
    let place = Place::new();
    let mut vault = place.create();
    assert_eq!(vault.refresh(), Ok(Refreshed::Same));
    create(&mut vault, "a", "v1", "one").unwrap();
    assert_eq!(vault.refresh(), Ok(Refreshed::Same), "one's own changes are not news");
    put(&mut place.open().unwrap(), "a", "v2", "two").unwrap();
    assert_eq!(vault.refresh(), Ok(Refreshed::Changed));
    assert_eq!(vault.refresh(), Ok(Refreshed::Same));
}

#[test]
fn what_the_app_seals_for_itself_opens_again_after_the_next_unlock_and_nowhere_else() {
    let place = Place::new();
    let mut vault = place.create();
    let sealed = vault.seal_place(&SecretBytes::copy_of(b"db/password")).unwrap();
    assert!(!sealed.windows(11).any(|window| window == b"db/password"));
    drop(vault);
    let mut vault = place.open().unwrap();
    assert_eq!(vault.open_place(&sealed).unwrap().expose(), b"db/password");
    for at in 0..sealed.len() {
        let mut bad = sealed.clone();
        bad[at] ^= 1;
        assert!(vault.open_place(&bad).is_err(), "byte {at}");
    }
    assert!(vault.open_place(&sealed[..8]).is_err() && vault.open_place(b"").is_err());
    assert!(Place::new().create().open_place(&sealed).is_err(), "another vault has another key");
}

#[test]
fn the_place_in_a_vault_is_kept_sealed_in_a_private_file_of_its_own() {
    let place = Place::new();
    let mut vault = place.create();
    assert!(vault.kept_place().is_none());
    for bytes in ["first", "second"] {
        vault.keep_place(&SecretBytes::copy_of(bytes.as_bytes())).unwrap();
    }
    let mut opened = place.open().unwrap();
    assert_eq!(opened.kept_place().unwrap().expose(), b"second");
    let files = fs::read_dir(place.state_of("here")).unwrap().map(|entry| entry.unwrap().path());
    let kept: Vec<_> = files.filter(|path| path.to_string_lossy().contains("place-")).collect();
    let [kept] = kept.as_slice() else { panic!("{kept:?}") };
    assert_eq!(fs::metadata(kept).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!fs::read(kept).unwrap().windows(6).any(|bytes| bytes == b"second"));
    fs::write(kept, b"what somebody else wrote").unwrap();
    assert!(opened.kept_place().is_none());
}
