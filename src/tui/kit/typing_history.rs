//! What undo and redo of typing go back to: earlier texts of one field, in wiping buffers.

use std::collections::VecDeque;

use crate::memory::SecretBytes;

/// No more texts than this are kept for undo.
const MOST_TEXTS: usize = 200;
/// No more bytes than this are kept for undo.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// A text, and where the cursor stood in it.
pub(super) struct Earlier {
    pub(super) bytes: SecretBytes,
    pub(super) cursor: usize,
}

/// What changes a text: several of a kind in a row are undone together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A character of a word is typed.
    Word,
    /// A space or a line feed is typed.
    Space,
    /// What is before the cursor is deleted.
    Backward,
    /// What is behind it is deleted.
    Forward,
    /// More than a character is put in or replaced.
    Whole,
}

/// The earlier texts, and those that undo went back from.
pub(super) struct TypingHistory {
    undo: VecDeque<Earlier>,
    redo: Vec<Earlier>,
    last: Option<Step>,
}

impl TypingHistory {
    /// Nothing was typed.
    pub(super) const fn new() -> Self {
        Self { undo: VecDeque::new(), redo: Vec::new(), last: None }
    }

    /// The text is about to change.
    pub(super) fn keep(&mut self, step: Step, now: impl FnOnce() -> Earlier) {
        let goes_on = match (self.last, step) {
            (None, _) | (_, Step::Whole) => false,
            (Some(Step::Word), Step::Space) => true,
            (Some(last), step) => last == step,
        };
        self.last = Some(step);
        self.redo.clear();
        if !goes_on {
            self.undo.push_back(now());
            self.forget_oldest();
        }
    }

    /// The cursor went elsewhere: what is typed there is undone by itself.
    pub(super) const fn pause(&mut self) {
        self.last = None;
    }

    /// The text before the last change; the text now is kept for redo.
    pub(super) fn undo(&mut self, now: impl FnOnce() -> Earlier) -> Option<Earlier> {
        let earlier = self.undo.pop_back()?;
        self.last = None;
        self.redo.push(now());
        Some(earlier)
    }

    /// The text before the last undo.
    pub(super) fn redo(&mut self, now: impl FnOnce() -> Earlier) -> Option<Earlier> {
        let later = self.redo.pop()?;
        self.last = None;
        self.undo.push_back(now());
        Some(later)
    }

    /// The newest text stays in any case.
    fn forget_oldest(&mut self) {
        let bytes = |texts: &VecDeque<Earlier>| texts.iter().map(|text| text.bytes.len()).sum::<usize>();
        while self.undo.len() > MOST_TEXTS || (self.undo.len() > 1 && bytes(&self.undo) > MOST_BYTES) {
            self.undo.pop_front();
        }
    }
}
