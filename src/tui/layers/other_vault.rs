//! Another vault: its path is typed, what lies there is listed; Enter opens it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::unlock;
use crate::platform::paths;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::as_command::LastCommand;
use crate::tui::ask::{Answer, Answered, Effect, Pending, Question, Ticket, Work};
use crate::tui::context::{Context, Contexts};
use crate::tui::kit::EditBuffer;
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::field::{self, Focus, Shown};
use crate::tui::kit::line::{LinePen, wrapped};
use crate::tui::kit::panel::centred;
use crate::tui::layer::{Flow, Layer};
use crate::tui::session::{Found, OtherVaultWish};
use crate::tui::theme::{Role, Theme};

/// The width of the names of the fields.
const LABEL: u16 = 12;
/// How many names of what lies there are shown at most.
const NEAR: u16 = 5;

/// The two fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Path,
    KeyFile,
}

/// The question for another vault.
pub struct OtherVault {
    path: EditBuffer,
    key_file: EditBuffer,
    focus: Field,
    /// What lies where the path that is typed leads.
    near: Pending<Vec<String>>,
    /// What is looked for, and its answer.
    wish: Option<OtherVaultWish>,
    found: Question,
    remark: Option<(Role, String)>,
}

impl OtherVault {
    /// Asks, beginning with the folder of the vault that is named now.
    pub fn new(app: &mut App) -> Self {
        let folder = app.path.rfind('/').map_or("", |slash| &app.path[..=slash]);
        let mut question = Self {
            path: EditBuffer::with_text(folder),
            key_file: EditBuffer::with_text(app.key_file.as_deref().unwrap_or_default()),
            focus: Field::Path,
            near: Pending::default(),
            wish: None,
            found: Question::default(),
            remark: None,
        };
        question.look_around(app);
        question
    }

    fn near(&self) -> &[String] {
        self.near.good().map_or(&[], Vec::as_slice)
    }

    /// Asks what lies where the path leads that is typed now.
    fn look_around(&mut self, app: &mut App) {
        self.remark = None;
        self.near.ask(&mut app.asks, Work::LookAround { path: self.path.text().to_owned() });
    }

    /// Looks for the vault that is named.
    fn look(&mut self, makes: bool, app: &mut App) {
        let wish = OtherVaultWish {
            path: self.path.text().trim().to_owned(),
            key_file: self.key_file.text().trim().to_owned(),
            makes,
        };
        if wish.path.is_empty() {
            self.remark = Some((Role::Warning, "type the path of the vault".to_owned()));
            return;
        }
        app.begin_busy(&mut self.found, Work::OpenOther(wish.clone()));
        self.wish = Some(wish);
    }

    const fn turn(&mut self) {
        self.focus = match self.focus {
            Field::Path => Field::KeyFile,
            Field::KeyFile => Field::Path,
        };
    }

    /// Writes out what all that lies there has in common.
    fn complete(&mut self) {
        let folder = self.path.text().rfind('/').map_or("", |slash| &self.path.text()[..=slash]).to_owned();
        let Some((first, others)) = self.near().split_first() else {
            return;
        };
        let common = others.iter().fold(first.as_str(), |common, name| {
            let length =
                common.char_indices().zip(name.chars()).take_while(|((_, left), right)| left == right);
            let end = length.last().map_or(0, |((at, letter), _)| at + letter.len_utf8());
            &common[..end]
        });
        self.path.set(&format!("{folder}{common}"));
    }

    fn draw_near(&self, area: Rect, theme: &Theme, buffer: &mut Buffer) {
        let muted = theme.style(Role::Muted);
        let head = if self.near().is_empty() { "nothing lies there that could be a vault" } else { "there:" };
        LinePen::new(buffer, area, 0).skip(2).text(head, muted);
        let room = usize::from(NEAR.min(area.height.saturating_sub(1)));
        let shown = if self.near().len() > room { room.saturating_sub(1) } else { self.near().len() };
        for (row, name) in (1..).zip(self.near().iter().take(shown)) {
            let width = area.width.saturating_sub(5);
            LinePen::new(buffer, area, row).skip(4).fitted(
                name,
                width,
                theme.style(Role::Text),
                &theme.glyphs,
            );
        }
        if shown < self.near().len() {
            let row = u16::try_from(shown + 1).unwrap_or(u16::MAX);
            let more = format!("and {} more", self.near().len() - shown);
            LinePen::new(buffer, area, row).skip(4).text(&more, muted);
        }
    }
}

impl Layer for OtherVault {
    fn name(&self) -> &'static str {
        "other vault"
    }

    fn contexts(&self) -> Contexts {
        Contexts::typing(&[Context::OtherVault])
    }

    fn field(&mut self) -> Option<&mut EditBuffer> {
        Some(match self.focus {
            Field::Path => &mut self.path,
            Field::KeyFile => &mut self.key_file,
        })
    }

    fn changed(&mut self, app: &mut App) {
        self.look_around(app);
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        if app.is_busy() {
            return Flow::Stay;
        }
        match action {
            Action::Escape => return Flow::Close,
            Action::NextField | Action::PreviousField => self.turn(),
            Action::Complete if self.focus == Field::Path && !self.near().is_empty() => {
                self.complete();
                self.look_around(app);
            }
            Action::Complete => self.turn(),
            Action::Enter => self.look(false, app),
            Action::MakeVault => self.look(true, app),
            _ => {}
        }
        Flow::Stay
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.near.awaits(ticket) || self.found.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, app: &mut App) -> Flow {
        if self.near.awaits(answered.ticket) {
            self.near.settle(answered.result);
            return Flow::Stay;
        }
        self.found.forget();
        let Some(wish) = self.wish.take() else {
            return Flow::Stay;
        };
        let (role, sentence) = match answered.result {
            Ok(Answer::Found(Found::Nothing)) if !wish.makes => {
                (Role::Warning, "there is no vault at this path: Ctrl-n makes a new one there".to_owned())
            }
            Ok(Answer::Found(Found::Vault { .. })) if wish.makes => {
                (Role::Warning, "there is a vault at this path already: Enter opens it".to_owned())
            }
            Ok(Answer::Found(found)) => {
                app.path.clone_from(&wish.path);
                app.last_command = LastCommand::none(&paths::typed(&wish.path));
                app.key_file = (!wish.key_file.is_empty()).then(|| wish.key_file.clone());
                app.asks.push(Effect::Watch(wish.path));
                return Flow::Reset(unlock::for_found(found, app));
            }
            Ok(_) => return Flow::Stay,
            Err(failure) => (Role::Danger, failure.line()),
        };
        self.remark = Some((role, sentence));
        Flow::Stay
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        let theme = canvas.theme();
        let area = centred(canvas.body(), 70, NEAR + 9);
        let inside = canvas.dialog(area, "Another vault", "");
        let buffer = &mut *canvas.buffer;
        let mut cursor = None;
        for (row, field, name, content) in
            [(1, Field::Path, "Vault file", &self.path), (2, Field::KeyFile, "Key file", &self.key_file)]
        {
            let is_focused = field == self.focus;
            let (mark, role) =
                if is_focused { (theme.glyphs.selected, Role::TitleFocused) } else { (" ", Role::Muted) };
            LinePen::new(buffer, inside, row).text(mark, theme.style(Role::Accent)).skip(1).fitted(
                name,
                LABEL,
                theme.style(role),
                &theme.glyphs,
            );
            let line = Rect {
                x: inside.x + 2 + LABEL,
                y: inside.y + row,
                width: inside.width.saturating_sub(LABEL + 3),
                height: u16::from(row < inside.height),
            };
            let focus = if is_focused { Focus::Here } else { Focus::Elsewhere };
            let style = theme.style(Role::Text);
            let at = field::draw(buffer, line, content, Shown::Plainly, focus, style, &theme.glyphs);
            cursor = cursor.or(at);
            if field == Field::KeyFile && content.is_empty() && !is_focused {
                LinePen::new(buffer, line, 0).text("only where the vault has one", theme.style(Role::Hint));
            }
        }
        let below = Rect { y: inside.y + 4, height: inside.height.saturating_sub(4), ..inside };
        if let Some((role, remark)) = &self.remark {
            for (row, line) in (0..).zip(wrapped(remark, below.width.saturating_sub(4))) {
                LinePen::new(buffer, below, row).skip(2).text(&line, theme.style(*role));
            }
        } else {
            self.draw_near(below, theme, buffer);
        }
        cursor
    }
}
