//! Takes what a pass found into the store: new, edited, moved, withdrawn, returned.
//!
//! **What is urgent goes first.** It is read before the rest of the pass, and kept in a transaction of its own: see
//! [`take_urgent`]. The rest follows in batches that hold the write lock for some 20 ms each, so that an appeal of another
//! source, or a command, gets between them.
//!
//! **The rules hold over the whole pass** all the same. What is new, what is a flood and what is the baseline is decided
//! before the first batch (`plan`), and whatever can be broken off goes on as if it had not been:
//!
//! - a source has had its baseline once the last batch of it is kept, so what is left of it is baseline as well;
//! - each batch counts its new posts in the source's row, and a pass that goes on counts them with its own;
//! - posts are recognised anew, and those that were kept are known by now;
//! - digests see the posts of a pass once it is at its end, so that nobody gets them in several mails.
//!
//! A pass has a number, and each batch looks whether another pass over the source has begun since, in another process or on
//! another node. Then what this one decided may be wrong by now, and it is made anew.

mod batches;
mod plan;
mod urgent;
mod write;

use std::time::Duration;

use serde::Serialize;

use self::plan::Rules;
use crate::clock::Timestamp;
use crate::config::{self, Config};
use crate::sources::pass::{Found, Pass};
use crate::sources::problem::Problem;
use crate::store::sources::SourceRow;
use crate::store::{Result, Store};

pub use self::batches::{Step, Taking};
pub use self::urgent::take_urgent;

/// How long a batch may hold the write lock before it takes nothing more.
const HOLD: Duration = Duration::from_millis(20);
/// How long a batch waits for the next one. Other processes look for SQLite's lock every now and then, and would hardly
/// ever find it free.
const GAP: Duration = Duration::from_millis(10);

/// What became of one pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Intake {
    /// New, and to go into digests.
    pub new: usize,
    /// There at the source's first pass; never mailed.
    pub baseline: usize,
    /// New in a flood; wait for a person.
    pub held: usize,
    /// Known, with another content.
    pub edited: usize,
    /// Known, under another path.
    pub moved: usize,
    /// Withdrawn before, and there again.
    pub returned: usize,
    /// Known, and their file was deleted.
    pub withdrawn: usize,
    /// Read again, and the same.
    pub unchanged: usize,
    /// New urgent marks, and known ones that were changed.
    pub marks: usize,
    /// Second copies of a post, which are left alone.
    #[serde(skip)]
    pub copies: Vec<Problem>,
    /// Urgent marks that could not be carried out; their posts are ordinary ones.
    #[serde(skip)]
    pub refused: Vec<Problem>,
}

impl Intake {
    /// Whether anything was changed that a digest or a person may care about.
    pub fn is_change(&self) -> bool {
        let listed = self.new + self.baseline + self.held + self.edited + self.moved + self.returned + self.withdrawn;
        listed + self.marks > 0
    }

    /// How many posts were written whole.
    fn written(&self) -> usize {
        self.new + self.baseline + self.held + self.edited
    }

    /// The files to read again next time: a copy becomes the post once the first one goes.
    pub fn again(&self) -> Vec<String> {
        self.copies.iter().map(|copy| copy.path.clone()).collect()
    }
}

/// What the passes over one source are taken in with.
#[derive(Clone, Copy, Debug)]
pub struct With<'a> {
    /// Where they are kept.
    pub store: &'a Store,
    /// The rules of the site.
    pub config: &'a Config,
    /// Whose passes they are.
    pub source: &'a config::Source,
    /// Because a person asked for it, what is there at the first pass counts as new, and a flood is not held.
    pub mail_all: bool,
    /// How long a batch may hold the write lock before it takes nothing more.
    pub hold: Duration,
}

impl<'a> With<'a> {
    /// With batches of the usual length, and by the rules for passes that nobody asked for.
    pub fn new(store: &'a Store, config: &'a Config, source: &'a config::Source) -> Self {
        Self { store, config, source, mail_all: false, hold: HOLD }
    }

    /// Whether an item is marked as urgent in a way that can be carried out.
    fn is_urgent(&self, found: &Found, now: Timestamp) -> bool {
        found.urgent.as_ref().is_some_and(|mark| mark.check(self.config, now).is_ok())
    }

    fn rules(&self, row: &SourceRow) -> Rules {
        let kept = |count: i64| usize::try_from(count).unwrap_or(0);
        Rules {
            is_baseline: row.baseline_at.is_none() && !self.mail_all,
            flood: Some(self.source.flood).filter(|_| !self.mail_all),
            kept: kept(row.pass_new),
            kept_urgent: kept(row.pass_urgent),
        }
    }
}

/// What was taken in of a pass that is read in parts, or is made anew.
#[derive(Clone, Debug, Default)]
pub struct SoFar {
    /// What became of it.
    pub intake: Intake,
    /// What need not be looked at again, as long as it reads the same.
    found: Vec<Found>,
}

/// What came of taking a pass in.
#[derive(Clone, Debug)]
pub enum Taken {
    /// All of it is kept.
    Whole(Intake),
    /// Another pass over the source has begun meanwhile. This one is to be made anew, and goes on from here.
    Overtaken(SoFar),
}

/// Takes a pass over a source in.
///
/// # Errors
///
/// When the database fails. What was kept before is known to the next pass.
pub async fn take_in(with: &With<'_>, pass: &Pass, so_far: SoFar, now: Timestamp) -> Result<Taken> {
    if !pass.readable {
        let why = pass.problems.first().map(ToString::to_string).unwrap_or_default();
        let mut tx = with.store.begin().await?;
        tx.source_failed(&with.source.name, with.source.kind(), &why, pass.retry_at, now).await?;
        tx.commit().await?;
        return Ok(Taken::Whole(so_far.intake));
    }
    let mut taking = Taking::begin(with, pass, so_far, now).await?;
    loop {
        match taking.step().await? {
            Step::More => tokio::time::sleep(GAP).await,
            Step::Done => return Ok(Taken::Whole(taking.so_far().intake)),
            Step::Overtaken => return Ok(Taken::Overtaken(taking.so_far())),
        }
    }
}
