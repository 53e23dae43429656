//! What the app wishes to be done outside, what the worker answers, and the one function that does it.

use std::sync::Arc;

use crate::domain::{SecretName, SecretValue, VersionId};
use crate::generator::{Generated, GeneratorError, Recipe};
use crate::memory::SecretBytes;
use crate::platform::paths;
use crate::platform::user_files::{self, Completion};
use crate::vault::{
    ChangeOutcome, CreateOutcome, CreateRequest, Existing, HistoryEntry, KdfCost, Planned, PlannedPut,
    PutOutcome, PutRequest, Refreshed, SecretDetails, TakeBackOutcome, TakeBackPlan, VaultError,
    place_secret_file,
};
use crate::versioning::Direction;

use super::as_command::Reads;
use super::catalogue::Catalogue;
pub use super::change_request::ChangeRequest;
use super::comparison::{Comparison, Texts};
use super::editing::Editing;
use super::holders::{self, Holders};
use super::jobs::{self, Done, Job, JobFailed, JobKind, Watched};
use super::modals::HISTORY_LIMIT;
use super::screens::put_form::{FileContent, read_file};
use super::session::{self, CopyRoute, Found, Opened, Session};

/// A wish of [`update`](super::update::update). They are carried out in order; `Quit` and `Suspend` only
/// after the work before them has been done.
pub enum Effect {
    /// Leave the app.
    Quit,
    /// Stop the process as the shell's Ctrl-z does.
    Suspend,
    /// Give the terminal to the user's editor, on a file in memory.
    Edit(Editing),
    /// Draw every cell anew.
    Repaint,
    /// Have the terminal report the mouse, or leave it to the terminal's own selection.
    ListenToMouse(bool),
    /// Notice changes of the vault at this path from now on; as typed.
    Watch(String),
    /// Something for the worker.
    Work(Work),
}

/// Another vault, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherVaultWish {
    /// Its file.
    pub path: String,
    /// Its key file; empty: it has none.
    pub key_file: String,
    /// Whether there is none yet, and one shall be made.
    pub makes: bool,
}

/// Whether a new vault gets a key file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyFileWish {
    /// The password alone opens it.
    None,
    /// A new one, written to a path where nothing lies yet; as typed.
    Make(String),
    /// One that is there; as typed.
    Take(String),
}

/// Previews: of those waiting, only the newest of each slot is worth doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    /// The secret under the cursor.
    Describe,
    /// What lies where a path leads.
    LookAround,
    /// The plan of the put form.
    PlanPut,
    /// How two versions differ.
    Diff,
    /// Which version holds a value.
    Which,
    /// The value of the generator.
    Generate,
    /// The file of the put form.
    ReadFile,
    /// The path being typed.
    CompletePath,
    /// The plan of the plan pane, of an undo or the labels editor.
    PlanChange,
}

/// What the worker can be asked to do; each piece is answered by one [`Reply`], unless a newer one of the
/// same slot took its place.
pub enum Work {
    /// Looks at the file.
    Open,
    /// Lists what lies where a path leads: folders, and files that may be vaults.
    LookAround {
        /// The path, as typed so far.
        path: String,
    },
    /// Looks at another file.
    OpenOther(OtherVaultWish),
    /// Measures which cost of the key derivation this machine bears.
    MeasureKdf,
    /// Makes a new vault.
    Create {
        /// The master password.
        password: SecretBytes,
        /// What was measured; `None` measures first.
        cost: Option<KdfCost>,
        /// What is needed besides the password.
        key_file: KeyFileWish,
    },
    /// Opens the vault.
    Unlock {
        /// The master password.
        password: SecretBytes,
    },
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
    /// Reads all secrets.
    List,
    /// Reads one secret with its versions.
    Describe(SecretName),
    /// Reads a value to show it.
    Reveal {
        /// The secret.
        name: SecretName,
        /// The version.
        version_id: VersionId,
    },
    /// Copies a value to the clipboard, unless it has fields of which one may be meant.
    CopyValue {
        /// The secret.
        name: SecretName,
        /// The version.
        version_id: VersionId,
    },
    /// Copies the whole of a value, or one of its fields.
    CopyPart {
        /// The secret.
        name: SecretName,
        /// The version.
        version_id: VersionId,
        /// The name of the field; `None`: the whole.
        field: Option<String>,
    },
    /// Copies `name#version` to the clipboard.
    CopyReference {
        /// The secret.
        name: SecretName,
        /// The version.
        version_id: VersionId,
    },
    /// Copies a command line to the clipboard.
    CopyCommand {
        /// The line.
        line: SecretBytes,
        /// Whether it reads a value.
        reads: Reads,
    },
    /// Empties the clipboard where it still holds what was copied.
    ClearClipboard,
    /// Says what a put would do.
    PlanPut {
        /// Which state of the form this is.
        revision: u64,
        /// The put.
        request: Box<PutRequest>,
    },
    /// Reads a value for the editor.
    EditValue {
        /// The secret.
        name: SecretName,
        /// The version.
        version_id: VersionId,
    },
    /// Reads a file for a value.
    ReadFile {
        /// Which question this is.
        revision: u64,
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
        /// The secret.
        name: SecretName,
        /// The version.
        version_id: VersionId,
        /// The path as it was typed.
        path: String,
        /// What may lie there already.
        existing: Existing,
    },
    /// Draws a random value.
    Generate {
        /// Which question this is.
        revision: u64,
        /// What shall be drawn.
        recipe: Recipe,
    },
    /// Stores a version.
    Put(Box<PutRequest>),
    /// Stores a new secret.
    CreateSecret(Box<CreateRequest>),
    /// Says what a change would do.
    PlanChange {
        /// Which question this is.
        revision: u64,
        /// The change.
        request: ChangeRequest,
    },
    /// Makes a change.
    Change(ChangeRequest),
    /// Says what an undo or redo would take back.
    PlanTakeBack {
        /// Which question this is.
        revision: u64,
        /// Undo or redo.
        direction: Direction,
    },
    /// Compares two versions of a secret.
    Diff {
        /// Which question this is.
        revision: u64,
        /// The secret.
        name: SecretName,
        /// The versions, the older one first.
        versions: Box<[VersionId; 2]>,
        /// Whether the texts are wanted too.
        texts: Texts,
    },
    /// Looks which versions hold a value.
    Which {
        /// Which question this is.
        revision: u64,
        /// The secret; `None`: all of them.
        scope: Option<SecretName>,
        /// The value.
        value: SecretBytes,
    },
    /// Reads the history of a secret, or of the vault.
    History(Option<SecretName>),
    /// Long work.
    Job {
        /// What is to be done.
        job: Box<Job>,
        /// How far it is, and whether it shall stop.
        watched: Arc<Watched>,
    },
    /// Wipes what was read for an import.
    ForgetImport,
    /// Undoes or redoes.
    TakeBack {
        /// Undo or redo.
        direction: Direction,
        /// The newest event that the plan was made from: it holds only for it.
        newest: u64,
    },
}

impl Work {
    /// The slot of previewing work.
    pub const fn slot(&self) -> Option<Slot> {
        match self {
            Self::Describe(_) => Some(Slot::Describe),
            Self::LookAround { .. } => Some(Slot::LookAround),
            Self::PlanPut { .. } => Some(Slot::PlanPut),
            Self::Diff { .. } => Some(Slot::Diff),
            Self::Which { .. } => Some(Slot::Which),
            Self::Generate { .. } => Some(Slot::Generate),
            Self::ReadFile { .. } => Some(Slot::ReadFile),
            Self::CompletePath { .. } => Some(Slot::CompletePath),
            Self::PlanChange { .. } | Self::PlanTakeBack { .. } => Some(Slot::PlanChange),
            _ => None,
        }
    }
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Copied {
    /// The value of a version.
    Value {
        /// The secret.
        name: SecretName,
        /// The version.
        version_id: VersionId,
    },
    /// A field of a value.
    Field {
        /// The secret.
        name: SecretName,
        /// The version.
        version_id: VersionId,
        /// The name of the field.
        field: String,
    },
    /// A reference.
    Reference {
        /// The secret.
        name: SecretName,
        /// The version.
        version_id: VersionId,
    },
    /// A command line.
    Command(Reads),
}

/// Why something could not be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyFailed {
    /// The vault did not give the value.
    Vault(VaultError),
    /// The clipboard did not take it.
    Clipboard(String),
}

/// What the worker answers.
pub enum Reply {
    /// To [`Work::Open`].
    Found(Result<Found, VaultError>),
    /// To [`Work::LookAround`].
    Around {
        /// The path asked for.
        path: String,
        /// The names, folders with their `/`.
        names: Vec<String>,
    },
    /// To [`Work::OpenOther`].
    OtherFound {
        /// What was wished.
        wish: OtherVaultWish,
        /// What lies there.
        result: Result<Found, VaultError>,
    },
    /// To [`Work::MeasureKdf`].
    Measured(Result<KdfCost, VaultError>),
    /// To [`Work::Create`].
    Created(Result<Box<Opened>, VaultError>),
    /// To [`Work::Unlock`].
    Unlocked(Result<Box<Opened>, VaultError>),
    /// To [`Work::Lock`].
    Locked,
    /// To [`Work::KeepPlace`].
    PlaceKept,
    /// To [`Work::Refresh`].
    Refreshed(Result<Refreshed, VaultError>),
    /// To [`Work::List`].
    Listed(Result<Box<Catalogue>, VaultError>),
    /// To [`Work::Describe`].
    Described {
        /// The secret asked for.
        name: SecretName,
        /// The answer.
        result: Result<Box<SecretDetails>, VaultError>,
    },
    /// To [`Work::Reveal`].
    Revealed {
        /// The secret.
        name: SecretName,
        /// The version.
        version_id: VersionId,
        /// The value.
        result: Result<SecretValue, VaultError>,
    },
    /// To [`Work::CopyValue`], [`Work::CopyReference`] and [`Work::CopyCommand`].
    Copied {
        /// What was copied.
        what: Copied,
        /// By which way.
        result: Result<CopyRoute, CopyFailed>,
    },
    /// To [`Work::CopyValue`], where the value has fields and one may be meant.
    FieldsToCopy {
        /// The secret.
        name: SecretName,
        /// The version.
        version_id: VersionId,
        /// The names of the fields.
        fields: Vec<String>,
    },
    /// To [`Work::ClearClipboard`].
    ClipboardCleared,
    /// To [`Work::PlanPut`].
    PlannedPut {
        /// Which state of the form was planned.
        revision: u64,
        /// The plan, or the refusal that the put would get.
        result: Result<Box<PlannedPut>, VaultError>,
    },
    /// To [`Work::EditValue`].
    ValueToEdit {
        /// The secret.
        name: SecretName,
        /// The version.
        version_id: VersionId,
        /// The value.
        result: Result<SecretValue, VaultError>,
    },
    /// To [`Work::ReadFile`].
    FileRead {
        /// Which question was answered.
        revision: u64,
        /// What was read, or a sentence.
        result: Result<Box<FileContent>, String>,
    },
    /// To [`Work::CompletePath`].
    PathCompleted {
        /// What was typed of it.
        typed: String,
        /// What can be made of it.
        completion: Completion,
    },
    /// To [`Work::WriteValue`].
    Written {
        /// The path as it was typed.
        path: String,
        /// Whether it was written.
        result: Result<(), VaultError>,
    },
    /// To [`Work::Generate`].
    Generated {
        /// Which question was answered.
        revision: u64,
        /// What was drawn.
        result: Result<Generated, GeneratorError>,
    },
    /// To [`Work::Put`].
    Put(Result<Box<PutOutcome>, VaultError>),
    /// To [`Work::CreateSecret`].
    SecretCreated(Result<Box<CreateOutcome>, VaultError>),
    /// To [`Work::PlanChange`].
    PlannedChange {
        /// Which question was answered.
        revision: u64,
        /// The plan, or the refusal.
        result: Result<Box<Planned>, VaultError>,
    },
    /// To [`Work::Change`].
    Changed(Result<Box<ChangeOutcome>, VaultError>),
    /// To [`Work::PlanTakeBack`].
    PlannedTakeBack {
        /// Which question was answered.
        revision: u64,
        /// The plan, or the refusal.
        result: Result<Box<TakeBackPlan>, VaultError>,
    },
    /// To [`Work::Diff`].
    Diff {
        /// Which question was answered.
        revision: u64,
        /// What differs.
        result: Result<Box<Comparison>, VaultError>,
    },
    /// To [`Work::Which`].
    Which {
        /// Which question was answered.
        revision: u64,
        /// What was found.
        result: Result<Box<Holders>, VaultError>,
    },
    /// To [`Work::History`].
    History {
        /// Whose it is; `None`: the vault's.
        subject: Option<SecretName>,
        /// The entries, newest first.
        result: Result<Vec<HistoryEntry>, VaultError>,
    },
    /// To [`Work::Job`].
    Job {
        /// What it was.
        kind: JobKind,
        /// What came of it.
        result: Result<Box<Done>, Box<JobFailed>>,
    },
    /// To [`Work::ForgetImport`].
    ImportForgotten,
    /// To [`Work::TakeBack`].
    TakenBack(Result<Box<TakeBackOutcome>, VaultError>),
}

/// Does one piece of work; runs on the worker.
pub fn perform(session: &mut Session, work: Work) -> Reply {
    match work {
        Work::Open => Reply::Found(session.open()),
        Work::LookAround { path } => {
            let names = session::around(&path);
            Reply::Around { path, names }
        }
        Work::OpenOther(wish) => {
            let result = session.open_other(&wish);
            Reply::OtherFound { wish, result }
        }
        Work::MeasureKdf => Reply::Measured(session.measure_kdf()),
        Work::Create { password, cost, key_file } => {
            Reply::Created(session.create(password, cost, key_file).map(Box::new))
        }
        Work::Unlock { password } => Reply::Unlocked(session.unlock(password).map(Box::new)),
        Work::Lock { place } => {
            session.lock(&place);
            Reply::Locked
        }
        Work::KeepPlace { stand } => {
            session.keep_place(&stand);
            Reply::PlaceKept
        }
        Work::Refresh => Reply::Refreshed(session.vault().and_then(|vault| vault.refresh())),
        Work::List => {
            let listing = session.vault().and_then(|vault| vault.list());
            Reply::Listed(listing.map(Catalogue::of).map(Box::new))
        }
        Work::Describe(name) => {
            let result = session.vault().and_then(|vault| vault.describe(&name)).map(Box::new);
            Reply::Described { name, result }
        }
        Work::Reveal { name, version_id } => {
            let result = session.value(&name, &version_id);
            Reply::Revealed { name, version_id, result }
        }
        Work::CopyValue { name, version_id } => copy_value(session, name, version_id),
        Work::CopyPart { name, version_id, field: None } => copy_whole(session, name, version_id),
        Work::CopyPart { name, version_id, field: Some(field) } => {
            let result = session.copy_field(&name, &version_id, &field);
            Reply::Copied { what: Copied::Field { name, version_id, field }, result }
        }
        Work::CopyReference { name, version_id } => {
            let result = session.copy_reference(&name, &version_id);
            Reply::Copied { what: Copied::Reference { name, version_id }, result }
        }
        Work::CopyCommand { line, reads } => {
            Reply::Copied { what: Copied::Command(reads), result: session.copy_text(&line) }
        }
        Work::ClearClipboard => {
            session.clear_clipboard();
            Reply::ClipboardCleared
        }
        Work::PlanPut { revision, request } => {
            let result = session.vault().and_then(|vault| vault.plan_put(&request)).map(Box::new);
            Reply::PlannedPut { revision, result }
        }
        Work::EditValue { name, version_id } => {
            let result = session.value(&name, &version_id);
            Reply::ValueToEdit { name, version_id, result }
        }
        Work::ReadFile { revision, path } => {
            Reply::FileRead { revision, result: read_file(&path).map(Box::new) }
        }
        Work::CompletePath { typed } => {
            let completion = user_files::complete(&typed);
            Reply::PathCompleted { typed, completion }
        }
        Work::WriteValue { name, version_id, path, existing } => {
            let result = session
                .value(&name, &version_id)
                .and_then(|value| place_secret_file(&paths::typed(&path), &value.into_bytes(), existing));
            Reply::Written { path, result }
        }
        Work::Generate { revision, recipe } => Reply::Generated { revision, result: recipe.generate() },
        Work::Put(request) => {
            Reply::Put(session.vault().and_then(|vault| vault.put_secret_value(&request)).map(Box::new))
        }
        Work::CreateSecret(request) => Reply::SecretCreated(
            session.vault().and_then(|vault| vault.create_secret(&request)).map(Box::new),
        ),
        Work::PlanChange { revision, request } => {
            Reply::PlannedChange { revision, result: request.plan(session).map(Box::new) }
        }
        Work::Change(request) => Reply::Changed(request.make(session).map(Box::new)),
        Work::PlanTakeBack { revision, direction } => {
            let result = session.vault().and_then(|vault| vault.plan_take_back(direction)).map(Box::new);
            Reply::PlannedTakeBack { revision, result }
        }
        Work::Diff { revision, name, versions, texts } => {
            let result = session.compare(&name, &versions, texts).map(Box::new);
            Reply::Diff { revision, result }
        }
        Work::Which { revision, scope, value } => {
            let vault = session.vault();
            let result = vault.and_then(|vault| holders::find(vault, scope.as_ref(), &value)).map(Box::new);
            Reply::Which { revision, result }
        }
        Work::History(subject) => {
            let result = session.vault().and_then(|vault| match &subject {
                Some(name) => vault.history_of(name, HISTORY_LIMIT),
                None => vault.history(HISTORY_LIMIT),
            });
            Reply::History { subject, result }
        }
        Work::Job { job, watched } => {
            let kind = job.kind();
            let result = jobs::perform(session, *job, &watched).map(Box::new).map_err(Box::new);
            Reply::Job { kind, result }
        }
        Work::ForgetImport => {
            session.incoming = None;
            Reply::ImportForgotten
        }
        Work::TakeBack { direction, newest } => Reply::TakenBack(
            session.vault().and_then(|vault| vault.take_back(direction, Some(newest))).map(Box::new),
        ),
    }
}

fn copy_value(session: &mut Session, name: SecretName, version_id: VersionId) -> Reply {
    match session.fields(&name, &version_id) {
        Ok(fields) if !fields.is_empty() => Reply::FieldsToCopy { name, version_id, fields },
        _ => copy_whole(session, name, version_id),
    }
}

fn copy_whole(session: &mut Session, name: SecretName, version_id: VersionId) -> Reply {
    let result = session.copy_value(&name, &version_id);
    Reply::Copied { what: Copied::Value { name, version_id }, result }
}
