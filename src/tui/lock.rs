//! The lock: what is on the screen is wiped, what was typed is sealed, and both come back with the password.

use super::effect::{Effect, Work};
use super::place::{PlaceReader, PlaceWriter};
use super::screens::browse::{Browse, Layout, Pane};
use super::screens::put_form;
use super::screens::unlock::Unlock;
use super::session::{Opened, Place};
use super::state::{Modal, PLACE_LOST, Screen, State, Tone, no_place};
use super::theme::Role;
use crate::domain::SecretName;
use crate::memory::SecretBytes;
use crate::vault::{SecretDetails, VaultError};

/// The reason of the idle lock.
pub const IDLE: &str = "locked: nobody was there";

/// Locks at once, whatever is open. The worker wipes the keys after the work that it has begun.
pub fn lock(state: &mut State, reason: &str, effects: &mut Vec<Effect>) {
    if state.browse().is_none() {
        if let Screen::Unlock(unlock) = &mut state.screen {
            unlock.password.clear();
        }
        return;
    }
    let place = place(state).unwrap_or_else(no_place);
    // Dropping the screen and what lies over it wipes list, details, values and fields.
    state.screen = Screen::Unlock(Box::new(Unlock::after_lock(reason)));
    state.modals.clear();
    state.returning = None;
    state.was_stored = false;
    state.toast = None;
    state.waiting = None;
    // What leaves nothing behind is stopped; the worker finishes the rest before it wipes the keys.
    if let Some(under_way) = state.under_way.take() {
        under_way.watched.stop();
        if !under_way.kind.can_be_stopped()
            && let Screen::Unlock(unlock) = &mut state.screen
        {
            unlock.remark(Role::Muted, &format!("{reason}; {} goes on to its end", under_way.kind.doing()));
        }
    }
    effects.push(Effect::Work(Work::Lock { place }));
}

/// Where the app stands: selection, filter, pane, and a form in which something was typed.
fn place(state: &State) -> Option<SecretBytes> {
    let browse = state.browse()?;
    let mut writer = PlaceWriter::new();
    writer.field(browse.selected.as_ref().map_or("", SecretName::as_str).as_bytes());
    writer.field(browse.filter.text().as_bytes());
    writer.field(match browse.pane {
        Pane::Secrets => b"1",
        Pane::Versions => b"2",
        Pane::Value => b"3",
    });
    let form = state.modals.iter().find_map(|modal| match modal {
        Modal::PutForm(form) if form.is_dirty() => Some(form),
        _ => None,
    });
    if let Some(form) = form {
        put_form::save(form, &mut writer);
    }
    Some(writer.finish())
}

/// The vault is open: the list is shown, and the app stands where it stood.
pub fn opened(state: &mut State, opened: Opened, effects: &mut Vec<Effect>) {
    let mut browse = Browse::new(opened.catalogue, state.wall);
    browse.start(effects);
    if state.settings.layout != Layout::Tree {
        browse.lay_out(state.settings.layout, effects);
    }
    state.screen = Screen::Browse(Box::new(browse));
    state.waiting = None;
    state.last_input = state.now;
    if !opened.notices.is_empty() {
        state.say(Tone::Failed, opened.notices.join("; "));
    }
    match opened.place {
        Place::None => {}
        Place::Lost => state.say(Tone::Failed, PLACE_LOST),
        Place::Restored(place) => {
            // What cannot be read is let go: it was written by this very run.
            let _ = restore(state, &place, effects);
        }
    }
}

fn restore(state: &mut State, place: &SecretBytes, effects: &mut Vec<Effect>) -> Option<()> {
    let mut reader = PlaceReader::new(place.expose());
    let selected = reader.text()?;
    let filter = reader.text()?;
    let pane = match reader.text()? {
        "2" => Pane::Versions,
        "3" => Pane::Value,
        _ => Pane::Secrets,
    };
    let browse = state.browse_mut()?;
    if !filter.is_empty() {
        browse.restore_filter(filter, effects);
    }
    if let Ok(name) = SecretName::new(selected) {
        browse.go_to_secret(&name, effects);
    }
    browse.pane = pane;
    let (secret, form) = put_form::restore(&mut reader)?;
    if std::mem::take(&mut state.was_stored) {
        return None;
    }
    match secret {
        None => show_again(state, form, effects),
        Some(name) => {
            let browse = state.browse_mut()?;
            browse.go_to_secret(&name, effects);
            if browse.selected.as_ref() != Some(&name) {
                effects.push(Effect::Work(Work::Describe(name.clone())));
            }
            state.returning = Some((name, form));
        }
    }
    Some(())
}

/// The details of a secret are there: a form for it that waits comes back. Where the secret is gone, what was
/// typed comes back as a new secret of that name.
pub fn details_known(
    state: &mut State,
    name: &SecretName,
    details: Result<&SecretDetails, &VaultError>,
    effects: &mut Vec<Effect>,
) {
    if let Some((name, mut form)) = state.returning.take_if(|(waited_for, _)| waited_for == name) {
        match details {
            Ok(details) => form.for_secret(details),
            Err(_) => form.name.set(name.as_str()),
        }
        show_again(state, form, effects);
    }
}

fn show_again(state: &mut State, form: Box<put_form::PutForm>, effects: &mut Vec<Effect>) {
    state.modals.push(Modal::PutForm(form));
    put_form::plan_anew(state, effects);
    state.say(Tone::Note, "the form that was open is back as you typed it");
}
