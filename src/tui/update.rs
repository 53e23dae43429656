//! The one function that changes the state.

use crossterm::event::{KeyEvent, KeyEventKind};

use super::app::Tone;
use super::ask::{Effect, Work};
use super::event::{Event, LockReason, Moment};
use super::keymap::Key;
use super::paste::PasteRefused;
use super::state::State;
use super::{editing, lock, mouse, paste};
use crate::domain::Timestamp;
use crate::memory::SecretBytes;

/// Takes an event; what is to be done outside is answered, in order.
pub fn update(state: &mut State, event: Event, at: Moment, wall: Timestamp) -> Vec<Effect> {
    state.app.now = at;
    state.app.wall = wall;
    // Whatever comes: an idle vault is locked first, and a key that comes too late opens nothing.
    let was_idle = state.app.locks_at().is_some_and(|locks_at| locks_at <= at);
    if was_idle {
        let reason = lock::idle(state.app.settings.lock_after);
        state.lock(&reason);
    }
    pass_time(state);
    state.settle();
    if matches!(
        event,
        Event::Key(_) | Event::Mouse(_) | Event::Paste(_) | Event::PasteRefused(_) | Event::Edited(_)
    ) {
        state.app.last_input = at;
    }
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release && !was_idle => on_key(state, &key),
        Event::Mouse(event) if !was_idle => mouse::on_mouse(state, event),
        Event::Paste(pasted) if !was_idle => on_paste(state, pasted),
        Event::PasteRefused(why) if !was_idle => refuse_paste(state, why),
        Event::Key(_) | Event::Mouse(_) | Event::Paste(_) | Event::PasteRefused(_) | Event::Tick => {}
        Event::Resize(columns, rows) => state.app.size = (columns, rows),
        Event::Background(colour) => state.app.on_background(colour),
        Event::Resumed => {
            state.app.asks.push(Effect::Repaint);
            refresh(state);
        }
        Event::Edited(end) => editing::on_edited(&mut state.app, end),
        Event::FileChanged => refresh(state),
        Event::LockRequested(reason) => state.lock(match reason {
            LockReason::HangUp => "Locked: the terminal was closed",
            LockReason::Suspend => "Locked before suspending",
            LockReason::Slept => "Locked: computer was asleep",
        }),
        Event::Answered(answered) => state.answered(answered),
    }
    state.settle();
    let effects = state.app.asks.take();
    state.app.last_command.begin(&effects);
    effects
}

/// What ends by itself: a toast, a revealed value, the content of the clipboard.
fn pass_time(state: &mut State) {
    let app = &mut state.app;
    let now = app.now;
    if app.toast.as_ref().and_then(|toast| toast.until).is_some_and(|until| until <= now) {
        app.toast = None;
    }
    if let Some(under_way) = &mut app.under_way {
        under_way.progress = under_way.watched.progress();
    }
    if app.clipboard_until.is_some_and(|until| until <= now) {
        app.clipboard_until = None;
        app.asks.work(Work::ClearClipboard);
    }
    if let Some(browse) = &mut app.browse
        && browse.revealed.as_ref().is_some_and(|revealed| revealed.until <= now)
    {
        browse.hide();
    }
}

fn refresh(state: &mut State) {
    if state.app.browse().is_some() {
        state.app.asks.work(Work::Refresh);
    }
}

fn on_key(state: &mut State, event: &KeyEvent) {
    // Errors and notes have been read by whoever presses the next key; what was done may stay a while.
    if state.app.toast.as_ref().is_some_and(|toast| toast.tone != Tone::Done) {
        state.app.toast = None;
    }
    let key = Key::of(event);
    let contexts = state.contexts();
    match (state.app.keymap.action(&contexts, &key), key.typed()) {
        (Some(action), _) => state.act(action),
        (None, Some(character)) if contexts.is_typing() => type_character(state, character),
        _ => {}
    }
}

/// Nothing can be typed while work is under way that the field may belong to.
fn type_character(state: &mut State, character: char) {
    if state.app.is_busy() {
        return;
    }
    if let Some((layer, app)) = state.top_mut() {
        if layer.field().is_some_and(|field| field.insert_character(character)) {
            layer.after_typing(app);
        }
    } else if let Some((browse, asks)) = state.app.browsing()
        && browse.filter.insert_character(character)
    {
        browse.filter_changed(asks);
    }
}

/// A paste goes into a text field or nowhere; it never submits.
fn on_paste(state: &mut State, pasted: SecretBytes) {
    let is_typing = state.contexts().is_typing() && !state.app.is_busy();
    let pasted = match paste::prepare(pasted) {
        Ok(pasted) => pasted,
        Err(why) => return refuse_paste(state, why),
    };
    let text = pasted.expose_text().unwrap_or_default();
    match state.top_mut() {
        Some((layer, app)) if is_typing => layer.paste(text, app),
        _ if !is_typing => state.app.say(Tone::Note, paste::NO_FIELD),
        _ => paste_into_filter(state, text),
    }
}

fn refuse_paste(state: &mut State, why: PasteRefused) {
    match state.top_mut() {
        Some((layer, app)) => layer.refuse_paste(why.sentence(), app),
        None => state.app.say(Tone::Failed, why.sentence()),
    }
}

fn paste_into_filter(state: &mut State, text: &str) {
    let Some((browse, asks)) = state.app.browsing() else {
        return;
    };
    if browse.filter.insert(text) {
        browse.filter_changed(asks);
    } else {
        state.app.say(Tone::Failed, PasteRefused::ManyLines.sentence());
    }
}
