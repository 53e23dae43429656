//! Writers of one machine wait in the order in which they came.
//!
//! SQLite's own wait has no order: whoever looks again at the right moment is next. The lock here decides nothing
//! but the order; who cannot take it writes all the same, and SQLite's locks keep the file whole.
//!
//! A change may take long (an import, its undo, a rekey). Whoever has the turn says in the lock file that it
//! goes on, and the others wait as long as it does.

use std::cell::Cell;
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::beside::LONGEST_COMMIT;
use super::connect::BUSY_TIMEOUT;
use crate::store::error::StoreError;

/// How often a writer that goes on says so.
const BETWEEN_SIGNS: Duration = Duration::from_millis(500);

/// How often those who wait look whether it does.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// The turn of a writer, until it is dropped.
pub(in crate::store) struct Turn(Option<Held>);

struct Held {
    /// The lock goes with it.
    file: File,
    sign: Cell<Sign>,
    said: Cell<Instant>,
}

/// What the writer that has the turn said last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sign {
    /// Grows with every sign, of whichever writer.
    number: u64,
    /// How long the next one may take.
    patience: Duration,
}

impl Turn {
    /// Where no order is kept.
    pub(in crate::store) const fn anybody() -> Self {
        Self(None)
    }

    /// Waits for its turn in the queue of this lock file.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where it does not come, and the writer that has it does not go on.
    pub(in crate::store) fn wait(lock: &Path) -> Result<Self, StoreError> {
        let opened =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(lock);
        let Ok(file) = opened else { return Ok(Self::anybody()) };
        match file.try_lock() {
            Ok(()) => Ok(Self::of(file)),
            Err(TryLockError::WouldBlock) => wait_in_line(file),
            Err(TryLockError::Error(_)) => Ok(Self::anybody()),
        }
    }

    fn of(file: File) -> Self {
        let sign = Cell::new(Sign::read(&file));
        let held = Held { file, sign, said: Cell::new(Instant::now()) };
        held.say(BUSY_TIMEOUT);
        Self(Some(held))
    }

    /// Tells those who wait that this writer goes on.
    pub(in crate::store) fn goes_on(&self) {
        if let Some(held) = &self.0
            && held.said.get().elapsed() >= BETWEEN_SIGNS
        {
            held.say(BUSY_TIMEOUT);
        }
    }

    /// Tells those who wait that the commit has begun, from which no further sign comes.
    pub(in crate::store) fn commits(&self) {
        if let Some(held) = &self.0 {
            held.say(LONGEST_COMMIT);
        }
    }
}

#[cfg(test)]
impl Turn {
    /// As if the last sign had been given long ago.
    pub(in crate::store) fn make_due(&self) {
        if let Some(held) = &self.0 {
            held.said.set(Instant::now().checked_sub(BETWEEN_SIGNS).unwrap());
        }
    }

    /// How many signs there have been.
    pub(in crate::store) fn signs(&self) -> u64 {
        self.0.as_ref().map_or(0, |held| held.sign.get().number)
    }
}

impl Held {
    fn say(&self, patience: Duration) {
        let sign = Sign { number: self.sign.get().number.wrapping_add(1), patience };
        // Where it cannot be written, the others wait as long as they would without a sign.
        let _ = self.file.write_all_at(&sign.encode(), 0);
        self.sign.set(sign);
        self.said.set(Instant::now());
    }
}

impl Sign {
    fn read(file: &File) -> Self {
        let mut bytes = [0; 16];
        // An empty lock file has no sign yet.
        let _ = file.read_exact_at(&mut bytes, 0);
        let (number, patience) = bytes.split_at(8);
        let integer = |bytes: &[u8]| bytes.try_into().map_or(0, u64::from_be_bytes);
        let patience = Duration::from_millis(integer(patience));
        Self { number: integer(number), patience: patience.clamp(BUSY_TIMEOUT, LONGEST_COMMIT) }
    }

    fn encode(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.number.to_be_bytes());
        let patience = u64::try_from(self.patience.as_millis()).unwrap_or(u64::MAX);
        bytes[8..].copy_from_slice(&patience.to_be_bytes());
        bytes
    }
}

/// How long somebody waits: as long as the writer ahead gives signs.
struct Patience {
    sign: Sign,
    since: Instant,
}

impl Patience {
    const fn begin(sign: Sign, now: Instant) -> Self {
        Self { sign, since: now }
    }

    fn is_over(&mut self, sign: Sign, now: Instant) -> bool {
        if sign != self.sign {
            *self = Self::begin(sign, now);
        }
        now.saturating_duration_since(self.since) >= self.sign.patience
    }
}

/// The system wakes those who wait in the order in which they came. Waiting knows no end there, so a thread
/// does it; if it comes too late, it gives the lock up again.
fn wait_in_line(file: File) -> Result<Turn, StoreError> {
    let no_thread = |error: std::io::Error| StoreError::System {
        doing: "starting a thread".to_owned(),
        reason: crate::domain::reason(&error),
    };
    let (sender, receiver) = mpsc::channel();
    let Ok(watched) = file.try_clone() else { return Ok(Turn::anybody()) };
    thread::Builder::new()
        .name("queue".to_owned())
        .spawn(move || {
            let locked = file.lock().is_ok();
            // Nobody listens any more where it came too late.
            let _ = sender.send(locked.then_some(file));
        })
        .map_err(no_thread)?;
    let mut patience = Patience::begin(Sign::read(&watched), Instant::now());
    loop {
        match receiver.recv_timeout(BETWEEN_LOOKS) {
            Ok(file) => return Ok(file.map_or_else(Turn::anybody, Turn::of)),
            Err(RecvTimeoutError::Timeout) if !patience.is_over(Sign::read(&watched), Instant::now()) => {}
            Err(_) => return Err(StoreError::Busy),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(number: u64, patience: Duration) -> Sign {
        Sign { number, patience }
    }

    /// Signs of a writer, each after so many seconds; answers after how many somebody who waits gives up.
    fn gives_up_after(signs: &[(u64, Sign)]) -> Option<u64> {
        let begin = Instant::now();
        let mut patience = Patience::begin(sign(0, BUSY_TIMEOUT), begin);
        (0..600).find(|&second| {
            let last = signs.iter().rev().find(|(at, _)| *at <= second);
            let last = last.map_or(sign(0, BUSY_TIMEOUT), |(_, sign)| *sign);
            patience.is_over(last, begin + Duration::from_secs(second))
        })
    }

    // Guards: exit 7 means that nobody goes on, not that somebody takes long.
    #[test]
    fn a_writer_is_waited_for_as_long_as_it_goes_on_and_no_longer() {
        assert_eq!(gives_up_after(&[]), Some(5), "it never gave a sign");
        let every_three: Vec<_> = (1..=30).map(|n| (3 * n, sign(n, BUSY_TIMEOUT))).collect();
        assert_eq!(gives_up_after(&every_three), Some(95));
        assert_eq!(gives_up_after(&[(4, sign(1, BUSY_TIMEOUT)), (20, sign(2, BUSY_TIMEOUT))]), Some(9));
        assert_eq!(gives_up_after(&[(2, sign(1, LONGEST_COMMIT))]), Some(62), "a commit gives no signs");
    }

    #[test]
    fn a_sign_is_read_as_it_was_written_and_nothing_else_makes_anybody_wait_longer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let turn = Turn::wait(&path).unwrap();
        let file = File::open(&path).unwrap();
        assert_eq!(Sign::read(&file), sign(1, BUSY_TIMEOUT));
        turn.goes_on();
        assert_eq!(Sign::read(&file).number, 1, "not with every row");
        turn.make_due();
        turn.goes_on();
        assert_eq!(Sign::read(&file), sign(2, BUSY_TIMEOUT));
        turn.commits();
        assert_eq!(Sign::read(&file), sign(3, LONGEST_COMMIT));
        drop(turn);
        let next = Turn::wait(&path).unwrap();
        assert_eq!(Sign::read(&file), sign(4, BUSY_TIMEOUT), "the next writer is a sign, too");
        drop(next);
        for (written, patience) in
            [(&[][..], BUSY_TIMEOUT), (&[0xff; 16], LONGEST_COMMIT), (b"short", BUSY_TIMEOUT)]
        {
            std::fs::write(&path, written).unwrap();
            assert_eq!(Sign::read(&File::open(&path).unwrap()).patience, patience);
        }
    }

    /// Whether somebody stands in line for this lock.
    #[cfg(target_os = "linux")]
    fn somebody_waits(path: &Path) -> bool {
        use std::os::unix::fs::MetadataExt as _;
        let inode = format!(":{} ", std::fs::metadata(path).unwrap().ino());
        let locks = std::fs::read_to_string("/proc/locks").unwrap();
        locks.lines().any(|line| line.contains("-> FLOCK") && line.contains(&inode))
    }

    // Guards: the order. Without it a writer that waits may be overtaken for ever.
    #[cfg(target_os = "linux")]
    #[test]
    fn who_waits_stands_in_line_and_has_the_turn_next() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = Turn::wait(&path).unwrap();
        thread::scope(|scope| {
            let second = scope.spawn(|| Turn::wait(&path).map(|turn| turn.0.is_some()));
            while !somebody_waits(&path) {
                assert!(!second.is_finished(), "it did not wait for its turn");
                thread::yield_now();
            }
            drop(first);
            assert_eq!(second.join().unwrap(), Ok(true));
        });
    }
}
