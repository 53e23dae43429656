//! What the app can ask to be done outside.

use std::sync::Arc;

use super::ticket::Ticket;
use crate::config::{Setting, Settings};
use crate::domain::{SecretName, Timestamp, VersionId};
use crate::generator::Recipe;
use crate::memory::SecretBytes;
use crate::tui::change_request::ChangeRequest;
use crate::tui::comparison::Texts;
use crate::tui::jobs::{Job, Watched};
use crate::tui::session::{KeyFileChoice, OtherVaultRequest};
use crate::vault::{Answers, BulkRequest, CreateRequest, Existing, KdfCost, PutRequest, SeenFile};
use crate::versioning::Direction;

/// A text for the user's editor.
pub struct Editing {
    pub text: SecretBytes,
    /// Lets the editor know what it is: `json`, `txt`.
    pub extension: &'static str,
}

impl Editing {
    pub fn of(text: SecretBytes) -> Self {
        let is_json = text.expose().trim_ascii_start().first() == Some(&b'{');
        Self { text, extension: if is_json { "json" } else { "txt" } }
    }
}

/// Whose value is in the editor; `None`: that of a new secret.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edited {
    /// `None`: a secret that is about to be created.
    pub secret: Option<SecretName>,
    /// The version that was edited; `None`: the text of a form.
    pub version: Option<VersionId>,
}

/// A side effect that the runtime carries out. They are carried out in order; `Quit` and `Suspend` only after
/// the work before them has been done.
pub enum Effect {
    Quit,
    /// Stop the process as the shell's Ctrl-z does.
    Suspend,
    /// Give the terminal to the user's editor, on a file in memory.
    Edit(Editing),
    /// Ask the terminal for its background.
    AskForBackground,
    /// Draw every cell again.
    Repaint,
    /// Have the terminal report the mouse, or leave it to the terminal's own selection.
    ListenToMouse(bool),
    /// Notice changes of the vault at this path from now on; as typed.
    Watch(String),
    /// Something for the worker.
    Work(Asked),
}

/// Whether a command line reads a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// It reads nothing.
    Nothing,
    /// A value, which is never part of the line: from stdin.
    Value,
}

/// Work, and who waits for its answer.
pub struct Asked {
    /// Comes back with the answer.
    pub ticket: Ticket,
    pub work: Work,
}

/// What the worker can be asked to do; each piece is answered once, unless a newer preview of the same question
/// took its place.
pub enum Work {
    /// Looks at the file.
    Open,
    /// Lists what lies where a path leads: folders, and files that may be vaults.
    LookAround {
        /// The path, as typed so far.
        path: String,
    },
    /// Looks at another file.
    OpenOther(OtherVaultRequest),
    /// Measures how much key derivation this machine does in the time that an unlock may take.
    MeasureKdf,
    /// Makes a new vault.
    Create {
        password: SecretBytes,
        /// What was measured; `None` measures first.
        cost: Option<KdfCost>,
        /// What is needed besides the password.
        key_file: KeyFileChoice,
    },
    Unlock {
        password: SecretBytes,
        /// What is accepted besides the answers that were given beforehand.
        accepted: Answers,
    },
    /// Unlocks with the key that the agent keeps.
    UnlockByAgent,
    /// Wipes the keys; the place is sealed until the next unlock of this run, its first field beyond it.
    Lock {
        /// Where the app stood: selection, filter, a form that was typed in.
        place: SecretBytes,
    },
    /// Keeps where the app stands for the next run.
    KeepPlace {
        /// Selection, filter, folders; nothing that was typed into a form.
        stand: SecretBytes,
    },
    /// Looks whether another process changed the vault.
    Refresh,
    List,
    /// Reads one secret with its versions.
    Describe(SecretName),
    /// Reads what may be told of a value while it is masked.
    Outline {
        name: SecretName,
        version_id: VersionId,
    },
    /// Reads a value, or one of its fields, to show it.
    Reveal {
        name: SecretName,
        version_id: VersionId,
        /// The name of the field; `None`: the whole.
        field: Option<String>,
    },
    /// Copies a value to the clipboard, unless it has fields of which one may be meant.
    CopyValue {
        name: SecretName,
        version_id: VersionId,
    },
    /// Copies the whole of a value, or one of its fields.
    CopyPart {
        name: SecretName,
        version_id: VersionId,
        /// The name of the field; `None`: the whole.
        field: Option<String>,
    },
    /// Makes the one-time code of a time.
    Code {
        name: SecretName,
        version_id: VersionId,
        at: Timestamp,
    },
    /// Copies that code to the clipboard.
    CopyCode {
        name: SecretName,
        version_id: VersionId,
        at: Timestamp,
    },
    /// Copies `name#version` to the clipboard.
    CopyReference {
        name: SecretName,
        version_id: VersionId,
    },
    /// Copies a command line to the clipboard.
    CopyCommand {
        line: SecretBytes,
        /// Whether it reads a value.
        reads: Reads,
    },
    /// Empties the clipboard where it still holds what was copied.
    ClearClipboard,
    /// Copies from now on as the settings say.
    UseSettings(Box<Settings>),
    /// Writes a setting into the file.
    SaveSetting {
        /// The file, as people write it.
        file: String,
        setting: &'static Setting,
        /// Its value, as typed.
        value: String,
    },
    /// Says what a put would do.
    PlanPut {
        request: Box<PutRequest>,
    },
    /// Reads a value for the editor.
    EditValue {
        name: SecretName,
        version_id: VersionId,
    },
    /// Reads a value for the form that edits it.
    TakeValue {
        /// The secret.
        name: SecretName,
        /// The version.
        version_id: VersionId,
    },
    /// Reads a file for a value.
    ReadFile {
        /// Its path as it was typed.
        path: String,
    },
    /// Completes a path.
    CompletePath {
        /// What is typed of it.
        typed: String,
    },
    /// Writes a value to a file.
    WriteValue {
        name: SecretName,
        version_id: VersionId,
        /// The path as it was typed.
        path: String,
        /// What may lie there already.
        existing: Existing,
    },
    /// Draws a random value.
    Generate {
        /// What to draw.
        recipe: Recipe,
    },
    Put(Box<PutRequest>),
    /// Stores a new secret.
    CreateSecret(Box<CreateRequest>),
    /// Says what a change would do.
    PlanChange {
        request: ChangeRequest,
    },
    Change(ChangeRequest),
    /// Says what an operation on many secrets would do.
    PlanBulk(Box<BulkRequest>),
    ChangeMany(Box<BulkRequest>),
    /// Says what an undo or redo would change.
    PlanTakeBack {
        /// Undo or redo.
        direction: Direction,
    },
    /// Compares two versions of a secret.
    Diff {
        name: SecretName,
        /// The versions, the older one first.
        versions: Box<[VersionId; 2]>,
        /// Whether the texts are wanted too.
        texts: Texts,
    },
    /// Looks which versions hold a value.
    Which {
        /// The secret; `None`: all of them.
        scope: Option<SecretName>,
        value: SecretBytes,
    },
    /// Reads the newest changes of a secret, or of the vault.
    History {
        /// The secret; `None`: all of them.
        subject: Option<SecretName>,
        /// How many at most.
        limit: usize,
    },
    Job {
        /// What is to be done.
        job: Box<Job>,
        /// How far it is, and whether it is to stop.
        watched: Arc<Watched>,
    },
    /// Deletes a file that is merged, unless it has changed since.
    DeleteMerged(SeenFile),
    /// Wipes what was read or fetched for an import, a pull or a merge.
    ForgetIncoming,
    /// Undoes or redoes.
    TakeBack {
        /// Undo or redo.
        direction: Direction,
        /// The newest event that the plan was made from: it holds only for it.
        newest: u64,
    },
}

impl Work {
    /// Whether only the newest of those that wait for the same question is worth doing.
    pub const fn is_preview(&self) -> bool {
        matches!(
            self,
            Self::Describe(_)
                | Self::Outline { .. }
                | Self::LookAround { .. }
                | Self::PlanPut { .. }
                | Self::Diff { .. }
                | Self::Which { .. }
                | Self::Generate { .. }
                | Self::TakeValue { .. }
                | Self::ReadFile { .. }
                | Self::CompletePath { .. }
                | Self::PlanChange { .. }
                | Self::PlanBulk(_)
                | Self::PlanTakeBack { .. }
        )
    }

    /// Whether it is about the vault that is open: what comes of it is of no use once that is locked, and a
    /// failure of it may end the session.
    pub const fn is_of_open_vault(&self) -> bool {
        !matches!(
            self,
            Self::Open
                | Self::LookAround { .. }
                | Self::CompletePath { .. }
                | Self::OpenOther(_)
                | Self::MeasureKdf
                | Self::Create { .. }
                | Self::Unlock { .. }
                | Self::UnlockByAgent
                | Self::UseSettings(_)
                | Self::SaveSetting { .. }
        )
    }
}
