//! The mouse: a click selects, the wheel scrolls. Nothing is revealed, confirmed or changed by it, so that a slip
//! of the hand costs nothing.

use ratatui::layout::Position;

use super::action::Action;
use super::context::{Context, contexts};
use super::event::{Mouse, MouseKind};
use super::modals;
use super::screens::{browse, put_form};
use super::state::{Modal, Screen, State, Tone};
use super::{Effect, Keymap, layout, update};

/// How many rows a notch of the wheel moves.
const NOTCH: usize = 3;

/// Takes what was done with the mouse.
pub fn on_mouse(state: &mut State, mouse: Mouse, keymap: &Keymap, effects: &mut Vec<Effect>) {
    // Some terminals go on reporting for a moment after they were told not to.
    if !state.settings.mouse || layout::is_too_small(state.size) {
        return;
    }
    let at = Position::new(mouse.column, mouse.row);
    match mouse.kind {
        MouseKind::Click => click(state, at, keymap, effects),
        MouseKind::WheelUp => turn(state, at, Action::Up, keymap, effects),
        MouseKind::WheelDown => turn(state, at, Action::Down, keymap, effects),
    }
}

/// Leaves the mouse to the terminal, whose own selection works then, or takes it again.
pub fn toggle(state: &mut State, effects: &mut Vec<Effect>) {
    state.settings.mouse = !state.settings.mouse;
    effects.push(Effect::ListenToMouse(state.settings.mouse));
    state.say(
        Tone::Note,
        if state.settings.mouse {
            "the mouse is on: a click selects, the wheel scrolls"
        } else {
            "the mouse is off: the terminal itself selects text"
        },
    );
}

fn click(state: &mut State, at: Position, keymap: &Keymap, effects: &mut Vec<Effect>) {
    match state.modals.last() {
        None => match &state.screen {
            Screen::Browse(_) => browse::click(state, at, effects),
            Screen::FirstRun(_) | Screen::Unlock(_) | Screen::Starting | Screen::Failed(_) => {}
        },
        Some(Modal::PutForm(_)) => put_form::click(state, at, keymap, effects),
        Some(Modal::SecretForm(_)) => modals::SecretForm::click(state, at),
        Some(Modal::Palette(_)) => modals::Palette::click(state, at),
        Some(Modal::History(_)) => modals::History::click(state, at),
        Some(Modal::Labels(_)) => modals::click_on_labels(state, at, effects),
        Some(
            Modal::OtherVault(_)
            | Modal::Plan(_)
            | Modal::Diff(_)
            | Modal::Which(_)
            | Modal::Generator(_)
            | Modal::WriteFile(_)
            | Modal::CopyChooser(_)
            | Modal::TakeBack(_)
            | Modal::Discard(_)
            | Modal::Room(_)
            | Modal::Help(_),
        ) => {}
    }
}

fn turn(state: &mut State, at: Position, direction: Action, keymap: &Keymap, effects: &mut Vec<Effect>) {
    // In a form the same actions go from field to field, in a deletion they change its window.
    let stays = |context: &Context| matches!(context, Context::Form | Context::Rename | Context::Deletion);
    if contexts(state).iter().any(stays) {
        return;
    }
    for _ in 0..NOTCH {
        match (state.modals.last(), &state.screen) {
            (None, Screen::Browse(_)) => browse::scroll(state, at, direction, effects),
            (None, _) => {}
            (Some(_), _) => update::act(state, direction, keymap, effects),
        }
    }
}
