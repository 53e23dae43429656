//! The binary: hardens the process, reads the command line, chooses a door, and ends with an exit code.

use std::process::ExitCode;

use etui::agent::{AGENT_ARGUMENT, run_agent};
use etui::cli::{self, AppOptions, Door, Finish, Invocation};
use etui::memory::process;
use etui::platform::clipboard::{HOLDER_ARGUMENT, hold_clipboard};
use etui::tui::{self, TuiOptions};

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
    if let Some(completed) = cli::complete_words(std::env::args_os()) {
        return completed;
    }
    let (invocation, door) = match cli::parse(std::env::args_os()) {
        Ok((invocation, door)) => (invocation.with_hardening(hardening), door),
        Err(no_command) => return no_command.report(),
    };
    match enter(door, &invocation) {
        Ok(finish) => finish.exit_code(),
        Err(error) => cli::report(invocation.output(), &error),
    }
}

fn enter(door: Door, invocation: &Invocation) -> anyhow::Result<Finish> {
    match door {
        Door::App(look) => invocation.app_options(look).and_then(open_app).map(|()| Finish::Done),
        Door::Job(job) => job.run(invocation),
    }
}

/// Opens the terminal app.
fn open_app(options: AppOptions) -> anyhow::Result<()> {
    let password = options.password;
    let options = TuiOptions {
        vault_path: options.vault,
        state_directory: options.state_directory,
        key_file: options.key_file,
        answers: options.answers,
        settings: options.settings,
        clipboard: options.clipboard,
    };
    tui::run(options, password)
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
            "etui {} came to an end that should not happen{}; please report this",
            env!("CARGO_PKG_VERSION"),
            place.unwrap_or_default()
        );
    }));
}
