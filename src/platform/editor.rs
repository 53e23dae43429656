//! The user's editor on a value, without the value ever lying on a disk.
//!
//! The file lies in memory: in `$XDG_RUNTIME_DIR`, else in a directory of our own in `/dev/shm`. vim and its
//! kin, and emacs, are told to keep swap, undo, backup and history files away; what an editor leaves beside
//! the file is removed with it. Everything is overwritten before it is removed.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use super::child::{self, ChildError, WhenAsked};
use super::private_folder;
use crate::memory::SecretBytes;

/// What is known of an editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditorKind {
    /// vim, neovim and what is a name of theirs.
    Vim,
    /// emacs, when it runs by itself.
    Emacs,
    /// nano and others that write nothing but the file.
    Plain,
    /// It may keep copies elsewhere.
    Unknown,
}

/// The user's editor, with arguments, as a shell reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editor {
    line: OsString,
}

impl Editor {
    /// The one of the settings, else `$VISUAL`, else `$EDITOR`, else `vi`.
    pub fn find(setting: Option<&str>) -> Self {
        let variable = |name| env::var_os(name).filter(|value| !value.is_empty());
        let line = setting.map(OsString::from).or_else(|| variable("VISUAL")).or_else(|| variable("EDITOR"));
        Self { line: line.unwrap_or_else(|| "vi".into()) }
    }

    /// What is known of it.
    pub fn kind(&self) -> EditorKind {
        let Some(program) = self.line.to_str().and_then(|line| line.split_whitespace().next()) else {
            return EditorKind::Unknown;
        };
        match kind_of(Path::new(program)) {
            // `vi` and `editor` are names of others, and often of vim.
            EditorKind::Unknown => located(program).map_or(EditorKind::Unknown, |path| kind_of(&path)),
            kind => kind,
        }
    }

    /// Runs it on a file and waits for it. A signal that would end this process meanwhile does not, since its end
    /// would leave the file behind; one that stops the job stops both.
    ///
    /// # Errors
    /// Where no shell can be started.
    pub fn run(&self, file: &Path) -> Result<ExitStatus, ChildError> {
        let mut line = self.line.clone();
        line.push(" \"$@\"");
        let mut command = Command::new("sh");
        command.arg("-c").arg(line).arg("sh").args(options(self.kind())).arg(file);
        child::run(&mut command, WhenAsked::PassOver)
    }
}

fn kind_of(program: &Path) -> EditorKind {
    let name = program.file_name().and_then(OsStr::to_str).unwrap_or_default();
    if ["vim", "nvim", "gvim"].iter().any(|kin| name == *kin || name.starts_with(&format!("{kin}."))) {
        EditorKind::Vim
    } else if name == "emacs" || name.starts_with("emacs-") {
        EditorKind::Emacs
    } else if matches!(name, "nano" | "pico" | "ed" | "micro" | "hx" | "helix" | "kak") {
        EditorKind::Plain
    } else {
        EditorKind::Unknown
    }
}

/// Where a program lies, behind all links.
fn located(program: &str) -> Option<PathBuf> {
    let candidates: Vec<PathBuf> = if program.contains('/') {
        vec![program.into()]
    } else {
        env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).collect()
    };
    candidates.into_iter().find_map(|path| path.canonicalize().ok())
}

/// Set after the user's own configuration, so that it cannot turn them back on; one by one, since small
/// builds do not know them all.
const VIM: [&str; 5] = [
    "-n",
    "-i",
    "NONE",
    "-c",
    "silent! set noswapfile | silent! set noundofile | silent! set nobackup | silent! set nowritebackup | \
     silent! set nofixendofline | silent! set viminfo=",
];

const EMACS: [&str; 2] =
    ["--eval", "(setq make-backup-files nil auto-save-default nil create-lockfiles nil)"];

fn options(kind: EditorKind) -> &'static [&'static str] {
    match kind {
        EditorKind::Vim => &VIM,
        EditorKind::Emacs => &EMACS,
        EditorKind::Plain | EditorKind::Unknown => &[],
    }
}

/// Where a file may be put that must not reach a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A directory in memory.
    Memory(PathBuf),
    /// The temporary directory: it may be on a disk, so the user has to be asked.
    Disk(PathBuf),
}

impl Place {
    /// Finds the best place there is.
    pub fn find() -> Self {
        let runtime = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| is_private(path));
        let shared = Path::new("/dev/shm");
        match runtime {
            Some(path) => Self::Memory(path),
            None if cfg!(target_os = "linux") && shared.is_dir() => Self::Memory(shared.to_owned()),
            None => Self::Disk(env::temp_dir()),
        }
    }

    /// Where that is.
    pub fn path(&self) -> &Path {
        match self {
            Self::Memory(path) | Self::Disk(path) => path,
        }
    }
}

fn is_private(path: &Path) -> bool {
    path.is_absolute()
        && fs::metadata(path).is_ok_and(|metadata| {
            metadata.is_dir()
                && metadata.uid() == rustix::process::geteuid().as_raw()
                && metadata.mode() & 0o077 == 0
        })
}

/// A file that is overwritten and removed on drop, with everything that an editor put beside it.
pub struct Scratch {
    /// `None` once it was given away.
    folder: Option<PathBuf>,
    file: PathBuf,
}

impl Scratch {
    /// Puts a value into a file of mode 0600 in a new directory of mode 0700.
    ///
    /// # Errors
    /// As the system says; nothing is left behind then.
    pub fn new(place: &Place, extension: &str, value: &SecretBytes) -> io::Result<Self> {
        let folder = private_folder::make(place.path(), "etui-edit")?;
        let file = folder.join(format!("value.{extension}"));
        let scratch = Self { folder: Some(folder), file };
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&scratch.file)?;
        file.write_all(value.expose())?;
        Ok(scratch)
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.file
    }

    /// What is in it now; reading stops one byte beyond `limit`.
    ///
    /// # Errors
    /// As the system says.
    pub fn read(&self, limit: usize) -> io::Result<SecretBytes> {
        let mut file = File::open(&self.file)?;
        let mut value = SecretBytes::new();
        let mut chunk = SecretBytes::zeroed(64 * 1024);
        while value.len() <= limit {
            match file.read(chunk.expose_mut()) {
                Ok(0) => break,
                Ok(count) => value.extend(&chunk.expose()[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        value.truncate(limit + 1);
        Ok(value)
    }

    /// What was saved, up to one byte beyond `limit`; `None` where it is what was there before. Most editors end
    /// the last line: a value that had no line end does not get one.
    ///
    /// # Errors
    /// As the system says.
    pub fn changed(&self, before: &SecretBytes, limit: usize) -> io::Result<Option<SecretBytes>> {
        let mut after = self.read(limit)?;
        if !before.expose().ends_with(b"\n") && after.expose().ends_with(b"\n") {
            after.truncate(after.len() - 1);
        }
        Ok((!after.equals(before.expose())).then_some(after))
    }

    /// Leaves the file where it is, for its owner to have: nothing that was typed is lost.
    pub fn keep(mut self) -> PathBuf {
        self.folder = None;
        self.file.clone()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(folder) = self.folder.take() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let _ = overwrite(&entry.path());
            }
            let _ = fs::remove_dir_all(folder);
        }
    }
}

fn overwrite(path: &Path) -> io::Result<()> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Ok(());
    }
    let mut file = OpenOptions::new().write(true).open(path)?;
    let mut left = file.metadata()?.len();
    let zeros = [0; 4096];
    while left > 0 {
        let count = left.min(zeros.len() as u64);
        file.write_all(&zeros[..usize::try_from(count).unwrap_or(zeros.len())])?;
        left -= count;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(parent: &Path) -> Scratch {
        let place = Place::Disk(parent.to_owned());
        Scratch::new(&place, "txt", &SecretBytes::copy_of(b"hunter2")).unwrap()
    }

    #[test]
    fn a_scratch_is_private_and_goes_with_everything_beside_it() {
        let parent = tempfile::tempdir().unwrap();
        let scratch = scratch(parent.path());
        assert_eq!(fs::metadata(scratch.path()).unwrap().mode() & 0o777, 0o600);
        let folder = scratch.path().parent().unwrap().to_owned();
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
        fs::write(folder.join("value.txt~"), "hunter2").unwrap();
        fs::write(scratch.path(), "hunter3").unwrap();
        assert_eq!(scratch.read(100).unwrap().expose(), b"hunter3");
        assert_eq!(scratch.read(3).unwrap().len(), 4, "one more than the limit tells that it is too long");
        drop(scratch);
        assert!(!folder.exists());
    }

    #[test]
    fn a_removed_scratch_was_overwritten_first() {
        let parent = tempfile::tempdir().unwrap();
        let scratch = scratch(parent.path());
        // A second name of the same file shows what was left of it.
        let other = parent.path().join("other");
        fs::hard_link(scratch.path(), &other).unwrap();
        drop(scratch);
        assert_eq!(fs::read(other).unwrap(), [0; 7]);
    }

    #[test]
    fn a_kept_scratch_stays() {
        let parent = tempfile::tempdir().unwrap();
        let path = scratch(parent.path()).keep();
        assert_eq!(fs::read(path).unwrap(), b"hunter2");
    }

    #[test]
    fn editors_are_known_by_their_names() {
        let cases = [
            ("vim", EditorKind::Vim),
            ("/usr/bin/nvim", EditorKind::Vim),
            ("/usr/bin/vim.basic", EditorKind::Vim),
            ("emacs", EditorKind::Emacs),
            ("emacsclient", EditorKind::Unknown),
            ("nano", EditorKind::Plain),
            ("code", EditorKind::Unknown),
            ("vimdiff-like", EditorKind::Unknown),
        ];
        for (program, kind) in cases {
            assert_eq!(kind_of(Path::new(program)), kind, "{program}");
        }
        let editor = Editor { line: "nvim -u NONE".into() };
        assert_eq!(editor.kind(), EditorKind::Vim);
    }

    #[test]
    fn an_editor_gets_the_file_behind_its_own_arguments() {
        let parent = tempfile::tempdir().unwrap();
        let scratch = scratch(parent.path());
        let editor = Editor { line: "sed -i s/2/3/".into() };
        assert!(editor.run(scratch.path()).unwrap().success());
        assert_eq!(scratch.read(100).unwrap().expose(), b"hunter3");
        let editor = Editor { line: "exit 3;".into() };
        assert_eq!(editor.run(scratch.path()).unwrap().code(), Some(3));
    }
}
