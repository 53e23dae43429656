//! Many clients at once: every request is answered, and memory does not grow with their number.

use super::server::open;
use crate::support::http::post;

/// Memory that a process holds, in KiB.
fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn two_hundred_connections_with_ten_thousand_requests_are_all_answered_in_flat_memory() {
    let (_place, served) = open();
    let get = post(served.endpoint(), "Action=GetSecretValue&SecretName=db");
    let round = |requests: usize| {
        let mut clients: Vec<_> = (0..200).map(|_| served.connect()).collect();
        for _ in 0..requests {
            for client in &mut clients {
                assert!(client.send(get.as_bytes()));
            }
            for client in &mut clients {
                let answer = client.answer().expect("an answer was dropped");
                assert_eq!(answer.json()["SecretData"], "one");
            }
        }
    };
    round(10);
    let before = resident(served.process());
    round(40);
    let after = resident(served.process());
    assert!(after < before + 8 * 1024, "{before} KiB grew to {after} KiB");
}
