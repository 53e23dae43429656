//! How wide a line is: comments, and code that no formatter breaks. Texts between quotes stand as they are.

use crate::tokens::literal_lines;

const WIDEST: usize = 120;

/// The lines of a file that are wider.
pub fn too_wide(path: &str, text: &str) -> Vec<String> {
    let in_literals = literal_lines(text);
    let lines = (1..).zip(text.lines());
    let wide = lines.filter(|(number, line)| line.chars().count() > WIDEST && !in_literals.contains(number));
    wide.map(|(number, line)| format!("{path}:{number}: {} columns", line.chars().count())).collect()
}

#[test]
fn a_wide_comment_and_wide_code_are_found_and_a_wide_text_is_not() {
    let wide = "x".repeat(WIDEST);
    assert_eq!(too_wide("a.rs", &format!("a();\n// {wide}\n")), ["a.rs:2: 123 columns"]);
    assert_eq!(too_wide("a.rs", &format!("let {wide} = 1;")).len(), 1);
    assert_eq!(too_wide("a.rs", &format!("/// Says \"{wide}\".")).len(), 1);
    assert!(
        too_wide("a.rs", &format!("let a = \"{wide}\";\nlet b = r#\"one\n{wide}\n\"#;\n// fine")).is_empty()
    );
}
