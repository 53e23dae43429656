//! How long one request takes: `etui api` on a pipe, and `etui serve` with both signatures on one connection.
//!
//! `cargo bench --bench serve` prints the 50th and the 99th percentile. Without `--bench` (under `cargo test
//! --all-targets`) everything runs a few times.

#[path = "../vault/filled.rs"]
mod filled;
#[path = "../../tests/support/http.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod http;
#[path = "../../tests/support/signed.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod signed;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use filled::{Filled, PASSWORD, name};
use http::{Client, Served, post};
use signed::{Key, V1, V3};

const SECRETS: usize = 100;

fn main() {
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let turns = if is_bench { 2_000 } else { 3 };
    let filled = Filled::new(SECRETS);
    let password = filled.folder.path().join("password");
    std::fs::write(&password, PASSWORD).expect("a password file");
    let etui = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_etui"));
        command.args(arguments).env_clear().env("HOME", filled.folder.path());
        command.env("ETUI_VAULT", filled.path()).env("ETUI_PASSWORD_FILE", &password);
        command
    };
    assert_eq!(filled.open().count().expect("a whole vault"), SECRETS);

    let mut api = etui(&["api"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("etui api");
    let mut requests = api.stdin.take().expect("a pipe");
    let mut answers = BufReader::new(api.stdout.take().expect("a pipe"));
    let mut by_line = |form: &str| {
        requests.write_all(format!("{form}\n").as_bytes()).expect("etui api reads");
        let mut answer = String::new();
        answers.read_line(&mut answer).expect("an answer");
        assert!(!answer.contains("\"Code\""), "{answer}");
    };
    let mut command = etui(&["serve", "--quiet"]);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let served = Served::start(command);
    let key = Key { endpoint: served.endpoint(), id: served.key_id(), secret: served.key_secret() };
    let mut client = Client::connect(served.endpoint());
    let mut send = |request: &str| {
        assert!(client.send(request.as_bytes()));
        let answer = client.answer().expect("an answer");
        assert_eq!(answer.status, 200, "{answer:?}");
    };

    println!("{SECRETS} secrets: 50th and 99th percentile of {turns} requests");
    for what in ["get", "put"] {
        let mut taken = [Vec::new(), Vec::new(), Vec::new()];
        for turn in 0..turns {
            let secret = name(filled.scattered(turn));
            let form = |way: &str| match what {
                "get" => vec![("Action", "GetSecretValue".to_owned()), ("SecretName", secret.to_string())],
                _ => vec![
                    ("Action", "PutSecretValue".to_owned()),
                    ("SecretName", secret.to_string()),
                    ("VersionId", format!("{way}-{turn}")),
                    ("SecretData", "correct horse battery".to_owned()),
                ],
            };
            // In turn, so that a machine that becomes slower does so for all. Signing is not counted.
            let line = joined(&form("line"));
            taken[0].push(time(|| by_line(&line)));
            let parameters = form("v1").into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            let v1 = post(served.endpoint(), &V1::of(&key, parameters).sign().form());
            taken[1].push(time(|| send(&v1)));
            let pairs = form("v3");
            let mut v3 = V3::of(&key, &pairs[0].1);
            v3.body = joined(&pairs[1..]);
            let v3 = v3.sign().request();
            taken[2].push(time(|| send(&v3)));
        }
        let [line, v1, v3] = taken.map(percentiles);
        println!("{what}: etui api {line}; etui serve, version 1 {v1}; ACS3-HMAC-SHA256 {v3}");
    }
    drop(requests);
    api.wait().expect("its end");
}

fn joined(pairs: &[(&str, String)]) -> String {
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{name}={}", http::encoded(value))).collect();
    pairs.join("&")
}

fn time(ask: impl FnOnce()) -> Duration {
    let begin = Instant::now();
    ask();
    begin.elapsed()
}

fn percentiles(mut taken: Vec<Duration>) -> String {
    taken.sort_unstable();
    format!("{:.2?} {:.2?}", taken[taken.len() / 2], taken[taken.len() * 99 / 100])
}
