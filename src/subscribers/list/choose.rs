//! Choosing what mail to get, and asking for less of it.

use super::LinkError;
use crate::app::App;
use crate::clock::Timestamp;
use crate::deliveries::DeliveryState;
use crate::id::{EditionId, SubscriberId};
use crate::store::links::LinkPurpose;
use crate::store::subscribers::SubscriberRow;
use crate::store::{StoreError, Tx};
use crate::subscribers::{Cadence, Preferences, SubscriberState};
use crate::vault::{Token, TokenPurpose};

/// Saves new preferences and uses the fresh link up. A changed cadence takes back digests that are still queued, as does
/// a changed zone where digests come at its hour: the next one of the new cadence and zone brings their posts.
///
/// # Errors
///
/// When the link is dead, or the store fails.
pub async fn save_preferences(app: &App, token: &Token, wanted: &Preferences) -> Result<(), LinkError> {
    let now = app.clock.now();
    let (id, edition) = (SubscriberId(token.subscriber), EditionId(token.edition));
    let mut tx = app.store.begin().await?;
    if token.purpose != TokenPurpose::Preferences || !tx.use_link(edition, id, LinkPurpose::Preferences, now).await? {
        return Err(LinkError::Dead);
    }
    let row = tx.subscriber(id).await?.ok_or(LinkError::Dead)?;
    if row.state != SubscriberState::Active || row.suppression.is_some() {
        return Err(LinkError::Dead);
    }
    set_preferences(app, &mut tx, &row, wanted, now).await?;
    tx.set_pause(id, None).await?;
    tx.audit(now, "subscriber", "chose", Some(id), None, None).await?;
    tx.commit().await?;
    Ok(())
}

/// Makes a subscriber's digests rarer by one step; the rarest stays.
///
/// # Errors
///
/// When the store fails.
pub async fn less_often(app: &App, id: SubscriberId) -> Result<(), StoreError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let Some(row) = tx.subscriber(id).await?.filter(|row| row.state == SubscriberState::Active) else { return Ok(()) };
    let mut wanted = row.preferences();
    wanted.cadence = match wanted.cadence {
        Cadence::Each => Cadence::Daily,
        Cadence::Daily => Cadence::Weekly,
        Cadence::Weekly | Cadence::Monthly => Cadence::Monthly,
    };
    set_preferences(app, &mut tx, &row, &wanted, now).await?;
    tx.audit(now, "subscriber", "less often", Some(id), None, None).await?;
    tx.commit().await
}

/// Keeps digests back from a subscriber until `until`; a pause that lasts longer stays, as a mail's link may ask only
/// for less.
///
/// # Errors
///
/// When the store fails.
pub async fn pause(app: &App, id: SubscriberId, until: Timestamp) -> Result<(), StoreError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    if tx.subscriber(id).await?.is_none_or(|row| row.paused_until >= Some(until)) {
        return Ok(());
    }
    tx.set_pause(id, Some(until)).await?;
    tx.end_queued_of(id, true, DeliveryState::Suppressed, now).await?;
    tx.audit(now, "subscriber", "paused", Some(id), None, None).await?;
    tx.commit().await
}

pub(super) async fn set_preferences(
    app: &App,
    tx: &mut Tx,
    row: &SubscriberRow,
    wanted: &Preferences,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.set_preferences(row.id, wanted).await?;
    let slots =
        |chosen: &Preferences| (chosen.cadence, app.config.local_time().map(|site| chosen.time_zone.unwrap_or(site)));
    if slots(wanted) != slots(&row.preferences()) {
        tx.end_queued_of(row.id, true, DeliveryState::Cancelled, now).await?;
    }
    tx.wake().await
}
