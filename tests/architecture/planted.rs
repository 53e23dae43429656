//! Planted files: each check is shown a file that it must find wanting, and one that it must let pass.

use std::collections::BTreeSet;

use crate::rules::{Source, dependencies, findings};

const MANIFEST: &str = "
[package]
name = \"etui\"
[dependencies]
# Terminal
ratatui = { version = \"0.30\" }
rusqlite = \"0.43\"
aes-gcm = { version = \"0.11\" }
anyhow = \"1\"
getrandom = \"0.4\"
rustix = \"1\"
toml = \"1\"
thiserror = \"2\"
jiff = \"1\"
newcomer = \"1\"
[dev-dependencies]
tempfile = \"3\"
";

fn found(path: &str, code: &str) -> Vec<String> {
    let text = format!("//! Planted.\n{code}");
    findings(&Source { path, text: &text, is_test: false }, &dependencies(MANIFEST))
}

#[test]
fn the_dependencies_of_a_manifest_are_read() {
    let expected = [
        "aes_gcm",
        "anyhow",
        "getrandom",
        "jiff",
        "newcomer",
        "ratatui",
        "rusqlite",
        "rustix",
        "thiserror",
        "toml",
    ];
    assert_eq!(dependencies(MANIFEST), expected.map(str::to_owned).into_iter().collect::<BTreeSet<_>>());
}

#[test]
fn every_planted_fault_is_found() {
    let cases = [
        // Modules
        ("domain/a.rs", "use crate::store::X;", "'domain' must not import 'store'"),
        ("versioning/put.rs", "fn f() { crate::crypto::seal(); }", "'versioning' must not import 'crypto'"),
        ("store/a.rs", "use crate::{memory::X, vault::{Y, Z}};", "'store' must not import 'vault'"),
        ("store/a.rs", "use crate::{\n memory::{a, b},\n tui,\n};", "'store' must not import 'tui'"),
        ("cli/a.rs", "use crate::tui::State;", "'cli' must not import 'tui'"),
        ("tui/a.rs", "use crate::cli;", "'tui' must not import 'cli'"),
        ("kms/a.rs", "use crate::exchange::X;", "'kms' must not import 'exchange'"),
        ("content/a.rs", "use crate::vault::X;", "'content' must not import 'vault'"),
        ("vault/a.rs", "use crate::content::X;", "'vault' must not import 'content'"),
        ("kms/a.rs", "use crate::platform::X;", "'kms' must not import 'platform'"),
        ("config.rs", "use crate::vault::Vault;", "'config' must not import 'vault'"),
        ("config.rs", "use super::vault::Vault;", "'config' must not import 'vault'"),
        ("store/rows.rs", "use super::super::vault::X;", "'store' must not import 'vault'"),
        ("store/mod.rs", "use super::vault::X;", "'store' must not import 'vault'"),
        ("store/a.rs", "mod tests { use super::super::super::cli::X; }", "'store' must not import 'cli'"),
        ("memory/a.rs", "pub(in crate::domain) fn f() {}", "'memory' must not import 'domain'"),
        ("util/a.rs", "", "there is no module 'util'"),
        ("store/a.rs", "use crate::util::X;", "'util' is named at the root"),
        // External crates
        ("vault/a.rs", "use rusqlite::Connection;", "crate 'rusqlite' belongs into store"),
        ("vault/a.rs", "fn f(x: rusqlite::Error) {}", "crate 'rusqlite' belongs into store"),
        ("vault/a.rs", "use ::rusqlite::Error;", "crate 'rusqlite' belongs into store"),
        ("vault/a.rs", "use rusqlite;", "crate 'rusqlite' belongs into store"),
        ("vault/a.rs", "use rusqlite as sql;", "crate 'rusqlite' belongs into store"),
        ("vault/a.rs", "extern crate rusqlite;", "crate 'rusqlite' belongs into store"),
        ("store/a.rs", "use aes_gcm::X;", "crate 'aes_gcm' belongs into crypto"),
        ("store/mod.rs", "use rustix::fs::X;", "crate 'rustix' belongs into"),
        ("tui/update.rs", "use anyhow::Result;", "crate 'anyhow' belongs into"),
        ("kms/lines.rs", "fn f() { getrandom::fill(); }", "crate 'getrandom' belongs into"),
        ("vault/clock.rs", "use jiff::Timestamp;", "crate 'jiff' belongs into domain"),
        ("store/a.rs", "use newcomer::X;", "crate 'newcomer' has no home"),
        // Words
        ("tui/a.rs", "fn f() { std::process::exit(1) }", "`process::exit`"),
        ("tui/a.rs", "use std::process::{Command, exit};", "`process::exit`"),
        ("tui/a.rs", "fn f() { dbg!(1); }", "`dbg!`"),
        ("tui/a.rs", "fn f() { todo!() }", "`todo!`"),
        ("tui/a.rs", "fn f() { unimplemented!() }", "`unimplemented!`"),
        ("vault/a.rs", "fn f() { println!(\"x\") }", "only `cli` prints"),
        ("main.rs", "fn f() { print!(\"x\") }", "only `cli` prints"),
        ("cli/a.rs", "fn f() { eprintln!(\"x\") }", "`cli/output.rs` writes to stderr"),
        ("vault/a.rs", "fn f() { SystemTime::now(); }", "`vault/clock.rs`"),
        ("tui/a.rs", "fn f() { std::time::SystemTime :: now(); }", "`vault/clock.rs`"),
        ("store/a.rs", "fn f() { unsafe { g() } }", "`unsafe` lives in `memory`"),
        ("store/system_error.rs", "fn f() { unsafe { g() } unsafe { h() } }", "`unsafe` lives in `memory`"),
        ("store/a.rs", "fn f() { g().unwrap(); }", "no `unwrap`"),
        ("store/a.rs", "fn f() { g()\n  .unwrap (); }", "no `unwrap`"),
        // Files
        ("cli/a.rs", "fn f() { fs::write(p, b); }", "`store::write_private_file`"),
        ("cli/a.rs", "fn f() { std::fs::copy(p, b); }", "`store::write_private_file`"),
        ("tui/a.rs", "fn f() { File::create(p); }", "`store::write_private_file`"),
        ("tui/a.rs", "fn f() { std::env::temp_dir(); }", "shared with other users"),
        ("store/rows.rs", "fn f() { File::open(p); }", "files are opened in"),
        ("store/rows.rs", "fn f() { std::fs::File::create_new(p); }", "files are opened in"),
        ("vault/backup.rs", "fn f() { fs::write(p, b); }", "files are opened in"),
        ("vault/backup.rs", "fn f() { std::fs::read_to_string(p); }", "files are opened in"),
        ("vault/mod.rs", "use std::fs::OpenOptions;", "files are opened in"),
        ("store/backup.rs", "fn f() { Connection::open_with_flags(p, f); }", "files are opened in"),
        ("store/opener.rs", "fn f() { Connection::open(p); }", "files are opened in"),
    ];
    for (path, code, expected) in cases {
        let found = found(path, code);
        assert!(found.iter().any(|finding| finding.contains(expected)), "{path}: {code}\nfound {found:?}");
    }
}

#[test]
fn a_file_without_its_first_line_is_found() {
    for text in ["use std::fs;\n", "// What.\n", "\n//! What.\n", "//!\n", "/// What.\n", ""] {
        let source = Source { path: "store/a.rs", text, is_test: false };
        let found = findings(&source, &dependencies(MANIFEST));
        assert!(found.iter().any(|finding| finding.contains("first line")), "{text:?}");
    }
}

#[test]
fn findings_name_file_and_line() {
    assert_eq!(
        found("domain/a.rs", "\nuse crate::store::X;"),
        ["src/domain/a.rs:3: 'domain' must not import 'store'"]
    );
}

#[test]
fn what_is_allowed_is_let_pass() {
    let cases = [
        ("store/a.rs", "use crate::{memory::SecretBytes, domain, versioning::{put, Plan}};"),
        ("store/a.rs", "use super::open::X; use self::b::C; use crate::store::d;"),
        ("versioning/put/tests.rs", "use super::super::test_support::id;"),
        ("store/a.rs", "mod tests { use super::super::transaction::X; }"),
        ("cli/commands/put.rs", "use crate::vault::Vault; fn f() { println!(\"x\"); }"),
        ("tui/mod.rs", "use crate::platform::clipboard; use ratatui::Frame;"),
        ("agent/mod.rs", "use crate::platform::paths; use crate::config;"),
        ("main.rs", "use etui::cli; use etui::tui; use anyhow::Result;"),
        ("tui/runtime/worker.rs", "use anyhow::Context; use rustix::event;"),
        ("tui/runtime.rs", "use anyhow::Context;"),
        ("kms/request_id.rs", "fn f() { getrandom::fill(); }"),
        ("store/open.rs", "use rustix::fs::open; fn f() { File::open(p); Connection::open(p); }"),
        ("store/open/path.rs", "fn f() { OpenOptions::new(); }"),
        ("store/last_seen.rs", "fn f() { std::fs::read(p); }"),
        ("vault/a.rs", "fn f() { fs::metadata(p); fs::create_dir(p); let file: File; }"),
        (
            "exchange/mod.rs",
            "mod toml; use self::toml::parse; use crate::exchange::toml::X; fn f() { x.toml(); }",
        ),
        ("vault/error.rs", "#[derive(thiserror::Error)] struct E;"),
        ("vault/a.rs", "fn f() { x.unwrap_or(1); x.unwrap_or_else(|| 2); }"),
        ("store/check.rs", "fn f() { Connection::open_in_memory(); key.unwrap(&wrapped); }"),
        ("memory/a.rs", "fn f() { unsafe { g() } }"),
        ("store/system_error.rs", "fn f() { unsafe { g() } }"),
        ("vault/clock.rs", "fn f() { SystemTime::now(); }"),
        (
            "vault/a.rs",
            "/// Never `process::exit`, `todo!()`.\n// crate::tui::X unsafe\nconst A: &str = \"unsafe dbg!() crate::cli::x\";",
        ),
        ("vault/a.rs", "#![deny(unsafe_code)] fn f<'a>(x: &'a str) { r#\"todo!() \"# }"),
        ("vault/a.rs", "#[cfg(test)]\nmod tests { fn f() { fs::write(p, b).unwrap(); println!(); } }"),
        ("vault/a.rs", "#[test]\nfn f() { File::open(p).unwrap(); }"),
    ];
    for (path, code) in cases {
        assert_eq!(found(path, code), Vec::<String>::new(), "{path}: {code}");
    }
}

#[test]
fn a_file_of_tests_may_unwrap_and_read_files_but_not_break_the_order_of_the_modules() {
    let text = "//! Tests.\nuse crate::tui::X;\nfn f() { fs::read(p).unwrap(); }";
    let found =
        findings(&Source { path: "store/open/tests.rs", text, is_test: true }, &dependencies(MANIFEST));
    assert_eq!(found, ["src/store/open/tests.rs:2: 'store' must not import 'tui'"]);
}
