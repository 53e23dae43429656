//! "is not a …", never "is no …": a sentence that denies something the translated way is found in what etui says, in
//! its documents and in the comments that its documentation is made of.

/// What may follow "is no": words with which it is English.
const RIGHT: [&str; 10] =
    ["before", "longer", "more", "accident", "reason", "question", "way", "need", "earlier", "later"];

/// The denials of a text, each with the words around it.
pub fn found(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_odd = |at: usize| {
        let before = if at == 0 { "" } else { words[at - 1] };
        let verb = ["is", "are", "was", "were"].contains(&words[at]);
        let after = words.get(at + 2).map_or("", |word| word.trim_matches(|c: char| !c.is_alphanumeric()));
        verb && words.get(at + 1) == Some(&"no")
            && !before.to_lowercase().ends_with("there")
            && !after.is_empty()
            && !RIGHT.contains(&after)
    };
    (0..words.len()).filter(|&at| is_odd(at)).map(|at| words[at..words.len().min(at + 4)].join(" ")).collect()
}

#[test]
fn a_denial_in_the_translated_way_is_found() {
    assert_eq!(found("the port is no number, and these are no tests"), ["is no number, and", "are no tests"]);
    assert_eq!(found("there is no port; it is no longer there; that is no reason to stop"), [""; 0]);
    assert_eq!(found("this is not a number, and the answer is no."), [""; 0]);
}
