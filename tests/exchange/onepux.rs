//! 1Password's archive (1PUX), made here as its help describes; damaged ones, and ones that unpack to too much.

use etui::domain::ValueType;
use etui::exchange::{ExchangeError, Input, Source, onepassword, read};
use etui::memory::SecretBytes;
use etui::vault::{IncomingBatch, IncomingSecret};

use crate::helpers::lost;

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 },
        )
    })
}

/// A file as an archive has it: its name, what is packed, its method, its length.
struct Packed<'a> {
    name: &'a str,
    bytes: Vec<u8>,
    method: u16,
    length: u32,
    checksum: u32,
}

fn stored<'a>(name: &'a str, content: &[u8]) -> Packed<'a> {
    Packed {
        name,
        bytes: content.to_vec(),
        method: 0,
        length: content.len() as u32,
        checksum: crc32(content),
    }
}

fn archive(files: &[Packed<'_>]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for file in files {
        let mut common = Vec::new();
        for number in [20, 0, file.method, 0, 0] {
            common.extend(u16::to_le_bytes(number));
        }
        for number in [file.checksum, file.bytes.len() as u32, file.length] {
            common.extend(number.to_le_bytes());
        }
        common.extend((file.name.len() as u32).to_le_bytes());
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend((out.len() as u32).to_le_bytes());
        directory.extend(file.name.as_bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(file.name.as_bytes());
        out.extend(&file.bytes);
    }
    let at = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    for _ in 0..2 {
        out.extend((files.len() as u16).to_le_bytes());
    }
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0, 0]);
    out
}

const DATA: &str = r#"{"accounts":[{"attrs":{"name":"me"},"vaults":[{"attrs":{"name":"Private","desc":""},"items":[
{"uuid":"i1","favIndex":1,"createdAt":1600000000,"updatedAt":1620000000,"state":"active","categoryUuid":"001",
 "details":{"loginFields":[{"value":"me","name":"user","designation":"username"},{"value":"pw-3","name":"pass","designation":"password"},{"value":"on","name":"remember","designation":""}],
  "notesPlain":"a note","sections":[{"title":"More","fields":[{"title":"PIN","value":{"concealed":"1234"}},{"title":"one-time password","value":{"totp":"otpauth://totp/x?secret=AAAA"}},{"title":"mail","value":{"email":{"email_address":"a@b.example","provider":null}}},{"title":"scan","value":{"file":{"fileName":"a.pdf","documentId":"d1","decryptedSize":4}}},{"title":"gone","value":{"file":{"fileName":"b.pdf","documentId":"d2","decryptedSize":4}}}]}],
  "passwordHistory":[{"value":"pw-2","time":1620000000},{"value":"pw-1","time":1610000000}]},
 "overview":{"title":"mail","url":"https://a.example","urls":[{"label":"","url":"https://a.example"},{"label":"","url":"https://b.example"}],"tags":["work"]}},
{"uuid":"i2","favIndex":0,"createdAt":1600000000,"updatedAt":1600000000,"state":"archived","categoryUuid":"006",
 "details":{"loginFields":[],"notesPlain":"","sections":[],"passwordHistory":[],"documentAttributes":{"fileName":"key.der","documentId":"d3","decryptedSize":3}},
 "overview":{"title":"a document","url":"","tags":[]}},
{"uuid":"i3","details":{"loginFields":5},"overview":{"title":"odd"}}
]}]}]}"#;

/// An archive with these items in a vault `V`, and with their one file.
pub fn archive_of(items: &[&str]) -> Vec<u8> {
    let items = items.join(",");
    let data = format!(
        r#"{{"accounts":[{{"attrs":{{"name":"me"}},"vaults":[{{"attrs":{{"name":"V","desc":""}},"items":[{items}]}}]}}]}}"#
    );
    let mut files = vec![stored("export.data", data.as_bytes())];
    if data.contains("documentId") {
        files.push(stored("files/d__a.txt", b"text"));
    }
    archive(&files)
}

fn whole() -> Vec<u8> {
    archive(&[
        stored("export.attributes", b"{\"version\":3}"),
        stored("files/d1__a.pdf", b"%PDF"),
        stored("files/d9__stray", b"x"),
        stored("files/d3__key.der", b"\x00\x01\x02"),
        stored("export.data", DATA.as_bytes()),
    ])
}

fn secret<'a>(batch: &'a IncomingBatch, name: &str) -> &'a IncomingSecret {
    batch.secrets.iter().find(|secret| secret.name == name).unwrap_or_else(|| panic!("no '{name}'"))
}

#[test]
fn an_item_becomes_a_secret_with_its_history_and_its_files() {
    let batch = onepassword::read(&whole()).unwrap();
    let mail = secret(&batch, "Private/mail");
    let texts: Vec<_> =
        mail.versions.iter().map(|it| std::str::from_utf8(it.value.expose()).unwrap()).collect();
    let rest = r#""url":"https://a.example","url-2":"https://b.example","remember":"on","PIN":"1234","totp":"otpauth://totp/x?secret=AAAA","mail":"a@b.example","notes":"a note"}"#;
    let with = |password: &str| format!(r#"{{"username":"me","password":"{password}",{rest}"#);
    assert_eq!(texts, [with("pw-1"), with("pw-2"), with("pw-3")]);
    let made: Vec<_> = mail.versions.iter().map(|it| it.created.unwrap().seconds()).collect();
    assert_eq!(made, [1_600_000_000, 1_610_000_000, 1_620_000_000]);
    assert_eq!(mail.facts.tags.iter().next().unwrap().0.as_str(), "work");
    for (name, bytes) in
        [("Private/mail/a.pdf", &b"%PDF"[..]), ("Private/a document/key.der", b"\x00\x01\x02")]
    {
        let value = &secret(&batch, name).versions[0].value;
        assert_eq!((value.value_type(), value.expose()), (ValueType::Binary, bytes));
    }
    assert!(secret(&batch, "Private/odd").unreadable.is_some());
    assert_eq!(
        lost(&batch),
        [
            "'Private/mail' loses its mark as a favorite",
            "'Private/mail/b.pdf' is left out: it is not in the archive",
            "'Private/a document' loses that it is archived",
            "every item loses the titles of its sections",
            "the archive loses files that no item names",
        ]
    );
}

#[test]
fn the_archive_is_recognised_and_another_one_is_named() {
    let of =
        |bytes: Vec<u8>| read(&Input::Piped(SecretBytes::from_vec(bytes)), None, None, None, &mut |_, _| {});
    assert_eq!(Some(of(whole()).unwrap().source), Source::named("1password"));
    let other = of(archive(&[stored("a.txt", b"x")])).unwrap_err();
    assert_eq!(other.to_string(), "this is a ZIP archive");
}

#[test]
fn an_archive_that_is_cut_off_or_changed_is_refused() {
    let file = whole();
    for length in (0..file.len()).step_by(11) {
        assert!(onepassword::read(&file[..length]).is_err(), "{length} bytes");
    }
    // Every byte of the data is under the checksum.
    let data = file.windows(12).position(|window| window == b"{\"accounts\":").unwrap();
    for at in (data..data + DATA.len()).step_by(13) {
        let mut changed = file.clone();
        changed[at] ^= 1;
        assert_eq!(onepassword::read(&changed).unwrap_err(), ExchangeError::Damaged, "byte {at}");
    }
}

#[test]
fn what_unpacks_to_more_than_it_says_or_than_is_read_is_refused() {
    // Given a file that says that it is as long as can be
    let huge = Packed { length: u32::MAX, ..stored("export.data", DATA.as_bytes()) };
    let error = onepassword::read(&archive(&[huge])).unwrap_err();
    assert_eq!(error.to_string(), "it is larger than 256 MiB when it is unpacked");
    // And one of few bytes that unpacks to more than it says: a run of one letter (a fixed block of DEFLATE)
    let run = [0x4b, 0x4c, 0x1c, 0x05, 0xa3, 0x60, 0x14, 0x0c, 0x77, 0x00];
    let bomb = Packed { name: "export.data", bytes: run.to_vec(), method: 8, length: 4, checksum: 0 };
    assert_eq!(onepassword::read(&archive(&[bomb])).unwrap_err(), ExchangeError::Damaged);
}
