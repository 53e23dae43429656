//! The real program in a real pseudo terminal: what only a terminal can show.
//!
//! Only on Linux: elsewhere the modes of a terminal cannot be looked at from its other end.
#![cfg(target_os = "linux")]

mod clipboard;
mod demo;
mod editor;
#[path = "../support/fixtures.rs"]
mod fixtures;
mod foreign_text;
mod full_disk;
mod giving_back;
mod locking;
mod main_job;
mod merging;
#[path = "../support/program.rs"]
mod program;
mod sizes;
mod stale_journal;
mod starting;
mod support;
mod suspending;
mod values;
