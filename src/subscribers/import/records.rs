//! The rows of a CSV file, cut apart with their line numbers before any of them is read.
//!
//! The `csv` crate reads each row; cutting them apart here keeps memory flat whatever the file holds, gives line
//! numbers that are right after blank lines and CRLF, and lets one stray quote spoil one row and not all that follow.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};

/// The longest row, in bytes.
pub(super) const LONGEST: usize = 64 * 1024;

/// One row as it stands in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// The line it begins on, counted from 1.
    pub(super) line: u64,
    /// Its bytes, or why they cannot be a row.
    pub(super) bytes: Result<Vec<u8>, &'static str>,
}

/// Cuts rows from `input`.
#[derive(Debug)]
pub(super) struct Records<R> {
    input: BufReader<R>,
    /// Lines that were read on from a row that turned out to be broken.
    again: VecDeque<Line>,
    /// The line that was read last.
    line: u64,
    read: u64,
}

#[derive(Debug)]
struct Line {
    number: u64,
    bytes: Vec<u8>,
    too_long: bool,
}

const NOT_CLOSED: &str = "a quote is opened and never closed";
const TOO_LONG: &str = "the row is longer than 64 KiB";

impl<R: Read> Records<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input: BufReader::with_capacity(LONGEST, input), again: VecDeque::new(), line: 0, read: 0 }
    }

    /// How many bytes were read.
    pub(super) fn bytes_read(&self) -> u64 {
        self.read
    }

    /// The first line, without its byte order mark; nothing when the file is empty.
    pub(super) fn header(&mut self) -> io::Result<Option<Record>> {
        loop {
            let Some(mut line) = self.next_line()? else { return Ok(None) };
            if line.number == 1 && line.bytes.starts_with(b"\xef\xbb\xbf") {
                line.bytes.drain(..3);
            }
            if !is_blank(&line.bytes) {
                let bytes = if line.too_long { Err(TOO_LONG) } else { Ok(line.bytes) };
                return Ok(Some(Record { line: line.number, bytes }));
            }
        }
    }

    /// The next row that is not blank; quoted fields may span lines.
    pub(super) fn next(&mut self, delimiter: u8) -> io::Result<Option<Record>> {
        let mut first = loop {
            match self.next_line()? {
                None => return Ok(None),
                Some(line) if !is_blank(&line.bytes) => break line,
                Some(_) => {}
            }
        };
        let line = first.number;
        if first.too_long {
            return Ok(Some(Record { line, bytes: Err(TOO_LONG) }));
        }
        let mut place = Place::FieldStart.after(&first.bytes, delimiter);
        let mut further: Vec<Line> = Vec::new();
        let mut length = first.bytes.len();
        while place == Place::Quoted {
            let next = self.next_line()?;
            let ended = next.is_none();
            let long = next.as_ref().is_some_and(|next| next.too_long || length + next.bytes.len() > LONGEST);
            if let Some(next) = next {
                place = place.after(&next.bytes, delimiter);
                length += next.bytes.len();
                further.push(next);
            }
            if ended || long {
                // Only the row that opened the quote is lost; the lines after it are read again as rows.
                further.into_iter().rev().for_each(|line| self.again.push_front(line));
                return Ok(Some(Record { line, bytes: Err(NOT_CLOSED) }));
            }
        }
        for next in further {
            first.bytes.extend_from_slice(&next.bytes);
        }
        Ok(Some(Record { line, bytes: Ok(first.bytes) }))
    }

    fn next_line(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.again.pop_front() {
            return Ok(Some(line));
        }
        let limit = LONGEST as u64;
        let mut bytes = Vec::new();
        let mut got = (&mut self.input).take(limit).read_until(b'\n', &mut bytes)? as u64;
        if got == 0 {
            return Ok(None);
        }
        let too_long = got == limit && !bytes.ends_with(b"\n");
        if too_long {
            let mut rest = Vec::new();
            loop {
                rest.clear();
                let more = (&mut self.input).take(limit).read_until(b'\n', &mut rest)? as u64;
                got += more;
                if more == 0 || rest.ends_with(b"\n") {
                    break;
                }
            }
            bytes.clear();
            // Not blank, so that it is reported.
            bytes.push(b'?');
        }
        self.read += got;
        self.line += 1;
        Ok(Some(Line { number: self.line, bytes, too_long }))
    }
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_whitespace)
}

/// Where in a row one is; the rules are those of the `csv` crate (RFC 4180 section 2, and a quote within an unquoted
/// field is only a quote).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    FieldStart,
    Unquoted,
    Quoted,
    AfterQuote,
}

impl Place {
    fn after(self, bytes: &[u8], delimiter: u8) -> Self {
        bytes.iter().fold(self, |place, &byte| match (place, byte) {
            (Self::Quoted, b'"') => Self::AfterQuote,
            (Self::Quoted, _) => Self::Quoted,
            (_, byte) if byte == delimiter => Self::FieldStart,
            (Self::FieldStart | Self::AfterQuote, b'"') => Self::Quoted,
            _ => Self::Unquoted,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<(u64, Result<String, &'static str>)> {
        let mut records = Records::new(text.as_bytes());
        std::iter::from_fn(|| records.next(b',').unwrap())
            .map(|record| (record.line, record.bytes.map(|bytes| String::from_utf8(bytes).unwrap())))
            .collect()
    }

    fn ok(line: u64, text: &str) -> (u64, Result<String, &'static str>) {
        (line, Ok(text.to_owned()))
    }

    #[test]
    fn lines_are_those_of_the_file() {
        assert_eq!(cut("a\r\n\r\n \nb,\"c\r\nd\"\r\ne"), [ok(1, "a\r\n"), ok(4, "b,\"c\r\nd\"\r\n"), ok(6, "e"),]);
    }

    #[test]
    fn quotes_within_fields_open_nothing() {
        assert_eq!(
            cut("O\"Brien,a\nb,\"c \"\"d\"\"\"\ne\n"),
            [ok(1, "O\"Brien,a\n"), ok(2, "b,\"c \"\"d\"\"\"\n"), ok(3, "e\n"),]
        );
    }

    #[test]
    fn a_quote_that_is_not_closed_spoils_one_row() {
        assert_eq!(cut("a\n\"b,\nc\nd\n"), [ok(1, "a\n"), (2, Err(NOT_CLOSED)), ok(3, "c\n"), ok(4, "d\n")]);
    }

    #[test]
    fn a_huge_row_is_not_kept() {
        let text = format!("a\n{}\nb\n", "x".repeat(3 * LONGEST));
        assert_eq!(cut(&text), [ok(1, "a\n"), (2, Err(TOO_LONG)), ok(3, "b\n")]);
        let text = format!("\"a\n{}b\n", "x\n".repeat(LONGEST));
        let rows = cut(&text);
        assert_eq!(rows.len(), LONGEST + 2);
        assert_eq!((rows.first(), rows.last()), (Some(&(1, Err(NOT_CLOSED))), Some(&ok(LONGEST as u64 + 2, "b\n"))));
    }
}
