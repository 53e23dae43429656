//! Another vault: its path is typed, what lies there is listed; Enter opens it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::platform::paths;
use crate::tui::action::Action;
use crate::tui::as_command::LastCommand;
use crate::tui::effect::{Effect, OtherVaultWish, Work};
use crate::tui::keymap::Keymap;
use crate::tui::layout;
use crate::tui::screens::unlock;
use crate::tui::session::Found;
use crate::tui::state::{Modal, State, Waiting};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::EditBuffer;
use crate::tui::widgets::field::{self, Focus, Shown};
use crate::tui::widgets::footer;
use crate::tui::widgets::line::{LinePen, wrapped};
use crate::tui::widgets::panel::{Title, centred, draw_modal};
use crate::vault::VaultError;

/// The width of the names of the fields.
const LABEL: u16 = 12;
/// How many names of what lies there are shown at most.
const NEAR: u16 = 5;

/// The two fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Path,
    KeyFile,
}

/// The question for another vault.
pub struct OtherVault {
    path: EditBuffer,
    key_file: EditBuffer,
    focus: Field,
    /// What lies where the path that is typed leads.
    near: Vec<String>,
    remark: Option<(Role, String)>,
}

impl OtherVault {
    /// Asks, beginning with the folder of the vault that is named now.
    pub fn open(state: &mut State, effects: &mut Vec<Effect>) {
        let folder = state.path.rfind('/').map_or("", |slash| &state.path[..=slash]);
        let question = Self {
            path: EditBuffer::with_text(folder),
            key_file: EditBuffer::with_text(state.key_file.as_deref().unwrap_or_default()),
            focus: Field::Path,
            near: Vec::new(),
            remark: None,
        };
        state.modals.push(Modal::OtherVault(Box::new(question)));
        Self::look_around(state, effects);
    }

    /// The field that takes what is typed.
    pub const fn focused_mut(&mut self) -> &mut EditBuffer {
        match self.focus {
            Field::Path => &mut self.path,
            Field::KeyFile => &mut self.key_file,
        }
    }

    /// Asks what lies where the path leads that is typed now.
    pub fn look_around(state: &mut State, effects: &mut Vec<Effect>) {
        if let Some(Modal::OtherVault(question)) = state.modals.last_mut() {
            question.remark = None;
            effects.push(Effect::Work(Work::LookAround { path: question.path.text().to_owned() }));
        }
    }

    /// Acts on a key.
    pub fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
        if state.waiting.is_some() {
            return;
        }
        let now = state.now;
        let Some(Modal::OtherVault(question)) = state.modals.last_mut() else {
            return;
        };
        match action {
            Action::Escape => {
                state.modals.pop();
            }
            Action::NextField | Action::PreviousField => question.turn(),
            Action::Complete if question.focus == Field::Path && !question.near.is_empty() => {
                question.complete();
                Self::look_around(state, effects);
            }
            Action::Complete => question.turn(),
            Action::Enter | Action::MakeVault => {
                let wish = OtherVaultWish {
                    path: question.path.text().trim().to_owned(),
                    key_file: question.key_file.text().trim().to_owned(),
                    makes: action == Action::MakeVault,
                };
                if wish.path.is_empty() {
                    question.remark = Some((Role::Warning, "type the path of the vault".to_owned()));
                    return;
                }
                state.waiting = Some((Waiting::Open, now));
                effects.push(Effect::Work(Work::OpenOther(wish)));
            }
            _ => {}
        }
    }

    const fn turn(&mut self) {
        self.focus = match self.focus {
            Field::Path => Field::KeyFile,
            Field::KeyFile => Field::Path,
        };
    }

    /// Writes out what all that lies there has in common.
    fn complete(&mut self) {
        let folder = self.path.text().rfind('/').map_or("", |slash| &self.path.text()[..=slash]).to_owned();
        let Some((first, others)) = self.near.split_first() else {
            return;
        };
        let common = others.iter().fold(first.as_str(), |common, name| {
            let length =
                common.char_indices().zip(name.chars()).take_while(|((_, left), right)| left == right);
            let end = length.last().map_or(0, |((at, letter), _)| at + letter.len_utf8());
            &common[..end]
        });
        self.path.set(&format!("{folder}{common}"));
    }

    /// Draws it.
    pub fn draw(
        &self,
        state: &State,
        theme: &Theme,
        keymap: &Keymap,
        buffer: &mut Buffer,
    ) -> Option<Position> {
        let area = centred(layout::areas(state.size).body, 70, NEAR + 9);
        let inside = draw_modal(buffer, area, Title { text: "Another vault", note: "" }, theme);
        let on_top = |modal: &Modal| matches!(modal, Modal::OtherVault(_));
        footer::draw_in_border(state, on_top, keymap, theme, buffer, area);
        let mut cursor = None;
        for (row, field, name, content) in
            [(1, Field::Path, "Vault file", &self.path), (2, Field::KeyFile, "Key file", &self.key_file)]
        {
            let is_focused = field == self.focus;
            let (mark, role) =
                if is_focused { (theme.glyphs.selected, Role::TitleFocused) } else { (" ", Role::Muted) };
            LinePen::new(buffer, inside, row).text(mark, theme.style(Role::Accent)).skip(1).fitted(
                name,
                LABEL,
                theme.style(role),
                &theme.glyphs,
            );
            let line = Rect {
                x: inside.x + 2 + LABEL,
                y: inside.y + row,
                width: inside.width.saturating_sub(LABEL + 3),
                height: u16::from(row < inside.height),
            };
            let focus = if is_focused { Focus::Here } else { Focus::Elsewhere };
            let style = theme.style(Role::Text);
            let at = field::draw(buffer, line, content, Shown::Plainly, focus, style, &theme.glyphs);
            cursor = cursor.or(at);
            if field == Field::KeyFile && content.is_empty() && !is_focused {
                LinePen::new(buffer, line, 0).text("only where the vault has one", theme.style(Role::Hint));
            }
        }
        let below = Rect { y: inside.y + 4, height: inside.height.saturating_sub(4), ..inside };
        if let Some((role, remark)) = &self.remark {
            for (row, line) in (0..).zip(wrapped(remark, below.width.saturating_sub(4))) {
                LinePen::new(buffer, below, row).skip(2).text(&line, theme.style(*role));
            }
        } else {
            self.draw_near(below, theme, buffer);
        }
        cursor
    }

    fn draw_near(&self, area: Rect, theme: &Theme, buffer: &mut Buffer) {
        let muted = theme.style(Role::Muted);
        let head = if self.near.is_empty() { "nothing lies there that could be a vault" } else { "there:" };
        LinePen::new(buffer, area, 0).skip(2).text(head, muted);
        let room = usize::from(NEAR.min(area.height.saturating_sub(1)));
        let shown = if self.near.len() > room { room.saturating_sub(1) } else { self.near.len() };
        for (row, name) in (1..).zip(self.near.iter().take(shown)) {
            let width = area.width.saturating_sub(5);
            LinePen::new(buffer, area, row).skip(4).fitted(
                name,
                width,
                theme.style(Role::Text),
                &theme.glyphs,
            );
        }
        if shown < self.near.len() {
            let row = u16::try_from(shown + 1).unwrap_or(u16::MAX);
            let more = format!("and {} more", self.near.len() - shown);
            LinePen::new(buffer, area, row).skip(4).text(&more, muted);
        }
    }
}

/// What lies there came; of an older path it is dropped.
pub fn on_around(state: &mut State, path: &str, names: Vec<String>) {
    if let Some(Modal::OtherVault(question)) = state.modals.last_mut()
        && question.path.text() == path
    {
        question.near = names;
    }
}

/// The other vault was looked for.
pub fn on_other_found(
    state: &mut State,
    wish: &OtherVaultWish,
    result: Result<Found, VaultError>,
    effects: &mut Vec<Effect>,
) {
    state.waiting = None;
    let Some(Modal::OtherVault(question)) = state.modals.last_mut() else {
        return;
    };
    match result {
        Ok(Found::Nothing) if !wish.makes => {
            let sentence = "there is no vault at this path: Ctrl-n makes a new one there";
            question.remark = Some((Role::Warning, sentence.to_owned()));
        }
        Err(error) => question.remark = Some((Role::Danger, format!("{error}: {}", error.hint()))),
        Ok(Found::Vault { .. }) if wish.makes => {
            let sentence = "there is a vault at this path already: Enter opens it";
            question.remark = Some((Role::Warning, sentence.to_owned()));
        }
        found => {
            state.modals.pop();
            state.path.clone_from(&wish.path);
            state.last_command = LastCommand::none(&paths::typed(&wish.path));
            state.key_file = (!wish.key_file.is_empty()).then(|| wish.key_file.clone());
            effects.push(Effect::Watch(wish.path.clone()));
            unlock::on_found(state, found, effects);
        }
    }
}
