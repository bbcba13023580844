//! The text of one file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::sources::problem::Problem;
use crate::sources::walk::{Candidate, Stamp};

/// The largest file that is read, in bytes.
pub const MAX_SIZE: u64 = 1024 * 1024;
/// What some editors put before a text.
const MARK: char = '\u{feff}';

/// The text of one file; nothing when it changed meanwhile.
pub(super) fn read_text(path: &str, candidate: &Candidate) -> Result<Option<String>, Problem> {
    if candidate.stamp.size > MAX_SIZE {
        return Err(Problem::new(path, "larger than 1 MB; shorten it, and link large files instead"));
    }
    let (bytes, stamp) = match slurp(&candidate.file) {
        Ok(read) => read,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Problem::new(path, format!("cannot read this file: {error}; let this user read it")));
        }
    };
    if stamp != candidate.stamp {
        return Ok(None);
    }
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        Problem { line: Some(line), ..Problem::new(path, "this is not UTF-8; save the file as UTF-8") }
    })?;
    if text.starts_with(MARK) {
        text.drain(..MARK.len_utf8());
    }
    Ok(Some(text))
}

/// A file's bytes, and what it looked like once they were read.
fn slurp(file: &Path) -> io::Result<(Vec<u8>, Stamp)> {
    let file = File::open(file)?;
    let mut bytes = Vec::new();
    (&file).take(MAX_SIZE + 1).read_to_end(&mut bytes)?;
    Ok((bytes, Stamp::of(&file.metadata()?)))
}
