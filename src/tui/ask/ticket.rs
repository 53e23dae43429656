//! The address of an answer.

/// Which question, and which time it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    question: u64,
    turn: u64,
}

impl Ticket {
    pub(super) const fn new(question: u64, turn: u64) -> Self {
        Self { question, turn }
    }

    /// The question: of several previews for the same one that wait, only the newest is worth doing.
    pub const fn question(self) -> u64 {
        self.question
    }
}
