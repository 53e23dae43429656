//! What was measured, beside what a frame may take.

use std::time::Duration;

/// What a key may take to be on the screen.
const FRAME: Duration = Duration::from_millis(16);

/// Times for one turn, by what was measured.
#[derive(Default)]
pub struct Medians {
    times: Vec<(String, Vec<Duration>)>,
}

impl Medians {
    /// Notes a sample of so many turns.
    pub fn note(&mut self, what: &str, taken: Duration, turns: u64) {
        let time = taken / u32::try_from(turns.max(1)).unwrap_or(u32::MAX);
        match self.times.iter_mut().find(|(known, _)| known == what) {
            Some((_, times)) => times.push(time),
            None => self.times.push((what.to_owned(), vec![time])),
        }
    }

    /// Prints one line for each event.
    pub fn print(&mut self) {
        println!("\n{:<52}{:>10}{:>10}{:>12}", "", "median", "slowest", "of a frame");
        for (what, times) in &mut self.times {
            times.sort_unstable();
            let (median, slowest) = (times[times.len() / 2], times[times.len() - 1]);
            let share = 100.0 * median.as_secs_f64() / FRAME.as_secs_f64();
            println!("{what:<52}{median:>10.1?}{slowest:>10.1?}{share:>10.1} %");
        }
    }
}
