//! Where agents are reached, and that nobody else's process is on either end.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use super::error::AgentError;
use crate::domain::hexadecimal;
use crate::platform::paths::Paths;

/// The directory of the sockets: the platform's place for such things, else one in the state directory. It
/// is never the shared temporary directory.
pub fn directory(paths: &Paths) -> PathBuf {
    paths.runtime().map_or_else(|| paths.state().join("run"), Path::to_owned)
}

/// The longest path of a socket: `sun_path` without the zero at its end.
const LONGEST_SOCKET: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

fn check_length(directory: &Path) -> Result<(), AgentError> {
    let path = path(directory, &[0; 16]);
    let length = path.as_os_str().len();
    if length > LONGEST_SOCKET {
        return Err(AgentError::PathTooLong { path, length, limit: LONGEST_SOCKET });
    }
    Ok(())
}

/// The socket of one vault.
pub(super) fn path(directory: &Path, vault_id: &[u8; 16]) -> PathBuf {
    directory.join(format!("{}.socket", hexadecimal(vault_id)))
}

/// Makes the directory, or makes sure that the one that is there is ours alone. What is there is never
/// changed.
pub(super) fn prepare(directory: &Path) -> Result<(), AgentError> {
    check_length(directory)?;
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(AgentError::system(format!("making the directory '{}'", directory.display())))?;
    check_private(directory)
}

/// Whether agents can live in a directory: it is this user's alone, or not there yet.
///
/// # Errors
/// [`AgentError::NotPrivate`], [`AgentError::PathTooLong`], [`AgentError::System`].
pub fn check_directory(directory: &Path) -> Result<(), AgentError> {
    check_length(directory)?;
    if fs::symlink_metadata(directory).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return Ok(());
    }
    check_private(directory)
}

/// Makes sure that nobody else can put a socket there.
pub(super) fn check_private(directory: &Path) -> Result<(), AgentError> {
    let metadata = fs::symlink_metadata(directory)
        .map_err(AgentError::system(format!("looking at '{}'", directory.display())))?;
    let own = rustix::process::geteuid().as_raw();
    let problem = if !metadata.is_dir() {
        "is not a directory"
    } else if metadata.uid() != own {
        "belongs to somebody else"
    } else if metadata.mode() & 0o077 != 0 {
        "is open to others"
    } else {
        return Ok(());
    };
    Err(AgentError::NotPrivate { path: directory.to_owned(), problem })
}

/// A socket that this process alone listens on, removed on drop.
pub(super) struct OwnSocket {
    pub(super) listener: UnixListener,
    path: PathBuf,
    /// Whoever holds it is the one agent of this vault, so a socket found without it is stale.
    _lock: File,
}

impl OwnSocket {
    /// Listens at `path`, in place of a stale socket if there is one.
    pub(super) fn listen(path: PathBuf) -> Result<Self, AgentError> {
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path.with_extension("lock"))
            .map_err(AgentError::system("making the agent's lock file"))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive).map_err(|_| AgentError::StillRunning)?;
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(AgentError::system("removing a stale socket")(error));
            }
            _ => {}
        }
        let failed = || AgentError::system(format!("listening at '{}'", path.display()));
        let listener = UnixListener::bind(&path).map_err(failed())?;
        fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(failed())?;
        listener.set_nonblocking(true).map_err(failed())?;
        Ok(Self { listener, path, _lock: lock })
    }
}

impl Drop for OwnSocket {
    fn drop(&mut self) {
        // The lock file stays: removing it would let two processes hold locks on two files of one name.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether the process at the other end runs for the same user. Where the system does not say, the private
/// directory alone keeps others away.
pub(super) fn is_own(stream: &UnixStream) -> bool {
    peer_user(stream).is_ok_and(|user| is_same_user(user, rustix::process::geteuid().as_raw()))
}

fn is_same_user(peer: Option<u32>, own: u32) -> bool {
    peer.is_none_or(|peer| peer == own)
}

#[cfg(target_os = "linux")]
fn peer_user(stream: &UnixStream) -> io::Result<Option<u32>> {
    Ok(Some(rustix::net::sockopt::socket_peercred(stream)?.uid.as_raw()))
}

#[cfg(not(target_os = "linux"))]
fn peer_user(_stream: &UnixStream) -> io::Result<Option<u32>> {
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn private() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
        folder
    }

    #[test]
    fn another_user_is_refused() {
        assert!(is_same_user(Some(1000), 1000));
        assert!(!is_same_user(Some(1001), 1000));
        assert!(!is_same_user(Some(0), 1000), "root could have the key anyway, but not by asking");
    }

    #[test]
    fn both_ends_of_a_pair_are_our_own() {
        let (one, other) = UnixStream::pair().unwrap();
        assert!(is_own(&one) && is_own(&other));
    }

    #[test]
    fn a_directory_that_others_may_enter_is_refused_and_left_as_it_is() {
        let folder = private();
        prepare(folder.path()).unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o750)).unwrap();
        let refused = prepare(folder.path()).unwrap_err();
        assert!(refused.to_string().ends_with("is open to others"), "{refused}");
        assert_eq!(fs::metadata(folder.path()).unwrap().mode() & 0o777, 0o750);
        let link = private();
        let link = link.path().join("link");
        std::os::unix::fs::symlink(private().path(), &link).unwrap();
        assert!(check_private(&link).is_err());
    }

    #[test]
    fn a_path_that_no_socket_can_have_is_told() {
        let folder = private();
        let spare = LONGEST_SOCKET - path(folder.path(), &[0; 16]).as_os_str().len();
        let inner = |length: usize| folder.path().join("x".repeat(length));
        check_directory(&inner(spare - 1)).unwrap();
        let refused = check_directory(&inner(spare)).unwrap_err();
        assert!(matches!(&refused, AgentError::PathTooLong { length, .. } if *length == LONGEST_SOCKET + 1));
        assert_eq!(prepare(&inner(spare)), Err(refused));
        prepare(&inner(spare - 1)).unwrap();
        drop(OwnSocket::listen(path(&inner(spare - 1), &[0; 16])).unwrap());
    }

    #[test]
    fn a_link_and_a_directory_of_somebody_else_are_refused() {
        let folder = private();
        let (inner, link) = (folder.path().join("inner"), folder.path().join("link"));
        DirBuilder::new().mode(0o700).create(&inner).unwrap();
        std::os::unix::fs::symlink(&inner, &link).unwrap();
        let problem = |path: &Path| match check_directory(path) {
            Err(AgentError::NotPrivate { problem, .. }) => problem,
            other => panic!("{other:?}"),
        };
        assert_eq!(problem(&link), "is not a directory");
        // Only root can give one away.
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(&inner, Some(65_534), None).unwrap();
            assert_eq!(problem(&inner), "belongs to somebody else");
        }
    }

    #[test]
    fn directories_that_are_made_are_ours_alone() {
        let folder = private();
        let inner = folder.path().join("state/run");
        prepare(&inner).unwrap();
        assert_eq!(fs::metadata(&inner).unwrap().mode() & 0o777, 0o700);
        assert_eq!(fs::metadata(folder.path().join("state")).unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_stale_socket_is_replaced_and_a_living_one_is_not() {
        let folder = private();
        let at = path(folder.path(), &[0xab; 16]);
        drop(UnixListener::bind(&at).unwrap());
        assert!(UnixStream::connect(&at).is_err(), "nobody listens");
        let own = OwnSocket::listen(at.clone()).unwrap();
        UnixStream::connect(&at).unwrap();
        assert_eq!(fs::metadata(&at).unwrap().mode() & 0o777, 0o600);
        assert_eq!(OwnSocket::listen(at.clone()).err(), Some(AgentError::StillRunning));
        drop(own);
        assert!(!at.exists());
        OwnSocket::listen(at).unwrap();
    }
}
