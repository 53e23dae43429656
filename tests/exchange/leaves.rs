//! Every leaf of a file is in the vault after its import, or named in the report: of the programs that cannot be
//! run here, on files of their shape.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use etui::exchange::{ReadFile, bitwarden, browser, cloud, json, keepassxc, onepassword};
use serde_json::Value;

use crate::helpers::{import, lost, parsed};
use crate::support::vaults::Place;

/// A leaf: where it is in its file, and its text.
pub type Leaf = (String, String);

/// What is known of the leaves of one source.
pub struct Source {
    pub read: ReadFile,
    /// The end of a path, and how the report names what is there.
    pub named: &'static [(&'static str, &'static str)],
    /// The end of a path, where what is there says nothing of its own.
    pub says_nothing: &'static [&'static str],
}

fn leaves_of(value: &Value, path: &str, leaves: &mut Vec<Leaf>) {
    match value {
        Value::Null => {}
        Value::String(text) if text.is_empty() => {}
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| leaves_of(value, &format!("{path}.{name}"), leaves));
        }
        Value::Array(entries) => entries
            .iter()
            .enumerate()
            .for_each(|(at, entry)| leaves_of(entry, &format!("{path}[{at}]"), leaves)),
        Value::String(text) => leaves.push((path.to_owned(), text.clone())),
        other => leaves.push((path.to_owned(), other.to_string())),
    }
}

pub fn leaves_of_json(text: &str) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    for (at, value) in serde_json::Deserializer::from_str(text).into_iter::<Value>().enumerate() {
        leaves_of(&value.unwrap(), &format!("{at}"), &mut leaves);
    }
    leaves
}

/// The cells of a file without line breaks in them, by row and column.
pub fn leaves_of_csv(text: &str) -> Vec<Leaf> {
    let cells = |line: &str| {
        let mut cells = vec![String::new()];
        let mut is_quoted = false;
        for character in line.chars() {
            match character {
                '"' => is_quoted = !is_quoted,
                ',' if !is_quoted => cells.push(String::new()),
                other => cells.last_mut().unwrap().push(other),
            }
        }
        cells
    };
    let mut lines = text.lines();
    let heading = cells(lines.next().unwrap());
    let mut leaves = Vec::new();
    for (row, line) in lines.enumerate() {
        for (column, cell) in heading.iter().zip(cells(line)).filter(|(_, cell)| !cell.is_empty()) {
            leaves.push((format!("{row}.{column}"), cell));
        }
    }
    leaves
}

/// Every text of an export: keys and values of fields, names and each of their parts, times, labels, tags.
fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                texts(member, found);
                let Value::String(text) = member else { continue };
                if name == "SecretData" && members.get("SecretDataType") == Some(&"binary".into()) {
                    found.insert(format!("{:?}", STANDARD.decode(text).unwrap()));
                } else if let Ok(Value::Object(fields)) = serde_json::from_str(text) {
                    found.extend(fields.keys().cloned());
                    texts(&Value::Object(fields), found);
                }
            }
        }
        Value::Array(entries) => entries.iter().for_each(|entry| texts(entry, found)),
        Value::String(text) => {
            found.insert(text.clone());
            let ends = text.match_indices('/').map(|(at, _)| &text[at + 1..]);
            let starts = text.match_indices('/').map(|(at, _)| &text[..at]);
            found.extend(ends.chain(starts).map(str::to_owned));
        }
        _ => {}
    }
}

/// Imports the file, and fails with the leaves that are nowhere. A leaf of several spellings is found by any.
#[track_caller]
pub fn assert_nothing_is_lost(source: &Source, file: &str, leaves: &[Leaf]) {
    let place = Place::new();
    let mut vault = place.create();
    let batch = parsed(source.read, file);
    import(&mut vault, &batch);
    let report = lost(&batch).join("\n");
    let exported = json::write(&vault.give_out(|_| true).unwrap());
    let mut held = BTreeSet::new();
    texts(&serde_json::from_slice(exported.expose()).unwrap(), &mut held);
    let mut nowhere = String::new();
    for (path, text) in leaves {
        let is_held = spellings(text).iter().any(|spelling| held.contains(spelling));
        let is_named = source.named.iter().any(|(end, named)| path.ends_with(end) && report.contains(named));
        let is_silent = source.says_nothing.iter().any(|end| path.ends_with(end));
        if !is_held && !is_named && !is_silent {
            writeln!(nowhere, "{path} = {text}").unwrap();
        }
    }
    assert!(nowhere.is_empty(), "nowhere:\n{nowhere}\nnamed:\n{report}");
}

/// How the vault may write a text: a time without its fraction or from a number, base64 as its bytes, the label
/// of another cloud, a tag of a list.
fn spellings(text: &str) -> Vec<String> {
    let mut spellings = vec![text.to_owned()];
    if let Some((seconds, _)) = text.split_once('.')
        && text.ends_with('Z')
    {
        spellings.push(format!("{seconds}Z"));
    }
    let seconds = text.parse::<i64>().ok().filter(|number| (1_000_000_000..100_000_000_000).contains(number));
    let time = seconds.and_then(|number| etui::domain::Timestamp::from_seconds(number).ok());
    spellings.extend(time.map(|time| time.to_string()));
    let milliseconds = text.parse::<i64>().ok().filter(|number| *number > 1_000_000_000_000);
    let time = milliseconds.and_then(|number| etui::domain::Timestamp::from_seconds(number / 1000).ok());
    spellings.extend(time.map(|time| time.to_string()));
    spellings.extend(STANDARD.decode(text).ok().map(|bytes| format!("{bytes:?}")));
    spellings
}

const BITWARDEN: Source = Source {
    read: bitwarden::read,
    named: &[
        (".favorite", "'Work/shop' loses its mark as a favorite"),
        (".reprompt", "'Work/shop' loses that the password is asked for again"),
        (".match", "'Work/shop' loses how one of its addresses is matched"),
        (".credentialId", "'Work/shop' loses its passkeys"),
        (".keyValue", "'Work/shop' loses its passkeys"),
        (".archivedDate", "'visa' loses that it is archived"),
        (".organizationId", "'visa' loses that it belongs to an organization"),
        (".linkedId", "'Work/shop' loses a field that is linked to another one"),
        ("items[4].notes", "'binned' is left out: it is in the trash there"),
        ("items[4].deletedDate", "'binned' is left out: it is in the trash there"),
        ("items[4].id", "'binned' is left out: it is in the trash there"),
        ("items[5].id", "'hollow' is left out: it has no value"),
        ("items[5].name", "'hollow' is left out: it has no value"),
        ("items[4].name", "'binned' is left out: it is in the trash there"),
        ("folders[1].name", "'Nobody here' is left out: no item is in this folder"),
        ("uris[1].checksum", "'Work/shop' loses its 'checksum'"),
        ("fields[3].name", "'Work/shop' loses a field that is linked to another one"),
        ("fields[4].name", "'Work/shop' loses a field without a value"),
        (".passwordRevisionDate", "'Work/shop' loses the time at which its password was changed last"),
        (
            "passwordHistory[0].lastUsedDate",
            "'Work/shop' loses the time at which its password was changed last",
        ),
        ("vaultName", "the file loses its 'vaultName'"),
    ],
    // Kinds are plain from the fields; folders are found by ids that mean nothing elsewhere.
    says_nothing: &[
        ".type",
        ".folderId",
        "folders[0].id",
        "folders[1].id",
        ".encrypted",
        ".object",
        "items[1].favorite",
        "items[1].reprompt",
        ".edit",
        ".viewPassword",
    ],
};

#[test]
fn no_leaf_of_a_bitwarden_file_is_lost() {
    let file = r#"{"encrypted":false,"vaultName":"mine","folders":[{"id":"f1","name":"Work"},{"id":"f2","name":"Nobody here"}],"items":[
      {"id":"11111111-aaaa","folderId":"f1","type":1,"object":"item","name":"shop","notes":"two\nlines","favorite":true,"reprompt":1,
       "creationDate":"2021-03-04T05:06:07.123Z","revisionDate":"2024-01-02T03:04:05.000Z","edit":true,"viewPassword":true,
       "login":{"username":"alice","password":"now","totp":"otpauth://totp/shop?secret=JBSWY3DP","passwordRevisionDate":"2023-12-31T00:00:00.000Z",
         "uris":[{"match":1,"uri":"https://shop.example/a,b"},{"match":null,"uri":"https://two.example","checksum":"abc="}],
         "fido2Credentials":[{"credentialId":"cred-1","keyValue":"key-1"}]},
       "passwordHistory":[{"lastUsedDate":"2023-12-31T00:00:00.000Z","password":"newer"},{"lastUsedDate":"2022-05-06T07:08:09.000Z","password":"oldest"}],
       "fields":[{"name":"pin","value":"4711","type":1},{"name":null,"value":"nameless","type":0},{"name":"flag","value":"true","type":2},
         {"name":"linked","value":null,"type":3,"linkedId":100},{"name":"label only","value":null,"type":0}]},
      {"id":"22222222-bbbb","folderId":null,"type":3,"name":"visa","favorite":false,"reprompt":0,"archivedDate":"2024-05-05T05:05:05.000Z",
       "organizationId":"org-1","card":{"cardholderName":"A. Liddell","brand":"Visa","number":"4111111111111111","expMonth":"7","expYear":"2031","code":"123"}},
      {"id":"33333333-cccc","type":4,"name":"me","identity":{"title":"Dr","firstName":"Alice","ssn":"078-05-1120","address1":"1 Main St"}},
      {"id":"44444444-dddd","type":5,"name":"key","sshKey":{"privateKey":"-----BEGIN KEY-----\nx\n-----END KEY-----\n","publicKey":"ssh-ed25519 AAAA","keyFingerprint":"SHA256:abc"}},
      {"id":"55555555-eeee","type":2,"name":"binned","notes":"in the trash","deletedDate":"2024-06-06T06:06:06.000Z"},
      {"id":"66666666-ffff","type":2,"name":"hollow","secureNote":{"type":0}}]}"#;
    assert_nothing_is_lost(&BITWARDEN, file, &leaves_of_json(file));
}

#[test]
fn no_leaf_of_a_one_password_file_is_lost() {
    let source = Source {
        read: onepassword::read,
        named: &[
            (".Favorite", "'mail' loses its mark as a favorite"),
            (".Archived", "'mail' loses that it is archived"),
        ],
        says_nothing: &["1.Favorite", "1.Archived"],
    };
    let file = "Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes,Password,URLs,recovery code\n\
        mail,https://mail.example,alice,\"p,1\",otpauth://totp/mail?secret=JBSWY3DP,true,true,work;home,a note,second pw,https://other.example,r-1\n\
        same,https://same.example,bob,p2,,false,false,,,,,\n";
    let mut leaves = leaves_of_csv(file);
    // One column holds several tags.
    let (tags, mut others): (Vec<_>, Vec<_>) = leaves.drain(..).partition(|(path, _)| path == "0.Tags");
    let one =
        |(path, tags): &Leaf| tags.split(';').map(|tag| (path.clone(), tag.to_owned())).collect::<Vec<_>>();
    others.extend(tags.iter().flat_map(one));
    assert_nothing_is_lost(&source, file, &others);
}

#[test]
fn no_leaf_of_a_chrome_file_is_lost() {
    let source = Source { read: browser::read_chrome, named: &[], says_nothing: &[] };
    let file = "name,url,username,password,note,password,grouping\n\
        shop,https://shop.example/login,alice,\"p,1\",a note,other,Group\n\
        shop,https://shop.example/login,bob,p2,,,\n\
        ,https://nameless.example:8443/x,carol,p3,,,\n";
    assert_nothing_is_lost(&source, file, &leaves_of_csv(file));
}

#[test]
fn no_leaf_of_a_firefox_file_is_lost() {
    let source = Source {
        read: browser::read_firefox,
        named: &[(".timeLastUsed", "every entry loses the time of its last use")],
        says_nothing: &[],
    };
    let file = "\"url\",\"username\",\"password\",\"httpRealm\",\"formActionOrigin\",\"guid\",\"timeCreated\",\"timeLastUsed\",\"timePasswordChanged\"\n\
        \"https://shop.example\",\"alice\",\"p1\",\"The realm\",\"https://form.example\",\"{0a1b2c3d-0000-4000-8000-000000000001}\",\"1600000000123\",\"1700000000456\",\"1650000000789\"\n\
        \"https://shop.example\",\"bob\",\"p2\",\"\",\"https://shop.example\",\"{0a1b2c3d-0000-4000-8000-000000000002}\",\"1600000001123\",\"1700000001456\",\"1650000001789\"\n";
    assert_nothing_is_lost(&source, file, &leaves_of_csv(file));
}

#[test]
fn no_leaf_of_a_keepass_file_is_lost() {
    let source = Source {
        read: keepassxc::read,
        named: &[(".Icon", "'Work/mail' loses its icon")],
        says_nothing: &["1.Icon"],
    };
    let file = "\"Group\",\"Title\",\"Username\",\"Password\",\"URL\",\"Notes\",\"TOTP\",\"Icon\",\"Last Modified\",\"Created\",\"UUID\",\"Extra\"\n\
        \"Root/Work\",\"mail\",\"alice\",\"p1\",\"https://mail.example\",\"a note\",\"otpauth://totp/x?secret=JBSWY3DP\",\"12\",\"2024-01-02T03:04:05Z\",\"2021-01-02T03:04:05Z\",\"u-1\",\"more\"\n\
        \"Root\",\"plain\",\"\",\"p2\",\"\",\"\",\"\",\"0\",\"2024-01-02T03:04:06Z\",\"2021-01-02T03:04:06Z\",\"u-2\",\"\"\n";
    let mut leaves = leaves_of_csv(file);
    // Every entry is in the root group.
    leaves.iter_mut().for_each(|(_, text)| *text = text.trim_start_matches("Root/").to_owned());
    leaves.retain(|(_, text)| text != "Root");
    assert_nothing_is_lost(&source, file, &leaves);
}

#[test]
fn no_leaf_of_answers_of_alibaba_cloud_is_lost() {
    let source = Source {
        read: cloud::read_alibaba,
        named: &[
            (".ExtendedConfig", "'db' loses its extended configuration"),
            (".RotationInterval", "'db' loses its automatic rotation"),
            (".AutomaticRotation", "'db' loses its automatic rotation"),
            (".LastRotationDate", "'db' loses its 'LastRotationDate'"),
            (".NextRotationDate", "'db' loses its 'NextRotationDate'"),
        ],
        says_nothing: &[".RequestId", ".SecretDataType", ".SecretType", ".Arn", "1.AutomaticRotation"],
    };
    let file = r#"{"RequestId":"r-1","SecretName":"db","SecretType":"Rds","SecretData":"{\"AccountName\":\"app\",\"AccountPassword\":\"p1\"}","SecretDataType":"text",
        "VersionId":"v-1","VersionStages":{"VersionStage":["ACSPrevious","blue"]},"CreateTime":"2024-01-02T03:04:05Z","ExtendedConfig":"{\"SecretSubType\":\"SingleUser\"}",
        "RotationInterval":"604800s","AutomaticRotation":"Enabled","LastRotationDate":"2024-01-01T00:00:00Z","NextRotationDate":"2024-01-08T00:00:00Z","Arn":"acs:kms:x"}
        {"RequestId":"r-2","SecretName":"db","SecretType":"Generic","SecretData":"p2","SecretDataType":"text",
        "VersionId":"v-2","VersionStages":{"VersionStage":["ACSCurrent"]},"CreateTime":"2024-01-03T03:04:05Z","AutomaticRotation":"Disabled"}
        {"RequestId":"r-3","SecretName":"cert","SecretData":"AAH/","SecretDataType":"binary",
        "VersionId":"v-1","VersionStages":{"VersionStage":["ACSCurrent"]},"CreateTime":"2024-01-04T03:04:05Z"}"#;
    assert_nothing_is_lost(&source, file, &leaves_of_json(file));
}
