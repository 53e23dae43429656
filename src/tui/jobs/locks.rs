//! Changing the password, the key file or the vault key.

use super::super::ask::failure::Failure;
use super::super::session::Session;
use super::job::{Done, NewLocks, Relocked};
use super::watched::Watched;
use crate::vault::{NewKeyFile, Relock, RelockFailed, Relocking};

pub(super) fn relock(
    session: &mut Session,
    relocking: Relocking,
    wanted: NewLocks,
    watched: &Watched,
) -> Result<Done, Failure> {
    let NewLocks { present, new, key_file } = wanted;
    let request = Relock {
        what: relocking,
        present: session.credentials(present)?,
        password: new,
        present_key_file: session.read_key_file()?,
        key_file: key_file.clone(),
        cost: session.cost(),
    };
    let vault = session.vault()?;
    let done = vault.relock(request, &mut |progress| {
        // It is waited for.
        let _ = watched.tell(progress);
    });
    let done = done.map_err(failed)?;
    let mut notices = vault.take_notices();
    match key_file {
        NewKeyFile::Keep => {}
        NewKeyFile::Make(path) => session.use_key_file(Some(path)),
        NewKeyFile::Drop => session.use_key_file(None),
    }
    notices.extend(session.lock_agent(done.identity_before));
    let key_file = session.key_file().map(ToOwned::to_owned);
    Ok(Done::Relocked(Box::new(Relocked { done, key_file, notices })))
}

fn failed(failed: RelockFailed) -> Failure {
    let about_key_file = failed.about_key_file();
    let failure = Failure::from(failed.error);
    match about_key_file {
        Some(sentence) if !failure.ends_session() => {
            let hints = [sentence, failure.hint()].into_iter().filter(|hint| !hint.is_empty());
            Failure::told(failure.sentence(), hints.collect::<Vec<_>>().join("; "))
        }
        _ => failure,
    }
}
