//! The signals that end, stop or wake the app, as one descriptor to wait on.
//!
//! A handler only sets a flag and writes a byte; everything else happens where the app waits, so nothing
//! runs between two instructions of other code.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::{Signal as Number, getpgrp, getppid, getsid, kill_current_process_group};
use signal_hook::SigId;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::low_level;

/// A signal that the app answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGTERM: somebody asks the process to end.
    Terminate,
    /// SIGHUP: the terminal is gone.
    HangUp,
    /// SIGINT: sent from outside; `Ctrl-c` arrives as a key in raw mode.
    Interrupt,
    /// SIGTSTP: sent from outside; `Ctrl-z` arrives as a key in raw mode.
    Suspend,
    /// SIGCONT: the process goes on after a stop.
    Continue,
    /// SIGWINCH: the terminal has another size.
    Resize,
}

impl Signal {
    const ALL: [Self; 6] =
        [Self::Terminate, Self::HangUp, Self::Interrupt, Self::Suspend, Self::Continue, Self::Resize];

    /// Whether it ends a process that does not answer it.
    pub const fn ends_the_process(self) -> bool {
        matches!(self, Self::Terminate | Self::HangUp | Self::Interrupt)
    }

    const fn number(self) -> i32 {
        match self {
            Self::Terminate => SIGTERM,
            Self::HangUp => SIGHUP,
            Self::Interrupt => SIGINT,
            Self::Suspend => SIGTSTP,
            Self::Continue => SIGCONT,
            Self::Resize => SIGWINCH,
        }
    }
}

/// Listens to every [`Signal`] from its making to its drop. Wait on its descriptor, then [`take`](Self::take).
pub struct Signals {
    wake: UnixStream,
    arrived: Vec<(Signal, Arc<AtomicBool>)>,
    registrations: Vec<SigId>,
}

impl Signals {
    /// Starts to listen.
    ///
    /// # Errors
    /// When the system gives no more descriptors.
    pub fn listen() -> io::Result<Self> {
        let (wake, sender) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        let mut signals = Self { wake, arrived: Vec::new(), registrations: Vec::new() };
        for signal in Signal::ALL {
            let arrived = Arc::new(AtomicBool::new(false));
            // The flag comes first: who is woken by the byte finds the flag set.
            let flag = signal_hook::flag::register(signal.number(), Arc::clone(&arrived))?;
            signals.registrations.push(flag);
            signals.registrations.push(low_level::pipe::register(signal.number(), sender.try_clone()?)?);
            signals.arrived.push((signal, arrived));
        }
        Ok(signals)
    }

    /// The signals that arrived since the last call, each once.
    pub fn take(&mut self) -> Vec<Signal> {
        drain(&self.wake);
        let arrived = self.arrived.iter().filter(|(_, flag)| flag.swap(false, Ordering::SeqCst));
        arrived.map(|(signal, _)| *signal).collect()
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for registration in self.registrations.drain(..) {
            low_level::unregister(registration);
        }
    }
}

/// Reads away the bytes by which somebody was woken; `stream` must not block.
pub fn drain(mut stream: &UnixStream) {
    let mut bytes = [0; 64];
    while matches!(io::Read::read(&mut stream, &mut bytes), Ok(read) if read > 0) {}
}

/// Whether a shell could continue us after a stop.
///
/// A shell with job control gives every job a process group of its own. Without one (the app is all that
/// a terminal window runs, or a container's first process) a stopped app would hang for ever.
pub fn can_be_continued() -> bool {
    let Ok(session) = getsid(None) else { return false };
    let parent = getppid().and_then(|parent| getsid(Some(parent)).ok());
    getpgrp() != session && parent == Some(session)
}

/// Stops this process and the others of its job, and returns when it was continued.
///
/// # Errors
/// When the system refuses to deliver the signal.
pub fn stop() -> io::Result<()> {
    // Wrappers of the same job (`cargo run`, a script) stop with us, or the shell would not notice.
    // Our own handler only sets its flag, hence the stop that cannot be handled.
    kill_current_process_group(Number::TSTP)?;
    low_level::emulate_default_handler(SIGTSTP)
}

/// Ends this process as `signal` would have ended it, so that whoever sent it sees that it worked.
///
/// To be called last of all: no destructor runs afterwards.
///
/// # Errors
/// Only for signals that do not end a process.
pub fn die_of(signal: Signal) -> io::Result<()> {
    low_level::emulate_default_handler(signal.number())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_taken_once_and_wakes_the_descriptor() {
        let mut signals = Signals::listen().unwrap();
        low_level::raise(SIGWINCH).unwrap();
        low_level::raise(SIGWINCH).unwrap();
        let mut ready = [rustix::event::PollFd::new(&signals, rustix::event::PollFlags::IN)];
        assert_eq!(rustix::event::poll(&mut ready, None).unwrap(), 1);
        assert_eq!(signals.take(), [Signal::Resize]);
        assert_eq!(signals.take(), []);
    }
}
