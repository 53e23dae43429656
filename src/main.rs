//! The binary: hardens the process, reads the command line, chooses a door, and ends with an exit code.

use std::process::ExitCode;

use etui::cli::{self, AppOptions, Door, Finish, Invocation};
use etui::memory::process;
use etui::platform::clipboard::{HOLDER_ARGUMENT, hold_clipboard};
use etui::tui::{self, TuiOptions};

fn main() -> ExitCode {
    keep_panics_quiet();
    // Before the first secret is read. What could not be had is no reason not to work.
    let _ = process::harden();
    if std::env::args_os().skip(1).eq([HOLDER_ARGUMENT]) {
        return hold();
    }
    let (invocation, door) = match cli::parse(std::env::args_os()) {
        Ok(parsed) => parsed,
        Err(no_command) => return no_command.report(),
    };
    match enter(door, &invocation) {
        Ok(finish) => finish.exit_code(),
        Err(error) => cli::report(invocation.output(), &error),
    }
}

fn enter(door: Door, invocation: &Invocation) -> anyhow::Result<Finish> {
    match door {
        Door::App => invocation.app_options().and_then(open_app).map(|()| Finish::Done),
        Door::Job(job) => job.run(invocation),
    }
}

/// Opens the terminal app.
fn open_app(options: AppOptions) -> anyhow::Result<()> {
    tui::run(TuiOptions {
        vault_path: options.vault,
        state_directory: options.state_directory,
        key_file: options.key_file,
        answers: options.answers,
    })
}

/// Holds a copied value for an app that may have gone by then. Nobody reads what it says: the app is told by
/// a missing answer.
fn hold() -> ExitCode {
    match hold_clipboard() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// A panic says where it happened and in which version; its payload may quote what must not be shown.
fn keep_panics_quiet() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
        eprintln!(
            "etui {} came to an end that should not happen{}; please report this",
            env!("CARGO_PKG_VERSION"),
            place.unwrap_or_default()
        );
    }));
}
