//! Which version is this: the question as the worker answers it, a final newline more or less included.

use crate::domain::{SecretName, Timestamp};
use crate::memory::SecretBytes;
use crate::vault::{HistoryEntry, Holding, Vault, VaultError};

/// How many entries of a history are read at most.
const HISTORY_LIMIT: usize = 1_000;

/// How near what was found is to what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nearness {
    /// It is the same, byte for byte.
    Exact,
    /// It is the same without the final newline of what was asked for.
    WithoutNewline,
    /// It is the same with a final newline.
    WithNewline,
    /// It is the same with CRLF at the ends of lines.
    WithCrlf,
}

/// A version that holds the value.
pub struct Holder {
    pub holding: Holding,
    /// Since when no label marks it, where its history tells that.
    pub deprecated: Option<Timestamp>,
}

pub struct Holders {
    /// How near it is; nothing is exact where nothing was found.
    pub nearness: Nearness,
    /// The versions: by secret, then newest first.
    pub found: Vec<Holder>,
    /// How many versions the secret has that was looked at; `None`: the vault was.
    pub versions: Option<usize>,
}

/// Looks for a value among the versions of a secret, or of all; where no version holds these bytes, for what
/// differs from them by the end of lines alone.
pub fn find(
    vault: &mut Vault,
    scope: Option<&SecretName>,
    value: &SecretBytes,
) -> Result<Holders, VaultError> {
    let versions = scope.map(|name| vault.describe(name)).transpose()?;
    let mut holders = Holders {
        nearness: Nearness::Exact,
        found: Vec::new(),
        versions: versions.map(|details| details.secret.versions.len()),
    };
    for (nearness, bytes) in variants(value) {
        let found = match scope {
            Some(name) => vault.which(name, &bytes)?,
            None => vault.which_everywhere(&bytes)?,
        };
        if !found.is_empty() {
            holders.nearness = nearness;
            holders.found =
                found.into_iter().map(|holding| holder(vault, holding)).collect::<Result<_, _>>()?;
            break;
        }
    }
    Ok(holders)
}

/// What was asked for, and what it could be otherwise.
fn variants(value: &SecretBytes) -> Vec<(Nearness, SecretBytes)> {
    let mut variants = vec![(Nearness::Exact, value.duplicate())];
    match value.expose().strip_suffix(b"\n") {
        Some(shorter) => {
            let shorter = shorter.strip_suffix(b"\r").unwrap_or(shorter);
            variants.push((Nearness::WithoutNewline, SecretBytes::copy_of(shorter)));
        }
        None => {
            for end in ["\n", "\r\n"] {
                let mut longer = value.duplicate();
                longer.extend(end.as_bytes());
                variants.push((Nearness::WithNewline, longer));
            }
        }
    }
    if value.expose().contains(&b'\n') && !value.expose().contains(&b'\r') {
        let mut other = SecretBytes::with_capacity(value.len() * 2);
        for &byte in value.expose() {
            if byte == b'\n' {
                other.push(b'\r');
            }
            other.push(byte);
        }
        variants.push((Nearness::WithCrlf, other));
    }
    variants.retain(|(_, bytes)| !bytes.is_empty());
    variants
}

fn holder(vault: &mut Vault, holding: Holding) -> Result<Holder, VaultError> {
    let deprecated = match holding.stages.is_empty() {
        true => {
            let history = vault.history_of(&holding.name, HISTORY_LIMIT)?;
            history.iter().find(|entry| leaves(entry, &holding)).map(|entry| entry.time)
        }
        false => None,
    };
    Ok(Holder { holding, deprecated })
}

/// Whether a label left the version by this change. The newest such change took the last one.
fn leaves(entry: &HistoryEntry, holding: &Holding) -> bool {
    entry.change.moves().iter().any(|moved| moved.from.as_ref() == Some(&holding.version.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(value: &str) -> Vec<(Nearness, String)> {
        let variants = variants(&SecretBytes::copy_of(value.as_bytes()));
        let text = |bytes: SecretBytes| bytes.expose_text().unwrap().to_owned();
        variants.into_iter().map(|(nearness, bytes)| (nearness, text(bytes))).collect()
    }

    #[test]
    fn the_exact_bytes_come_first_then_what_differs_by_line_ends() {
        let of = |expected: &[(Nearness, &str)]| {
            expected.iter().map(|(nearness, text)| (*nearness, (*text).to_owned())).collect::<Vec<_>>()
        };
        use Nearness::{Exact, WithCrlf, WithNewline, WithoutNewline};
        assert_eq!(tried("a"), of(&[(Exact, "a"), (WithNewline, "a\n"), (WithNewline, "a\r\n")]));
        assert_eq!(
            tried("a\nb\n"),
            of(&[(Exact, "a\nb\n"), (WithoutNewline, "a\nb"), (WithCrlf, "a\r\nb\r\n")])
        );
        assert_eq!(tried("a\r\n"), of(&[(Exact, "a\r\n"), (WithoutNewline, "a")]));
        assert_eq!(tried("\n"), of(&[(Exact, "\n"), (WithCrlf, "\r\n")]));
    }
}
