//! Reading what may be secret: straight into wiping buffers, without one of the library's in between.

use std::io::{self, Read};

use super::SecretBytes;

const CHUNK: usize = 64 * 1024;

/// Reads to the end, but not more than one byte over `limit`: so much is enough to see that it is too long.
///
/// # Errors
/// Those of the source.
pub fn read_up_to(mut source: impl Read, limit: usize) -> io::Result<SecretBytes> {
    let mut read = SecretBytes::new();
    let mut chunk = SecretBytes::zeroed(CHUNK.min(limit + 1));
    while read.len() <= limit {
        let most = chunk.len().min(limit + 1 - read.len());
        match source.read(&mut chunk.expose_mut()[..most]) {
            Ok(0) => break,
            Ok(count) => read.extend(&chunk.expose()[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_stops_one_byte_over_the_limit() {
        let source = vec![7_u8; 200_000];
        assert_eq!(read_up_to(&source[..], 100_000).unwrap().len(), 100_001);
        assert_eq!(read_up_to(&source[..], 200_000).unwrap().expose(), source);
        assert_eq!(read_up_to(&source[..0], 10).unwrap().len(), 0);
    }
}
