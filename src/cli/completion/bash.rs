//! The words that bash completes: it cuts words at ':', '=' and '@', which occur in our references, unless they stand
//! between quotes; and it replaces what follows the last cut or the opening quote.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use clap::Command;
use clap_complete::engine::complete;
use clap_complete::env::EnvCompleter;

use super::words::{Sign, is_flag_without_a_sign, signs, unquoted};

/// The word that is completed, by its position; only our own script for bash sets it.
const INDEX: &str = "ETUI_COMPLETE_INDEX";

/// The characters at which bash cuts words (`COMP_WORDBREAKS`); only our own script for bash sets it.
const BREAKS: &str = "ETUI_COMPLETE_BREAKS";

/// The words of the command line as they were typed, where it is bash that asks.
pub(super) fn typed_words(words: &[OsString]) -> Option<Vec<OsString>> {
    std::env::var_os(INDEX)?;
    let (words, _) = joined(words, words.len().saturating_sub(1), &breaks());
    Some(words.into_iter().map(unquoted).collect())
}

/// The script for bash, and its answers.
pub(super) struct Bash;

/// What may be continued gets no space: a folder, a variable before its reference.
const BASH: &str = r#"_etui() {
    local IFS=$'\n'
    COMPREPLY=( $( INDEX="$COMP_CWORD" BREAKS="$COMP_WORDBREAKS" VARIABLE=bash etui -- "${COMP_WORDS[@]}" 2> /dev/null ) )
    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[/=:] ]]; then
        compopt -o nospace 2> /dev/null
    fi
}
complete -F _etui etui
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
            if is_flag_without_a_sign(&text, &current) {
                continue;
            }
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
    let mut is_open = false;
    for (at, sign) in signs(typed) {
        match sign {
            Sign::OpeningQuote => {
                is_open = true;
                kept = at + 1;
            }
            Sign::ClosingQuote => is_open = false,
            // Readline takes this one for the beginning of the name of a host, and replaces it too.
            Sign::Bare('@') if breaks.contains(&'@') => kept = at,
            Sign::Bare(cut) if breaks.contains(&cut) => kept = at + 1,
            Sign::Bare(_) | Sign::Literal(_) => {}
        }
    }
    (&typed[..kept], is_open)
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
}
