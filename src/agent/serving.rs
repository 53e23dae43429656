//! How `etui lock` reaches processes that keep a vault unlocked for others: a socket beside the agent's.

use std::fs;
use std::io::{self, Read as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use super::client::{Agent, PATIENCE};
use super::error::AgentError;
use super::socket::{self, OwnSocket};

/// The place where a process that keeps a vault unlocked is asked to lock it. It is gone when this is dropped.
pub struct LockRequests(OwnSocket);

impl LockRequests {
    /// Begins to listen, for the vault of this agent.
    ///
    /// # Errors
    /// Where the directory is not this user's alone, and as the system says.
    pub fn listen(agent: &Agent) -> Result<Self, AgentError> {
        socket::prepare(agent.directory())?;
        let prefix = prefix(agent.directory(), &agent.vault_id());
        let path = prefix.with_extension(format!("{}.{SERVING}", std::process::id()));
        OwnSocket::listen(path).map(Self)
    }

    /// The next request; it is carried out when what is answered here is dropped.
    pub fn take(&self) -> Option<UnixStream> {
        while let Ok((stream, _)) = self.0.listener.accept() {
            if socket::is_own(&stream) {
                return Some(stream);
            }
        }
        None
    }
}

impl AsFd for LockRequests {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.listener.as_fd()
    }
}

const SERVING: &str = "serve";

fn prefix(directory: &Path, vault_id: &[u8; 16]) -> PathBuf {
    socket::path(directory, vault_id).with_extension("")
}

impl Agent {
    /// Asks every process that keeps this vault unlocked (`etui serve`) to lock it, and answers how many did. Their
    /// keys are wiped when this returns.
    ///
    /// # Errors
    /// Where one is there and does not answer.
    pub fn lock_serving(&self) -> Result<usize, AgentError> {
        if socket::check_private(self.directory()).is_err() {
            return Ok(0);
        }
        let prefix = prefix(self.directory(), &self.vault_id());
        let mut locked = 0;
        for entry in fs::read_dir(self.directory()).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_ours = path.extension().is_some_and(|extension| extension == SERVING)
                && path.with_extension("").with_extension("") == prefix;
            if is_ours && ask(&path)? {
                locked += 1;
            }
        }
        Ok(locked)
    }
}

/// Whether somebody listened. A socket of a process that was killed is removed.
fn ask(path: &Path) -> Result<bool, AgentError> {
    let failed = || AgentError::system("asking `etui serve` to lock");
    let mut stream = match UnixStream::connect(path) {
        Ok(stream) if socket::is_own(&stream) => stream,
        Ok(_) => return Ok(false),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            let _ = fs::remove_file(path);
            let _ = fs::remove_file(path.with_extension("lock"));
            return Ok(false);
        }
        Err(_) => return Ok(false),
    };
    stream.set_read_timeout(Some(PATIENCE)).map_err(failed())?;
    // Nothing is sent: the end comes when the key is wiped.
    match stream.read_exact(&mut [0]) {
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => Err(failed()(error)),
        _ => Ok(true),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn who_serves_a_vault_is_asked_and_a_socket_that_was_left_behind_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let agent = Agent::new(folder.path(), [7; 16]);
        let other = Agent::new(folder.path(), [8; 16]);
        let requests = LockRequests::listen(&agent).unwrap();
        let left_behind = prefix(folder.path(), &[7; 16]).with_extension("1.serve");
        drop(std::os::unix::net::UnixListener::bind(&left_behind).unwrap());
        assert_eq!(other.lock_serving().unwrap(), 0);
        let asking = std::thread::spawn(move || agent.lock_serving());
        let stream = loop {
            match requests.take() {
                Some(stream) => break stream,
                None => std::thread::yield_now(),
            }
        };
        drop(stream);
        assert_eq!(asking.join().unwrap().unwrap(), 1);
        assert!(!left_behind.exists());
    }
}
