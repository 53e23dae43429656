//! Draws the list of secrets: only the rows that are seen are looked at.

use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::details_view::draw_legend;
use super::rows::{Row, folder_path};
use super::{Browse, Pane};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::field::{self, Focus, Shown};
use crate::tui::kit::line::{LinePen, cut_path, middle_of_path, width, wrapped};
use crate::tui::kit::rows::{below, heading_of, indented, row_of};
use crate::tui::layout::BrowseAreas;
use crate::tui::theme::{Role, Theme};
use crate::tui::when;
use crate::vault::SecretSummary;

/// What can be typed into the filter, shown while it is empty.
const SYNTAX: &str = "'exact ^start end$ !not @label #tag due";

/// Draws it; answers where the cursor stands.
pub fn draw(browse: &Browse, areas: &BrowseAreas, canvas: &mut Canvas<'_>) -> Option<Position> {
    let typing = draw_filter(browse, areas, canvas);
    let area = areas.secrets;
    if browse.rows.all().is_empty() {
        draw_empty(browse, areas, canvas);
        return typing;
    }
    let mut cursor = None;
    let all = browse.rows.all();
    let end = all.len().min(browse.top.saturating_add(usize::from(area.height)));
    let seen = all.get(browse.top..end).unwrap_or_default();
    let columns = ListColumns::of(browse, seen, area);
    for (line, (index, row)) in (0_u16..).zip(seen.iter().enumerate()) {
        let is_selected = browse.top + index == browse.cursor;
        let place = row_of(area, line);
        draw_row(browse, row, &columns, is_selected, place, canvas);
        if is_selected {
            cursor = Some(Position::new(area.x + 1, area.y + line));
        }
    }
    typing.or(cursor)
}

fn draw_filter(browse: &Browse, areas: &BrowseAreas, canvas: &mut Canvas<'_>) -> Option<Position> {
    let theme = canvas.theme();
    if browse.filter_line() == crate::tui::layout::FilterLine::Hidden || areas.secrets.width < 4 {
        return None;
    }
    let line = heading_of(areas.secrets);
    canvas.pen(line, 0).skip(1).text("/", theme.style(Role::Accent));
    let field = indented(line, 3, 1);
    let focus = if browse.is_filtering() { Focus::Here } else { Focus::Elsewhere };
    if browse.filter.is_empty() {
        canvas.pen(field, 0).fitted(SYNTAX, field.width, theme.style(Role::Hint), &theme.glyphs);
    }
    field::draw(canvas, field, &browse.filter, Shown::Plainly, focus)
}

fn draw_empty(browse: &Browse, areas: &BrowseAreas, canvas: &mut Canvas<'_>) {
    let (area, theme) = (areas.secrets, canvas.theme());
    let (first, second) = if browse.catalogue.is_empty() {
        ("No secrets yet.", "n adds one, :import brings others in")
    } else if !browse.query.is_empty() {
        ("Nothing matches.", "Esc clears the filter")
    } else {
        ("All secrets are scheduled for deletion.", "Press . to show them")
    };
    let room = area.width.saturating_sub(3);
    let lines = [(first, Role::Text), (second, Role::Muted)].into_iter();
    let lines = lines.flat_map(|(text, role)| wrapped(text, room).into_iter().map(move |line| (line, role)));
    let mut end = 1;
    for (row, (line, role)) in (1..).zip(lines) {
        canvas.pen(area, row).skip(2).text(&line, theme.style(role));
        end = row + 1;
    }
    // Beside the list stands what labels mean; where there is nothing beside it, here.
    if browse.catalogue.is_empty() && areas.details_box.height == 0 {
        draw_legend(below(area, end + 1), canvas);
    }
}

/// How wide the facts at the right end of the rows are, as far as rows are seen. Nothing is kept free for what no
/// row has.
#[derive(Clone, Copy)]
struct ListColumns {
    /// Between a name and what follows.
    gap: u16,
    id: u16,
    age: u16,
    mark: u16,
}

/// The mark of the cursor in front of a row.
const FRONT: u16 = 3;

impl ListColumns {
    fn of(browse: &Browse, seen: &[Row], area: Rect) -> Self {
        let (mut columns, mut longest) = (Self { gap: 2, id: 0, age: 0, mark: 0 }, 0);
        for row in seen {
            match *row {
                Row::Secret { position, parent, depth } => {
                    let summary = browse.catalogue.summary(position as usize);
                    let indent = if browse.rows.is_tree() { 2 * depth + 2 } else { 0 };
                    longest = longest.max(width(&summary.name[usize::from(parent)..]) + indent);
                    columns.id = columns.id.max(width(summary.current.id));
                    columns.age = columns.age.max(width(&age_of(&summary, browse)));
                    columns.mark = columns.mark.max(u16::from(mark_of(&summary, browse).is_some()));
                }
                Row::Folder { .. } => {}
            }
        }
        // An id as long as an UUID would leave nothing of the name: its end is kept.
        columns.id = columns.id.min((area.width / 4).max(6));
        // The id is told beside the list too: it goes first where names need the room.
        let narrow = Self { gap: 1, ..columns };
        let without_id = Self { id: 0, ..columns };
        let fits = |columns: &Self| FRONT + longest + columns.width() <= area.width;
        [columns, narrow].into_iter().find(fits).unwrap_or(without_id)
    }

    /// What they take, with the space before each, and one behind the last.
    fn width(&self) -> u16 {
        let column = |columns: u16, gap: u16| if columns > 0 { columns + gap } else { 0 };
        column(self.id, self.gap) + column(self.age, self.gap) + column(self.mark, 1) + 1
    }
}

fn age_of(summary: &SecretSummary<'_>, browse: &Browse) -> String {
    when::ago_short(summary.current.created, browse.now)
}

/// Whether a secret is due, or scheduled for deletion.
fn mark_of(summary: &SecretSummary<'_>, browse: &Browse) -> Option<Role> {
    if summary.planned_deletion.is_some() {
        Some(Role::Deleted)
    } else {
        summary.is_due(browse.now).then_some(Role::Due)
    }
}

/// A row that is drawn: whether it is selected decides its styles.
struct Look<'a> {
    theme: &'a Theme,
    over: Option<Style>,
}

impl Look<'_> {
    fn style(&self, role: Role) -> Style {
        self.over.unwrap_or_else(|| self.theme.style(role))
    }

    /// A mark keeps its own colour on a selected row.
    fn mark(&self, role: Role) -> Style {
        self.theme.mark(role, self.over)
    }
}

fn draw_row(
    browse: &Browse,
    row: &Row,
    columns: &ListColumns,
    is_selected: bool,
    line: Rect,
    canvas: &mut Canvas<'_>,
) {
    let theme = canvas.theme();
    let over = is_selected.then(|| {
        theme.style(if browse.pane == Pane::Secrets { Role::Selected } else { Role::SelectedElsewhere })
    });
    let look = Look { theme, over };
    let mut pen = canvas.pen(line, 0);
    let mark = if is_selected { theme.glyphs.selected } else { " " };
    match marked_sign(browse, row, theme) {
        Some(sign) => pen.text(sign, look.mark(Role::Accent)),
        None => pen.text(" ", look.style(Role::Text)),
    };
    pen.text(mark, look.style(Role::Accent)).text(" ", look.style(Role::Text));
    match *row {
        Row::Folder { first, length, parent, depth, count, is_open } => {
            let sign = if is_open { theme.glyphs.folder_open } else { theme.glyphs.folder_closed };
            let name = &folder_path(&browse.catalogue, first, length)[usize::from(parent)..];
            if !is_open {
                pen.right(&format!(" {} ", when::grouped(u64::from(count))), look.style(Role::Muted));
            }
            indent(&mut pen, depth, look.style(Role::Text));
            pen.text(sign, look.style(Role::Muted)).text(" ", look.style(Role::Text));
            let room = pen.room();
            let name = cut_path(name, room, &theme.glyphs);
            pen.fitted(&name, room, look.style(Role::Folder), &theme.glyphs);
        }
        Row::Secret { position, parent, depth } => {
            let summary = browse.catalogue.summary(position as usize);
            draw_facts(&summary, browse, columns, &look, &mut pen);
            indent(&mut pen, depth, look.style(Role::Text));
            if browse.rows.is_tree() {
                // Names of secrets stand below those of folders, behind the sign.
                pen.text("  ", look.style(Role::Text));
            }
            draw_name(browse, summary.name, parent, &look, &mut pen);
        }
    }
}

/// Whether a secret is marked; of a folder, whether all of its listed secrets are, or some.
fn marked_sign(browse: &Browse, row: &Row, theme: &Theme) -> Option<&'static str> {
    let glyphs = &theme.glyphs;
    if browse.marks.is_empty() {
        return None;
    }
    match *row {
        Row::Secret { position, .. } => browse.marks.contains(position).then_some(glyphs.marked),
        Row::Folder { first, length, count, .. } => {
            let inside = browse.positions_in(first, length);
            // A mark that is hidden does not make up for a listed secret without one.
            let all = if browse.marks.hidden() == 0 { count as usize } else { inside.len() };
            match browse.marks.count_in(&inside) {
                0 => None,
                marked if marked >= all => Some(glyphs.marked),
                _ => Some(glyphs.partly_marked),
            }
        }
    }
}

fn indent(pen: &mut LinePen<'_>, depth: u16, style: Style) {
    for _ in 0..depth.min(pen.room() / 4) {
        pen.text("  ", style);
    }
}

/// The right end of a row: current version, age, whether something is due.
fn draw_facts(
    summary: &SecretSummary<'_>,
    browse: &Browse,
    columns: &ListColumns,
    look: &Look<'_>,
    pen: &mut LinePen<'_>,
) {
    let glyphs = &look.theme.glyphs;
    let gap = columns.gap;
    let pad = |text: &str, columns: u16| {
        let missing = usize::from(columns.saturating_sub(width(text)));
        format!("{}{text}{}", " ".repeat(usize::from(gap)), " ".repeat(missing))
    };
    pen.right(" ", look.style(Role::Text));
    if columns.mark > 0 {
        let mark = mark_of(summary, browse);
        let sign = match mark {
            Some(Role::Deleted) => glyphs.cross,
            Some(_) => glyphs.due,
            None => " ",
        };
        pen.right(sign, look.mark(mark.unwrap_or(Role::Text))).right(" ", look.style(Role::Text));
    }
    if columns.age > 0 {
        pen.right(&pad(&age_of(summary, browse), columns.age), look.style(Role::Muted));
    }
    if columns.id > 0 {
        let id = cut_path(summary.current.id, columns.id, glyphs);
        pen.right(&pad(&id, columns.id), look.style(Role::Muted));
    }
}

/// The name, cut in its middle where it is too long, with what matches the filter highlighted and what lies above it
/// muted.
fn draw_name(browse: &Browse, name: &str, parent: u16, look: &Look<'_>, pen: &mut LinePen<'_>) {
    let start = usize::from(parent);
    let shown = &name[start..];
    let leaf = shown.trim_end_matches('/').rfind('/').map_or(start, |slash| start + slash + 1);
    let matches = browse.query.matches(name);
    let style = |at: usize| {
        let plain = look.style(if at < leaf { Role::Muted } else { Role::Text });
        let is_match = matches.iter().any(|range| range.contains(&at));
        if is_match { plain.patch(look.theme.style(Role::Match)) } else { plain }
    };
    // Names are ASCII: one byte, one column.
    let cut = middle_of_path(shown, usize::from(pen.room()));
    let (head, tail) = cut.unwrap_or((shown.len(), shown.len()));
    let write = |pen: &mut LinePen<'_>, part: std::ops::Range<usize>| {
        for at in part {
            pen.text(&shown[at..=at], style(start + at));
        }
    };
    write(pen, 0..head);
    if cut.is_some() {
        pen.text(look.theme.glyphs.ellipsis, look.style(Role::Muted));
    }
    write(pen, tail..shown.len());
    pen.fill(" ", look.over.unwrap_or_default());
}
