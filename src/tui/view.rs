//! Draws the state; reads only. The browse screen first, then what lies over it, then the toast and the footer.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::browse;
use super::kit::canvas::{Canvas, Hit};
use super::kit::footer::{self, Keys};
use super::kit::line::{width, wrapped};
use super::kit::{header, toast};
use super::layer::Layer;
use super::layout;
use super::state::State;
use super::theme::Role;

/// Draws one frame; the hardware cursor stands where the next key goes.
pub fn view(state: &State, frame: &mut Frame<'_>) {
    let cursor = draw(state, frame.buffer_mut());
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
}

/// Draws into cells; answers where the cursor stands.
pub fn draw(state: &State, buffer: &mut Buffer) -> Option<Position> {
    draw_on(state, &mut Canvas::new(buffer, &state.app))
}

fn draw_on(state: &State, canvas: &mut Canvas<'_>) -> Option<Position> {
    let app = &state.app;
    // A resize may be ahead of its event: nothing is drawn beyond the cells that are there.
    let there = canvas.buffer.area;
    let size = (app.size.0.min(there.width), app.size.1.min(there.height));
    if size != app.size || layout::is_too_small(size) {
        draw_too_small(canvas);
        return None;
    }
    let is_progress_shown = state.top().is_some_and(Layer::shows_progress);
    header::draw(canvas, is_progress_shown);
    let mut cursor = None;
    if let Some(browse) = app.browse() {
        cursor = browse::view::draw(browse, canvas);
    }
    for layer in state.layers() {
        canvas.cover();
        if !layer.is_base() {
            dim(canvas, layout::areas(size).body);
        }
        cursor = layer.draw(canvas);
    }
    let areas = layout::areas(size);
    if let Some(shown) = &app.toast {
        toast::draw(canvas, areas.body, shown);
    }
    let is_available = |action| state.obstacle(action).is_none();
    let keys = Keys {
        keymap: &app.keymap,
        contexts: state.contexts(),
        is_available: &is_available,
        told: &|action| state.told(action),
        leaves: state.leaves(),
    };
    footer::draw(&keys, canvas, areas.footer);
    cursor
}

/// What lies under the pointer, as it is drawn: what is seen is what is hit.
pub fn hit(state: &State, at: Position) -> Option<Hit> {
    draw_apart(state, |canvas| {
        canvas.hits.iter().rev().find(|(area, _)| area.contains(at)).map(|(_, hit)| *hit)
    })
}

/// The box of the layer on top.
pub fn dialog(state: &State) -> Option<Rect> {
    draw_apart(state, |canvas| canvas.drawn)
}

/// Draws into cells that nobody sees, for what drawing leaves on the canvas.
fn draw_apart<T>(state: &State, read: impl FnOnce(&Canvas<'_>) -> Option<T>) -> Option<T> {
    let (columns, rows) = state.app.size;
    let mut scratch = Buffer::empty(Rect::new(0, 0, columns, rows));
    let mut canvas = Canvas::new(&mut scratch, &state.app);
    draw_on(state, &mut canvas);
    read(&canvas)
}

/// What a dialog lies over steps back: no colour, no emphasis, no selected row.
fn dim(canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme();
    let behind = ratatui::style::Style::reset().patch(theme.style(Role::Behind));
    canvas.buffer.set_style(area, behind);
}

fn draw_too_small(canvas: &mut Canvas<'_>) {
    let theme = canvas.theme();
    let area = canvas.buffer.area;
    let (columns, rows) = layout::SMALLEST;
    let sentence =
        format!("etui needs {columns}x{rows} cells; this terminal has {}x{}", area.width, area.height);
    let lines = wrapped(&sentence, area.width);
    let top = area.height.saturating_sub(u16::try_from(lines.len()).unwrap_or(0)) / 2;
    for (row, line) in (top..).zip(&lines) {
        let indent = area.width.saturating_sub(width(line)) / 2;
        canvas.pen(area, row).skip(indent).text(line, theme.style(Role::Text));
    }
}
