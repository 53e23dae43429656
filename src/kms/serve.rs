//! The loop: a line in, an answer out, in order, each flushed at once.

use std::io::{self, BufRead, Write};

use super::answer::Format;
use super::call;
use super::error::KmsError;
use super::lines::{Line, Lines, TooLong};
use super::permissions::Permissions;
use super::request;
use crate::domain::ErrorCode;
use crate::memory::SecretBytes;
use crate::vault::Vault;

/// Answers one request per line until the input ends, and then the code of the first refusal, if there was one.
///
/// A refusal does not end the run; `IntegrityFailure` does, since nothing that such a vault says can be
/// trusted. Empty lines are skipped. A line over 8 MiB is skipped to its end and refused. Memory does not
/// grow with the number of requests.
///
/// # Errors
/// What reading and writing answer; a request whose answer could not be written was carried out.
pub fn serve(
    vault: &mut Vault,
    input: impl BufRead,
    mut output: impl Write,
    format: Format,
) -> io::Result<Option<ErrorCode>> {
    let mut lines = Lines::new(input);
    let mut out = SecretBytes::new();
    let mut first_refusal = None;
    while let Some(line) = lines.next()? {
        let refusal = respond(vault, line, format, &mut out);
        out.push(b'\n');
        output.write_all(out.expose())?;
        output.flush()?;
        // Before the wait for the next line, which may be long.
        out.clear();
        first_refusal = first_refusal.or(refusal);
        if refusal == Some(ErrorCode::IntegrityFailure) {
            break;
        }
    }
    Ok(first_refusal)
}

/// Writes the answer to one line; answers the code of the refusal, if it is one.
fn respond(vault: &mut Vault, line: Line<'_>, format: Format, out: &mut SecretBytes) -> Option<ErrorCode> {
    let request = line.content.map_err(|TooLong| KmsError::LineTooLong { line: line.number });
    let request = request.and_then(|content| request::read(content, line.number));
    call::respond(vault, request, &Permissions::all(), format, out).code
}
