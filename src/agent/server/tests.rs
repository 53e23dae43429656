//! The loop within this very process, whose memory can be looked through: while the agent runs the key lies
//! there, and when it has ended nowhere.

use std::fs::{self, File, Permissions};
use std::io::BufRead;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::time::Duration;

use super::*;
use crate::agent::client::Agent;
use crate::agent::limits::{Limits, Timer};
use crate::agent::protocol::{Purpose, YES};
use crate::crypto::make_random;
use crate::memory::{KeyArena, SecretBytes};
use crate::vault::{KeyIdentity, VaultKey};

const IDENTITY: KeyIdentity = KeyIdentity { vault_id: [1; 16], key_id: [2; 16] };

const LONG: Duration = Duration::from_secs(3600);

/// A key as nothing else is written: inverted, so that looking for it does not find itself.
struct Inverted([u8; 32]);

impl Inverted {
    fn draw() -> Self {
        Self(make_random().unwrap())
    }

    fn key(&self) -> VaultKey {
        let mut bytes = SecretBytes::copy_of(&self.0);
        bytes.expose_mut().iter_mut().for_each(|byte| *byte = !*byte);
        VaultKey::copy_of(&KeyArena::new().unwrap(), bytes.expose().try_into().unwrap())
    }

    fn begins(&self, bytes: &[u8]) -> bool {
        bytes.len() >= 31 && bytes.iter().zip(&self.0[1..]).all(|(byte, inverted)| *byte == !inverted)
    }

    /// Whether the key is anywhere in what this process can write to.
    fn is_in_memory(&self) -> bool {
        let memory = File::open("/proc/self/mem").unwrap();
        let mappings = fs::read_to_string("/proc/self/maps").unwrap();
        let mut chunk = SecretBytes::zeroed(1 << 20);
        let mut found = false;
        for mapping in mappings.lines().filter(|mapping| mapping.contains(" rw")) {
            let (begin, end) = mapping.split(' ').next().unwrap().split_once('-').unwrap();
            let mut at = u64::from_str_radix(begin, 16).unwrap();
            let end = u64::from_str_radix(end, 16).unwrap();
            while at < end {
                // What was read before must not be found in the chunk itself.
                chunk.expose_mut().fill(0);
                let most = chunk.len().min(usize::try_from(end - at).unwrap());
                // Other threads give memory back at any time.
                let Ok(count @ 1..) = memory.read_at(&mut chunk.expose_mut()[..most], at) else { break };
                found |= self.is_in(&chunk.expose()[..count]);
                // A key may reach across the end of the chunk.
                at += if count > 31 && at + (count as u64) < end { count - 31 } else { count } as u64;
            }
        }
        found
    }

    fn is_in(&self, mut bytes: &[u8]) -> bool {
        while let Ok(1..) = bytes.skip_until(!self.0[0]) {
            if self.begins(bytes) {
                return true;
            }
        }
        false
    }
}

/// Runs an agent with these limits, and `meanwhile` beside it, to the agent's end.
fn run(limits: Limits, meanwhile: impl FnOnce(&Agent) + Send) {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
    let wanted = Inverted::draw();
    let keeper = Keeper::new(IDENTITY, wanted.key(), Timer::start(limits, wait::now()));
    let own = OwnSocket::listen(socket::path(folder.path(), &IDENTITY.vault_id)).unwrap();
    let agent = Agent::new(folder.path(), IDENTITY.vault_id);
    assert!(wanted.is_in_memory(), "while it is kept it is there");
    std::thread::scope(|scope| {
        scope.spawn(|| meanwhile(&agent));
        serve(own, keeper, &mut Signals::listen().unwrap(), &Waiter::new().unwrap()).unwrap();
    });
    assert!(!wanted.is_in_memory(), "the agent has ended");
}

/// Takes the key and forgets it, as every command does.
fn is_given(agent: &Agent, key_id: [u8; 16]) -> bool {
    agent.key(key_id, Purpose::Work).is_some()
}

#[test]
fn after_lock_no_memory_holds_the_key() {
    run(Limits { idle: LONG, absolute: LONG }, |agent| {
        assert!(is_given(agent, IDENTITY.key_id));
        assert!(agent.remaining(IDENTITY.key_id).is_some());
        assert!(agent.lock().unwrap());
    });
}

#[test]
fn after_the_idle_limit_no_memory_holds_the_key() {
    run(Limits { idle: Duration::from_millis(50), absolute: LONG }, |agent| {
        while agent.key(IDENTITY.key_id, Purpose::Peek).is_some() {}
    });
}

#[test]
fn after_the_absolute_limit_no_memory_holds_the_key_however_often_it_is_asked_for() {
    run(Limits { idle: LONG, absolute: Duration::from_millis(50) }, |agent| {
        while is_given(agent, IDENTITY.key_id) {}
    });
}

#[test]
fn after_a_rekey_elsewhere_no_memory_holds_the_key() {
    run(Limits { idle: LONG, absolute: LONG }, |agent| {
        assert!(is_given(agent, IDENTITY.key_id));
        assert!(!is_given(agent, [9; 16]), "the file has another key id now");
    });
}

#[test]
fn the_client_that_was_silent_longest_has_to_go() {
    // Where it fails, the agent ends all the same.
    let long_enough = Duration::from_secs(120);
    run(Limits { idle: long_enough, absolute: long_enough }, |agent| {
        let path = socket::path(agent.directory(), &IDENTITY.vault_id);
        let connect = || {
            let stream = UnixStream::connect(&path).unwrap();
            stream.set_read_timeout(Some(long_enough / 4)).unwrap();
            stream
        };
        let mut silent: Vec<UnixStream> = (0..=MOST_CLIENTS).map(|_| connect()).collect();
        assert_eq!(silent[0].read(&mut [0]).unwrap(), 0, "the connection was closed");
        assert!(is_given(agent, IDENTITY.key_id));
        // Two have gone by now. Whoever came after them is answered still.
        let latest = silent.last_mut().unwrap();
        latest.write_all(&Request::Lock(IDENTITY.vault_id).encode()).unwrap();
        let mut answer = [0];
        latest.read_exact(&mut answer).unwrap();
        assert_eq!(answer, [YES]);
    });
}

#[test]
fn a_request_in_pieces_is_answered_when_it_is_whole() {
    run(Limits { idle: LONG, absolute: LONG }, |agent| {
        let mut stream = UnixStream::connect(socket::path(agent.directory(), &IDENTITY.vault_id)).unwrap();
        let request = Request::Key(IDENTITY, Purpose::Work).encode();
        let (first, rest) = request.split_at(20);
        stream.write_all(first).unwrap();
        assert!(is_given(agent, IDENTITY.key_id), "others do not wait for it");
        stream.write_all(rest).unwrap();
        let mut answer = SecretBytes::zeroed(33);
        stream.read_exact(answer.expose_mut()).unwrap();
        assert_eq!(answer.expose()[0], YES);
        drop((stream, answer));
        assert!(agent.lock().unwrap());
    });
}
