//! The one function that changes the state.

use crossterm::event::{KeyEvent, KeyEventKind};

use super::action::Action;
use super::command::Command;
use super::context::{self, contexts};
use super::editing;
use super::event::{Event, LockReason, Moment};
use super::keymap::Key;
use super::lock;
use super::modals::{self, Afterwards, Discard, Help, Palette};
use super::mouse;
use super::paste;
use super::replies;
use super::screens::{browse, first_run, put_form, unlock};
use super::state::{Modal, Screen, State, Tone};
use super::theme::Role;
use super::widgets::edit_buffer::Edit;
use super::{Effect, Keymap, Work};
use crate::domain::Timestamp;
use crate::memory::SecretBytes;

/// Takes an event; what is to be done outside is answered, in order.
pub fn update(state: &mut State, event: Event, at: Moment, wall: Timestamp, keymap: &Keymap) -> Vec<Effect> {
    let mut effects = Vec::new();
    state.now = at;
    state.wall = wall;
    // Whatever comes: an idle vault is locked first, and a key that comes too late opens nothing.
    let was_idle = state.locks_at().is_some_and(|locks_at| locks_at <= at);
    if was_idle {
        lock::lock(state, lock::IDLE, &mut effects);
    }
    pass_time(state, &mut effects);
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            state.last_input = at;
            if !was_idle {
                on_key(state, &key, keymap, &mut effects);
            }
        }
        Event::Key(_) | Event::Tick => {}
        Event::Mouse(event) => {
            state.last_input = at;
            if !was_idle {
                mouse::on_mouse(state, event, keymap, &mut effects);
            }
        }
        Event::Paste(pasted) => {
            state.last_input = at;
            if !was_idle {
                on_paste(state, pasted, &mut effects);
            }
        }
        Event::Resize(columns, rows) => state.size = (columns, rows),
        Event::Resumed => {
            effects.push(Effect::Repaint);
            refresh(state, &mut effects);
        }
        Event::Edited(end) => {
            state.last_input = at;
            editing::on_edited(state, end, &mut effects);
        }
        Event::FileChanged => refresh(state, &mut effects),
        Event::LockRequested(reason) => {
            let reason = match reason {
                LockReason::HangUp => "locked: the terminal went away",
                LockReason::Suspend => "locked before the suspend",
                LockReason::Slept => "locked: the machine slept",
            };
            lock::lock(state, reason, &mut effects);
        }
        Event::Reply(reply) => {
            state.last_command.end(&reply);
            replies::on_reply(state, reply, &mut effects);
        }
    }
    state.last_command.begin(&effects);
    let size = state.size;
    if let Some(browse) = state.browse_mut() {
        browse.now = wall;
        browse.keep_in_view(size);
    }
    modals::keep_diff_in_view(state);
    effects
}

/// What ends by itself: a toast, a revealed value, the content of the clipboard.
fn pass_time(state: &mut State, effects: &mut Vec<Effect>) {
    let now = state.now;
    if state.toast.as_ref().and_then(|toast| toast.until).is_some_and(|until| until <= now) {
        state.toast = None;
    }
    if let Some(under_way) = &mut state.under_way {
        under_way.progress = under_way.watched.progress();
    }
    if state.clipboard_until.is_some_and(|until| until <= now) {
        state.clipboard_until = None;
        effects.push(Effect::Work(Work::ClearClipboard));
    }
    if let Some(browse) = state.browse_mut()
        && browse.revealed.as_ref().is_some_and(|revealed| revealed.until <= now)
    {
        browse.hide();
    }
    modals::hide_diff_in_time(state);
}

fn refresh(state: &State, effects: &mut Vec<Effect>) {
    if state.browse().is_some() {
        effects.push(Effect::Work(Work::Refresh));
    }
}

fn on_key(state: &mut State, event: &KeyEvent, keymap: &Keymap, effects: &mut Vec<Effect>) {
    // Errors and notes have been read by whoever presses the next key; what was done may stay a while.
    if state.toast.as_ref().is_some_and(|toast| toast.tone != Tone::Done) {
        state.toast = None;
    }
    let key = Key::of(event);
    let alive = contexts(state);
    match keymap.action(alive, &key) {
        Some(action) => act(state, action, keymap, effects),
        None => {
            if context::is_typing(state)
                && let Some(character) = key.typed()
            {
                type_character(state, character, effects);
            }
        }
    }
}

pub(super) fn act(state: &mut State, action: Action, keymap: &Keymap, effects: &mut Vec<Effect>) {
    match action {
        Action::Quit => return quit(state, effects),
        Action::Lock => {
            lock::lock(state, "locked", effects);
            effects.push(Effect::Repaint);
            return;
        }
        Action::Suspend => {
            lock::lock(state, "locked before the suspend", effects);
            effects.push(Effect::Suspend);
            return;
        }
        Action::OtherVault if context::is_available(state, action) => {
            return modals::OtherVault::open(state, effects);
        }
        Action::ToggleMouse => return mouse::toggle(state, effects),
        Action::Help if !matches!(state.modals.last(), Some(Modal::Help(_))) => {
            state.modals.push(Modal::Help(Box::new(Help::at_top())));
            return;
        }
        Action::Palette => return Palette::open(state, keymap),
        _ => {}
    }
    if let Some(edit) = edit_of(action)
        && context::is_typing(state)
    {
        return self::edit(state, edit, effects);
    }
    match state.modals.last() {
        Some(Modal::PutForm(_)) => put_form::act(state, action, effects),
        Some(Modal::Generator(_)) => modals::Generator::act(state, action, effects),
        Some(Modal::CopyChooser(_)) => modals::CopyChooser::act(state, action, effects),
        Some(Modal::WriteFile(_)) => modals::WriteFile::act(state, action, effects),
        Some(Modal::Plan(_)) => modals::act_on_plan(state, action, effects),
        Some(Modal::TakeBack(_)) => modals::TakeBackPane::act(state, action, effects),
        Some(Modal::SecretForm(_)) => modals::SecretForm::act(state, action, effects),
        Some(Modal::OtherVault(_)) => modals::OtherVault::act(state, action, effects),
        Some(Modal::History(_)) => modals::History::act(state, action, effects),
        Some(Modal::Which(_)) => modals::Which::act(state, action, effects),
        Some(Modal::Room(_)) => modals::rooms::act(state, action, effects),
        Some(Modal::Diff(_)) => modals::Diff::act(state, action, effects),
        Some(Modal::Labels(_)) => modals::act_on_labels(state, action, effects),
        Some(Modal::Palette(_)) => {
            if let Some(command) = Palette::act(state, action, keymap) {
                carry_out(state, command, keymap, effects);
            }
        }
        Some(Modal::Discard(_)) => Discard::act(state, action, effects),
        Some(Modal::Help(_)) => Help::act(state, action, keymap),
        None => act_on_screen(state, action, effects),
    }
}

/// Does what was asked for by name.
fn carry_out(state: &mut State, command: Command, keymap: &Keymap, effects: &mut Vec<Effect>) {
    match command {
        Command::Run(action) => act(state, action, keymap, effects),
        Command::Import { .. } if state.browse().is_none() => {
            state.say(Tone::Note, "an import needs an open vault");
        }
        Command::Import { source, file } => {
            modals::open_import(state, Some(file.into()), source, effects);
        }
    }
}

fn act_on_screen(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    if action == Action::Back {
        return quit(state, effects);
    }
    match &state.screen {
        Screen::Starting => {}
        Screen::Failed(_) => {
            if action == Action::Enter && !state.is_busy() {
                effects.append(&mut state.start());
            }
        }
        Screen::FirstRun(_) => first_run::act(state, action, effects),
        Screen::Unlock(_) => unlock::act(state, action, effects),
        Screen::Browse(_) => browse::act(state, action, effects),
    }
}

/// Leaves, unless something that was typed would be lost: then it asks.
fn quit(state: &mut State, effects: &mut Vec<Effect>) {
    let is_dirty = state.modals.iter().any(|modal| match modal {
        Modal::PutForm(form) => form.is_dirty(),
        Modal::SecretForm(form) => form.is_dirty(),
        Modal::Room(room) => room.is_dirty(),
        _ => false,
    });
    let asks_already = state.modals.iter().any(|modal| matches!(modal, Modal::Discard(_)));
    if is_dirty && !asks_already {
        state.modals.push(Modal::Discard(Discard::new(Afterwards::Quit)));
    } else if !is_dirty && may_leave(state) {
        lock::leave(state, effects);
    }
}

/// Leaving while long work is under way is wished twice: what can be stopped is stopped then, the rest is waited
/// for.
fn may_leave(state: &mut State) -> bool {
    let Some(under_way) = &mut state.under_way else {
        return true;
    };
    let (can_be_stopped, doing) = (under_way.kind.can_be_stopped(), under_way.kind.doing());
    if std::mem::replace(&mut under_way.leaving, true) {
        if can_be_stopped {
            under_way.watched.stop();
        }
        return true;
    }
    let end = if can_be_stopped { "stops it and leaves" } else { "leaves when it is done" };
    state.say(Tone::Failed, format!("{doing} is under way: once more {end}"));
    false
}

const fn edit_of(action: Action) -> Option<Edit> {
    Some(match action {
        Action::CursorLeft => Edit::Left,
        Action::CursorRight => Edit::Right,
        Action::CursorWordLeft => Edit::WordLeft,
        Action::CursorWordRight => Edit::WordRight,
        Action::CursorUp => Edit::LineUp,
        Action::CursorDown => Edit::LineDown,
        Action::LineStart => Edit::LineStart,
        Action::LineEnd => Edit::LineEnd,
        Action::DeleteBackward => Edit::Backspace,
        Action::DeleteForward => Edit::Delete,
        Action::DeleteWord => Edit::DeleteWord,
        Action::DeleteToStart => Edit::DeleteToStart,
        Action::DeleteToEnd => Edit::DeleteToEnd,
        _ => return None,
    })
}

fn edit(state: &mut State, edit: Edit, effects: &mut Vec<Effect>) {
    if matches!(state.modals.last(), Some(Modal::PutForm(_))) {
        return put_form::edit(state, edit, effects);
    }
    if let Some(text) = focused_text(state) {
        let before = text.len();
        text.edit(edit);
        if text.len() != before {
            on_text(state, effects);
        }
    }
}

fn type_character(state: &mut State, character: char, effects: &mut Vec<Effect>) {
    if matches!(state.modals.last(), Some(Modal::PutForm(_))) {
        return put_form::type_character(state, character, effects);
    }
    if let Some(text) = focused_text(state)
        && text.insert_character(character)
    {
        on_text(state, effects);
    }
}

/// The field outside the put form that takes what is typed; none while the worker derives a key.
fn focused_text(state: &mut State) -> Option<&mut super::widgets::EditBuffer> {
    if state.waiting.is_some() {
        return None;
    }
    if let Some(Modal::Labels(_)) = state.modals.last() {
        return modals::name_label(state);
    }
    if !state.modals.is_empty() {
        return match state.modals.last_mut() {
            Some(Modal::Help(help)) => Some(help.search_mut()),
            Some(Modal::SecretForm(form)) => Some(form.focused_mut()),
            Some(Modal::Generator(pane)) => pane.focused_mut(),
            Some(Modal::WriteFile(form)) => Some(form.path_mut()),
            Some(Modal::Palette(palette)) => Some(palette.query_mut()),
            Some(Modal::Which(which)) => Some(which.value_mut()),
            Some(Modal::Room(room)) => room.focused_mut(),
            Some(Modal::OtherVault(question)) => Some(question.focused_mut()),
            _ => None,
        };
    }
    match &mut state.screen {
        Screen::FirstRun(first_run) => first_run.focused_mut(),
        Screen::Unlock(unlock) => Some(&mut unlock.password),
        Screen::Browse(browse) if browse.is_filtering() => Some(&mut browse.filter),
        Screen::Browse(_) | Screen::Starting | Screen::Failed(_) => None,
    }
}

fn on_text(state: &mut State, effects: &mut Vec<Effect>) {
    match state.modals.last_mut() {
        Some(Modal::Labels(_)) => return modals::plan_label(state, effects),
        Some(Modal::SecretForm(_)) => return modals::plan_facts(state, effects),
        Some(Modal::Room(_)) => return modals::rooms::on_text(state),
        Some(Modal::Generator(_)) => return modals::draw_anew(state, effects),
        Some(Modal::WriteFile(form)) => return form.on_text(),
        Some(Modal::Palette(palette)) => return palette.search(),
        Some(Modal::Which(which)) => return which.on_text(),
        Some(Modal::OtherVault(_)) => return modals::OtherVault::look_around(state, effects),
        Some(_) => return,
        None => {}
    }
    match &mut state.screen {
        Screen::FirstRun(first_run) => first_run.on_text(),
        Screen::Browse(_) => browse::on_filter_text(state, effects),
        Screen::Unlock(_) | Screen::Starting | Screen::Failed(_) => {}
    }
}

/// A paste goes into a text field or nowhere; it never submits.
fn on_paste(state: &mut State, pasted: SecretBytes, effects: &mut Vec<Effect>) {
    let pasted = match paste::prepare(pasted) {
        Ok(pasted) => pasted,
        Err(refused) => return refuse_paste(state, refused.sentence()),
    };
    if matches!(state.modals.last(), Some(Modal::PutForm(_))) {
        return put_form::paste(state, &pasted, effects);
    }
    let is_typing = context::is_typing(state);
    let text = pasted.expose_text().unwrap_or_default();
    match focused_text(state) {
        Some(field) if is_typing => {
            if field.insert(text) {
                on_text(state, effects);
            } else {
                refuse_paste(state, paste::PasteRefused::ManyLines.sentence());
            }
        }
        _ => state.say(Tone::Note, "a paste goes into a text field: nothing was pasted"),
    }
}

fn refuse_paste(state: &mut State, sentence: &str) {
    match &mut state.screen {
        Screen::FirstRun(first_run) => first_run.remark(Role::Warning, sentence),
        Screen::Unlock(unlock) => unlock.remark(Role::Warning, sentence),
        Screen::Browse(_) | Screen::Starting | Screen::Failed(_) => state.say(Tone::Failed, sentence),
    }
}
