//! Which copy's password and key hold.

use super::plan::LockDecision;
use super::terms::{CopySide, Side};
use crate::versioning::Operation;

/// The newest rekey of either decides; where there is none, the newest change of the password. A rekey stands above a
/// later change of the password in the other copy: that one wraps the old key, and an old key never comes back.
pub(super) fn decide(mine: &CopySide, theirs: &CopySide) -> LockDecision {
    let mine = mine.locks.iter().map(|event| (event, Side::Mine));
    let all = mine.chain(theirs.locks.iter().map(|event| (event, Side::Theirs)));
    let newest = all.max_by_key(|(event, _)| (event.operation == Operation::Rekey, event.place));
    match newest {
        Some((event, side)) => LockDecision { side, because: Some(*event) },
        None => LockDecision { side: Side::Mine, because: None },
    }
}
