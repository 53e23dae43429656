//! The thread that owns the vault: it answers one request after the other, and locks and unlocks.

use std::io::Write as _;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, Sender};
use std::time::Duration;

use crate::agent::{Agent, Purpose};
use crate::domain::ErrorCode;
use crate::kms::{Call, Format, Permissions, Refused, Responded};
use crate::memory::SecretBytes;
use crate::vault::{Answers, KeyIdentity, LockedVault, Vault};

/// When a vault that nobody uses locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idle {
    /// After this time without a request that was carried out.
    After(Duration),
    /// Never: it is thrown away at the end.
    Never,
}

/// An unlocked vault, and what unlocks it again after it was locked.
pub struct Keeper {
    vault: Held,
    identity: KeyIdentity,
    agent: Option<Agent>,
    answers: Answers,
    permissions: Permissions,
}

enum Held {
    Open(Box<Vault>),
    Locked(Box<LockedVault>),
    /// Only while one becomes the other.
    Moving,
}

/// What the thread is asked to do.
pub(super) enum Task {
    /// Answer a request of a connection.
    Answer { ticket: u64, call: Call, format: Format },
    /// Wipe the key. What `told` has is dropped when that is done.
    Lock { with_agent: bool, told: Option<UnixStream> },
}

/// A request that was answered.
pub(super) struct Done {
    pub(super) ticket: u64,
    pub(super) format: Format,
    pub(super) body: SecretBytes,
    pub(super) responded: Responded,
}

const LOCKED: Refused = Refused::new(
    ErrorCode::NotUnlocked,
    "the vault is locked",
    "run `etui unlock`; the next request finds it unlocked",
);

impl Keeper {
    /// Takes an unlocked vault. Where it is locked later, `agent` may have its key again.
    pub fn new(
        vault: Vault,
        identity: KeyIdentity,
        agent: Option<Agent>,
        answers: Answers,
        permissions: Permissions,
    ) -> Self {
        Self { vault: Held::Open(Box::new(vault)), identity, agent, answers, permissions }
    }

    /// Works until nobody can give it a task any more; then the key is wiped.
    pub(super) fn work(mut self, tasks: &Receiver<Task>, done: &Sender<Done>, mut wake: &UnixStream) {
        while let Ok(task) = tasks.recv() {
            match task {
                Task::Answer { ticket, call, format } => {
                    let mut body = SecretBytes::new();
                    let responded = self.answer(call, format, &mut body);
                    if done.send(Done { ticket, format, body, responded }).is_err() {
                        return;
                    }
                    // Full means that a byte to wake the loop is there already.
                    let _ = wake.write(&[0]);
                }
                Task::Lock { with_agent, told } => {
                    self.lock();
                    if let (true, Some(agent)) = (with_agent, &self.agent) {
                        // An agent that does not answer is told by `etui lock`; here nobody would read it.
                        let _ = agent.lock();
                    }
                    drop(told);
                }
            }
        }
    }

    fn answer(&mut self, call: Call, format: Format, body: &mut SecretBytes) -> Responded {
        self.unlock_by_agent();
        let responded = match &mut self.vault {
            Held::Open(vault) => call.respond(vault, &self.permissions, format, body),
            Held::Locked(_) | Held::Moving => call.refuse(&LOCKED, format, body),
        };
        // A session that ended by itself (the vault has another key) can begin again.
        if responded.code == Some(ErrorCode::NotUnlocked) {
            self.lock();
        }
        responded
    }

    fn lock(&mut self) {
        self.vault = match std::mem::replace(&mut self.vault, Held::Moving) {
            Held::Open(vault) => Held::Locked(Box::new(vault.lock())),
            other => other,
        };
    }

    fn unlock_by_agent(&mut self) {
        let Held::Locked(locked) = &self.vault else { return };
        let identity = locked.key_identity();
        debug_assert_eq!(identity.vault_id, self.identity.vault_id);
        let Some(key) = self.agent.as_ref().and_then(|agent| agent.key(identity.key_id, Purpose::Work))
        else {
            return;
        };
        if let Held::Locked(locked) = std::mem::replace(&mut self.vault, Held::Moving) {
            self.vault = match locked.unlock_with_key(identity, &key, self.answers) {
                Ok(vault) => Held::Open(Box::new(vault)),
                Err(failed) => Held::Locked(Box::new(failed.vault)),
            };
        }
    }
}
