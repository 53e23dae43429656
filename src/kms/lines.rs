//! Cuts the input into lines, in one wiping buffer.

use std::io::{self, BufRead, ErrorKind};

use crate::memory::SecretBytes;

/// The longest line that is read as a request, in bytes without its end. It leaves room for a value of
/// 1 MiB of which every byte is escaped.
pub(super) const LONGEST_LINE: usize = 8 * 1024 * 1024;

/// Lines of an input. Memory is bounded by [`LONGEST_LINE`], whatever comes.
pub(super) struct Lines<R> {
    input: R,
    number: u64,
    longest: usize,
    line: SecretBytes,
}

/// One line that is not empty.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    /// Counted from 1, empty lines counted too.
    pub(super) number: u64,
    /// Without its end.
    pub(super) content: Result<&'a [u8], TooLong>,
}

/// The line was longer than [`LONGEST_LINE`] and skipped to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLong;

/// How a line came to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// At a line feed, or where the input ends.
    Line,
    /// There, but it was longer than allowed.
    TooLong,
    /// There was nothing any more.
    Input,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self::limited(input, LONGEST_LINE)
    }

    fn limited(input: R, longest: usize) -> Self {
        Self { input, number: 0, longest, line: SecretBytes::new() }
    }

    /// The next line that is not empty; `None` at the end of the input. What the last one held is wiped.
    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        loop {
            self.line.clear();
            let end = self.read_line()?;
            self.number += 1;
            match end {
                End::Input => return Ok(None),
                End::TooLong => {
                    self.line.clear();
                    return Ok(Some(Line { number: self.number, content: Err(TooLong) }));
                }
                End::Line if self.line.expose().trim_ascii().is_empty() => {}
                End::Line => break,
            }
        }
        let line = self.line.expose();
        let content = line.strip_suffix(b"\r").unwrap_or(line);
        Ok(Some(Line { number: self.number, content: Ok(content) }))
    }

    fn read_line(&mut self) -> io::Result<End> {
        let mut end = End::Input;
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if chunk.is_empty() {
                return Ok(end);
            }
            let line_feed = chunk.iter().position(|&byte| byte == b'\n');
            let part = &chunk[..line_feed.unwrap_or(chunk.len())];
            if end != End::TooLong {
                let fits = self.line.len() + part.len() <= self.longest;
                end = if fits { End::Line } else { End::TooLong };
                if fits {
                    self.line.extend(part);
                }
            }
            let consumed = part.len() + usize::from(line_feed.is_some());
            self.input.consume(consumed);
            if line_feed.is_some() {
                return Ok(end);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn lines_of(input: &[u8], buffer: usize) -> Vec<(u64, Option<Vec<u8>>)> {
        let mut lines = Lines::limited(BufReader::with_capacity(buffer, input), 8);
        let mut found = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            found.push((line.number, line.content.ok().map(<[u8]>::to_vec)));
        }
        found
    }

    #[test]
    fn lines_are_cut_wherever_the_buffer_ends() {
        for buffer in 1..20 {
            assert_eq!(
                lines_of(b"one\ntwo\r\nthree", buffer),
                [(1, Some(b"one".to_vec())), (2, Some(b"two".to_vec())), (3, Some(b"three".to_vec()))]
            );
        }
    }

    #[test]
    fn empty_lines_are_skipped_and_counted() {
        assert_eq!(lines_of(b"\n \t\r\n\na\n\n", 64), [(4, Some(b"a".to_vec()))]);
        assert_eq!(lines_of(b"", 64), []);
    }

    #[test]
    fn a_line_over_the_limit_is_skipped_to_its_end() {
        for buffer in 1..20 {
            assert_eq!(
                lines_of(b"12345678\n123456789\n1234567890123456789\nnext\n123456789", buffer),
                [
                    (1, Some(b"12345678".to_vec())),
                    (2, None),
                    (3, None),
                    (4, Some(b"next".to_vec())),
                    (5, None)
                ]
            );
        }
    }
}
