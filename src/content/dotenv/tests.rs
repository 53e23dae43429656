//! What dotenv files mean, and that what is written is read back the same.

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Vec<(String, String)> {
    let entries = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    let text_of = |value: &SecretBytes| value.expose_text().unwrap().to_owned();
    entries.iter().map(|entry| (entry.key.clone(), text_of(&entry.value))).collect()
}

fn only_value(text: &str) -> String {
    let mut entries = read(text);
    assert_eq!(entries.len(), 1, "{text:?}");
    entries.remove(0).1
}

fn fault(bytes: &[u8]) -> (usize, usize, DotenvProblem) {
    let error = parse(bytes).map(|entries| entries.len()).unwrap_err();
    (error.line, error.column, error.problem)
}

#[test]
fn blank_lines_comments_and_export_are_passed_over() {
    let text = "\u{feff}# first\r\n\r\nexport A=1\r\n  B = two words  \r\nexport=3\r\nexport\tC=x # why\r\n";
    let expected = [("A", "1"), ("B", "two words"), ("export", "3"), ("C", "x")];
    assert_eq!(read(text), expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
}

#[test]
fn nothing_is_expanded() {
    for value in ["$HOME", "${A:-b}", "pa$$word", "`id`x", "$(id)"] {
        assert_eq!(only_value(&format!("A=x{value}")), format!("x{value}"));
        assert_eq!(only_value(&format!("A='{value}'")), value);
        assert_eq!(only_value(&format!("A=\"{value}\"")), value);
    }
}

#[test]
fn a_value_without_quotes_ends_at_the_line_or_at_a_comment_after_white_space() {
    assert_eq!(only_value("A=a#b"), "a#b");
    assert_eq!(only_value("A=a #b"), "a");
    assert_eq!(only_value("A=#b"), "");
    assert_eq!(only_value("A="), "");
    assert_eq!(only_value("A={\"k\": \"it's\"}"), "{\"k\": \"it's\"}");
    assert_eq!(only_value("A=it's\\n"), "it's\\n");
}

#[test]
fn quotes_hold_lines_and_only_double_quotes_hold_escapes() {
    assert_eq!(only_value("A='one\ntwo \\n #' # end"), "one\ntwo \\n #");
    assert_eq!(only_value("A=`it's \"so\"`"), "it's \"so\"");
    assert_eq!(only_value(r#"A="a\n\r\t\\\"\$\`\d""#), "a\n\r\t\\\"$`\\d");
    assert_eq!(only_value("A=\"one\ntwo\""), "one\ntwo");
}

#[test]
fn an_entry_knows_its_line() {
    let entries = parse(b"A='1\n2'\n\nB=3\n").unwrap();
    assert_eq!(entries.iter().map(|entry| entry.line).collect::<Vec<_>>(), [1, 4]);
}

#[test]
fn what_is_malformed_is_named_by_line_and_column() {
    assert_eq!(fault(b"A=1\nB 2"), (2, 3, DotenvProblem::NoEquals));
    assert_eq!(fault(b"A=1\n\n  =2"), (3, 3, DotenvProblem::NoName));
    assert_eq!(fault(b"A=1\nexport"), (2, 7, DotenvProblem::NoEquals));
    assert_eq!(fault("é=1".as_bytes()), (1, 1, DotenvProblem::NoName));
    assert_eq!(fault(b"A=1\nB='x\ny\n"), (2, 3, DotenvProblem::OpenQuote));
    assert_eq!(fault(b"B=\"x\\"), (1, 3, DotenvProblem::OpenQuote));
    assert_eq!(fault("B='é' x".as_bytes()), (1, 7, DotenvProblem::AfterQuote));
    assert_eq!(fault(b"A=1\nB=\xc3\xa9\xff"), (2, 4, DotenvProblem::NotText));
}

#[test]
fn an_error_never_quotes_the_file() {
    let error = parse(b"hunter2 swordfish").unwrap_err();
    assert_eq!(error.to_string(), "line 1, column 9: a '=' is expected after the variable's name");
}

fn written(value: &str) -> Result<String, Unwritable> {
    let mut out = SecretBytes::new();
    write("A", value.as_bytes(), &mut out).map(|()| out.expose_text().unwrap().to_owned())
}

#[test]
fn a_value_has_the_fewest_quotes_that_every_reader_reads_alike() {
    for (value, expected) in [
        ("postgres://u:p@h/db", "A=postgres://u:p@h/db\n"),
        ("two words", "A='two words'\n"),
        ("1\n2", "A='1\n2'\n"),
        (r"back\slash $HOME", "A='back\\slash $HOME'\n"),
        ("it's", "A=\"it's\"\n"),
        ("", "A=\n"),
    ] {
        assert_eq!(written(value).as_deref(), Ok(expected));
    }
}

#[test]
fn what_the_readers_read_differently_is_refused_and_leaves_nothing() {
    for (value, expected) in [
        ("a\0b", Unwritable::ZeroByte),
        ("a\r\n", Unwritable::CarriageReturn),
        ("${HOME}", Unwritable::Expansion),
        ("it's $5", Unwritable::Quoting),
        (r"a\\b", Unwritable::Quoting),
        (r"ends with \", Unwritable::Quoting),
        ("it's \"so\"", Unwritable::Quoting),
    ] {
        let mut out = SecretBytes::new();
        assert_eq!((write("A", value.as_bytes(), &mut out), out.len()), (Err(expected), 0), "{value:?}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        given in prop::collection::vec(("[A-Za-z0-9_.-]{1,12}", any_value()), 0..12)
    ) {
        let mut text = SecretBytes::new();
        let mut expected = given.clone();
        expected.retain(|(key, value)| write(key, value.as_bytes(), &mut text).is_ok());
        prop_assert_eq!(read(text.expose_text().unwrap()), expected);
    }

    #[test]
    fn no_input_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn no_text_of_its_own_characters_makes_it_panic(text in "[A='\"`\\\\n# \n\r$]{0,60}") {
        let _ = parse(text.as_bytes());
    }
}

/// Mostly what needs care: quotes, backslashes, line ends, comments, white space at the ends.
fn any_value() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[ a'\"`\\\\#$\n\r\t=é{}]{0,20}"]
}
