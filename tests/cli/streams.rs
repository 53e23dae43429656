//! `-` and other files that are none: read and written as streams where values go, refused where a file must lie.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use super::support::{Home, Run};

#[test]
fn a_dash_is_stdin_wherever_a_text_is_read() {
    let home = Home::with_vault();
    home.pipe("one", &["new", "a", "--file", "-"]).succeeded();
    home.pipe("two", &["put", "a", "--file", "-"]).succeeded();
    assert_eq!(home.etui(&["get", "a"]).stdout, b"two");
    assert!(home.pipe("one", &["which", "a", "--file", "-"]).succeeded().text().contains("a#v1"));
    let filled = home.pipe("[{{ etui://a }}]", &["inject", "-i", "-", "-o", "-"]).succeeded();
    assert_eq!(filled.stdout, b"[two]");
    home.pipe("B=1\n", &["import", "dotenv", "-"]).succeeded();
    assert_eq!(home.etui(&["get", "B"]).stdout, b"1");
    assert!(!home.path().join("-").exists());
}

#[test]
fn a_dash_is_stdout_wherever_values_are_written() {
    let home = Home::with_secret();
    assert_eq!(home.etui(&["get", "db", "--out", "-"]).succeeded().stdout, b"two");
    let exported = home.etui(&["export", "dotenv", "--plaintext", "--out", "-"]).succeeded();
    assert_eq!(exported.stdout, b"DB=two\n");
    assert!(!home.path().join("-").exists());
}

#[test]
fn a_dash_is_no_vault_no_key_file_and_no_settings() {
    let home = Home::with_secret();
    let lines: [&[&str]; 14] = [
        &["man", "--out", "-"],
        &["remote", "add", "stick", "file:-"],
        &["remote", "add", "stick", "-"],
        &["serve", "--access-key-file", "-"],
        &["merge", "-"],
        &["recovery-sheet", "--key-file", "-"],
        &["--vault", "-", "list"],
        &["--config", "-", "list"],
        &["--key-file", "-", "list"],
        &["backup", "-"],
        &["verify", "-"],
        &["import", "etui", "-"],
        &["passwd", "--new-password-file", "password", "--key-file-out", "-"],
        &["init", "--vault", "other.etui", "--key-file-out", "-"],
    ];
    for line in lines {
        let run = home.etui(line).failed(2);
        assert!(run.stderr.contains("cannot be '-'") && run.stderr.contains("'./-'"), "{line:?}: {run}");
        assert!(!home.path().join("-").exists(), "{line:?}");
    }
}

#[test]
fn stdin_is_read_for_one_thing_only() {
    let home = Home::with_secret();
    let lines: [(&[&str], &str); 5] = [
        (&["put", "db", "--password-file", "-"], "both the password and the value"),
        (&["inject", "--password-file", "-"], "both the password and the template"),
        (&["import", "dotenv", "-", "--password-file", "-"], "both the password and the file"),
        (
            &["passwd", "--password-file", "-", "--new-password-file", "-"],
            "both the password and the new password",
        ),
        (&["api", "--password-file", "-"], "both the password and the requests"),
    ];
    for (line, expected) in lines {
        let run = home.pipe("x", line).failed(2);
        assert!(run.stderr.contains(expected), "{line:?}: {run}");
    }
}

#[test]
fn a_file_that_exists_is_overwritten_only_where_that_is_said() {
    let home = Home::with_secret();
    let out = home.path().join("out");
    let lines: [&[&str]; 3] = [
        &["get", "db", "--out", "out"],
        &["export", "dotenv", "--plaintext", "--out", "out"],
        &["inject", "-i", "template", "-o", "out"],
    ];
    fs::write(home.path().join("template"), "{{ etui://db }}").unwrap();
    for line in lines {
        fs::write(&out, "precious").unwrap();
        let run = home.etui(line).failed(2);
        assert!(run.stderr.contains("'out' already exists"), "{line:?}: {run}");
        assert_eq!(fs::read(&out).unwrap(), b"precious", "{line:?}");
        home.etui(&[line, &["--force"]].concat()).succeeded();
        let written = fs::read(&out).unwrap();
        assert_ne!(written, b"precious", "{line:?}");
        assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600, "{line:?}");
        // What is there already need not be written.
        home.etui(line).succeeded();
        assert_eq!(fs::read(&out).unwrap(), written, "{line:?}");
    }
}

#[test]
fn a_pipe_and_a_device_are_written_directly() {
    let home = Home::with_secret();
    let pipe = home.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = Command::new("cat").arg(&pipe).stdout(Stdio::piped()).spawn().unwrap();
    home.etui(&["get", "db", "--out", "pipe"]).succeeded();
    assert_eq!(reader.wait_with_output().unwrap().stdout, b"two");
    home.etui(&["get", "db", "--out", "/dev/null"]).succeeded();
    assert_eq!(home.etui(&["get", "db", "--out", "/dev/stdout"]).succeeded().stdout, b"two");
}

#[test]
fn a_missing_folder_is_a_mistake_in_the_path() {
    let home = Home::with_secret();
    let lines: [&[&str]; 3] =
        [&["get", "db", "--out", "missing/x"], &["backup", "missing/x"], &["inject", "-o", "missing/x"]];
    for line in lines {
        let run = home.pipe("text", line).failed(2);
        assert!(run.stderr.contains("there is no folder 'missing'"), "{line:?}: {run}");
    }
    assert_snapshot!(home.etui(&["get", "db", "--out", "."]).failed(2), @r#"
        exit 2
        stderr:
        error: '.' is a folder
        hint: name a file in it
        "#);
}

#[test]
fn a_line_end_that_is_hardly_meant_is_told_and_stays() {
    let home = Home::with_vault();
    let told = "note: the value ends with a line end; --trim leaves it out";
    assert!(home.pipe("pw\n", &["new", "a"]).succeeded().stderr.contains(told));
    assert_eq!(home.etui(&["get", "a"]).stdout, b"pw\n");
    assert!(home.pipe("other\r\n", &["put", "a"]).succeeded().stderr.contains(told));
    for (value, more) in
        [("pw", &[][..]), ("pw2\n", &["--trim"]), ("two\nlines\n", &[]), ("x\n", &["--type", "binary"])]
    {
        let run = home.pipe(value, &[&["put", "a"], more].concat()).succeeded();
        assert!(!run.stderr.contains("line end"), "{value:?}: {run}");
    }
}

#[cfg(feature = "serve")]
#[test]
fn a_server_is_seeded_from_stdin() {
    let home = Home::with_secret();
    let exported = home.etui(&["export", "json", "--plaintext"]).succeeded().stdout;
    let mut child = home.command(&["serve", "--seed", "-", "--no-auth", "--json"]);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), &exported).unwrap();
    let mut first = String::new();
    let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut stdout, &mut first).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(first.contains("ETUI_SERVE_ENDPOINT"), "{first}");
}

/// Runs it in a shell whose redirection stands behind it.
fn redirected(home: &Home, stdin: &str, arguments: &[&str], redirection: &str) -> Run {
    let like = home.command(&[]);
    let mut command = Command::new("sh");
    command.args(["-c", &format!("exec \"$0\" \"$@\" {redirection}"), env!("CARGO_BIN_EXE_etui")]);
    command
        .args(arguments)
        .env_clear()
        .envs(like.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(home.path());
    home.finish(command, stdin.as_bytes())
}

// Guards: the runtime opens /dev/null where stdout is closed, and what is written there is lost without an error.
#[test]
fn an_answer_that_has_nowhere_to_go_is_a_failure() {
    let home = Home::with_secret();
    let lines: [&[&str]; 9] = [
        &["get", "db"],
        &["get", "db", "--json"],
        &["list"],
        &["log", "db"],
        &["verify"],
        &["random"],
        &["completions", "bash"],
        &["--version"],
        &["put", "--help"],
    ];
    for line in lines {
        let run = redirected(&home, "", line, ">&-").failed(1);
        assert!(
            run.stderr.contains("cannot write the answer to stdout: stdout is closed"),
            "{line:?}: {run}"
        );
    }
    let asked = "{\"Action\":\"GetSecretValue\",\"SecretName\":\"db\"}\n";
    let run = redirected(&home, asked, &["api"], ">&-").failed(1);
    assert!(run.stderr.contains("cannot write answers to stdout: stdout is closed"), "{run}");
    assert_eq!(redirected(&home, "", &["get", "db", "--out", "there"], ">&-").code, Some(0));
}

#[test]
fn a_change_is_told_as_stored_though_there_is_no_stdout() {
    let home = Home::with_secret();
    let run = redirected(&home, "three", &["put", "db"], ">&-").succeeded();
    assert_snapshot!(run, @r#"
        exit 0
        stderr:
        note: stored version 'v3' of 'db'; ACSCurrent v2 → v3, ACSPrevious v1 → v2; only the answer could not be written: stdout is closed
        "#);
    let run = redirected(&home, "four", &["put", "db", "--json"], ">&-").failed(1);
    assert_snapshot!(run, @r#"
        exit 1
        stderr:
        {"RequestId":"[id]","HttpStatus":500,"Code":"InternalFailure","Message":"stored version 'v4' of 'db'; ACSCurrent v3 → v4, ACSPrevious v2 → v3; only the answer could not be written: stdout is closed","Hint":"","Stored":true,"VersionId":"v4"}
        "#);
    assert_eq!(redirected(&home, "five", &["put", "db", "-q"], ">&-").succeeded().stderr, "");
    assert_eq!(home.etui(&["get", "db"]).succeeded().text(), "five");
}

// Guards: who wants no answer. Programs open it for reading and writing, as the runtime does.
#[test]
fn an_answer_that_nobody_wants_is_no_failure() {
    let home = Home::with_secret();
    for redirection in [">/dev/null", "1<>/dev/null"] {
        for line in [&["get", "db"][..], &["list", "--json"], &["--version"]] {
            assert_eq!(redirected(&home, "", line, redirection).succeeded().stderr, "", "{line:?}");
        }
    }
}
