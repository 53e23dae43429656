//! The user's editor on a value: from the put form, or on the selected version; the vault may lock meanwhile.

use super::draft::Draft;
use super::effect::{Effect, Work};
use super::event::EditorEnd;
use super::screens::put_form::{self, FileRead, PutForm, Source, Suggestion};
use super::state::{Modal, State, Tone};
use crate::domain::SecretValue;
use crate::domain::{SecretName, ValueType, VersionId};
use crate::memory::SecretBytes;
use crate::vault::VaultError;

/// A text for the editor.
pub struct Editing {
    /// The text.
    pub text: SecretBytes,
    /// Lets the editor know what it is: `json`, `txt`.
    pub extension: &'static str,
}

impl Editing {
    fn of(text: SecretBytes) -> Self {
        let is_json = text.expose().trim_ascii_start().first() == Some(&b'{');
        Self { text, extension: if is_json { "json" } else { "txt" } }
    }
}

/// Whose value is in the editor; `None`: that of a new secret.
pub type Edited = Option<SecretName>;

/// Opens the editor on the value in the put form.
pub fn open_on_form(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(form) = form(state) else {
        return;
    };
    let text = match (form.source, &form.file.read) {
        (Source::Text | Source::Binary, _) => Ok(form.value.duplicate()),
        (Source::File, FileRead::Known(content)) if content.why_binary.is_none() => {
            Ok(content.value.duplicate().into_bytes())
        }
        (Source::File, FileRead::Known(_)) => Err("this file is binary and not for an editor"),
        (Source::File, _) => Err("name a file first: there is nothing to edit yet"),
    };
    let secret = form.secret().map(|secret| secret.name.clone());
    match text {
        Ok(text) => open(state, secret, text, effects),
        Err(sentence) => state.say(Tone::Note, sentence),
    }
}

/// The value of a version came, for the editor.
pub fn on_value(
    state: &mut State,
    name: SecretName,
    version: &VersionId,
    result: Result<SecretValue, VaultError>,
    effects: &mut Vec<Effect>,
) {
    match result {
        Err(error) => state.say_failed(&error),
        Ok(value) if value.value_type() == ValueType::Binary => {
            state
                .say(Tone::Note, format!("{version} is binary and not for an editor: w writes it to a file"));
        }
        // A form that was opened meanwhile is not written over.
        Ok(value) if state.modals.is_empty() => open(state, Some(name), value.into_bytes(), effects),
        Ok(_) => {}
    }
}

fn open(state: &mut State, secret: Edited, text: SecretBytes, effects: &mut Vec<Effect>) {
    if state.editing.is_none() {
        state.editing = Some(secret);
        effects.push(Effect::Edit(Editing::of(text)));
    }
}

/// The editor has ended.
pub fn on_edited(state: &mut State, end: EditorEnd, effects: &mut Vec<Effect>) {
    let Some(secret) = state.editing.take() else {
        return;
    };
    match end {
        EditorEnd::Failed(sentence) => state.say(Tone::Failed, sentence),
        EditorEnd::Unchanged => state.say(Tone::Note, "nothing was changed in the editor"),
        EditorEnd::Saved { text, remark } => {
            if state.browse().is_some() {
                fill(state, secret, &text, effects);
                if let Some(remark) = remark {
                    state.say(Tone::Note, remark);
                }
            } else {
                state.edited = Some((secret, text));
                state.say(Tone::Note, "what you edited comes back after the unlock");
            }
        }
    }
}

/// What was saved while the vault was locked fills the form that is about to come back, or a new one.
pub fn after_unlock(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some((secret, text)) = state.edited.take() {
        fill(state, secret, &text, effects);
    }
}

fn fill(state: &mut State, secret: Edited, text: &SecretBytes, effects: &mut Vec<Effect>) {
    if let Some((_, Draft::Put(form))) = &mut state.returning {
        return form.take_text(text);
    }
    let suggestion = state.settings.suggestion;
    if form(state).is_none() {
        match secret {
            None => show(state, PutForm::new_secret("", suggestion)),
            Some(name) => match state.browse().and_then(|browse| browse.known()) {
                Some(details) if details.secret.name == name => {
                    let form = PutForm::put(details, suggestion);
                    show(state, form);
                }
                _ => {
                    let mut form = PutForm::new_secret("", Suggestion::Made);
                    form.take_text(text);
                    effects.push(Effect::Work(Work::Describe(name.clone())));
                    state.returning = Some((name, Draft::Put(Box::new(form))));
                    return;
                }
            },
        }
    }
    if let Some(form) = form(state) {
        form.take_text(text);
        put_form::plan_anew(state, effects);
    }
}

fn show(state: &mut State, form: PutForm) {
    state.modals.push(Modal::PutForm(Box::new(form)));
}

fn form(state: &mut State) -> Option<&mut PutForm> {
    state.modals.iter_mut().find_map(|modal| match modal {
        Modal::PutForm(form) if !form.is_stored => Some(&mut **form),
        _ => None,
    })
}
