//! The mouse: a click selects, or does what a key in the footer does; the wheel scrolls. Nothing is revealed, copied,
//! confirmed or changed by it, so that a slip of the hand costs nothing.

use ratatui::layout::Position;

use super::action::Action;
use super::app::Tone;
use super::context::Context;
use super::event::{Mouse, MouseKind};
use super::kit::canvas::Hit;
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
    if let Some(Hit::Key(context, action)) = hit {
        return click_key(state, context, action);
    }
    match state.top_mut() {
        Some((layer, app)) => match hit {
            Some(hit) => layer.hit(hit, app),
            None => layer.click(at, app),
        },
        None => browse::mouse::click(&mut state.app, at),
    }
}

/// Does what a key in the footer does, unless that is only for keys.
fn click_key(state: &mut State, context: Context, action: Action) {
    if !is_only_for_keys(context, action) {
        return state.act(action);
    }
    let key = state.app.keymap.key_for(&state.contexts(), action);
    if let Some(key) = key {
        let key = key.shown(&state.app.theme.glyphs);
        state.app.say(Tone::Note, format!("press {key} for this: a click never reveals, copies or confirms"));
    }
}

/// Whether it reveals, copies or confirms something.
const fn is_only_for_keys(context: Context, action: Action) -> bool {
    match action {
        Action::Reveal
        | Action::ToggleShown
        | Action::CopyValue
        | Action::CopyReference
        | Action::Submit
        | Action::ReplaceFile => true,
        // There Enter only goes somewhere.
        Action::Enter => {
            !matches!(context, Context::Filter | Context::HelpSearch | Context::History | Context::Which)
        }
        _ => false,
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
