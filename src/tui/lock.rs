//! The lock: what is on the screen is wiped, what was typed is sealed, and both come back with the password.

use super::draft::Draft;
use super::editing;
use super::effect::{Effect, Work};
use super::place::{PlaceReader, PlaceWriter};
use super::screens::browse::{Browse, Layout};
use super::screens::unlock::Unlock;
use super::session::{Opened, Place};
use super::state::{PLACE_LOST, Screen, State, Tone, no_place};
use super::theme::Role;
use crate::app_options::Ownership;
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
    state.last_command.wipe();
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

/// Where the app stands in the list, which is kept beyond this run too, and a form in which something was typed.
fn place(state: &State) -> Option<SecretBytes> {
    let mut writer = PlaceWriter::new();
    writer.field(state.browse()?.stand(state.settings.layout).expose());
    Draft::save(&state.modals, &mut writer);
    Some(writer.finish())
}

/// Leaves the app; where it stood in the list is kept for the next run.
pub fn leave(state: &State, effects: &mut Vec<Effect>) {
    if let Some(browse) = state.browse() {
        effects.push(Effect::Work(Work::KeepPlace { stand: browse.stand(state.settings.layout) }));
    }
    effects.push(Effect::Quit);
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
        Place::None => {
            if let (Ownership::Demo { first, .. }, Some(browse)) = (state.ownership, state.browse_mut())
                && let Ok(first) = SecretName::new(first)
            {
                browse.go_to_secret(&first, effects);
            }
        }
        Place::Lost => state.say(Tone::Failed, PLACE_LOST),
        Place::Restored(place) => {
            // What cannot be read is let go: it was written by this very run.
            let _ = restore(state, &place, effects);
        }
        Place::Kept(stand) => {
            // What makes no sense is replaced by the next one.
            let _ = return_to(state, stand.expose(), effects);
        }
    }
    editing::after_unlock(state, effects);
}

fn restore(state: &mut State, place: &SecretBytes, effects: &mut Vec<Effect>) -> Option<()> {
    let mut reader = PlaceReader::new(place.expose());
    return_to(state, reader.field()?, effects);
    let (secret, draft) = Draft::restore(&mut reader)?;
    if std::mem::take(&mut state.was_stored) {
        return None;
    }
    match (secret, draft) {
        (None, Draft::Put(form)) => Draft::show_put(form, state, effects),
        (None, Draft::Facts(_) | Draft::Label(_)) => {}
        (Some(name), draft) => {
            let browse = state.browse_mut()?;
            browse.go_to_secret(&name, effects);
            if browse.selected.as_ref() != Some(&name) {
                effects.push(Effect::Work(Work::Describe(name.clone())));
            }
            state.returning = Some((name, draft));
        }
    }
    Some(())
}

fn return_to(state: &mut State, stand: &[u8], effects: &mut Vec<Effect>) -> Option<()> {
    let wished = state.settings.layout;
    state.browse_mut()?.return_to(stand, wished, effects)
}

/// The details of a secret are there: a form for it that waits comes back.
pub fn details_known(
    state: &mut State,
    name: &SecretName,
    details: Result<&SecretDetails, &VaultError>,
    effects: &mut Vec<Effect>,
) {
    if let Some((name, draft)) = state.returning.take_if(|(waited_for, _)| waited_for == name) {
        draft.show(state, &name, details, effects);
    }
}
