//! Leaving, and being kept away: what ends somebody's mail.

use super::reader;
use crate::address::Address;
use crate::app::App;
use crate::clock::Timestamp;
use crate::deliveries::DeliveryState;
use crate::editions::EditionKind;
use crate::editions::letters;
use crate::id::{AppealId, SubscriberId};
use crate::store::subscribers::SubscriberRow;
use crate::store::{StoreError, Tx};
use crate::subscribers::{SubscriberState, SuppressionReason};

/// Takes a subscriber off the list; with `goodbye`, a mail says so, as it may have been somebody else who did it. What
/// they still followed since they left before, they follow no more.
///
/// Doing it twice is doing it once.
///
/// # Errors
///
/// When the store fails; the caller must not say that it was done.
pub async fn leave(app: &App, id: SubscriberId, actor: &str, goodbye: bool) -> Result<(), StoreError> {
    take_off(app, id, None, actor, goodbye).await
}

/// As [`leave`], for somebody who still wants to hear if the event of this appeal changes.
///
/// # Errors
///
/// When the store fails; the caller must not say that it was done.
pub async fn leave_but_follow(
    app: &App,
    id: SubscriberId,
    appeal: AppealId,
    actor: &str,
    goodbye: bool,
) -> Result<(), StoreError> {
    take_off(app, id, Some(appeal), actor, goodbye).await
}

async fn take_off(
    app: &App,
    id: SubscriberId,
    follow: Option<AppealId>,
    actor: &str,
    goodbye: bool,
) -> Result<(), StoreError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    tx.lock_subscriber(id).await?;
    match follow {
        // First: what tells of a change and is queued already stays.
        Some(appeal) => tx.follow(appeal, id, now).await?,
        // Who left before and followed something wants no more of that either.
        None => tx.unfollow(id).await?,
    }
    let Some(row) = tx.subscriber(id).await? else { return Ok(()) };
    let Some(index) = row.address_index.clone() else { return Ok(()) };
    let first = row.suppression.is_none() && row.state == SubscriberState::Active;
    suppress_row(&mut tx, &row, &[(row.key_id, index)], SuppressionReason::Left, now).await?;
    tx.audit(now, actor, "left", Some(id), None, None).await?;
    if goodbye && first {
        let domain = match row.open(&app.vault)?.address {
            Some(address) => app.vault.domain_index(&address)?,
            None => 0,
        };
        letters::queue(&mut tx, EditionKind::Goodbye, &[reader(app, id, &row.preferences(), domain)], now).await?;
    }
    tx.commit().await
}

/// Suppresses an address, whether or not it is on the list.
///
/// # Errors
///
/// When the store fails.
pub async fn suppress(app: &App, address: &Address, reason: SuppressionReason, actor: &str) -> Result<(), StoreError> {
    let now = app.clock.now();
    let mut indexes = app.vault.address_indexes(address);
    let mut tx = app.store.begin().await?;
    tx.lock_addresses(indexes.iter().map(|(_, index)| index)).await?;
    match tx.subscriber_by_address(&indexes).await? {
        Some(row) => {
            // Under the row's own key first, so that one suppression finds it.
            indexes.sort_by_key(|(key, _)| *key != row.key_id);
            suppress_row(&mut tx, &row, &indexes, reason, now).await?;
            tx.audit(now, actor, "suppressed", Some(row.id), None, Some(reason.as_str())).await?;
        }
        None => {
            tx.suppress(&indexes, reason, now).await?;
            tx.audit(now, actor, "suppressed", None, None, Some(reason.as_str())).await?;
        }
    }
    tx.commit().await
}

/// Suppresses somebody whose mailbox does not exist, as a relay said.
///
/// # Errors
///
/// When the store fails.
pub async fn suppress_dead(app: &App, id: SubscriberId) -> Result<(), StoreError> {
    let Some(row) = app.store.subscriber(id).await? else { return Ok(()) };
    // Who was erased meanwhile is suppressed already.
    let Some(address) = row.open(&app.vault)?.address else { return Ok(()) };
    suppress(app, &address, SuppressionReason::Dead, "relay").await
}

/// Erases somebody: what is left is an empty row for the ledger and the keyed hash that keeps them from being mailed.
/// False when the address is not on the list; it is kept from being mailed all the same.
///
/// # Errors
///
/// When the store fails.
pub async fn erase(app: &App, address: &Address, actor: &str) -> Result<bool, StoreError> {
    let now = app.clock.now();
    let mut indexes = app.vault.address_indexes(address);
    let mut tx = app.store.begin().await?;
    tx.lock_addresses(indexes.iter().map(|(_, index)| index)).await?;
    let row = tx.subscriber_by_address(&indexes).await?;
    match &row {
        Some(row) => {
            indexes.sort_by_key(|(key, _)| *key != row.key_id);
            suppress_row(&mut tx, row, &indexes, SuppressionReason::Erased, now).await?;
            tx.erase_subscriber(row.id).await?;
            tx.audit(now, actor, "erased", Some(row.id), None, None).await?;
        }
        None => tx.suppress(&indexes, SuppressionReason::Erased, now).await?,
    }
    tx.commit().await?;
    Ok(row.is_some())
}

async fn suppress_row(
    tx: &mut Tx,
    row: &SubscriberRow,
    indexes: &[(i16, Vec<u8>)],
    reason: SuppressionReason,
    now: Timestamp,
) -> Result<(), StoreError> {
    if reason != SuppressionReason::Left {
        tx.unfollow(row.id).await?;
    }
    tx.suppress(indexes, reason, now).await?;
    tx.void_links(row.id, now).await?;
    tx.end_queued_of(row.id, false, DeliveryState::Suppressed, now).await?;
    tx.wake().await
}
