//! The files inside one module: which imports which, in circles or from a lower floor upwards.

use std::collections::{BTreeMap, BTreeSet};

use crate::rules::lies_in;
use crate::tokens::{Token, tokens, without_tests};

/// Which file of a module names which others, as paths below `src/`.
pub type Graph<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// Reads the imports among files that belong to one module; `files` are their paths and texts, without those
/// that are there for tests only. A path in the code counts as much as one behind `use`; what a file only hands
/// on with `pub use` is imported from where it is.
pub fn imports(files: &[(String, String)]) -> Graph<'_> {
    let modules: Modules<'_> = files.iter().map(|(path, _)| (module_of(path), path.as_str())).collect();
    let named: Vec<(&str, Vec<Named<'_>>)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), paths(&module_of(path), &without_tests(&tokens(text)), &modules)))
        .collect();
    let handed_on: BTreeMap<Vec<&str>, &[&str]> = named
        .iter()
        .flat_map(|(path, named)| named.iter().map(|named| (module_of(path), named)))
        .filter(|(_, named)| named.handed_on)
        .map(|(module, named)| {
            let name = named.path.last().copied();
            (module.into_iter().chain(name).collect(), named.path.as_slice())
        })
        .collect();
    named
        .iter()
        .map(|(path, named)| {
            let targets = named.iter().filter_map(|named| file_of(&named.path, &modules, &handed_on));
            (*path, targets.filter(|target| target != path).collect())
        })
        .collect()
}

type Modules<'a> = BTreeMap<Vec<&'a str>, &'a str>;

/// A path that a file names, from the root of the crate.
struct Named<'a> {
    path: Vec<&'a str>,
    /// Whether it stands behind `pub use`.
    handed_on: bool,
}

/// `cli/commands/get.rs` is the module `cli::commands::get`, and `cli/mod.rs` is `cli`.
fn module_of(path: &str) -> Vec<&str> {
    path.trim_end_matches(".rs").trim_end_matches("/mod").split('/').collect()
}

/// The file that the longest beginning of a path leads to.
fn file_of<'a>(
    path: &[&str],
    modules: &Modules<'a>,
    handed_on: &BTreeMap<Vec<&str>, &[&str]>,
) -> Option<&'a str> {
    let mut path = path.to_vec();
    // A chain of `pub use` is short; one that goes round in a circle leads nowhere.
    for _ in 0..8 {
        let length = (1..=path.len()).rev().find(|&length| modules.contains_key(&path[..length]))?;
        let Some(target) = path.get(..=length).and_then(|name| handed_on.get(name)) else {
            return modules.get(&path[..length]).copied();
        };
        path = target.iter().chain(&path[length + 1..]).copied().collect();
    }
    None
}

/// The paths that are named.
fn paths<'a>(module: &[&'a str], tokens: &[Token<'a>], modules: &Modules<'_>) -> Vec<Named<'a>> {
    let mut named = Vec::new();
    let (mut here, mut open) = (module.to_vec(), Vec::new());
    for (at, token) in tokens.iter().enumerate() {
        let before = if at == 0 { "" } else { tokens[at - 1].text };
        match token.text {
            "{" if at >= 2 && tokens[at - 2].text == "mod" => {
                here.push(before);
                open.push(true);
            }
            "{" => open.push(false),
            "}" if open.pop() == Some(true) => drop(here.pop()),
            _ => {}
        }
        // `pub(in crate::cli)` names nothing that it uses.
        if matches!(before, "::" | "in") || text(tokens, at + 1) != "::" {
            continue;
        }
        let start = match token.text {
            "crate" => Vec::new(),
            "self" => here.clone(),
            "super" => here[..here.len().saturating_sub(1)].to_vec(),
            // A module of this module, named without a word before it.
            child => {
                let path: Vec<&str> = here.iter().copied().chain([child]).collect();
                if !modules.contains_key(&path) {
                    continue;
                }
                path
            }
        };
        let handed_on = before == "use" && at >= 2 && matches!(tokens[at - 2].text, "pub" | ")");
        let mut paths = Vec::new();
        follow(start, tokens, at + 1, &mut paths);
        named.extend(paths.into_iter().map(|path| Named { path, handed_on }));
    }
    named
}

fn text<'a>(tokens: &[Token<'a>], at: usize) -> &'a str {
    tokens.get(at).map_or("", |token| token.text)
}

/// Goes along a path from its first `::`, into every branch of a group.
fn follow<'a>(mut path: Vec<&'a str>, tokens: &[Token<'a>], mut at: usize, named: &mut Vec<Vec<&'a str>>) {
    while text(tokens, at) == "::" {
        match text(tokens, at + 1) {
            "super" => drop(path.pop()),
            "self" => {}
            "{" => {
                let (mut depth, mut begins) = (0_usize, false);
                for branch in at + 1..tokens.len() {
                    match tokens[branch].text {
                        "{" => (depth, begins) = (depth + 1, depth == 0),
                        "}" if depth == 1 => return,
                        "}" => depth -= 1,
                        "," => begins = depth == 1,
                        word if begins => {
                            let mut path = path.clone();
                            path.extend((word != "self").then_some(word));
                            follow(path, tokens, branch + 1, named);
                            begins = false;
                        }
                        _ => {}
                    }
                }
                return;
            }
            word => path.push(word),
        }
        at += 2;
    }
    named.push(path);
}

/// The sets of files that import each other in a circle, the largest first.
pub fn circles<'a>(graph: &Graph<'a>) -> Vec<BTreeSet<&'a str>> {
    let reachable: BTreeMap<&str, BTreeSet<&str>> =
        graph.keys().map(|&file| (file, reachable(graph, file))).collect();
    let mut circles: BTreeSet<BTreeSet<&str>> = BTreeSet::new();
    for (&file, others) in &reachable {
        let circle: BTreeSet<&str> =
            others.iter().copied().filter(|other| reachable[other].contains(file)).collect();
        if circle.len() > 1 {
            circles.insert(circle);
        }
    }
    let mut circles: Vec<_> = circles.into_iter().collect();
    circles.sort_by_key(|circle| std::cmp::Reverse(circle.len()));
    circles
}

fn reachable<'a>(graph: &Graph<'a>, from: &str) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&str> = graph.get(from).into_iter().flatten().copied().collect();
    while let Some(file) = open.pop() {
        if seen.insert(file) {
            open.extend(graph.get(file).into_iter().flatten());
        }
    }
    seen
}

/// The imports that go upwards, and the files that stand on no floor. `floors` begin at the bottom; each names
/// files and folders without `.rs`, and whatever stands on one may import it and all that lie below.
pub fn against_floors(graph: &Graph<'_>, floors: &[&[&str]]) -> Vec<String> {
    let floor = |path: &str| floors.iter().position(|floor| floor.iter().any(|home| lies_in(path, home)));
    let mut found = Vec::new();
    for (path, targets) in graph {
        let Some(own) = floor(path) else {
            found.push(format!("src/{path} stands on no floor of the table"));
            continue;
        };
        for target in targets.iter().filter(|target| floor(target).is_some_and(|floor| floor > own)) {
            found.push(format!("src/{path} must not import src/{target}, which stands above it"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(files: &[(&str, &str)]) -> Vec<(String, String)> {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn every_way_to_name_a_file_is_seen() {
        let ways = [
            "use crate::cli::output::Output;",
            "use crate::cli::output;",
            "use crate::{domain, cli::{error, output::{self, X}}};",
            "use super::output::Output;",
            "use super::{error::{A, B}, output};",
            "fn f() { super::output::f(); }",
            "mod inner { use super::super::output::X; }",
            "mod inner { fn f() { self::g(); } } use self::super::output::X;",
        ];
        for way in ways {
            let files = files(&[("cli/a.rs", way), ("cli/output.rs", ""), ("cli/error.rs", "")]);
            assert!(imports(&files)["cli/a.rs"].contains("cli/output.rs"), "{way}");
        }
        let files = files(&[
            ("cli/mod.rs", "mod a; pub use a::X; fn f() { b::c(); }"),
            ("cli/a.rs", ""),
            ("cli/b.rs", ""),
        ]);
        assert_eq!(imports(&files)["cli/mod.rs"], BTreeSet::from(["cli/a.rs", "cli/b.rs"]));
    }

    #[test]
    fn what_is_handed_on_is_imported_from_where_it_is() {
        let files = files(&[
            ("tui/mod.rs", "mod a; pub use a::{X, deep::Y};"),
            ("tui/a/mod.rs", "pub(super) use self::inner::X;"),
            ("tui/a/inner.rs", ""),
            ("tui/a/deep.rs", ""),
            ("tui/b.rs", "use super::X; use crate::tui::Y::new; use super::Z;"),
        ]);
        let expected = BTreeSet::from(["tui/a/deep.rs", "tui/a/inner.rs", "tui/mod.rs"]);
        assert_eq!(imports(&files)["tui/b.rs"], expected);
    }

    #[test]
    fn what_is_no_import_is_none() {
        let ways = [
            "mod output;",
            "pub(in crate::cli::output) struct X;",
            "// super::output::f()",
            "use crate::domain::output::X;",
            "use other::output::X;",
            "#[cfg(test)] mod tests { use super::super::output::X; }",
            "fn f() { output.write(); let output: u8; }",
        ];
        for way in ways {
            let files = files(&[("cli/a.rs", way), ("cli/output.rs", "")]);
            assert!(imports(&files)["cli/a.rs"].is_empty(), "{way}");
        }
    }

    #[test]
    fn a_planted_circle_is_found() {
        let files = files(&[
            ("cli/mod.rs", "use a::X;"),
            ("cli/a.rs", "use super::b::X;"),
            ("cli/b.rs", "use super::c::{d, e};"),
            ("cli/c.rs", "fn f() { crate::cli::a::g() }"),
            ("cli/e.rs", "use super::f::X;"),
            ("cli/f.rs", "use super::e::X;"),
        ]);
        let graph = imports(&files);
        let expected =
            [BTreeSet::from(["cli/a.rs", "cli/b.rs", "cli/c.rs"]), BTreeSet::from(["cli/e.rs", "cli/f.rs"])];
        assert_eq!(circles(&graph), expected);
    }

    #[test]
    fn an_import_upwards_and_a_file_without_a_floor_are_found() {
        let files = files(&[
            ("cli/mod.rs", "use commands::get::Get;"),
            ("cli/commands/mod.rs", "use super::output::X;"),
            ("cli/commands/get.rs", "use crate::cli::output::X;"),
            ("cli/output.rs", "use super::commands::get::Get;"),
            ("cli/new.rs", ""),
        ]);
        let floors: [&[&str]; 3] = [&["cli/output"], &["cli/commands"], &["cli/mod"]];
        let upwards = "src/cli/output.rs must not import src/cli/commands/get.rs, which stands above it";
        assert_eq!(
            against_floors(&imports(&files), &floors),
            ["src/cli/new.rs stands on no floor of the table", upwards]
        );
    }
}
