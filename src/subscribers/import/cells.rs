//! The cells of one row at a time.

use std::io::{self, Read};

use crate::subscribers::csv_cell;

/// Reads rows into cells. One reader of the `csv` crate serves all rows: making one costs more than reading a row.
pub(super) struct Cells {
    reader: csv::Reader<Feed>,
    record: csv::StringRecord,
    delimiter: u8,
    /// How many bytes the reader was given.
    given: u64,
}

/// Hands the reader one row after the other.
#[derive(Default)]
struct Feed {
    row: Vec<u8>,
    read: usize,
    /// Whether the reader wanted more than the row.
    ended: bool,
}

impl Read for Feed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.row.get(self.read..).unwrap_or_default().read(buffer)?;
        self.read += count;
        self.ended |= count == 0;
        Ok(count)
    }
}

impl Cells {
    pub(super) fn new(delimiter: u8) -> Self {
        let mut builder = csv::ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(delimiter);
        Self { reader: builder.from_reader(Feed::default()), record: csv::StringRecord::new(), delimiter, given: 0 }
    }

    /// The cells of a row, whose bytes end with a line break or not.
    pub(super) fn read(&mut self, mut row: Vec<u8>) -> Result<Vec<String>, String> {
        // Every row ends in one line feed, so that the reader never sees the end of its input before it is through.
        while matches!(row.last(), Some(b'\r' | b'\n')) {
            row.pop();
        }
        row.push(b'\n');
        self.given += row.len() as u64;
        *self.reader.get_mut() = Feed { row, read: 0, ended: false };
        let read = self.reader.read_record(&mut self.record);
        let is_whole = self.reader.position().byte() == self.given && !self.reader.get_ref().ended;
        let cells = match read {
            Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => {
                Err("the row is not UTF-8; save the file as CSV in UTF-8 and import it again".to_owned())
            }
            Err(_) | Ok(false) => Err("the row is no CSV".to_owned()),
            Ok(true) if !is_whole => Err("a line break stands where none may be; take it out".to_owned()),
            // A carriage return; a line feed ends the row.
            Ok(true) if self.record.iter().any(|cell| cell.contains('\r')) => {
                Err("a cell holds a line break; take it out".to_owned())
            }
            Ok(true) => Ok(self.record.iter().map(csv_cell::unguarded).collect()),
        };
        if !is_whole {
            // What is left of this row must not be taken for the next.
            *self = Self::new(self.delimiter);
        }
        cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_do_not_run_into_each_other() {
        let mut cells = Cells::new(b',');
        let long = "x".repeat(40_000);
        for (row, read) in [
            ("a,b\r\n", Some(vec!["a", "b"])),
            ("a\rb,c\n", None),
            ("c,\"d\re\"\n", None),
            ("c,\"d e\"\r\n", Some(vec!["c", "d e"])),
            ("\"open\n", None),
            (&long, Some(vec![long.as_str()])),
            ("O\"Brien,", Some(vec!["O\"Brien", ""])),
            ("'=x,'x", Some(vec!["=x", "'x"])),
        ] {
            assert_eq!(cells.read(row.into()).ok(), read.map(|cells| cells.into_iter().map(str::to_owned).collect()));
        }
        assert!(cells.read(b"B\xf6\n".to_vec()).unwrap_err().contains("UTF-8"));
        assert_eq!(cells.read(b"z".to_vec()).unwrap(), ["z"]);
    }
}
