//! Draws what is known of the selected secret: its versions, a value, and what it is for.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::rows::{Row, folder_path};
use super::{Browse, Details, Pane};
use crate::domain::{StageLabel, Timestamp, ValueType, kind_of_value, visible_value};
use crate::memory::SecretBytes;
use crate::tui::kit::line::{LinePen, width, wrapped};
use crate::tui::plan_text::label_sign;
use crate::tui::theme::{Role, Theme};
use crate::tui::when;
use crate::versioning::{SecretState, VersionState};

/// What stands in the border above the versions.
pub fn versions_title(browse: &Browse, theme: &Theme) -> (String, String) {
    let name = match (&browse.selected, browse.row()) {
        (Some(name), _) => name.to_string(),
        (None, Some(Row::Folder { first, length, .. })) => {
            folder_path(&browse.catalogue, first, length).to_owned()
        }
        (None, _) => return ("2 Versions".to_owned(), String::new()),
    };
    let note = browse.known().map_or_else(String::new, |details| {
        let versions = &details.secret.versions;
        let labelled = versions.iter().filter(|version| details.secret.labels.marks(version.key)).count();
        format!("{} {} {labelled} labelled", when::grouped(versions.len() as u64), theme.glyphs.dot)
    });
    (format!("2 Versions {} {name}", theme.glyphs.dot), note)
}

/// What stands in the border above the value.
pub fn value_title(browse: &Browse, theme: &Theme) -> (String, String) {
    let Some(version) = browse.selected_version() else {
        return ("3 Value".to_owned(), String::new());
    };
    let between = theme.glyphs.between();
    let mut facts = vec![version.id.to_string(), version.value_type.to_string(), when::bytes(version.size)];
    // What its beginning says of it is known only while it is here.
    let kind = browse.revealed.as_ref().and_then(|revealed| kind_of_value(revealed.value.expose()));
    facts.extend(kind.map(str::to_owned));
    let note = if browse.revealed.is_some() { "shown" } else { "masked" };
    (format!("3 Value{between}{}", facts.join(&between)), note.to_owned())
}

/// The columns of the table of versions.
struct Columns {
    id: u16,
    labels: u16,
    created: u16,
    age: fn(Timestamp, Timestamp) -> String,
}

/// Below this width ages are written short: the note needs the room.
const SHORT_AGES: u16 = 66;

impl Columns {
    fn of(browse: &Browse, area: Rect, now: Timestamp, theme: &Theme) -> Self {
        let longest = |of: &dyn Fn(&VersionState) -> u16| browse.versions().map(of).max().unwrap_or(0);
        let id = longest(&|version| width(version.id.as_str())).max(7).min(area.width / 3);
        let age = if area.width < SHORT_AGES { when::ago_short } else { when::ago };
        let created = longest(&|version| width(&age(version.created, now))).max(7);
        let labels = browse.known().map_or(0, |details| {
            let of_version = |version: &VersionState| labels_width(&details.secret, version, theme);
            details.secret.versions.iter().map(of_version).max().unwrap_or(0)
        });
        let room = area.width.saturating_sub(id + created + 9);
        Self { id, labels: labels.clamp(12.min(room), room.max(1)), created, age }
    }
}

fn labels_width(secret: &SecretState, version: &VersionState, theme: &Theme) -> u16 {
    let labels = secret.labels.of(version.key);
    labels.iter().map(|label| width(label.as_str()) + width(label_sign(label, &theme.glyphs).0) + 3).sum()
}

/// Draws the table of versions; answers where the cursor stands.
pub fn draw_versions(
    browse: &Browse,
    area: Rect,
    now: Timestamp,
    theme: &Theme,
    buffer: &mut Buffer,
) -> Option<Position> {
    if area.width == 0 || area.height == 0 {
        return None;
    }
    let details = match &browse.details {
        Details::Known(details) => details,
        Details::None => {
            draw_folder(browse, area, theme, buffer);
            return None;
        }
        Details::Pending => return None,
        Details::Failed(failure) => {
            LinePen::new(buffer, area, 0).skip(2).text(&failure.sentence(), theme.style(Role::Danger));
            LinePen::new(buffer, area, 1).skip(2).text(&failure.hint(), theme.style(Role::Muted));
            return None;
        }
    };
    let columns = Columns::of(browse, area, now, theme);
    let heading = Rect { y: area.y - 1, height: 1, ..area };
    let muted = theme.style(Role::Muted);
    let mut pen = LinePen::new(buffer, heading, 0);
    pen.skip(3).fitted("VERSION", columns.id, muted, &theme.glyphs).skip(2);
    pen.fitted("LABELS", columns.labels, muted, &theme.glyphs).skip(2);
    pen.fitted("CREATED", columns.created, muted, &theme.glyphs).skip(2).text("NOTE", muted);
    let mut cursor = None;
    let seen = browse.versions().enumerate().skip(browse.versions_top).take(usize::from(area.height));
    for (row, (index, version)) in (0_u16..).zip(seen) {
        let line = Rect { y: area.y + row, height: 1, ..area };
        let over = (index == browse.version).then(|| {
            cursor = Some(Position::new(line.x + 1, line.y));
            let is_here = browse.pane == Pane::Versions;
            theme.style(if is_here { Role::Selected } else { Role::SelectedElsewhere })
        });
        let is_marked = browse.marked() == Some(version.key);
        draw_version(&details.secret, version, &columns, now, over, is_marked, line, theme, buffer);
    }
    cursor
}

#[allow(clippy::too_many_arguments, reason = "one row of a table: its data, its columns, its place")]
fn draw_version(
    secret: &SecretState,
    version: &VersionState,
    columns: &Columns,
    now: Timestamp,
    over: Option<Style>,
    is_marked: bool,
    line: Rect,
    theme: &Theme,
    buffer: &mut Buffer,
) {
    let glyphs = &theme.glyphs;
    let style = |role| over.unwrap_or_else(|| theme.style(role));
    let mut pen = LinePen::new(buffer, line, 0);
    let mark = if over.is_some() { glyphs.selected } else { " " };
    let chosen = if is_marked { glyphs.marked } else { " " };
    pen.text(chosen, style(Role::Accent)).text(mark, style(Role::Accent)).text(" ", style(Role::Text));
    pen.fitted(version.id.as_str(), columns.id, style(Role::Text), glyphs).text("  ", style(Role::Text));
    let labels = secret.labels.of(version.key);
    let stop = pen.column().saturating_add(columns.labels);
    draw_labels(&labels, columns.labels, over, theme, &mut pen);
    while pen.column() < stop && pen.room() > 0 {
        pen.text(" ", style(Role::Text));
    }
    pen.text("  ", style(Role::Text));
    let created = (columns.age)(version.created, now);
    pen.fitted(&created, columns.created, style(Role::Muted), glyphs).text("  ", style(Role::Text));
    let note = version.note.as_ref().map_or("", crate::domain::Note::as_str);
    let room = pen.room().saturating_sub(1);
    pen.fitted(note, room, style(Role::Text), glyphs);
    pen.fill(" ", over.unwrap_or_default());
}

/// As many labels as there is room for, then how many more there are. On a row that has a style of its own, a sign keeps
/// its colour.
pub fn draw_labels(
    labels: &[StageLabel],
    room: u16,
    over: Option<Style>,
    theme: &Theme,
    pen: &mut LinePen<'_>,
) {
    let glyphs = &theme.glyphs;
    let style = |role| over.unwrap_or_else(|| theme.style(role));
    let mark = |role| theme.mark(role, over);
    if labels.is_empty() {
        pen.text(glyphs.deprecated, style(Role::Muted)).text(" no label", style(Role::Muted));
        return;
    }
    let mut left = room;
    for (at, label) in labels.iter().enumerate() {
        let (sign, role) = label_sign(label, glyphs);
        let more = labels.len() - at;
        let needed = width(label.as_str()) + width(sign) + 1;
        let reserved = if more > 1 { 5 } else { 0 };
        if needed + reserved > left && at > 0 {
            pen.text(&format!("+{more}"), style(Role::Muted));
            return;
        }
        pen.text(sign, mark(role)).text(" ", style(Role::Text));
        let columns = width(label.as_str()).min(left.saturating_sub(2 + reserved));
        pen.fitted(label.as_str(), columns, style(Role::Text), glyphs);
        left = left.saturating_sub(needed + 2);
        if more > 1 {
            pen.text("  ", style(Role::Text));
        }
    }
}

/// What a folder holds, where no secret is selected.
fn draw_folder(browse: &Browse, area: Rect, theme: &Theme, buffer: &mut Buffer) {
    if let Some(Row::Folder { count, .. }) = browse.row() {
        let text = when::count(count as usize, "secret");
        LinePen::new(buffer, area, 0).skip(3).text(&text, theme.style(Role::Muted));
    }
}

/// Draws the value, masked or revealed; answers where the cursor stands.
pub fn draw_value(browse: &Browse, area: Rect, theme: &Theme, buffer: &mut Buffer) -> Option<Position> {
    if area.width < 4 || area.height == 0 {
        return None;
    }
    let version = browse.selected_version()?;
    let area = Rect { x: area.x + 1, width: area.width - 2, ..area };
    match &browse.revealed {
        None => {
            let dots = u64::from(area.width).min(version.size);
            let mask = theme.glyphs.mask.repeat(usize::try_from(dots).unwrap_or(0));
            LinePen::new(buffer, area, 0).text(&mask, theme.style(Role::Muted));
        }
        Some(revealed) => match revealed.value.value_type() {
            ValueType::Text => {
                let text = std::str::from_utf8(revealed.value.expose()).unwrap_or_default();
                draw_text(text, browse.value_top, area, theme, buffer);
            }
            ValueType::Binary => draw_hex(revealed.value.expose(), browse.value_top, area, theme, buffer),
        },
    }
    Some(Position::new(area.x, area.y))
}

/// Long lines go on below; tabs go to the next stop of eight.
fn draw_text(text: &str, top: usize, area: Rect, theme: &Theme, buffer: &mut Buffer) {
    let style = theme.style(Role::Text);
    let mut row = 0;
    for line in text.split('\n').skip(top) {
        let mut shown = SecretBytes::new();
        visible_value(line, &mut shown);
        let mut pen = LinePen::new(buffer, area, row);
        for grapheme in unicode_segmentation::UnicodeSegmentation::graphemes(
            shown.expose_text().unwrap_or_default(),
            true,
        ) {
            let spaces = 8 - (pen.column() - area.x) % 8;
            let columns = if grapheme == "\t" { spaces } else { width(grapheme) };
            if pen.room() < columns {
                row += 1;
                pen = LinePen::new(buffer, area, row);
            }
            if grapheme == "\t" {
                pen.skip(spaces);
            } else {
                pen.text(grapheme, style);
            }
        }
        row += 1;
        if row >= area.height {
            return;
        }
    }
}

/// Sixteen bytes a line: where, which, and what of them is text; fewer columns where there is less room.
fn draw_hex(bytes: &[u8], top: usize, area: Rect, theme: &Theme, buffer: &mut Buffer) {
    let muted = theme.style(Role::Muted);
    let style = theme.style(Role::Text);
    for (row, (index, chunk)) in (0..area.height).zip(bytes.chunks(16).enumerate().skip(top)) {
        let mut pen = LinePen::new(buffer, area, row);
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

/// Draws what the secret is for, its times, and the selected version to the second.
pub fn draw_about(browse: &Browse, area: Rect, now: Timestamp, theme: &Theme, buffer: &mut Buffer) {
    let Some(details) = browse.known() else {
        return;
    };
    if area.width < 4 || area.height == 0 {
        return;
    }
    let secret = &details.secret;
    let area = Rect { x: area.x + 1, width: area.width - 2, ..area };
    let between = theme.glyphs.between();
    let times = times(secret, browse, now).join(&between);
    let version = browse.selected_version().map(|version| {
        let note = version.note.as_ref().map(|note| format!("{between}{}", note.as_str()));
        format!("{} {}{}", version.id, when::exact(version.created), note.unwrap_or_default())
    });
    let room = Rect { height: area.height.saturating_sub(2).max(1), ..area };
    let described = draw_description(secret, room, theme, buffer);
    let muted = theme.style(Role::Muted);
    LinePen::new(buffer, area, described).fitted(&times, area.width, muted, &theme.glyphs);
    if let Some(version) = version {
        LinePen::new(buffer, area, described + 1).fitted(&version, area.width, muted, &theme.glyphs);
    }
}

/// The description, and the tags at the right end of its first line; answers how many rows they took.
fn draw_description(secret: &SecretState, area: Rect, theme: &Theme, buffer: &mut Buffer) -> u16 {
    if secret.facts.description.as_str().is_empty() && secret.facts.tags.iter().next().is_none() {
        return 0;
    }
    let tags: Vec<String> = secret.facts.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let tags = tags.join("  ");
    let tags_width = width(&tags);
    let beside = if tags.is_empty() || tags_width > area.width / 2 { 0 } else { tags_width + 2 };
    let text = secret.facts.description.as_str();
    let lines = wrapped(&crate::domain::visible(text), area.width.saturating_sub(beside));
    if beside > 0 {
        LinePen::new(buffer, area, 0).right(&tags, theme.style(Role::Accent));
    }
    let room = usize::from(area.height);
    for (row, line) in (0..).zip(lines.iter().take(room)) {
        let mut pen = LinePen::new(buffer, area, row);
        let is_cut = usize::from(row) + 1 == room && lines.len() > room;
        pen.text(line, theme.style(Role::Text));
        if is_cut {
            pen.text(theme.glyphs.ellipsis, theme.style(Role::Muted));
        }
    }
    if beside == 0 && !tags.is_empty() {
        let row = u16::try_from(lines.len().min(room.saturating_sub(1))).unwrap_or(0);
        let row = if text.is_empty() { 0 } else { row };
        LinePen::new(buffer, area, row).fitted(&tags, area.width, theme.style(Role::Accent), &theme.glyphs);
        return row + 1;
    }
    u16::try_from(lines.len().min(room)).unwrap_or(1).max(1)
}

fn times(secret: &SecretState, browse: &Browse, now: Timestamp) -> Vec<String> {
    let created = format!("created {}", when::ago(secret.created, now));
    if let Some(planned) = secret.planned_deletion {
        let days = planned.seconds_since(now).div_euclid(Timestamp::DAY);
        let planned = if days <= 0 {
            "may be purged now".to_owned()
        } else {
            format!("scheduled for deletion {}", when::in_days(days))
        };
        return vec![planned, "U restores".to_owned(), created];
    }
    let mut times = vec![created];
    if let Some(interval) = secret.facts.rotation {
        times.push(format!("due every {}", when::count(usize::from(interval.days()), "day")));
        if let Some(days) = browse.summary().and_then(|summary| summary.due_in_days(now)) {
            let due = if days <= 0 { "due now".to_owned() } else { when::in_days(days) };
            times.push(due);
        }
    }
    if let Some(retention) = secret.facts.retention {
        times.push(format!("keeps {}", when::count(retention.versions(), "version")));
    }
    times
}
