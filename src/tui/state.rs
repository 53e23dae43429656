//! Everything the app knows between two events.

use std::time::Duration;

use super::TuiOptions;
use super::event::Moment;
use crate::domain::Timestamp;

/// The state of the app.
pub struct State {
    pub(super) size: (u16, u16),
}

impl State {
    /// The state at the start: columns and rows of the terminal, the time.
    pub fn new(options: &TuiOptions, size: (u16, u16), at: Moment, wall: Timestamp) -> Self {
        let _ = (options, at, wall);
        Self { size }
    }

    /// What is to be done at the start, before the first event.
    pub fn start(&mut self) -> Vec<super::Effect> {
        vec![super::Effect::Work(super::Work::Open)]
    }

    /// In how long a [`Event::Tick`](super::Event::Tick) is needed; `None`: only when something happens.
    pub fn next_wake(&self, at: Moment) -> Option<Duration> {
        let _ = at;
        None
    }
}
