//! The binary: hardens the process, reads the command line, chooses a door, and ends with an exit code.

use std::path::Path;
use std::process::ExitCode;

use etui::agent::{AGENT_ARGUMENT, run_agent};
use etui::cli::{self, AppOptions, Door, Finish, Invocation};
use etui::demo::{self, Demo};
use etui::memory::process;
use etui::platform::clipboard::{HOLDER_ARGUMENT, hold_clipboard};
use etui::platform::signals::{Signal, die_of};
use etui::tui::{self, Ownership, TuiOptions, user_keymap};
use etui::vault::{Clock, SystemClock};

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
        Ok((invocation, door)) => {
            (invocation.with_hardening(hardening).with_keymap_check(check_keymap), door)
        }
        Err(no_command) => return no_command.report(),
    };
    match enter(door, &invocation) {
        Ok(finish) => finish.exit_code(),
        Err(error) => cli::report(invocation.output(), &error),
    }
}

fn enter(door: Door, invocation: &Invocation) -> anyhow::Result<Finish> {
    match door {
        Door::App(look) => {
            let options = invocation.app_options(look)?;
            end_by(open_app(options, Ownership::Own)?)
        }
        Door::Demo(look) => end_by(open_demo(invocation.demo_options(look)?)?),
        Door::Job(job) => job.run(invocation),
    }
}

/// Looks whether the user's keys can be had; the keys belong to the app, the question to a command.
fn check_keymap(path: &Path) -> Result<(), String> {
    user_keymap::load(path).map(drop).map_err(|error| error.to_string())
}

/// The app has been left, and everything is cleaned up.
fn end_by(signal: Option<Signal>) -> anyhow::Result<Finish> {
    signal.map_or(Ok(()), die_of)?;
    Ok(Finish::Done)
}

/// Opens the terminal app on a vault that goes with it.
fn open_demo(options: AppOptions) -> anyhow::Result<Option<Signal>> {
    let mut demo = Demo::make(SystemClock.now())?;
    if let Some(signal) = demo.interrupted_by() {
        return Ok(Some(signal));
    }
    let options = AppOptions { vault: demo.vault_path(), password: Some(demo::password()), ..options };
    open_app(options, Ownership::Demo { password: demo::PASSWORD, first: demo::FIRST })
}

/// Opens the terminal app.
fn open_app(options: AppOptions, ownership: Ownership) -> anyhow::Result<Option<Signal>> {
    let password = options.password;
    let options = TuiOptions {
        vault_path: options.vault,
        state_directory: options.state_directory,
        key_file: options.key_file,
        answers: options.answers,
        settings: options.settings,
        clipboard: options.clipboard,
        keymap_file: Some(options.keymap_file),
        ownership,
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
