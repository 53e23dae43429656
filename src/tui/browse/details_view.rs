//! Draws what is known of the selected secret: its versions, a value, and what it is for.

use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::{Browse, Details, Pane, folder_view};
use crate::domain::{StageLabel, Timestamp, days_until};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::line::{LinePen, cut_path, width, wrapped};
use crate::tui::kit::rows::{Rows, below, heading_of, indented, row_of};
use crate::tui::plan_text::{self, label_sign};
use crate::tui::theme::{Role, Theme};
use crate::tui::when;
use crate::versioning::{SecretState, VersionState};

/// What stands in the border above the versions, or the content of a folder.
pub fn versions_title(browse: &Browse, area: Rect, theme: &Theme) -> (String, String) {
    let between = theme.glyphs.between();
    let titled = |what: &str, name: &str, note: &str| {
        let fixed = width(what) + width(&between) + width(note) + 8;
        let room = area.width.saturating_sub(fixed).max(area.width / 2);
        format!("{what}{between}{}", cut_path(name, room, &theme.glyphs))
    };
    if let Some(name) = &browse.selected {
        let note = browse.known().map_or_else(String::new, |details| {
            let versions = &details.secret.versions;
            let labelled = versions.iter().filter(|version| details.secret.labels.marks(version.key)).count();
            let count = when::grouped(versions.len() as u64);
            let is_cut = versions.len() > usize::from(area.height);
            let count = if is_cut { format!("{}/{count}", browse.version + 1) } else { count };
            format!("{count}{between}{labelled} labelled")
        });
        return (titled("2 Versions", name.as_str(), &note), note);
    }
    let (Some(path), Some(content)) = (browse.folder_path(), browse.folder_content()) else {
        return ("2 Versions".to_owned(), String::new());
    };
    let mut note = when::count(content.all.secrets, "secret");
    if content.all.due > 0 {
        note += &format!("{between}{} due", when::grouped(content.all.due as u64));
    }
    let seen = usize::from(folder_view::rows_of_children(area));
    if content.children.len() > seen {
        note +=
            &format!("{between}{}/{}", browse.folder_top + 1, when::grouped(content.children.len() as u64));
    }
    (titled("2 Folder", path.as_str(), &note), note)
}

/// What labels are, where there are no versions yet to show them.
pub fn draw_legend(area: Rect, canvas: &mut Canvas<'_>) {
    let theme = canvas.theme();
    let legend = plan_text::legend(&theme.glyphs);
    let labels = legend.iter().map(|explained| width(explained.label)).max().unwrap_or(0);
    for (row, explained) in (0..).zip(&legend) {
        let mut pen = canvas.pen(area, row);
        pen.skip(2).text(explained.sign, theme.style(explained.role)).skip(1);
        pen.fitted(explained.label, labels, theme.style(Role::Text), &theme.glyphs).skip(2);
        pen.text(explained.meaning, theme.style(Role::Muted));
    }
}

/// The columns of the table of versions.
struct VersionColumns {
    id: u16,
    labels: u16,
    created: u16,
    /// What stands above the ages.
    heading: &'static str,
    age: fn(Timestamp, Timestamp) -> String,
    /// What is left for the note; 0 where that would tell nothing.
    note: u16,
}

/// A note in fewer columns than these tells nothing; it stands below, too.
const FEWEST_OF_NOTE: u16 = 8;

/// Below this width ages are written short: the note needs the room.
const SHORT_AGES: u16 = 66;

impl VersionColumns {
    fn of(browse: &Browse, area: Rect, now: Timestamp, theme: &Theme) -> Self {
        let longest = |of: &dyn Fn(&VersionState) -> u16| browse.versions().map(of).max().unwrap_or(0);
        let id = longest(&|version| width(version.id.as_str())).max(7).min(area.width / 3);
        let age = if area.width < SHORT_AGES { when::ago_short } else { when::ago };
        let heading = if area.width < SHORT_AGES { "AGE" } else { "CREATED" };
        let created = longest(&|version| width(&age(version.created, now))).max(width(heading));
        let labels = browse.known().map_or(0, |details| {
            let of_version = |version: &VersionState| labels_width(&details.secret, version, theme);
            details.secret.versions.iter().map(of_version).max().unwrap_or(0)
        });
        let room = area.width.saturating_sub(id + created + 9);
        let labels = labels.clamp(12.min(room), room.max(1));
        let note = area.width.saturating_sub(3 + id + 2 + labels + 2 + created + 2 + 1);
        let note = if note < FEWEST_OF_NOTE { 0 } else { note };
        Self { id, labels, created, heading, age, note }
    }
}

fn labels_width(secret: &SecretState, version: &VersionState, theme: &Theme) -> u16 {
    let labels = secret.labels.of(version.key);
    let one = |label: &StageLabel| width(label.as_str()) + width(label_sign(label, &theme.glyphs).0) + 3;
    // Two columns stand between labels, and none behind the last.
    labels.iter().map(one).sum::<u16>().saturating_sub(2)
}

/// Draws the table of versions; answers where the cursor stands.
pub fn draw_versions(browse: &Browse, area: Rect, canvas: &mut Canvas<'_>) -> Option<Position> {
    let (now, theme) = (canvas.app.wall, canvas.theme());
    if area.width == 0 || area.height == 0 {
        return None;
    }
    let details = match &browse.details {
        Details::Known(details) => details,
        Details::None if browse.catalogue.is_empty() => {
            draw_legend(area, canvas);
            return None;
        }
        Details::None => {
            folder_view::draw(browse, area, canvas);
            return None;
        }
        Details::Pending => return None,
        Details::Failed(failure) => {
            canvas.pen(area, 0).skip(2).text(&failure.sentence(), theme.style(Role::Danger));
            canvas.pen(area, 1).skip(2).text(&failure.hint(), theme.style(Role::Muted));
            return None;
        }
    };
    let columns = VersionColumns::of(browse, area, now, theme);
    let muted = theme.style(Role::Muted);
    let mut pen = canvas.pen(heading_of(area), 0);
    pen.skip(3).fitted("VERSION", columns.id, muted, &theme.glyphs).skip(2);
    pen.fitted("LABELS", columns.labels, muted, &theme.glyphs).skip(2);
    pen.fitted(columns.heading, columns.created, muted, &theme.glyphs).skip(2);
    pen.fitted("NOTE", columns.note, muted, &theme.glyphs);
    let mut cursor = None;
    let seen = browse.versions().enumerate().skip(browse.versions_top).take(usize::from(area.height));
    for (row, (index, version)) in (0_u16..).zip(seen) {
        let line = row_of(area, row);
        let over = (index == browse.version).then(|| {
            cursor = Some(Position::new(line.x + 1, line.y));
            let is_here = browse.pane == Pane::Versions;
            theme.style(if is_here { Role::Selected } else { Role::SelectedElsewhere })
        });
        let is_marked = browse.marked() == Some(version.key);
        draw_version(&details.secret, version, &columns, over, is_marked, line, canvas);
    }
    cursor
}

#[allow(clippy::too_many_arguments, reason = "one row of a table: its data, its columns, its place")]
fn draw_version(
    secret: &SecretState,
    version: &VersionState,
    columns: &VersionColumns,
    over: Option<Style>,
    is_marked: bool,
    line: Rect,
    canvas: &mut Canvas<'_>,
) {
    let (now, theme) = (canvas.app.wall, canvas.theme());
    let glyphs = &theme.glyphs;
    let style = |role| over.unwrap_or_else(|| theme.style(role));
    let mut pen = canvas.pen(line, 0);
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
    pen.fitted(note, columns.note, style(Role::Text), glyphs);
    pen.fill(" ", over.unwrap_or_default());
}

/// As many labels as there is room for, then how many more there are. On a row that has a style of its own, a sign
/// keeps its colour.
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

/// Draws what the secret is for, its times, and the selected version to the second.
pub fn draw_about(browse: &Browse, area: Rect, canvas: &mut Canvas<'_>) {
    let (now, theme) = (canvas.app.wall, canvas.theme());
    let Some(details) = browse.known() else {
        return;
    };
    if area.width < 4 || area.height == 0 {
        return;
    }
    let secret = &details.secret;
    let area = indented(area, 1, 1);
    let between = theme.glyphs.between();
    let times = times(secret, browse, now).join(&between);
    let version = browse.selected_version();
    let version = version.map_or_else(Vec::new, |version| version_lines(version, area.width, &between));
    // A note is worth a row, wherever the description goes on.
    let below_it = 1 + u16::try_from(version.len().min(2)).unwrap_or(1);
    let room = Rows::of(area).take(area.height.saturating_sub(below_it).max(1));
    let described = draw_description(secret, room, canvas);
    let muted = theme.style(Role::Muted);
    canvas.pen(area, described).fitted(&times, area.width, muted, &theme.glyphs);
    let left = below(area, described + 1);
    for (row, line) in (0..left.height).zip(&version) {
        let is_cut = row + 1 == left.height && version.len() > usize::from(left.height);
        let end = if is_cut { theme.glyphs.ellipsis } else { "" };
        canvas.pen(left, row).fitted(&format!("{line}{end}"), area.width, muted, &theme.glyphs);
    }
}

/// Which version is selected, its time to the second, and its note, which has lines of its own where one is too narrow.
fn version_lines(version: &VersionState, columns: u16, between: &str) -> Vec<String> {
    let id = format!("{} {}", version.id, when::exact(version.created));
    let Some(note) = &version.note else {
        return vec![id];
    };
    let whole = format!("{id}{between}{}", note.as_str());
    if width(&whole) <= columns {
        return vec![whole];
    }
    let note = wrapped(&crate::domain::visible(note.as_str()), columns);
    std::iter::once(id).chain(note).collect()
}

/// The description, and the tags at the right end of its first line; answers how many rows they took.
fn draw_description(secret: &SecretState, area: Rect, canvas: &mut Canvas<'_>) -> u16 {
    let theme = canvas.theme();
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
        canvas.pen(area, 0).right(&tags, theme.style(Role::Accent));
    }
    let room = usize::from(area.height);
    for (row, line) in (0..).zip(lines.iter().take(room)) {
        let mut pen = canvas.pen(area, row);
        let is_cut = usize::from(row) + 1 == room && lines.len() > room;
        pen.text(line, theme.style(Role::Text));
        if is_cut {
            pen.text(theme.glyphs.ellipsis, theme.style(Role::Muted));
        }
    }
    if beside == 0 && !tags.is_empty() {
        let row = u16::try_from(lines.len().min(room.saturating_sub(1))).unwrap_or(0);
        let row = if text.is_empty() { 0 } else { row };
        canvas.pen(area, row).fitted(&tags, area.width, theme.style(Role::Accent), &theme.glyphs);
        return row + 1;
    }
    u16::try_from(lines.len().min(room)).unwrap_or(1).max(1)
}

fn times(secret: &SecretState, browse: &Browse, now: Timestamp) -> Vec<String> {
    let created = format!("created {}", when::ago(secret.created, now));
    if let Some(planned) = secret.planned_deletion {
        let planned = match days_until(planned, now) {
            ..=0 => "may be purged now".to_owned(),
            days => format!("scheduled for deletion {}", when::in_days(days)),
        };
        return vec![planned, "U restores".to_owned(), created];
    }
    let mut times = Vec::new();
    if let Some(interval) = secret.facts.rotation {
        if let Some(days) = browse.summary().and_then(|summary| summary.due_in_days(now)) {
            times.push(if days <= 0 { "due now".to_owned() } else { format!("due {}", when::in_days(days)) });
        }
        times.push(format!("every {}", when::count(usize::from(interval.days()), "day")));
    }
    if let Some(retention) = secret.facts.retention {
        times.push(format!("keeps {}", when::count(retention.versions(), "version")));
    }
    times.push(created);
    times
}
