//! The file is looked at, and what is said where it cannot be used.

use ratatui::layout::Position;

use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::ask::{Answer, Answered, Failure, Question, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::line::wrapped;
use crate::tui::kit::panel::centred;
use crate::tui::kit::rows::indented;
use crate::tui::layer::{Flow, Layer};
use crate::tui::theme::Role;

/// The file of the vault: being looked at, or of no use.
pub struct Opening {
    found: Question,
    failure: Option<Failure>,
}

impl Opening {
    /// The worker looks at the file.
    pub fn new(app: &mut App) -> Self {
        let mut opening = Self { found: Question::new(), failure: None };
        app.begin_busy(&mut opening.found, Work::Open);
        opening
    }
}

impl Layer for Opening {
    fn name(&self) -> &'static str {
        if self.failure.is_some() { "failed" } else { "starting" }
    }

    fn is_base(&self) -> bool {
        true
    }

    fn contexts(&self) -> Contexts {
        Contexts::commanding(if self.failure.is_some() { &[Context::Notice] } else { &[] })
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        match action {
            Action::Back => return Flow::Quit,
            Action::Enter if !app.is_busy() => app.begin_busy(&mut self.found, Work::Open),
            _ => {}
        }
        Flow::Stay
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.found.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, _app: &mut App) -> Flow {
        self.found.forget();
        match answered.result {
            Ok(Answer::Found(found)) => return Flow::Found(found),
            Ok(_) => {}
            Err(failure) => self.failure = Some(failure),
        }
        Flow::Stay
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        let failure = self.failure.as_ref()?;
        let (app, theme) = (canvas.app, canvas.theme());
        let area = centred(canvas.body(), 70, 11);
        let inside = canvas.screen(area, "This vault cannot be opened");
        let inside = indented(inside, 2, 2);
        canvas.pen(inside, 1).fitted(&app.path, inside.width, theme.style(Role::Muted), &theme.glyphs);
        let mut row = 3;
        for (text, role) in [(failure.sentence(), Role::Danger), (failure.hint(), Role::Text)] {
            for line in wrapped(&text, inside.width) {
                canvas.pen(inside, row).text(&line, theme.style(role));
                row += 1;
            }
        }
        None
    }
}
