//! A socket in the file system, for this user alone.

use std::io::{self, ErrorKind};
use std::os::unix::fs::FileTypeExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use rustix::fs::Mode;
use rustix::process::umask;

/// Listens at a path, in the place of the socket of a process that has gone, and over nothing else. Other users could
/// at no time connect.
///
/// # Errors
/// As the system says.
pub fn listen(path: &Path) -> io::Result<UnixListener> {
    match bind_privately(path) {
        Err(error) if error.kind() == ErrorKind::AddrInUse && is_left_behind(path) => {
            std::fs::remove_file(path)?;
            bind_privately(path)
        }
        other => other,
    }
}

/// With the permissions set afterwards somebody else could connect before.
fn bind_privately(path: &Path) -> io::Result<UnixListener> {
    let before = umask(Mode::RWXG | Mode::RWXO | Mode::XUSR);
    let listener = UnixListener::bind(path);
    umask(before);
    listener
}

/// Whether it is the socket of a process that has gone.
fn is_left_behind(path: &Path) -> bool {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
    let refused = |error: io::Error| error.kind() == ErrorKind::ConnectionRefused;
    is_socket && UnixStream::connect(path).is_err_and(refused)
}
