//! Two values side by side, in rows for the diff screen. The rows are made on the worker: as long as nobody asks
//! to see them, nothing of the values leaves it but how much differs where.

use std::ops::Range;

use crate::content::bytes::{self, Run};
use crate::content::{self, Basis, Difference, Likeness, Piece, Place};
use crate::domain::{SecretValue, ValueType, visible_value};
use crate::memory::SecretBytes;
use crate::tui::when;

/// So many lines that are the same are shown on each side of a difference.
const CONTEXT: usize = 2;

/// Whether the texts themselves are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    Shown,
    /// Only where they differ and how much.
    Masked,
}

/// On which side something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// In the older value.
    Before,
    /// In the newer one.
    After,
    /// In both.
    Both,
}

/// What is told of two values.
pub struct Comparison {
    /// By what they were compared.
    pub basis: &'static str,
    /// What differs, in a few words.
    pub summary: String,
    /// Where they differ and how much.
    pub masked: Vec<Row>,
    /// The same with the texts, where they were wanted.
    pub shown: Option<Vec<Row>>,
}

/// One row; a long one takes several lines of the screen.
pub enum Row {
    /// What is the same and not shown.
    Folded(String),
    /// A difference: its sign, what it is about, what is told of it.
    Difference {
        /// `~`, `+` or `-`.
        sign: char,
        /// "line 3", or a key.
        place: String,
        /// "7 → 13 characters", "differs only in case".
        facts: Vec<String>,
    },
    /// A line of text.
    Text {
        side: Side,
        /// The line, made harmless.
        text: SecretBytes,
        /// The part that differs from the line on the other side.
        strong: Range<usize>,
        /// Whether it stands below the key that it belongs to.
        is_of_key: bool,
    },
    /// Sixteen bytes.
    Bytes {
        side: Side,
        /// The place of the first.
        offset: usize,
        bytes: SecretBytes,
        /// For each whether the other side has another one there.
        strong: Vec<bool>,
    },
    /// Something to know about the text above.
    Remark(&'static str),
}

pub fn compare(before: &SecretValue, after: &SecretValue, texts: Texts) -> Comparison {
    let are_text = [before, after].iter().all(|value| value.value_type() == ValueType::Text);
    if are_text {
        compare_texts(before.expose(), after.expose(), before.equals(after), texts)
    } else {
        compare_bytes(before.expose(), after.expose(), texts)
    }
}

fn compare_texts(before: &[u8], after: &[u8], are_same: bool, texts: Texts) -> Comparison {
    let (basis, mut pieces) = content::pieces(before, after);
    let mut summary = summary_of(&pieces, basis);
    let differs = pieces.iter().any(|piece| matches!(piece, Piece::Different(_)));
    let mut by = basis;
    if are_same {
        "the same value".clone_into(&mut summary);
    } else if !differs {
        "the same keys and values, written differently".clone_into(&mut summary);
        pieces = content::pieces_by_line(before, after);
        by = Basis::Lines;
    }
    let ends_alike = before.ends_with(b"\n") == after.ends_with(b"\n");
    Comparison {
        basis: match by {
            Basis::Keys => "by key",
            Basis::Lines => "by line",
        },
        summary,
        masked: masked_rows(&pieces),
        shown: (texts == Texts::Shown).then(|| shown_rows(&pieces, ends_alike)),
    }
}

fn summary_of(pieces: &[Piece], basis: Basis) -> String {
    let mut counts = [("changed", 0), ("added", 0), ("removed", 0)];
    for piece in pieces {
        if let Piece::Different(difference) = piece
            && let Some((_, count)) = counts.iter_mut().find(|(word, _)| *word == difference.word())
        {
            *count += match (&difference.place, basis) {
                (Place::Lines(lines), Basis::Lines) => lines.len(),
                _ => 1,
            };
        }
    }
    let noun = match basis {
        Basis::Keys => "key",
        Basis::Lines => "line",
    };
    let told = counts.iter().filter(|(_, count)| *count > 0);
    let told = told.map(|(word, count)| format!("{} {word}", when::count(*count, noun)));
    told.collect::<Vec<_>>().join(", ")
}

fn masked_rows(pieces: &[Piece]) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut same_keys = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Same { place: Place::Key(key), .. } => same_keys.push(key.as_str()),
            Piece::Same { place: Place::Lines(lines), .. } => rows.push(folded_lines(lines.len())),
            Piece::Different(difference) => rows.push(row_of(difference, Texts::Masked)),
        }
    }
    rows.extend(folded_keys(&same_keys));
    rows
}

fn folded_lines(count: usize) -> Row {
    Row::Folded(format!("{} unchanged", when::count(count, "line")))
}

fn folded_keys(keys: &[&str]) -> Option<Row> {
    let count = when::count(keys.len(), "key");
    (!keys.is_empty()).then(|| Row::Folded(format!("{count} unchanged: {}", keys.join(", "))))
}

fn row_of(difference: &Difference, texts: Texts) -> Row {
    let place = match &difference.place {
        Place::Key(key) => key.clone(),
        lines @ Place::Lines(_) => lines.to_string(),
    };
    let mut facts = vec![difference.word().to_owned()];
    if texts == Texts::Masked {
        facts.push(difference.sizes());
    }
    facts.extend(difference.likeness().map(|likeness: Likeness| likeness.sentence().to_owned()));
    Row::Difference { sign: difference.sign(), place, facts }
}

fn shown_rows(pieces: &[Piece], ends_alike: bool) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut same_keys = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Same { place: Place::Key(key), .. } => same_keys.push(key.as_str()),
            Piece::Same { text, .. } => {
                let (is_first, is_last) = (at == 0, at + 1 == pieces.len());
                add_context(text.expose(), is_first, is_last, &mut rows);
            }
            Piece::Different(difference) => {
                if let Place::Key(_) = difference.place {
                    rows.push(row_of(difference, Texts::Shown));
                }
                // Of a key's value the end says nothing; of a text it may be all that differs.
                let ends_alike = ends_alike || difference.place.key().is_some();
                add_texts(difference, ends_alike, &mut rows);
            }
        }
    }
    rows.extend(folded_keys(&same_keys));
    rows
}

/// Lines that are the same: those next to a difference, the others folded.
fn add_context(text: &[u8], is_first: bool, is_last: bool, rows: &mut Vec<Row>) {
    let lines = lines_of(text);
    let (head, tail) = (if is_first { 0 } else { CONTEXT }, if is_last { 0 } else { CONTEXT });
    let (head, tail) = if lines.len() <= head + tail + 1 { (lines.len(), 0) } else { (head, tail) };
    let plain =
        |line: &&[u8]| Row::Text { side: Side::Both, text: harmless(line), strong: 0..0, is_of_key: false };
    rows.extend(lines[..head].iter().map(plain));
    if head + tail < lines.len() {
        rows.push(folded_lines(lines.len() - head - tail));
    }
    rows.extend(lines[lines.len() - tail..].iter().map(plain));
}

/// The old lines, then the new ones.
fn add_texts(difference: &Difference, ends_alike: bool, rows: &mut Vec<Row>) {
    let sides = [(Side::Before, &difference.before), (Side::After, &difference.after)];
    let lines = sides.map(|(_, text)| text.as_ref().map_or_else(Vec::new, harmless_lines));
    let is_of_key = difference.place.key().is_some();
    let is_paired = lines[0].len() == lines[1].len();
    let strong: Vec<[Range<usize>; 2]> =
        lines[0].iter().zip(&lines[1]).map(|(old, new)| differing(old, new)).collect();
    for (at, ((side, text), lines)) in sides.into_iter().zip(lines).enumerate() {
        for (line, text) in lines.into_iter().enumerate() {
            let strong = if is_paired { strong[line][at].clone() } else { 0..0 };
            rows.push(Row::Text { side, text, strong, is_of_key });
        }
        let is_cut = text.as_ref().is_some_and(|text| !text.expose().ends_with(b"\n"));
        if is_cut && !ends_alike {
            rows.push(Row::Remark("no newline at the end"));
        }
    }
}

fn lines_of(text: &[u8]) -> Vec<&[u8]> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.split(|byte| *byte == b'\n').collect()
}

fn harmless_lines(text: &SecretBytes) -> Vec<SecretBytes> {
    lines_of(text.expose()).into_iter().map(harmless).collect()
}

/// A line as a terminal may show it. A tab is seen as one: here it may be what differs.
fn harmless(line: &[u8]) -> SecretBytes {
    let mut shown = SecretBytes::with_capacity(line.len());
    for (at, part) in line.split(|byte| *byte == b'\t').enumerate() {
        if at > 0 {
            shown.extend("␉".as_bytes());
        }
        visible_value(std::str::from_utf8(part).unwrap_or_default(), &mut shown);
    }
    shown
}

/// What is left of each line without what they begin and end with alike.
fn differing(old: &SecretBytes, new: &SecretBytes) -> [Range<usize>; 2] {
    let (old, new) = (old.expose_text().unwrap_or_default(), new.expose_text().unwrap_or_default());
    let same = |pair: &(char, char)| pair.0 == pair.1;
    let length = |pair: (char, char)| pair.0.len_utf8();
    let start: usize = old.chars().zip(new.chars()).take_while(same).map(length).sum();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let pairs = old_rest.chars().rev().zip(new_rest.chars().rev());
    let end: usize = pairs.take_while(same).map(length).sum();
    [start..old.len() - end, start..new.len() - end]
}

fn compare_bytes(before: &[u8], after: &[u8], texts: Texts) -> Comparison {
    let runs = bytes::runs(before, after);
    let agreement = bytes::agreement(before, after);
    let before_size = when::grouped(before.len() as u64);
    let sizes = format!("{before_size} → {}", when::bytes(after.len() as u64));
    let summary = if before == after {
        "the same bytes".to_owned()
    } else if agreement.prefix == 0 {
        format!("{sizes}, different from the first on")
    } else {
        format!("{sizes}, the first {} the same", when::grouped(agreement.prefix as u64))
    };
    Comparison {
        basis: "by byte",
        summary,
        masked: runs.iter().map(masked_run).collect(),
        shown: (texts == Texts::Shown)
            .then(|| runs.iter().flat_map(|run| shown_run(before, after, run)).collect()),
    }
}

fn masked_run(run: &Run) -> Row {
    let count = when::bytes(run.bytes.len() as u64);
    if run.is_same {
        return Row::Folded(format!("{count} unchanged"));
    }
    let place = format!("{:05x}", run.bytes.start);
    Row::Difference { sign: '~', place, facts: vec![format!("{count} changed")] }
}

fn shown_run(before: &[u8], after: &[u8], run: &Run) -> Vec<Row> {
    if run.is_same {
        return vec![masked_run(run)];
    }
    let mut rows = Vec::new();
    for start in run.bytes.clone().step_by(bytes::ROW) {
        let range = start..start + bytes::ROW;
        let parts = [bytes::part(before, &range), bytes::part(after, &range)];
        for (at, side) in [Side::Before, Side::After].into_iter().enumerate() {
            let (mine, other) = (parts[at], parts[1 - at]);
            if mine.is_empty() {
                continue;
            }
            let strong = mine.iter().enumerate().map(|(at, byte)| other.get(at) != Some(byte)).collect();
            rows.push(Row::Bytes { side, offset: start, bytes: SecretBytes::copy_of(mine), strong });
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(value_type: ValueType, bytes: &[u8]) -> SecretValue {
        SecretValue::new(value_type, SecretBytes::copy_of(bytes)).unwrap()
    }

    fn told(row: &Row) -> String {
        let sign = |side: &Side| match side {
            Side::Before => '-',
            Side::After => '+',
            Side::Both => ' ',
        };
        match row {
            Row::Folded(text) => format!("= {text}"),
            Row::Difference { sign, place, facts } => format!("{sign} {place}: {}", facts.join(", ")),
            Row::Text { side, text, strong, .. } => {
                let text = text.expose_text().unwrap();
                let (start, rest) = text.split_at(strong.start);
                let (strong, end) = rest.split_at(strong.len());
                format!("{} {start}[{strong}]{end}", sign(side)).replace("[]", "")
            }
            Row::Bytes { side, offset, bytes, .. } => {
                format!("{} {offset} {:x?}", sign(side), bytes.expose())
            }
            Row::Remark(text) => format!("! {text}"),
        }
    }

    fn rows(before: &str, after: &str, texts: Texts) -> Vec<String> {
        let values = [before, after].map(|text| value(ValueType::Text, text.as_bytes()));
        let comparison = compare(&values[0], &values[1], texts);
        let rows = comparison.shown.as_ref().unwrap_or(&comparison.masked);
        std::iter::once(comparison.summary).chain(rows.iter().map(told)).collect()
    }

    #[test]
    fn masked_rows_tell_where_and_how_much_and_nothing_else() {
        assert_eq!(
            rows(
                "{\"user\":\"root\",\"port\":1,\"a\":2}",
                "{\"user\":\"Root\",\"port\":1,\"b\":2}",
                Texts::Masked
            ),
            [
                "1 key changed, 1 key added, 1 key removed",
                "- a: removed, 1 character",
                "+ b: added, 1 character",
                "~ user: changed, 4 → 4 characters, differs only in case",
                "= 1 key unchanged: port",
            ]
        );
        assert_eq!(
            rows("a\nb\nc\n", "a\nb\nC\n", Texts::Masked),
            [
                "1 line changed",
                "= 2 lines unchanged",
                "~ line 3: changed, 2 → 2 characters, differs only in case"
            ]
        );
        assert_eq!(rows("x", "x", Texts::Masked), ["the same value", "= 1 line unchanged"]);
        assert_eq!(
            rows("{\"a\":1}", "{ \"a\": 1 }", Texts::Masked),
            [
                "the same keys and values, written differently",
                "~ line 1: changed, 7 → 10 characters, differs only in white space",
            ]
        );
    }

    #[test]
    fn shown_rows_mark_what_differs_within_a_line_and_fold_what_is_far_away() {
        let many: String = (0..9).map(|line| format!("{line}\n")).collect();
        let before = format!("{many}pass=hunter2\n");
        let after = format!("{many}pass=hunted2");
        assert_eq!(
            rows(&before, &after, Texts::Shown),
            [
                "1 line changed",
                "= 7 lines unchanged",
                "  7",
                "  8",
                "- pass=hunte[r]2",
                "+ pass=hunte[d]2",
                "! no newline at the end",
            ]
        );
        assert_eq!(
            rows("{\"a\":\"1\\t2\",\"b\":1}", "{\"a\":\"1 2\",\"b\":1}", Texts::Shown),
            [
                "1 key changed",
                "~ a: changed, differs only in white space",
                "- 1[␉]2",
                "+ 1[ ]2",
                "= 1 key unchanged: b"
            ]
        );
    }

    #[test]
    fn binary_values_differ_by_rows_of_bytes() {
        let mut bytes: Vec<u8> = (0..40).collect();
        let before = value(ValueType::Binary, &bytes);
        bytes[17] = 0xff;
        bytes.truncate(33);
        let comparison = compare(&before, &value(ValueType::Binary, &bytes), Texts::Shown);
        assert_eq!(comparison.summary, "40 → 33 bytes, the first 17 the same");
        let masked: Vec<String> = comparison.masked.iter().map(told).collect();
        assert_eq!(masked, ["= 16 bytes unchanged", "~ 00010: 24 bytes changed"]);
        let shown: Vec<String> = comparison.shown.unwrap().iter().map(told).collect();
        assert_eq!(shown.len(), 5);
        assert_eq!(shown[4], "+ 32 [20]");
    }
}
