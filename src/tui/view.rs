//! Draws the state; reads only. The browse screen first, then what lies over it, then the toast and the footer.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::browse;
use super::kit::canvas::{Canvas, Hit};
use super::kit::footer::{self, Keys, Place};
use super::kit::line::{LinePen, width, wrapped};
use super::kit::{header, toast};
use super::layer::Layer;
use super::layout;
use super::state::State;
use super::theme::{Role, Theme};

/// Draws one frame; the hardware cursor stands where the next key goes.
pub fn view(state: &State, frame: &mut Frame<'_>) {
    let cursor = draw(state, frame.buffer_mut());
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
}

/// Draws into cells; answers where the cursor stands.
pub fn draw(state: &State, buffer: &mut Buffer) -> Option<Position> {
    let app = &state.app;
    // A resize may be ahead of its event: nothing is drawn beyond the cells that are there.
    let size = (app.size.0.min(buffer.area.width), app.size.1.min(buffer.area.height));
    if size != app.size || layout::is_too_small(size) {
        draw_too_small(buffer, &app.theme);
        return None;
    }
    let is_available = |action| state.obstacle(action).is_none();
    let keys = Keys {
        keymap: &app.keymap,
        contexts: state.contexts(),
        is_available: &is_available,
        leaves: state.leaves(),
    };
    let is_progress_shown = state.top().is_some_and(Layer::shows_progress);
    header::draw(app, is_progress_shown, buffer);
    let mut cursor = None;
    let mut canvas = Canvas::new(buffer, app);
    if let Some(browse) = app.browse() {
        cursor = browse::view::draw(browse, &mut canvas);
    }
    let mut layers = state.layers().peekable();
    while let Some(layer) = layers.next() {
        canvas.keys = layers.peek().is_none().then_some(&keys);
        if !layer.is_base() {
            dim(canvas.buffer, layout::areas(size).body, &app.theme);
        }
        cursor = layer.draw(&mut canvas);
    }
    let areas = layout::areas(size);
    if let Some(shown) = &app.toast {
        toast::draw(buffer, areas.body, shown, &app.theme);
    }
    let place = if state.top().is_none_or(Layer::is_base) { Place::Footer } else { Place::Border };
    footer::draw(&keys, place, &app.theme, buffer, areas.footer);
    cursor
}

/// What lies under the pointer in the layer on top, as it is drawn: what is seen is what is hit.
pub fn hit(state: &State, at: Position) -> Option<Hit> {
    draw_apart(state, |canvas| {
        canvas.hits.iter().rev().find(|(area, _)| area.contains(at)).map(|(_, hit)| *hit)
    })
}

/// The box of the layer on top.
pub fn dialog(state: &State) -> Option<Rect> {
    draw_apart(state, |canvas| canvas.drawn)
}

/// Draws the layer on top alone, into cells that nobody sees, for what drawing leaves on the canvas.
fn draw_apart<T>(state: &State, read: impl FnOnce(&Canvas<'_>) -> Option<T>) -> Option<T> {
    let (columns, rows) = state.app.size;
    let mut scratch = Buffer::empty(Rect::new(0, 0, columns, rows));
    let mut canvas = Canvas::new(&mut scratch, &state.app);
    state.top()?.draw(&mut canvas);
    read(&canvas)
}

/// What a dialog lies over steps back: no colour, no emphasis, no selected row.
fn dim(buffer: &mut Buffer, area: Rect, theme: &Theme) {
    let behind = ratatui::style::Style::reset().patch(theme.style(Role::Behind));
    buffer.set_style(area, behind);
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
