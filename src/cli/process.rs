//! What the command line is given by `main`: the terminal app, which it must not import, and the protections of
//! this process.

use std::path::Path;

use crate::app_options::AppOptions;
use crate::memory::SecretBytes;
use crate::memory::process::Hardening;
use crate::platform::signals::Signal;

/// What `main` knows and the command line does not.
#[derive(Debug, Clone, Copy)]
pub struct Process {
    /// What could be had of the protections of this process.
    pub hardening: Hardening,
    /// The terminal app.
    pub app: App,
}

/// The terminal app.
#[derive(Debug, Clone, Copy)]
pub struct App {
    /// Shows it until it is left, with a password that was given beforehand. A signal that ended it is handed
    /// back, so that the process can end by it once everything is cleaned up.
    pub run: fn(AppOptions, Option<SecretBytes>) -> anyhow::Result<Option<Signal>>,
    /// Says what is wrong with a file of the user's own keys.
    pub check_keymap: fn(&Path) -> Result<(), String>,
}
