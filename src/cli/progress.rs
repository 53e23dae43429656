//! How far something long has come: one line on stderr, where that is a terminal.

use std::io::{self, IsTerminal, Write};

use super::output::{Audience, Loudness, Output};
use crate::vault::Progress;

/// A line that is written over again and taken away in the end.
pub(super) struct ProgressLine {
    what: &'static str,
    /// What is on the line; `None` where nothing is to be shown.
    shown: Option<u64>,
    is_there: bool,
}

impl ProgressLine {
    /// `what` is being done, as in "copying".
    pub(super) fn new(output: &Output, what: &'static str) -> Self {
        let wanted = output.audience() != Audience::Machine
            && output.loudness() > Loudness::Quiet
            && io::stderr().is_terminal();
        Self { what, shown: wanted.then_some(0), is_there: false }
    }

    /// Shows how far it has come, at most a hundred times.
    pub(super) fn show(&mut self, Progress { done, total }: Progress) {
        let Some(shown) = self.shown else { return };
        let percent = done.saturating_mul(100).checked_div(total).unwrap_or(100);
        if self.is_there && percent == shown {
            return;
        }
        self.shown = Some(percent);
        self.is_there = true;
        // Where stderr went away there is nobody to tell.
        let _ = write!(io::stderr().lock(), "\r{}: {percent} %", self.what);
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if self.is_there {
            let _ = write!(io::stderr().lock(), "\r{:width$}\r", "", width = self.what.len() + 7);
        }
    }
}
