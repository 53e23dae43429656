//! Whether this process was started without a standard output (`etui get db >&-`).
//!
//! Before `main` Rust's runtime opens `/dev/null` in the place of a standard stream that is closed, and what is
//! written there is lost without an error. Afterwards nothing tells it from the `/dev/null` of somebody who wants
//! no answer: by its mode, for reading and writing, it is the one that Python and Node.js hand to a child. So it
//! is looked at before the runtime begins.

#![allow(
    unsafe_code,
    reason = "a function is put among those that the system calls before the runtime begins"
)]

use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::io::{Errno, fcntl_getfd};

static WAS_CLOSED: AtomicBool = AtomicBool::new(false);

/// Whether there was no standard output when this process was started.
pub fn stdout_was_closed() -> bool {
    WAS_CLOSED.load(Ordering::Relaxed)
}

extern "C" fn look() {
    // SAFETY: nothing is read, written or closed; where the descriptor is not open, the kernel says so.
    let stdout = unsafe { BorrowedFd::borrow_raw(1) };
    WAS_CLOSED.store(fcntl_getfd(stdout) == Err(Errno::BADF), Ordering::Relaxed);
}

// SAFETY: what lies in this section is called with no arguments that matter and before any thread is started; it
// needs nothing of the runtime: it makes one system call and sets one flag.
#[used]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
static LOOK: extern "C" fn() = look;
