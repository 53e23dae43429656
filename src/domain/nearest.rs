//! Which word was meant by a mistyped one.

/// The word that takes the fewest slips to turn into what was typed, where few are enough.
pub fn nearest<T: AsRef<str>>(typed: &str, words: impl IntoIterator<Item = T>) -> Option<T> {
    let length = typed.chars().count();
    // Of a short word two letters are half of it: 'dump' would mean 'demo'.
    let enough = if length < 6 { 1 } else { 2 };
    let near = words.into_iter().filter(|word| word.as_ref().chars().count().abs_diff(length) <= enough);
    let slips = near.map(|word| (slips(typed, word.as_ref()), word)).filter(|(slips, _)| *slips <= enough);
    slips.min_by_key(|(slips, _)| *slips).map(|(_, word)| word)
}

/// How many letters must be added, left out, replaced, or swapped with their neighbour.
fn slips(typed: &str, word: &str) -> usize {
    let (typed, word): (Vec<char>, Vec<char>) = (typed.chars().collect(), word.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=word.len()).collect()];
    for (at, letter) in typed.iter().enumerate() {
        let mut row = vec![at + 1];
        for (column, other) in word.iter().enumerate() {
            let replaced = rows[at][column] + usize::from(letter != other);
            let mut best = replaced.min(rows[at][column + 1] + 1).min(row[column] + 1);
            if at > 0 && column > 0 && *letter == word[column - 1] && typed[at - 1] == *other {
                best = best.min(rows[at - 1][column - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[typed.len()][word.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_the_one_with_the_fewest_slips() {
        let words = ["list", "get", "set", "edit", "restore", "log", "put", "rm"];
        for (typed, meant) in [
            ("lsit", Some("list")),
            ("edti", Some("edit")),
            ("got", Some("get")),
            ("resore", Some("restore")),
            // Two slips are few enough from six letters on, and too many before.
            ("rstroe", Some("restore")),
            ("xlst", None),
            ("lsixt", None),
            ("pu", Some("put")),
            ("history", None),
            ("load", None),
            ("xyz", None),
        ] {
            assert_eq!(nearest(typed, words), meant, "{typed}");
        }
    }
}
