//! No test is forgotten: each entry of `tests/` is a target, each file of a target is a module of it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::tokens::tokens;

/// The folders that are not targets: one is shared by the others, one is run by `.ci/run`.
const NO_TARGETS: [&str; 3] = ["support", "clients", "engines"];

/// Entries directly under `tests/` that cargo does not take for a test.
pub fn strangers(tests: &Path) -> Vec<String> {
    let mut strangers = Vec::new();
    for entry in fs::read_dir(tests).unwrap() {
        let path = entry.unwrap().path();
        let is_target = match path.is_dir() {
            true => path.join("main.rs").is_file() || NO_TARGETS.iter().any(|name| path.ends_with(name)),
            false => path.extension().is_some_and(|extension| extension == "rs"),
        };
        if !is_target {
            strangers.push(path.display().to_string());
        }
    }
    strangers.sort();
    strangers
}

/// Files of one folder that no file of the folder declares as a module.
pub fn undeclared(files: &[PathBuf]) -> Vec<String> {
    let texts: Vec<String> = files.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let declared: Vec<&str> = texts
        .iter()
        .flat_map(|text| {
            let tokens = tokens(text);
            let names: Vec<&str> =
                tokens.windows(2).filter(|pair| pair[0].text == "mod").map(|pair| pair[1].text).collect();
            names
        })
        .collect();
    files
        .iter()
        .filter(|path| {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let folder = path.parent().and_then(|folder| folder.file_name()?.to_str()).unwrap_or_default();
            let name = if stem == "mod" { folder } else { stem };
            // The root of a target, and of the shared folder, is declared by nobody in it.
            stem != "main" && !NO_TARGETS.contains(&name) && !declared.contains(&name)
        })
        .map(|path| path.display().to_string())
        .collect()
}

#[test]
fn a_stray_file_and_a_folder_without_main_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    for path in ["good", "bad", "support"] {
        fs::create_dir(at(path)).unwrap();
    }
    fs::write(at("good/main.rs"), "mod used;").unwrap();
    fs::write(at("good/used.rs"), "// mod unused;").unwrap();
    fs::write(at("good/unused.rs"), "").unwrap();
    fs::write(at("single.rs"), "").unwrap();
    fs::write(at("notes.txt"), "").unwrap();
    let names = |found: Vec<String>| -> Vec<String> {
        found.iter().map(|path| path.rsplit('/').next().unwrap().to_owned()).collect()
    };
    assert_eq!(names(strangers(folder.path())), ["bad", "notes.txt"]);
    let files = ["good/main.rs", "good/used.rs", "good/unused.rs"].map(at);
    assert_eq!(names(undeclared(&files)), ["unused.rs"]);
}
