//! The progress of something long, and whether to go on with it.

use std::ops::ControlFlow;

use super::error::StoreError;

/// How far something long has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is done: rows, pages, secrets.
    pub done: u64,
    /// All of it. A rekey counts each row for sealing and for reading back, a backup each page for copying
    /// and for checking.
    pub total: u64,
}

/// Is told how far it has come; may stop what can be stopped, and nothing is changed or left behind then.
pub type Watch<'a> = dyn FnMut(Progress) -> ControlFlow<()> + 'a;

/// The word of whoever watches.
pub(super) fn go_on(word: ControlFlow<()>) -> Result<(), StoreError> {
    match word {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(StoreError::Stopped),
    }
}
