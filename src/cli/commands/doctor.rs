//! `etui doctor`: checks the environment and says what is wrong.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use clap::Args;
use serde::Serialize;

use crate::agent;
use crate::app_options::clipboard_setting;
use crate::cli::color::Role;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::password;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, Schema, key};
use crate::cli::wording;
use crate::config::duration;
use crate::domain::{ErrorCode, visible};
use crate::memory::KeyArena;
use crate::platform::clipboard::ControllingTerminal;
use crate::platform::editor::{Editor, EditorKind, LeftBehind, Place, left_behind};
use crate::platform::user_files::is_open_to_others;
use crate::vault::{KdfCost, LockedVault, conflict_files, copies_before_upgrade};

/// Check your environment: memory, vault file, directories, settings, terminal, clipboard, editor, agent
///
/// No password is needed. Nothing is changed, except that a vault file that others may read becomes private. The exit
/// code is 1 if something is wrong; a line with '·' is for information only.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui doctor
  etui doctor --json")]
pub(in crate::cli) struct Doctor {}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Good,
    Remark,
    Wrong,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Finding {
    what: &'static str,
    state: State,
    detail: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DoctorJson<'a> {
    findings: &'a [Finding],
}

fn finding(what: &'static str, state: State, detail: impl Into<String>) -> Finding {
    Finding { what, state, detail: detail.into() }
}

impl RunCommand for Doctor {
    const JSON: Json = Json::Answers(&[Schema::only(&[&[key(
        "Findings",
        Kind::List(&Kind::Object(&[&[
            key("What", Kind::Text, "what was checked"),
            key(
                "State",
                Kind::Word(&["good", "remark", "wrong"]),
                "how it is; if anything is wrong, the exit code is 1",
            ),
            key("Detail", Kind::Text, "what was found"),
        ]])),
        "what was found",
    )]])]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let mut findings = memory(invocation);
        findings.extend(vault(invocation));
        findings.extend(files_that_unlock(invocation));
        findings.push(state_directory(invocation));
        findings.extend(settings(invocation));
        findings.extend(left_behind().into_iter().map(left));
        findings.push(terminal(invocation));
        findings.push(agent_directory(invocation));
        let output = invocation.output();
        if output.audience() == Audience::Machine {
            output.json(&DoctorJson { findings: &findings })?;
        } else {
            let palette = output.palette();
            let line = |found: &Finding| {
                let mark = match found.state {
                    State::Good => "✓".to_owned(),
                    State::Remark => palette.paint(Role::Muted, "·"),
                    State::Wrong => palette.paint(Role::Danger, "✗"),
                };
                format!("{mark} {:<11} {}\n", found.what, visible(&found.detail))
            };
            output.text(&findings.iter().map(line).collect::<String>())?;
        }
        let wrong = findings.iter().any(|found| found.state == State::Wrong);
        Ok(if wrong { Finish::Refused(ErrorCode::InternalFailure) } else { Finish::Done })
    }
}

fn memory(invocation: &Invocation) -> Vec<Finding> {
    let locked = KeyArena::new().is_ok_and(|arena| arena.is_locked());
    let hardening = invocation.hardening();
    let no_core_dumps = hardening.no_core_dumps;
    let not_dumpable = hardening.not_dumpable;
    vec![
        match locked {
            true => finding("keys", State::Good, "they live in locked memory"),
            false => finding("keys", State::Wrong, "memory cannot be locked: raise the limit (`ulimit -l`)"),
        },
        match no_core_dumps {
            true => finding("core dumps", State::Good, "off"),
            false => finding("core dumps", State::Wrong, "they cannot be turned off"),
        },
        match not_dumpable {
            true => {
                finding("debuggers", State::Good, "other processes of yours cannot read this one's memory")
            }
            false => finding("debuggers", State::Remark, "the system does not keep them out"),
        },
    ]
}

fn vault(invocation: &Invocation) -> Vec<Finding> {
    let path = match invocation.vault_path() {
        Ok(path) => path,
        Err(error) => return vec![finding("vault", State::Wrong, error.to_string())],
    };
    let Ok(metadata) = fs::metadata(path) else {
        let detail = format!("there is none at '{}'; `etui init` creates one", path.display());
        return vec![finding("vault", State::Remark, detail)];
    };
    let mut findings = Vec::new();
    if metadata.mode() & 0o077 != 0 {
        findings.push(finding("vault", State::Wrong, "others could read the file; etui makes it private"));
    }
    match invocation.open_vault() {
        Err(error) => {
            findings.push(finding("vault", State::Wrong, crate::cli::error::explain(&error).sentence));
        }
        Ok(locked) => {
            let cost = locked.kdf_cost();
            let detail = format!("'{}', {}", locked.path().display(), wording::cost(cost));
            findings.push(finding("vault", State::Good, detail));
            findings.extend(format(&locked));
            if is_below_floor(cost) {
                let detail = "a password guess is cheap; `etui passwd` raises its cost to today's default";
                findings.push(finding("vault", State::Remark, detail));
            }
            findings.extend(folder_of(locked.path()));
            let copies = conflict_files(locked.path(), locked.key_identity());
            findings
                .extend(wording::other_copies(&copies).map(|told| finding("copies", State::Remark, told)));
        }
    }
    findings
}

/// What an upgrade would do, and what one left that was killed.
fn format(locked: &LockedVault) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(detail) = wording::old_format(locked.format()) {
        findings.push(finding("vault", State::Remark, detail));
    }
    findings.extend(copies_before_upgrade(locked.path()).into_iter().map(|copy| {
        let detail = format!(
            "an interrupted upgrade left '{}', a copy of the vault: `etui upgrade` checks the vault and removes it",
            copy.display()
        );
        finding("vault", State::Remark, detail)
    }));
    findings
}

/// OWASP's floor, below which etui makes no vault.
fn is_below_floor(cost: KdfCost) -> bool {
    cost.memory_kib() < 19 * 1024
}

fn folder_of(path: &Path) -> Option<Finding> {
    let folder = path.parent()?;
    let mode = fs::metadata(folder).ok()?.mode();
    (mode & 0o022 != 0).then(|| {
        let detail = format!("others may write into its directory '{}'", folder.display());
        finding("vault", State::Wrong, detail)
    })
}

/// Only what is wrong with them.
fn files_that_unlock(invocation: &Invocation) -> Vec<Finding> {
    let open = |&(what, path): &(&'static str, &Path)| {
        File::open(path)
            .and_then(|file| is_open_to_others(&file))
            .is_ok_and(|open| open)
            .then(|| finding(what, State::Wrong, password::open_to_others(what, path)))
    };
    invocation.files_that_unlock().iter().filter_map(open).collect()
}

/// A value that lies somewhere because an edit did not come to its end.
fn left(left: LeftBehind) -> Finding {
    match left {
        LeftBehind::Killed(folder) => {
            let detail = format!(
                "an edit was killed and left its value in '{}'; the next `etui edit` wipes it",
                folder.display()
            );
            finding("edited", State::Wrong, detail)
        }
        LeftBehind::Kept(folder) => {
            let detail = format!(
                "a text that could not be stored is in '{}': delete it when you have what you need",
                folder.display()
            );
            finding("edited", State::Remark, detail)
        }
    }
}

fn state_directory(invocation: &Invocation) -> Finding {
    let Some(paths) = invocation.paths() else {
        return finding("remembered", State::Wrong, "there is no home directory to remember vaults in");
    };
    let state = paths.state();
    match fs::metadata(state) {
        Err(_) => finding("remembered", State::Remark, "nothing yet: an older copy would not be noticed"),
        Ok(metadata) if metadata.is_dir() && metadata.mode() & 0o022 == 0 => {
            finding("remembered", State::Good, format!("in '{}'", state.display()))
        }
        Ok(_) => finding("remembered", State::Wrong, format!("others may write into '{}'", state.display())),
    }
}

fn settings(invocation: &Invocation) -> Vec<Finding> {
    let (path, settings) = match (invocation.settings_path(), invocation.settings()) {
        (Ok(path), Ok(settings)) => (path, settings),
        (Err(error), _) | (_, Err(error)) => {
            return vec![finding("settings", State::Wrong, error.to_string())];
        }
    };
    let settings_detail = match path.exists() {
        true => format!("'{}'", path.display()),
        false => "the defaults".to_owned(),
    };
    let editor = match Editor::find(settings.editor.as_deref()).kind() {
        EditorKind::Unknown => {
            finding("editor", State::Remark, "not one that etui knows: it may keep copies")
        }
        EditorKind::Vim | EditorKind::Emacs | EditorKind::Plain | EditorKind::Line => {
            finding("editor", State::Good, "one that keeps no copies")
        }
    };
    let place = match Place::find() {
        Place::Memory(path) => {
            finding("edited", State::Good, format!("values stay in memory, in '{}'", path.display()))
        }
        Place::Disk(_) => {
            finding("edited", State::Remark, "no directory in memory: editing a value asks first")
        }
    };
    let terminal = match invocation.with_terminal(|terminal| terminal.is_some()) {
        true => ControllingTerminal::Here,
        false => ControllingTerminal::None,
    };
    let clipboard = match clipboard_setting(&settings).likely_way(terminal) {
        Some(way) => finding("clipboard", State::Good, way),
        None => finding("clipboard", State::Remark, "none here: neither a display nor a terminal"),
    };
    vec![finding("settings", State::Good, settings_detail), clipboard, editor, place]
}

fn terminal(invocation: &Invocation) -> Finding {
    if !invocation.with_terminal(|terminal| terminal.is_some()) {
        return finding("terminal", State::Remark, "none: passwords cannot be asked for");
    }
    let name = std::env::var("TERM").unwrap_or_default();
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_default();
    let is_unicode = locale.to_ascii_lowercase().replace('-', "").contains("utf8");
    let characters = if is_unicode { "Unicode" } else { "ASCII, since the locale is not UTF-8" };
    finding("terminal", State::Good, format!("'{name}', drawn in {characters}"))
}

fn agent_directory(invocation: &Invocation) -> Finding {
    let Some(paths) = invocation.paths() else {
        return finding("agent", State::Wrong, "there is no directory for its socket");
    };
    if let Err(error) = agent::check_directory(&agent::directory(paths)) {
        return finding("agent", State::Wrong, error.to_string());
    }
    let Ok(locked) = invocation.open_vault() else {
        return finding("agent", State::Good, "not running");
    };
    let identity = locked.key_identity();
    match invocation.agent_of(identity).and_then(|agent| agent.remaining(identity.key_id)) {
        None => finding("agent", State::Good, "not running"),
        Some(remaining) => {
            finding("agent", State::Good, format!("unlocked for {}", duration::words(remaining.idle)))
        }
    }
}
