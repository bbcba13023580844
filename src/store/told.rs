//! Who is called by an appeal, and who was told what about it: read from the list and from the ledger.

use std::collections::BTreeMap;

use super::{Result, Store, Tx, on, on_tx};
use crate::clock::Timestamp;
use crate::deliveries::DeliveryState;
use crate::editions::EditionState;
use crate::id::{AppealId, EditionId, SubscriberId, VersionId};
use crate::store::editions::{COLUMNS, Edition};

/// Somebody whom a mailing about an appeal may be for.
#[derive(Clone, Debug, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Reader {
    /// Who.
    pub id: SubscriberId,
    /// Their language, if they chose one.
    pub language: Option<String>,
    /// Their domain's keyed hash.
    pub domain_index: i64,
    /// Where they live, if they said so.
    pub region: Option<String>,
    /// Whether they want to be called to what is new to them; who left wants only to hear what changes.
    pub alerts: bool,
}

/// What the ledger says of somebody and an appeal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Had {
    /// The last version that they had, or may have had.
    pub version: Option<VersionId>,
    /// The last one of those that a relay took for them.
    pub taken: Option<VersionId>,
    /// Whether a mail about it is in a relay's hands.
    pub in_hand: bool,
}

impl Store {
    /// The next `limit` subscribers after `after` who want alerts and belong to one of `regions` or to none, in order of
    /// number; all of them where there are no `regions`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn alert_readers(&self, regions: &[String], after: SubscriberId, limit: i64) -> Result<Vec<Reader>> {
        on!(self, db => {
            let mut query = sqlx::QueryBuilder::<Db>::new(
                "SELECT id, language, domain_index, region, alerts FROM subscribers WHERE state = 'active' AND alerts \
                 AND suppression_id IS NULL AND id > ",
            );
            query.push_bind(after);
            if !regions.is_empty() {
                query.push(" AND (region IS NULL OR region IN (");
                let mut list = query.separated(", ");
                for region in regions {
                    list.push_bind(region);
                }
                query.push("))");
            }
            query.push(" ORDER BY id LIMIT ").push_bind(limit);
            Ok(query.build_query_as().fetch_all(db).await?)
        })
    }

    /// The next `limit` subscribers after `after` whom this edition reached, or may have, in order of number.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn reached(&self, edition: EditionId, after: SubscriberId, limit: i64) -> Result<Vec<SubscriberId>> {
        const REACHED: &str = "SELECT subscriber_id FROM deliveries WHERE edition_id = $1 AND subscriber_id > $2 \
             AND (state IN ('accepted', 'unknown') OR (state = 'queued' AND maybe_sent)) ORDER BY subscriber_id LIMIT $3";
        on!(self, db => Ok(sqlx::query_scalar(REACHED).bind(edition).bind(after).bind(limit).fetch_all(db).await?))
    }

    /// All mailings about an appeal, oldest first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn appeal_editions(&self, appeal: AppealId) -> Result<Vec<Edition>> {
        on!(self, db => Ok(sqlx::query_as(of_appeal()).bind(appeal).fetch_all(db).await?))
    }

    /// The mailings about an appeal that reached a subscriber before `before`, oldest first: the thread that the next
    /// one goes on.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn thread(&self, appeal: AppealId, to: SubscriberId, before: EditionId) -> Result<Vec<EditionId>> {
        const THREAD: &str = "SELECT e.id FROM editions e JOIN deliveries d ON d.edition_id = e.id \
             WHERE e.appeal_id = $1 AND d.subscriber_id = $2 AND e.id < $3 \
             AND d.state IN ('accepted', 'unknown') ORDER BY e.id";
        on!(self, db => Ok(sqlx::query_scalar(THREAD).bind(appeal).bind(to).bind(before).fetch_all(db).await?))
    }

    /// Which of the subscribers from `from` to `to` have mail about which of these appeals, or will have it.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn who_had(
        &self,
        appeals: &[AppealId],
        from: SubscriberId,
        to: SubscriberId,
    ) -> Result<Vec<(SubscriberId, AppealId)>> {
        if appeals.is_empty() {
            return Ok(Vec::new());
        }
        on!(self, db => {
            let mut query = sqlx::QueryBuilder::<Db>::new(
                "SELECT d.subscriber_id, e.appeal_id FROM editions e JOIN deliveries d ON d.edition_id = e.id \
                 WHERE d.state IN ('accepted', 'unknown', 'queued', 'leased') AND d.subscriber_id >= ",
            );
            query.push_bind(from).push(" AND d.subscriber_id <= ").push_bind(to).push(" AND e.appeal_id IN (");
            let mut list = query.separated(", ");
            for appeal in appeals {
                list.push_bind(*appeal);
            }
            query.push(")");
            Ok(query.build_query_as().fetch_all(db).await?)
        })
    }

    /// How many mailings about these appeals are being planned, their hold being over.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn appeals_in_planning(&self, appeals: &[AppealId], now: Timestamp) -> Result<i64> {
        if appeals.is_empty() {
            return Ok(0);
        }
        on!(self, db => {
            let mut query = sqlx::QueryBuilder::<Db>::new(
                "SELECT count(*) FROM editions WHERE state = 'planning' AND deadline_at > ",
            );
            query.push_bind(now).push(" AND (hold_until IS NULL OR hold_until <= ").push_bind(now);
            query.push(") AND appeal_id IN (");
            let mut list = query.separated(", ");
            for appeal in appeals {
                list.push_bind(*appeal);
            }
            query.push(")");
            Ok(query.build_query_scalar().fetch_one(db).await?)
        })
    }

    /// Mailings that were replaced and whose open deliveries are not all over yet.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn superseded_editions(&self) -> Result<Vec<Edition>> {
        let open = sqlx::AssertSqlSafe(format!("{COLUMNS}WHERE state = 'superseded' AND ended_at IS NULL ORDER BY id"));
        on!(self, db => Ok(sqlx::query_as(open).fetch_all(db).await?))
    }
}

fn of_appeal() -> sqlx::AssertSqlSafe<String> {
    sqlx::AssertSqlSafe(format!("{COLUMNS}WHERE appeal_id = $1 ORDER BY id"))
}

impl Tx {
    /// All mailings about an appeal, as they are within the transaction, oldest first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn appeal_editions(&mut self, appeal: AppealId) -> Result<Vec<Edition>> {
        on_tx!(self, db => Ok(sqlx::query_as(of_appeal()).bind(appeal).fetch_all(db).await?))
    }

    /// How many have an edition, may have it, or are about to.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn told_count(&mut self, edition: EditionId) -> Result<i64> {
        const TOLD: &str = "SELECT count(*) FROM deliveries WHERE edition_id = $1 AND (state IN ('accepted', 'unknown', \
                            'leased') OR (state = 'queued' AND maybe_sent))";
        on_tx!(self, db => Ok(sqlx::query_scalar(TOLD).bind(edition).fetch_one(db).await?))
    }

    /// How many heard of an appeal, may have, or are about to, by whichever of its mailings.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn heard_count(&mut self, appeal: AppealId) -> Result<i64> {
        const HEARD: &str = "SELECT count(DISTINCT d.subscriber_id) FROM editions e CROSS JOIN deliveries d \
             WHERE d.edition_id = e.id AND e.appeal_id = $1 AND (d.state IN ('accepted', 'unknown', 'leased') \
             OR (d.state = 'queued' AND d.maybe_sent))";
        on_tx!(self, db => Ok(sqlx::query_scalar(HEARD).bind(appeal).fetch_one(db).await?))
    }

    /// Closes every mailing about an appeal that is not over, its reminders only where `reminders` says so: nothing more
    /// of them is claimed.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn supersede_appeal(&mut self, appeal: AppealId, reminders: bool) -> Result<u64> {
        const SUPERSEDE: &str = "UPDATE editions SET state = 'superseded' WHERE appeal_id = $1 \
                                 AND state IN ('planning', 'sending', 'paused') AND ($2 OR kind <> 'reminder')";
        on_tx!(self, db => Ok(sqlx::query(SUPERSEDE).bind(appeal).bind(reminders).execute(db).await?.rows_affected()))
    }

    /// Notes that a replaced mailing is over, once none of its deliveries is open.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn settle_edition(&mut self, id: EditionId, now: Timestamp) -> Result<bool> {
        const SETTLE: &str = "UPDATE editions SET ended_at = $2 WHERE id = $1 AND state = 'superseded' \
             AND (SELECT min(due_at) FROM deliveries WHERE edition_id = $1 AND state = 'queued') IS NULL \
             AND (SELECT min(due_at) FROM deliveries WHERE edition_id = $1 AND state = 'leased') IS NULL";
        Ok(on_tx!(self, db => sqlx::query(SETTLE).bind(id).bind(now).execute(db).await?.rows_affected()) == 1)
    }

    /// Those of `among` who may be written to about an appeal, in order of number: who is on the list, and who left but
    /// follows it.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn readers_among(&mut self, appeal: AppealId, among: &[SubscriberId]) -> Result<Vec<Reader>> {
        if among.is_empty() {
            return Ok(Vec::new());
        }
        on_tx!(self, db => {
            // Found by number first: where PostgreSQL has not yet counted a list that was just imported, it would otherwise go
            // through an index of all who are active.
            let mut query = sqlx::QueryBuilder::<Db>::new(
                "WITH s AS MATERIALIZED (SELECT id, language, domain_index, region, alerts, state, suppression_id \
                 FROM subscribers WHERE id IN (",
            );
            let mut ids = query.separated(", ");
            for id in among {
                ids.push_bind(*id);
            }
            query.push(
                ")) SELECT s.id, s.language, s.domain_index, s.region, s.alerts AND s.suppression_id IS NULL AS alerts \
                 FROM s LEFT JOIN suppressions p ON p.id = s.suppression_id WHERE s.state = 'active' \
                 AND (s.suppression_id IS NULL OR (p.reason = 'left' AND EXISTS (SELECT 1 FROM followers f \
                 WHERE f.subscriber_id = s.id AND f.appeal_id = ",
            );
            query.push_bind(appeal);
            query.push("))) ORDER BY s.id");
            Ok(query.build_query_as().fetch_all(db).await?)
        })
    }

    /// What the ledger says of each of `among` and an appeal; nobody whom it does not know.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn had_among(&mut self, appeal: AppealId, among: &[SubscriberId]) -> Result<BTreeMap<SubscriberId, Had>> {
        #[derive(sqlx_macros::FromRow)]
        struct Row {
            subscriber_id: SubscriberId,
            state: DeliveryState,
            maybe_sent: bool,
            edition_state: EditionState,
            appeal_version_id: Option<VersionId>,
        }
        let mut had: BTreeMap<SubscriberId, Had> = BTreeMap::new();
        if among.is_empty() {
            return Ok(had);
        }
        // From the few mailings to the people: each is one look into the ledger's key.
        let rows: Vec<Row> = on_tx!(self, db => {
            let mut query = sqlx::QueryBuilder::<Db>::new(
                "SELECT d.subscriber_id, d.state, d.maybe_sent, e.state AS edition_state, e.appeal_version_id \
                 FROM editions e CROSS JOIN deliveries d WHERE d.edition_id = e.id \
                 AND d.state IN ('accepted', 'unknown', 'queued', 'leased') AND e.appeal_id = ",
            );
            query.push_bind(appeal).push(" AND d.subscriber_id IN (");
            let mut ids = query.separated(", ");
            for id in among {
                ids.push_bind(*id);
            }
            query.push(")");
            query.build_query_as().fetch_all(db).await?
        });
        for row in rows {
            let entry = had.entry(row.subscriber_id).or_default();
            let closed = row.edition_state == EditionState::Superseded;
            match row.state {
                DeliveryState::Leased => entry.in_hand |= closed,
                // It waited for another attempt, as the first may have arrived; now it waits for none.
                DeliveryState::Queued if !(closed && row.maybe_sent) => {}
                state => {
                    entry.version = entry.version.max(row.appeal_version_id);
                    if state == DeliveryState::Accepted {
                        entry.taken = entry.taken.max(row.appeal_version_id);
                    }
                }
            }
        }
        Ok(had)
    }

    /// Notes that somebody who is about to leave wants to hear if this appeal's event changes.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn follow(&mut self, appeal: AppealId, subscriber: SubscriberId, now: Timestamp) -> Result<()> {
        const FOLLOW: &str = "INSERT INTO followers (appeal_id, subscriber_id, created_at) VALUES ($1, $2, $3) \
                              ON CONFLICT (appeal_id, subscriber_id) DO NOTHING";
        on_tx!(self, db => sqlx::query(FOLLOW).bind(appeal).bind(subscriber).bind(now).execute(db).await?.rows_affected());
        Ok(())
    }

    /// Forgets what somebody follows, as they want no more mail, are erased, or are back on the list.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn unfollow(&mut self, subscriber: SubscriberId) -> Result<()> {
        const UNFOLLOW: &str = "DELETE FROM followers WHERE subscriber_id = $1";
        on_tx!(self, db => sqlx::query(UNFOLLOW).bind(subscriber).execute(db).await?.rows_affected());
        Ok(())
    }
}
