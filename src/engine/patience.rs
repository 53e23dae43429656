//! How often something is tried: the one loop around whatever may succeed later.

use super::Engine;
use super::error::EngineError;

/// How often a secret that others change meanwhile is planned again before it is given up.
const MOST_CHANGES: u32 = 8;

/// Who asks an engine.
pub(super) trait Asker {
    /// The engine, which says how long to wait.
    fn engine(&mut self) -> &mut dyn Engine;
}

/// Which failures another attempt may mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mends {
    /// The engine does not answer.
    Silence,
    /// It does not answer, or somebody else changed there what was looked at: the work looks again each time.
    SilenceAndChanges,
}

/// Does the work until it succeeds, fails for good, or was tried for long enough.
pub(super) fn patiently<A: Asker, T>(
    asker: &mut A,
    mends: Mends,
    mut work: impl FnMut(&mut A) -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    let (mut silences, mut changes) = (0, 0);
    loop {
        let error = match work(asker) {
            Err(error) => error,
            done => return done,
        };
        let attempts = if error.may_pass() {
            &mut silences
        } else if mends == Mends::SilenceAndChanges && error.is_change() && changes < MOST_CHANGES {
            &mut changes
        } else {
            return Err(error);
        };
        *attempts += 1;
        let is_change = error.is_change();
        let waited = asker.engine().wait(*attempts, error);
        // Changes are counted instead: another look may be all that is missing.
        if !is_change {
            waited?;
        }
    }
}
