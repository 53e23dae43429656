//! The one other thread: it owns the session and does all that takes time, so that the app keeps drawing.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use crate::platform::signals::drain;

/// A thread that does jobs one after the other, in the order in which they were given.
///
/// Of the waiting jobs that share a slot (previews, where only the newest state of a form matters) just the
/// newest is done. The session lives and dies on the thread. Dropping the worker waits: previews are
/// forgotten, everything else that was given is still done (a put that was submitted is not lost by
/// quitting), then the session is dropped and its keys are wiped.
pub(super) struct Worker<Job, Slot, Answer> {
    shared: Arc<Shared<Job>>,
    slot_of: fn(&Job) -> Option<Slot>,
    answers: Receiver<Answer>,
    wake: UnixStream,
    thread: Option<JoinHandle<()>>,
}

/// The worker's thread has ended on its own: it panicked, and the session is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WorkerGone;

struct Shared<Job> {
    queue: Mutex<Queue<Job>>,
    changed: Condvar,
}

/// The jobs that wait for the worker.
struct Queue<Job> {
    waiting: VecDeque<Job>,
    activity: Activity,
    intake: Intake,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Activity {
    Idle,
    Busy,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Intake {
    Open,
    Closed,
}

impl<Job> Shared<Job> {
    fn queue(&self) -> MutexGuard<'_, Queue<Job>> {
        // Nothing is done under the lock that could leave the queue half changed.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next job; `None` when no more will come.
    fn next(&self) -> Option<Job> {
        let mut queue = self.queue();
        loop {
            if let Some(job) = queue.waiting.pop_front() {
                queue.activity = Activity::Busy;
                return Some(job);
            }
            if queue.intake == Intake::Closed {
                return None;
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn finished(&self) {
        self.queue().activity = Activity::Idle;
    }
}

/// Rings when an answer is there, and once more when the thread ends, however it ends.
struct Bell(UnixStream);

impl Bell {
    fn ring(&self) {
        // A full pipe rings already.
        let _ = (&self.0).write(&[1]);
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.ring();
    }
}

impl<Job, Slot, Answer> Worker<Job, Slot, Answer>
where
    Job: Send + 'static,
    Slot: PartialEq,
    Answer: Send + 'static,
{
    /// Starts the thread, which calls `perform` for every job.
    ///
    /// # Errors
    /// When the system gives no thread or descriptor.
    pub(super) fn start<Session: Send + 'static>(
        session: Session,
        perform: fn(&mut Session, Job) -> Answer,
        slot_of: fn(&Job) -> Option<Slot>,
    ) -> io::Result<Self> {
        let (wake, bell) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        bell.set_nonblocking(true)?;
        let queue = Queue { waiting: VecDeque::new(), activity: Activity::Idle, intake: Intake::Open };
        let shared = Arc::new(Shared { queue: Mutex::new(queue), changed: Condvar::new() });
        let (sender, answers) = channel();
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new().name("vault".to_owned()).spawn(move || {
            // Dropped last to first: session, sender, bell. Who hears the last ring finds the channel closed.
            let (bell, sender, mut session) = (Bell(bell), sender, session);
            while let Some(job) = theirs.next() {
                let answer = perform(&mut session, job);
                if sender.send(answer).is_err() {
                    break;
                }
                // Before the bell: who is woken by it may ask whether everything is done.
                theirs.finished();
                bell.ring();
            }
        })?;
        Ok(Self { shared, slot_of, answers, wake, thread: Some(thread) })
    }

    /// Gives the worker something to do.
    pub(super) fn submit(&self, job: Job) {
        let slot = (self.slot_of)(&job);
        let mut queue = self.shared.queue();
        if slot.is_some() {
            queue.waiting.retain(|waiting| (self.slot_of)(waiting) != slot);
        }
        queue.waiting.push_back(job);
        self.shared.changed.notify_one();
    }

    /// Whether everything given so far is done. Its answers may still wait to be taken.
    pub(super) fn is_idle(&self) -> bool {
        let queue = self.shared.queue();
        queue.waiting.is_empty() && queue.activity == Activity::Idle
    }

    /// The answers since the last call.
    ///
    /// # Errors
    /// [`WorkerGone`] when there are none and there will be none.
    pub(super) fn take_answers(&self) -> Result<Vec<Answer>, WorkerGone> {
        drain(&self.wake);
        let mut answers = Vec::new();
        loop {
            match self.answers.try_recv() {
                Ok(answer) => answers.push(answer),
                Err(TryRecvError::Disconnected) if answers.is_empty() => return Err(WorkerGone),
                Err(_) => return Ok(answers),
            }
        }
    }
}

impl<Job, Slot, Answer> AsFd for Worker<Job, Slot, Answer> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}

impl<Job, Slot, Answer> Drop for Worker<Job, Slot, Answer> {
    fn drop(&mut self) {
        let mut queue = self.shared.queue();
        queue.intake = Intake::Closed;
        queue.waiting.retain(|job| (self.slot_of)(job).is_none());
        self.shared.changed.notify_one();
        drop(queue);
        if let Some(thread) = self.thread.take() {
            // A panic there was told when it happened.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::Sender;

    use rustix::event::{PollFd, PollFlags, poll};

    use super::*;

    enum Job {
        /// Says that it has begun, then waits for a word.
        Wait(Sender<()>, Receiver<()>),
        Preview(u8),
        Store(u8),
        Fail,
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Done {
        Waited,
        Previewed(u8),
        Stored(u8),
    }

    /// Tells on its drop what was stored.
    struct Ledger(Vec<u8>, Sender<Vec<u8>>);

    impl Drop for Ledger {
        fn drop(&mut self) {
            let _ = self.1.send(std::mem::take(&mut self.0));
        }
    }

    fn perform(ledger: &mut Ledger, job: Job) -> Done {
        match job {
            Job::Wait(begun, go_on) => {
                begun.send(()).unwrap();
                let _ = go_on.recv();
                Done::Waited
            }
            Job::Preview(number) => Done::Previewed(number),
            Job::Store(number) => {
                ledger.0.push(number);
                Done::Stored(number)
            }
            Job::Fail => panic!("on purpose"),
        }
    }

    fn slot_of(job: &Job) -> Option<()> {
        matches!(job, Job::Preview(_)).then_some(())
    }

    fn worker() -> (Worker<Job, (), Done>, Receiver<Vec<u8>>) {
        let (sender, stored) = channel();
        (Worker::start(Ledger(Vec::new(), sender), perform, slot_of).unwrap(), stored)
    }

    /// Keeps the worker busy until the returned sender is dropped.
    fn hold(worker: &Worker<Job, (), Done>) -> Sender<()> {
        let ((begun, has_begun), (go_on, word)) = (channel(), channel());
        worker.submit(Job::Wait(begun, word));
        has_begun.recv().unwrap();
        go_on
    }

    fn answers(worker: &Worker<Job, (), Done>, count: usize) -> Vec<Done> {
        let mut all = Vec::new();
        while all.len() < count {
            poll(&mut [PollFd::new(worker, PollFlags::IN)], None).unwrap();
            all.extend(worker.take_answers().unwrap());
        }
        all
    }

    #[test]
    fn only_the_newest_waiting_preview_is_done_and_everything_else_in_order() {
        let (worker, _stored) = worker();
        let go_on = hold(&worker);
        assert!(!worker.is_idle());
        let jobs = [Job::Preview(1), Job::Store(1), Job::Preview(2), Job::Store(2), Job::Preview(3)];
        jobs.into_iter().for_each(|job| worker.submit(job));
        drop(go_on);
        let expected = [Done::Waited, Done::Stored(1), Done::Stored(2), Done::Previewed(3)];
        assert_eq!(answers(&worker, 4), expected);
    }

    #[test]
    fn who_has_the_last_answer_finds_the_worker_idle() {
        let (worker, _stored) = worker();
        for number in 0..100 {
            worker.submit(Job::Store(number));
            answers(&worker, 1);
            assert!(worker.is_idle());
        }
    }

    #[test]
    fn leaving_does_what_was_submitted_forgets_previews_and_drops_the_session() {
        let (worker, stored) = worker();
        let go_on = hold(&worker);
        worker.submit(Job::Preview(1));
        worker.submit(Job::Store(7));
        drop(go_on);
        drop(worker);
        assert_eq!(stored.try_recv(), Ok(vec![7]), "the session is gone when the worker is");
    }

    #[test]
    fn a_panic_in_the_worker_wakes_the_app_and_is_told() {
        let (worker, stored) = worker();
        worker.submit(Job::Fail);
        poll(&mut [PollFd::new(&worker, PollFlags::IN)], None).unwrap();
        // The ring may be heard just before the channel is closed; the last one comes after.
        while worker.take_answers() != Err(WorkerGone) {
            poll(&mut [PollFd::new(&worker, PollFlags::IN)], None).unwrap();
        }
        assert_eq!(stored.recv(), Ok(Vec::new()), "the session was dropped");
        drop(worker);
    }
}
