//! Calling an appeal off, taking one back, and leaving one as it is.

use super::{AmendError, Amended, lock, present};
use crate::app::App;
use crate::appeals::mark::make_edition;
use crate::appeals::{AppealState, VersionKind};
use crate::clock::Timestamp;
use crate::editions::{EditionKind, EditionState};
use crate::id::AppealId;
use crate::store::editions::Edition;
use crate::store::versions::NewVersion;
use crate::store::{StoreError, Tx};

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
