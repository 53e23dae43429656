//! What lies in the memory of a process that waits.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::time::{Duration, Instant};

use serde_json::json;

use super::support::binary::{Api, command, put_line};
use super::support::vaults::Place;

/// Longer than any machine takes; only a leak comes near.
const PATIENCE: Duration = Duration::from_secs(20);

const OLD: &str = "qzvalue-xkjvw-before";
const NEW: &str = "qzvalue-xkjvw-after";

/// The writable memory of a process. `None` where this user may not look: etui forbids it, so only root can.
fn memory_of(process: u32) -> Option<Vec<Vec<u8>>> {
    let memory = File::open(format!("/proc/{process}/mem")).ok()?;
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).ok()?;
    let regions = maps.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let (range, modes) = (words.next()?, words.next()?);
        let (start, end) = range.split_once('-')?;
        let [start, end] = [start, end].map(|at| u64::from_str_radix(at, 16).unwrap_or(0));
        if !modes.starts_with("rw") || line.ends_with("[vvar]") {
            return None;
        }
        let mut bytes = vec![0; usize::try_from(end - start).ok()?];
        memory.read_exact_at(&mut bytes, start).ok().map(|()| bytes)
    });
    Some(regions.collect())
}

fn holds(memory: &[Vec<u8>], needle: &str) -> bool {
    memory.iter().any(|region| memchr_all(region, needle.as_bytes()))
}

/// Faster in a debug build than `windows`.
fn memchr_all(region: &[u8], needle: &[u8]) -> bool {
    let mut rest = region;
    while let Some(at) = rest.iter().position(|byte| *byte == needle[0]) {
        if rest[at..].starts_with(needle) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

#[test]
fn an_api_that_waits_holds_neither_an_answer_nor_a_request() {
    let place = Place::new();
    drop(place.create_at(&place.vault_path(), Some("etui")));
    let outside = tempfile::tempdir().unwrap();
    let mut api = Api::start(command(&place, &outside.path().join("password"), &["api"]));
    let long = format!("{}{}", OLD.repeat(2), "-".repeat(30_000));
    let create =
        json!({ "Action": "CreateSecret", "SecretName": "db", "VersionId": "v1", "SecretData": long });
    let requests = [
        format!("{create}\n"),
        put_line("db", "v2", NEW),
        "{\"Action\":\"GetSecretValue\",\"SecretName\":\"db\"}\n".to_owned(),
        format!("{{\"Action\":\"PutSecretValue\",\"SecretData\":\"{OLD}\n"),
        "{\"Action\":\"GetSecretValue\",\"SecretName\":\"db\",\"VersionStage\":\"ACSPrevious\"}\n".to_owned(),
        "{\"Action\":\"ListSecrets\"}\n".to_owned(),
    ];
    for request in requests {
        let is_nonsense = request.contains("PutSecretValue") && !request.contains("db");
        api.send(&request);
        let answer = api.answer().unwrap();
        assert_eq!(answer["Code"].is_null(), !is_nonsense, "{answer}");
        // The answer comes before the wait.
        let start = Instant::now();
        loop {
            let Some(memory) = memory_of(api.process()) else { return };
            assert!(holds(&memory, "ETUI_VAULT="), "its environment is found, so its memory was read");
            let found: Vec<_> = [OLD, NEW].into_iter().filter(|value| holds(&memory, value)).collect();
            if found.is_empty() {
                break;
            }
            assert!(start.elapsed() < PATIENCE, "after {} bytes of request: {found:?}", request.len());
        }
    }
    assert!(!api.finish(), "one request was none");
}
