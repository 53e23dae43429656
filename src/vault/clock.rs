//! Where the time comes from; the only place that asks the system.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::Timestamp;

/// Tells the time of day. Tests bring their own.
pub trait Clock: Send {
    /// The time now, in whole UTC seconds.
    fn now(&self) -> Timestamp;

    /// The time now in milliseconds since 1970. A clock that knows no more tells the beginning of the second.
    fn milliseconds(&self) -> u64 {
        self.now().milliseconds()
    }
}

/// The clock of this machine.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::of_milliseconds(self.milliseconds())
    }

    fn milliseconds(&self) -> u64 {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_millis());
        u64::try_from(elapsed).unwrap_or(u64::MAX)
    }
}
