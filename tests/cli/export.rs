//! `etui export`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use insta::assert_snapshot;

use super::support::Home;

fn home() -> Home {
    let home = Home::with_secret();
    home.pipe("$5\ntwo words", &["new", "shop/api-key", "--description", "what for", "--tag", "env=prod"])
        .succeeded();
    home.pipe([0, 255], &["new", "shop/tls", "--type", "binary"]).succeeded();
    home
}

#[test]
fn an_export_needs_to_be_told_that_it_is_plain() {
    let home = home();
    assert_snapshot!(home.etui(&["export", "json"]).failed(2), @r#"
        exit 2
        stderr:
        error: refusing to write secrets unencrypted
        hint: add --plaintext if you want that; `etui backup` makes an encrypted copy
        "#);
}

#[test]
fn dotenv_holds_current_values_and_names_what_it_cannot_hold() {
    let home = home();
    assert_snapshot!(home.etui(&["export", "dotenv", "--plaintext"]), @r#"
    exit 0
    stdout:
    DB=two
    SHOP_API_KEY='$5
    two words'

    stderr:
    note: 'db' loses its other versions
    note: 'shop/tls' is left out: its value is binary
    "#);
    assert_snapshot!(home.etui(&["export", "dotenv", "--plaintext", "--prefix", "shop"]), @r#"
    exit 0
    stdout:
    API_KEY='$5
    two words'

    stderr:
    note: 'shop/tls' is left out: its value is binary
    "#);
}

#[test]
fn a_file_is_private_and_counts_what_is_in_it() {
    let home = home();
    home.etui(&["rm", "db"]).succeeded();
    assert_snapshot!(home.etui(&["export", "dotenv", "--plaintext", "--out", "env"]), @"
    exit 0
    stdout:
    exported 1 secret to 'env', unencrypted

    stderr:
    note: 'db' is left out: it is scheduled for deletion on [time]
    note: 'shop/tls' is left out: its value is binary
    ");
    let mode = fs::metadata(home.path().join("env")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_snapshot!(home.etui(&["export", "dotenv", "--plaintext", "--out", "env", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","Exported":1,"Losses":[{"SecretName":"db","What":"it is scheduled for deletion on [time]","Whole":true},{"SecretName":"shop/tls","What":"its value is binary","Whole":true}]}
        "#);
    assert_eq!(fs::read_to_string(home.path().join("env")).unwrap(), "SHOP_API_KEY='$5\ntwo words'\n");
}

#[test]
fn json_imported_into_a_fresh_vault_is_exported_the_same() {
    let home = home();
    let exported = home.etui(&["export", "json", "--plaintext"]).succeeded();
    let fresh = Home::with_vault();
    fresh.pipe(&exported.stdout, &["import", "json", "-"]).succeeded();
    let again = fresh.etui(&["export", "json", "--plaintext"]).succeeded();
    assert_eq!(again.text(), exported.text());
    assert!(exported.text().contains("\"Description\":\"what for\""), "{exported}");
    let below = fresh.etui(&["export", "json", "--plaintext", "--prefix", "shop/"]).succeeded();
    assert_eq!(below.json()["Secrets"].as_array().unwrap().len(), 2);
}

#[test]
fn what_programs_would_read_differently_is_named_and_not_written() {
    let home = Home::with_vault();
    home.pipe("it's $5", &["new", "shop/quotes"]).succeeded();
    home.pipe("fine", &["new", "shop/"]).succeeded();
    home.pipe("x", &["new", "shop/a"]).succeeded();
    assert_snapshot!(home.etui(&["export", "dotenv", "--plaintext", "--prefix", "shop"]), @"
    exit 0
    stdout:
    A=x

    stderr:
    note: 'shop/' is left out: its name makes no variable
    note: 'shop/quotes' is left out: its value holds quotes, '$' or backslashes that node, Python and bash read differently
    ");
}

#[test]
fn a_folder_without_secrets_is_an_error() {
    let home = home();
    let export = |format| {
        home.etui(&["export", format, "--plaintext", "--prefix", "nothing", "--out", "file"])
            .failed(3)
            .to_string()
    };
    assert_snapshot!(export("dotenv"), @"
    exit 3
    stderr:
    error: there is no secret to export below 'nothing/'
    hint: run `etui list` to see the names
    ");
    assert_eq!(export("json"), export("dotenv"));
    assert!(!home.path().join("file").exists());
}

#[test]
fn on_a_terminal_nothing_of_a_value_is_obeyed() {
    let home = Home::with_vault();
    home.pipe("\u{1b}]0;title\u{7}", &["new", "a"]).succeeded();
    for format in ["dotenv", "json"] {
        let (status, screen) = home
            .terminal_with(&["export", format, "--plaintext"], |command| {
                command.env("ETUI_PASSWORD_FILE", home.path().join("password"))
            })
            .end();
        assert!(status.success(), "{screen}");
        assert!(screen.contains("]0;title"), "{screen:?}");
        assert!(!screen.contains('\u{1b}'), "{screen:?}");
    }
}

#[cfg(feature = "keepass")]
#[test]
fn a_keepass_database_is_encrypted_and_comes_back_whole() {
    let home = home();
    home.write_private("word", "correct unruly anvil parade\n");
    home.write_private("wrong", "another\n");
    let export = ["export", "kdbx", "--new-password-file", "word"];
    assert_snapshot!(home.etui(&[&export[..], &["--out", "out.kdbx"]].concat()), @"
    exit 0
    stdout:
    exported 3 secrets to 'out.kdbx'
    ");
    // A weak one is told as what it is.
    home.write_private("weak", "password");
    let weak =
        home.etui(&["export", "kdbx", "--out", "weak.kdbx", "--new-password-file", "weak"]).succeeded();
    assert!(
        weak.stderr.starts_with("note: this password of the database is weak: anyone who gets"),
        "{weak}"
    );
    assert!(!weak.stderr.contains("master password"), "{weak}");
    let file = fs::read(home.path().join("out.kdbx")).unwrap();
    assert!(!file.windows(9).any(|window| window == b"two words"));
    // It opens with its own password alone.
    assert_snapshot!(home.etui(&["import", "out.kdbx"]).failed(5), @r"
    exit 5
    stderr:
    error: there is no terminal to ask for the password of the file
    hint: give it with --other-password-file; if a key file alone opens it, say --no-other-password
    ");
    assert_snapshot!(home.etui(&["import", "out.kdbx", "--other-password-file", "wrong"]).failed(5), @r"
    exit 5
    stderr:
    error: 'out.kdbx' cannot be imported: its password or key file is wrong
    hint: its own password is meant, not that of the vault; if it has a key file, name that too with --other-key-file
    ");
    assert_snapshot!(
        home.etui(&["import", "out.kdbx", "--other-password-file", "word", "--dry-run"]),
        @"
    exit 0
    stdout:
    same	db	
    same	shop/api-key	
    same	shop/tls	

    stderr:
    note: nothing would change: 3 already here
    "
    );
    home.etui(&["import", "out.kdbx", "--other-password-file", "word", "--prefix", "back"]).succeeded();
    assert_eq!(home.etui(&["get", "back/shop/api-key"]).text(), "$5\ntwo words");
    let described = home.etui(&["show", "back/shop/api-key", "--json"]).json();
    assert_eq!(described["Description"], "what for");
}

#[cfg(feature = "keepass")]
#[test]
fn flags_of_one_kind_of_export_are_refused_for_the_other() {
    let home = home();
    assert_snapshot!(home.etui(&["export", "kdbx", "--plaintext"]).failed(2), @r"
    exit 2
    stderr:
    error: --plaintext is not for the format kdbx, which is encrypted
    hint: leave it out
    ");
    assert_snapshot!(home.etui(&["export", "json", "--plaintext", "--new-password-file", "x"]).failed(2), @r"
    exit 2
    stderr:
    error: --new-password-file is for the format kdbx: the others have no password
    hint: leave it out
    ");
    assert_snapshot!(home.etui(&["export", "kdbx", "--out", "x"]).failed(5), @r"
    exit 5
    stderr:
    error: there is no terminal to ask for the password of the new database
    hint: name a file with --new-password-file
    ");
}
