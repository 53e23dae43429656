//! The one-time code of a version, live: the code and how long it still counts. The worker makes each; what codes are
//! made from never comes here.

use ratatui::layout::Position;

use crate::codes::Code;
use crate::domain::{SecretName, Timestamp, VersionId};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::ask::{Answered, Pending, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::event::Moment;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::line::cut_path;
use crate::tui::kit::panel::centred;
use crate::tui::kit::plan_box::draw_refusal;
use crate::tui::kit::rows::{below, indented, row_of};
use crate::tui::layer::{Flow, Layer, News};
use crate::tui::theme::Role;
use crate::tui::when;

const WIDTH: u16 = 50;

/// The code that is shown.
pub struct CodeView {
    name: SecretName,
    version_id: VersionId,
    code: Pending<Box<Code>>,
    /// The time that the code is of.
    at: Timestamp,
}

impl CodeView {
    /// The code of a version, now.
    pub fn new(name: SecretName, version_id: VersionId, app: &mut App) -> Self {
        let mut view = Self { name, version_id, code: Pending::default(), at: app.wall };
        view.ask(app);
        view
    }

    fn ask(&mut self, app: &mut App) {
        self.at = app.wall;
        let (name, version_id) = (self.name.clone(), self.version_id.clone());
        self.code.ask(&mut app.asks, Work::Code { name, version_id, at: self.at });
    }

    /// The code, and how many seconds it still counts.
    fn shown(&self, now: Timestamp) -> Option<(&Code, u64)> {
        let code = self.code.good()?;
        let passed = u64::try_from(now.seconds_since(self.at)).unwrap_or(u64::MAX);
        Some((code, code.seconds_left.saturating_sub(passed)))
    }
}

impl Layer for CodeView {
    fn name(&self) -> &'static str {
        "code"
    }

    fn contexts(&self) -> Contexts {
        Contexts::commanding(&[Context::Code])
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        match action {
            Action::CopyValue if self.code.good().is_some() => {
                let (name, version_id) = (self.name.clone(), self.version_id.clone());
                app.asks.work(Work::CopyCode { name, version_id, at: app.wall });
            }
            Action::Escape | Action::Back => return Flow::Close,
            _ => {}
        }
        Flow::Stay
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.code.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, _app: &mut App) -> Flow {
        self.code.settle(answered.result);
        Flow::Stay
    }

    fn hear(&mut self, news: &News<'_>, app: &mut App) -> Flow {
        // A clock that was set back makes the code one of another time, too.
        let is_past = self.shown(app.wall).is_some_and(|(_, left)| left == 0) || app.wall < self.at;
        if matches!(news, News::Settle) && is_past && !self.code.is_asked() {
            self.ask(app);
        }
        Flow::Stay
    }

    fn wake_at(&self, app: &App) -> Option<Moment> {
        let (_, left) = self.shown(app.wall)?;
        let seconds = if app.settings.plain { left } else { 1 };
        Some(app.now.after(std::time::Duration::from_secs(seconds)))
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        let (app, theme) = (canvas.app, canvas.theme());
        let area = centred(canvas.body(), WIDTH, 7);
        let what = format!("One-time code {} ", theme.glyphs.dot);
        let room = WIDTH.saturating_sub(6 + crate::tui::kit::line::width(&what));
        let name = cut_path(self.name.as_str(), room, &theme.glyphs);
        let inside = canvas.dialog(area, &format!("{what}{name}"), "");
        let line = |row| row_of(indented(inside, 3, 3), row);
        if let Some(Err(failure)) = self.code.known() {
            draw_refusal(canvas, below(inside, 1), failure);
            return None;
        }
        let (code, left) = self.shown(app.wall)?;
        let digits = code.digits.expose_text().unwrap_or_default();
        let (front, back) = digits.split_at(digits.len() / 2);
        let bold = theme.style(Role::Field);
        canvas.pen(line(1), 0).text(front, bold).text(" ", theme.style(Role::Text)).text(back, bold);
        if !app.settings.plain {
            let columns = u64::from(line(3).width);
            let full = usize::try_from(columns * left / code.period.max(1)).unwrap_or(0);
            let rest = usize::try_from(columns).unwrap_or(0).saturating_sub(full);
            canvas
                .pen(line(3), 0)
                .text(&theme.glyphs.bar_full.repeat(full), theme.style(Role::Accent))
                .text(&theme.glyphs.bar_empty.repeat(rest), theme.style(Role::Border));
            let left = format!("{} left", when::count(usize::try_from(left).unwrap_or(0), "second"));
            canvas.pen(line(1), 0).right(&left, theme.style(Role::Muted));
        }
        Some(Position::new(line(1).x, line(1).y))
    }
}
