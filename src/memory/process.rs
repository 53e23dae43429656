//! What a process can ask of the operating system so that its memory stays its own.

#![allow(unsafe_code, reason = "a flag of descriptors that nobody in this process owns is set")]

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::fd::{BorrowedFd, RawFd};
use std::sync::OnceLock;

use rustix::io::{FdFlags, fcntl_getfd, fcntl_setfd};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What could be had of the protections; `doctor`-like screens report it, nothing fails for want of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hardening {
    /// The soft limit for core files is zero.
    pub no_core_dumps: bool,
    /// Other processes of the same user cannot attach a debugger or read `/proc/PID/mem` (Linux).
    pub not_dumpable: bool,
    /// Whoever writes a core file all the same (root with `gcore`) is told to leave all memory out (Linux).
    pub left_out_of_dumps: bool,
    /// The soft limit for core files before, in bytes; `None`: there was none.
    pub core_limit_before: Option<u64>,
}

/// What the kernel puts into a core file of this process, and gdb with it: a mask of kinds of memory that programs
/// inherit. Opened before the process is made not dumpable: afterwards its user may not write it any more.
static DUMPED: OnceLock<Dumped> = OnceLock::new();

struct Dumped {
    filter: File,
    before: String,
}

const DUMP_FILTER: &str = "/proc/self/coredump_filter";

fn dumped() -> Option<&'static Dumped> {
    if DUMPED.get().is_none()
        && let Ok(before) = fs::read_to_string(DUMP_FILTER)
        && let Ok(filter) = OpenOptions::new().write(true).open(DUMP_FILTER)
    {
        // `0x` is what the kernel reads and does not print.
        let _ = DUMPED.set(Dumped { filter, before: format!("0x{}", before.trim()) });
    }
    DUMPED.get()
}

/// Turns core dumps off and makes the process not dumpable; call it before the first secret is read.
///
/// Only the *soft* core limit is lowered, so that a child process can raise it again. Where a core file is written
/// all the same, no memory is in it: that holds for values and for the memory of the key derivation as well, which
/// lie where the allocator puts them, so that advice for single pages (`MADV_DONTDUMP`) would cover the large ones
/// only.
pub fn harden() -> Hardening {
    let limit = getrlimit(Resource::Core);
    let lowered = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: limit.maximum });
    Hardening {
        no_core_dumps: lowered.is_ok(),
        left_out_of_dumps: dumped().is_some_and(|dumped| (&dumped.filter).write_all(b"0").is_ok()),
        not_dumpable: refuse_dumping(),
        core_limit_before: limit.current,
    }
}

/// Gives what core files held back to a program that this process is about to become or to start: the soft limit
/// and the kinds of memory. Being dumpable comes back with the new program by itself.
pub fn restore_core_files(hardening: &Hardening) {
    if let Some(dumped) = DUMPED.get() {
        let _ = (&dumped.filter).write_all(dumped.before.as_bytes());
    }
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
    fn hardening_keeps_memory_out_of_core_files_and_can_be_given_back() {
        let before = getrlimit(Resource::Core);
        let dump_filter_before = fs::read_to_string(DUMP_FILTER).unwrap_or_default();
        assert!(harden().no_core_dumps);
        let after = getrlimit(Resource::Core);
        assert_eq!(after.current, Some(0));
        assert_eq!(after.maximum, before.maximum);
        let hardening = Hardening { core_limit_before: before.current, ..harden() };
        if cfg!(target_os = "linux") {
            assert_eq!(fs::read_to_string(DUMP_FILTER).unwrap(), "00000000\n");
        }
        restore_core_files(&hardening);
        let given_back = fs::read_to_string(DUMP_FILTER).unwrap_or_default();
        assert_eq!(given_back, dump_filter_before, "what was there before is given back");
        assert_eq!(getrlimit(Resource::Core).current, before.current);
    }
}
