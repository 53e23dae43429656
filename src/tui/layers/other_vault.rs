//! Another vault: its path is typed, what lies there is listed; Enter opens it.

use ratatui::layout::{Position, Rect};

use crate::platform::paths;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::as_command::LastCommand;
use crate::tui::ask::{Answer, Answered, Effect, Pending, Question, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::form::{Field, Form, Id, Loss};
use crate::tui::kit::line::wrapped;
use crate::tui::kit::panel::centred;
use crate::tui::kit::rows::below;
use crate::tui::layer::{Flow, Layer};
use crate::tui::session::{Found, OtherVaultRequest};
use crate::tui::theme::Role;

/// How many names of what lies there are shown at most.
const NEAR: u16 = 5;

const PATH: Id = Id("path");
const KEY_FILE: Id = Id("key file");

/// The question for another vault.
pub struct OtherVault {
    form: Form,
    /// What lies where the path that is typed leads.
    near: Pending<Vec<String>>,
    /// What is looked for, and its answer.
    request: Option<OtherVaultRequest>,
    found: Question,
    remark: Option<(Role, String)>,
}

impl OtherVault {
    /// Asks, beginning with the folder of the vault that is named now.
    pub fn new(app: &mut App) -> Self {
        let folder = app.path.rfind('/').map_or("", |slash| &app.path[..=slash]);
        let mut question = Self {
            form: Form::new(vec![
                Field::path(PATH, "Vault file", folder).loss(Loss::Little),
                Field::path(KEY_FILE, "Key file", app.key_file.as_deref().unwrap_or_default())
                    .placeholder("only where the vault has one")
                    .loss(Loss::Little),
            ]),
            near: Pending::default(),
            request: None,
            found: Question::default(),
            remark: None,
        };
        question.look_around(app);
        question
    }

    /// Looks for the vault at a path; where none is named, asks for it.
    pub fn at(path: String, app: &mut App) -> Self {
        let mut question = Self::new(app);
        if !path.is_empty() {
            for (field, text) in [(PATH, path.as_str()), (KEY_FILE, "")] {
                if let Some(buffer) = question.form.buffer_mut(field) {
                    buffer.set(text);
                }
            }
            question.look_around(app);
            question.look(false, app);
        }
        question
    }

    fn near(&self) -> &[String] {
        self.near.good().map_or(&[], Vec::as_slice)
    }

    /// Asks what lies where the path leads that is typed now.
    fn look_around(&mut self, app: &mut App) {
        self.remark = None;
        self.near.ask(&mut app.asks, Work::LookAround { path: self.form.text(PATH).to_owned() });
    }

    /// Looks for the vault that is named.
    fn look(&mut self, makes: bool, app: &mut App) {
        let request = OtherVaultRequest {
            path: self.form.text(PATH).trim().to_owned(),
            key_file: self.form.text(KEY_FILE).trim().to_owned(),
            makes,
        };
        if request.path.is_empty() {
            self.remark = Some((Role::Warning, "type the path of the vault".to_owned()));
            return;
        }
        app.begin_busy(&mut self.found, Work::OpenOther(request.clone()));
        self.request = Some(request);
    }

    /// Writes out what all that lies there has in common.
    fn complete(&mut self) {
        let typed = self.form.text(PATH);
        let folder = typed.rfind('/').map_or("", |slash| &typed[..=slash]).to_owned();
        let Some((first, others)) = self.near().split_first() else {
            return;
        };
        let common = others.iter().fold(first.as_str(), |common, name| {
            let length =
                common.char_indices().zip(name.chars()).take_while(|((_, left), right)| left == right);
            let end = length.last().map_or(0, |((at, letter), _)| at + letter.len_utf8());
            &common[..end]
        });
        let path = format!("{folder}{common}");
        if let Some(field) = self.form.buffer_mut(PATH) {
            field.set(&path);
        }
    }

    fn draw_near(&self, area: Rect, canvas: &mut Canvas<'_>) {
        let theme = canvas.theme();
        let muted = theme.style(Role::Muted);
        let head = if self.near().is_empty() { "no vault found there" } else { "there:" };
        canvas.pen(area, 0).skip(2).text(head, muted);
        let room = usize::from(NEAR.min(area.height.saturating_sub(1)));
        let shown = if self.near().len() > room { room.saturating_sub(1) } else { self.near().len() };
        for (row, name) in (1..).zip(self.near().iter().take(shown)) {
            let width = area.width.saturating_sub(5);
            canvas.pen(area, row).skip(4).fitted(name, width, theme.style(Role::Text), &theme.glyphs);
        }
        if shown < self.near().len() {
            let row = u16::try_from(shown + 1).unwrap_or(u16::MAX);
            let more = format!("and {} more", self.near().len() - shown);
            canvas.pen(area, row).skip(4).text(&more, muted);
        }
    }
}

impl Layer for OtherVault {
    fn name(&self) -> &'static str {
        "other vault"
    }

    fn contexts(&self) -> Contexts {
        Contexts::typing(&[Context::OtherVault])
    }

    fn form(&self) -> Option<&Form> {
        Some(&self.form)
    }

    fn form_mut(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    fn changed(&mut self, app: &mut App) {
        self.look_around(app);
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        if app.is_busy() {
            return Flow::Stay;
        }
        match action {
            Action::Escape => return Flow::Close,
            Action::Complete if self.form.focused() == Some(PATH) && !self.near().is_empty() => {
                self.complete();
                self.look_around(app);
            }
            Action::Complete if self.form.focused() == Some(PATH) => self.form.go_to(KEY_FILE),
            Action::Enter => self.look(false, app),
            Action::MakeVault => self.look(true, app),
            _ => {
                self.form.act(action, &mut app.asks);
            }
        }
        Flow::Stay
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.near.awaits(ticket) || self.found.awaits(ticket) || self.form.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, app: &mut App) -> Flow {
        if self.near.awaits(answered.ticket) {
            self.near.settle(answered.result);
            return Flow::Stay;
        }
        if self.form.awaits(answered.ticket) {
            self.form.answered(answered);
            return Flow::Stay;
        }
        self.found.forget();
        let Some(request) = self.request.take() else {
            return Flow::Stay;
        };
        let (role, sentence) = match answered.result {
            Ok(Answer::Found(Found::Nothing)) if !request.makes => {
                (Role::Warning, "no vault at this path: Ctrl-n creates one".to_owned())
            }
            Ok(Answer::Found(Found::Vault { .. })) if request.makes => {
                (Role::Warning, "a vault exists at this path: Enter opens it".to_owned())
            }
            Ok(Answer::Found(found)) => {
                app.path.clone_from(&request.path);
                app.last_command = LastCommand::none(&paths::typed(&request.path));
                app.key_file = (!request.key_file.is_empty()).then(|| request.key_file.clone());
                app.asks.push(Effect::Watch(request.path));
                return Flow::Found(found);
            }
            Ok(_) => return Flow::Stay,
            Err(failure) => (Role::Danger, failure.line()),
        };
        self.remark = Some((role, sentence));
        Flow::Stay
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        let theme = canvas.theme();
        let area = centred(canvas.body(), 70, NEAR + 9);
        let inside = canvas.dialog(area, "Another vault", "");
        let cursor = self.form.draw(canvas, below(inside, 1), true);
        let top = self.form.rows() + 2;
        let left = below(inside, top);
        if let Some((role, remark)) = &self.remark {
            for (row, line) in (0..).zip(wrapped(remark, left.width.saturating_sub(4))) {
                canvas.pen(left, row).skip(2).text(&line, theme.style(*role));
            }
        } else {
            self.draw_near(left, canvas);
        }
        cursor
    }
}
