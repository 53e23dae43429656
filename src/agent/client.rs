//! Asking the agent of a vault.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::AgentError;
use super::protocol::{ANSWER_LENGTH, Purpose, Request, YES};
use super::socket;
use crate::memory::{KeyArena, SecretBytes};
use crate::vault::{KeyIdentity, VaultKey};

/// How long a client waits: an agent answers at once, so only one that hangs is meant.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What an agent has left to live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remaining {
    /// Until it ends if nobody asks.
    pub idle: Duration,
    /// Until it ends whoever asks.
    pub absolute: Duration,
}

/// The agent of one vault, running or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    directory: PathBuf,
    vault_id: [u8; 16],
}

impl Agent {
    /// Names the agent of a vault; see [`directory`](super::directory).
    pub fn new(directory: &Path, vault_id: [u8; 16]) -> Self {
        Self { directory: directory.to_owned(), vault_id }
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn vault_id(&self) -> [u8; 16] {
        self.vault_id
    }

    /// The vault key, where the agent runs and keeps the one of this name. With any other key id of the
    /// vault, it ends.
    pub fn key(&self, key_id: [u8; 16], purpose: Purpose) -> Option<VaultKey> {
        let answer = self.ask(Request::Key(self.identity(key_id), purpose)).ok().flatten()?;
        let key: &[u8; 32] = answer.expose().strip_prefix(&[YES])?.try_into().ok()?;
        Some(VaultKey::copy_of(&KeyArena::new().ok()?, key))
    }

    /// What the agent has left, where it runs and keeps the key of this name. Asking does not extend it.
    pub fn remaining(&self, key_id: [u8; 16]) -> Option<Remaining> {
        let answer = self.ask(Request::Status(self.identity(key_id))).ok().flatten()?;
        let (idle, absolute) = answer.expose().strip_prefix(&[YES])?.split_first_chunk()?;
        let duration = |bytes: &[u8; 8]| Duration::from_millis(u64::from_be_bytes(*bytes));
        Some(Remaining { idle: duration(idle), absolute: duration(absolute.try_into().ok()?) })
    }

    /// Ends the agent and answers whether there was one. Its key is wiped when this returns.
    ///
    /// # Errors
    /// Where an agent is there and does not answer.
    pub fn lock(&self) -> Result<bool, AgentError> {
        match self.ask(Request::Lock(self.vault_id)) {
            Ok(Some(answer)) if answer.expose() == [YES] => Ok(true),
            Ok(Some(_)) => Err(AgentError::StillRunning),
            Ok(None) => Ok(false),
            Err(error) => Err(AgentError::system("asking the agent to lock")(error)),
        }
    }

    fn identity(&self, key_id: [u8; 16]) -> KeyIdentity {
        KeyIdentity { vault_id: self.vault_id, key_id }
    }

    /// `None` where there is no agent of ours.
    fn ask(&self, request: Request) -> io::Result<Option<SecretBytes>> {
        if socket::check_private(&self.directory).is_err() {
            return Ok(None);
        }
        let mut stream = match UnixStream::connect(socket::path(&self.directory, &self.vault_id)) {
            Ok(stream) if socket::is_own(&stream) => stream,
            Ok(_) => return Ok(None),
            Err(error) if is_absence(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.write_all(&request.encode())?;
        let mut answer = SecretBytes::zeroed(ANSWER_LENGTH);
        let mut length = 0;
        while length < ANSWER_LENGTH {
            match stream.read(&mut answer.expose_mut()[length..]) {
                Ok(0) => break,
                Ok(count) => length += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        answer.truncate(length);
        Ok(Some(answer))
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound
            | io::ErrorKind::ConnectionRefused
            // The path is longer than a socket's may be: there cannot be one.
            | io::ErrorKind::InvalidInput
    )
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::super::protocol::{NO, REQUEST_LENGTH};
    use super::super::socket::OwnSocket;
    use super::*;

    // Guards: `etui lock` says "locked" only where the agent said that its key is wiped.
    #[test]
    fn an_agent_that_does_not_say_that_it_locked_counts_as_running() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
        let agent = Agent::new(folder.path(), [7; 16]);
        let own = OwnSocket::listen(socket::path(folder.path(), &[7; 16])).unwrap();
        own.listener.set_nonblocking(false).unwrap();
        for answer in [&[NO][..], &[], &[YES, YES]] {
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let (mut stream, _) = own.listener.accept().unwrap();
                    stream.read_exact(&mut [0; REQUEST_LENGTH]).unwrap();
                    stream.write_all(answer).unwrap();
                });
                assert_eq!(agent.lock(), Err(AgentError::StillRunning), "{answer:?}");
            });
        }
        drop(own);
        assert_eq!(agent.lock(), Ok(false));
    }
}
