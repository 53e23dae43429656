//! The progress of something long: a bar on stderr, where that is a terminal.

use std::io::{self, IsTerminal, Write};

use super::output::{Audience, Loudness, Output};
use crate::vault::Progress;

/// The parts of a whole bar.
const PARTS: usize = 20;

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
        let _ = write!(io::stderr().lock(), "\r{}", line(self.what, percent));
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if self.is_there {
            let _ = write!(io::stderr().lock(), "\r{:width$}\r", "", width = line(self.what, 100).len());
        }
    }
}

fn line(what: &str, percent: u64) -> String {
    let done = usize::try_from(percent).unwrap_or(100).min(100) * PARTS / 100;
    format!("{what} [{}{}] {percent:>3} %", "#".repeat(done), "-".repeat(PARTS - done))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_always_as_wide_and_full_only_at_the_end() {
        assert_eq!(line("copying", 0), "copying [--------------------]   0 %");
        assert_eq!(line("copying", 54), "copying [##########----------]  54 %");
        assert_eq!(line("copying", 99), "copying [###################-]  99 %");
        assert_eq!(line("copying", 100), "copying [####################] 100 %");
    }
}
