//! etui: a keyboard-driven secrets vault for developers.
//!
//! Every value is an immutable *version* of a *secret*; *stage labels* (`ACSCurrent`, `ACSPrevious`, your own)
//! say which version is live. The modules, and which may import which:
//!
//! ```text
//! memory  ←  domain  ←┬─ crypto ──────┐                 ┌─ kms ──────┐
//!                     ├─ versioning ──┼← store ← vault ←┼─ exchange ─┼← cli ─┐
//!                     └─ generator ───┘                 └─ agent ────┘  tui ─┴← main
//! content (leaf: used by kms, exchange, cli and tui only)
//! config, platform (leaves: used by agent, cli, tui and main only)
//! ```
//!
//! - [`memory`]: bytes that wipe themselves; the only `unsafe`, but for one question to SQLite in `store`.
//! - [`domain`]: names, ids, labels, values, metadata, time; validated once.
//! - [`versioning`]: the contract as pure functions from a state and a request to a plan or a refusal.
//! - [`generator`]: random passwords and passphrases.
//! - [`crypto`]: keys, seals, and the sums that make tampering visible.
//! - `store`: the SQLite file, and where a row meets `crypto`.
//! - [`vault`]: every operation on a vault, for all interfaces.
//! - [`content`]: what a value is made of, and how two values differ.
//! - [`exchange`]: other programs' formats, in and out.
//! - [`kms`]: the API of Alibaba Cloud KMS: requests, answers in JSON and XML.
//! - `http`: the same API over HTTP, on this machine; what `etui serve` runs.
//! - `engine`: pushing to and pulling from OpenBao and HashiCorp Vault.
//! - [`agent`]: the process that keeps a vault unlocked for scripts.
//! - [`app_options`]: what the terminal app is started with.
//! - [`query`]: the language that finds secrets, for the app's filter and `etui list`.
//! - [`sync`]: fetching a copy that lies elsewhere and putting one back: files, ssh, git.
//! - [`cli`]: the command line: arguments, references, outputs, one file for each command.
//! - [`tui`]: the terminal app.
//! - [`demo`]: a throwaway vault of sample secrets.
//! - `fuzzing`: what reads from outside, as functions of any bytes; there for tests and `fuzz/` only.
//! - [`config`]: the settings file.
//! - [`platform`]: where files are, the terminal, the clipboard, the editor, signals and waiting.
#![deny(clippy::print_stdout, clippy::print_stderr)]
#![warn(missing_docs)]

pub mod agent;
pub mod app_options;
pub mod cli;
pub mod codes;
pub mod config;
pub mod content;
pub mod crypto;
pub mod demo;
pub mod domain;
#[cfg(feature = "engines")]
pub mod engine;
pub mod exchange;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod generator;
#[cfg(feature = "serve")]
pub mod http;
pub mod kms;
pub mod masking;
pub mod memory;
pub mod platform;
pub mod query;
mod store;
pub mod sync;
pub mod tui;
pub mod vault;
pub mod versioning;
