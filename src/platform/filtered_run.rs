//! Runs a program whose output passes through a filter on its way to ours, where ours is not a terminal.
//!
//! The program is our child then, so what it would get in our place is passed on: signals that are sent to us, and
//! in the other direction how it ended. Its input is ours, and so are streams that are terminals.

use std::fs::File;
use std::io::{self, IsTerminal, PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, getpgrp, kill_process};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::iterator::Signals;
use signal_hook::low_level;

use super::signals::{Signal as Known, is_ignored};
use crate::memory::SecretBytes;

/// Changes what passes a stream.
pub trait Filter: Send {
    /// Takes the next bytes, and gives `out` what can be passed on, piece by piece.
    fn push(&mut self, bytes: &[u8], out: &mut dyn FnMut(&[u8]));

    /// Gives `out` what was held back.
    fn flush(&mut self, out: &mut dyn FnMut(&[u8]));

    /// Whether something is held back.
    fn holds_back(&self) -> bool;
}

/// What is held back is passed on after so much silence.
const SILENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };

/// So much is read at once. A pipe is made as large, where the system allows it: fewer turns for each of its ends.
const CHUNK: usize = 256 * 1024;

/// What happens while the program runs.
enum Event {
    Signal(i32),
    StreamEnded,
}

/// Which of our outputs are not terminals.
pub struct Filtered {
    stdout: bool,
    stderr: bool,
}

impl Filtered {
    /// Looks at our outputs; `None` where both are terminals, so that there is nothing to filter.
    pub fn find() -> Option<Self> {
        let (stdout, stderr) = (!io::stdout().is_terminal(), !io::stderr().is_terminal());
        (stdout || stderr).then_some(Self { stdout, stderr })
    }

    /// Starts the program, passes its output on until it and all that write to the same streams have ended, and
    /// answers how it ended. `started` is called once it runs.
    ///
    /// # Errors
    /// As starting a program.
    pub fn run<F: Filter + 'static>(
        &self,
        mut program: Command,
        filter: impl Fn() -> F,
        started: impl FnOnce(),
    ) -> io::Result<ExitStatus> {
        // One that is ignored, as nohup has it, stays so for the program.
        let ignored = Known::ENDING.into_iter().filter(|signal| is_ignored(*signal)).map(Known::number);
        let ignored: Vec<i32> = ignored.collect();
        let heard = [SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2];
        // Before the program starts, lest its end comes before we listen.
        let mut signals = Signals::new(heard.iter().filter(|signal| !ignored.contains(signal)))?;
        let streams = self.connect(&mut program)?;
        let mut child = program.spawn()?;
        // It holds our copies of the streams' other ends, without which they never end.
        drop(program);
        started();
        let (sender, events) = channel();
        let mut open = streams.len();
        for Stream { source, target } in streams {
            let (mut filter, sender) = (filter(), sender.clone());
            thread::spawn(move || {
                // A reader that went away ends the stream; the program learns it when it writes again.
                let _ = pass_on(source, target, &mut filter);
                let _ = sender.send(Event::StreamEnded);
            });
        }
        let handle = signals.handle();
        let listener = thread::spawn(move || tell_signals(&mut signals, &sender));
        let mut status = None;
        while status.is_none() || open > 0 {
            match events.recv() {
                Ok(Event::StreamEnded) => open -= 1,
                Ok(Event::Signal(SIGCHLD)) => status = status.or(child.try_wait()?),
                Ok(Event::Signal(signal)) => match status {
                    None => forward(&child, signal),
                    // The program is gone, and only others hold its streams open.
                    Some(_) => low_level::emulate_default_handler(signal)?,
                },
                Err(_) => break,
            }
        }
        handle.close();
        let _ = listener.join();
        match status {
            Some(status) => Ok(status),
            None => child.wait(),
        }
    }

    /// Gives the program pipes in the place of the streams that are filtered.
    fn connect(&self, program: &mut Command) -> io::Result<Vec<Stream>> {
        let mut streams = Vec::new();
        let own = |stream: BorrowedFd<'_>| stream.try_clone_to_owned();
        if self.stdout {
            let (source, end) = pipe()?;
            let source = OwnedFd::from(source);
            // What is one file keeps its order.
            if self.stderr && are_the_same(io::stdout().as_fd(), io::stderr().as_fd()) {
                program.stderr(end.try_clone()?).stdout(end);
                return Ok(vec![Stream { source, target: own(io::stdout().as_fd())? }]);
            }
            program.stdout(end);
            streams.push(Stream { source, target: own(io::stdout().as_fd())? });
        }
        if self.stderr {
            let (source, end) = pipe()?;
            program.stderr(end);
            streams.push(Stream { source: source.into(), target: own(io::stderr().as_fd())? });
        }
        Ok(streams)
    }
}

fn pipe() -> io::Result<(PipeReader, PipeWriter)> {
    let (source, end) = io::pipe()?;
    #[cfg(target_os = "linux")]
    // What a user may have in pipes is limited: then it stays as it is.
    let _ = rustix::pipe::fcntl_setpipe_size(&source, CHUNK);
    Ok((source, end))
}

/// Where bytes come from and where they go.
struct Stream {
    source: OwnedFd,
    target: OwnedFd,
}

fn are_the_same(one: BorrowedFd<'_>, other: BorrowedFd<'_>) -> bool {
    let place = |stream| rustix::fs::fstat(stream).map(|found| (found.st_dev, found.st_ino)).ok();
    place(one).is_some_and(|place_of_one| place(other) == Some(place_of_one))
}

fn tell_signals(signals: &mut Signals, events: &Sender<Event>) {
    for signal in signals.forever() {
        if events.send(Event::Signal(signal)).is_err() {
            return;
        }
    }
}

/// Passes a signal on. What a key sends reaches all programs of the terminal's foreground: a second one would be one
/// too many.
fn forward(child: &Child, signal: i32) {
    if matches!(signal, SIGINT | SIGQUIT) && we_are_in_the_foreground() {
        return;
    }
    if let (Ok(id), Some(signal)) = (i32::try_from(child.id()), Signal::from_named_raw(signal))
        && let Some(id) = Pid::from_raw(id)
    {
        // Where it ended meanwhile there is nobody to tell: it was not waited for, so the number is still its own.
        let _ = kill_process(id, signal);
    }
}

fn we_are_in_the_foreground() -> bool {
    File::open("/dev/tty").is_ok_and(|terminal| rustix::termios::tcgetpgrp(&terminal) == Ok(getpgrp()))
}

/// Passes bytes on until the source ends.
fn pass_on(source: OwnedFd, target: OwnedFd, filter: &mut impl Filter) -> io::Result<()> {
    let (mut source, mut out) = (File::from(source), Out::new(File::from(target)));
    let mut chunk = SecretBytes::zeroed(CHUNK);
    loop {
        if filter.holds_back() && is_silent(&source)? {
            filter.flush(&mut |piece| out.take(piece));
        } else {
            match source.read(chunk.expose_mut()) {
                Ok(0) => {
                    filter.flush(&mut |piece| out.take(piece));
                    return out.finish();
                }
                Ok(count) => filter.push(&chunk.expose()[..count], &mut |piece| out.take(piece)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        out.finish()?;
    }
}

/// Where pieces go: large ones at once, small ones together.
struct Out {
    target: File,
    small: SecretBytes,
    written: io::Result<()>,
}

impl Out {
    /// A piece of so many bytes is written from where it lies.
    const LARGE: usize = 4096;

    const fn new(target: File) -> Self {
        Self { target, small: SecretBytes::new(), written: Ok(()) }
    }

    /// After an error nothing more is written.
    fn take(&mut self, piece: &[u8]) {
        if self.written.is_err() {
            return;
        }
        if self.small.len() + piece.len() >= Self::LARGE {
            self.written = self.target.write_all(self.small.expose());
            self.small.clear();
        }
        if piece.len() >= Self::LARGE {
            if self.written.is_ok() {
                self.written = self.target.write_all(piece);
            }
        } else {
            self.small.extend(piece);
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        let written = std::mem::replace(&mut self.written, Ok(()));
        written.and_then(|()| self.target.write_all(self.small.expose()))?;
        self.small.clear();
        Ok(())
    }
}

/// Whether nothing comes for a while.
fn is_silent(source: &File) -> io::Result<bool> {
    let mut polled = [PollFd::new(source, PollFlags::IN)];
    match poll(&mut polled, Some(&SILENCE)) {
        Ok(ready) => Ok(ready == 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Ends this process by the signal that ended the program. It returns where that cannot be.
pub fn end_as(status: ExitStatus) {
    use std::os::unix::process::ExitStatusExt;
    if let Some(signal) = status.signal() {
        let _ = low_level::emulate_default_handler(signal);
    }
}
