//! The unlock screen: the path, the password, a spinner while the key is derived.

use ratatui::layout::{Position, Rect};

use super::tasks;
use crate::app_options::Ownership;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::ask::{Answer, Answered, Failure, Question, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::kit::EditBuffer;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::form::{CONTENT, Field, Form, Id, Loss};
use crate::tui::kit::line::wrapped;
use crate::tui::kit::panel::centred;
use crate::tui::kit::rows::{below, indented, row_of};
use crate::tui::kit::spinner;
use crate::tui::layer::{Flow, Layer, News};
use crate::tui::lock;
use crate::tui::session::KeyFileState;
use crate::tui::theme::Role;
use crate::vault::{Answers, VaultError};

const PASSWORD: Id = Id("password");

/// The state of the screen.
pub struct Unlock {
    form: Form,
    unlocked: Question,
    /// Why it is not open: a wrong password, or why it was locked.
    remark: Option<(Role, String)>,
    key_file: KeyFileState,
    /// What would have to be accepted for this file to open.
    asked: Option<Answers>,
    /// What was accepted of it.
    accepted: Answers,
}

impl Unlock {
    /// The screen for a vault that was found, which is unlocked at once where there is a way to do it.
    pub fn new(key_file: KeyFileState, notices: &[String], way: Option<Work>, app: &mut App) -> Self {
        let remark = (!notices.is_empty()).then(|| (Role::Warning, notices.join("; ")));
        let mut unlock = Self { remark, key_file, ..Self::waiting(app) };
        if let Some(work) = way {
            app.begin_busy(&mut unlock.unlocked, work);
        }
        unlock
    }

    /// The screen after a lock, with its reason.
    pub fn after_lock(reason: &str, app: &App) -> Self {
        Self { remark: Some((Role::Muted, reason.to_owned())), ..Self::waiting(app) }
    }

    /// The screen with nothing to say.
    pub fn waiting(app: &App) -> Self {
        let hint = match app.ownership {
            Ownership::Own => String::new(),
            Ownership::Demo { password, .. } => format!("the password of the demo: {password}"),
        };
        let field = Field::masked(PASSWORD, "Master password").placeholder(hint).loss(Loss::None);
        Self {
            form: Form::new(vec![field]),
            unlocked: Question::new(),
            remark: None,
            key_file: KeyFileState::NotNeeded,
            asked: None,
            accepted: Answers::default(),
        }
    }

    fn wipe(&mut self) {
        if let Some(password) = self.form.buffer_mut(PASSWORD) {
            password.clear();
        }
    }

    /// Says something below the field.
    fn remark(&mut self, role: Role, text: &str) {
        self.remark = Some((role, text.to_owned()));
    }
}

impl Layer for Unlock {
    fn name(&self) -> &'static str {
        "unlock"
    }

    fn is_base(&self) -> bool {
        true
    }

    fn contexts(&self) -> Contexts {
        self.form.contexts_of_prompt(&[Context::Unlock])
    }

    fn form(&self) -> Option<&Form> {
        Some(&self.form)
    }

    fn form_mut(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    fn refuse_paste(&mut self, sentence: &'static str, _app: &mut App) {
        self.remark(Role::Warning, sentence);
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        match action {
            Action::Enter if !app.is_busy() && !self.form.text(PASSWORD).is_empty() => {
                self.remark = None;
                let password = self.form.buffer_mut(PASSWORD).map(EditBuffer::take).unwrap_or_default();
                app.begin_busy(&mut self.unlocked, Work::Unlock { password, accepted: self.accepted });
            }
            // What was asked is answered first, and then the password is typed: nobody accepts it in passing.
            Action::AcceptFile => {
                if let Some(asked) = self.asked.take() {
                    self.accepted = self.accepted.or(asked);
                    self.remark(
                        Role::Warning,
                        "Type the password: this file is opened, and remembered as yours.",
                    );
                }
            }
            _ => {
                self.form.act(action, &mut app.asks);
            }
        }
        Flow::Stay
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.unlocked.awaits(ticket)
    }

    /// A wrong password is not kept.
    fn answered(&mut self, answered: Answered, app: &mut App) -> Flow {
        self.unlocked.forget();
        match answered.result {
            Ok(Answer::Opened(opened)) => {
                lock::opened(app, *opened);
                return Flow::Done;
            }
            Ok(_) => {}
            Err(Failure::Vault(VaultError::WrongPassword)) => {
                self.wipe();
                self.remark(Role::Danger, "Wrong password. Try again.");
            }
            Err(failure) => {
                self.wipe();
                self.asked = match &failure {
                    Failure::Vault(error) => {
                        Answers::to(error).filter(|it| self.accepted.or(*it) != self.accepted)
                    }
                    Failure::Told { .. } => None,
                };
                let contexts = self.contexts();
                let key = app.keymap.key_for(&contexts, Action::AcceptFile).filter(|_| self.asked.is_some());
                let told = match key {
                    Some(key) => {
                        let key = key.shown(&app.theme.glyphs);
                        format!("{}. {key} goes on with this file all the same.", failure.sentence())
                    }
                    None => failure.line(),
                };
                self.remark(Role::Danger, &told);
            }
        }
        Flow::Stay
    }

    fn obstacle(&self, action: Action, _app: &App) -> Option<&'static str> {
        (action == Action::AcceptFile && self.asked.is_none()).then_some("nothing has to be accepted")
    }

    /// Long work ended behind the lock: what concerns the lock is said here, and nothing of what is inside.
    fn hear(&mut self, news: &News<'_>, _app: &mut App) -> Flow {
        match news {
            News::Late(kind, result) => {
                if let Some(sentence) = tasks::ended_while_locked(*kind, result) {
                    self.remark(Role::Muted, sentence);
                }
            }
            News::LockedAgain => self.wipe(),
            _ => {}
        }
        Flow::Stay
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        let (app, theme) = (canvas.app, canvas.theme());
        let (role, text) = self.said();
        let area = fitting(canvas.body(), text);
        let inside = canvas.screen(area, "Unlock");
        let line = row_of(indented(inside, 2, 2), 1);
        let plain = theme.style(Role::Text);
        canvas.pen(line, 0).fitted(app.whereabouts(), line.width, plain, &theme.glyphs);
        let is_deriving = app.busy.is_some_and(|busy| busy.derives_key);
        let place = below(inside, 3);
        let cursor = self.form.draw(canvas, place, !is_deriving);
        let cursor = if is_deriving {
            spinner::draw("deriving the key", canvas, indented(place, CONTENT, 0));
            None
        } else {
            cursor
        };
        let left = below(indented(inside, 2, 2), 5);
        for (row, text) in (0..left.height).zip(wrapped(text, left.width)) {
            canvas.pen(left, row).text(&text, theme.style(role));
        }
        cursor
    }
}

impl Unlock {
    /// What is told below the password.
    fn said(&self) -> (Role, &str) {
        match (&self.remark, self.key_file) {
            (Some((role, text)), _) => (*role, text.as_str()),
            (None, KeyFileState::Missing) => {
                (Role::Warning, "this vault needs its key file: Ctrl-o names it")
            }
            (None, KeyFileState::Named) => (Role::Muted, "with the key file"),
            (None, KeyFileState::NotNeeded) => (Role::Muted, ""),
        }
    }
}

/// The box: it grows downwards for a text of more than three lines, so that nothing moves under the eye.
fn fitting(body: Rect, text: &str) -> Rect {
    let usual = centred(body, 66, 10);
    let lines = wrapped(text, usual.width.saturating_sub(6)).len();
    let height = (usual.height + u16::try_from(lines.saturating_sub(3)).unwrap_or(0)).min(body.height);
    Rect { y: usual.y.min(body.bottom().saturating_sub(height)), height, ..usual }
}
