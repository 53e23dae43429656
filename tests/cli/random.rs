//! `etui random`, and `--generate` of `new` and `put`.

use insta::assert_snapshot;

use super::support::Home;

#[test]
fn random_prints_a_password_and_its_strength_beside_it() {
    let home = Home::empty();
    let run = home.etui(&["random"]).succeeded();
    let password = run.text().strip_suffix('\n').unwrap();
    assert_eq!(password.len(), 32);
    assert!(password.bytes().all(|byte| byte.is_ascii_graphic()));
    for class in [
        u8::is_ascii_lowercase as fn(&u8) -> bool,
        u8::is_ascii_uppercase,
        u8::is_ascii_digit,
        u8::is_ascii_punctuation,
    ] {
        assert!(password.bytes().any(|byte| class(&byte)), "{password}");
    }
    assert_snapshot!(run.stderr, @"note: generated a password of 32 characters, 209.7 bits strong");
    assert_eq!(home.etui(&["random", "-q"]).succeeded().stderr, "");
    let json = home.etui(&["random", "--length", "8", "--json"]).json();
    assert_eq!(json["RandomPassword"].as_str().map(str::len), Some(8));
}

#[test]
fn random_leaves_out_what_is_to_be_left_out() {
    let home = Home::empty();
    let run = home.etui(&["random", "--length", "128", "--no-upper", "--no-symbols", "--exclude", "abc0"]);
    let run = run.succeeded();
    let allowed = |byte: u8| (byte.is_ascii_lowercase() || byte.is_ascii_digit()) && !b"abc0".contains(&byte);
    assert!(run.text().trim_end().bytes().all(allowed), "{}", run.text());
    let run =
        home.etui(&["random", "--no-lower", "--no-upper", "--no-symbols", "--length", "10"]).succeeded();
    assert!(run.text().trim_end().bytes().all(|byte| byte.is_ascii_digit()));
    assert_snapshot!(run.stderr, @"note: generated a password of 10 characters, 33.2 bits strong");
}

#[test]
fn random_words_make_a_passphrase() {
    let home = Home::empty();
    let run = home.etui(&["random", "--words", "6"]).succeeded();
    assert_snapshot!(run.stderr, @"note: generated a passphrase of 6 words, 77.5 bits strong");
    let run = home.etui(&["random", "--words", "4", "--separator", "_"]).succeeded();
    assert_eq!(run.text().trim_end().split('_').count(), 4);
}

#[test]
fn impossible_wishes_are_refused() {
    let home = Home::empty();
    assert_snapshot!(home.etui(&["random", "--length", "7"]).failed(2), @r#"
        exit 2
        stderr:
        error: a random password has 8 to 128 characters
        "#);
    assert_snapshot!(home.etui(&["random", "--exclude", "0123456789"]).failed(2), @r#"
        exit 2
        stderr:
        error: each included type of character is required, but one of them has no characters left
        hint: exclude the whole type, or do not require one of each
        "#);
    home.etui(&["random", "--exclude", "0123456789", "--no-require-each"]).succeeded();
    let nothing = ["random", "--no-lower", "--no-upper", "--no-digits", "--no-symbols"];
    assert_snapshot!(home.etui(&nothing).failed(2), @r#"
        exit 2
        stderr:
        error: no characters are left to choose from
        hint: exclude less
        "#);
    assert_snapshot!(home.etui(&["random", "--words", "2"]).failed(2), @r#"
        exit 2
        stderr:
        error: a passphrase has 3 to 20 words
        "#);
    home.etui(&["random", "--words", "6", "--length", "20"]).failed(2);
    home.etui(&["random", "--separator", "_"]).failed(2);
}

#[test]
fn a_generated_value_is_stored_and_not_shown() {
    let home = Home::with_vault();
    let run = home.etui(&["new", "db", "--generate", "--length", "20", "--no-symbols"]).succeeded();
    let value = home.etui(&["get", "db"]).text().to_owned();
    assert_eq!(value.len(), 20);
    assert!(!run.text().contains(&value) && !run.stderr.contains(&value));
    assert_snapshot!(run, @r#"
        exit 0
        stdout:
        created secret 'db' with version 'v1' (ACSCurrent)

        stderr:
        note: generated a password of 20 characters, 119.0 bits strong
        "#);
    let run = home.etui(&["put", "db", "--generate", "--words", "5"]).succeeded();
    assert_snapshot!(run, @r#"
        exit 0
        stdout:
        stored version 'v2' of 'db'; ACSCurrent v1 → v2, ACSPrevious → v1

        stderr:
        note: generated a passphrase of 5 words, 64.6 bits strong
        "#);
    assert!(home.etui(&["get", "db"]).text().split('-').count() >= 5);
    // What comes on stdin is not read then.
    home.pipe("not this", &["put", "db", "--generate"]).succeeded();
    assert_eq!(home.etui(&["get", "db"]).text().len(), 32);
}

#[test]
fn flags_of_the_generator_mean_nothing_without_it() {
    let home = Home::with_secret();
    let before = home.bytes_of_vault();
    assert_snapshot!(home.pipe("x", &["put", "db", "--length", "20"]).failed(2), @r#"
        exit 2
        stderr:
        error: --length needs --generate
        hint: add --generate, or leave it out
        "#);
    home.etui(&["put", "db", "--generate", "--file", "x"]).failed(2);
    home.etui(&["put", "db", "--generate", "--type", "binary"]).failed(2);
    assert_snapshot!(home.etui(&["put", "db", "--generate", "--length", "7"]).failed(2), @r#"
        exit 2
        stderr:
        error: a random password has 8 to 128 characters
        "#);
    assert!(home.bytes_of_vault() == before);
}
