//! Which request gets the key, and which one ends the agent. No input and no output, so that every case can
//! be tested without a process and without waiting.

use super::limits::Timer;
use super::protocol::{NO, Purpose, Request, YES};
use crate::memory::SecretBytes;
use crate::vault::{KeyIdentity, VaultKey};

/// The key with its name and its limits.
pub(super) struct Keeper {
    identity: KeyIdentity,
    key: VaultKey,
    timer: Timer,
}

/// What to do with whoever asked.
pub(super) enum Verdict {
    /// Answer this and go on.
    Answer(SecretBytes),
    /// Wipe the key first, then answer this, then end.
    WipeThenAnswer(u8),
}

impl Keeper {
    pub(super) fn new(identity: KeyIdentity, key: VaultKey, timer: Timer) -> Self {
        Self { identity, key, timer }
    }

    pub(super) fn deadline(&self) -> u64 {
        self.timer.deadline()
    }

    pub(super) fn is_over(&self, now: u64) -> bool {
        self.timer.is_over(now)
    }

    /// Decides about one request; `None` is what could not be read as one.
    pub(super) fn judge(&mut self, request: Option<Request>, now: u64) -> Verdict {
        if self.timer.is_over(now) {
            return Verdict::WipeThenAnswer(NO);
        }
        let Some(request) = request.filter(|request| request.vault_id() == self.identity.vault_id) else {
            return Verdict::Answer(SecretBytes::copy_of(&[NO]));
        };
        match request {
            Request::Lock(_) => Verdict::WipeThenAnswer(YES),
            // Another key id of the same vault: it was rekeyed, and the key kept here opens it no more.
            Request::Key(identity, _) | Request::Status(identity) if identity != self.identity => {
                Verdict::WipeThenAnswer(NO)
            }
            Request::Key(_, purpose) => {
                if purpose == Purpose::Work {
                    self.timer.extend(now);
                }
                let mut answer = SecretBytes::with_capacity(1 + 32);
                answer.push(YES);
                answer.extend(self.key.expose());
                Verdict::Answer(answer)
            }
            Request::Status(_) => {
                let (idle, absolute) = self.timer.left(now);
                let mut answer = SecretBytes::copy_of(&[YES]);
                answer.extend(&idle.to_be_bytes());
                answer.extend(&absolute.to_be_bytes());
                Verdict::Answer(answer)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::limits::Limits;
    use super::*;
    use crate::memory::KeyArena;

    const IDENTITY: KeyIdentity = KeyIdentity { vault_id: [1; 16], key_id: [2; 16] };
    const MINUTE: u64 = 60_000;

    fn keeper() -> Keeper {
        let key = VaultKey::copy_of(&KeyArena::new().unwrap(), &[7; 32]);
        let limits = Limits { idle: Duration::from_secs(15 * 60), absolute: Duration::from_secs(60 * 60) };
        Keeper::new(IDENTITY, key, Timer::start(limits, 0))
    }

    fn answer(verdict: Verdict) -> Vec<u8> {
        match verdict {
            Verdict::Answer(bytes) => bytes.expose().to_vec(),
            Verdict::WipeThenAnswer(_) => panic!("it ends"),
        }
    }

    fn end(verdict: Verdict) -> u8 {
        match verdict {
            Verdict::Answer(_) => panic!("it goes on"),
            Verdict::WipeThenAnswer(byte) => byte,
        }
    }

    #[test]
    fn the_key_is_given_for_its_own_name() {
        let given = answer(keeper().judge(Some(Request::Key(IDENTITY, Purpose::Work)), 0));
        assert_eq!(given, [&[b'+'][..], &[7; 32]].concat());
    }

    #[test]
    fn another_key_id_ends_it_and_another_vault_does_not() {
        let rekeyed = KeyIdentity { key_id: [9; 16], ..IDENTITY };
        for request in [Request::Key(rekeyed, Purpose::Work), Request::Status(rekeyed)] {
            assert_eq!(end(keeper().judge(Some(request), 0)), b'-');
        }
        let other = KeyIdentity { vault_id: [9; 16], ..IDENTITY };
        for request in [Request::Key(other, Purpose::Work), Request::Status(other), Request::Lock([9; 16])] {
            assert_eq!(answer(keeper().judge(Some(request), 0)), [b'-']);
        }
        assert_eq!(answer(keeper().judge(None, 0)), [b'-']);
    }

    #[test]
    fn lock_ends_it() {
        assert_eq!(end(keeper().judge(Some(Request::Lock(IDENTITY.vault_id)), 0)), b'+');
    }

    #[test]
    fn work_extends_the_idle_limit_and_peeking_and_status_do_not() {
        let after = |request| {
            let mut keeper = keeper();
            answer(keeper.judge(Some(request), 10 * MINUTE));
            keeper.deadline()
        };
        assert_eq!(after(Request::Key(IDENTITY, Purpose::Work)), 25 * MINUTE);
        assert_eq!(after(Request::Key(IDENTITY, Purpose::Peek)), 15 * MINUTE);
        assert_eq!(after(Request::Status(IDENTITY)), 15 * MINUTE);
    }

    #[test]
    fn status_tells_what_is_left_and_nothing_of_the_key() {
        let told = answer(keeper().judge(Some(Request::Status(IDENTITY)), 5 * MINUTE));
        assert_eq!(told[1..9], (10 * MINUTE).to_be_bytes());
        assert_eq!(told[9..], (55 * MINUTE).to_be_bytes());
    }

    #[test]
    fn a_request_that_comes_at_the_limit_is_too_late() {
        assert_eq!(end(keeper().judge(Some(Request::Key(IDENTITY, Purpose::Work)), 15 * MINUTE)), b'-');
    }
}
