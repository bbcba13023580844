//! What is wrong, as a pure function of what was read.

use std::time::Duration;

use super::{Disk, NoticeKind};
use crate::clock::Timestamp;
use crate::id::EditionId;
use crate::relay::RelayState;
use crate::store::domains::BlockedDomain;
use crate::store::relays::RelayStatus;
use crate::store::sources::SourceStatus;

/// An appeal of which nothing gets out for this long has stalled.
pub const STALL: Duration = Duration::from_secs(60);
/// A relay that is away for this long has stopped.
pub const RELAY: Duration = Duration::from_secs(60);
/// A source that cannot be read for this long is told about.
pub const SOURCE: Duration = Duration::from_secs(3600);
/// Less room than this is little on any disk.
const ROOM: u64 = 500 * MB;
/// On a small disk, so is less than this share of it...
const SHARE: u64 = 20;
/// ... unless it is more than this, as a twentieth of a large disk is plenty.
const PLENTY: u64 = 5000 * MB;

const MB: u64 = 1_000_000;

/// What is known.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Mailings about appeals that are not over, held or paused.
    pub urgent: Vec<Urgent>,
    /// How the relays are doing.
    pub relays: Vec<RelayStatus>,
    /// Domains that block our mail.
    pub domains: Vec<BlockedDomain>,
    /// How the sources are doing.
    pub sources: Vec<SourceStatus>,
    /// The room where the store lies, and what this machine is called.
    pub disk: Option<(String, Disk)>,
}

/// A mailing about an appeal that is not over.
#[derive(Clone, Copy, Debug)]
pub struct Urgent {
    /// Which.
    pub edition: EditionId,
    /// When it was made, or its hold was over.
    pub began: Timestamp,
    /// Whether its deliveries are still being written.
    pub planning: bool,
    /// Since when its oldest open delivery is due; it may lie ahead.
    pub due_since: Option<Timestamp>,
    /// When a delivery of it ended last, as far as it matters.
    pub last_ended: Option<Timestamp>,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// What it is.
    pub kind: NoticeKind,
    /// What it is about.
    pub subject: String,
    /// What more there is to say.
    pub detail: String,
}

/// What is wrong at `now`. `is_open` tells what was wrong until now: a disk has to be well clear of its limit again before
/// it counts as well.
pub fn conditions(facts: &Facts, is_open: impl Fn(NoticeKind, &str) -> bool, now: Timestamp) -> Vec<Condition> {
    let mut found = Vec::new();
    let mut add = |kind, subject: String, detail| found.push(Condition { kind, subject, detail });
    for urgent in facts.urgent.iter().filter(|urgent| urgent.stalls(now)) {
        add(NoticeKind::Stall, urgent.edition.to_string(), String::new());
    }
    for relay in &facts.relays {
        if relay.state == RelayState::Stopped && now.since(relay.changed_at) >= RELAY {
            add(NoticeKind::Relay, relay.name.clone(), relay.reason.clone().unwrap_or_default());
        }
    }
    // The first block may be about one person's own rules, and is over in a minute then.
    for domain in facts.domains.iter().filter(|domain| domain.blocks > 1) {
        add(NoticeKind::Domain, domain.number(), domain.reason.clone());
    }
    for source in &facts.sources {
        if source.failing_since.is_some_and(|since| now.since(since) >= SOURCE) {
            add(NoticeKind::Source, source.name.clone(), source.last_error.clone().unwrap_or_default());
        }
    }
    if let Some((machine, disk)) = &facts.disk
        && disk.is_low(is_open(NoticeKind::Disk, machine))
    {
        add(NoticeKind::Disk, machine.clone(), format!("{} MB / {} MB", disk.free / MB, disk.total / MB));
    }
    found
}

impl Urgent {
    /// Whether something of it waits, and nothing of it moves.
    fn stalls(&self, now: Timestamp) -> bool {
        let waiting_since = match (self.due_since, self.last_ended) {
            // Until the first delivery has ended it does not help that all of them are tried again and again.
            (Some(_), None) => Some(self.began),
            (Some(due), Some(last)) => Some(due.max(last)),
            (None, last) if self.planning => Some(last.map_or(self.began, |last| last.max(self.began))),
            (None, _) => None,
        };
        waiting_since.is_some_and(|since| now.since(since) >= STALL)
    }
}

impl Disk {
    fn is_low(self, was_low: bool) -> bool {
        let free = if was_low { self.free / 11 * 10 } else { self.free };
        free < ROOM.max((self.total / SHARE).min(PLENTY))
    }
}

#[cfg(test)]
mod tests;
