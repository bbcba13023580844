//! The brakes: pausing, resuming and cancelling an edition. Pages and commands call these same functions.

use super::{EditionKind, EditionState, Lane};
use crate::app::App;
use crate::appeals::{AppealState, amend};
use crate::id::{AppealId, EditionId};
use crate::store::StoreError;
use crate::store::editions::Edition;

/// Why a brake does nothing.
#[derive(Debug, thiserror::Error)]
pub enum BrakeError {
    /// There is no such edition.
    #[error("there is no edition {0}")]
    Missing(EditionId),
    /// It is not where this brake works.
    #[error("edition {0} is {1}")]
    State(EditionId, EditionState),
    /// A letter answers one person's own request, and the same edition takes in those who ask later in the day.
    #[error("edition {0} is letters that people asked for; it can be paused, not cancelled")]
    Letter(EditionId),
    /// Somebody has it already, and would not hear that it is off.
    #[error(
        "{1} people have edition {0} already; use `handbill appeals cancel`, which tells them, or pause it meanwhile"
    )]
    Told(EditionId, i64),
    /// Somebody heard of its appeal, and would be left with what they heard.
    #[error(
        "{2} people have heard of appeal {0} already; use `handbill appeals amend {0}` or `handbill appeals cancel {0}`, \
         which tell them, or pause edition {1} meanwhile"
    )]
    Heard(AppealId, EditionId, i64),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Holds an edition back: nothing more of it is claimed until it is resumed.
///
/// # Errors
///
/// When it is neither planning nor sending, or the store fails.
pub async fn pause(app: &App, id: EditionId, actor: &str) -> Result<(), BrakeError> {
    let from = [EditionState::Planning, EditionState::Sending];
    brake(app, id, &from, EditionState::Paused, actor, "paused").await
}

/// Lets a paused edition go on where it was; returns the state that it is in now.
///
/// # Errors
///
/// When it is not paused, or the store fails.
pub async fn resume(app: &App, id: EditionId, actor: &str) -> Result<EditionState, BrakeError> {
    let edition = find(app, id).await?;
    let to = if edition.planned_at.is_some() || edition.kind.is_letter() {
        EditionState::Sending
    } else {
        EditionState::Planning
    };
    brake(app, id, &[EditionState::Paused], to, actor, "resumed").await?;
    Ok(to)
}

/// Stops an edition for good and tells nobody: what is still queued ends as cancelled.
///
/// # Errors
///
/// When it is over, is letters, or is about an appeal that somebody has heard of; or when the store fails.
pub async fn cancel(app: &App, id: EditionId, actor: &str) -> Result<(), BrakeError> {
    let edition = find(app, id).await?;
    if edition.kind.is_letter() {
        return Err(BrakeError::Letter(id));
    }
    if edition.lane == Lane::Urgent {
        return cancel_urgent(app, &edition, actor).await;
    }
    let from = [EditionState::Planning, EditionState::Sending, EditionState::Paused];
    brake(app, id, &from, EditionState::Cancelled, actor, "cancelled").await
}

/// Stops a mailing about an appeal that nobody has heard of, or a reminder that nobody has; when nobody is called to
/// the appeal any more, it is taken back.
async fn cancel_urgent(app: &App, edition: &Edition, actor: &str) -> Result<(), BrakeError> {
    let (id, now) = (edition.id, app.clock.now());
    let from = [EditionState::Planning, EditionState::Sending, EditionState::Paused];
    // Without a reminder everybody still has what they had; without anything else they may be left with an old version.
    let appeal = edition.appeal_id.filter(|_| edition.kind != EditionKind::Reminder);
    let mut tx = app.store.begin().await?;
    let mut open = false;
    if let Some(appeal) = appeal {
        open = tx.lock_appeal(appeal).await?.is_some_and(|appeal| appeal.state == AppealState::Open);
        for other in tx.appeal_editions(appeal).await? {
            tx.hold_edition(other.id).await?;
        }
    }
    if !tx.move_edition(id, &from, EditionState::Cancelled, now).await? {
        drop(tx);
        return Err(BrakeError::State(id, find(app, id).await?.state));
    }
    // From here on nothing more is claimed; what is in a relay's hands may be told any moment.
    let told = match appeal {
        Some(appeal) => tx.heard_count(appeal).await?,
        None => tx.told_count(id).await?,
    };
    if told > 0 {
        return Err(appeal.map_or(BrakeError::Told(id, told), |appeal| BrakeError::Heard(appeal, id, told)));
    }
    if let Some(appeal) = appeal.filter(|_| open) {
        let editions = tx.appeal_editions(appeal).await?;
        let closed = [EditionState::Cancelled, EditionState::Superseded];
        let calls = |other: &Edition| {
            other.kind == EditionKind::Appeal
                && other.appeal_version_id == edition.appeal_version_id
                && !closed.contains(&other.state)
        };
        if !editions.iter().any(calls) {
            amend::stop_in(&mut tx, appeal, &editions, now).await?;
        }
    }
    tx.audit(now, actor, "cancelled", None, Some(id), None).await?;
    tx.wake().await?;
    Ok(tx.commit().await?)
}

async fn find(app: &App, id: EditionId) -> Result<Edition, BrakeError> {
    app.store.edition(id).await?.ok_or(BrakeError::Missing(id))
}

async fn brake(
    app: &App,
    id: EditionId,
    from: &[EditionState],
    to: EditionState,
    actor: &str,
    action: &str,
) -> Result<(), BrakeError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    if !tx.move_edition(id, from, to, now).await? {
        drop(tx);
        return Err(BrakeError::State(id, find(app, id).await?.state));
    }
    tx.audit(now, actor, action, None, Some(id), None).await?;
    tx.wake().await?;
    Ok(tx.commit().await?)
}
