//! The real program in a real pseudo terminal: what only a terminal can show.
//!
//! Only on Linux: elsewhere the modes of a terminal cannot be looked at from its other end.
#![cfg(target_os = "linux")]

mod clipboard;
mod demo;
mod editor;
mod full_disk;
mod giving_back;
mod main_job;
mod starting;
mod support;
mod suspending;
mod values;
