//! The line on top: which vault, what is in it, when it locks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::line::{LinePen, width};
use crate::app_options::Ownership;
use crate::tui::jobs::UnderWay;
use crate::tui::layout;
use crate::tui::modals::rooms::Stage;
use crate::tui::screens::browse::{Browse, Pane};
use crate::tui::state::{Modal, State};
use crate::tui::theme::{Role, Theme};
use crate::tui::when;

/// Draws it.
pub fn draw(state: &State, theme: &Theme, buffer: &mut Buffer) {
    let area = layout::areas(state.size).header;
    let between = theme.glyphs.between();
    let facts = facts(state);
    let right = format!("{} ", facts.join(&between));
    let left = match state.browse() {
        Some(browse) if !layout::is_wide(state.size) => {
            let demo = match state.ownership {
                Ownership::Own => String::new(),
                Ownership::Demo { .. } => format!("demo{between}"),
            };
            demo + &trail(browse, theme)
        }
        _ => state.whereabouts().to_owned(),
    };
    let brand = format!(" etui{between}");
    // The countdown is what a full line keeps: everything else is told elsewhere too.
    let fits = |right: &str| width(&brand) + width(&left) + width(right) + 2 <= area.width;
    let right =
        if fits(&right) { right } else { facts.last().map_or_else(String::new, |last| format!("{last} ")) };
    let mut pen = LinePen::new(buffer, Rect { height: 1, ..area }, 0);
    pen.right(&right, theme.style(Role::Muted));
    pen.text(" etui", theme.style(Role::Brand)).text(&between, theme.style(Role::Muted));
    let room = pen.room().saturating_sub(1);
    pen.fitted(&left, room, theme.style(Role::Text), &theme.glyphs);
}

fn facts(state: &State) -> Vec<String> {
    let Some(browse) = state.browse() else {
        return Vec::new();
    };
    let mut facts = vec![when::count(browse.alive, "secret")];
    if browse.due > 0 {
        facts.push(format!("{} due", when::grouped(browse.due as u64)));
    }
    facts.extend(state.countdown());
    // In its own room it is shown larger.
    let is_shown = matches!(state.modals.last(), Some(Modal::Room(room)) if room.stage() == Stage::Running);
    facts.extend(state.under_way.as_ref().filter(|_| !is_shown).map(UnderWay::words));
    facts
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
