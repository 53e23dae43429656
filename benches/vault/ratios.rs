//! What was measured, and how many times the floor each operation takes.

use std::collections::BTreeMap;
use std::time::Duration;

/// Times for one turn, by what was measured and by whom.
#[derive(Default)]
pub struct Ratios {
    order: Vec<String>,
    times: BTreeMap<(String, String), Vec<Duration>>,
}

impl Ratios {
    /// Notes a sample of so many turns.
    pub fn note(&mut self, what: &str, who: &str, taken: Duration, turns: u64) {
        if !self.order.iter().any(|known| known == what) {
            self.order.push(what.to_owned());
        }
        let turns = u32::try_from(turns.max(1)).unwrap_or(u32::MAX);
        self.times.entry((what.to_owned(), who.to_owned())).or_default().push(taken / turns);
    }

    fn median(&self, what: &str, who: &str) -> Option<Duration> {
        let mut times = self.times.get(&(what.to_owned(), who.to_owned()))?.clone();
        times.sort_unstable();
        times.get(times.len() / 2).copied()
    }

    /// Prints one line for each operation.
    pub fn print(&self) {
        println!("\n{:<34}{:>14}{:>14}{:>10}", "", "vault", "floor", "ratio");
        for what in &self.order {
            if let (Some(vault), Some(floor)) = (self.median(what, "vault"), self.median(what, "floor")) {
                let ratio = vault.as_secs_f64() / floor.as_secs_f64();
                println!("{what:<34}{vault:>14.1?}{floor:>14.1?}{ratio:>10.1}");
            }
        }
    }
}
