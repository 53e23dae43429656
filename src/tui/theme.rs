//! Roles and the style each is drawn in.

use std::ffi::OsString;

/// The style of every role, and the glyphs.
pub struct Theme;

impl Theme {
    /// Chooses by the environment: `NO_COLOR`, `TERM`, the locale. `variable` looks one up.
    pub fn from_environment(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let _ = variable("NO_COLOR");
        Self
    }
}
