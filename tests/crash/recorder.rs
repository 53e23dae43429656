//! Records what a command asks of the file system: every write, truncation, sync and change of a name, in order, and
//! what it says on stdout in between.
//!
//! A small library in C, compiled here, stands before the C library in the process of the command (`LD_PRELOAD`).

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// One thing that a command asked for and got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A file was opened that is made where it is missing.
    Create(PathBuf),
    Truncate(PathBuf, usize),
    Write(PathBuf, usize, Vec<u8>),
    /// Of a file, or of a folder.
    Sync(PathBuf),
    Rename(PathBuf, PathBuf),
    Link(PathBuf, PathBuf),
    Unlink(PathBuf),
    /// Bytes on stdout.
    Said(Vec<u8>),
}

/// The library, compiled once for each run of the tests.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let made = folder.join(format!("recorder-{}.so", std::process::id()));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crash/recorder.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-O1", "-shared", "-fPIC", "-Wall", "-Wextra", "-Wno-nonnull-compare", "-o"]);
        compiler.arg(&made).arg(source).args(["-ldl", "-lpthread"]);
        assert!(compiler.status().expect("a C compiler is there").success());
        let library = folder.join("recorder.so");
        fs::rename(&made, &library).unwrap();
        library
    })
}

/// A command under way to be recorded, and where its notes go.
pub struct Recorder {
    notes: tempfile::NamedTempFile,
}

impl Recorder {
    pub fn new() -> Self {
        Self { notes: tempfile::NamedTempFile::new().unwrap() }
    }

    /// Lets a command be recorded: what it does to files below a folder.
    pub fn watch(&self, command: &mut Command, below: &Path) {
        command.env("LD_PRELOAD", library());
        command.env("RECORD_TO", self.notes.path());
        command.env("RECORD_BELOW", fs::canonicalize(below).unwrap());
    }

    /// The steps of the commands that have ended.
    pub fn steps(&self) -> Vec<Step> {
        let bytes = fs::read(self.notes.path()).unwrap();
        let mut rest = bytes.as_slice();
        let mut steps = Vec::new();
        while !rest.is_empty() {
            steps.push(step(&mut rest));
        }
        steps
    }
}

fn step(rest: &mut &[u8]) -> Step {
    let kind = taken(rest, 1)[0];
    let mut part = || {
        let length = number(rest);
        taken(rest, length).to_owned()
    };
    let (path, second, bytes) = (part(), part(), part());
    let number = number(rest);
    let [path, second] = [path, second].map(|path| PathBuf::from(OsStr::from_bytes(&path)));
    match kind {
        b'c' => Step::Create(path),
        b't' => Step::Truncate(path, number),
        b'w' => Step::Write(path, number, bytes),
        b's' => Step::Sync(path),
        b'r' => Step::Rename(path, second),
        b'l' => Step::Link(path, second),
        b'u' => Step::Unlink(path),
        b'a' => Step::Said(bytes),
        other => panic!("no note begins with {other}"),
    }
}

fn taken<'a>(rest: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, left) = rest.split_at(length);
    *rest = left;
    taken
}

fn number(rest: &mut &[u8]) -> usize {
    usize::try_from(u64::from_le_bytes(taken(rest, 8).try_into().unwrap())).unwrap()
}
