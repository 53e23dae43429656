//! The offer to raise what one guess at the master password costs, after an unlock on a terminal.
//!
//! The cost of a vault was chosen when it was made, perhaps on a slower machine. It is held against the last
//! rung of today's ladder, [`KdfCost::LEAST_DEFAULT`], and not against what this machine is able to do:
//! measuring takes seconds, which nobody wants to wait at every unlock, and a vault that moves between a fast
//! and a slow machine would be raised on the one and be a burden on the other. This machine is measured only
//! once the answer is yes.
//!
//! Who says no is not asked again on this machine, as long as the cost stays what it is.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use anyhow::Context as _;

use super::invocation::Invocation;
use super::invocation::unlocking::Opened;
use super::output::{Audience, Loudness};
use super::wording;
use crate::domain::hexadecimal;
use crate::memory::SecretBytes;
use crate::vault::{self, KdfCost};

/// Offers it, where the password was typed just now and somebody reads what is written.
pub(super) fn offer(
    invocation: &Invocation,
    state_directory: Option<&Path>,
    opened: &mut Opened,
) -> anyhow::Result<()> {
    let output = invocation.output();
    let somebody_is_there = opened.was_typed
        && output.audience() == Audience::Person
        && output.loudness() > Loudness::Quiet
        && invocation.can_ask();
    let Some(state_directory) = state_directory.filter(|_| somebody_is_there) else { return Ok(()) };
    let cost = opened.vault.kdf_cost()?;
    let refusals = state_directory.join("kdf-cost-kept");
    let line = line(opened.vault.path(), cost);
    if !cost.is_weaker_than(&KdfCost::LEAST_DEFAULT) || was_refused(&refusals, &line) {
        return Ok(());
    }
    let question = format!(
        "this vault's password protection is weaker than today's default ({}). Strengthen it now? [y/N] ",
        wording::cost(cost)
    );
    let reply = invocation.with_terminal(|terminal| terminal.and_then(|it| it.ask(&question).ok().flatten()));
    match reply.as_deref() {
        Some("y" | "Y" | "yes") => raise(invocation, opened, cost),
        Some(_) => {
            remember_refusal(&refusals, &line);
            output.note("not asked again here; `etui passwd` raises it too");
            Ok(())
        }
        None => Ok(()),
    }
}

fn raise(invocation: &Invocation, opened: &mut Opened, present: KdfCost) -> anyhow::Result<()> {
    let measured = KdfCost::measure().context("cannot measure what unlocking may cost")?;
    if !present.is_weaker_than(&measured) {
        invocation.output().note("this machine does no more within a second; nothing changed");
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

/// One line for each vault and cost; nothing in it names a secret.
fn line(path: &Path, cost: KdfCost) -> String {
    let path = hexadecimal(path.as_os_str().as_bytes());
    format!("{} {} {} {path}", cost.memory_kib(), cost.passes(), cost.lanes())
}

fn was_refused(file: &Path, line: &str) -> bool {
    fs::read_to_string(file).is_ok_and(|text| text.lines().any(|known| known == line))
}

/// Where it cannot be written the question comes again: no harm.
fn remember_refusal(file: &Path, line: &str) {
    let known = fs::read_to_string(file).unwrap_or_default();
    let text = SecretBytes::copy_of(format!("{known}{line}\n").as_bytes());
    let _ = vault::write_secret_file(file, &text);
}
