//! What an import brings: secrets from elsewhere in neutral words, whatever format they came in.

use std::fmt;

use crate::domain::{Facts, Note, SecretValue, StageLabel, TagKey, TagValue, Timestamp, VersionId};
use crate::memory::SecretBytes;
use crate::versioning::{ImportRemark, Labelling, fit_name};

/// Finds the username in a value; `None` where it holds none.
pub type AccountOf = fn(&[u8]) -> Option<SecretBytes>;

/// All that one import brings.
#[derive(Debug)]
pub struct IncomingBatch {
    /// The secrets, in the order of their source.
    pub secrets: Vec<IncomingSecret>,
    /// What the source holds and an import cannot take over.
    pub losses: Vec<Loss>,
    /// What was put before every name.
    pub(super) prefix: String,
    /// Finds the username in a value, where the entries of the source are accounts: of two entries of one
    /// name it tells which is which.
    pub account_of: Option<AccountOf>,
}

impl IncomingBatch {
    /// A batch of nothing yet.
    pub const fn new() -> Self {
        Self { secrets: Vec::new(), losses: Vec::new(), prefix: String::new(), account_of: None }
    }

    /// Puts every secret below a prefix: a folder, if it ends in `/`.
    pub fn put_below(&mut self, prefix: &str) {
        let names = self.secrets.iter_mut().map(|secret| &mut secret.name);
        let losses = self.losses.iter_mut().filter(|loss| loss.extent != Extent::Source);
        for name in names.chain(losses.map(|loss| &mut loss.secret)) {
            if name.is_empty() {
                // Else it would be called as the folder.
                name.push_str(fit_name(name).as_str());
            }
            name.insert_str(0, prefix);
        }
        self.prefix.insert_str(0, prefix);
    }
}

impl Default for IncomingBatch {
    fn default() -> Self {
        Self::new()
    }
}

/// Something that will not be here after the import, or not there after an export.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loss {
    /// The secret, by the name that its source gives it; or in our words what of the source is meant.
    pub secret: String,
    /// What of it is lost, or why all of it is; in our words, never a piece of what is lost.
    pub what: String,
    extent: Extent,
}

/// What loses something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Extent {
    /// A secret, a part of what it has.
    Part,
    /// A secret that is left out.
    Whole,
    /// No single secret: the source itself, or each of its entries.
    Source,
}

impl Loss {
    /// Names the loss of a whole secret.
    pub fn whole(secret: impl Into<String>, why: impl fmt::Display) -> Self {
        Self { secret: secret.into(), what: why.to_string(), extent: Extent::Whole }
    }

    /// Names what the source itself loses, or each of its entries: `subject` is "the file" or "every entry".
    pub fn of_source(subject: &'static str, what: impl Into<String>) -> Self {
        Self { secret: subject.to_owned(), what: what.into(), extent: Extent::Source }
    }

    /// Whether nothing of the secret is left.
    pub fn is_whole(&self) -> bool {
        self.extent == Extent::Whole
    }

    /// Names a loss.
    pub fn new(secret: impl Into<String>, what: impl Into<String>) -> Self {
        Self { secret: secret.into(), what: what.into(), extent: Extent::Part }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { secret, what, extent } = self;
        match extent {
            Extent::Part => write!(formatter, "'{secret}' loses {what}"),
            Extent::Whole => write!(formatter, "'{secret}' is left out: {what}"),
            Extent::Source => write!(formatter, "{secret} loses {what}"),
        }
    }
}

/// A secret from elsewhere.
#[derive(Debug)]
pub struct IncomingSecret {
    /// Its name as its source gives it, which need not be a name of ours.
    pub name: String,
    /// When it was created, if its source says.
    pub created: Option<Timestamp>,
    /// What is known about it.
    pub facts: Facts,
    /// Its versions, oldest first; one without any is passed over.
    pub versions: Vec<IncomingVersion>,
    /// Its labels, each with the position of the version that it marks.
    pub labels: Vec<(StageLabel, usize)>,
    /// What the labels mean.
    pub labelling: Labelling,
    /// Labels that move though they mark another version here: only the source moved them.
    pub follows: Vec<StageLabel>,
    /// By which its source knows it, whatever it is called: kept as a tag.
    pub source_id: Option<(TagKey, TagValue)>,
    /// Why its source could not read it: it is refused, and has no versions.
    pub unreadable: Option<String>,
    /// What its reader found worth saying.
    pub remarks: Vec<ImportRemark>,
}

impl IncomingSecret {
    /// A secret of a source that knows no labels: its last version is the newest.
    pub fn without_labels(name: impl Into<String>, versions: Vec<IncomingVersion>) -> Self {
        Self {
            name: name.into(),
            created: None,
            facts: Facts::default(),
            versions,
            labels: Vec::new(),
            labelling: Labelling::NewestIsCurrent,
            follows: Vec::new(),
            source_id: None,
            unreadable: None,
            remarks: Vec::new(),
        }
    }

    /// An entry that its source holds and that cannot be read; `why` in our words, never a piece of it.
    pub fn unreadable(name: impl Into<String>, why: impl fmt::Display) -> Self {
        Self { unreadable: Some(why.to_string()), ..Self::without_labels(name, Vec::new()) }
    }

    /// The same secret with labels, each with the position of the version that it marks.
    #[must_use]
    pub fn with_labels(mut self, labelling: Labelling, labels: Vec<(StageLabel, usize)>) -> Self {
        self.labelling = labelling;
        self.labels = labels;
        self
    }
}

/// A version from elsewhere.
#[derive(Debug)]
pub struct IncomingVersion {
    /// Its id, if its source has one.
    pub id: Option<VersionId>,
    /// Its value.
    pub value: SecretValue,
    /// When it was created, if its source says.
    pub created: Option<Timestamp>,
    /// A remark on it.
    pub note: Option<Note>,
}

impl IncomingVersion {
    /// A version of which nothing but its value is known.
    pub const fn of(value: SecretValue) -> Self {
        Self { id: None, value, created: None, note: None }
    }
}
