//! What the JSON of every command holds: plain data beside each command, from which `docs/json.md` is written and
//! against which a test holds the real answers.

/// What `--json` makes of a command.
#[derive(Debug, Clone, Copy)]
pub enum Json {
    /// One of these objects on stdout.
    Answers(&'static [Schema]),
    /// The same as without it, and why; only errors are JSON then.
    Unchanged(&'static str),
}

/// One answer.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// When it is given; empty where there is no other.
    pub when: &'static str,
    /// Its keys besides RequestId, in groups that answers have in common.
    pub keys: &'static [&'static [Key]],
}

/// One key of an object.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What that says.
    pub means: &'static str,
    /// When it is there; empty where it always is.
    pub when: &'static str,
    /// When it is null; empty where it never is.
    pub null: &'static str,
}

/// What a key holds.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Text.
    Text,
    /// One of these texts.
    Word(&'static [&'static str]),
    /// A time in UTC, as in RFC 3339.
    Time,
    /// A whole number.
    Number,
    /// True or false.
    Flag,
    /// An object with these keys.
    Object(&'static [&'static [Key]]),
    /// A list of such.
    List(&'static Kind),
}

impl Kind {
    /// The word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Text | Self::Word(_) => "text",
            Self::Time => "time",
            Self::Number => "number",
            Self::Flag => "true or false",
            Self::Object(_) => "object",
            Self::List(Self::Object(_)) => "list of objects",
            Self::List(_) => "list of texts",
        }
    }

    /// The keys of the object, or of each object of the list.
    pub const fn keys(&self) -> Option<&'static [&'static [Key]]> {
        match self {
            Self::Object(keys) | Self::List(Self::Object(keys)) => Some(keys),
            _ => None,
        }
    }
}

impl Schema {
    /// The only answer of a command.
    pub(super) const fn only(keys: &'static [&'static [Key]]) -> Self {
        Self { when: "", keys }
    }

    /// One of several answers.
    pub(super) const fn when(when: &'static str, keys: &'static [&'static [Key]]) -> Self {
        Self { when, keys }
    }
}

/// A key that is always there.
pub(super) const fn key(name: &'static str, kind: Kind, means: &'static str) -> Key {
    Key { name, kind, means, when: "", null: "" }
}

impl Key {
    /// A key that is there only then.
    pub(super) const fn if_any(self, when: &'static str) -> Self {
        Self { when, ..self }
    }

    /// A key that is null then.
    pub(super) const fn or_null(self, null: &'static str) -> Self {
        Self { null, ..self }
    }
}

/// The secret.
pub(super) const NAME: Key = key("SecretName", Kind::Text, "the name of the secret");
/// The version.
pub(super) const ID: Key = key("VersionId", Kind::Text, "the id of the version");
/// The labels of a version.
pub(super) const STAGES: Key = key("VersionStages", Kind::Object(&[&[LABELS]]), "the labels of the version");
/// The type that the API gives all of our secrets.
pub(super) const TYPE: Key = key("SecretType", Kind::Word(&["Generic"]), "as in KMS");
/// When something was made.
pub(super) const CREATED: Key = key("CreateTime", Kind::Time, "when it was stored");
/// The state of a vault file.
pub(super) const STATE: Key = key(
    "VaultState",
    Kind::Text,
    "the number of the newest change and eight digits: the same for equal copies",
);
/// The tags of a secret.
pub(super) const TAGS: Key = key("Tags", Kind::Object(&[&[TAG]]), "the tags of the secret");
/// The keys of a tag.
pub(super) const TAG_KEYS: &[Key] =
    &[key("TagKey", Kind::Text, "the key of the tag"), key("TagValue", Kind::Text, "its value")];

const LABELS: Key = key("VersionStage", Kind::List(&Kind::Text), "labels");
const TAG: Key = key("Tag", Kind::List(&Kind::Object(&[TAG_KEYS])), "tags");

/// The keys of an error, on stderr.
pub const ERROR: Schema = Schema::only(&[&[
    key("HttpStatus", Kind::Number, "the status that KMS answers with"),
    key(
        "Code",
        Kind::Text,
        "the code of KMS, such as Forbidden.ResourceNotFound; etui's own where it has none",
    ),
    key("Message", Kind::Text, "what failed"),
    key("Hint", Kind::Text, "what to do next; empty where there is nothing to add"),
    key("Stored", Kind::Flag, "true: the change is stored, and only its answer could not be written")
        .if_any("a change is stored"),
    key("VersionId", Kind::Text, "the version that was stored").if_any("a version is stored"),
]]);
