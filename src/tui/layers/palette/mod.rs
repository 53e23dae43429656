//! The command palette: every action that is active here, found by name or by what it does.

mod offer;
mod view;

use ratatui::layout::Position;

use self::offer::{Choice, Offer};
use self::view::areas;
use crate::query::{Candidate, Query};
use crate::tui::action::Action;
use crate::tui::app::{App, Tone};
use crate::tui::ask::{Answered, Pending, Ticket, Work};
use crate::tui::command::{self, Command};
use crate::tui::context::{Context, Contexts};
use crate::tui::keymap::{Key, Keymap};
use crate::tui::kit::canvas::Canvas;
use crate::tui::kit::{EditBuffer, Lines};
use crate::tui::layer::{Flow, Layer, News};
use crate::tui::layout;

/// An action that can be chosen.
pub struct Entry {
    pub action: Action,
    /// Its name in the keymap.
    pub name: &'static str,
    /// What it does, in a sentence where there is one.
    pub sentence: String,
    /// The same in a word or two.
    pub words: String,
    /// The key that does it too.
    pub key: Option<Key>,
    /// Why it can do nothing now.
    pub obstacle: Option<&'static str>,
}

/// The palette. What it offers is fixed when it opens: nothing moves under the cursor.
pub struct Palette {
    query: EditBuffer,
    entries: Vec<Entry>,
    /// Which of them answer the query, the best first.
    found: Vec<usize>,
    /// What is typed behind a command that needs more.
    offer: Offer,
    choices: Vec<Choice>,
    /// What lies where the path of a vault leads.
    near: Pending<Vec<String>>,
    /// Whether a theme is shown that is not chosen.
    is_preview: bool,
    cursor: usize,
}

impl Palette {
    /// Of the actions in the contexts of what gets the keys now.
    pub fn new(
        contexts: &Contexts,
        keymap: &Keymap,
        obstacle: impl Fn(Action) -> Option<&'static str>,
    ) -> Self {
        let entries = active(contexts, keymap, obstacle);
        let mut palette = Self {
            query: EditBuffer::new(Lines::Single),
            entries,
            found: Vec::new(),
            offer: Offer::Commands,
            choices: Vec::new(),
            near: Pending::default(),
            is_preview: false,
            cursor: 0,
        };
        palette.search();
        palette
    }

    /// What answers it, the best first.
    pub fn found(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.found.iter().map(|&position| &self.entries[position])
    }

    /// A command that was typed with all that it needs.
    pub fn typed(&self) -> Option<Command> {
        Command::typed(self.query.text())
    }

    /// The name that was probably meant, where nothing is found.
    pub fn nearest(&self) -> Option<&'static str> {
        let names = self.entries.iter().map(|entry| entry.name);
        command::nearest(self.query.text().trim(), names)
    }

    /// What is typed, as a query. What narrows a list of secrets is a word like any other here.
    pub fn wanted(&self) -> Query {
        let words = self.query.text().split_whitespace();
        let words = words.map(|word| match word {
            "due" => "'due",
            "deleted" => "'deleted",
            word => word,
        });
        Query::parse(&words.collect::<Vec<_>>().join(" "))
    }

    /// Looks for what is typed now.
    pub fn search(&mut self) {
        let query = self.wanted();
        let mut ranked: Vec<_> =
            (0..self.entries.len()).filter_map(|at| Some((query.rank(&self.entries[at])?, at))).collect();
        if query.is_empty() {
            // In the order of the keymap; what can do nothing now comes last.
            ranked.sort_by_key(|(_, at)| (self.entries[*at].obstacle.is_some(), *at));
        } else {
            ranked.sort();
        }
        self.found = ranked.into_iter().map(|(_, at)| at).collect();
        self.cursor = 0;
    }

    /// Looks for what can stand behind a command that needs more.
    fn offer(&mut self, app: &mut App) {
        let text = self.query.text();
        let (offer, rest) = Offer::of(text);
        if offer == Offer::Vaults {
            self.near.ask(&mut app.asks, Work::LookAround { path: rest.to_owned() });
        }
        self.offer = offer;
        self.fill(app);
    }

    fn fill(&mut self, app: &mut App) {
        let text = self.query.text();
        let near = self.near.good().map_or(&[][..], Vec::as_slice);
        self.choices = self.offer.choices(text, &app.all_settings, near);
        let is_begun = !Offer::of(text).1.is_empty();
        let now = self.choices.iter().position(|choice| choice.note == "as now");
        self.cursor = now.filter(|_| !is_begun).unwrap_or(0);
        self.preview(app);
    }

    /// The theme under the cursor is shown; without one, the theme that is set.
    fn preview(&mut self, app: &mut App) {
        match self.choices.get(self.cursor).filter(|_| self.shows_theme()) {
            Some(choice) => {
                app.preview(&choice.name);
                self.is_preview = true;
            }
            None if std::mem::take(&mut self.is_preview) => app.dress(),
            None => {}
        }
    }

    /// Whether themes are chosen from.
    fn shows_theme(&self) -> bool {
        matches!(self.offer, Offer::Values(setting) if setting.name == "theme") && !self.choices.is_empty()
    }

    /// How many rows there are to choose from.
    fn count(&self) -> usize {
        if self.offer == Offer::Commands { self.found.len() } else { self.choices.len() }
    }

    /// The first command that is seen.
    pub(super) fn top(&self, height: u16) -> usize {
        (self.cursor + 1).saturating_sub(usize::from(height))
    }

    /// Writes out the name under the cursor, or the one that was probably meant.
    fn complete(&mut self, app: &mut App) {
        if self.offer != Offer::Commands {
            if let Some(choice) = self.choices.get(self.cursor) {
                self.query.set(&choice.typed);
                self.offer(app);
            }
            return;
        }
        let name = self.found().nth(self.cursor).map(|entry| entry.name).or_else(|| self.nearest());
        if let Some(name) = name {
            self.query.set(name);
            self.search();
        }
    }

    fn choose(&mut self, app: &mut App) -> Flow {
        let (offer, rest) = Offer::of(self.query.text());
        let chosen = self.choices.get(self.cursor);
        match offer {
            Offer::Commands => {}
            Offer::Names if chosen.is_some() => {
                self.complete(app);
                return Flow::Stay;
            }
            Offer::Names => {
                let name = rest.split_whitespace().next().unwrap_or_default().to_owned();
                return Flow::Run(Command::Set { name, value: String::new() });
            }
            Offer::Values(setting) => {
                let value = chosen.map_or(rest.trim_end(), |choice| &choice.name).to_owned();
                return Flow::Run(Command::Set { name: setting.name.to_owned(), value });
            }
            Offer::Vaults => return Flow::Run(Command::Vault(rest.trim_end().to_owned())),
        }
        if let Some(typed) = self.typed() {
            return Flow::Run(typed);
        }
        let Some(entry) = self.found().nth(self.cursor) else {
            // A second Enter runs it: nobody runs what he did not read.
            self.complete(app);
            return Flow::Stay;
        };
        match entry.obstacle {
            None => Flow::Run(Command::Run(entry.action)),
            Some(obstacle) => {
                app.say(Tone::Note, format!("{}: {obstacle}", entry.name));
                Flow::Stay
            }
        }
    }
}

impl Layer for Palette {
    fn name(&self) -> &'static str {
        "palette"
    }

    fn contexts(&self) -> Contexts {
        Contexts::typing(&[Context::Palette])
    }

    fn field(&mut self) -> Option<&mut EditBuffer> {
        Some(&mut self.query)
    }

    fn changed(&mut self, app: &mut App) {
        self.search();
        self.offer(app);
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.near.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, app: &mut App) -> Flow {
        self.near.settle(answered.result);
        self.fill(app);
        Flow::Stay
    }

    fn hear(&mut self, news: &News<'_>, app: &mut App) -> Flow {
        if matches!(news, News::Closing) && std::mem::take(&mut self.is_preview) {
            app.dress();
        }
        Flow::Stay
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        let page = usize::from(areas(layout::areas(app.size).body).list.height).max(1);
        let last = self.count().saturating_sub(1);
        let turned = |at: usize, step: usize| if last == 0 { 0 } else { (at + step) % (last + 1) };
        self.cursor = match action {
            Action::Down => turned(self.cursor, 1),
            Action::Up => turned(self.cursor, last),
            Action::PageDown => (self.cursor + page).min(last),
            Action::PageUp => self.cursor.saturating_sub(page),
            _ => self.cursor,
        };
        match action {
            Action::Complete => self.complete(app),
            Action::Escape | Action::Back => return Flow::Close,
            Action::Enter => return self.choose(app),
            _ => self.preview(app),
        }
        Flow::Stay
    }

    /// Puts the cursor on the command under the pointer; it is not run.
    fn click(&mut self, at: Position, app: &mut App) {
        let list = areas(layout::areas(app.size).body).list;
        if list.contains(at) && self.typed().is_none() {
            let row = self.top(list.height) + usize::from(at.y - list.y);
            if row < self.count() {
                self.cursor = row;
                self.preview(app);
            }
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        view::draw(self, canvas)
    }
}

/// Every action that is active, what is special here first, moving about last.
fn active(
    contexts: &Contexts,
    keymap: &Keymap,
    obstacle: impl Fn(Action) -> Option<&'static str>,
) -> Vec<Entry> {
    let moves = |context: &Context| matches!(context, Context::Tree | Context::Lists | Context::Panes);
    let (moving, doing): (Vec<Context>, Vec<Context>) = contexts.iter().partition(|context| moves(context));
    let mut entries: Vec<Entry> = Vec::new();
    for row in doing.into_iter().chain(moving).flat_map(|context| keymap.rows(context)) {
        let is_known = entries.iter().any(|entry| entry.action == row.action);
        if is_known || row.action == Action::Palette {
            continue;
        }
        entries.push(Entry {
            action: row.action,
            name: row.action.name(),
            sentence: row.explanation.as_ref().unwrap_or(&row.description).clone(),
            words: row.description.clone(),
            key: keymap.key_for(contexts, row.action),
            obstacle: obstacle(row.action),
        });
    }
    entries
}

impl Candidate for Entry {
    fn name(&self) -> &[u8] {
        self.name.as_bytes()
    }

    fn description(&self) -> &[u8] {
        self.sentence.as_bytes()
    }

    fn tags_text(&self) -> &[u8] {
        self.words.as_bytes()
    }

    fn any_tag(&self, _condition: &mut dyn FnMut(&[u8], &[u8]) -> bool) -> bool {
        false
    }

    fn any_label(&self, _condition: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        false
    }

    fn is_due(&self) -> bool {
        false
    }

    fn is_deleted(&self) -> bool {
        false
    }
}
