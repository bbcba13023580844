//! Amending an appeal and calling it off: exactly those who were told are told again.

mod cancel;
mod check;
mod error;

use std::time::Duration;

pub use self::cancel::{cancel, dismiss, stop_in};
pub use self::check::{Change, Checked, check};
pub(super) use self::check::{checked, present};
pub use self::error::AmendError;

use super::mark::make_edition;
use super::{Appeal, AppealState, Version, VersionKind, proposed};
use crate::app::App;
use crate::clock::Timestamp;
use crate::editions::EditionKind;
use crate::id::{AppealId, EditionId, VersionId};
use crate::store::Tx;
use crate::store::editions::Edition;
use crate::store::versions::NewVersion;

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

async fn lock(tx: &mut Tx, id: AppealId) -> Result<(Appeal, Version), AmendError> {
    let appeal = tx.lock_appeal(id).await?.ok_or(AmendError::Missing(id))?;
    let version = tx.current_version(id).await?.ok_or(AmendError::Missing(id))?;
    // No planner goes on with any of them until this is decided.
    for edition in tx.appeal_editions(id).await? {
        tx.hold_edition(edition.id).await?;
    }
    Ok((appeal, version))
}
