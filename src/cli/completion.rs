//! Completing words for the shells: the command line itself, and, while the agent keeps the vault unlocked,
//! names of secrets, ids of versions and labels. Nothing is asked, said or extended; without the agent there
//! are not names.

mod bash;
mod wanted;
mod words;
mod zsh;

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::OnceLock;

use clap::{Arg, Command, ValueHint};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Elvish, Fish, Powershell, Shells, Zsh};

use bash::Bash;
use wanted::Wanted;
use words::unquoted;

use super::globals::Globals;
use super::location::Location;
use super::reference::{FIELD_SIGN, ValueReference};
use crate::config::remotes::RemoteUrl;
use crate::content;
use crate::domain::{SecretName, StageLabel};
use crate::exchange::Source;
use crate::platform::paths::with_home;
use crate::vault::{SummaryTags, Vault};

/// With this variable the binary completes words instead of doing anything.
const VARIABLE: &str = "ETUI_COMPLETE";

const SHELLS: Shells<'static> = Shells(&[
    &Bash,
    &Wanted::new(Elvish),
    &Wanted::new(Fish),
    &Wanted::new(Powershell),
    &Wanted::with_script(Zsh, zsh::SCRIPT),
]);

/// Answers a shell that asks for words; `None` where none does.
pub(super) fn complete_words(arguments: &[OsString], all_commands: fn() -> Command) -> Option<ExitCode> {
    let shell = std::env::var_os(VARIABLE).filter(|shell| !shell.is_empty())?;
    // These hand over words as they are typed, and a version is best named within quotes. Those of bash are put
    // together first.
    let are_raw = ["zsh", "fish"].iter().any(|raw| shell == *raw);
    let as_read = |word| if are_raw { unquoted(word) } else { word };
    let arguments: Vec<OsString> = arguments.iter().cloned().map(as_read).collect();
    WORDS.get_or_init(|| typed_words(&arguments));
    COMMANDS.get_or_init(|| all_commands().get_subcommands().map(|one| one.get_name().to_owned()).collect());
    let completion =
        CompleteEnv::with_factory(|| completed(all_commands())).var(VARIABLE).bin("etui").completer("etui");
    let current = std::env::current_dir().ok();
    // Whatever goes wrong, a shell that completes must not be disturbed.
    let _ = completion.shells(SHELLS).try_complete(arguments, current.as_deref());
    Some(ExitCode::SUCCESS)
}

/// The words of the command line that is completed: whoever completes one of them is a plain function, and may look
/// at the others.
static WORDS: OnceLock<Vec<OsString>> = OnceLock::new();

/// The names of all commands, for whoever completes one of them.
static COMMANDS: OnceLock<Vec<String>> = OnceLock::new();

fn words() -> &'static [OsString] {
    WORDS.get().map(Vec::as_slice).unwrap_or_default()
}

fn typed_words(arguments: &[OsString]) -> Vec<OsString> {
    let words: Vec<OsString> = arguments.iter().skip_while(|word| *word != "--").skip(1).cloned().collect();
    bash::typed_words(&words).unwrap_or(words)
}

/// The script that makes a shell ask.
pub(super) fn script(shell: &str) -> io::Result<Vec<u8>> {
    let shell = SHELLS.completer(shell).ok_or(io::ErrorKind::Unsupported)?;
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, "etui", "etui", "etui", &mut script)?;
    Ok(script)
}

/// The command line with something to say about its words. By the names of the arguments, so that a new command
/// is completed without a word about it here.
fn completed(commands: Command) -> Command {
    let globals = commands.mut_args(|argument| with_completer("", argument));
    globals.mut_subcommands(|command| {
        let name = command.get_name().to_owned();
        completed_below(&name, command)
    })
}

fn completed_below(name: &str, command: Command) -> Command {
    let command = command.mut_args(|argument| with_completer(name, argument));
    command.mut_subcommands(|command| completed_below(name, command))
}

fn with_completer(command: &str, argument: Arg) -> Arg {
    let completer: fn(&OsStr) -> Vec<CompletionCandidate> = match (command, argument.get_id().as_str()) {
        (_, "reference" | "other" | "env_from") => references,
        (_, "assignments") => assignments,
        (_, "instead") => others,
        ("restore" | "purge", "names") => names_of_deleted,
        (_, "name" | "names" | "old") => names,
        (_, "prefix") => folders,
        (_, "targets") | ("push", "patterns") => names_and_folders,
        (_, "folder") => folders_with_sign,
        (_, "label" | "stages") => labels,
        (_, "to" | "from") => ids,
        (_, "tags") => tags,
        (_, "untag") => tag_keys,
        ("push" | "pull", "remote") => engines,
        ("sync", "remote") => remotes_with_copies,
        (_, "remote") => remotes,
        ("import", "format") => formats_and_paths,
        ("run", "command") => programs,
        ("man", "command") => commands_of_etui,
        _ if argument.get_value_hint() == ValueHint::AnyPath => paths,
        _ => return argument,
    };
    argument.add(ArgValueCompleter::new(completer))
}

fn unlocked() -> Option<Vault> {
    location()?.peek().ok().flatten()
}

/// The vault and the settings that are named among the words that stand there already.
fn location() -> Option<Location> {
    let words = words();
    let mut globals: Vec<OsString> = vec!["etui".into()];
    for (at, word) in words.iter().enumerate() {
        match word.to_str() {
            Some("--vault" | "--config") => {
                globals.extend(words.get(at..at + 2).into_iter().flatten().cloned());
            }
            Some(text) if text.starts_with("--vault=") || text.starts_with("--config=") => {
                globals.push(word.clone());
            }
            _ => {}
        }
    }
    Some(Location::new(&Globals::alone(globals)?))
}

/// The remotes of this machine; they are not secret, and no agent is needed.
fn remotes(current: &OsStr) -> Vec<CompletionCandidate> {
    remotes_that(current, |_| true)
}

fn engines(current: &OsStr) -> Vec<CompletionCandidate> {
    remotes_that(current, |url| matches!(url, RemoteUrl::OpenBao { .. }))
}

fn remotes_with_copies(current: &OsStr) -> Vec<CompletionCandidate> {
    remotes_that(current, |url| !matches!(url, RemoteUrl::OpenBao { .. }))
}

fn remotes_that(current: &OsStr, are_meant: fn(&RemoteUrl) -> bool) -> Vec<CompletionCandidate> {
    let (Some(current), Some(location)) = (current.to_str(), location()) else { return Vec::new() };
    let Ok(remotes) = location.remotes() else { return Vec::new() };
    let meant = remotes.iter().filter(|(_, remote)| are_meant(&remote.url));
    candidates(meant.map(|(name, _)| name.to_string()), current)
}

fn candidates(texts: impl IntoIterator<Item = String>, current: &str) -> Vec<CompletionCandidate> {
    texts.into_iter().filter(|text| text.starts_with(current)).map(CompletionCandidate::new).collect()
}

fn all_names(vault: &mut Vault) -> Vec<String> {
    let Ok(listing) = vault.list() else { return Vec::new() };
    listing.iter().map(|secret| secret.name.to_owned()).collect()
}

fn names(current: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(current), Some(mut vault)) = (current.to_str(), unlocked()) else { return Vec::new() };
    candidates(all_names(&mut vault), current)
}

/// Secrets that are scheduled for deletion.
fn names_of_deleted(current: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(current), Some(mut vault)) = (current.to_str(), unlocked()) else { return Vec::new() };
    let Ok(listing) = vault.list() else { return Vec::new() };
    let deleted = listing.iter().filter(|secret| secret.planned_deletion.is_some());
    candidates(deleted.map(|secret| secret.name.to_owned()), current)
}

fn folders(current: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(current), Some(mut vault)) = (current.to_str(), unlocked()) else { return Vec::new() };
    let folders = with_sign(&all_names(&mut vault));
    candidates(folders.iter().map(|folder| folder.trim_end_matches('/').to_owned()), current)
}

/// Folders as `move` takes them: with a `/` at the end.
fn folders_with_sign(current: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(current), Some(mut vault)) = (current.to_str(), unlocked()) else { return Vec::new() };
    candidates(with_sign(&all_names(&mut vault)), current)
}

fn names_and_folders(current: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(current), Some(mut vault)) = (current.to_str(), unlocked()) else { return Vec::new() };
    let names = all_names(&mut vault);
    let folders = with_sign(&names);
    candidates(folders.into_iter().chain(names), current)
}

fn with_sign(names: &[String]) -> BTreeSet<String> {
    let folders =
        |name: &String| name.match_indices('/').map(|(at, _)| name[..=at].to_owned()).collect::<Vec<_>>();
    names.iter().flat_map(folders).collect()
}

fn references(current: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(current), Some(mut vault)) = (current.to_str(), unlocked()) else { return Vec::new() };
    reference_texts("", current, &mut vault)
}

/// What may stand for a reference, each behind `before`.
fn reference_texts(before: &str, current: &str, vault: &mut Vault) -> Vec<CompletionCandidate> {
    let texts = match (current.find(FIELD_SIGN), current.find(['#', ':'])) {
        (Some(at), _) => {
            let start = &current[..at + FIELD_SIGN.len()];
            keys(&current[..at], vault).into_iter().map(|key| format!("{start}{key}")).collect()
        }
        (None, None) => all_names(vault),
        (None, Some(at)) => versions(&current[..at], vault, current.as_bytes()[at] == b'#')
            .into_iter()
            .map(|word| format!("{}{word}", &current[..=at]))
            .collect(),
    };
    let texts = texts.into_iter().map(|text| format!("{before}{text}"));
    candidates(texts, &format!("{before}{current}"))
}

/// The keys of the fields of a value, as far as they may be told.
fn keys(version: &str, vault: &mut Vault) -> Vec<String> {
    let value = version.parse::<ValueReference>().ok().and_then(|reference| reference.read(vault).ok());
    let fields = value.and_then(|value| content::named_fields(value.expose()));
    fields.into_iter().flat_map(|(_, fields)| fields).map(|field| field.key).collect()
}

/// The ids or the labels of one secret.
fn versions(name: &str, vault: &mut Vault, ids: bool) -> Vec<String> {
    let details = SecretName::new(name).ok().and_then(|name| vault.describe(&name).ok());
    let Some(secret) = details.map(|details| details.secret) else { return Vec::new() };
    if ids {
        secret.versions.iter().rev().map(|version| version.id.as_str().to_owned()).collect()
    } else {
        secret.labels.iter().map(|(label, _)| label.as_str().to_owned()).collect()
    }
}

/// `VAR=REF`.
fn assignments(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some((variable, reference)) = current.to_str().and_then(|text| text.split_once('=')) else {
        return Vec::new();
    };
    let Some(mut vault) = unlocked() else { return Vec::new() };
    reference_texts(&format!("{variable}="), reference, &mut vault)
}

/// `NAME=:LABEL`.
fn others(current: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(current), Some(mut vault)) = (current.to_str(), unlocked()) else { return Vec::new() };
    match current.find("=:") {
        None => candidates(all_names(&mut vault).into_iter().map(|name| format!("{name}=:")), current),
        Some(at) => {
            let words = versions(&current[..at], &mut vault, false);
            candidates(words.into_iter().map(|word| format!("{}{word}", &current[..at + 2])), current)
        }
    }
}

fn labels(current: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(current), Some(mut vault)) = (current.to_str(), unlocked()) else { return Vec::new() };
    let mut labels = BTreeSet::from([StageLabel::current().to_string(), StageLabel::previous().to_string()]);
    if let Ok(listing) = vault.list() {
        for secret in listing.iter() {
            labels.extend(secret.labels.iter().map(|(label, _)| label.to_owned()));
        }
    }
    candidates(labels, current)
}

/// Ids of the secret that is named among the words before.
fn ids(current: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(current), Some(mut vault)) = (current.to_str(), unlocked()) else { return Vec::new() };
    let known = all_names(&mut vault);
    let named =
        words().iter().filter_map(|word| word.to_str()).find(|word| known.iter().any(|name| name == word));
    candidates(named.map(|name| versions(name, &mut vault, true)).unwrap_or_default(), current)
}

/// The tags of all secrets, as `KEY=VALUE`.
fn tags(current: &OsStr) -> Vec<CompletionCandidate> {
    tag_texts(current, |key, value| format!("{key}={value}"))
}

fn tag_keys(current: &OsStr) -> Vec<CompletionCandidate> {
    tag_texts(current, |key, _| key.to_owned())
}

fn tag_texts(current: &OsStr, text: fn(&str, &str) -> String) -> Vec<CompletionCandidate> {
    let (Some(current), Some(mut vault)) = (current.to_str(), unlocked()) else { return Vec::new() };
    let Ok(listing) = vault.list() else { return Vec::new() };
    let texts = |tags: &SummaryTags<'_>| tags.iter().map(|(key, value)| text(key, value)).collect::<Vec<_>>();
    let texts: BTreeSet<String> = listing.iter().flat_map(|secret| texts(&secret.tags)).collect();
    candidates(texts, current)
}

fn commands_of_etui(current: &OsStr) -> Vec<CompletionCandidate> {
    candidates(COMMANDS.get().cloned().unwrap_or_default(), &current.to_string_lossy())
}

/// The first word of `import` is a format, or a file whose format is recognised.
fn formats_and_paths(current: &OsStr) -> Vec<CompletionCandidate> {
    let formats =
        Source::all().iter().filter(|source| source.name().starts_with(&*current.to_string_lossy()));
    let formats =
        formats.map(|source| CompletionCandidate::new(source.name()).help(Some(source.help().into())));
    formats.chain(paths(current)).collect()
}

/// Behind `--` first a program, then what programs mostly take.
fn programs(current: &OsStr) -> Vec<CompletionCandidate> {
    let text = current.to_string_lossy();
    let is_first = words().iter().rev().nth(1).is_some_and(|before| before == "--");
    if !is_first || text.contains('/') {
        return paths(current);
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let names = std::env::split_paths(&folders).flat_map(|folder| {
        files_in(&folder, &text).into_iter().filter(|file| file.is_program).map(|file| file.name)
    });
    candidates(names.collect::<BTreeSet<_>>(), &text)
}

/// Files and folders; a folder ends with '/', so that one can walk into it.
fn paths(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some(current) = current.to_str() else { return Vec::new() };
    let (folder, begun) = current.split_at(current.rfind('/').map_or(0, |at| at + 1));
    let read = if folder.is_empty() { Path::new(".").to_owned() } else { with_home(Path::new(folder)) };
    let texts = files_in(&read, begun).into_iter().map(|file| {
        let sign = if file.is_folder { "/" } else { "" };
        format!("{folder}{}{sign}", file.name)
    });
    candidates(texts.collect::<BTreeSet<_>>(), current)
}

struct FoundFile {
    name: String,
    is_folder: bool,
    is_program: bool,
}

/// The files of a folder whose names begin so; hidden ones only where the dot is typed.
fn files_in(folder: &Path, begun: &str) -> Vec<FoundFile> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let found = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        if !name.starts_with(begun) || (name.starts_with('.') && !begun.starts_with('.')) {
            return None;
        }
        let metadata = std::fs::metadata(entry.path()).ok()?;
        let is_program = metadata.is_file() && metadata.permissions().mode() & 0o111 != 0;
        Some(FoundFile { name, is_folder: metadata.is_dir(), is_program })
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_argument_that_names_something_of_the_vault_is_completed() {
        let command = completed(crate::cli::args::all_commands());
        let completed = |name: &str| {
            let command = command.find_subcommand(name).unwrap();
            let with = command.get_arguments().filter(|one| one.get::<ArgValueCompleter>().is_some());
            with.map(|one| one.get_id().as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(completed("get"), ["reference", "out"]);
        assert_eq!(completed("stage"), ["name", "label", "to", "from"]);
        assert_eq!(completed("run"), ["assignments", "env_file", "env_from", "prefix", "instead", "command"]);
        assert_eq!(completed("diff"), ["reference", "other", "token_file", "secret_id_file", "ca_file"]);
        assert_eq!(completed("purge"), ["names"]);
        assert_eq!(completed("rm"), ["names", "prefix"]);
        assert_eq!(completed("rename"), ["old", "prefix"]);
        assert_eq!(completed("move"), ["targets", "folder"]);
        assert_eq!(completed("duplicate"), ["name"]);
    }
}
