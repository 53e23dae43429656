//! What was done, as the `etui` command line that does the same: quoted for a shell, and never with a value.

mod job;
mod words;

use std::path::{Path, PathBuf};

use self::job::WhatIsRead;
use self::words::{Parts, absolute};

pub use self::words::CommandLine;
pub use super::ask::Reads;
use super::ask::{Answer, Answered, Asked, Effect, Ticket, Work};
use super::change_request::ChangeRequest;
use super::jobs::{Done, Job};
use crate::domain::{Folder, Note, StageLabel, Tags, ValueType};
use crate::memory::SecretBytes;
use crate::platform::paths::Paths;
use crate::vault::{BulkRequest, CreateRequest, DeleteRequest, OnRefusal, PutRequest, StageRequest};
use crate::versioning::{BulkOperation, BulkTarget, Deletion, Direction, MetadataUpdate};

/// The last change of this session, wiped with the lock.
pub struct LastCommand {
    /// The vault, where it does not lie in its usual place.
    vault: Option<PathBuf>,
    /// The line of a change that was begun, and the ticket of its end.
    under_way: Option<(Ticket, CommandLine)>,
    /// What an import reads: its format may be known only when it was read.
    read: Option<WhatIsRead>,
    done: Option<CommandLine>,
}

impl LastCommand {
    /// Nothing was done yet to the vault at a path.
    pub fn none(vault: &Path) -> Self {
        let usual = Paths::find().map(|paths| paths.default_vault());
        let vault = (usual.as_deref() != Some(vault)).then(|| absolute(vault));
        Self { vault, under_way: None, read: None, done: None }
    }

    /// The line that does it again.
    pub const fn line(&self) -> Option<&CommandLine> {
        self.done.as_ref()
    }

    /// Takes note of a change that begins.
    pub(super) fn begin(&mut self, effects: &[Effect]) {
        for effect in effects {
            let Effect::Work(Asked { ticket, work }) = effect else {
                continue;
            };
            if let Work::Job { job, .. } = work {
                match (&**job, &mut self.read) {
                    (Job::ReadImport(wanted), read) => *read = Some(WhatIsRead::of(wanted)),
                    (Job::Import(on_refusal), Some(read)) => {
                        read.skips_refused = *on_refusal == OnRefusal::LeaveOut;
                    }
                    _ => {}
                }
            }
            if let Some(line) = CommandLine::of(work, self.vault.as_deref()) {
                self.under_way = Some((*ticket, line));
            }
        }
    }

    /// Takes note of how it ended.
    pub(super) fn end(&mut self, answered: &Answered) {
        let line = self.under_way.take_if(|(ticket, _)| *ticket == answered.ticket).map(|(_, line)| line);
        match &answered.result {
            Ok(Answer::Job(done)) => self.end_job(done, line),
            Ok(_) if line.is_some() => self.done = line,
            _ => {}
        }
    }

    fn end_job(&mut self, done: &Done, line: Option<CommandLine>) {
        match done {
            Done::ImportPlanned { source, .. } => {
                if let Some(read) = &mut self.read {
                    read.source = Some(source);
                }
            }
            Done::Imported(_) => {
                self.done = self.read.take().and_then(|read| read.line(self.vault.as_deref()))
            }
            _ if line.is_some() => self.done = line,
            _ => {}
        }
    }

    pub(super) fn wipe(&mut self) {
        (self.under_way, self.read, self.done) = (None, None, None);
    }
}

impl CommandLine {
    /// The line that does the same as a piece of work; `None` where it changes nothing, or where no line can
    /// say it. A vault that does not
    /// lie in its usual place is named.
    pub fn of(work: &Work, vault: Option<&Path>) -> Option<Self> {
        let parts = match work {
            Work::CreateSecret(request) if has_unsayable_tag(&request.tags) => return None,
            Work::Change(ChangeRequest::Update(request)) if has_unsayable_tag(&request.update.tags) => {
                return None;
            }
            Work::Put(request) => put(request),
            Work::CreateSecret(request) => create(request),
            Work::Change(request) => change(request),
            Work::ChangeMany(request) => many(request)?,
            Work::Job { job, .. } => job::parts(job)?,
            Work::TakeBack { direction: Direction::Undo, .. } => Parts::of("undo"),
            Work::TakeBack { direction: Direction::Redo, .. } => Parts::of("redo"),
            _ => return None,
        };
        Some(parts.into_line(vault))
    }

    /// The line, to be copied.
    pub fn duplicate(&self) -> SecretBytes {
        self.line.duplicate()
    }

    pub fn text(&self) -> &str {
        self.line.expose_text().expect("it was put together from texts")
    }

    /// Whether it reads a value.
    pub const fn reads(&self) -> Reads {
        self.reads
    }
}

fn put(request: &PutRequest) -> Parts {
    let parts = Parts::of("put").name(request.name.as_str());
    let parts = parts.maybe("--version-id", request.version_id.as_ref().map(|id| id.as_str()));
    value(stages(parts, request.stages.labels()), request.value.value_type(), request.note.as_ref())
}

fn create(request: &CreateRequest) -> Parts {
    let parts = Parts::of("new").name(request.name.as_str());
    let parts = parts.flag("--version-id", request.version_id.as_str());
    let parts = stages(parts, &request.extra_stages);
    let description = Some(request.description.as_str()).filter(|text| !text.is_empty());
    let mut parts = parts.maybe("--description", description);
    for (key, text) in request.tags.iter() {
        parts = parts.tag(key.as_str(), text.as_str());
    }
    value(parts, request.value.value_type(), request.note.as_ref())
}

fn stages(parts: Parts, labels: &[StageLabel]) -> Parts {
    labels.iter().fold(parts, |parts, label| parts.flag("--stage", label.as_str()))
}

fn value(parts: Parts, value_type: ValueType, note: Option<&Note>) -> Parts {
    let binary = (value_type == ValueType::Binary).then_some("binary");
    let parts = parts.maybe("--type", binary).maybe("--note", note.map(Note::as_str));
    parts.reading_a_value()
}

fn change(request: &ChangeRequest) -> Parts {
    match request {
        ChangeRequest::Stage(request) => stage(request),
        ChangeRequest::Rollback(request) => Parts::of("rollback").name(request.name.as_str()),
        ChangeRequest::Delete(request) => delete(request),
        ChangeRequest::Restore(name) => Parts::of("restore").name(name.as_str()),
        ChangeRequest::Rename(request) => {
            Parts::of("rename").name(request.old.as_str()).name(request.new.as_str())
        }
        ChangeRequest::Update(request) => set(Parts::of("set").name(request.name.as_str()), &request.update),
        ChangeRequest::Duplicate(request) => {
            Parts::of("duplicate").name(request.source.as_str()).name(request.name.as_str())
        }
    }
}

/// The line for many secrets; `None` where there is none for more than one.
fn many(request: &BulkRequest) -> Option<Parts> {
    let named = |parts: Parts| match request.targets.as_slice() {
        [BulkTarget::Folder(folder)] => parts.flag("--prefix", folder.as_str()),
        targets => targets.iter().fold(parts, |parts, target| parts.name(target.as_str())),
    };
    Some(match &request.operation {
        BulkOperation::Move(into) => {
            let parts = request.targets.iter().fold(Parts::of("move"), |parts, of| parts.name(of.as_str()));
            parts.name(into.as_ref().map_or("/", Folder::as_str))
        }
        BulkOperation::RenameFolder(new) => match request.targets.as_slice() {
            // Behind a flag that takes two words the second one must not look like a flag.
            [BulkTarget::Folder(old)] if !new.as_str().starts_with('-') => {
                Parts::of("rename").flag("--prefix", old.as_str()).switch(new.as_str())
            }
            _ => return None,
        },
        BulkOperation::Delete(Deletion::Window(days)) => {
            named(Parts::of("rm")).flag("--recovery-days", &days.to_string())
        }
        BulkOperation::Delete(Deletion::Force) => named(Parts::of("rm")).switch("--force"),
        BulkOperation::Restore => named(Parts::of("restore")),
        BulkOperation::Update(update) if has_unsayable_tag(&update.tags) => return None,
        BulkOperation::Update(update) => set(named(Parts::of("set")), update),
        BulkOperation::Label(_) => return None,
    })
}

fn stage(request: &StageRequest) -> Parts {
    let stage = &request.stage;
    Parts::of("stage")
        .name(request.name.as_str())
        .name(stage.label().as_str())
        .maybe("--to", stage.move_to().map(|id| id.as_str()))
        .maybe("--from", stage.remove_from().map(|id| id.as_str()))
}

fn delete(request: &DeleteRequest) -> Parts {
    let parts = Parts::of("rm").name(request.name.as_str());
    match request.deletion {
        Deletion::Window(days) => parts.flag("--recovery-days", &days.to_string()),
        Deletion::Force => parts.switch("--force"),
    }
}

/// Whether a tag cannot be said: `--tag` takes what stands before the first `=` for the key.
fn has_unsayable_tag(tags: &Tags) -> bool {
    tags.iter().any(|(key, _)| key.as_str().contains('='))
}

fn set(mut parts: Parts, update: &MetadataUpdate) -> Parts {
    let MetadataUpdate { description, tags, untag, retention, rotation } = update;
    parts = parts.maybe("--description", description.as_ref().map(|text| text.as_str()));
    for (key, text) in tags.iter() {
        parts = parts.tag(key.as_str(), text.as_str());
    }
    for key in untag {
        parts = parts.flag("--untag", key.as_str());
    }
    let keep =
        retention.map(|kept| kept.map_or_else(|| "off".to_owned(), |kept| kept.versions().to_string()));
    let rotate =
        rotation.map(|every| every.map_or_else(|| "off".to_owned(), |every| every.days().to_string()));
    parts.maybe("--keep", keep.as_deref()).maybe("--rotate", rotate.as_deref())
}
