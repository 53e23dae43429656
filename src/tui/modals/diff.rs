//! How two versions of a secret differ: masked until it is asked for, and a step along the history with a key.

use super::diff_view::{Line, lay_out, list_area};
use crate::domain::SecretName;
use crate::tui::action::Action;
use crate::tui::comparison::{Comparison, Row, Texts};
use crate::tui::effect::{Effect, Work};
use crate::tui::event::Moment;
use crate::tui::state::{Modal, State, Tone};
use crate::vault::{SecretDetails, VaultError};
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
    comparison: Option<Result<Box<Comparison>, VaultError>>,
    /// Until when the texts are shown, if they are.
    until: Option<Moment>,
    revision: u64,
    lines: Vec<Line>,
    width: u16,
    top: usize,
}

impl Diff {
    /// Compares a version with another one of its secret; where both are the same, with the one before it.
    ///
    /// The secret must have two versions.
    pub fn open(
        state: &mut State,
        secret: SecretState,
        anchor: VersionKey,
        selected: VersionKey,
        effects: &mut Vec<Effect>,
    ) {
        let against = if anchor == selected { Against::Before } else { Against::Anchor };
        let mut diff = Self {
            secret,
            anchor,
            moving: selected,
            against,
            comparison: None,
            until: None,
            revision: 0,
            lines: Vec::new(),
            width: 0,
            top: 0,
        };
        diff.settle();
        state.modals.push(Modal::Diff(Box::new(diff)));
        ask(state, Texts::Masked, effects);
    }

    /// The secret.
    pub const fn secret(&self) -> &SecretState {
        &self.secret
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

    /// Which of the two the keys move.
    pub const fn moving(&self) -> VersionKey {
        self.moving
    }

    /// What was found; `None`: the worker was asked.
    pub const fn comparison(&self) -> Option<&Result<Box<Comparison>, VaultError>> {
        self.comparison.as_ref()
    }

    /// Until when the texts are shown, if they are.
    pub const fn until(&self) -> Option<Moment> {
        self.until
    }

    /// The rows that are shown now.
    pub fn rows(&self) -> &[Row] {
        match &self.comparison {
            Some(Ok(comparison)) => comparison.shown.as_ref().unwrap_or(&comparison.masked),
            _ => &[],
        }
    }

    /// The same as lines of the screen, from the first that is seen on.
    pub fn lines(&self) -> &[Line] {
        self.lines.get(self.top..).unwrap_or_default()
    }

    /// Wipes the texts.
    pub fn hide(&mut self) {
        self.until = None;
        if let Some(Ok(comparison)) = &mut self.comparison {
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

    /// Acts on a key.
    pub fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
        let page = usize::from(list_area(state.size).height).saturating_sub(1).max(1);
        let Some(diff) = diff(state) else {
            return;
        };
        match action {
            Action::Down => diff.top += 1,
            Action::Up => diff.top = diff.top.saturating_sub(1),
            Action::PageDown => diff.top += page,
            Action::PageUp => diff.top = diff.top.saturating_sub(page),
            Action::First => diff.top = 0,
            Action::Last => diff.top = diff.lines.len(),
            Action::OlderVersion | Action::NewerVersion => {
                let (step, end) = if action == Action::OlderVersion { (-1, "older") } else { (1, "newer") };
                if diff.step(step) {
                    ask(state, Texts::Masked, effects);
                } else {
                    state.say(Tone::Note, format!("there is no {end} version to compare"));
                }
            }
            Action::Diff => {
                diff.turn();
                ask(state, Texts::Masked, effects);
            }
            Action::Reveal if diff.until.is_some() => diff.hide(),
            Action::Reveal => ask(state, Texts::Shown, effects),
            Action::Escape | Action::Back => {
                state.modals.pop();
            }
            _ => {}
        }
    }
}

fn diff(state: &mut State) -> Option<&mut Diff> {
    state.modals.iter_mut().rev().find_map(|modal| match modal {
        Modal::Diff(diff) => Some(&mut **diff),
        _ => None,
    })
}

/// Asks the worker about the two versions; what is shown of them stays until the answer, unless they are others.
fn ask(state: &mut State, texts: Texts, effects: &mut Vec<Effect>) {
    let revision = state.next_revision();
    let Some(diff) = diff(state) else {
        return;
    };
    let Some(pair) = diff.pair() else {
        return;
    };
    let [before, after] = pair.map(|version| version.id.clone());
    let name = diff.secret.name.clone();
    diff.revision = revision;
    if texts == Texts::Masked {
        diff.comparison = None;
        diff.top = 0;
        diff.hide();
    }
    effects.push(Effect::Work(Work::Diff { revision, name, versions: Box::new([before, after]), texts }));
}

/// The differences came; those of an older question are dropped, which wipes them.
pub fn on_diff(state: &mut State, revision: u64, result: Result<Box<Comparison>, VaultError>) {
    let until = state.now.after(state.settings.reveal_for);
    let Some(diff) = diff(state).filter(|diff| diff.revision == revision) else {
        return;
    };
    diff.until = result.as_ref().is_ok_and(|comparison| comparison.shown.is_some()).then_some(until);
    diff.comparison = Some(result);
    diff.lay_out_again();
}

/// What is known of the secret came anew: another process may have moved labels, or destroyed a version.
pub fn on_diff_details(state: &mut State, name: &SecretName, details: Option<&SecretDetails>) {
    let Some(diff) = diff(state).filter(|diff| diff.secret.name == *name) else {
        return;
    };
    if let Some(details) = details {
        let before = diff.pair().map(|pair| pair.map(|version| version.key));
        diff.secret = details.secret.clone();
        if diff.pair().map(|pair| pair.map(|version| version.key)) == before {
            return;
        }
    }
    state.modals.retain(|modal| !matches!(modal, Modal::Diff(_)));
    state.say(Tone::Note, "the versions that were compared are not there any more");
}

/// What is shown hides itself.
pub fn hide_diff_in_time(state: &mut State) {
    let now = state.now;
    if let Some(diff) = diff(state)
        && diff.until.is_some_and(|until| until <= now)
    {
        diff.hide();
    }
}

/// Breaks the differences into lines for the size of the screen.
pub fn keep_diff_in_view(state: &mut State) {
    let size = state.size;
    if let Some(diff) = diff(state) {
        diff.keep_in_view(size);
    }
}
