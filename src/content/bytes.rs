//! How two binary values differ: row by row of sixteen bytes, aligned at their beginning.

use std::ops::Range;

/// How many bytes a row of a hex view has.
pub const ROW: usize = 16;

/// How far two values agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreement {
    /// So many bytes are the same at the beginning.
    pub prefix: usize,
    /// So many at the end, the beginning not counted again.
    pub suffix: usize,
}

/// Counts what two values have in common at their ends.
pub fn agreement(before: &[u8], after: &[u8]) -> Agreement {
    let prefix = before.iter().zip(after).take_while(|(old, new)| old == new).count();
    let (old, new) = (&before[prefix..], &after[prefix..]);
    let suffix = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    Agreement { prefix, suffix }
}

/// Rows that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Whether they are the same in both values.
    pub is_same: bool,
    /// The bytes that they cover; beyond the end of a value it has none.
    pub bytes: Range<usize>,
}

/// Takes two values apart in runs of rows.
pub fn runs(before: &[u8], after: &[u8]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let length = before.len().max(after.len());
    for start in (0..length).step_by(ROW) {
        let bytes = start..(start + ROW).min(length);
        let is_same = part(before, &bytes) == part(after, &bytes);
        match runs.last_mut() {
            Some(run) if run.is_same == is_same => run.bytes.end = bytes.end,
            _ => runs.push(Run { is_same, bytes }),
        }
    }
    runs
}

/// The bytes of a value within a range; fewer, or none, at its end.
pub fn part<'a>(value: &'a [u8], range: &Range<usize>) -> &'a [u8] {
    &value[range.start.min(value.len())..range.end.min(value.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_at_the_ends_is_counted_once() {
        assert_eq!(agreement(b"abcd", b"abxd"), Agreement { prefix: 2, suffix: 1 });
        assert_eq!(agreement(b"aaa", b"aa"), Agreement { prefix: 2, suffix: 0 });
        assert_eq!(agreement(b"", b"x"), Agreement { prefix: 0, suffix: 0 });
    }

    #[test]
    fn rows_of_sixteen_bytes_are_the_same_or_differ() {
        let before: Vec<u8> = (0..50).collect();
        let mut after = before.clone();
        after[20] = 0xff;
        after.extend([1, 2, 3]);
        let run = |is_same, bytes| Run { is_same, bytes };
        assert_eq!(
            runs(&before, &after),
            [run(true, 0..16), run(false, 16..32), run(true, 32..48), run(false, 48..53)]
        );
        assert_eq!(part(&before, &(48..53)), [48, 49]);
        assert_eq!(part(b"", &(16..32)), [0; 0]);
    }
}
