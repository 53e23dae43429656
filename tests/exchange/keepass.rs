//! Databases of KeePass: files that pykeepass and KeePassXC wrote (`fixtures/keepass`), damaged ones, costly ones, and
//! the way back.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use etui::crypto::KdfCost;
use etui::crypto::foreign::sha256_of;
use etui::domain::ValueType;
use etui::exchange::{ExchangeError, Locks, keepass};
use etui::memory::SecretBytes;
use etui::vault::{IncomingBatch, IncomingSecret};

use crate::helpers::{import, lost, shown};
use crate::support::bombs::{self, Database};
use crate::support::vaults::Place;

const PASSWORD: &str = "master word";

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exchange/fixtures/keepass").join(name))
        .unwrap()
}

fn locks(password: &str, key_file: Option<&str>) -> Locks {
    Locks {
        password: SecretBytes::copy_of(password.as_bytes()),
        key_file: key_file.map(|name| SecretBytes::from_vec(fixture(name))),
    }
}

fn open(file: &[u8]) -> Result<IncomingBatch, ExchangeError> {
    keepass::read(file, Some(&locks(PASSWORD, None)))
}

fn secret<'a>(batch: &'a IncomingBatch, name: &str) -> &'a IncomingSecret {
    batch.secrets.iter().find(|secret| secret.name == name).unwrap_or_else(|| panic!("no '{name}'"))
}

fn texts(secret: &IncomingSecret) -> Vec<String> {
    secret.versions.iter().map(|it| String::from_utf8_lossy(it.value.expose()).into_owned()).collect()
}

fn made(secret: &IncomingSecret) -> Vec<String> {
    secret.versions.iter().map(|it| it.created.map_or_else(String::new, |time| time.to_string())).collect()
}

#[test]
fn an_entry_becomes_a_secret_with_its_history_fields_tags_and_expiry() {
    let batch = open(&fixture("py4.kdbx")).unwrap();
    let mail = secret(&batch, "Work/mail");
    let rest = r#""url":"https://mail.example","#;
    assert_eq!(
        texts(mail),
        [
            format!(r#"{{"username":"bob","password":"pw-1",{rest}"notes":"first\nsecond"}}"#),
            format!(r#"{{"username":"bob","password":"pw-2",{rest}"notes":"first\nsecond"}}"#),
            format!(
                r#"{{"username":"bob","password":"pw, \"3\" & <more> ü",{rest}"totp":"otpauth://totp/A:me?secret=JBSWY3DPEHPK3PXP&issuer=A","notes":"first\nsecond","PIN":"1234","plain":"text"}}"#
            ),
        ]
    );
    assert_eq!(made(mail), ["2020-01-02T03:04:05Z", "2021-01-02T03:04:05Z", "2022-01-02T03:04:05Z"]);
    assert_eq!(mail.created.unwrap().to_string(), "2020-01-02T03:04:05Z");
    assert_eq!(mail.facts.rotation.unwrap().days(), 90);
    let tags: Vec<_> = mail.facts.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(tags, ["env=prod", "red="]);
    assert_eq!(mail.source_id.as_ref().unwrap().0.as_str(), "keepass-uuid");
    assert_eq!(texts(secret(&batch, "Work/Bücher und 工作/only")), ["single value"]);
}

#[test]
fn attachments_become_binary_secrets_and_what_has_no_place_is_named() {
    let batch = open(&fixture("py4.kdbx")).unwrap();
    for (name, bytes) in [("Work/mail/cert.der", &b"\x00\x01\xffbinary"[..]), ("file.bin", b"\x80\x81")] {
        let value = &secret(&batch, name).versions[0].value;
        assert_eq!((value.value_type(), value.expose()), (ValueType::Binary, bytes));
    }
    assert_eq!(
        lost(&batch),
        [
            "'empty' is left out: it has no value",
            "'big' loses an attachment: a secret value has at most 1048576 bytes, this one has 1100000",
            "'Recycle Bin/thrown' is left out: it is in the recycle bin there",
            "'empty group' is left out: no item is in this folder",
        ]
    );
}

#[test]
fn format_3_and_the_xml_export_hold_the_same() {
    let database = open(&fixture("xc31.kdbx")).unwrap();
    let xml = keepass::read(&fixture("xc31.xml"), None).unwrap();
    for batch in [&database, &xml] {
        let mail = secret(batch, "Work/mail");
        assert_eq!(mail.versions.len(), 4, "KeePassXC added one");
        assert!(texts(mail)[3].contains(r#""notes":"edited""#));
        assert_eq!(made(mail)[..3], ["2020-01-02T03:04:05Z", "2021-01-02T03:04:05Z", "2022-01-02T03:04:05Z"]);
    }
    let told = |batch: &IncomingBatch| {
        let secrets = batch.secrets.iter().map(|it| (it.name.clone(), texts(it), made(it)));
        (secrets.collect::<Vec<_>>(), lost(batch))
    };
    assert_eq!(told(&database), told(&xml));
}

#[test]
fn a_database_asks_for_its_locks_and_refuses_others() {
    for name in ["py4.kdbx", "xc31.kdbx"] {
        let file = fixture(name);
        assert_eq!(keepass::read(&file, None).unwrap_err(), ExchangeError::Locked, "{name}");
        for wrong in ["", "Master word", "master word "] {
            let error = keepass::read(&file, Some(&locks(wrong, None))).unwrap_err();
            assert_eq!(error, ExchangeError::WrongLocks, "{name}, '{wrong}'");
        }
    }
}

#[test]
fn every_kind_of_key_file_opens_a_database() {
    let file = fixture("key-xml.kdbx");
    for key in ["xml1.key", "xml2.keyx", "raw.key", "hex.key"] {
        let batch = keepass::read(&file, Some(&locks(PASSWORD, Some(key)))).unwrap();
        assert_eq!(batch.secrets.len(), 1, "{key}");
    }
    for wrong in [locks(PASSWORD, None), locks("", Some("raw.key")), locks(PASSWORD, Some("any.key"))] {
        assert_eq!(keepass::read(&file, Some(&wrong)).unwrap_err(), ExchangeError::WrongLocks);
    }
    let batch = keepass::read(&fixture("key-any.kdbx"), Some(&locks("", Some("any.key")))).unwrap();
    assert_eq!(batch.secrets.len(), 1);
    // A digit of the key is wrong: the file itself says so.
    let mistyped = String::from_utf8(fixture("xml2.keyx")).unwrap().replace("0001020304", "0001020305");
    let locks = Locks {
        password: SecretBytes::copy_of(PASSWORD.as_bytes()),
        key_file: Some(SecretBytes::copy_of(mistyped.as_bytes())),
    };
    assert_eq!(keepass::read(&file, Some(&locks)).unwrap_err(), ExchangeError::KeyFileMalformed);
}

#[test]
fn a_database_that_is_cut_off_or_changed_is_refused() {
    for name in ["py4.kdbx", "xc31.kdbx"] {
        let file = fixture(name);
        for length in (0..file.len()).step_by(7).chain([file.len() - 1]) {
            assert!(open(&file[..length]).is_err(), "{name} of {length} bytes");
        }
        for at in (0..file.len()).step_by(5) {
            let mut changed = file.clone();
            changed[at] ^= 1 << (at % 8);
            // A change of the comment at the end of the header, or of the minor version, says nothing in format 3.
            if let Ok(batch) = open(&changed) {
                assert_eq!((name, batch.secrets.len()), ("xc31.kdbx", 5), "byte {at}");
            }
        }
    }
}

const SMALL: &str = "<KeePassFile><Root><Group><Entry><String><Key>Title</Key><Value>a</Value></String>\
    <String><Key>Password</Key><Value>hunter2</Value></String></Entry></Group></Root></KeePassFile>";

// Guards: what is neither packed nor padded has nothing but these checks to tell a change.
#[test]
fn header_and_blocks_are_authenticated() {
    let made = || Database::new(PASSWORD, &bombs::inner(SMALL), false);
    let opened = |database: Database| open(&database.bytes()).map(|batch| batch.secrets.len());
    assert_eq!(opened(made()), Ok(1));
    // A letter of the password, behind MAC, length and inner header, and one of the length
    let letter = 32 + 4 + bombs::inner("").len() + SMALL.find("hunter2").unwrap();
    for at in [letter, 32] {
        let mut changed = made();
        changed.blocks[at] ^= 1;
        assert_eq!(opened(changed), Err(ExchangeError::Damaged));
    }
    // The minor version, which nothing else looks at: with the old hash, and with a new one
    let mut changed = made();
    changed.header[8] ^= 1;
    let header = changed.header.clone();
    assert_eq!(opened(changed), Err(ExchangeError::Damaged));
    let mut changed = made();
    changed.hash = sha256_of(&[&header]).expose().to_vec();
    changed.header = header;
    assert_eq!(opened(changed), Err(ExchangeError::WrongLocks));
    // The last, empty block says that nothing is missing.
    let mut cut = made();
    cut.blocks.truncate(cut.blocks.len() - 36);
    assert_eq!(opened(cut), Err(ExchangeError::Damaged));
}

#[test]
fn what_unpacks_to_more_than_is_read_is_refused() {
    const MOST: usize = 256 << 20;
    let bomb = Database::new(PASSWORD, &bombs::gzip(MOST + 1024), true);
    assert_eq!(open(&bomb.bytes()).unwrap_err(), ExchangeError::TooLarge { limit: MOST });
    let attached = format!(
        "<KeePassFile><Meta><Binaries><Binary ID=\"0\" Compressed=\"True\">{}</Binary></Binaries></Meta></KeePassFile>",
        STANDARD.encode(bombs::gzip(MOST + 1024))
    );
    let error = keepass::read(attached.as_bytes(), None).unwrap_err();
    assert_eq!(error, ExchangeError::TooLarge { limit: MOST });
}

/// The offset of the value behind a key of the dictionary in the header.
fn value_of(file: &[u8], key: &[u8]) -> usize {
    let key = [&(key.len() as u32).to_le_bytes()[..], key].concat();
    file.windows(key.len()).position(|window| window == key).unwrap() + key.len() + 4
}

#[test]
fn a_costly_key_derivation_is_refused_before_a_password_is_asked_for() {
    let file = fixture("py4.kdbx");
    let with = |key: &[u8], number: &[u8]| {
        let mut changed = file.clone();
        let at = value_of(&file, key);
        changed[at..at + number.len()].copy_from_slice(number);
        keepass::read(&changed, None).unwrap_err()
    };
    let refused = "a key derivation with 4194304 KiB, 1 pass and 1 lane is outside of what etui runs";
    assert_eq!(with(b"M", &(4_u64 << 30).to_le_bytes()).to_string(), refused);
    for error in [
        with(b"M", &u64::MAX.to_le_bytes()),
        with(b"I", &(1_u64 << 40).to_le_bytes()),
        with(b"P", &u32::MAX.to_le_bytes()),
    ] {
        assert!(matches!(error, ExchangeError::TooCostly(_)), "{error}");
    }
    // Field 6 of format 3, eight bytes long.
    let mut old = fixture("xc31.kdbx");
    let at = old.windows(3).position(|window| window == [6, 8, 0]).unwrap() + 3;
    old[at..at + 8].copy_from_slice(&u64::MAX.to_le_bytes());
    let error = keepass::read(&old, None).unwrap_err();
    assert!(matches!(error, ExchangeError::TooCostly(_)), "{error}");
}

fn xml(inside: &str) -> Result<IncomingBatch, ExchangeError> {
    let text =
        format!("<?xml version=\"1.0\"?>\n<KeePassFile><Root><Group>{inside}</Group></Root></KeePassFile>");
    keepass::read(text.as_bytes(), None)
}

#[test]
fn xml_grows_by_nothing_that_stands_in_it() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>\n<KeePassFile>&b;</KeePassFile>";
    let error = keepass::read(bomb.as_bytes(), None).unwrap_err();
    assert!(error.to_string().ends_with("a document type is refused"), "{error}");
    let error = xml("<Entry><String><Key>Title</Key><Value>&a;</Value></String></Entry>").unwrap_err();
    assert!(error.to_string().ends_with("an entity is not known"), "{error}");
    let deep = "<Group>".repeat(100_000);
    assert!(xml(&deep).unwrap_err().to_string().ends_with("elements are nested too deeply"));
    assert!(xml("<Entry>").is_err());
}

#[test]
fn references_in_xml_mean_their_characters() {
    let batch = xml(
        "<Entry><String><Key>Title</Key><Value>a</Value></String><String><Key>Password</Key><Value>&lt;&#xD;&#10;&amp;\r\n<![CDATA[<x>]]></Value></String></Entry>",
    )
    .unwrap();
    assert_eq!(texts(secret(&batch, "a")), ["<\r\n&\n<x>"]);
}

/// The cheapest cost there is: what is tested is not the derivation.
fn cheap() -> KdfCost {
    KdfCost::new(8, 1, 1).unwrap()
}

fn written(batch: &IncomingBatch) -> (Vec<u8>, Vec<String>) {
    let password = SecretBytes::copy_of(PASSWORD.as_bytes());
    let (file, losses) = keepass::Writer::new().unwrap().write(batch, &password, cheap()).unwrap();
    (file.expose().to_vec(), losses.iter().map(ToString::to_string).collect())
}

#[test]
fn a_database_that_came_in_goes_out_as_it_was() {
    // Given a vault that a database was imported into
    let place = Place::new();
    let mut vault = place.create();
    let first = open(&fixture("py4.kdbx")).unwrap();
    import(&mut vault, &first);
    // When it is exported and read again
    let (file, losses) = written(&vault.give_out(|_| true).unwrap());
    let second = open(&file).unwrap();
    // Then nothing is lost, and every secret is what it was
    assert_eq!((losses, lost(&second)), (Vec::<String>::new(), Vec::new()));
    assert_eq!(first.secrets.len(), second.secrets.len());
    for before in &first.secrets {
        let after = secret(&second, &before.name);
        assert_eq!((texts(before), made(before)), (texts(after), made(after)), "{}", before.name);
        assert_eq!(before.facts, after.facts, "{}", before.name);
        assert_eq!(
            (&before.created, &before.source_id),
            (&after.created, &after.source_id),
            "{}",
            before.name
        );
    }
    // And importing it changes nothing
    let before = shown(&mut vault);
    import(&mut vault, &second);
    assert_eq!(before, shown(&mut vault));
}

#[test]
fn an_entry_that_another_program_changed_brings_its_new_value() {
    let entry = |password: &str, changed: &str, inside: &str| {
        let fields = [
            ("Title", "a"),
            ("Password", password),
            ("etui version", "blue"),
            ("etui labels", "ACSCurrent, canary"),
        ];
        let fields =
            fields.map(|(key, value)| format!("<String><Key>{key}</Key><Value>{value}</Value></String>"));
        let times = format!("<Times><LastModificationTime>{changed}</LastModificationTime></Times>");
        format!("<Entry>{times}{}{inside}</Entry>", fields.concat())
    };
    // Given an exported entry, as it was
    let old = entry("old", "2020-01-01T00:00:00Z", "");
    let batch = xml(&old).unwrap();
    let same = secret(&batch, "a");
    assert_eq!(same.labels.len(), 2);
    // When a program changed it, which copies the fields of ours
    let batch = xml(&entry("new", "2021-01-01T00:00:00Z", &format!("<History>{old}</History>"))).unwrap();
    // Then the old version keeps its id, and the new one is the newest
    let changed = secret(&batch, "a");
    let ids: Vec<_> =
        changed.versions.iter().map(|it| it.id.as_ref().map(|id| id.as_str().to_owned())).collect();
    assert_eq!(ids, [Some("blue".to_owned()), None]);
    assert_eq!((changed.labels.len(), texts(changed)), (0, vec!["old".to_owned(), "new".to_owned()]));
    assert_eq!(lost(&batch), ["'a' loses its labels: another program changed it since the export"]);
}

#[test]
fn what_stands_in_the_recycle_bin_is_no_secret_and_a_bin_that_is_off_is_a_group() {
    let with = |enabled: &str| {
        let bin = "AAAAAAAAAAAAAAAAAAAAAQ==";
        let text = format!(
            "<KeePassFile><Meta><RecycleBinEnabled>{enabled}</RecycleBinEnabled><RecycleBinUUID>{bin}</RecycleBinUUID></Meta><Root><Group><Name>R</Name><Group><UUID>{bin}</UUID><Name>Bin</Name><Group><Name>in</Name><Entry><String><Key>Title</Key><Value>a</Value></String><String><Key>Password</Key><Value>p</Value></String></Entry></Group></Group></Group></Root></KeePassFile>"
        );
        let batch = keepass::read(text.as_bytes(), None).unwrap();
        (batch.secrets.iter().map(|it| it.name.clone()).collect::<Vec<_>>(), lost(&batch))
    };
    assert_eq!(
        with("True"),
        (vec![], vec!["'Bin/in/a' is left out: it is in the recycle bin there".to_owned()])
    );
    assert_eq!(with("False"), (vec!["Bin/in/a".to_owned()], vec![]));
}

/// An XML export of one entry.
fn of_entry(meta: &str, inside: &str) -> IncomingBatch {
    let text = format!(
        "<KeePassFile><Meta>{meta}</Meta><Root><Group><Name>R</Name><Entry>{inside}</Entry></Group></Root></KeePassFile>"
    );
    keepass::read(text.as_bytes(), None).unwrap()
}

const TITLE_AND_PASSWORD: &str = "<String><Key>Title</Key><Value>a</Value></String>\
    <String><Key>Password</Key><Value>hunter2</Value></String>";

#[test]
fn an_attachment_of_no_bytes_or_a_damaged_one_refuses_nothing_else() {
    let meta = "<Binaries><Binary ID=\"0\" Compressed=\"True\"/><Binary ID=\"1\" Compressed=\"True\">aGVsbG8=</Binary>\
        <Binary ID=\"2\">aGVsbG8=</Binary></Binaries>";
    let attached = |name: &str, id: u32| format!("<Binary><Key>{name}</Key><Value Ref=\"{id}\"/></Binary>");
    let entry = [TITLE_AND_PASSWORD, &attached("e", 0), &attached("d", 1), &attached("f", 2)].concat();
    let batch = of_entry(meta, &entry);
    let names: Vec<&str> = batch.secrets.iter().map(|secret| secret.name.as_str()).collect();
    assert_eq!(names, ["a", "a/f"]);
    assert_eq!(
        lost(&batch),
        [
            "'a' loses an attachment: a secret value must not be empty",
            "'a' loses an attachment: it is damaged"
        ]
    );
}

#[test]
fn attachments_of_one_name_are_all_kept() {
    let twice = "<Binary><Key>f</Key><Value>aGVsbG8=</Value></Binary><Binary><Key>f</Key><Value>aGVsbG8y</Value></Binary>";
    let place = Place::new();
    let mut vault = place.create();
    import(&mut vault, &of_entry("", &[TITLE_AND_PASSWORD, twice].concat()));
    let shown = shown(&mut vault);
    for value in ["a/f ", "\"hello\"", "a/f-2 ", "\"hello2\""] {
        assert!(shown.contains(value), "{value}: {shown}");
    }
}

#[test]
fn an_old_version_is_never_newer_than_what_replaced_it() {
    let time = |text: &str| format!("<Times><LastModificationTime>{text}</LastModificationTime></Times>");
    let old = format!(
        "<Entry>{}{}</Entry>",
        TITLE_AND_PASSWORD.replace("hunter2", "old"),
        time("2030-01-01T00:00:00Z")
    );
    let entry = format!("{TITLE_AND_PASSWORD}{}<History>{old}</History>", time("2020-01-01T00:00:00Z"));
    let batch = of_entry("", &entry);
    let made: Vec<String> =
        batch.secrets[0].versions.iter().map(|it| it.created.unwrap().to_string()).collect();
    assert_eq!(made, ["2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"]);
}
