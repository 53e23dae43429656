//! Draws the state; reads only. Screens first, then what lies over them, then the toast and the footer.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::modals;
use super::screens::{browse, first_run, put_form, unlock};
use super::state::{Modal, Screen};
use super::theme::Role;
use super::widgets::line::{LinePen, width, wrapped};
use super::widgets::panel::{Focused, Title, centred, draw_box};
use super::widgets::{footer, header, toast};
use super::{Keymap, State, Theme, layout};
use crate::vault::VaultError;

/// Draws one frame; the hardware cursor stands where the next key goes.
pub fn view(state: &State, theme: &Theme, keymap: &Keymap, frame: &mut Frame<'_>) {
    let cursor = draw(state, theme, keymap, frame.buffer_mut());
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
}

/// Draws into cells; answers where the cursor stands.
pub fn draw(state: &State, theme: &Theme, keymap: &Keymap, buffer: &mut Buffer) -> Option<Position> {
    // A resize may be ahead of its event: nothing is drawn beyond the cells that are there.
    let size = (state.size.0.min(buffer.area.width), state.size.1.min(buffer.area.height));
    if size != state.size || layout::is_too_small(size) {
        draw_too_small(buffer, theme);
        return None;
    }
    header::draw(state, theme, buffer);
    let mut cursor = draw_screen(state, theme, buffer);
    for modal in &state.modals {
        cursor = draw_modal(modal, state, theme, keymap, buffer);
    }
    let areas = layout::areas(size);
    if let Some(shown) = &state.toast {
        toast::draw(buffer, areas.body, shown, theme);
    }
    footer::draw(state, theme, keymap, buffer, areas.footer);
    cursor
}

fn draw_screen(state: &State, theme: &Theme, buffer: &mut Buffer) -> Option<Position> {
    match &state.screen {
        Screen::Starting => None,
        Screen::Failed(error) => {
            draw_failure(error, state, theme, buffer);
            None
        }
        Screen::FirstRun(first_run) => first_run::draw(first_run, state, theme, buffer),
        Screen::Unlock(unlock) => unlock::draw(unlock, state, theme, buffer),
        Screen::Browse(browse) => browse::draw(browse, state, theme, buffer),
    }
}

fn draw_modal(
    modal: &Modal,
    state: &State,
    theme: &Theme,
    keymap: &Keymap,
    buffer: &mut Buffer,
) -> Option<Position> {
    match modal {
        Modal::PutForm(form) => put_form::draw(form, state, theme, keymap, buffer),
        Modal::CopyChooser(chooser) => chooser.draw(state, theme, keymap, buffer),
        Modal::WriteFile(form) => form.draw(state, theme, keymap, buffer),
        Modal::Generator(pane) => modals::draw_generator(pane, state, theme, keymap, buffer),
        Modal::Plan(pane) => pane.draw(state, theme, keymap, buffer),
        Modal::TakeBack(pane) => pane.draw(state, theme, keymap, buffer),
        Modal::SecretForm(form) => modals::draw_secret_form(form, state, theme, keymap, buffer),
        Modal::History(history) => history.draw(state, theme, keymap, buffer),
        Modal::Which(which) => modals::draw_which(which, state, theme, keymap, buffer),
        Modal::Room(room) => room.draw(state, theme, keymap, buffer),
        Modal::Diff(diff) => modals::draw_diff(diff, state, theme, keymap, buffer),
        Modal::Labels(editor) => modals::draw_labels(editor, state, theme, keymap, buffer),
        Modal::Palette(palette) => modals::draw_palette(palette, state, theme, keymap, buffer),
        Modal::OtherVault(question) => question.draw(state, theme, keymap, buffer),
        Modal::Discard(question) => question.draw(state, theme, keymap, buffer),
        Modal::Help(help) => help.draw(state, theme, keymap, buffer),
    }
}

fn draw_failure(error: &VaultError, state: &State, theme: &Theme, buffer: &mut Buffer) {
    let area = centred(layout::areas(state.size).body, 70, 11);
    let title = Title { text: "This vault cannot be opened", note: "" };
    let inside = draw_box(buffer, area, title, Focused::Yes, theme);
    let inside = Rect { x: inside.x + 2, width: inside.width.saturating_sub(4), ..inside };
    LinePen::new(buffer, inside, 1).fitted(
        &state.path,
        inside.width,
        theme.style(Role::Muted),
        &theme.glyphs,
    );
    let mut row = 3;
    for (text, role) in [(error.to_string(), Role::Danger), (error.hint(), Role::Text)] {
        for line in wrapped(&text, inside.width) {
            LinePen::new(buffer, inside, row).text(&line, theme.style(role));
            row += 1;
        }
    }
}

fn draw_too_small(buffer: &mut Buffer, theme: &Theme) {
    let area = buffer.area;
    let (columns, rows) = layout::SMALLEST;
    let sentence =
        format!("etui needs {columns}x{rows} cells; this terminal has {}x{}", area.width, area.height);
    let lines = wrapped(&sentence, area.width);
    let top = area.height.saturating_sub(u16::try_from(lines.len()).unwrap_or(0)) / 2;
    for (row, line) in (top..).zip(&lines) {
        let indent = area.width.saturating_sub(width(line)) / 2;
        LinePen::new(buffer, area, row).skip(indent).text(line, theme.style(Role::Text));
    }
}
