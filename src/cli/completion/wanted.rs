//! The answers of the library's shells without the flags that nobody began.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use clap::Command;
use clap_complete::env::EnvCompleter;

use super::words::is_flag_without_a_sign;

/// A shell of the library whose answers hold flags only behind a '-'.
pub(super) struct Wanted<S> {
    shell: S,
    /// A script of our own in place of the library's, with the words INDEX and VARIABLE for what they are called.
    script: Option<&'static str>,
}

impl<S> Wanted<S> {
    pub(super) const fn new(shell: S) -> Self {
        Self { shell, script: None }
    }

    pub(super) const fn with_script(shell: S, script: &'static str) -> Self {
        Self { shell, script: Some(script) }
    }
}

/// The position of the completed word, where a script of the library tells it; without it, it is the last one.
const INDEX: &str = "_CLAP_COMPLETE_INDEX";

impl<S: EnvCompleter> EnvCompleter for Wanted<S> {
    fn name(&self) -> &'static str {
        self.shell.name()
    }

    fn is(&self, name: &str) -> bool {
        self.shell.is(name)
    }

    fn write_registration(
        &self,
        variable: &str,
        name: &str,
        program: &str,
        completer: &str,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        match self.script {
            Some(script) => {
                out.write_all(script.replace("INDEX", INDEX).replace("VARIABLE", variable).as_bytes())
            }
            None => self.shell.write_registration(variable, name, program, completer, out),
        }
    }

    fn write_complete(
        &self,
        command: &mut Command,
        arguments: Vec<OsString>,
        folder: Option<&Path>,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let index = std::env::var(INDEX).ok().and_then(|index| index.parse().ok());
        let index: usize = index.unwrap_or(arguments.len().saturating_sub(1));
        let current = arguments.get(index).map(|word| word.to_string_lossy().into_owned());
        let mut all = Vec::new();
        self.shell.write_complete(command, arguments, folder, &mut all)?;
        let all = String::from_utf8_lossy(&all);
        let wanted =
            all.lines().filter(|line| !is_flag_without_a_sign(line, current.as_deref().unwrap_or("")));
        out.write_all(wanted.collect::<Vec<_>>().join("\n").as_bytes())
    }
}
