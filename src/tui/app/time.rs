//! What changes as time passes: countdowns, and when the screen changes next by itself.

use std::time::Duration;

use super::{App, SPINNER};
use crate::tui::event::Moment;
use crate::tui::when;

impl App {
    /// When the vault is locked if no key comes; `None` while it is not open.
    pub fn locks_at(&self) -> Option<Moment> {
        self.browse().map(|_| self.last_input.after(self.settings.lock_after))
    }

    /// When the screen changes next by itself, as far as the app decides that.
    pub fn wake_at(&self, at: Moment) -> Option<Moment> {
        let turns = !self.settings.plain;
        let spins = self.under_way.is_some() || (turns && self.busy.is_some_and(|busy| busy.derives_key));
        let spinner = spins.then(|| at.after(SPINNER));
        let toast = self.toast.as_ref().and_then(|toast| toast.until);
        // What counts in seconds changes with each of them.
        let counting = |until: Moment| self.next_second(until, at);
        let revealed = self.browse().and_then(|browse| browse.revealed.as_ref()).map(|shown| shown.until);
        let revealed = revealed.map(counting);
        // Nothing of it is seen while the vault is locked.
        let clipboard =
            self.clipboard_until.map(|until| if self.browse.is_some() { counting(until) } else { until });
        let locks = self.locks_at().map(|locks_at| {
            let step = if turns { countdown_step(locks_at.since(at)) } else { 0 };
            Moment(locks_at.0 - step)
        });
        [spinner, toast, clipboard, revealed, locks].into_iter().flatten().min()
    }

    /// When a countdown to a moment shows something new: with each second, where countdowns are drawn.
    pub fn next_second(&self, until: Moment, at: Moment) -> Moment {
        if self.settings.plain { until } else { Moment(until.0 - seconds_step(until.since(at))) }
    }

    /// What is said of a value that hides itself at a moment.
    pub fn shown_until(&self, until: Moment) -> String {
        if self.settings.plain {
            return "shown".to_owned();
        }
        let left = until.since(self.now).as_millis().div_ceil(1000);
        format!("shown{}{left} s", self.theme.glyphs.between())
    }

    /// The text of the countdown to the lock, where there is one.
    pub fn countdown(&self) -> Option<String> {
        if self.settings.plain {
            return None;
        }
        self.locks_at().map(|at| format!("locks in {}", when::countdown(at.since(self.now))))
    }
}

/// At how many milliseconds before its end a countdown in seconds shows something new.
fn seconds_step(left: Duration) -> u64 {
    let left = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
    left.saturating_sub(1) / 1000 * 1000
}

/// At how many milliseconds before the lock the countdown shows something new.
fn countdown_step(left: Duration) -> u64 {
    let left = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
    let unit = if left > 60_000 { 60_000 } else { 1000 };
    left.saturating_sub(1) / unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_countdown_wakes_when_its_text_changes() {
        for (left, step) in [
            (300_000, 240_000),
            (299_999, 240_000),
            (240_001, 240_000),
            (240_000, 180_000),
            (61_000, 60_000),
            (60_000, 59_000),
            (500, 0),
            (0, 0),
        ] {
            let left = Duration::from_millis(left);
            assert_eq!(countdown_step(left), step, "{left:?}");
            if !left.is_zero() {
                assert_ne!(when::countdown(left), when::countdown(Duration::from_millis(step)));
            }
        }
    }
}
