//! A terminal with a person in front of it: presses keys, looks at the screen, waits for what is to come.

use std::io::{self, Read, Write};
use std::num::NonZeroU16;
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use etui::vault::{Answers, Environment, KdfCost, LockedVault, SystemClock, Vault};
use etui::versioning::{Origin, Selector};
use pty_process::Size;
use pty_process::blocking::{Command, Pts, Pty, open};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{Termios, tcgetattr};
use tempfile::TempDir;
use vt100::{Parser, Screen};

use crate::fixtures::{create_request, credentials, secret_name, text};

/// How long a condition may take: generous, because it says nothing about speed. Deriving a key on a loaded
/// machine takes its time.
const DEADLINE: Duration = Duration::from_secs(60);

/// The master password of every vault here.
pub const PASSWORD: &str = "correct horse battery";

/// How many lines that left the top of the screen a terminal keeps to scroll back to.
const SCROLLBACK: usize = 10_000;

/// The secret in a vault of [`Home::make_vault`].
pub const NAME: &str = "api-key";

/// Its value; it occurs nowhere else.
pub const VALUE: &str = "XyZ-s3cret-XyZ";

/// Columns and rows at which the app is to work.
pub const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (60, 20)];

/// A home of its own for one test, and how programs are started in it.
pub struct Home {
    folder: TempDir,
    /// Where the editor's file lies: in memory, where the machine has a place there.
    runtime: TempDir,
}

impl Home {
    pub fn new() -> Self {
        let only_mine = std::fs::Permissions::from_mode(0o700);
        let mut private = tempfile::Builder::new();
        private.permissions(only_mine);
        let in_memory = private.tempdir_in("/dev/shm").or_else(|_| private.tempdir());
        Self { folder: tempfile::tempdir().unwrap(), runtime: in_memory.unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn runtime(&self) -> &Path {
        self.runtime.path()
    }

    pub fn vault(&self) -> PathBuf {
        self.path().join("vault.etui")
    }

    /// What a program finds around it: nothing of the machine that the test runs on but its programs.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let home = self.path().display().to_string();
        vec![
            ("HOME", home.clone()),
            ("XDG_DATA_HOME", format!("{home}/data")),
            ("XDG_CONFIG_HOME", format!("{home}/config")),
            ("XDG_STATE_HOME", format!("{home}/state")),
            ("XDG_RUNTIME_DIR", self.runtime().display().to_string()),
            ("ETUI_VAULT", self.vault().display().to_string()),
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("TERM", "xterm-256color".to_owned()),
            ("LANG", "C.UTF-8".to_owned()),
            ("LC_ALL", "C.UTF-8".to_owned()),
        ]
    }

    /// Makes a vault that is cheap to open, with one secret, without the app.
    pub fn make_vault(&self) {
        let credentials = credentials(PASSWORD);
        let mut vault =
            Vault::create(&self.vault(), &credentials, KdfCost::FLOOR, self.surroundings()).unwrap();
        vault.create_secret(&create_request(NAME, "v1", text(VALUE))).unwrap();
    }

    /// Writes the settings file.
    pub fn set(&self, settings: &str) {
        let folder = self.path().join("config/etui");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("settings.toml"), settings).unwrap();
    }

    /// Makes a secret in a copy of the vault, as another machine does.
    pub fn create_in(&self, vault: &Path, name: &str) {
        let environment = Environment::new(Box::new(SystemClock), Origin::CommandLine);
        let locked = LockedVault::open(vault, environment).unwrap();
        let unlocked = locked.unlock(&credentials(PASSWORD), Answers::default());
        let mut vault = unlocked.map_err(|failed| failed.error).unwrap();
        vault.create_secret(&create_request(name, "v1", text("made elsewhere"))).unwrap();
    }

    /// Opens the vault as another program does.
    pub fn open_vault(&self) -> Vault {
        let locked = LockedVault::open(&self.vault(), self.surroundings()).unwrap();
        locked.unlock(&credentials(PASSWORD), Answers::default()).map_err(|failed| failed.error).unwrap()
    }

    /// The current value of a secret, read without the app.
    pub fn value_of(&self, name: &str) -> Vec<u8> {
        let mut vault = self.open_vault();
        let current = Selector::default();
        let found = vault.get_secret_value(&secret_name(name), &current).unwrap();
        found.value.expose().to_vec()
    }

    fn surroundings(&self) -> Environment {
        let state_directory = Some(self.path().join("state/etui"));
        Environment { state_directory, ..Environment::new(Box::new(SystemClock), Origin::CommandLine) }
    }

    /// Starts the app in a terminal of this size, without a shell.
    pub fn app(&self, size: (u16, u16)) -> Terminal {
        Terminal::start(self, size, env!("CARGO_BIN_EXE_etui"), &[])
    }

    /// Starts a script in a terminal of this size; `etui` is the app.
    pub fn script(&self, size: (u16, u16), script: &str) -> Terminal {
        let script = script.replace("exec etui", "exec \"$0\"");
        Terminal::start(self, size, "sh", &["-c", &script, env!("CARGO_BIN_EXE_etui")])
    }

    /// Starts the app with arguments in a terminal of this size.
    pub fn app_with(&self, size: (u16, u16), arguments: &[&str]) -> Terminal {
        Terminal::start(self, size, env!("CARGO_BIN_EXE_etui"), arguments)
    }

    /// Starts an interactive shell, in which `etui` is the app.
    pub fn shell(&self, size: (u16, u16)) -> Terminal {
        let start = self.path().join("bashrc");
        let quiet = "bind 'set enable-bracketed-paste off'";
        let lines =
            format!("PS1='ready> '\n{quiet}\netui() {{ '{}' \"$@\"; }}\n", env!("CARGO_BIN_EXE_etui"));
        std::fs::write(&start, lines).unwrap();
        let arguments = ["--noprofile", "--rcfile", start.to_str().unwrap(), "-i"];
        let mut terminal = Terminal::start(self, size, "bash", &arguments);
        terminal.wait_for("the prompt of the shell", |screen| screen.contents().contains("ready>"));
        terminal
    }
}

/// What a program wrote to the clipboard by OSC 52.
#[derive(Default)]
pub struct Clipboard {
    pub copied: Vec<Vec<u8>>,
}

impl vt100::Callbacks for Clipboard {
    fn copy_to_clipboard(&mut self, _: &mut Screen, _kind: &[u8], data: &[u8]) {
        self.copied.push(data.to_vec());
    }
}

/// A terminal with a program in it.
pub struct Terminal {
    pty: Pty,
    /// Kept open, so that the modes can be looked at when the program has gone.
    pts: Pts,
    /// The modes before the program ran.
    modes_at_first: Termios,
    child: Child,
    parser: Parser<Clipboard>,
    written: Vec<u8>,
}

impl Terminal {
    fn start(home: &Home, (columns, rows): (u16, u16), program: &str, arguments: &[&str]) -> Self {
        let (pty, pts) = open().unwrap();
        pty.resize(Size::new(rows, columns)).unwrap();
        let mut command = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(home.environment())
            .current_dir(home.path());
        let modes_at_first = tcgetattr(&pts).unwrap();
        let child = command.spawn_borrowed(&pts).unwrap();
        let parser =
            Parser::new_with_callbacks(cells(rows), cells(columns), SCROLLBACK, Clipboard::default());
        Self { pty, pts, modes_at_first, child, parser, written: Vec::new() }
    }

    /// Types text or sequences of keys.
    pub fn press(&mut self, keys: &str) {
        self.pty.write_all(keys.as_bytes()).unwrap();
    }

    /// Pastes as a terminal with bracketed paste does.
    pub fn paste(&mut self, text: &str) {
        self.press(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Writes on the terminal as another program does that runs on it.
    pub fn print_beside(&self, text: &str) {
        let written = rustix::io::write(&self.pts, text.as_bytes()).unwrap();
        assert_eq!(written, text.len());
    }

    pub fn resize(&mut self, (columns, rows): (u16, u16)) {
        self.pty.resize(Size::new(rows, columns)).unwrap();
        self.parser.screen_mut().set_size(cells(rows), cells(columns));
    }

    pub fn screen(&self) -> &Screen {
        self.parser.screen()
    }

    /// What can be scrolled back to, and what is on the screen.
    pub fn all_lines(&mut self) -> String {
        let mut lines = String::new();
        self.parser.screen_mut().set_scrollback(usize::MAX);
        loop {
            let back = self.screen().scrollback();
            lines.push_str(&self.screen().contents());
            lines.push('\n');
            if back == 0 {
                return lines;
            }
            let step = usize::from(self.screen().size().0.get());
            self.parser.screen_mut().set_scrollback(back.saturating_sub(step));
        }
    }

    /// What the alternate screen holds: some terminals let one switch to it, whatever runs.
    pub fn alternate_screen(&mut self) -> String {
        self.parser.process(b"\x1b[?47h");
        let contents = self.screen().contents();
        self.parser.process(b"\x1b[?47l");
        contents
    }

    pub fn clipboard(&self) -> &Clipboard {
        self.parser.callbacks()
    }

    /// Everything that was ever written to the terminal.
    pub fn written(&self) -> String {
        String::from_utf8_lossy(&self.written).into_owned()
    }

    /// The modes as they were before the program ran.
    pub fn modes_at_first(&self) -> Termios {
        self.modes_at_first.clone()
    }

    pub fn modes(&self) -> Termios {
        tcgetattr(&self.pts).unwrap()
    }

    pub fn process(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    pub fn send(&self, signal: Signal) {
        kill_process(self.process(), signal).unwrap();
    }

    /// Waits until the screen is as it should be.
    ///
    /// # Panics
    /// With the screen, when it does not become so.
    pub fn wait_for(&mut self, what: &str, condition: impl Fn(&Screen) -> bool) {
        let end = Instant::now() + DEADLINE;
        while !condition(self.screen()) {
            assert!(Instant::now() < end, "{what} did not come; the screen:\n{}", self.picture());
            self.read_for(Duration::from_millis(50));
            if let Ok(Some(status)) = self.child.try_wait() {
                self.read_for(Duration::ZERO);
                assert!(condition(self.screen()), "{what}: {status} before; the screen:\n{}", self.picture());
            }
        }
    }

    /// Waits until a text is on the screen.
    pub fn wait_for_text(&mut self, text: &str) {
        self.wait_for(&format!("'{text}'"), |screen| screen.contents().contains(text));
    }

    /// Waits until something else than the screen has come about.
    pub fn wait_until(&mut self, what: &str, mut condition: impl FnMut(&mut Self) -> bool) {
        let end = Instant::now() + DEADLINE;
        while !condition(self) {
            assert!(Instant::now() < end, "{what} did not come; the screen:\n{}", self.picture());
            self.read_for(Duration::from_millis(20));
        }
    }

    /// Types the master password at the unlock screen and waits for the list.
    pub fn unlock(&mut self) {
        self.wait_for_text("Master password");
        self.press(&format!("{PASSWORD}\r"));
        self.wait_for_text(NAME);
    }

    /// Waits until the app has the terminal.
    pub fn wait_for_app(&mut self) {
        self.wait_for("the app", |screen| screen.alternate_screen() && screen.bracketed_paste());
    }

    /// Waits until the program has ended, and reads what it wrote last.
    pub fn wait_for_end(&mut self) -> ExitStatus {
        let mut status = None;
        self.wait_until("the end", |terminal| {
            status = terminal.child.try_wait().unwrap();
            status.is_some()
        });
        self.read_for(Duration::ZERO);
        status.unwrap()
    }

    /// Closes the terminal, as the user closes its window; the program's end is returned.
    pub fn close(mut self) -> ExitStatus {
        // Another takes its place; the one with the program in it is dropped.
        (self.pty, self.pts) = open().unwrap();
        self.wait_for_end()
    }

    /// The screen as text, with what cannot be seen in it.
    pub fn picture(&self) -> String {
        let screen = self.screen();
        format!(
            "{}\n[alternate screen: {}, bracketed paste: {}, cursor: {:?}{}]",
            screen.contents(),
            screen.alternate_screen(),
            screen.bracketed_paste(),
            screen.cursor_position(),
            if screen.hide_cursor() { ", hidden" } else { "" },
        )
    }

    /// Reads what comes, until nothing came for `pause`.
    pub fn read_for(&mut self, pause: Duration) {
        let pause = Timespec { tv_sec: 0, tv_nsec: i64::from(pause.subsec_nanos()) };
        let mut bytes = [0; 65_536];
        loop {
            let mut polled = [PollFd::from_borrowed_fd(self.pty.as_fd(), PollFlags::IN)];
            match poll(&mut polled, Some(&pause)) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            match self.pty.read(&mut bytes) {
                Ok(read @ 1..) => {
                    self.written.extend(&bytes[..read]);
                    self.parser.process(&bytes[..read]);
                }
                Ok(_) => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap()
}

/// The signal that ended a program.
pub fn signal_of(status: ExitStatus) -> Option<Signal> {
    status.signal().and_then(Signal::from_named_raw)
}

/// The processes that a process has started and that still run.
pub fn children_of(process: Pid) -> Vec<Pid> {
    let process = process.as_raw_nonzero();
    let list =
        std::fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|id| Pid::from_raw(id.parse().ok()?)).collect()
}

/// How often the threads of a process have gone to sleep so far.
pub fn naps_of(process: Pid) -> u64 {
    let process = process.as_raw_nonzero();
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let naps = threads.flatten().map(|thread| {
        let status = std::fs::read_to_string(thread.path().join("status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        line.and_then(|count| count.trim().parse::<u64>().ok()).unwrap_or(0)
    });
    naps.sum()
}

/// The letter by which the kernel names the state of a process: `T` is stopped.
pub fn state_of(process: Pid) -> Option<char> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.as_raw_nonzero())).ok()?;
    status.lines().find_map(|line| line.strip_prefix("State:"))?.trim().chars().next()
}
