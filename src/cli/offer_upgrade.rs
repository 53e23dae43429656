//! The offer to bring a vault into the newest format, after an unlock on a terminal.

use std::path::Path;

use super::invocation::Invocation;
use super::invocation::opened::Opened;
use super::offer::{self, Refusals};
use super::progress::ProgressLine;
use crate::vault::{FormatVersion, VaultError};

/// Offers it, where the password was typed just now and somebody reads what is written.
pub(super) fn offer(
    invocation: &Invocation,
    state_directory: Option<&Path>,
    opened: &mut Opened,
) -> anyhow::Result<()> {
    let is_possible = offer::can_be_made(invocation, opened);
    let Some(state_directory) = state_directory.filter(|_| is_possible) else { return Ok(()) };
    let (format, newest) = (opened.vault.format()?.number(), FormatVersion::NEWEST.number());
    if format == newest {
        return Ok(());
    }
    let about = format!("{format} {newest}");
    let refusals = Refusals::of(state_directory, "format-kept", &about, opened.vault.path());
    let question = format!(
        "this vault is in format {format}; in format {newest} it is smaller and its copies can be merged. \
         An older etui cannot open it afterwards. Upgrade it now? [y/N] "
    );
    if !refusals.ask(invocation, &question, "`etui upgrade` does it too") {
        return Ok(());
    }
    let output = invocation.output();
    let mut line = ProgressLine::new(output, "upgrading");
    let upgraded = opened.vault.upgrade(&opened.credentials, &mut |progress| line.show(progress));
    drop(line);
    invocation.say_notices(opened.vault.take_notices());
    match upgraded.and_then(|upgraded| upgraded.map_or(Ok(()), |upgraded| upgraded.refuse_findings())) {
        Ok(()) => output.note(&format!("the vault is now in format {newest}, and checked")),
        // Nothing is read from a vault that was found damaged.
        Err(damaged @ VaultError::Integrity { .. }) => return Err(damaged.into()),
        // What was asked for in the first place is done all the same.
        Err(error) => output.note(&format!("the vault was not upgraded: {error}")),
    }
    Ok(())
}
