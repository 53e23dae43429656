//! The commands, one file each: its arguments, whose doc comments are the help, and what it does.

pub(super) mod api;
pub(super) mod audit;
pub(super) mod backup;
pub(super) mod completions;
pub(super) mod config;
pub(super) mod copy;
mod cost;
pub(super) mod diff;
pub(super) mod doctor;
pub(super) mod edit;
pub(super) mod export;
pub(super) mod get;
pub(super) mod import;
pub(super) mod init;
pub(super) mod inject;
pub(super) mod list;
pub(super) mod lock;
pub(super) mod log;
pub(super) mod man;
pub(super) mod new;
mod new_locks;
mod new_version;
pub(super) mod passwd;
pub(super) mod promote;
pub(super) mod purge;
pub(super) mod put;
pub(super) mod random;
pub(super) mod rekey;
pub(super) mod rename;
pub(super) mod restore;
pub(super) mod rm;
pub(super) mod rollback;
pub(super) mod run;
pub(super) mod set;
pub(super) mod show;
pub(super) mod stage;
pub(super) mod status;
pub(super) mod undo;
pub(super) mod unlock;
pub(super) mod verify;
pub(super) mod which;

use super::args::JobCommand;
use super::exit_code::Finish;
use super::invocation::Invocation;

impl JobCommand {
    /// Does what was asked.
    pub(super) fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        match self {
            Self::Init(init) => init.run(invocation),
            Self::New(new) => new.run(invocation),
            Self::Put(put) => put.run(invocation),
            Self::Get(get) => get.run(invocation),
            Self::List(list) => list.run(invocation),
            Self::Show(show) => show.run(invocation),
            Self::Log(log) => log.run(invocation),
            Self::Stage(stage) => stage.run(invocation),
            Self::Rollback(rollback) => rollback.run(invocation),
            Self::Rm(rm) => rm.run(invocation),
            Self::Restore(restore) => restore.run(invocation),
            Self::Purge(purge) => purge.run(invocation),
            Self::Set(set) => set.run(invocation),
            Self::Rename(rename) => rename.run(invocation),
            Self::Audit(audit) => audit.run(invocation),
            Self::Undo(undo) => undo.run(invocation),
            Self::Redo(redo) => redo.run(invocation),
            Self::Which(which) => which.run(invocation),
            Self::Random(random) => random.run(invocation),
            Self::Passwd(passwd) => passwd.run(invocation),
            Self::Rekey(rekey) => rekey.run(invocation),
            Self::Backup(backup) => backup.run(invocation),
            Self::Verify(verify) => verify.run(invocation),
            Self::Unlock(unlock) => unlock.run(invocation),
            Self::Lock(lock) => lock.run(invocation),
            Self::Status(status) => status.run(invocation),
            Self::Import(import) => import.run(invocation),
            Self::Export(export) => export.run(invocation),
            Self::Api(api) => api.run(invocation),
            Self::Run(run) => run.run(invocation),
            Self::Promote(promote) => promote.run(invocation),
            Self::Inject(inject) => inject.run(invocation),
            Self::Config(config) => config.run(invocation),
            Self::Copy(copy) => copy.run(invocation),
            Self::Edit(edit) => edit.run(invocation),
            Self::Diff(diff) => diff.run(invocation),
            Self::Completions(completions) => completions.run(invocation),
            Self::Man(man) => man.run(invocation),
            Self::Doctor(doctor) => doctor.run(invocation),
        }
    }
}
