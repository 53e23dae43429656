//! How far a background job is, and the request to stop it.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::vault::Progress;

/// What the worker and the app share while a job is done.
#[derive(Debug, Default)]
pub struct Watched {
    done: AtomicU64,
    total: AtomicU64,
    stop: AtomicBool,
}

impl Watched {
    /// Tells how far it is; the answer says whether to go on.
    pub fn tell(&self, Progress { done, total }: Progress) -> ControlFlow<()> {
        self.total.store(total, Ordering::Relaxed);
        self.done.store(done, Ordering::Relaxed);
        if self.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        let total = self.total.load(Ordering::Relaxed);
        Progress { done: self.done.load(Ordering::Relaxed).min(total), total }
    }

    /// Whether it is to stop.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Wishes that it stops.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
