//! Draws the value of the selected version: masked, with the names of its fields, or revealed.

use ratatui::layout::{Position, Rect};

use super::{Browse, Pane, Revealed};
use crate::domain::{ValueType, visible_value};
use crate::memory::SecretBytes;
use crate::tui::app::App;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::line::width;
use crate::tui::kit::rows::{below, indented};
use crate::tui::outline::{FieldOutline, Outline};
use crate::tui::theme::Role;
use crate::tui::when;

/// No mask is longer: how long a long value is need not be counted in dots.
const MASK: usize = 24;

/// What stands in the border above the value.
pub fn title(browse: &Browse, app: &App, area: Rect) -> (String, String) {
    let theme = &app.theme;
    let Some(version) = browse.selected_version() else {
        return ("3 Value".to_owned(), String::new());
    };
    let between = theme.glyphs.between();
    let outline = browse.outline();
    let mut facts = vec![version.id.to_string(), version.value_type.to_string(), when::bytes(version.size)];
    facts.extend(outline.and_then(|outline| outline.kind).map(str::to_owned));
    let mut notes = match &browse.revealed {
        None => vec!["masked".to_owned()],
        Some(revealed) => vec![app.shown_until(revealed.until)],
    };
    notes.extend(position(browse, area));
    let note = notes.join(&between);
    // What changes is told before what does not: the type goes first, then the kind, then the size.
    let title = |facts: &[String]| format!("3 Value{between}{}", facts.join(&between));
    for least in [1, facts.len() - 1, 1] {
        let is_too_long = width(&title(&facts)) + width(&note) + 5 > area.width;
        if is_too_long && facts.len() > 1 {
            facts.remove(least.min(facts.len() - 1));
        }
    }
    (title(&facts), note)
}

/// Where one is in what does not fit.
fn position(browse: &Browse, area: Rect) -> Option<String> {
    let (at, all) = match browse.walked_fields() {
        Some(fields) => (browse.value_field, fields.len()),
        None => (browse.value_top, browse.value_lines()),
    };
    (all > usize::from(area.height)).then(|| format!("{}/{}", at + 1, when::grouped(all as u64)))
}

/// Draws it; answers where the cursor stands.
pub fn draw(browse: &Browse, area: Rect, canvas: &mut Canvas<'_>) -> Option<Position> {
    if area.width < 4 || area.height == 0 {
        return None;
    }
    let version = browse.selected_version()?;
    if let Some(fields) = browse.walked_fields() {
        return draw_fields(browse, fields, area, canvas);
    }
    let area = indented(area, 1, 1);
    match &browse.revealed {
        None => draw_mask(version.size, browse.outline(), area, canvas),
        Some(revealed) => draw_revealed(revealed, browse.value_top, area, canvas),
    }
    Some(Position::new(area.x, area.y))
}

fn draw_mask(size: u64, outline: Option<&Outline>, area: Rect, canvas: &mut Canvas<'_>) {
    let theme = canvas.theme();
    let dots = usize::try_from(size).unwrap_or(MASK).min(usize::from(area.width));
    canvas.pen(area, 0).text(&theme.glyphs.mask.repeat(dots), theme.style(Role::Muted));
    let Some(outline) = outline else { return };
    // The title leaves the kind out where it is narrow.
    let lines = (outline.lines > 1).then(|| when::count(outline.lines, "line"));
    let told: Vec<String> = outline.kind.map(str::to_owned).into_iter().chain(lines).collect();
    canvas.pen(area, 1).text(&told.join(&theme.glyphs.between()), theme.style(Role::Muted));
}

fn draw_revealed(revealed: &Revealed, top: usize, area: Rect, canvas: &mut Canvas<'_>) {
    match revealed.value.value_type() {
        ValueType::Text => {
            let text = std::str::from_utf8(revealed.value.expose()).unwrap_or_default();
            draw_text(text, top, area, canvas);
        }
        ValueType::Binary => draw_hex(revealed.value.expose(), top, area, canvas),
    }
}

/// A row for each field; the one under the cursor may be revealed, and takes the rows below it then.
fn draw_fields(
    browse: &Browse,
    fields: &[FieldOutline],
    area: Rect,
    canvas: &mut Canvas<'_>,
) -> Option<Position> {
    let theme = canvas.theme();
    let glyphs = &theme.glyphs;
    let has_focus = browse.pane == Pane::Value;
    let longest = fields.iter().map(|field| width(&field.key)).max().unwrap_or(0);
    let keys = longest.min(area.width / 2);
    let height = usize::from(area.height);
    let top = (browse.value_field + 1).saturating_sub(height);
    let (mut row, mut cursor) = (0, None);
    for (index, field) in fields.iter().enumerate().skip(top) {
        if row >= area.height {
            break;
        }
        let is_selected = has_focus && index == browse.value_field;
        let over = is_selected.then(|| theme.style(Role::Selected));
        let style = |role| over.unwrap_or_else(|| theme.style(role));
        let mut pen = canvas.pen(area, row);
        let mark = if is_selected { glyphs.selected } else { " " };
        pen.text(" ", style(Role::Text)).text(mark, style(Role::Text)).text(" ", style(Role::Text));
        pen.fitted(&field.key, keys, style(Role::Text), glyphs);
        pen.text("  ", style(Role::Text));
        if is_selected {
            cursor = Some(Position::new(area.x + 1, area.y + row));
        }
        match browse.revealed.as_ref().filter(|revealed| revealed.field.as_ref() == Some(&field.key)) {
            None => {
                let lines = if field.lines > 1 {
                    format!("  {}", when::count(field.lines, "line"))
                } else {
                    String::new()
                };
                let mask = glyphs.mask.repeat(field.characters.min(MASK));
                pen.text(&mask, style(Role::Muted)).text(&lines, style(Role::Muted));
                if field.characters == 0 {
                    pen.text("empty", style(Role::Muted));
                }
                pen.fill(" ", over.unwrap_or_default());
                row += 1;
            }
            Some(revealed) => {
                let keys = pen.column() - area.x;
                let room = indented(below(area, row), keys, 1);
                let text = std::str::from_utf8(revealed.value.expose()).unwrap_or_default();
                row += draw_text(text, 0, room, canvas).max(1);
            }
        }
    }
    cursor.or_else(|| Some(Position::new(area.x + 1, area.y)))
}

/// Long lines go on below; tabs go to the next stop of eight. Answers how many rows it took.
fn draw_text(text: &str, top: usize, area: Rect, canvas: &mut Canvas<'_>) -> u16 {
    let theme = canvas.theme();
    let style = theme.style(Role::Text);
    let mut row = 0;
    for line in text.split('\n').skip(top) {
        let mut shown = SecretBytes::new();
        visible_value(line, &mut shown);
        let mut pen = canvas.pen(area, row);
        for grapheme in unicode_segmentation::UnicodeSegmentation::graphemes(
            shown.expose_text().unwrap_or_default(),
            true,
        ) {
            let spaces = 8 - (pen.column() - area.x) % 8;
            let columns = if grapheme == "\t" { spaces } else { width(grapheme) };
            if pen.room() < columns {
                row += 1;
                pen = canvas.pen(area, row);
            }
            if grapheme == "\t" {
                pen.skip(spaces);
            } else {
                pen.text(grapheme, style);
            }
        }
        row += 1;
        if row >= area.height {
            break;
        }
    }
    row.min(area.height)
}

/// Sixteen bytes a line: where, which, and what of them is text; fewer columns where there is less room.
fn draw_hex(bytes: &[u8], top: usize, area: Rect, canvas: &mut Canvas<'_>) {
    let theme = canvas.theme();
    let muted = theme.style(Role::Muted);
    let style = theme.style(Role::Text);
    for (row, (index, chunk)) in (0..area.height).zip(bytes.chunks(16).enumerate().skip(top)) {
        let mut pen = canvas.pen(area, row);
        pen.text(&format!("{:06x}  ", index * 16), muted);
        for at in 0..16 {
            match chunk.get(at) {
                Some(byte) => pen.text(&format!("{byte:02x} "), style),
                None => pen.text("   ", style),
            };
        }
        pen.text(" ", style);
        for byte in chunk {
            let is_text = byte.is_ascii_graphic() || *byte == b' ';
            let mut buffer = [0; 4];
            let sign = if is_text { char::from(*byte).encode_utf8(&mut buffer) } else { "." };
            pen.text(sign, muted);
        }
    }
}
