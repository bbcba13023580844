//! Digests: which slot is due, and the edition that stands for it.

use std::time::Duration;

use chrono_tz::Tz;

use crate::app::App;
use crate::clock::Timestamp;
use crate::editions::{EditionKind, EditionState};
use crate::id::EditionId;
use crate::schedule::{Schedule, ScheduleError};
use crate::store::StoreError;
use crate::store::editions::NewEdition;
use crate::subscribers::Cadence;

/// How long a mail about each new post is worth sending, unless the next one replaces it.
const EACH_LIVES: Duration = Duration::from_secs(24 * 3600);

/// Why no digest was planned.
#[derive(Debug, thiserror::Error)]
pub enum DigestError {
    /// The instant lies ahead.
    #[error("--at {0} lies ahead; a digest can be planned for a slot that has come")]
    Ahead(Timestamp),
    /// The slot's digest would be stale at once.
    #[error("{} expired at {expired}, when the next one was due; plan a later one", in_words(*cadence, *slot))]
    Stale {
        /// Which digest.
        cadence: Cadence,
        /// Its slot.
        slot: Timestamp,
        /// When it expired.
        expired: Timestamp,
    },
    /// The cron line never comes true.
    #[error("the {0} digest is never due; look at digests.{0} in the config")]
    Never(Cadence),
    /// The cron line cannot be read.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A digest in words, such as `the weekly digest of 2026-03-02T08:00:00Z`. Who wants each post has no slots: theirs is
/// what is new.
pub fn in_words(cadence: Cadence, slot: Timestamp) -> String {
    match cadence {
        Cadence::Each => format!("what was new at {slot} for those who want each post"),
        Cadence::Daily | Cadence::Weekly | Cadence::Monthly => format!("the {cadence} digest of {slot}"),
    }
}

/// A digest that is due: what its edition is made from.
#[derive(Clone, Debug)]
pub struct Due {
    /// Which digest.
    pub cadence: Cadence,
    /// The slot it is for.
    pub slot: Timestamp,
    /// The zone in which the slot was read.
    pub zone: Tz,
    /// Posts listed up to this are in it.
    pub cut_off: Timestamp,
    /// When it is stale.
    pub expires: Timestamp,
}

impl Due {
    /// What makes planning it twice plan it once.
    pub fn key(&self) -> String {
        format!("digest/{}/{}/{}", self.cadence, self.slot, self.zone)
    }
}

/// The zones on whose clocks the digests of `cadence` are due: the site's, or each that its subscribers live in.
///
/// # Errors
///
/// When the store fails.
pub async fn zones(app: &App, cadence: Cadence) -> Result<Vec<Tz>, StoreError> {
    let site = app.config.site.time_zone;
    // Those who want each post get it at once, wherever they are.
    if !app.config.digests.local_time || cadence == Cadence::Each {
        return Ok(vec![site]);
    }
    let stored = app.store.digest_zones(cadence, site.name()).await?;
    let mut zones: Vec<Tz> = stored.iter().filter_map(|zone| zone.parse().ok()).collect();
    zones.sort_by_key(|zone: &Tz| zone.name());
    Ok(zones)
}

/// The digests of `cadence` that are due at `at`: one, or one for each zone its subscribers live in.
///
/// # Errors
///
/// When `at` lies ahead, the slot is stale, the cron line is no use, or the store fails.
pub async fn due(app: &App, cadence: Cadence, at: Timestamp) -> Result<Vec<Due>, DigestError> {
    due_in(app, cadence, &zones(app, cadence).await?, at).await
}

/// As [`due`], for zones looked up before with [`zones`].
///
/// # Errors
///
/// As those of [`due`].
pub async fn due_in(app: &App, cadence: Cadence, zones: &[Tz], at: Timestamp) -> Result<Vec<Due>, DigestError> {
    let now = app.clock.now();
    if at > now {
        return Err(DigestError::Ahead(at));
    }
    let Some(line) = app.config.digests.line(cadence) else { return due_each(app, at).await };
    let schedule = Schedule::parse(line)?;
    let mut due = Vec::new();
    for &zone in zones {
        let slot = schedule.latest(at, zone).ok_or(DigestError::Never(cadence))?;
        let expires = schedule.expiry(slot, zone).unwrap_or(Timestamp(i64::MAX));
        if expires <= now {
            return Err(DigestError::Stale { cadence, slot, expired: expires });
        }
        due.push(Due { cadence, slot, zone, cut_off: at, expires });
    }
    Ok(due)
}

/// A mail about what is new since the last one, if anything is: its slot is the newest post's tick.
async fn due_each(app: &App, at: Timestamp) -> Result<Vec<Due>, DigestError> {
    let zone = app.config.site.time_zone;
    let last = app.store.latest_cut_off(Cadence::Each).await?.unwrap_or(Timestamp(0));
    let newest = app.store.listed_posts(last, at).await?.first().map(|post| post.listed_at);
    Ok(newest
        .map(|slot| Due { cadence: Cadence::Each, slot, zone, cut_off: slot, expires: at.plus(EACH_LIVES) })
        .into_iter()
        .collect())
}

/// Makes the edition of a digest that is due, in state planning, and lets earlier ones of its cadence expire.
///
/// Planning it again gives the same edition; the flag says whether it was made now.
///
/// # Errors
///
/// When the store fails.
pub async fn open(app: &App, due: &Due, by: &'static str) -> Result<(EditionId, bool), StoreError> {
    let now = app.clock.now();
    let new = NewEdition {
        kind: EditionKind::Digest,
        key: due.key(),
        state: EditionState::Planning,
        cadence: Some(due.cadence),
        slot_at: Some(due.slot),
        time_zone: Some(due.zone.name().to_owned()),
        cut_off_at: Some(due.cut_off),
        appeal: None,
        created_by: by.to_owned(),
        hold_until: None,
        deadline_at: due.expires,
    };
    let mut tx = app.store.begin().await?;
    // Before anything is read: from here on no post can be listed behind the cut-off.
    tx.cut_off(due.cut_off).await?;
    let made = tx.make_edition(&new, now).await?;
    let Some(known) = tx.edition_by_key(&new.key).await? else {
        return Err(StoreError::Query(sqlx::Error::RowNotFound));
    };
    if made.is_some() {
        tx.supersede_digests(&known, now).await?;
        tx.audit(now, by, "planned", None, Some(known.id), None).await?;
        tx.wake().await?;
    }
    tx.commit().await?;
    Ok((known.id, made.is_some()))
}
