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
    /// What it wrote to stderr.
    pub(super) said: Said,
}

/// What a program complained of.
pub(super) struct Said(String);

impl Said {
    /// Its last line.
    pub(super) fn last_words(&self) -> String {
        let last = self.0.lines().map(str::trim).rfind(|line| !line.is_empty());
        last.unwrap_or("it did not say why").to_owned()
    }

    /// The first path between quotes that ends like this, in whatever language the rest is.
    pub(super) fn quoted_path(&self, end: &str) -> Option<&str> {
        self.0.split(['\'', '"', '\n']).find(|part| part.starts_with('/') && part.ends_with(end))
    }
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
    Ok(Ended { status, said: Said(String::from_utf8_lossy(&said).into_owned()) })
}
