//! The forms for a secret's name and its metadata: description, tags, retention and rotation.

mod view;

use ratatui::layout::Position;

use super::plan::CHANGED_MEANWHILE;
use crate::domain::{Description, Retention, RotationInterval, SecretName};
use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::ask::{Answered, Failure, Outlook, Question, Ticket, Unfit, Work};
use crate::tui::change_request::ChangeRequest;
use crate::tui::context::{Context, Contexts};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::form::{Did, Field, Form, Id};
use crate::tui::layer::{Flow, Gift, Layer};
use crate::tui::place::Reopen;
use crate::tui::tag_lines;
use crate::vault::{DuplicateRequest, Planned, RenameRequest, UpdateRequest, VaultError};
use crate::versioning::{MetadataUpdate, Refusal, SecretState};

/// What can be typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// The name: alone in its form.
    Name,
    /// The name of a duplicate: alone in its form too.
    Copy,
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
    const WORDS: [(Self, &'static str); 6] = [
        (Self::Name, "name"),
        (Self::Copy, "copy"),
        (Self::Description, "description"),
        (Self::Tags, "tags"),
        (Self::Keep, "keep"),
        (Self::Rotate, "rotate"),
    ];

    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(fact, _)| *fact == self).map_or("", |(_, word)| word)
    }

    fn id(self) -> Id {
        Id(self.word())
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Name => "New name",
            Self::Copy => "Its name",
            Self::Description => "Description",
            Self::Tags => "Tags",
            Self::Keep => "Keep",
            Self::Rotate => "Rotate every",
        }
    }

    /// What stands behind a number.
    const fn unit(self) -> &'static str {
        match self {
            Self::Keep => "versions; empty keeps all",
            Self::Rotate => "days; empty: no reminder",
            Self::Name | Self::Copy | Self::Description | Self::Tags => "",
        }
    }

    fn named(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, known)| *known == word).map(|(fact, _)| *fact)
    }
}

const UNCHANGED: &str = "nothing is changed yet";

pub struct Facts {
    secret: SecretState,
    form: Form,
    outlook: Outlook<Box<Planned>>,
    made: Question,
    remark: Option<&'static str>,
}

impl Facts {
    /// The form for a new name.
    pub fn rename(secret: SecretState) -> Self {
        Self::with(secret, &[Fact::Name])
    }

    /// The form for the name of a duplicate. A name is there to begin with, so that it can be made at once.
    pub fn duplicate(secret: SecretState) -> Self {
        Self::with(secret, &[Fact::Copy])
    }

    /// The form for description, tags, retention and rotation.
    pub fn metadata(secret: SecretState) -> Self {
        // Tags that lines cannot hold as they are would be changed by the form: it leaves them alone.
        let can_hold_tags =
            tag_lines::read(&text_of(Fact::Tags, &secret)).is_ok_and(|tags| tags == secret.facts.tags);
        if can_hold_tags {
            Self::with(secret, &[Fact::Description, Fact::Tags, Fact::Keep, Fact::Rotate])
        } else {
            Self::with(secret, &[Fact::Description, Fact::Keep, Fact::Rotate])
        }
    }

    fn with(secret: SecretState, facts: &[Fact]) -> Self {
        let fields = facts.iter().map(|fact| {
            let text = text_of(*fact, &secret);
            let rows = if *fact == Fact::Tags { 4 } else { 1 };
            let field = if rows > 1 || text.contains('\n') {
                Field::lines(fact.id(), fact.label(), &text, rows)
            } else {
                Field::text(fact.id(), fact.label(), &text)
            };
            field.unit(fact.unit())
        });
        let form = Form::new(fields.collect());
        Self { secret, form, outlook: Outlook::missing(UNCHANGED), made: Question::default(), remark: None }
    }

    /// Whether this is the form for a new name.
    pub fn is_rename(&self) -> bool {
        self.form.has(Fact::Name.id())
    }

    /// Whether this is the form for a duplicate.
    pub fn is_duplicate(&self) -> bool {
        self.form.has(Fact::Copy.id())
    }

    /// Whether the tags are among the fields, where they can be.
    pub fn lacks_tags(&self) -> bool {
        !self.is_rename() && !self.is_duplicate() && !self.form.has(Fact::Tags.id())
    }

    /// The change: only of what differs, so that what others changed meanwhile stays.
    fn request(&self) -> Result<ChangeRequest, Unfit> {
        if !self.is_duplicate() && !self.form.is_dirty() {
            return Err(Unfit::Missing(UNCHANGED));
        }
        self.change().map_err(Unfit::Invalid)
    }

    fn change(&self) -> Result<ChangeRequest, String> {
        if self.is_duplicate() {
            let name = SecretName::new(self.form.text(Fact::Copy.id())).map_err(|bad| bad.to_string())?;
            let source = self.secret.name.clone();
            return Ok(ChangeRequest::Duplicate(DuplicateRequest { source, name, expected: None }));
        }
        let mut update = MetadataUpdate::default();
        for (fact, _) in Fact::WORDS.into_iter().filter(|(fact, _)| self.form.differs(fact.id())) {
            let text = self.form.text(fact.id());
            match fact {
                Fact::Name => {
                    let new = SecretName::new(text).map_err(|invalid| invalid.to_string())?;
                    let request = RenameRequest { old: self.secret.name.clone(), new, expected: None };
                    return Ok(ChangeRequest::Rename(request));
                }
                Fact::Copy => {}
                Fact::Description => {
                    update.description = Some(Description::new(text).map_err(|invalid| invalid.to_string())?);
                }
                Fact::Tags => {
                    let tags = tag_lines::read(text)?;
                    let gone = self.secret.facts.tags.iter().filter(|(key, _)| tags.get(key).is_none());
                    update.untag = gone.map(|(key, _)| key.clone()).collect();
                    let set =
                        tags.iter().filter(|(key, value)| self.secret.facts.tags.get(key) != Some(*value));
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
        Ok(ChangeRequest::Update(UpdateRequest { name, update, expected: None }))
    }

    /// What a lock keeps of it.
    pub const REOPEN: &str = "facts";

    /// As it was before a lock, over the secret as it is now: only what was typed differs.
    pub fn reopen(form: &Reopen, secret: &SecretState, app: &mut App) -> Option<Self> {
        let focus = Fact::named(form.get("focus")?)?;
        let mut facts = match focus {
            Fact::Name => Self::rename(secret.clone()),
            Fact::Copy => Self::duplicate(secret.clone()),
            _ => Self::metadata(secret.clone()),
        };
        facts.form.take_back(form, |_| {});
        facts.ask(app);
        Some(facts)
    }

    /// The same form, with what would come of it as it is.
    #[must_use]
    pub fn planned(mut self, app: &mut App) -> Self {
        self.ask(app);
        self
    }

    /// What is typed changed: what would come of it?
    fn ask(&mut self, app: &mut App) {
        let wanted = self.request().map(|request| Work::PlanChange { request });
        self.outlook.look(wanted, &mut app.asks);
    }

    /// Does what the plan below the fields shows; without a plan, nothing.
    fn submit(&mut self, app: &mut App) {
        if app.is_busy() {
            return;
        }
        match (self.request(), self.outlook.newest()) {
            (Ok(request), Some(planned)) => {
                let work = Work::Change(request.expecting(planned.token));
                app.begin_busy(&mut self.made, work);
            }
            (Err(Unfit::Missing(_)), _) => app.say(Tone::Note, "nothing to save: nothing was changed"),
            _ => {}
        }
    }
}

impl Layer for Facts {
    fn name(&self) -> &'static str {
        if self.is_rename() || self.is_duplicate() { "rename" } else { "facts" }
    }

    fn contexts(&self) -> Contexts {
        if self.is_duplicate() {
            Contexts::typing(&[Context::Duplicate])
        } else if self.is_rename() {
            Contexts::typing(&[Context::Rename])
        } else {
            self.form.contexts(&[Context::Form])
        }
    }

    fn form(&self) -> Option<&Form> {
        Some(&self.form)
    }

    fn form_mut(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    fn changed(&mut self, app: &mut App) {
        self.ask(app);
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        match action {
            Action::Submit => self.submit(app),
            Action::Escape => return Flow::Close,
            _ => {
                if self.form.act(action, &mut app.asks) == Did::Changed {
                    self.ask(app);
                }
            }
        }
        Flow::Stay
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.outlook.awaits(ticket) || self.made.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, app: &mut App) -> Flow {
        if !self.made.awaits(answered.ticket) {
            self.outlook.settle(answered.result);
            return Flow::Stay;
        }
        self.made.forget();
        match answered.result {
            Ok(_) => return Flow::Give(Gift::Changed),
            // Nothing changed: the new plan is shown first.
            Err(Failure::Vault(VaultError::Refused(Refusal::Changed { .. }))) => {
                self.remark = Some(CHANGED_MEANWHILE);
                self.ask(app);
                app.asks.work(Work::Refresh);
            }
            Err(failure) => self.outlook.fail(failure),
        }
        Flow::Stay
    }

    fn reopen(&self) -> Option<Reopen> {
        self.form.keep(Reopen::new(Self::REOPEN, Some(self.secret.name.clone())))
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        view::draw(self, canvas)
    }
}

/// What a field holds at first.
fn text_of(fact: Fact, secret: &SecretState) -> String {
    match fact {
        Fact::Name => secret.name.to_string(),
        Fact::Copy => format!("{}-copy", secret.name),
        Fact::Description => secret.facts.description.as_str().to_owned(),
        Fact::Tags => tag_lines::write(&secret.facts.tags),
        Fact::Keep => secret.facts.retention.map_or_else(String::new, |keep| keep.versions().to_string()),
        Fact::Rotate => secret.facts.rotation.map_or_else(String::new, |rotate| rotate.days().to_string()),
    }
}

/// Nothing means none.
fn read_number(text: &str, what: &str) -> Result<Option<u32>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    text.trim().parse().map(Some).map_err(|_| format!("{what} is a whole number, or nothing"))
}
