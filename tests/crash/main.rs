//! Processes that are killed, and processes that work at the same time: what was acknowledged is there. What works on
//! a vault is tested in every format.
#![allow(clippy::duplicate_mod, reason = "the same tests for each format")]

#[path = "../support/mod.rs"]
mod support;

mod init;
mod upgrade;

#[path = "."]
mod format_1 {
    const FORMAT: etui::vault::FormatVersion = etui::vault::FormatVersion::One;

    mod folders;
    mod journal;
    mod others;
    pub mod puts;
    mod rekey;
}

#[path = "."]
mod format_2 {
    const FORMAT: etui::vault::FormatVersion = etui::vault::FormatVersion::Two;

    mod folders;
    mod journal;
    mod others;
    mod puts;
    mod rekey;
}
