//! Who gets which mailing of an appeal's present version: the one decision that planning, recording and clearing up share.
//!
//! It looks at the ledger within the transaction that writes, so it comes out the same whichever of them meets somebody
//! first, and a person who is met twice is written down once.

use std::collections::HashMap;

use super::Version;
use crate::app::App;
use crate::clock::Timestamp;
use crate::deliveries::DeliveryState;
use crate::editions::{EditionKind, EditionState};
use crate::id::{AppealId, EditionId, SubscriberId, VersionId};
use crate::store::deliveries::NewDelivery;
use crate::store::editions::Edition;
use crate::store::told::Reader;
use crate::store::{Result, StoreError, Tx};

/// From which version somebody is corrected, as text of a variant: `since.12`; empty for who is told anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Since(pub Option<VersionId>);

impl std::fmt::Display for Since {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.map_or(Ok(()), |version| write!(f, "since.{version}"))
    }
}

impl std::str::FromStr for Since {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        text.strip_prefix("since.").map(str::parse).transpose().map(Self)
    }
}

/// An appeal as it is now, and the mailings that bring it.
#[derive(Clone, Debug)]
pub struct Present {
    /// Its version.
    pub version: Version,
    /// The mailing that calls those who have not heard of it; none once it was called off.
    pub call: Option<Edition>,
    /// The mailing that corrects those who heard something else.
    pub correction: Option<Edition>,
    /// Whether an earlier version was mailed, so that the ledger has to be asked.
    pub has_past: bool,
}

impl Present {
    /// Reads it within a transaction.
    ///
    /// # Errors
    ///
    /// When the database fails, or the appeal has no version.
    pub async fn read(tx: &mut Tx, appeal: AppealId) -> Result<Self> {
        let Some(version) = tx.current_version(appeal).await? else {
            return Err(StoreError::Value { table: "appeal_versions", column: "appeal_id", row: appeal.0 });
        };
        let (mut call, mut correction, mut has_past) = (None, None, false);
        for edition in tx.appeal_editions(appeal).await? {
            let closed = matches!(edition.state, EditionState::Cancelled | EditionState::Superseded);
            match edition.kind {
                _ if edition.appeal_version_id != Some(version.id) => has_past = true,
                EditionKind::Appeal if !closed => call = Some(edition),
                EditionKind::Correction | EditionKind::Cancellation if !closed => correction = Some(edition),
                _ => {}
            }
        }
        Ok(Self { version, call, correction, has_past })
    }

    /// What each of `people` is still to get of this version: a call, or a correction from what they had. Nobody is in it
    /// whose last mail reads the same, nor who has a mail of an earlier version in a relay's hands: its outcome decides.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn wanting(&self, tx: &mut Tx, people: &[SubscriberId]) -> Result<Vec<(Reader, Since)>> {
        let appeal = self.version.appeal;
        let readers = tx.readers_among(appeal, people).await?;
        let had = if self.has_past { tx.had_among(appeal, people).await? } else { Default::default() };
        let mut wanting = Vec::with_capacity(readers.len());
        let mut alike = HashMap::new();
        for reader in readers {
            let had = had.get(&reader.id).copied().unwrap_or_default();
            let since = match had.version {
                _ if had.in_hand => continue,
                Some(version) if version >= self.version.id => continue,
                Some(version) if !self.reads_like(tx, version, &mut alike).await? => Some(version),
                Some(version) if had.taken == Some(version) => continue,
                // What reads the same may not have arrived.
                Some(version) => match had.taken {
                    Some(taken) if self.reads_like(tx, taken, &mut alike).await? => continue,
                    taken => taken.or(Some(version)),
                },
                None if reader.alerts && self.version.is_for(reader.region.as_deref()) => None,
                None => continue,
            };
            wanting.push((reader, Since(since)));
        }
        Ok(wanting)
    }

    /// Whether an earlier version reads the same as this one.
    async fn reads_like(&self, tx: &mut Tx, id: VersionId, known: &mut HashMap<VersionId, bool>) -> Result<bool> {
        if let Some(alike) = known.get(&id) {
            return Ok(*alike);
        }
        let alike = tx.version(id).await?.is_some_and(|version| version.reads_like(&self.version));
        known.insert(id, alike);
        Ok(alike)
    }

    /// Writes down for each of `people` what they are still to get of this version; returns how many rows are new.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn write(
        &self,
        tx: &mut Tx,
        site_language: &str,
        people: &[SubscriberId],
        now: Timestamp,
    ) -> Result<u64> {
        let mut rows: HashMap<EditionId, Vec<NewDelivery>> = HashMap::new();
        let mut variants = HashMap::new();
        let wanting = self.wanting(tx, people).await?;
        for (reader, since) in &wanting {
            let since = *since;
            let edition = if since.0.is_some() { &self.correction } else { &self.call };
            let Some(edition) = edition else { continue };
            let language = reader.language.as_deref().unwrap_or(site_language);
            let variant = match variants.get(&(edition.id, language, since)) {
                Some(variant) => *variant,
                None => {
                    let variant = tx.make_variant(edition.id, language, &since.to_string()).await?;
                    variants.insert((edition.id, language, since), variant);
                    variant
                }
            };
            rows.entry(edition.id).or_default().push(NewDelivery {
                subscriber: reader.id,
                variant,
                domain_index: reader.domain_index,
            });
        }
        let mut added = 0;
        for (edition, rows) in &rows {
            let new = tx.add_deliveries(*edition, rows, now).await?;
            if new > 0 {
                // It may have ended before this outcome was known.
                tx.move_edition(*edition, &[EditionState::Done], EditionState::Sending, now).await?;
            }
            added += new;
        }
        Ok(added)
    }
}

/// After the outcomes of mails of a replaced version: who had one is corrected.
///
/// # Errors
///
/// When the database fails.
pub async fn after_outcomes(
    tx: &mut Tx,
    app: &App,
    appeal: AppealId,
    reached: &[SubscriberId],
    now: Timestamp,
) -> Result<()> {
    let present = Present::read(tx, appeal).await?;
    present.write(tx, &app.config.site.language, reached, now).await?;
    tx.wake().await
}

/// Ends up to `limit` open deliveries of each replaced mailing, and writes down what their people get instead; says how
/// many ended.
///
/// # Errors
///
/// When the database fails.
pub async fn settle(app: &App, limit: i64) -> Result<u64> {
    let now = app.clock.now();
    let mut ended = 0;
    for edition in app.store.superseded_editions().await? {
        let mut tx = app.store.begin().await?;
        let people = tx.end_queued(edition.id, DeliveryState::Cancelled, limit, now).await?;
        if let Some(appeal) = edition.appeal_id.filter(|_| !people.is_empty()) {
            Present::read(&mut tx, appeal).await?.write(&mut tx, &app.config.site.language, &people, now).await?;
        }
        tx.settle_edition(edition.id, now).await?;
        tx.commit().await?;
        ended += people.len() as u64;
    }
    Ok(ended)
}
