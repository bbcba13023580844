//! What commands print: one JSON document, or tables and facts for people.

use std::fmt;
use std::io::{self, BufWriter, ErrorKind, Write};

use serde::Serialize;

/// So many rows decide how wide a table's columns are; those after them are written as they come.
const MEASURED: usize = 500;

/// Standard output, which knows when nobody reads it any more.
pub struct Output {
    to: Box<dyn Write>,
    closed: bool,
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output").field("closed", &self.closed).finish_non_exhaustive()
    }
}

impl Output {
    /// Prints to standard output.
    pub fn stdout() -> Self {
        Self::to(BufWriter::with_capacity(32 * 1024, io::stdout()))
    }

    /// Prints to `to`.
    pub fn to(to: impl Write + 'static) -> Self {
        Self { to: Box::new(to), closed: false }
    }

    /// Whether the reader went away, as `head` does: then a failure to write is none.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Prints a line for people.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn line(&mut self, line: impl fmt::Display) -> io::Result<()> {
        writeln!(self, "{line}")
    }

    /// Prints one JSON document.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn json(&mut self, document: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *self, document)?;
        writeln!(self)
    }

    /// Prints what is known of one thing, a line for each; facts that are empty are left out.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn facts(&mut self, facts: &[(&str, String)]) -> io::Result<()> {
        let facts: Vec<_> = facts.iter().filter(|(_, value)| !value.is_empty()).collect();
        let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        for (name, value) in facts {
            writeln!(self, "{name:width$}  {}", printable(value))?;
        }
        Ok(())
    }

    /// Begins a list of any length, which is not held in memory: a table, or one JSON array.
    pub fn list(&mut self, json: bool, columns: &'static [&'static str]) -> List<'_> {
        List { out: self, json, columns, rows: Vec::new(), widths: Vec::new(), any: false }
    }

    fn noticing<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        self.closed |= matches!(&result, Err(error) if error.kind() == ErrorKind::BrokenPipe);
        result
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.to.write(bytes);
        self.noticing(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.to.flush();
        self.noticing(result)
    }
}

/// A list being printed; [`List::end`] must follow its last row.
#[derive(Debug)]
pub struct List<'a> {
    out: &'a mut Output,
    json: bool,
    columns: &'static [&'static str],
    rows: Vec<Vec<String>>,
    widths: Vec<usize>,
    any: bool,
}

impl List<'_> {
    /// Prints one row: `item` in JSON, `cells` in a table.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn row(&mut self, item: &impl Serialize, cells: impl FnOnce() -> Vec<String>) -> io::Result<()> {
        let first = !std::mem::replace(&mut self.any, true);
        if self.json {
            self.out.write_all(if first { b"[\n" } else { b",\n" })?;
            return Ok(serde_json::to_writer(&mut *self.out, item)?);
        }
        let cells = cells().iter().map(|cell| printable(cell)).collect();
        if self.widths.is_empty() {
            self.rows.push(cells);
            if self.rows.len() >= MEASURED { self.measured() } else { Ok(()) }
        } else {
            self.written(&cells)
        }
    }

    /// Prints what is left.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn end(mut self) -> io::Result<()> {
        match (self.json, self.any) {
            (true, true) => self.out.line("\n]"),
            (true, false) => self.out.line("[]"),
            (false, _) => self.measured(),
        }
    }

    fn measured(&mut self) -> io::Result<()> {
        if !self.widths.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.rows);
        let wide = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
        self.widths = self
            .columns
            .iter()
            .enumerate()
            .map(|(column, name)| name.chars().count().max(wide(column).unwrap_or_default()))
            .collect();
        self.written(&self.columns.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        rows.iter().try_for_each(|row| self.written(row))
    }

    fn written(&mut self, cells: &[String]) -> io::Result<()> {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(&self.widths) {
            line.push_str(&format!("{cell:width$}  "));
        }
        self.out.line(line.trim_end())
    }
}

/// One line without control characters: what a stranger wrote must not steer a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if is_steering(c) { ' ' } else { c }).collect()
}

/// Control characters, and those that turn the direction of the text around them.
fn is_steering(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text of what may be missing; nothing where it is.
pub fn or_empty(value: Option<impl fmt::Display>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
