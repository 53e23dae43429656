//! Waiting for descriptors and for a time on a clock that goes on while the machine sleeps.

use std::io;
use std::os::fd::BorrowedFd;
#[cfg(target_os = "linux")]
use std::os::fd::{AsFd, OwnedFd};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::time::{ClockId, clock_gettime};

/// Milliseconds on a clock that counts sleep: CLOCK_BOOTTIME on Linux; elsewhere CLOCK_MONOTONIC, which
/// counts it on macOS.
pub fn now() -> u64 {
    #[cfg(target_os = "linux")]
    let time = clock_gettime(ClockId::Boottime);
    #[cfg(not(target_os = "linux"))]
    let time = clock_gettime(ClockId::Monotonic);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds * 1000 + u64::try_from(time.tv_nsec).unwrap_or(0) / 1_000_000
}

/// Tells whether the machine slept, by two clocks of which one stood still meanwhile.
pub struct SleepWatch {
    counting: u64,
    standing: Instant,
}

impl SleepWatch {
    /// How much further the clock that counts sleep may be, in milliseconds, before it was one: the two are
    /// not read at once.
    const TOLERANCE: u64 = 2_000;

    /// Begins now.
    pub fn new() -> Self {
        Self { counting: now(), standing: Instant::now() }
    }

    /// Whether the machine slept since the last call.
    pub fn take_sleep(&mut self) -> bool {
        self.compare(now(), Instant::now())
    }

    fn compare(&mut self, counting: u64, standing: Instant) -> bool {
        let awake = standing.saturating_duration_since(self.standing).as_millis();
        let passed = counting.saturating_sub(self.counting);
        (self.counting, self.standing) = (counting, standing);
        u128::from(passed) > awake + u128::from(Self::TOLERANCE)
    }
}

impl Default for SleepWatch {
    fn default() -> Self {
        Self::new()
    }
}

/// What can be had from a descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// Nothing now.
    Quiet,
    /// A read would not block.
    Readable,
    /// The other end is gone and nothing is left to read.
    Gone,
}

/// What is waited for at a descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interest {
    /// That a read would not block.
    Read,
    /// That a write would not block.
    Write,
    /// Either.
    Both,
}

impl Interest {
    const fn flags(self) -> PollFlags {
        match self {
            Self::Read => PollFlags::IN,
            Self::Write => PollFlags::OUT,
            Self::Both => PollFlags::IN.union(PollFlags::OUT),
        }
    }
}

/// The one place where the app sleeps.
pub struct Waiter {
    /// poll(2)'s own timeout stands still while a Linux machine sleeps: after eight hours of sleep a lock
    /// that is due in four minutes would still wait its four minutes. This timer fires on waking up.
    #[cfg(target_os = "linux")]
    timer: OwnedFd,
    /// Rings when the machine wakes up (and when the clock is set), deadline or not.
    #[cfg(target_os = "linux")]
    rising: OwnedFd,
}

impl Waiter {
    /// Makes the timer.
    ///
    /// # Errors
    /// When the system gives no more descriptors.
    pub fn new() -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        {
            use rustix::time::{TimerfdClockId, TimerfdFlags, timerfd_create};
            let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
            let waiter = Self {
                timer: timerfd_create(TimerfdClockId::Boottime, flags)?,
                rising: timerfd_create(TimerfdClockId::Realtime, flags)?,
            };
            waiter.listen_for_rising()?;
            Ok(waiter)
        }
        #[cfg(not(target_os = "linux"))]
        Ok(Self {})
    }

    /// Sleeps until a source has something or `deadline` (of [`now`]) has come; `None` sleeps for as long
    /// as it takes. The answers are in the order of the sources.
    ///
    /// # Errors
    /// Whatever poll(2) says, but for interruptions.
    pub fn wait(&self, sources: &[BorrowedFd<'_>], deadline: Option<u64>) -> io::Result<Vec<Readiness>> {
        let polled = sources.iter().map(|source| PollFd::from_borrowed_fd(*source, PollFlags::IN)).collect();
        Ok(self.poll(polled, deadline)?.into_iter().map(readiness).collect())
    }

    /// As [`wait`](Self::wait), for descriptors that are written to as well: which of them need wait no longer. One
    /// whose other end is gone is among them.
    ///
    /// # Errors
    /// As there.
    pub fn wait_for(
        &self,
        sources: &[(BorrowedFd<'_>, Interest)],
        deadline: Option<u64>,
    ) -> io::Result<Vec<bool>> {
        let polled = sources
            .iter()
            .map(|(source, interest)| PollFd::from_borrowed_fd(*source, interest.flags()))
            .collect();
        Ok(self.poll(polled, deadline)?.into_iter().map(|found| !found.is_empty()).collect())
    }

    fn poll<'a>(&'a self, mut polled: Vec<PollFd<'a>>, deadline: Option<u64>) -> io::Result<Vec<PollFlags>> {
        let sources = polled.len();
        #[cfg(target_os = "linux")]
        {
            self.arm(deadline)?;
            polled.push(PollFd::from_borrowed_fd(self.timer.as_fd(), PollFlags::IN));
            polled.push(PollFd::from_borrowed_fd(self.rising.as_fd(), PollFlags::IN));
        }
        loop {
            match poll(&mut polled, timeout(deadline).as_ref()) {
                Ok(_) => break,
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        #[cfg(target_os = "linux")]
        if polled.last().is_some_and(|rising| !rising.revents().is_empty()) {
            self.listen_for_rising()?;
        }
        Ok(polled[..sources].iter().map(PollFd::revents).collect())
    }

    /// A timer that nobody will live to see, cancelled when the kernel moves the time of day against the
    /// clock that stands still in sleep: that is what it does on waking up.
    #[cfg(target_os = "linux")]
    fn listen_for_rising(&self) -> io::Result<()> {
        use rustix::time::{Itimerspec, TimerfdTimerFlags, timerfd_settime};
        let never = Timespec { tv_sec: i64::from(i32::MAX) * 100, tv_nsec: 0 };
        let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: never };
        let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
        match timerfd_settime(&self.rising, flags, &once) {
            // ECANCELED only tells that it happened since, and the timer is set all the same.
            Ok(_) | Err(rustix::io::Errno::CANCELED) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    #[cfg(target_os = "linux")]
    fn arm(&self, deadline: Option<u64>) -> io::Result<()> {
        use rustix::time::{Itimerspec, TimerfdTimerFlags, timerfd_settime};
        // Zero would disarm it, so a deadline at the very start of the clock moves by a millisecond.
        let value = deadline.map_or(Timespec { tv_sec: 0, tv_nsec: 0 }, |at| timespec(at.max(1)));
        let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: value };
        timerfd_settime(&self.timer, TimerfdTimerFlags::ABSTIME, &once)?;
        Ok(())
    }
}

#[cfg(target_os = "linux")]
const fn timeout(_: Option<u64>) -> Option<Timespec> {
    None
}

#[cfg(not(target_os = "linux"))]
fn timeout(deadline: Option<u64>) -> Option<Timespec> {
    // poll(2) counts whole milliseconds down; one more, lest it wakes just before the time.
    deadline.map(|at| timespec(at.saturating_sub(now()).saturating_add(1)))
}

/// Whether a read would not block now.
///
/// # Errors
/// Whatever poll(2) says.
pub fn is_readable(source: BorrowedFd<'_>) -> io::Result<bool> {
    let mut polled = [PollFd::from_borrowed_fd(source, PollFlags::IN)];
    match poll(&mut polled, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })) {
        Ok(_) => Ok(readiness(polled[0].revents()) == Readiness::Readable),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn timespec(milliseconds: u64) -> Timespec {
    let seconds = i64::try_from(milliseconds / 1000).unwrap_or(i64::MAX);
    let rest = i64::try_from(milliseconds % 1000).unwrap_or(0);
    Timespec { tv_sec: seconds, tv_nsec: rest * 1_000_000 }
}

fn readiness(found: PollFlags) -> Readiness {
    if found.contains(PollFlags::IN) {
        Readiness::Readable
    } else if found.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
        Readiness::Gone
    } else {
        Readiness::Quiet
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn a_deadline_in_the_past_or_soon_ends_the_wait() {
        let (quiet, _other) = UnixStream::pair().unwrap();
        let waiter = Waiter::new().unwrap();
        for deadline in [0, now(), now() + 5] {
            assert_eq!(waiter.wait(&[quiet.as_fd()], Some(deadline)).unwrap(), [Readiness::Quiet]);
            assert!(now() >= deadline);
        }
    }

    #[test]
    fn an_old_deadline_does_not_end_a_later_wait() {
        let (end, mut other) = UnixStream::pair().unwrap();
        let waiter = Waiter::new().unwrap();
        waiter.wait(&[end.as_fd()], Some(now())).unwrap();
        let late = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(20));
            other.write_all(b"x").unwrap();
            other
        });
        assert_eq!(waiter.wait(&[end.as_fd()], None).unwrap(), [Readiness::Readable]);
        late.join().unwrap();
    }

    #[test]
    fn sleep_is_told_by_the_clock_that_counts_it() {
        let start = Instant::now();
        let later = |seconds| start + std::time::Duration::from_secs(seconds);
        let mut watch = SleepWatch { counting: 1_000, standing: start };
        assert!(!watch.compare(61_000, later(60)), "a minute awake");
        assert!(watch.compare(3_661_000, later(61)), "an hour asleep");
        assert!(!watch.compare(3_662_500, later(62)), "told once, and half a second is no sleep");
    }

    #[test]
    fn data_comes_before_the_end() {
        let (end, mut other) = UnixStream::pair().unwrap();
        let waiter = Waiter::new().unwrap();
        other.write_all(b"x").unwrap();
        drop(other);
        assert_eq!(waiter.wait(&[end.as_fd()], None).unwrap(), [Readiness::Readable]);
    }
}
