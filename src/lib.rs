//! etui: a keyboard-driven secrets vault for developers.
//!
//! Every value is an immutable *version* of a *secret*; *stage labels* (`ACSCurrent`, `ACSPrevious`, your own)
//! say which version is live. The rooms of the house, and who may import whom:
//!
//! ```text
//! memory  ←  domain  ←┬─ crypto ──────┐
//!                     └─ versioning ──┴← store ← vault ←─ kms ← cli ┐
//!                                                         tui ──────┴← main
//! platform (a leaf: used by cli, tui and main only)
//! ```
//!
//! - [`memory`]: bytes that wipe themselves; the only `unsafe`.
//! - [`domain`]: names, ids, labels, values, metadata, time; validated once.
//! - [`versioning`]: the contract as pure functions from a state and a request to a plan or a refusal.
//! - [`crypto`]: keys, seals, and the sums that make tampering visible.
//! - `store`: SQLite, and where a row meets the crypto room.
//! - [`vault`]: the one door between all of that and the people who use it.
//! - [`kms`]: the API of Alibaba Cloud KMS: requests, answers in JSON and XML.
//! - [`cli`]: the command line: arguments, references, outputs, one file for each command.
//! - [`platform`]: where files lie, and questions on the controlling terminal.
#![deny(unsafe_code)]
#![warn(missing_docs, rust_2018_idioms)]

pub mod agent;
pub mod cli;
pub mod crypto;
pub mod domain;
pub mod generator;
pub mod kms;
pub mod memory;
pub mod platform;
mod store;
pub mod vault;
pub mod versioning;
