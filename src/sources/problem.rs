//! What keeps a post, or a whole source, from being read.

use std::fmt;

use serde::Serialize;

/// One thing that a person has to put right. It never quotes a value, as this ends up in logs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Problem {
    /// The file below the source's folder; empty where it is the source itself.
    pub path: String,
    /// The line, where one is to blame.
    pub line: Option<usize>,
    /// The field of the front matter, where one is to blame.
    pub field: Option<&'static str>,
    /// What is wrong, and what to do about it.
    pub message: String,
}

impl Problem {
    /// A problem with a whole file, or with the source where `path` is empty.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), line: None, field: None, message: message.into() }
    }
}

impl fmt::Display for Problem {
    /// `file:line: field: what is wrong`, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.path.is_empty() {
            f.write_str(": ")?;
        }
        if let Some(field) = self.field {
            write!(f, "{field}: ")?;
        }
        f.write_str(&self.message)
    }
}
