//! YAML: plain mappings, and manifests of Kubernetes.

use std::collections::BTreeMap;

use etui::domain::ValueType;
use etui::exchange::{ExchangeError, Input, ReadFile, Source, kubernetes, map, read};
use etui::memory::SecretBytes;
use etui::vault::IncomingBatch;

use crate::helpers::{import, lost, parsed, told};
use crate::support::vaults::Place;

const PEM: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n";

/// Every way to write a value that files of settings have.
const SETTINGS: &str = r##"%YAML 1.2
---
# a comment
db: &db
  host: db.example
  port: 5432
  password: "p\"w\u00fc\n"
  'quoted key': it's # not a comment before
shop:
  <<: *db
  host: shop.example
key.pem: |
  -----BEGIN PRIVATE KEY-----
  MC4CAQAwBQYDK2VwBCIEIA==
  -----END PRIVATE KEY-----
folded: >-
  one
  line

  and another
numbers: {hex: 0x1F, octal: 010, big: 12345678901234567890123, float: 1.50, yes: yes, true: true, date: 2024-01-02}
list: [a, 1, "1", {b: c}]
block list:
  - x
  - - y
    - z
empty map: {}
empty text: ""
nothing:
tilde: ~
null word: null
"null": "null"
binary: !!binary |
  AP/+
  AQ==
text number: !!str 007
ansible: !vault |
  $ANSIBLE_VAULT;1.1
1: number as a key
---
second/document: too
...
"##;

fn leaves(batch: &IncomingBatch) -> BTreeMap<&str, Vec<u8>> {
    let leaf = |secret: &etui::vault::IncomingSecret| {
        assert_eq!(secret.versions.len(), 1);
        secret.versions[0].value.expose().to_vec()
    };
    batch.secrets.iter().map(|secret| (secret.name.as_str(), leaf(secret))).collect()
}

#[test]
fn every_leaf_of_a_mapping_is_a_secret_or_named() {
    let batch = parsed(map::read, SETTINGS);
    let expected: [(&str, &[u8]); 25] = [
        ("1", b"number as a key"),
        ("ansible", b"$ANSIBLE_VAULT;1.1\n"),
        ("binary", b"\x00\xff\xfe\x01"),
        ("block list", br#"["x",["y","z"]]"#),
        ("db/host", b"db.example"),
        ("db/password", "p\"wü\n".as_bytes()),
        ("db/port", b"5432"),
        ("db/quoted key", b"it's"),
        ("empty map", b"{}"),
        ("folded", b"one line\nand another"),
        ("key.pem", PEM.as_bytes()),
        ("list", br#"["a",1,"1",{"b":"c"}]"#),
        ("null", b"null"),
        ("numbers/big", b"12345678901234567890123"),
        ("numbers/date", b"2024-01-02"),
        ("numbers/float", b"1.50"),
        ("numbers/hex", b"0x1F"),
        ("numbers/octal", b"010"),
        ("numbers/true", b"true"),
        ("numbers/yes", b"yes"),
        ("second/document", b"too"),
        ("shop/host", b"shop.example"),
        ("shop/password", "p\"wü\n".as_bytes()),
        ("shop/port", b"5432"),
        ("text number", b"007"),
    ];
    let mut found = leaves(&batch);
    assert_eq!(found.remove("shop/quoted key"), Some(b"it's".to_vec()));
    assert_eq!(found, expected.map(|(name, value)| (name, value.to_vec())).into());
    let binary = batch.secrets.iter().find(|secret| secret.name == "binary").unwrap();
    assert_eq!(binary.versions[0].value.value_type(), ValueType::Binary);
    assert_eq!(
        lost(&batch),
        [
            "'empty text' is left out: it has no value",
            "'nothing' is left out: it has no value",
            "'tilde' is left out: it has no value",
            "'null word' is left out: it has no value",
            "'ansible' loses its tag, which other programs may understand",
        ]
    );
    let place = Place::new();
    let mut vault = place.create();
    import(&mut vault, &batch);
    assert!(!import(&mut vault, &batch).changes_anything());
}

#[track_caller]
fn fault(read: ReadFile, text: &str) -> String {
    let error = read(text.as_bytes()).map(drop).unwrap_err();
    assert!(!format!("{error} {error:?} {}", error.hint()).contains("hunter2"));
    error.to_string()
}

#[test]
fn what_is_no_mapping_or_says_two_things_is_refused_with_its_place() {
    for (text, expected) in [
        ("hunter2", "line 1, column 1: a mapping is expected here"),
        ("# nothing\n---\n", "line 1, column 1: a JSON object or a YAML mapping is expected here"),
        ("a: 1\nb: hunter2\na: 2\n", "line 3, column 1: this key of the mapping stands twice"),
        ("a: 1\n---\na: hunter2\n", "line 3, column 1: the name of this key stands in the file already"),
        ("a/b: 1\na:\n  b: hunter2\n", "line 3, column 3: the name of this key stands in the file already"),
        ("a: 'hunter2\n", "line 1, column 4: this is not YAML, or the text is cut off"),
        ("a: *hunter2\n", "line 1, column 4: this is not YAML, or the text is cut off"),
        ("a: !!binary hunter2!\n", "line 1, column 13: base64 is expected here"),
        ("? [hunter2]\n: x\n", "line 1, column 3: a key that is not a text is not read"),
    ] {
        assert_eq!(fault(map::read, text), expected, "{text}");
    }
    assert_eq!(map::read(b"a: \xff").unwrap_err().to_string(), "line 1, column 4: the text is not UTF-8");
    // JSON that is cut off is said to be that.
    assert_eq!(
        fault(map::read, "{\"a\": \"hunter2\""),
        "line 1, column 15: this is not JSON, or the text is cut off"
    );
    // But a mapping in braces is YAML.
    assert_eq!(leaves(&parsed(map::read, "{a: b}"))["a"], b"b");
}

#[test]
fn aliases_that_mean_more_than_is_read_are_refused() {
    let mut bomb = "a0: &a0 {x: hunter2}\n".to_owned();
    for level in 1..12 {
        let below = level - 1;
        let members: Vec<String> = (0..10).map(|at| format!("k{at}: *a{below}")).collect();
        bomb.push_str(&format!("a{level}: &a{level} {{{}}}\n", members.join(", ")));
    }
    let large = |error: ExchangeError| error.to_string();
    let expected = "it is larger than 256 MiB when it is unpacked";
    assert_eq!(map::read(bomb.as_bytes()).map(drop).map_err(large), Err(expected.to_owned()));
    let wide = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), "*a, ".repeat(300));
    assert_eq!(map::read(wide.as_bytes()).map(drop).map_err(large), Err(expected.to_owned()));
    assert_eq!(
        fault(map::read, "a: &a {b: *a}\n"),
        "line 1, column 11: this alias stands within what it means"
    );
}

const MANIFESTS: &str = r#"apiVersion: v1
kind: Secret
metadata:
  name: db
  namespace: shop
  creationTimestamp: "2024-01-02T03:04:05Z"
  labels: {app: shop, tier: back}
  annotations: {note: hunter2}
type: kubernetes.io/basic-auth
data:
  password: cMO8dw==
  cert.der: AP/+
  empty: ""
  odd: "***"
stringData:
  user: me
immutable: true
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {a: b}
---
# nothing
"#;

#[test]
fn manifests_of_secrets_are_recognised_and_others_named() {
    let input = Input::Piped(SecretBytes::copy_of(MANIFESTS.as_bytes()));
    let found = read(&input, None, None, None, &mut |_, _| {}).unwrap();
    assert_eq!(Some(found.source), Source::named("kubernetes"));
    let batch = parsed(kubernetes::read, MANIFESTS);
    let place = Place::new();
    let mut vault = place.create();
    let report = vault.import(&batch, etui::vault::OnRefusal::LeaveOut, &mut |_| {}).unwrap();
    assert_eq!(
        told(&report),
        [
            "shop/db/password: new v1",
            "shop/db/cert.der: new v1",
            "shop/db/odd: 'shop/db/odd' cannot be read: line 14, column 8: base64 is expected here",
            "shop/db/user: new v1",
        ]
    );
    let secret = |name: &str| batch.secrets.iter().find(|secret| secret.name == name).unwrap();
    let password = secret("shop/db/password");
    assert_eq!(password.versions[0].value.expose(), "püw".as_bytes());
    assert_eq!(password.created.unwrap().to_string(), "2024-01-02T03:04:05Z");
    assert_eq!(password.facts.tags.len(), 2);
    assert_eq!(secret("shop/db/cert.der").versions[0].value.value_type(), ValueType::Binary);
    assert_eq!(
        lost(&batch),
        [
            "'shop/db' loses its 'immutable'",
            "'shop/db' loses its 'type'",
            "'shop/db' loses its 'annotations'",
            "'shop/db/empty' is left out: it has no value",
            "'settings' is left out: it is not a Secret",
        ]
    );
}

#[test]
fn the_list_that_kubectl_prints_is_read_in_yaml_and_json() {
    let json = r#"{"apiVersion":"v1","kind":"List","items":[
        {"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"},"data":{"k":"dg=="}},
        {"apiVersion":"v1","kind":"Secret","metadata":{"name":"b"},"data":null}]}"#;
    let batch = parsed(kubernetes::read, json);
    assert_eq!(leaves(&batch), BTreeMap::from([("a/k", b"v".to_vec())]));
    let yaml = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: a}\n  data: {k: dg==}\n";
    assert_eq!(leaves(&parsed(kubernetes::read, yaml)), leaves(&batch));
    assert_eq!(
        fault(kubernetes::read, "apiVersion: v1\nkind: Pod\n# Secret\n"),
        "there is no manifest of a Secret in it"
    );
}

#[test]
fn of_a_key_in_both_parts_of_a_manifest_the_text_counts_as_in_the_cluster() {
    let manifest =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {p: aGVsbG8=}\nstringData: {p: override}\n";
    let batch = parsed(kubernetes::read, manifest);
    let values: Vec<_> =
        batch.secrets.iter().map(|it| (it.name.as_str(), it.versions[0].value.expose())).collect();
    assert_eq!(values, [("s/p", &b"override"[..])]);
    assert_eq!(
        lost(&batch),
        ["'s/p' loses what 'data' holds for it: the cluster takes what 'stringData' holds"]
    );
}
