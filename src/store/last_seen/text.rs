//! The lines of the file in which this machine remembers vaults.

use std::collections::{BTreeMap, BTreeSet};

use super::Seen;
use crate::domain::{Timestamp, from_hexadecimal, hexadecimal};

const FIRST_LINE: &[u8] = b"etui last seen 2";
/// Written by an etui that knew one number for each vault. It is read once, and left for that etui.
const FIRST_LINE_BEFORE: &[u8] = b"etui last seen 1";

const LAST_LINE: &[u8] = b"end";

/// What the file says.
#[derive(Default)]
pub(super) struct Memory {
    /// By vault and path; an empty path is that of an older etui, which knew none.
    pub(super) seen: BTreeMap<([u8; 16], Vec<u8>), Seen>,
    /// The vault that lay at a path last.
    pub(super) paths: BTreeMap<Vec<u8>, [u8; 16]>,
    pub(super) backups: BTreeSet<([u8; 16], Vec<u8>)>,
    /// Lines that make no sense.
    pub(super) unreadable: Vec<Vec<u8>>,
}

impl Memory {
    /// The newest change of a vault, wherever it was seen.
    pub(super) fn newest(&self, vault_id: &[u8; 16]) -> Option<Seen> {
        let of_this = self.seen.iter().filter(|((vault, _), _)| vault == vault_id);
        of_this.map(|(_, seen)| *seen).max_by_key(|seen| seen.number)
    }
}

/// As the file holds it.
pub(super) fn print(memory: &Memory) -> String {
    let mut text = String::from_utf8_lossy(FIRST_LINE).into_owned() + "\n";
    for ((vault, path), seen) in &memory.seen {
        let (number, random, when) = (seen.number, hexadecimal(&seen.random), seen.when.seconds());
        let path = if path.is_empty() { "-".to_owned() } else { hexadecimal(path) };
        text += &format!("seen {} {path} {number} {random} {when}\n", hexadecimal(vault));
    }
    for (path, vault) in &memory.paths {
        text += &format!("path {} {}\n", hexadecimal(vault), hexadecimal(path));
    }
    for (vault, path) in &memory.backups {
        text += &format!("backup {} {}\n", hexadecimal(vault), hexadecimal(path));
    }
    text + &String::from_utf8_lossy(LAST_LINE) + "\n"
}

/// Whether a file has its first and its last line.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let lines = bytes.strip_prefix(FIRST_LINE).and_then(|bytes| bytes.strip_suffix(b"\n"));
    lines.is_some_and(|bytes| bytes.ends_with(LAST_LINE))
}

/// Takes every line that makes sense, and the others as they are.
pub(super) fn parse(bytes: &[u8], memory: &mut Memory) {
    // By vault, in the words of an older etui: the same number at every path of that vault.
    let mut everywhere: BTreeMap<[u8; 16], Seen> = BTreeMap::new();
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        if [FIRST_LINE, FIRST_LINE_BEFORE, LAST_LINE].contains(&line) {
            continue;
        }
        let understood =
            std::str::from_utf8(line).ok().and_then(|line| take_line(line, memory, &mut everywhere));
        if understood.is_none() {
            memory.unreadable.push(line.to_vec());
        }
    }
    for (vault, seen) in everywhere {
        let paths: Vec<Vec<u8>> =
            memory.paths.iter().filter(|(_, at)| **at == vault).map(|(path, _)| path.clone()).collect();
        for path in paths.into_iter().chain([Vec::new()]) {
            memory.seen.entry((vault, path)).or_insert(seen);
        }
    }
}

fn take_line(line: &str, memory: &mut Memory, everywhere: &mut BTreeMap<[u8; 16], Seen>) -> Option<()> {
    let seen = |number: &str, random: &str, when: &str| {
        Some(Seen {
            number: number.parse().ok()?,
            random: from_hexadecimal(random)?.try_into().ok()?,
            when: Timestamp::from_seconds(when.parse().ok()?).ok()?,
        })
    };
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        ["seen", vault, path, number, random, when] => {
            let path = if *path == "-" { Vec::new() } else { from_hexadecimal(path)? };
            let (vault, seen) = (from_hexadecimal(vault)?.try_into().ok()?, seen(number, random, when)?);
            let known = memory.seen.entry((vault, path)).or_insert(seen);
            if known.number < seen.number {
                *known = seen;
            }
        }
        ["vault", vault, number, random, when] => {
            everywhere.insert(from_hexadecimal(vault)?.try_into().ok()?, seen(number, random, when)?);
        }
        ["path", vault, path] => {
            let (path, vault) = (from_hexadecimal(path)?, from_hexadecimal(vault)?.try_into().ok()?);
            memory.paths.entry(path).or_insert(vault);
        }
        ["backup", vault, path] => {
            memory.backups.insert((from_hexadecimal(vault)?.try_into().ok()?, from_hexadecimal(path)?));
        }
        _ => return None,
    }
    Some(())
}
