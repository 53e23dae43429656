//! `etui code` and `etui env`.

use insta::assert_snapshot;

use super::support::{Home, PASSWORD};

const URI: &str =
    "otpauth://totp/Shop:me?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Shop&digits=8&period=86400";

fn home() -> Home {
    let home = Home::with_vault();
    home.pipe(URI, &["new", "web/uri"]).succeeded();
    home.pipe(format!("{{\"username\": \"me\", \"totp\": \"{URI}\"}}"), &["new", "web/login"]).succeeded();
    home.pipe("otpauth://hotp/x?secret=GEZDGNBVGY3TQOJQ&counter=1", &["new", "web/hotp"]).succeeded();
    home.pipe("hunter2!", &["new", "web/plain"]).succeeded();
    home
}

#[test]
fn a_code_is_printed_from_a_value_and_from_its_field() {
    let home = home();
    let code = home.etui(&["code", "web/uri"]).succeeded().text().to_owned();
    assert!(code.len() == 9 && code.trim_end().bytes().all(|byte| byte.is_ascii_digit()), "{code}");
    // The period is a day: the code changes at midnight at most.
    let same = ["web/login", "web/login::totp"]
        .map(|reference| home.etui(&["code", reference]).succeeded().text().to_owned());
    assert!(same.contains(&code) || home.etui(&["code", "web/uri"]).text() != code);
    let json = home.etui(&["code", "web/uri", "--json"]).succeeded().json();
    assert_eq!(json["Period"], 86400);
    assert!((1..=86400).contains(&json["SecondsLeft"].as_u64().unwrap()), "{json}");
    assert_eq!(json["Code"].as_str().unwrap().len(), 8);
}

#[test]
fn what_makes_no_code_is_said_with_its_reason() {
    let home = home();
    assert_snapshot!(home.etui(&["code", "web/hotp"]).failed(2), @r#"
        exit 2
        stderr:
        error: version 'v1' of 'web/hotp' makes no code: it is for codes that count uses (HOTP): every code would have to be stored before it is shown
        hint: use the program that it was made for
        "#);
    assert_snapshot!(home.etui(&["code", "web/plain"]).failed(2), @r#"
        exit 2
        stderr:
        error: version 'v1' of 'web/plain' makes no code: its secret is not base32 (letters and the digits 2 to 7)
        hint: name the field that holds it: NAME::FIELD
        "#);
    assert_snapshot!(home.etui(&["code", "web/login::nothing"]).failed(3), @r#"
        exit 3
        stderr:
        error: version 'v1' of 'web/login' has no field 'nothing'
        hint: it has 'username', 'totp'
        "#);
    assert_snapshot!(home.etui(&["code", "web/uri", "--qr"]).failed(2), @r#"
        exit 2
        stderr:
        error: a QR code is drawn on a terminal only, after a question
        hint: run it on a terminal, or print the URI with `etui get`
        "#);
}

#[test]
fn a_qr_code_is_drawn_after_a_question() {
    let home = home();
    let mut terminal = home.terminal(&["code", "web/uri", "--qr"]);
    terminal.wait_for("Master password: ").press(&format!("{PASSWORD}\r"));
    terminal.wait_for("Show it? [y/N] ").press("y\r");
    terminal.wait_for("█");
    assert_eq!(terminal.end().0.code(), Some(0));
    let mut terminal = home.terminal(&["code", "web/uri", "--qr"]);
    terminal.wait_for("Master password: ").press(&format!("{PASSWORD}\r"));
    terminal.wait_for("Show it? [y/N] ").press("\r");
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(2), "{screen}");
    assert!(!screen.contains('█'), "{screen}");
}

#[test]
fn a_shell_reads_variables_exactly() {
    let home = Home::with_vault();
    let value = "it's $(echo no) `no` \\ \"x\"\n second line\n";
    home.pipe(value, &["new", "odd/value"]).succeeded();
    for (shell, script) in [
        ("bash", "eval \"$(etui env --prefix odd)\"; printf %s \"$VALUE\""),
        ("zsh", "eval \"$(etui env --shell zsh --prefix odd)\"; printf %s \"$VALUE\""),
        ("fish", "etui env --shell fish --prefix odd | source; printf %s \"$VALUE\""),
    ] {
        if super::support::is_missing(shell) {
            continue;
        }
        let run = home.in_shell(shell, script);
        assert_eq!(run.succeeded().text(), value, "{shell}");
    }
    assert_snapshot!(home.etui(&["env"]).failed(2), @r#"
        exit 2
        stderr:
        error: no variable is named
        hint: name some with --env VAR=REF, --env-file, --env-from or --prefix
        "#);
}
