//! Appeals: the urgent mark on a post, with its events, and every version of it: as marked, amended and cancelled.
//!
//! Who was told what is never noted apart: it follows from the ledger, as each edition knows the version it brought.
//! Amending makes, in one transaction, two editions of the new version and closes those of the old one: a *replacement*
//! for whom the old one had not reached, and a *correction* for whom it had.

pub mod amend;
pub mod audience;
pub mod calendar;
pub mod declared;
mod edited;
pub mod event;
pub mod extract;
pub mod follow;
pub mod mark;
pub mod outlook;
pub mod proposed;
pub mod public;
pub mod remind;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::clock::Timestamp;
use crate::editions::EditionState;
use crate::id::{AppealId, PostId, RevisionId, VersionId};
use crate::store::editions::Edition;
use crate::text_enum::text_enum;

use event::Event;

text_enum! {
    /// Where an appeal stands.
    pub enum AppealState {
        /// It holds: whoever it is for is told, or was.
        Open = "open",
        /// It was called off, and those who had it are told so.
        Cancelled = "cancelled",
        /// It was taken back before anybody heard of it.
        Stopped = "stopped",
    }
}

text_enum! {
    /// What a version of an appeal is.
    pub enum VersionKind {
        /// The first word.
        Marked = "marked",
        /// Another time, place or region.
        Amended = "amended",
        /// That it does not take place.
        Cancelled = "cancelled",
    }
}

/// The urgent mark on a post.
#[derive(Clone, Debug, Serialize, sqlx_macros::FromRow)]
pub struct Appeal {
    /// The row's number.
    pub id: AppealId,
    /// The post that is urgent.
    pub post_id: PostId,
    /// Where it stands.
    pub state: AppealState,
    /// When it was marked; the last time, where it was taken back or lapsed before.
    pub created_at: Timestamp,
    /// By whom: `cli`, `source`, an account's name.
    pub created_by: String,
}

/// An appeal as it was at one time. Never changed once written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Version {
    /// The row's number; later versions have higher ones.
    pub id: VersionId,
    /// Of which appeal.
    pub appeal: AppealId,
    /// Counted from 1 within the appeal.
    pub number: i32,
    /// What it is.
    pub kind: VersionKind,
    /// The post as it was.
    pub revision: RevisionId,
    /// Whom it is for; empty for everybody who wants alerts.
    pub regions: Vec<String>,
    /// Nobody is called to it after this.
    pub deadline: Timestamp,
    /// Why it was called off.
    pub reason: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// Its events, in order.
    pub events: Vec<Event>,
}

impl Appeal {
    /// Those of its mailings that were made since it was marked last: a mark that reached nobody may have gone before.
    pub fn mailings<'a>(&self, editions: &'a [Edition]) -> impl Iterator<Item = &'a Edition> {
        let since = self.created_at;
        editions.iter().filter(move |edition| edition.created_at >= since)
    }

    /// The versions that anybody may have heard of since then.
    pub fn versions_out(&self, editions: &[Edition], now: Timestamp) -> BTreeSet<VersionId> {
        let out = self.mailings(editions).filter(|edition| edition.is_out(now));
        out.filter_map(|edition| edition.appeal_version_id).collect()
    }

    /// Until when it can be taken back without anybody hearing of it; nothing once anything of it is out, or it was taken back.
    pub fn held_until(&self, editions: &[Edition], now: Timestamp) -> Option<Timestamp> {
        if self.state != AppealState::Open || self.mailings(editions).any(|edition| edition.is_out(now)) {
            return None;
        }
        let open = [EditionState::Planning, EditionState::Paused];
        let waits = |edition: &&Edition| open.contains(&edition.state) && edition.is_held(now);
        self.mailings(editions).filter(waits).filter_map(|edition| edition.hold_until).max()
    }
}

impl Version {
    /// Whether somebody of that region is called; who chose none is called to all.
    pub fn is_for(&self, region: Option<&str>) -> bool {
        self.regions.is_empty() || region.is_none_or(|region| self.regions.iter().any(|own| own == region))
    }

    /// Whether nothing of it is still ahead at `now`.
    pub fn is_over(&self, now: Timestamp) -> bool {
        event::last_end(&self.events).unwrap_or(self.deadline) <= now
    }

    /// When the next of its events starts, where one is still to start.
    pub fn next_start(&self, now: Timestamp) -> Option<Timestamp> {
        self.events.iter().map(|event| event.starts.at).filter(|start| *start > now).min()
    }

    /// Whether readers see the same in it as in `other`: whom it calls, and until when it calls to an event, they do not see.
    pub fn reads_like(&self, other: &Self) -> bool {
        let off = |version: &Self| version.kind == VersionKind::Cancelled;
        let seen = |version: &Self| {
            let mut events: Vec<Event> =
                version.events.iter().map(|event| Event { region: None, ..event.clone() }).collect();
            events.sort_by(|one, other| one.uid.cmp(&other.uid));
            (events, Some(version.deadline).filter(|_| version.events.is_empty()))
        };
        !off(self) && !off(other) && seen(self) == seen(other)
    }

    /// Whether it calls off anything that was not over by then.
    pub fn is_off(&self) -> bool {
        self.kind == VersionKind::Cancelled && !self.is_over(self.created_at)
    }

    /// Whether it calls that event off; what was over by then took place.
    pub fn calls_off(&self, event: &Event) -> bool {
        self.kind == VersionKind::Cancelled && !event.is_over(self.created_at)
    }

    /// The events that a mailing of it is about: of a cancellation those that are off.
    pub fn events_told(&self) -> Vec<Event> {
        let told = |event: &&Event| self.kind != VersionKind::Cancelled || self.calls_off(event);
        self.events.iter().filter(told).cloned().collect()
    }

    /// Until when a correction or cancellation is worth sending.
    pub fn told_until(&self) -> Timestamp {
        event::last_end(&self.events).unwrap_or(self.deadline)
    }
}

/// The regions that an appeal with these events is for: none means everybody, as soon as one event is for everybody.
pub fn regions_of(events: &[Event]) -> Vec<String> {
    if events.iter().any(|event| event.region.is_none()) {
        return Vec::new();
    }
    let mut regions: Vec<String> = events.iter().filter_map(|event| event.region.clone()).collect();
    regions.sort();
    regions.dedup();
    regions
}
