//! The platform's clipboard as the session knows it.

use std::time::Duration;

use crate::memory::SecretBytes;
use crate::platform::clipboard::{Clipboard, ClipboardSetting, Route};
use crate::tui::session::{CopyRoute, CopyTarget};

pub(super) struct PlatformCopy(Clipboard);

impl PlatformCopy {
    /// Makes one for a setting.
    pub(super) const fn new(setting: ClipboardSetting) -> Self {
        Self(Clipboard::new(setting))
    }
}

impl CopyTarget for PlatformCopy {
    fn copy(&mut self, text: &SecretBytes, clear_after: Duration) -> Result<CopyRoute, String> {
        match self.0.copy(text, clear_after) {
            Ok(Route::System { cleared_in }) => Ok(CopyRoute::System { cleared_in }),
            Ok(Route::Osc52) => Ok(CopyRoute::Osc52),
            Ok(Route::Command { .. }) => Ok(CopyRoute::Command),
            Err(error) => Err(format!("{error}: {}", error.hint())),
        }
    }

    fn clear_if_ours(&mut self) {
        // It was told when it was copied that it stays only for a while; a clipboard that cannot be reached
        // any more has nothing of ours.
        let _ = self.0.clear_if_ours();
    }

    fn use_setting(&mut self, setting: ClipboardSetting) {
        // What was copied the old way is not cleared by the new one.
        self.clear_if_ours();
        self.0 = Clipboard::new(setting);
    }
}

impl Drop for PlatformCopy {
    fn drop(&mut self) {
        let _ = self.0.clear_before_exit();
    }
}
