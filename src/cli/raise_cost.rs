//! The offer to raise what one guess at the master password costs, after an unlock on a terminal.
//!
//! The cost of a vault was chosen when it was made, perhaps on a slower machine. It is compared with the last
//! step of today's ladder, [`KdfCost::LEAST_DEFAULT`], and not against what this machine is able to do:
//! measuring takes seconds, which nobody wants to wait at every unlock, and a vault that moves between a fast
//! and a slow machine would be raised on the one and be too slow on the other. This machine is measured only
//! once the answer is yes.

use std::path::Path;

use anyhow::Context as _;

use super::invocation::Invocation;
use super::invocation::opened::Opened;
use super::offer::{self, Refusals};
use super::wording;
use crate::vault::KdfCost;

/// Offers it, where the password was typed just now and somebody reads what is written.
pub(super) fn offer(
    invocation: &Invocation,
    state_directory: Option<&Path>,
    opened: &mut Opened,
) -> anyhow::Result<()> {
    let is_possible = offer::can_be_made(invocation, opened);
    let Some(state_directory) = state_directory.filter(|_| is_possible) else { return Ok(()) };
    let cost = opened.vault.kdf_cost()?;
    if !cost.is_weaker_than(&KdfCost::LEAST_DEFAULT) {
        return Ok(());
    }
    let about = format!("{} {} {}", cost.memory_kib(), cost.passes(), cost.lanes());
    let refusals = Refusals::of(state_directory, "kdf-cost-kept", &about, opened.vault.path());
    let question = format!(
        "this vault's password protection is weaker than today's default ({}). Strengthen it now? [y/N] ",
        wording::cost(cost)
    );
    match refusals.ask(invocation, &question, "`etui passwd` strengthens it too") {
        true => raise(invocation, opened, cost),
        false => Ok(()),
    }
}

fn raise(invocation: &Invocation, opened: &mut Opened, present: KdfCost) -> anyhow::Result<()> {
    let measured = KdfCost::measure().context("cannot measure what unlocking may cost")?;
    if !present.is_weaker_than(&measured) {
        invocation.output().note("this machine cannot do more within a second: nothing changed");
        return Ok(());
    }
    let sentence = match opened.vault.change_password(&opened.credentials, &opened.credentials, measured) {
        Ok(()) => format!("unlocking takes {} from now on", wording::cost(measured)),
        // What was asked for in the first place is done all the same.
        Err(error) => format!("the cost was not raised: {error}"),
    };
    invocation.output().note(&sentence);
    Ok(())
}
