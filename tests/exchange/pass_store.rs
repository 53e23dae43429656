//! The store of `pass`, with a real gpg and git: revisions become versions.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use etui::exchange::ExchangeError;
use etui::exchange::decryptor::Decryptor;
use etui::exchange::pass::{Programs, read};

use crate::helpers::{import, lost, shown, told};
use crate::programs::{commit, git, run};
use crate::support::program::write_program;
use crate::support::vaults::{Place, get};

/// A store with a key of its own, whose gpg home is beside it.
struct Store {
    folder: tempfile::TempDir,
}

impl Store {
    fn new() -> Self {
        // Sockets of gpg's agent lie in its home, and their paths must be short.
        let store = Self { folder: tempfile::Builder::new().prefix("p").tempdir_in("/tmp").unwrap() };
        fs::create_dir(store.home()).unwrap();
        fs::set_permissions(store.home(), fs::Permissions::from_mode(0o700)).unwrap();
        fs::create_dir(store.path()).unwrap();
        let script = format!("#!/bin/sh\nexec gpg --homedir '{}' \"$@\"\n", store.home().display());
        store.script("gpg", &script);
        store.gpg(
            &["--quiet", "--batch", "--passphrase", "", "--quick-gen-key", "test", "default", "default"],
            b"",
        );
        fs::write(store.path().join(".gpg-id"), "test\n").unwrap();
        store
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("g")
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    fn script(&self, name: &str, text: &str) {
        write_program(&self.folder.path().join(name), text);
    }

    fn programs(&self) -> Programs {
        let gpg = Decryptor::Gpg(self.folder.path().join("gpg"));
        Programs { decryptor: gpg, git: PathBuf::from("git") }
    }

    fn gpg(&self, arguments: &[&str], stdin: &[u8]) -> Vec<u8> {
        run(Command::new(self.folder.path().join("gpg")).args(arguments), stdin)
    }

    /// What `pass insert` does to the file.
    fn insert(&self, name: &str, text: &str) {
        let path = self.path().join(format!("{name}.gpg"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let sealed = self.gpg(
            &["--quiet", "--batch", "--trust-model", "always", "--encrypt", "--recipient", "test"],
            text.as_bytes(),
        );
        fs::write(path, sealed).unwrap();
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // The agent of this home is ours, and nobody else's.
        let _ = Command::new("gpgconf").arg("--homedir").arg(self.home()).args(["--kill", "all"]).status();
    }
}

#[test]
fn revisions_become_versions_through_renamings_and_new_encryptions() {
    let store = Store::new();
    git(&store.path(), 0, &["init", "--quiet"]);
    store.insert("mail", "first\nuser: me\n");
    store.insert("web/größe shop", "einkauf\n");
    commit(&store.path(), 1_700_000_000);
    store.insert("mail", "second\n");
    commit(&store.path(), 1_700_000_100);
    git(&store.path(), 1_700_000_200, &["mv", "mail.gpg", "post.gpg"]);
    commit(&store.path(), 1_700_000_200);
    store.insert("post", "second\n");
    commit(&store.path(), 1_700_000_300);
    store.insert("post", "not committed");
    fs::write(store.path().join("README"), "no entry").unwrap();
    std::os::unix::fs::symlink("post.gpg", store.path().join("link.gpg")).unwrap();

    let mut steps = Vec::new();
    let batch = read(&store.path(), &store.programs(), &mut |done, of| steps.push((done, of))).unwrap();
    assert_eq!(steps, [(1, 2), (2, 2)]);
    assert_eq!(
        lost(&batch),
        ["'README' is left out: it is not a file that ends in '.gpg'", "'link' is left out: it is a link"]
    );
    let place = Place::new();
    let mut vault = place.create();
    assert_eq!(told(&import(&mut vault, &batch)), ["post: new v1 v2 v3", "web/grosse-shop: new v1"]);
    let shown = shown(&mut vault);
    for expected in [
        "ACSCurrent = v3",
        "ACSPrevious = v2",
        "v1 2023-11-14T22:13:20Z None text \"first\\nuser: me\\n\"",
        "v2 2023-11-14T22:15:00Z None text \"second\"",
    ] {
        assert!(shown.contains(expected), "{expected}:\n{shown}");
    }
    assert_eq!(get(&mut vault, "post").unwrap(), "not committed");
    assert_eq!(get(&mut vault, "web/grosse-shop").unwrap(), "einkauf");
    assert_eq!(told(&import(&mut vault, &batch)), ["post: same", "web/grosse-shop: same"]);
}

#[test]
fn without_git_the_entries_are_taken_as_they_are() {
    let store = Store::new();
    store.insert("a", "only");
    let batch = read(&store.path(), &store.programs(), &mut |_, _| {}).unwrap();
    assert_eq!(batch.secrets.len(), 1);
    assert_eq!(batch.secrets[0].versions[0].value.expose(), b"only");
}

/// A store that needs no key: a script stands in for gpg.
fn simple_store(gpg: &str) -> Store {
    let folder = tempfile::tempdir().unwrap();
    let store = Store { folder };
    fs::create_dir(store.path()).unwrap();
    fs::write(store.path().join(".gpg-id"), "test\n").unwrap();
    fs::write(store.path().join("a.gpg"), "sealed").unwrap();
    store.script("gpg", gpg);
    store
}

#[test]
fn without_gpg_there_is_a_clear_error() {
    let store = simple_store("");
    let gpg = Decryptor::Gpg(store.folder.path().join("nowhere"));
    let programs = Programs { decryptor: gpg, git: PathBuf::from("git") };
    let error = read(&store.path(), &programs, &mut |_, _| {}).unwrap_err();
    assert!(matches!(error, ExchangeError::NoProgram { .. }), "{error}");
    assert!(error.hint().starts_with("install '"));
}

#[test]
fn an_entry_that_gpg_refuses_is_named_without_the_words_of_gpg() {
    let script = "#!/bin/sh\n[ \"$1\" = --version ] && exit 0\necho hunter2; echo hunter2 >&2; exit 2\n";
    let store = simple_store(script);
    let error = read(&store.path(), &store.programs(), &mut |_, _| {}).unwrap_err();
    assert_eq!(error.to_string(), "'gpg' cannot decrypt 'a'");
}

#[test]
fn whatever_lies_in_a_store_is_an_entry_or_named() {
    use std::os::unix::ffi::OsStrExt as _;
    let script = "#!/bin/sh\n[ \"$1\" = --version ] && exit 0\nread -r line\n[ \"$line\" != closed ] && printf %s \"$line\"\n";
    let store = simple_store(script);
    let write = |name: &str, text: &str| fs::write(store.path().join(name), text).unwrap();
    write("closed.gpg", "closed\n");
    write("empty.gpg", "\n");
    write("upper.GPG", "x\n");
    write("with.age", "x\n");
    write(".hidden.gpg", "hidden\n");
    write("new\nline*.gpg", "line\n");
    fs::create_dir_all(store.path().join(".stversions")).unwrap();
    fs::create_dir_all(store.folder.path().join("team")).unwrap();
    std::os::unix::fs::symlink(store.folder.path().join("team"), store.path().join("shared")).unwrap();
    let odd = std::ffi::OsStr::from_bytes(b"caf\xe9.gpg");
    fs::write(store.path().join(odd), "coffee\n").unwrap();
    for has_history in [false, true] {
        if has_history {
            git(&store.path(), 0, &["init", "--quiet"]);
            commit(&store.path(), 1_700_000_000);
        }
        let batch = read(&store.path(), &store.programs(), &mut |_, _| {}).unwrap();
        let place = Place::new();
        let mut vault = place.create();
        let report = vault.import(&batch, etui::vault::OnRefusal::LeaveOut, &mut |_| {}).unwrap();
        assert_eq!(
            told(&report),
            [
                ".hidden: new v1",
                "a: new v1",
                "caf-: new v1",
                "'closed' cannot be read: 'gpg' cannot decrypt 'closed'".to_owned().as_str(),
                "new-line-: new v1",
            ]
            .map(|row| if row.starts_with('\'') {
                format!("closed: {row}")
            } else {
                row.to_owned()
            })
        );
        assert_eq!(
            lost(&batch),
            [
                "'.stversions' is left out: it is a hidden folder",
                "'shared' is left out: it is a link to a folder",
                "'upper.GPG' is left out: it is not a file that ends in '.gpg'",
                "'with.age' is left out: it is not a file that ends in '.gpg'",
                "'caf\u{fffd}' loses its name: it is not UTF-8",
                "'empty' is left out: it has no value",
            ]
        );
        assert_eq!(get(&mut vault, "new-line-").unwrap(), "line");
    }
}

#[test]
fn an_older_revision_that_gpg_refuses_is_named_among_the_losses() {
    let script =
        "#!/bin/sh\n[ \"$1\" = --version ] && exit 0\nread -r line\n[ \"$line\" = new ] && echo \"$line\"\n";
    let store = simple_store(script);
    git(&store.path(), 0, &["init", "--quiet"]);
    fs::write(store.path().join("a.gpg"), "old\n").unwrap();
    commit(&store.path(), 1_700_000_000);
    fs::write(store.path().join("a.gpg"), "new\n").unwrap();
    commit(&store.path(), 1_700_000_100);
    let batch = read(&store.path(), &store.programs(), &mut |_, _| {}).unwrap();
    assert_eq!(lost(&batch), ["'a' loses its revision of 2023-11-14T22:13:20Z: gpg cannot decrypt it"]);
    assert_eq!(batch.secrets[0].versions.len(), 1);
}

#[test]
fn a_folder_that_is_no_store_is_refused() {
    let error = read(Path::new("/nowhere"), &Programs::with_gpg(), &mut |_, _| {}).unwrap_err();
    assert_eq!(error.to_string(), "'/nowhere' is not a password store");
}
