//! Somebody changes the file. It must be noticed before anything wrong is shown, and said with the code
//! `IntegrityFailure`: never another value, never "wrong password", never a panic.
//!
//! A comment beside each test names the check that it guards: break that check and see the test fail. Every test
//! runs in every format.
#![allow(clippy::duplicate_mod, reason = "the same tests for each format")]

#[path = "../support/mod.rs"]
mod support;

#[path = "."]
mod format_1 {
    const FORMAT: etui::vault::FormatVersion = etui::vault::FormatVersion::One;

    mod commits;
    mod every_byte;
    mod files;
    mod journals;
    mod judge;
    mod open_session;
    mod rows;
    mod schema;
    mod strays;
    mod tables;
    mod vault_row;
    mod versions;
    mod whole_files;
}

#[path = "."]
mod format_2 {
    const FORMAT: etui::vault::FormatVersion = etui::vault::FormatVersion::Two;

    mod commits;
    mod every_byte;
    mod files;
    mod journals;
    mod judge;
    mod open_session;
    mod rows;
    mod schema;
    mod strays;
    mod tables;
    mod vault_row;
    mod versions;
    mod whole_files;
}
