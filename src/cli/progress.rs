//! How far something long has come: one line on stderr, where that is a terminal.

use std::io::{self, IsTerminal, Write};

use super::output::Loudness;

/// A line that is written over and over, and taken away at the end.
pub(super) struct ProgressLine {
    what: &'static str,
    /// `None` where nobody looks.
    percent: Option<usize>,
}

impl ProgressLine {
    /// Begins a line, if stderr is a terminal and nobody asked for silence.
    pub(super) fn new(what: &'static str, loudness: Loudness) -> Self {
        let is_watched = loudness > Loudness::Quiet && io::stderr().is_terminal();
        Self { what, percent: is_watched.then_some(usize::MAX) }
    }

    /// Tells how much of how much is done; what can be seen changes at most a hundred times.
    pub(super) fn tell(&mut self, done: usize, total: usize) {
        let Some(shown) = &mut self.percent else { return };
        let percent = (done * 100).checked_div(total).unwrap_or(100);
        if *shown != percent {
            *shown = percent;
            // Where stderr went away there is nobody to tell.
            let _ = write!(io::stderr().lock(), "\r{} {done} of {total}, {percent} %", self.what);
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if self.percent.is_some_and(|shown| shown != usize::MAX) {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }
}
