//! The commands, one file each: its arguments, whose doc comments are the help, and what it does. A new one is
//! its file and its row here.

mod api;
mod audit;
mod backup;
mod code;
mod completions;
mod config;
mod copy;
mod cost;
mod demo;
mod diff;
mod docker_credential;
mod doctor;
mod duplicate;
mod edit;
#[cfg(feature = "engines")]
mod engine_access;
mod env;
mod export;
mod get;
mod git_credential;
mod git_merge_driver;
mod git_setup;
mod import;
mod init;
mod inject;
mod list;
mod lock;
mod log;
mod man;
mod merge;
mod new;
mod new_locks;
mod new_version;
mod passwd;
mod promote;
#[cfg(feature = "engines")]
mod pull;
mod purge;
#[cfg(feature = "engines")]
mod push;
mod put;
mod random;
mod recovery_sheet;
mod rekey;
mod relocate;
mod remote;
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
mod sync;
mod tui;
mod undo;
mod unlock;
mod upgrade;
mod verify;
mod which;

use super::row::{Group, Row};

/// What `etui` alone does.
pub(super) const APP: Row = Row::of::<tui::Tui>("tui");

/// The commands that belong together, in the order of the help.
pub(super) const GROUPS: &[Group] = &[
    Group {
        title: "Store and read",
        rows: &[
            Row::of::<new::New>("new"),
            Row::of::<put::Put>("put"),
            Row::of::<get::Get>("get"),
            Row::of::<edit::Edit>("edit"),
            Row::of::<duplicate::Duplicate>("duplicate"),
            Row::of::<copy::Copy>("copy"),
            Row::of::<list::List>("list"),
            Row::of::<show::Show>("show"),
            Row::of::<which::Which>("which"),
            Row::of::<code::Code>("code"),
            Row::of::<random::Random>("random"),
        ],
    },
    Group {
        title: "Versions and labels",
        rows: &[
            Row::of::<log::Log>("log"),
            Row::of::<diff::Diff>("diff"),
            Row::of::<stage::Stage>("stage"),
            Row::of::<rollback::Rollback>("rollback"),
            Row::of::<promote::Promote>("promote"),
        ],
    },
    Group {
        title: "Change and undo",
        rows: &[
            Row::of::<set::Set>("set"),
            Row::of::<rename::Rename>("rename"),
            Row::of::<relocate::Move>("move"),
            Row::of::<rm::Rm>("rm"),
            Row::of::<restore::Restore>("restore"),
            Row::of::<purge::Purge>("purge"),
            Row::of::<audit::Audit>("audit"),
            Row::of::<undo::Undo>("undo"),
            Row::of::<undo::Redo>("redo"),
        ],
    },
    Group {
        title: "Use in programs",
        rows: &[
            Row::of::<run::Run>("run"),
            Row::of::<env::Env>("env"),
            Row::of::<inject::Inject>("inject"),
            Row::of::<git_credential::GitCredential>("git-credential"),
            Row::of::<docker_credential::DockerCredential>("docker-credential"),
            Row::of::<api::Api>("api"),
            #[cfg(feature = "serve")]
            Row::of::<serve::Serve>("serve"),
        ],
    },
    Group {
        title: "Import, merge, sync",
        rows: &[
            Row::of::<import::Import>("import"),
            Row::of::<export::Export>("export"),
            Row::of::<backup::Backup>("backup"),
            Row::of::<recovery_sheet::RecoverySheet>("recovery-sheet"),
            Row::of::<remote::Remote>("remote"),
            Row::of::<merge::Merge>("merge"),
            Row::of::<sync::Sync>("sync"),
            #[cfg(feature = "engines")]
            Row::of::<push::Push>("push"),
            #[cfg(feature = "engines")]
            Row::of::<pull::Pull>("pull"),
            Row::of::<git_setup::GitSetup>("git-setup"),
            Row::of::<git_merge_driver::GitMergeDriver>("git-merge-driver"),
        ],
    },
    Group {
        title: "The vault",
        rows: &[
            Row::of::<init::Init>("init"),
            Row::of::<unlock::Unlock>("unlock"),
            Row::of::<lock::Lock>("lock"),
            Row::of::<status::Status>("status"),
            Row::of::<passwd::Passwd>("passwd"),
            Row::of::<rekey::Rekey>("rekey"),
            Row::of::<upgrade::Upgrade>("upgrade"),
            Row::of::<verify::Verify>("verify"),
        ],
    },
    Group {
        title: "App and this tool",
        rows: &[
            Row::of::<tui::Tui>("tui"),
            Row::of::<demo::Demo>("demo"),
            Row::of::<doctor::Doctor>("doctor"),
            Row::of::<config::Config>("config"),
            Row::of::<completions::Completions>("completions"),
            Row::of::<man::Man>("man"),
        ],
    },
];
