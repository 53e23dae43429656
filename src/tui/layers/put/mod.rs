//! The put-value form, and the same form for a new secret: fields, what they make, and the plan that comes of it.

mod act;
mod draft;
mod forecast;
mod view;

use crate::domain::{Description, Invalid, Note, SecretName, SecretValue, StageLabel, ValueType, VersionId};
use crate::memory::SecretBytes;
use crate::tui::ask::Question;
use crate::tui::file_value::FileContent;
use crate::tui::kit::field::Shown;
use crate::tui::kit::label_field::LabelField;
use crate::tui::kit::path_field::PathField;
use crate::tui::kit::{EditBuffer, Lines};
use crate::tui::paste::LineEnds;
use crate::tui::tag_lines;
use crate::vault::{CreateRequest, PutRequest, SecretDetails, StateToken};
use crate::versioning::{Refusal, SecretState, StageSet, suggest_version_id};

use forecast::Forecast;

/// The fields, in the order of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The name of a new secret.
    Name,
    /// The id of the version.
    VersionId,
    /// Text or binary.
    Type,
    /// The value.
    Value,
    /// The file that holds the value.
    File,
    /// The labels that will mark the version.
    Stages,
    /// A remark on the version.
    Note,
    /// What a new secret is for.
    Description,
    /// The tags of a new secret.
    Tags,
}

/// Where the value comes from, and how it is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Typed text.
    Text,
    /// Typed, and stored as binary.
    Binary,
    /// A file.
    File,
}

impl Source {
    /// All of them, each with its words in the form.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Text, "text"), (Self::Binary, "binary"), (Self::File, "from a file")];

    /// The one so many steps further, around.
    fn step(self, by: usize) -> Self {
        let at = Self::ALL.iter().position(|(known, _)| *known == self).unwrap_or(0);
        Self::ALL[(at + by) % Self::ALL.len()].0
    }
}

/// How a field takes keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One line of text.
    Line,
    /// A choice.
    Choice,
    /// The value: many lines.
    Value,
    /// Labels.
    Labels,
    /// Several lines of text.
    Lines,
    /// A path.
    Path,
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

    /// The field.
    pub const fn field(&self) -> Field {
        match self {
            Self::Missing(field) | Self::Refused(field, _) | Self::Wrong(field, _) => *field,
        }
    }
}

/// The field of the path, and what was read.
pub struct FileField {
    pub path: PathField,
    /// What lies there.
    pub read: FileRead,
    /// The worker reads it.
    asked: Question,
    /// The worker completes the path.
    completed: Question,
}

/// What is known of a file.
pub enum FileRead {
    /// Nothing.
    Nothing,
    /// It was read.
    Known(FileContent),
    /// It cannot be a value: a sentence.
    Failed(String),
}

impl FileField {
    fn empty() -> Self {
        Self {
            path: PathField::with_text(""),
            read: FileRead::Nothing,
            asked: Question::new(),
            completed: Question::new(),
        }
    }

    /// The path is another one: what was read counts no more.
    fn forget(&mut self) {
        self.path.forget_choices();
        self.read = FileRead::Nothing;
        self.asked.forget();
    }
}

/// The form.
pub struct PutForm {
    /// What it makes.
    pub purpose: Purpose,
    /// The name of a new secret.
    pub name: EditBuffer,
    /// The id of the version.
    pub version_id: EditBuffer,
    /// Where the value comes from.
    pub source: Source,
    /// The value, where it is typed.
    pub value: EditBuffer,
    /// The file, where it comes from one.
    pub file: FileField,
    /// How strong the value is, in bits: known only of one that was generated, until it is edited.
    pub strength: Option<f64>,
    /// The labels.
    pub stages: LabelField,
    /// The remark.
    pub note: EditBuffer,
    /// The description of a new secret.
    pub description: EditBuffer,
    /// The tags of a new secret, one a line.
    pub tags: EditBuffer,
    /// Where the keys go.
    pub focus: Field,
    /// Whether the value is shown.
    pub shown: Shown,
    /// Whether the id is still the one that was suggested.
    pub is_suggested: bool,
    /// Something to know about the last paste or change: beside a field.
    pub remark: Option<(Field, String)>,
    /// What will come of it; of an older state of the fields while a newer one is being planned.
    forecast: Forecast,
    planned: Question,
    stored: Question,
    is_dirty: bool,
    token: Option<StateToken>,
}

impl PutForm {
    /// A form for a version of a secret.
    pub fn put(details: &SecretDetails, suggests_id: bool) -> Self {
        let purpose = Purpose::Put { secret: Box::new(details.secret.clone()) };
        let mut form = Self::empty(purpose, suggests_id);
        form.token = Some(details.token);
        form.focus = if form.is_suggested { Field::Value } else { Field::VersionId };
        form
    }

    /// A form for a new secret in a folder.
    pub fn new_secret(folder: &str, suggests_id: bool) -> Self {
        let mut form = Self::empty(Purpose::New, suggests_id);
        form.name.set(folder);
        form
    }

    fn empty(purpose: Purpose, suggests_id: bool) -> Self {
        let mut form = Self {
            purpose,
            name: EditBuffer::new(Lines::Single),
            version_id: EditBuffer::new(Lines::Single),
            source: Source::Text,
            value: EditBuffer::new(Lines::Many),
            file: FileField::empty(),
            strength: None,
            stages: LabelField::current(),
            note: EditBuffer::new(Lines::Single),
            description: EditBuffer::new(Lines::Single),
            tags: EditBuffer::new(Lines::Many),
            focus: Field::Name,
            shown: Shown::Masked,
            is_suggested: false,
            remark: None,
            forecast: Forecast::Nothing,
            planned: Question::new(),
            stored: Question::new(),
            is_dirty: false,
            token: None,
        };
        if suggests_id {
            form.take_free_id();
        }
        form
    }

    fn take_free_id(&mut self) {
        let free = self.free_id();
        self.version_id.set(&free);
        self.is_suggested = true;
    }

    /// The fields of this form in their order.
    pub const fn fields(&self) -> &'static [Field] {
        use Field::{Description, File, Name, Note, Stages, Tags, Type, Value, VersionId};
        match (&self.purpose, self.source) {
            (Purpose::Put { .. }, Source::File) => &[VersionId, Type, File, Stages, Note],
            (Purpose::Put { .. }, _) => &[VersionId, Type, Value, Stages, Note],
            (Purpose::New, Source::File) => &[Name, VersionId, Type, File, Stages, Note, Description, Tags],
            (Purpose::New, _) => &[Name, VersionId, Type, Value, Stages, Note, Description, Tags],
        }
    }

    /// How the focused field takes keys.
    pub const fn focused_kind(&self) -> FieldKind {
        match self.focus {
            Field::Type => FieldKind::Choice,
            Field::Value => FieldKind::Value,
            Field::Stages => FieldKind::Labels,
            Field::Tags => FieldKind::Lines,
            Field::File => FieldKind::Path,
            Field::Name | Field::VersionId | Field::Note | Field::Description => FieldKind::Line,
        }
    }

    /// The text of the focused field; a choice has none.
    pub const fn focused_text(&mut self) -> Option<&mut EditBuffer> {
        self.text_of_mut(self.focus)
    }

    /// Takes a text in place of the value, whatever it came from before.
    pub fn take_text(&mut self, text: &SecretBytes) {
        self.value.set(text.expose_text().unwrap_or_default());
        if self.source == Source::File {
            self.source = Source::Text;
        }
        self.focus = Field::Value;
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
        self.planned.is_asked() || self.file.asked.is_asked()
    }

    /// The secret that gets a version.
    pub const fn secret(&self) -> Option<&SecretState> {
        match &self.purpose {
            Purpose::Put { secret } => Some(secret),
            Purpose::New => None,
        }
    }

    /// A free id for the version.
    pub fn free_id(&self) -> String {
        self.secret().map_or_else(|| "v1".to_owned(), |secret| suggest_version_id(secret).as_str().to_owned())
    }

    /// What the value looks like: its line ends, where it has several lines.
    pub fn line_ends(&self) -> Option<LineEnds> {
        LineEnds::of(self.value.text())
    }

    /// The request that the fields make now.
    ///
    /// The value in it is the one explicit copy: a failure loses nothing that was typed.
    pub fn put_request(&self, name: &SecretName) -> Result<PutRequest, Obstacle> {
        Ok(PutRequest {
            name: name.clone(),
            version_id: Some(self.read_version_id()?),
            value: self.read_value()?,
            stages: StageSet::new(self.read_stages()?)
                .map_err(|refusal| Obstacle::new(Field::Stages, refusal))?,
            note: self.read_note()?,
            expected: None,
        })
    }

    /// The request for a new secret that the fields make now.
    pub fn create_request(&self) -> Result<CreateRequest, Obstacle> {
        let name =
            SecretName::new(self.name.text()).map_err(|invalid| Obstacle::new(Field::Name, invalid))?;
        let mut extra_stages = self.read_stages()?;
        extra_stages.retain(|label| !label.is_current());
        Ok(CreateRequest {
            name,
            version_id: self.read_version_id()?,
            value: self.read_value()?,
            description: Description::new(self.description.text())
                .map_err(|invalid| Obstacle::new(Field::Description, invalid))?,
            tags: tag_lines::read(self.tags.text())
                .map_err(|sentence| Obstacle::Wrong(Field::Tags, sentence))?,
            extra_stages,
            note: self.read_note()?,
        })
    }

    fn read_version_id(&self) -> Result<VersionId, Obstacle> {
        VersionId::new(self.version_id.text()).map_err(|invalid| Obstacle::new(Field::VersionId, invalid))
    }

    fn read_value(&self) -> Result<SecretValue, Obstacle> {
        let value_type = match self.source {
            Source::Text => ValueType::Text,
            Source::Binary => ValueType::Binary,
            Source::File => return self.read_file(),
        };
        SecretValue::new(value_type, self.value.duplicate())
            .map_err(|invalid| Obstacle::new(Field::Value, invalid))
    }

    /// What was read when the path was typed: the bytes that the plan is of are those that are stored.
    fn read_file(&self) -> Result<SecretValue, Obstacle> {
        match &self.file.read {
            _ if self.file.asked.is_asked() => {
                Err(Obstacle::Wrong(Field::File, "the file is being read".to_owned()))
            }
            FileRead::Nothing => Err(Obstacle::Missing(Field::File)),
            FileRead::Known(content) => Ok(content.value.duplicate()),
            FileRead::Failed(sentence) => Err(Obstacle::Wrong(Field::File, sentence.clone())),
        }
    }

    fn read_stages(&self) -> Result<Vec<StageLabel>, Obstacle> {
        self.stages.labels().map_err(|invalid| Obstacle::new(Field::Stages, invalid))
    }

    fn read_note(&self) -> Result<Option<Note>, Obstacle> {
        Note::from_field(self.note.text()).map_err(|invalid| Obstacle::new(Field::Note, invalid))
    }
}

/// The field that a refusal of the contract is about; `None`: the secret as a whole.
fn field_of(refusal: &Refusal) -> Option<Field> {
    match refusal {
        Refusal::VersionExists { .. } => Some(Field::VersionId),
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
        Field::VersionId => "type a version id, or take the free one",
        Field::Value => "type or paste the value",
        Field::File => "name a file",
        Field::Stages => "name at least one label",
        Field::Type | Field::Note | Field::Description | Field::Tags => "",
    }
}
