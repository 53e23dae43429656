//! Inflates DEFLATE (RFC 1951) and gzip (RFC 1952) into wiping buffers, up to a limit: what is packed says nothing
//! about how much comes out.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use crate::memory::SecretBytes;

/// Why something does not unpack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotInflated {
    /// It is cut off or was changed.
    Damaged,
    /// More than the limit would come out.
    TooLarge,
}

/// No more than this may come out of one file: of a database, or of an archive.
pub(super) const LARGEST: usize = 256 << 20;
/// The first room for what comes out.
const FIRST: usize = 64 * 1024;

/// Inflates a stream that begins the bytes; answers how many bytes it took, too.
pub(super) fn inflate(packed: &[u8], most: usize) -> Result<(SecretBytes, usize), NotInflated> {
    let mut state = Box::new(DecompressorOxide::new());
    let mut out = SecretBytes::zeroed(packed.len().saturating_mul(2).max(FIRST).min(most));
    let (mut read, mut written) = (0, 0);
    loop {
        // The library copies back references out of this buffer and keeps nothing of it in one of its own.
        let (status, more_read, more_written) = decompress(
            &mut state,
            &packed[read..],
            out.expose_mut(),
            written,
            TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
        );
        read += more_read;
        written += more_written;
        match status {
            TINFLStatus::Done => {
                out.truncate(written);
                return Ok((out, read));
            }
            TINFLStatus::HasMoreOutput if out.len() < most => {
                let mut larger = SecretBytes::zeroed(out.len().saturating_mul(2).clamp(1, most));
                larger.expose_mut()[..written].copy_from_slice(&out.expose()[..written]);
                out = larger;
            }
            TINFLStatus::HasMoreOutput => return Err(NotInflated::TooLarge),
            _ => return Err(NotInflated::Damaged),
        }
    }
}

/// Unpacks a gzip file of one member and compares its checksum.
#[cfg(any(test, feature = "keepass"))]
pub(super) fn gunzip(file: &[u8], most: usize) -> Result<SecretBytes, NotInflated> {
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    const CHECKSUM: u8 = 2;
    let damaged = NotInflated::Damaged;
    let Some((&[0x1f, 0x8b, 8, flags, _, _, _, _, _, _], mut rest)) = file.split_first_chunk::<10>() else {
        return Err(damaged);
    };
    if flags & EXTRA != 0 {
        let (length, behind) = rest.split_first_chunk::<2>().ok_or(damaged)?;
        rest = behind.get(usize::from(u16::from_le_bytes(*length))..).ok_or(damaged)?;
    }
    for _ in [NAME, COMMENT].into_iter().filter(|text| flags & text != 0) {
        let end = rest.iter().position(|byte| *byte == 0).ok_or(damaged)?;
        rest = &rest[end + 1..];
    }
    if flags & CHECKSUM != 0 {
        rest = rest.get(2..).ok_or(damaged)?;
    }
    let (out, read) = inflate(rest, most)?;
    let trailer = rest.get(read..).and_then(|behind| behind.first_chunk::<8>()).ok_or(damaged)?;
    let (checksum, length) = trailer.split_at(4);
    // The length is that of the whole, modulo 2^32.
    let is_whole = crc32(out.expose()).to_le_bytes() == checksum
        && u32::try_from(out.len()).is_ok_and(|whole| whole.to_le_bytes() == length);
    if is_whole { Ok(out) } else { Err(damaged) }
}

/// The checksum of gzip and ZIP (RFC 1952, section 8).
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut at = 0;
        while at < table.len() {
            let mut remainder = at as u32;
            let mut bit = 0;
            while bit < 8 {
                remainder = if remainder & 1 == 1 { 0xedb8_8320 ^ (remainder >> 1) } else { remainder >> 1 };
                bit += 1;
            }
            table[at] = remainder;
            at += 1;
        }
        table
    };
    !bytes.iter().fold(!0, |sum, byte| TABLE[((sum ^ u32::from(*byte)) & 0xff) as usize] ^ (sum >> 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_gzip() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn no_more_comes_out_than_the_limit() {
        // Stored blocks, as every program may write them.
        let stored = [&[1, 5, 0, 0xfa, 0xff][..], b"hello"].concat();
        assert_eq!(inflate(&stored, 5).unwrap().0.expose(), b"hello");
        assert_eq!(inflate(&stored, 4).unwrap_err(), NotInflated::TooLarge);
        assert_eq!(inflate(&stored, 0).unwrap_err(), NotInflated::TooLarge);
    }

    #[test]
    fn what_is_cut_off_or_changed_is_damaged() {
        let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 5, 0, 0xfa, 0xff];
        file.extend(b"hello");
        file.extend(crc32(b"hello").to_le_bytes());
        file.extend(5_u32.to_le_bytes());
        assert_eq!(gunzip(&file, 100).unwrap().expose(), b"hello");
        for length in 0..file.len() {
            assert_eq!(gunzip(&file[..length], 100).unwrap_err(), NotInflated::Damaged, "{length}");
        }
        for at in 10..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert!(gunzip(&changed, 100).is_err(), "{at}");
        }
    }
}
