//! Deletions without undo: at the end of the window, and at once.

use super::super::ask::failure::Failure;
use super::super::session::Session;
use super::job::{Done, Scope};
use crate::vault::Removal;

/// What would be removed.
pub(super) fn plan(session: &mut Session, scope: &Scope) -> Result<Done, Failure> {
    let vault = session.vault()?;
    let names = match scope {
        Scope::Force(name) | Scope::One(name) => vec![name.clone()],
        Scope::Past => vault.purgeable()?,
    };
    let planned = vault.plan_removals(&names, scope.kind())?;
    Ok(Done::RemovalPlanned(planned.into_iter().map(|(removal, _)| removal).collect()))
}

/// Removes what was shown, and nothing that was added or changed meanwhile.
pub(super) fn remove(session: &mut Session, scope: &Scope, shown: Vec<Removal>) -> Result<Done, Failure> {
    session.vault()?.remove_for_good(&shown, scope.kind(), &mut |_| {})?;
    Ok(Done::Removed(shown))
}
