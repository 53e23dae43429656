//! Where the master password comes from, and that of another file: a file, a command, or a hidden prompt. Never argv,
//! never a plain environment variable.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::{CliError, reason};
use super::input;
use super::output::Output;
use super::usage::refuse_blank;
use crate::generator::{PasswordOf, Strength};
use crate::memory::SecretBytes;
use crate::platform::child::{self, ChildError, WhenAsked, exit_words};
use crate::platform::paths::with_home;
use crate::platform::terminal::{Answer, Terminal};
use crate::platform::user_files::is_open_to_others;

/// No password is longer; more means that the wrong file was named.
const LONGEST: usize = 64 * 1024;

const WAYS: &str =
    "run `etui unlock` in a terminal first, or give the password with --password-file or --password-command";

/// Where the master password comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PasswordSource {
    /// `--password-file -`.
    Stdin,
    /// A file.
    File(PathBuf),
    /// What a command prints.
    Command(OsString),
    /// The controlling terminal.
    Prompt,
}

impl PasswordSource {
    /// Decides between flags and environment; flags go first, and of each at most one may be there.
    pub(super) fn choose(
        file: Option<&Path>,
        command: Option<&OsStr>,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, CliError> {
        let of_environment =
            (variable("ETUI_PASSWORD_FILE").map(PathBuf::from), variable("ETUI_PASSWORD_COMMAND"));
        match ((file, command), of_environment) {
            ((Some(file), _), _) => Ok(Self::of_file(file)),
            ((None, Some(command)), _) => {
                refuse_blank("--password-command", Some(command))?;
                Ok(Self::Command(command.to_owned()))
            }
            (_, (Some(_), Some(_))) => Err(CliError::usage(
                "both ETUI_PASSWORD_FILE and ETUI_PASSWORD_COMMAND are set",
                "unset one of the two",
            )),
            (_, (Some(file), None)) => Ok(Self::of_file(&file)),
            (_, (None, Some(command))) => {
                refuse_blank("ETUI_PASSWORD_COMMAND", Some(&command))?;
                Ok(Self::Command(command))
            }
            (_, (None, None)) => Ok(Self::Prompt),
        }
    }

    pub(super) fn of_file(file: &Path) -> Self {
        if file == Path::new("-") { Self::Stdin } else { Self::File(with_home(file)) }
    }

    /// Takes the password from where it is without asking anybody; `None` where it must be asked for. `flag` is the one
    /// that names another file.
    pub(super) fn read(&self, output: &Output, flag: &str) -> Result<Option<SecretBytes>, CliError> {
        let mut bytes = match self {
            Self::Prompt => return Ok(None),
            Self::Stdin => {
                input::stdin().and_then(|stdin| input::read_up_to(stdin, LONGEST)).map_err(|error| {
                    let sentence = format!("cannot read the password from stdin: {}", reason(&error));
                    CliError::not_unlocked(sentence, format!("name a file with {flag}"))
                })?
            }
            Self::File(path) => {
                let read = |file: File| {
                    note_open_file(output, "password file", path, &file)?;
                    input::read_up_to(file, LONGEST)
                };
                File::open(path).and_then(read).map_err(|error| {
                    let path = path.display();
                    CliError::usage(
                        format!("cannot read the password file '{path}': {}", reason(&error)),
                        format!("name another file with {flag}"),
                    )
                })?
            }
            Self::Command(command) => output_of(command)?,
        };
        if bytes.len() > LONGEST {
            return Err(CliError::not_unlocked(
                "what was given as the password is longer than 64 KiB",
                "name the file that holds the password alone",
            ));
        }
        input::trim_line_end(&mut bytes);
        Ok(Some(bytes))
    }
}

/// Says so where others can read a file that opens the vault.
pub(super) fn note_open_file(output: &Output, what: &str, path: &Path, file: &File) -> io::Result<()> {
    if is_open_to_others(file)? {
        output.note(&open_to_others(what, path));
    }
    Ok(())
}

/// The sentence about such a file, with the way out.
pub(super) fn open_to_others(what: &str, path: &Path) -> String {
    let path = path.display();
    format!("others can read the {what} '{path}': make it yours alone with `chmod 600`")
}

/// Which password is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// Of the vault of this machine.
    Vault,
    /// Of another vault.
    OtherVault,
    /// Of a file that another program locked.
    File,
    /// Of a vault, from now on.
    NewVault,
    /// Of a database that is made.
    NewDatabase,
}

impl Asked {
    const fn question(self) -> &'static str {
        match self {
            Self::Vault => "Master password: ",
            Self::OtherVault => "Master password of the other vault: ",
            Self::File => "Password of the file: ",
            Self::NewVault => "New master password: ",
            Self::NewDatabase => "Password of the new database: ",
        }
    }

    /// What it is called in a sentence.
    const fn noun(self) -> &'static str {
        match self {
            Self::Vault | Self::NewVault => "the master password",
            Self::OtherVault => "the master password of the other vault",
            Self::File => "the password of the file",
            Self::NewDatabase => "the password of the new database",
        }
    }

    /// How it is given without a question.
    const fn ways(self) -> &'static str {
        match self {
            Self::Vault | Self::NewVault => WAYS,
            Self::OtherVault => "give it with --other-password-file",
            Self::File => {
                "give it with --other-password-file; if a key file alone opens it, say --no-other-password"
            }
            Self::NewDatabase => "name a file with --new-password-file",
        }
    }
}

/// Asks for the password of an existing vault.
pub(super) fn ask(terminal: Option<&mut Terminal>) -> Result<SecretBytes, CliError> {
    ask_bytes(terminal, Asked::Vault)
}

/// Asks for the password of another vault than the one of this machine.
pub(super) fn ask_other(terminal: Option<&mut Terminal>) -> Result<SecretBytes, CliError> {
    ask_bytes(terminal, Asked::OtherVault)
}

/// Asks for the password of a file that another program locked.
pub(super) fn ask_of_file(terminal: Option<&mut Terminal>) -> Result<SecretBytes, CliError> {
    ask_bytes(terminal, Asked::File)
}

/// Asks for the password of a new vault, twice, and again where it is weak and nobody insists on it.
pub(super) fn ask_new(terminal: Option<&mut Terminal>) -> Result<SecretBytes, CliError> {
    ask_twice(terminal, Asked::NewVault, PasswordOf::Vault)
}

/// Asks for the password of a new database for another program, as for that of a vault.
pub(super) fn ask_new_of_database(terminal: Option<&mut Terminal>) -> Result<SecretBytes, CliError> {
    ask_twice(terminal, Asked::NewDatabase, PasswordOf::Database)
}

fn ask_twice(
    mut terminal: Option<&mut Terminal>,
    asked: Asked,
    of: PasswordOf,
) -> Result<SecretBytes, CliError> {
    loop {
        let first = ask_bytes(terminal.as_deref_mut(), asked)?;
        let second = ask_line(terminal.as_deref_mut(), asked, "Repeat password: ")?;
        if !first.equals(second.expose()) {
            return Err(CliError::usage("the passwords do not match", ""));
        }
        let question = format!("{}. Use it anyway? [y/N] ", of.weak());
        let insists = |terminal: &mut Terminal| terminal.ask(&question).ok().flatten();
        if !is_weak(&first) {
            return Ok(first);
        }
        match terminal.as_deref_mut().and_then(insists).as_deref() {
            Some("y" | "Y" | "yes") => return Ok(first),
            Some(_) => {}
            None => return Err(CliError::not_unlocked("no password was given", "")),
        }
    }
}

/// Says so where a new password that nobody typed is weak.
pub(super) fn note_weak(output: &Output, password: &SecretBytes, of: PasswordOf) {
    if is_weak(password) {
        output.note(of.weak());
    }
}

fn is_weak(password: &SecretBytes) -> bool {
    password.expose_text().and_then(Strength::of).is_some_and(Strength::is_weak)
}

fn ask_bytes(terminal: Option<&mut Terminal>, asked: Asked) -> Result<SecretBytes, CliError> {
    ask_line(terminal, asked, asked.question())
}

fn ask_line(terminal: Option<&mut Terminal>, asked: Asked, question: &str) -> Result<SecretBytes, CliError> {
    let terminal = terminal.ok_or_else(|| {
        let sentence = format!("there is no terminal to ask for {}", asked.noun());
        CliError::not_unlocked(sentence, asked.ways())
    })?;
    match terminal.ask_password(question) {
        Ok(Answer::Line(line)) => Ok(line),
        Ok(Answer::Interrupted(by)) => Err(CliError::interrupted(by)),
        Ok(Answer::Cancelled | Answer::SeveralLines) => {
            Err(CliError::not_unlocked("no password was given", ""))
        }
        Err(error) => {
            let sentence = format!("cannot ask for {}: {}", asked.noun(), reason(&error));
            Err(CliError::not_unlocked(sentence, asked.ways()))
        }
    }
}

fn no_password(what: &str, error: &std::io::Error) -> CliError {
    CliError::not_unlocked(format!("{what}: {}", reason(error)), WAYS)
}

/// Its stdin is empty: a command that reads must not eat the value that was piped to us.
fn output_of(command: &OsStr) -> Result<SecretBytes, CliError> {
    printed_by(command, "the password command failed", LONGEST)
}

/// What a command of the shell prints; of more than `longest` bytes one byte too many.
pub(super) fn printed_by(
    command: &OsStr,
    failed: &'static str,
    longest: usize,
) -> Result<SecretBytes, CliError> {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command).stdin(Stdio::null()).stdout(Stdio::piped());
    let ended = child::run_with(&mut shell, WhenAsked::PassOn, |_, stdout| {
        stdout.map_or_else(|| Ok(SecretBytes::new()), |stdout| input::read_up_to(stdout, longest))
    });
    let (status, printed) = match ended {
        Ok((status, printed)) => (status, printed.map_err(|error| no_password(failed, &error))?),
        Err(ChildError::System(error)) => return Err(no_password(failed, &error)),
        Err(ChildError::Interrupted(by)) => return Err(CliError::interrupted(by)),
    };
    match printed {
        // Where it printed too much the pipe was closed on it, and its own failure says nothing.
        printed if status.success() || printed.len() > longest => Ok(printed),
        _ => Err(CliError::not_unlocked(
            format!("{failed}: {}", exit_words(status)),
            "run it by hand to see why",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(
        file: Option<&str>,
        command: Option<&str>,
        variables: &[(&str, &str)],
    ) -> Result<PasswordSource, CliError> {
        PasswordSource::choose(file.map(Path::new), command.map(OsStr::new), |name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn flags_go_before_the_environment_and_both_before_the_prompt() {
        let file = |path: &str| Ok(PasswordSource::File(path.into()));
        let command = |text: &str| Ok(PasswordSource::Command(text.into()));
        assert_eq!(choose(None, None, &[]), Ok(PasswordSource::Prompt));
        assert_eq!(choose(Some("-"), None, &[]), Ok(PasswordSource::Stdin));
        assert_eq!(choose(Some("a"), None, &[("ETUI_PASSWORD_COMMAND", "c")]), file("a"));
        assert_eq!(choose(None, Some("b"), &[("ETUI_PASSWORD_FILE", "f")]), command("b"));
        assert_eq!(choose(None, None, &[("ETUI_PASSWORD_FILE", "f")]), file("f"));
        assert_eq!(choose(None, None, &[("ETUI_PASSWORD_COMMAND", "c")]), command("c"));
    }

    #[test]
    fn two_sources_in_the_environment_are_refused() {
        let both = [("ETUI_PASSWORD_FILE", "f"), ("ETUI_PASSWORD_COMMAND", "c")];
        assert!(choose(None, None, &both).is_err());
        assert!(choose(Some("a"), None, &both).is_ok());
    }

    #[test]
    fn a_command_gives_what_it_prints_and_reads_nothing() {
        assert_eq!(output_of(OsStr::new("printf 'pass word\\n'")).unwrap().expose(), b"pass word\n");
        assert_eq!(output_of(OsStr::new("cat; printf x")).unwrap().expose(), b"x");
        let failed = output_of(OsStr::new("printf secret; exit 3")).unwrap_err();
        assert_eq!(failed.to_string(), "the password command failed: exit code 3");
    }
}
