//! Names from elsewhere, made to fit: characters outside the set become `-`, clashes get `-2` (etui).

use std::collections::HashSet;

use crate::domain::SecretName;

/// What an empty name becomes.
const NAMELESS: &str = "unnamed";

/// Makes a name of each text, all different and none of them in `taken`; the order of the answer is that of
/// the texts. A text that is a name already keeps it, wherever it stands: only the first of several equal
/// ones does. The same texts in the same order always get the same names, so that an import can be repeated.
pub fn fit_names<'a>(
    texts: impl IntoIterator<Item = &'a str>,
    taken: impl IntoIterator<Item = SecretName>,
) -> Vec<SecretName> {
    let mut taken: HashSet<SecretName> = taken.into_iter().collect();
    let texts: Vec<&str> = texts.into_iter().collect();
    let mut names: Vec<Option<SecretName>> = texts
        .iter()
        .map(|text| SecretName::new(text).ok().filter(|name| taken.insert(name.clone())))
        .collect();
    for (text, name) in texts.iter().zip(&mut names) {
        name.get_or_insert_with(|| {
            let base = fitting(text);
            let fitted = (1..)
                .map(|count| numbered(&base, count))
                .find(|name| !taken.contains(name))
                .expect("there are more numbers than names");
            taken.insert(fitted.clone());
            fitted
        });
    }
    names.into_iter().flatten().collect()
}

/// The text with every character that a name cannot hold replaced, cut to the length of a name.
fn fitting(text: &str) -> String {
    let mut fitted = String::with_capacity(text.len().min(SecretName::LIMIT));
    for character in text.chars().take(SecretName::LIMIT) {
        let may_stand = SecretName::new(character.encode_utf8(&mut [0; 4])).is_ok();
        fitted.push(if may_stand { character } else { '-' });
    }
    if fitted.is_empty() {
        fitted.push_str(NAMELESS);
    }
    if SecretName::new(&fitted).is_err() {
        // All that is left is the prefix of managed secrets.
        fitted = fitted.replacen('/', "-", 1);
    }
    fitted
}

fn numbered(base: &str, count: usize) -> SecretName {
    let suffix = if count == 1 { String::new() } else { format!("-{count}") };
    let kept = base.len().min(SecretName::LIMIT - suffix.len());
    SecretName::new(&format!("{}{suffix}", &base[..kept])).expect("it was made of allowed characters only")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fitted(texts: &[&str]) -> Vec<String> {
        fit_names(texts.iter().copied(), []).iter().map(|name| name.as_str().to_owned()).collect()
    }

    #[test]
    fn characters_outside_the_set_become_hyphens() {
        assert_eq!(
            fitted(&["My Site (prod)", "größe", "a/b", ""]),
            ["My-Site--prod-", "gr--e", "a/b", "unnamed"]
        );
        assert_eq!(fitted(&["acs/rds"]), ["acs-rds"]);
    }

    #[test]
    fn clashes_are_numbered_and_a_name_that_fits_is_kept() {
        assert_eq!(fitted(&["a b", "a-b", "a-b-2", "a+b", "a b"]), ["a-b-3", "a-b", "a-b-2", "a+b", "a-b-4"]);
        assert_eq!(fitted(&["x", "x", "x"]), ["x", "x-2", "x-3"]);
        let taken = [SecretName::new("x").unwrap()];
        assert_eq!(fit_names(["x"], taken)[0].as_str(), "x-2");
    }

    #[test]
    fn a_long_name_is_cut_and_its_number_still_fits() {
        let long = "n".repeat(500);
        let names = fitted(&[&long, &long]);
        assert_eq!(names[0], "n".repeat(192));
        assert_eq!(names[1], format!("{}-2", "n".repeat(190)));
    }

    proptest! {
        #[test]
        fn names_are_all_different_and_repeatable(texts in prop::collection::vec("[ab /ä]{0,3}|acs/.{0,2}", 0..20)) {
            let names = fit_names(texts.iter().map(String::as_str), []);
            prop_assert_eq!(names.len(), texts.len());
            prop_assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
            prop_assert_eq!(fit_names(texts.iter().map(String::as_str), []), names);
        }
    }
}
