//! `etui recovery-sheet`: what stands on it, what never does, and that it is enough.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use etui::vault::SystemClock;
use insta::assert_snapshot;
use qrcode::{Color, EcLevel, QrCode};

use super::support::{Home, PASSWORD, Run};

/// No two groups of four are the same, so that a group left out or swapped shows.
const KEY: &str = "00112233445566778899aabbccddeeff102132435465768798a9bacbdcedfe0f";

/// A home whose vault needs a key file, with `db` in it.
fn home_with_key_file() -> Home {
    let home = Home::empty();
    drop(home.create(Some(KEY), SystemClock));
    home.write_private("vault.key", &format!("{KEY}\n"));
    with_key_file(&home, "one", &["new", "db", "--tag", "qztag=qzvalue"]).succeeded();
    home
}

fn with_key_file(home: &Home, stdin: &str, arguments: &[&str]) -> Run {
    home.pipe(stdin, &[arguments, &["--key-file", "vault.key"]].concat())
}

/// The sheet with the id of the vault left out.
fn sheet_of(run: &Run) -> String {
    let text = run.to_string();
    let (before, after) = text.split_once("Vault id    ").unwrap();
    let (id, after) = after.split_once('\n').unwrap();
    assert!(id.split(' ').all(|group| group.len() == 8), "{id}");
    format!("{before}Vault id    [id]\n{after}")
}

/// The digits below the heading, typed as the sheet says.
fn digits_on(sheet: &str) -> String {
    let (_, behind) = sheet.split_once("without spaces:\n\n").unwrap();
    behind.split("\n\n").next().unwrap().split_whitespace().collect()
}

/// The squares that are drawn on a sheet, row by row, without the white around them.
fn squares_on(sheet: &str) -> Vec<Vec<bool>> {
    let (_, behind) = sheet.split_once("as a QR code:\n\n").unwrap();
    let (picture, _) = behind.split_once("\n\nMASTER PASSWORD").unwrap();
    let mut rows = Vec::new();
    for line in picture.lines() {
        let (upper, lower): (Vec<bool>, Vec<bool>) = line
            .chars()
            .map(|square| match square {
                '█' => (true, true),
                '▀' => (true, false),
                '▄' => (false, true),
                ' ' => (false, false),
                other => panic!("{other:?} is not a square"),
            })
            .unzip();
        rows.extend([upper, lower]);
    }
    let dark = |row: &Vec<bool>| row.contains(&true);
    let first = rows.iter().position(dark).unwrap();
    let last = rows.iter().rposition(dark).unwrap();
    assert!(first >= 4, "white above");
    rows[first..=last]
        .iter()
        .map(|row| {
            assert!(row[..4] == [false; 4] && row[row.len() - 4..] == [false; 4], "white at both sides");
            row[4..row.len() - 4].to_vec()
        })
        .collect()
}

#[test]
fn the_sheet_of_a_vault_with_a_password_alone() {
    let home = Home::with_secret();
    home.etui(&["backup", "copy.etui"]).succeeded();
    assert_snapshot!(sheet_of(&home.etui(&["recovery-sheet"]).succeeded()));
    assert_snapshot!(home.etui(&["recovery-sheet", "--with-key-file"]).failed(2), @r#"
        exit 2
        stderr:
        error: this vault needs no key file
        hint: leave --with-key-file out: the sheet has no key file then
        "#);
}

#[test]
fn the_key_file_is_on_the_sheet_only_where_that_was_said() {
    let home = home_with_key_file();
    let without = with_key_file(&home, "", &["recovery-sheet"]).succeeded();
    assert_snapshot!("the_sheet_without_the_key_file", sheet_of(&without));
    let with = with_key_file(&home, "", &["recovery-sheet", "--with-key-file"]).succeeded();
    assert_snapshot!("the_sheet_with_the_key_file", sheet_of(&with));
    assert_eq!(digits_on(with.text()), KEY);
    let holds_a_group =
        |text: &str| KEY.as_bytes().chunks(4).any(|group| text.contains(str::from_utf8(group).unwrap()));
    assert!(holds_a_group(with.text()));
    // The vault's id and state are digits too.
    let fixed = sheet_of(&without);
    assert!(!holds_a_group(&fixed), "{fixed}");
    home.etui(&["recovery-sheet", "--with-key-file"]).failed(5);
}

#[test]
fn the_qr_code_is_that_of_the_digits() {
    let home = home_with_key_file();
    let sheet = with_key_file(&home, "", &["recovery-sheet", "--with-key-file"]).succeeded();
    let code = QrCode::with_error_correction_level(KEY, EcLevel::M).unwrap();
    let expected: Vec<Vec<bool>> = code
        .to_colors()
        .chunks(code.width())
        .map(|row| row.iter().map(|color| *color == Color::Dark).collect())
        .collect();
    assert!(squares_on(sheet.text()) == expected, "{}", sheet.text());
}

#[test]
fn a_wrong_key_file_is_never_on_a_sheet() {
    let home = home_with_key_file();
    home.write_private("other.key", &KEY.replace("0011", "1100"));
    let with = ["recovery-sheet", "--with-key-file", "--key-file", "other.key"];
    home.etui(&with).failed(5);
    // The agent would open the vault whatever is named.
    with_key_file(&home, "", &["unlock", "--max", "10m", "--for", "10m"]).succeeded();
    let mut command = home.bare(&with);
    command.env_remove("ETUI_PASSWORD_FILE");
    let run = home.finish(command, b"");
    home.etui(&["lock"]).succeeded();
    assert_eq!(run.code, Some(5), "{run}");
    assert_eq!(run.stdout, b"");
}

#[test]
fn the_file_is_private_and_replaces_nothing() {
    let home = home_with_key_file();
    let to_file = ["recovery-sheet", "--with-key-file", "--out", "sheet.txt"];
    assert_snapshot!(with_key_file(&home, "", &to_file), @r#"
        exit 0
        stdout:
        wrote the recovery sheet to 'sheet.txt'

        stderr:
        note: the sheet holds the key file: print it, then delete the file
        "#);
    let path = home.path().join("sheet.txt");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(digits_on(&fs::read_to_string(&path).unwrap()), KEY);
    fs::write(&path, "mine").unwrap();
    assert_snapshot!(with_key_file(&home, "", &to_file).failed(2), @r#"
        exit 2
        stderr:
        error: 'sheet.txt' already exists
        hint: choose another path, or overwrite it with --force
        "#);
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    let json = ["recovery-sheet", "--out", "other.txt", "--json"];
    assert_snapshot!(with_key_file(&home, "", &json), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","Out":"other.txt","HasKeyFile":false,"VaultState":"2 · [state]"}
        "#);
}

#[test]
fn on_a_terminal_it_asks_for_the_key_file() {
    let home = home_with_key_file();
    for (answer, is_included) in [("y", true), ("n", false), ("", false)] {
        let mut terminal = home.terminal(&["recovery-sheet", "--key-file", "vault.key"]);
        terminal.wait_for("Include the key file? Anyone who has the sheet then has the key file. [y/N] ");
        terminal.press(&format!("{answer}\r"));
        terminal.wait_for("Master password: ").press(&format!("{PASSWORD}\r"));
        terminal.wait_for("ETUI RECOVERY SHEET").wait_for("IF THE COMPUTER IS GONE");
        let (status, screen) = terminal.end();
        assert_eq!(status.code(), Some(0));
        assert_eq!(screen.contains("0011 2233 4455 6677"), is_included, "{screen}");
    }
}

#[test]
fn no_password_and_nothing_that_is_stored_is_on_the_sheet() {
    let home = Home::empty();
    drop(home.create(Some(KEY), SystemClock));
    home.write_private("vault.key", &format!("{KEY}\n"));
    let new = [
        "new",
        "qzname/xkjvw",
        "--tag",
        "qztagkey=qztagvalue",
        "--description",
        "qzdescription",
        "--version-id",
        "qzversion",
        "--stage",
        "qzlabel",
        "--note",
        "qznote",
    ];
    with_key_file(&home, "qzsecret", &new).succeeded();
    for more in [&[][..], &["--with-key-file"]] {
        let sheet = with_key_file(&home, "", &[&["recovery-sheet"], more].concat()).succeeded();
        assert!(sheet.text().contains("ETUI RECOVERY SHEET"));
        assert!(!sheet.text().contains("qz"), "{sheet}");
        for word in PASSWORD.split(' ') {
            assert!(!sheet.text().contains(word), "{sheet}");
        }
    }
}

/// What somebody has after a fire: a backup, the sheet, and the password in the head.
#[test]
fn a_backup_the_password_and_the_sheet_are_enough() {
    let home = home_with_key_file();
    with_key_file(&home, "", &["backup", "copy.etui"]).succeeded();
    let sheet = with_key_file(&home, "", &["recovery-sheet", "--with-key-file"]).succeeded();

    let elsewhere = Home::empty();
    fs::copy(home.path().join("copy.etui"), elsewhere.path().join("vault.etui")).unwrap();
    drop(home);
    elsewhere.write_private("vault.key", &digits_on(sheet.text()));
    let (_, steps) = sheet.text().split_once("IF THE COMPUTER IS GONE").unwrap();
    let commands: Vec<&str> = steps.split('`').skip(1).step_by(2).collect();
    let check = commands.iter().find(|command| command.starts_with("etui verify")).unwrap();
    let verified = elsewhere.etui(&check.split(' ').skip(1).collect::<Vec<_>>()).succeeded();
    let state = sheet.text().split_once("State       ").unwrap().1.split_once("  (").unwrap().0;
    assert!(
        verified.text().contains(&format!("vault OK: 1 secret, 1 version, 2 changes; state {state}\n")),
        "{verified}"
    );
    let use_it = commands.iter().find(|command| command.starts_with("etui tui")).unwrap();
    let flags = use_it.strip_prefix("etui tui ").unwrap().split(' ');
    let get: Vec<&str> = ["get", "db"].into_iter().chain(flags).collect();
    assert_eq!(elsewhere.etui(&get).succeeded().text(), "one");
    for command in commands.iter().filter(|command| command.starts_with("chmod")) {
        elsewhere.in_shell("sh", command).succeeded();
    }
}
