//! Rust text as tokens: enough of the language to tell code from comments, strings and tests.

use std::collections::BTreeSet;

/// A word, `::`, or one character of punctuation, with the line it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    pub text: &'a str,
    pub line: usize,
}

/// What people read: comments of the documentation and texts, without those of tests.
pub fn prose(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut prose = String::new();
    let mut at = 0;
    while at < text.len() {
        let end = next_end(text, at);
        let piece = &text[at..end];
        if piece.starts_with("///") || piece.starts_with("//!") || piece.contains('"') {
            prose.push_str(piece.trim_start_matches(['/', '!']));
            prose.push('\n');
        }
        at = end;
    }
    prose
}

/// The tokens of the code; comments, strings, characters and numbers are left out.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < bytes.len() {
        let end = next_end(text, at);
        let piece = &text[at..end];
        let first = piece.chars().next().unwrap_or(' ');
        let is_word = first.is_alphabetic() || first == '_';
        let is_literal = piece.contains('"') || piece.starts_with('\'') && piece.len() > 1;
        let is_code = !piece.starts_with("//") && !piece.starts_with("/*") && !is_literal;
        if is_code && (is_word || piece == "::" || first.is_ascii_punctuation()) {
            found.push(Token { text: piece, line });
        }
        line += piece.matches('\n').count();
        at = end;
    }
    found
}

/// The lines in which a string literal stands or begins or ends.
pub fn literal_lines(text: &str) -> BTreeSet<usize> {
    let mut lines = BTreeSet::new();
    let (mut at, mut line) = (0, 1);
    while at < text.len() {
        let end = next_end(text, at);
        let piece = &text[at..end];
        let last = line + piece.matches('\n').count();
        if piece.contains('"') && !piece.starts_with("//") && !piece.starts_with("/*") {
            lines.extend(line..=last);
        }
        (line, at) = (last, end);
    }
    lines
}

/// The string literals among the arguments behind each occurrence of `opening`, which ends within the brackets of a
/// call or an attribute; tests are left out.
pub fn literals_behind<'a>(text: &'a str, opening: &str) -> Vec<&'a str> {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut literals = Vec::new();
    for (start, _) in text.match_indices(opening) {
        let (mut at, mut depth) = (start + opening.len(), 1_usize);
        while depth > 0 && at < text.len() {
            let end = next_end(text, at);
            match &text[at..end] {
                "(" => depth += 1,
                ")" => depth -= 1,
                piece if !piece.starts_with('/') => {
                    literals.extend(piece.split_once('"').and_then(|(_, rest)| rest.split('"').next()));
                }
                _ => {}
            }
            at = end;
        }
    }
    literals
}

/// Where the token, comment, literal or white space that begins at `at` ends.
fn next_end(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let first = rest.chars().next().expect("there is more text");
    let found = |length: Option<usize>| at + length.unwrap_or(rest.len());
    if rest.starts_with("//") {
        return found(rest.find('\n'));
    }
    if rest.starts_with("/*") {
        return at + block_comment(rest);
    }
    if let Some(length) = string(rest).or_else(|| character(rest)) {
        return at + length;
    }
    if rest.starts_with("::") {
        return at + 2;
    }
    if first.is_alphanumeric() || first == '_' {
        return found(rest.find(|character: char| !character.is_alphanumeric() && character != '_'));
    }
    at + first.len_utf8()
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// The length of a string literal of any kind, if one begins here.
fn string(rest: &str) -> Option<usize> {
    let prefix = ["br", "cr", "r", "b", "c", ""].into_iter().find(|prefix| {
        let after = rest.strip_prefix(prefix);
        after.is_some_and(|after| {
            let hashes = if prefix.ends_with('r') { after.trim_start_matches('#') } else { after };
            hashes.starts_with('"')
        })
    })?;
    let after = &rest[prefix.len()..];
    if prefix.ends_with('r') {
        let hashes = after.len() - after.trim_start_matches('#').len();
        let close = format!("\"{}", "#".repeat(hashes));
        let body = prefix.len() + hashes + 1;
        return Some(rest[body..].find(&close).map_or(rest.len(), |length| body + length + close.len()));
    }
    let bytes = after.as_bytes();
    let mut at = 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    Some((prefix.len() + at + 1).min(rest.len()))
}

/// The length of a character literal, if one begins here; a lifetime is none.
fn character(rest: &str) -> Option<usize> {
    let prefix = usize::from(rest.starts_with("b'"));
    let inside = rest[prefix..].strip_prefix('\'')?;
    let length = if let Some(escape) = inside.strip_prefix('\\') {
        let escaped = escape.chars().next()?.len_utf8();
        1 + escaped + escape[escaped..].find('\'')?
    } else {
        let one = inside.chars().next()?.len_utf8();
        inside[one..].starts_with('\'').then_some(one)?
    };
    Some(prefix + 1 + length + 1)
}

/// The tokens without the items that are only there for tests.
pub fn without_tests<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_test_attribute(tokens, at) {
            at = item_end(tokens, at);
        } else {
            kept.push(tokens[at]);
            at += 1;
        }
    }
    kept
}

/// The modules of other files that a file declares for tests only, as paths below `src/` without `.rs`.
pub fn declared_test_modules(path: &str, text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let folder = path.trim_end_matches(".rs").trim_end_matches("/mod");
    (0..tokens.len())
        .filter(|&at| is_test_attribute(&tokens, at))
        .filter_map(|at| {
            let item = &tokens[at..item_end(&tokens, at)];
            let position = item.iter().position(|token| token.text == "mod")?;
            let (name, end) = (item.get(position + 1)?, item.get(position + 2)?);
            (end.text == ";").then(|| match folder {
                "lib" | "main" => name.text.to_owned(),
                _ => format!("{folder}/{}", name.text),
            })
        })
        .collect()
}

/// `#[test]`, `#[cfg(test)]`, `#[cfg(all(test, …))]`.
fn is_test_attribute(tokens: &[Token<'_>], at: usize) -> bool {
    let text = |offset: usize| tokens.get(at + offset).map_or("", |token| token.text);
    if (text(0), text(1)) != ("#", "[") {
        return false;
    }
    match text(2) {
        "test" => text(3) == "]",
        "cfg" => {
            let condition = tokens[at..].iter().take_while(|token| token.text != "]");
            let words: Vec<&str> = condition.map(|token| token.text).collect();
            words.contains(&"test") && !words.contains(&"not") && !words.contains(&"any")
        }
        _ => false,
    }
}

/// Where the item with its attributes that begins at `at` ends: after its `;` or its closing brace.
fn item_end(tokens: &[Token<'_>], at: usize) -> usize {
    let mut depth = 0_usize;
    for (position, token) in tokens.iter().enumerate().skip(at) {
        match token.text {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth = depth.saturating_sub(1);
                if depth == 0 && token.text == "}" {
                    return position + 1;
                }
            }
            ";" if depth == 0 => return position + 1,
            _ => {}
        }
    }
    tokens.len()
}

#[test]
fn comments_strings_and_characters_are_no_code() {
    let text = r###"
        // dbg!(1) "
        /* unsafe /* nested */ unsafe */
        let a = "todo!() \" still"; let b = r#"unsafe " unsafe"#; let c = b"unsafe"; let d = '"'; let e = '\'';
        fn f<'a>(x: &'a str) -> char { b'"'; 'u' } // unsafe
        let g = "\\"; end
    "###;
    let words: Vec<&str> = tokens(text).iter().map(|token| token.text).collect();
    assert!(!words.contains(&"unsafe") && !words.contains(&"todo") && !words.contains(&"dbg"), "{words:?}");
    assert_eq!(words.last(), Some(&"end"));
    assert!(words.contains(&"char") && words.contains(&"g"));
}

#[test]
fn tokens_know_their_line() {
    let found = tokens("//! what\n\nuse a::b;\n\"two\nlines\" c");
    let lines: Vec<(&str, usize)> = found.iter().map(|token| (token.text, token.line)).collect();
    assert_eq!(lines, [("use", 3), ("a", 3), ("::", 3), ("b", 3), (";", 3), ("c", 5)]);
}

#[test]
fn test_items_are_left_out_and_what_follows_is_kept() {
    let text = "#[cfg(test)]\n#[allow(x)]\nmod tests { fn a() { b[0]; } }\n#[test] fn c() {} #[cfg(test)] use d; \
                #[cfg(not(test))] fn e() {} fn f() {}";
    let all = tokens(text);
    let kept: Vec<&str> = without_tests(&all).iter().map(|token| token.text).collect();
    for gone in ["tests", "a", "b", "c", "d"] {
        assert!(!kept.contains(&gone), "{gone} in {kept:?}");
    }
    assert!(kept.contains(&"e") && kept.contains(&"f"));
}

#[test]
fn files_that_are_declared_for_tests_are_known() {
    let text = "#[cfg(test)] mod tests; mod code; #[cfg(test)] mod inline { } #[cfg(test)]\nmod support;";
    assert_eq!(declared_test_modules("vault/put.rs", text), ["vault/put/tests", "vault/put/support"]);
    assert_eq!(declared_test_modules("vault/mod.rs", text), ["vault/tests", "vault/support"]);
    assert_eq!(declared_test_modules("lib.rs", text), ["tests", "support"]);
}
