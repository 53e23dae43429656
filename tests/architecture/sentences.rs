//! One line that reports begins in lower case and has no full stop: toasts, errors and hints. It may begin with a
//! name, and it may stand behind `error:`.

use crate::tokens::literals_behind;

/// What takes such lines: the attribute of error enums, the toasts of the app, the errors and notes of commands.
const TAKERS: [&str; 14] = [
    "#[error(",
    ".say(Tone::Done,",
    ".say(Tone::Note,",
    ".say(Tone::Failed,",
    "Failure::told(",
    "CliError::usage(",
    "CliError::missing(",
    "CliError::rejected(",
    "CliError::not_found(",
    "CliError::not_unlocked(",
    "CliError::unexpected(",
    "CliError::system(",
    ".note(",
    ".detail(",
];

/// The lines of a file that are written otherwise.
pub fn found(path: &str, text: &str) -> Vec<String> {
    let literals = TAKERS.iter().flat_map(|taker| literals_behind(text, taker));
    literals.filter(|line| !is_right(line)).map(|line| format!("{path}: {line:?}")).collect()
}

fn is_right(line: &str) -> bool {
    let mut first = line.chars();
    // "ACSCurrent" and "JSON" are written as they are.
    let begins = first.next().is_some_and(char::is_uppercase) && first.next().is_some_and(char::is_lowercase);
    !begins && !line.ends_with('.')
}

#[test]
fn a_line_that_begins_with_a_capital_or_ends_with_a_full_stop_would_be_found() {
    let found = |text: &str| found("a.rs", text).len();
    assert_eq!(found(r#"app.say(Tone::Note, "Filter cleared");"#), 1);
    assert_eq!(found(r#"app.say(Tone::Note, format!("Locked after {} s", seconds("x")));"#), 1);
    assert_eq!(found(r#"#[error("there is no secret.")] A, #[error("fine: {0}")] B"#), 1);
    assert_eq!(found("CliError::usage(\n    \"no\",\n    \"Try again\",\n)"), 1);
    assert_eq!(found(r#"app.say(Tone::Note, "ACSCurrent stays"); let title = "Filter cleared";"#), 0);
    assert_eq!(found(r#"output.note("a"); output.line("Done.");"#), 0);
}
