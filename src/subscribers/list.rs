//! Joining, confirming, choosing, leaving: everything that changes the list.
//!
//! Pages and commands call these same functions.

mod leave;

use std::collections::HashMap;

use super::{Cadence, Preferences, SubscriberState, SuppressionReason};
use crate::address::Address;
use crate::app::App;
use crate::clock::Timestamp;
use crate::deliveries::DeliveryState;
use crate::editions::EditionKind;
use crate::editions::letters::{self, Reader};
use crate::id::{EditionId, SubscriberId};
use crate::store::links::LinkPurpose;
use crate::store::subscribers::{NewSubscriber, SubscriberRow};
use crate::store::{StoreError, Tx};
use crate::vault::{Column, Token, TokenPurpose};

pub use leave::{erase, leave, leave_but_follow, suppress, suppress_dead};

/// Somebody who is to join.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// Their address, as they spelled it.
    pub address: Address,
    /// Their name, if given.
    pub name: Option<String>,
    /// What they want.
    pub preferences: Preferences,
}

/// Whether those who are added have said yes already.
#[derive(Clone, Debug)]
pub enum Consent {
    /// Each is asked by mail first.
    Ask,
    /// They said yes, where this note says.
    Given(String),
}

/// What another list knows of when and how somebody said yes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaidYes {
    /// When they confirmed.
    pub at: Option<Timestamp>,
    /// Where and how.
    pub note: Option<String>,
}

/// What became of a newcomer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// Is on the list now.
    Active(SubscriberId),
    /// Was sent a confirmation mail.
    Asked(SubscriberId),
    /// Was on the list already; nothing was changed.
    Known,
    /// Must not be mailed, for this reason.
    Suppressed(SuppressionReason),
}

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

/// Adds newcomers for an admin, at most [`crate::store::subscribers::INSERT_ROWS`] at once; the answers are in their order.
///
/// Nobody is revived, and nobody's choices change: who is known or suppressed stays as they are.
///
/// # Errors
///
/// When the store fails; then none of them was added.
pub async fn add(
    app: &App,
    newcomers: &[Newcomer],
    consent: &Consent,
    source: &'static str,
) -> Result<Vec<Added>, StoreError> {
    let people: Vec<_> = newcomers.iter().map(|newcomer| (newcomer, SaidYes::default())).collect();
    take_over(app, &people, consent, source).await
}

/// As [`add`], of people from another list: where `consent` is given, what that list knows of it counts for each of them.
///
/// # Errors
///
/// When the store fails; then none of them was added.
pub async fn take_over(
    app: &App,
    people: &[(&Newcomer, SaidYes)],
    consent: &Consent,
    source: &'static str,
) -> Result<Vec<Added>, StoreError> {
    let now = app.clock.now();
    let state = match consent {
        Consent::Ask => SubscriberState::Pending,
        Consent::Given(_) => SubscriberState::Active,
    };
    let mut indexes = Vec::with_capacity(people.len());
    let mut rows = Vec::with_capacity(people.len());
    for (newcomer, said_yes) in people {
        let note = match consent {
            Consent::Given(note) => Some(said_yes.note.as_ref().unwrap_or(note).as_str()),
            Consent::Ask => None,
        };
        indexes.push(app.vault.address_indexes(&newcomer.address));
        let row = seal(app, newcomer, state, note, source, now)?;
        let confirmed_at = row.confirmed_at.map(|now| said_yes.at.unwrap_or(now));
        rows.push(NewSubscriber { confirmed_at, ..row });
    }
    let all: Vec<_> = indexes.iter().flatten().map(|(_, index)| index.clone()).collect();

    let mut tx = app.store.begin().await?;
    tx.lock_addresses(&all).await?;
    let suppressed: HashMap<_, _> = tx.suppressed_among(&all).await?.into_iter().collect();
    let known = tx.known_among(&all).await?;
    let mut answers: Vec<Option<Added>> = indexes
        .iter()
        .map(|indexes| {
            if let Some(reason) = indexes.iter().find_map(|(_, index)| suppressed.get(index)) {
                return Some(Added::Suppressed(*reason));
            }
            indexes.iter().any(|(_, index)| known.contains(index)).then_some(Added::Known)
        })
        .collect();
    let new: Vec<_> =
        rows.into_iter().zip(&answers).filter(|(_, answer)| answer.is_none()).map(|(row, _)| row).collect();
    // One that stands twice among them is added once.
    let mut added: HashMap<_, _> = tx.add_subscribers(&new).await?.into_iter().map(|(id, index)| (index, id)).collect();
    let mut readers = Vec::new();
    for ((answer, (newcomer, _)), indexes) in answers.iter_mut().zip(people).zip(&indexes) {
        if answer.is_some() {
            continue;
        }
        let current = indexes.iter().find_map(|(_, index)| added.remove(index));
        *answer = Some(match (current, state) {
            (None, _) => Added::Known,
            (Some(id), SubscriberState::Active) => Added::Active(id),
            (Some(id), _) => {
                readers.push(reader(app, id, &newcomer.preferences, app.vault.domain_index(&newcomer.address)?));
                Added::Asked(id)
            }
        });
    }
    letters::queue(&mut tx, EditionKind::Confirmation, &readers, now).await?;
    tx.commit().await?;
    Ok(answers.into_iter().flatten().collect())
}

/// Takes over for an admin, from another list, that these addresses must not be mailed; returns how many that is news of.
///
/// Who is on this list stays as they are: they may have come back since.
///
/// # Errors
///
/// When the store fails; then none of it was taken over.
pub async fn keep_away(app: &App, people: &[(Address, SuppressionReason)]) -> Result<u64, StoreError> {
    let now = app.clock.now();
    let indexes: Vec<_> = people.iter().map(|(address, _)| app.vault.address_indexes(address)).collect();
    let all: Vec<_> = indexes.iter().flatten().map(|(_, index)| index.clone()).collect();
    let mut tx = app.store.begin().await?;
    tx.lock_addresses(&all).await?;
    let known = tx.known_among(&all).await?;
    let mut news = 0;
    for ((_, reason), indexes) in people.iter().zip(&indexes) {
        if indexes.iter().any(|(_, index)| known.contains(index)) || tx.suppression(indexes).await?.is_some() {
            continue;
        }
        tx.suppress(indexes, *reason, now).await?;
        news += 1;
    }
    tx.commit().await?;
    Ok(news)
}

/// Signs somebody up from a page: whoever asks is told nothing; the mail tells the one whose address it is.
///
/// A stranger gets a confirmation mail; somebody on the list gets a fresh link instead; an address that must not be
/// mailed gets nothing. What was asked for waits at the confirmation mail's link and counts from when it is used: until
/// then who was here before keeps their choices. Asked for again before that, by whomever, it stays what the mail says.
///
/// # Errors
///
/// When the store fails.
pub async fn sign_up(app: &App, newcomer: &Newcomer) -> Result<(), StoreError> {
    let now = app.clock.now();
    let indexes = app.vault.address_indexes(&newcomer.address);
    let row = seal(app, newcomer, SubscriberState::Pending, None, "web", now)?;
    let mut tx = app.store.begin().await?;
    tx.lock_addresses(indexes.iter().map(|(_, index)| index)).await?;
    let suppression = tx.suppression(&indexes).await?;
    if suppression.as_ref().is_some_and(|suppression| !suppression.reason.lifts()) {
        return Ok(());
    }
    let kind;
    let id = match tx.subscriber_by_address(&indexes).await? {
        Some(known) if known.state == SubscriberState::Active && suppression.is_none() => {
            kind = EditionKind::Link;
            known.id
        }
        Some(known) => {
            kind = EditionKind::Confirmation;
            known.id
        }
        None => {
            kind = EditionKind::Confirmation;
            let row = NewSubscriber { suppression_id: suppression.map(|suppression| suppression.id), ..row.clone() };
            match tx.add_subscribers(&[row]).await?.first() {
                Some((id, _)) => *id,
                // Somebody signed the same address up this very moment: they have their mail.
                None => return Ok(()),
            }
        }
    };
    let mut reader = reader(app, id, &newcomer.preferences, row.domain_index);
    reader.asked = (kind == EditionKind::Confirmation).then_some(row);
    letters::queue(&mut tx, kind, &[reader], now).await?;
    tx.audit(now, "web", "asked", Some(id), None, Some(kind.as_str())).await?;
    tx.commit().await
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

/// What the holder of a live fresh link may see, and then change with [`save_preferences`].
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

async fn set_preferences(
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

fn reader(app: &App, id: SubscriberId, wanted: &Preferences, domain_index: i64) -> Reader {
    let language = wanted.language.clone().unwrap_or_else(|| app.config.site.language.clone());
    Reader { id, language, domain_index, asked: None }
}

fn seal(
    app: &App,
    newcomer: &Newcomer,
    state: SubscriberState,
    note: Option<&str>,
    source: &'static str,
    now: Timestamp,
) -> Result<NewSubscriber, StoreError> {
    let vault = &app.vault;
    let index = vault.address_index(&newcomer.address)?;
    let seal = |column, value: Option<&str>| {
        value.filter(|value| !value.is_empty()).map(|value| vault.seal(column, &index, value)).transpose()
    };
    Ok(NewSubscriber {
        state,
        key_id: vault.current_key(),
        domain_index: vault.domain_index(&newcomer.address)?,
        address: vault.seal(Column::Address, &index, &newcomer.address.as_given())?,
        name: seal(Column::Name, newcomer.name.as_deref())?,
        consent_note: seal(Column::ConsentNote, note)?,
        consent_source: source,
        confirmed_at: (state == SubscriberState::Active).then_some(now),
        created_at: now,
        preferences: newcomer.preferences.clone(),
        suppression_id: None,
        address_index: index,
    })
}
