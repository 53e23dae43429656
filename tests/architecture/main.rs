//! Keeps the architecture: reads the sources and fails on what the table of the modules does not allow.
//!
//! Each check also runs on a planted bad file (`planted.rs`), so it is known to be able to fail.

mod circles;
mod columns;
mod denials;
mod lock_files;
mod names;
mod planted;
mod promises;
mod rules;
mod sentences;
mod test_targets;
mod tokens;
mod words;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rules::{EXCHANGE, FRONT_ENDS, Floors, Source, dependencies, findings};
use tokens::declared_test_modules;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The path below `src/`, with slashes.
fn below_src(path: &Path) -> String {
    let below = path.strip_prefix(root().join("src")).unwrap();
    below.components().map(|part| part.as_os_str().to_str().unwrap()).collect::<Vec<_>>().join("/")
}

/// Every file of `src/`: its path below it, and its text.
fn sources() -> Vec<(String, String)> {
    let paths = rust_files(&root().join("src"));
    assert!(paths.len() > 20, "the sources were found");
    paths.iter().map(|path| (below_src(path), fs::read_to_string(path).unwrap())).collect()
}

/// Says of a path whether its file is there for tests only.
fn tests_among(files: &[(String, String)]) -> impl Fn(&str) -> bool + use<> {
    let tests: BTreeSet<String> =
        files.iter().flat_map(|(path, text)| declared_test_modules(path, text)).collect();
    move |path| tests.iter().any(|stem| rules::lies_in(path, stem))
}

#[test]
fn the_sources_keep_to_the_table_of_the_modules() {
    let dependencies = dependencies(&fs::read_to_string(root().join("Cargo.toml")).unwrap());
    assert!(dependencies.contains("rusqlite"), "the dependencies were read");
    let files = sources();
    let is_test = tests_among(&files);
    let found: Vec<String> = files
        .iter()
        .flat_map(|(path, text)| findings(&Source { path, text, is_test: is_test(path) }, &dependencies))
        .collect();
    assert!(found.is_empty(), "{} finding(s):\n{}", found.len(), found.join("\n"));
}

/// Inside the modules where most is added imports run one way too.
#[test]
fn the_files_of_a_front_end_and_of_exchange_import_each_other_one_way() {
    let files = sources();
    let is_test = tests_among(&files);
    for Floors { name, largest_circle, floors } in FRONT_ENDS.iter().chain([&EXCHANGE]) {
        let own: Vec<(String, String)> =
            files.iter().filter(|(path, _)| rules::lies_in(path, name) && !is_test(path)).cloned().collect();
        let graph = circles::imports(&own);
        if let Some(circle) = circles::circles(&graph).first() {
            let (count, files) = (circle.len(), Vec::from_iter(circle.iter().copied()).join("\n"));
            assert!(
                count <= *largest_circle,
                "{count} files of {name} import each other in a circle:\n{files}"
            );
        }
        let found = circles::against_floors(&graph, floors);
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}

/// Whoever reads one file of a folder has the names of the others in mind.
#[test]
fn no_two_neighbouring_files_of_a_front_end_define_a_type_of_one_name() {
    let files = sources();
    let is_test = tests_among(&files);
    let own = files.into_iter().filter(|(path, _)| {
        FRONT_ENDS.iter().any(|front_end| rules::lies_in(path, front_end.name)) && !is_test(path)
    });
    let found = names::doubles(&own.collect::<Vec<_>>());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_file_says_in_its_first_line_what_it_is_for() {
    let folders = ["src", "tests", "benches", "examples", "fuzz"];
    let folders = folders.map(|folder| root().join(folder));
    let silent: Vec<String> = folders
        .iter()
        .filter(|folder| folder.is_dir())
        .flat_map(|folder| rust_files(folder))
        .filter(|path| !rules::says_what_it_is_for(&fs::read_to_string(path).unwrap()))
        .map(|path| path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "no `//!` in the first line of:\n{}", silent.join("\n"));
}

#[test]
fn no_line_is_wider_than_a_screen_for_two_files() {
    let folders = ["src", "tests", "benches", "examples", "fuzz"].map(|folder| root().join(folder));
    let files = folders.iter().filter(|folder| folder.is_dir()).flat_map(|folder| rust_files(folder));
    let wide: Vec<String> = files
        .flat_map(|path| columns::too_wide(&path.display().to_string(), &fs::read_to_string(&path).unwrap()))
        .collect();
    assert!(wide.is_empty(), "break these lines:\n{}", wide.join("\n"));
}

#[test]
fn nothing_under_tests_is_forgotten() {
    let tests = root().join("tests");
    let mut forgotten = test_targets::strangers(&tests);
    for folder in
        fs::read_dir(&tests).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
    {
        let files = rust_files(&folder);
        forgotten.extend(test_targets::undeclared(&files));
    }
    assert!(forgotten.is_empty(), "no test runs these:\n{}", forgotten.join("\n"));
}

#[test]
fn lines_that_report_begin_in_lower_case_and_have_no_full_stop() {
    let files = sources();
    let is_test = tests_among(&files);
    let own = files.iter().filter(|(path, _)| !is_test(path));
    let found: Vec<String> = own.flat_map(|(path, text)| sentences::found(path, text)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_phrase_that_was_replaced_comes_back() {
    let texts = words::texts(root(), &rust_files(&root().join("src")));
    let left = texts.iter().flat_map(|(path, text)| {
        words::banned_in(text).into_iter().map(move |phrase| format!("{path}: {phrase}"))
    });
    let left: Vec<String> = left.collect();
    assert!(
        left.is_empty(),
        "say it in plain words instead (tests/architecture/words.rs):\n{}",
        left.join("\n")
    );
}

#[test]
fn what_is_denied_is_denied_in_english() {
    let texts = words::texts(root(), &rust_files(&root().join("src")));
    let odd = texts.iter().flat_map(|(path, text)| {
        denials::found(text).into_iter().map(move |words| format!("{path}: {words}"))
    });
    let odd: Vec<String> = odd.collect();
    assert!(odd.is_empty(), "say \"is not a …\" (tests/architecture/denials.rs):\n{}", odd.join("\n"));
}

#[test]
fn every_test_that_the_documents_name_exists() {
    let folders = ["src", "tests"].map(|folder| rust_files(&root().join(folder)));
    let known: BTreeSet<String> = folders
        .iter()
        .flatten()
        .flat_map(|path| promises::tests_in(&fs::read_to_string(path).unwrap()))
        .collect();
    for document in ["docs/security.md", "docs/testing.md"] {
        let named = promises::named_in(&fs::read_to_string(root().join(document)).unwrap());
        let missing: Vec<&String> = named.difference(&known).collect();
        assert!(missing.is_empty(), "{document} names tests that are not there: {missing:?}");
        assert!(document != "docs/security.md" || named.len() > 50, "the table was read");
    }
}

#[test]
fn the_lock_file_of_the_fuzz_programs_follows_ours() {
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let (manifest, ours, theirs) = (read("Cargo.toml"), read("Cargo.lock"), read("fuzz/Cargo.lock"));
    let behind = lock_files::behind(&manifest, &ours, &theirs);
    assert!(behind.is_empty(), "run `cargo update --workspace --manifest-path fuzz/Cargo.toml`: {behind:?}");
    // It can fail: by a version, and by a crate that is not there.
    let older = theirs.replacen("version = \"0.6.1\"", "version = \"0.6.0\"", 1);
    assert_eq!(lock_files::behind(&manifest, &ours, &older).len(), 1);
    let without = theirs.replacen(" \"aes-gcm\",\n", "", 1);
    assert_eq!(lock_files::behind(&manifest, &ours, &without), ["aes-gcm"]);
}
