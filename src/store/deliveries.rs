//! The ledger: one edition to one subscriber a line.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Result, Store, Tx, free_among, on, on_tx};
use crate::clock::Timestamp;
use crate::deliveries::DeliveryState;
use crate::editions::Lane;
use crate::id::{EditionId, SubscriberId, VariantId};

/// A delivery to be written.
#[derive(Clone, Copy, Debug)]
pub struct NewDelivery {
    /// To whom.
    pub subscriber: SubscriberId,
    /// Which variant.
    pub variant: VariantId,
    /// Their domain's keyed hash.
    pub domain_index: i64,
}

/// A line of the ledger.
#[derive(Clone, Debug, Serialize, sqlx_macros::FromRow)]
pub struct Delivery {
    /// The edition.
    pub edition_id: EditionId,
    /// To whom.
    pub subscriber_id: SubscriberId,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i32,
    /// When it is due, while it is queued.
    pub due_at: Timestamp,
    /// The relay of the last attempt.
    pub relay: Option<String>,
    /// How far the last attempt got.
    pub stage: Option<String>,
    /// The last reply's code.
    pub reply_code: Option<i32>,
    /// The last reply, without addresses.
    pub reply: Option<String>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

const COLUMNS: &str = "edition_id, subscriber_id, state, attempts, due_at, relay, stage, reply_code, reply, ended_at";

/// How many deliveries of a lane have not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct LaneQueue {
    /// Which lane.
    pub lane: Lane,
    /// To be sent now.
    pub due: i64,
    /// To be tried again later.
    pub later: i64,
    /// In the hands of a dispatcher.
    pub leased: i64,
    /// Since when the first of them is due.
    pub oldest_due: Option<Timestamp>,
}

/// How many deliveries of an edition are in each state.
pub type Counts = BTreeMap<DeliveryState, i64>;

impl Store {
    /// How many deliveries of an edition are in each state.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn counts(&self, edition: EditionId) -> Result<Counts> {
        const COUNT: &str = "SELECT state, count(*) FROM deliveries WHERE edition_id = $1 GROUP BY state";
        let rows: Vec<(DeliveryState, i64)> = on!(self, db => {
            sqlx::query_as(COUNT).bind(edition).fetch_all(db).await?
        });
        Ok(rows.into_iter().collect())
    }

    /// How many deliveries of open editions have not ended, by lane.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn queue_by_lane(&self, now: Timestamp) -> Result<Vec<LaneQueue>> {
        const COUNT: &str = "SELECT e.lane, count(CASE WHEN d.state = 'queued' AND d.due_at <= $1 THEN 1 END) AS due, \
                             count(CASE WHEN d.state = 'queued' AND d.due_at > $1 THEN 1 END) AS later, \
                             count(CASE WHEN d.state = 'leased' THEN 1 END) AS leased, \
                             min(CASE WHEN d.state = 'queued' AND d.due_at <= $1 THEN d.due_at END) AS oldest_due \
                             FROM editions e JOIN deliveries d ON d.edition_id = e.id \
                             WHERE e.state IN ('planning', 'sending') AND d.state IN ('queued', 'leased') \
                             GROUP BY e.lane ORDER BY e.lane";
        on!(self, db => Ok(sqlx::query_as(COUNT).bind(now).fetch_all(db).await?))
    }

    /// How many deliveries of an edition the relays took since `since`. It reads all of the edition's, for people who ask
    /// how it goes.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn accepted_since(&self, edition: EditionId, since: Timestamp) -> Result<i64> {
        const COUNT: &str =
            "SELECT count(*) FROM deliveries WHERE edition_id = $1 AND state = 'accepted' AND ended_at > $2";
        on!(self, db => Ok(sqlx::query_scalar(COUNT).bind(edition).bind(since).fetch_one(db).await?))
    }

    /// Up to `limit` lines of an edition's ledger after `after`, in order of subscriber.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn deliveries(
        &self,
        edition: EditionId,
        state: Option<DeliveryState>,
        after: SubscriberId,
        limit: i64,
    ) -> Result<Vec<Delivery>> {
        // The index of those that did not go well is used where its own condition is named, and the state as well.
        let of_state = match state {
            None => String::new(),
            Some(state @ (DeliveryState::Queued | DeliveryState::Leased | DeliveryState::Accepted)) => {
                format!("AND state = '{state}'")
            }
            Some(state) => format!("AND state = '{state}' AND state NOT IN ('queued', 'leased', 'accepted')"),
        };
        let page = sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM deliveries WHERE edition_id = $1 AND subscriber_id > $2 {of_state} \
             ORDER BY subscriber_id LIMIT $3"
        ));
        on!(self, db => Ok(sqlx::query_as(page).bind(edition).bind(after).bind(limit).fetch_all(db).await?))
    }

    /// A subscriber's latest `limit` deliveries, newest edition first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn deliveries_to(&self, subscriber: SubscriberId, limit: i64) -> Result<Vec<Delivery>> {
        let page = sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM deliveries WHERE subscriber_id = $1 ORDER BY edition_id DESC LIMIT $2"
        ));
        on!(self, db => Ok(sqlx::query_as(page).bind(subscriber).bind(limit).fetch_all(db).await?))
    }

    /// When the earliest queued delivery of an edition is due.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn next_due(&self, edition: EditionId) -> Result<Option<Timestamp>> {
        const NEXT: &str = "SELECT min(due_at) FROM deliveries WHERE edition_id = $1 AND state = 'queued'";
        on!(self, db => Ok(sqlx::query_scalar(NEXT).bind(edition).fetch_one(db).await?))
    }
}

impl Tx {
    /// Writes deliveries, due at `due`; one that is there already stays as it is. Returns how many are new.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn add_deliveries(&mut self, edition: EditionId, rows: &[NewDelivery], due: Timestamp) -> Result<u64> {
        let mut added = 0;
        // Six parameters a row: well under the limits of 32,766 (SQLite) and 65,535 (PostgreSQL).
        for rows in rows.chunks(1000) {
            added += on_tx!(self, db => {
                let mut query = sqlx::QueryBuilder::<Db>::new(
                    "INSERT INTO deliveries (edition_id, subscriber_id, variant_id, state, due_at, domain_index) ",
                );
                query.push_values(rows, |mut values, row| {
                    values
                        .push_bind(edition)
                        .push_bind(row.subscriber)
                        .push_bind(row.variant)
                        .push_bind(DeliveryState::Queued)
                        .push_bind(due)
                        .push_bind(row.domain_index);
                });
                query.push(" ON CONFLICT (edition_id, subscriber_id) DO NOTHING");
                query.build().execute(&mut *db).await?.rows_affected()
            });
        }
        Ok(added)
    }

    /// Notes that a digest with this cut-off reached these subscribers.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn advance_marks(&mut self, cut_off: Timestamp, reached: &[SubscriberId]) -> Result<()> {
        if reached.is_empty() {
            return Ok(());
        }
        on_tx!(self, db => {
            let mut query = sqlx::QueryBuilder::<Db>::new("UPDATE subscribers SET digest_mark = ");
            query.push_bind(cut_off).push(" WHERE digest_mark < ").push_bind(cut_off).push(" AND id IN (");
            let mut ids = query.separated(", ");
            for id in reached {
                ids.push_bind(*id);
            }
            query.push(")");
            query.build().execute(db).await?.rows_affected()
        });
        Ok(())
    }

    /// Ends up to `limit` queued deliveries of an edition as `state`, or as unknown where one may have arrived; returns whose.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn end_queued(
        &mut self,
        edition: EditionId,
        state: DeliveryState,
        limit: i64,
        now: Timestamp,
    ) -> Result<Vec<SubscriberId>> {
        const QUEUED: &str = "SELECT subscriber_id FROM deliveries WHERE edition_id = $1 AND state = 'queued' \
                              ORDER BY due_at LIMIT $4";
        // What another node is claiming meanwhile must not end under its hands.
        let end = sqlx::AssertSqlSafe(format!(
            "UPDATE deliveries SET state = CASE WHEN maybe_sent THEN 'unknown' ELSE $2 END, ended_at = $3 \
             WHERE edition_id = $1 AND subscriber_id {} RETURNING edition_id, subscriber_id, state",
            free_among(matches!(self, Self::Postgres(_)), QUEUED)
        ));
        let ended: Vec<(EditionId, SubscriberId, DeliveryState)> = on_tx!(self, db => {
            sqlx::query_as(end).bind(edition).bind(state.as_str()).bind(now).bind(limit).fetch_all(db).await?
        });
        self.mark_unknown(&ended).await?;
        Ok(ended.into_iter().map(|(_, subscriber, _)| subscriber).collect())
    }

    /// A digest that may have arrived counts as one that did: the next one must not bring its posts again.
    async fn mark_unknown(&mut self, ended: &[(EditionId, SubscriberId, DeliveryState)]) -> Result<()> {
        const CUT_OFF: &str = "SELECT cut_off_at FROM editions WHERE id = $1";
        let mut reached: BTreeMap<EditionId, Vec<SubscriberId>> = BTreeMap::new();
        for (edition, subscriber, _) in ended.iter().filter(|(_, _, state)| *state == DeliveryState::Unknown) {
            reached.entry(*edition).or_default().push(*subscriber);
        }
        for (edition, mut subscribers) in reached {
            subscribers.sort();
            let cut_off: Option<Timestamp> = on_tx!(self, db => {
                sqlx::query_scalar(CUT_OFF).bind(edition).fetch_one(db).await?
            });
            if let Some(cut_off) = cut_off {
                self.advance_marks(cut_off, &subscribers).await?;
            }
        }
        Ok(())
    }

    /// Ends a subscriber's queued deliveries as `state`, all of them or only those of digests. What tells of a change to an
    /// event that they follow stays.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn end_queued_of(
        &mut self,
        subscriber: SubscriberId,
        digests_only: bool,
        state: DeliveryState,
        now: Timestamp,
    ) -> Result<u64> {
        const END: &str = "UPDATE deliveries SET state = CASE WHEN maybe_sent THEN 'unknown' ELSE $3 END, ended_at = $4 \
             WHERE subscriber_id = $1 AND state = 'queued' AND edition_id IN \
             (SELECT id FROM editions WHERE state IN ('planning', 'sending', 'paused') AND (NOT $2 OR kind = 'digest') \
              AND NOT (kind IN ('correction', 'cancellation') AND EXISTS (SELECT 1 FROM followers f \
              WHERE f.appeal_id = editions.appeal_id AND f.subscriber_id = $1))) \
             RETURNING edition_id, subscriber_id, state";
        let ended: Vec<(EditionId, SubscriberId, DeliveryState)> = on_tx!(self, db => {
            let query = sqlx::query_as(END).bind(subscriber).bind(digests_only).bind(state.as_str()).bind(now);
            query.fetch_all(db).await?
        });
        self.mark_unknown(&ended).await?;
        Ok(ended.len() as u64)
    }
}
