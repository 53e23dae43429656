//! How two versions of a secret differ: masked until it is asked for, and a step along the history with a key.

mod view;

use ratatui::layout::Position;

use self::view::{Line, lay_out, list_area};
use crate::tui::action::{Action, FooterWord};
use crate::tui::app::{App, Tone};
use crate::tui::ask::{Answered, Pending, Ticket, Work};
use crate::tui::comparison::{Comparison, Row, Texts};
use crate::tui::context::{Context, Contexts};
use crate::tui::event::Moment;
use crate::tui::kit::canvas::Canvas;
use crate::tui::layer::{Flow, Layer, News};
use crate::versioning::{SecretState, VersionKey, VersionState};

/// What a version is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Against {
    /// With the marked or the current one, which stays.
    Anchor,
    /// With the one before it: what it changed.
    Before,
}

/// The differences that are shown.
pub struct Diff {
    secret: SecretState,
    anchor: VersionKey,
    moving: VersionKey,
    against: Against,
    comparison: Pending<Box<Comparison>>,
    /// Whether the texts are asked for; a step to other versions does not change that.
    wanted: Texts,
    /// Until when the texts are shown, if they are.
    until: Option<Moment>,
    lines: Vec<Line>,
    width: u16,
    top: usize,
}

impl Diff {
    /// Compares a version with another one of its secret; where both are the same, with the one before it.
    ///
    /// The secret must have two versions.
    pub fn new(secret: SecretState, anchor: VersionKey, selected: VersionKey, app: &mut App) -> Self {
        let against = if anchor == selected { Against::Before } else { Against::Anchor };
        let mut diff = Self {
            secret,
            anchor,
            moving: selected,
            against,
            comparison: Pending::default(),
            wanted: Texts::Masked,
            until: None,
            lines: Vec::new(),
            width: 0,
            top: 0,
        };
        diff.settle();
        diff.ask(app);
        diff
    }

    /// Asks about two other versions. What is revealed stays so, for as long as it would have.
    fn ask_about_others(&mut self, app: &mut App) {
        self.comparison.forget();
        self.top = 0;
        self.lay_out_again();
        self.ask(app);
    }

    /// Asks about the two versions; what is shown of them stays until the answer.
    fn ask(&mut self, app: &mut App) {
        let Some(pair) = self.pair() else {
            return;
        };
        let [before, after] = pair.map(|version| version.id.clone());
        let name = self.secret.name.clone();
        let versions = Box::new([before, after]);
        self.comparison.ask(&mut app.asks, Work::Diff { name, versions, texts: self.wanted });
    }

    /// The two versions, the older one first.
    pub fn pair(&self) -> Option<[&VersionState; 2]> {
        let moving = self.position(self.moving)?;
        let other = match self.against {
            Against::Anchor => self.position(self.anchor)?,
            Against::Before => moving.checked_sub(1)?,
        };
        let versions = &self.secret.versions;
        Some([&versions[moving.min(other)], &versions[moving.max(other)]])
    }

    /// The version that stays, if one does.
    pub fn base(&self) -> Option<&VersionState> {
        match self.against {
            Against::Anchor => self.secret.version_of_key(self.anchor),
            Against::Before => None,
        }
    }

    /// The rows that are shown now.
    pub fn rows(&self) -> &[Row] {
        match self.comparison.good() {
            Some(comparison) => comparison.shown.as_ref().unwrap_or(&comparison.masked),
            None => &[],
        }
    }

    /// The same as lines of the screen, from the first that is seen on.
    pub fn lines(&self) -> &[Line] {
        self.lines.get(self.top..).unwrap_or_default()
    }

    pub fn hide(&mut self) {
        self.wanted = Texts::Masked;
        self.until = None;
        if let Some(comparison) = self.comparison.good_mut() {
            comparison.shown = None;
        }
        self.lay_out_again();
    }

    /// Breaks the rows into lines for the size, and keeps the end of them in view.
    pub fn keep_in_view(&mut self, size: (u16, u16)) {
        let area = list_area(size);
        if area.width != self.width {
            self.width = area.width;
            self.lay_out_again();
        }
        self.top = self.top.min(self.lines.len().saturating_sub(usize::from(area.height)));
    }

    fn lay_out_again(&mut self) {
        self.lines = lay_out(self.rows(), self.width);
    }

    fn position(&self, key: VersionKey) -> Option<usize> {
        self.secret.versions.iter().position(|version| version.key == key)
    }

    /// The first version has none before it: what the second one changed is shown then.
    fn settle(&mut self) {
        if self.against == Against::Before
            && self.position(self.moving) == Some(0)
            && let Some(second) = self.secret.versions.get(1)
        {
            self.moving = second.key;
        }
    }

    /// One version older or newer; whether there was one.
    fn step(&mut self, step: isize) -> bool {
        let next = |at: usize| {
            let at = at.checked_add_signed(step)?;
            self.secret.versions.get(at).map(|version| (at, version.key))
        };
        let mut found = self.position(self.moving).and_then(next);
        if self.against == Against::Anchor && found.is_some_and(|(_, key)| key == self.anchor) {
            found = found.and_then(|(at, _)| next(at));
        }
        if self.against == Against::Before {
            found = found.filter(|(at, _)| *at > 0);
        }
        if let Some((_, key)) = found {
            self.moving = key;
        }
        found.is_some()
    }

    fn turn(&mut self) {
        match self.against {
            Against::Anchor => self.against = Against::Before,
            Against::Before => {
                self.against = Against::Anchor;
                if self.moving == self.anchor && !self.step(-1) {
                    self.step(1);
                }
            }
        }
        self.settle();
    }
}

impl Layer for Diff {
    fn name(&self) -> &'static str {
        "diff"
    }

    fn contexts(&self) -> Contexts {
        Contexts::commanding(&[Context::Diff, Context::Lists])
    }

    fn act(&mut self, action: Action, app: &mut App) -> Flow {
        let page = usize::from(list_area(app.size).height).saturating_sub(1).max(1);
        match action {
            Action::Down => self.top += 1,
            Action::Up => self.top = self.top.saturating_sub(1),
            Action::PageDown => self.top += page,
            Action::PageUp => self.top = self.top.saturating_sub(page),
            Action::First => self.top = 0,
            Action::Last => self.top = self.lines.len(),
            Action::OlderVersion | Action::NewerVersion => {
                let (step, end) = if action == Action::OlderVersion { (-1, "older") } else { (1, "newer") };
                if self.step(step) {
                    self.ask_about_others(app);
                } else {
                    app.say(Tone::Note, format!("there is no {end} version to compare"));
                }
            }
            Action::Diff => {
                self.turn();
                self.ask_about_others(app);
            }
            Action::Reveal if self.until.is_some() => self.hide(),
            Action::Reveal => {
                self.wanted = Texts::Shown;
                self.ask(app);
            }
            Action::Escape | Action::Back => return Flow::Close,
            _ => {}
        }
        Flow::Stay
    }

    fn awaits(&self, ticket: Ticket) -> bool {
        self.comparison.awaits(ticket)
    }

    fn answered(&mut self, answered: Answered, app: &mut App) -> Flow {
        self.comparison.settle(answered.result);
        if self.wanted == Texts::Masked {
            // What was revealed has hidden itself meanwhile.
            self.hide();
            return Flow::Stay;
        }
        let is_shown = self.comparison.good().is_some_and(|comparison| comparison.shown.is_some());
        let end = self.until.unwrap_or_else(|| app.now.after(app.settings.reveal_for));
        self.until = is_shown.then_some(end);
        self.lay_out_again();
        Flow::Stay
    }

    /// What is shown hides itself; another process may have moved labels, or destroyed a version.
    fn hear(&mut self, news: &News<'_>, app: &mut App) -> Flow {
        match news {
            News::Settle => {
                if self.until.is_some_and(|until| until <= app.now) {
                    self.hide();
                }
                self.keep_in_view(app.size);
            }
            News::Secret(name, details) if **name == self.secret.name => {
                let keys = |diff: &Self| diff.pair().map(|pair| pair.map(|version| version.key));
                let before = keys(self);
                if let Some(details) = details {
                    self.secret = details.secret.clone();
                    if keys(self) == before {
                        return Flow::Stay;
                    }
                }
                app.say(Tone::Note, "the versions that were compared are not there any more");
                return Flow::Done;
            }
            _ => {}
        }
        Flow::Stay
    }

    fn told(&self, action: Action) -> FooterWord {
        if action == Action::Reveal && self.until.is_some() {
            FooterWord::As("hide")
        } else {
            FooterWord::Usual
        }
    }

    fn wake_at(&self, app: &App) -> Option<Moment> {
        self.until.map(|until| app.next_second(until, app.now))
    }

    fn draw(&self, canvas: &mut Canvas<'_>) -> Option<Position> {
        view::draw(self, canvas)
    }
}
