//! The stores of `passage` and `gopass`, with a real age and git where they are here, and with a program in its place.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use etui::exchange::decryptor::{Age, Decryptor};
use etui::exchange::pass::{Programs, read};
use etui::exchange::{Content, ExchangeError, Input, Locks, Source};
use etui::memory::SecretBytes;
use etui::vault::IncomingBatch;

use crate::helpers::lost;
use crate::programs::{commit, git, run};
use crate::support::program::write_program;

const NAME_OF_A: &str = "web/größe shop";

fn has_age() -> bool {
    let has = |program: &str| Command::new(program).arg("--version").output().is_ok();
    let is_here = has("age") && Command::new("age-keygen").arg("-h").output().is_ok() && has("git");
    if !is_here {
        eprintln!("skipped: age or git is not here");
    }
    is_here
}

/// A store as passage makes it: `store` and `identities` beside each other.
struct Store(tempfile::TempDir);

impl Store {
    fn new() -> Self {
        let store = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(store.path().join("web")).unwrap();
        store
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("store")
    }

    fn identities(&self) -> PathBuf {
        self.0.path().join("identities")
    }

    fn make_identities(&self) -> String {
        run(Command::new("age-keygen").arg("-o").arg(self.identities()), b"");
        let recipient = run(Command::new("age-keygen").arg("-y").arg(self.identities()), b"");
        String::from_utf8(recipient).unwrap().trim().to_owned()
    }

    fn insert(&self, name: &str, recipient: &str, text: &[u8]) {
        let path = self.path().join(format!("{name}.age"));
        run(Command::new("age").args(["-r", recipient, "-o"]).arg(path), text);
    }

    /// Read with another program as age.
    fn read_with(&self, script: &str) -> Result<IncomingBatch, ExchangeError> {
        let program = self.0.path().join("age");
        write_program(&program, script);
        let age = Age::new(program, SecretBytes::copy_of(b"AGE-SECRET-KEY-hunter2"))?;
        let programs = Programs { decryptor: Decryptor::Age(age), git: PathBuf::from("git") };
        read(&self.path(), &programs, &mut |_, _| {})
    }
}

fn texts(batch: &IncomingBatch, name: &str) -> Vec<Vec<u8>> {
    let secret = batch.secrets.iter().find(|secret| secret.name == name).unwrap();
    secret.versions.iter().map(|version| version.value.expose().to_vec()).collect()
}

fn recognised(path: &Path, locks: Option<&Locks>) -> Result<(Source, IncomingBatch), ExchangeError> {
    let found = etui::exchange::read(&Input::Path(path.to_owned()), None, None, locks, &mut |_, _| {})?;
    let Content::Secrets(batch) = found.content else { panic!("a store holds secrets") };
    Ok((found.source, batch))
}

#[test]
fn a_store_is_recognised_and_its_revisions_become_versions() {
    if !has_age() {
        return;
    }
    let store = Store::new();
    let recipient = store.make_identities();
    let other = Store::new();
    let other_recipient = other.make_identities();
    git(&store.path(), 0, &["init", "--quiet"]);
    store.insert(NAME_OF_A, &recipient, b"first\nlogin: me\n");
    store.insert("binary", &recipient, b"\x00\xff");
    store.insert("closed", &other_recipient, b"hunter2");
    commit(&store.path(), 1_700_000_000);
    store.insert(NAME_OF_A, &recipient, b"second\n");
    fs::write(store.path().join("web/old.gpg"), "x").unwrap();
    fs::write(store.path().join(".age-recipients"), &recipient).unwrap();

    let (source, batch) = recognised(&store.path(), None).unwrap();
    assert_eq!(source.name(), "passage");
    assert_eq!(texts(&batch, NAME_OF_A), [&b"first\nlogin: me\n"[..], b"second"]);
    assert_eq!(texts(&batch, "binary"), [b"\x00\xff"]);
    let closed = batch.secrets.iter().find(|secret| secret.name == "closed").unwrap();
    assert_eq!(closed.unreadable.as_deref(), Some("'age' cannot decrypt 'closed'"));
    assert_eq!(lost(&batch), ["'web/old.gpg' is left out: it is not a file that ends in '.age'"]);

    // Identities that are named are taken instead of those beside it.
    let text = SecretBytes::from_vec(fs::read(other.identities()).unwrap());
    let locks = Locks { password: SecretBytes::new(), key_file: Some(text) };
    let (_, batch) = recognised(&store.path(), Some(&locks)).unwrap();
    assert_eq!(texts(&batch, "closed"), [b"hunter2"]);
}

#[test]
fn a_store_of_gopass_with_hidden_names_is_named() {
    let store = Store::new();
    fs::write(store.path().join(".age-recipients"), "age1x\n").unwrap();
    fs::write(store.path().join(".gopass-mapping"), "sealed").unwrap();
    fs::write(store.path().join("0123abcd"), "sealed").unwrap();
    let error = store.read_with("#!/bin/sh\nexit 0\n").unwrap_err();
    assert_eq!(error.to_string(), "this is a store of gopass that hides the names of its entries (cryptfs)");
    assert!(error.hint().contains("gopass convert"));
}

#[test]
fn without_identities_or_with_locked_ones_nothing_is_run() {
    let store = Store::new();
    fs::write(store.path().join("web/mail.age"), "x").unwrap();
    let error = recognised(&store.path(), None).unwrap_err();
    assert_eq!(error, ExchangeError::NoIdentities);
    assert!(error.hint().contains("--other-key-file"));
    for locked in ["age-encryption.org/v1\n-> scrypt x 18\n", "\n-----BEGIN AGE ENCRYPTED FILE-----\n"] {
        fs::write(store.identities(), locked).unwrap();
        assert_eq!(recognised(&store.path(), None).unwrap_err(), ExchangeError::IdentitiesLocked);
    }
}

#[test]
fn identities_come_through_a_pipe_and_nothing_of_age_is_shown() {
    let store = Store::new();
    fs::write(store.path().join("web/mail.age"), "sealed").unwrap();
    let script = "#!/bin/sh\n[ \"$1\" = --version ] && exit 0\n\
        [ \"$1 $2 $3 $4\" = '--decrypt --identity - --' ] && cat - \"$5\"\n";
    let batch = store.read_with(script).unwrap();
    assert_eq!(texts(&batch, "web/mail"), [b"AGE-SECRET-KEY-hunter2sealed"]);
    let refusing = "#!/bin/sh\n[ \"$1\" = --version ] && exit 0\ncat; echo hunter2 >&2; exit 1\n";
    let error = store.read_with(refusing).unwrap_err();
    assert_eq!(error.to_string(), "'age' cannot decrypt 'web/mail'");
    let store = Store::new();
    let error = store.read_with(refusing).unwrap_err();
    assert!(error.to_string().ends_with("is not a password store"));
    assert_eq!(error.hint(), "name the folder that holds files that end in '.age'");
}

#[test]
fn without_age_there_is_a_clear_error() {
    let store = Store::new();
    fs::write(store.path().join("mail.age"), "x").unwrap();
    let age = Age::new(store.0.path().join("nowhere"), SecretBytes::new()).unwrap();
    let programs = Programs { decryptor: Decryptor::Age(age), git: PathBuf::from("git") };
    let error = read(&store.path(), &programs, &mut |_, _| {}).unwrap_err();
    assert!(matches!(error, ExchangeError::NoProgram { .. }), "{error}");
}
