//! Writes a value to a file that only its owner may read.

use ratatui::layout::{Position, Rect};

use crate::domain::{SecretName, VersionId};
use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::ask::{Answer, Answered, Failure, Question, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::keymap::Keymap;
use crate::tui::kit::EditBuffer;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::field::{self, Focus, Shown};
use crate::tui::kit::line::{LinePen, wrapped};
use crate::tui::kit::panel::centred;
use crate::tui::kit::path_field::PathField;
use crate::tui::layer::{Flow, Layer};
use crate::tui::place::Reopen;
use crate::tui::theme::Role;
use crate::vault::{Existing, SecretDetails, VaultError};

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
    path: PathField,
    completed: Question,
    written: Question,
    outcome: Outcome,
}

impl WriteFile {
    /// For the value of a version.
    pub fn new(name: SecretName, version_id: VersionId) -> Self {
        Self {
            name,
            version_id,
            path: PathField::with_text(""),
            completed: Question::default(),
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
        write.path.text_mut().set(form.get("path")?);
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
                    ("there is a file already: nothing was written".to_owned(), Role::Danger),
                    (format!("{way}choose another path"), Role::Muted),
                ]
            }
            Outcome::Failed(sentence) => vec![(sentence.clone(), Role::Danger)],
            Outcome::None if !self.path.choices().is_empty() => {
                vec![(self.path.choices().join("  "), Role::Hint)]
            }
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

    fn field(&mut self) -> Option<&mut EditBuffer> {
        Some(self.path.text_mut())
    }

    /// What was said of another path is not true any more.
    fn changed(&mut self, _app: &mut App) {
        self.path.forget_choices();
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
            Action::Complete => {
                let typed = self.path.text().text().to_owned();
                self.completed.ask(&mut app.asks, Work::CompletePath { typed });
                return Flow::Stay;
            }
            Action::Escape => return Flow::Close,
            Action::Submit => Existing::Keep,
            Action::ReplaceFile if self.may_replace() => Existing::Replace,
            _ => return Flow::Stay,
        };
        if self.path.text().is_empty() {
            self.outcome = Outcome::Failed("name a file first".to_owned());
            return Flow::Stay;
        }
        let work = Work::WriteValue {
            name: self.name.clone(),
            version_id: self.version_id.clone(),
            path: self.path.text().text().to_owned(),
            existing,
        };
        app.begin_busy(&mut self.written, work);
        Flow::Stay
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.completed.awaits(ticket) || self.written.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, app: &mut App) -> Flow {
        match answered.result {
            Ok(Answer::PathCompleted { typed, completion }) => {
                self.completed.forget();
                self.path.complete(&typed, completion);
            }
            Ok(_) => {
                let path = self.path.text().text();
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
        let path = self.path.text();
        (!path.is_empty()).then(|| form.with("version", self.version_id.as_str()).with("path", path.text()))
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        let theme = canvas.theme();
        let area = centred(canvas.body(), 72, 8);
        let dot = theme.glyphs.dot;
        let title = format!("Write to a file {dot} {}#{}", self.name, self.version_id);
        let inside = canvas.dialog(area, &title, "");
        let keymap = canvas.keymap();
        let buffer = &mut *canvas.buffer;
        LinePen::new(buffer, inside, 1)
            .text(theme.glyphs.selected, theme.style(Role::Accent))
            .skip(1)
            .text("Path", theme.style(Role::TitleFocused));
        let place = Rect {
            x: inside.x + 8,
            y: inside.y + 1,
            width: inside.width.saturating_sub(9),
            height: 1.min(inside.height),
        };
        if self.path.text().is_empty() {
            LinePen::new(buffer, place, 0).text("~ is your home", theme.style(Role::Hint));
        }
        let style = theme.style(Role::Text);
        let text = self.path.text();
        let cursor = field::draw(buffer, place, text, Shown::Plainly, Focus::Here, style, &theme.glyphs);
        let room = place.width;
        let lines = self
            .lines(keymap)
            .into_iter()
            .flat_map(|(text, role)| wrapped(&text, room).into_iter().map(move |line| (line, role)));
        for (row, (line, role)) in (2..inside.height).zip(lines) {
            LinePen::new(buffer, inside, row).skip(8).fitted(&line, room, theme.style(role), &theme.glyphs);
        }
        cursor
    }
}
