//! How a server locks, unlocks and ends, and what it leaves.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;

use rustix::process::Signal;

use super::server::{open, serve, vault};
use crate::support::binary::{command, run};
use crate::support::http::post;

const GET: &str = "Action=GetSecretValue&SecretName=db";

#[test]
fn sigterm_ends_it_after_the_requests_that_have_begun() {
    let (place, mut served) = open();
    let mut idle = served.connect();
    let put = |number: usize| {
        post(
            served.endpoint(),
            &format!("Action=PutSecretValue&SecretName=db&VersionId=n{number}&SecretData=x"),
        )
    };
    let mut clients: Vec<_> = (0..20)
        .map(|number| {
            let mut client = served.connect();
            client.send(put(number).as_bytes());
            client
        })
        .collect();
    // The first answer shows that the requests are being carried out.
    let first = clients[0].answer().unwrap();
    assert_eq!(first.status, 200);
    served.signal(Signal::TERM);
    let answered = clients[1..].iter_mut().filter_map(|client| client.answer()).count();
    assert!(idle.answer().is_none());
    assert_eq!(served.wait(), Some(0));
    let list = command(&place, &place.folder().join("password"), &["log", "db", "--all"]);
    let listed = String::from_utf8(run(list, "").stdout).unwrap();
    let stored = listed.lines().filter(|line| line.starts_with('n')).count();
    assert!(stored > answered, "{answered} answered, but {stored} stored:\n{listed}");
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
    drop(served);
    let served = serve(&place, &["--no-auth"]);
    served.form("Action=UpdateSecret&SecretName=db&Description=x");
    drop(served);
    let audit = run(command(&place, &place.folder().join("password"), &["audit", "--json"]), "");
    let audit = String::from_utf8(audit.stdout).unwrap();
    assert!(audit.contains(r#""Origin":"api""#), "{audit}");
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
