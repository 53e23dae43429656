//! Every limit at its edge, one below and one above, through the vault and through the KMS API.

use etui::domain::{Invalid, SecretName, SecretValue, StageLabel, ValueType, VersionId};
use etui::memory::SecretBytes;
use etui::versioning::Selector;

use crate::api_support::Api;
use crate::support::rules::secret_name;
use crate::support::vaults::{Place, binary, create, create_request, labels, put_request, text};

const CHARACTERS: &str = "AZaz09_/+=.-@";

#[test]
fn a_secret_name_has_1_to_192_characters_of_the_set() {
    let longest = "n".repeat(192);
    assert!(SecretName::new(&longest).is_ok());
    assert!(matches!(SecretName::new(&"n".repeat(193)), Err(Invalid::TooLong { limit: 192, .. })));
    assert!(matches!(SecretName::new(""), Err(Invalid::Empty { .. })));
    assert!(SecretName::new(CHARACTERS).is_ok());
    for other in [" ", "#", ":", "~", "ä", "\0", "\n", "\u{202e}", "\\", "*", "'", "%"] {
        assert!(SecretName::new(&format!("a{other}")).is_err(), "{other:?}");
    }
    assert!(SecretName::new("acs/x").is_err());
    assert!(
        SecretName::new("acs").is_ok()
            && SecretName::new("x/acs/").is_ok()
            && SecretName::new("Acs/").is_ok()
    );

    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, &longest, "v1", "x").unwrap();
    create(&mut vault, CHARACTERS, "v1", "x").unwrap();
    drop(vault);
    let mut vault = place.open().unwrap();
    assert!(
        vault.describe(&secret_name(&longest)).is_ok() && vault.describe(&secret_name(CHARACTERS)).is_ok()
    );
    assert!(vault.verify().unwrap().is_clean());
}

#[test]
fn names_are_case_sensitive() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "db", "v1", "x").unwrap();
    create(&mut vault, "DB", "v1", "y").unwrap();
    assert_eq!(vault.list().unwrap().len(), 2);
}

#[test]
fn a_version_id_and_a_stage_label_have_1_to_64_characters_of_the_same_set() {
    let longest = "x".repeat(64);
    assert!(VersionId::new(&longest).is_ok() && StageLabel::new(&longest).is_ok());
    let over = "x".repeat(65);
    assert!(matches!(VersionId::new(&over), Err(Invalid::TooLong { limit: 64, .. })));
    assert!(matches!(StageLabel::new(&over), Err(Invalid::TooLong { limit: 64, .. })));
    assert!(VersionId::new("").is_err() && StageLabel::new("").is_err());
    assert!(VersionId::new(CHARACTERS).is_ok() && StageLabel::new(CHARACTERS).is_ok());
    for other in [" ", "#", ":", "~", "ä", "\0", "\n"] {
        assert!(VersionId::new(other).is_err() && StageLabel::new(other).is_err(), "{other:?}");
    }
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", &longest, "x").unwrap();
    vault.put_secret_value(&put_request("a", CHARACTERS, text("y"), &longest)).unwrap();
    let mut vault = place.open().unwrap();
    let secret = vault.describe(&secret_name("a")).unwrap().secret;
    assert_eq!(
        secret.versions.iter().map(|version| version.id.as_str()).collect::<Vec<_>>(),
        [&longest, CHARACTERS]
    );
    assert!(vault.verify().unwrap().is_clean());
}

#[test]
fn a_secret_bears_at_most_8_labels_of_which_6_are_its_own() {
    let place = Place::new();
    let mut vault = place.create();
    let mut request = create_request("a", "v1", text("x"));
    request.extra_stages = labels("1 2 3 4 5 6 7");
    assert!(vault.create_secret(&request).is_err());
    request.extra_stages = labels("1 2 3 4 5 6");
    vault.create_secret(&request).unwrap();
    let before = place.copy();
    assert!(vault.put_secret_value(&put_request("a", "v2", text("y"), "7")).is_err());
    assert!(place.copy() == before);
    // The two built-in ones are counted, whether they are there yet or not.
    vault.put_secret_value(&put_request("a", "v2", text("y"), "ACSCurrent 1 6")).unwrap();
    assert_eq!(vault.describe(&secret_name("a")).unwrap().secret.labels.len(), 8);
    let mut api = Api::with_the_worked_example();
    for label in ["a", "b", "c", "d"] {
        api.succeed(&format!(
            "Action=UpdateSecretVersionStage&SecretName=db&VersionStage={label}&MoveToVersion=v1"
        ));
    }
    let ninth = api.json("Action=UpdateSecretVersionStage&SecretName=db&VersionStage=e&MoveToVersion=v1");
    assert!(ninth.contains(r#""Code":"Rejected.LimitExceeded""#), "{ninth}");
    api.succeed("Action=UpdateSecretVersionStage&SecretName=db&VersionStage=d&RemoveFromVersion=v1");
    api.succeed("Action=UpdateSecretVersionStage&SecretName=db&VersionStage=e&MoveToVersion=v1");
}

#[test]
fn a_value_has_1_byte_to_1_mib_and_what_kms_would_refuse_is_said() {
    let value =
        |length: usize| SecretValue::new(ValueType::Binary, SecretBytes::from_vec(vec![b'x'; length]));
    assert!(matches!(value(0), Err(Invalid::Empty { .. })));
    assert!(value(1).is_ok() && value(1024 * 1024).is_ok());
    assert!(matches!(value(1024 * 1024 + 1), Err(Invalid::TooLong { .. })));
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "x").unwrap();
    for (length, exceeds) in
        [(1, false), (30_719, false), (30_720, false), (30_721, true), (1024 * 1024, true)]
    {
        let request = put_request("a", &format!("of-{length}"), value(length).unwrap(), "ACSCurrent");
        assert_eq!(vault.put_secret_value(&request).unwrap().exceeds_kms_limit, exceeds, "{length}");
        let got = vault.get_secret_value(&secret_name("a"), &Selector::default()).unwrap();
        assert!(got.value.expose().iter().all(|&byte| byte == b'x') && got.value.len() == length);
    }
    assert!(place.open().unwrap().verify().unwrap().is_clean());
}

#[test]
fn a_value_comes_back_byte_for_byte() {
    let place = Place::new();
    let mut vault = place.create();
    create(&mut vault, "a", "v1", "x").unwrap();
    let texts = ["a\0b", "line\r\nline\n", "€ 🔑 \u{202e}\u{1b}[2J", " ", "\n", "\u{feff}x"];
    for (number, value) in texts.into_iter().enumerate() {
        vault.put_secret_value(&put_request("a", &format!("t{number}"), text(value), "ACSCurrent")).unwrap();
        let got = vault.get_secret_value(&secret_name("a"), &Selector::default()).unwrap();
        assert_eq!((got.value.value_type(), got.value.expose()), (ValueType::Text, value.as_bytes()));
    }
    let every: Vec<u8> = (0..=255).collect();
    vault.put_secret_value(&put_request("a", "every", binary(&every), "ACSCurrent")).unwrap();
    let got = vault.get_secret_value(&secret_name("a"), &Selector::default()).unwrap();
    assert_eq!((got.value.value_type(), got.value.expose()), (ValueType::Binary, &every[..]));
    assert!(SecretValue::new(ValueType::Text, SecretBytes::copy_of(&every)).is_err());
}

#[test]
fn a_recovery_window_lasts_7_to_30_days_at_the_door() {
    for (days, is_allowed) in [(6, false), (7, true), (30, true), (31, false)] {
        let mut api = Api::with_the_worked_example();
        let answer = api.json(&format!("Action=DeleteSecret&SecretName=db&RecoveryWindowInDays={days}"));
        assert_eq!(answer.contains("PlannedDeleteTime"), is_allowed, "{answer}");
    }
}
