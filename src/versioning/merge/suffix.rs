//! Names and ids that tell apart what two copies called the same: `ID-xxxxxxxx`, cut to fit.

use super::terms::RowId;
use crate::domain::{SecretName, VersionId};
use crate::versioning::VersionKey;

/// How many hex digits a suffix has; more only where that is taken.
const DIGITS: [usize; 3] = [8, 12, 16];

/// What a version of this key may be called after its id was given twice, the usual one first.
pub fn suffixed_ids(given: &VersionId, key: VersionKey) -> impl Iterator<Item = VersionId> {
    let hex = format!("{:016x}", key.0);
    DIGITS.into_iter().filter_map(move |digits| {
        VersionId::new(&with_suffix(given.as_str(), &hex[..digits], VersionId::LIMIT)).ok()
    })
}

/// What a secret of this row id may be called after its name was given twice, the usual one first.
pub fn suffixed_names(given: &SecretName, row: &RowId) -> impl Iterator<Item = SecretName> {
    let hex: String = row.iter().map(|byte| format!("{byte:02x}")).collect();
    let digits = DIGITS.into_iter().chain([24, 32]);
    digits.filter_map(move |digits| {
        SecretName::new(&with_suffix(given.as_str(), &hex[..digits], SecretName::LIMIT)).ok()
    })
}

pub(super) fn free_version_id(
    given: &VersionId,
    key: VersionKey,
    is_taken: impl Fn(&VersionId) -> bool,
) -> VersionId {
    let mut ids = suffixed_ids(given, key);
    let first = ids.next();
    let free = first.iter().cloned().chain(ids).find(|id| !is_taken(id));
    free.or(first).unwrap_or_else(|| given.clone())
}

pub(super) fn free_name(
    given: &SecretName,
    row: &RowId,
    is_taken: impl Fn(&SecretName) -> bool,
) -> SecretName {
    let mut names = suffixed_names(given, row);
    let first = names.next();
    let free = first.iter().cloned().chain(names).find(|name| !is_taken(name));
    free.or(first).unwrap_or_else(|| given.clone())
}

fn with_suffix(text: &str, suffix: &str, limit: usize) -> String {
    // Every character of a name or an id is one byte long.
    let kept = text.len().min(limit - suffix.len() - 1);
    format!("{}-{suffix}", &text[..kept])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> VersionId {
        VersionId::new(text).unwrap()
    }

    #[test]
    fn a_suffix_grows_where_it_is_taken() {
        let key = VersionKey(0x0123_4567_89ab_cdef);
        let free = |taken: &[&str]| free_version_id(&id("v1"), key, |id| taken.contains(&id.as_str()));
        assert_eq!(free(&[]), id("v1-01234567"));
        assert_eq!(free(&["v1-01234567"]), id("v1-0123456789ab"));
        assert_eq!(free(&["v1-01234567", "v1-0123456789ab"]), id("v1-0123456789abcdef"));
    }

    #[test]
    fn a_name_gets_a_longer_suffix_where_another_secret_has_the_short_one() {
        let (api, row) = (SecretName::new("api").unwrap(), [0xab; 16]);
        let free = |taken: &[&str]| free_name(&api, &row, |name| taken.contains(&name.as_str())).to_string();
        assert_eq!(free(&[]), "api-abababab");
        assert_eq!(free(&["api-abababab"]), "api-abababababab");
    }

    #[test]
    fn what_is_long_is_cut_so_that_every_suffix_fits() {
        let long = id(&"x".repeat(VersionId::LIMIT));
        let ids: Vec<VersionId> = suffixed_ids(&long, VersionKey(1)).collect();
        assert_eq!(ids.len(), DIGITS.len());
        for (id, digits) in ids.iter().zip(DIGITS) {
            assert_eq!(id.as_str().len(), VersionId::LIMIT);
            assert_eq!(id.as_str().find('-'), Some(VersionId::LIMIT - digits - 1));
        }
    }
}
