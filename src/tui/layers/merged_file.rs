//! The question whether a file that is merged now is deleted.

use ratatui::layout::Position;

use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::ask::{Answer, Answered, Question, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::kit::canvas::{Canvas, Hit};
use crate::tui::kit::line::wrapped;
use crate::tui::kit::panel::centred;
use crate::tui::kit::two_answers::{Choice, Reply, TwoAnswers};
use crate::tui::layer::{Flow, Layer};
use crate::tui::theme::Role;
use crate::vault::SeenFile;

/// The question, with the harmless answer first.
pub struct MergedFile {
    file: SeenFile,
    answers: TwoAnswers,
    deleted: Question,
}

impl MergedFile {
    pub fn new(file: SeenFile) -> Self {
        Self { file, answers: TwoAnswers::default(), deleted: Question::new() }
    }

    /// Where it lies is known: beside the vault, or as it was typed.
    fn name(&self) -> String {
        self.file.path().file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn sentences(&self, columns: u16) -> Vec<String> {
        let told = format!("Everything in '{}' is in this vault now. Delete the file?", self.name());
        wrapped(&told, columns)
    }
}

impl Layer for MergedFile {
    fn name(&self) -> &'static str {
        "merged file"
    }

    fn contexts(&self) -> Contexts {
        Contexts::commanding(&[Context::Question])
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        match self.answers.act(action) {
            Reply::Is(Choice::Cancel) => return Flow::Done,
            Reply::Is(Choice::Do) if !app.is_busy() => {
                app.begin_busy(&mut self.deleted, Work::DeleteMerged(self.file.clone()));
            }
            Reply::Is(Choice::Do) | Reply::Moved | Reply::Nothing => {}
        }
        Flow::Stay
    }

    fn hit(&mut self, hit: Hit, _app: &mut App) {
        self.answers.hit(hit);
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.deleted.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, app: &mut App) -> Flow {
        self.deleted.forget();
        let name = self.name();
        match answered.result {
            Ok(Answer::MergedDeleted { is_gone: true }) => {
                app.conflict_files.retain(|file| file != self.file.path());
                app.say(Tone::Done, format!("deleted '{name}'"));
            }
            Ok(_) => app.say(Tone::Failed, format!("'{name}' changed meanwhile: it was not deleted")),
            Err(failure) => app.say_failed(&failure),
        }
        Flow::Done
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        let theme = canvas.theme();
        let columns = canvas.body().width.min(66);
        let sentences = self.sentences(columns.saturating_sub(6));
        let rows = u16::try_from(sentences.len()).unwrap_or(1);
        let area = centred(canvas.body(), columns, rows + 6);
        let inside = canvas.dialog(area, "Delete the merged file?", "");
        for (row, text) in (1..).zip(&sentences) {
            canvas.pen(inside, row).skip(2).text(text, theme.style(Role::Text));
        }
        self.answers.draw(canvas, inside, rows + 2, ("Keep it", "Delete"))
    }
}
