//! Letters: mail to one person that their own request called for.
//!
//! A letter is a delivery like any other, of an edition that stands for a stretch of time. As a delivery is unique by
//! edition and subscriber, that stretch is also how often one person can be written to: once a day to confirm, once
//! in ten minutes for a fresh link.

use std::time::Duration;

use chrono::{DurationRound, TimeDelta};

use crate::clock::Timestamp;
use crate::editions::{EditionKind, EditionState};
use crate::id::{EditionId, SubscriberId};
use crate::store::deliveries::NewDelivery;
use crate::store::editions::NewEdition;
use crate::store::links::LinkPurpose;
use crate::store::subscribers::NewSubscriber;
use crate::store::{StoreError, Tx};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// How long a confirmation link works.
pub const CONFIRM_FOR: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long a fresh link to the preferences works.
pub const PREFERENCES_FOR: Duration = HOUR;

/// Somebody to write to.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Who.
    pub id: SubscriberId,
    /// In which language.
    pub language: String,
    /// Their domain's keyed hash.
    pub domain_index: i64,
    /// What they are to get, and as whom, once they use the letter's link; nothing where that stands already.
    pub asked: Option<NewSubscriber>,
}

/// The most letters of one kind that somebody gets in its stretch of time, however often they use their links up.
const ROUNDS: usize = 2;

/// Queues a letter of `kind` to each of `readers`, at most one to each in the kind's stretch of time. Whoever used up the
/// link that it brought, as by confirming and leaving again, gets another: only who reads their mail can bring that about.
///
/// # Errors
///
/// When the database fails.
pub async fn queue(tx: &mut Tx, kind: EditionKind, readers: &[Reader], now: Timestamp) -> Result<(), StoreError> {
    if readers.is_empty() {
        return Ok(());
    }
    let (stretch, format, link, tried_for) = match kind {
        EditionKind::Link => {
            (TimeDelta::minutes(10), "%Y-%m-%dT%H:%M", Some((LinkPurpose::Preferences, PREFERENCES_FOR)), HOUR)
        }
        EditionKind::Confirmation => {
            (TimeDelta::days(1), "%Y-%m-%d", Some((LinkPurpose::Confirm, CONFIRM_FOR)), 3 * DAY)
        }
        _ => (TimeDelta::days(1), "%Y-%m-%d", None, 3 * DAY),
    };
    let begins = now.to_utc().duration_trunc(stretch).unwrap_or(now.to_utc());
    // Whoever asks at the end of the stretch has the full time too.
    let deadline = Timestamp::from(begins + stretch).plus(tried_for);
    let key = format!("{kind}/{}", begins.format(format));
    let mut waiting: Vec<&Reader> = readers.iter().collect();
    for round in 1..=ROUNDS {
        let key = if round == 1 { key.clone() } else { format!("{key}/{round}") };
        let edition = open_edition(tx, kind, key, deadline, now).await?;
        let ids: Vec<SubscriberId> = waiting.iter().map(|reader| reader.id).collect();
        let used = if link.is_some() { tx.used_links(edition, &ids).await? } else { Vec::new() };
        let (again, fresh) = waiting.into_iter().partition(|reader: &&Reader| used.contains(&reader.id));
        write(tx, edition, fresh, link, now).await?;
        waiting = again;
        if waiting.is_empty() {
            break;
        }
    }
    tx.wake().await
}

async fn write(
    tx: &mut Tx,
    edition: EditionId,
    readers: Vec<&Reader>,
    link: Option<(LinkPurpose, Duration)>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(readers.len());
    let mut variants: Vec<(&str, _)> = Vec::new();
    for reader in readers {
        let variant = match variants.iter().find(|(language, _)| *language == reader.language) {
            Some((_, variant)) => *variant,
            None => {
                let variant = tx.make_variant(edition, &reader.language, "").await?;
                variants.push((&reader.language, variant));
                variant
            }
        };
        // A letter's link brings what the letter says: what is asked for later, perhaps by a stranger, does not change it.
        if let Some((purpose, lives)) = link
            && tx.make_link(edition, reader.id, purpose, now, now.plus(lives)).await?
            && let Some(asked) = &reader.asked
        {
            tx.keep_asked(edition, reader.id, asked).await?;
        }
        rows.push(NewDelivery { subscriber: reader.id, variant, domain_index: reader.domain_index });
    }
    tx.add_deliveries(edition, &rows, now).await?;
    Ok(())
}

async fn open_edition(
    tx: &mut Tx,
    kind: EditionKind,
    key: String,
    deadline_at: Timestamp,
    now: Timestamp,
) -> Result<EditionId, StoreError> {
    let new = NewEdition {
        kind,
        key,
        state: EditionState::Sending,
        cadence: None,
        slot_at: None,
        time_zone: None,
        cut_off_at: None,
        appeal: None,
        created_by: "request".to_owned(),
        hold_until: None,
        deadline_at,
    };
    if let Some(id) = tx.make_edition(&new, now).await? {
        return Ok(id);
    }
    let Some(known) = tx.edition_by_key(&new.key).await? else {
        return Err(StoreError::Query(sqlx::Error::RowNotFound));
    };
    // It was over for those before; for this reader it goes on.
    // Also where it is still open: that locks its row, so that it cannot end before this delivery is in it. It may end
    // between the first look and the second.
    let from = [EditionState::Done, EditionState::Sending, EditionState::Done];
    tx.move_edition(known.id, &from, EditionState::Sending, now).await?;
    Ok(known.id)
}
