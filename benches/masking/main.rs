//! How fast `etui run --mask` passes output on, beside `cat | cat` with the same bytes in the same run; and the search
//! alone.
//!
//! `cargo bench --bench masking` prints megabytes in a second, median and fastest. Without `--bench` (under
//! `cargo test --all-targets`) everything runs once on little.

#[path = "../vault/filled.rs"]
mod filled;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use etui::masking::{Forms, Masker};
use filled::{Filled, PASSWORD, name};

/// The variables of the masked program: as many as a service has.
const VARIABLES: usize = 20;

fn main() {
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let (megabytes, turns) = if is_bench { (400, 9) } else { (1, 1) };
    let filled = Filled::new(VARIABLES);
    let password = filled.folder.path().join("password");
    std::fs::write(&password, PASSWORD).expect("a password file");
    assert_eq!((filled.secrets, filled.scattered(0)), (VARIABLES, 0));
    drop(filled.open());
    println!("{megabytes} MB, {VARIABLES} variables: MB/s, median (fastest) of {turns} turns");
    let contents: [(&str, &dyn Fn(usize) -> u8); 2] = [
        ("text", &|at| {
            b"INFO 2026-01-01 the request took 31 ms, status 200, path /api/v1/items?page=3\n"[at % 78]
        }),
        ("noise", &|at| (at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes()[6]),
    ];
    for (what, byte) in contents {
        let file = filled.folder.path().join(what);
        let bytes: Vec<u8> = (0..megabytes * 1_000_000).map(byte).collect();
        std::fs::write(&file, &bytes).expect("a file");
        let mut taken = [Vec::new(), Vec::new(), Vec::new()];
        // In turn, so that a machine that becomes slower does so for all.
        for _ in 0..turns {
            taken[0].push(through(Command::new("cat").arg(&file)));
            taken[1].push(through(&mut masked(&filled, &password, &file)));
            taken[2].push(searched(&bytes));
        }
        let [cat, mask, search] = taken.map(|taken| speed(megabytes, taken));
        println!(
            "{what:>6}: cat | cat {cat}, etui run --mask -- cat | cat {mask}, the search alone {search}"
        );
    }
}

fn masked(filled: &Filled, password: &Path, file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_etui"));
    command
        .env("HOME", filled.folder.path())
        .env("ETUI_VAULT", filled.path())
        .env("ETUI_PASSWORD_FILE", password);
    command.args(["run", "--mask"]);
    for number in 0..VARIABLES {
        command.arg("--env").arg(format!("V{number}={}", name(number)));
    }
    command.arg("--").arg("cat").arg(file);
    command
}

/// How long a program takes whose output goes through a pipe into `cat`.
fn through(program: &mut Command) -> Duration {
    let begin = Instant::now();
    let mut first = program.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("a program");
    let mut second = Command::new("cat");
    second.stdin(first.stdout.take().expect("a pipe")).stdout(Stdio::null());
    assert!(second.status().expect("cat").success() && first.wait().expect("an end").success());
    begin.elapsed()
}

fn searched(bytes: &[u8]) -> Duration {
    let values: Vec<String> =
        (0..VARIABLES).map(|number| format!("correct horse battery {number}")).collect();
    let forms = Forms::of(values.iter().map(String::as_bytes)).expect("forms");
    let mut masker = Masker::new(Arc::new(forms));
    let mut passed = 0;
    let begin = Instant::now();
    for chunk in bytes.chunks(1 << 16) {
        masker.push(chunk, &mut |piece| passed += piece.len());
    }
    masker.flush(&mut |piece| passed += piece.len());
    assert_eq!(passed, bytes.len());
    begin.elapsed()
}

fn speed(megabytes: usize, mut taken: Vec<Duration>) -> String {
    taken.sort_unstable();
    let rate = |time: Duration| megabytes as f64 / time.as_secs_f64();
    format!("{:.0} ({:.0})", rate(taken[taken.len() / 2]), rate(taken[0]))
}
