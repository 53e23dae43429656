//! The unlock screen: the path, the password, a spinner while the key is derived.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app_options::Ownership;
use crate::tui::action::Action;
use crate::tui::effect::{Effect, Work};
use crate::tui::layout;
use crate::tui::session::{Found, KeyFileState};
use crate::tui::state::{Screen, State, Waiting};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::field::{self, Focus, Shown};
use crate::tui::widgets::line::{LinePen, wrapped};
use crate::tui::widgets::panel::{Focused, Title, centred, draw_box};
use crate::tui::widgets::{EditBuffer, Lines};
use crate::vault::VaultError;

/// The state of the screen.
pub struct Unlock {
    /// What is typed.
    pub password: EditBuffer,
    /// Why it is not open: a wrong password, or why it was locked.
    remark: Option<(Role, String)>,
    key_file: KeyFileState,
}

impl Unlock {
    /// The screen for what was found at the start.
    pub fn new(key_file: KeyFileState, notices: &[String]) -> Self {
        let remark = (!notices.is_empty()).then(|| (Role::Warning, notices.join("; ")));
        Self { password: EditBuffer::new(Lines::Single), remark, key_file }
    }

    /// The screen after a lock, with its reason.
    pub fn after_lock(reason: &str) -> Self {
        Self {
            password: EditBuffer::new(Lines::Single),
            remark: Some((Role::Muted, reason.to_owned())),
            key_file: KeyFileState::NotNeeded,
        }
    }

    /// Says why it is still locked. A wrong password is not kept.
    pub fn refuse(&mut self, error: &VaultError) {
        self.password.clear();
        self.remark = Some((Role::Danger, format!("{error}: {}", error.hint())));
    }

    /// Says something in the field's place.
    pub fn remark(&mut self, role: Role, text: &str) {
        self.remark = Some((role, text.to_owned()));
    }
}

/// The worker looked at the file.
pub fn on_found(state: &mut State, found: Result<Found, VaultError>, effects: &mut Vec<Effect>) {
    state.waiting = None;
    state.screen = match found {
        Ok(Found::Nothing) => {
            effects.push(Effect::Work(Work::MeasureKdf));
            let mut first_run = super::first_run::FirstRun::measuring(state.key_file.as_deref());
            if let Some(password) = state.given_password.take() {
                first_run.fill(&password);
            }
            Screen::FirstRun(Box::new(first_run))
        }
        Ok(Found::Vault { key_file, notices, .. }) => {
            if let Some(password) = state.given_password.take() {
                effects.push(Effect::Work(Work::Unlock { password }));
                state.waiting = Some((Waiting::Unlock, state.now));
            }
            Screen::Unlock(Box::new(Unlock::new(key_file, &notices)))
        }
        Err(error) => Screen::Failed(error),
    };
}

/// Acts on a key.
pub fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    let now = state.now;
    if let Screen::Unlock(unlock) = &mut state.screen
        && action == Action::Enter
        && state.waiting.is_none()
        && !unlock.password.is_empty()
    {
        unlock.remark = None;
        effects.push(Effect::Work(Work::Unlock { password: unlock.password.take() }));
        state.waiting = Some((Waiting::Unlock, now));
    }
}

/// Draws it.
pub fn draw(unlock: &Unlock, state: &State, theme: &Theme, buffer: &mut Buffer) -> Option<Position> {
    let area = centred(layout::areas(state.size).body, 66, 10);
    let title = Title { text: "Unlock", note: "" };
    let inside = draw_box(buffer, area, title, Focused::Yes, theme);
    let column = |row: u16, height: u16| Rect {
        x: inside.x + 2,
        y: inside.y + row,
        width: inside.width.saturating_sub(4),
        height: height.min(inside.height.saturating_sub(row)),
    };
    let muted = theme.style(Role::Muted);
    let line = column(1, 1);
    let text = theme.style(Role::Text);
    LinePen::new(buffer, line, 0).fitted(state.whereabouts(), line.width, text, &theme.glyphs);
    let is_deriving = matches!(state.waiting, Some((Waiting::Unlock, _)));
    let mut label = LinePen::new(buffer, column(3, 1), 0);
    label.text("Master password", muted);
    if let Ownership::Demo { password, .. } = state.ownership {
        label.text(&format!(" of the demo: {password}"), muted);
    }
    let field = column(4, 1);
    LinePen::new(buffer, field, 0).text(theme.glyphs.selected, theme.style(Role::Accent));
    let field = Rect { x: field.x + 2, width: field.width.saturating_sub(2), ..field };
    let cursor = if is_deriving {
        draw_spinner(state, "deriving the key", theme, buffer, field);
        None
    } else {
        let style = theme.style(Role::Text);
        field::draw(buffer, field, &unlock.password, Shown::Masked, Focus::Here, style, &theme.glyphs)
    };
    let (role, text) = match (&unlock.remark, unlock.key_file) {
        (Some((role, text)), _) => (*role, text.as_str()),
        (None, KeyFileState::Missing) => (Role::Warning, "this vault needs its key file: Ctrl-o names it"),
        (None, KeyFileState::Named) => (Role::Muted, "with the key file"),
        (None, KeyFileState::NotNeeded) => (Role::Muted, ""),
    };
    let below = column(6, 2);
    for (row, text) in (0..).zip(wrapped(text, below.width)) {
        LinePen::new(buffer, below, row).text(&text, theme.style(role));
    }
    cursor
}

/// A spinner with the time that has passed; the time is told from the first second on.
pub(super) fn draw_spinner(state: &State, what: &str, theme: &Theme, buffer: &mut Buffer, area: Rect) {
    let since = state.waiting.map_or(state.now, |(_, since)| since);
    let elapsed = state.now.since(since);
    let frames = theme.glyphs.spinner;
    let turn = usize::try_from(elapsed.as_millis() / 100).unwrap_or(0);
    let frame = frames[turn % frames.len()];
    let time = format!("{}.{} s", elapsed.as_secs(), elapsed.subsec_millis() / 100);
    let mut pen = LinePen::new(buffer, area, 0);
    if !frame.is_empty() {
        pen.text(frame, theme.style(Role::Accent)).skip(1);
    }
    pen.text(&format!("{what}{} ", theme.glyphs.ellipsis), theme.style(Role::Text));
    if !state.settings.plain {
        pen.text(&time, theme.style(Role::Muted));
    }
}
