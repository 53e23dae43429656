//! A question with two answers, the harmless one first: what keys and clicks choose, and how it is drawn.

use ratatui::layout::{Position, Rect};

use super::canvas::{Canvas, Hit};
use crate::tui::action::Action;
use crate::tui::theme::Role;

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// Nothing happens.
    #[default]
    Cancel,
    Do,
}

/// What a key did to the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// Nothing: the key is for somebody else.
    Nothing,
    /// Another answer is chosen.
    Moved,
    /// It is answered.
    Is(Choice),
}

/// The two answers, and which one is chosen: at first the harmless one.
#[derive(Debug, Clone, Copy, Default)]
pub struct TwoAnswers(Choice);

impl TwoAnswers {
    /// Does what a key means: Esc gives the harmless answer, Enter the chosen one.
    pub const fn act(&mut self, action: Action) -> Reply {
        match action {
            Action::PreviousChoice | Action::NextChoice => {
                self.0 = match self.0 {
                    Choice::Cancel => Choice::Do,
                    Choice::Do => Choice::Cancel,
                };
                Reply::Moved
            }
            Action::Escape | Action::Back => Reply::Is(Choice::Cancel),
            Action::Enter => Reply::Is(self.0),
            _ => Reply::Nothing,
        }
    }

    /// A click chooses an answer.
    pub const fn hit(&mut self, hit: Hit) {
        match hit {
            Hit::Cancel => self.0 = Choice::Cancel,
            Hit::Do => self.0 = Choice::Do,
            _ => {}
        }
    }

    /// Draws them in a row; the chosen one is reversed and marked.
    pub fn draw(
        self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        row: u16,
        (cancel, done): (&str, &str),
    ) -> Option<Position> {
        let theme = canvas.theme();
        let mut column = 2;
        let mut cursor = None;
        for (text, meaning, hit) in [(cancel, Choice::Cancel, Hit::Cancel), (done, Choice::Do, Hit::Do)] {
            let mut pen = canvas.pen(area, row);
            pen.skip(column);
            let start = pen.column();
            let (mark, style) = if meaning == self.0 {
                cursor = Some(Position::new(start, area.y + row));
                (theme.glyphs.selected, theme.style(Role::Selected))
            } else {
                (" ", theme.style(Role::Text))
            };
            pen.text(&format!("{mark} {text} "), style);
            let width = pen.column() - start;
            canvas.hit(Rect { x: start, y: area.y + row, width, height: 1 }, hit);
            column += width + 2;
        }
        cursor
    }
}
