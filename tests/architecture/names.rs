//! Names of types: the same one must not stand in modules that are read side by side.

use std::collections::BTreeMap;

use crate::tokens::{Token, tokens, without_tests};

/// The module of a file, and the one that it lies in.
fn module_and_parent(path: &str) -> (&str, &str) {
    let module = path.trim_end_matches(".rs").trim_end_matches("/mod");
    (module, module.rsplit_once('/').map_or("", |(parent, _)| parent))
}

/// The types that a file defines, those of its tests and of its implementations of traits left out.
fn types<'a>(code: &[Token<'a>]) -> Vec<&'a str> {
    let mut depth = 0_usize;
    let mut found = Vec::new();
    for (token, next) in code.iter().zip(code.iter().skip(1)) {
        match token.text {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            "struct" | "enum" | "union" | "trait" | "type" if depth == 0 => found.push(next.text),
            _ => {}
        }
    }
    found
}

/// Types of one name in neighbouring modules, or in a module and the one that it lies in. `files` are paths and texts.
pub fn doubles(files: &[(String, String)]) -> Vec<String> {
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, text) in files {
        for name in types(&without_tests(&tokens(text))) {
            places.entry(name).or_default().push(path);
        }
    }
    let are_near = |one: &str, other: &str| {
        let ((module, parent), (other_module, other_parent)) =
            (module_and_parent(one), module_and_parent(other));
        parent == other_parent || parent == other_module || other_parent == module
    };
    let mut found = Vec::new();
    for (name, paths) in &places {
        for (at, one) in paths.iter().enumerate() {
            let near = paths[at + 1..].iter().filter(|other| are_near(one, other));
            found.extend(near.map(|other| format!("'{name}' is a type of src/{one} and of src/{other}")));
        }
    }
    found
}

#[test]
fn a_name_that_stands_twice_side_by_side_or_above_is_found() {
    let files = |files: &[(&str, &str)]| -> Vec<(String, String)> {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    };
    let twice = |one, other| doubles(&files(&[(one, "struct Row;"), (other, "pub enum Row { A }")])).len();
    assert_eq!(twice("tui/kit/a.rs", "tui/kit/b.rs"), 1, "neighbours");
    assert_eq!(twice("tui/kit/mod.rs", "tui/kit/a.rs"), 1, "a module and its parent");
    assert_eq!(twice("tui/kit.rs", "tui/kit/a.rs"), 1, "the same, in a file beside the folder");
    assert_eq!(twice("tui/kit/mod.rs", "tui/layers/mod.rs"), 1, "neighbouring folders");
    assert_eq!(twice("tui/kit/a.rs", "tui/layers/a.rs"), 0);
    let others = "impl A for B { type Row = u8; } #[cfg(test)] struct Row; fn f() { struct Row; } struct C;";
    assert!(doubles(&files(&[("tui/a.rs", "struct Row;"), ("tui/b.rs", others)])).is_empty());
}
