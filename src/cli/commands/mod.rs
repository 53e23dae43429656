//! The commands, one file each: its arguments, whose doc comments are the help, and what it does. A new one is
//! its file and its row here.

mod api;
mod audit;
mod backup;
mod completions;
mod config;
mod copy;
mod cost;
mod demo;
mod diff;
mod doctor;
mod edit;
mod export;
mod get;
mod import;
mod init;
mod inject;
mod list;
mod lock;
mod log;
mod man;
mod new;
mod new_locks;
mod new_version;
mod passwd;
mod promote;
mod purge;
mod put;
mod random;
mod rekey;
mod rename;
mod restore;
mod rm;
mod rollback;
mod run;
#[cfg(feature = "serve")]
mod serve;
mod set;
mod show;
mod stage;
mod status;
mod tui;
mod undo;
mod unlock;
mod verify;
mod which;

use super::row::Row;

/// What `etui` alone does.
pub(super) const APP: &Row = &ROWS[0];

/// Every command, in the order of the help.
pub(super) const ROWS: &[Row] = &[
    Row::of::<tui::Tui>("tui"),
    Row::of::<demo::Demo>("demo"),
    Row::of::<init::Init>("init"),
    Row::of::<new::New>("new"),
    Row::of::<put::Put>("put"),
    Row::of::<get::Get>("get"),
    Row::of::<list::List>("list"),
    Row::of::<show::Show>("show"),
    Row::of::<log::Log>("log"),
    Row::of::<stage::Stage>("stage"),
    Row::of::<rollback::Rollback>("rollback"),
    Row::of::<rm::Rm>("rm"),
    Row::of::<restore::Restore>("restore"),
    Row::of::<purge::Purge>("purge"),
    Row::of::<set::Set>("set"),
    Row::of::<rename::Rename>("rename"),
    Row::of::<audit::Audit>("audit"),
    Row::of::<undo::Undo>("undo"),
    Row::of::<undo::Redo>("redo"),
    Row::of::<which::Which>("which"),
    Row::of::<random::Random>("random"),
    Row::of::<passwd::Passwd>("passwd"),
    Row::of::<rekey::Rekey>("rekey"),
    Row::of::<backup::Backup>("backup"),
    Row::of::<verify::Verify>("verify"),
    Row::of::<unlock::Unlock>("unlock"),
    Row::of::<lock::Lock>("lock"),
    Row::of::<status::Status>("status"),
    Row::of::<import::Import>("import"),
    Row::of::<export::Export>("export"),
    Row::of::<api::Api>("api"),
    #[cfg(feature = "serve")]
    Row::of::<serve::Serve>("serve"),
    Row::of::<run::Run>("run"),
    Row::of::<promote::Promote>("promote"),
    Row::of::<inject::Inject>("inject"),
    Row::of::<config::Config>("config"),
    Row::of::<copy::Copy>("copy"),
    Row::of::<edit::Edit>("edit"),
    Row::of::<diff::Diff>("diff"),
    Row::of::<completions::Completions>("completions"),
    Row::of::<man::Man>("man"),
    Row::of::<doctor::Doctor>("doctor"),
];
