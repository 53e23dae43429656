//! The user's editor on a value, without the value ever lying on a disk.
//!
//! The file lies in memory, in a folder of its own (`place.rs`, `scratch.rs`). vim and its variants, and emacs, are
//! told to keep swap, undo, backup and history files away; what an editor leaves beside the file is removed with it.
//! Everything is overwritten before it is removed.

mod place;
mod scratch;

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, ExitStatus};

pub use place::Place;
pub use scratch::{LeftBehind, Scratch, left_behind, wipe_left_behind};

use super::child::{self, ChildError, WhenAsked, located};

/// What is known of an editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditorKind {
    /// vim, neovim and what is a name of theirs.
    Vim,
    /// emacs, when it runs by itself.
    Emacs,
    /// nano and others that write nothing but the file.
    Plain,
    /// ed, which writes nothing but the file and needs no screen.
    Line,
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
        let is_blank = |value: &OsString| value.to_str().is_some_and(|text| text.trim().is_empty());
        let variable = |name| env::var_os(name).filter(|value| !is_blank(value));
        let line = setting.map(OsString::from).or_else(|| variable("VISUAL")).or_else(|| variable("EDITOR"));
        Self { line: line.unwrap_or_else(|| "vi".into()) }
    }

    /// What is known of it.
    pub fn kind(&self) -> EditorKind {
        let Some(program) = self.program() else {
            return EditorKind::Unknown;
        };
        match kind_of(program) {
            // `vi` and `editor` are names of others, and often of vim.
            EditorKind::Unknown => located(program.as_os_str())
                .and_then(|path| path.canonicalize().ok())
                .map_or(EditorKind::Unknown, |path| kind_of(&path)),
            kind => kind,
        }
    }

    fn program(&self) -> Option<&Path> {
        self.line.to_str().and_then(|line| line.split_whitespace().next()).map(Path::new)
    }

    /// Whether it is known to show the text in the terminal.
    pub fn fills_the_screen(&self) -> bool {
        let has_a_window = self.program().is_some_and(|program| flag_to_wait(program).is_some());
        matches!(self.kind(), EditorKind::Vim | EditorKind::Plain) && !has_a_window
    }

    /// Whether it would only wait for keys that cannot come where there is no terminal: a program that is known to
    /// fill the screen, named without arguments, which may say otherwise (`vim -es -c …`).
    pub fn needs_a_terminal(&self) -> bool {
        let fills_the_screen =
            self.fills_the_screen() || self.kind() == EditorKind::Emacs || self.line == "vi";
        fills_the_screen && self.line.to_str().is_some_and(|line| line.split_whitespace().count() == 1)
    }

    /// Its command line.
    pub fn name(&self) -> std::borrow::Cow<'_, str> {
        self.line.to_string_lossy()
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
        let waits = self.program().and_then(flag_to_wait);
        command.arg("-c").arg(line).arg("sh").args(waits).args(options(self.kind())).arg(file);
        child::run(&mut command, WhenAsked::PassOver)
    }
}

fn name_of(program: &Path) -> &str {
    program.file_name().and_then(OsStr::to_str).unwrap_or_default()
}

/// Editors that have a window of their own and return before it is closed, unless they are told to wait: the file would
/// be gone when they save it.
const TO_WAIT: [(&str, &[&str]); 4] = [
    (
        "--wait",
        &[
            "code",
            "code-insiders",
            "codium",
            "code-oss",
            "cursor",
            "windsurf",
            "subl",
            "sublime_text",
            "zed",
            "zeditor",
            "atom",
            "pulsar",
            "gedit",
            "xed",
            "mate",
        ],
    ),
    ("--block", &["kate"]),
    ("-f", &["gvim", "gview", "mvim"]),
    ("--standalone", &["gnome-text-editor"]),
];

fn flag_to_wait(program: &Path) -> Option<&'static str> {
    let name = name_of(program);
    TO_WAIT.iter().find(|(_, editors)| editors.contains(&name)).map(|(flag, _)| *flag)
}

fn kind_of(program: &Path) -> EditorKind {
    let name = name_of(program);
    if ["vim", "nvim", "gvim"].iter().any(|editor| name == *editor || name.starts_with(&format!("{editor}.")))
    {
        EditorKind::Vim
    } else if name == "emacs" || name.starts_with("emacs-") {
        EditorKind::Emacs
    } else if matches!(name, "nano" | "pico" | "micro" | "hx" | "helix" | "kak") {
        EditorKind::Plain
    } else if name == "ed" {
        EditorKind::Line
    } else {
        EditorKind::Unknown
    }
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
        EditorKind::Plain | EditorKind::Line | EditorKind::Unknown => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn an_editor_that_fills_the_screen_needs_a_terminal_unless_it_is_told_otherwise() {
        for (line, needs) in [
            ("vim", true),
            ("/usr/bin/nvim", true),
            ("nano", true),
            ("vi", true),
            ("vim -es -c wq", false),
            ("ed", false),
            ("code", false),
            ("gvim", false),
            ("sed -i s/a/b/", false),
        ] {
            assert_eq!(Editor { line: line.into() }.needs_a_terminal(), needs, "{line}");
        }
    }

    // Guards: what was typed into such a window was lost, since the file was gone by then.
    #[test]
    fn an_editor_that_returns_at_once_is_told_to_wait() {
        let folder = tempfile::tempdir().unwrap();
        let (program, file) = (folder.path().join("code"), folder.path().join("value.txt"));
        std::fs::write(&program, "#!/bin/sh\nfor last; do :; done; echo \"$*\" > \"$last\"\n").unwrap();
        std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let run = |line: String| {
            assert!(Editor { line: line.into() }.run(&file).unwrap().success());
            std::fs::read_to_string(&file).unwrap().replace(&file.display().to_string(), "FILE")
        };
        assert_eq!(run(format!("{} -n", program.display())), "-n --wait FILE\n");
        assert_eq!(run(format!("exec {}", program.display())), "FILE\n");
        assert_eq!(flag_to_wait(Path::new("/usr/bin/gvim")), Some("-f"));
        assert_eq!(flag_to_wait(Path::new("vim")), None);
    }

    #[test]
    fn an_editor_gets_the_file_behind_its_own_arguments() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("value.txt");
        std::fs::write(&file, "hunter2").unwrap();
        let editor = Editor { line: "sed -i s/2/3/".into() };
        assert!(editor.run(&file).unwrap().success());
        assert_eq!(std::fs::read(&file).unwrap(), b"hunter3");
        let editor = Editor { line: "exit 3;".into() };
        assert_eq!(editor.run(&file).unwrap().code(), Some(3));
    }
}
