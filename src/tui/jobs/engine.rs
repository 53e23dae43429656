//! Pushes and pulls: the remote is looked up and reached, and what would be done is planned first.

use std::sync::Arc;

use super::engine_job::{EngineDone, EngineJob, FromEngine, PushScope, Target};
use super::job::Done;
use super::watched::Watched;
use crate::config::remotes::RemoteName;
use crate::domain::SecretName;
use crate::engine::{
    self, Access, Address, Authorities, Bao, EngineError, Login, NoEngine, Surroundings, Transfer,
};
use crate::tui::ask::failure::Failure;
use crate::tui::session::Session;
use crate::vault::{OnRefusal, Progress, VaultError};

pub(super) fn perform(
    session: &mut Session,
    job: EngineJob,
    watched: &Arc<Watched>,
) -> Result<Done, Failure> {
    let watch = &mut |progress: Progress| watched.tell(progress);
    Ok(Done::Engine(match job {
        EngineJob::PlanPush(target, PushScope { patterns, only, terms }) => {
            let (remote, mut bao) = reach(session, &target, watched)?;
            let mut transfer = Transfer::new(session.vault()?, &mut bao, &remote).map_err(failure)?;
            let mut names = transfer.names(&patterns);
            if let Some(pattern) = patterns.without_any(names.iter().map(SecretName::as_str)) {
                return Err(Failure::told(format!("no secret matches '{}'", pattern.as_str()), ""));
            }
            names.retain(|name| only.is_empty() || only.contains(name));
            let mut report = transfer.plan_push(&names, &terms, watch);
            match report.failed.take() {
                Some(error) => return Err(failure(error)),
                None => EngineDone::PushPlanned { remote, report },
            }
        }
        EngineJob::Push(target, terms, names) => {
            let (remote, mut bao) = reach(session, &target, watched)?;
            let mut transfer = Transfer::new(session.vault()?, &mut bao, &remote).map_err(failure)?;
            let report = transfer.push(&names, &terms, watch);
            EngineDone::Pushed { remote, report }
        }
        EngineJob::PlanPull { target, patterns, folder } => {
            session.from_engine = None;
            let (remote, mut bao) = reach(session, &target, watched)?;
            let mut transfer = Transfer::new(session.vault()?, &mut bao, &remote).map_err(failure)?;
            let taken = transfer.read(&patterns, folder.as_ref(), watch).map_err(failure)?;
            let shown = taken.plan(session.vault()?)?;
            let planned = EngineDone::PullPlanned {
                remote: remote.clone(),
                report: shown.clone(),
                is_other_than_shown: false,
            };
            session.from_engine = Some(FromEngine { taken, shown, remote });
            planned
        }
        EngineJob::Pull => return pull(session, watched),
    }))
}

/// Brings in what was read, if that would still do what was shown.
fn pull(session: &mut Session, watched: &Watched) -> Result<Done, Failure> {
    let Some(from) = session.from_engine.take() else {
        return Err(Failure::told("nothing waits to be pulled", "read it again"));
    };
    let vault = session.vault()?;
    let now = from.taken.plan(vault)?;
    if now != from.shown {
        let remote = from.remote.clone();
        session.from_engine = Some(FromEngine { shown: now.clone(), ..from });
        let done = EngineDone::PullPlanned { remote, report: now, is_other_than_shown: true };
        return Ok(Done::Engine(done));
    }
    let result = from.taken.bring_in(vault, OnRefusal::LeaveOut, &mut |progress| watched.tell(progress));
    match result {
        Ok(report) => Ok(Done::Engine(EngineDone::Pulled { remote: from.remote, report })),
        Err(error) => {
            session.from_engine = Some(from);
            Err(error.into())
        }
    }
}

/// Finds the remote, and logs in there; answers its name.
fn reach(session: &Session, target: &Target, watched: &Arc<Watched>) -> Result<(String, Bao), Failure> {
    let (name, address) = find(session, &target.remote)?;
    let surroundings = Surroundings::of(|name| std::env::var_os(name));
    let told = |error: String| Failure::told(error, "");
    let token = match target.token.is_empty() {
        true => surroundings.token,
        false => Some(target.token.duplicate()),
    };
    let token = token.map(engine::token).transpose().map_err(|error| told(error.to_string()))?;
    let authorities = surroundings.ca_file.as_deref().map_or(Ok(Authorities::OfSystem), Authorities::of_file);
    let namespace = surroundings.namespace.map(engine::namespace).transpose();
    let watched = watched.clone();
    let access = Access {
        address,
        login: token.map(Login::Token),
        authorities: authorities.map_err(|error| told(error.to_string()))?,
        allows_plain_http: false,
        namespace: namespace.map_err(|error| told(error.to_string()))?,
        patience: engine::PATIENCE,
        is_stopped: Box::new(move || watched.is_stopped()),
    };
    let bao = Bao::connect(access).map_err(|error| match error {
        NoEngine::Engine(error) => failure(error),
        NoEngine::Authorities(error) => {
            Failure::told(error.to_string(), "name a file in BAO_CACERT before you start etui")
        }
    })?;
    Ok((name.as_str().to_owned(), bao))
}

/// The remote of a name, or the only engine among them.
fn find(session: &Session, typed: &str) -> Result<(RemoteName, Address), Failure> {
    let named = Some(typed).filter(|typed| !typed.is_empty()).map(RemoteName::new).transpose();
    let named = named.map_err(|error| Failure::told(error.to_string(), ""))?;
    let remotes = session.remotes()?;
    let (name, url) = remotes.engine(named.as_ref())?;
    let address = url.to_string().parse();
    let address = address.map_err(|error: engine::NotAnAddress| Failure::told(error.to_string(), ""))?;
    Ok((name.clone(), address))
}

/// As the app says it, which has no options.
fn failure(error: EngineError) -> Failure {
    match error {
        EngineError::Vault(error) => error.into(),
        EngineError::Stopped => VaultError::Stopped.into(),
        EngineError::NoToken { .. } => {
            Failure::told(error.to_string(), "type it, or set BAO_TOKEN before you start etui")
        }
        EngineError::PlainHttp { .. } => Failure::told(error.to_string(), "use https"),
        error => Failure::told(error.to_string(), error.hint()),
    }
}
