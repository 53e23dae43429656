//! Reading what may be secret: straight into wiping buffers, without one of the library's in between.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::os::fd::AsFd;

use crate::memory::SecretBytes;
pub(super) use crate::memory::read_up_to;

const CHUNK: usize = 64 * 1024;

/// Stdin without the library's buffer.
pub(super) fn stdin() -> io::Result<File> {
    Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
}

/// Removes one line end, LF or CRLF, if there is one.
pub(super) fn trim_line_end(bytes: &mut SecretBytes) {
    let text = bytes.expose();
    let kept = match text {
        [.., b'\r', b'\n'] => text.len() - 2,
        [.., b'\n'] => text.len() - 1,
        _ => text.len(),
    };
    bytes.truncate(kept);
}

/// A buffered reader that wipes what was taken from its buffer: it may wait for more for a long time.
pub(super) struct WipingReader<R> {
    source: R,
    buffer: SecretBytes,
    read: usize,
    filled: usize,
}

impl<R: Read> WipingReader<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, buffer: SecretBytes::zeroed(CHUNK), read: 0, filled: 0 }
    }
}

impl<R: Read> Read for WipingReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(out.len());
        out[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for WipingReader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.read == self.filled {
            self.filled = self.source.read(self.buffer.expose_mut())?;
            self.read = 0;
        }
        Ok(&self.buffer.expose()[self.read..self.filled])
    }

    fn consume(&mut self, count: usize) {
        let end = (self.read + count).min(self.filled);
        self.buffer.wipe(self.read..end);
        self.read = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_end_is_removed_and_no_more() {
        let cases = [
            ("a\n", "a"),
            ("a\r\n", "a"),
            ("a\n\n", "a\n"),
            ("a\r", "a\r"),
            ("a", "a"),
            ("\n", ""),
            ("", ""),
        ];
        for (before, after) in cases {
            let mut bytes = SecretBytes::copy_of(before.as_bytes());
            trim_line_end(&mut bytes);
            assert_eq!(bytes.expose_text(), Some(after));
        }
    }

    #[test]
    fn what_was_taken_from_a_wiping_reader_is_not_in_its_buffer_any_more() {
        let mut reader = WipingReader::new(&b"hunter2\nnext"[..]);
        assert_eq!(reader.fill_buf().unwrap(), b"hunter2\nnext");
        reader.consume(8);
        assert_eq!(reader.buffer.expose()[..12], *b"\0\0\0\0\0\0\0\0next");
        let mut rest = [0; 3];
        reader.read_exact(&mut rest).unwrap();
        assert_eq!(reader.buffer.expose()[..12], *b"\0\0\0\0\0\0\0\0\0\0\0t");
    }

    #[test]
    fn a_wiping_reader_gives_what_its_source_holds() {
        let source: Vec<u8> = (0..=255).cycle().take(150_000).collect();
        let mut read = Vec::new();
        WipingReader::new(&source[..]).read_to_end(&mut read).unwrap();
        assert_eq!(read, source);
        let lines: Vec<_> = WipingReader::new(&b"one\ntwo"[..]).lines().map(Result::unwrap).collect();
        assert_eq!(lines, ["one", "two"]);
    }
}
