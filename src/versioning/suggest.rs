//! The free version id that is offered where the caller names none (etui).

use std::collections::HashMap;

use super::state::{SecretState, VersionState};
use crate::domain::{CopyName, VersionId};

/// Suggests an id that no version of the secret has: the last run of digits in the newest version's id
/// plus one, its width kept, counted on until free; without digits `-2` is appended; where that would be
/// longer than an id may be, `vN`. A copy of the vault that has a name puts it behind, `vN-NAME`, so that two copies do
/// not give one id to two values; a name behind the id that is counted from does not count.
pub fn suggest_version_id(state: &SecretState, copy: Option<&CopyName>) -> VersionId {
    let is_free = |text: &str| {
        state
            .versions
            .iter()
            .all(|version| version.id.as_str() != text && version.given_id().as_str() != text)
    };
    let given = state.versions.iter().map(VersionState::given_id);
    suggest_version_id_where(given, state.versions.len(), copy, is_free)
}

/// As [`suggest_version_id`], where of `count` versions those that are known were given these ids, the newest last: all
/// of them where [`suggestion_needs_all_ids`].
pub fn suggest_version_id_where<'a>(
    known: impl DoubleEndedIterator<Item = &'a VersionId> + Clone,
    count: usize,
    copy: Option<&CopyName>,
    is_free: impl Fn(&str) -> bool,
) -> VersionId {
    let named = Named { copy, is_free };
    let newest = known.clone().next_back().map(|newest| without_name(newest.as_str(), copy, known));
    newest.and_then(|newest| named.following(newest)).unwrap_or_else(|| named.counted(count))
}

/// Suggests the id of the first version of a new secret: `v1`, or `v1-NAME`.
pub fn suggest_first_version_id(copy: Option<&CopyName>) -> VersionId {
    suggest_version_id_where(std::iter::empty(), 0, copy, |_| true)
}

/// As [`suggest_version_id`], among ids in the order of creation.
pub(super) fn suggest_version_id_among<'a>(
    ids: impl DoubleEndedIterator<Item = &'a VersionId> + Clone,
) -> VersionId {
    let is_free = |text: &str| ids.clone().all(|id| id.as_str() != text);
    suggest_version_id_where(ids.clone(), ids.clone().count(), None, is_free)
}

/// An id without the name of the copy that gave it: behind `v` and a number any name; else that of this copy, or what
/// only some ids of a row end in. What people put behind each number themselves (`v1.2-rc`) is counted past.
fn without_name<'a>(
    id: &'a str,
    copy: Option<&CopyName>,
    known: impl Iterator<Item = &'a VersionId>,
) -> &'a str {
    let Some((number, name)) = with_name(id) else { return id };
    if is_surely_named(number, name, copy) || is_named_apart(number, name, known) { number } else { id }
}

/// Whether an id ends in the name of a copy, whatever the ids before it are: behind `v` and a number, or in that of
/// this copy.
fn is_surely_named(number: &str, name: &str, copy: Option<&CopyName>) -> bool {
    let counts = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    number.strip_prefix('v').is_some_and(counts) || copy.is_some_and(|copy| copy.as_str() == name)
}

/// Whether the id that is suggested after this one depends on the ids before it.
pub fn suggestion_needs_all_ids(newest: &VersionId, copy: Option<&CopyName>) -> bool {
    with_name(newest.as_str()).is_some_and(|(number, name)| !is_surely_named(number, name, copy))
}

/// An id as a number with what may be the name of a copy.
fn with_name(id: &str) -> Option<(&str, &str)> {
    id.rsplit_once('-').filter(|(_, name)| CopyName::new(name).is_ok())
}

/// Whether the ids that lead up to this number, each counted up by one, do not all end in this name.
fn is_named_apart<'a>(number: &'a str, name: &str, known: impl Iterator<Item = &'a VersionId>) -> bool {
    let mut leading_to: HashMap<String, Vec<(&str, Option<&str>)>> = HashMap::new();
    for id in known.map(VersionId::as_str) {
        let named = with_name(id).map(|(number, name)| (number, Some(name)));
        for (before, end) in named.into_iter().chain([(id, None)]) {
            if let Some(next) = next_number(before) {
                leading_to.entry(next).or_default().push((before, end));
            }
        }
    }
    let mut number = number;
    while let Some(before) = leading_to.remove(number) {
        if before.iter().any(|(_, end)| *end != Some(name)) {
            return true;
        }
        number = before[0].0;
    }
    false
}

/// What follows an id: its last run of digits plus one, or a 2 behind it.
fn next_number(id: &str) -> Option<String> {
    match last_run_of_digits(id) {
        Some(_) => incremented(id),
        None => Some(format!("{id}-2")),
    }
}

/// The ids of one copy.
struct Named<'a, F> {
    copy: Option<&'a CopyName>,
    is_free: F,
}

impl<F: Fn(&str) -> bool> Named<'_, F> {
    fn following(&self, newest: &str) -> Option<VersionId> {
        let mut number = next_number(newest)?;
        loop {
            let candidate = self.named(&number);
            if (self.is_free)(&candidate) {
                return VersionId::new(&candidate).ok();
            }
            number = incremented(&number)?;
        }
    }

    fn counted(&self, versions: usize) -> VersionId {
        (versions + 1..)
            .map(|number| self.named(&format!("v{number}")))
            .find(|candidate| (self.is_free)(candidate))
            .and_then(|candidate| VersionId::new(&candidate).ok())
            .expect("among more numbers than there are versions one is free, and it is short")
    }

    fn named(&self, number: &str) -> String {
        self.copy.map_or_else(|| number.to_owned(), |copy| format!("{number}-{copy}"))
    }
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

#[cfg(test)]
mod tests;
