//! Draws the dialog of a task.

use ratatui::layout::{Position, Rect};

use super::task::{Line, Stage, Task, TaskForm};
use super::{copies, import, locks, merge, removal, upgrade};
use crate::tui::app::App;
use crate::tui::jobs::Scope;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::line::wrapped;
use crate::tui::kit::panel::centred;
use crate::tui::kit::progress::draw_progress;
use crate::tui::kit::rows::below;
use crate::tui::kit::scroll::draw_position;
use crate::tui::layout;
use crate::tui::theme::{Role, Theme};
use crate::vault::Relocking;

const COLUMNS: u16 = 78;
/// Columns for the word before a line.
const LEAD: u16 = 10;
/// Rows for what comes of it, where it may be long.
const REPORT_ROWS: u16 = 12;

/// How many lines a page is, about.
pub(super) fn page(size: (u16, u16)) -> u16 {
    (layout::areas(size).body.height / 3).max(1)
}

impl TaskForm {
    fn title(&self, app: &App, theme: &Theme) -> String {
        let dot = theme.glyphs.dot;
        match &self.task {
            Task::Verify => format!("Check the vault {dot} {}", app.vault_file()),
            Task::BackUp => format!("Back up {dot} {}", app.vault_file()),
            Task::Relock(Relocking::Password) => format!("Change the password {dot} {}", app.vault_file()),
            Task::Relock(Relocking::VaultKey) => {
                format!("Replace the vault key {dot} {}", app.vault_file())
            }
            Task::Upgrade => format!("Upgrade {dot} {}", app.vault_file()),
            Task::Import => "Import".to_owned(),
            #[cfg(feature = "engines")]
            Task::Push => "Push".to_owned(),
            #[cfg(feature = "engines")]
            Task::Pull => "Pull".to_owned(),
            Task::Merge => format!("Merge {dot} {}", app.vault_file()),
            Task::Sync => format!("Sync {dot} {}", app.vault_file()),
            Task::Settings => "Settings".to_owned(),
            Task::Export if copies::is_encrypted(&self.form) => "Export, encrypted".to_owned(),
            Task::Export => "Export, unencrypted".to_owned(),
            Task::Remove(Scope::Force(name)) => format!("Delete for good {dot} {name}"),
            Task::Remove(Scope::One(name)) => format!("Purge {dot} {name}"),
            Task::Remove(Scope::Past) => format!("Purge {dot} all past their window"),
        }
    }

    fn about(&self) -> &'static str {
        match (&self.task, self.stage) {
            (_, Stage::Finished) | (Task::Verify | Task::Settings, _) => "",
            (Task::BackUp, _) => copies::ABOUT_BACKUP,
            (Task::Relock(Relocking::Password), _) => locks::ABOUT_PASSWORD,
            (Task::Relock(Relocking::VaultKey), _) => locks::ABOUT_REKEY,
            (Task::Upgrade, _) => upgrade::ABOUT,
            (Task::Import, _) => import::ABOUT,
            (Task::Export, _) if copies::is_encrypted(&self.form) => copies::ABOUT_DATABASE,
            (Task::Merge, _) => merge::ABOUT,
            (Task::Sync, _) => merge::ABOUT_SYNC,
            (Task::Export, _) => copies::ABOUT_EXPORT,
            (Task::Remove(_), _) => removal::ABOUT,
            #[cfg(feature = "engines")]
            (Task::Push, _) => super::engine::ABOUT_PUSH,
            #[cfg(feature = "engines")]
            (Task::Pull, _) => super::engine::ABOUT_PULL,
        }
    }

    pub(super) fn draw_in(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        let (app, theme) = (canvas.app, canvas.theme());
        let body = canvas.body();
        let columns = COLUMNS.min(body.width);
        let about = match self.about() {
            "" => Vec::new(),
            text => wrapped(text, columns.saturating_sub(6)),
        };
        // Once a plan is shown, what an import does makes room for it.
        let fields = self.form.rows();
        let rows_below = self.rows_below(columns);
        let is_read = matches!(self.task, Task::Import | Task::Merge | Task::Sync) && rows_below > 0;
        let about = if is_read { Vec::new() } else { about };
        let parts = [rows(&about), fields, rows_below];
        let gaps = u16::try_from(parts.iter().filter(|part| **part > 0).count()).unwrap_or(0);
        let wanted = parts.iter().sum::<u16>() + gaps + 3;
        let area = centred(body, columns, wanted);
        let inside = canvas.dialog(area, &self.title(app, theme), "");
        let mut row = 1;
        for line in &about {
            canvas.pen(inside, row).skip(2).text(line, theme.style(Role::Text));
            row += 1;
        }
        row += u16::from(!about.is_empty() && fields > 0);
        let cursor = self.form.draw(canvas, below(inside, row), self.stage == Stage::Typing);
        row += fields;
        if rows_below > 0 {
            if row > 1 {
                row += 1;
                canvas.divider(area, row, self.divider(), "");
            }
            let place = below(inside, row);
            match (self.stage, &app.under_way) {
                (Stage::Running, Some(under_way)) => draw_progress(under_way, place, canvas),
                _ => self.draw_lines(place, area, canvas),
            }
        }
        cursor.or(Some(Position::new(inside.x + 2, inside.y + row.min(inside.height.saturating_sub(1)))))
    }

    fn rows_below(&self, columns: u16) -> u16 {
        if self.stage == Stage::Running {
            return 1;
        }
        let shown = self.lines.iter().skip(self.scroll).take(usize::from(REPORT_ROWS));
        let rows: usize = shown.map(|line| line_parts(line, columns.saturating_sub(6)).len()).sum();
        // Scrolling does not change the size of the box.
        let least = if self.lines.len() > usize::from(REPORT_ROWS) { REPORT_ROWS } else { 0 };
        u16::try_from(rows).unwrap_or(u16::MAX).clamp(least, REPORT_ROWS.max(least) * 2)
    }

    const fn divider(&self) -> &'static str {
        match self.stage {
            Stage::Typing if matches!(self.task, Task::Merge | Task::Sync) => "Other copy",
            Stage::Typing => "After this",
            Stage::Running => "Under way",
            Stage::Finished => "Done",
        }
    }

    fn draw_lines(&self, place: Rect, area: Rect, canvas: &mut Canvas<'_>) {
        let theme = canvas.theme();
        let columns = place.width.saturating_sub(4);
        let mut row = 0;
        let mut shown = 0;
        for line in self.lines.iter().skip(self.scroll) {
            if row >= place.height {
                break;
            }
            for (position, part) in line_parts(line, columns).iter().enumerate() {
                let mut pen = canvas.pen(place, row);
                pen.skip(2);
                if !line.lead.is_empty() {
                    let lead = if position == 0 { line.lead } else { "" };
                    pen.fitted(lead, LEAD, theme.style(line.role), &theme.glyphs);
                }
                let role = if line.lead.is_empty() { line.role } else { Role::Text };
                pen.text(&part.replace('→', theme.glyphs.arrow), theme.style(role));
                row += 1;
            }
            shown += 1;
        }
        let left = self.lines.len().saturating_sub(self.scroll + shown);
        if left > 0 || self.scroll > 0 {
            draw_position(canvas, area, self.scroll..self.scroll + shown, self.lines.len());
        }
    }
}

fn rows(lines: &[String]) -> u16 {
    u16::try_from(lines.len()).unwrap_or(u16::MAX)
}

fn line_parts(line: &Line, columns: u16) -> Vec<String> {
    let lead = if line.lead.is_empty() { 0 } else { LEAD };
    wrapped(&line.text, columns.saturating_sub(lead))
}
