//! Writes a value to a file that only its owner may read.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::{SecretName, VersionId};
use crate::tui::action::Action;
use crate::tui::effect::{Effect, Work};
use crate::tui::keymap::Keymap;
use crate::tui::layout;
use crate::tui::state::{Modal, State, Tone, Waiting};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::EditBuffer;
use crate::tui::widgets::field::{self, Focus, Shown};
use crate::tui::widgets::footer;
use crate::tui::widgets::line::{LinePen, wrapped};
use crate::tui::widgets::panel::{Title, centred, draw_modal};
use crate::tui::widgets::path_field::PathField;
use crate::vault::{Existing, VaultError};

/// What came of the last try.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    None,
    /// A file is there already.
    Exists,
    Failed(String),
}

/// The form: a path.
pub struct WriteFile {
    name: SecretName,
    version_id: VersionId,
    path: PathField,
    answer: Answer,
}

impl WriteFile {
    /// For the value of a version.
    pub fn new(name: SecretName, version_id: VersionId) -> Self {
        Self { name, version_id, path: PathField::with_text(""), answer: Answer::None }
    }

    /// The path, for typing.
    pub const fn path_mut(&mut self) -> &mut EditBuffer {
        self.path.text_mut()
    }

    /// The field of the path.
    pub const fn path_field(&mut self) -> &mut PathField {
        &mut self.path
    }

    /// The path was edited: what was said of another one is not true any more.
    pub fn on_text(&mut self) {
        self.path.forget_choices();
        self.answer = Answer::None;
    }

    /// Whether a file is in the way that a second key replaces.
    pub fn may_replace(&self) -> bool {
        self.answer == Answer::Exists
    }

    /// Acts on a key.
    pub fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
        if state.is_busy() {
            return;
        }
        let Some(Modal::WriteFile(form)) = state.modals.last_mut() else {
            return;
        };
        let existing = match action {
            Action::Complete => {
                let typed = form.path.text().text().to_owned();
                return effects.push(Effect::Work(Work::CompletePath { typed }));
            }
            Action::Escape => {
                state.modals.pop();
                return;
            }
            Action::Submit => Existing::Keep,
            Action::ReplaceFile if form.may_replace() => Existing::Replace,
            _ => return,
        };
        if form.path.text().is_empty() {
            form.answer = Answer::Failed("name a file first".to_owned());
            return;
        }
        effects.push(Effect::Work(Work::WriteValue {
            name: form.name.clone(),
            version_id: form.version_id.clone(),
            path: form.path.text().text().to_owned(),
            existing,
        }));
        state.waiting = Some((Waiting::Change, state.now));
    }

    /// Draws it.
    pub fn draw(
        &self,
        state: &State,
        theme: &Theme,
        keymap: &Keymap,
        buffer: &mut Buffer,
    ) -> Option<Position> {
        let area = centred(layout::areas(state.size).body, 72, 8);
        let dot = theme.glyphs.dot;
        let title = format!("Write to a file {dot} {}#{}", self.name, self.version_id);
        let inside = draw_modal(buffer, area, Title { text: &title, note: "" }, theme);
        let on_top = |modal: &Modal| matches!(modal, Modal::WriteFile(_));
        footer::draw_in_border(state, on_top, keymap, theme, buffer, area);
        LinePen::new(buffer, inside, 1)
            .text(theme.glyphs.selected, theme.style(Role::Accent))
            .skip(1)
            .text("Path", theme.style(Role::TitleFocused));
        let place = Rect {
            x: inside.x + 8,
            y: inside.y + 1,
            width: inside.width.saturating_sub(9),
            height: 1.min(inside.height),
        };
        if self.path.text().is_empty() {
            LinePen::new(buffer, place, 0).text("~ is your home", theme.style(Role::Hint));
        }
        let style = theme.style(Role::Text);
        let text = self.path.text();
        let cursor = field::draw(buffer, place, text, Shown::Plainly, Focus::Here, style, &theme.glyphs);
        let room = place.width;
        let lines = self
            .lines(keymap)
            .into_iter()
            .flat_map(|(text, role)| wrapped(&text, room).into_iter().map(move |line| (line, role)));
        for (row, (line, role)) in (2..inside.height).zip(lines) {
            LinePen::new(buffer, inside, row).skip(8).fitted(&line, room, theme.style(role), &theme.glyphs);
        }
        cursor
    }

    fn lines(&self, keymap: &Keymap) -> Vec<(String, Role)> {
        match &self.answer {
            Answer::Exists => {
                let key = keymap.key_for(&[crate::tui::context::Context::WriteFile], Action::ReplaceFile);
                let way = key.map_or_else(String::new, |key| format!("{key} replaces it, or "));
                vec![
                    ("there is a file already: nothing was written".to_owned(), Role::Danger),
                    (format!("{way}choose another path"), Role::Muted),
                ]
            }
            Answer::Failed(sentence) => vec![(sentence.clone(), Role::Danger)],
            Answer::None if !self.path.choices().is_empty() => {
                vec![(self.path.choices().join("  "), Role::Hint)]
            }
            Answer::None => {
                vec![("the value as it is, in a file that only you may read".to_owned(), Role::Muted)]
            }
        }
    }
}

/// The value was written, or not.
pub fn on_written(state: &mut State, path: &str, result: Result<(), VaultError>) {
    state.waiting = None;
    let Some(Modal::WriteFile(form)) = state.modals.last_mut() else {
        return;
    };
    match result {
        Ok(()) => {
            let text = format!("value of {}#{} written to {path}", form.name, form.version_id);
            state.modals.pop();
            state.say(Tone::Done, text);
        }
        Err(VaultError::FileExists { .. }) => form.answer = Answer::Exists,
        Err(error) => form.answer = Answer::Failed(format!("{error}: {}", error.hint())),
    }
}
