//! What was typed in a form, on its way through a lock: written into the sealed place, read back after the
//! unlock, and shown again once the details of its secret are known.

use super::effect::Effect;
use super::modals::{self, FactsDraft, LabelDraft};
use super::place::{PlaceReader, PlaceWriter};
use super::screens::put_form::{self, PutForm};
use super::state::{Modal, State, Tone};
use crate::domain::SecretName;
use crate::vault::{SecretDetails, VaultError};

/// A form that was typed in.
pub enum Draft {
    /// A new version, or a new secret.
    Put(Box<PutForm>),
    /// A new name, or metadata.
    Facts(FactsDraft),
    /// A new label.
    Label(LabelDraft),
}

impl Draft {
    /// Writes what would be lost, if there is something.
    pub fn save(modals: &[Modal], writer: &mut PlaceWriter) {
        for modal in modals {
            match modal {
                Modal::PutForm(form) if form.is_dirty() => {
                    writer.field(b"put");
                    put_form::save(form, writer);
                }
                Modal::SecretForm(form) if form.is_dirty() => {
                    writer.field(b"facts");
                    form.save(writer);
                }
                Modal::Labels(editor) if editor.is_dirty() => {
                    writer.field(b"label");
                    editor.save(writer);
                }
                _ => continue,
            }
            return;
        }
    }

    /// Reads it back, with the secret whose details it waits for.
    pub fn restore(reader: &mut PlaceReader<'_>) -> Option<(Option<SecretName>, Self)> {
        match reader.text()? {
            "put" => put_form::restore(reader).map(|(secret, form)| (secret, Self::Put(form))),
            "facts" => FactsDraft::restore(reader).map(|(secret, draft)| (Some(secret), Self::Facts(draft))),
            "label" => LabelDraft::restore(reader).map(|(secret, draft)| (Some(secret), Self::Label(draft))),
            _ => None,
        }
    }

    /// Shows it again over the secret as it is now. Where the secret is gone, the value that was typed comes
    /// back as a new secret of that name; what else was typed was about nothing but that secret.
    pub fn show(
        self,
        state: &mut State,
        name: &SecretName,
        details: Result<&SecretDetails, &VaultError>,
        effects: &mut Vec<Effect>,
    ) {
        match (self, details) {
            (Self::Put(mut form), Ok(details)) => {
                form.for_secret(details);
                Self::show_put(form, state, effects);
            }
            (Self::Put(mut form), Err(_)) => {
                form.name.set(name.as_str());
                Self::show_put(form, state, effects);
            }
            (Self::Facts(draft), Ok(details)) => {
                modals::open_form(state, draft.form(&details.secret));
                modals::plan_facts(state, effects);
                say_back(state);
            }
            (Self::Label(draft), Ok(details)) => {
                state.modals.push(Modal::Labels(Box::new(draft.editor(details.clone()))));
                modals::plan_label(state, effects);
                say_back(state);
            }
            (Self::Facts(_) | Self::Label(_), Err(error)) => {
                let text = format!("the form that was open cannot be brought back: {error}");
                state.say(Tone::Failed, text);
            }
        }
    }

    /// Shows a put form again.
    pub fn show_put(form: Box<PutForm>, state: &mut State, effects: &mut Vec<Effect>) {
        state.modals.push(Modal::PutForm(form));
        put_form::plan_anew(state, effects);
        say_back(state);
    }
}

fn say_back(state: &mut State) {
    state.say(Tone::Note, "the form that was open is back as you typed it");
}
