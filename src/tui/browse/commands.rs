//! What can be done with the selected secret or version without a dialog, and when anything can be.

use super::{Browse, Pane};
use crate::domain::{SecretName, StageLabel, VersionId};
use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::ask::Work;
use crate::tui::layout::is_wide;
use crate::vault::SecretDetails;
use crate::versioning::VersionState;

pub const NOTHING_SELECTED: &str = "no secret is selected";

/// The details of the selected secret, if anything may be done to it; else the toast says why not.
pub fn changeable(app: &mut App) -> Option<&SecretDetails> {
    let refusal = match app.known() {
        None => Some(NOTHING_SELECTED),
        Some(details) if details.secret.planned_deletion.is_some() => {
            Some("this secret is scheduled for deletion: U restores it first")
        }
        Some(_) => None,
    };
    match refusal {
        Some(text) => {
            app.say(Tone::Note, text);
            None
        }
        None => app.known(),
    }
}

/// The selected secret and version, if its value may be read.
pub fn readable(app: &mut App) -> Option<(SecretName, VersionId)> {
    let name = changeable(app)?.secret.name.clone();
    let version = app.browse()?.selected_version()?.id.clone();
    Some((name, version))
}

const ONE_VERSION: &str = "there is only one version, and nothing to compare it with: p puts a second one";

/// The details of the selected secret, if it has versions to compare.
pub fn comparable(app: &mut App) -> Option<&SecretDetails> {
    let count = changeable(app)?.secret.versions.len();
    if count < 2 {
        app.say(Tone::Note, ONE_VERSION);
        return None;
    }
    app.known()
}

pub(super) fn reveal(app: &mut App) {
    if let Some((browse, _)) = app.browsing()
        && browse.revealed.is_some()
    {
        return browse.hide();
    }
    if let Some((name, version_id)) = readable(app) {
        let field = app.browse().and_then(Browse::selected_field).map(str::to_owned);
        app.asks.work(Work::Reveal { name, version_id, field });
        // With one pane at a time the value would be revealed out of sight.
        if !is_wide(app.size)
            && let Some((browse, _)) = app.browsing()
        {
            browse.pane = Pane::Value;
        }
    }
}

pub(super) fn copy(app: &mut App, action: Action) {
    if let Some((name, version_id)) = readable(app) {
        let field = app.browse().and_then(Browse::selected_field).map(str::to_owned);
        app.asks.work(match (action, field) {
            (Action::CopyReference, _) => Work::CopyReference { name, version_id },
            (_, Some(field)) => Work::CopyPart { name, version_id, field: Some(field) },
            (_, None) => Work::CopyValue { name, version_id },
        });
    }
}

pub(super) fn edit(app: &mut App) {
    if let Some((name, version_id)) = readable(app) {
        app.asks.work(Work::EditValue { name, version_id });
    }
}

pub(super) fn copy_as_command(app: &mut App) {
    if let Some(command) = app.last_command.line() {
        let (line, reads) = (command.duplicate(), command.reads());
        app.asks.work(Work::CopyCommand { line, reads });
    }
}

pub(super) fn mark(app: &mut App) {
    if comparable(app).is_none() {
        return;
    }
    let marked = app.browsing().and_then(|(browse, _)| browse.mark());
    app.say(
        Tone::Note,
        match marked {
            Some(id) => format!("{id} is marked: d compares it with the selected version"),
            None => "mark removed".to_owned(),
        },
    );
}

/// Why an action can do nothing now, while no dialog is open.
pub fn obstacle(action: Action, app: &App) -> Option<&'static str> {
    let browse = app.browse()?;
    let known = browse.known();
    let is_scheduled = known.is_some_and(|details| details.secret.planned_deletion.is_some());
    let of_known = |what: bool, why| if what { None } else { Some(why) };
    let no_secret = if browse.catalogue.is_empty() {
        Some("the vault is empty")
    } else if known.is_none() {
        Some(NOTHING_SELECTED)
    } else {
        None
    };
    let not_changeable = no_secret.or(is_scheduled.then_some("this secret is scheduled for deletion"));
    let many = browse.acts_on_many();
    match action {
        Action::Rename | Action::Metadata | Action::StageLabels | Action::DeleteSecret if many => None,
        Action::RestoreSecret if many => {
            of_known(browse.restores_many(), "none of them is scheduled for deletion")
        }
        Action::MarkSecret => browse.catalogue.is_empty().then_some("the vault is empty"),
        Action::PutValue
        | Action::CopyValue
        | Action::CopyReference
        | Action::WriteFile
        | Action::EditValue
        | Action::Reveal
        | Action::StageLabels
        | Action::Rename
        | Action::Duplicate
        | Action::Metadata
        | Action::DeleteSecret => not_changeable,
        Action::OneTimeCode => not_changeable.or_else(|| {
            let makes_codes = browse.outline().is_some_and(|outline| outline.makes_codes);
            of_known(makes_codes, "its value names no one-time code; T tries it anyway")
        }),
        Action::MakeCurrent => not_changeable.or_else(|| {
            known?;
            version_to_make_current(browse).is_none().then_some("it is the current one")
        }),
        Action::RollBack => not_changeable
            .or_else(|| of_known(known?.secret.labels.previous().is_some(), "there is no previous version")),
        Action::RestoreSecret | Action::Purge => {
            no_secret.or_else(|| of_known(is_scheduled, "not scheduled for deletion"))
        }
        Action::ForceDelete => no_secret,
        Action::Escape => {
            let is_home = browse.pane == Pane::Secrets && browse.marks.is_empty() && browse.query.is_empty();
            is_home.then_some("there is nothing to go back from")
        }
        Action::StopWork => app.obstacle_to_stopping(),
        Action::Mark | Action::Diff => {
            not_changeable.or_else(|| of_known(known?.secret.versions.len() > 1, "there is only one version"))
        }
        Action::CopyAsCommand => {
            of_known(app.last_command.line().is_some(), "nothing was changed since the unlock")
        }
        Action::Filter
        | Action::TreeOrFlat
        | Action::ShowDeleted
        | Action::Undo
        | Action::History
        | Action::Which => browse.catalogue.is_empty().then_some("the vault is empty"),
        _ => None,
    }
}

/// The version that is made current: the selected one. Where that is current already, the newest one after it that a
/// label of the user marks: a canary is promoted from the list.
pub fn version_to_make_current(browse: &Browse) -> Option<VersionId> {
    let secret = &browse.known()?.secret;
    let selected = browse.selected_version()?;
    let is_current =
        |version: &VersionState| secret.labels.current().is_some_and(|current| current.key == version.key);
    if !is_current(selected) {
        return Some(selected.id.clone());
    }
    let is_own = |label: &StageLabel| !label.is_current() && !label.is_previous();
    let newer = browse.versions().take_while(|version| !is_current(version));
    let mut marked = newer.filter(|version| secret.labels.of(version.key).iter().any(is_own));
    marked.next().map(|version| version.id.clone())
}
