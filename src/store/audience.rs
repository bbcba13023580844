//! Whom a digest may be for.

use super::{Result, Store, on};
use crate::clock::Timestamp;
use crate::id::SubscriberId;
use crate::subscribers::Cadence;

/// Whom a digest is for.
#[derive(Clone, Copy, Debug)]
pub struct Audience<'a> {
    /// Those with this cadence.
    pub cadence: Cadence,
    /// Of one zone only.
    pub zone: Option<&'a str>,
    /// The zone of those who chose none.
    pub site_zone: &'a str,
    /// The newest post's tick: who has had that is due nothing.
    pub newest: Timestamp,
    /// Who pauses beyond this is left out.
    pub now: Timestamp,
}

/// A subscriber who may be due a digest.
#[derive(Clone, Debug, sqlx_macros::FromRow)]
pub struct Candidate {
    /// Who.
    pub id: SubscriberId,
    /// Their language, if they chose one.
    pub language: Option<String>,
    /// Their topics.
    pub topics: String,
    /// Their domain's keyed hash.
    pub domain_index: i64,
    /// Posts up to here they have had.
    pub digest_mark: Timestamp,
}

impl Store {
    /// The next `limit` subscribers after `after` who may be due a digest, in order of number.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn digest_candidates(
        &self,
        of: &Audience<'_>,
        after: SubscriberId,
        limit: i64,
    ) -> Result<Vec<Candidate>> {
        const NEXT: &str = "SELECT id, language, topics, domain_index, digest_mark FROM subscribers \
             WHERE state = 'active' AND cadence = $1 AND id > $2 AND suppression_id IS NULL AND digest_mark < $3 \
             AND (paused_until IS NULL OR paused_until <= $4) \
             AND (CAST($5 AS TEXT) IS NULL OR COALESCE(time_zone, $6) = $5) ORDER BY id LIMIT $7";
        on!(self, db => {
            let query = sqlx::query_as(NEXT).bind(of.cadence).bind(after).bind(of.newest).bind(of.now);
            Ok(query.bind(of.zone).bind(of.site_zone).bind(limit).fetch_all(db).await?)
        })
    }

    /// The zones that active subscribers of `cadence` live in, where those who chose none have `site_zone`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn digest_zones(&self, cadence: Cadence, site_zone: &str) -> Result<Vec<String>> {
        const ZONES: &str =
            "SELECT DISTINCT COALESCE(time_zone, $2) FROM subscribers WHERE state = 'active' AND cadence = $1";
        on!(self, db => Ok(sqlx::query_scalar(ZONES).bind(cadence).bind(site_zone).fetch_all(db).await?))
    }
}
