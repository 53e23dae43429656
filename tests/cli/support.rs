//! Runs the real binary in a home of its own, with a vault whose key derivation costs next to nothing.

use std::fmt;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use etui::domain::Timestamp;
use etui::memory::SecretBytes;
use etui::vault::{
    Answers, Clock, Credentials, Environment, FormatVersion, KdfCost, LockedVault, SystemClock, Vault,
};
use etui::versioning::Origin;
use tempfile::TempDir;

use super::schemas;

pub const PASSWORD: &str = "correct horse battery staple";

/// A home directory that nothing else uses.
pub struct Home {
    folder: TempDir,
}

/// What a run of the binary left.
pub struct Run {
    pub stdout: Vec<u8>,
    pub stderr: String,
    pub code: Option<i32>,
    home: PathBuf,
}

impl Home {
    /// Without a vault; `password` holds the master password.
    pub fn empty() -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap() };
        home.write_private("password", &format!("{PASSWORD}\n"));
        home
    }

    /// With an empty vault.
    pub fn with_vault() -> Self {
        let home = Self::empty();
        drop(home.create(None, SystemClock));
        home
    }

    /// With a vault that holds `db` with versions `v1` (previous) and `v2` (current).
    pub fn with_secret() -> Self {
        let home = Self::with_vault();
        home.pipe("one", &["new", "db"]).succeeded();
        home.pipe("two", &["put", "db"]).succeeded();
        home
    }

    /// Makes the vault through the library: there any cost is allowed, and any clock.
    pub fn create(&self, key_file: Option<&str>, clock: impl Clock + 'static) -> Vault {
        self.create_in(FormatVersion::FOR_NEW_VAULTS, key_file, clock)
    }

    /// The same in a format of one's choice.
    pub fn create_in(
        &self,
        format: FormatVersion,
        key_file: Option<&str>,
        clock: impl Clock + 'static,
    ) -> Vault {
        let key_file = key_file.map(|text| SecretBytes::copy_of(text.as_bytes()));
        let password = SecretBytes::copy_of(PASSWORD.as_bytes());
        let credentials = Credentials::new(password, key_file.as_ref()).unwrap();
        let environment = self.library_environment(clock);
        let cost = KdfCost::new(8, 1, 1).unwrap();
        let vault = Vault::create_in(format, &self.vault(), &credentials, cost, environment).unwrap();
        fs::write(self.kdf_cost_kept(), self.keeps_its_cost()).unwrap();
        vault
    }

    /// Where this machine remembers that a cheap vault shall stay cheap.
    pub fn kdf_cost_kept(&self) -> PathBuf {
        self.path().join("state/etui/kdf-cost-kept")
    }

    /// What stands there, so that nobody is asked at every prompt.
    pub fn keeps_its_cost(&self) -> String {
        let path = fs::canonicalize(self.vault()).unwrap();
        let hex: String =
            path.as_os_str().as_encoded_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("8 1 1 {hex}\n")
    }

    /// Unlocks the vault through the library, with any clock.
    pub fn unlock(&self, clock: impl Clock + 'static) -> Vault {
        let credentials = Credentials::new(SecretBytes::copy_of(PASSWORD.as_bytes()), None).unwrap();
        let locked = LockedVault::open(&self.vault(), self.library_environment(clock)).unwrap();
        locked.unlock(&credentials, Answers::default()).map_err(|failed| failed.error).unwrap()
    }

    fn library_environment(&self, clock: impl Clock + 'static) -> Environment {
        Environment {
            state_directory: Some(self.path().join("state/etui")),
            ..Environment::new(Box::new(clock), Origin::CommandLine)
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file that nobody else may read.
    pub fn write_private(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    pub fn vault(&self) -> PathBuf {
        self.path().join("data/etui/vault.etui")
    }

    /// A command whose environment holds nothing of whoever runs the tests, and no password.
    pub fn bare(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_etui"));
        command.args(arguments).env_clear().envs(self.environment()).current_dir(self.path());
        command.stdin(Stdio::null());
        command
    }

    /// What every run of the binary gets.
    pub fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        let inside = |folder: &str| self.path().join(folder);
        vec![
            ("HOME", self.path().to_owned()),
            ("XDG_DATA_HOME", inside("data")),
            ("XDG_STATE_HOME", inside("state")),
            ("XDG_CONFIG_HOME", inside("config")),
            ("PATH", std::env::var_os("PATH").unwrap_or_default().into()),
        ]
    }

    /// The same with the password file that is in the home.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.bare(arguments);
        command.env("ETUI_PASSWORD_FILE", self.path().join("password"));
        command
    }

    /// Runs it with the password and an empty stdin.
    pub fn etui(&self, arguments: &[&str]) -> Run {
        self.finish(self.command(arguments), b"")
    }

    /// Runs it with the password and something on stdin.
    pub fn pipe(&self, stdin: impl AsRef<[u8]>, arguments: &[&str]) -> Run {
        self.finish(self.command(arguments), stdin.as_ref())
    }

    /// Runs a command to its end.
    pub fn finish(&self, mut command: Command, stdin: &[u8]) -> Run {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Who refuses early does not read; what was not read is not a failure.
        let _ = child.stdin.take().unwrap().write_all(stdin);
        let output = child.wait_with_output().unwrap();
        let run = Run {
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code(),
            home: self.path().to_owned(),
        };
        schemas::check(&command, &run);
        run
    }

    /// Runs it with the password where it has so many MiB of memory of its own. The system holds the limit: beyond it
    /// there is no memory.
    #[cfg(target_os = "linux")]
    pub fn within(&self, mebibytes: usize, stdin: &[u8], arguments: &[&str]) -> Run {
        let like = self.command(&[]);
        let mut command = Command::new("sh");
        let script = format!("ulimit -d {}; exec \"$0\" \"$@\"", mebibytes * 1024);
        command.args(["-c", &script, env!("CARGO_BIN_EXE_etui")]).args(arguments);
        command.env_clear().envs(like.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(self.path());
        self.finish(command, stdin)
    }

    /// Runs a script in a shell that finds etui and the password.
    pub fn in_shell(&self, shell: &str, script: &str) -> Run {
        let folder = Path::new(env!("CARGO_BIN_EXE_etui")).parent().unwrap();
        let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
        let mut command = Command::new(shell);
        command.args(["-c", script]).env_clear().envs(self.environment()).env("PATH", path);
        command.env("ETUI_PASSWORD_FILE", self.path().join("password")).current_dir(self.path());
        self.finish(command, b"")
    }

    /// Starts it on a terminal of its own, without the password.
    pub fn terminal(&self, arguments: &[&str]) -> Terminal {
        self.terminal_with(arguments, |command| command)
    }

    /// Starts another program on a terminal of its own.
    pub fn terminal_of(&self, program: &str, arguments: &[&str]) -> Terminal {
        self.start_on_terminal(program, arguments, |command| command)
    }

    pub fn terminal_with(
        &self,
        arguments: &[&str],
        adjust: impl FnOnce(pty_process::blocking::Command) -> pty_process::blocking::Command,
    ) -> Terminal {
        self.start_on_terminal(env!("CARGO_BIN_EXE_etui"), arguments, adjust)
    }

    pub fn start_on_terminal(
        &self,
        program: &str,
        arguments: &[&str],
        adjust: impl FnOnce(pty_process::blocking::Command) -> pty_process::blocking::Command,
    ) -> Terminal {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(pty_process::Size::new(24, 120)).unwrap();
        // Whoever runs the tests in the background has the signals of the keyboard ignored.
        let command = pty_process::blocking::Command::new("env")
            .args(["--default-signal=INT,QUIT", program])
            .args(arguments)
            .env_clear()
            .envs(self.environment())
            .env("TERM", "xterm-256color")
            .env("NO_COLOR", "1")
            .current_dir(self.path());
        let child = adjust(command).spawn(pts).unwrap();
        Terminal::of(pty, child)
    }

    pub fn bytes_of_vault(&self) -> Vec<u8> {
        fs::read(self.vault()).unwrap()
    }
}

/// Says on stderr that a program is not here, and that something is passed over for it.
pub fn is_missing(program: &str) -> bool {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|folder| folder.join(program).exists());
    if !found {
        eprintln!("passed over: there is no {program}");
    }
    !found
}

impl Run {
    /// Says that it must have succeeded.
    #[track_caller]
    pub fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "{self}");
        self
    }

    /// Says that it must have failed in this way, with nothing on stdout.
    #[track_caller]
    pub fn failed(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        assert!(self.stdout.is_empty(), "{self}");
        self
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout).unwrap()
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }
}

impl fmt::Display for Run {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stdout = String::from_utf8_lossy(&self.stdout);
        writeln!(formatter, "exit {}", self.code.map_or("by a signal".to_owned(), |code| code.to_string()))?;
        for (name, text) in [("stdout", stdout.as_ref()), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                writeln!(formatter, "{name}:\n{}", redacted(text, &self.home))?;
            }
        }
        Ok(())
    }
}

/// Replaces what differs from run to run: the home, times, random ids.
pub fn redacted(text: &str, home: &Path) -> String {
    let home_text = home.to_str().unwrap();
    let mut text =
        text.replace(fs::canonicalize(home).unwrap().to_str().unwrap(), "~").replace(home_text, "~");
    for (before, word) in [("\"RequestId\":\"", "[id]"), ("\"State\":\"", "[state]")] {
        if let Some(at) = text.find(before).map(|at| at + before.len()) {
            let end = at + text[at..].find('"').unwrap();
            text.replace_range(at..end, word);
        }
    }
    while let Some(at) = (0..text.len()).find(|&at| text.get(at..at + STATE).is_some_and(is_state_digits)) {
        text.replace_range(at..at + STATE, " · [state]");
    }
    while let Some(at) = (0..text.len()).find(|&at| text.get(at..at + 20).is_some_and(is_time)) {
        text.replace_range(at..at + 20, "[time]");
    }
    text.replace("just now", "[age]").replace("1 minute ago", "[age]")
}

/// Columns with as many spaces between them as there always are at least: their width depends on ages.
pub fn close_columns(text: &str) -> String {
    let mut text = text.to_owned();
    while text.contains("   ") {
        text = text.replace("   ", "  ");
    }
    text
}

/// The length of what is behind the number in the state of a vault.
const STATE: usize = " · 01234567".len();

fn is_state_digits(text: &str) -> bool {
    let digits = text.strip_prefix(" · ");
    digits.is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

fn is_time(text: &str) -> bool {
    text.ends_with('Z') && text.as_bytes()[10] == b'T' && text.parse::<Timestamp>().is_ok()
}

/// A clock that stands still.
#[derive(Clone, Copy)]
pub struct Stopped(pub Timestamp);

impl Stopped {
    /// So many days from now; before it where they are negative.
    pub fn days_from_now(days: i64) -> Self {
        Self(Timestamp::clamped(SystemClock.now().seconds() + days * Timestamp::DAY))
    }
}

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// A terminal with the binary on it.
pub struct Terminal {
    keyboard: pty_process::blocking::Pty,
    screen: Receiver<Vec<u8>>,
    pub child: Child,
    seen: String,
    /// Up to where `seen` was waited for.
    passed: usize,
}

/// How long a machine may take for one step; only a hanging program comes near.
const PATIENCE: Duration = Duration::from_secs(120);

impl Terminal {
    fn of(pty: pty_process::blocking::Pty, child: Child) -> Self {
        let device: File = std::os::fd::AsFd::as_fd(&pty).try_clone_to_owned().unwrap().into();
        let (sender, screen) = channel();
        std::thread::spawn(move || {
            let mut device = device;
            let mut chunk = [0; 4096];
            // A terminal whose last program is gone answers with an error: that is its end.
            while let Ok(count @ 1..) = device.read(&mut chunk) {
                if sender.send(chunk[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { keyboard: pty, screen, child, seen: String::new(), passed: 0 }
    }

    /// Waits until a text is on the screen, behind the last one that was waited for.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) -> &mut Self {
        loop {
            if let Some(at) = self.seen[self.passed..].find(text) {
                self.passed += at + text.len();
                return self;
            }
            match self.screen.recv_timeout(PATIENCE) {
                Ok(chunk) => self.seen.push_str(&String::from_utf8_lossy(&chunk)),
                Err(RecvTimeoutError::Timeout) => panic!("'{text}' did not come:\n{}", self.seen),
                Err(RecvTimeoutError::Disconnected) => panic!("ended before '{text}':\n{}", self.seen),
            }
        }
    }

    /// Types.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self
    }

    /// Waits for the end; the exit code and all that was on the screen, without spaces at the ends of lines.
    pub fn end(&mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        while let Ok(chunk) = self.screen.recv_timeout(PATIENCE) {
            self.seen.push_str(&String::from_utf8_lossy(&chunk));
        }
        let lines: Vec<&str> = self.seen.split('\n').map(str::trim_end).collect();
        (status, lines.join("\n"))
    }

    /// The modes of the line.
    pub fn echoes(&self) -> bool {
        let modes = rustix::termios::tcgetattr(&self.keyboard).unwrap();
        modes.local_modes.contains(rustix::termios::LocalModes::ECHO)
    }
}
