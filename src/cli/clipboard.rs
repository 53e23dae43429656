//! The clipboard as the settings want it.

use crate::config::{ClipboardRoute, Settings};
use crate::platform::clipboard::ClipboardSetting;

/// What the settings say, in the words of the platform room.
pub(super) fn setting(settings: &Settings) -> ClipboardSetting {
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
