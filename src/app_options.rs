//! What the terminal app is started with: the command line gathers it, the app reads it.

use std::path::PathBuf;

use crate::config::{ClipboardRoute, Settings};
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
    /// Where the settings are, there or not; `None`: nowhere.
    pub settings_file: Option<PathBuf>,
    /// Where the remotes of this machine are, there or not; `None`: nowhere.
    pub remotes_file: Option<PathBuf>,
    /// The user's own keys, where the file is there.
    pub keymap_file: Option<PathBuf>,
    /// Whose vault it is.
    pub ownership: Ownership,
}

/// The clipboard as the settings want it.
pub fn clipboard_setting(settings: &Settings) -> ClipboardSetting {
    match settings.clipboard {
        ClipboardRoute::Auto => ClipboardSetting::Auto,
        ClipboardRoute::System => ClipboardSetting::System,
        ClipboardRoute::Osc52 => ClipboardSetting::Osc52,
        ClipboardRoute::Command => ClipboardSetting::Command {
            // The settings are refused without it.
            copy: settings.clipboard_copy.clone().unwrap_or_default(),
            clear: settings.clipboard_clear.clone(),
        },
    }
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
