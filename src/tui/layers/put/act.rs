//! What keys, pastes and answers do to the form.

use ratatui::layout::Position;

use super::view;
use super::{Field, FileRead, Forecast, Obstacle, Purpose, PutForm, Source, missing};
use crate::domain::{SecretName, ValueType};
use crate::memory::SecretBytes;
use crate::query::Catalogue;
use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::ask::{Answer, Answered, Edited, Failure, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::editing;
use crate::tui::kit::canvas::{Canvas, Hit};
use crate::tui::kit::edit_buffer::Edit;
use crate::tui::kit::form::{Did, Form};
use crate::tui::kit::label_field::LabelField;
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

    /// What is not a label stays in the field; the forecast says why.
    fn take_label(&mut self) {
        let labels = self.form.labels_mut(Field::Stages.id());
        if labels.is_some_and(|labels| labels.take().is_ok_and(|was_typed| was_typed)) {
            self.is_dirty = true;
        }
    }

    /// Tab in the field of labels: takes the completion shown, else goes on.
    fn complete_label(&mut self, app: &mut App) {
        let labels = self.form.labels_mut(Field::Stages.id());
        let completed = labels.as_ref().and_then(|labels| labels.completed()).map(str::to_owned);
        match (labels, completed) {
            (Some(labels), Some(label)) => labels.input_mut().set(&label),
            _ => {
                self.take_label();
                self.form.act(Action::NextField, &mut app.asks);
            }
        }
        self.plan(app);
    }

    /// The text of a field changed.
    fn on_text(&mut self, app: &mut App) {
        self.is_dirty = true;
        self.remark = None;
        match self.focus() {
            Field::VersionId => self.is_suggested = false,
            Field::Value => self.strength = None,
            Field::File => self.forget_file(),
            Field::Type => self.fit_fields(),
            _ => {}
        }
        self.plan(app);
    }

    /// Finds out what would come of the fields as they are.
    pub(super) fn plan(&mut self, app: &mut App) {
        self.planned.forget();
        if self.source() == Source::File {
            let path = self.text(Field::File).to_owned();
            if matches!(self.file, FileRead::Nothing) && !path.is_empty() && !self.file_asked.is_asked() {
                self.file_asked.ask(&mut app.asks, Work::ReadFile { path });
            }
            if self.file_asked.is_asked() {
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
        if let Ok(name) = SecretName::new(self.text(Field::Name))
            && self.gone.as_ref() != Some(&name)
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

    /// Stores what the form makes; where its plan is a refusal, the cursor goes to the cause.
    fn submit(&mut self, app: &mut App) {
        if self.focus() == Field::Stages {
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
                self.form.go_to(obstacle.field().id());
                if let Obstacle::Missing(field) = obstacle {
                    self.remark = Some((field, missing(field).to_owned()));
                }
            }
            (Ok(_), Some(field)) => self.form.go_to(field.unwrap_or(self.focus()).id()),
            (Ok(work), None) => {
                self.remark = None;
                app.begin_busy(&mut self.stored, work);
            }
        }
    }

    /// It was not stored: the form stays as typed, and the new plan comes before Ctrl-s works again.
    fn refused(&mut self, failure: Failure, app: &mut App) {
        if let Failure::Vault(VaultError::Refused(Refusal::Changed { .. })) = &failure {
            self.remark = Some((self.focus(), CHANGED_MEANWHILE.to_owned()));
            if let Some((browse, asks)) = app.browsing() {
                browse.describe_again(asks);
            }
            self.plan(app);
        } else if is_gone(&failure) {
            self.planned.forget();
            self.become_new(app);
        } else {
            self.planned.forget();
            self.forecast = Forecast::of_failure(failure);
        }
    }

    /// No secret has the name any more: what was typed is kept for a new one.
    fn become_new(&mut self, app: &mut App) {
        let Purpose::Put { secret } = &self.purpose else { return };
        let name = secret.name.clone();
        self.purpose = Purpose::New;
        self.token = None;
        if let Some(labels) = self.form.labels_mut(Field::Stages.id()) {
            *labels = LabelField::current().fixed();
        }
        self.fit_fields();
        if self.is_suggested {
            self.take_free_id();
        }
        self.set(Field::Name, name.as_str());
        self.form.go_to(Field::Name.id());
        let sentence = format!(
            "'{name}' was renamed or deleted in another program; what you typed can become a new secret"
        );
        self.remark = Some((Field::Name, sentence));
        self.gone = Some(name);
        self.is_dirty = true;
        self.plan(app);
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
        self.fit_fields();
        if self.is_suggested {
            self.take_free_id();
        }
        if self.remark.is_none() {
            self.remark = Some((self.focus(), CHANGED_MEANWHILE.to_owned()));
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
        let text: Result<SecretBytes, &str> = match (self.source(), &self.file) {
            (Source::Text | Source::Binary, _) => Ok(self.form.duplicate(Field::Value.id())),
            (Source::File, FileRead::Known(content)) if content.why_binary.is_none() => {
                Ok(content.value.duplicate().into_bytes())
            }
            (Source::File, FileRead::Known(_)) => Err("this file is binary and not for an editor"),
            (Source::File, _) => Err("enter a file path first: there is nothing to edit yet"),
        };
        match text {
            Ok(text) => {
                let secret = self.secret().map(|secret| secret.name.clone());
                editing::open(app, Edited { secret, version: None }, text);
            }
            Err(sentence) => app.say(Tone::Note, sentence),
        }
    }

    /// Asks for the current value, to edit it here.
    fn ask_for_current(&mut self, app: &mut App) {
        if let Some((name, version_id)) =
            self.secret().zip(self.current()).map(|(secret, current)| (secret.name.clone(), current.clone()))
        {
            self.current_asked.ask(&mut app.asks, Work::TakeValue { name, version_id });
        }
    }

    /// The current value takes the place of what is typed; undo brings that back.
    fn on_current(&mut self, answered: Answered, app: &mut App) {
        self.current_asked.forget();
        match answered.result {
            _ if self.is_storing() => {}
            Ok(Answer::ValueTaken { version_id, value }) if value.value_type() == ValueType::Binary => {
                app.say(Tone::Note, format!("{version_id} is binary and cannot be edited as text"));
            }
            Ok(Answer::ValueTaken { value, .. }) => {
                self.take_text(&value.into_bytes());
                self.plan(app);
            }
            Ok(_) => {}
            Err(failure) => app.say(Tone::Failed, failure.line()),
        }
    }

    fn on_file(&mut self, answered: Answered, app: &mut App) {
        self.file_asked.forget();
        self.file = match answered.result {
            Ok(Answer::FileRead(content)) => FileRead::Known(*content),
            Ok(_) => FileRead::Nothing,
            Err(failure) => FileRead::Failed(failure.sentence()),
        };
        self.plan(app);
    }
}

/// Whether the secret is not there any more.
const fn is_gone(failure: &Failure) -> bool {
    matches!(failure, Failure::Vault(VaultError::Refused(Refusal::NoSuchSecret { .. })))
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
        if self.focus() == Field::Value {
            Contexts::typing(&[Context::FormValue, Context::FormMasked, Context::PutForm, Context::Form])
        } else {
            self.form.contexts(&[Context::PutForm, Context::Form])
        }
    }

    fn form(&self) -> Option<&Form> {
        (!self.is_storing()).then_some(&self.form)
    }

    fn form_mut(&mut self) -> Option<&mut Form> {
        (!self.is_storing()).then_some(&mut self.form)
    }

    fn changed(&mut self, app: &mut App) {
        self.on_text(app);
    }

    /// Backspace in front of no label being typed takes the last one away.
    fn edit(&mut self, edit: Edit, app: &mut App) {
        if self.is_storing() {
            return;
        }
        let is_before_label = edit == Edit::Backspace && self.focus() == Field::Stages;
        if let Some(labels) = self.form.labels_mut(Field::Stages.id())
            && is_before_label
            && labels.input().is_empty()
        {
            if labels.drop_last() {
                self.on_text(app);
            }
            return;
        }
        if self.form.field().is_some_and(|field| field.edit(edit)) {
            self.after_typing(app);
        }
    }

    fn paste(&mut self, text: &str, app: &mut App) {
        let focus = self.focus();
        let Some(field) = self.form.field() else {
            return app.say(Tone::Note, NO_FIELD);
        };
        if !field.insert(text) {
            self.remark = Some((focus, PasteRefused::ManyLines.sentence().to_owned()));
            return;
        }
        self.after_typing(app);
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
            Action::Complete if self.focus() == Field::Stages => self.complete_label(app),
            Action::TakeLabel => {
                let is_empty = self.text(Field::Stages).is_empty();
                self.take_label();
                if is_empty {
                    self.form.act(Action::NextField, &mut app.asks);
                }
                self.plan(app);
            }
            Action::TakeFreeId => {
                self.take_free_id();
                self.plan(app);
            }
            Action::OpenEditor => self.edit_value(app),
            Action::TakeCurrentValue => self.ask_for_current(app),
            Action::PageUp if self.focus() == Field::Value => {
                self.edit(Edit::LinesUp(view::value_rows(self, app)), app);
            }
            Action::PageDown if self.focus() == Field::Value => {
                self.edit(Edit::LinesDown(view::value_rows(self, app)), app);
            }
            Action::Generate => {
                return Flow::Open(Box::new(Generator::new(!self.value().is_empty(), app)));
            }
            Action::Submit => self.submit(app),
            Action::Escape | Action::Back => return Flow::Close,
            _ => {
                let moves = matches!(action, Action::NextField | Action::PreviousField);
                if moves && self.focus() == Field::Stages {
                    self.take_label();
                }
                if self.form.act(action, &mut app.asks) == Did::Changed {
                    self.on_text(app);
                }
            }
        }
        Flow::Stay
    }

    /// What was being typed as a label is taken by a click elsewhere.
    fn hit(&mut self, hit: Hit, app: &mut App) {
        if self.is_storing() {
            return;
        }
        let was_label = self.focus() == Field::Stages;
        let did = self.form.hit(hit);
        if was_label && self.focus() != Field::Stages {
            self.take_label();
            self.plan(app);
        }
        if did == Did::Changed {
            self.on_text(app);
        }
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        let own = [&self.planned, &self.stored, &self.file_asked, &self.current_asked];
        own.iter().any(|question| question.awaits(ticket)) || self.form.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, app: &mut App) -> Flow {
        if self.file_asked.awaits(answered.ticket) {
            self.on_file(answered, app);
        } else if self.current_asked.awaits(answered.ticket) {
            self.on_current(answered, app);
        } else if self.form.awaits(answered.ticket) {
            if self.form.answered(answered) == Did::Changed {
                self.is_dirty = true;
                self.forget_file();
                self.plan(app);
            }
        } else if self.planned.awaits(answered.ticket) {
            self.planned.forget();
            match answered.result {
                Ok(Answer::PlannedPut(planned)) => {
                    let (forecast, token) = Forecast::of_plan(*planned);
                    self.forecast = forecast;
                    self.token = Some(token);
                }
                Ok(_) => {}
                Err(failure) if is_gone(&failure) => self.become_new(app),
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
                self.set(Field::Value, value.text());
                self.set_source(Source::Text);
                self.form.go_to(Field::Value.id());
                self.on_text(app);
                self.strength = Some(*bits);
            }
            News::Secret(_, Some(details)) => self.secret_changed(details, app),
            News::Edited if !self.is_storing() => self.take_edited(app),
            _ => {}
        }
        Flow::Stay
    }

    fn obstacle(&self, action: Action, _app: &App) -> Option<&'static str> {
        let has_none = action == Action::TakeCurrentValue && self.current().is_none();
        has_none.then_some("this secret has no current value")
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
