//! The programs that carry copies: run without asking anybody; the end of what they print is kept for an error.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use super::CarrierError;
use crate::platform::child::{self, ChildError, WhenAsked};
use crate::platform::private_folder::private_file;

/// Where its output goes.
pub(super) enum Stdout<'a> {
    /// A new file.
    File(&'a Path),
    /// Nobody reads it.
    Nowhere,
}

/// How a program ended.
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    /// The last line of its stderr.
    pub(super) last_words: String,
}

/// Runs a program to its end, with `input` as its stdin; `scratch` takes what it complains of.
pub(super) fn run(
    name: &'static str,
    command: &mut Command,
    input: Option<&Path>,
    output: Stdout<'_>,
    scratch: &Path,
) -> Result<Ended, CarrierError> {
    let complaints = scratch.join("stderr");
    let files = || -> io::Result<(Stdio, Stdio, Stdio)> {
        let stdin = input.map(File::open).transpose()?.map_or_else(Stdio::null, Stdio::from);
        let stdout = match output {
            Stdout::File(path) => Stdio::from(private_file(path)?),
            Stdout::Nowhere => Stdio::null(),
        };
        Ok((stdin, stdout, Stdio::from(private_file(&complaints)?)))
    };
    let (stdin, stdout, stderr) =
        files().map_err(|error| CarrierError::system(format!("running {name}"), &error))?;
    command.stdin(stdin).stdout(stdout).stderr(stderr);
    let status = child::run(command, WhenAsked::PassOn).map_err(|error| match error {
        ChildError::Interrupted(by) => CarrierError::Interrupted(by),
        ChildError::System(error) if error.kind() == io::ErrorKind::NotFound => CarrierError::NoProgram(name),
        ChildError::System(error) => CarrierError::system(format!("running {name}"), &error),
    })?;
    let said = fs::read(&complaints).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let last = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it did not say why");
    Ok(Ended { status, last_words: last.to_owned() })
}
