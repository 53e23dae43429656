//! Where a value may lie for a while without reaching a disk.

use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Where a file may be put that must not reach a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A directory in memory.
    Memory(PathBuf),
    /// The temporary directory: it may be on a disk, so the user has to be asked.
    Disk(PathBuf),
}

impl Place {
    /// Finds the best place there is: `$XDG_RUNTIME_DIR`, else `/dev/shm`, each only where the system says that it
    /// lies in memory.
    pub fn find() -> Self {
        let runtime = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| is_private(path));
        let candidates = runtime.into_iter().chain([PathBuf::from(SHARED_MEMORY)]);
        Self::among(candidates, is_in_memory)
    }

    fn among(candidates: impl IntoIterator<Item = PathBuf>, is_in_memory: impl Fn(&Path) -> bool) -> Self {
        let in_memory = candidates.into_iter().find(|path| is_in_memory(path));
        in_memory.map_or_else(|| Self::Disk(env::temp_dir()), Self::Memory)
    }

    /// Where that is.
    pub fn path(&self) -> &Path {
        match self {
            Self::Memory(path) | Self::Disk(path) => path,
        }
    }
}

const SHARED_MEMORY: &str = "/dev/shm";

/// Every directory in which a value may have been put by this process or another one.
pub(super) fn all() -> Vec<PathBuf> {
    let runtime = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
    let mut all: Vec<PathBuf> = runtime.into_iter().collect();
    all.extend([PathBuf::from(SHARED_MEMORY), env::temp_dir()]);
    all.sort();
    all.dedup();
    all
}

fn is_private(path: &Path) -> bool {
    path.is_absolute()
        && fs::metadata(path).is_ok_and(|metadata| {
            metadata.is_dir()
                && metadata.uid() == rustix::process::geteuid().as_raw()
                && metadata.mode() & 0o077 == 0
        })
}

/// Whether what is written in a directory stays in memory: it may be swapped out, but it is in no file system.
#[cfg(target_os = "linux")]
fn is_in_memory(folder: &Path) -> bool {
    // `include/uapi/linux/magic.h`
    const TMPFS: u64 = 0x0102_1994;
    const RAMFS: u64 = 0x8584_58f6;
    // The type of the field differs from machine to machine; the numbers have 32 bits.
    rustix::fs::statfs(folder).is_ok_and(|found| matches!(found.f_type as u64 & 0xffff_ffff, TMPFS | RAMFS))
}

#[cfg(not(target_os = "linux"))]
fn is_in_memory(_folder: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_that_lies_in_memory_is_taken_and_else_the_user_is_asked() {
        let candidates = || [PathBuf::from("/run/user/1"), PathBuf::from("/dev/shm")];
        let found = |in_memory: &[&str]| {
            Place::among(candidates(), |path| in_memory.iter().any(|known| Path::new(known) == path))
        };
        assert_eq!(found(&["/run/user/1", "/dev/shm"]), Place::Memory("/run/user/1".into()));
        assert_eq!(found(&["/dev/shm"]), Place::Memory("/dev/shm".into()));
        assert_eq!(found(&[]), Place::Disk(env::temp_dir()));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_system_is_asked_what_lies_in_memory() {
        assert!(!is_in_memory(Path::new("/proc")));
        assert!(!is_in_memory(Path::new("/nowhere")));
        let mounts = fs::read_to_string("/proc/mounts").unwrap();
        let is_tmpfs = |line: &&str| line.split(' ').nth(2) == Some("tmpfs");
        if let Some(place) = mounts.lines().filter(is_tmpfs).find_map(|line| line.split(' ').nth(1)) {
            assert!(is_in_memory(Path::new(place)), "{place}");
        }
    }
}
