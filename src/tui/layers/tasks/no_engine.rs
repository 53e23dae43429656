//! Push and pull where etui was built without engines.

use crate::domain::NotBuilt;
use crate::tui::app::{App, Tone};
use crate::tui::layer::Layer;

/// Says that there is none.
pub fn open_push(_remote: &str, app: &mut App) -> Option<Box<dyn Layer>> {
    app.say(Tone::Note, NotBuilt { what: "push or pull", feature: "engines" }.to_string());
    None
}

/// Says that there is none.
pub fn open_pull(remote: &str, app: &mut App) -> Option<Box<dyn Layer>> {
    open_push(remote, app)
}
