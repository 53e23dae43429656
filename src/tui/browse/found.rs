//! What answers the filter: kept from one key to the next, so that a letter typed behind the others looks only at
//! what answered before.

use crate::domain::Timestamp;
use crate::query::{Candidate, Catalogue, Query};

/// The order of the flat list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By name; while a filter is set, the best answer first.
    Name,
    /// The newest change first.
    Changed,
    /// What is due first.
    Due,
}

/// All that decides whether a secret is listed, the secret itself excepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    /// What the filter says.
    pub(super) query: Query,
    /// Whether secrets in their deletion window are listed.
    pub(super) shows_deleted: bool,
    pub(super) now: Timestamp,
}

impl Question {
    /// How well a secret answers; `None`: it is not listed.
    fn rank(&self, catalogue: &Catalogue, position: u32) -> Option<u32> {
        let candidate = catalogue.candidate(position as usize, self.now);
        if candidate.is_deleted() && !self.shows_deleted {
            return None;
        }
        self.query.rank(&candidate).map(|rank| rank.number())
    }

    /// Whether the time decides nothing, or the same as for the other.
    fn is_as_late(&self, other: &Self) -> bool {
        self.now == other.now || !(self.query.asks_for_due() || other.query.asks_for_due())
    }

    /// Whether whatever answers this answers the other too.
    fn narrows(&self, other: &Self) -> bool {
        (other.shows_deleted || !self.shows_deleted)
            && self.is_as_late(other)
            && self.query.narrows(&other.query)
    }

    fn is_the_same(&self, other: &Self) -> bool {
        self.shows_deleted == other.shows_deleted && self.is_as_late(other) && self.query == other.query
    }
}

/// A secret that is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answer {
    rank: u32,
    /// Its position in the catalogue.
    pub(super) position: u32,
}

impl Answer {
    /// The better, the smaller; of two alike the first by name.
    pub(super) const fn key(&self) -> u64 {
        (self.rank as u64) << 32 | self.position as u64
    }
}

/// The answers to a question, in the order of the catalogue.
pub(super) struct Found {
    to: Option<Question>,
    pub(super) answers: Vec<Answer>,
}

impl Found {
    /// No question was asked yet.
    pub(super) const fn nothing() -> Self {
        Self { to: None, answers: Vec::new() }
    }

    /// Asks; the catalogue must be the one that was asked before, if one was.
    pub(super) fn find(&mut self, catalogue: &Catalogue, question: Question) {
        match &self.to {
            Some(known) if question.is_the_same(known) => {}
            Some(known) if question.narrows(known) => self.answers.retain_mut(|answer| {
                let rank = question.rank(catalogue, answer.position);
                answer.rank = rank.unwrap_or_default();
                rank.is_some()
            }),
            _ => {
                let count = u32::try_from(catalogue.len()).unwrap_or(u32::MAX);
                let answer = |position| Some(Answer { rank: question.rank(catalogue, position)?, position });
                self.answers.clear();
                self.answers.extend((0..count).filter_map(answer));
            }
        }
        self.to = Some(question);
    }
}

/// The positions in the order of a flat list.
pub(super) fn ordered(
    order: Order,
    found: &[Answer],
    catalogue: &Catalogue,
    query: &Query,
) -> impl Iterator<Item = u32> {
    // The position decides between equals; numbers that lie beside each other sort fastest.
    let mut keys: Vec<(i64, u64)> = match order {
        Order::Name => found.iter().map(|answer| (0, answer.key())).collect(),
        Order::Changed => {
            let changed = |answer: &Answer| catalogue.updated(answer.position as usize).seconds();
            found.iter().map(|answer| (-changed(answer), u64::from(answer.position))).collect()
        }
        Order::Due => {
            let due = |answer: &Answer| {
                catalogue.due(answer.position as usize).map_or(i64::MAX, Timestamp::seconds)
            };
            found.iter().map(|answer| (due(answer), u64::from(answer.position))).collect()
        }
    };
    if order != Order::Name || !query.is_empty() {
        keys.sort_unstable();
    }
    keys.into_iter().map(|(_, key)| (key & u64::from(u32::MAX)) as u32)
}
