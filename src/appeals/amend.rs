//! Amending an appeal and calling it off: exactly those who were told are told again.

mod check;

use std::time::Duration;

pub use self::check::{Change, Checked, check};
pub(super) use self::check::{checked, present};

use super::event::EventError;
use super::mark::{MarkError, make_edition};
use super::{Appeal, AppealState, Version, VersionKind, proposed};
use crate::app::App;
use crate::clock::Timestamp;
use crate::editions::{EditionKind, EditionState};
use crate::id::{AppealId, EditionId, VersionId};
use crate::store::editions::Edition;
use crate::store::versions::NewVersion;
use crate::store::{StoreError, Tx};

/// Why an appeal stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum AmendError {
    /// There is no such appeal.
    #[error("there is no appeal {0}; see `handbill appeals list`")]
    Missing(AppealId),
    /// It was called off or taken back.
    #[error("appeal {0} is {1}; nothing more can be changed about it")]
    Closed(AppealId, AppealState),
    /// It is over.
    #[error("appeal {0} is over; nobody needs to hear of a change any more")]
    Over(AppealId),
    /// It has no such event.
    #[error("appeal {0} has no event {1}; it has {2}")]
    NoEvent(AppealId, usize, usize),
    /// One that is over is not taken away.
    #[error("event {1} of appeal {0} is over; nobody needs to hear any more that it is off")]
    EventOver(AppealId, usize),
    /// Nothing would be left that anybody could come to.
    #[error("no other event of appeal {0} is still ahead; call it off with `handbill appeals cancel {0}`")]
    LastEvent(AppealId),
    /// Which event is meant?
    #[error("appeal {0} has {1} events; say which with --event 1 to --event {1}")]
    Which(AppealId, usize),
    /// An event cannot be used.
    #[error("event {number}: {error}")]
    Event {
        /// Which, from 1.
        number: usize,
        /// Why.
        error: EventError,
    },
    /// It has no event yet.
    #[error("appeal {0} has no event; change its region or deadline, or add an event with --add")]
    NoEvents(AppealId),
    /// The region is unknown.
    #[error(transparent)]
    Region(EventError),
    /// The deadline is no use.
    #[error("the deadline {0} has passed")]
    Deadline(Timestamp),
    /// Its source says what it said.
    #[error("nothing is proposed for appeal {0}; see `handbill status`")]
    NotProposed(AppealId),
    /// Its source makes no urgent mark any more.
    #[error("its source calls it urgent no more: `handbill appeals cancel {0}` or `handbill appeals dismiss {0}`")]
    NoMore(AppealId),
    /// Its source's mark cannot be read.
    #[error("what is proposed cannot be read: {0}")]
    Unreadable(String),
    /// The deadline comes when all events are over.
    #[error("the deadline {deadline} comes after the last event has ended, at {end}; nobody could come any more")]
    LateDeadline {
        /// What was said.
        deadline: Timestamp,
        /// When the last event ends.
        end: Timestamp,
    },
    /// It would be held for too long.
    #[error("it would be held until {until}, and nobody is told of it after {end}; give a shorter --hold")]
    LateHold {
        /// When the hold would end.
        until: Timestamp,
        /// Nobody is called, or corrected where it has begun, from then on.
        end: Timestamp,
    },
    /// It is held, and would be for too long.
    #[error(
        "appeal {appeal} was marked with a hold until {until}, and nobody would be called after {end}; take it back with \
         `handbill appeals cancel {appeal}` and mark it anew with a shorter --hold"
    )]
    StillHeld {
        /// The appeal.
        appeal: AppealId,
        /// When its hold ends.
        until: Timestamp,
        /// Nobody would be called from then on.
        end: Timestamp,
    },
    /// Everything stays as it was.
    #[error("this changes nothing about appeal {0}")]
    Unchanged(AppealId),
    /// It was amended by somebody else meanwhile.
    #[error("appeal {0} was changed by somebody else meanwhile; look at it again")]
    Overtaken(AppealId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AmendError {
    pub(super) fn marking(error: MarkError) -> Self {
        match error {
            MarkError::Event { number, error } => Self::Event { number, error },
            MarkError::Region(error) => Self::Region(error),
            MarkError::Store(error) => Self::Store(error),
            other => Self::Event { number: 1, error: EventError { field: "event", message: other.to_string() } },
        }
    }
}

/// What came of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Amended {
    /// The appeal.
    pub appeal: AppealId,
    /// Its new version.
    pub version: VersionId,
    /// The mailing that calls those who had not heard of it; none when it was called off.
    pub replacement: Option<EditionId>,
    /// The mailing that tells those who had; none when nobody can have, or all that they had is over.
    pub correction: Option<EditionId>,
    /// Nobody is told of it before this.
    pub hold_until: Timestamp,
}

/// How the mailings of a change are to go out.
struct Going {
    /// Whether any of the appeal's mailings has.
    out: bool,
    /// When they are.
    hold_until: Timestamp,
}

impl Going {
    fn of(
        checked: &Checked,
        appeal: &Appeal,
        editions: &[Edition],
        hold: Duration,
        now: Timestamp,
    ) -> Result<Self, AmendError> {
        let out = appeal.mailings(editions).any(|edition| edition.is_out(now));
        // Second thoughts about the first word go on while it has not gone out; an earlier change's hold ends with it.
        let first = appeal.mailings(editions).find(|edition| edition.kind == EditionKind::Appeal);
        let held = first.filter(|_| !out).and_then(|edition| edition.hold_until);
        let own = now.plus(hold);
        let hold_until = held.map_or(own, |held| held.max(own));
        // Of what has begun only those hear who were told.
        let calls = checked.deadline > now;
        let end = if calls { checked.deadline } else { checked.told_until() };
        if own >= end {
            return Err(AmendError::LateHold { until: own, end });
        }
        if hold_until >= end {
            return Err(AmendError::StillHeld { appeal: appeal.id, until: hold_until, end });
        }
        Ok(Self { out, hold_until })
    }
}

/// Whether a change can go out after `hold`, and when that is. Nothing is written.
///
/// # Errors
///
/// When nobody could be told of it any more by then, or the store fails.
pub async fn goes_out(app: &App, checked: &Checked, hold: Duration) -> Result<Timestamp, AmendError> {
    let id = checked.before.appeal;
    let appeal = app.store.appeal(id).await?.ok_or(AmendError::Missing(id))?;
    let editions = app.store.appeal_editions(id).await?;
    Ok(Going::of(checked, &appeal, &editions, hold, app.clock.now())?.hold_until)
}

/// Carries a change out: open mail about the old version is closed at once, who had it is corrected, all others are
/// called to the new one.
///
/// # Errors
///
/// When the appeal was changed meanwhile, it would be held for too long, or the store fails.
pub async fn amend(app: &App, checked: &Checked, hold: Duration, by: &str) -> Result<Amended, AmendError> {
    let now = app.clock.now();
    let id = checked.before.appeal;
    let mut tx = app.store.begin().await?;
    let (appeal, before) = lock(&mut tx, id).await?;
    if before.id != checked.before.id || appeal.state != AppealState::Open {
        return Err(AmendError::Overtaken(id));
    }
    let editions = tx.appeal_editions(id).await?;
    let Going { out, hold_until } = Going::of(checked, &appeal, &editions, hold, now)?;
    let revision = tx.post_revision(appeal.post_id).await?.unwrap_or(before.revision);
    let new = NewVersion {
        appeal: id,
        kind: VersionKind::Amended,
        revision,
        regions: &checked.regions,
        deadline: checked.deadline,
        reason: None,
        by,
        events: &checked.events,
    };
    let version = tx.add_version(&new, now).await?;
    let present = tx.current_version(id).await?.ok_or(AmendError::Missing(id))?;
    // A reminder is right as long as its readers see no change.
    tx.supersede_appeal(id, !before.reads_like(&present)).await?;
    let of = (id, version);
    // What has begun is corrected, but nobody new is called to it.
    let replacement = if checked.deadline > hold_until {
        Some(make_edition(&mut tx, EditionKind::Appeal, of, checked.deadline, hold_until, by, now).await?)
    } else {
        // Where the former one's planning had not begun, digests have not had the post.
        tx.list_live_posts(now).await?;
        None
    };
    let correction = if out {
        Some(make_edition(&mut tx, EditionKind::Correction, of, checked.told_until(), hold_until, by, now).await?)
    } else {
        None
    };
    // What is proposed beside this change goes on waiting for a person.
    if let Some(proposal) = tx.proposal(id).await?
        && !proposed::changes(&app.config, present, &proposal, now)
    {
        tx.drop_proposal(id).await?;
    }
    tx.audit(now, by, "amended", None, replacement, Some(&format!("appeal {id}"))).await?;
    tx.wake().await?;
    tx.commit().await?;
    Ok(Amended { appeal: id, version, replacement, correction, hold_until })
}

/// Calls an appeal off. While its first mailing is held nobody hears of it; later exactly those who were told do, and they
/// hear that what they were told of is off: a change that is held is dropped, and nobody hears of it.
///
/// # Errors
///
/// When it is not open or over, or the store fails.
pub async fn cancel(app: &App, id: AppealId, reason: &str, by: &str) -> Result<Amended, AmendError> {
    let now = app.clock.now();
    let before = present(app, id).await?;
    let mut tx = app.store.begin().await?;
    let (appeal, current) = lock(&mut tx, id).await?;
    if current.id != before.id || appeal.state != AppealState::Open {
        return Err(AmendError::Overtaken(id));
    }
    let editions = tx.appeal_editions(id).await?;
    let last = appeal.versions_out(&editions, now).pop_last();
    let out = last.is_some();
    let known = match last.filter(|last| *last != before.id) {
        Some(last) => tx.version(last).await?.ok_or(AmendError::Missing(id))?,
        None => before,
    };
    let revision = tx.post_revision(appeal.post_id).await?.unwrap_or(known.revision);
    let new = NewVersion {
        appeal: id,
        kind: VersionKind::Cancelled,
        revision,
        regions: &known.regions,
        deadline: known.deadline,
        reason: Some(reason),
        by,
        events: &known.events,
    };
    let version = tx.add_version(&new, now).await?;
    let mut correction = None;
    if out {
        tx.supersede_appeal(id, true).await?;
        tx.set_appeal_state(id, AppealState::Cancelled).await?;
        tx.list_live_posts(now).await?;
        // Where only what is held was still ahead, nobody has heard of anything that is off.
        if !known.is_over(now) {
            let (kind, until) = (EditionKind::Cancellation, known.told_until());
            correction = Some(make_edition(&mut tx, kind, (id, version), until, now, by, now).await?);
        }
    } else {
        stop_in(&mut tx, id, &editions, now).await?;
    }
    tx.drop_proposal(id).await?;
    let action = if out { "called off" } else { "taken back" };
    tx.audit(now, by, action, None, correction, Some(&format!("appeal {id}"))).await?;
    tx.wake().await?;
    tx.commit().await?;
    Ok(Amended { appeal: id, version, replacement: None, correction, hold_until: now })
}

/// Leaves an appeal as it is, whatever its edited source says.
///
/// # Errors
///
/// When there is no such appeal, nothing is proposed for it, or the store fails.
pub async fn dismiss(app: &App, id: AppealId, by: &str) -> Result<(), AmendError> {
    let mut tx = app.store.begin().await?;
    if tx.lock_appeal(id).await?.is_none() {
        return Err(AmendError::Missing(id));
    }
    if !tx.drop_proposal(id).await? {
        return Err(AmendError::NotProposed(id));
    }
    tx.audit(app.clock.now(), by, "proposal dismissed", None, None, Some(&format!("appeal {id}"))).await?;
    Ok(tx.commit().await?)
}

/// Takes an appeal back that nobody has heard of: its post stands where it stood before the mark.
///
/// # Errors
///
/// When the database fails.
pub async fn stop_in(tx: &mut Tx, id: AppealId, editions: &[Edition], now: Timestamp) -> Result<(), StoreError> {
    let open = [EditionState::Planning, EditionState::Sending, EditionState::Paused];
    for edition in editions {
        tx.move_edition(edition.id, &open, EditionState::Cancelled, now).await?;
    }
    tx.set_appeal_state(id, AppealState::Stopped).await?;
    tx.unmark_post(id).await?;
    tx.list_live_posts(now).await?;
    Ok(())
}

async fn lock(tx: &mut Tx, id: AppealId) -> Result<(Appeal, Version), AmendError> {
    let appeal = tx.lock_appeal(id).await?.ok_or(AmendError::Missing(id))?;
    let version = tx.current_version(id).await?.ok_or(AmendError::Missing(id))?;
    // No planner goes on with any of them until this is decided.
    for edition in tx.appeal_editions(id).await? {
        tx.hold_edition(edition.id).await?;
    }
    Ok((appeal, version))
}
