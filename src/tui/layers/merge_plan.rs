//! The plan of a merge: what becomes of each secret, and of what both copies changed whose end is kept.

use super::merged_file::MergedFile;
use super::plan_layer::{Did, PlanLayer, Planning, Step, Told};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::ask::{Answer, Failure, Work};
use crate::tui::context::Context;
use crate::tui::glyphs::Glyphs;
use crate::tui::jobs::{ChosenSides, Done, Job, MergeAsShown, MergedCopy, OtherCopy, PlannedMerge, ToMerge};
use crate::tui::kit::plan_list::Selecting;
use crate::tui::layer::Flow;
use crate::tui::plan_text::PlanLine;
use crate::tui::theme::Role;
use crate::vault::merge::MergeOutcome;
use crate::vault::merge_wording::{self, Fate};
use crate::vault::{VaultError, wording};
use crate::versioning::Refusal;
use crate::versioning::merge::{
    Conflict, Fact, MergedSecret, PurgeAnswer, PurgeAnswers, PurgeQuestion, Relation, RowId, Side,
};

/// A merge that waits for its Enter.
pub type MergePlan = PlanLayer<Merging>;

/// A merge with another copy, and what was answered about it.
pub struct Merging {
    wanted: ToMerge,
    called: String,
    sides: ChosenSides,
    purges: PurgeAnswers,
}

impl MergePlan {
    /// The plan that a form had made.
    pub fn shown(planned: PlannedMerge, app: &App) -> Self {
        let PlannedMerge { wanted, called, outcome } = planned;
        let merging =
            Merging { wanted, called, sides: ChosenSides::default(), purges: PurgeAnswers::default() };
        Self::of(merging, outcome, app)
    }
}

/// What a line is about, where it can be answered.
enum Subject<'a> {
    Nothing,
    Question(&'a PurgeQuestion),
    Conflict(&'a MergedSecret, &'a Conflict),
}

impl Subject<'_> {
    const fn can_be_answered(&self) -> bool {
        matches!(self, Subject::Question(_)) || self.is_conflict()
    }

    /// Whether one end of it is kept. A deletion for good is answered for itself, since what is
    /// deleted so does not come back.
    const fn is_conflict(&self) -> bool {
        matches!(self, Subject::Conflict(_, conflict) if conflict.decided.is_some())
    }
}

/// The lines of a plan: first what must be answered, then what can be, then the rest.
fn subjects(outcome: &MergeOutcome) -> impl Iterator<Item = (Option<&MergedSecret>, Subject<'_>)> {
    let questions = outcome.questions.iter().map(|question| (None, Subject::Question(question)));
    let is_told = |secret: &&MergedSecret| {
        let is_asked = outcome.questions.iter().any(|question| question.row == secret.row);
        let is_changed = Fate::of(secret) != Fate::Same || !merge_wording::changes(secret).is_empty();
        !is_asked && (is_changed || !secret.conflicts.is_empty())
    };
    let (contested, others): (Vec<_>, Vec<_>) =
        outcome.secrets.iter().filter(is_told).partition(|secret| !secret.conflicts.is_empty());
    let secrets = contested.into_iter().chain(others).flat_map(|secret| {
        let conflicts = secret.conflicts.iter().map(move |it| (Some(secret), Subject::Conflict(secret, it)));
        std::iter::once((Some(secret), Subject::Nothing)).chain(conflicts)
    });
    questions.chain(secrets)
}

/// Whose end an answer to a question keeps: that of the copy which deleted the secret, or of the other.
const fn purge_answer(question: &PurgeQuestion, side: Side) -> PurgeAnswer {
    match (question.purged, side) {
        (Side::Mine, Side::Mine) | (Side::Theirs, Side::Theirs) => PurgeAnswer::Accept,
        _ => PurgeAnswer::Keep,
    }
}

const fn side_word(side: Side) -> &'static str {
    match side {
        Side::Mine => "mine",
        Side::Theirs => "theirs",
    }
}

impl Merging {
    fn side_of(&self, row: RowId, fact: &Fact) -> Option<Side> {
        self.sides.get(&(row, fact.clone())).copied()
    }

    fn is_answered(&self, outcome: &MergeOutcome) -> bool {
        outcome.questions.iter().all(|question| self.purges.each.contains_key(&question.row))
    }

    /// Whether a line was answered.
    fn has_answer(&self, subject: &Subject<'_>) -> bool {
        match subject {
            Subject::Nothing => false,
            Subject::Question(question) => self.purges.each.contains_key(&question.row),
            Subject::Conflict(secret, conflict) => self.side_of(secret.row, &conflict.fact).is_some(),
        }
    }

    /// Whether there is something to do: a remote that lacks something of this vault gets it.
    const fn does_anything(&self, outcome: Option<&MergeOutcome>) -> bool {
        match (outcome, &self.wanted.copy) {
            (None, _) => true,
            (Some(outcome), OtherCopy::Remote(_)) => !matches!(outcome.relation, Relation::Equal),
            (Some(outcome), OtherCopy::File(_)) => {
                matches!(outcome.relation, Relation::Ahead | Relation::Branch)
            }
        }
    }

    /// Answers a line; `None` takes the answer back.
    fn answer(&mut self, subject: &Subject<'_>, side: Option<Side>) -> bool {
        match (subject, side) {
            (Subject::Question(question), Some(side)) => {
                self.purges.each.insert(question.row, purge_answer(question, side));
            }
            (Subject::Question(question), None) => {
                self.purges.each.remove(&question.row);
            }
            (Subject::Conflict(secret, conflict), side) if subject.is_conflict() => {
                let key = (secret.row, conflict.fact.clone());
                match side {
                    Some(side) => self.sides.insert(key, side),
                    None => self.sides.remove(&key),
                };
            }
            _ => return false,
        }
        true
    }

    fn answer_line(&mut self, outcome: &MergeOutcome, line: usize, side: Option<Side>) -> Did {
        let subject = subjects(outcome).nth(line);
        match subject {
            Some((_, subject)) if self.answer(&subject, side) => Did::Words,
            _ => Did::Nothing,
        }
    }

    fn answer_all(&mut self, outcome: &MergeOutcome, side: Side) -> Did {
        for (_, subject) in subjects(outcome).filter(|(_, subject)| subject.is_conflict()) {
            self.answer(&subject, Some(side));
        }
        Did::Words
    }

    fn line(&self, secret: Option<&MergedSecret>, subject: &Subject<'_>) -> PlanLine {
        match (secret, subject) {
            (_, Subject::Question(question)) => {
                let (sign, role, then) = match self.purges.each.get(&question.row) {
                    None => ("?", Role::Danger, ""),
                    Some(PurgeAnswer::Accept) => ("delete", Role::Warning, "; it will be deleted in both"),
                    Some(PurgeAnswer::Keep) => ("keep", Role::Accent, "; it will exist in both"),
                };
                let text = format!("{}{then}", merge_wording::question(question));
                PlanLine { sign, role, subject: String::new(), text }
            }
            (_, Subject::Conflict(secret, conflict)) => {
                let chosen = self.side_of(secret.row, &conflict.fact);
                let sign = match (conflict.decided, chosen) {
                    (_, Some(side)) => side_word(side),
                    (Some(_), None) => "later",
                    (None, None) => "both",
                };
                let role = if chosen.is_some() { Role::Accent } else { Role::Warning };
                let text = format!("  {}", merge_wording::conflict(conflict, chosen));
                PlanLine { sign, role, subject: String::new(), text }
            }
            (Some(secret), Subject::Nothing) => {
                let fate = Fate::of(secret);
                let changes = merge_wording::changes(secret);
                let told =
                    if changes.is_empty() { String::new() } else { format!(": {}", changes.join("; ")) };
                let role = match fate {
                    Fate::New | Fate::Changed => Role::Accent,
                    Fate::Removed => Role::Danger,
                    Fate::Same => Role::Muted,
                };
                let text = format!("{}{told}", merge_wording::name_of(secret));
                PlanLine { sign: fate.word(), role, subject: String::new(), text }
            }
            (None, Subject::Nothing) => PlanLine::told(String::new(), Role::Text),
        }
    }

    fn sentences(&self, outcome: Option<&MergeOutcome>) -> Vec<(String, Role)> {
        let Some(outcome) = outcome else {
            return vec![("There is no copy yet: this vault will be copied there.".to_owned(), Role::Text)];
        };
        let is_remote = matches!(self.wanted.copy, OtherCopy::Remote(_));
        let relation = match (outcome.relation, is_remote) {
            (Relation::Behind, true) => {
                "The copy there has nothing new: it gets what changed here.".to_owned()
            }
            _ => super::many_plan::first_upper(&format!("{}.", merge_wording::relation(outcome))),
        };
        let role = if self.does_anything(Some(outcome)) { Role::Text } else { Role::Muted };
        let mut sentences = vec![(relation, role)];
        sentences.extend(
            merge_wording::lock(outcome)
                .map(|told| (super::many_plan::first_upper(&format!("{told}.")), Role::Warning)),
        );
        let open = outcome.questions.iter().filter(|it| !self.purges.each.contains_key(&it.row)).count();
        if open > 0 {
            let secrets = wording::count(open as u64, "secret");
            let were = if open == 1 { "was" } else { "were" };
            let text = format!(
                "{secrets} {were} deleted for good in one copy: answer first, with m for \
                 what is here or t for what is there."
            );
            sentences.push((text, Role::Danger));
        }
        sentences.extend(conflict_sentence(outcome).map(|text| (text, Role::Text)));
        sentences
    }
}

/// What becomes of all conflicts, the same number as the result tells; `None` where there are none.
fn conflict_sentence(outcome: &MergeOutcome) -> Option<String> {
    let (all, decided) = outcome.conflicts().fold((0, 0), |(all, decided), (_, conflict)| {
        (all + 1, decided + u64::from(conflict.decided.is_some()))
    });
    let conflicts = wording::count(all, "conflict");
    let choice = "unless you choose mine (here) or theirs (there)";
    match (decided, all - decided) {
        (0, 0) => None,
        (0, _) => Some(format!("{conflicts}: both ends are kept.")),
        (_, 0) => Some(format!("{conflicts}: the later change is kept, {choice}.")),
        (_, both) => Some(format!(
            "{conflicts}: of {both} both ends are kept, of the others the later change, {choice}."
        )),
    }
}

impl Planning for Merging {
    /// `None`: there is no copy at the remote yet.
    type Plan = Option<MergeOutcome>;

    const NAME: &'static str = "merge plan";
    const SELECTING: Selecting = Selecting::Yes;

    fn title(&self, glyphs: &Glyphs) -> String {
        let what = match self.wanted.copy {
            OtherCopy::File(_) => "Merge",
            OtherCopy::Remote(_) => "Sync",
        };
        let called = self.called.rsplit('/').next().unwrap_or(&self.called);
        format!("{what} {} {called}", glyphs.dot)
    }

    fn contexts(&self) -> &'static [Context] {
        &[Context::MergePlan, Context::Plan, Context::Lists]
    }

    fn look(&self) -> Step {
        Step::Job(Job::PlanMerge(self.wanted.duplicate()))
    }

    fn plan_of(&mut self, answer: Answer) -> Option<Option<MergeOutcome>> {
        let Answer::Job(done) = answer else { return None };
        let Done::MergePlanned(planned) = *done else { return None };
        // What was answered about something that is no question any more is let go.
        let outcome = planned.outcome;
        let is_asked = |row: &RowId| {
            outcome.as_ref().is_some_and(|it| it.questions.iter().any(|question| question.row == *row))
        };
        self.purges.each.retain(|row, _| is_asked(row));
        let is_conflict = |row: &RowId, fact: &Fact| {
            let mut conflicts = outcome.iter().flat_map(MergeOutcome::conflicts);
            conflicts.any(|(secret, conflict)| secret.row == *row && conflict.fact == *fact)
        };
        self.sides.retain(|(row, fact), _| is_conflict(row, fact));
        Some(outcome)
    }

    fn make(&self, outcome: &Option<MergeOutcome>) -> Option<Step> {
        let is_answered = outcome.as_ref().is_none_or(|outcome| self.is_answered(outcome));
        (is_answered && self.does_anything(outcome.as_ref())).then(|| {
            let shown = MergeAsShown {
                token: outcome.as_ref().map(|outcome| outcome.token.clone()),
                purges: self.purges.clone(),
                sides: self.sides.clone(),
            };
            Step::Job(Job::Merge(self.wanted.duplicate(), Box::new(shown)))
        })
    }

    fn tell(&self, outcome: &Option<MergeOutcome>, _app: &App) -> Told {
        let lines = outcome.iter().flat_map(subjects).map(|(secret, subject)| self.line(secret, &subject));
        Told { sentences: self.sentences(outcome.as_ref()), lines: lines.collect() }
    }

    fn first_line(&self, outcome: &Option<MergeOutcome>) -> usize {
        let mut all = outcome.iter().flat_map(subjects);
        all.position(|(_, subject)| subject.can_be_answered()).unwrap_or(0)
    }

    fn act(
        &mut self,
        action: Action,
        plan: Option<&Option<MergeOutcome>>,
        line: usize,
        _app: &mut App,
    ) -> Did {
        let Some(Some(outcome)) = plan else { return Did::Nothing };
        match action {
            Action::KeepMine => self.answer_line(outcome, line, Some(Side::Mine)),
            Action::TakeTheirs => self.answer_line(outcome, line, Some(Side::Theirs)),
            Action::AsDecided => self.answer_line(outcome, line, None),
            Action::KeepAllMine => self.answer_all(outcome, Side::Mine),
            Action::TakeAllTheirs => self.answer_all(outcome, Side::Theirs),
            _ => Did::Nothing,
        }
    }

    fn obstacle(
        &self,
        action: Action,
        plan: Option<&Option<MergeOutcome>>,
        line: usize,
    ) -> Option<&'static str> {
        let mut all =
            plan.and_then(Option::as_ref).into_iter().flat_map(subjects).map(|(_, subject)| subject);
        let is_possible = match action {
            Action::KeepMine | Action::TakeTheirs => all.nth(line).is_some_and(|it| it.can_be_answered()),
            Action::AsDecided => all.nth(line).is_some_and(|it| self.has_answer(&it)),
            Action::KeepAllMine | Action::TakeAllTheirs => all.any(|it| it.is_conflict()),
            _ => true,
        };
        (!is_possible).then_some("there is nothing to choose")
    }

    fn close(&mut self, app: &mut App) {
        app.asks.work(Work::ForgetIncoming);
    }

    fn outdated(&self, failure: &Failure) -> Option<&'static str> {
        matches!(failure, Failure::Vault(VaultError::Refused(Refusal::VaultChanged)))
            .then_some("One of the copies changed meanwhile; the plan below is updated.")
    }

    fn made(&mut self, answer: Answer, _app: &mut App) -> Flow {
        match answer {
            Answer::Job(done) => match *done {
                Done::Merged(merged) => merged_flow(*merged),
                _ => Flow::Done,
            },
            _ => Flow::Done,
        }
    }
}

/// It is merged; a file that is of no more use may be deleted.
pub fn merged_flow(merged: MergedCopy) -> Flow {
    match merged.file {
        Some(file) => Flow::Replace(Box::new(MergedFile::new(file))),
        None => Flow::Done,
    }
}
