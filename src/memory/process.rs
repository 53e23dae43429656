//! What a process can ask of the operating system so that its memory stays its own.

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
