//! The line on top: which vault, what is in it, when it locks.

use super::canvas::Canvas;
use super::line::width;
use crate::app_options::Ownership;
use crate::tui::app::{App, UnderWay};
use crate::tui::browse::{Browse, Pane};
use crate::tui::layout;
use crate::tui::theme::{Role, Theme};
use crate::tui::when;

/// Draws it; progress that is shown larger elsewhere is left out.
pub fn draw(canvas: &mut Canvas<'_>, is_progress_shown: bool) {
    let (app, theme) = (canvas.app, canvas.theme());
    let area = layout::areas(app.size).header;
    let between = theme.glyphs.between();
    let facts = facts(app, is_progress_shown);
    let left = match app.browse() {
        Some(browse) if !layout::is_wide(app.size) => {
            let demo = match app.ownership {
                Ownership::Own => String::new(),
                Ownership::Demo { .. } => format!("demo{between}"),
            };
            demo + &trail(browse, theme)
        }
        _ => app.whereabouts().to_owned(),
    };
    let brand = format!(" etui{between}");
    // The last ones are what a full line keeps: how many secrets there are is told elsewhere too.
    let taken = width(&brand) + width(&left);
    let fits = |shown: &[(String, Role)]| {
        taken + shown.iter().map(|(fact, _)| width(fact) + width(&between)).sum::<u16>() <= area.width
    };
    let mut shown = &facts[..];
    while shown.len() > 1 && !fits(shown) {
        shown = &shown[1..];
    }
    let mut pen = canvas.pen(area, 0);
    for (at, (fact, role)) in shown.iter().enumerate().rev() {
        let after = if at + 1 == shown.len() { " " } else { &between };
        pen.right(after, theme.style(Role::Muted)).right(fact, theme.style(*role));
    }
    pen.text(" etui", theme.style(Role::Brand)).text(&between, theme.style(Role::Muted));
    let room = pen.room().saturating_sub(1);
    pen.fitted(&left, room, theme.style(Role::Text), &theme.glyphs);
}

fn facts(app: &App, is_progress_shown: bool) -> Vec<(String, Role)> {
    let Some(browse) = app.browse() else {
        return Vec::new();
    };
    let mut facts = vec![(when::count(browse.not_deleted, "secret"), Role::Muted)];
    if browse.due > 0 {
        facts.push((format!("{} due", when::grouped(browse.due as u64)), Role::Warning));
    }
    if !app.conflict_files.is_empty() {
        let files = when::count(app.conflict_files.len(), "conflict file");
        facts.push((format!("{files}: :merge"), Role::Warning));
    }
    let clipboard = app.clipboard_until.filter(|_| !app.settings.plain);
    facts.extend(clipboard.map(|until| {
        let left = until.since(app.now).as_millis().div_ceil(1000);
        (format!("clipboard {left} s"), Role::Muted)
    }));
    let words = app.under_way.as_ref().filter(|_| !is_progress_shown).map(UnderWay::words);
    facts.extend(app.countdown().into_iter().chain(words).map(|fact| (fact, Role::Muted)));
    facts.extend(marks(browse, &app.theme));
    facts
}

/// How many secrets are marked. It is what a full line keeps: an action would be about them, seen or not.
fn marks(browse: &Browse, theme: &Theme) -> Option<(String, Role)> {
    let marks = &browse.marks;
    let marked = format!("{} marked", when::grouped(marks.len() as u64));
    let hidden = match marks.hidden() {
        0 => String::new(),
        hidden => format!(", {} hidden", when::grouped(hidden as u64)),
    };
    let between = theme.glyphs.between();
    (!marks.is_empty()).then(|| (format!("{marked}{hidden}{between}Esc clears"), Role::Accent))
}

/// Where one is, while only one pane is seen.
fn trail(browse: &Browse, theme: &Theme) -> String {
    let mut trail = String::from("Secrets");
    if browse.pane != Pane::Secrets {
        let separator = format!(" {} ", theme.glyphs.selected);
        if let Some(name) = &browse.selected {
            trail.push_str(&separator);
            trail.push_str(name.as_str());
        }
        if browse.pane == Pane::Value
            && let Some(version) = browse.selected_version()
        {
            trail.push_str(&separator);
            trail.push_str(version.id.as_str());
        }
    }
    trail
}
