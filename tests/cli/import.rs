//! `etui import`.

#[cfg(target_os = "linux")]
use etui::exchange::Source;
use etui::vault::SystemClock;
use insta::assert_snapshot;
use std::fs;

use super::support::{Home, Run};

fn import(home: &Home, text: &str, arguments: &[&str]) -> Run {
    fs::write(home.path().join("file"), text).unwrap();
    home.etui(&[&["import"], arguments].concat())
}

#[test]
fn a_dotenv_file_is_imported_and_the_second_time_changes_nothing() {
    let home = Home::with_secret();
    let file = "DB=postgres://x\nTOKEN='a b'\nEMPTY=\n";
    assert_snapshot!(import(&home, file, &["dotenv", "file", "--prefix", "shop/dev", "--dry-run"]), @r#"
        exit 0
        stdout:
        new	shop/dev/DB	v1
        new	shop/dev/TOKEN	v1

        stderr:
        note: 'shop/dev/EMPTY' is left out: it has no value
        note: would import 2 secrets: 2 new
        "#);
    assert_eq!(home.etui(&["list"]).text(), "db\n");
    assert_snapshot!(import(&home, file, &["dotenv", "file", "--prefix", "shop/dev"]), @r#"
        exit 0
        stdout:
        new	shop/dev/DB	v1
        new	shop/dev/TOKEN	v1

        stderr:
        note: 'shop/dev/EMPTY' is left out: it has no value
        note: imported 2 secrets: 2 new
        "#);
    assert_eq!(home.etui(&["get", "shop/dev/TOKEN"]).text(), "a b");
    let before = home.bytes_of_vault();
    assert_snapshot!(import(&home, file, &["dotenv", "file", "--prefix", "shop/dev/"]), @r#"
        exit 0
        stdout:
        same	shop/dev/DB	
        same	shop/dev/TOKEN	

        stderr:
        note: 'shop/dev/EMPTY' is left out: it has no value
        note: nothing changed: 2 already here
        "#);
    assert!(home.bytes_of_vault() == before);
    assert_eq!(import(&home, file, &["dotenv", "file", "-q"]).succeeded().text(), "");
}

#[test]
fn a_new_value_becomes_current_and_what_is_scheduled_for_deletion_is_left_out() {
    let home = Home::with_secret();
    home.pipe("x", &["new", "gone"]).succeeded();
    home.etui(&["rm", "gone"]).succeeded();
    assert_snapshot!(import(&home, "db=three\ngone=y\n", &["dotenv", "file"]), @r#"
        exit 0
        stdout:
        changed	db	v3; ACSCurrent v2 → v3, ACSPrevious v1 → v2
        left out	gone	it is scheduled for deletion on [time] here

        stderr:
        note: imported 1 secret: 1 changed, 1 left out
        "#);
    assert_eq!(home.etui(&["get", "db:ACSPrevious"]).text(), "two");
}

#[test]
fn names_that_do_not_fit_are_shown_with_where_they_come_from() {
    let home = Home::with_vault();
    let file = "name,url,username,password,note\nMy \u{1b}[31mShop,,,1,\nMy Shop,,,2,\nMy Shop,,,3,\n";
    assert_snapshot!(import(&home, file, &["chrome", "file"]), @r#"
        exit 0
        stdout:
        new	My---31mShop	v1; from 'My ␛[31mShop'
        new	My-Shop	v1; from 'My Shop'
        new	My-Shop-2	v1; from 'My Shop'

        stderr:
        note: imported 3 secrets: 3 new
        "#);
}

#[test]
fn json_tells_every_row() {
    let home = Home::with_secret();
    assert_snapshot!(import(&home, "db=three\nA-1=x\nE=\n", &["dotenv", "file", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","DryRun":false,"Secrets":[{"SecretName":"db","GivenName":"db","Outcome":"Changed","VersionIds":["v3"],"LabelMoves":[{"VersionStage":"ACSCurrent","RemoveFromVersion":"v2","MoveToVersion":"v3"},{"VersionStage":"ACSPrevious","RemoveFromVersion":"v1","MoveToVersion":"v2"}],"Remarks":[]},{"SecretName":"A-1","GivenName":"A-1","Outcome":"New","VersionIds":["v1"],"LabelMoves":[],"Remarks":[]}],"Losses":[{"GivenName":"E","What":"it has no value","Whole":true}]}
        "#);
}

#[test]
fn a_malformed_file_changes_nothing_and_asks_for_no_password() {
    let home = Home::with_secret();
    let before = home.bytes_of_vault();
    fs::write(home.path().join("file"), "\nB hunter2\n").unwrap();
    let run = home.finish(home.bare(&["import", "dotenv", "file"]), b"");
    assert_snapshot!(run.failed(2), @"
    exit 2
    stderr:
    error: 'file' cannot be imported: line 2, column 3: a '=' is expected after the variable's name
    hint: nothing was changed; correct the file, or name its format
    ");
    assert_snapshot!(import(&home, "{\"encrypted\": true}", &["bitwarden", "file"]).failed(2), @"
    exit 2
    stderr:
    error: 'file' cannot be imported: the file is encrypted by the program that wrote it
    hint: export it again with a password of its own, or without encryption
    ");
    assert_snapshot!(home.etui(&["import", "json", "missing"]).failed(2), @"
    exit 2
    stderr:
    error: cannot read 'missing': no such file or directory
    hint: name another file
    ");
    assert_snapshot!(home.etui(&["import", "pass", "missing"]).failed(2), @"
    exit 2
    stderr:
    error: 'missing' is not a password store
    hint: name the folder that holds the file '.gpg-id'
    ");
    let run = import(&home, "A=1", &["dotenv", "file", "--prefix", "my shop"]).failed(2);
    assert!(run.stderr.contains("a secret name cannot contain a space"), "{run}");
    assert!(home.bytes_of_vault() == before);
}

#[test]
fn one_malformed_line_is_named_and_can_be_left_out() {
    let home = Home::with_vault();
    let before = home.bytes_of_vault();
    let refused = import(&home, "A=1\nB hunter2\nC=3\n", &["dotenv", "file"]).failed(2);
    assert!(refused.stderr.contains("line 2, column 3: a '=' is expected"), "{refused}");
    assert!(!refused.stderr.contains("hunter2"), "{refused}");
    assert!(home.bytes_of_vault() == before);
    home.etui(&["import", "dotenv", "file", "--skip-refused"]).succeeded();
    assert_eq!((home.etui(&["get", "A"]).text(), home.etui(&["get", "C"]).text()), ("1", "3"));
}

#[test]
fn a_format_that_is_not_named_is_recognised_by_the_content() {
    let home = Home::with_vault();
    let chrome = "name,url,username,password,note\nshop,https://shop.example,me,hunter2,\n";
    import(&home, chrome, &["file"]).succeeded();
    assert!(home.etui(&["get", "shop", "--field", "password"]).text().starts_with("hunter2"));
    import(&home, "DB=postgres://x\n", &["file", "--prefix", "dev"]).succeeded();
    assert_eq!(home.etui(&["get", "dev/DB"]).text(), "postgres://x");
    home.pipe("A=1\n", &["import", "-"]).succeeded();
    assert_eq!(home.etui(&["get", "A"]).text(), "1");
    home.etui(&["export", "json", "--plaintext", "--out", "all.json"]).succeeded();
    let other = Home::with_vault();
    let all = home.path().join("all.json");
    other.etui(&["import", all.to_str().unwrap()]).succeeded();
    assert_eq!(other.etui(&["get", "dev/DB"]).text(), "postgres://x");
    // The vault is recognised too: it is a copy of this one.
    fs::copy(home.vault(), home.path().join("copy")).unwrap();
    assert!(home.etui(&["import", "copy"]).failed(2).stderr.contains("it is a copy of this vault"));
}

#[test]
fn what_is_not_recognised_is_said_before_a_password_is_asked_for() {
    let home = Home::with_vault();
    fs::write(home.path().join("note.txt"), "dear diary\n").unwrap();
    let unlocked = |arguments: &[&str]| home.finish(home.bare(arguments), b"dear diary\n").failed(2);
    let formats: Vec<&str> = Source::all().iter().map(|source| source.name()).collect();
    for (arguments, file) in [(["import", "note.txt"], "'note.txt'"), (["import", "-"], "stdin")] {
        let said = unlocked(&arguments).stderr;
        let expected = format!(
            "error: the format of {file} is not recognised\nhint: choose the format: {}\n",
            formats.join(", ")
        );
        assert_eq!(said, expected);
    }
    assert_snapshot!(unlocked(&["import", "pass", "-"]), @"
    exit 2
    stderr:
    error: a vault or a password store cannot be '-': it is neither read from stdin nor written to stdout
    hint: name a file; one that is called '-' is './-'
    ");
    assert_snapshot!(unlocked(&["import", "dotenv"]), @"
    exit 2
    stderr:
    error: cannot read 'dotenv': no such file or directory
    hint: name another file
    ");
}

#[test]
fn a_file_can_come_through_a_pipe() {
    let home = Home::with_vault();
    let answer = r#"{"Name":"db","VersionId":"id-1","SecretString":"x","VersionStages":["AWSCURRENT"]}"#;
    home.pipe(answer, &["import", "aws", "-"]).succeeded();
    assert_eq!(home.etui(&["get", "db#id-1"]).text(), "x");
    let run = home.finish(home.bare(&["import", "aws", "-", "--password-file", "-"]), answer.as_bytes());
    assert_snapshot!(run.failed(2), @r#"
        exit 2
        stderr:
        error: stdin cannot hold both the password and the file
        hint: name a file for one of them
        "#);
}

#[test]
fn the_columns_of_a_csv_file_can_be_named() {
    let home = Home::with_vault();
    let file = "Title,Pwd,Group,Colour\nrouter,r0uter,Home,red\n";
    let with = |map: &str| import(&home, file, &["file", "--map", map]);
    assert_snapshot!(with("name=Title,password=Password").failed(2), @"
    exit 2
    stderr:
    error: 'file' cannot be imported: line 1, column 1: the heading has no column 'Password'; it has 'title', 'pwd', 'group', 'colour'
    hint: nothing was changed; correct the file, or name its format
    ");
    assert_snapshot!(with("password=Pwd").failed(2), @"
    exit 2
    stderr:
    error: no column is the name: add name=COLUMN
    hint: see 'etui help import'
    ");
    assert_snapshot!(with("name=Title,pin=Pwd").failed(2), @"
    exit 2
    stderr:
    error: --map <FIELD=COLUMN,…>: 'pin' is not a field; fields are name, folder, username, password, value, url, otp, note and tag:KEY
    ");
    assert_snapshot!(import(&home, file, &["json", "file", "--map", "name=Title"]).failed(2), @"
    exit 2
    stderr:
    error: --map is for the format csv
    hint: leave it out, or import with the format csv
    ");
    assert_snapshot!(with("name=Title,password=Pwd,folder=Group"), @"
    exit 0
    stdout:
    new	Home/router	v1

    stderr:
    note: every entry loses its column 'colour'
    note: imported 1 secret: 1 new
    ");
    assert_eq!(home.etui(&["get", "Home/router"]).text(), "r0uter");
    let map = ["csv", "file", "--map", "name=Title,password=Pwd,folder=Group", "--prefix", "team"];
    assert_snapshot!(import(&home, file, &map), @"
    exit 0
    stdout:
    new	team/Home/router	v1

    stderr:
    note: every entry loses its column 'colour'
    note: imported 1 secret: 1 new
    ");
}

#[test]
fn any_json_object_can_be_flattened() {
    let home = Home::with_vault();
    let file = r#"{"shop":{"db":{"password":"p"}}}"#;
    home.pipe(file, &["import", "-", "--flatten"]).succeeded();
    assert_eq!(home.etui(&["get", "shop/db/password"]).text(), "p");
    assert_snapshot!(import(&home, file, &["json", "file", "--flatten"]), @"
    exit 0
    stdout:
    same	shop/db/password	

    stderr:
    note: nothing changed: 1 already here
    ");
    assert_snapshot!(import(&home, file, &["aws", "file", "--flatten"]).failed(2), @"
    exit 2
    stderr:
    error: --flatten is for JSON and YAML
    hint: leave it out, or leave the format out
    ");
}

#[test]
fn what_get_prints_as_json_can_be_imported() {
    let home = Home::with_secret();
    let answer = home.etui(&["get", "db", "--json"]).succeeded();
    let other = Home::with_vault();
    other.pipe(&answer.stdout, &["import", "alibaba", "-"]).succeeded();
    assert_eq!(other.etui(&["get", "db#v2"]).text(), "two");
}

#[test]
fn an_id_with_another_value_refuses_all_unless_it_is_left_out() {
    let home = Home::with_secret();
    let other = Home::with_vault();
    other.pipe("quite another", &["new", "db"]).succeeded();
    other.pipe("x", &["new", "token"]).succeeded();
    other.etui(&["export", "json", "--plaintext", "--out", "out.json"]).succeeded();
    let file = fs::read_to_string(other.path().join("out.json")).unwrap();
    let before = home.bytes_of_vault();
    assert_snapshot!(import(&home, &file, &["json", "file"]).failed(4), @"
    exit 4
    stderr:
    error: nothing was imported: version 'v1' of secret 'db' already exists with a different value
    hint: see the whole plan with --dry-run, or leave out what is refused with --skip-refused
    ");
    assert_snapshot!(import(&home, &file, &["json", "file", "--dry-run"]), @r#"
        exit 4
        stdout:
        refused	db	version 'v1' of secret 'db' already exists with a different value
        new	token	v1

        stderr:
        note: would import nothing: 1 secret is refused; --skip-refused leaves out what is refused
        "#);
    let both = ["json", "file", "--dry-run", "--skip-refused"];
    let planned = import(&home, &file, &both).succeeded();
    assert!(planned.stderr.ends_with("note: would import 1 secret: 1 new, 1 left out\n"), "{planned}");
    assert!(home.bytes_of_vault() == before);
    assert_snapshot!(import(&home, &file, &["json", "file", "--skip-refused"]).succeeded(), @r#"
        exit 0
        stdout:
        refused	db	version 'v1' of secret 'db' already exists with a different value
        new	token	v1

        stderr:
        note: imported 1 secret: 1 new, 1 left out
        "#);
}

#[test]
fn a_copy_of_this_vault_is_merged_and_not_imported() {
    let home = Home::with_secret();
    fs::copy(home.vault(), home.path().join("branch.etui")).unwrap();
    assert_snapshot!(home.etui(&["import", "etui", "branch.etui"]).failed(2), @r"
        exit 2
        stderr:
        error: 'branch.etui' cannot be imported: it is a copy of this vault
        hint: bring both together with `etui merge 'branch.etui'`
        ");
    let own = home.vault();
    assert_snapshot!(home.etui(&["import", "etui", own.to_str().unwrap()]).failed(2), @"
    exit 2
    stderr:
    error: '~/data/etui/vault.etui' cannot be imported: '~/data/etui/vault.etui' is the file of this vault itself
    hint: name another vault
    ");
}

#[test]
fn another_vault_needs_its_password_and_its_key_file() {
    let home = Home::with_secret();
    let other = Home::empty();
    let key = format!("{}\n", "ab".repeat(32));
    fs::write(other.path().join("key"), &key).unwrap();
    drop(other.create(Some(&key), SystemClock));
    fs::write(other.path().join("wrong"), "wrong").unwrap();
    let path = |path: std::path::PathBuf| path.to_str().unwrap().to_owned();
    let (vault, password) = (path(other.vault()), path(other.path().join("password")));
    let (key, wrong) = (path(other.path().join("key")), path(other.path().join("wrong")));
    let base = ["import", "etui", &vault];
    let run = |more: &[&str]| home.etui(&[&base[..], more].concat());
    assert!(run(&[]).failed(5).stderr.contains("the other vault needs its key file"));
    assert!(
        run(&["--other-key-file", &key]).failed(5).stderr.contains("there is no terminal to ask"),
        "asked somebody"
    );
    let refused = run(&["--other-key-file", &key, "--other-password-file", &wrong]).failed(5);
    assert!(refused.stderr.contains("wrong password"), "{refused}");
    let done = run(&["--other-key-file", &key, "--other-password-file", &password]).succeeded();
    assert!(done.stderr.ends_with("note: nothing changed\n"), "{done}");
}

#[test]
fn the_whole_import_is_undone_as_one_change() {
    let home = Home::with_secret();
    import(&home, "db=three\nA=1\n", &["dotenv", "file"]).succeeded();
    assert_eq!(home.etui(&["get", "db"]).text(), "three");
    let mut vault = home.unlock(SystemClock);
    vault.take_back(etui::versioning::Direction::Undo, None).unwrap();
    drop(vault);
    assert_eq!(home.etui(&["get", "db"]).text(), "two");
    home.etui(&["get", "A"]).failed(4);
}

#[test]
fn on_a_terminal_the_progress_is_one_line_that_goes_away() {
    let home = Home::with_vault();
    fs::write(home.path().join("file"), "A=1\nB=2\n").unwrap();
    let (status, screen) = home
        .terminal_with(&["import", "dotenv", "file"], |command| {
            command.env("ETUI_PASSWORD_FILE", home.path().join("password"))
        })
        .end();
    assert!(status.success(), "{screen}");
    let erased = format!("\rimporting [####################] 100 %\r{:38}\r", "");
    assert!(screen.contains(&erased), "{screen:?}");
    assert!(screen.contains("imported 2 secrets: 2 new"), "{screen}");
}

#[cfg(target_os = "linux")]
#[test]
fn twenty_thousand_rows_come_in_within_eighty_mebibytes() {
    let home = Home::with_vault();
    let rows = (0..20_000).map(|row| format!("site {row},https://{row}.example/,user{row},p{row},\n"));
    let file: String = std::iter::once("name,url,username,password,note\n".to_owned()).chain(rows).collect();
    fs::write(home.path().join("file"), &file).unwrap();
    for (expected, flags) in [
        ("would import 20,000 secrets: 20,000 new", &["--dry-run"][..]),
        ("imported 20,000 secrets: 20,000 new", &[]),
        ("nothing changed: 20,000 already here", &[]),
    ] {
        let run = home.within(80, b"", &[&["import", "chrome", "file"], flags].concat()).succeeded();
        assert_eq!(run.stderr.lines().last(), Some(format!("note: {expected}").as_str()));
    }
}

#[test]
fn variables_that_steer_programs_are_named_and_come_in_all_the_same() {
    let home = Home::with_vault();
    let file = "PATH=/evil\nld_preload=/evil.so\nMY_PATH=x\n";
    for flags in [&["--dry-run"][..], &[]] {
        let run = import(&home, file, &[&["dotenv", "file", "--prefix", "app"], flags].concat()).succeeded();
        let named: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("note: '")).collect();
        let says = |name: &str| {
            format!(
                "note: '{name}': as a variable it changes what programs load and run: `run --prefix` refuses it"
            )
        };
        assert_eq!(named, [says("app/PATH"), says("app/ld_preload")]);
    }
    home.etui(&["run", "--prefix", "app", "--", "true"]).failed(125);
    assert_eq!(home.etui(&["get", "app/PATH"]).text(), "/evil");
}

#[cfg(feature = "keepass")]
const KEEPASS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/exchange/fixtures/keepass");

// Guards: a database without a password needs no empty password file.
#[cfg(feature = "keepass")]
#[test]
fn a_key_file_alone_opens_a_database_and_a_vault_never() {
    let home = Home::with_secret();
    let (database, key) = (format!("{KEEPASS}/key-any.kdbx"), format!("{KEEPASS}/any.key"));
    let run = home.etui(&["import", &database, "--other-key-file", &key]).failed(5);
    assert!(run.stderr.contains("if a key file alone opens it, say --no-other-password"), "{run}");
    let run = home.etui(&["import", &database, "--other-key-file", &key, "--no-other-password"]);
    assert!(run.succeeded().stderr.contains("imported 1 secret"));
    let wrong = format!("{KEEPASS}/raw.key");
    let run = home.etui(&["import", &database, "--other-key-file", &wrong, "--no-other-password"]).failed(5);
    assert!(run.stderr.contains("its password or key file is wrong"), "{run}");
    home.etui(&["import", &database, "--no-other-password"]).failed(2);
    let vault = home.vault().display().to_string();
    for format in [&["etui"][..], &[]] {
        let arguments = [&["import"], format, &[&vault, "--other-key-file", &key, "--no-other-password"]];
        let run = home.etui(&arguments.concat()).failed(2);
        assert!(run.stderr.contains("a vault always has a password"), "{run}");
    }
}
