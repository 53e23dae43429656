//! What keys, pastes and answers do to the form.

use ratatui::layout::Position;

use super::view::{self, field_at};
use super::{Field, FieldKind, FileRead, Forecast, Obstacle, Purpose, PutForm, Source, missing};
use crate::domain::{SecretName, StageLabel};
use crate::memory::SecretBytes;
use crate::query::Catalogue;
use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::ask::{Answer, Answered, Failure, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::editing;
use crate::tui::kit::EditBuffer;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::edit_buffer::Edit;
use crate::tui::kit::path_field::Completed;
use crate::tui::layer::{Flow, Gift, Layer, News};
use crate::tui::layers::generator::Generator;
use crate::tui::layers::plan::CHANGED_MEANWHILE;
use crate::tui::paste::{NO_FIELD, PasteRefused};
use crate::tui::place::Reopen;
use crate::vault::{SecretDetails, VaultError};
use crate::versioning::{self, Refusal, VersionKey, VersionRef};

impl PutForm {
    /// The same form, planned for the first time.
    #[must_use]
    pub fn planned(mut self, app: &mut App) -> Self {
        self.plan(app);
        self
    }

    fn move_focus(&mut self, step: isize) {
        if self.focus == Field::Stages {
            self.take_label();
        }
        let fields = self.fields();
        let count = fields.len().cast_signed();
        let at = fields.iter().position(|field| *field == self.focus).unwrap_or(0).cast_signed();
        let next = (at + step).rem_euclid(count);
        self.focus = fields.get(next.unsigned_abs()).copied().unwrap_or(self.focus);
    }

    /// What is no label stays in the field; the forecast says why.
    fn take_label(&mut self) {
        if self.stages.take().is_ok_and(|was_typed| was_typed) {
            self.is_dirty = true;
        }
    }

    /// The labels that Tab can complete: those of the secret, then the built-in ones.
    pub(super) fn known_labels(&self) -> Vec<StageLabel> {
        let mut known: Vec<StageLabel> = match &self.purpose {
            Purpose::Put { secret } => secret.labels.iter().map(|(label, _)| label.clone()).collect(),
            Purpose::New => Vec::new(),
        };
        for label in [StageLabel::current(), StageLabel::previous()] {
            if !known.contains(&label) && matches!(self.purpose, Purpose::Put { .. }) {
                known.push(label);
            }
        }
        known
    }

    /// The rest of the label that Tab would take.
    pub(super) fn completion(&self) -> Option<String> {
        let known = self.known_labels();
        self.stages.completion(known.iter().map(StageLabel::as_str)).map(str::to_owned)
    }

    fn complete(&mut self, app: &mut App) {
        if self.focus == Field::File {
            let typed = self.file.path.text().text().to_owned();
            if typed.is_empty() {
                self.move_focus(1);
            } else {
                self.file.completed.ask(&mut app.asks, Work::CompletePath { typed });
            }
            return;
        }
        match self.completion() {
            Some(label) => self.stages.input_mut().set(&label),
            None => self.move_focus(1),
        }
        self.plan(app);
    }

    /// The text of a field changed.
    fn on_text(&mut self, app: &mut App) {
        self.is_dirty = true;
        self.remark = None;
        match self.focus {
            Field::VersionId => self.is_suggested = false,
            Field::Value => self.strength = None,
            Field::File => self.file.forget(),
            _ => {}
        }
        self.plan(app);
    }

    /// Finds out what would come of the fields as they are.
    pub(super) fn plan(&mut self, app: &mut App) {
        self.planned.forget();
        if self.source == Source::File {
            let path = self.file.path.text().text().to_owned();
            if matches!(self.file.read, FileRead::Nothing) && !path.is_empty() && !self.file.asked.is_asked()
            {
                self.file.asked.ask(&mut app.asks, Work::ReadFile { path });
            }
            if self.file.asked.is_asked() {
                return;
            }
        }
        match &self.purpose {
            Purpose::Put { secret } => match self.put_request(&secret.name) {
                Ok(request) => {
                    self.planned.ask(&mut app.asks, Work::PlanPut { request: Box::new(request) });
                }
                Err(obstacle) => self.forecast = Forecast::of_obstacle(obstacle),
            },
            Purpose::New => {
                if let Some(browse) = app.browse() {
                    self.forecast = self.creation(&browse.catalogue);
                }
            }
        }
    }

    /// What the rule says of a new secret: the rule that the vault itself will ask.
    fn creation(&self, catalogue: &Catalogue) -> Forecast {
        if !self.is_dirty {
            return Forecast::Missing(Field::Name);
        }
        // A taken name is told while it is typed, whatever else is missing.
        if let Ok(name) = SecretName::new(self.name.text())
            && let Some(refusal) = name_refusal(&name, catalogue)
        {
            return Forecast::of_creation(Err(refusal), false);
        }
        let request = match self.create_request() {
            Ok(request) => request,
            Err(obstacle) => return Forecast::of_obstacle(obstacle),
        };
        let first = VersionRef { key: VersionKey(0), id: request.version_id.clone() };
        let result = versioning::create(
            &request.name,
            &request.description,
            &request.tags,
            &first,
            &request.extra_stages,
            None,
        );
        Forecast::of_creation(result, request.value.exceeds_kms_limit())
    }

    /// Stores what the form makes, unless it would be refused: then the cursor goes to the cause.
    fn submit(&mut self, app: &mut App) {
        if self.focus == Field::Stages {
            self.take_label();
        }
        let work = match &self.purpose {
            Purpose::Put { secret } => self.put_request(&secret.name).map(|mut request| {
                request.expected = self.token;
                Work::Put(Box::new(request))
            }),
            Purpose::New => self.create_request().map(|request| Work::CreateSecret(Box::new(request))),
        };
        let stops = match &self.forecast {
            Forecast::Refused { field, .. } if !self.is_pending() => Some(*field),
            _ => None,
        };
        match (work, stops) {
            (Err(obstacle), _) => {
                self.focus = obstacle.field();
                if let Obstacle::Missing(field) = obstacle {
                    self.remark = Some((field, missing(field).to_owned()));
                }
            }
            (Ok(_), Some(field)) => self.focus = field.unwrap_or(self.focus),
            (Ok(work), None) => {
                self.remark = None;
                app.begin_busy(&mut self.stored, work);
            }
        }
    }

    /// It was not stored: the form stays as typed, and the new plan comes before Ctrl-s works again.
    fn refused(&mut self, failure: Failure, app: &mut App) {
        if let Failure::Vault(VaultError::Refused(Refusal::Changed { .. })) = &failure {
            self.remark = Some((self.focus, CHANGED_MEANWHILE.to_owned()));
            if let Some((browse, asks)) = app.browsing() {
                browse.describe_again(asks);
            }
            self.plan(app);
        } else {
            self.planned.forget();
            self.forecast = Forecast::of_failure(failure);
        }
    }

    /// The secret as it is now came: a suggested id follows it, a new plan is made.
    fn secret_changed(&mut self, details: &SecretDetails, app: &mut App) {
        let Purpose::Put { secret } = &mut self.purpose else {
            return;
        };
        if secret.name != details.secret.name || **secret == details.secret {
            return;
        }
        **secret = details.secret.clone();
        if self.is_suggested {
            self.take_free_id();
        }
        if self.remark.is_none() {
            self.remark = Some((self.focus, CHANGED_MEANWHILE.to_owned()));
        }
        self.plan(app);
    }

    /// Takes what the editor saved, if something waits.
    pub fn take_edited(&mut self, app: &mut App) {
        if let Some((_, text)) = app.edited.take() {
            self.take_text(&text);
            self.plan(app);
        }
    }

    /// Opens the editor on the value.
    fn edit_value(&self, app: &mut App) {
        let text: Result<SecretBytes, &str> = match (self.source, &self.file.read) {
            (Source::Text | Source::Binary, _) => Ok(self.value.duplicate()),
            (Source::File, FileRead::Known(content)) if content.why_binary.is_none() => {
                Ok(content.value.duplicate().into_bytes())
            }
            (Source::File, FileRead::Known(_)) => Err("this file is binary and not for an editor"),
            (Source::File, _) => Err("name a file first: there is nothing to edit yet"),
        };
        match text {
            Ok(text) => editing::open(app, self.secret().map(|secret| secret.name.clone()), text),
            Err(sentence) => app.say(Tone::Note, sentence),
        }
    }

    fn on_file(&mut self, answered: Answered, app: &mut App) {
        self.file.asked.forget();
        self.file.read = match answered.result {
            Ok(Answer::FileRead(content)) => FileRead::Known(*content),
            Ok(_) => FileRead::Nothing,
            Err(failure) => FileRead::Failed(failure.sentence()),
        };
        self.plan(app);
    }

    fn on_completed(&mut self, answered: Answered, app: &mut App) {
        self.file.completed.forget();
        let Ok(Answer::PathCompleted { typed, completion }) = answered.result else {
            return;
        };
        if self.focus != Field::File || self.is_storing() {
            return;
        }
        match self.file.path.complete(&typed, completion) {
            Completed::Longer => {
                self.is_dirty = true;
                self.file.read = FileRead::Nothing;
                self.file.asked.forget();
                self.plan(app);
            }
            Completed::Nothing => self.move_focus(1),
            Completed::Listed | Completed::Late => {}
        }
    }
}

fn name_refusal(name: &SecretName, catalogue: &Catalogue) -> Option<Refusal> {
    let taken = catalogue.summary(catalogue.position(name.as_str())?);
    Some(match taken.planned_deletion {
        Some(planned) => Refusal::NameInWindow { name: name.clone(), planned },
        None => Refusal::NameTaken { name: name.clone() },
    })
}

impl Layer for PutForm {
    fn name(&self) -> &'static str {
        "put"
    }

    fn contexts(&self) -> Contexts {
        use Context::{Form, FormChoice, FormLabels, FormLine, FormLines, FormPath, FormValue, PutForm};
        match self.focused_kind() {
            FieldKind::Line => Contexts::typing(&[FormLine, PutForm, Form]),
            FieldKind::Choice => Contexts::choosing(&[FormChoice, FormLine, PutForm, Form]),
            FieldKind::Value => Contexts::typing(&[FormValue, PutForm, Form]),
            FieldKind::Labels => Contexts::typing(&[FormLabels, FormLine, PutForm, Form]),
            FieldKind::Path => Contexts::typing(&[FormPath, FormLine, PutForm, Form]),
            FieldKind::Lines => Contexts::typing(&[FormLines, PutForm, Form]),
        }
    }

    fn field(&mut self) -> Option<&mut EditBuffer> {
        if self.is_storing() { None } else { self.focused_text() }
    }

    fn changed(&mut self, app: &mut App) {
        self.on_text(app);
    }

    /// Backspace in front of no label being typed takes the last one away.
    fn edit(&mut self, edit: Edit, app: &mut App) {
        if self.is_storing() {
            return;
        }
        // The first version of a secret is current, whatever else marks it.
        let fixed = usize::from(matches!(self.purpose, Purpose::New));
        if edit == Edit::Backspace && self.focus == Field::Stages && self.stages.input().is_empty() {
            if self.stages.taken().len() > fixed {
                self.stages.drop_last();
                self.on_text(app);
            }
            return;
        }
        if let Some(text) = self.focused_text() {
            let before = text.len();
            text.edit(edit);
            if text.len() != before {
                self.on_text(app);
            }
        }
    }

    fn paste(&mut self, text: &str, app: &mut App) {
        let focus = self.focus;
        let Some(field) = self.focused_text() else {
            return app.say(Tone::Note, NO_FIELD);
        };
        if !field.insert(text) {
            self.remark = Some((focus, PasteRefused::ManyLines.sentence().to_owned()));
            return;
        }
        self.on_text(app);
        if focus == Field::Value && text.ends_with('\n') {
            let remark = "the paste ended with a newline, which is part of the value now";
            self.remark = Some((Field::Value, remark.to_owned()));
        }
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        if self.is_storing() {
            return Flow::Stay;
        }
        match action {
            Action::NextField => self.move_focus(1),
            Action::PreviousField => self.move_focus(-1),
            Action::ToggleShown => self.shown = self.shown.other(),
            Action::PreviousChoice | Action::NextChoice => {
                let last = Source::ALL.len() - 1;
                self.source = self.source.step(if action == Action::NextChoice { 1 } else { last });
                self.is_dirty = true;
                self.plan(app);
            }
            Action::NewLine if self.focused_text().is_some_and(|text| text.insert("\n")) => {
                self.on_text(app);
            }
            Action::Complete => self.complete(app),
            Action::TakeLabel => {
                if self.stages.input().is_empty() {
                    self.move_focus(1);
                } else {
                    self.take_label();
                }
                self.plan(app);
            }
            Action::TakeFreeId => {
                self.take_free_id();
                self.plan(app);
            }
            Action::OpenEditor => self.edit_value(app),
            Action::Generate => {
                return Flow::Open(Box::new(Generator::new(!self.value.is_empty(), app)));
            }
            Action::Submit => self.submit(app),
            Action::Escape | Action::Back => return Flow::Close,
            _ => {}
        }
        Flow::Stay
    }

    /// Puts the cursor into the field under the pointer.
    fn click(&mut self, at: Position, app: &mut App) {
        let Some(field) = field_at(self, app.size, &app.keymap, at).filter(|_| !self.is_storing()) else {
            return;
        };
        let leaves_labels = self.focus == Field::Stages && field != Field::Stages;
        if leaves_labels {
            self.take_label();
        }
        self.focus = field;
        if leaves_labels {
            self.plan(app);
        }
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        [&self.planned, &self.stored, &self.file.asked, &self.file.completed]
            .iter()
            .any(|question| question.awaits(ticket))
    }

    fn answered(&mut self, answered: Answered, app: &mut App) -> Flow {
        if self.file.asked.awaits(answered.ticket) {
            self.on_file(answered, app);
        } else if self.file.completed.awaits(answered.ticket) {
            self.on_completed(answered, app);
        } else if self.planned.awaits(answered.ticket) {
            self.planned.forget();
            match answered.result {
                Ok(Answer::PlannedPut(planned)) => {
                    let (forecast, token) = Forecast::of_plan(*planned);
                    self.forecast = forecast;
                    self.token = Some(token);
                }
                Ok(_) => {}
                Err(failure) => self.forecast = Forecast::of_failure(failure),
            }
        } else {
            self.stored.forget();
            match answered.result {
                Ok(_) => return Flow::Done,
                Err(failure) => self.refused(failure, app),
            }
        }
        Flow::Stay
    }

    fn hear(&mut self, news: &News<'_>, app: &mut App) -> Flow {
        match news {
            News::Given(Gift::Value(value, bits)) => {
                self.value.set(value.text());
                self.source = Source::Text;
                self.focus = Field::Value;
                self.on_text(app);
                self.strength = Some(*bits);
            }
            News::Secret(_, Some(details)) => self.secret_changed(details, app),
            News::Edited if !self.is_storing() => self.take_edited(app),
            _ => {}
        }
        Flow::Stay
    }

    fn is_dirty(&self) -> bool {
        self.is_dirty
    }

    fn reopen(&self) -> Option<Reopen> {
        self.is_dirty.then(|| self.keep())
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        view::draw(self, canvas)
    }
}
