//! What keys, pastes and answers do to the form.

use ratatui::layout::Position;

use super::view::field_at;
use super::{Field, FieldKind, FileContent, FileRead, Forecast, Obstacle, Outlook, Purpose, PutForm, Source};
use crate::domain::{SecretName, StageLabel};
use crate::memory::SecretBytes;
use crate::platform::user_files::Completion;
use crate::tui::action::Action;
use crate::tui::catalogue::Catalogue;
use crate::tui::editing;
use crate::tui::effect::{Effect, Work};
use crate::tui::keymap::Keymap;
use crate::tui::modals::{Afterwards, Discard, Generator};
use crate::tui::paste::PasteRefused;
use crate::tui::plan_text;
use crate::tui::state::{Modal, Screen, State, Tone, Waiting};
use crate::tui::widgets::EditBuffer;
use crate::tui::widgets::edit_buffer::Edit;
use crate::tui::widgets::path_field::Completed;
use crate::vault::{CreateOutcome, PlannedPut, PutOutcome, VaultError};
use crate::versioning::{self, Refusal, VersionKey, VersionRef};

/// The form that has the keys, if one has.
fn form(state: &mut State) -> Option<&mut PutForm> {
    state.modals.iter_mut().rev().find_map(|modal| match modal {
        Modal::PutForm(form) => Some(&mut **form),
        _ => None,
    })
}

/// Acts on a key.
pub fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    let Some(form) = form(state) else {
        return;
    };
    if form.is_stored {
        return;
    }
    match action {
        Action::NextField => form.move_focus(1),
        Action::PreviousField => form.move_focus(-1),
        Action::ToggleShown => form.shown = form.shown.other(),
        Action::PreviousChoice | Action::NextChoice => {
            let last = Source::ALL.len() - 1;
            form.source = form.source.step(if action == Action::NextChoice { 1 } else { last });
            form.is_dirty = true;
            plan_anew(state, effects);
        }
        Action::NewLine => type_character(state, '\n', effects),
        Action::Complete => complete(state, effects),
        Action::TakeLabel => {
            if form.stages.input().is_empty() {
                form.move_focus(1);
            } else {
                form.take_label();
            }
            plan_anew(state, effects);
        }
        Action::TakeFreeId => {
            form.take_free_id();
            plan_anew(state, effects);
        }
        Action::OpenEditor => editing::open_on_form(state, effects),
        Action::Generate => Generator::open(state, effects),
        Action::Submit => submit(state, effects),
        Action::Escape | Action::Back => close(state),
        _ => {}
    }
}

/// Puts the cursor into the field under the pointer.
pub fn click(state: &mut State, at: Position, keymap: &Keymap, effects: &mut Vec<Effect>) {
    let size = state.size;
    let Some(form) = form(state) else {
        return;
    };
    let Some(field) = field_at(form, size, keymap, at).filter(|_| !form.is_stored) else {
        return;
    };
    let leaves_labels = form.focus == Field::Stages && field != Field::Stages;
    if leaves_labels {
        form.take_label();
    }
    form.focus = field;
    if leaves_labels {
        plan_anew(state, effects);
    }
}

impl PutForm {
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
}

fn complete(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(form) = form(state) else {
        return;
    };
    if form.focus == Field::File {
        let typed = form.file.path.text().text().to_owned();
        if typed.is_empty() {
            form.move_focus(1);
        } else {
            effects.push(Effect::Work(Work::CompletePath { typed }));
        }
        return;
    }
    match form.completion() {
        Some(label) => form.stages.input_mut().set(&label),
        None => form.move_focus(1),
    }
    plan_anew(state, effects);
}

/// A completion came, for the path in the form or in the one that writes a file.
pub fn on_completed(state: &mut State, typed: &str, completion: Completion, effects: &mut Vec<Effect>) {
    match state.modals.last_mut() {
        Some(Modal::PutForm(form)) if form.focus == Field::File && !form.is_stored => {
            match form.file.path.complete(typed, completion) {
                Completed::Longer => {
                    form.is_dirty = true;
                    form.file.read = FileRead::Nothing;
                    plan_anew(state, effects);
                }
                Completed::Nothing => form.move_focus(1),
                Completed::Listed | Completed::Late => {}
            }
        }
        Some(Modal::WriteFile(form)) => {
            form.path_field().complete(typed, completion);
        }
        _ => {}
    }
}

/// A file was read; one of an older path is dropped, which wipes it.
pub fn on_file(
    state: &mut State,
    revision: u64,
    result: Result<Box<FileContent>, String>,
    effects: &mut Vec<Effect>,
) {
    if let Some(form) = form(state)
        && matches!(form.file.read, FileRead::Pending(asked) if asked == revision)
    {
        form.file.read = match result {
            Ok(content) => FileRead::Known(*content),
            Err(sentence) => FileRead::Failed(sentence),
        };
        form.outlook.is_pending = false;
        plan_anew(state, effects);
    }
}

/// Moves the cursor or deletes; Backspace in front of no label being typed takes the last one away.
pub fn edit(state: &mut State, edit: Edit, effects: &mut Vec<Effect>) {
    let Some(form) = form(state) else {
        return;
    };
    if form.is_stored {
        return;
    }
    // The first version of a secret is current, whatever else marks it.
    let fixed = usize::from(matches!(form.purpose, Purpose::New));
    if edit == Edit::Backspace && form.focus == Field::Stages && form.stages.input().is_empty() {
        if form.stages.taken().len() > fixed {
            form.stages.drop_last();
            on_text(state, effects);
        }
        return;
    }
    if let Some(text) = form.focused_text() {
        let before = text.len();
        text.edit(edit);
        if text.len() != before {
            on_text(state, effects);
        }
    }
}

/// Takes a typed character.
pub fn type_character(state: &mut State, character: char, effects: &mut Vec<Effect>) {
    if let Some(form) = form(state)
        && !form.is_stored
        && let Some(text) = form.focused_text()
        && text.insert_character(character)
    {
        on_text(state, effects);
    }
}

/// The text of a field changed.
fn on_text(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(form) = form(state) {
        form.is_dirty = true;
        form.remark = None;
        match form.focus {
            Field::VersionId => form.is_suggested = false,
            Field::Value => form.strength = None,
            Field::File => {
                form.file.path.forget_choices();
                form.file.read = FileRead::Nothing;
            }
            _ => {}
        }
    }
    plan_anew(state, effects);
}

/// Takes a value from the generator.
pub fn take_generated(state: &mut State, value: &EditBuffer, bits: f64, effects: &mut Vec<Effect>) {
    if let Some(form) = form(state) {
        form.value.set(value.text());
        form.source = Source::Text;
        form.focus = Field::Value;
        on_text(state, effects);
    }
    if let Some(form) = form(state) {
        form.strength = Some(bits);
    }
}

/// Takes a paste: it never submits and never changes the field.
pub fn paste(state: &mut State, pasted: &SecretBytes, effects: &mut Vec<Effect>) {
    let Some(form) = form(state) else {
        return;
    };
    let focus = form.focus;
    let is_value = form.focused_kind() == FieldKind::Value;
    let text = pasted.expose_text().unwrap_or_default();
    let Some(field) = form.focused_text() else {
        return state.say(Tone::Note, "a paste goes into a text field: nothing was pasted");
    };
    if !field.insert(text) {
        form.remark = Some((focus, PasteRefused::ManyLines.sentence().to_owned()));
        return;
    }
    let ends_with_newline = is_value && text.ends_with('\n');
    on_text(state, effects);
    if ends_with_newline && let Some(form) = self::form(state) {
        let remark = "the paste ended with a newline, which is part of the value now";
        form.remark = Some((Field::Value, remark.to_owned()));
    }
}

/// Finds out what would come of the fields as they are.
pub fn plan_anew(state: &mut State, effects: &mut Vec<Effect>) {
    let revision = state.next_revision();
    let State { screen, modals, .. } = state;
    let Screen::Browse(browse) = screen else {
        return;
    };
    let Some(form) = modals.iter_mut().rev().find_map(|modal| match modal {
        Modal::PutForm(form) => Some(form),
        _ => None,
    }) else {
        return;
    };
    form.revision = revision;
    if form.source == Source::File {
        if matches!(form.file.read, FileRead::Nothing) && !form.file.path.text().is_empty() {
            form.file.read = FileRead::Pending(revision);
            let path = form.file.path.text().text().to_owned();
            effects.push(Effect::Work(Work::ReadFile { revision, path }));
        }
        if matches!(form.file.read, FileRead::Pending(_)) {
            form.outlook.is_pending = true;
            return;
        }
    }
    match &form.purpose {
        Purpose::Put { secret } => match form.put_request(&secret.name) {
            Ok(request) => {
                form.outlook.is_pending = true;
                effects.push(Effect::Work(Work::PlanPut { revision, request: Box::new(request) }));
            }
            Err(obstacle) => form.outlook = Outlook::of_obstacle(obstacle),
        },
        Purpose::New => form.outlook = creation(form, &browse.catalogue),
    }
}

/// What the rule says of a new secret: the rule that the vault itself will ask.
fn creation(form: &PutForm, catalogue: &Catalogue) -> Outlook {
    if !form.is_dirty {
        return Outlook::of_missing(Field::Name);
    }
    // A taken name is told while it is typed, whatever else is missing.
    if let Ok(name) = SecretName::new(form.name.text())
        && let Some(refusal) = name_refusal(&name, catalogue)
    {
        return Outlook::of_creation(Err(refusal), false);
    }
    let request = match form.create_request() {
        Ok(request) => request,
        Err(obstacle) => return Outlook::of_obstacle(obstacle),
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
    Outlook::of_creation(result, request.value.exceeds_kms_limit())
}

fn name_refusal(name: &SecretName, catalogue: &Catalogue) -> Option<Refusal> {
    let taken = catalogue.summary(catalogue.position(name.as_str())?);
    Some(match taken.planned_deletion {
        Some(planned) => Refusal::NameInWindow { name: name.clone(), planned },
        None => Refusal::NameTaken { name: name.clone() },
    })
}

/// A plan came; one of an older state of the form is dropped.
pub fn on_plan(state: &mut State, revision: u64, result: Result<Box<PlannedPut>, VaultError>) {
    if let Some(form) = form(state)
        && form.revision == revision
    {
        let (outlook, token) = Outlook::of_plan(result);
        form.outlook = outlook;
        form.token = token.or(form.token);
    }
}

/// Stores what the form makes, unless it would be refused: then the cursor goes to the cause.
fn submit(state: &mut State, effects: &mut Vec<Effect>) {
    let now = state.now;
    let Some(form) = form(state) else {
        return;
    };
    if form.focus == Field::Stages {
        form.take_label();
    }
    let work = match &form.purpose {
        Purpose::Put { secret } => form.put_request(&secret.name).map(|mut request| {
            request.expected = form.token;
            Work::Put(Box::new(request))
        }),
        Purpose::New => form.create_request().map(|request| Work::CreateSecret(Box::new(request))),
    };
    let stops = match &form.outlook {
        Outlook { forecast: Forecast::Refused { field, .. }, is_pending: false } => Some(*field),
        _ => None,
    };
    match (work, stops) {
        (Err(obstacle), _) => {
            form.focus = obstacle.field();
            if let Obstacle::Missing(field) = obstacle {
                form.remark = Some((field, plan_text::missing(field).to_owned()));
            }
        }
        (Ok(_), Some(field)) => form.focus = field.unwrap_or(form.focus),
        (Ok(work), None) => {
            form.is_stored = true;
            form.remark = None;
            effects.push(Effect::Work(work));
            state.waiting = Some((Waiting::Put, now));
        }
    }
}

fn close(state: &mut State) {
    if form(state).is_some_and(|form| form.is_dirty()) {
        state.modals.push(Modal::Discard(Discard::new(Afterwards::CloseForm)));
    } else {
        state.modals.pop();
    }
}

/// The answer to a put.
pub fn on_put(state: &mut State, result: Result<Box<PutOutcome>, VaultError>, effects: &mut Vec<Effect>) {
    state.waiting = None;
    match result {
        Ok(outcome) => {
            state.modals.retain(|modal| !matches!(modal, Modal::PutForm(_)));
            state.say(Tone::Done, plan_text::put_done(&outcome));
            if let Some(browse) = state.browse_mut() {
                browse.wish_version(&outcome.version_id);
            }
            effects.push(Effect::Work(Work::List));
        }
        Err(error) => failed(state, error, effects),
    }
}

/// The answer to a new secret.
pub fn on_created(
    state: &mut State,
    result: Result<Box<CreateOutcome>, VaultError>,
    effects: &mut Vec<Effect>,
) {
    state.waiting = None;
    match result {
        Ok(outcome) => {
            state.modals.retain(|modal| !matches!(modal, Modal::PutForm(_)));
            let text =
                format!("{} stored, {} is current{}", outcome.name, outcome.version_id, plan_text::UNDOES);
            state.say(Tone::Done, text);
            if let Some(browse) = state.browse_mut() {
                browse.wish_secret(outcome.name.clone());
            }
            effects.push(Effect::Work(Work::List));
        }
        Err(error) => failed(state, error, effects),
    }
}

/// The form stays as typed; the new plan comes before Ctrl-s works again.
fn failed(state: &mut State, error: VaultError, effects: &mut Vec<Effect>) {
    let Some(form) = form(state) else {
        return state.say_failed(&error);
    };
    form.is_stored = false;
    if let VaultError::Refused(Refusal::Changed { name }) = &error {
        let sentence = "another process changed this secret meanwhile: this is the new plan";
        form.remark = Some((form.focus, sentence.to_owned()));
        effects.push(Effect::Work(Work::Describe(name.clone())));
        plan_anew(state, effects);
    } else {
        let (outlook, _) = Outlook::of_plan(Err(error));
        form.outlook = outlook;
    }
}

/// The secret as it is now came: a suggested id follows it, a new plan is made.
pub fn secret_changed(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(details) = state.browse().and_then(|browse| browse.known()).cloned() else {
        return;
    };
    let Some(form) = form(state) else {
        return;
    };
    let Purpose::Put { secret } = &mut form.purpose else {
        return;
    };
    if secret.name != details.secret.name || **secret == details.secret {
        return;
    }
    **secret = details.secret;
    if form.is_suggested {
        form.take_free_id();
    }
    if form.remark.is_none() {
        let sentence = "another process changed this secret meanwhile: this is the new plan";
        form.remark = Some((form.focus, sentence.to_owned()));
    }
    plan_anew(state, effects);
}
