//! Starting an agent: the binary is run once more, and gets all it needs through a socket on its stdin.
//!
//! No fork once keys exist, nothing in argv or the environment. What is sent: vault id (16), key id (16),
//! idle and absolute limit (8 each, milliseconds, big endian), the key (32), then the directory of the
//! sockets to the end. What is answered: one byte.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::AGENT_ARGUMENT;
use super::client::Agent;
use super::error::AgentError;
use super::keeper::Keeper;
use super::limits::{Limits, Timer, milliseconds};
use super::server;
use super::socket::{self, OwnSocket};
use crate::memory::{KeyArena, SecretBytes, process};
use crate::platform::signals::Signals;
use crate::platform::wait::{self, Waiter};
use crate::vault::{KeyIdentity, VaultKey};

/// How long an agent may take to come up on a very busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

const UP: u8 = b'+';
const STILL_RUNNING: u8 = b'r';
const FAILED: u8 = b'-';

/// Longest path that is sent.
const LONGEST_PATH: usize = 4096;

/// Starts the agent of a vault, in place of one that runs.
///
/// # Errors
/// [`AgentError`]; no agent of this vault runs then.
pub fn start(agent: &Agent, key_id: [u8; 16], key: &VaultKey, limits: Limits) -> Result<(), AgentError> {
    socket::prepare(agent.directory())?;
    agent.lock()?;
    let program = std::env::current_exe().map_err(AgentError::system("finding this program"))?;
    let (mut ours, theirs) = UnixStream::pair().map_err(AgentError::system("making a socket"))?;
    process::keep_descriptors_from_programs();
    Command::new(program)
        .arg(AGENT_ARGUMENT)
        .env_clear()
        .current_dir("/")
        .stdin(OwnedFd::from(theirs))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(AgentError::system("starting the agent"))?;
    let identity = KeyIdentity { vault_id: agent.vault_id(), key_id };
    let message = encode(identity, limits, key, agent.directory());
    let mut answer = [0];
    ours.set_read_timeout(Some(PATIENCE))
        .and_then(|()| ours.set_write_timeout(Some(PATIENCE)))
        .and_then(|()| ours.write_all(message.expose()))
        .and_then(|()| ours.shutdown(Shutdown::Write))
        .and_then(|()| ours.read_exact(&mut answer))
        .map_err(|_| AgentError::NotStarted)?;
    match answer {
        [UP] => Ok(()),
        [STILL_RUNNING] => Err(AgentError::StillRunning),
        _ => Err(AgentError::NotStarted),
    }
}

/// The whole life of an agent; for `main` to call, with the process hardened.
///
/// # Errors
/// [`AgentError`] where it does not come up.
pub fn run_agent() -> Result<(), AgentError> {
    let no_start = |_| AgentError::NotStarted;
    let starter = io::stdin().as_fd().try_clone_to_owned().map_err(no_start)?;
    let mut starter = UnixStream::from(starter);
    let begun = begin(&mut starter);
    let answer = match &begun {
        Ok(_) => UP,
        Err(AgentError::StillRunning) => STILL_RUNNING,
        Err(_) => FAILED,
    };
    // Before the answer: whoever gets it can rely on it that nothing of the caller is held any more.
    leave_stdin().map_err(no_start)?;
    // Whoever started it and went away meanwhile does not want it any more.
    starter.write_all(&[answer]).map_err(no_start)?;
    drop(starter);
    let (own, keeper, mut signals, waiter) = begun?;
    server::serve(own, keeper, &mut signals, &waiter).map_err(AgentError::system("waiting"))
}

fn begin(starter: &mut UnixStream) -> Result<(OwnSocket, Keeper, Signals, Waiter), AgentError> {
    let (identity, limits, key, directory) = read(starter)?;
    // No signal of a terminal, and no end of a session, reaches it from here on.
    rustix::process::setsid().map_err(|error| AgentError::system("leaving the session")(error.into()))?;
    let signals = Signals::listen().map_err(AgentError::system("listening for signals"))?;
    let waiter = Waiter::new().map_err(AgentError::system("making a timer"))?;
    socket::prepare(&directory)?;
    let own = OwnSocket::listen(socket::path(&directory, &identity.vault_id))?;
    Ok((own, Keeper::new(identity, key, Timer::start(limits, wait::now())), signals, waiter))
}

fn leave_stdin() -> io::Result<()> {
    let nothing: File = OpenOptions::new().read(true).open("/dev/null")?;
    Ok(rustix::stdio::dup2_stdin(nothing)?)
}

fn encode(identity: KeyIdentity, limits: Limits, key: &VaultKey, directory: &Path) -> SecretBytes {
    let mut message = SecretBytes::new();
    message.extend(&identity.vault_id);
    message.extend(&identity.key_id);
    message.extend(&milliseconds(limits.idle).to_be_bytes());
    message.extend(&milliseconds(limits.absolute).to_be_bytes());
    message.extend(key.expose());
    message.extend(directory.as_os_str().as_bytes());
    message
}

fn read(source: &mut impl Read) -> Result<(KeyIdentity, Limits, VaultKey, PathBuf), AgentError> {
    let no_start = |_: io::Error| AgentError::NotStarted;
    let mut ids = [0; 32];
    source.read_exact(&mut ids).map_err(no_start)?;
    let (vault_id, key_id) = ids.split_at(16);
    let identity = KeyIdentity {
        vault_id: vault_id.try_into().map_err(|_| AgentError::NotStarted)?,
        key_id: key_id.try_into().map_err(|_| AgentError::NotStarted)?,
    };
    let mut duration = || {
        let mut bytes = [0; 8];
        source.read_exact(&mut bytes).map(|()| Duration::from_millis(u64::from_be_bytes(bytes)))
    };
    let limits = Limits { idle: duration().map_err(no_start)?, absolute: duration().map_err(no_start)? };
    let mut key = SecretBytes::zeroed(32);
    source.read_exact(key.expose_mut()).map_err(no_start)?;
    let arena = KeyArena::new().map_err(no_start)?;
    let key = VaultKey::copy_of(&arena, key.expose().try_into().map_err(|_| AgentError::NotStarted)?);
    let mut path = Vec::new();
    source.take(LONGEST_PATH as u64).read_to_end(&mut path).map_err(no_start)?;
    Ok((identity, limits, key, PathBuf::from(OsStr::from_bytes(&path))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_agent_is_told_is_read_as_it_was_written() {
        let identity = KeyIdentity { vault_id: [1; 16], key_id: [2; 16] };
        let limits = Limits { idle: Duration::from_secs(900), absolute: Duration::from_secs(28_800) };
        let key = VaultKey::copy_of(&KeyArena::new().unwrap(), &[7; 32]);
        let message = encode(identity, limits, &key, Path::new("/run/user/1/etui"));
        let (read_identity, read_limits, read_key, path) = read(&mut message.expose()).unwrap();
        assert_eq!((read_identity, read_limits), (identity, limits));
        assert_eq!(read_key.expose(), &[7; 32]);
        assert_eq!(path, Path::new("/run/user/1/etui"));
        for length in [0, 31, 47, 79] {
            assert!(read(&mut &message.expose()[..length]).is_err());
        }
    }
}
