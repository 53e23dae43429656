//! Copies that Syncthing, Dropbox, git and others put beside the vault: found and named.

use std::fs;

use super::support::Home;

/// A vault with copies of it beside it, a file that only is called so, and a copy of another vault.
fn home() -> Home {
    let home = Home::with_secret();
    let folder = home.path().join("data/etui");
    let vault = folder.join("vault.etui");
    for name in ["vault.sync-conflict-20261130-120000-ABCDEFG.etui", "vault.etui.orig"] {
        fs::copy(&vault, folder.join(name)).unwrap();
    }
    fs::write(folder.join("vault.etui~HEAD"), "no vault").unwrap();
    let other = Home::with_secret();
    fs::copy(other.path().join("data/etui/vault.etui"), folder.join("vault (x's conflicted copy).etui"))
        .unwrap();
    home
}

#[test]
fn doctor_and_status_name_the_copies_of_this_vault_and_no_others() {
    let home = home();
    let doctor = home.etui(&["doctor"]);
    let line = doctor.text().lines().find(|line| line.contains("merge --conflicts")).unwrap();
    assert_eq!(
        line,
        "· copies      'vault.etui.orig', 'vault.sync-conflict-20261130-120000-ABCDEFG.etui' are other copies of \
         this vault: `etui merge --conflicts` merges them"
    );
    let status = home.etui(&["status", "--json"]);
    let answer: serde_json::Value = serde_json::from_str(status.text()).unwrap();
    let names = &answer["ConflictFiles"];
    assert_eq!(names.as_array().unwrap().len(), 2, "{status}");
    assert!(names[0].as_str().unwrap().ends_with("/data/etui/vault.etui.orig"), "{status}");
    let plain = home.etui(&["status"]);
    assert!(plain.text().ends_with("merges them\n"), "{plain}");
}

#[test]
fn without_copies_nothing_is_said() {
    let home = Home::with_secret();
    assert!(!home.etui(&["doctor"]).text().contains("--conflicts"));
    assert!(!home.etui(&["status", "--json"]).text().contains("ConflictFiles"));
}
