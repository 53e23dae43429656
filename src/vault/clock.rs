//! Where the time comes from; the only place that asks the system.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::Timestamp;

/// Tells the time of day. Tests bring their own.
pub trait Clock: Send {
    /// The time now, in whole UTC seconds.
    fn now(&self) -> Timestamp;
}

/// The clock of this machine.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
        Timestamp::clamped(i64::try_from(seconds).unwrap_or(i64::MAX))
    }
}
