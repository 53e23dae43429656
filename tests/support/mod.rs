//! What several test binaries share: steps, a reference model, the rules run by hand, cheap vaults.
#![allow(dead_code, reason = "each test binary takes what it needs")]

pub mod ages;
pub mod binary;
#[cfg(feature = "keepass")]
pub mod bombs;
#[cfg(feature = "engines")]
pub mod engine_server;
pub mod fixtures;
#[cfg(feature = "serve")]
pub mod http;
pub mod model;
pub mod one_line;
pub mod program;
pub mod rules;
#[cfg(feature = "serve")]
pub mod signed;
pub mod step;
pub mod vault_subject;
pub mod vaults;
