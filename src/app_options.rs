//! What the terminal app is started with: the command line gathers it, the app reads it.

use std::path::PathBuf;

use crate::config::Settings;
use crate::platform::clipboard::ClipboardSetting;
use crate::vault::Answers;

/// What the app is started with. A password given beforehand is handed over apart from it: this is shown in
/// tests and copied.
#[derive(Debug, Clone)]
pub struct AppOptions {
    /// Where the vault lies, or will lie.
    pub vault_path: PathBuf,
    /// Where this machine remembers the newest state of each vault; `None`: it does not.
    pub state_directory: Option<PathBuf>,
    /// The key file, where the vault has one.
    pub key_file: Option<PathBuf>,
    /// Answers given beforehand.
    pub answers: Answers,
    /// The settings of the user.
    pub settings: Settings,
    /// Where a copied value goes.
    pub clipboard: ClipboardSetting,
    /// The user's own keys, where the file is there.
    pub keymap_file: Option<PathBuf>,
    /// Whose vault it is.
    pub ownership: Ownership,
}

/// Whose vault the app shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// The user's.
    Own,
    /// Nobody's: samples that go when the app is left.
    Demo {
        /// The password, for whoever locks it.
        password: &'static str,
        /// The secret that is looked at first.
        first: &'static str,
    },
}
