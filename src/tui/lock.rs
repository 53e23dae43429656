//! The lock: what is on the screen is wiped, what was typed is sealed, and both come back with the password.

use std::time::Duration;

use super::app::{App, Returning, Tone};
use super::ask::{Effect, Pending, Work};
use super::browse::{Browse, Layout};
use super::place::{PlaceReader, PlaceWriter, Reopen};
use super::session::{Opened, Place};
use crate::app_options::Ownership;
use crate::domain::SecretName;
use crate::memory::SecretBytes;
use crate::vault::wording;

/// The reason of the idle lock.
pub fn idle(after: Duration) -> String {
    let seconds = after.as_secs();
    let time = if seconds.is_multiple_of(60) {
        wording::count(seconds / 60, "minute")
    } else {
        wording::count(seconds, "second")
    };
    format!("Locked after {time} idle")
}

/// The sentence for a failure to bring back what was typed before a lock.
const PLACE_LOST: &str = "your unsaved form can't be restored: the vault was replaced, or got another key";

/// Locks at once, whatever is open; `form` is what was typed. The worker wipes the keys after the work that it has
/// begun. What is to be said of the lock is answered.
pub fn lock(app: &mut App, reason: &str, form: Option<&Reopen>) -> String {
    let place = place(app, form);
    // Dropping the browse screen wipes list, details and values.
    app.browse = None;
    app.last_command.wipe();
    app.returning = None;
    app.storing = app.busy.take().map(|busy| busy.ticket);
    app.was_stored = false;
    app.toast = None;
    let mut said = reason.to_owned();
    // What leaves nothing behind is stopped; the worker finishes the rest before it wipes the keys.
    if let Some(under_way) = app.under_way.take() {
        under_way.watched.stop();
        app.late_job = Some((under_way.ticket, under_way.kind));
        if !under_way.kind.can_be_stopped() {
            said = format!("{reason}; {} continues to its end", under_way.kind.doing());
        }
    }
    if std::mem::take(&mut app.opened_by_agent) {
        said.push_str(". The agent still keeps the key for scripts: `etui lock` ends it");
    }
    app.asks.work(Work::Lock { place });
    said
}

/// Where the app stands in the list, which is kept beyond this run too, and a form in which something was typed.
fn place(app: &App, form: Option<&Reopen>) -> SecretBytes {
    let Some(browse) = app.browse() else {
        return SecretBytes::new();
    };
    let mut writer = PlaceWriter::new();
    writer.field(browse.stand(app.settings.layout).expose());
    if let Some(form) = form {
        form.save(&mut writer);
    }
    writer.finish()
}

/// Leaves the app; where it stood in the list is kept for the next run.
pub fn leave(app: &mut App) {
    keep_place(app);
    app.asks.push(Effect::Quit);
}

/// Keeps where the app stands in the list for the next run.
pub fn keep_place(app: &mut App) {
    if let Some(browse) = app.browse() {
        let stand = browse.stand(app.settings.layout);
        app.asks.work(Work::KeepPlace { stand });
    }
}

/// The first words of the demo.
const LEGEND: &str = "● ACSCurrent is what programs read, ○ ACSPrevious the one before it, ◆ a label of your own · \
                      ? lists the keys";

/// The vault is open: the list is shown, and the app stands where it stood. A form that was typed in comes back as
/// soon as its secret is known.
pub fn opened(app: &mut App, opened: Opened) {
    let mut browse = Browse::new(opened.catalogue, app.wall);
    browse.start(&mut app.asks);
    if app.settings.layout != Layout::Tree {
        browse.lay_out(app.settings.layout, &mut app.asks);
    }
    app.browse = Some(Box::new(browse));
    app.last_input = app.now;
    app.opened_by_agent = opened.by_agent;
    app.format = Some(opened.format);
    app.offers_merge = opened.conflict_files.iter().any(|file| !app.conflict_files.contains(file));
    app.conflict_files = opened.conflict_files;
    if opened.by_agent {
        app.say(Tone::Note, "unlocked by the agent");
    }
    if !opened.notices.is_empty() {
        app.say(Tone::Failed, opened.notices.join("; "));
    }
    match opened.place {
        Place::None => {
            if let Ownership::Demo { first, .. } = app.ownership
                && let Ok(first) = SecretName::new(first)
                && let Some((browse, asks)) = app.browsing()
            {
                browse.go_to_secret(&first, asks);
                app.say(Tone::Note, LEGEND);
            }
        }
        Place::Lost => app.say(Tone::Failed, PLACE_LOST),
        Place::Restored(place) => {
            // What cannot be read is let go: it was written by this very run.
            let _ = restore(app, &place);
        }
        Place::Kept(stand) => {
            // What makes no sense is replaced by the next one.
            let _ = return_to(app, stand.expose());
            if let Some((browse, _)) = app.browsing() {
                browse.begin();
            }
        }
    }
}

fn restore(app: &mut App, place: &SecretBytes) -> Option<()> {
    let mut reader = PlaceReader::new(place.expose());
    // What makes no sense is replaced by the next one.
    let _ = return_to(app, reader.field()?);
    let form = Reopen::read(&mut reader)?;
    if std::mem::take(&mut app.was_stored) {
        return None;
    }
    let mut details = Pending::default();
    if let Some(name) = form.secret.clone() {
        let (browse, asks) = app.browsing()?;
        browse.go_to_secret(&name, asks);
        details.ask(asks, Work::Describe(name));
    }
    app.returning = Some(Returning { form, details });
    Some(())
}

fn return_to(app: &mut App, stand: &[u8]) -> Option<()> {
    let wished = app.settings.layout;
    let (browse, asks) = app.browsing()?;
    browse.return_to(stand, wished, asks)
}
