//! How long a command takes as a whole process while the agent keeps the vault unlocked: what a script pays. Beside
//! it stand a program that does nothing, the least that the same work costs ([`floor`](self)), and the programs that
//! a user would pick instead, where they are installed.
//!
//! `cargo bench --bench process` prints a table for each size of the vault. Without `--bench` (under
//! `cargo test --all-targets`) everything runs a few times on a tiny vault.

#[path = "../vault/filled.rs"]
mod filled;
mod peers;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use filled::{Filled, PASSWORD, name};
use peers::{Ask, Peer};

fn main() {
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let (sizes, rounds): (&[usize], usize) =
        if is_bench { (&[100, 10_000, 100_000], 100) } else { (&[20], 3) };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let programs = Programs { empty: empty_program(folder.path()), floor: floor_program() };
    for &secrets in sizes {
        compare(&programs, secrets, rounds);
    }
}

/// What is measured beside etui.
struct Programs {
    empty: PathBuf,
    floor: PathBuf,
}

/// One line of the table.
struct Line<'a> {
    what: String,
    /// The line that its median is divided by.
    beside: Option<String>,
    /// How often it runs at most: some programs are slow.
    rounds: usize,
    command: Box<dyn Fn(usize) -> (Command, &'static str) + 'a>,
    taken: Vec<Duration>,
}

impl<'a> Line<'a> {
    fn new(
        what: &str,
        beside: Option<&str>,
        command: impl Fn(usize) -> (Command, &'static str) + 'a,
    ) -> Self {
        let beside = beside.map(str::to_owned);
        Self {
            what: what.to_owned(),
            beside,
            rounds: usize::MAX,
            command: Box::new(command),
            taken: Vec::new(),
        }
    }

    fn median(&self) -> Duration {
        let mut taken = self.taken.clone();
        taken.sort_unstable();
        taken[taken.len() / 2]
    }
}

fn compare(programs: &Programs, secrets: usize, rounds: usize) {
    let filled = Filled::new(secrets);
    assert_eq!(filled.open().count().expect("a whole vault"), secrets);
    let unlocked = Unlocked::new(&filled);
    let socket = unlocked.socket();
    let copy = filled.folder.path().join("floor.etui");
    fs::copy(filled.path(), &copy).expect("a copy of the vault");
    let floor = |what: &'static str| {
        let (copy, socket) = (copy.clone(), socket.clone());
        move |_: usize| {
            let mut command = Command::new(&programs.floor);
            command.arg(what).args([&copy, &socket]);
            (command, "")
        }
    };
    let scattered = |turn: usize| name(filled.scattered(turn)).as_str().to_owned();
    let value = "correct horse battery staple 32b";
    let peers = Peer::installed(filled.folder.path(), secrets);
    let mut lines = vec![
        Line::new("an empty program", None, |_| (Command::new(&programs.empty), "")),
        Line::new("etui --version", Some("an empty program"), |_| (unlocked.etui(&["--version"]), "")),
        Line::new("floor: get", Some("an empty program"), floor("get")),
        Line::new("etui get", Some("floor: get"), |turn| (unlocked.etui(&["get", &scattered(turn)]), "")),
        Line::new("floor: put", None, floor("put")),
        Line::new("etui put", Some("floor: put"), |turn| (unlocked.etui(&["put", &scattered(turn)]), value)),
        Line::new("floor: list", None, floor("list")),
        Line::new("etui list", Some("floor: list"), |_| (unlocked.etui(&["list"]), "")),
    ];
    for peer in &peers {
        for (ask, what) in [(Ask::Get, "get"), (Ask::Put, "put"), (Ask::List, "list")] {
            let beside = format!("etui {what}");
            let mut line = Line::new(&format!("{}: {what}", peer.name), Some(&beside), move |turn| {
                peer.command(ask, turn, secrets)
            });
            line.rounds = 15;
            lines.push(line);
        }
    }
    // In turn, so that a machine that becomes slower does so for all.
    for round in 0..rounds {
        for line in lines.iter_mut().filter(|line| round < line.rounds) {
            let (command, input) = (line.command)(round);
            line.taken.push(time(command, input));
        }
    }
    print(secrets, &lines);
}

fn print(secrets: usize, lines: &[Line<'_>]) {
    println!(
        "\n| {secrets} secrets | median | fastest | beside | memory |\n| --- | ---: | ---: | ---: | ---: |"
    );
    for line in lines {
        let fastest = line.taken.iter().min().copied().unwrap_or_default();
        let beside = line.beside.as_ref().and_then(|beside| {
            let other = lines.iter().find(|other| other.what == *beside)?;
            Some(format!("{:.2} × {beside}", line.median().as_secs_f64() / other.median().as_secs_f64()))
        });
        println!(
            "| {} | {:.2?} | {fastest:.2?} | {} | {} |",
            line.what,
            line.median(),
            beside.unwrap_or_default(),
            peak_memory(line).unwrap_or_default()
        );
    }
}

/// How much memory a process has at most, where GNU time is there to tell.
fn peak_memory(line: &Line<'_>) -> Option<String> {
    let (command, input) = (line.command)(line.taken.len());
    let mut measured = Command::new("/usr/bin/time");
    measured.args(["-q", "-f", "%M"]).arg(command.get_program()).args(command.get_args());
    if line.what.starts_with("etui") {
        measured.env_clear();
    }
    measured.envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
    let mut child =
        measured.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().ok()?;
    child.stdin.take()?.write_all(input.as_bytes()).ok()?;
    let printed = child.wait_with_output().ok()?;
    let kibibytes: f64 = String::from_utf8_lossy(&printed.stderr).lines().last()?.trim().parse().ok()?;
    Some(format!("{:.1} MiB", kibibytes / 1024.0))
}

/// A program that ends at once, compiled as this one is.
fn empty_program(folder: &Path) -> PathBuf {
    let (source, program) = (folder.join("empty.rs"), folder.join("empty"));
    fs::write(&source, "fn main() {}\n").expect("a source file");
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let compiled = Command::new(compiler).args(["-O", "-o"]).args([&program, &source]).status();
    assert!(compiled.is_ok_and(|status| status.success()), "the empty program compiles");
    program
}

/// `floor.rs`, which cargo compiles as an example, with the settings of a release.
fn floor_program() -> PathBuf {
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.current_dir(env!("CARGO_MANIFEST_DIR"));
    build.args(["build", "--quiet", "--release", "--locked", "--example", "floor", "--message-format=json"]);
    let built = build.stderr(Stdio::inherit()).output().expect("cargo");
    assert!(built.status.success(), "the floor compiles");
    let messages = String::from_utf8(built.stdout).expect("messages of cargo");
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let program = messages.filter_map(|message| Some(message["executable"].as_str()?.to_owned())).next_back();
    program.expect("a program").into()
}

/// A vault whose agent runs; it ends with this.
struct Unlocked<'a>(&'a Filled);

impl<'a> Unlocked<'a> {
    fn new(filled: &'a Filled) -> Self {
        let password = filled.folder.path().join("password");
        fs::write(&password, PASSWORD).expect("a password file");
        let unlocked = Self(filled);
        let mut unlock = unlocked.etui(&["unlock"]);
        unlock.arg("--password-file").arg(password).stderr(Stdio::null());
        time(unlock, "");
        unlocked
    }

    /// Everything that etui writes besides lies in the folder of the vault.
    fn etui(&self, arguments: &[&str]) -> Command {
        let folder = self.0.folder.path();
        let mut command = Command::new(env!("CARGO_BIN_EXE_etui"));
        command.args(arguments).env_clear().env("HOME", folder).env("ETUI_VAULT", self.0.path());
        command
    }

    /// Where the agent listens.
    fn socket(&self) -> PathBuf {
        let folder = self.0.folder.path().join(".local/state/etui/run");
        let mut files =
            fs::read_dir(folder).expect("the agent's folder").filter_map(|file| Some(file.ok()?.path()));
        files.find(|file| file.extension().is_some_and(|kind| kind == "socket")).expect("the agent's socket")
    }
}

impl Drop for Unlocked<'_> {
    fn drop(&mut self) {
        let _ = self.etui(&["lock"]).stdout(Stdio::null()).status();
    }
}

/// Runs a command that must succeed.
fn time(mut command: Command, input: &str) -> Duration {
    command.stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() });
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let begin = Instant::now();
    let mut child = command.spawn().expect("a program that can be started");
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes()).expect("a program that reads");
    }
    let status = child.wait().expect("a program that ends");
    let taken = begin.elapsed();
    assert!(status.success(), "{command:?}: {status}");
    taken
}
