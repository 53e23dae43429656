//! Fields below each other: who has the cursor, what is typed, pasted, chosen and completed, what would be lost, how
//! they are drawn and where a click lands.

mod draft;
mod draw;
mod field;
mod hit;

use super::edit_buffer::EditBuffer;
use super::field::Shown;
use super::label_field::LabelField;
use super::path_field::Completed;
use crate::generator::Strength;
use crate::memory::SecretBytes;
use crate::tui::action::Action;
use crate::tui::ask::{Answer, Answered, Asks, Question, Ticket, Work};
use crate::tui::context::{Context, Contexts};

pub use draw::Look;
pub use field::{Content, Field, Id, Loss};

/// Columns for the mark of the focus, before the labels.
const MARK: u16 = 2;
/// Columns for the labels.
const LABELS: u16 = 17;
/// The column in which what is typed begins, within the form.
pub const CONTENT: u16 = MARK + LABELS;

/// What a key or an answer did to a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Did {
    /// Nothing: the key is for somebody else.
    Nothing,
    /// The cursor is elsewhere now, or something looks otherwise.
    Moved,
    /// What the fields say is something else now.
    Changed,
}

/// Fields below each other.
pub struct Form {
    fields: Vec<Field>,
    focus: usize,
    completed: Question,
    /// Whether a weak new password was asked about; typing asks again.
    has_asked: bool,
}

impl Form {
    /// With the cursor in the first field.
    pub const fn new(fields: Vec<Field>) -> Self {
        Self { fields, focus: 0, completed: Question::new(), has_asked: false }
    }

    pub const fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Wipes what was typed, with its fields.
    pub fn clear(&mut self) {
        self.fields.clear();
        self.focus = 0;
    }

    pub fn has(&self, id: Id) -> bool {
        self.fields.iter().any(|field| field.id == id)
    }

    /// Puts a field behind another one, or at the end.
    pub fn insert_behind(&mut self, before: Id, field: Field) {
        let at = self.fields.iter().position(|field| field.id == before);
        self.fields.insert(at.map_or(self.fields.len(), |at| at + 1), field);
    }

    /// Puts other fields behind one in the place of all that are there; those are answered.
    pub fn replace_behind(&mut self, before: Id, fields: Vec<Field>) -> Vec<Field> {
        let at = self.fields.iter().position(|field| field.id == before).map_or(0, |at| at + 1);
        let gone = self.fields.split_off(at);
        self.fields.extend(fields);
        self.focus = self.focus.min(at.saturating_sub(1));
        gone
    }

    /// Takes a field away, what was typed into it included.
    pub fn remove(&mut self, id: Id) {
        if let Some(at) = self.fields.iter().position(|field| field.id == id) {
            self.fields.remove(at);
            if self.focus > at || self.focus >= self.fields.len() {
                self.focus = self.focus.saturating_sub(1);
            }
        }
    }

    fn get(&self, id: Id) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// What is typed into a field; nothing where there is no such field.
    pub fn text(&self, id: Id) -> &str {
        self.get(id).and_then(Field::buffer).map_or("", EditBuffer::text)
    }

    /// The line of the cursor in a field, counted from 1, and how many there are.
    pub fn line_of_lines(&self, id: Id) -> (usize, usize) {
        self.get(id).and_then(Field::buffer).map_or((1, 1), EditBuffer::line_of_lines)
    }

    /// The one explicit copy of what is typed into a field.
    pub fn duplicate(&self, id: Id) -> SecretBytes {
        self.get(id).and_then(Field::buffer).map(EditBuffer::duplicate).unwrap_or_default()
    }

    /// What is typed into a field, to change it.
    pub fn buffer_mut(&mut self, id: Id) -> Option<&mut EditBuffer> {
        self.fields.iter_mut().find(|field| field.id == id)?.buffer_mut()
    }

    /// Shows another text in a field while it is empty.
    pub fn suggest(&mut self, id: Id, text: &str) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.id == id) {
            text.clone_into(&mut field.placeholder);
        }
    }

    /// Shows a field, or hides it: what is typed into it stays.
    pub fn show(&mut self, id: Id, is_shown: bool) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.id == id) {
            field.is_hidden = !is_shown;
        }
    }

    /// The fields that are there, in order.
    pub fn shown(&self) -> impl Iterator<Item = Id> {
        self.fields.iter().filter(|field| !field.is_hidden).map(|field| field.id)
    }

    /// The labels of a field.
    pub fn labels(&self, id: Id) -> Option<&LabelField> {
        match &self.get(id)?.content {
            Content::Labels(labels) => Some(labels),
            _ => None,
        }
    }

    /// The labels of a field, to change them.
    pub fn labels_mut(&mut self, id: Id) -> Option<&mut LabelField> {
        match self.fields.iter_mut().find(|field| field.id == id).map(|field| &mut field.content) {
            Some(Content::Labels(labels)) => Some(labels),
            _ => None,
        }
    }

    pub fn set_chosen(&mut self, id: Id, option: usize) {
        let field = self.fields.iter_mut().find(|field| field.id == id);
        if let Some(Content::Choice { chosen, .. }) = field.map(|field| &mut field.content) {
            *chosen = option;
        }
    }

    /// The names that the path with the cursor could go on with.
    pub fn path_choices(&self, id: Id) -> &[String] {
        self.get(id).map_or(&[], Field::choices)
    }

    /// Goes to another field that is there.
    fn step(&mut self, step: isize) {
        let count = self.fields.len().cast_signed();
        for _ in 0..count {
            let next = self.focus.cast_signed() + step;
            self.focus = next.rem_euclid(count).unsigned_abs();
            if !self.fields[self.focus].is_hidden {
                return;
            }
        }
    }

    /// Which option of a choice is chosen.
    pub fn chosen(&self, id: Id) -> usize {
        match self.get(id).map(|field| &field.content) {
            Some(Content::Choice { chosen, .. }) => *chosen,
            _ => 0,
        }
    }

    /// Whether a field holds something else than at first.
    pub fn differs(&self, id: Id) -> bool {
        self.get(id).is_some_and(Field::differs)
    }

    /// The field with the cursor.
    pub fn focused(&self) -> Option<Id> {
        self.fields.get(self.focus).map(|field| field.id)
    }

    /// Puts the cursor into a field.
    pub fn go_to(&mut self, id: Id) {
        if let Some(at) = self.fields.iter().position(|field| field.id == id) {
            self.focus = at;
            self.hide_passwords_left();
        }
    }

    /// The buffer that takes what is typed.
    pub fn field(&mut self) -> Option<&mut EditBuffer> {
        self.fields.get_mut(self.focus)?.buffer_mut()
    }

    /// The active contexts, with those of the layer behind that of the field.
    pub fn contexts(&self, own: &[Context]) -> Contexts {
        self.contexts_with(&[Context::FormLine], own)
    }

    /// The active contexts where Enter does what the form is for, and goes to no other field.
    pub fn contexts_of_prompt(&self, own: &[Context]) -> Contexts {
        self.contexts_with(&[], own)
    }

    fn contexts_with(&self, line: &[Context], own: &[Context]) -> Contexts {
        let with = |field: &[Context]| [field, line, own].concat();
        match self.fields.get(self.focus).map(|field| &field.content) {
            None => Contexts::commanding(own),
            Some(Content::Choice { .. } | Content::Switches { .. }) => {
                Contexts::choosing(&with(&[Context::FormChoice]))
            }
            Some(Content::Lines(_)) => Contexts::typing(&[&[Context::FormLines], own].concat()),
            Some(Content::Path(_)) => Contexts::typing(&with(&[Context::FormPath])),
            Some(Content::Labels(_)) => Contexts::typing(&with(&[Context::FormLabels])),
            Some(Content::Masked(..) | Content::NewPassword(..)) => {
                Contexts::typing(&with(&[Context::FormMasked]))
            }
            Some(Content::Text(_)) => Contexts::typing(&with(&[])),
        }
    }

    /// Does what a key means in every form.
    pub fn act(&mut self, action: Action, asks: &mut Asks) -> Did {
        match action {
            Action::NextField if self.move_switch(1) => {}
            Action::PreviousField if self.move_switch(-1) => {}
            Action::NextField => {
                self.step(1);
                self.enter_switches(false);
            }
            Action::PreviousField => {
                self.step(-1);
                self.enter_switches(true);
            }
            Action::NextChoice => return self.choose(1),
            Action::PreviousChoice => return self.choose(-1),
            Action::NewLine => {
                return match self.field().map(|field| field.insert("\n")) {
                    Some(true) => Did::Changed,
                    Some(false) | None => Did::Nothing,
                };
            }
            Action::Complete => self.complete(asks),
            Action::ToggleShown => {
                let first = self.fields.iter_mut().find_map(Field::shown_mut);
                let shown = first.map_or(Shown::Masked, |shown| shown.other());
                self.fields.iter_mut().filter_map(Field::shown_mut).for_each(|field| *field = shown);
            }
            _ => return Did::Nothing,
        }
        self.hide_passwords_left();
        Did::Moved
    }

    /// Passwords that are shown are hidden again where the cursor leaves them for another kind of field.
    fn hide_passwords_left(&mut self) {
        if self.fields.get(self.focus).is_some_and(Field::is_password) {
            return;
        }
        let left = self.fields.iter_mut().filter(|field| field.is_password());
        left.filter_map(Field::shown_mut).for_each(|shown| *shown = Shown::Masked);
    }

    /// Goes to the switch before or behind in the same field, where there is one.
    fn move_switch(&mut self, step: isize) -> bool {
        let Some(Content::Switches { options, at }) =
            self.fields.get_mut(self.focus).map(|field| &mut field.content)
        else {
            return false;
        };
        let next = at.checked_add_signed(step).filter(|next| *next < options.len());
        *at = next.unwrap_or(*at);
        next.is_some()
    }

    /// The cursor comes from above or below.
    fn enter_switches(&mut self, from_below: bool) {
        if let Some(Content::Switches { options, at }) =
            self.fields.get_mut(self.focus).map(|field| &mut field.content)
        {
            *at = if from_below { options.len().saturating_sub(1) } else { 0 };
        }
    }

    /// Which switches of a field are on.
    pub fn switched_on(&self, id: Id) -> impl Iterator<Item = bool> {
        let options = match self.get(id).map(|field| &field.content) {
            Some(Content::Switches { options, .. }) => options.as_slice(),
            _ => &[],
        };
        options.iter().map(|(_, is_on)| *is_on)
    }

    fn choose(&mut self, step: isize) -> Did {
        if let Some(Content::Switches { options, at }) =
            self.fields.get_mut(self.focus).map(|field| &mut field.content)
            && let Some((_, is_on)) = options.get_mut(*at)
        {
            *is_on = !*is_on;
            return Did::Changed;
        }
        self.focused().map_or(Did::Nothing, |id| self.turn(id, step))
    }

    /// Goes to another option of a choice, wherever the cursor is.
    pub fn turn(&mut self, id: Id, step: isize) -> Did {
        let field = self.fields.iter_mut().find(|field| field.id == id);
        let Some(Content::Choice { options, chosen }) = field.map(|field| &mut field.content) else {
            return Did::Nothing;
        };
        let count = options.len().max(1);
        *chosen = chosen.wrapping_add_signed(step).wrapping_add(count) % count;
        Did::Changed
    }

    /// Completes the path, or goes on where there is nothing to complete.
    fn complete(&mut self, asks: &mut Asks) {
        let typed = match self.fields.get(self.focus).map(|field| &field.content) {
            Some(Content::Path(path)) if !path.text().is_empty() => path.text().text().to_owned(),
            _ => return self.step(1),
        };
        self.completed.ask(asks, Work::CompletePath { typed });
    }

    /// What is typed in the field with the cursor has changed.
    pub fn on_text(&mut self) {
        self.has_asked = false;
        match self.fields.get_mut(self.focus).map(|field| &mut field.content) {
            Some(Content::NewPassword(text, strength, _)) => *strength = Strength::of(text.text()),
            Some(Content::Path(path)) => path.forget_choices(),
            _ => {}
        }
    }

    /// Whether a new password is weak and its weakness is yet to be asked about. It counts as asked from then on, until
    /// something is typed.
    pub fn asks_about_weak(&mut self, id: Id) -> bool {
        let is_weak = match self.get(id).map(|field| &field.content) {
            Some(Content::NewPassword(_, strength, _)) => strength.is_some_and(Strength::is_weak),
            _ => false,
        };
        is_weak && !std::mem::replace(&mut self.has_asked, true)
    }

    /// Whether it waits for an answer: that a path is completed.
    pub fn awaits(&self, ticket: Ticket) -> bool {
        self.completed.awaits(ticket)
    }

    /// Takes the answer that it waits for.
    pub fn answered(&mut self, answered: Answered) -> Did {
        self.completed.forget();
        let count = self.fields.len().max(1);
        let focused = self.fields.get_mut(self.focus).map(|field| &mut field.content);
        let (Ok(Answer::PathCompleted { typed, completion }), Some(Content::Path(path))) =
            (answered.result, focused)
        else {
            return Did::Nothing;
        };
        match path.complete(&typed, completion) {
            Completed::Longer => Did::Changed,
            Completed::Nothing if count > 1 => {
                self.step(1);
                Did::Moved
            }
            Completed::Nothing | Completed::Listed | Completed::Late => Did::Moved,
        }
    }
}
