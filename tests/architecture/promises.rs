//! What the documents say about tests is so: every test that they name exists.

use std::collections::BTreeSet;

use crate::tokens::tokens;

/// The names of the tests of a Rust file.
pub fn tests_in(text: &str) -> BTreeSet<String> {
    let tokens = tokens(text);
    let mut names = BTreeSet::new();
    let mut is_test = false;
    for (at, token) in tokens.iter().enumerate() {
        let word = |offset: usize| tokens.get(at + offset).map_or("", |token| token.text);
        match token.text {
            "test" if at >= 2 && tokens[at - 1].text == "[" && word(1) == "]" => is_test = true,
            "fn" if is_test => {
                names.insert(word(1).to_owned());
                is_test = false;
            }
            _ => {}
        }
    }
    names
}

/// The tests that the tables of a document name: words of code with as many underscores as only a sentence has.
pub fn named_in(document: &str) -> BTreeSet<String> {
    let rows = document.lines().filter(|line| line.starts_with('|'));
    let code = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    let names = code.filter(|word| {
        word.matches('_').count() >= 3
            && word.chars().all(|one| one == '_' || one.is_ascii_lowercase() || one.is_ascii_digit())
    });
    names.map(str::to_owned).collect()
}

#[test]
fn a_test_that_is_named_and_is_not_there_is_found() {
    let known = tests_in(
        "#[test]\nfn a_put_is_there() {}\nfn no_test_at_all() {}\n#[test]\n#[ignore]\nfn one_more_of_them() {}",
    );
    assert_eq!(known.iter().map(String::as_str).collect::<Vec<_>>(), ["a_put_is_there", "one_more_of_them"]);
    let named =
        named_in("`not_in_a_table_at_all`\n| promise | `a_put_is_there`, `it_went_long_ago` | `a_b` |\n");
    assert_eq!(named.difference(&known).collect::<Vec<_>>(), ["it_went_long_ago"]);
}
