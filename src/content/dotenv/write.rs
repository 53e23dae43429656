//! Writing dotenv so that every program that loads the file gets the same value.
//!
//! The readers are node's `dotenv` and `util.parseEnv`, `python-dotenv`, and a POSIX shell that sources the
//! file. They agree on less than it seems:
//! - Between `'…'` all is literal, but `\'` ends nothing for the first two, Python makes one backslash of two,
//!   and it replaces `${…}` even there.
//! - Between `"…"` each reads other escapes, and a shell expands `$` and `` ` ``.
//! - A carriage return becomes a line feed or vanishes wherever it stands.

use thiserror::Error;

use crate::memory::SecretBytes;

/// Why a value has no spelling that all readers read alike. Never quotes the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unwritable {
    /// It holds a zero byte.
    #[error("its value holds a zero byte, which no variable can hold")]
    ZeroByte,
    /// It holds a carriage return.
    #[error("its value holds a carriage return, which node and Python read as another character")]
    CarriageReturn,
    /// It holds what Python expands.
    #[error("its value holds '${{…}}', which Python replaces")]
    Expansion,
    /// Neither kind of quotes can hold it.
    #[error("its value holds quotes, '$' or backslashes that node, Python and bash read differently")]
    Quoting,
}

/// Appends the line `key=value`: plain where nothing could be misread, between `'…'` where that can hold the
/// value, else between `"…"`.
///
/// # Errors
/// [`Unwritable`] where the readers would not all read the value; nothing is appended then.
pub fn write(key: &str, value: &[u8], out: &mut SecretBytes) -> Result<(), Unwritable> {
    let quote: &[u8] = quote(value)?;
    for part in [key.as_bytes(), b"=", quote, value, quote, b"\n"] {
        out.extend(part);
    }
    Ok(())
}

fn quote(value: &[u8]) -> Result<&'static [u8], Unwritable> {
    let holds = |bytes: &[u8]| value.iter().any(|byte| bytes.contains(byte));
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./:@%+,=".contains(byte);
    if value.iter().all(is_plain) {
        Ok(b"")
    } else if holds(b"\0") {
        Err(Unwritable::ZeroByte)
    } else if holds(b"\r") {
        Err(Unwritable::CarriageReturn)
    } else if is_expanded_by_python(value) {
        Err(Unwritable::Expansion)
    } else if !holds(b"'") && !value.windows(2).any(|pair| pair == br"\\") && !value.ends_with(br"\") {
        Ok(b"'")
    } else if !holds(b"\\\"$`") {
        Ok(b"\"")
    } else {
        Err(Unwritable::Quoting)
    }
}

fn is_expanded_by_python(value: &[u8]) -> bool {
    let opened = value.windows(2).position(|pair| pair == b"${");
    opened.is_some_and(|at| value[at..].contains(&b'}'))
}
