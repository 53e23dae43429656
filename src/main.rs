//! The binary: hardens the process, brings the command line and the app together, and ends with an exit code.

use std::path::Path;
use std::process::ExitCode;

use etui::agent::{AGENT_ARGUMENT, run_agent};
use etui::cli::{self, App, Process};
use etui::memory::process;
use etui::platform::clipboard::{HOLDER_ARGUMENT, hold_clipboard};
use etui::tui::{self, user_keymap};

fn main() -> ExitCode {
    keep_panics_quiet();
    // Before the first secret is read. What could not be had is no reason not to work.
    let hardening = process::harden();
    if std::env::args_os().skip(1).eq([HOLDER_ARGUMENT]) {
        return silently(hold_clipboard());
    }
    if std::env::args_os().skip(1).eq([AGENT_ARGUMENT]) {
        return silently(run_agent());
    }
    let app = App { run: tui::run, check_keymap };
    cli::run(std::env::args_os(), Process { hardening, app })
}

/// Looks whether the user's keys can be had; the keys belong to the app, the question to a command.
fn check_keymap(path: &Path) -> Result<(), String> {
    user_keymap::load(path).map(drop).map_err(|error| error.to_string())
}

/// The end of a process of our own in the background. Nobody reads what it says: whoever started it is told by
/// its answer.
fn silently<E>(result: Result<(), E>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// A panic says where it happened and in which version; its payload may quote what must not be shown.
fn keep_panics_quiet() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
        eprintln!(
            "etui {} crashed{}; this is a bug, please report it",
            env!("CARGO_PKG_VERSION"),
            place.unwrap_or_default()
        );
    }));
}
