//! Plain words: phrases that were replaced once and must not come back, in what etui says, in its documents and in
//! the comments that its documentation is made of.

use std::fs;
use std::path::{Path, PathBuf};

use crate::tokens::prose;

/// Each stands for its kind. Words of our own for what has a word already, and sentences that read translated.
const BANNED: &[&str] = &[
    "/ searches",
    "[without:",
    "a path, as",
    "A small case for valuables",
    "anew",
    "answer beforehand",
    "Answer in JSON",
    "as chance has it",
    "asked once; scripts",
    "bear",
    "bears",
    "by its looks",
    "by the name that it has now",
    "came to an end that should not",
    "can be neither read nor changed",
    "cannot be taken back",
    "changed this secret meanwhile",
    "correct it and try again",
    "costs less than etui takes",
    "Ctrl-r redoes",
    "deleted too",
    "does not open this vault",
    "either by force or with",
    "empty asks for no rotation",
    "empty keeps every one",
    "empty takes all",
    "ended with exit status",
    "Enter move here",
    "entity not found",
    "Every secret is scheduled",
    "everything anew",
    "exists already with",
    "flags of the generator are given",
    "Go on?",
    "goes on in the background",
    "help of this screen",
    "is back as you typed it",
    "is being mended",
    "is said not to",
    "is so already",
    "It is elsewhere",
    "it is so already",
    "it marks this version already",
    "it shall move to",
    "it was not unlocked",
    "it would be refused",
    "Keep typing",
    "Keys alive here",
    "locked: the machine slept",
    "Look at the surroundings",
    "loses its other versions",
    "makes the first one",
    "may be there yet",
    "measuring what this machine bears",
    "mend the cause",
    "name a file first",
    "name at least one label",
    "no version is named to move",
    "nobody was there",
    "Not stored yet",
    "nothing here looks like",
    "nothing is named that shall change",
    "nothing is under way",
    "nothing is written over",
    "nothing says that it may not be",
    "Now so, now so",
    "of pass the folder",
    "Once more",
    "one request a line",
    "Only the lock changes",
    "Our own, complete",
    "Present password",
    "Put below",
    "recovered by anybody",
    "rooms of the code",
    "Say more",
    "Say results and errors",
    "says it beforehand",
    "sealed anew",
    "shall",
    "shall lie",
    "stands a number of versions",
    "Take a deletion back",
    "take back",
    "take back the undo",
    "take it (generator)",
    "take the newest undo back",
    "taken back",
    "takes back",
    "takes the free id",
    "that it may be read by anybody",
    "the defaults hold",
    "the mark is taken away",
    "the put of",
    "the script that completes",
    "the text is kept in",
    "the vault is made and open",
    "the vault is whole",
    "there is no place",
    "There is no secret yet",
    "these belong to the secret",
    "through which door",
    "Two commands",
    "type the second one again",
    "uncategorized error",
    "URIs, one a line",
    "what a day's work needs",
    "what is known about",
    "what it is first",
    "what it protected is to be changed",
    "What lies over it",
    "what this machine remembers of it",
    "What you typed in the form is not stored",
    "Where things lie",
    "wish",
];

/// The phrases that stand in a text, as whole words.
pub fn banned_in(text: &str) -> Vec<&'static str> {
    let is_whole = |at: usize, phrase: &str| {
        let before = text[..at].chars().next_back();
        let after = text[at + phrase.len()..].chars().next();
        let (first, last) = (phrase.chars().next(), phrase.chars().next_back());
        let joins = |one: Option<char>, other: Option<char>| {
            one.is_some_and(char::is_alphanumeric) && other.is_some_and(char::is_alphanumeric)
        };
        !joins(before, first) && !joins(last, after)
    };
    let count =
        |phrase: &&'static str| text.match_indices(*phrase).filter(|(at, _)| is_whole(*at, phrase)).count();
    BANNED.iter().flat_map(|phrase| std::iter::repeat_n(*phrase, count(phrase))).collect()
}

/// What people read: every document, and of every source its comments of the documentation and its texts.
pub fn texts(root: &Path, sources: &[PathBuf]) -> Vec<(String, String)> {
    let documents = fs::read_dir(root).unwrap().chain(fs::read_dir(root.join("docs")).unwrap());
    let documents = documents.map(|entry| entry.unwrap().path());
    let documents = documents.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let of_documents = documents.map(|path| (fs::read_to_string(&path).unwrap(), path));
    let sources = sources.iter().filter(|path| !path.ends_with("tests.rs"));
    let of_sources = sources.map(|path| (prose(&fs::read_to_string(path).unwrap()), path.clone()));
    let name = |path: &Path| path.strip_prefix(root).unwrap().display().to_string();
    of_documents.chain(of_sources).map(|(text, path)| (name(&path), text)).collect()
}

#[test]
fn a_banned_phrase_is_found_as_whole_words_only() {
    assert_eq!(banned_in("what it shall be like"), ["shall"]);
    assert_eq!(banned_in("shallow, marshall"), [""; 0]);
    assert_eq!(banned_in("mend the cause and try again"), ["mend the cause"]);
}
