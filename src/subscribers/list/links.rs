//! Links that are sent by mail: who holds a live one may confirm, or see what they chose.

use super::choose::set_preferences;
use super::reader;
use crate::address::Address;
use crate::app::App;
use crate::clock::Timestamp;
use crate::editions::EditionKind;
use crate::editions::letters;
use crate::id::{EditionId, SubscriberId};
use crate::store::links::LinkPurpose;
use crate::store::subscribers::SubscriberRow;
use crate::store::{StoreError, Tx};
use crate::subscribers::{Preferences, SubscriberState};
use crate::vault::{Token, TokenPurpose};

/// Why a link does nothing.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Not from here, of another kind, used, or too old.
    #[error("this link has been used, is too old or is not complete")]
    Dead,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sends a fresh link to an address that is on the list; to any other nothing, and the asker is not told which it was.
///
/// # Errors
///
/// When the store fails.
pub async fn send_link(app: &App, address: &Address) -> Result<(), StoreError> {
    let now = app.clock.now();
    let indexes = app.vault.address_indexes(address);
    let mut tx = app.store.begin().await?;
    if let Some(row) = tx.subscriber_by_address(&indexes).await? {
        let kind = match (row.state, row.suppression) {
            (SubscriberState::Active, None) => EditionKind::Link,
            (SubscriberState::Pending, None) => EditionKind::Confirmation,
            _ => return Ok(()),
        };
        let reader = reader(app, row.id, &row.preferences(), app.vault.domain_index(address)?);
        letters::queue(&mut tx, kind, &[reader], now).await?;
    }
    tx.commit().await
}

/// As [`send_link`], for the holder of a mail's link: the address is the sealed one.
///
/// # Errors
///
/// When the store fails or the address does not open.
pub async fn send_link_to(app: &App, id: SubscriberId) -> Result<(), StoreError> {
    match app.store.subscriber(id).await? {
        Some(row) => match row.open(&app.vault)?.address {
            Some(address) => send_link(app, &address).await,
            None => Ok(()),
        },
        None => Ok(()),
    }
}

/// What a confirmation mail's token brings when it is used with [`confirm`].
///
/// # Errors
///
/// When the link is dead, or the store fails.
pub async fn asked(app: &App, token: &Token) -> Result<Preferences, LinkError> {
    let row = preferences(app, token).await?;
    let asked = app.store.asked(EditionId(token.edition), row.id).await?;
    Ok(asked.unwrap_or_else(|| row.preferences()))
}

/// Confirms the subscription that a confirmation mail's token stands for, as it was asked for there.
///
/// # Errors
///
/// When the link is dead, or the store fails.
pub async fn confirm(app: &App, token: &Token) -> Result<(), LinkError> {
    let now = app.clock.now();
    let (id, edition) = (SubscriberId(token.subscriber), EditionId(token.edition));
    let mut tx = app.store.begin().await?;
    if token.purpose != TokenPurpose::Confirm || !tx.use_link(edition, id, LinkPurpose::Confirm, now).await? {
        return Err(LinkError::Dead);
    }
    tx.lock_subscriber(id).await?;
    let row = tx.subscriber(id).await?.filter(|row| row.state != SubscriberState::Erased).ok_or(LinkError::Dead)?;
    if row.state == SubscriberState::Active && row.suppression.is_none() {
        tx.void_links(id, now).await?;
        tx.commit().await?;
        return Ok(());
    }
    match (row.suppression_id, row.suppression) {
        (Some(_), Some(reason)) if !reason.lifts() => return Err(LinkError::Dead),
        (Some(suppression), _) => tx.lift_suppression(id, suppression).await?,
        (None, _) => {}
    }
    let asked = tx.apply_asked(edition, id).await?;
    if let Some(wanted) = &asked {
        set_preferences(app, &mut tx, &row, wanted, now).await?;
    }
    // What was asked for twice is confirmed once.
    tx.void_links(id, now).await?;
    tx.activate(id, now).await?;
    tx.unfollow(id).await?;
    tx.audit(now, "subscriber", "confirmed", Some(id), None, None).await?;
    // As asked for: the address may be spelled anew, and its domain is that of the letter.
    if let Some(row) = tx.subscriber(id).await? {
        welcome(app, &mut tx, &row, now).await?;
    }
    tx.wake().await?;
    tx.commit().await?;
    Ok(())
}

/// Queues the letter that greets somebody who has just confirmed; who left and came back within a day has had it.
async fn welcome(app: &App, tx: &mut Tx, row: &SubscriberRow, now: Timestamp) -> Result<(), LinkError> {
    let Some(address) = row.open(&app.vault)?.address else { return Ok(()) };
    let domain = app.vault.domain_index(&address).map_err(StoreError::from)?;
    let reader = reader(app, row.id, &row.preferences(), domain);
    letters::queue(tx, EditionKind::Welcome, &[reader], now).await?;
    Ok(())
}

/// What the holder of a live fresh link may see, and then change with [`save_preferences`](super::save_preferences).
///
/// # Errors
///
/// When the link is dead, or the store fails.
pub async fn preferences(app: &App, token: &Token) -> Result<SubscriberRow, LinkError> {
    let purpose = match token.purpose {
        TokenPurpose::Preferences => LinkPurpose::Preferences,
        TokenPurpose::Confirm => LinkPurpose::Confirm,
        TokenPurpose::Mail => return Err(LinkError::Dead),
    };
    let (id, edition) = (SubscriberId(token.subscriber), EditionId(token.edition));
    if !app.store.link_is_live(edition, id, purpose, app.clock.now()).await? {
        return Err(LinkError::Dead);
    }
    let row = app.store.subscriber(id).await?;
    row.filter(|row| row.state != SubscriberState::Erased).ok_or(LinkError::Dead)
}
