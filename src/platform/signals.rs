//! The signals that end, stop or wake a process, as one descriptor to wait on.
//!
//! A handler only sets a flag and writes a byte; everything else happens where the process waits, so nothing
//! runs between two instructions of other code. When nobody listens any more, a signal does again what it does
//! to a process that knows nothing of it.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::process::{Signal as Number, getpgrp, getppid, getsid, kill_current_process_group};
use signal_hook::SigId;
use signal_hook::consts::{SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::low_level;
use thiserror::Error;

/// A signal that is listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGTERM: somebody asks the process to end.
    Terminate,
    /// SIGHUP: the terminal is gone.
    HangUp,
    /// SIGINT: `Ctrl-c`; in the app, where that is a key, sent from outside.
    Interrupt,
    /// SIGQUIT: `Ctrl-\`; in the app, where that is a key, sent from outside.
    Quit,
    /// SIGTSTP: `Ctrl-z`; in the app, where that is a key, sent from outside.
    Suspend,
    /// SIGCONT: the process goes on after a stop.
    Continue,
    /// SIGWINCH: the terminal has another size.
    Resize,
    /// SIGCHLD: a program that this process has started has ended.
    ChildEnded,
}

/// A signal ended what was being done: whoever finds this cleans up and lets the process die of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("interrupted")]
pub struct Interrupted(pub Signal);

impl Signal {
    /// Those that end a process that does not answer them.
    pub const ENDING: [Self; 4] = [Self::Terminate, Self::HangUp, Self::Interrupt, Self::Quit];

    const OF_THE_APP: [Self; 7] = [
        Self::Terminate,
        Self::HangUp,
        Self::Interrupt,
        Self::Quit,
        Self::Suspend,
        Self::Continue,
        Self::Resize,
    ];

    /// Whether it ends a process that does not answer it.
    pub fn ends_the_process(self) -> bool {
        Self::ENDING.contains(&self)
    }

    /// Whether it ends or stops a process that does not answer it.
    fn acts_by_default(self) -> bool {
        self.ends_the_process() || self == Self::Suspend
    }

    /// Its number.
    pub const fn number(self) -> i32 {
        match self {
            Self::Terminate => SIGTERM,
            Self::HangUp => SIGHUP,
            Self::Interrupt => SIGINT,
            Self::Quit => SIGQUIT,
            Self::Suspend => SIGTSTP,
            Self::Continue => SIGCONT,
            Self::Resize => SIGWINCH,
            Self::ChildEnded => SIGCHLD,
        }
    }
}

/// What happens to the signals that act by default: one entry for each that was ever listened to. Process-wide,
/// as signals are.
static LISTENED_TO: Mutex<BTreeMap<i32, Listened>> = Mutex::new(BTreeMap::new());

struct Listened {
    listeners: usize,
    /// Whether nobody listens.
    default_action: Arc<AtomicBool>,
}

fn listened_to() -> MutexGuard<'static, BTreeMap<i32, Listened>> {
    LISTENED_TO.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps a signal from its default action until the drop.
struct Attention(i32);

impl Attention {
    fn begin(signal: Signal) -> io::Result<Self> {
        let mut listened_to = listened_to();
        let listened = match listened_to.get_mut(&signal.number()) {
            Some(listened) => listened,
            None => {
                let default_action = Arc::new(AtomicBool::new(true));
                let flag = Arc::clone(&default_action);
                signal_hook::flag::register_conditional_default(signal.number(), flag)?;
                listened_to.entry(signal.number()).or_insert(Listened { listeners: 0, default_action })
            }
        };
        listened.listeners += 1;
        listened.default_action.store(false, Ordering::SeqCst);
        Ok(Self(signal.number()))
    }
}

impl Drop for Attention {
    fn drop(&mut self) {
        if let Some(listened) = listened_to().get_mut(&self.0) {
            listened.listeners -= 1;
            listened.default_action.store(listened.listeners == 0, Ordering::SeqCst);
        }
    }
}

/// Listens to signals from its making to its drop. Wait on its descriptor, then [`take`](Self::take).
pub struct Signals {
    wake: UnixStream,
    arrived: Vec<(Signal, Arc<AtomicBool>)>,
    registrations: Vec<SigId>,
    attention: Vec<Attention>,
}

impl Signals {
    /// Starts to listen to all that the app answers.
    ///
    /// # Errors
    /// When the system gives no more descriptors.
    pub fn listen() -> io::Result<Self> {
        Self::listen_to(&Signal::OF_THE_APP)
    }

    /// Starts to listen to some.
    ///
    /// # Errors
    /// When the system gives no more descriptors.
    pub fn listen_to(listened_to: &[Signal]) -> io::Result<Self> {
        let (wake, sender) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        let mut signals =
            Self { wake, arrived: Vec::new(), registrations: Vec::new(), attention: Vec::new() };
        for &signal in listened_to {
            if signal.acts_by_default() {
                signals.attention.push(Attention::begin(signal)?);
            }
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

/// Whether whoever started this process asked that a signal be passed over, as `nohup` does with SIGHUP, and a
/// shell with SIGINT and SIGQUIT for a job in the background of a script. Known on Linux only.
pub fn is_ignored(signal: Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal.number() - 1) & 1 == 1
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

    #[test]
    fn what_is_listened_to_does_not_act_by_default() {
        let signals = Signals::listen_to(&[Signal::Quit]).unwrap();
        drop(Signals::listen_to(&[Signal::Quit, Signal::ChildEnded]).unwrap());
        low_level::raise(SIGQUIT).unwrap();
        drop(signals);
    }

    #[test]
    fn the_default_action_comes_back_with_the_last_listener() {
        // Other tests of this process listen to the signals that end it, but none keeps this one from its action.
        let acts_by_default = || listened_to()[&SIGCHLD].default_action.load(Ordering::SeqCst);
        let one = Attention::begin(Signal::ChildEnded).unwrap();
        let other = Attention::begin(Signal::ChildEnded).unwrap();
        drop(one);
        assert!(!acts_by_default());
        drop(other);
        assert!(acts_by_default());
    }
}
