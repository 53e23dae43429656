//! The put-value form, and the same form for a new secret: fields, what they make, and the plan that comes of it.

mod act;
mod draft;
mod forecast;
mod request;
mod view;

use crate::domain::{CopyName, Invalid, SecretName, StageLabel, VersionId};
use crate::memory::SecretBytes;
use crate::tui::app::App;
use crate::tui::ask::Question;
use crate::tui::file_value::FileContent;
use crate::tui::kit::form::{self, Form, Id};
use crate::tui::kit::label_field::LabelField;
use crate::tui::paste::LineEnds;
use crate::tui::tag_lines;
use crate::vault::{SecretDetails, StateToken};
use crate::versioning::{Refusal, SecretState, suggest_first_version_id, suggest_version_id};

use forecast::Forecast;

/// The fields, in the order of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The name of a new secret.
    Name,
    Value,
    /// The file that holds the value.
    File,
    /// The labels that will mark the version.
    Stages,
    /// A remark on the version.
    Note,
    /// The id of the version.
    VersionId,
    /// Text or binary.
    Type,
    /// What a new secret is for.
    Description,
    /// The tags of a new secret.
    Tags,
}

impl Field {
    const ALL: [Self; 9] = [
        Self::Name,
        Self::Value,
        Self::File,
        Self::Stages,
        Self::Note,
        Self::VersionId,
        Self::Type,
        Self::Description,
        Self::Tags,
    ];

    /// Its word in a form that a lock keeps.
    const fn id(self) -> Id {
        Id(match self {
            Self::Name => "name",
            Self::VersionId => "version",
            Self::Type => "type",
            Self::Value => "value",
            Self::File => "file",
            Self::Stages => "label",
            Self::Note => "note",
            Self::Description => "description",
            Self::Tags => "tags",
        })
    }

    /// The field with nothing typed.
    fn empty(self) -> form::Field {
        let id = self.id();
        match self {
            Self::Name => form::Field::text(id, "Name", ""),
            Self::VersionId => form::Field::text(id, "Version id", ""),
            Self::Type => form::Field::choice(id, "Type", &Source::ALL.map(|(_, words)| words), 0),
            Self::Value => form::Field::masked_lines(id, "Value", 2),
            Self::File => form::Field::path(id, "File", "").placeholder("path; ~ is your home"),
            Self::Stages => form::Field::labels(id, "Stage labels", LabelField::current()),
            Self::Note => form::Field::text(id, "Note", ""),
            Self::Description => form::Field::text(id, "Description", ""),
            Self::Tags => form::Field::lines(id, "Tags", "", 1).placeholder(tag_lines::PLACEHOLDER),
        }
    }
}

/// Where the value comes from, and how it is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Text,
    /// Typed, and stored as binary.
    Binary,
    File,
}

impl Source {
    /// All of them, each with its words in the form.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Text, "text"), (Self::Binary, "binary"), (Self::File, "from a file")];
}

/// What the form makes.
pub enum Purpose {
    /// A version of a secret.
    Put {
        /// The secret as it was when the form was opened or changed last.
        secret: Box<SecretState>,
    },
    /// A secret with its first version.
    New,
}

/// Which labels the form begins with where a version has none of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FewLabels {
    /// `ACSCurrent`: what a put means where nothing else is said.
    Current,
    /// None: they must be chosen.
    None,
}

/// Why the fields do not make a request: beside the field that causes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// Nothing is typed yet.
    Missing(Field),
    /// A word of the contract is malformed.
    Refused(Field, Refusal),
    /// Something else is wrong: a sentence.
    Wrong(Field, String),
}

impl Obstacle {
    fn new(field: Field, refusal: impl Into<Refusal>) -> Self {
        match refusal.into() {
            Refusal::Invalid(Invalid::Empty { .. }) | Refusal::NoStages => Self::Missing(field),
            refusal => Self::Refused(field, refusal),
        }
    }

    pub const fn field(&self) -> Field {
        match self {
            Self::Missing(field) | Self::Refused(field, _) | Self::Wrong(field, _) => *field,
        }
    }
}

/// What is known of a file.
pub enum FileRead {
    Nothing,
    Known(FileContent),
    /// It cannot be a value: a sentence.
    Failed(String),
}

/// Which ids a form suggests.
#[derive(Debug, Clone)]
pub struct SuggestedIds {
    /// Whether one is in it at first.
    at_first: bool,
    /// What this copy of the vault is called.
    copy: Option<CopyName>,
}

impl SuggestedIds {
    pub fn of(app: &App) -> Self {
        Self { at_first: app.settings.suggests_ids, copy: app.all_settings.copy.clone() }
    }

    /// None at first.
    #[must_use]
    pub fn when_asked(self) -> Self {
        Self { at_first: false, ..self }
    }
}

pub struct PutForm {
    pub purpose: Purpose,
    /// What this copy of the vault is called.
    copy: Option<CopyName>,
    /// What can be typed.
    form: Form,
    /// What lies at the path, where the value comes from a file.
    pub file: FileRead,
    /// The worker reads it.
    file_asked: Question,
    /// How strong the value is, in bits: known only of one that was generated, until it is edited.
    pub strength: Option<f64>,
    /// Whether the id is still the one that was suggested.
    pub is_suggested: bool,
    /// Something to know about the last paste or change: beside a field.
    pub remark: Option<(Field, String)>,
    /// What will come of it; of an older state of the fields while a newer one is being planned.
    forecast: Forecast,
    planned: Question,
    /// The value of the current version.
    current_asked: Question,
    stored: Question,
    is_dirty: bool,
    token: Option<StateToken>,
    /// The name of the secret that the form was for and that is not there any more; the list may not know that yet.
    gone: Option<SecretName>,
}

impl PutForm {
    /// A form for a version of a secret.
    pub fn put(details: &SecretDetails, ids: SuggestedIds) -> Self {
        let purpose = Purpose::Put { secret: Box::new(details.secret.clone()) };
        let mut form = Self::empty(purpose, ids);
        form.token = Some(details.token);
        let first = if form.is_suggested { Field::Value } else { Field::VersionId };
        form.form.go_to(first.id());
        form
    }

    /// With the labels of a version that the new one takes the place of: whoever follows up a canary wants a canary.
    /// `ACSPrevious` follows by itself.
    #[must_use]
    pub fn labelled_as(mut self, version: &VersionId, without: FewLabels) -> Self {
        let labels = self.secret().and_then(|secret| {
            let version = secret.version(version)?;
            Some(secret.labels.of(version.key))
        });
        let mut labels = labels.unwrap_or_default();
        labels.retain(|label| !label.is_previous());
        if labels.is_empty() && without == FewLabels::Current {
            labels.push(StageLabel::current());
        }
        if let Some(field) = self.form.labels_mut(Field::Stages.id()) {
            field.clear();
            labels.into_iter().for_each(|label| field.add(label));
        }
        self
    }

    /// With the labels of the version whose value was edited, and no others.
    #[must_use]
    pub fn edited_from(self, version: Option<&VersionId>) -> Self {
        match version {
            Some(version) => self.labelled_as(version, FewLabels::None),
            None => self,
        }
    }

    /// A form for a new secret in a folder.
    pub fn new_secret(folder: &str, ids: SuggestedIds) -> Self {
        let mut form = Self::empty(Purpose::New, ids);
        if let Some(labels) = form.form.labels_mut(Field::Stages.id()) {
            *labels = LabelField::current().fixed();
        }
        form.set(Field::Name, folder);
        form
    }

    fn empty(purpose: Purpose, ids: SuggestedIds) -> Self {
        let mut form = Self {
            purpose,
            copy: ids.copy,
            form: Form::new(Field::ALL.map(Field::empty).into()),
            file: FileRead::Nothing,
            file_asked: Question::new(),
            strength: None,
            is_suggested: false,
            remark: None,
            forecast: Forecast::Nothing,
            planned: Question::new(),
            current_asked: Question::new(),
            stored: Question::new(),
            is_dirty: false,
            token: None,
            gone: None,
        };
        if ids.at_first {
            form.take_free_id();
        }
        form.fit_fields();
        form
    }

    /// The fields of its purpose, and those of where the value comes from.
    fn fit_fields(&mut self) {
        let (is_new, is_file) = (matches!(self.purpose, Purpose::New), self.source() == Source::File);
        for (field, is_shown) in [
            (Field::Name, is_new),
            (Field::Value, !is_file),
            (Field::File, is_file),
            (Field::Description, is_new),
            (Field::Tags, is_new),
        ] {
            self.form.show(field.id(), is_shown);
        }
        let known = self.known_labels();
        if let Some(labels) = self.form.labels_mut(Field::Stages.id()) {
            labels.know(known);
        }
    }

    /// The labels of the secret that are its own.
    fn custom_labels(&self) -> Vec<&StageLabel> {
        let labels = self.secret().into_iter().flat_map(|secret| secret.labels.iter());
        labels.map(|(label, _)| label).filter(|label| !label.is_current() && !label.is_previous()).collect()
    }

    /// The labels that Tab can complete: those of the secret, then the built-in ones.
    fn known_labels(&self) -> Vec<StageLabel> {
        let Some(secret) = self.secret() else {
            return Vec::new();
        };
        let mut known: Vec<StageLabel> = secret.labels.iter().map(|(label, _)| label.clone()).collect();
        for label in [StageLabel::current(), StageLabel::previous()] {
            if !known.contains(&label) {
                known.push(label);
            }
        }
        known
    }

    /// What is typed into a field.
    fn text(&self, field: Field) -> &str {
        self.form.text(field.id())
    }

    fn set(&mut self, field: Field, text: &str) {
        if let Some(buffer) = self.form.buffer_mut(field.id()) {
            buffer.set(text);
        }
    }

    /// The value as it is typed.
    pub fn value(&self) -> &str {
        self.text(Field::Value)
    }

    /// Where the value comes from.
    fn source(&self) -> Source {
        Source::ALL.get(self.form.chosen(Field::Type.id())).map_or(Source::Text, |(source, _)| *source)
    }

    fn set_source(&mut self, source: Source) {
        let at = Source::ALL.iter().position(|(known, _)| *known == source);
        self.form.set_chosen(Field::Type.id(), at.unwrap_or(0));
        self.fit_fields();
    }

    /// The field with the cursor.
    fn focus(&self) -> Field {
        let focused = self.form.focused();
        Field::ALL.into_iter().find(|field| Some(field.id()) == focused).unwrap_or(Field::Value)
    }

    /// The labels taken, and the one being typed.
    fn stages(&self) -> Option<&LabelField> {
        self.form.labels(Field::Stages.id())
    }

    /// The path is another one: what was read counts no more.
    fn forget_file(&mut self) {
        self.file = FileRead::Nothing;
        self.file_asked.forget();
    }

    fn take_free_id(&mut self) {
        let free = self.free_id();
        self.set(Field::VersionId, &free);
        self.is_suggested = true;
    }

    /// Takes a text in place of the value, whatever it came from before.
    pub fn take_text(&mut self, text: &SecretBytes) {
        self.set(Field::Value, text.expose_text().unwrap_or_default());
        if self.source() == Source::File {
            self.set_source(Source::Text);
        }
        self.form.go_to(Field::Value.id());
        self.strength = None;
        self.remark = None;
        self.is_dirty = true;
    }

    /// Whether the request is with the worker: nothing can be typed meanwhile.
    const fn is_storing(&self) -> bool {
        self.stored.is_asked()
    }

    /// Whether the forecast is of an older state of the fields.
    const fn is_pending(&self) -> bool {
        self.planned.is_asked() || self.file_asked.is_asked()
    }

    /// The secret that gets a version.
    pub const fn secret(&self) -> Option<&SecretState> {
        match &self.purpose {
            Purpose::Put { secret } => Some(secret),
            Purpose::New => None,
        }
    }

    /// The version that is current.
    fn current(&self) -> Option<&VersionId> {
        Some(&self.secret()?.labels.current()?.id)
    }

    /// A free id for the version.
    pub fn free_id(&self) -> String {
        let copy = self.copy.as_ref();
        let free = match self.secret() {
            Some(secret) => suggest_version_id(secret, copy),
            None => suggest_first_version_id(copy),
        };
        free.as_str().to_owned()
    }

    /// What the value looks like: its line ends, where it has several lines.
    pub fn line_ends(&self) -> Option<LineEnds> {
        LineEnds::of(self.value())
    }
}

/// The field that a refusal of the contract is about; `None`: the secret as a whole.
fn field_of(refusal: &Refusal) -> Option<Field> {
    match refusal {
        Refusal::VersionExists { .. } | Refusal::IdStaysTaken { .. } => Some(Field::VersionId),
        Refusal::NoStages | Refusal::CurrentAndPrevious | Refusal::LabelLimit { .. } => Some(Field::Stages),
        Refusal::NameTaken { .. } | Refusal::NameInWindow { .. } => Some(Field::Name),
        Refusal::TagLimit { .. } => Some(Field::Tags),
        _ => None,
    }
}

/// What must be typed before there is a plan.
const fn missing(field: Field) -> &'static str {
    match field {
        Field::Name => "type a name; a '/' makes folders",
        Field::VersionId => "type a version id, or use the free one",
        Field::Value => "type or paste the value",
        Field::File => "enter a file path",
        Field::Stages => "choose at least one label",
        Field::Type | Field::Note | Field::Description | Field::Tags => "",
    }
}
