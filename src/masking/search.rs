//! Looks for many patterns at once, as Wu and Manber do: two bytes at the end of a window tell how far the window can
//! go on, so most bytes are never looked at.
//!
//! S. Wu, U. Manber: A fast algorithm for multi-pattern searching, TR-94-17, 1994. Everything that is derived from
//! the patterns' bytes lies in wiping buffers.

use std::ops::Range;

use crate::memory::SecretBytes;

/// The window is never longer: a shift has one byte, and more would not be faster.
const LONGEST_WINDOW: usize = 64;

/// So many bytes decide about a shift.
const BLOCK: usize = 2;

/// Patterns, none shorter than [`BLOCK`] bytes, ready to be looked for.
pub(super) struct Search {
    bytes: SecretBytes,
    /// By the block at the end of the window, longer ones first.
    by_block: Vec<Range<usize>>,
    /// By their bytes.
    in_order: Vec<Range<usize>>,
    window: usize,
    longest: usize,
    /// How far the window goes on from each block.
    shifts: SecretBytes,
}

/// What stands at a place.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Nothing,
    /// A whole pattern of this length.
    Pattern(usize),
    /// The text ends within a pattern that could be the longest one.
    Begun,
}

/// Whether more text may follow.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    MayFollow,
    Ended,
}

impl Search {
    /// For patterns that stand in `bytes`; `None` for no pattern.
    pub(super) fn new(bytes: SecretBytes, mut places: Vec<Range<usize>>) -> Option<Self> {
        let pattern = |place: &Range<usize>| &bytes.expose()[place.clone()];
        places.sort_by(|one, other| pattern(one).cmp(pattern(other)));
        places.dedup_by(|one, other| pattern(one) == pattern(other));
        let in_order = places.clone();
        let shortest = places.iter().map(Range::len).min().filter(|shortest| *shortest >= BLOCK)?;
        let longest = places.iter().map(Range::len).max()?;
        let window = shortest.min(LONGEST_WINDOW);
        let block =
            |place: &Range<usize>| &bytes.expose()[place.start + window - BLOCK..place.start + window];
        places.sort_by(|one, other| block(one).cmp(block(other)).then(other.len().cmp(&one.len())));
        let mut shifts = SecretBytes::zeroed(1 << 16);
        let far = u8::try_from(window - BLOCK + 1).expect("a window is short");
        shifts.expose_mut().fill(far);
        for place in &places {
            let start = &bytes.expose()[place.start..place.start + window];
            for (at, two) in start.windows(BLOCK).enumerate() {
                let shift = u8::try_from(window - BLOCK - at).expect("a window is short");
                let known = &mut shifts.expose_mut()[index(two)];
                *known = shift.min(*known);
            }
        }
        Some(Self { bytes, by_block: places, in_order, window, longest, shifts })
    }

    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    pub(super) fn patterns(&self) -> impl Iterator<Item = &[u8]> {
        self.in_order.iter().map(|place| self.pattern(place))
    }

    fn pattern(&self, place: &Range<usize>) -> &[u8] {
        &self.bytes.expose()[place.clone()]
    }

    /// Gives `out` the pieces of `text`, and `mask` in the place of patterns: of those that begin at one place the
    /// longest, of those that overlap the first. Answers how many bytes were dealt with: what is left begins a pattern.
    pub(super) fn replace(&self, text: &[u8], mask: &[u8], rest: Rest, out: &mut dyn FnMut(&[u8])) -> usize {
        let shifts = self.shifts.expose();
        let (mut at, mut copied) = (0, 0);
        while let Some(two) = text.get(at + self.window - BLOCK..at + self.window) {
            match usize::from(shifts[index(two)]) {
                0 => match self.found(&text[at..], rest) {
                    Found::Nothing => at += 1,
                    Found::Pattern(length) => {
                        out(&text[copied..at]);
                        out(mask);
                        at += length;
                        copied = at;
                    }
                    Found::Begun => {
                        out(&text[copied..at]);
                        return at;
                    }
                },
                shift => at += shift,
            }
        }
        let end = match rest {
            Rest::Ended => text.len(),
            Rest::MayFollow => {
                (at.min(text.len())..text.len()).find(|at| self.begins(&text[*at..])).unwrap_or(text.len())
            }
        };
        out(&text[copied..end]);
        end
    }

    /// The longest pattern at the beginning of a text that is at least as long as the window.
    fn found(&self, text: &[u8], rest: Rest) -> Found {
        let block = &text[self.window - BLOCK..self.window];
        let block_of = |place: &Range<usize>| &self.pattern(place)[self.window - BLOCK..self.window];
        let first = self.by_block.partition_point(|place| block_of(place) < block);
        for place in self.by_block[first..].iter().take_while(|place| block_of(place) == block) {
            let pattern = self.pattern(place);
            if text.starts_with(pattern) {
                return Found::Pattern(pattern.len());
            }
            if rest == Rest::MayFollow && pattern.starts_with(text) {
                return Found::Begun;
            }
        }
        Found::Nothing
    }

    /// Whether some pattern begins with the whole of `text`.
    fn begins(&self, text: &[u8]) -> bool {
        let first = self.in_order.partition_point(|place| self.pattern(place) < text);
        self.in_order.get(first).is_some_and(|place| self.pattern(place).starts_with(text))
    }
}

fn index(two: &[u8]) -> usize {
    usize::from(two[0]) << 8 | usize::from(two[1])
}
