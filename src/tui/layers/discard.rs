//! The question whether to discard what was typed.

use ratatui::layout::Position;

use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::context::{Context, Contexts};
use crate::tui::kit::canvas::{Canvas, Hit};
use crate::tui::kit::panel::centred;
use crate::tui::kit::plan_box::{Choice, draw_choices};
use crate::tui::layer::{Flow, Layer};
use crate::tui::theme::Role;

/// The question, with the harmless answer first.
pub struct Discard {
    choice: Choice,
}

impl Default for Discard {
    fn default() -> Self {
        Self { choice: Choice::Cancel }
    }
}

impl Layer for Discard {
    fn name(&self) -> &'static str {
        "discard"
    }

    fn contexts(&self) -> Contexts {
        Contexts::commanding(&[Context::Question])
    }

    fn act(&mut self, action: Action, _app: &mut App) -> Flow {
        match action {
            Action::PreviousChoice | Action::NextChoice => self.choice = self.choice.other(),
            Action::Escape | Action::Back => return Flow::Done,
            Action::Enter if self.choice == Choice::Cancel => return Flow::Done,
            Action::Enter => return Flow::Discard,
            _ => {}
        }
        Flow::Stay
    }

    /// A click chooses an answer.
    fn hit(&mut self, hit: Hit, _app: &mut App) {
        self.choice = Choice::of(hit).unwrap_or(self.choice);
    }

    /// Whoever presses it again means it.
    fn interrupt(&mut self, _app: &mut App) -> Flow {
        Flow::Discard
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        let theme = canvas.theme();
        let area = centred(canvas.body(), 54, 7);
        let inside = canvas.dialog(area, "Discard changes?", "");
        canvas.pen(inside, 1).skip(2).text("This form has unsaved changes.", theme.style(Role::Text));
        let answers = ("Keep editing", "Discard");
        draw_choices(canvas, inside, 3, answers, self.choice)
    }
}
