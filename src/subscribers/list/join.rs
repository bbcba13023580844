//! Joining: by a page, by a command, or from another list.

use std::collections::HashMap;

use super::reader;
use crate::address::Address;
use crate::app::App;
use crate::clock::Timestamp;
use crate::editions::EditionKind;
use crate::editions::letters;
use crate::id::SubscriberId;
use crate::store::StoreError;
use crate::store::subscribers::NewSubscriber;
use crate::subscribers::{Preferences, SubscriberState, SuppressionReason};
use crate::vault::Column;

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
