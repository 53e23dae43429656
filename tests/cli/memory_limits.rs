//! Input that is made to take memory: it is refused, or left out with a word, within a limit that the system holds.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::Connection;

#[cfg(feature = "keepass")]
use super::bombs::{self, Database};
use super::support::Home;

/// What etui takes by itself, with room: 19 MiB are those of the key derivation.
const LITTLE: usize = 48;
const MEBIBYTE: usize = 1024 * 1024;

// Guards: a cell is not read before its length is known. SQLite itself holds a key that is so long, once.
#[test]
fn a_cell_of_sixty_megabytes_is_not_read_into_memory() {
    const CELL: usize = 60;
    let (get, put, list, verify) = (&["get", "db"][..], &["put", "db"][..], &["list"][..], &["verify"][..]);
    for (cell, tried, limit) in [
        ("vault SET head", [get, put, list, verify], LITTLE),
        ("event SET record", [get, put, list, verify], LITTLE),
        ("version SET record", [get, put, get, put], LITTLE),
        ("version SET value", [get, get, get, verify], LITTLE + 2 * CELL),
        ("secret SET record", [get, put, get, put], LITTLE + CELL),
    ] {
        let home = Home::with_secret();
        let planted = Connection::open(home.vault()).unwrap();
        planted.execute(&format!("UPDATE {cell} = zeroblob({CELL}000000)"), []).unwrap();
        drop(planted);
        for arguments in tried {
            let run = home.within(limit, b"new", arguments);
            assert_eq!(run.code, Some(6), "{cell} {arguments:?}: {run}");
            let words = run.stderr.contains("the vault is damaged or was tampered with");
            assert!(words, "{cell} {arguments:?}: {run}");
        }
    }
}

// Guards: a line is thrown away as it comes by, once it is too long.
#[test]
fn a_line_of_the_api_that_never_ends_is_skipped() {
    let home = Home::with_secret();
    let mut lines = format!("{{\"Action\":\"{}\"}}\n", "n".repeat(64 * MEBIBYTE)).into_bytes();
    lines.extend_from_slice(b"Action=GetSecretValue&SecretName=db\n");
    let run = home.within(LITTLE, &lines, &["api"]);
    assert_eq!(run.code, Some(2), "{run}");
    let answers: Vec<&str> = std::str::from_utf8(&run.stdout).unwrap().lines().collect();
    assert!(answers[0].contains("line 1 is longer than 8 MiB"), "{run}");
    assert!(answers[1].contains("\"SecretData\":\"two\""), "{run}");
}

// Guards: brackets within brackets take no stack, and no memory for what is never used.
#[test]
fn brackets_within_brackets_are_refused() {
    let home = Home::with_secret();
    fs::write(home.path().join("array.json"), vec![b'['; 4 * MEBIBYTE]).unwrap();
    fs::write(home.path().join("object.json"), "{\"a\":".repeat(MEBIBYTE)).unwrap();
    for (format, file) in [("json", "array.json"), ("json", "object.json"), ("bitwarden", "object.json")] {
        let run = home.within(LITTLE, b"", &["import", format, file]).failed(2);
        assert!(run.stderr.contains("this is not JSON, or the text is cut off"), "{format} {file}: {run}");
    }
    let line = format!("{{\"Action\":\"PutSecretValue\",\"SecretData\":{}}}\n", "[".repeat(4 * MEBIBYTE));
    let run = home.within(LITTLE, line.as_bytes(), &["api"]);
    assert!(run.text().contains("line 1 is neither a JSON object nor a query string"), "{run}");

    // As a value they are a text like any other.
    let nested = "[".repeat(MEBIBYTE);
    home.within(LITTLE, nested.as_bytes(), &["put", "db"]).succeeded();
    home.within(LITTLE, b"", &["get", "db", "--field", "a"]).failed(2);
    assert_eq!(home.within(LITTLE, b"", &["get", "db"]).succeeded().text(), nested);
}

// Guards: a file that is read whole takes a few times its length, not a multiple that grows. Of CSV only the file is
// held: a field that no value could hold is read over.
#[test]
fn one_endless_line_is_left_out_with_a_word() {
    const LENGTH: usize = 32 * MEBIBYTE;
    let home = Home::with_secret();
    let long = "n".repeat(LENGTH);
    fs::write(home.path().join("logins.csv"), format!("name,url,username,password,note\nx,,u,p,{long}\n"))
        .unwrap();
    fs::write(home.path().join("keys.env"), format!("KEY={long}\n")).unwrap();
    for (format, file, name, times) in [("chrome", "logins.csv", "x", 3), ("dotenv", "keys.env", "KEY", 5)] {
        let run = home.within(LITTLE + times * LENGTH / MEBIBYTE, b"", &["import", format, file]).succeeded();
        let note = format!("note: '{name}' is left out: a secret value has at most 1048576 bytes");
        assert!(run.stderr.contains(&note), "{format}: {run}");
    }
    assert_eq!(home.etui(&["list"]).text(), "db\n");
}

// Guards: what is read to its end is bounded before it is read.
#[test]
fn values_and_templates_that_are_too_long_are_refused_while_they_come() {
    let home = Home::with_secret();
    let long = vec![b'n'; 64 * MEBIBYTE];
    let run = home.within(LITTLE, &long, &["put", "db"]).failed(2);
    assert!(run.stderr.contains("a secret value has at most 1048576 bytes"), "{run}");
    fs::write(home.path().join("template"), &long).unwrap();
    let run = home.within(LITTLE + 2 * 16, b"", &["inject", "-i", "template", "-o", "out"]).failed(2);
    assert!(run.stderr.contains("the template is longer than 16 MiB"), "{run}");
    assert_eq!(home.etui(&["get", "db"]).text(), "two");
}

// Guards: what unpacks to a gibibyte is refused at 256 MiB, or where it is longer than it says. A buffer that grows is
// there twice for a moment.
#[cfg(feature = "keepass")]
#[test]
fn what_unpacks_to_a_gibibyte_is_refused() {
    const MOST: usize = 2 * 256;
    let home = Home::with_secret();
    let (length, packed) = (1024 * MEBIBYTE, 1024 / 158 + 1);
    let database = Database::new("p", &bombs::gzip(length), true).bytes();
    let attached = format!(
        "<KeePassFile><Meta><Binaries><Binary ID=\"0\" Compressed=\"True\">{}</Binary></Binaries></Meta></KeePassFile>",
        STANDARD.encode(bombs::gzip(length))
    );
    let short = bombs::archive("export.data", &bombs::deflated(length), 4096);
    let honest = bombs::archive("export.data", &bombs::deflated(length), length as u32);
    fs::write(home.path().join("p"), "p").unwrap();
    let large = "it is larger than 256 MiB when it is unpacked";
    for (file, bytes, limit, expected) in [
        ("a.kdbx", database, MOST + 6 * packed, large),
        ("a.xml", attached.into_bytes(), MOST + 6 * packed, large),
        ("short.1pux", short, 2 * packed, "it is damaged or cut off"),
        ("honest.1pux", honest, 2 * packed, large),
    ] {
        fs::write(home.path().join(file), bytes).unwrap();
        let arguments: &[&str] = match file {
            "a.kdbx" => &["import", file, "--other-password-file", "p"],
            _ => &["import", file],
        };
        let run = home.within(LITTLE + limit, b"", arguments).failed(2);
        assert!(run.stderr.contains(expected), "{file}: {run}");
    }
}

// Guards: an alias of YAML costs nothing in the file, and what it means is counted.
#[cfg(feature = "yaml")]
#[test]
fn a_mapping_that_means_a_hundred_million_secrets_is_refused() {
    let home = Home::with_secret();
    let mut bomb = "a0: &a0 {x: y}\n".to_owned();
    for level in 1..9 {
        let below = level - 1;
        let members: Vec<String> = (0..10).map(|at| format!("k{at}: *a{below}")).collect();
        bomb.push_str(&format!("a{level}: &a{level} {{{}}}\n", members.join(", ")));
    }
    fs::write(home.path().join("bomb.yaml"), bomb).unwrap();
    let run = home.within(LITTLE + 2 * 256, b"", &["import", "bomb.yaml", "--flatten"]).failed(2);
    assert!(run.stderr.contains("it is larger than 256 MiB when it is unpacked"), "{run}");
}
