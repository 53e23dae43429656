//! Files that the user names by hand: completion as a shell has it, reading up to a limit.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::paths;
use crate::memory::{SecretBytes, read_up_to};

/// So many names are offered at most.
const CHOICES: usize = 100;

/// What can be made of the beginning of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The path as far as only one is possible.
    pub text: String,
    /// The names that are possible then, where there are several.
    pub choices: Vec<String>,
}

/// Completes what is typed, as far as the files that are there leave no doubt. Hidden files are completed only
/// where their dot is typed.
pub fn complete(typed: &str) -> Completion {
    if typed == "~" {
        return Completion { text: "~/".to_owned(), choices: Vec::new() };
    }
    let at = typed.rfind('/').map_or(0, |slash| slash + 1);
    let (folder, beginning) = typed.split_at(at);
    let place = if folder.is_empty() { PathBuf::from(".") } else { paths::typed(folder) };
    let mut names: Vec<String> = fs::read_dir(place)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let mut name = entry.file_name().into_string().ok()?;
            let is_offered =
                name.starts_with(beginning) && (beginning.starts_with('.') || !name.starts_with('.'));
            if is_offered && entry.path().is_dir() {
                name.push('/');
            }
            is_offered.then_some(name)
        })
        .collect();
    names.sort_unstable();
    let common = common_beginning(&names);
    let text = if common.len() > beginning.len() { format!("{folder}{common}") } else { typed.to_owned() };
    if names.len() < 2 {
        names.clear();
    }
    names.truncate(CHOICES);
    Completion { text, choices: names }
}

fn common_beginning(names: &[String]) -> &str {
    let Some((first, others)) = names.split_first() else {
        return "";
    };
    let mut length = first.len();
    for other in others {
        let same = first.chars().zip(other.chars()).take_while(|(one, two)| one == two);
        length = length.min(same.map(|(one, _)| one.len_utf8()).sum());
    }
    &first[..length]
}

/// Reads a regular file, up to one byte over `limit`; nothing else is waited for.
///
/// # Errors
/// As the system says, and for what is not a regular file.
pub fn read_regular(path: &Path, limit: usize) -> io::Result<SecretBytes> {
    // A pipe that nobody writes to would hold the opening up for ever.
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    let kind = file.metadata()?.file_type();
    if kind.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !kind.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    read_up_to(file, limit)
}

/// Whether others than its owner may read or change a file that must be its owner's alone. What is not a regular file
/// (a pipe, `/dev/stdin`) is somebody's alone by itself.
///
/// # Errors
/// As the system says.
pub fn is_open_to_others(file: &File) -> io::Result<bool> {
    let metadata = file.metadata()?;
    Ok(metadata.is_file() && metadata.mode() & 0o066 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_completed_as_far_as_there_is_no_doubt() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["server.key", "server.pem", "other", ".hidden"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        fs::create_dir(folder.path().join("sub")).unwrap();
        let at = |rest: &str| format!("{}/{rest}", folder.path().display());
        let completed = |rest: &str| complete(&at(rest));
        assert_eq!(completed("ser").text, at("server."));
        assert_eq!(completed("ser").choices, ["server.key", "server.pem"]);
        assert_eq!(completed("server.k"), Completion { text: at("server.key"), choices: Vec::new() });
        assert_eq!(completed("su").text, at("sub/"));
        assert_eq!(completed(".h").text, at(".hidden"));
        assert_eq!(completed("").choices, ["other", "server.key", "server.pem", "sub/"]);
        assert_eq!(completed("none"), Completion { text: at("none"), choices: Vec::new() });
        assert_eq!(complete("~").text, "~/");
    }

    #[test]
    fn names_share_their_beginning_in_whole_characters() {
        let names = ["aä".to_owned(), "aö".to_owned()];
        assert_eq!(common_beginning(&names), "a");
        assert_eq!(common_beginning(&[]), "");
    }

    #[test]
    fn only_regular_files_are_read_and_only_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "hunter2").unwrap();
        assert_eq!(read_regular(&path, 100).unwrap().expose(), b"hunter2");
        assert_eq!(read_regular(&path, 3).unwrap().len(), 4);
        assert_eq!(read_regular(folder.path(), 9).unwrap_err().kind(), io::ErrorKind::IsADirectory);
        assert!(read_regular(Path::new("/dev/zero"), 9).is_err());
        assert!(read_regular(&folder.path().join("none"), 9).is_err());
    }
}
