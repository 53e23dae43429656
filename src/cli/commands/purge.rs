//! `etui purge`: the end of a deletion window.

use clap::Args;
use serde::Serialize;

use crate::cli::confirm::Confirmation;
use crate::cli::exit_code::Finish;
use crate::cli::invocation::Invocation;
use crate::cli::output::Audience;
use crate::cli::plan::Preview;
use crate::cli::row::RunCommand;
use crate::cli::wording;
use crate::domain::SecretName;
use crate::vault::{Planned, PurgeRequest, Vault};

/// Remove secrets past their window for good
///
/// Without a name: all that are past it. Refused where the clock of this machine stands before the newest
/// change of the vault, unless --force answers for it; on a terminal each name must then be typed, and
/// elsewhere --yes is needed.
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

    /// Answer for the clock of this machine
    #[arg(long)]
    force: bool,

    /// Answer the question that --force asks
    #[arg(long, requires = "force")]
    yes: bool,

    /// Say what would happen, and change nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Purged<'a> {
    purged: Vec<&'a str>,
}

impl RunCommand for Purge {
    fn run(self, invocation: &Invocation) -> anyhow::Result<Finish> {
        let confirmation = Confirmation::of_flag(self.yes);
        let asks = self.force && !self.dry_run;
        if asks {
            confirmation.can_be_had(invocation)?;
        }
        let mut vault = invocation.unlock()?;
        let names = if self.names.is_empty() { vault.purgeable()? } else { self.names };
        let requests: Vec<PurgeRequest> =
            names.into_iter().map(|name| PurgeRequest { name, trust_clock: self.force }).collect();
        // All are planned before any is removed, so that a refusal finds everything in place.
        let planned: Vec<(PurgeRequest, Planned)> = requests
            .into_iter()
            .map(|request| Ok((request.clone(), vault.plan_purge(&request)?)))
            .collect::<anyhow::Result<_>>()?;
        if self.dry_run {
            return preview(invocation, &planned);
        }
        if asks {
            for (PurgeRequest { name, .. }, _) in &planned {
                confirmation.ask(invocation, name, &format!("this removes '{name}' for good"))?;
            }
        }
        remove(invocation, &mut vault, &planned)
    }
}

fn remove(
    invocation: &Invocation,
    vault: &mut Vault,
    planned: &[(PurgeRequest, Planned)],
) -> anyhow::Result<Finish> {
    let output = invocation.output();
    let machine = output.audience() == Audience::Machine;
    let mut purged = Vec::new();
    for (request, _) in planned {
        let outcome = vault.purge(request)?;
        purged.push(request.name.as_str());
        if !machine {
            let destroyed = outcome.change.map_or(0, |change| change.destroyed.len());
            let versions = wording::count(destroyed as u64, "version");
            output.done(&format!("removed secret '{}' with {versions} for good", outcome.name))?;
        }
    }
    invocation.say_notices(vault.take_notices());
    if machine {
        output.json(&Purged { purged })?;
    } else if planned.is_empty() {
        output.done("no secret is past its window; nothing changed")?;
    }
    Ok(Finish::Done)
}

fn preview(invocation: &Invocation, planned: &[(PurgeRequest, Planned)]) -> anyhow::Result<Finish> {
    if planned.is_empty() && invocation.output().audience() != Audience::Machine {
        invocation.output().text("nothing would change: no secret is past its window\n")?;
    }
    for (PurgeRequest { name, .. }, Planned { plan, token }) in planned {
        Preview {
            name,
            plan,
            would: format!("remove '{name}' for good"),
            unchanged: String::new(),
            version_id: None,
            state: Some(*token),
            remarks: Vec::new(),
        }
        .print(invocation.output())?;
    }
    Ok(Finish::Done)
}
