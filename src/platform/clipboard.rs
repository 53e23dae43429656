//! Copying a value out: the system's clipboard, the terminal's (OSC 52), or the user's own command.
//!
//! A value is never in argv, the environment or a `String` of ours. What the routes can promise differs,
//! and [`Route`] says it, so that what the user is told is true.

mod holder;
mod osc52;

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use thiserror::Error;

pub use holder::hold_clipboard;
pub use osc52::{OSC52_LIMIT, osc52_sequence};

use crate::domain::reason;
use crate::memory::{SecretBytes, process};
use crate::platform::child::{self, ChildError, WhenAsked, exit_words};
use crate::platform::signals::Interrupted;

/// The hidden argument with which the binary becomes the holder of a copied value.
pub const HOLDER_ARGUMENT: &str = "clipboard-holder";

/// Which route the user wants.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ClipboardSetting {
    /// Whatever fits: the terminal in SSH or without a display, else the system.
    #[default]
    Auto,
    /// The system's clipboard.
    System,
    /// The terminal's clipboard, by OSC 52.
    Osc52,
    /// The user's own commands, run by `sh -c`; the value comes on stdin.
    Command {
        /// Copies its stdin.
        copy: String,
        /// Clears what was copied, where there is such a command.
        clear: Option<String>,
    },
}

/// Which route a value took, and what is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// It is in the system's clipboard, and will be cleared if it is still ours then.
    System {
        /// How long it stays.
        cleared_in: Duration,
    },
    /// It was sent to the terminal: it cannot be checked or cleared from here.
    Osc52,
    /// It was given to the user's command.
    Command {
        /// How long it stays, where there is a command that clears it.
        cleared_in: Option<Duration>,
    },
}

/// Why a value was not copied. Holds nothing of the value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ClipboardError {
    /// The system's clipboard takes text.
    #[error("only text can be copied to the system's clipboard")]
    NotText,
    /// Terminals cut longer sequences off.
    #[error("the value has {size} bytes: terminals take at most {limit} bytes by OSC 52")]
    TooLong {
        /// Of the value.
        size: usize,
        /// In bytes.
        limit: usize,
    },
    /// There is no clipboard to be had.
    #[error("the system's clipboard cannot be reached")]
    NoClipboard,
    /// There is no terminal to write to.
    #[error("there is no clipboard here: neither a display nor a terminal ({0})")]
    NoTerminal(String),
    /// A signal ended the user's command, and etui with it.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// There is neither a display nor a terminal.
    #[error("there is no clipboard here: neither a display nor a terminal")]
    Nowhere,
    /// The user's command failed.
    #[error("the clipboard command failed: {0}")]
    CommandFailed(String),
    /// The system says no.
    #[error("{doing} failed: {reason}")]
    System {
        /// What was being done.
        doing: &'static str,
        /// The system's own words.
        reason: String,
    },
}

impl ClipboardError {
    fn system(doing: &'static str) -> impl Fn(io::Error) -> Self + Copy {
        move |error| Self::System { doing, reason: reason(&error) }
    }

    /// What to do next.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::NotText => "write the value to a file, or set a clipboard command that takes bytes",
            Self::TooLong { .. } => "write the value to a file",
            Self::NoClipboard => "set `clipboard = \"osc52\"` or `\"command\"` in the settings",
            Self::Nowhere | Self::NoTerminal(_) => {
                "set `clipboard = \"command\"` and `clipboard_copy` in the settings"
            }
            Self::Interrupted(_) => "nothing was copied",
            Self::System { .. } => "",
            Self::CommandFailed(_) => "try the command by hand, then correct it in the settings",
        }
    }
}

/// What the choice of a route depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Surroundings {
    /// The desktop is at hand.
    Desktop,
    /// Only the terminal leads to a clipboard: SSH, or no display.
    TerminalOnly,
}

fn surroundings(variable: &dyn Fn(&str) -> Option<OsString>) -> Surroundings {
    let is_set = |name: &&str| variable(name).is_some_and(|value| !value.is_empty());
    let remote = ["SSH_TTY", "SSH_CONNECTION"].iter().any(is_set);
    let display = cfg!(target_os = "macos") || ["WAYLAND_DISPLAY", "DISPLAY"].iter().any(is_set);
    if remote || !display { Surroundings::TerminalOnly } else { Surroundings::Desktop }
}

fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// Whether this process has a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControllingTerminal {
    /// It has one.
    Here,
    /// It has none.
    None,
}

impl ClipboardSetting {
    /// Which way a copy would most likely go from here, in words; nothing is tried. `None` where there is none.
    pub fn likely_way(&self, terminal: ControllingTerminal) -> Option<&'static str> {
        Some(match self {
            Self::System => "the system's clipboard",
            Self::Osc52 if terminal == ControllingTerminal::None => return None,
            Self::Osc52 => "the terminal's clipboard (OSC 52), which cannot be cleared from here",
            Self::Command { clear: Some(_), .. } => "the command of the settings, and the one that clears",
            Self::Command { clear: None, .. } => "the command of the settings; nothing clears it",
            Self::Auto => match surroundings(&variable) {
                Surroundings::Desktop => return Self::System.likely_way(terminal),
                Surroundings::TerminalOnly => return Self::Osc52.likely_way(terminal),
            },
        })
    }
}

/// Copies values and clears what it copied.
pub struct Clipboard {
    setting: ClipboardSetting,
    copied: Option<Copied>,
}

/// What is in a clipboard because of us.
enum Copied {
    /// It is there for as long as this process runs: it ends when somebody else copies something.
    Held(Child),
    /// This command clears it.
    ByCommand { clear: String },
}

impl Clipboard {
    /// Makes one; nothing is opened before the first copy.
    pub const fn new(setting: ClipboardSetting) -> Self {
        Self { setting, copied: None }
    }

    /// Copies `value`, and sees to it that it is cleared after `clear_after` where the route allows.
    ///
    /// On the system's route a small process of its own clears in time, even when this one has gone; on
    /// the route of the user's command [`clear_if_ours`](Self::clear_if_ours) is to be called then.
    ///
    /// # Errors
    /// [`ClipboardError`]; nothing was copied then.
    pub fn copy(&mut self, value: &SecretBytes, clear_after: Duration) -> Result<Route, ClipboardError> {
        self.reap();
        match &self.setting {
            ClipboardSetting::System => self.copy_to_system(value, clear_after),
            ClipboardSetting::Osc52 => copy_to_terminal(value),
            ClipboardSetting::Command { copy, clear } => {
                run(copy, Some(value))?;
                let route = Route::Command { cleared_in: clear.as_ref().map(|_| clear_after) };
                self.copied = clear.clone().map(|clear| Copied::ByCommand { clear });
                Ok(route)
            }
            ClipboardSetting::Auto => match surroundings(&variable) {
                Surroundings::TerminalOnly => copy_to_the_only_way(value),
                Surroundings::Desktop => match self.copy_to_system(value, clear_after) {
                    // A display that is named but not there (a stale tmux, sudo): the terminal is left.
                    Err(ClipboardError::NoClipboard) => copy_to_the_only_way(value),
                    result => result,
                },
            },
        }
    }

    /// Clears what was copied last, if it is still ours and can be cleared.
    pub fn clear_if_ours(&mut self) -> Result<(), ClipboardError> {
        match self.copied.take() {
            None => Ok(()),
            Some(Copied::Held(child)) => holder::release(child),
            Some(Copied::ByCommand { clear }) => run(&clear, None),
        }
    }

    /// Clears what nobody would clear after this process: what the user's command copied. A holder goes on
    /// and clears on time, so that a value can still be pasted when the app has gone.
    pub fn clear_before_exit(&mut self) -> Result<(), ClipboardError> {
        match &self.copied {
            Some(Copied::ByCommand { .. }) => self.clear_if_ours(),
            _ => Ok(()),
        }
    }

    fn copy_to_system(
        &mut self,
        value: &SecretBytes,
        clear_after: Duration,
    ) -> Result<Route, ClipboardError> {
        if value.expose_text().is_none() {
            return Err(ClipboardError::NotText);
        }
        let previous = self.copied.take();
        let child = holder::start(value, clear_after)?;
        self.copied = Some(Copied::Held(child));
        // The old holder has lost the selection to the new one and is ending by itself, but for systems
        // where the clipboard outlives its owner.
        if let Some(Copied::Held(mut previous)) = previous {
            let _ = previous.kill();
            let _ = previous.wait();
        }
        Ok(Route::System { cleared_in: clear_after })
    }

    /// Takes note of a holder that has ended, so that no zombie is left.
    fn reap(&mut self) {
        if let Some(Copied::Held(child)) = &mut self.copied
            && matches!(child.try_wait(), Ok(Some(_)))
        {
            self.copied = None;
        }
    }
}

/// Sends a value to the terminal where there is no display.
fn copy_to_the_only_way(value: &SecretBytes) -> Result<Route, ClipboardError> {
    copy_to_terminal(value).map_err(|error| match error {
        ClipboardError::NoTerminal(_) => ClipboardError::Nowhere,
        other => other,
    })
}

/// Sends a value to the terminal. One write call, because the app draws from another thread: the kernel
/// does not mix two writes to a terminal.
fn copy_to_terminal(value: &SecretBytes) -> Result<Route, ClipboardError> {
    if value.len() > OSC52_LIMIT {
        return Err(ClipboardError::TooLong { size: value.len(), limit: OSC52_LIMIT });
    }
    let sequence = osc52_sequence(value, osc52::multiplexer(&variable));
    let no_terminal = |error: io::Error| ClipboardError::NoTerminal(reason(&error));
    let mut terminal = OpenOptions::new().write(true).open("/dev/tty").map_err(no_terminal)?;
    terminal.write_all(sequence.expose()).map_err(no_terminal)?;
    Ok(Route::Osc52)
}

/// Runs a command of the user's, its output thrown away: it would land in the middle of the screen.
fn run(command: &str, input: Option<&SecretBytes>) -> Result<(), ClipboardError> {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", command])
        .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let ended = child::run_with(&mut shell, WhenAsked::PassOn, |stdin, _| {
        if let (Some(mut stdin), Some(value)) = (stdin, input) {
            // A command that reads nothing may have closed it; its exit status tells.
            let _ = stdin.write_all(value.expose());
        }
    });
    match ended {
        Ok((status, ())) if status.success() => Ok(()),
        Ok((status, ())) => Err(ClipboardError::CommandFailed(exit_words(status))),
        Err(ChildError::System(error)) => Err(ClipboardError::CommandFailed(reason(&error))),
        Err(ChildError::Interrupted(by)) => Err(by.into()),
    }
}

/// Runs the user's clearing command after a while, in a process of its own that outlives this one.
///
/// For a program that is about to end. Nothing of a value is handed over.
///
/// # Errors
/// [`ClipboardError::CommandFailed`] where no shell can be started.
pub fn clear_later(clear: &str, after: Duration) -> Result<(), ClipboardError> {
    let failed = |error: io::Error| ClipboardError::CommandFailed(reason(&error));
    process::keep_descriptors_from_programs();
    Command::new("sh")
        .args(["-c", "sleep \"$1\"; eval \"$2\"", "sh"])
        .arg(after.as_secs().max(1).to_string())
        .arg(clear)
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(|_| ())
        .map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(set: &'static [(&'static str, &'static str)]) -> impl Fn(&str) -> Option<OsString> {
        |name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into())
    }

    #[test]
    fn in_ssh_only_the_terminal_leads_to_a_clipboard() {
        let forwarded = environment(&[("SSH_CONNECTION", "1 2 3 4"), ("DISPLAY", "localhost:10")]);
        assert_eq!(surroundings(&forwarded), Surroundings::TerminalOnly);
        assert_eq!(surroundings(&environment(&[("DISPLAY", ":0")])), Surroundings::Desktop);
        assert_eq!(surroundings(&environment(&[("WAYLAND_DISPLAY", "wayland-0")])), Surroundings::Desktop);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn without_a_display_only_the_terminal_leads_to_a_clipboard() {
        assert_eq!(surroundings(&environment(&[])), Surroundings::TerminalOnly);
        assert_eq!(surroundings(&environment(&[("DISPLAY", "")])), Surroundings::TerminalOnly);
    }

    #[test]
    fn a_command_gets_the_value_on_stdin_and_the_other_clears_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clipboard");
        let copy = format!("cat > '{}'", file.display());
        let clear = Some(format!("rm '{}'", file.display()));
        let mut clipboard = Clipboard::new(ClipboardSetting::Command { copy, clear });
        let half_a_minute = Duration::from_secs(30);
        let route = clipboard.copy(&SecretBytes::copy_of(b"\xffbytes"), half_a_minute);
        assert_eq!(route, Ok(Route::Command { cleared_in: Some(half_a_minute) }));
        assert_eq!(std::fs::read(&file).unwrap(), b"\xffbytes");
        clipboard.clear_if_ours().unwrap();
        assert!(!file.exists());
        assert_eq!(clipboard.clear_if_ours(), Ok(()), "there is nothing to clear a second time");
    }

    #[test]
    fn a_command_that_fails_says_so() {
        let copy = "exit 3".to_owned();
        let mut clipboard = Clipboard::new(ClipboardSetting::Command { copy, clear: None });
        let result = clipboard.copy(&SecretBytes::copy_of(b"value"), Duration::from_secs(30));
        assert_eq!(result, Err(ClipboardError::CommandFailed("exit code 3".to_owned())));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_by_the_system_route() {
        let mut clipboard = Clipboard::new(ClipboardSetting::System);
        let result = clipboard.copy(&SecretBytes::copy_of(b"\xff"), Duration::from_secs(30));
        assert_eq!(result, Err(ClipboardError::NotText));
    }

    #[test]
    fn a_value_longer_than_terminals_take_is_refused_and_not_cut_off() {
        let mut clipboard = Clipboard::new(ClipboardSetting::Osc52);
        let result = clipboard.copy(&SecretBytes::zeroed(OSC52_LIMIT + 1), Duration::from_secs(30));
        assert_eq!(result, Err(ClipboardError::TooLong { size: OSC52_LIMIT + 1, limit: OSC52_LIMIT }));
    }
}
