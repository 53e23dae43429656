//! Questions on the controlling terminal, whatever stdin and stdout are: hidden ones for passwords and
//! values, open ones for confirmations.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::{flag, low_level};

use crate::memory::SecretBytes;

const INTERRUPT: u8 = 0x03;
const END_OF_INPUT: u8 = 0x04;
const BACKSPACE: u8 = 0x08;
const KILL_LINE: u8 = 0x15;
const DELETE: u8 = 0x7f;

/// The longest answer that is taken: a value of 1 MiB, and a byte to see that it is too long.
const LONGEST_ANSWER: usize = 1024 * 1024 + 1;

/// What a hidden question brought.
pub enum Answer {
    /// One line, without its end.
    Line(SecretBytes),
    /// Ctrl-c, Ctrl-d on an empty line, or the terminal went away.
    Cancelled,
    /// More than one line came at once: a paste that would be cut off at its first line. All of it was
    /// thrown away, so that the shell does not get the rest.
    SeveralLines,
}

/// What happens to lines that lie ready behind the first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LinesBehind {
    /// They answer the next question: somebody types ahead.
    Keep,
    /// They belong to the same paste.
    Refuse,
}

/// The controlling terminal. One process opens it once: the handlers of signals stay.
pub struct Terminal {
    device: File,
    signals: Signals,
}

impl Terminal {
    /// Opens `/dev/tty`.
    ///
    /// # Errors
    /// Where the process has no controlling terminal.
    pub fn open() -> io::Result<Self> {
        let device = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
        Ok(Self { device, signals: Signals::watch()? })
    }

    /// Writes a sentence on a line of its own. The caller has made it harmless.
    ///
    /// # Errors
    /// As writing.
    pub fn say(&mut self, sentence: &str) -> io::Result<()> {
        writeln!(self.device, "{sentence}")
    }

    /// Does something that a signal must not cut short; one that comes meanwhile is passed over.
    pub fn holding_signals<T>(&self, work: impl FnOnce() -> T) -> T {
        self.signals.default_action.store(false, Ordering::SeqCst);
        let done = work();
        self.signals.default_action.store(true, Ordering::SeqCst);
        done
    }

    /// Asks for a password: nothing of it is shown. Lines typed ahead answer the next question.
    ///
    /// # Errors
    /// As reading and writing.
    pub fn ask_password(&mut self, question: &str) -> io::Result<Answer> {
        self.ask_hidden(question, LinesBehind::Keep)
    }

    /// Asks for the value of a secret: nothing of it is shown, and it must be one line.
    ///
    /// # Errors
    /// As reading and writing.
    pub fn ask_value(&mut self, question: &str) -> io::Result<Answer> {
        self.ask_hidden(question, LinesBehind::Refuse)
    }

    /// Asks openly; `None` when the answer was cancelled.
    ///
    /// # Errors
    /// As reading and writing.
    pub fn ask(&mut self, question: &str) -> io::Result<Option<String>> {
        write!(self.device, "{question}")?;
        let mut line = Vec::new();
        while let Some(byte) = self.next_byte()? {
            if byte == b'\n' {
                return Ok(Some(String::from_utf8_lossy(&line).trim().to_owned()));
            }
            line.push(byte);
        }
        writeln!(self.device)?;
        Ok(None)
    }

    fn ask_hidden(&mut self, question: &str, behind: LinesBehind) -> io::Result<Answer> {
        let modes = HiddenInput::begin(&self.device, &self.signals)?;
        write!(self.device, "{question}")?;
        let line = self.read_hidden_line();
        let several = behind == LinesBehind::Refuse && self.has_input_ready()?;
        modes.end(if several { OptionalActions::Flush } else { OptionalActions::Drain })?;
        writeln!(self.device)?;
        Ok(match line? {
            Some(_) if several => Answer::SeveralLines,
            Some(line) => Answer::Line(line),
            None => Answer::Cancelled,
        })
    }

    fn read_hidden_line(&mut self) -> io::Result<Option<SecretBytes>> {
        let mut line = SecretBytes::new();
        while let Some(byte) = self.next_byte()? {
            match byte {
                b'\n' | b'\r' => return Ok(Some(line)),
                INTERRUPT => return Ok(None),
                END_OF_INPUT if line.is_empty() => return Ok(None),
                END_OF_INPUT => return Ok(Some(line)),
                KILL_LINE => line.clear(),
                BACKSPACE | DELETE => remove_last_character(&mut line),
                _ if line.len() < LONGEST_ANSWER => line.push(byte),
                _ => {}
            }
        }
        Ok(None)
    }

    /// The next byte; `None` at the end of input and when a signal asks the process to go.
    fn next_byte(&mut self) -> io::Result<Option<u8>> {
        loop {
            let mut watched =
                [PollFd::new(&self.device, PollFlags::IN), PollFd::new(&self.signals.arrived, PollFlags::IN)];
            match poll(&mut watched, None) {
                Err(rustix::io::Errno::INTR) => continue,
                other => other?,
            };
            if !watched[1].revents().is_empty() {
                return Ok(None);
            }
            let mut byte = [0];
            let read = self.device.read(&mut byte);
            return match read {
                Ok(0) => Ok(None),
                Ok(_) => Ok(Some(std::mem::take(&mut byte[0]))),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => Err(error),
            };
        }
    }

    fn has_input_ready(&self) -> io::Result<bool> {
        let mut watched = [PollFd::new(&self.device, PollFlags::IN)];
        Ok(poll(&mut watched, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))? > 0)
    }
}

fn remove_last_character(line: &mut SecretBytes) {
    let start = line.expose().iter().rposition(|byte| byte & 0xc0 != 0x80).unwrap_or(0);
    line.truncate(start);
}

/// The terminal with echo off; dropping it puts the modes back.
///
/// Keys are read one by one: the kernel's own line editing would cut a line at 4,095 bytes. Keyboard
/// signals are off too, so that Ctrl-c comes as a byte and the modes are put back on the way out.
struct HiddenInput {
    device: File,
    before: Option<Termios>,
    default_action: Arc<AtomicBool>,
}

impl HiddenInput {
    fn begin(device: &File, signals: &Signals) -> io::Result<Self> {
        let before = tcgetattr(device)?;
        let mut hidden = before.clone();
        hidden.local_modes -= LocalModes::ECHO
            | LocalModes::ECHONL
            | LocalModes::ICANON
            | LocalModes::ISIG
            | LocalModes::IEXTEN;
        hidden.special_codes[SpecialCodeIndex::VMIN] = 1;
        hidden.special_codes[SpecialCodeIndex::VTIME] = 0;
        let default_action = Arc::clone(&signals.default_action);
        let input = Self { device: device.try_clone()?, before: Some(before), default_action };
        input.default_action.store(false, Ordering::SeqCst);
        tcsetattr(device, OptionalActions::Drain, &hidden)?;
        Ok(input)
    }

    fn end(mut self, action: OptionalActions) -> io::Result<()> {
        self.restore(action)
    }

    fn restore(&mut self, action: OptionalActions) -> io::Result<()> {
        let restored = match self.before.take() {
            Some(before) => tcsetattr(&self.device, action, &before),
            None => Ok(()),
        };
        self.default_action.store(true, Ordering::SeqCst);
        Ok(restored?)
    }
}

impl Drop for HiddenInput {
    fn drop(&mut self) {
        let _ = self.restore(OptionalActions::Drain);
    }
}

/// The signals that ask a process to go. While echo is off they only end the question, so that the modes
/// are put back; at any other time they do what they would do without us.
struct Signals {
    arrived: UnixStream,
    default_action: Arc<AtomicBool>,
}

impl Signals {
    fn watch() -> io::Result<Self> {
        let (arrived, sender) = UnixStream::pair()?;
        let default_action = Arc::new(AtomicBool::new(true));
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
            flag::register_conditional_default(signal, Arc::clone(&default_action))?;
            low_level::pipe::register(signal, sender.try_clone()?)?;
        }
        Ok(Self { arrived, default_action })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backspace_takes_a_whole_character() {
        let mut line = SecretBytes::copy_of("aé日".as_bytes());
        for left in ["aé", "a", "", ""] {
            remove_last_character(&mut line);
            assert_eq!(line.expose_text(), Some(left));
        }
    }
}
