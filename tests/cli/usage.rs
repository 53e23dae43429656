//! Help, mistakes, colour, and readers that go away.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use insta::assert_snapshot;

use super::support::Home;

#[test]
fn every_command_has_help_with_an_example() {
    let home = Home::empty();
    let overview = home.etui(&["--help"]).succeeded();
    for command in &etui::cli::commands() {
        assert!(overview.text().contains(&format!("\n  {command} ")), "{command}");
        let short = home.etui(&[command, "-h"]).succeeded();
        let long = home.etui(&[command, "--help"]).succeeded();
        let examples = long.text().split("\nExample").nth(1).unwrap_or_default();
        assert!(examples.contains(&format!("etui {command}")), "{command}:\n{long}");
        assert!(long.text().len() > short.text().len(), "{command}");
        assert!(!long.text().contains('\u{1b}'), "{command}");
    }
}

#[test]
fn short_help_fits_a_screen_of_24_lines_and_80_columns() {
    let home = Home::empty();
    let help = |words: &[&str]| {
        let mut command = home.command(words);
        command.env("COLUMNS", "80");
        home.finish(command, b"").succeeded().text().to_owned()
    };
    let mut too_long = Vec::new();
    for command in etui::cli::commands() {
        let text = help(&[&command, "-h"]);
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
        if text.lines().count() > 24 || widest > 80 {
            too_long.push(format!("{command}: {} lines, {widest} columns", text.lines().count()));
        }
    }
    assert_eq!(too_long, Vec::<String>::new());
    let text = help(&["-h"]);
    assert!(text.lines().count() <= 24 && text.lines().all(|line| line.chars().count() <= 80), "{text}");
    for command in etui::cli::commands() {
        assert!(text.split_whitespace().any(|word| word == command), "{command}:\n{text}");
    }
}

#[test]
fn the_options_of_every_command_stand_in_the_help_of_etui_only() {
    let home = Home::empty();
    for form in ["-h", "--help"] {
        let of_etui = home.etui(&[form]).succeeded();
        let of_put = home.etui(&["put", form]).succeeded();
        assert!(of_etui.text().contains("--password-file") && of_etui.text().contains("--json"), "{of_etui}");
        assert!(!of_put.text().contains("--password-file"), "{of_put}");
        assert!(of_put.text().contains("options of `etui -h`"), "{of_put}");
    }
}

#[test]
fn short_help_of_etui_and_of_put() {
    assert_snapshot!(Home::empty().etui(&["-h"]), @r#"
        exit 0
        stdout:
        A secrets vault: immutable versions, movable stage labels, one encrypted file

        Usage: etui [OPTIONS] [COMMAND]

        Store and read:      new put get edit duplicate copy list show which code random
        Versions and labels: log diff stage rollback promote
        Change and undo:     set rename move rm restore purge audit undo redo
        Use in programs:     run env inject git-credential docker-credential api serve
        Import, merge, sync: import export backup recovery-sheet remote merge sync push
                             pull git-setup git-merge-driver
        The vault:           init unlock lock status passwd rekey upgrade verify
        App and this tool:   tui demo doctor config completions man

        Options:
              --plain                 Draw for screen readers: no borders, no spinners
              --vault <PATH>          The vault file [env: ETUI_VAULT]
              --password-file <FILE>  Password from a file [env: ETUI_PASSWORD_FILE]
              --json                  Print JSON; errors too, on stderr
          -q, --quiet                 Print only results and errors
          -v, --verbose               Print more
          -h, --help                  Print help (see more with '--help')
          -V, --version               Print version

        etui COMMAND -h describes a command; --help says everything.
        "#);
    assert_snapshot!(Home::empty().etui(&["put", "-h"]), @r#"
        exit 0
        stdout:
        Store a new version of a secret

        Usage: etui put [OPTIONS] <NAME>

        Arguments:
          <NAME>  The name of the secret

        Options:
              --version-id <ID>  Id of the version [default: the next free one, printed]
              --stage <LABEL>    A label for the version (repeatable)
              --note <TEXT>      A note on the version, like a commit message
              --create           Create the secret if it does not exist
              --dry-run          Show what would change, and change nothing
          -h, --help             Print help (see more with '--help')

        Value (from stdin, a file, the generator or a hidden prompt):
              --file <FILE>  Read the value from a file, `-` for stdin
              --type <TYPE>  `text`, which is UTF-8, or `binary` [default: text]
              --trim         Remove one line end at the end of a text value
              --generate     Generate the value without showing it (options: `etui random -h`)

        Every command also takes the options of `etui -h`: --vault, --json, -q …
        "#);
}

#[test]
fn the_version_is_told() {
    let run = Home::empty().etui(&["--version"]).succeeded();
    assert_eq!(run.text(), format!("etui {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn how_the_app_looks_is_no_flag_of_a_command() {
    assert_snapshot!(Home::empty().etui(&["--plain", "list"]).failed(2), @r#"
        exit 2
        stderr:
        error: --plain is for the app, not for commands
        hint: run `etui --help` to see what it takes
        "#);
}

#[test]
fn the_app_needs_a_terminal() {
    let home = Home::with_vault();
    assert_snapshot!(home.etui(&[]).failed(2), @r#"
        exit 2
        stderr:
        error: the app needs a terminal on stdin and stdout
        hint: run `etui --help` to see the commands for scripts
        "#);
    home.etui(&["tui"]).failed(2);
    home.etui(&["demo"]).failed(2);
}

#[test]
fn mistakes_are_one_sentence_and_a_hint() {
    let home = Home::empty();
    assert_snapshot!(home.etui(&["got"]).failed(2), @r#"
        exit 2
        stderr:
        error: there is no command 'got'
        hint: did you mean `etui get`?
        "#);
    assert_snapshot!(home.etui(&["get"]).failed(2), @r#"
        exit 2
        stderr:
        error: the following required arguments were not provided: <REF>
        hint: run `etui get --help` to see what it takes
        "#);
    assert_snapshot!(home.etui(&["get", "db", "--rav"]).failed(2), @r#"
        exit 2
        stderr:
        error: unexpected argument '--rav' found
        hint: did you mean '--raw'?
        "#);
    assert_snapshot!(home.etui(&["list", "--color", "blue"]).failed(2), @r#"
        exit 2
        stderr:
        error: invalid value 'blue' for '--color <WHEN>' [possible values: auto, always, never]
        hint: run `etui --help` to see what it takes
        "#);
    assert_snapshot!(home.etui(&["list", "-q", "-v"]).failed(2), @r#"
        exit 2
        stderr:
        error: the argument '--quiet' cannot be used with '--verbose'
        hint: run `etui list --help` to see what it takes
        "#);
    assert_snapshot!(home.etui(&["get", "--json"]).failed(2), @r#"
        exit 2
        stderr:
        {"RequestId":"[id]","HttpStatus":400,"Code":"MissingParameter","Message":"the following required arguments were not provided: <REF>","Hint":"run `etui get --help` to see what it takes"}
        "#);
    assert_snapshot!(home.etui(&["get", "a", "\u{1b}]52;c;x\u{7}"]).failed(2), @r#"
        exit 2
        stderr:
        error: `etui get` takes one version, and '␛]52;c;x␇' is a second word
        hint: name a version as 'NAME#VERSION' or 'NAME:LABEL'
        "#);
}

#[test]
fn colour_is_where_it_is_asked_for() {
    let home = Home::empty();
    let colored = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = home.command(arguments);
        command.envs(variables.iter().copied());
        home.finish(command, b"").stderr.contains('\u{1b}')
    };
    assert!(!colored(&["list"], &[]));
    assert!(colored(&["list", "--color", "always"], &[]));
    assert!(colored(&["list"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&["list"], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!colored(&["list", "--color=never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(colored(&["got", "--color=always"], &[]));
}

#[test]
fn verbose_says_where_the_vault_lies() {
    let home = Home::with_vault();
    assert_snapshot!(home.etui(&["list", "-v"]), @r#"
        exit 0
        stderr:
        etui: vault '~/data/etui/vault.etui', unlocked with 0 MiB, 1 pass, 1 lane of Argon2id
        "#);
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let home = Home::with_vault();
    home.pipe(vec![b'x'; 1024 * 1024], &["new", "large"]).succeeded();
    let mut child = home
        .command(&["get", "large", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = BufReader::with_capacity(16, child.stdout.take().unwrap());
    reader.fill_buf().unwrap();
    drop(reader);
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_exit_1() {
    let home = Home::with_secret();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = home.command(&["get", "db"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @r#"
        error: cannot write the answer to stdout: no space left on device
        hint: make room there
        "#);
}

// Guards: a mistyped path is not tampering, and 6 is kept for files that say they are vaults.
#[test]
fn a_path_that_leads_to_no_vault_is_a_mistake_of_the_caller() {
    let home = Home::with_secret();
    fs::create_dir(home.path().join("folder")).unwrap();
    fs::write(home.path().join("notes.txt"), "a line\n".repeat(100)).unwrap();
    rusqlite::Connection::open(home.path().join("other.db"))
        .unwrap()
        .execute_batch("CREATE TABLE t (a)")
        .unwrap();
    std::os::unix::fs::symlink("loop", home.path().join("loop")).unwrap();
    for path in ["folder", "notes.txt", "other.db", "loop", "notes.txt/x"] {
        for arguments in [&["list", "--vault", path][..], &["verify", path], &["import", "etui", path]] {
            let run = home.etui(arguments).failed(2);
            assert!(run.stderr.contains("is not an etui vault"), "{arguments:?}: {run}");
        }
    }
    assert_snapshot!(home.etui(&["list", "--vault", "folder"]), @r#"
        exit 2
        stderr:
        error: '~/folder' is not an etui vault
        hint: it is not a regular file: name another file
        "#);
    // Where a vault was, a file that is none is not a mistyped path.
    fs::write(home.vault(), "notes").unwrap();
    home.etui(&["list"]).failed(6);
}

#[test]
fn a_mistake_that_many_make_is_told_with_its_remedy() {
    let home = Home::with_secret();
    let told = |line: &[&str], code: i32, sentence: &str, hint: &str| {
        let run = home.etui(line).failed(code);
        let expected = format!("error: {sentence}\nhint: {hint}\n");
        assert_eq!(run.stderr, expected, "{line:?}");
    };
    for (typed, ours) in [
        ("lsit", "list"),
        ("edti", "edit"),
        ("delete", "rm"),
        ("cat", "get"),
        ("read", "get"),
        ("mv", "move` into a folder, or `etui rename"),
        ("versions", "log"),
        ("generate", "random"),
        ("find", "list"),
        ("insert", "new"),
        ("dump", "export"),
        ("load", "import"),
        ("agent", "unlock"),
        ("otp", "code"),
        ("undelete", "restore"),
    ] {
        told(
            &[typed, "db"],
            2,
            &format!("there is no command '{typed}'"),
            &format!("did you mean `etui {ours}`?"),
        );
    }
    told(
        &["history", "db"],
        2,
        "there is no command 'history'",
        "did you mean `etui log` for versions, or `etui audit`?",
    );
    told(&["config", "chek"], 2, "there is no command 'config chek'", "did you mean `etui config check`?");
    told(
        &["remote", "rm"],
        2,
        "there is no command 'remote rm'",
        "run `etui remote --help` to see the commands",
    );
    told(&["man", "gte"], 2, "there is no command 'gte'", "did you mean `etui get`?");
    told(&["get", "db:ACSCurent"], 3, "secret 'db' has no label 'ACSCurent'", "did you mean 'ACSCurrent'?");
    home.etui(&["remote", "add", "stick", "file:copy.etui"]).succeeded();
    for line in [&["sync", "sitck"][..], &["remote", "remove", "stik"], &["push", "stcik"]] {
        let name = line.last().unwrap();
        told(line, 3, &format!("there is no remote '{name}'"), "did you mean 'stick'?");
    }
    told(&["frobnicate"], 2, "there is no command 'frobnicate'", "run `etui --help` to see the commands");
    told(
        &["run", "greet"],
        125,
        "'greet' comes before --",
        "put -- before the program, as in `etui run --env VAR=NAME -- greet`",
    );
    for (command, flag) in [
        ("put", "--value"),
        ("put", "--secret-string"),
        ("put", "--data"),
        ("set", "--value"),
        ("stage", "--value"),
    ] {
        told(
            &[command, "db", flag, "hunter2"],
            2,
            "a value is never taken from the command line, where other programs and the history see it",
            "pipe it in, name a file with --file, or type it at the hidden prompt",
        );
    }
}

#[test]
fn a_wrong_number_is_told_in_words_about_numbers() {
    let home = Home::with_secret();
    for (line, sentence) in [
        (&["rm", "db", "--recovery-days", "x"][..], "--recovery-days <N>: a whole number is expected"),
        (&["rm", "db", "--recovery-days", "99999999999"], "--recovery-days <N>: the number is out of range"),
        (&["undo", "--if-state", "x"], "--if-state <STATE>: a whole number is expected"),
        (&["random", "--length", "x"], "--length <N>: a whole number is expected"),
        (
            &["init", "--vault", "n", "--kdf-lanes", "0"],
            "a cost is 19 to 2048 MiB, 2 to 32 passes and 1 to 16 lanes, and memory times passes 8 GiB at most",
        ),
    ] {
        let run = home.etui(line).failed(2);
        assert_eq!(run.stderr, format!("error: {sentence}\n"), "{line:?}");
    }
}

#[test]
fn a_check_that_names_no_command_promotes_nothing() {
    let home = Home::with_secret();
    home.pipe("three", &["put", "db", "--stage", "canary"]).succeeded();
    for condition in ["", "  ", "\n"] {
        let run = home.etui(&["promote", "db", "canary", "--if", condition]).failed(2);
        assert_eq!(run.stderr, "error: --if names no command\nhint: give one, or leave --if out\n");
    }
    assert_eq!(home.etui(&["get", "db"]).stdout, b"two");
}

#[test]
fn a_command_that_is_nothing_but_space_is_no_command() {
    let home = Home::with_secret();
    home.etui(&["remote", "add", "team", "openbao:http://127.0.0.1:9/secret/app"]).succeeded();
    for blank in ["", "  ", "\n"] {
        let run = home.finish(home.bare(&["list", "--password-command", blank]), b"").failed(2);
        assert!(run.stderr.starts_with("error: --password-command names no command\n"), "{run}");
        #[cfg(feature = "engines")]
        {
            let run = home.etui(&["pull", "team", "--token-command", blank]).failed(2);
            assert!(run.stderr.starts_with("error: --token-command names no command\n"), "{run}");
        }
        let settings = format!("clipboard = 'command'\nclipboard_copy = \"{}\"\n", blank.escape_default());
        std::fs::create_dir_all(home.path().join("config/etui")).unwrap();
        std::fs::write(home.path().join("config/etui/settings.toml"), settings).unwrap();
        let run = home.etui(&["copy", "db"]).failed(2);
        assert!(run.stderr.contains("settings.toml' line 2: the command is empty"), "{run}");
        std::fs::remove_file(home.path().join("config/etui/settings.toml")).unwrap();
    }
}

#[test]
fn contradictions_are_refused_before_anything_is_done() {
    let home = Home::with_secret();
    for (line, sentence) in [
        (
            &["set", "db", "--tag", "a"][..],
            "--tag <KEY=VALUE>: a tag is KEY=VALUE; 'KEY=' has an empty value",
        ),
        (&["set", "db", "--tag", "a=1", "--tag", "a=2"], "tag 'a' is given twice"),
        (&["set", "db", "--tag", "a=1", "--untag", "a"], "tag 'a' is both set and removed"),
        (&["set", "db"], "nothing to change"),
        (&["set", "db#v1", "--tag", "a=1"], "--tag applies to the whole secret"),
        (
            &["rm", "db", "--force", "--recovery-days", "7", "--yes"],
            "--force and --recovery-days exclude each other",
        ),
        (
            &["stage", "db", "canary"],
            "say where label 'canary' should go: --to ID, or --from ID to remove it",
        ),
        (&["put", "db", "--length", "9"], "--length needs --generate"),
        (
            &["import", "dotenv", "password", "--other-key-file", "x"],
            "--other-password-file and --other-key-file are for another vault, a file with a password or a store of age",
        ),
        (&["--config", "nosuch", "list"], "there are no settings at 'nosuch'"),
        (
            &["passwd", "--new-password-file", "nosuch"],
            "cannot read the password file 'nosuch': no such file or directory",
        ),
    ] {
        let run = home.etui(line).failed(2);
        assert_eq!(run.stderr.lines().next(), Some(format!("error: {sentence}").as_str()), "{line:?}");
    }
    assert_eq!(
        home.etui(&["config"]).failed(2).stderr.lines().next(),
        Some("error: `etui config` needs a subcommand")
    );
}

#[test]
fn a_new_password_that_cannot_be_asked_for_names_its_own_flag() {
    let home = Home::with_secret();
    assert_snapshot!(home.etui(&["passwd"]).failed(5), @r#"
        exit 5
        stderr:
        error: there is no terminal to ask for the new master password
        hint: name a file with --new-password-file
        "#);
}

#[test]
fn a_list_in_a_pipe_holds_what_can_be_read() {
    let home = Home::with_secret();
    home.pipe("x", &["new", "gone"]).succeeded();
    home.etui(&["rm", "gone"]).succeeded();
    assert_eq!(home.etui(&["list"]).text(), "db\n");
    assert_eq!(home.etui(&["list", "--deleted"]).text(), "gone\n");
}
