//! Domains that block our mail. They are known by their keyed hash only.

use std::time::Duration;

use serde::Serialize;

use super::{Result, Store, Tx, on, on_tx};
use crate::clock::Timestamp;

/// A block that nothing was sent into for this long is forgotten.
const STALE: Duration = Duration::from_secs(24 * 3600);

/// The pauses after the first, second, ... block, in seconds; the last one repeats.
const PAUSES: [u64; 5] = [60, 300, 900, 1800, 3600];

/// A domain that blocked our mail and has taken none since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx_macros::FromRow)]
pub struct BlockedDomain {
    /// The keyed hash of its name.
    pub domain_index: i64,
    /// How often it blocked, each time after the pause before.
    pub blocks: i32,
    /// Since when.
    pub since: Timestamp,
    /// Nothing is sent to it before this.
    pub paused_until: Timestamp,
    /// The relay by which it was asked.
    pub relay: String,
    /// What was said, without addresses.
    pub reason: String,
}

impl BlockedDomain {
    /// What it is called where people are told of it, as its name is nobody's business.
    pub fn number(&self) -> String {
        format!("{:016x}", self.domain_index)
    }
}

/// How long a domain is left alone after so many blocks.
fn pause(blocks: i32) -> Duration {
    let step = usize::try_from(blocks.max(1) - 1).unwrap_or(0);
    Duration::from_secs(PAUSES.get(step).or(PAUSES.last()).copied().unwrap_or(60))
}

impl Store {
    /// Domains that block our mail at present, the longest first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn blocked_domains(&self, now: Timestamp) -> Result<Vec<BlockedDomain>> {
        const ALL: &str = "SELECT domain_index, blocks, since, paused_until, relay, reason FROM domains \
                           WHERE paused_until > $1 ORDER BY since, domain_index";
        on!(self, db => Ok(sqlx::query_as(ALL).bind(now.minus(STALE)).fetch_all(db).await?))
    }
}

impl Tx {
    /// Notes that a domain blocks our mail; returns until when it is left alone. While it is already, that stays.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn block_domain(&mut self, domain: i64, relay: &str, reason: &str, now: Timestamp) -> Result<Timestamp> {
        const BLOCK: &str = "INSERT INTO domains (domain_index, blocks, since, paused_until, relay, reason) \
             VALUES ($1, 1, $2, $2, $4, $5) ON CONFLICT (domain_index) DO UPDATE SET relay = excluded.relay, \
             reason = excluded.reason, \
             since = CASE WHEN domains.paused_until <= $3 THEN excluded.since ELSE domains.since END, \
             blocks = CASE WHEN domains.paused_until <= $3 THEN 1 WHEN domains.paused_until <= $2 THEN domains.blocks + 1 \
             ELSE domains.blocks END RETURNING blocks, paused_until";
        const PAUSE: &str = "UPDATE domains SET paused_until = $2 WHERE domain_index = $1";
        let (blocks, paused_until): (i32, Timestamp) = on_tx!(self, db => {
            let query = sqlx::query_as(BLOCK).bind(domain).bind(now).bind(now.minus(STALE)).bind(relay).bind(reason);
            query.fetch_one(db).await?
        });
        if paused_until > now {
            return Ok(paused_until);
        }
        let until = now.plus(pause(blocks));
        on_tx!(self, db => sqlx::query(PAUSE).bind(domain).bind(until).execute(db).await?.rows_affected());
        Ok(until)
    }

    /// Notes that a domain took our mail, unless it has blocked it again since.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn lift_domain(&mut self, domain: i64, now: Timestamp) -> Result<bool> {
        const LIFT: &str = "DELETE FROM domains WHERE domain_index = $1 AND paused_until <= $2";
        let lifted = on_tx!(self, db => sqlx::query(LIFT).bind(domain).bind(now).execute(db).await?.rows_affected());
        Ok(lifted == 1)
    }

    /// Puts back, until their domain's pause is over, those of a claim whose domain blocks our mail, so that they do not
    /// stand before others.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn postpone(&mut self, lease: i64, now: Timestamp) -> Result<u64> {
        const POSTPONE: &str = "UPDATE deliveries SET state = 'queued', lease = NULL, lease_until = NULL, holder = NULL, \
             due_at = (SELECT b.paused_until FROM domains b WHERE b.domain_index = deliveries.domain_index) \
             WHERE state = 'leased' AND lease = $1 AND domain_index IN \
             (SELECT b.domain_index FROM domains b WHERE b.paused_until > $2)";
        on_tx!(self, db => Ok(sqlx::query(POSTPONE).bind(lease).bind(now).execute(db).await?.rows_affected()))
    }
}
