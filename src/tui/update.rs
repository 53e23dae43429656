//! The one function that changes the state.

use super::event::{Event, Moment};
use super::{Effect, Keymap, State};
use crate::domain::Timestamp;

/// Takes an event; what is to be done outside is answered, in order.
pub fn update(state: &mut State, event: Event, at: Moment, wall: Timestamp, keymap: &Keymap) -> Vec<Effect> {
    let _ = (at, wall, keymap);
    if let Event::Resize(columns, rows) = event {
        state.size = (columns, rows);
    }
    Vec::new()
}
