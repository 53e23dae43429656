//! What a user would pick instead, where it is installed: filled with as many entries as the vault.
//!
//! Entries are copies of one that the program itself has made, so that a store of 100,000 is there in seconds.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// A program with a filled store.
pub struct Peer {
    pub name: &'static str,
    environment: Vec<(&'static str, String)>,
    get: fn(&str) -> Vec<String>,
    put: fn(&str) -> Vec<String>,
    list: fn() -> Vec<String>,
    /// What a new value is wrapped in on standard input.
    value: &'static str,
}

/// What each program is asked for.
#[derive(Clone, Copy)]
pub enum Ask {
    Get,
    Put,
    List,
}

impl Peer {
    /// Those that are found, with stores in `folder`.
    pub fn installed(folder: &Path, entries: usize) -> Vec<Self> {
        [kbs2(folder, entries), pass(folder, entries)].into_iter().flatten().collect()
    }

    /// A command, and what it reads.
    pub fn command(&self, ask: Ask, turn: usize, entries: usize) -> (Command, &'static str) {
        let words = match ask {
            Ask::Get => (self.get)(&entry(turn.wrapping_mul(7_919) % entries)),
            Ask::Put => (self.put)(&format!("new-{turn}")),
            Ask::List => (self.list)(),
        };
        let mut command = Command::new(self.name);
        command.args(words).envs(self.environment.iter().cloned());
        (command, if matches!(ask, Ask::Put) { self.value } else { "" })
    }
}

fn entry(number: usize) -> String {
    format!("service-{number}")
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// Age files, one an entry; a key file without a password, so that no key is derived.
fn kbs2(folder: &Path, entries: usize) -> Option<Peer> {
    let (config, store) = (folder.join("kbs2"), folder.join("kbs2-store"));
    let environment = vec![("KBS2_CONFIG_DIR", config.display().to_string())];
    let initialised = words(&["init", "--insecure-not-wrapped", "-s", &store.display().to_string()]);
    succeeds("kbs2", &initialised, &environment, "")?;
    fs::create_dir_all(&store).ok()?;
    let peer = Peer {
        name: "kbs2",
        environment,
        get: |entry| words(&["pass", entry]),
        put: |entry| words(&["new", "-t", entry]),
        list: || words(&["list"]),
        value: "user\u{1}correct horse battery staple 32b\n",
    };
    succeeds("kbs2", &(peer.put)("first"), &peer.environment, peer.value)?;
    copy_many(&store.join("first"), entries, |number| store.join(entry(number)))?;
    Some(peer)
}

/// Files of gpg, one an entry; a key without a passphrase, so that no key is derived.
fn pass(folder: &Path, entries: usize) -> Option<Peer> {
    let (keys, store) = (folder.join("gnupg"), folder.join("pass-store"));
    fs::create_dir_all(&keys).ok()?;
    let _ = fs::set_permissions(&keys, std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let environment =
        vec![("GNUPGHOME", keys.display().to_string()), ("PASSWORD_STORE_DIR", store.display().to_string())];
    let new_key =
        ["--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "bench <bench@localhost>"];
    succeeds("gpg", &words(&new_key), &environment, "")?;
    succeeds("pass", &words(&["init", "bench@localhost"]), &environment, "")?;
    let peer = Peer {
        name: "pass",
        environment,
        get: |entry| words(&["show", entry]),
        put: |entry| words(&["insert", "-m", "-f", entry]),
        list: || words(&["ls"]),
        value: "correct horse battery staple 32b\n",
    };
    succeeds("pass", &(peer.put)("first"), &peer.environment, peer.value)?;
    copy_many(&store.join("first.gpg"), entries, |number| store.join(format!("{}.gpg", entry(number))))?;
    Some(peer)
}

fn copy_many(first: &Path, entries: usize, path: impl Fn(usize) -> std::path::PathBuf) -> Option<()> {
    let bytes = fs::read(first).ok()?;
    (0..entries).try_for_each(|number| fs::write(path(number), &bytes)).ok()
}

/// Runs a step of the preparation; `None` where the program is missing or fails.
fn succeeds(
    program: &str,
    arguments: &[String],
    environment: &[(&'static str, String)],
    input: &str,
) -> Option<()> {
    use std::io::Write as _;
    let mut child = Command::new(program)
        .args(arguments)
        .envs(environment.iter().cloned())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(input.as_bytes()).ok()?;
    child.wait().ok()?.success().then_some(())
}
