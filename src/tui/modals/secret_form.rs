//! The forms for what is known about a secret: its name, its description, tags, retention and rotation.

use ratatui::layout::Position;

use super::discard::{Afterwards, Discard};
use super::secret_form_view::field_at;
use crate::domain::{Description, Retention, RotationInterval, SecretName};
use crate::tui::action::Action;
use crate::tui::effect::{ChangeRequest, Effect, Work};
use crate::tui::place::{PlaceReader, PlaceWriter};
use crate::tui::state::{Modal, State, Tone, Waiting};
use crate::tui::tag_lines;
use crate::tui::widgets::{EditBuffer, Lines};
use crate::vault::{Planned, RenameRequest, UpdateRequest, VaultError};
use crate::versioning::{MetadataUpdate, SecretState};

/// What can be typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// The name: alone in its form.
    Name,
    /// What the secret is for.
    Description,
    /// Tags, one `key=value` on each line.
    Tags,
    /// How many versions are kept.
    Keep,
    /// How many days the current version may grow old.
    Rotate,
}

impl Fact {
    /// All of them, each with the word for it in a sealed place.
    const WORDS: [(Self, &'static str); 5] = [
        (Self::Name, "name"),
        (Self::Description, "description"),
        (Self::Tags, "tags"),
        (Self::Keep, "keep"),
        (Self::Rotate, "rotate"),
    ];

    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(fact, _)| *fact == self).map_or("", |(_, word)| word)
    }

    fn named(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, known)| *known == word).map(|(fact, _)| *fact)
    }
}

/// What comes of what is typed.
pub enum FactsPlan {
    /// Nothing differs.
    Same,
    /// Something cannot be; a sentence.
    Invalid(String),
    /// The worker was asked.
    Pending,
    /// The plan, or the refusal.
    Known(Result<Box<Planned>, VaultError>),
}

/// A form.
pub struct SecretForm {
    secret: SecretState,
    fields: Vec<(Fact, EditBuffer)>,
    focus: usize,
    plan: FactsPlan,
    revision: u64,
    remark: Option<&'static str>,
}

impl SecretForm {
    /// The form for a new name.
    pub fn rename(secret: SecretState) -> Self {
        Self::with(secret, &[Fact::Name])
    }

    /// The form for description, tags, retention and rotation.
    pub fn metadata(secret: SecretState) -> Self {
        // Tags that lines cannot hold as they are would be changed by the form: it leaves them alone.
        let can_hold_tags =
            tag_lines::read(&text_of(Fact::Tags, &secret)).is_ok_and(|tags| tags == secret.tags);
        if can_hold_tags {
            Self::with(secret, &[Fact::Description, Fact::Tags, Fact::Keep, Fact::Rotate])
        } else {
            Self::with(secret, &[Fact::Description, Fact::Keep, Fact::Rotate])
        }
    }

    fn with(secret: SecretState, facts: &[Fact]) -> Self {
        let fields = facts.iter().map(|fact| {
            let text = text_of(*fact, &secret);
            let is_long = *fact == Fact::Tags || text.contains('\n');
            let mut field = EditBuffer::new(if is_long { Lines::Many } else { Lines::Single });
            field.insert(&text);
            (*fact, field)
        });
        let fields = fields.collect();
        Self { secret, fields, focus: 0, plan: FactsPlan::Same, revision: 0, remark: None }
    }

    /// The secret as it was when the form was opened.
    pub const fn secret(&self) -> &SecretState {
        &self.secret
    }

    /// The fields, in order.
    pub fn fields(&self) -> &[(Fact, EditBuffer)] {
        &self.fields
    }

    /// Which field has the cursor.
    pub const fn focus(&self) -> usize {
        self.focus
    }

    /// What comes of what is typed.
    pub const fn plan(&self) -> &FactsPlan {
        &self.plan
    }

    /// Something to know besides.
    pub const fn remark(&self) -> Option<&'static str> {
        self.remark
    }

    /// Whether this is the form for a new name.
    pub fn is_rename(&self) -> bool {
        self.fields.iter().any(|(fact, _)| *fact == Fact::Name)
    }

    /// Whether the field with the cursor takes line breaks.
    pub fn is_in_lines(&self) -> bool {
        self.fields[self.focus].1.lines() == Lines::Many
    }

    /// Whether something was typed.
    pub fn is_dirty(&self) -> bool {
        self.fields.iter().any(|(fact, field)| self.differs(*fact, field))
    }

    /// The field with the cursor, for typing.
    pub fn focused_mut(&mut self) -> &mut EditBuffer {
        &mut self.fields[self.focus].1
    }

    fn differs(&self, fact: Fact, field: &EditBuffer) -> bool {
        field.text() != text_of(fact, &self.secret)
    }

    /// The change: only of what differs, so that what others changed meanwhile stays. `None`: nothing does.
    fn request(&self) -> Result<Option<ChangeRequest>, String> {
        if !self.is_dirty() {
            return Ok(None);
        }
        let mut update = MetadataUpdate::default();
        for (fact, field) in &self.fields {
            if !self.differs(*fact, field) {
                continue;
            }
            let text = field.text();
            match fact {
                Fact::Name => {
                    let new = SecretName::new(text).map_err(|invalid| invalid.to_string())?;
                    let request = RenameRequest { old: self.secret.name.clone(), new, expected: None };
                    return Ok(Some(ChangeRequest::Rename(request)));
                }
                Fact::Description => {
                    update.description = Some(Description::new(text).map_err(|invalid| invalid.to_string())?);
                }
                Fact::Tags => {
                    let tags = tag_lines::read(text)?;
                    let gone = self.secret.tags.iter().filter(|(key, _)| tags.get(key).is_none());
                    update.untag = gone.map(|(key, _)| key.clone()).collect();
                    let set = tags.iter().filter(|(key, value)| self.secret.tags.get(key) != Some(*value));
                    update.tags = set.map(|(key, value)| (key.clone(), value.clone())).collect();
                }
                Fact::Keep => {
                    let kept = read_number(text, "the number of versions to keep")?;
                    let kept = kept.map(Retention::new).transpose();
                    update.retention = Some(kept.map_err(|invalid| invalid.to_string())?);
                }
                Fact::Rotate => {
                    let days = read_number(text, "the number of days")?;
                    let days = days.map(RotationInterval::new).transpose();
                    update.rotation = Some(days.map_err(|invalid| invalid.to_string())?);
                }
            }
        }
        let name = self.secret.name.clone();
        Ok(Some(ChangeRequest::Update(UpdateRequest { name, update, expected: None })))
    }

    /// Puts the cursor into the field under the pointer.
    pub fn click(state: &mut State, at: Position) {
        let size = state.size;
        if let Some(form) = form(state)
            && let Some(field) = field_at(form, size, at)
        {
            form.focus = field;
        }
    }

    /// Acts on a key.
    pub fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
        let Some(form) = form(state) else {
            return;
        };
        let count = form.fields.len();
        match action {
            Action::NextField => form.focus = (form.focus + 1) % count,
            Action::PreviousField => form.focus = (form.focus + count - 1) % count,
            Action::NewLine if form.is_in_lines() => {
                form.focused_mut().insert("\n");
                plan_facts(state, effects);
            }
            Action::Submit => submit(state, effects),
            Action::Escape if form.is_dirty() => {
                state.modals.push(Modal::Discard(Discard::new(Afterwards::CloseForm)));
            }
            Action::Escape => {
                state.modals.pop();
            }
            _ => {}
        }
    }

    /// Writes what was typed: only what differs, so that what others change meanwhile stays.
    pub fn save(&self, writer: &mut PlaceWriter) {
        writer.field(self.secret.name.as_str().as_bytes());
        writer.field(self.fields.get(self.focus).map_or("", |(fact, _)| fact.word()).as_bytes());
        for (fact, field) in self.fields.iter().filter(|(fact, field)| self.differs(*fact, field)) {
            writer.field(fact.word().as_bytes());
            writer.field(field.text().as_bytes());
        }
    }

    /// The answer to its change was a refusal.
    pub(super) fn refuse(&mut self, error: VaultError) {
        self.plan = FactsPlan::Known(Err(error));
    }

    /// Another process changed the secret: the new plan is shown first.
    pub(super) const fn changed_meanwhile(&mut self) {
        self.remark = Some("another process changed this secret meanwhile: this is the new plan");
    }
}

/// What was typed in a form when the vault was locked.
pub struct FactsDraft {
    focus: Fact,
    typed: Vec<(Fact, EditBuffer)>,
}

impl FactsDraft {
    /// Reads what was written, with the secret.
    pub fn restore(reader: &mut PlaceReader<'_>) -> Option<(SecretName, Self)> {
        let secret = SecretName::new(reader.text()?).ok()?;
        let focus = Fact::named(reader.text()?)?;
        let mut typed = Vec::new();
        while let Some(word) = reader.text() {
            let mut field = EditBuffer::new(Lines::Many);
            field.insert(reader.text()?);
            typed.push((Fact::named(word)?, field));
        }
        Some((secret, Self { focus, typed }))
    }

    /// The form as it was, over the secret as it is now.
    pub fn form(self, secret: &SecretState) -> SecretForm {
        let is_rename = self.focus == Fact::Name;
        let mut form =
            if is_rename { SecretForm::rename(secret.clone()) } else { SecretForm::metadata(secret.clone()) };
        for (fact, field) in &mut form.fields {
            if let Some((_, typed)) = self.typed.iter().find(|(known, _)| known == fact) {
                field.set(typed.text());
            }
        }
        form.focus = form.fields.iter().position(|(fact, _)| *fact == self.focus).unwrap_or(0);
        form
    }
}

/// Opens a form.
pub fn open_form(state: &mut State, form: SecretForm) {
    state.modals.push(Modal::SecretForm(Box::new(form)));
}

fn form(state: &mut State) -> Option<&mut SecretForm> {
    state.modals.iter_mut().rev().find_map(|modal| match modal {
        Modal::SecretForm(form) => Some(&mut **form),
        _ => None,
    })
}

/// What is typed changed: what would come of it?
pub fn plan_facts(state: &mut State, effects: &mut Vec<Effect>) {
    let revision = state.next_revision();
    let Some(form) = form(state) else {
        return;
    };
    form.revision = revision;
    form.plan = match form.request() {
        Err(sentence) => FactsPlan::Invalid(sentence),
        Ok(None) => FactsPlan::Same,
        Ok(Some(request)) => {
            effects.push(Effect::Work(Work::PlanChange { revision, request }));
            FactsPlan::Pending
        }
    };
}

/// A plan came; one of an older question is dropped.
pub fn on_facts_plan(state: &mut State, revision: u64, result: Result<Box<Planned>, VaultError>) {
    if let Some(form) = form(state)
        && form.revision == revision
    {
        form.plan = FactsPlan::Known(result);
    }
}

/// Does what the plan below the fields shows; without a plan, nothing.
fn submit(state: &mut State, effects: &mut Vec<Effect>) {
    if state.is_busy() {
        return;
    }
    let now = state.now;
    let Some(form) = form(state) else {
        return;
    };
    match (&form.plan, form.request()) {
        (FactsPlan::Known(Ok(planned)), Ok(Some(request))) => {
            effects.push(Effect::Work(Work::Change(request.expecting(planned.token))));
            state.waiting = Some((Waiting::Change, now));
        }
        (FactsPlan::Same, _) => state.say(Tone::Note, "nothing was typed that changes anything"),
        _ => {}
    }
}

/// What a field holds at first.
fn text_of(fact: Fact, secret: &SecretState) -> String {
    match fact {
        Fact::Name => secret.name.to_string(),
        Fact::Description => secret.description.as_str().to_owned(),
        Fact::Tags => tag_lines::write(&secret.tags),
        Fact::Keep => secret.retention.map_or_else(String::new, |keep| keep.versions().to_string()),
        Fact::Rotate => secret.rotation.map_or_else(String::new, |rotate| rotate.days().to_string()),
    }
}

/// Nothing means none.
fn read_number(text: &str, what: &str) -> Result<Option<u32>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    text.trim().parse().map(Some).map_err(|_| format!("{what} is a whole number, or nothing"))
}
