//! The first run: what this is, where the vault will lie, and a new master password.

use ratatui::layout::{Position, Rect};

use crate::generator::PasswordOf;
use crate::memory::SecretBytes;
use crate::tui::action::Action;
use crate::tui::app::{App, SPINNER, Tone};
use crate::tui::ask::{Answer, Answered, Pending, Question, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::event::Moment;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::form::{CONTENT, Did, Field, Form, Id};
use crate::tui::kit::line::wrapped;
use crate::tui::kit::panel::centred;
use crate::tui::kit::rows::{below, indented, row_of};
use crate::tui::kit::{spinner, strength};
use crate::tui::layer::{Flow, Layer};
use crate::tui::lock;
use crate::tui::session::KeyFileChoice;
use crate::tui::theme::Role;
use crate::vault::{KdfCost, wording};

const PASSWORD: Id = Id("password");
const AGAIN: Id = Id("again");
const KEY_FILE: Id = Id("key file");
const KEY_PATH: Id = Id("key path");

const NONE: usize = 0;
const NEW: usize = 1;
const EXISTING: usize = 2;

/// The state of the screen.
pub struct FirstRun {
    form: Form,
    /// How much key derivation this machine does in the time that an unlock may take.
    measured: Pending<KdfCost>,
    created: Question,
    remark: Option<(Role, String)>,
}

impl FirstRun {
    /// Empty fields, but for a key file that was named beforehand; the cost of the key derivation is being
    /// measured.
    pub fn new(app: &mut App) -> Self {
        let key_file = app.key_file.clone();
        let chosen = if key_file.is_some() { EXISTING } else { NONE };
        let fields = vec![
            Field::new_password(PASSWORD, "Password").placeholder("a few random words are easy to type"),
            Field::masked(AGAIN, "Repeat password"),
            Field::choice(KEY_FILE, "Key file", &["none", "new", "existing"], chosen),
        ];
        let mut first_run = Self {
            form: Form::new(fields),
            measured: Pending::default(),
            created: Question::new(),
            remark: None,
        };
        first_run.fit_fields(key_file.as_deref().unwrap_or_default());
        first_run.measured.ask(&mut app.asks, Work::MeasureKdf);
        first_run
    }

    /// What is needed besides the password.
    fn key_file(&self) -> KeyFileChoice {
        let path = self.form.text(KEY_PATH).to_owned();
        match self.form.chosen(KEY_FILE) {
            NEW => KeyFileChoice::New(path),
            EXISTING => KeyFileChoice::Existing(path),
            _ => KeyFileChoice::None,
        }
    }

    /// The path of a key file is asked for where one is wanted.
    fn fit_fields(&mut self, path: &str) {
        let wanted = self.form.chosen(KEY_FILE) != NONE;
        if wanted && !self.form.has(KEY_PATH) {
            self.form.insert_behind(KEY_FILE, Field::path(KEY_PATH, "Key file path", path));
        } else if !wanted {
            self.form.remove(KEY_PATH);
        }
    }

    /// Makes the vault, where nothing is missing.
    fn create(&mut self, app: &mut App) {
        if !self.form.duplicate(PASSWORD).equals(self.form.text(AGAIN).as_bytes()) {
            if let Some(again) = self.form.buffer_mut(AGAIN) {
                again.clear();
            }
            self.form.go_to(AGAIN);
            return self.remark(Role::Danger, "Passwords don't match. Type it again.");
        }
        if self.form.has(KEY_PATH) && self.form.text(KEY_PATH).trim().is_empty() {
            self.form.go_to(KEY_PATH);
            return self.remark(Role::Warning, "enter the path of the key file, or choose none");
        }
        if self.form.asks_about_weak(PASSWORD) {
            let key = app.keymap.key_for(&self.contexts(), Action::Enter);
            return self.remark(Role::Warning, &strength::question(PasswordOf::Vault, key));
        }
        let cost = self.measured.good().copied();
        let work = Work::Create { password: self.form.duplicate(PASSWORD), cost, key_file: self.key_file() };
        app.begin_busy(&mut self.created, work);
    }

    /// Types a password that was given beforehand into both fields: Enter creates the vault with it.
    pub fn fill(&mut self, password: &SecretBytes) {
        let text = password.expose_text().unwrap_or_default();
        let mut takes = |id| self.form.buffer_mut(id).is_some_and(|field| field.insert(text));
        if takes(PASSWORD) && takes(AGAIN) {
            self.form.on_text();
            self.form.go_to(AGAIN);
        }
    }

    /// Says something below the fields.
    fn remark(&mut self, role: Role, text: &str) {
        self.remark = Some((role, text.to_owned()));
    }
}

impl Layer for FirstRun {
    fn name(&self) -> &'static str {
        "first run"
    }

    fn is_base(&self) -> bool {
        true
    }

    fn contexts(&self) -> Contexts {
        self.form.contexts_of_prompt(&[Context::FirstRun])
    }

    fn form(&self) -> Option<&Form> {
        Some(&self.form)
    }

    fn form_mut(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    fn changed(&mut self, _app: &mut App) {
        self.remark = None;
        self.fit_fields("");
    }

    /// No vault is open that could keep it, and a password is never kept: leaving is not asked about.
    fn is_dirty(&self) -> bool {
        false
    }

    fn refuse_paste(&mut self, sentence: &'static str, _app: &mut App) {
        self.remark(Role::Warning, sentence);
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        if app.is_busy() {
            return Flow::Stay;
        }
        match action {
            Action::Enter if self.form.text(PASSWORD).is_empty() => {
                self.form.go_to(PASSWORD);
                self.remark(Role::Warning, "type a master password first");
            }
            Action::Enter if self.form.focused() == Some(PASSWORD) => self.form.go_to(AGAIN),
            Action::Enter => self.create(app),
            _ => {
                if self.form.act(action, &mut app.asks) == Did::Changed {
                    self.changed(app);
                }
            }
        }
        Flow::Stay
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.measured.awaits(ticket) || self.created.awaits(ticket) || self.form.awaits(ticket)
    }

    /// A vault that could not be made leaves everything as it was typed.
    fn answered(&mut self, answered: Answered, app: &mut App) -> Flow {
        if self.measured.awaits(answered.ticket) {
            self.measured.settle(answered.result);
            return Flow::Stay;
        }
        if self.form.awaits(answered.ticket) {
            self.form.answered(answered);
            return Flow::Stay;
        }
        self.created.forget();
        match answered.result {
            Ok(Answer::Opened(opened)) => {
                lock::opened(app, *opened);
                let text = match self.key_file() {
                    KeyFileChoice::None | KeyFileChoice::Existing(_) => {
                        "vault created and unlocked".to_owned()
                    }
                    KeyFileChoice::New(path) => {
                        format!("vault created; its key file is {}: copy it to a safe place", path.trim())
                    }
                };
                app.say(Tone::Done, text);
                return Flow::Done;
            }
            Ok(_) => {}
            Err(failure) => self.remark(Role::Danger, &failure.line()),
        }
        Flow::Stay
    }

    fn wake_at(&self, app: &App) -> Option<Moment> {
        (self.measured.is_asked() && !app.settings.plain).then(|| app.now.after(SPINNER))
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        let (app, theme) = (canvas.app, canvas.theme());
        let area = centred(canvas.body(), 76, 20);
        let inside = canvas.screen(area, "A new vault");
        let margin = indented(inside, 0, 2);
        let inside = indented(margin, 2, 0);
        let text = theme.style(Role::Text);
        let muted = theme.style(Role::Muted);
        let mut row = u16::from(inside.height >= 18);
        for line in wrapped(WHAT, inside.width) {
            canvas.pen(inside, row).text(&line, text);
            row += 1;
        }
        row += u16::from(inside.height >= 14);
        let mut pen = canvas.pen(inside, row);
        pen.fitted("Vault file", label_of(inside), muted, &theme.glyphs);
        let room = pen.room();
        pen.fitted(&app.path, room, text, &theme.glyphs);
        row += 1;
        draw_cost(&self.measured, canvas, inside, row);
        row += 2;
        let is_making = app.busy.is_some_and(|busy| busy.derives_key);
        let cursor = self.form.draw(canvas, below(margin, row), !is_making);
        row += self.form.rows();
        row += u16::from(inside.height >= 18);
        if is_making {
            spinner::draw("creating the vault", canvas, row_of(inside, row));
        } else {
            let (role, remark) = match (&self.remark, self.form.chosen(KEY_FILE)) {
                (Some((role, remark)), _) => (*role, remark.as_str()),
                (None, NONE) => return cursor,
                (None, _) => (Role::Hint, ABOUT_KEY_FILE),
            };
            for (line, part) in (row..).zip(wrapped(remark, inside.width)) {
                canvas.pen(inside, line).text(&part, theme.style(role));
            }
        }
        cursor
    }
}

const WHAT: &str = "etui keeps secrets as versions that never change. The label ACSCurrent says which one is live. \
                    Everything is in one encrypted file; only the master password opens it. \
                    No one can recover a lost password.";

const ABOUT_KEY_FILE: &str = "The vault then opens only with the password and this file. Keep copies of the file, \
                        but not beside the vault.";

/// The width of the names of the fields.
const LABEL: u16 = CONTENT - 2;
/// The same where there is little room.
const SHORT_LABEL: u16 = 14;

const fn label_of(area: Rect) -> u16 {
    if area.width < 60 { SHORT_LABEL } else { LABEL }
}

fn draw_cost(measured: &Pending<KdfCost>, canvas: &mut Canvas<'_>, area: Rect, row: u16) {
    let (app, theme) = (canvas.app, canvas.theme());
    let muted = theme.style(Role::Muted);
    canvas.pen(area, row).fitted("Unlocking", label_of(area), muted, &theme.glyphs);
    let line = indented(row_of(area, row), label_of(area), 0);
    let (text, role) = match measured.known() {
        None => {
            let turn = usize::try_from(app.now.0 / 100).unwrap_or(0);
            let frame = theme.glyphs.spinner[turn % theme.glyphs.spinner.len()];
            let text = format!("{frame} measuring how fast this machine is{}", theme.glyphs.ellipsis);
            (text.trim_start().to_owned(), Role::Muted)
        }
        Some(Ok(cost)) => (wording::cost(*cost), Role::Text),
        Some(Err(failure)) => (failure.sentence(), Role::Danger),
    };
    canvas.pen(line, 0).fitted(&text, line.width, theme.style(role), &theme.glyphs);
}
