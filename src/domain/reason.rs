//! The operating system's own words for its errors.

use std::io::{self, ErrorKind};

/// Why the system refused, as it says it itself ("permission denied"), without the number that Rust adds.
///
/// Errors that the standard library makes without asking the system get the words of the system too.
pub fn reason(error: &io::Error) -> String {
    if error.raw_os_error().is_none()
        && error.get_ref().is_none()
        && let Some(words) = words_of(error.kind())
    {
        return words.to_owned();
    }
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or_default();
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

/// The words of POSIX systems for the kinds that carry no number.
const fn words_of(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::NotFound => "no such file or directory",
        ErrorKind::PermissionDenied => "permission denied",
        ErrorKind::AlreadyExists => "file exists",
        ErrorKind::IsADirectory => "is a directory",
        ErrorKind::NotADirectory => "not a directory",
        ErrorKind::BrokenPipe => "broken pipe",
        ErrorKind::OutOfMemory => "cannot allocate memory",
        ErrorKind::StorageFull => "no space left on device",
        ErrorKind::ReadOnlyFilesystem => "read-only file system",
        ErrorKind::WriteZero => "nothing could be written",
        ErrorKind::UnexpectedEof => "it ended too early",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_is_quoted_without_its_numbers() {
        let cases = [
            (2, "no such file or directory"),
            (5, "input/output error"),
            (13, "permission denied"),
            (6, "no such device or address"),
        ];
        for (number, words) in cases {
            assert_eq!(reason(&io::Error::from_raw_os_error(number)), words);
        }
    }

    #[test]
    fn an_error_that_the_library_made_has_the_words_of_the_system() {
        assert_eq!(reason(&ErrorKind::NotFound.into()), "no such file or directory");
        assert_eq!(reason(&ErrorKind::AlreadyExists.into()), "file exists");
        assert_eq!(reason(&io::Error::other("it is not a regular file")), "it is not a regular file");
    }
}
