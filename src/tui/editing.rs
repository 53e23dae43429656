//! The user's editor on a value: from the put form, or on the selected version; the vault may lock meanwhile.

use super::app::{App, Tone};
use super::ask::{Edited, Editing, Effect};
use super::event::EditorEnd;
use crate::domain::{SecretName, SecretValue, ValueType, VersionId};
use crate::memory::SecretBytes;

/// Opens the editor, unless it is open.
pub fn open(app: &mut App, secret: Edited, text: SecretBytes) {
    if app.editing.is_none() {
        app.editing = Some(secret);
        app.asks.push(Effect::Edit(Editing::of(text)));
    }
}

/// The value of a version came, for the editor.
pub fn on_value(app: &mut App, name: SecretName, version: &VersionId, value: SecretValue) {
    if value.value_type() == ValueType::Binary {
        app.say(Tone::Note, format!("{version} is binary and not for an editor: w writes it to a file"));
    } else {
        open(app, Edited { secret: Some(name), version: Some(version.clone()) }, value.into_bytes());
    }
}

/// The editor has ended: what it saved waits in the app for a form.
pub fn on_edited(app: &mut App, end: EditorEnd) {
    let Some(secret) = app.editing.take() else {
        return;
    };
    match end {
        EditorEnd::Failed(sentence) => app.say(Tone::Failed, sentence),
        EditorEnd::Unchanged => app.say(Tone::Note, "nothing was changed in the editor"),
        EditorEnd::Saved { text, remark } => {
            app.edited = Some((secret, text));
            match remark {
                _ if app.browse().is_none() => {
                    app.say(Tone::Note, "what you edited comes back after the unlock");
                }
                Some(remark) => app.say(Tone::Note, remark),
                None => {}
            }
        }
    }
}
