//! Where answers go: results to stdout, remarks to stderr, each written at once and unbuffered, so that no
//! copy of a value stays behind in a buffer of the library's.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd as _;
use std::process::ExitCode;

use serde::Serialize;

use super::color::{ColorChoice, Palette, Role};
use super::error::{AnswerLost, CliError, Explained, explain, is_broken_pipe, reason};
use super::exit_code::exit_code;
#[cfg(feature = "serve")]
use crate::content::escape_json;
use crate::domain::{VersionId, visible, visible_lines};
use crate::kms::{Answer, Format};
use crate::memory::{SecretBytes, stdout_was_closed};

/// For whom results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Somebody at a terminal: tables, ages, everything made harmless.
    Person,
    /// A pipe or a file without `--json`: one thing a line, values byte for byte.
    Pipe,
    /// `--json`.
    Machine,
}

/// How much is said besides results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loudness {
    /// Results and errors.
    Quiet,
    /// What was done, and what is worth a remark.
    Normal,
    /// Also where the vault lies and what unlocking costs.
    Verbose,
}

/// The outputs of one run.
pub struct Output {
    audience: Audience,
    loudness: Loudness,
    stdout_is_terminal: bool,
    stdout: Palette,
    stderr: Palette,
    changed: RefCell<Option<Changed>>,
    /// Whether that was told in the place of an answer, which needs no telling twice.
    is_told: Cell<bool>,
}

/// What has been changed already, in case that its answer cannot be written.
struct Changed {
    sentence: String,
    version_id: Option<String>,
}

impl Output {
    /// Looks where the streams go.
    pub fn new(json: bool, loudness: Loudness, color: ColorChoice) -> Self {
        let stdout_is_terminal = io::stdout().is_terminal();
        let audience = match (json, stdout_is_terminal) {
            (true, _) => Audience::Machine,
            (false, true) => Audience::Person,
            (false, false) => Audience::Pipe,
        };
        Self {
            audience,
            loudness,
            stdout_is_terminal,
            stdout: Palette::choose(color, stdout_is_terminal),
            stderr: Palette::choose(color, io::stderr().is_terminal()),
            changed: RefCell::new(None),
            is_told: Cell::new(false),
        }
    }

    /// For whom results are written.
    pub fn audience(&self) -> Audience {
        self.audience
    }

    /// How much is said.
    pub fn loudness(&self) -> Loudness {
        self.loudness
    }

    /// Whether stdout is a terminal, `--json` or not.
    pub fn stdout_is_terminal(&self) -> bool {
        self.stdout_is_terminal
    }

    /// The styles of stdout.
    pub fn palette(&self) -> Palette {
        self.stdout
    }

    /// Writes a result made of lines; they were made harmless where they came from outside.
    ///
    /// # Errors
    /// As writing.
    pub fn text(&self, text: &str) -> anyhow::Result<()> {
        self.bytes(text.as_bytes())
    }

    /// Writes a sentence about what was done, unless `-q` asks for silence.
    ///
    /// # Errors
    /// As writing.
    pub fn done(&self, sentence: &str) -> anyhow::Result<()> {
        if self.loudness == Loudness::Quiet {
            return Ok(());
        }
        self.text(&format!("{}\n", visible_lines(sentence)))
    }

    /// As [`done`](Self::done), but nothing where JSON is asked for.
    ///
    /// # Errors
    /// As writing.
    pub fn done_unless_json(&self, sentence: &str) -> anyhow::Result<()> {
        if self.audience == Audience::Machine { Ok(()) } else { self.done(sentence) }
    }

    /// Remembers that a change is stored, before it is answered: if only the answer cannot be written, the change
    /// must not be told as a failure, or whoever tries again makes it twice.
    pub(super) fn changed(&self, sentence: &str, version_id: Option<&VersionId>) {
        let version_id = version_id.map(|id| id.as_str().to_owned());
        *self.changed.borrow_mut() = Some(Changed { sentence: sentence.to_owned(), version_id });
    }

    /// Writes bytes as they are. A reader that went away is not a failure, and changes nothing about the exit code.
    ///
    /// # Errors
    /// As writing; not where a change is stored and its answer is text, since the exit code then says all.
    pub fn bytes(&self, bytes: &[u8]) -> anyhow::Result<()> {
        let written = stdout().and_then(|mut stdout| stdout.write_all(bytes));
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(_) if self.is_told.get() => Ok(()),
            Err(error) => self.not_written(&error),
            Ok(()) => Ok(()),
        }
    }

    fn not_written(&self, error: &io::Error) -> anyhow::Result<()> {
        let Some(Changed { sentence, version_id }) = self.changed.take() else {
            return Err(CliError::system("cannot write the answer to stdout", error).into());
        };
        let sentence = format!("{sentence}; only the answer could not be written: {}", reason(error));
        if self.audience == Audience::Machine {
            return Err(AnswerLost { sentence, version_id }.into());
        }
        self.note(&sentence);
        self.is_told.set(true);
        Ok(())
    }

    /// Writes an answer of the API as one line of JSON.
    ///
    /// # Errors
    /// As writing.
    pub fn answer(&self, answer: &Answer<'_>) -> anyhow::Result<()> {
        let mut line = SecretBytes::new();
        answer.write(Format::Json, &mut line);
        self.json_line(line)
    }

    /// Writes an answer of the API with what etui alone tells besides, as one line of JSON.
    ///
    /// # Errors
    /// As writing.
    pub(super) fn answer_with(&self, answer: &Answer<'_>, more: &impl Serialize) -> anyhow::Result<()> {
        let mut line = SecretBytes::new();
        answer.write(Format::Json, &mut line);
        append(&mut line, more)?;
        self.json_line(line)
    }

    /// Writes what the API has no answer for as one line of JSON: an object, with a RequestId as every answer has
    /// one. It holds no value of a secret.
    ///
    /// # Errors
    /// As writing.
    pub fn json(&self, shape: &impl Serialize) -> anyhow::Result<()> {
        self.answer_with(&Answer::of_etui(), shape)
    }

    /// Writes texts, of which some may be secret, as one line of JSON with a RequestId.
    ///
    /// # Errors
    /// As writing.
    #[cfg(feature = "serve")]
    pub(super) fn json_of_texts(&self, members: &[(&str, &str)]) -> anyhow::Result<()> {
        let mut line = SecretBytes::new();
        Answer::of_etui().write(Format::Json, &mut line);
        line.truncate(line.len() - 1);
        for (name, value) in members {
            line.extend(format!(",\"{name}\":").as_bytes());
            line.extend(escape_json(value).expose());
        }
        line.push(b'}');
        self.json_line(line)
    }

    fn json_line(&self, mut line: SecretBytes) -> anyhow::Result<()> {
        line.push(b'\n');
        if self.stdout_is_terminal {
            let mut harmless = SecretBytes::with_capacity(line.len());
            escape_unseen(&line, UnseenAs::Json, &mut harmless);
            line = harmless;
        }
        self.bytes(line.expose())
    }

    /// Says something on stderr that is worth a remark, unless `-q` asks for silence.
    pub fn note(&self, sentence: &str) {
        if self.loudness > Loudness::Quiet {
            self.remark(Role::Warning, "note", sentence);
        }
    }

    /// Says on stderr what only `-v` asks for.
    pub fn detail(&self, sentence: &str) {
        if self.loudness == Loudness::Verbose {
            self.remark(Role::Muted, "etui", sentence);
        }
    }

    /// Where stderr went away there is nobody to tell.
    fn remark(&self, role: Role, word: &str, sentence: &str) {
        let line = format!("{}: {}\n", self.stderr.paint(role, word), visible(sentence));
        let _ = io::stderr().lock().write_all(line.as_bytes());
    }

    /// Tells an error on stderr and answers its exit code. A reader that went away is not an error.
    pub(super) fn report(&self, error: &anyhow::Error) -> ExitCode {
        if is_broken_pipe(error) {
            return ExitCode::SUCCESS;
        }
        let explained = explain(error);
        self.error(&explained, error.downcast_ref());
        ExitCode::from(exit_code(explained.code))
    }

    /// Says on stderr what went wrong: one sentence and a hint, or the error answer of the API.
    fn error(&self, explained: &Explained, stored: Option<&AnswerLost>) {
        let mut text = SecretBytes::new();
        if self.audience == Audience::Machine {
            let answer = Answer::error(explained.code, &explained.sentence, &explained.hint);
            answer.write(Format::Json, &mut text);
            if let Some(AnswerLost { version_id, .. }) = stored {
                let more = Stored { stored: true, version_id: version_id.as_deref() };
                append(&mut text, &more).expect("a flag and an id can be written");
            }
            text.push(b'\n');
        } else {
            let (error, hint) =
                (self.stderr.paint(Role::Danger, "error"), self.stderr.paint(Role::Muted, "hint"));
            text.extend(format!("{error}: {}\n", visible(&explained.sentence)).as_bytes());
            if !explained.hint.is_empty() {
                text.extend(format!("{hint}: {}\n", visible(&explained.hint)).as_bytes());
            }
        }
        let _ = io::stderr().lock().write_all(text.expose());
    }
}

/// What is told of a change whose answer is lost.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Stored<'a> {
    stored: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<&'a str>,
}

/// Adds the fields of an object to the object that the line is.
fn append(line: &mut SecretBytes, more: &impl Serialize) -> serde_json::Result<()> {
    let more = serde_json::to_vec(more)?;
    debug_assert!(more.starts_with(b"{"), "an answer is an object");
    if more.len() > 2 {
        line.truncate(line.len() - 1);
        line.push(b',');
        line.extend(&more[1..]);
    }
    Ok(())
}

/// A second handle of stdout that writes at once and keeps nothing.
fn stdout() -> io::Result<File> {
    if stdout_was_closed() {
        return Err(io::Error::other("stdout is closed"));
    }
    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

/// How a character that a terminal would obey or hide is written without changing what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnseenAs {
    /// `\u202e`.
    Json,
    /// `&#x202E;`.
    Xml,
}

/// Writes JSON or XML so that a terminal shows every character of it: such characters occur within strings
/// only, where each format has a way to write them by number. Line feeds end the lines and stay.
pub(super) fn escape_unseen(line: &SecretBytes, unseen_as: UnseenAs, out: &mut SecretBytes) {
    let mut buffer = [0; 4];
    for chunk in line.expose().utf8_chunks() {
        for character in chunk.valid().chars() {
            let text = character.encode_utf8(&mut buffer);
            if matches!(visible_lines(text), std::borrow::Cow::Borrowed(_)) {
                out.extend(text.as_bytes());
                continue;
            }
            match unseen_as {
                UnseenAs::Xml => out.extend(format!("&#x{:X};", u32::from(character)).as_bytes()),
                UnseenAs::Json => {
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        out.extend(format!("\\u{unit:04x}").as_bytes());
                    }
                }
            }
        }
        for byte in chunk.invalid() {
            out.extend(format!("‹{byte:02x}›").as_bytes());
        }
    }
}

/// A stdout for answers of the API in a row; harmless where it is a terminal.
pub(super) struct AnswerWriter {
    stdout: File,
    /// How to write what a terminal must not see; `None` where it is none.
    escaping: Option<UnseenAs>,
    pending: SecretBytes,
}

impl AnswerWriter {
    pub(super) fn new(output: &Output, format: Format) -> io::Result<Self> {
        let unseen_as = match format {
            Format::Json => UnseenAs::Json,
            Format::Xml => UnseenAs::Xml,
        };
        Ok(Self {
            stdout: stdout()?,
            escaping: output.stdout_is_terminal.then_some(unseen_as),
            pending: SecretBytes::new(),
        })
    }
}

impl Write for AnswerWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(unseen_as) = self.escaping {
            let mut harmless = SecretBytes::with_capacity(self.pending.len());
            escape_unseen(&self.pending, unseen_as, &mut harmless);
            self.pending = harmless;
        }
        let written = self.stdout.write_all(self.pending.expose());
        self.pending.clear();
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str, unseen_as: UnseenAs) -> String {
        let mut out = SecretBytes::new();
        escape_unseen(&SecretBytes::copy_of(text.as_bytes()), unseen_as, &mut out);
        out.expose_text().unwrap().to_owned()
    }

    #[test]
    fn json_for_a_terminal_shows_every_character_and_means_the_same() {
        let value = "a\u{202e}b\u{7f}\u{e0001}é\u{9b}";
        let line = format!("{}\n", serde_json::to_string(value).unwrap());
        let harmless = escaped(&line, UnseenAs::Json);
        assert_eq!(harmless, "\"a\\u202eb\\u007f\\udb40\\udc01é\\u009b\"\n");
        assert_eq!(serde_json::from_str::<String>(&harmless).unwrap(), value);
    }

    #[test]
    fn xml_for_a_terminal_writes_such_characters_by_number() {
        assert_eq!(escaped("<A>x\u{202e}\u{85}</A>\n", UnseenAs::Xml), "<A>x&#x202E;&#x85;</A>\n");
    }
}
