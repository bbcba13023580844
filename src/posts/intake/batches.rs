//! Writes a pass in batches, each in a transaction of its own.

use std::collections::HashSet;
use std::time::Instant;

use super::plan::{Sight, Unit, units};
use super::write::{Item, Writer};
use super::{Intake, SoFar, With};
use crate::clock::Timestamp;
use crate::config::SourceKind;
use crate::id::{PostId, SourceId};
use crate::posts::matching::{Match, Memory, NameKind, Names};
use crate::sources::pass::{Found, Pass};
use crate::store::posts::Known;
use crate::store::sources::SourceRow;
use crate::store::{Result, Store, Tx};

/// What came of one batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is kept, and there is more.
    More,
    /// It is kept, and was the last.
    Done,
    /// Another pass over the source has begun meanwhile; nothing of the batch is kept.
    Overtaken,
}

/// A pass that is being taken in. Dropped before its end, it is as if the process had died there.
#[derive(Debug)]
pub struct Taking<'a> {
    with: &'a With<'a>,
    part: Part<'a>,
    /// The pass, which ends with the last batch; nothing where only what is urgent in it was read.
    pass: Option<&'a Pass>,
    /// Posts whose files are gone.
    gone: Vec<PostId>,
    /// Where nothing was read, the transaction in which the pass began: one is enough for all of it.
    opened: Option<Tx>,
    /// How many of the units, and of those that are gone, are kept.
    kept: (usize, usize),
    so_far: SoFar,
    now: Timestamp,
}

/// What was read of a source, and what becomes of it.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub(super) row: SourceRow,
    pub(super) memory: Memory,
    pub(super) found: &'a [Found],
    pub(super) names: Vec<Names>,
    pub(super) units: Vec<Unit>,
    /// Whether this stands for the source's first pass, as a person asked for what is there to be mailed.
    pub(super) is_first: bool,
}

impl<'a> Taking<'a> {
    /// Begins to take a pass in, of a source that can be read, and decides what becomes of all of it. Whatever pass over
    /// the source is under way is overtaken.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn begin(with: &'a With<'a>, pass: &'a Pass, so_far: SoFar, now: Timestamp) -> Result<Self> {
        let mut tx = with.store.begin().await?;
        let row = tx.begin_pass(&with.source.name, with.source.kind(), now).await?;
        let found = pass.found.as_slice();
        let is_first = with.mail_all && row.baseline_at.is_none() && !pass.settling;
        let (memory, names) = (Memory::default(), Vec::new());
        let mut part = Part { row, memory, found, names, units: Vec::new(), is_first };
        let mut gone = Vec::new();
        let opened = if pass.changed || !found.is_empty() {
            tx.commit().await?;
            // Without holding the lock: whoever changes them now has begun a pass of their own, and this one is given up.
            part.names = found.iter().map(Names::of).collect();
            part.memory = remember(with.store, row.id, &part.names).await?;
            let sight = Sight { memory: &part.memory, found, names: &part.names, present: &pass.present };
            let units = units(&sight, with.rules(&row), |found| with.is_urgent(found, now), now);
            gone = if pass.complete { missing(&sight, &units) } else { Vec::new() };
            part.units = units;
            None
        } else {
            Some(tx)
        };
        Ok(Self { with, part, pass: Some(pass), gone, opened, kept: (0, 0), so_far, now })
    }

    /// Of a pass that is not at its end with this.
    pub(super) fn of(with: &'a With<'a>, part: Part<'a>, so_far: SoFar, now: Timestamp) -> Self {
        Self { with, part, pass: None, gone: Vec::new(), opened: None, kept: (0, 0), so_far, now }
    }

    /// What was taken in so far.
    pub fn so_far(self) -> SoFar {
        self.so_far
    }

    /// Writes the next batch.
    ///
    /// # Errors
    ///
    /// When the database fails; then nothing of the batch is kept.
    pub async fn step(&mut self) -> Result<Step> {
        let row = self.part.row;
        let opened = self.opened.take();
        let is_whole = opened.is_some();
        let mut tx = match opened {
            Some(tx) => tx,
            None => self.with.store.begin().await?,
        };
        if !is_whole && !tx.go_on_with_pass(row.id, row.pass).await? {
            // What it found will be found again.
            let intake = &mut self.so_far.intake;
            (intake.unchanged, intake.copies, intake.refused) = (0, Vec::new(), Vec::new());
            return Ok(Step::Overtaken);
        }
        let mut intake = self.so_far.intake.clone();
        let kept = self.write(&mut tx, &mut intake).await?;
        if self.part.is_first && self.kept == (0, 0) {
            // Broken off from here on, it leaves nothing that would never be mailed.
            tx.set_baseline(row.id, self.now).await?;
        }
        let done = kept == (self.part.units.len(), self.gone.len());
        if let Some(pass) = self.pass.filter(|_| done) {
            self.end(&mut tx, pass, &intake).await?;
        }
        tx.commit().await?;
        (self.kept, self.so_far.intake) = (kept, intake);
        Ok(if done { Step::Done } else { Step::More })
    }

    /// Writes what fits into one batch; returns how much is kept with it.
    async fn write(&self, tx: &mut Tx, intake: &mut Intake) -> Result<(usize, usize)> {
        let Part { row, memory, found, names, units, .. } = &self.part;
        let began = Instant::now();
        let (mut of_units, mut of_gone) = self.kept;
        let (mut new, mut urgent, mut is_due) = (0, 0, false);
        let before = intake.written();
        let mut writer = Writer {
            tx: &mut *tx,
            with: self.with,
            source: row.id,
            known: &memory.known,
            intake: &mut *intake,
            now: self.now,
        };
        let mut is_full = false;
        for unit in units.iter().skip(of_units) {
            // What is urgent does not wait for what is not.
            is_full |= is_due && !unit.is_due;
            if is_full {
                break;
            }
            for (place, is) in &unit.items {
                let (Some(found), Some(names)) = (found.get(*place), names.get(*place)) else { continue };
                // What is new was not kept before, whatever was meant to be.
                if matches!(is, Match::New) || !self.so_far.found.contains(found) {
                    writer.write(Item { found, names, is: *is, state: unit.state }).await?;
                }
            }
            of_units += 1;
            new += unit.new;
            urgent += usize::from(unit.calls);
            is_due |= unit.is_due;
            is_full = began.elapsed() >= self.with.hold;
        }
        for post in self.gone.iter().skip(of_gone) {
            if is_full {
                break;
            }
            tx.withdraw_post(*post).await?;
            intake.withdrawn += 1;
            of_gone += 1;
            is_full = began.elapsed() >= self.with.hold;
        }
        if intake.written() > before {
            tx.link_translations().await?;
        }
        if new > 0 {
            let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
            tx.count_in_pass(row.id, count(new), count(urgent)).await?;
        }
        if is_due {
            tx.wake().await?;
        }
        Ok((of_units, of_gone))
    }

    /// Ends the pass: from now on digests see what it brought.
    async fn end(&self, tx: &mut Tx, pass: &Pass, intake: &Intake) -> Result<()> {
        let row = self.part.row;
        if let Some(validators) = &pass.validators {
            tx.keep_validators(row.id, validators, self.now).await?;
        }
        // What is still being written when a source is first seen belongs to its baseline.
        if row.baseline_at.is_none() && !pass.settling {
            tx.set_baseline(row.id, self.now).await?;
        }
        tx.end_pass(row.id, left_out(pass, self.with.source.kind()).as_deref(), self.now).await?;
        // Some may have been left by a pass that was broken off.
        let listed = tx.list_live_posts(self.now).await?;
        if listed > 0 || intake.is_change() {
            tx.wake().await?;
        }
        Ok(())
    }
}

/// What a person has to put right before it is taken in, a line each; nothing where this pass does not tell.
fn left_out(pass: &Pass, kind: SourceKind) -> Option<String> {
    // A feed that was not sent anew has what it had.
    if kind == SourceKind::Feed && pass.found.is_empty() && pass.problems.is_empty() {
        return None;
    }
    let lines: Vec<String> =
        pass.problems.iter().filter(|problem| !problem.path.is_empty()).map(ToString::to_string).collect();
    Some(lines.join("\n"))
}

/// What is to be compared with items of these names.
pub(super) async fn remember(store: &Store, source: SourceId, names: &[Names]) -> Result<Memory> {
    let mut memory = Memory { known: store.known_posts(source).await?, former: Vec::new() };
    for kind in NameKind::ALL.iter().copied() {
        let names: Vec<&str> = names.iter().filter_map(|names| names.get(kind)).collect();
        memory.former.extend(store.former_names(source, kind, &names).await?);
    }
    Ok(memory)
}

/// The known posts whose files were deleted.
fn missing(sight: &Sight<'_>, units: &[Unit]) -> Vec<PostId> {
    let here: HashSet<usize> = units
        .iter()
        .flat_map(|unit| &unit.items)
        .filter_map(|(_, is)| if let Match::Known(place) = is { Some(*place) } else { None })
        .collect();
    let is_missing = |post: &Known| post.path.as_ref().is_some_and(|path| !sight.present.contains(path));
    let known = sight.memory.known.iter().enumerate().filter(|(place, _)| !here.contains(place)).map(|(_, post)| post);
    known.filter(|post| is_missing(post) && !post.is_withdrawn()).map(|post| post.id).collect()
}
