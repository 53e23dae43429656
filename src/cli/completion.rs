//! Completing words for the shells: the command line itself, and, while the agent keeps the vault unlocked,
//! names of secrets, ids of versions and labels. Nothing is asked, said or extended; without the agent there
//! are no names.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::sync::OnceLock;

use clap::{Arg, Command};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, complete};
use clap_complete::env::{CompleteEnv, Elvish, EnvCompleter, Fish, Powershell, Shells, Zsh};

use super::globals::Globals;
use super::location::Location;
use super::reference::{FIELD_SIGN, ValueReference};
use crate::content;
use crate::domain::{SecretName, StageLabel};
use crate::vault::Vault;

/// With this variable the binary completes words instead of doing anything.
const VARIABLE: &str = "ETUI_COMPLETE";

/// The word that is completed, by its position; only our own script for bash sets it.
const INDEX: &str = "ETUI_COMPLETE_INDEX";

/// The characters at which bash cuts words (`COMP_WORDBREAKS`); only our own script for bash sets it.
const BREAKS: &str = "ETUI_COMPLETE_BREAKS";

const SHELLS: Shells<'static> = Shells(&[&Bash, &Elvish, &Fish, &Powershell, &Zsh]);

/// Answers a shell that asks for words; `None` where none does.
pub(super) fn complete_words(arguments: &[OsString], all_commands: fn() -> Command) -> Option<ExitCode> {
    let shell = std::env::var_os(VARIABLE).filter(|shell| !shell.is_empty())?;
    // These hand over words as they are typed, and a version is best named within quotes. Those of bash are put
    // together first.
    let are_raw = ["zsh", "fish"].iter().any(|raw| shell == *raw);
    let as_read = |word| if are_raw { unquoted(word) } else { word };
    let arguments: Vec<OsString> = arguments.iter().cloned().map(as_read).collect();
    WORDS.get_or_init(|| typed_words(&arguments));
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

fn words() -> &'static [OsString] {
    WORDS.get().map(Vec::as_slice).unwrap_or_default()
}

fn typed_words(arguments: &[OsString]) -> Vec<OsString> {
    let words: Vec<OsString> = arguments.iter().skip_while(|word| *word != "--").skip(1).cloned().collect();
    if std::env::var_os(INDEX).is_none() {
        return words;
    }
    let (words, _) = joined(&words, words.len(), &breaks());
    words.into_iter().map(unquoted).collect()
}

/// A word without the quotes and backslashes that only a shell sees in it. What is not Unicode stays as it is.
fn unquoted(word: OsString) -> OsString {
    let Some(text) = word.to_str() else { return word };
    let mut plain = String::new();
    let mut opened = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, opened) {
            ('\\', None | Some('"')) => plain.extend(characters.next()),
            ('\'' | '"', None) => opened = Some(character),
            (quote, Some(open)) if quote == open => opened = None,
            (other, _) => plain.push(other),
        }
    }
    plain.into()
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
    commands.mut_subcommands(|command| command.mut_args(with_completer))
}

fn with_completer(argument: Arg) -> Arg {
    let completer: fn(&OsStr) -> Vec<CompletionCandidate> = match argument.get_id().as_str() {
        "reference" | "other" | "env_from" => references,
        "assignments" => assignments,
        "instead" => others,
        "name" | "names" | "old" => names,
        "prefix" => folders,
        "label" | "stages" => labels,
        "to" | "from" => ids,
        _ => return argument,
    };
    argument.add(ArgValueCompleter::new(completer))
}

fn unlocked() -> Option<Vault> {
    let words = words();
    // The vault that is named among the words that stand there already.
    let mut globals: Vec<OsString> = vec!["etui".into()];
    for (at, word) in words.iter().enumerate() {
        match word.to_str() {
            Some("--vault") => globals.extend(words.get(at..at + 2).into_iter().flatten().cloned()),
            Some(text) if text.starts_with("--vault=") => globals.push(word.clone()),
            _ => {}
        }
    }
    Location::new(&Globals::alone(globals)?).unlock_silently()
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

fn folders(current: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(current), Some(mut vault)) = (current.to_str(), unlocked()) else { return Vec::new() };
    let mut folders = BTreeSet::new();
    for name in all_names(&mut vault) {
        folders.extend(name.match_indices('/').map(|(at, _)| name[..at].to_owned()));
    }
    candidates(folders, current)
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

/// bash cuts words at ':', '=' and '@', which occur in our references, unless they stand between quotes; and it
/// replaces what follows the last cut or the opening quote.
struct Bash;

const BASH: &str = r#"_etui() {
    local IFS=$'\n'
    COMPREPLY=( $( INDEX="$COMP_CWORD" BREAKS="$COMP_WORDBREAKS" VARIABLE=bash etui -- "${COMP_WORDS[@]}" 2> /dev/null ) )
}
complete -o bashdefault -o default -F _etui etui
"#;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn is(&self, name: &str) -> bool {
        name == "bash"
    }

    fn write_registration(
        &self,
        variable: &str,
        _name: &str,
        _program: &str,
        _completer: &str,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        out.write_all(
            BASH.replace("INDEX", INDEX)
                .replace("BREAKS=", &format!("{BREAKS}="))
                .replace("VARIABLE", variable)
                .as_bytes(),
        )
    }

    fn write_complete(
        &self,
        command: &mut Command,
        arguments: Vec<OsString>,
        folder: Option<&Path>,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let index = std::env::var(INDEX).ok().and_then(|index| index.parse().ok()).unwrap_or(0);
        let breaks = breaks();
        let (words, at) = joined(&arguments, index, &breaks);
        let typed = words.get(at).and_then(|word| word.to_str()).unwrap_or_default();
        let (kept, is_quoted) = kept_of(typed, &breaks);
        let kept = kept.to_owned();
        let current = unquoted(typed.into()).into_string().unwrap_or_default();
        let replaced_from = unquoted(kept.into()).len();
        let words = words.into_iter().map(unquoted).collect();
        for candidate in complete(command, words, at, folder)? {
            let text = candidate.get_value().to_string_lossy();
            if let Some(rest) = text.strip_prefix(current.get(..replaced_from).unwrap_or_default()) {
                if is_quoted {
                    writeln!(out, "{rest}")?;
                } else {
                    writeln!(out, "{}", with_backslashes(rest))?;
                }
            }
        }
        Ok(())
    }
}

/// Of the characters at which bash cuts, those that occur in our words.
fn breaks() -> Vec<char> {
    let all = std::env::var(BREAKS).unwrap_or_else(|_| ":=@".to_owned());
    all.chars().filter(|character| matches!(character, ':' | '=' | '@')).collect()
}

/// Keeps bash from reading anything into a text that it puts between no quotes, like a space in the name of a field.
fn with_backslashes(text: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "_-./:=@+,%#~".contains(character);
    text.chars()
        .flat_map(|character| (!is_plain(character)).then_some('\\').into_iter().chain([character]))
        .collect()
}

/// The beginning of a typed word that bash keeps: up to the quote that is still open, or else to the last cut; and
/// whether a quote is open.
fn kept_of<'a>(typed: &'a str, breaks: &[char]) -> (&'a str, bool) {
    let mut kept = 0;
    let mut opened = None;
    let mut characters = typed.char_indices();
    while let Some((at, character)) = characters.next() {
        match (character, opened) {
            ('\\', None | Some('"')) => {
                characters.next();
            }
            ('\'' | '"', None) => {
                opened = Some(character);
                kept = at + 1;
            }
            (quote, Some(open)) if quote == open => opened = None,
            // Readline takes this one for the beginning of the name of a host, and replaces it too.
            ('@', None) if breaks.contains(&'@') => kept = at,
            (cut, None) if breaks.contains(&cut) => kept = at + 1,
            _ => {}
        }
    }
    (&typed[..kept], opened.is_some())
}

/// Puts together what bash cut, and answers where the word that is completed is now.
fn joined(pieces: &[OsString], index: usize, breaks: &[char]) -> (Vec<OsString>, usize) {
    let is_cut = |piece: &OsStr| {
        let text = piece.to_str().unwrap_or_default();
        !text.is_empty() && text.chars().all(|character| breaks.contains(&character))
    };
    let mut words: Vec<OsString> = Vec::new();
    let mut at = 0;
    for (number, piece) in pieces.iter().enumerate() {
        let continues = number > 1 && (is_cut(piece) || is_cut(&pieces[number - 1]));
        match words.last_mut() {
            Some(last) if continues => last.push(piece),
            _ => words.push(piece.clone()),
        }
        if number == index {
            at = words.len() - 1;
        }
    }
    if index >= pieces.len() {
        words.push(OsString::new());
        at = words.len() - 1;
    }
    (words, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_bash_cut_is_put_together() {
        let join = |pieces: &[&str], index| {
            let pieces: Vec<OsString> = pieces.iter().map(OsString::from).collect();
            let (words, at) = joined(&pieces, index, &[':', '=', '@']);
            let words: Vec<String> = words.into_iter().map(|word| word.into_string().unwrap()).collect();
            (words.join(" "), at)
        };
        let text = |text: &str, at| (text.to_owned(), at);
        assert_eq!(join(&["etui", "get", "db", ":", "can"], 4), text("etui get db:can", 2));
        assert_eq!(join(&["etui", "get", "db", ":"], 3), text("etui get db:", 2));
        assert_eq!(join(&["etui", "run", "--env", "A", "=", "db"], 5), text("etui run --env A=db", 3));
        assert_eq!(join(&["etui", "get", "db", "::", "pass"], 4), text("etui get db::pass", 2));
        assert_eq!(join(&["etui", "get", "team", "@", "h"], 4), text("etui get team@h", 2));
        assert_eq!(join(&["etui", "get"], 1), text("etui get", 1));
        assert_eq!(join(&["etui", "get"], 2), text("etui get ", 2));
        assert_eq!(join(&["etui", "get", ""], 2), text("etui get ", 2));
    }

    #[test]
    fn a_word_is_completed_as_the_shell_will_read_it() {
        for (typed, read) in [
            ("db#v1", "db#v1"),
            ("'db#v", "db#v"),
            ("\"db#v1\"", "db#v1"),
            ("db\\#v", "db#v"),
            ("a\\ b'c d'", "a bc d"),
            ("'a\\b", "a\\b"),
            ("\\", ""),
        ] {
            assert_eq!(unquoted(typed.into()), read, "{typed}");
        }
    }

    #[test]
    fn what_bash_replaces_begins_behind_the_open_quote_or_the_last_cut() {
        for (typed, kept) in [
            ("db", ""),
            ("db:can", "db:"),
            ("db::pa", "db::"),
            ("A=team@h", "A=team"),
            ("team@h::p", "team@h::"),
            ("'db:can", "'"),
            ("A='db:can", "A='"),
            ("\"db'x:can", "\""),
            ("'db':can", "'db':"),
            ("db\\:can", ""),
        ] {
            assert_eq!(kept_of(typed, &[':', '=', '@']).0, kept, "{typed}");
        }
    }

    #[test]
    fn every_argument_that_names_something_of_the_vault_is_completed() {
        let command = completed(crate::cli::args::all_commands());
        let completed = |name: &str| {
            let command = command.find_subcommand(name).unwrap();
            let with = command.get_arguments().filter(|one| one.get::<ArgValueCompleter>().is_some());
            with.map(|one| one.get_id().as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(completed("get"), ["reference"]);
        assert_eq!(completed("stage"), ["name", "label", "to", "from"]);
        assert_eq!(completed("run"), ["assignments", "env_from", "prefix", "instead"]);
        assert_eq!(completed("diff"), ["reference", "other"]);
        assert_eq!(completed("purge"), ["names"]);
    }
}
