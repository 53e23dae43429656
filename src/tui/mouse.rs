//! The mouse: a click selects, the wheel scrolls. Nothing is revealed, confirmed or changed by it, so that a slip
//! of the hand costs nothing.

use ratatui::layout::Position;

use super::action::Action;
use super::context::Context;
use super::event::{Mouse, MouseKind};
use super::state::State;
use super::{browse, layout, view};

/// How many rows a notch of the wheel moves.
const NOTCH: usize = 3;

/// Takes what was done with the mouse.
pub fn on_mouse(state: &mut State, mouse: Mouse) {
    // Some terminals go on reporting for a moment after they were told not to.
    if !state.app.settings.mouse || layout::is_too_small(state.app.size) {
        return;
    }
    let at = Position::new(mouse.column, mouse.row);
    match mouse.kind {
        MouseKind::Click => click(state, at),
        MouseKind::WheelUp => turn(state, at, Action::Up),
        MouseKind::WheelDown => turn(state, at, Action::Down),
    }
}

fn click(state: &mut State, at: Position) {
    let hit = view::hit(state, at);
    match state.top_mut() {
        Some((layer, app)) => match hit {
            Some(hit) => layer.hit(hit, app),
            None => layer.click(at, app),
        },
        None => browse::mouse::click(&mut state.app, at),
    }
}

fn turn(state: &mut State, at: Position, direction: Action) {
    // In a form the same actions go from field to field, in a deletion they change its window.
    let stays = |context: &Context| matches!(context, Context::Form | Context::Rename | Context::Deletion);
    if state.contexts().iter().any(stays) {
        return;
    }
    for _ in 0..NOTCH {
        if state.top().is_some() {
            state.act(direction);
        } else {
            browse::mouse::scroll(&mut state.app, at, direction);
        }
    }
}
