//! The free version id that is offered where the caller names none (etui).

use super::state::{SecretState, VersionState};
use crate::domain::VersionId;

/// Suggests an id that no version of the secret has: the last run of digits in the newest version's id
/// plus one, its width kept, counted on until free; without digits `-2` is appended; where that would be
/// longer than an id may be, `vN`.
pub fn suggest_version_id(state: &SecretState) -> VersionId {
    let is_free = |text: &str| {
        state
            .versions
            .iter()
            .all(|version| version.id.as_str() != text && version.given_id().as_str() != text)
    };
    suggest_version_id_where(state.newest().map(VersionState::given_id), state.versions.len(), is_free)
}

/// As [`suggest_version_id`], where the newest of `count` versions was given this id.
pub fn suggest_version_id_where(
    newest: Option<&VersionId>,
    count: usize,
    is_free: impl Fn(&str) -> bool,
) -> VersionId {
    let following = newest.and_then(|newest| following(newest.as_str(), &is_free));
    following.unwrap_or_else(|| counted("v", count, is_free))
}

/// Suggests the id of the first version of a new secret: `v1`.
pub fn suggest_first_version_id() -> VersionId {
    suggest_version_id_among([].iter())
}

/// As [`suggest_version_id`], among ids in the order of creation.
pub(super) fn suggest_version_id_among<'a>(
    ids: impl DoubleEndedIterator<Item = &'a VersionId> + Clone,
) -> VersionId {
    let is_free = |text: &str| ids.clone().all(|id| id.as_str() != text);
    suggest_version_id_where(ids.clone().next_back(), ids.clone().count(), is_free)
}

fn following(newest: &str, is_free: &impl Fn(&str) -> bool) -> Option<VersionId> {
    let mut candidate = match last_run_of_digits(newest) {
        Some(_) => incremented(newest)?,
        None => format!("{newest}-2"),
    };
    while !is_free(&candidate) {
        candidate = incremented(&candidate)?;
    }
    VersionId::new(&candidate).ok()
}

fn last_run_of_digits(text: &str) -> Option<std::ops::Range<usize>> {
    let end = text.rfind(|character: char| character.is_ascii_digit())? + 1;
    let start = text[..end].rfind(|character: char| !character.is_ascii_digit()).map_or(0, |at| at + 1);
    Some(start..end)
}

/// Adds one to the last run of digits as it is written, so that its length has no limit of a number type.
fn incremented(text: &str) -> Option<String> {
    let run = last_run_of_digits(text)?;
    let mut digits: Vec<u8> = text[run.clone()].bytes().collect();
    let mut carry = true;
    for digit in digits.iter_mut().rev() {
        if !carry {
            break;
        }
        carry = *digit == b'9';
        *digit = if carry { b'0' } else { *digit + 1 };
    }
    if carry {
        digits.insert(0, b'1');
    }
    let digits = String::from_utf8(digits).ok()?;
    Some(format!("{}{digits}{}", &text[..run.start], &text[run.end..]))
}

fn counted(prefix: &str, versions: usize, is_free: impl Fn(&str) -> bool) -> VersionId {
    (versions + 1..)
        .map(|number| format!("{prefix}{number}"))
        .find(|candidate| is_free(candidate))
        .and_then(|candidate| VersionId::new(&candidate).ok())
        .expect("among more numbers than there are versions one is free, and it is short")
}

#[cfg(test)]
mod tests;
