//! Confirmation of what cannot be undone: the name is typed, or `--yes` was given.

use super::error::CliError;
use super::invocation::Invocation;
use crate::domain::visible;

/// Whether the question was answered beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Confirmation {
    /// With `--yes`.
    Given,
    /// Not yet.
    Needed,
}

impl Confirmation {
    pub(super) const fn of_flag(yes: bool) -> Self {
        if yes { Self::Given } else { Self::Needed }
    }

    /// Refuses early where nobody can be asked.
    pub(super) fn can_be_had(self, invocation: &Invocation) -> Result<(), CliError> {
        if self == Self::Given || invocation.can_ask() {
            return Ok(());
        }
        Err(CliError::usage("this cannot be undone; without a terminal, confirm with --yes", ""))
    }

    /// Asks for the name of the secret or folder, unless the answer was given.
    pub(super) fn ask(self, invocation: &Invocation, name: &str, what: &str) -> Result<(), CliError> {
        if self == Self::Given {
            return Ok(());
        }
        let question = visible(&format!("{what}. Type its name to continue: ")).into_owned();
        let typed =
            invocation.with_terminal(|terminal| terminal.and_then(|it| it.ask(&question).ok().flatten()));
        if typed.as_deref() == Some(name) {
            return Ok(());
        }
        Err(CliError::usage("that is not its name", "nothing was removed"))
    }
}
