//! Fields as they are read and replaced.

use super::*;

fn shown(value: &str) -> Option<Vec<(String, String)>> {
    let text = |field: Field| (field.key, field.value.expose_text().unwrap().to_owned());
    fields(value.as_bytes()).map(|(_, fields)| fields.into_iter().map(text).collect())
}

fn pairs(pairs: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
    Some(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
}

fn read(value: &str, key: &str) -> Option<String> {
    field(value.as_bytes(), key).ok().map(|text| text.expose_text().unwrap().to_owned())
}

fn replaced(value: &str, key: &str, new: &str) -> Result<String, NotReplaced> {
    let new = SecretBytes::copy_of(new.as_bytes());
    with_field(value.as_bytes(), key, &new).map(|whole| whole.expose_text().unwrap().to_owned())
}

#[test]
fn a_json_object_has_its_members() {
    let value = r#" {"user": "r\u00f6\n", "port": 5432, "hosts": ["a", "b"], "port": null} "#;
    assert_eq!(shown(value), pairs(&[("user", "rö\n"), ("port", "null"), ("hosts", r#"["a", "b"]"#)]));
    assert_eq!(shown("{}"), pairs(&[]));
    assert_eq!(shown("{broken"), None);
    assert_eq!(shown("{\n  \"user\": \"root\",\n  \"port\": \n"), None, "broken JSON is not a form of pass");
}

#[test]
fn a_dotenv_file_has_its_variables() {
    let value = "# comment\nUSER=root\nexport PASS='a b'\nUSER=admin\n";
    assert_eq!(shown(value), pairs(&[("USER", "admin"), ("PASS", "a b")]));
}

#[test]
fn a_value_in_the_form_of_pass_has_a_password_and_what_its_lines_name() {
    let value = "hunter2\r\nuser: root\r\nurl: https://a: b\nfree text\n\n : \notpauth://totp/A: b?secret=X\n\
                 password: other\nuser: second";
    assert_eq!(
        shown(value),
        pairs(&[
            ("password", "hunter2"),
            ("user", "root"),
            ("url", "https://a: b"),
            ("otpauth", "otpauth://totp/A: b?secret=X"),
        ])
    );
    assert_eq!(shown("\nuser: x"), pairs(&[("password", ""), ("user", "x")]));
    assert_eq!(shown("{x9\nuser: x"), pairs(&[("password", "{x9"), ("user", "x")]));
}

#[test]
fn other_values_have_no_fields() {
    let pem = "-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: AES\n\nabc\n";
    for value in
        ["", "hunter2", "[1, 2]", "two words", "-----BEGIN KEY-----\nabc\n", "a: b\nc: d", "a\nb\n", pem]
    {
        assert_eq!(shown(value), None, "{value}");
    }
    assert!(fields(b"\xff\na: b").is_none());
}

#[test]
fn a_path_goes_on_from_a_key_and_the_exact_key_comes_first() {
    let value = r#"{"tls": {"cert": "C", "ke.y": ["k0", {"n": 7}], "cert": "last"}, "tls.cert": "exact",
                    "a.b": {"c.d": "deep"}, "hosts": [["x"], "h1"], "": "empty"}"#;
    let cases = [
        ("tls.cert", Some("exact")),
        ("tls.ke.y[0]", Some("k0")),
        ("tls.ke.y.1.n", Some("7")),
        ("tls.ke.y[1]", Some(r#"{"n": 7}"#)),
        ("a.b.c.d", Some("deep")),
        ("hosts.0.0", Some("x")),
        ("hosts[0][0]", Some("x")),
        ("hosts.1", Some("h1")),
        ("", Some("empty")),
        ("hosts.2", None),
        ("hosts.+1", None),
        ("hosts[1", None),
        ("hosts[1]x", None),
        ("hosts[]", None),
        ("tls[cert]", None),
        ("tls.", None),
        ("hosts.1.n", None),
    ];
    for (path, expected) in cases {
        assert_eq!(read(value, path).as_deref(), expected, "{path}");
    }
    assert_eq!(read(r#"{"tls": {"cert": "C", "cert": "last"}}"#, "tls.cert").unwrap(), "last");
}

#[test]
fn a_missing_field_tells_the_keys_unless_they_could_be_a_part_of_a_password() {
    let missing = |value: &str| field(value.as_bytes(), "nothing").err().unwrap();
    let others = |keys: &[&str]| NoField::Others(keys.iter().map(|key| (*key).to_owned()).collect());
    assert_eq!(missing(r#"{"user": 1, "password": 2}"#), others(&["user", "password"]));
    assert_eq!(missing("A=1\nB=2\n"), others(&["A", "B"]));
    assert_eq!(missing("hunter2\nuser: x"), others(&["password", "user"]));
    assert_eq!(missing("Zm9v="), others(&[]), "one line alone");
    assert_eq!(missing("hunter2"), NoField::NoFields);
    assert!(named_fields(b"Zm9v=").is_none() && named_fields(b"A=1\nB=2\n").is_some());
}

#[test]
fn a_field_is_replaced_and_nothing_else_changes() {
    let json = r#" {"user": "r\u00f6", "port": 5432, "a": {"b": ["x", true]}, "user": "last" } "#;
    assert_eq!(
        replaced(json, "user", "q\"\n\u{1}ü").unwrap(),
        r#" {"user": "r\u00f6", "port": 5432, "a": {"b": ["x", true]}, "user": "q\"\n\u0001ü" } "#
    );
    assert_eq!(
        replaced(json, "a.b[0]", "y").unwrap(),
        r#" {"user": "r\u00f6", "port": 5432, "a": {"b": ["y", true]}, "user": "last" } "#
    );
    assert!(replaced(json, "port", " [1, 2]\n").unwrap().contains(r#""port": [1, 2],"#));
    assert_eq!(replaced(json, "port", "five"), Err(NotReplaced::NoJson));
    let dotenv = "\u{feff}# c\nA = 'x y' # kept\nexport B=1 # too\nA=\"2\"\n";
    assert_eq!(
        replaced(dotenv, "A", "it's").unwrap(),
        "\u{feff}# c\nA = 'x y' # kept\nexport B=1 # too\nA=\"it's\"\n"
    );
    assert_eq!(
        replaced(dotenv, "B", "a b").unwrap(),
        "\u{feff}# c\nA = 'x y' # kept\nexport B='a b' # too\nA=\"2\"\n"
    );
    let pass = "hunter2\r\nuser: root\r\nnote\nurl: x";
    assert_eq!(replaced(pass, "password", "new").unwrap(), "new\r\nuser: root\r\nnote\nurl: x");
    assert_eq!(replaced(pass, "user", "").unwrap(), "hunter2\r\nuser: \r\nnote\nurl: x");
    assert_eq!(replaced(pass, "url", "https://y").unwrap(), "hunter2\r\nuser: root\r\nnote\nurl: https://y");
}

#[test]
fn a_text_that_would_read_as_something_else_is_refused() {
    let pass = "hunter2\nuser: root\nurl: x";
    for (key, new) in
        [("password", "a: b"), ("user", "two\nlines"), ("url", "x\r"), ("password", "-----BEGIN x")]
    {
        assert_eq!(replaced(pass, key, new), Err(NotReplaced::Form), "{key} {new:?}");
    }
    let missing = replaced(pass, "no", "x").unwrap_err();
    assert!(matches!(missing, NotReplaced::NoField(NoField::Others(_))), "{missing}");
}

proptest::proptest! {
    #[test]
    fn what_replaced_a_field_is_read_back(new in "\\PC*[\n'\"\\\\$ #]?\\PC*") {
        for (value, key) in [(r#"{"a": {"b": ""}}"#, "a.b"), ("A=x\nB=y # c\n", "B"), ("pw\na: b\nc: d\n", "a")] {
            if let Ok(whole) = replaced(value, key, &new) {
                proptest::prop_assert_eq!(read(&whole, key), Some(new.clone()));
            }
        }
    }
}
