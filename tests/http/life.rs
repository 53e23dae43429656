//! How a server locks, unlocks and ends, and what it leaves.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::mpsc::channel;
use std::time::Duration;

use rustix::process::Signal;

use super::server::{open, serve, vault};
use crate::support::binary::{command, run};
use crate::support::http::post;
use crate::support::signed::{Key, V1};

const GET: &str = "Action=GetSecretValue&SecretName=db";

/// So many clients put one version after the other.
const CLIENTS: usize = 20;

#[test]
fn sigterm_under_load_ends_it_and_every_change_that_it_made_is_answered() {
    let (place, mut served) = open();
    let mut idle = served.connect();
    let (progress, is_under_way) = channel();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let (mut client, host) = (served.connect(), served.endpoint().to_owned());
            let progress = progress.clone();
            std::thread::spawn(move || {
                let mut answered = 0;
                loop {
                    let put = format!(
                        "Action=PutSecretValue&SecretName=db&VersionId=n{number}-{answered}&SecretData=x"
                    );
                    client.send(post(&host, &put).as_bytes());
                    match client.answer() {
                        Some(answer) => assert_eq!(answer.status, 200, "{answer:?}"),
                        None => return answered,
                    }
                    answered += 1;
                    let _ = progress.send(());
                }
            })
        })
        .collect();
    for _ in 0..3 * CLIENTS {
        is_under_way.recv().unwrap();
    }
    served.signal(Signal::TERM);
    let answered: usize = clients.into_iter().map(|client| client.join().unwrap()).sum();
    assert!(idle.answer().is_none());
    assert_eq!(served.wait(), Some(0));
    let list = command(&place, &place.folder().join("password"), &["log", "db", "--all"]);
    let listed = String::from_utf8(run(list, "").stdout).unwrap();
    let stored = listed.lines().filter(|line| line.starts_with('n')).count();
    assert_eq!(stored, answered);
}

#[test]
fn a_log_that_nobody_reads_holds_nobody_up_and_says_how_much_it_lacks() {
    // More than a pipe and the queue before it hold.
    const REQUESTS: usize = 8_000;
    let place = vault();
    let mut served = serve(&place, &["--no-auth"]);
    let mut client = served.connect();
    let one = "GET /x HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut sender = client.sender();
    let sending = std::thread::spawn(move || sender.write_all(one.repeat(REQUESTS).as_bytes()));
    for number in 0..REQUESTS {
        assert!(client.answer().is_some(), "{number} of {REQUESTS} were answered");
    }
    sending.join().unwrap().unwrap();
    let (mut listed, mut lacking) = (0, 0);
    while lacking == 0 {
        let line = served.log_line();
        match line.split_once(" requests are not listed: the log was not read in time") {
            Some((number, _)) => lacking += number.parse::<usize>().unwrap(),
            None => listed += 1,
        }
        assert!(listed < REQUESTS, "everything was listed: the pipe holds more than was thought");
    }
    // It is read again, so nothing more is lacking.
    assert_eq!(served.form(GET).json()["SecretData"], "one");
    while !served.log_line().starts_with("GetSecretValue db 200 ") {
        listed += 1;
    }
    assert_eq!(listed + lacking, REQUESTS);
    served.signal(Signal::TERM);
    assert_eq!(served.wait(), Some(0));
}

#[test]
fn etui_lock_and_sighup_lock_it_and_a_key_from_the_agent_unlocks_it_again() {
    let place = vault();
    let password = place.folder().join("password");
    let mut served = serve(&place, &["--no-auth"]);
    let etui = |arguments: &[&str]| {
        let output = run(command(&place, &password, arguments), "");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    };
    for lock in ["etui lock", "SIGHUP"] {
        assert_eq!(served.form(GET).json()["SecretData"], "one");
        if lock == "SIGHUP" {
            served.signal(Signal::HUP);
            // The lock is queued behind what was asked before it, and before what is asked after it was seen.
            while served.form(GET).status == 200 {}
        } else {
            etui(&["lock"]);
        }
        let refused = served.form(GET);
        assert_eq!((refused.status, &refused.code()[..]), (403, "NotUnlocked"), "{lock}");
        assert_eq!(served.form("Action=ListSecrets").code(), "NotUnlocked");
        etui(&["unlock"]);
        assert_eq!(served.form(GET).json()["SecretData"], "one", "{lock}");
    }
    etui(&["lock"]);
    served.signal(Signal::INT);
    assert_eq!(served.wait(), Some(0));
}

#[test]
fn the_log_has_a_line_for_each_request_and_no_value() {
    let place = vault();
    let mut served = serve(&place, &["--no-auth"]);
    served.form("Action=PutSecretValue&SecretName=db&VersionId=v2&SecretData=hunter2");
    served.form("Action=PutSecretValue&SecretName=db&VersionId=v2&SecretData=hunter3");
    served.form("hunter4=x");
    let lines: Vec<String> = (0..3).map(|_| served.log_line()).collect();
    assert!(lines[0].starts_with("PutSecretValue db 200 "), "{lines:?}");
    assert!(lines[1].starts_with("PutSecretValue db 409 Rejected.ResourceExist "), "{lines:?}");
    assert!(lines[2].starts_with("- - 400 MissingParameter "), "{lines:?}");
    served.signal(Signal::TERM);
    assert_eq!(served.wait(), Some(0));
    assert!(!format!("{lines:?}{}", served.rest_of_log()).contains("hunter"));
}

#[test]
fn the_history_says_that_a_change_came_by_the_api_and_with_which_key() {
    let place = vault();
    let key = place.folder().join("key");
    std::fs::write(&key, "LTAI-of-a-test\nsecret-of-a-test\n").unwrap();
    let served = serve(&place, &["--access-key-file", key.to_str().unwrap()]);
    assert_eq!(served.key_id(), "LTAI-of-a-test");
    assert!(!served.exports.to_string().contains("secret-of-a-test"), "{}", served.exports);
    let key = Key { endpoint: served.endpoint(), id: "LTAI-of-a-test", secret: "secret-of-a-test" };
    let update = V1::get(&key).with("Action", "UpdateSecret").with("Description", "x").sign();
    assert_eq!(served.form(&update.form()).status, 200);
    drop(served);
    let served = serve(&place, &["--no-auth"]);
    served.form("Action=UpdateSecret&SecretName=db&Description=y");
    drop(served);
    let audit = run(command(&place, &place.folder().join("password"), &["audit"]), "");
    let audit = String::from_utf8(audit.stdout).unwrap();
    let origins: Vec<&str> =
        audit.lines().filter_map(|line| line.split('\t').find(|it| it.starts_with("api"))).collect();
    assert_eq!(origins, ["api", "api, LTAI-of-a-test"], "{audit}");
}

#[test]
fn a_socket_in_the_file_system_is_for_this_user_alone_and_goes_at_the_end() {
    let place = vault();
    let path = place.folder().join("kms.sock");
    let listen = format!("unix:{}", path.display());
    let mut served = serve(&place, &["--no-auth", "--listen", &listen]);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let mut stream = std::os::unix::net::UnixStream::connect(&path).unwrap();
    let request = post("localhost", GET).replacen("\r\n", "\r\nConnection: close\r\n", 1);
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(r#""SecretData":"one""#), "{answer}");
    served.signal(Signal::TERM);
    assert_eq!(served.wait(), Some(0));
    assert!(!path.exists());
}

#[test]
fn what_a_killed_server_leaves_holds_no_other_up_and_what_is_no_socket_stays() {
    let place = vault();
    let path = place.folder().join("kms.sock");
    let listen = format!("unix:{}", path.display());
    drop(serve(&place, &["--no-auth", "--listen", &listen]));
    assert!(path.exists(), "a killed process cannot remove its socket");
    let running = serve(&place, &["--no-auth", "--listen", &listen]);
    std::os::unix::net::UnixStream::connect(&path).unwrap();
    let refused = |listen: &str| {
        let output =
            run(command(&place, &place.folder().join("password"), &["serve", "--listen", listen]), "");
        assert!(!output.status.success(), "{listen}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(&listen).contains("address already in use"), "{}", refused(&listen));
    std::os::unix::net::UnixStream::connect(&path).unwrap();
    drop(running);
    let file = place.folder().join("file");
    std::fs::write(&file, "mine").unwrap();
    refused(&format!("unix:{}", file.display()));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");

    // A port is free again at once, also with a client that was connected.
    let killed = serve(&place, &["--no-auth"]);
    let (endpoint, mut client) = (killed.endpoint().to_owned(), killed.connect());
    client.send(post(&endpoint, GET).as_bytes());
    assert_eq!(client.answer().unwrap().status, 200);
    drop(killed);
    let served = serve(&place, &["--no-auth", "--listen", &endpoint]);
    assert_eq!((served.endpoint(), served.form(GET).status), (&endpoint[..], 200));
}

#[test]
fn what_is_printed_for_a_shell_means_there_what_it_says() {
    let place = vault();
    let key = place.folder().join("key");
    std::fs::write(&key, "$(id)'\";x\nsecret-of-a-test\n").unwrap();
    let path = place.folder().join("a 'socket' $HOME");
    let listen = format!("unix:{}", path.display());
    let flags = ["serve", "--access-key-file", key.to_str().unwrap(), "--listen", &listen];
    let as_json = serve(&place, &flags[1..]);
    assert_eq!((as_json.endpoint(), as_json.key_id()), (&listen[..], "$(id)'\";x"));
    drop(as_json);
    let mut child = command(&place, &place.folder().join("password"), &flags).spawn().unwrap();
    let mut exports = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    while !exports.contains("ALIYUN_ACCESS_KEY_ID") {
        assert_ne!(stdout.read_line(&mut exports).unwrap(), 0, "{exports}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let show = r#"printf '%s\n' "$ETUI_SERVE_ENDPOINT" "$ETUI_SERVE_PROTOCOL" "$ALIYUN_ACCESS_KEY_ID""#;
    let shell = Command::new("sh").arg("-c").arg(format!("{exports}{show}")).output().unwrap();
    assert_eq!(String::from_utf8(shell.stdout).unwrap(), format!("{listen}\nhttp\n$(id)'\";x\n"));
}

#[test]
fn the_idle_limit_locks_it() {
    let place = vault();
    let served = serve(&place, &["--no-auth", "--for", "1s"]);
    assert_eq!(served.form(GET).json()["SecretData"], "one");
    // Whoever asks keeps it unlocked: the pause is what is tested.
    let is_locked = || {
        std::thread::sleep(Duration::from_millis(1100));
        served.form(GET).code() == "NotUnlocked"
    };
    assert!((0..50).any(|_| is_locked()));
}

#[test]
fn a_throwaway_vault_is_filled_from_a_file_and_gone_at_the_end() {
    let place = vault();
    let password = place.folder().join("password");
    let seed = place.folder().join("seed.json");
    let export = ["export", "json", "--plaintext", "--out", seed.to_str().unwrap()];
    assert!(run(command(&place, &password, &export), "").status.success());
    let mut served = serve(&place, &["--no-auth", "--seed", seed.to_str().unwrap()]);
    assert_eq!(served.form(GET).json()["SecretData"], "one");
    served.form("Action=PutSecretValue&SecretName=db&VersionId=v2&SecretData=two");
    served.signal(Signal::HUP);
    assert_eq!(served.wait(), Some(0), "nothing could unlock it again");
    let get = run(command(&place, &password, &["get", "db"]), "");
    assert_eq!(get.stdout, b"one", "the vault itself is as it was");
}

#[test]
fn addresses_that_others_can_reach_are_refused() {
    let place = vault();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80", "example.com:80"] {
        let serve = command(&place, &place.folder().join("password"), &["serve", "--listen", address]);
        let output = run(serve, "");
        assert_eq!(output.status.code(), Some(2), "{address}: {output:?}");
    }
}
