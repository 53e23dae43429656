//! Files in a ZIP archive (APPNOTE 6.3), found by its directory. Stored and deflated files are read, each up to a
//! limit and with its checksum compared; archives of 4 GiB and more, encrypted ones and split ones are refused.

use super::error::ExchangeError;
use super::inflate::{crc32, inflate};
use crate::memory::SecretBytes;

/// With this an archive begins that has a file in it.
pub(super) const SIGNATURE: &[u8] = b"PK\x03\x04";
const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";
const DIRECTORY_END: &[u8] = b"PK\x05\x06";
/// Bytes of the end of the directory, without a comment.
const END_LENGTH: usize = 22;
const LONGEST_COMMENT: usize = 0xffff;

/// An archive.
pub(super) struct Archive<'a> {
    bytes: &'a [u8],
    files: Vec<Packed<'a>>,
    /// How much may still come out of it.
    room: usize,
    limit: usize,
}

/// A file as the directory tells it.
struct Packed<'a> {
    name: &'a [u8],
    is_deflated: bool,
    checksum: u32,
    packed: usize,
    unpacked: usize,
    at: usize,
}

fn u16_at(bytes: &[u8], at: usize) -> Result<usize, ExchangeError> {
    let field = bytes.get(at..).and_then(|rest| rest.first_chunk::<2>()).ok_or(ExchangeError::Damaged)?;
    Ok(u16::from_le_bytes(*field).into())
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, ExchangeError> {
    let field = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()).ok_or(ExchangeError::Damaged)?;
    Ok(u32::from_le_bytes(*field))
}

fn length_at(bytes: &[u8], at: usize) -> Result<usize, ExchangeError> {
    usize::try_from(u32_at(bytes, at)?).map_err(|_| ExchangeError::Damaged)
}

impl<'a> Archive<'a> {
    /// Reads the directory; no more than `limit` bytes will come out of the files together.
    pub(super) fn new(bytes: &'a [u8], limit: usize) -> Result<Self, ExchangeError> {
        let from = bytes.len().saturating_sub(END_LENGTH + LONGEST_COMMENT);
        let end = bytes[from..].windows(END_LENGTH).rposition(|window| window.starts_with(DIRECTORY_END));
        let end = from + end.ok_or(ExchangeError::Damaged)?;
        let (count, mut at) = (u16_at(bytes, end + 10)?, length_at(bytes, end + 16)?);
        let mut files = Vec::new();
        for _ in 0..count {
            if !bytes.get(at..).is_some_and(|rest| rest.starts_with(DIRECTORY_ENTRY)) {
                return Err(ExchangeError::Damaged);
            }
            let (flags, method) = (u16_at(bytes, at + 8)?, u16_at(bytes, at + 10)?);
            let is_encrypted = flags & 1 != 0;
            if is_encrypted || !matches!(method, 0 | 8) {
                return Err(ExchangeError::in_words("a file in the archive is compressed in an unknown way"));
            }
            let name_length = u16_at(bytes, at + 28)?;
            let name = bytes.get(at + 46..at + 46 + name_length).ok_or(ExchangeError::Damaged)?;
            files.push(Packed {
                name,
                is_deflated: method == 8,
                checksum: u32_at(bytes, at + 16)?,
                packed: length_at(bytes, at + 20)?,
                unpacked: length_at(bytes, at + 24)?,
                at: length_at(bytes, at + 42)?,
            });
            at += 46 + name_length + u16_at(bytes, at + 30)? + u16_at(bytes, at + 32)?;
        }
        Ok(Self { bytes, files, room: limit, limit })
    }

    /// The names of the files.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.files.iter().filter_map(|file| std::str::from_utf8(file.name).ok())
    }

    /// How long a file says that it is; `None` where it is not there.
    pub(super) fn length(&self, name: &str) -> Option<usize> {
        self.files.iter().find(|file| file.name == name.as_bytes()).map(|file| file.unpacked)
    }

    /// Reads a file; `None` where it is not there.
    pub(super) fn read(&mut self, name: &str) -> Result<Option<SecretBytes>, ExchangeError> {
        let Some(file) = self.files.iter().find(|file| file.name == name.as_bytes()) else { return Ok(None) };
        if file.unpacked > self.room {
            return Err(ExchangeError::TooLarge { limit: self.limit });
        }
        let local = self.bytes.get(file.at..).filter(|rest| rest.starts_with(SIGNATURE));
        let local = local.ok_or(ExchangeError::Damaged)?;
        let start = 30 + u16_at(local, 26)? + u16_at(local, 28)?;
        let packed =
            local.get(start..).and_then(|rest| rest.get(..file.packed)).ok_or(ExchangeError::Damaged)?;
        let content = match file.is_deflated {
            // What it says of its length is its limit.
            true => inflate(packed, file.unpacked).map_err(|_| ExchangeError::Damaged)?.0,
            false => SecretBytes::copy_of(packed),
        };
        if content.len() != file.unpacked || crc32(content.expose()) != file.checksum {
            return Err(ExchangeError::Damaged);
        }
        self.room -= content.len();
        Ok(Some(content))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive of stored files.
    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let (mut out, mut directory) = (Vec::new(), Vec::new());
        for (name, content) in files {
            let length = u32::try_from(content.len()).unwrap().to_le_bytes();
            let name_length = u32::try_from(name.len()).unwrap().to_le_bytes();
            let common =
                [&[0; 10][..], &crc32(content).to_le_bytes(), &length, &length, &name_length].concat();
            let at = u32::try_from(out.len()).unwrap().to_le_bytes();
            let entry = [DIRECTORY_ENTRY, &[0; 2], &common, &[0; 10], &at, name.as_bytes()];
            directory.extend(entry.concat());
            out.extend([SIGNATURE, &common, name.as_bytes(), content].concat());
        }
        let at = u32::try_from(out.len()).unwrap().to_le_bytes();
        let count = u16::try_from(files.len()).unwrap().to_le_bytes();
        out.extend([&directory, DIRECTORY_END, &[0; 6], &count, &[0; 4], &at, &[0; 2]].concat());
        out
    }

    #[test]
    fn no_more_than_the_limit_comes_out_of_all_files_together() {
        let bytes = archive(&[("a", b"12345"), ("b", b"678")]);
        let read = |limit: usize| {
            let mut archive = Archive::new(&bytes, limit)?;
            let first = archive.read("a")?.unwrap();
            Ok::<_, ExchangeError>([first.expose(), archive.read("b")?.unwrap().expose()].concat())
        };
        assert_eq!(read(8).unwrap(), b"12345678");
        assert_eq!(read(7).unwrap_err(), ExchangeError::TooLarge { limit: 7 });
        assert_eq!(read(4).unwrap_err(), ExchangeError::TooLarge { limit: 4 });
        assert!(matches!(Archive::new(&bytes, 8).unwrap().read("c"), Ok(None)));
    }
}
