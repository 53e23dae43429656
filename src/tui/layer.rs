//! What a dialog is, and what it may answer.
//!
//! A layer is an object that gets keys, is drawn and is answered by the worker. The stack of layers lies over the
//! browse screen; the top one gets the keys. A layer changes itself and the [`App`], never the stack: its [`Flow`]
//! says what becomes of that. While no vault is open the lowest layer is one that fills the screen
//! (unlock, first run, a failure).
//!
//! To add one: a context and its keys, the file of the layer, an action that opens it in `open`. Then the tests
//! walk it: a form in which something was typed asks before it is lost and comes back after a lock.

use std::any::Any;

use ratatui::layout::Position;

use super::action::{Action, FooterWord};
use super::app::{App, Tone};
use super::ask::{Answer, Answered, Failure, Ticket};
use super::command::Command;
use super::context::Contexts;
use super::event::Moment;
use super::jobs::JobKind;
use super::kit::EditBuffer;
use super::kit::canvas::{Canvas, Hit};
use super::kit::edit_buffer::Edit;
use super::kit::form::{Did, Form};
use super::place::Reopen;
use super::session::Found;
use crate::domain::SecretName;
use crate::vault::SecretDetails;

/// A dialog, or a screen while no vault is open.
pub trait Layer: Any {
    /// What it is, for tests; never what it shows.
    fn name(&self) -> &'static str;

    /// Which keys it understands now, the innermost context first.
    fn contexts(&self) -> Contexts;

    /// Does what a key means.
    fn act(&mut self, action: Action, app: &mut App) -> Flow;

    /// Draws it; answers where the cursor stands.
    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position>;

    /// Whether it fills the screen of an app without an open vault: nothing lies below it.
    fn is_base(&self) -> bool {
        false
    }

    /// Its form, where it has one.
    fn form(&self) -> Option<&Form> {
        None
    }

    /// Its form, to change it.
    fn form_mut(&mut self) -> Option<&mut Form> {
        None
    }

    /// The field that takes what is typed.
    fn field(&mut self) -> Option<&mut EditBuffer> {
        self.form_mut()?.field()
    }

    /// The text of the field was changed by a key or a paste.
    fn after_typing(&mut self, app: &mut App) {
        if let Some(form) = self.form_mut() {
            form.on_text();
        }
        self.changed(app);
    }

    /// What is typed or chosen has changed.
    fn changed(&mut self, _app: &mut App) {}

    /// Moves the cursor of the field, or deletes.
    fn edit(&mut self, edit: Edit, app: &mut App) {
        let Some(field) = self.field() else { return };
        if field.edit(edit) {
            self.after_typing(app);
        }
    }

    /// Takes a paste, which has passed all checks but that of the field. It submits nothing.
    fn paste(&mut self, text: &str, app: &mut App) {
        match self.field().map(|field| field.insert(text)) {
            Some(true) => self.after_typing(app),
            Some(false) => self.refuse_paste(super::paste::PasteRefused::ManyLines.sentence(), app),
            None => app.say(Tone::Note, super::paste::NO_FIELD),
        }
    }

    /// Says why a paste was not taken.
    fn refuse_paste(&mut self, sentence: &'static str, app: &mut App) {
        app.say(Tone::Failed, sentence);
    }

    /// Does what a click on a part of the form means: the cursor goes there, an option is chosen.
    fn hit(&mut self, hit: Hit, app: &mut App) {
        if self.form_mut().is_some_and(|form| form.hit(hit) == Did::Changed) {
            self.changed(app);
        }
    }

    /// Selects what lies under the pointer. Nothing is confirmed or revealed by a click.
    fn click(&mut self, _at: Position, _app: &mut App) {}

    /// Whether it waits for the answer to a ticket.
    fn awaits(&self, _ticket: Ticket) -> bool {
        false
    }

    /// Takes the answer that it waits for.
    fn answered(&mut self, _answered: Answered, _app: &mut App) -> Flow {
        Flow::Stay
    }

    /// Hears of something that concerns it.
    fn hear(&mut self, _news: &News<'_>, _app: &mut App) -> Flow {
        Flow::Stay
    }

    /// Why an action that it understands can do nothing now.
    fn obstacle(&self, _action: Action, _app: &App) -> Option<&'static str> {
        None
    }

    /// By which word the footer tells an action just now.
    fn told(&self, _action: Action) -> FooterWord {
        FooterWord::Usual
    }

    /// When it changes by itself.
    fn wake_at(&self, _app: &App) -> Option<Moment> {
        None
    }

    /// Whether it shows how far the work under way is.
    fn shows_progress(&self) -> bool {
        false
    }

    /// Whether something that was typed would be lost with it.
    fn is_dirty(&self) -> bool {
        self.form().is_some_and(Form::is_dirty)
    }

    /// What brings it back after a lock; asked where it is dirty.
    fn reopen(&self) -> Option<Reopen> {
        None
    }

    /// What the key for leaving does here.
    fn interrupt(&mut self, _app: &mut App) -> Flow {
        if self.is_base() { Flow::Quit } else { Flow::Close }
    }
}

/// What becomes of the stack.
pub enum Flow {
    Stay,
    /// The layer closes, but asks first where something that was typed would be lost.
    Close,
    Done,
    /// The layer closes, and the one below hears what came of it.
    Give(Gift),
    /// Another layer opens over this one.
    Open(Box<dyn Layer>),
    /// Another layer takes the place of this one.
    Replace(Box<dyn Layer>),
    /// The screen for what was found at the path of the vault takes the place of all.
    Found(Found),
    /// The layer closes together with the one below, which asked whether to discard what was typed.
    Discard,
    /// The layer closes, and the command is run in what lies below.
    Run(Command),
    /// The app is left.
    Quit,
}

/// What a layer leaves to the one below.
pub enum Gift {
    /// A change was made.
    Changed,
    /// A generated value, and its strength in bits.
    Value(EditBuffer, f64),
}

/// What a layer may hear of.
pub enum News<'a> {
    /// The layer above has closed with this.
    Given(&'a Gift),
    /// What is known of a secret came; without details it is gone, or cannot be read.
    Secret(&'a SecretName, Option<&'a SecretDetails>),
    /// A job ended that was under way when the vault was locked.
    Late(JobKind, &'a Result<Answer, Failure>),
    /// The key for locking was pressed while no vault is open.
    LockedAgain,
    /// The editor saved something that waits to be taken.
    Edited,
    /// Before and after each event: what depends on time and size may be brought in order.
    Settle,
    /// It is about to be removed.
    Closing,
}
