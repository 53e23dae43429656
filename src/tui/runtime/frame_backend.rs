//! One write per frame, inside a synchronized update, and none when nothing changed.

use std::fs::File;
use std::io::{self, Write};

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use crate::memory::SecretBytes;

/// Between these two a terminal shows nothing half done; one that does not know them ignores them.
/// <https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036>
const UPDATE_BEGINS: &[u8] = b"\x1b[?2026h";
/// See [`UPDATE_BEGINS`].
pub(super) const UPDATE_ENDS: &[u8] = b"\x1b[?2026l";

/// Collects what a frame draws and writes it at once.
///
/// crossterm's backend flushes at every cursor movement and clear. Here a clear waits for the frame that
/// fills the screen again, so it is never seen. The collected bytes hold what is shown, so they are wiped.
pub(super) struct FrameBackend {
    output: File,
    frame: SecretBytes,
    cursor: Option<Position>,
    cursor_state: CursorState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CursorState {
    Unknown,
    Shown,
    Hidden,
}

impl FrameBackend {
    /// Makes one that writes to a terminal.
    pub(super) const fn new(output: File) -> Self {
        Self { output, frame: SecretBytes::new(), cursor: None, cursor_state: CursorState::Unknown }
    }

    /// Writes bytes between two frames.
    pub(super) fn write_directly(&mut self, bytes: &[u8]) -> io::Result<()> {
        write_all(&self.output, bytes)
    }

    /// Forgets the unfinished frame and what is known of the cursor: somebody else had the terminal.
    pub(super) fn forget(&mut self) {
        self.frame.clear();
        self.cursor = None;
        self.cursor_state = CursorState::Unknown;
    }

    fn begin(&mut self) -> &mut SecretBytes {
        if self.frame.is_empty() {
            self.frame.extend(UPDATE_BEGINS);
        }
        &mut self.frame
    }
}

impl Backend for FrameBackend {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.cursor = None;
        CrosstermBackend::new(self.begin()).draw(content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.cursor_state != CursorState::Hidden {
            self.cursor_state = CursorState::Hidden;
            queue!(self.begin(), Hide)?;
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.cursor_state != CursorState::Shown {
            self.cursor_state = CursorState::Shown;
            queue!(self.begin(), Show)?;
        }
        Ok(())
    }

    /// Answers from memory. Asking the terminal would read from it, and could swallow keys.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor.unwrap_or(Position::ORIGIN))
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.cursor != Some(position) {
            queue!(self.begin(), MoveTo(position.x, position.y))?;
            self.cursor = Some(position);
        }
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        CrosstermBackend::new(self.begin()).clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        let size = rustix::termios::tcgetwinsize(&self.output)?;
        // Serial lines and some recorders do not know their size.
        let or = |given, usual| if given == 0 { usual } else { given };
        Ok(Size { width: or(size.ws_col, 80), height: or(size.ws_row, 24) })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        let pixels = rustix::termios::tcgetwinsize(&self.output)?;
        let pixels = Size { width: pixels.ws_xpixel, height: pixels.ws_ypixel };
        Ok(WindowSize { columns_rows: self.size()?, pixels })
    }

    /// Ends the frame; what it changes appears at once.
    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        self.frame.extend(UPDATE_ENDS);
        let written = write_all(&self.output, self.frame.expose());
        self.frame.clear();
        written
    }
}

/// `write_all` that also waits where somebody has made the terminal non-blocking, as programs that share
/// it with us sometimes do.
fn write_all(mut output: &File, mut bytes: &[u8]) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    while !bytes.is_empty() {
        match output.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                poll(&mut [PollFd::new(output, PollFlags::OUT)], None)?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek};

    use ratatui::widgets::Paragraph;
    use ratatui::{Terminal, TerminalOptions, Viewport};

    use super::*;

    /// A terminal on a file, and what each step wrote to it.
    struct Recorded {
        terminal: Terminal<FrameBackend>,
        file: File,
        read: u64,
    }

    impl Recorded {
        fn new() -> Self {
            let file = tempfile::tempfile().unwrap();
            let backend = FrameBackend::new(file.try_clone().unwrap());
            // A file has no size to ask for.
            let area = ratatui::layout::Rect::new(0, 0, 10, 2);
            let options = TerminalOptions { viewport: Viewport::Fixed(area) };
            Self { terminal: Terminal::with_options(backend, options).unwrap(), file, read: 0 }
        }

        fn draw(&mut self, text: &str, cursor: (u16, u16)) -> String {
            let frame = |frame: &mut ratatui::Frame<'_>| {
                frame.render_widget(Paragraph::new(text), frame.area());
                frame.set_cursor_position(cursor);
            };
            self.terminal.draw(frame).unwrap();
            self.written()
        }

        fn written(&mut self) -> String {
            let mut bytes = String::new();
            self.file.seek(io::SeekFrom::Start(self.read)).unwrap();
            self.read += self.file.read_to_string(&mut bytes).unwrap() as u64;
            bytes
        }
    }

    #[test]
    fn a_frame_lies_between_the_marks_of_one_update() {
        let written = Recorded::new().draw("hello", (1, 0));
        assert!(written.starts_with("\x1b[?2026h"), "{written:?}");
        assert!(written.ends_with("\x1b[?2026l"), "{written:?}");
        assert!(written.contains("hello"), "{written:?}");
        assert_eq!(written.matches("?2026").count(), 2);
    }

    #[test]
    fn a_frame_that_changes_nothing_writes_nothing() {
        let mut recorded = Recorded::new();
        recorded.draw("hello", (1, 0));
        assert_eq!(recorded.draw("hello", (1, 0)), "");
    }

    #[test]
    fn only_changed_cells_are_written() {
        let mut recorded = Recorded::new();
        recorded.draw("hello", (1, 0));
        let written = recorded.draw("hellO", (1, 0));
        assert!(written.contains('O') && !written.contains("hell"), "{written:?}");
        let moved = recorded.draw("hellO", (2, 1));
        assert_eq!(moved, "\x1b[?2026h\x1b[2;3H\x1b[?2026l");
    }

    #[test]
    fn a_clear_waits_for_the_frame_that_fills_the_screen_again() {
        let mut recorded = Recorded::new();
        recorded.draw("hello", (1, 0));
        recorded.terminal.backend_mut().clear().unwrap();
        assert_eq!(recorded.written(), "", "a clear of its own would be seen as a flicker");
        let written = recorded.draw("HELLO", (1, 0));
        let (clear, text) = (written.find("\x1b[2J"), written.find("HELLO"));
        assert!(clear.is_some() && clear < text, "{written:?}");
        assert_eq!(written.matches("?2026").count(), 2);
    }
}
