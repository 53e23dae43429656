//! Questions on the controlling terminal, whatever stdin and stdout are: hidden ones for passwords and
//! values, open ones for confirmations.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

use super::signals::{Interrupted, Signal, Signals, can_be_continued, stop};
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
    /// Ctrl-d on an empty line, or the terminal went away.
    Cancelled,
    /// Ctrl-c, Ctrl-\, or another signal that asks the process to go.
    Interrupted(Interrupted),
    /// More than one line came at once: a paste that would be cut off at its first line. All of it was
    /// thrown away, so that the shell does not get the rest.
    SeveralLines,
}

/// What happens to lines that are waiting after the first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LinesBehind {
    /// They answer the next question: somebody types ahead.
    Keep,
    /// They belong to the same paste.
    Refuse,
}

/// What came of one look at the terminal.
enum Heard {
    Byte(u8),
    Signal(Signal),
    /// The terminal has gone.
    End,
}

/// How a hidden line ended.
enum LineEnd {
    Line(SecretBytes),
    Cancelled,
    Signal(Signal),
}

/// The controlling terminal.
pub struct Terminal {
    device: File,
}

impl Terminal {
    /// Opens `/dev/tty`.
    ///
    /// # Errors
    /// Where the process has no controlling terminal.
    pub fn open() -> io::Result<Self> {
        let device = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
        Ok(Self { device })
    }

    /// Writes a sentence on a line of its own. The caller has made it harmless.
    ///
    /// # Errors
    /// As writing.
    pub fn say(&mut self, sentence: &str) -> io::Result<()> {
        writeln!(self.device, "{sentence}")
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
        while let Some(byte) = self.read_byte()? {
            if byte == b'\n' {
                return Ok(Some(String::from_utf8_lossy(&line).trim().to_owned()));
            }
            line.push(byte);
        }
        writeln!(self.device)?;
        Ok(None)
    }

    /// While the question stands, signals only end it, so that the modes are put back before they act.
    fn ask_hidden(&mut self, question: &str, behind: LinesBehind) -> io::Result<Answer> {
        let [terminate, hang_up, interrupt, quit] = Signal::ENDING;
        let mut signals = Signals::listen_to(&[terminate, hang_up, interrupt, quit, Signal::Suspend])?;
        loop {
            let modes = HiddenInput::begin(&self.device)?;
            write!(self.device, "{question}")?;
            let line = self.read_hidden_line(&mut signals);
            let several = behind == LinesBehind::Refuse && self.has_input_ready()?;
            // The rest of a password would be shown by the shell, which gets the terminal now.
            let forgets_input = several || matches!(line, Ok(LineEnd::Signal(_)));
            modes.end(if forgets_input { OptionalActions::Flush } else { OptionalActions::Drain })?;
            writeln!(self.device)?;
            return Ok(match line? {
                LineEnd::Signal(Signal::Suspend) => {
                    if can_be_continued() {
                        stop()?;
                        // The stop was sent to the whole job, this process included.
                        signals.take();
                    }
                    continue;
                }
                LineEnd::Signal(signal) => Answer::Interrupted(Interrupted(signal)),
                LineEnd::Line(_) if several => Answer::SeveralLines,
                LineEnd::Line(line) => Answer::Line(line),
                LineEnd::Cancelled => Answer::Cancelled,
            });
        }
    }

    fn read_hidden_line(&mut self, signals: &mut Signals) -> io::Result<LineEnd> {
        let mut line = SecretBytes::new();
        loop {
            let byte = match self.hear(signals)? {
                Heard::Byte(byte) => byte,
                Heard::Signal(signal) => return Ok(LineEnd::Signal(signal)),
                Heard::End => return Ok(LineEnd::Cancelled),
            };
            match byte {
                b'\n' | b'\r' => return Ok(LineEnd::Line(line)),
                // As a byte where somebody turned the signals of the keyboard off.
                INTERRUPT => return Ok(LineEnd::Signal(Signal::Interrupt)),
                END_OF_INPUT if line.is_empty() => return Ok(LineEnd::Cancelled),
                END_OF_INPUT => return Ok(LineEnd::Line(line)),
                KILL_LINE => line.clear(),
                BACKSPACE | DELETE => remove_last_character(&mut line),
                _ if line.len() < LONGEST_ANSWER => line.push(byte),
                _ => {}
            }
        }
    }

    fn hear(&mut self, signals: &mut Signals) -> io::Result<Heard> {
        loop {
            let mut watched = [PollFd::new(&self.device, PollFlags::IN), PollFd::new(signals, PollFlags::IN)];
            match poll(&mut watched, None) {
                Err(rustix::io::Errno::INTR) => {}
                other => drop(other?),
            }
            let is_readable = !watched[0].revents().is_empty();
            if let Some(signal) = signals.take().first() {
                return Ok(Heard::Signal(*signal));
            }
            if is_readable {
                return Ok(self.read_byte()?.map_or(Heard::End, Heard::Byte));
            }
        }
    }

    /// The next byte; `None` where the terminal has gone.
    fn read_byte(&mut self) -> io::Result<Option<u8>> {
        loop {
            let mut byte = [0];
            match self.device.read(&mut byte) {
                Ok(0) => return Ok(None),
                Ok(_) => return Ok(Some(std::mem::take(&mut byte[0]))),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
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
/// Keys are read one by one: the kernel's own line editing would cut a line at 4,095 bytes. The signals of the
/// keyboard stay on: a shell tells by them that the user wants to stop.
struct HiddenInput {
    device: File,
    before: Option<Termios>,
}

impl HiddenInput {
    fn begin(device: &File) -> io::Result<Self> {
        let before = tcgetattr(device)?;
        let mut hidden = before.clone();
        hidden.local_modes -= LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::IEXTEN;
        hidden.special_codes[SpecialCodeIndex::VMIN] = 1;
        hidden.special_codes[SpecialCodeIndex::VTIME] = 0;
        let input = Self { device: device.try_clone()?, before: Some(before) };
        tcsetattr(device, OptionalActions::Drain, &hidden)?;
        Ok(input)
    }

    fn end(mut self, action: OptionalActions) -> io::Result<()> {
        self.restore(action)
    }

    fn restore(&mut self, action: OptionalActions) -> io::Result<()> {
        match self.before.take() {
            Some(before) => Ok(tcsetattr(&self.device, action, &before)?),
            None => Ok(()),
        }
    }
}

impl Drop for HiddenInput {
    fn drop(&mut self) {
        let _ = self.restore(OptionalActions::Drain);
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
