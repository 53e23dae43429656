//! A killed `init` leaves nothing, or a whole vault.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use crate::support::binary::{command, run};
use crate::support::vaults::Place;

pub const CHEAPEST: [&str; 7] = ["init", "--kdf-memory", "19", "--kdf-passes", "2", "--kdf-lanes", "1"];

#[test]
fn a_killed_init_leaves_nothing_or_a_whole_vault() {
    let outside = tempfile::tempdir().unwrap();
    let password = outside.path().join("password");
    let (mut killed_before, mut whole) = (0, 0);
    for round in 0..24 {
        let place = Place::new();
        let mut init = command(&place, &password, &CHEAPEST);
        let mut child = init.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        // As soon as anything of it is seen beside the vault, and in every other round a little later.
        let something = || {
            fs::read_dir(place.folder()).unwrap().flatten().any(|entry| {
                let name = entry.file_name().into_string().unwrap();
                name == "vault.etui" || name.starts_with(".etui")
            })
        };
        while !something() && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(50));
        }
        std::thread::sleep(Duration::from_micros(400 * (round % 12)));
        child.kill().unwrap();
        child.wait().unwrap();
        if place.vault_path().exists() {
            whole += 1;
            let verified = run(command(&place, &password, &["verify"]), "");
            assert!(verified.status.success(), "round {round}: {verified:?}");
        } else {
            killed_before += 1;
            let again = run(command(&place, &password, &CHEAPEST), "");
            assert!(again.status.success(), "round {round}: {again:?}");
            let left = fs::read_dir(place.folder()).unwrap().flatten();
            let left: Vec<_> =
                left.map(|e| e.file_name()).filter(|n| n.as_encoded_bytes()[0] == b'.').collect();
            assert!(left.is_empty(), "what the killed one left is gone: {left:?}");
        }
    }
    assert!(killed_before > 0, "no kill came while the vault was made: {whole} were whole");
}
