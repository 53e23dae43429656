//! What a process can ask of the operating system so that its memory stays its own.

#![allow(unsafe_code, reason = "a flag of descriptors that nobody in this process owns is set")]

use std::fs;
use std::os::fd::{BorrowedFd, RawFd};

use rustix::io::{FdFlags, fcntl_getfd, fcntl_setfd};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What could be had of the protections; `doctor`-like screens report it, nothing fails for want of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hardening {
    /// The soft limit for core files is zero.
    pub no_core_dumps: bool,
    /// Other processes of the same user cannot attach a debugger or read `/proc/PID/mem` (Linux).
    pub not_dumpable: bool,
    /// The soft limit for core files before, in bytes; `None`: there was none.
    pub core_limit_before: Option<u64>,
}

/// Turns core dumps off and makes the process not dumpable; call it before the first secret is read.
///
/// Only the *soft* core limit is lowered, so that a child process can raise it again.
pub fn harden() -> Hardening {
    let limit = getrlimit(Resource::Core);
    let lowered = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: limit.maximum });
    Hardening {
        no_core_dumps: lowered.is_ok(),
        not_dumpable: refuse_dumping(),
        core_limit_before: limit.current,
    }
}

/// Gives the soft limit for core files back to a program that this process is about to become or to start.
/// Being dumpable comes back with the new program by itself.
pub fn restore_core_limit(hardening: &Hardening) {
    let maximum = getrlimit(Resource::Core).maximum;
    // Where it cannot be had, the program runs without core dumps.
    let _ = setrlimit(Resource::Core, Rlimit { current: hardening.core_limit_before, maximum });
}

#[cfg(target_os = "linux")]
fn refuse_dumping() -> bool {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    set_dumpable_behavior(DumpableBehavior::NotDumpable).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn refuse_dumping() -> bool {
    false
}

/// The most descriptors that are looked at where the system does not list those that are open.
const MOST_DESCRIPTORS: u64 = 65_536;

/// Lets no program that is started from now on inherit more than stdin, stdout and stderr.
///
/// For programs that go on when this process has ended: with a descriptor of whoever called us they would hold
/// its locks and keep its pipes open.
pub fn keep_descriptors_from_programs() {
    let listed = fs::read_dir("/dev/fd").map(|entries| {
        let names = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        names.collect::<Vec<RawFd>>()
    });
    let open = listed.unwrap_or_else(|_| {
        let most = getrlimit(Resource::Nofile).current.unwrap_or(MOST_DESCRIPTORS).min(MOST_DESCRIPTORS);
        (0..RawFd::try_from(most).unwrap_or(RawFd::MAX)).collect()
    });
    for number in open.into_iter().filter(|number| *number > 2) {
        // SAFETY: it is borrowed for two calls that read and set a flag of the descriptor; where it was closed
        // meanwhile (as the one of the listing was) they fail and change nothing.
        let descriptor = unsafe { BorrowedFd::borrow_raw(number) };
        if let Ok(flags) = fcntl_getfd(descriptor) {
            let _ = fcntl_setfd(descriptor, flags | FdFlags::CLOEXEC);
        }
    }
}

/// The memory that can still be had without swapping, in KiB, where the system says (Linux).
pub fn available_memory_kib() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hardening_lowers_the_soft_core_limit_only() {
        let before = getrlimit(Resource::Core);
        assert!(harden().no_core_dumps);
        let after = getrlimit(Resource::Core);
        assert_eq!(after.current, Some(0));
        assert_eq!(after.maximum, before.maximum);
        let hardening = Hardening { core_limit_before: before.current, ..harden() };
        restore_core_limit(&hardening);
        assert_eq!(getrlimit(Resource::Core).current, before.current);
    }
}
