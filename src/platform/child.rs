//! Programs that are started and waited for, with the signals as system(3) has them.
//!
//! A program that outlives etui would continue with a secret in its environment, and read from the terminal together
//! with the shell. So while one runs, what the keyboard sends (SIGINT, SIGQUIT) is the program's alone, since the
//! kernel sends it there as well; what asks etui to end (SIGTERM, SIGHUP) is passed on to it; and etui waits.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus};
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, Signal as Number, kill_process};
use thiserror::Error;

use super::signals::{Interrupted, Signal, Signals, is_ignored};
use crate::domain::reason;

/// Why there is no answer of a program.
#[derive(Debug, Error)]
pub enum ChildError {
    /// It could not be started or waited for.
    #[error("{}", reason(.0))]
    System(#[from] io::Error),
    /// It ran and has ended; a signal asked etui to end meanwhile.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

/// How a program ended, as in "failed (exit code 2)".
pub fn exit_words(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => status.to_string(),
    }
}

/// What is done about a signal that asks etui to end while the program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenAsked {
    /// It is passed on, and etui ends when the program has.
    PassOn,
    /// It is passed over: the program is the user's, who may have something unsaved in it.
    PassOver,
}

/// Where a program lies that is named by a path or is to be found in `PATH`.
pub fn located(program: &OsStr) -> Option<PathBuf> {
    let candidates: Vec<PathBuf> = if program.as_bytes().contains(&b'/') {
        vec![program.into()]
    } else {
        env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).collect()
    };
    candidates.into_iter().find(|path| path.is_file())
}

/// Runs a program to its end.
///
/// # Errors
/// [`ChildError`].
pub fn run(command: &mut Command, when_asked: WhenAsked) -> Result<ExitStatus, ChildError> {
    run_with(command, when_asked, |_, _| ()).map(|(status, ())| status)
}

/// Runs a program to its end while `talk` has its stdin and stdout, as far as they are pipes.
///
/// # Errors
/// [`ChildError`].
pub fn run_with<T: Send>(
    command: &mut Command,
    when_asked: WhenAsked,
    talk: impl FnOnce(Option<ChildStdin>, Option<ChildStdout>) -> T + Send,
) -> Result<(ExitStatus, T), ChildError> {
    let mut heard: Vec<Signal> = Signal::ENDING.into_iter().filter(|signal| !is_ignored(*signal)).collect();
    heard.push(Signal::ChildEnded);
    // Before the start, so that no signal falls in between.
    let mut signals = Signals::listen_to(&heard)?;
    let mut child = command.spawn()?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (ended, talked) = thread::scope(|scope| {
        let talking = scope.spawn(move || talk(stdin, stdout));
        let ended = wait(&mut child, &mut signals, when_asked);
        (ended, talking.join())
    });
    match talked {
        Ok(talked) => Ok((ended?, talked)),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

fn wait(child: &mut Child, signals: &mut Signals, when_asked: WhenAsked) -> Result<ExitStatus, ChildError> {
    let mut asked = None;
    let mut typed = Vec::new();
    loop {
        // First the end, then the signals: one that ended the program has been heard by now.
        let ended = child.try_wait()?;
        let heard = signals.take();
        let has_heard = !heard.is_empty();
        for signal in heard {
            match signal {
                Signal::Terminate | Signal::HangUp if when_asked == WhenAsked::PassOn => {
                    asked.get_or_insert(signal);
                    if ended.is_none() {
                        pass_on(signal, child);
                    }
                }
                Signal::Interrupt | Signal::Quit => typed.push(signal),
                _ => {}
            }
        }
        if let Some(status) = ended {
            // The program has answered the keyboard as it likes; if it died of it, so does etui.
            let typed = typed.into_iter().find(|signal| status.signal() == Some(signal.number()));
            return match asked.or(typed.filter(|_| when_asked == WhenAsked::PassOn)) {
                Some(signal) => Err(Interrupted(signal).into()),
                None => Ok(status),
            };
        }
        // The news of the end may have been among what was just heard: it comes only once.
        if has_heard {
            continue;
        }
        match poll(&mut [PollFd::new(signals, PollFlags::IN)], None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(io::Error::from(error).into()),
        }
    }
}

/// Sends a signal to a program and to what it has started: a shell that dies leaves its own programs behind.
fn pass_on(signal: Signal, child: &Child) {
    let Some(number) = Number::from_named_raw(signal.number()) else { return };
    let Some(first) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else { return };
    let mut processes = vec![first];
    let mut at = 0;
    while at < processes.len() {
        processes.extend(children_of(processes[at]));
        at += 1;
    }
    for process in processes {
        // One that has ended meanwhile needs none.
        let _ = kill_process(process, number);
    }
}

/// What a process has started and still runs; known on Linux only.
fn children_of(process: Pid) -> Vec<Pid> {
    let process = process.as_raw_nonzero();
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| {
            list.split_whitespace().filter_map(|id| Pid::from_raw(id.parse().ok()?)).collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::process::Stdio;

    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_program_is_waited_for_and_talked_to_at_the_same_time() {
        let mut command = shell("tr a-z A-Z; exit 3");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        // More than both pipes hold.
        let text = "x".repeat(300_000);
        let (status, read) = run_with(&mut command, WhenAsked::PassOn, |stdin, stdout| {
            let (mut stdin, mut stdout) = (stdin.unwrap(), stdout.unwrap());
            thread::scope(|scope| {
                scope.spawn(move || stdin.write_all(text.as_bytes()).unwrap());
                let mut read = String::new();
                stdout.read_to_string(&mut read).unwrap();
                read
            })
        })
        .unwrap();
        assert_eq!((status.code(), read.len()), (Some(3), 300_000));
    }

    #[test]
    fn a_program_that_is_not_there_is_told_in_the_words_of_the_system() {
        let failed = run(&mut Command::new("/nowhere/program"), WhenAsked::PassOn).unwrap_err();
        assert_eq!(failed.to_string(), "no such file or directory");
    }

    #[test]
    fn all_that_a_program_has_started_is_found() {
        let mut command = shell("sleep 100 & sleep 100 & echo started; wait");
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = [0; 8];
        child.stdout.take().unwrap().read_exact(&mut line).unwrap();
        if cfg!(target_os = "linux") {
            assert_eq!(children_of(Pid::from_child(&child)).len(), 2);
        }
        pass_on(Signal::Terminate, &child);
        assert_eq!(child.wait().unwrap().signal(), Some(Signal::Terminate.number()));
    }
}
