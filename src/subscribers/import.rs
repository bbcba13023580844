//! Taking in a list of people from a CSV file, in flat memory: a row that cannot be used is reported, the rest goes in.

mod cells;
mod columns;
mod records;

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read};

use serde::Serialize;

use super::SuppressionReason;
use super::list::{self, Added, Consent, Newcomer, SaidYes};
use crate::address::Address;
use crate::app::App;
use crate::store::StoreError;
use crate::store::subscribers::INSERT_ROWS;

use cells::Cells;
pub use columns::{Column, consent_note, language, name, region, time_zone, topics, yes_or_no};
use columns::{Row, Rules};
use records::Records;

/// So many suppressions are taken over in one transaction; each takes a few statements.
const AWAY_ROWS: usize = 100;

/// A row that was not taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The line of the file on which it begins, counted from 1.
    pub line: u64,
    /// Why, without quoting it.
    pub reason: String,
}

/// What became of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows that were read, the header and blank ones left out.
    pub rows: u64,
    /// People who are on the list now.
    pub added: u64,
    /// People who get a mail that asks them to confirm.
    pub asked: u64,
    /// People who were on the list already; nothing of theirs was changed.
    pub known: u64,
    /// Rows with an address that an earlier row has.
    pub duplicates: u64,
    /// People who must not be mailed.
    pub suppressed: u64,
    /// Rows that could not be used; each was reported.
    pub refused: u64,
}

/// Why an import stopped. What was taken in until then stays.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The header cannot be used; nothing was taken in.
    #[error("line {line}: {reason}")]
    Header {
        /// The header's line.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The file has nothing in it.
    #[error("the file is empty; its first line names the columns, such as: email,name,topics")]
    Empty,
    /// The file could not be read to its end.
    #[error("the file could not be read on after line {line}; {}", safe(summary))]
    Read {
        /// The last line that was read.
        line: u64,
        /// What became of the rows until then.
        summary: Summary,
        /// What the system said.
        source: io::Error,
    },
    /// The store failed.
    #[error("the store failed after line {line}; {}", safe(summary))]
    Store {
        /// The last line that was taken in.
        line: u64,
        /// What became of the rows until then.
        summary: Summary,
        /// Why.
        source: StoreError,
    },
    /// A refused row could not be reported.
    #[error("a refused row could not be reported; {}", safe(summary))]
    Report {
        /// What became of the rows until then.
        summary: Summary,
        /// What the system said.
        source: io::Error,
    },
}

impl ImportError {
    /// What became of the rows until it stopped.
    pub fn summary(&self) -> Summary {
        match self {
            Self::Header { .. } | Self::Empty => Summary::default(),
            Self::Read { summary, .. } | Self::Store { summary, .. } | Self::Report { summary, .. } => *summary,
        }
    }
}

fn safe(summary: &Summary) -> String {
    let taken = summary.added + summary.asked;
    format!("{taken} people were taken in; importing the file again is safe, as those on the list stay as they are")
}

/// Who wants to hear of an import while it runs.
pub trait Watcher {
    /// A row was refused.
    ///
    /// # Errors
    ///
    /// When it cannot be reported; the import stops.
    fn refused(&mut self, refused: &Refused) -> io::Result<()>;

    /// So many bytes of the file were read, and this has become of their rows.
    fn came_to(&mut self, bytes: u64, summary: &Summary);
}

/// Takes in the people of a CSV file.
///
/// # Errors
///
/// When the header cannot be used, the file cannot be read or the store fails. A row that cannot be used is no error.
pub async fn import(
    app: &App,
    file: impl Read,
    consent: &Consent,
    actor: &str,
    watcher: &mut dyn Watcher,
) -> Result<Summary, ImportError> {
    let mut import = Import {
        app,
        consent,
        watcher,
        summary: Summary::default(),
        batch: Vec::new(),
        away: Vec::new(),
        kept_away: 0,
        taken_to: 0,
    };
    let outcome = import.run(file).await;
    let summary = import.summary;
    if summary.added + summary.asked + import.kept_away > 0 {
        let (added, asked, kept_away) = (summary.added, summary.asked, import.kept_away);
        let done = match kept_away {
            0 => format!("added {added}, asked {asked}"),
            _ => format!("added {added}, asked {asked}, suppressed {kept_away}"),
        };
        let written = async {
            let mut tx = app.store.begin().await?;
            tx.audit(app.clock.now(), actor, "imported", None, None, Some(&done)).await?;
            tx.wake().await?;
            tx.commit().await
        };
        let written = written.await;
        outcome?;
        written.map_err(|source| ImportError::Store { line: import.taken_to, summary, source })?;
    } else {
        outcome?;
    }
    Ok(summary)
}

struct Import<'a> {
    app: &'a App,
    consent: &'a Consent,
    watcher: &'a mut dyn Watcher,
    summary: Summary,
    batch: Vec<(Newcomer, SaidYes)>,
    /// Who, as an export says, must not be mailed.
    away: Vec<(Address, SuppressionReason)>,
    /// How many suppressions were taken over.
    kept_away: u64,
    /// The last line whose people are in the store.
    taken_to: u64,
}

impl Import<'_> {
    async fn run(&mut self, file: impl Read) -> Result<(), ImportError> {
        let mut records = Records::new(file);
        let header = records.header().map_err(|source| self.unreadable(0, source))?.ok_or(ImportError::Empty)?;
        let bytes = header.bytes.map_err(|reason| ImportError::Header { line: header.line, reason: reason.into() })?;
        let (delimiter, columns) =
            columns::header(&bytes).map_err(|reason| ImportError::Header { line: header.line, reason })?;
        // Eight bytes a row tell duplicates from known people, as the store cannot: it knows both by then.
        let (hasher, mut seen) = (RandomState::new(), HashSet::new());
        let rules = Rules {
            ask: matches!(self.consent, Consent::Ask),
            regions: &self.app.config.appeals.regions,
            time_zone: self.app.config.site.time_zone,
            now: self.app.clock.now(),
        };
        let (mut line, mut cells) = (header.line, Cells::new(delimiter));
        loop {
            let record = match records.next(delimiter) {
                Ok(Some(record)) => record,
                Ok(None) => break,
                Err(source) => {
                    self.flush(line).await?;
                    return Err(self.unreadable(line, source));
                }
            };
            line = record.line;
            let row = record
                .bytes
                .map_err(str::to_owned)
                .and_then(|bytes| columns::row(&columns, &cells.read(bytes)?, &rules));
            if matches!(row, Ok(Row::Blank)) {
                continue;
            }
            self.summary.rows += 1;
            match row {
                Ok(Row::Newcomer(newcomer, said)) if seen.insert(hasher.hash_one(newcomer.address.canonical())) => {
                    self.batch.push((newcomer, said));
                }
                Ok(Row::Newcomer(..)) => self.summary.duplicates += 1,
                // Later rows with the same address meet the suppression.
                Ok(Row::Suppressed(address, reason)) => {
                    self.summary.suppressed += 1;
                    self.away.push((address, reason));
                }
                Ok(Row::Blank) => {}
                Err(reason) => {
                    self.summary.refused += 1;
                    let told = self.watcher.refused(&Refused { line, reason });
                    told.map_err(|source| ImportError::Report { summary: self.summary, source })?;
                }
            }
            if self.batch.len() >= INSERT_ROWS || self.away.len() >= AWAY_ROWS {
                self.flush(line).await?;
                self.watcher.came_to(records.bytes_read(), &self.summary);
            }
        }
        self.flush(line).await
    }

    /// Hands the batch to the store.
    async fn flush(&mut self, line: u64) -> Result<(), ImportError> {
        // First, so that nobody who is in the file twice comes in by the other row.
        if !self.away.is_empty() {
            let kept = list::keep_away(self.app, &self.away).await;
            let (taken_to, summary) = (self.taken_to, self.summary);
            self.kept_away += kept.map_err(|source| ImportError::Store { line: taken_to, summary, source })?;
            self.away.clear();
        }
        if !self.batch.is_empty() {
            let people: Vec<_> = self.batch.iter().map(|(newcomer, said)| (newcomer, said.clone())).collect();
            let added = list::take_over(self.app, &people, self.consent, "import").await;
            let (taken_to, summary) = (self.taken_to, self.summary);
            for added in added.map_err(|source| ImportError::Store { line: taken_to, summary, source })? {
                match added {
                    Added::Active(_) => self.summary.added += 1,
                    Added::Asked(_) => self.summary.asked += 1,
                    Added::Known => self.summary.known += 1,
                    Added::Suppressed(_) => self.summary.suppressed += 1,
                }
            }
            self.batch.clear();
        }
        self.taken_to = line;
        Ok(())
    }

    fn unreadable(&self, line: u64, source: io::Error) -> ImportError {
        ImportError::Read { line, summary: self.summary, source }
    }
}
