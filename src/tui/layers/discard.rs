//! The question whether to discard what was typed.

use ratatui::layout::Position;

use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::context::{Context, Contexts};
use crate::tui::kit::canvas::{Canvas, Hit};
use crate::tui::kit::panel::centred;
use crate::tui::kit::two_answers::{Choice, Reply, TwoAnswers};
use crate::tui::layer::{Flow, Layer};
use crate::tui::theme::Role;

/// The question, with the harmless answer first.
#[derive(Default)]
pub struct Discard {
    answers: TwoAnswers,
}

impl Layer for Discard {
    fn name(&self) -> &'static str {
        "discard"
    }

    fn contexts(&self) -> Contexts {
        Contexts::commanding(&[Context::Question])
    }

    fn act(&mut self, action: Action, _app: &mut App) -> Flow {
        match self.answers.act(action) {
            Reply::Is(Choice::Cancel) => Flow::Done,
            Reply::Is(Choice::Do) => Flow::Discard,
            Reply::Moved | Reply::Nothing => Flow::Stay,
        }
    }

    fn hit(&mut self, hit: Hit, _app: &mut App) {
        self.answers.hit(hit);
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
        self.answers.draw(canvas, inside, 3, ("Keep editing", "Discard"))
    }
}
