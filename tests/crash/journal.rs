//! The journal of a killed writer beside a newer vault: a program that syncs, or a restore, has put it there.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use etui::vault::Answers;
use serde_json::json;

use super::puts::{open, prepared};
use crate::support::binary::{Api, command, put_line, run};
use crate::support::vaults::{Place, get, put};

const TRIES: usize = 400;

fn journal(place: &Place) -> PathBuf {
    place.folder().join("vault.etui-journal")
}

/// Whether SQLite would play it back.
fn is_live(journal: &[u8]) -> bool {
    journal.first().is_some_and(|byte| *byte != 0)
}

/// Kills an import with SIGKILL between the first page that it writes and the end of its commit, and answers
/// the journal that it leaves. The vault is put back as it was.
fn left_by_a_killed_import(place: &Place, outside: &tempfile::TempDir) -> Vec<u8> {
    let rows = outside.path().join("rows.env");
    fs::write(&rows, (0..1500).map(|n| format!("KEY_{n}=value {n}\n")).collect::<String>()).unwrap();
    let before = place.copy();
    for _ in 0..TRIES {
        let arguments = ["import", "dotenv", rows.to_str().unwrap()];
        let mut import = command(place, &outside.path().join("password"), &arguments);
        let mut child =
            import.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut start = [0];
        while child.try_wait().unwrap().is_none() {
            let file = fs::File::open(journal(place));
            if file.is_ok_and(|mut file| std::io::Read::read(&mut file, &mut start).is_ok() && start[0] != 0)
            {
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let left = fs::read(journal(place)).unwrap_or_default();
        let _ = fs::remove_file(journal(place));
        place.put_back(&before);
        if is_live(&left) {
            return left;
        }
    }
    panic!("no kill came in the middle of a commit");
}

#[test]
fn the_journal_of_a_killed_writer_does_not_destroy_a_newer_vault() {
    let (place, outside) = prepared(["a".to_owned()]);
    let password = outside.path().join("password");
    let stale = left_by_a_killed_import(&place, &outside);
    let older = place.copy();
    put(&mut place.open_as(Some("elsewhere"), Answers::default()).unwrap(), "a", "v1", "newer").unwrap();
    let newer = place.copy();

    // A command that starts then.
    fs::write(journal(&place), &stale).unwrap();
    let got = run(command(&place, &password, &["get", "a"]), "");
    assert_eq!(got.stdout, b"newer", "{}", String::from_utf8_lossy(&got.stderr));
    assert!(place.copy() == newer, "the file is as it was put there");

    // A process that is at work then, which knows the older vault.
    place.put_back(&older);
    let forget = fs::remove_dir_all(place.state_of("etui"));
    forget.unwrap();
    let mut api = Api::start(command(&place, &password, &["api"]));
    let ask = json!({ "Action": "GetSecretValue", "SecretName": "a" }).to_string() + "\n";
    api.send(&ask);
    assert_eq!(api.answer().unwrap()["SecretData"], "first");
    place.put_back(&newer);
    fs::write(journal(&place), &stale).unwrap();
    api.send(&ask);
    assert_eq!(api.answer().unwrap()["SecretData"], "newer");
    assert!(place.copy() == newer);
    api.send(&put_line("a", "v2", "next"));
    assert!(api.answer().unwrap()["Code"].is_null());
    assert!(api.finish());

    let mut vault = open(&place);
    assert_eq!(get(&mut vault, "a").unwrap(), "next");
    assert!(vault.verify().unwrap().is_clean());
}
