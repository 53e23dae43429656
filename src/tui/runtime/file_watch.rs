//! Learning that another process changed the vault's file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

#[cfg(target_os = "linux")]
pub(super) use by_inotify::FileWatch;
#[cfg(not(target_os = "linux"))]
pub(super) use by_looking::FileWatch;

/// Where a vault lies, links resolved.
struct Place {
    folder: PathBuf,
    file: OsString,
    /// There while a commit is under way; its removal *is* the commit.
    journal: OsString,
}

impl Place {
    /// `None` for a path without a file name, which no vault can have.
    fn of(vault: &Path) -> Option<Self> {
        let path = vault.canonicalize().unwrap_or_else(|_| vault.to_owned());
        let file = path.file_name()?.to_owned();
        let mut journal = file.clone();
        journal.push("-journal");
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        Some(Self { folder: folder.unwrap_or(Path::new(".")).to_owned(), file, journal })
    }

    fn commit_is_under_way(&self) -> bool {
        self.folder.join(&self.journal).exists()
    }
}

#[cfg(target_os = "linux")]
mod by_inotify {
    use std::mem::MaybeUninit;
    use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
    use std::os::unix::ffi::OsStrExt;
    use std::path::{Path, PathBuf};

    use rustix::fs::inotify::{CreateFlags, Event, ReadFlags, Reader, WatchFlags, add_watch, init};

    use super::Place;

    /// Watches the folder of a vault: a file that is replaced takes a watch on itself with it.
    pub(in super::super) struct FileWatch {
        vault: PathBuf,
        inotify: Option<OwnedFd>,
        watched: Option<Place>,
    }

    impl FileWatch {
        /// Makes a watch. What cannot be watched (no such folder yet, no inotify left) stops nothing and is
        /// tried again by [`keep`](Self::keep).
        pub(in super::super) fn new(vault: &Path) -> Self {
            let inotify = init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).ok();
            let mut watch = Self { vault: vault.to_owned(), inotify, watched: None };
            watch.keep();
            watch
        }

        /// Begins to watch if that has not been possible before.
        pub(in super::super) fn keep(&mut self) {
            let (None, Some(inotify)) = (&self.watched, &self.inotify) else { return };
            let Some(place) = Place::of(&self.vault) else { return };
            let events = WatchFlags::MODIFY
                | WatchFlags::MOVED_FROM
                | WatchFlags::MOVED_TO
                | WatchFlags::DELETE
                | WatchFlags::DELETE_SELF
                | WatchFlags::ONLYDIR;
            if add_watch(inotify, &place.folder, events).is_ok() {
                self.watched = Some(place);
            }
        }

        /// What becomes readable when something happens in the folder.
        pub(in super::super) fn source(&self) -> Option<BorrowedFd<'_>> {
            self.inotify.as_ref().map(AsFd::as_fd)
        }

        /// Whether something happened to the vault since the last call.
        pub(in super::super) fn take_change(&mut self) -> bool {
            let (Some(inotify), Some(place)) = (&self.inotify, &self.watched) else { return false };
            let mut buffer = [MaybeUninit::uninit(); 4096];
            let mut reader = Reader::new(inotify, &mut buffer);
            let (mut news, mut folder_is_gone) = (News::None, false);
            while let Ok(event) = reader.next() {
                news = news.max(News::of(&event, place));
                folder_is_gone |= event.events().intersects(ReadFlags::IGNORED | ReadFlags::DELETE_SELF);
            }
            // While a commit is under way nothing can be read anyway; its end comes as an event of its own.
            let changed = match news {
                News::None => folder_is_gone,
                News::Written => !place.commit_is_under_way(),
                News::Changed => true,
            };
            if folder_is_gone {
                self.watched = None;
                self.keep();
            }
            changed
        }
    }

    /// What an event means for the vault.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    enum News {
        None,
        /// Bytes were written: part of a commit, or by another program.
        Written,
        /// A commit was made, or the file was replaced or removed.
        Changed,
    }

    impl News {
        fn of(event: &Event<'_>, place: &Place) -> Self {
            if event.events().contains(ReadFlags::QUEUE_OVERFLOW) {
                return Self::Changed;
            }
            let Some(name) = event.file_name().map(|name| name.to_bytes()) else { return Self::None };
            let is_written = event.events().contains(ReadFlags::MODIFY);
            let is_removed = event.events().contains(ReadFlags::DELETE);
            match (name == place.file.as_bytes(), name == place.journal.as_bytes()) {
                (true, _) if is_written => Self::Written,
                (true, _) => Self::Changed,
                (_, true) if is_removed => Self::Changed,
                _ => Self::None,
            }
        }
    }
}

#[cfg(any(test, not(target_os = "linux")))]
mod by_looking {
    use std::os::fd::BorrowedFd;
    use std::os::unix::fs::MetadataExt;
    use std::path::{Path, PathBuf};

    use super::Place;

    /// Looks at the vault's file whenever the app is awake: nothing wakes it here.
    pub(in super::super) struct FileWatch {
        vault: PathBuf,
        seen: Option<Look>,
    }

    /// What tells one state of a file from another.
    #[derive(Clone, Copy, PartialEq, Eq)]
    struct Look {
        inode: u64,
        size: u64,
        seconds: i64,
        nanoseconds: i64,
    }

    impl FileWatch {
        /// Makes a watch that has seen the file as it is now.
        pub(in super::super) fn new(vault: &Path) -> Self {
            let mut watch = Self { vault: vault.to_owned(), seen: None };
            watch.seen = watch.look();
            watch
        }

        /// Nothing to keep.
        pub(in super::super) fn keep(&mut self) {}

        /// Nothing to wait for.
        pub(in super::super) fn source(&self) -> Option<BorrowedFd<'_>> {
            None
        }

        /// Whether the file is another than at the last call, and no commit is under way.
        pub(in super::super) fn take_change(&mut self) -> bool {
            if Place::of(&self.vault).is_some_and(|place| place.commit_is_under_way()) {
                return false;
            }
            let now = self.look();
            let changed = now != self.seen;
            self.seen = now;
            changed
        }

        fn look(&self) -> Option<Look> {
            let found = std::fs::metadata(&self.vault).ok()?;
            Some(Look {
                inode: found.ino(),
                size: found.size(),
                seconds: found.mtime(),
                nanoseconds: found.mtime_nsec(),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The same story for both ways of learning: what was done, and whether it is told.
    macro_rules! story {
        ($watch:ty, $folder:expr) => {{
            let vault = $folder.join("vault.etui");
            fs::write(&vault, "one").unwrap();
            let mut watch = <$watch>::new(&vault);
            watch.keep();
            assert!(!watch.take_change(), "nothing happened yet");
            fs::write($folder.join("other.txt"), "x").unwrap();
            assert!(!watch.take_change(), "another file");
            fs::write($folder.join("vault.etui-journal"), "x").unwrap();
            fs::write(&vault, "three").unwrap();
            assert!(!watch.take_change(), "a commit is under way");
            fs::remove_file($folder.join("vault.etui-journal")).unwrap();
            assert!(watch.take_change(), "the commit was made");
            assert!(!watch.take_change(), "told once");
            fs::write($folder.join("copy"), "another file").unwrap();
            fs::rename($folder.join("copy"), &vault).unwrap();
            assert!(watch.take_change(), "replaced");
            fs::write(&vault, "overwritten in place").unwrap();
            assert!(watch.take_change(), "overwritten");
            fs::remove_file(&vault).unwrap();
            assert!(watch.take_change(), "removed");
        }};
    }

    #[test]
    fn changes_of_the_vault_and_only_those_are_told() {
        let folder = tempfile::tempdir().unwrap();
        story!(FileWatch, folder.path());
    }

    #[test]
    fn looking_tells_the_same_story_as_being_told() {
        let folder = tempfile::tempdir().unwrap();
        story!(by_looking::FileWatch, folder.path());
        assert!(by_looking::FileWatch::new(folder.path()).source().is_none(), "nothing wakes it");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_is_made_later_is_watched_from_then_on() {
        let folder = tempfile::tempdir().unwrap();
        let vault = folder.path().join("later/vault.etui");
        let mut watch = FileWatch::new(&vault);
        fs::create_dir(vault.parent().unwrap()).unwrap();
        watch.keep();
        fs::write(&vault, "x").unwrap();
        assert!(watch.take_change());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_vault_behind_a_link_is_watched_where_it_lies() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("real")).unwrap();
        let real = folder.path().join("real/vault.etui");
        fs::write(&real, "x").unwrap();
        let link = folder.path().join("link.etui");
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let mut watch = FileWatch::new(&link);
        fs::write(&real, "y").unwrap();
        assert!(watch.take_change());
    }
}
