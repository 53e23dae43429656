//! The terminal while the app has it, and the promise to give it back as it was.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use ratatui::{Frame, Terminal};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

use super::frame_backend::{FrameBackend, UPDATE_ENDS};

/// Alternate screen, bracketed paste, an empty page. The cursor is hidden until a frame shows it.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?2004h\x1b[?25l\x1b[2J";

/// Buttons and wheel are reported, in the form that knows no limit of columns.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";

/// The mouse belongs to the terminal again.
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// The terminal is to name its background; one that does not know this says nothing.
const ASK_FOR_BACKGROUND: &[u8] = b"\x1b]11;?\x1b\\";

/// All of that back. The alternate screen is emptied first: some terminals let one switch to it and look.
const LEAVE: &[u8] = b"\x1b[0m\x1b[2J\x1b[?2004l\x1b[?1049l\x1b[?25h";

/// Has the terminal in raw mode and on the alternate screen. The drop gives it back, on every way out.
pub(super) struct Screen {
    terminal: Terminal<FrameBackend>,
    input: OwnedFd,
    tenure: Tenure,
    listens_to_mouse: bool,
}

enum Tenure {
    /// The terminal is somebody else's.
    Left,
    /// It is ours, and these were its modes before.
    Held(Box<Termios>),
}

impl Screen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// When one of the two is not a terminal.
    pub(super) fn enter(input: BorrowedFd<'_>, output: BorrowedFd<'_>) -> io::Result<Self> {
        let input = input.try_clone_to_owned()?;
        let output = File::from(output.try_clone_to_owned()?);
        let terminal = Terminal::new(FrameBackend::new(output))?;
        let mut screen = Self { terminal, input, tenure: Tenure::Left, listens_to_mouse: false };
        screen.reenter()?;
        Ok(screen)
    }

    /// Takes the terminal again, whatever happened to it meanwhile; the next frame draws everything.
    pub(super) fn reenter(&mut self) -> io::Result<()> {
        let mut modes = tcgetattr(&self.input)?;
        if let Tenure::Left = self.tenure {
            self.tenure = Tenure::Held(Box::new(modes.clone()));
        }
        modes.make_raw();
        tcsetattr(&self.input, OptionalActions::Now, &modes)?;
        self.terminal.backend_mut().forget();
        self.terminal.backend_mut().write_directly(ENTER)?;
        if self.listens_to_mouse {
            self.terminal.backend_mut().write_directly(MOUSE_ON)?;
        }
        self.forget_contents()
    }

    /// Has the mouse reported, or not; after a suspend it is as it was before.
    pub(super) fn listen_to_mouse(&mut self, listens: bool) -> io::Result<()> {
        self.listens_to_mouse = listens;
        let Tenure::Held(_) = self.tenure else { return Ok(()) };
        self.terminal.backend_mut().write_directly(if listens { MOUSE_ON } else { MOUSE_OFF })
    }

    /// Asks for the colour of the background. Nobody waits for the answer.
    pub(super) fn ask_for_background(&mut self) -> io::Result<()> {
        self.terminal.backend_mut().write_directly(ASK_FOR_BACKGROUND)
    }

    /// Gives the terminal back as it was. What was typed or pasted and not read is thrown away: the shell
    /// would take it for a command.
    pub(super) fn leave(&mut self) -> io::Result<()> {
        let Tenure::Held(modes) = std::mem::replace(&mut self.tenure, Tenure::Left) else { return Ok(()) };
        self.terminal.backend_mut().forget();
        let written = self.terminal.backend_mut().write_directly(&[UPDATE_ENDS, MOUSE_OFF, LEAVE].concat());
        // The modes are restored even where nothing can be written any more.
        tcsetattr(&self.input, OptionalActions::Flush, &modes)?;
        written
    }

    /// Makes the next frame draw everything again, inside its update.
    pub(super) fn forget_contents(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }

    /// Draws a frame: the cells that changed.
    pub(super) fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(render).map(|_| ())
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> io::Result<(u16, u16)> {
        self.terminal.size().map(|size| (size.width, size.height))
    }

    /// Where keys come from.
    pub(super) fn input(&self) -> BorrowedFd<'_> {
        self.input.as_fd()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Where the terminal has gone there is nothing to give back.
        let _ = self.leave();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use rustix::termios::LocalModes;

    use super::*;

    fn modes_of(terminal: &impl AsFd) -> LocalModes {
        tcgetattr(terminal).unwrap().local_modes
    }

    /// Runs `use_screen` on a new pseudo terminal and returns the modes before, within and after, and all
    /// that was written.
    fn on_a_terminal(use_screen: impl FnOnce(Screen)) -> ([LocalModes; 3], String) {
        let (mut pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(pty_process::Size::new(24, 80)).unwrap();
        let before = modes_of(&pts);
        let mut screen = Screen::enter(pts.as_fd(), pts.as_fd()).unwrap();
        screen.listen_to_mouse(true).unwrap();
        let within = modes_of(&pts);
        use_screen(screen);
        let after = modes_of(&pts);
        drop(pts);
        let (mut written, mut piece) = (Vec::new(), [0; 4096]);
        // Without a terminal at the other end the rest is read, then an error comes.
        while let Ok(read @ 1..) = pty.read(&mut piece) {
            written.extend(&piece[..read]);
        }
        ([before, within, after], String::from_utf8(written).unwrap())
    }

    fn assert_restored([before, within, after]: [LocalModes; 3], written: &str) {
        assert!(before.contains(LocalModes::ICANON | LocalModes::ECHO));
        assert!(!within.intersects(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG));
        assert_eq!(before, after);
        for (on, off) in [
            ("\x1b[?1049h", "\x1b[?1049l"),
            ("\x1b[?2004h", "\x1b[?2004l"),
            ("\x1b[?1000h", "\x1b[?1000l"),
            ("\x1b[?1006h", "\x1b[?1006l"),
        ] {
            assert!(written.find(on).is_some_and(|at| written.rfind(off) > Some(at)), "{written:?}");
        }
        assert!(written.ends_with("\x1b[?25h"), "the cursor is shown at the end: {written:?}");
    }

    #[test]
    fn dropping_the_screen_restores_the_terminal() {
        let (modes, written) = on_a_terminal(drop);
        assert_restored(modes, &written);
    }

    #[test]
    fn a_panic_restores_the_terminal_and_finishes_no_frame() {
        let (modes, written) = on_a_terminal(|mut screen| {
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
                screen.draw(|frame| {
                    frame.render_widget("half", frame.area());
                    std::panic::resume_unwind(Box::new("on purpose"));
                })
            }));
            assert!(caught.is_err());
        });
        assert_restored(modes, &written);
        assert!(!written.contains("half"), "{written:?}");
    }

    #[test]
    fn a_frame_that_was_cut_short_leaves_neither_a_colour_nor_an_open_update() {
        let (modes, written) = on_a_terminal(|mut screen| {
            screen.terminal.backend_mut().write_directly(b"\x1b[?2026h\x1b[1;31mhalf").unwrap();
        });
        assert_restored(modes, &written);
        // With the alternate screen some terminals give the colours of before back. Not all have one.
        let on_one_screen = written.replace("\x1b[?1049h", "").replace("\x1b[?1049l", "");
        let mut parser = vt100::Parser::default();
        parser.process(on_one_screen.as_bytes());
        let screen = parser.screen();
        assert_eq!((screen.fgcolor(), screen.bold()), (vt100::Color::Default, false), "{written:?}");
        assert!(written.rfind("\x1b[?2026l") > written.rfind("\x1b[?2026h"), "{written:?}");
    }

    #[test]
    fn leaving_twice_and_coming_back_keeps_the_first_modes() {
        let (modes, written) = on_a_terminal(|mut screen| {
            screen.reenter().unwrap();
            screen.leave().unwrap();
            screen.leave().unwrap();
            screen.reenter().unwrap();
        });
        assert_restored(modes, &written);
        assert_eq!(written.matches("\x1b[?1049l").count(), 2);
    }

    #[test]
    fn the_mouse_is_as_it_was_after_coming_back() {
        let (_, written) = on_a_terminal(|mut screen| {
            screen.leave().unwrap();
            screen.reenter().unwrap();
            screen.listen_to_mouse(false).unwrap();
            screen.leave().unwrap();
            screen.reenter().unwrap();
        });
        assert_eq!(
            written.matches("\x1b[?1000h").count(),
            2,
            "at first, and after the first return: {written:?}"
        );
    }

    #[test]
    fn the_alternate_screen_is_emptied_before_it_is_left() {
        let (_, written) = on_a_terminal(|mut screen| {
            screen.draw(|frame| frame.render_widget("s3cret", frame.area())).unwrap();
        });
        let after = &written[written.rfind("s3cret").unwrap()..];
        assert!(after.find("\x1b[2J") < after.find("\x1b[?1049l"), "{written:?}");
        assert!(after.contains("\x1b[2J"));
    }
}
