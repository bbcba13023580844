//! The rows of a CSV file, cut apart with their line numbers before any of them is read.
//!
//! A row is one line: no column of an import has a use for a line break, and a quote that were let run over lines would
//! swallow the people on them, whether by mistake or by somebody's design. So a stray quote spoils its own line and no
//! other. The `csv` crate reads each row; cutting them apart here keeps memory flat whatever the file holds, and gives
//! line numbers that are right after blank lines and CRLF.

use std::io::{self, BufRead, BufReader, Read};

/// The longest row, in bytes.
pub(super) const LONGEST: usize = 64 * 1024;

/// One row as it stands in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Its line, counted from 1.
    pub(super) line: u64,
    /// Its bytes, or why they cannot be a row.
    pub(super) bytes: Result<Vec<u8>, &'static str>,
}

/// Cuts rows from `input`.
#[derive(Debug)]
pub(super) struct Records<R> {
    input: BufReader<R>,
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

const NOT_CLOSED: &str = "a quote is opened and not closed on its line; close it, and keep each row on one line";
const AFTER_QUOTE: &str =
    "text stands after a closing quote; put the whole cell in quotes, and write each quote in it twice";
const TOO_LONG: &str = "the row is longer than 64 KiB";

impl<R: Read> Records<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input: BufReader::with_capacity(LONGEST, input), line: 0, read: 0 }
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

    /// The next row that is not blank.
    pub(super) fn next(&mut self, delimiter: u8) -> io::Result<Option<Record>> {
        while let Some(Line { number, bytes, too_long }) = self.next_line()? {
            if is_blank(&bytes) {
                continue;
            }
            let fault = if too_long { Some(TOO_LONG) } else { fault_of_quotes(&bytes, delimiter) };
            return Ok(Some(Record { line: number, bytes: fault.map_or(Ok(bytes), Err) }));
        }
        Ok(None)
    }

    fn next_line(&mut self) -> io::Result<Option<Line>> {
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

/// Where in a row one is (RFC 4180 section 2; a quote within an unquoted cell is only a quote).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    CellStart,
    Unquoted,
    Quoted,
    AfterQuote,
    /// Past a closing quote and spaces.
    Padded,
}

/// What is wrong with the quotes of a row. The `csv` crate would take it, with a cell that nobody wrote.
fn fault_of_quotes(row: &[u8], delimiter: u8) -> Option<&'static str> {
    let mut place = Place::CellStart;
    for &byte in row {
        place = match (place, byte) {
            (Place::Quoted, b'"') => Place::AfterQuote,
            (Place::Quoted, _) => Place::Quoted,
            (_, byte) if byte == delimiter => Place::CellStart,
            (Place::CellStart | Place::AfterQuote, b'"') => Place::Quoted,
            (Place::AfterQuote | Place::Padded, b' ' | b'\t' | b'\r' | b'\n') => Place::Padded,
            (Place::AfterQuote | Place::Padded, _) => return Some(AFTER_QUOTE),
            (Place::CellStart | Place::Unquoted, _) => Place::Unquoted,
        };
    }
    (place == Place::Quoted).then_some(NOT_CLOSED)
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
        assert_eq!(cut("a\r\n\r\n \nb,\"c\"\r\ne"), [ok(1, "a\r\n"), ok(4, "b,\"c\"\r\n"), ok(5, "e")]);
    }

    #[test]
    fn quotes_within_cells_open_nothing() {
        for row in ["O\"Brien,a\n", "b,\"c \"\"d\"\"\"\n", "\"a\" ,\"\"\t,b\r\n", "\"\"\"\"", "\"a,b\",c", " \"a\" b,c"]
        {
            assert_eq!(cut(row), [ok(1, row)]);
        }
    }

    #[test]
    fn a_stray_quote_spoils_its_own_line() {
        for (text, why) in [
            ("a\n\"b,\nc\nd\n", NOT_CLOSED),
            ("a\nb,\"c\nc\nd\n", NOT_CLOSED),
            ("a\n\"a \"b\" 1\"\nc\nd\n", AFTER_QUOTE),
            ("a\nb,\"c\" d\nc\nd\n", AFTER_QUOTE),
            ("a\n\"b\" \"c\"\nc\nd\n", AFTER_QUOTE),
        ] {
            assert_eq!(cut(text), [ok(1, "a\n"), (2, Err(why)), ok(3, "c\n"), ok(4, "d\n")], "{text}");
        }
    }

    #[test]
    fn a_huge_row_is_not_kept() {
        let text = format!("a\n{}\nb\n", "x".repeat(3 * LONGEST));
        assert_eq!(cut(&text), [ok(1, "a\n"), (2, Err(TOO_LONG)), ok(3, "b\n")]);
    }
}
