//! Writers of one machine wait in the order in which they came.
//!
//! SQLite's own wait is a lottery: who looks again at the right moment is next. The lock here decides nothing
//! but the order; who cannot take it writes all the same, and SQLite's locks keep the file whole.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use super::BUSY_TIMEOUT;
use crate::store::error::StoreError;

/// The turn of a writer, until it is dropped.
pub(in crate::store) struct Turn(
    #[expect(dead_code, reason = "it is held for the lock that goes with it")] Option<File>,
);

impl Turn {
    /// Where no order is kept.
    pub(in crate::store) const fn anybody() -> Self {
        Self(None)
    }

    /// Waits for its turn in the queue of this lock file.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where it does not come.
    pub(in crate::store) fn wait(lock: &Path) -> Result<Self, StoreError> {
        let opened = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(lock);
        let Ok(file) = opened else { return Ok(Self::anybody()) };
        match file.try_lock() {
            Ok(()) => Ok(Self(Some(file))),
            Err(TryLockError::WouldBlock) => wait_in_line(file),
            Err(TryLockError::Error(_)) => Ok(Self::anybody()),
        }
    }
}

/// The system wakes those who wait in the order in which they came. Waiting knows no end there, so a thread
/// does it; if it comes too late, it gives the lock up again.
fn wait_in_line(file: File) -> Result<Turn, StoreError> {
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new()
        .name("queue".to_owned())
        .spawn(move || {
            let locked = file.lock().is_ok();
            // Nobody listens any more where it came too late.
            let _ = sender.send(locked.then_some(file));
        })
        .map_err(|error| StoreError::System {
            doing: "starting a thread".to_owned(),
            reason: crate::domain::reason(&error),
        })?;
    match receiver.recv_timeout(BUSY_TIMEOUT) {
        Ok(file) => Ok(Turn(file)),
        Err(_) => Err(StoreError::Busy),
    }
}
