//! Writes a value to a file that only its owner may read.

use ratatui::layout::Position;

use crate::domain::{SecretName, VersionId};
use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::ask::{Answered, Failure, Question, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::keymap::Keymap;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::form::{CONTENT, Field, Form, Id, Loss};
use crate::tui::kit::line::wrapped;
use crate::tui::kit::panel::centred;
use crate::tui::kit::rows::below;
use crate::tui::layer::{Flow, Layer};
use crate::tui::place::Reopen;
use crate::tui::theme::Role;
use crate::vault::{Existing, SecretDetails, VaultError};

const PATH: Id = Id("path");

/// What came of the last try.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    None,
    /// A file is there already.
    Exists,
    Failed(String),
}

/// The form: a path.
pub struct WriteFile {
    name: SecretName,
    version_id: VersionId,
    form: Form,
    written: Question,
    outcome: Outcome,
}

impl WriteFile {
    /// For the value of a version.
    pub fn new(name: SecretName, version_id: VersionId) -> Self {
        Self {
            name,
            version_id,
            form: Form::new(vec![
                Field::path(PATH, "Path", "").placeholder("~ is your home").loss(Loss::Little),
            ]),
            written: Question::default(),
            outcome: Outcome::None,
        }
    }

    /// What a lock keeps of it.
    pub const REOPEN: &str = "write";

    /// As it was before a lock, where the version is still there.
    pub fn reopen(form: &Reopen, details: &SecretDetails) -> Option<Self> {
        let version_id = VersionId::new(form.get("version")?).ok()?;
        details.secret.version(&version_id)?;
        let mut write = Self::new(details.secret.name.clone(), version_id);
        write.form.take_back(form, |_| {});
        Some(write)
    }

    /// Whether a file is in the way that a second key replaces.
    pub fn may_replace(&self) -> bool {
        self.outcome == Outcome::Exists
    }

    fn lines(&self, keymap: &Keymap) -> Vec<(String, Role)> {
        match &self.outcome {
            Outcome::Exists => {
                let key = keymap.key_for(&[Context::WriteFile], Action::ReplaceFile);
                let way = key.map_or_else(String::new, |key| format!("{key} replaces it, or "));
                vec![
                    ("the file exists: nothing was written".to_owned(), Role::Danger),
                    (format!("{way}choose another path"), Role::Muted),
                ]
            }
            Outcome::Failed(sentence) => vec![(sentence.clone(), Role::Danger)],
            Outcome::None => {
                vec![("the value as it is, in a file that only you may read".to_owned(), Role::Muted)]
            }
        }
    }
}

impl Layer for WriteFile {
    fn name(&self) -> &'static str {
        "write file"
    }

    fn contexts(&self) -> Contexts {
        Contexts::typing(&[Context::WriteFile])
    }

    fn form(&self) -> Option<&Form> {
        Some(&self.form)
    }

    fn form_mut(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    /// What was said of another path is not true any more.
    fn changed(&mut self, _app: &mut App) {
        self.outcome = Outcome::None;
    }

    fn obstacle(&self, action: Action, _app: &App) -> Option<&'static str> {
        (action == Action::ReplaceFile && !self.may_replace()).then_some("not now")
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        if app.is_busy() {
            return Flow::Stay;
        }
        let existing = match action {
            Action::Escape => return Flow::Close,
            Action::Submit => Existing::Keep,
            Action::ReplaceFile if self.may_replace() => Existing::Replace,
            _ => {
                self.form.act(action, &mut app.asks);
                return Flow::Stay;
            }
        };
        if self.form.text(PATH).is_empty() {
            self.outcome = Outcome::Failed("enter a file path".to_owned());
            return Flow::Stay;
        }
        let work = Work::WriteValue {
            name: self.name.clone(),
            version_id: self.version_id.clone(),
            path: self.form.text(PATH).to_owned(),
            existing,
        };
        app.begin_busy(&mut self.written, work);
        Flow::Stay
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.form.awaits(ticket) || self.written.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, app: &mut App) -> Flow {
        if self.form.awaits(answered.ticket) {
            self.form.answered(answered);
            return Flow::Stay;
        }
        self.written.forget();
        match answered.result {
            Ok(_) => {
                let path = self.form.text(PATH);
                app.say(Tone::Done, format!("value of {}#{} written to {path}", self.name, self.version_id));
                return Flow::Done;
            }
            Err(Failure::Vault(VaultError::FileExists { .. })) => self.outcome = Outcome::Exists,
            Err(failure) => self.outcome = Outcome::Failed(failure.line()),
        }
        Flow::Stay
    }

    fn reopen(&self) -> Option<Reopen> {
        let form = Reopen::new(Self::REOPEN, Some(self.name.clone()));
        self.form.keep(form.with("version", self.version_id.as_str()))
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        let theme = canvas.theme();
        let area = centred(canvas.body(), 72, 8);
        let dot = theme.glyphs.dot;
        let title = format!("Write to a file {dot} {}#{}", self.name, self.version_id);
        let inside = canvas.dialog(area, &title, "");
        let cursor = self.form.draw(canvas, below(inside, 1), true);
        let keymap = canvas.keymap();
        let room = inside.width.saturating_sub(CONTENT + 1);
        let lines = self
            .lines(keymap)
            .into_iter()
            .flat_map(|(text, role)| wrapped(&text, room).into_iter().map(move |line| (line, role)));
        let top = 1 + self.form.rows();
        for (row, (line, role)) in (top..inside.height).zip(lines) {
            canvas.pen(inside, row).skip(CONTENT).fitted(&line, room, theme.style(role), &theme.glyphs);
        }
        cursor
    }
}
