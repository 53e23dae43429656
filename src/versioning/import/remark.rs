//! What is worth saying about an import of one secret.

use thiserror::Error;

use crate::domain::{StageLabel, VersionId};

/// Something that an import did not take over, or decided by itself. `Display` is a sentence without its
/// subject, the secret; it never quotes more than names, ids and labels.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[allow(missing_docs, reason = "the sentence of each variant says what it is")]
pub enum ImportRemark {
    #[error("label '{label}' stays on version '{here}'; there it marks '{there}'")]
    LabelStays { label: StageLabel, here: VersionId, there: VersionId },
    #[error(
        "label '{label}', which marks version '{there}' there, does not come along: there is no room for it"
    )]
    LabelLeftOut { label: StageLabel, there: VersionId },
    #[error("no version was marked as the current one; it is '{version}', the newest")]
    CurrentChosen { version: VersionId },
    #[error("its description differs there, and stays as it is here")]
    DescriptionStays,
    #[error("its tags differ there, and stay as they are here")]
    TagsStay,
    #[error("how many versions are kept differs there, and stays as it is here")]
    RetentionStays,
    #[error("its rotation interval differs there, and stays as it is here")]
    RotationStays,
    #[error("the note of version '{version}' differs there, and stays as it is here")]
    NoteStays { version: VersionId },
    #[error("it occurs more than once in the source, each time the same: it is one secret here")]
    StandsAgain,
    #[error("the name that it has there is kept nowhere: its description and its tags are full")]
    NameNotKept,
    #[error("the id that it has there is kept nowhere: its tags are full")]
    IdNotKept,
    #[error(
        "the file writes some characters as HTML does, such as &amp;; they were replaced by what they stand for"
    )]
    EntitiesReplaced,
    #[error("as a variable it changes what programs load and run: `run --prefix` refuses it")]
    SteersPrograms,
}
