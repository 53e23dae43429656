//! Draws the command palette: what is typed, and below it the commands that answer.

use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::offer::Offer;
use super::{Entry, Palette};
use crate::exchange::Source;
use crate::query::Query;
use crate::tui::command::Command;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::field::{self, Focus, Shown};
use crate::tui::kit::line::{LinePen, width, wrapped};
use crate::tui::kit::panel::centred;
use crate::tui::kit::rows::{Rows, below, indented, row_of};
use crate::tui::layout;
use crate::tui::theme::{Role, Theme};

/// Where the parts of the palette lie.
pub(super) struct Areas {
    all: Rect,
    pub(super) list: Rect,
    /// What the command under the cursor does, where a row has no room for it.
    sentence: Rect,
}

/// The parts within the body of the screen.
pub(super) fn areas(body: Rect) -> Areas {
    let all = centred(body, 84, 24);
    let sentence = u16::from(all.width < 76);
    // What is typed, and the line below it.
    let mut rows = Rows::of(layout::inside(all));
    rows.take(2);
    let list = rows.take(rows.rest().height.saturating_sub(sentence));
    Areas { all, list, sentence: rows.take(sentence) }
}

pub fn draw(palette: &Palette, canvas: &mut Canvas<'_>) -> Option<Position> {
    let theme = canvas.theme();
    let Areas { all, list, sentence } = areas(canvas.body());
    let note = match (palette.offer, palette.query.is_empty()) {
        (Offer::Commands, false) => format!("{} found", palette.found().len()),
        (Offer::Names | Offer::Values(_), _) if canvas.app.file_to_save_in().is_some() => {
            "at once, and saved".to_owned()
        }
        (Offer::Names | Offer::Values(_), _) => "until you leave".to_owned(),
        (Offer::Commands | Offer::Vaults, _) => String::new(),
    };
    let inside = canvas.dialog(all, "Commands", &note);
    canvas.divider(all, 2, "", "");
    canvas.pen(inside, 0).skip(1).text(":", theme.style(Role::Accent));
    let cursor =
        field::draw(canvas, indented(row_of(inside, 0), 2, 1), &palette.query, Shown::Plainly, Focus::Here);
    if palette.offer != Offer::Commands {
        draw_choices(palette, list, canvas);
        return cursor;
    }
    match palette.typed() {
        Some(Command::Import { source, file }) => draw_import(source, &file, list, canvas),
        Some(Command::Push(remote)) => draw_remote("plan a push to", &remote, list, canvas),
        Some(Command::Pull(remote)) => draw_remote("plan a pull from", &remote, list, canvas),
        _ if palette.found().len() == 0 => draw_nothing(palette, list, canvas),
        _ => {
            draw_list(palette, list, canvas);
            draw_sentence(palette, sentence, canvas);
        }
    }
    cursor
}

fn draw_list(palette: &Palette, list: Rect, canvas: &mut Canvas<'_>) {
    let theme = canvas.theme();
    let query = palette.wanted();
    let names = palette.found().map(|entry| width(entry.name)).max().unwrap_or(0);
    let top = palette.top(list.height);
    for (row, (at, entry)) in (0..list.height).zip(palette.found().enumerate().skip(top)) {
        let over = (at == palette.cursor).then(|| theme.style(Role::Selected));
        let mut pen = canvas.pen(list, row);
        draw_entry(entry, &query, names, over, theme, &mut pen);
    }
}

/// What can stand behind a command that needs more, or what it takes.
fn draw_choices(palette: &Palette, list: Rect, canvas: &mut Canvas<'_>) {
    let theme = canvas.theme();
    let sentence = match palette.offer {
        _ if !palette.choices.is_empty() => String::new(),
        Offer::Values(setting) => format!("{} takes {}", setting.name, setting.takes.told()),
        Offer::Names => "There is no such setting.".to_owned(),
        Offer::Vaults => "Enter opens the vault at this path.".to_owned(),
        Offer::Commands => String::new(),
    };
    canvas.pen(list, 0).skip(1).text(&sentence, theme.style(Role::Hint));
    let names = palette.choices.iter().map(|choice| width(&choice.name)).max().unwrap_or(0);
    let top = palette.top(list.height);
    for (row, (at, choice)) in (0..list.height).zip(palette.choices.iter().enumerate().skip(top)) {
        let is_here = at == palette.cursor;
        let style = |role| theme.style(if is_here { Role::Selected } else { role });
        let mark = if is_here { theme.glyphs.selected } else { " " };
        let mut pen = canvas.pen(list, row);
        pen.text(" ", Style::new()).text(mark, style(Role::Text)).text(" ", style(Role::Text));
        pen.fitted(&choice.name, names + 2, style(Role::Text), &theme.glyphs);
        let room = pen.room();
        pen.fitted(&choice.note, room, style(Role::Hint), &theme.glyphs);
    }
    if palette.shows_theme() {
        let rows = u16::try_from(palette.choices.len()).unwrap_or(u16::MAX).saturating_add(1);
        draw_sample(below(list, rows), canvas);
    }
}

/// Something of each kind in the theme that is looked at: what lies below is dimmed.
fn draw_sample(area: Rect, canvas: &mut Canvas<'_>) {
    let theme = canvas.theme();
    let glyphs = &theme.glyphs;
    let lines: [&[(&str, Role)]; 4] = [
        &[("shop/", Role::Folder), ("password", Role::Text), ("v14  2d", Role::Muted), ("due", Role::Due)],
        &[
            (glyphs.current, Role::Current),
            ("current", Role::Text),
            (glyphs.previous, Role::Previous),
            ("previous", Role::Text),
            (glyphs.custom, Role::Custom),
            ("canary", Role::Text),
        ],
        &[("stored", Role::Success), ("weak", Role::Warning), ("refused", Role::Danger)],
        &[(" selected ", Role::Selected), ("p", Role::Key), ("put", Role::Text), ("a hint", Role::Hint)],
    ];
    for (row, line) in (0..).zip(lines) {
        let mut pen = canvas.pen(area, row);
        pen.skip(3);
        for (text, role) in line {
            pen.text(text, theme.style(*role)).skip(2);
        }
    }
}

fn draw_sentence(palette: &Palette, area: Rect, canvas: &mut Canvas<'_>) {
    let theme = canvas.theme();
    if let Some(entry) = palette.found().nth(palette.cursor) {
        let mut pen = canvas.pen(area, 0);
        pen.skip(1).fitted(
            words(entry),
            area.width.saturating_sub(2),
            theme.style(Role::Accent),
            &theme.glyphs,
        );
    }
}

fn words(entry: &Entry) -> &str {
    entry.obstacle.unwrap_or(&entry.sentence)
}

fn draw_entry(
    entry: &Entry,
    query: &Query,
    names: u16,
    over: Option<Style>,
    theme: &Theme,
    pen: &mut LinePen<'_>,
) {
    let glyphs = &theme.glyphs;
    let style = |role| over.unwrap_or_else(|| theme.style(role));
    let (text, hint) = match entry.obstacle {
        None => (Role::Text, Role::Hint),
        Some(_) => (Role::Muted, Role::Muted),
    };
    let key = entry.key.map(|key| key.shown(glyphs)).unwrap_or_default();
    pen.text(" ", Style::new());
    pen.text(if over.is_some() { glyphs.selected } else { " " }, style(Role::Text));
    pen.text(" ", style(Role::Text));
    pen.right(" ", Style::new()).right(&key, style(Role::Key)).right("  ", style(Role::Text));
    let matches = query.matches(entry.name);
    for (at, letter) in entry.name.char_indices() {
        let is_match = matches.iter().any(|range| range.contains(&at));
        let plain = style(text);
        let mark = if is_match { plain.patch(theme.style(Role::Match)) } else { plain };
        pen.text(letter.encode_utf8(&mut [0; 4]), mark);
    }
    for _ in width(entry.name)..names + 2 {
        pen.text(" ", style(text));
    }
    let room = pen.room();
    pen.fitted(words(entry), room, style(hint), glyphs);
}

fn draw_import(source: Option<Source>, file: &str, list: Rect, canvas: &mut Canvas<'_>) {
    let theme = canvas.theme();
    let format =
        source.map_or_else(|| "the format is guessed".to_owned(), |source| format!("as {}", source.name()));
    let mut pen = canvas.pen(list, 0);
    pen.skip(1).text("import ", theme.style(Role::Text));
    let room = pen.room().saturating_sub(width(&format) + 4);
    pen.fitted(file, room.min(width(file)), theme.style(Role::Text), &theme.glyphs);
    pen.skip(2).text(&format, theme.style(Role::Hint));
}

/// What Enter does with a remote.
fn draw_remote(does: &str, remote: &str, list: Rect, canvas: &mut Canvas<'_>) {
    let theme = canvas.theme();
    canvas
        .pen(list, 0)
        .skip(1)
        .text(&format!("{does} "), theme.style(Role::Hint))
        .text(remote, theme.style(Role::Text));
}

fn draw_nothing(palette: &Palette, list: Rect, canvas: &mut Canvas<'_>) {
    let theme = canvas.theme();
    let typed = palette.query.text().trim();
    let next = match palette.nearest() {
        Some(name) => format!("Enter runs the closest match: {name}"),
        None => "Delete what is typed to see them all.".to_owned(),
    };
    let room = list.width.saturating_sub(2);
    let sentence = format!("No command here is called '{typed}'.");
    let lines = wrapped(&sentence, room).into_iter().map(|line| (line, Role::Warning));
    let next = wrapped(&next, room).into_iter().map(|line| (line, Role::Text));
    for (row, (line, role)) in (0..list.height).zip(lines.chain(next)) {
        canvas.pen(list, row).skip(1).text(&line, theme.style(role));
    }
}
