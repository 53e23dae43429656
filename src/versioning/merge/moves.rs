//! `ACSCurrent` with `ACSPrevious`: the moves of both copies made one after another.

use crate::versioning::{LabelMap, VersionKey};

/// The versions that the two built-in labels mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Pair {
    pub(super) current: Option<VersionKey>,
    pub(super) previous: Option<VersionKey>,
}

impl Pair {
    pub(super) fn of(labels: &LabelMap, key: impl Fn(VersionKey) -> VersionKey) -> Self {
        Self {
            current: labels.current().map(|target| key(target.key)),
            previous: labels.previous().map(|target| key(target.key)),
        }
    }
}

/// One event that moved one of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) before: Pair,
    pub(super) after: Pair,
}

/// Makes the moves one after another, oldest first. One that does not find the current version that it found then moves
/// `ACSCurrent` all the same, and what was current becomes the previous one.
pub(super) fn replay(moves: &[Move], is_there: impl Fn(VersionKey) -> bool) -> Pair {
    let all = fold(moves.iter());
    let pair = match all.current {
        Some(current) if is_there(current) => all,
        // Its version went with a secret that was removed for good in one copy and is kept.
        _ => fold(moves.iter().filter(|one| one.after.current.is_some_and(&is_there))),
    };
    Pair { previous: pair.previous.filter(|previous| is_there(*previous)), ..pair }
}

fn fold<'a>(moves: impl Iterator<Item = &'a Move>) -> Pair {
    let mut pair: Option<Pair> = None;
    for Move { before, after } in moves {
        pair = Some(match pair {
            None => *after,
            Some(pair) if pair.current == before.current => *after,
            Some(pair) if before.current == after.current => match after.previous == pair.current {
                true => pair,
                false => Pair { previous: after.previous, ..pair },
            },
            Some(pair) if after.current == pair.current => pair,
            Some(pair) => Pair { current: after.current, previous: pair.current },
        });
    }
    pair.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(current: i64, previous: i64) -> Pair {
        Pair { current: Some(VersionKey(current)), previous: Some(VersionKey(previous)) }
    }

    fn replayed(moves: &[(Pair, Pair)]) -> Pair {
        let moves: Vec<Move> =
            moves.iter().map(|(before, after)| Move { before: *before, after: *after }).collect();
        replay(&moves, |_| true)
    }

    #[test]
    fn who_moved_the_previous_label_alone_moves_no_other() {
        let began = (Pair::default(), pair(2, 1));
        let elsewhere = (pair(2, 1), pair(4, 2));
        assert_eq!(replayed(&[began, elsewhere]), pair(4, 2));
        assert_eq!(replayed(&[began, elsewhere, (pair(2, 1), pair(2, 3))]), pair(4, 3));
        assert_eq!(
            replayed(&[began, elsewhere, (pair(2, 1), pair(2, 4))]),
            pair(4, 2),
            "it is current by now"
        );
        assert_eq!(replayed(&[began, (pair(2, 1), pair(2, 3)), elsewhere]), pair(4, 2));
    }

    #[test]
    fn what_was_current_becomes_the_previous_one_where_both_moved() {
        let (began, one) = ((Pair::default(), pair(2, 1)), (pair(2, 1), pair(4, 2)));
        assert_eq!(replayed(&[began, one, (pair(2, 1), pair(5, 2))]), pair(5, 4));
        assert_eq!(replayed(&[began, one, (pair(2, 1), pair(4, 1))]), pair(4, 2), "it is there already");
        // An undo finds what it takes back, and puts both back.
        assert_eq!(replayed(&[began, one, (pair(4, 2), pair(2, 1))]), pair(2, 1));
    }
}
