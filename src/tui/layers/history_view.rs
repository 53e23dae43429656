//! Draws the history: a row for each change in columns, and the one under the cursor in full.

use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::history::History;
use crate::domain::VersionId;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::field::{self, Focus, Shown};
use crate::tui::kit::line::{LinePen, cut_path, width, wrapped};
use crate::tui::kit::panel::centred;
use crate::tui::kit::plan_box::draw_refusal;
use crate::tui::kit::rows::{Rows, below, indented, row_of};
use crate::tui::layout;
use crate::tui::plan_text::label_sign;
use crate::tui::theme::{Role, Theme};
use crate::tui::when;
use crate::vault::{HistoryEntry, wording};

/// Rows for the change under the cursor.
const ENTRY_ROWS: u16 = 4;

/// The widest and tallest that it gets.
const MOST: (u16, u16) = (140, 40);

fn area(size: (u16, u16)) -> Rect {
    let body = layout::areas(size).body;
    centred(body, MOST.0, body.height.min(MOST.1))
}

/// The rows of the list, below the line of the filter where there is one.
pub(super) fn rows_area(size: (u16, u16), filter_rows: u16) -> Rect {
    let inside = layout::inside(area(size));
    let mut rows = Rows::of(below(inside, filter_rows));
    rows.take(rows.rest().height.saturating_sub(ENTRY_ROWS + 1))
}

/// Draws it; answers where the cursor stands.
pub(super) fn draw(history: &History, canvas: &mut Canvas<'_>) -> Option<Position> {
    let (app, theme) = (canvas.app, canvas.theme());
    let area = area(app.size);
    let dot = theme.glyphs.dot;
    let title = match &history.subject {
        Some(name) => format!("History {dot} {name}"),
        None => format!("History {dot} whole vault"),
    };
    let more = if history.has_more() { "+" } else { "" };
    let note = match history.count() {
        0 => String::new(),
        count => format!("{}/{}{more}", history.cursor + 1, when::grouped(count as u64)),
    };
    let inside = canvas.dialog(area, &title, &note);
    match history.entries.known() {
        None => {
            let sentence = format!("reading{}", theme.glyphs.ellipsis);
            canvas.pen(inside, 0).skip(2).text(&sentence, theme.style(Role::Muted));
            return None;
        }
        Some(Err(error)) => {
            draw_refusal(canvas, inside, error);
            return None;
        }
        Some(Ok(_)) => {}
    }
    let typing = draw_filter(history, inside, canvas);
    let place = rows_area(app.size, history.filter_rows());
    let top = history.top(place.height);
    let seen: Vec<&HistoryEntry> = history.rows(top).take(usize::from(place.height)).collect();
    let columns = Columns::of(history, &seen, place.width);
    let mut cursor = None;
    for (row, (index, entry)) in (0..place.height).zip(seen.iter().enumerate()) {
        let is_selected = top + index == history.cursor;
        if is_selected {
            cursor = Some(Position::new(place.x + 1, place.y + row));
        }
        let over = is_selected.then(|| theme.style(Role::Selected));
        let age = when::ago_short(entry.time, app.wall);
        draw_row(entry, &age, &columns, over, theme, canvas.pen(place, row));
    }
    if seen.is_empty() {
        let sentence = if history.has_more() { "Searching older changes" } else { "Nothing matches." };
        canvas.pen(place, 0).skip(3).text(sentence, theme.style(Role::Muted));
    }
    canvas.divider(area, place.bottom() - area.y, "This change", "");
    if let Some(entry) = history.selected() {
        draw_entry(entry, below(inside, place.bottom() + 1 - inside.y), canvas);
    }
    typing.or(cursor)
}

fn draw_filter(history: &History, inside: Rect, canvas: &mut Canvas<'_>) -> Option<Position> {
    let theme = canvas.theme();
    if history.filter_rows() == 0 {
        return None;
    }
    canvas.pen(inside, 0).skip(1).text("/", theme.style(Role::Accent));
    let line = indented(row_of(inside, 0), 3, 1);
    let focus = if history.is_filtering { Focus::Here } else { Focus::Elsewhere };
    field::draw(canvas, line, &history.filter, Shown::Plainly, focus)
}

/// How wide the columns are, as far as rows are seen.
struct Columns {
    age: u16,
    /// None in the history of one secret.
    secret: u16,
    what: u16,
    origin: u16,
}

impl Columns {
    fn of(history: &History, seen: &[&HistoryEntry], room: u16) -> Self {
        let longest =
            |of: &dyn Fn(&HistoryEntry) -> u16| seen.iter().map(|entry| of(entry)).max().unwrap_or(0);
        let secret = match history.subject {
            Some(_) => 0,
            None => longest(&|entry| entry.secret.as_ref().map_or(0, |name| width(name.as_str()))),
        };
        // Where there is little room, the words below tell where a change came from.
        let origin = longest(&|entry| width(&wording::origin(entry.origin)));
        Self {
            age: 4,
            secret: secret.min(room / 3),
            what: longest(&|entry| width(&what(entry))).min(room / 4),
            origin: if room < 90 { 0 } else { origin.min(20) },
        }
    }
}

/// "put v14".
fn what(entry: &HistoryEntry) -> String {
    let ids: Vec<&str> = entry.change.added.iter().map(|version| version.id.as_str()).collect();
    [&[wording::operation(entry.change.operation)], ids.as_slice()].concat().join(" ")
}

fn draw_row(
    entry: &HistoryEntry,
    age: &str,
    columns: &Columns,
    over: Option<Style>,
    theme: &Theme,
    mut pen: LinePen<'_>,
) {
    let glyphs = &theme.glyphs;
    let style = |role| over.unwrap_or_else(|| theme.style(role));
    let (text, muted) = (style(Role::Text), style(Role::Muted));
    let mark = if over.is_some() { glyphs.selected } else { " " };
    if columns.origin > 0 {
        let origin = wording::origin(entry.origin);
        let missing = usize::from(columns.origin.saturating_sub(width(&origin)));
        pen.right(&format!("  {origin}{} ", " ".repeat(missing)), muted);
    }
    pen.text(" ", text)
        .text(mark, text)
        .text(" ", text)
        .fitted(age, columns.age, muted, glyphs)
        .text("  ", text);
    if columns.secret > 0 {
        let name = entry.secret.as_ref().map_or("", |name| name.as_str());
        pen.fitted(&cut_path(name, columns.secret, glyphs), columns.secret, text, glyphs).text("  ", text);
    }
    pen.fitted(&what(entry), columns.what, text, glyphs).text("  ", text);
    for (at, moved) in entry.change.moves().iter().enumerate() {
        let (sign, role) = label_sign(&moved.label, glyphs);
        let from = moved.from.as_ref().map_or_else(String::new, |from| format!("{from} "));
        let to = moved.to.as_ref().map_or("removed", VersionId::as_str);
        let words = format!(" {} {from}{} {to}", moved.label, glyphs.arrow);
        // Half a move says less than none: all of them stand below.
        if at > 0 && width(sign) + width(&words) > pen.room() {
            let room = pen.room().min(1);
            pen.fitted(glyphs.ellipsis, room, muted, glyphs).fill(" ", text);
            return;
        }
        let room = pen.room().saturating_sub(width(sign));
        pen.text(sign, theme.mark(role, over));
        pen.fitted(&words, width(&words).min(room), text, glyphs).text("  ", text);
    }
    let facts = wording::facts(&entry.change).join(", ").replace('→', glyphs.arrow);
    let room = pen.room();
    pen.fitted(&facts, room, muted, glyphs);
}

fn draw_entry(entry: &HistoryEntry, area: Rect, canvas: &mut Canvas<'_>) {
    let theme = canvas.theme();
    let head = format!(
        "change {}, {}, from the {}",
        entry.number,
        when::exact(entry.time),
        wording::origin(entry.origin)
    );
    let details = wording::details(&entry.change).join(", ").replace('→', theme.glyphs.arrow);
    let columns = area.width.saturating_sub(4);
    let texts = [(head, Role::Muted), (wording::name_of(entry), Role::Text), (details, Role::Text)];
    let lines = texts
        .into_iter()
        .flat_map(|(text, role)| wrapped(&text, columns).into_iter().map(move |line| (line, role)));
    for (row, (line, role)) in (0..area.height).zip(lines) {
        canvas.pen(area, row).skip(2).text(&line, theme.style(role));
    }
}
