//! What was measured, beside what a frame may take.

use std::time::Duration;

/// What a key may take to be on the screen.
const FRAME: Duration = Duration::from_millis(16);

/// Times for one turn, by what was measured.
#[derive(Default)]
pub struct Medians {
    times: Vec<(String, Vec<Duration>)>,
    compared: Vec<(String, String)>,
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

    /// One is to be set beside another.
    pub fn compare(&mut self, what: &str, beside: &str) {
        self.compared.push((what.to_owned(), beside.to_owned()));
    }

    fn median(&self, what: &str) -> Option<Duration> {
        let (_, times) = self.times.iter().find(|(known, _)| known == what)?;
        Some(times[times.len() / 2])
    }

    /// Prints one line for each event, and one for each comparison.
    pub fn print(&mut self) {
        println!("\n{:<52}{:>10}{:>10}{:>12}", "", "median", "slowest", "of a frame");
        for (what, times) in &mut self.times {
            times.sort_unstable();
            let (median, slowest) = (times[times.len() / 2], times[times.len() - 1]);
            let share = 100.0 * median.as_secs_f64() / FRAME.as_secs_f64();
            println!("{what:<52}{median:>10.1?}{slowest:>10.1?}{share:>10.1} %");
        }
        for (what, beside) in &self.compared {
            if let (Some(one), Some(other)) = (self.median(what), self.median(beside)) {
                let ratio = one.as_secs_f64() / other.as_secs_f64();
                println!("{what:<52}{ratio:>10.2} times the time without");
            }
        }
    }
}
