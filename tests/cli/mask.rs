//! `etui run --mask`: what a program prints of the values it was given.

use std::fs;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use super::support::{Home, Run};

const SECRET: &str = "s3cr3t \"value\"";

fn home() -> Home {
    let home = Home::with_vault();
    home.pipe(SECRET, &["new", "app/key"]).succeeded();
    home.pipe("short", &["new", "app/pin"]).succeeded();
    home.pipe("first-long-line\nsecond-long-line\n", &["new", "app/lines"]).succeeded();
    home
}

fn masked(home: &Home, flags: &[&str], script: &str) -> Run {
    home.etui(&[&["run", "--mask", "--env", "KEY=app/key"], flags, &["--", "sh", "-c", script]].concat())
}

#[test]
fn values_are_masked_in_pipes_in_every_form() {
    let home = home();
    let script = "printf '<%s>' \"$KEY\"; printf '%s' \"$KEY\" | base64; printf 'a%s' \"$KEY\" | base64 >&2";
    let run = masked(&home, &[], script).succeeded();
    assert!(run.text().starts_with("<••••>••••"), "{run}");
    assert!(run.stderr.contains("••••"), "{run}");
    let run = masked(&home, &["--env", "L=app/lines"], "echo \"$L\" | sed s/first-long-line/x/; echo \"$L\"")
        .succeeded();
    assert_eq!(run.text(), "x\n••••\n\n••••\n");
}

#[test]
fn binary_output_is_the_same_but_for_the_values() {
    let home = home();
    let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    fs::write(home.path().join("bytes"), &bytes).unwrap();
    let run = masked(&home, &[], "cat bytes; printf %s \"$KEY\"; cat bytes").succeeded();
    assert_eq!(run.stdout, [&bytes[..], "••••".as_bytes(), &bytes].concat());
}

#[test]
fn what_is_too_short_is_said_once_and_left() {
    let home = home();
    let run = masked(&home, &["--env", "PIN=app/pin"], "echo $PIN; echo $PIN >&2").succeeded();
    assert_snapshot!(run, @r#"
        exit 0
        stdout:
        short

        stderr:
        note: not masked, since shorter than 8 bytes: 'PIN'
        short
        "#);
}

#[test]
fn what_an_env_file_says_literally_is_not_masked() {
    let home = home();
    fs::write(home.path().join("env"), "NODE_ENV=production\nTOKEN=etui://app/key\n").unwrap();
    let script = "echo $NODE_ENV \"$TOKEN\"";
    let run = home.etui(&["run", "--mask", "--env-file", "env", "--", "sh", "-c", script]).succeeded();
    assert_eq!(run.text(), "production ••••\n");
}

#[test]
fn a_file_is_masked_and_keeps_the_order_of_both_streams() {
    let home = home();
    let script = "for i in 1 2 3 4 5 6 7 8 9; do echo out$i; echo err$i $KEY >&2; done";
    let mut command = home.command(&["run", "--mask", "--env", "KEY=app/key", "--", "sh", "-c", script]);
    let file = fs::File::create(home.path().join("log")).unwrap();
    command.stdout(file.try_clone().unwrap()).stderr(file);
    assert!(command.status().unwrap().success());
    let expected: String = (1..10).map(|number| format!("out{number}\nerr{number} ••••\n")).collect();
    assert_eq!(fs::read_to_string(home.path().join("log")).unwrap(), expected);
}

#[test]
fn a_terminal_gets_every_byte_and_the_program_the_place_of_etui() {
    let home = home();
    let flags =
        ["run", "--mask", "--env", "KEY=app/key", "--", "sh", "-c", "test -t 1 && echo \"<$KEY>\" $PPID"];
    let mut terminal =
        home.terminal_with(&flags, |command| command.env("ETUI_PASSWORD_FILE", home.path().join("password")));
    terminal.wait_for(&format!("<{SECRET}> {}", std::process::id()));
    assert_eq!(terminal.end().0.code(), Some(0));
}

#[test]
fn an_agent_turns_it_on_and_no_mask_off() {
    let home = home();
    let run = |flags: &[&str], agent: Option<&str>| {
        let arguments =
            [&["run", "--env", "KEY=app/key"], flags, &["--", "sh", "-c", "echo \"$KEY\""]].concat();
        let mut command = home.command(&arguments);
        command.envs(agent.map(|value| ("CLAUDECODE", value)));
        home.finish(command, b"").succeeded()
    };
    assert_eq!(run(&[], None).text(), format!("{SECRET}\n"), "never only because stdout is not a terminal");
    assert_eq!(run(&[], Some("")).text(), format!("{SECRET}\n"));
    assert_snapshot!(run(&[], Some("1")), @r#"
        exit 0
        stdout:
        ••••

        stderr:
        note: values are masked in the output, since CLAUDECODE is set; --no-mask turns that off
        "#);
    assert_eq!(run(&["--no-mask"], Some("1")).text(), format!("{SECRET}\n"));
    assert_eq!(run(&["--mask", "--no-mask"], None).text(), format!("{SECRET}\n"));
}

#[test]
fn exit_codes_and_signals_are_the_programs_own() {
    let home = home();
    assert_eq!(masked(&home, &[], "exit 77").code, Some(77));
    let mut command =
        home.command(&["run", "--mask", "--env", "KEY=app/key", "--", "sh", "-c", "kill -KILL $$"]);
    assert_eq!(command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().signal(), Some(9));
    let gone = home.etui(&["run", "--mask", "--env", "KEY=app/key", "--", "no-such-program"]);
    assert_eq!(gone.code, Some(127), "{gone}");
    // A signal to etui reaches the program, which may answer it as it likes.
    let script = "trap 'echo caught; exit 3' TERM; echo ready; while :; do sleep 0.05; done";
    let mut command = home.command(&["run", "--mask", "--env", "KEY=app/key", "--", "sh", "-c", script]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut seen = [0; 6];
    stdout.read_exact(&mut seen).unwrap();
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!((rest.as_str(), child.wait().unwrap().code()), ("caught\n", Some(3)));
    // What ends the program ends etui.
    let mut command =
        home.command(&["run", "--mask", "--env", "KEY=app/key", "--", "sh", "-c", "kill -TERM $$"]);
    assert_eq!(command.stdout(Stdio::null()).status().unwrap().signal(), Some(15));
}

// What is ignored is known there.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_is_ignored_stays_so_for_the_program() {
    let home = home();
    let script = "trap '' HUP; exec etui run --mask --env KEY=app/key -- sh -c 'kill -HUP $$; echo \"$KEY\"'";
    assert_eq!(home.in_shell("sh", script).succeeded().text(), "••••\n");
}

#[test]
fn what_begins_a_value_is_passed_on_before_the_program_ends() {
    let home = home();
    let script = "printf 's3cr3t'; read x; echo done";
    let mut command = home.command(&["run", "--mask", "--env", "KEY=app/key", "--", "sh", "-c", script]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut seen = [0; 6];
    // A question without a line end would never be seen otherwise.
    child.stdout.as_mut().unwrap().read_exact(&mut seen).unwrap();
    assert_eq!(&seen, b"s3cr3t");
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_goes_away_ends_the_program_as_ever() {
    let home = home();
    let mut command = home.command(&["run", "--mask", "--env", "KEY=app/key", "--", "sh", "-c", "yes"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    let status = child.wait().unwrap();
    assert!(status.signal() == Some(13) || status.code() == Some(141), "SIGPIPE as ever: {status}");
}
