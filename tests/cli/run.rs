//! `etui run` and `etui promote`: programs with secrets in their environment.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use insta::assert_snapshot;

use super::program::write_program;
use super::support::{Home, PASSWORD, Run};

const SECRET: &str = "s3cr3t-value";

/// `app/db/password` (current `two`, `canary` three), `app/api-key`, and `binary` with a zero byte.
fn home() -> Home {
    let home = Home::with_vault();
    home.pipe("one", &["new", "app/db/password"]).succeeded();
    home.pipe("two", &["put", "app/db/password"]).succeeded();
    home.pipe("three", &["put", "app/db/password", "--stage", "canary"]).succeeded();
    home.pipe(SECRET, &["new", "app/api-key"]).succeeded();
    home.pipe(b"a\0b", &["new", "binary", "--type", "binary"]).succeeded();
    home
}

fn shell<'a>(home: &Home, flags: &[&'a str], script: &'a str) -> Run {
    home.etui(&[&["run"], flags, &["--", "sh", "-c", script]].concat())
}

#[test]
fn a_program_gets_variables_from_references_files_and_prefixes() {
    let home = home();
    let env = shell(&home, &["--env", "A=app/db/password", "--env", "B=app/db/password#v1"], "echo $A $B");
    assert_eq!(env.succeeded().text(), "two one\n");
    let file = "# comment\nA=etui://app/db/password:canary\nPLAIN='as it is'\n";
    fs::write(home.path().join(".env"), file).unwrap();
    let env = shell(&home, &["--env-file", ".env"], "echo $A $PLAIN");
    assert_eq!(env.succeeded().text(), "three as it is\n");
    fs::write(home.path().join("url.env"), "URL=postgres://u:etui://app/db/password@h\n").unwrap();
    let env = shell(&home, &["--env-file", "url.env"], "echo $URL").succeeded();
    assert_eq!(env.text(), "postgres://u:etui://app/db/password@h\n");
    assert!(
        env.stderr.contains("url.env', line 1, column 5: the value for 'URL' mentions 'etui://'"),
        "{env}"
    );
    let env = shell(&home, &["--prefix", "app/"], "echo $DB_PASSWORD $API_KEY");
    assert_eq!(env.succeeded().text(), format!("two {SECRET}\n"));
    // The more specific one wins.
    let flags = [
        "--prefix",
        "app",
        "--env-file",
        ".env",
        "--env",
        "A=app/api-key",
        "--env",
        "API_KEY=app/db/password",
    ];
    let env = shell(&home, &flags, "echo $A $API_KEY $DB_PASSWORD");
    assert_eq!(env.succeeded().text(), format!("{SECRET} two two\n"));
}

#[test]
fn another_version_is_tried_without_moving_a_label() {
    let home = home();
    let flags = ["--prefix", "app", "--env", "OLD=app/db/password#v1", "--with", "app/db/password=:canary"];
    let env = shell(&home, &flags, "echo $DB_PASSWORD $OLD");
    assert_eq!(env.succeeded().text(), "three one\n", "a version that is named stays");
    assert_eq!(home.etui(&["get", "app/db/password"]).text(), "two");
    assert_snapshot!(shell(&home, &["--prefix", "app", "--with", "binary=~1"], "true").failed(125), @r#"
        exit 125
        stderr:
        error: no variable comes from the current version of 'binary'
        hint: name it with --env, --env-file, --env-from or --prefix
        "#);
    assert_snapshot!(shell(&home, &["--prefix", "app", "--with", "canary"], "true").failed(125), @r#"
        exit 125
        stderr:
        error: --with <NAME=:LABEL>: a name and a version are expected: NAME=:LABEL, NAME=#VERSION or NAME=~N
        "#);
}

#[test]
fn a_dry_run_tells_names_only() {
    let home = home();
    fs::write(home.path().join(".env"), "PLAIN=x\n").unwrap();
    assert_snapshot!(home.etui(&["run", "--prefix", "app", "--env-file", ".env", "--dry-run"]), @r#"
        exit 0
        stdout:
        API_KEY	app/api-key#v1
        DB_PASSWORD	app/db/password#v2
        PLAIN	(as the file says)
        "#);
    assert_snapshot!(home.etui(&["run", "--prefix", "app", "--dry-run", "--json", "--", "true"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","Variables":[{"Variable":"API_KEY","SecretName":"app/api-key","VersionId":"v1"},{"Variable":"DB_PASSWORD","SecretName":"app/db/password","VersionId":"v2"}]}
        "#);
}

#[test]
fn the_environment_is_handed_on_or_not() {
    let home = home();
    let with = |flags: &[&str]| {
        let arguments = [&["run", "--env", "A=app/db/password"], flags, &["--", "env"]].concat();
        let mut command = home.command(&arguments);
        command.env("MINE", "kept");
        home.finish(command, b"").succeeded().text().to_owned()
    };
    let kept = with(&[]);
    assert!(kept.contains("MINE=kept\n") && kept.contains("A=two\n"), "{kept}");
    assert_eq!(with(&["-i"]), "A=two\n");
}

#[test]
fn the_exit_code_is_the_programs_own() {
    let home = home();
    let code = |script| shell(&home, &["--env", "A=app/db/password"], script).code;
    assert_eq!(code("exit 0"), Some(0));
    assert_eq!(code("exit 1"), Some(1));
    assert_eq!(code("exit 77"), Some(77));
    let mut command = home.command(&["run", "--env", "A=app/db/password", "--", "sh", "-c", "kill -TERM $$"]);
    assert_eq!(command.status().unwrap().signal(), Some(15), "it is the process that was started, no child");
}

#[test]
fn our_own_failures_are_125_and_a_program_that_cannot_be_run_126_or_127() {
    let home = home();
    assert_snapshot!(shell(&home, &["--env", "A=nothing"], "true").failed(125), @r#"
        exit 125
        stderr:
        error: there is no secret 'nothing'
        hint: run `etui list` to see the names
        "#);
    assert_snapshot!(shell(&home, &["--env", "A=binary"], "true").failed(125), @r#"
        exit 125
        stderr:
        error: the value for 'A', of 'binary', has a zero byte, and no variable can hold one
        hint: write it to a file with `etui get NAME --out FILE`, and hand over the path
        "#);
    assert_snapshot!(shell(&home, &[], "true").failed(125), @r#"
        exit 125
        stderr:
        error: no secret is named for the program
        hint: name some with --env VAR=REF, --env-file, --env-from or --prefix
        "#);
    assert_snapshot!(shell(&home, &["--env", "2=db"], "true").failed(125), @r#"
        exit 125
        stderr:
        error: --env <VAR=REF>: '2' cannot be the name of a variable: letters, digits and '_', no digit first
        "#);
    assert_snapshot!(home.etui(&["run", "--env", "A=app/api-key"]).failed(125), @r#"
        exit 125
        stderr:
        error: the following required arguments were not provided: <COMMAND>...
        hint: run `etui run --help` to see what it takes
        "#);
    assert_snapshot!(shell(&home, &["--prefix", "nothing"], "true").failed(125), @r#"
        exit 125
        stderr:
        error: there is no secret below 'nothing'
        hint: run `etui list` to see the names
        "#);
    assert_snapshot!(shell(&home, &["--env", "A=app/api-key", "--env", "A=binary"], "true").failed(125), @r#"
        exit 125
        stderr:
        error: the variable 'A' is given twice
        hint: leave one of the two out
        "#);
    let run = |program: &str| home.etui(&["run", "--env", "A=app/api-key", "--", program]);
    assert_snapshot!(run("no-such-program").failed(127), @r#"
        exit 127
        stderr:
        error: cannot run 'no-such-program': no such file or directory
        hint: check its name and PATH
        "#);
    let file = home.path().join("data.txt");
    fs::write(&file, "no program").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    assert_snapshot!(run("./data.txt").failed(126), @r#"
        exit 126
        stderr:
        error: cannot run './data.txt': permission denied
        hint: name a file that can be executed (`chmod +x`)
        "#);
    write_program(&home.path().join("script"), "#!/nowhere/interpreter -x\n");
    assert_snapshot!(run("./script").failed(126), @r#"
        exit 126
        stderr:
        error: cannot run './script': its interpreter '/nowhere/interpreter' does not exist
        hint: install what is missing, or correct its first line
        "#);
    fs::write(home.path().join("password"), "wrong").unwrap();
    run("true").failed(125);
}

#[test]
fn a_malformed_env_file_is_told_with_its_line() {
    let home = home();
    for (text, name) in [("A=1\nB 2\n", "no-equals"), ("A=1\n\nB=etui://no name\n", "no-name")] {
        fs::write(home.path().join(name), text).unwrap();
    }
    assert_snapshot!(shell(&home, &["--env-file", "no-equals"], "true").failed(125), @r#"
        exit 125
        stderr:
        error: 'no-equals', line 2, column 3: a '=' is expected after the variable's name
        "#);
    assert_snapshot!(shell(&home, &["--env-file", "no-name"], "true").failed(125), @r#"
        exit 125
        stderr:
        error: 'no-name', line 3, column 3: a secret name cannot contain a space; allowed are A-Z a-z 0-9 _ / + = . - @
        "#);
    assert_snapshot!(shell(&home, &["--env-file", "missing"], "true").failed(125), @r#"
        exit 125
        stderr:
        error: cannot read 'missing': no such file or directory
        "#);
}

#[test]
fn two_secrets_that_would_be_one_variable_are_refused() {
    let home = home();
    home.pipe("x", &["new", "app/api.key"]).succeeded();
    assert_snapshot!(shell(&home, &["--prefix", "app"], "true").failed(125), @r#"
        exit 125
        stderr:
        error: two secrets below 'app' would both become 'API_KEY'
        hint: name the variables with --env
        "#);
}

#[test]
fn the_program_has_the_terminal() {
    let home = home();
    let mut terminal = home.terminal(&[
        "run",
        "--env",
        "A=app/db/password",
        "--",
        "sh",
        "-c",
        "tty >&2; read x; echo $A $x",
    ]);
    terminal.wait_for("Master password: ").press(&format!("{PASSWORD}\r"));
    terminal.wait_for("/dev/").press("typed\r");
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(0), "{screen}");
    assert!(screen.contains("two typed"), "{screen}");
}

#[test]
fn a_secret_is_in_no_argv_and_not_in_our_own_environment() {
    let home = home();
    // While the command of --if runs, etui is its parent and knows the value.
    let look = "cat /proc/$PPID/cmdline /proc/$PPID/environ > seen 2> denied; \
                cat /proc/[0-9]*/cmdline > every 2> gone; printf %s \"$KEY\"";
    let run = home.etui(&["promote", "app/api-key", "ACSCurrent", "--if", look, "--env", "KEY=app/api-key"]);
    assert!(run.succeeded().text().starts_with(SECRET), "the command itself has it");
    let seen = fs::read(home.path().join("seen")).unwrap();
    assert!(seen.starts_with(env!("CARGO_BIN_EXE_etui").as_bytes()), "the parent was looked at");
    assert!(!seen.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()));
    let every = fs::read(home.path().join("every")).unwrap();
    assert!(!every.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()), "in no argv at all");
    let arguments = shell(&home, &["--env", "KEY=app/api-key"], "cat /proc/$$/cmdline; test -n \"$KEY\"");
    assert!(!arguments.succeeded().text().contains(SECRET));
}

#[test]
fn the_program_gets_the_core_limit_that_etui_had() {
    let home = home();
    let limit = std::process::Command::new("sh").args(["-c", "ulimit -S -c"]).output().unwrap().stdout;
    let run = shell(&home, &["--env", "A=app/api-key"], "ulimit -S -c").succeeded();
    assert_eq!(run.stdout, limit);
}

/// Advice for single pages would cover large values only; the filter leaves all memory out.
#[cfg(target_os = "linux")]
#[test]
fn no_memory_of_etui_would_be_in_a_core_file_and_that_of_its_program_is_as_before() {
    let home = home();
    let filter = fs::read_to_string("/proc/self/coredump_filter").unwrap();
    let look = "cat /proc/self/coredump_filter";
    assert_eq!(shell(&home, &["--env", "A=app/api-key"], look).succeeded().text(), filter);
    let look = "until grep -q 00000000 /proc/$PPID/coredump_filter; do sleep 0.01; done; \
                cat /proc/self/coredump_filter";
    let run = home.etui(&["promote", "app/api-key", "ACSCurrent", "--if", look]).succeeded();
    assert!(run.text().starts_with(&filter), "{run}");
    let look = "cat /proc/$PPID/coredump_filter 1>&2; cat password";
    let run = home.finish(home.bare(&["get", "app/api-key", "--password-command", look]), b"").succeeded();
    assert_eq!(run.stderr, "00000000\n");
}

#[test]
fn promote_moves_the_current_label_and_leaves_the_other() {
    let home = home();
    assert_snapshot!(home.etui(&["promote", "app/db/password", "canary"]), @r#"
        exit 0
        stdout:
        promoted 'app/db/password'; ACSCurrent v2 → v3, ACSPrevious v1 → v2
        "#);
    assert_snapshot!(home.etui(&["log", "app/db/password"]), @r#"
        exit 0
        stdout:
        v3	ACSCurrent,canary	[time]	
        v2	ACSPrevious	[time]
        "#);
    assert_snapshot!(home.etui(&["promote", "app/db/password", "canary"]), @r#"
        exit 0
        stdout:
        version 'v3' of 'app/db/password' is the current one already; nothing changed
        "#);
    assert_snapshot!(home.etui(&["promote", "app/db/password", "blue"]).failed(3), @r#"
        exit 3
        stderr:
        error: secret 'app/db/password' has no label 'blue'
        hint: run `etui log app/db/password` to see its labels
        "#);
    assert_snapshot!(home.etui(&["promote", "app/db/password", "ACSPrevious", "--json"]), @r#"
        exit 0
        stdout:
        {"RequestId":"[id]","SecretName":"app/db/password","Changed":true,"LabelMoves":[{"VersionStage":"ACSCurrent","RemoveFromVersion":"v3","MoveToVersion":"v2"},{"VersionStage":"ACSPrevious","RemoveFromVersion":"v2","MoveToVersion":"v3"}]}
        "#);
    assert_snapshot!(home.etui(&["promote", "app/db/password", "canary", "--prefix", "app"]).failed(2), @r#"
        exit 2
        stderr:
        error: variables are for the command of --if
        hint: give the command as well, or leave them out
        "#);
}

#[test]
fn promote_moves_nothing_unless_the_check_succeeds_with_the_new_version() {
    let home = home();
    let promote =
        |check: &str| home.etui(&["promote", "app/db/password", "canary", "--if", check, "--prefix", "app"]);
    assert_snapshot!(promote("test $DB_PASSWORD = two").failed(4), @r#"
        exit 4
        stderr:
        error: --if failed (exit code 1): no label moved
        "#);
    assert_eq!(home.etui(&["get", "app/db/password"]).text(), "two");
    assert_snapshot!(promote("test $DB_PASSWORD = three"), @r#"
        exit 0
        stdout:
        promoted 'app/db/password'; ACSCurrent v2 → v3, ACSPrevious v1 → v2
        "#);
    assert_eq!(home.etui(&["get", "app/db/password"]).text(), "three");
}

#[test]
fn promote_moves_nothing_if_a_label_moved_meanwhile() {
    let home = home();
    let etui = env!("CARGO_BIN_EXE_etui");
    let check = format!("{etui} stage app/db/password canary --to v1");
    let run = home.etui(&["promote", "app/db/password", "canary", "--if", &check]);
    assert_eq!(run.code, Some(4), "{run}");
    assert!(run.stderr.contains("changed"), "{run}");
    assert_eq!(home.etui(&["get", "app/db/password"]).text(), "two");
}

#[test]
fn a_program_that_closes_its_output_early_is_left_alone() {
    let home = home();
    let mut command = home.command(&["run", "--env", "A=app/api-key", "--", "sh", "-c", "yes"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let status = child.wait().unwrap();
    assert!(status.signal() == Some(13) || status.code() == Some(141), "SIGPIPE as ever: {status}");
}

#[test]
fn no_name_of_a_secret_decides_what_programs_load() {
    let home = home();
    home.pipe("x", &["new", "evil/ld-preload"]).succeeded();
    assert_snapshot!(shell(&home, &["--prefix", "evil"], "true").failed(125), @r#"
        exit 125
        stderr:
        error: secret 'evil/ld-preload' would set 'LD_PRELOAD', which changes what programs load and run
        hint: if that is meant, name it: --env LD_PRELOAD=REF
        "#);
    let explicit = ["--prefix", "evil", "--env", "LD_PRELOAD=evil/ld-preload"];
    assert_eq!(shell(&home, &explicit, "echo [$LD_PRELOAD] 2> gone").succeeded().text(), "[x]\n");
    home.pipe("PATH=/tmp\nA=1\n", &["new", "file"]).succeeded();
    assert_snapshot!(shell(&home, &["--env-from", "file"], "true").failed(125), @r#"
        exit 125
        stderr:
        error: field 'PATH' of 'file' would set 'PATH', which changes what programs load and run
        hint: if that is meant, name it: --env PATH=REF
        "#);
    let whole = shell(&home, &["--env-from", "app/db/password"], "true").failed(125);
    assert!(whole.stderr.contains("hint: take the whole value: --env VARIABLE=app/db/password"), "{whole}");
    home.pipe("x", &["new", "empty/"]).succeeded();
    assert_snapshot!(shell(&home, &["--prefix", "empty"], "true").failed(125), @r#"
        exit 125
        stderr:
        error: secret 'empty/' makes no name for a variable
        hint: name the variables with --env
        "#);
    fs::write(home.path().join(".env"), "A.B=1\n").unwrap();
    assert_snapshot!(shell(&home, &["--env-file", ".env"], "true").failed(125), @r#"
        exit 125
        stderr:
        error: '.env', line 1, column 5: 'A.B' cannot be the name of a variable: letters, digits and '_', no digit first
        "#);
}

#[cfg(target_os = "linux")]
#[test]
fn a_variable_that_is_too_large_is_named_before_the_start() {
    let home = home();
    let longest = 32 * rustix::param::page_size();
    let fits = longest - "BIG=\0".len();
    home.pipe("x".repeat(fits), &["new", "fits"]).succeeded();
    home.pipe("x".repeat(fits + 1), &["new", "large"]).succeeded();
    assert_eq!(shell(&home, &["--env", "BIG=fits"], "echo ${#BIG}").succeeded().text(), format!("{fits}\n"));
    let variables = ["--env", "BIG=large", "--env", "SMALL=fits"];
    assert_snapshot!(shell(&home, &variables, "true").failed(125), @r#"
        exit 125
        stderr:
        error: the variable 'BIG' would have 131073 bytes; this system takes 131072
        hint: write large values to files with `etui get NAME --out FILE`, and hand over the paths
        "#);
    assert_snapshot!(home.etui(&[&["run", "--dry-run"][..], &variables].concat()).failed(125), @r#"
        exit 125
        stderr:
        error: the variable 'BIG' would have 131073 bytes; this system takes 131072
        hint: write large values to files with `etui get NAME --out FILE`, and hand over the paths
        "#);
    home.etui(&["stage", "fits", "canary", "--to", "v1"]).succeeded();
    assert_snapshot!(home.etui(&[&["promote", "fits", "canary", "--if", "true"][..], &variables].concat()).failed(2), @r#"
        exit 2
        stderr:
        error: the variable 'BIG' would have 131073 bytes; this system takes 131072
        hint: write large values to files with `etui get NAME --out FILE`, and hand over the paths
        "#);
}

#[cfg(target_os = "linux")]
#[test]
fn variables_that_are_too_large_together_are_told_with_the_longest_of_them() {
    let home = home();
    home.pipe("x".repeat(100_000), &["new", "big"]).succeeded();
    home.pipe("x".repeat(110_000), &["new", "bigger"]).succeeded();
    // More than the 6 MiB that Linux takes at most.
    let names: Vec<String> =
        (0..80).map(|at| format!("V{at}=big")).chain(["BIG=bigger".to_owned()]).collect();
    let variables: Vec<&str> = names.iter().flat_map(|name| ["--env", name]).collect();
    assert_snapshot!(shell(&home, &variables, "true").failed(126), @r#"
        exit 126
        stderr:
        error: cannot run 'sh': argument list too long; the longest variable, 'BIG', has 110005 bytes
        hint: write large values to files with `etui get NAME --out FILE`, and hand over the paths
        "#);
    home.etui(&["stage", "big", "canary", "--to", "v1"]).succeeded();
    assert_snapshot!(home.etui(&[&["promote", "big", "canary", "--if", "true"][..], &variables].concat()).failed(2), @r#"
        exit 2
        stderr:
        error: cannot run the command of --if: argument list too long; the longest variable, 'BIG', has 110005 bytes
        hint: write large values to files with `etui get NAME --out FILE`, and hand over the paths
        "#);
}

#[test]
fn a_folder_without_secrets_is_not_found_wherever_it_is_named() {
    let home = Home::with_secret();
    home.pipe("x", &["put", "db", "--stage", "canary"]).succeeded();
    for arguments in [
        &["env", "--prefix", "nothing"][..],
        &["promote", "db", "canary", "--prefix", "nothing", "--if", "true"],
        &["export", "dotenv", "--plaintext", "--prefix", "nothing"],
    ] {
        home.etui(arguments).failed(3);
    }
}

#[test]
fn a_line_of_an_env_file_that_leads_nowhere_is_told_with_its_place() {
    let home = Home::with_secret();
    for (text, place, code) in [
        ("A=1\n  B=etui://nosuch\n", "line 2, column 5: there is no secret 'nosuch'", 125),
        ("A=1\nB='etui://db:nosuch'\n", "line 2, column 3: secret 'db' has no label 'nosuch'", 125),
        ("B=etui://db::x\n", "line 1, column 3: version 'v2' of 'db' has no fields", 125),
        ("B=etui://d b\n", "line 1, column 3: a secret name cannot contain a space", 125),
        ("9=x\n", "line 1, column 3: '9' cannot be the name of a variable", 125),
        ("A=1\nnothing\n", "line 2, column 8: a '=' is expected", 125),
    ] {
        fs::write(home.path().join(".env"), text).unwrap();
        let run = home.etui(&["run", "--env-file", ".env", "--", "true"]).failed(code);
        assert!(run.stderr.starts_with(&format!("error: '.env', {place}")), "{text}: {run}");
        let piped = home.pipe(text, &["run", "--env-file", "-", "--", "true"]).failed(code);
        assert!(piped.stderr.starts_with(&format!("error: stdin, {place}")), "{text}: {piped}");
    }
    let run = home.pipe("B=etui://db\n", &["run", "--env-file", "-", "--", "sh", "-c", "printf %s $B"]);
    assert_eq!(run.succeeded().text(), "two");
}
