//! `etui purge`: the end of a deletion window.

use clap::Args;
use serde::Serialize;

use crate::cli::confirm::Confirmation;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::plan::Preview;
use crate::cli::row::RunCommand;
use crate::cli::schema::{Json, Kind, Schema, key};
use crate::cli::wording;
use crate::domain::SecretName;
use crate::vault::{Removal, RemovalKind, Vault};
use crate::versioning::Plan;

/// Remove secrets past their window for good
///
/// Without a name: all that are past it. It refuses if the clock of this machine is behind the newest change of the
/// vault. --force purges all the same: on a terminal each name must then be typed, and elsewhere --yes is needed.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  etui purge --dry-run
  etui purge
  etui purge db/password old/token")]
pub(in crate::cli) struct Purge {
    /// The secrets
    #[arg(value_name = "NAME", value_parser = SecretName::new)]
    names: Vec<SecretName>,

    /// Purge even if the clock of this machine is behind
    #[arg(long)]
    force: bool,

    /// Answer the question that --force asks
    #[arg(long, requires = "force")]
    yes: bool,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Purged<'a> {
    purged: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct WouldPurge<'a> {
    would_purge: Vec<&'a str>,
}

impl RunCommand for Purge {
    const JSON: Json = Json::Answers(&[
        Schema::when("secrets are purged", &[&[key("Purged", Kind::List(&Kind::Text), "their names")]]),
        Schema::when(
            "with --dry-run",
            &[&[key("WouldPurge", Kind::List(&Kind::Text), "the names of those that would be purged")]],
        ),
    ]);

    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let confirmation = Confirmation::of_flag(self.yes);
        let asks = self.force && !self.dry_run;
        if asks {
            confirmation.can_be_had(invocation)?;
        }
        let mut vault = invocation.unlock()?;
        let names = if self.names.is_empty() { vault.purgeable()? } else { self.names };
        let kind = RemovalKind::PastWindow { trust_clock: self.force };
        let planned = vault.plan_removals(&names, kind)?;
        if self.dry_run {
            return preview(invocation, &planned);
        }
        if asks {
            for (Removal { name, .. }, _) in &planned {
                confirmation.ask(invocation, name.as_str(), &format!("this removes '{name}' for good"))?;
            }
        }
        let planned: Vec<Removal> = planned.into_iter().map(|(removal, _)| removal).collect();
        remove(invocation, &mut vault, &planned, kind)
    }
}

fn remove(
    invocation: &Invocation,
    vault: &mut Vault,
    planned: &[Removal],
    kind: RemovalKind,
) -> anyhow::Result<Finish> {
    let output = invocation.output();
    let mut removed = Vec::new();
    // What was removed before a failure is told all the same.
    let result = vault.remove_for_good(planned, kind, &mut |removal| {
        removed.push(removal.clone());
        let sentences = removed.iter().map(|removal| wording::removed(&removal.name, removal.versions));
        output.changed(&sentences.collect::<Vec<_>>().join("; "), None);
    });
    invocation.say_notices(vault.take_notices());
    if output.audience() == Audience::Machine {
        result?;
        output.json(&Purged { purged: removed.iter().map(|removal| removal.name.as_str()).collect() })?;
        return Ok(Finish::Done);
    }
    for Removal { name, versions, .. } in &removed {
        output.done(&wording::removed(name, *versions))?;
    }
    result?;
    if planned.is_empty() {
        output.done(&format!("{}; nothing changed", wording::NOTHING_TO_PURGE))?;
    }
    Ok(Finish::Done)
}

fn preview(invocation: &Invocation, planned: &[(Removal, Plan)]) -> anyhow::Result<Finish> {
    let output = invocation.output();
    if output.audience() == Audience::Machine {
        output.json(&WouldPurge {
            would_purge: planned.iter().map(|(removal, _)| removal.name.as_str()).collect(),
        })?;
        return Ok(Finish::Done);
    }
    if planned.is_empty() {
        output.text(&format!("nothing would change: {}\n", wording::NOTHING_TO_PURGE))?;
    }
    for (Removal { name, token, .. }, plan) in planned {
        Preview {
            name,
            plan,
            would: format!("remove '{name}' for good"),
            unchanged: String::new(),
            version_id: None,
            state: Some(*token),
            remarks: Vec::new(),
        }
        .print(output)?;
    }
    Ok(Finish::Done)
}
