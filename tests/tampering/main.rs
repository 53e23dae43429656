//! Somebody changes the file. It must be noticed before anything wrong is shown, and said with the code
//! `IntegrityFailure`: never another value, never "wrong password", never a panic.
//!
//! A comment beside each test names the check that it guards: break that check and see the test fail.

#[path = "../support/mod.rs"]
mod support;

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
