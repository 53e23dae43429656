//! The lines of the log, written by a thread of their own: whoever does not read them holds nobody up.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// So many lines wait to be written at most; further ones are counted and left out.
const MOST_WAITING: usize = 1024;

/// How long the end waits for the lines that are still to be written.
const ENDING: Duration = Duration::from_secs(1);

/// A log under way. It ends when it is dropped.
pub struct Log(Arc<Shared>);

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    lines: Vec<String>,
    /// So many were left out behind those.
    left_out: u64,
    /// Nothing more comes.
    is_closed: bool,
    /// Everything is written.
    is_written: bool,
}

impl Log {
    /// Writes to `target` from now on.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn to(target: impl Write + Send + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let of_the_writer = Arc::clone(&shared);
        std::thread::Builder::new().name("log".to_owned()).spawn(move || of_the_writer.write_to(target))?;
        Ok(Self(shared))
    }

    /// Takes a line, without its end. It never waits for whoever reads the log.
    pub fn add(&self, line: String) {
        let mut queue = self.0.queue();
        // Once a line is left out all are, until the writer comes: then it knows where they are missing.
        if queue.left_out > 0 || queue.lines.len() >= MOST_WAITING {
            queue.left_out += 1;
        } else {
            queue.lines.push(line);
        }
        self.0.changed.notify_all();
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let mut queue = self.0.queue();
        queue.is_closed = true;
        self.0.changed.notify_all();
        // Nobody may read; then the process ends without these lines.
        let _ = self.0.changed.wait_timeout_while(queue, ENDING, |queue| !queue.is_written);
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_to(&self, mut target: impl Write) {
        while let Some((lines, left_out)) = self.next() {
            let mut text: String = lines.into_iter().map(|line| line + "\n").collect();
            if left_out > 0 {
                text.push_str(&format!("{left_out} requests are not listed: the log was not read in time\n"));
            }
            // A log that cannot be written is no reason to stop serving.
            let _ = target.write_all(text.as_bytes());
        }
        self.queue().is_written = true;
        self.changed.notify_all();
    }

    /// The lines that wait, and how many were left out behind them; `None` at the end.
    fn next(&self) -> Option<(Vec<String>, u64)> {
        let waits = |queue: &mut Queue| queue.lines.is_empty() && !queue.is_closed;
        let queue = self.changed.wait_while(self.queue(), waits);
        let mut queue = queue.unwrap_or_else(PoisonError::into_inner);
        let lines = std::mem::take(&mut queue.lines);
        let left_out = std::mem::take(&mut queue.left_out);
        (!lines.is_empty()).then_some((lines, left_out))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Takes a text only when it is allowed to, and says beforehand that it was asked.
    struct Gated {
        asked: Sender<()>,
        allowed: Receiver<()>,
        written: Arc<Mutex<String>>,
    }

    impl Write for Gated {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.asked.send(()).unwrap();
            self.allowed.recv().unwrap();
            self.written.lock().unwrap().push_str(std::str::from_utf8(bytes).unwrap());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_is_left_out_is_counted_where_it_is_missing() {
        let (asked, is_asked) = channel();
        let (allow, allowed) = channel();
        let written = Arc::new(Mutex::new(String::new()));
        let log = Log::to(Gated { asked, allowed, written: Arc::clone(&written) }).unwrap();
        log.add("first".to_owned());
        is_asked.recv().unwrap();
        // The writer is held up: so many fit, and three do not.
        for number in 0..MOST_WAITING + 3 {
            log.add(number.to_string());
        }
        allow.send(()).unwrap();
        is_asked.recv().unwrap();
        log.add("last".to_owned());
        allow.send(()).unwrap();
        allow.send(()).unwrap();
        drop(log);
        let written = written.lock().unwrap();
        let lines: Vec<&str> = written.lines().collect();
        assert_eq!(lines[..2], ["first", "0"]);
        let last = (MOST_WAITING - 1).to_string();
        let left_out = "3 requests are not listed: the log was not read in time";
        assert_eq!(lines[MOST_WAITING..], [&last, left_out, "last"]);
    }
}
