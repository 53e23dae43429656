//! The modules and their order as tables, and the checks that read them.

use std::collections::BTreeSet;

use crate::tokens::{Token, tokens, without_tests};

/// The modules, from the lowest up, each with those that it may import. The leaves `config` and
/// `platform` stand below those that may use them, and see no vault themselves.
const MODULES: [(&str, &[&str]); 24] = [
    ("memory", &[]),
    ("domain", &["memory"]),
    ("crypto", &["memory", "domain"]),
    ("versioning", &["memory", "domain"]),
    ("generator", &["memory", "domain"]),
    ("content", &["memory", "domain"]),
    ("masking", &["memory"]),
    ("codes", &["memory", "content"]),
    ("config", &["memory", "domain"]),
    ("platform", &["memory", "domain"]),
    ("store", &["memory", "domain", "crypto", "versioning", "generator"]),
    ("vault", &["memory", "domain", "crypto", "versioning", "generator", "store"]),
    ("kms", BELOW_THE_FRONT_ENDS),
    (
        "exchange",
        &[
            "memory",
            "domain",
            "content",
            "codes",
            "crypto",
            "versioning",
            "generator",
            "store",
            "vault",
            // `pass.rs` runs gpg and git.
            "platform",
        ],
    ),
    (
        "agent",
        &["memory", "domain", "crypto", "versioning", "generator", "store", "vault", "config", "platform"],
    ),
    (
        "demo",
        &["memory", "domain", "crypto", "versioning", "generator", "store", "vault", "exchange", "platform"],
    ),
    (
        "http",
        &[
            "memory",
            "domain",
            "content",
            "crypto",
            "versioning",
            "generator",
            "store",
            "vault",
            "kms",
            "agent",
            "config",
            "platform",
        ],
    ),
    ("engine", BELOW_THE_FRONT_ENDS),
    ("query", &["memory", "domain", "vault"]),
    (
        "sync",
        // `ssh` and `git` are run; a copy is known by its hash.
        &["memory", "domain", "crypto", "versioning", "vault", "config", "platform"],
    ),
    ("app_options", &["memory", "domain", "vault", "config", "platform"]),
    (
        "cli",
        &[
            "memory",
            "domain",
            "content",
            "codes",
            "masking",
            "crypto",
            "versioning",
            "generator",
            "store",
            "vault",
            "kms",
            "exchange",
            "agent",
            "http",
            "engine",
            "query",
            "sync",
            "config",
            "platform",
            "app_options",
            "demo",
        ],
    ),
    ("tui", ALL_BUT_THE_FRONT_ENDS),
    // Only there for tests: calls what reads from outside, wherever it is.
    (
        "fuzzing",
        &[
            "memory", "domain", "content", "codes", "store", "kms", "exchange", "query", "config", "cli",
            "tui",
        ],
    ),
];

const BELOW_THE_FRONT_ENDS: &[&str] =
    &["memory", "domain", "content", "crypto", "versioning", "generator", "store", "vault"];

const ALL_BUT_THE_FRONT_ENDS: &[&str] = &[
    "memory",
    "domain",
    "content",
    "codes",
    "masking",
    "crypto",
    "versioning",
    "generator",
    "store",
    "vault",
    "kms",
    "exchange",
    "agent",
    "engine",
    "query",
    "sync",
    "config",
    "platform",
    "app_options",
];

/// Where each external crate may be named. A crate that is not here has no home, and that is a finding.
const HOMES: [(&str, &[&str]); 45] = [
    ("rusqlite", &["store"]),
    ("argon2", &["crypto"]),
    ("aes_gcm", &["crypto"]),
    ("aes", &["crypto/foreign"]),
    ("cbc", &["crypto/foreign"]),
    ("chacha20", &["crypto/foreign"]),
    ("salsa20", &["crypto/foreign"]),
    ("pbkdf2", &["crypto/foreign"]),
    ("miniz_oxide", &["exchange/inflate"]),
    ("xaes_256_gcm", &["crypto"]),
    ("hkdf", &["crypto"]),
    ("hmac", &["crypto", "codes", "http/signature"]),
    ("sha2", &["crypto", "codes", "http/signature", "http/nonces"]),
    ("sha1", &["codes", "http/signature"]),
    ("qrcode", &["cli"]),
    ("httparse", &["http/message", "engine/wire"]),
    ("rustls", &["http", "engine"]),
    ("rustls_native_certs", &["engine/wire"]),
    ("rcgen", &["http/tls"]),
    ("unicode_normalization", &["crypto"]),
    ("libm", &["generator", "tui/theme"]),
    ("getrandom", &["crypto", "generator", "kms/request_id", "http/access_key"]),
    ("subtle", &["memory", "domain", "crypto"]),
    ("zeroize", &["memory", "domain", "crypto", "codes"]),
    ("rustix", &["memory", "platform", "agent", "store/open", "store/system_error", "tui/runtime"]),
    ("signal_hook", &["platform", "tui/runtime"]),
    ("arboard", &["platform"]),
    ("directories", &["platform"]),
    ("ratatui", &["tui"]),
    ("crossterm", &["tui"]),
    ("unicode_segmentation", &["tui"]),
    ("unicode_width", &["tui", "cli"]),
    ("similar", &["content"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("anyhow", &["main", "cli", "tui/runtime"]),
    ("serde", &["content", "kms", "exchange", "engine", "cli", "tui", "config"]),
    ("serde_json", &["content", "kms", "exchange", "engine", "cli"]),
    ("quick_xml", &["kms", "exchange", "cli"]),
    ("csv_core", &["exchange"]),
    ("granit_parser", &["exchange/yaml"]),
    ("deunicode", &["versioning/import/names"]),
    ("base64", &["kms", "exchange", "engine", "cli", "platform", "masking", "http/signature"]),
    ("toml", &["tui", "config"]),
];

/// A module of many files, and how these may import each other.
pub struct Floors {
    pub name: &'static str,
    /// How many files may import each other in a circle. It may only shrink.
    pub largest_circle: usize,
    /// Its files and folders from the lowest up: each may import what stands beside it or below.
    pub floors: &'static [&'static [&'static str]],
}

pub const FRONT_ENDS: [Floors; 2] = [
    Floors { name: "cli", largest_circle: 2, floors: CLI },
    Floors { name: "tui", largest_circle: 2, floors: TUI },
];

pub const EXCHANGE: Floors = Floors {
    name: "exchange",
    largest_circle: 1,
    floors: &[
        &["exchange/entities", "exchange/heading", "exchange/inflate", "exchange/locks", "exchange/place"],
        &["exchange/entry", "exchange/error", "exchange/keepass_start"],
        // The pieces of a file.
        &["exchange/columns", "exchange/document", "exchange/table", "exchange/yaml", "exchange/zip"],
        // A reader for each format.
        &[
            "exchange/bitwarden",
            "exchange/browser",
            "exchange/cloud",
            "exchange/csv",
            "exchange/decryptor",
            "exchange/dotenv",
            "exchange/enpass",
            "exchange/hashicorp",
            "exchange/json",
            "exchange/keepass",
            "exchange/no_keepass",
            "exchange/keepassxc",
            "exchange/kubernetes",
            "exchange/logins",
            "exchange/map",
            "exchange/onepassword",
            "exchange/onepux",
            "exchange/otp",
            "exchange/pass",
            "exchange/protected",
            "exchange/proton",
        ],
        &["exchange/foreign", "exchange/source"],
        &["exchange/read"],
        &["exchange/mod"],
    ],
};

const CLI: &[&[&str]] = &[
    // What knows of no run.
    &[
        "cli/color",
        "cli/completion",
        "cli/credential_store",
        "cli/error",
        "cli/exit_code",
        "cli/fuzzing",
        "cli/globals",
        "cli/history",
        "cli/input",
        "cli/location",
        "cli/looks_like",
        "cli/output",
        "cli/password",
        "cli/plan",
        "cli/process",
        "cli/progress",
        "cli/qr",
        "cli/random",
        "cli/reference",
        "cli/shell",
        "cli/schema",
        "cli/stream",
        "cli/table",
        "cli/template",
        "cli/usage",
        "cli/wording",
    ],
    &["cli/invocation", "cli/offer", "cli/offer_upgrade", "cli/raise_cost"],
    // What commands have in common.
    &[
        "cli/bulk",
        "cli/confirm",
        "cli/help",
        "cli/json_reference",
        "cli/manual",
        "cli/masking",
        "cli/merging",
        "cli/other_vault",
        "cli/past",
        "cli/row",
        "cli/value",
        "cli/variables",
    ],
    &["cli/commands"],
    &["cli/args"],
    &["cli/mod"],
];

const TUI: &[&[&str]] = &[
    // Words, looks and plain data.
    &[
        "tui/action",
        "tui/change_request",
        "tui/command",
        "tui/comparison",
        "tui/context",
        "tui/file_value",
        "tui/glyphs",
        "tui/holders",
        "tui/keymap",
        "tui/keys_reference",
        "tui/outline",
        "tui/paste",
        "tui/place",
        "tui/plan_text",
        "tui/tag_lines",
        "tui/theme",
        "tui/when",
    ],
    // What the worker does.
    &["tui/ask", "tui/jobs", "tui/session"],
    &["tui/as_command", "tui/event"],
    // What every screen uses.
    &[
        "tui/app",
        "tui/browse/folder",
        "tui/browse/found",
        "tui/browse/marks",
        "tui/browse/mod",
        "tui/browse/rows",
        "tui/engine_text",
        "tui/kit",
        "tui/layout",
    ],
    &["tui/browse", "tui/editing", "tui/layer", "tui/lock", "tui/user_keymap"],
    &["tui/layers"],
    // The only file that names all layers, and the engine that runs them.
    &["tui/open"],
    &["tui/state"],
    &["tui/view"],
    &["tui/mouse"],
    &["tui/update"],
    &["tui/fuzzing", "tui/runtime"],
    &["tui/mod"],
];

/// Crates that need more than a table: `thiserror` is welcome everywhere, `jiff` in one module.
const MORE_HOMES: [(&str, &[&str]); 2] = [("jiff", &["domain"]), ("thiserror", &[""])];

/// One file of `src/`.
pub struct Source<'a> {
    /// Its path below `src/`.
    pub path: &'a str,
    pub text: &'a str,
    /// Whether the whole file is there for tests only.
    pub is_test: bool,
}

/// The names of the `[dependencies]` of a manifest, as they are written in code.
pub fn dependencies(manifest: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut inside = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            inside =
                section.ends_with("dependencies") && !section.contains("dev-") && !section.contains("build-");
        } else if inside && let Some((name, _)) = line.split_once('=') {
            let name = name.split('.').next().unwrap_or(name);
            if !name.trim_start().starts_with('#') {
                names.insert(name.trim().trim_matches('"').replace('-', "_"));
            }
        }
    }
    names
}

/// Whether a path below `src/` is the file or lies in the folder of this name.
pub fn lies_in(path: &str, home: &str) -> bool {
    home.is_empty() || path.strip_prefix(home).is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
}

/// Whether the first line is a `//!` with words after it.
pub fn says_what_it_is_for(text: &str) -> bool {
    text.lines()
        .next()
        .and_then(|line| line.strip_prefix("//!"))
        .is_some_and(|words| !words.trim().is_empty())
}

/// Everything that is wrong with a file, one line each.
pub fn findings(source: &Source<'_>, dependencies: &BTreeSet<String>) -> Vec<String> {
    let all = tokens(source.text);
    let code = if source.is_test { Vec::new() } else { without_tests(&all) };
    let mut found = Vec::new();
    if !says_what_it_is_for(source.text) {
        found.push((1, "the first line does not say with `//!` what the file is for".to_owned()));
    }
    found.extend(imports(source.path, &all));
    found.extend(external_crates(source.path, &all, dependencies));
    found.extend(everywhere(source.path, &all));
    found.extend(outside_tests(source.path, &code));
    found.into_iter().map(|(line, what)| format!("src/{}:{line}: {what}", source.path)).collect()
}

type Finding = (usize, String);

fn text_at<'a>(tokens: &[Token<'a>], at: usize) -> &'a str {
    tokens.get(at).map_or("", |token| token.text)
}

/// Imports against the order of the modules.
fn imports(path: &str, tokens: &[Token<'_>]) -> Vec<Finding> {
    let module = path.split('/').next().unwrap_or(path).trim_end_matches(".rs");
    if module == "main" || module == "lib" {
        return Vec::new();
    }
    let Some((_, allowed)) = MODULES.iter().find(|(name, _)| *name == module) else {
        return vec![(1, format!("there is no module '{module}' in the table"))];
    };
    let mut found = Vec::new();
    for (target, line) in modules_named(path, tokens) {
        if target == module || allowed.contains(&target) {
            continue;
        }
        found.push((
            line,
            match MODULES.iter().any(|(name, _)| *name == target) {
                true => format!("'{module}' must not import '{target}'"),
                false => format!("'{target}' is named at the root, but it is not a module of the table"),
            },
        ));
    }
    found
}

/// The modules that are named by `crate::x`, `crate::{x, y::z}`, and by as many `super` as lead to the root.
fn modules_named<'a>(path: &str, tokens: &[Token<'a>]) -> Vec<(&'a str, usize)> {
    let mut named = Vec::new();
    let mut depth = Depth::of_file(path);
    let mut at = 0;
    while at < tokens.len() {
        depth.see(tokens, at);
        let before = if at == 0 { "" } else { tokens[at - 1].text };
        let start = match tokens[at].text {
            "crate" | "etui" if text_at(tokens, at + 1) == "::" && before != "::" => Some(at + 2),
            "super" if before != "::" => {
                let mut supers = 1;
                while text_at(tokens, at + 2 * supers - 1) == "::"
                    && text_at(tokens, at + 2 * supers) == "super"
                {
                    supers += 1;
                }
                (supers >= depth.modules() && text_at(tokens, at + 2 * supers - 1) == "::")
                    .then_some(at + 2 * supers)
            }
            _ => None,
        };
        if let Some(start) = start {
            named.extend(first_words(tokens, start));
        }
        at += 1;
    }
    // A macro of ours is exported at the root, and `crate` alone says nothing.
    named.retain(|(name, _)| name.chars().next().is_some_and(|first| first.is_lowercase()));
    named
}

/// The first word of a path, or the first words of the paths in a group.
fn first_words<'a>(tokens: &[Token<'a>], start: usize) -> Vec<(&'a str, usize)> {
    let Some(first) = tokens.get(start) else { return Vec::new() };
    if first.text != "{" {
        return vec![(first.text, first.line)];
    }
    let mut words = Vec::new();
    let mut depth = 0_usize;
    for pair in tokens[start..].windows(2) {
        match pair[0].text {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if depth == 1 && matches!(pair[0].text, "{" | ",") && pair[1].text != "}" {
            words.push((pair[1].text, pair[1].line));
        }
    }
    words
}

/// How deep below the root the present module lies.
struct Depth {
    file: usize,
    braces: usize,
    inline: Vec<usize>,
}

impl Depth {
    fn of_file(path: &str) -> Self {
        let parts = path.split('/').count();
        let file = if path.ends_with("/mod.rs") { parts - 1 } else { parts };
        Self { file, braces: 0, inline: Vec::new() }
    }

    fn see(&mut self, tokens: &[Token<'_>], at: usize) {
        match tokens[at].text {
            "{" => {
                self.braces += 1;
                if at >= 2 && tokens[at - 2].text == "mod" {
                    self.inline.push(self.braces);
                }
            }
            "}" => {
                if self.inline.last() == Some(&self.braces) {
                    self.inline.pop();
                }
                self.braces = self.braces.saturating_sub(1);
            }
            _ => {}
        }
    }

    fn modules(&self) -> usize {
        self.file + self.inline.len()
    }
}

/// External crates outside their homes.
fn external_crates(path: &str, tokens: &[Token<'_>], dependencies: &BTreeSet<String>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if !dependencies.contains(token.text) || !is_crate_root(tokens, at) {
            continue;
        }
        let home = HOMES.iter().chain(&MORE_HOMES).find(|(name, _)| *name == token.text);
        match home {
            None => found.push((token.line, format!("crate '{}' has no home in the plan", token.text))),
            Some((_, homes)) if homes.iter().any(|home| lies_in(path, home)) => {}
            Some((name, homes)) => {
                found.push((token.line, format!("crate '{name}' belongs into {}", homes.join(", "))));
            }
        }
    }
    found
}

/// Whether a word is the beginning of a path, or the whole of a `use`.
fn is_crate_root(tokens: &[Token<'_>], at: usize) -> bool {
    let before = if at == 0 { "" } else { tokens[at - 1].text };
    let after = text_at(tokens, at + 1);
    let is_word = |word: &str| word.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    let begins = match before {
        // `::name` from the outside, not `module::name`
        "::" => at < 2 || tokens[at - 2].text == "use" || !is_word(tokens[at - 2].text),
        "." | "mod" | "fn" | "let" => false,
        _ => true,
    };
    begins && (after == "::" || (before == "use" && matches!(after, ";" | "as")) || before == "crate")
}

/// What is wrong in tests too.
fn everywhere(path: &str, tokens: &[Token<'_>]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let next = text_at(tokens, at + 1);
        let after = text_at(tokens, at + 2);
        let what = match token.text {
            "process" if next == "::" && after == "exit" => "leave by returning, not by `process::exit`",
            "process" if next == "::" && after == "{" && group_names(tokens, at + 2, "exit") => {
                "leave by returning, not by `process::exit`"
            }
            "dbg" | "todo" | "unimplemented" if next == "!" => {
                "`dbg!`, `todo!` and `unimplemented!` are not for main"
            }
            "SystemTime" if next == "::" && after == "now" && path != "vault/clock.rs" => {
                "only `vault/clock.rs` asks the system for the time"
            }
            // SQLite tells what the system said through a C function only; nothing else in `store` may.
            "unsafe" if path == "store/system_error.rs" && is_first(tokens, at) => continue,
            "unsafe" if !lies_in(path, "memory") => "`unsafe` lives in `memory` only",
            _ => continue,
        };
        found.push((token.line, what.to_owned()));
    }
    found
}

/// Whether no earlier token says the same.
fn is_first(tokens: &[Token<'_>], at: usize) -> bool {
    tokens[..at].iter().all(|earlier| earlier.text != tokens[at].text)
}

fn group_names(tokens: &[Token<'_>], start: usize, name: &str) -> bool {
    first_words(tokens, start).iter().any(|(word, _)| *word == name)
}

/// What tests may do and code may not.
fn outside_tests(path: &str, tokens: &[Token<'_>]) -> Vec<Finding> {
    let opens_files = !["store", "vault"].iter().any(|module| lies_in(path, module))
        || ["store/open", "store/last_seen"].iter().any(|home| lies_in(path, home));
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let next = text_at(tokens, at + 1);
        let what = match token.text {
            "println" | "print" if next == "!" && !lies_in(path, "cli") => "only `cli` prints",
            "eprintln" | "eprint" if next == "!" && path != "main.rs" => {
                "only `cli/output.rs` writes to stderr, and `main.rs` of a panic"
            }
            "temp_dir" if !SHARED_FOLDER.iter().any(|home| lies_in(path, home)) => {
                "the folder for temporary files is shared with other users, and on a disk"
            }
            "unwrap"
                if at > 0 && tokens[at - 1].text == "." && next == "(" && text_at(tokens, at + 2) == ")" =>
            {
                "no `unwrap` outside tests; `expect` with the reason"
            }
            _ if !opens_files && opens_a_file(tokens, at) => {
                "files are opened in `store/open.rs` and `store/last_seen.rs` only"
            }
            _ if writes_plainly(tokens, at) && !lies_in(path, PUBLIC_PAGES) => {
                "files are written by `store::write_private_file`: mode 0600, synced, whole or not at all"
            }
            _ => continue,
        };
        found.push((token.line, what.to_owned()));
    }
    found
}

/// Where the folder for temporary files is used: for copies of the vault file, which is sealed, and for `edit` after a
/// question.
const SHARED_FOLDER: [&str; 2] = ["store/open/aside", "platform/editor/place"];

/// The manual pages are for everybody.
const PUBLIC_PAGES: &str = "cli/manual";

/// Makes a file that others may read, that a loss of power may leave half written.
fn writes_plainly(tokens: &[Token<'_>], at: usize) -> bool {
    let after = if text_at(tokens, at + 1) == "::" { text_at(tokens, at + 2) } else { "" };
    matches!((tokens[at].text, after), ("fs", "write" | "copy") | ("File", "create"))
}

fn opens_a_file(tokens: &[Token<'_>], at: usize) -> bool {
    let after = if text_at(tokens, at + 1) == "::" { text_at(tokens, at + 2) } else { "" };
    match tokens[at].text {
        "OpenOptions" => true,
        "File" => matches!(after, "open" | "create" | "create_new" | "options"),
        "Connection" => after.starts_with("open") && !after.starts_with("open_in_memory"),
        "fs" => matches!(after, "read" | "read_to_string" | "write" | "copy" | "open" | "openat"),
        _ => false,
    }
}
