//! How long `etui get` takes as a whole process while the agent keeps the vault unlocked, beside the start of a
//! program that does nothing: what a script pays for each secret.
//!
//! `cargo bench --bench process` prints a table of medians. Without `--bench` (under `cargo test --all-targets`)
//! everything runs a few times on a tiny vault.

#[path = "../vault/filled.rs"]
mod filled;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use filled::{Filled, PASSWORD, name};

fn main() {
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let (sizes, turns): (&[usize], usize) = if is_bench { (&[100, 100_000], 200) } else { (&[20], 3) };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let empty = empty_program(folder.path());
    println!("whole processes, median (fastest) of {turns} each");
    for &secrets in sizes {
        let filled = Filled::new(secrets);
        assert_eq!(filled.open().count().expect("a whole vault"), secrets);
        let agent = Unlocked::new(&filled);
        let mut taken = [Vec::new(), Vec::new()];
        // In turn, so that a machine that becomes slower does so for both.
        for turn in 0..turns {
            taken[0].push(time(Command::new(&empty)));
            taken[1].push(time(agent.etui(&["get", name(filled.scattered(turn)).as_str()])));
        }
        let [empty, get] = taken.map(median_and_fastest);
        println!("{secrets:>7} secrets: an empty program {empty}, `etui get` {get}");
    }
}

/// A program that ends at once, compiled as this one is.
fn empty_program(folder: &Path) -> PathBuf {
    let (source, program) = (folder.join("empty.rs"), folder.join("empty"));
    std::fs::write(&source, "fn main() {}\n").expect("a source file");
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let compiled = Command::new(compiler).args(["-O", "-o"]).args([&program, &source]).status();
    assert!(compiled.is_ok_and(|status| status.success()), "the empty program compiles");
    program
}

/// A vault whose agent runs; it ends with this.
struct Unlocked<'a>(&'a Filled);

impl<'a> Unlocked<'a> {
    fn new(filled: &'a Filled) -> Self {
        let password = filled.folder.path().join("password");
        std::fs::write(&password, PASSWORD).expect("a password file");
        let unlocked = Self(filled);
        let mut unlock = unlocked.etui(&["unlock"]);
        unlock.arg("--password-file").arg(password);
        time(unlock);
        unlocked
    }

    /// Everything that etui writes besides lies in the folder of the vault.
    fn etui(&self, arguments: &[&str]) -> Command {
        let folder = self.0.folder.path();
        let mut command = Command::new(env!("CARGO_BIN_EXE_etui"));
        command.args(arguments).env_clear().env("HOME", folder).env("ETUI_VAULT", self.0.path());
        command
    }
}

impl Drop for Unlocked<'_> {
    fn drop(&mut self) {
        let _ = self.etui(&["lock"]).stdout(Stdio::null()).status();
    }
}

/// Runs a command that must succeed.
fn time(mut command: Command) -> Duration {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let begin = Instant::now();
    let status = command.status().expect("a program that can be started");
    let taken = begin.elapsed();
    assert!(status.success(), "{command:?}: {status}");
    taken
}

fn median_and_fastest(mut taken: Vec<Duration>) -> String {
    taken.sort_unstable();
    format!("{:.2?} ({:.2?})", taken[taken.len() / 2], taken[0])
}
