//! The queue in the ledger: what is claimed under a lease, by whom, and what came of it.

use chrono_tz::Tz;

use super::{Result, Store, Tx, free_among, on, on_tx};
use crate::clock::Timestamp;
use crate::deliveries::DeliveryState;
use crate::editions::EditionState;
use crate::id::{EditionId, SubscriberId, VariantId};
use crate::subscribers::{Cadence, SubscriberState, SuppressionReason};
use crate::vault::{AddressIndex, KeyId};

/// A delivery that a dispatcher holds, with what it takes to make its message.
#[derive(Clone, Debug, sqlx_macros::FromRow)]
pub struct Claimed {
    /// The edition.
    pub edition_id: EditionId,
    /// To whom.
    pub subscriber_id: SubscriberId,
    /// Which variant.
    pub variant_id: VariantId,
    /// How often it was tried.
    pub attempts: i32,
    /// Whether an earlier attempt may have arrived.
    pub maybe_sent: bool,
    /// The token that fences the record of its outcome.
    pub lease: i64,
    /// Their domain's keyed hash; 0 once erased.
    pub domain_index: i64,
    /// How often policy kept it out.
    pub blocks: i32,
    /// The key that sealed the address.
    pub key_id: KeyId,
    /// The address's blind index; empty once erased.
    pub address_index: Option<AddressIndex>,
    /// The sealed address.
    pub address: Option<Vec<u8>>,
    /// The sealed name.
    pub name: Option<Vec<u8>>,
    /// Whether it may be sent.
    #[sqlx(flatten)]
    pub standing: Standing,
}

/// What decides, at the last moment, whether somebody may be mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Standing {
    /// Where they stand.
    pub subscriber_state: SubscriberState,
    /// Why they must not be mailed, if so.
    pub suppression: Option<SuppressionReason>,
    /// No digests before this.
    pub paused_until: Option<Timestamp>,
    /// Whether the edition may still be sent.
    pub edition_open: bool,
    /// Nothing of the edition is handed to a relay after this.
    pub deadline_at: Timestamp,
    /// How often they want digests now.
    pub wanted_cadence: Cadence,
    /// Posts up to here they have had.
    pub digest_mark: Timestamp,
    /// Whether they left, and still want to hear if this appeal's event changes.
    pub follows: bool,
    /// The zone whose hour they want digests at now.
    pub wanted_zone: Option<ChosenZone>,
    /// Until when their domain is left alone, as it blocked our mail; it may be over, and none taken since.
    pub domain_paused_until: Option<Timestamp>,
}

/// The zone that somebody chose; nothing where what is stored is no zone (any more).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChosenZone(pub Option<Tz>);

impl<DB: sqlx::Database> sqlx::Type<DB> for ChosenZone
where
    str: sqlx::Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <str as sqlx::Type<DB>>::type_info()
    }

    fn compatible(ty: &DB::TypeInfo) -> bool {
        <str as sqlx::Type<DB>>::compatible(ty)
    }
}

impl<'r, DB: sqlx::Database> sqlx::Decode<'r, DB> for ChosenZone
where
    &'r str: sqlx::Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> std::result::Result<Self, sqlx::error::BoxDynError> {
        Ok(Self(<&str as sqlx::Decode<DB>>::decode(value)?.parse().ok()))
    }
}

/// What decides of a [`Standing`]; the tables are `d`, `s`, `e`, `p` and `b`.
const STANDING: &str = "s.state AS subscriber_state, p.reason AS suppression, s.paused_until, \
     e.state = 'sending' OR e.state = 'planning' AS edition_open, e.deadline_at, s.cadence AS wanted_cadence, \
     s.digest_mark, s.time_zone AS wanted_zone, (p.reason IS NOT NULL AND EXISTS (SELECT 1 FROM followers f \
     WHERE f.appeal_id = e.appeal_id AND f.subscriber_id = s.id)) AS follows, b.paused_until AS domain_paused_until \
     FROM deliveries d JOIN subscribers s ON s.id = d.subscriber_id JOIN editions e ON e.id = d.edition_id \
     LEFT JOIN suppressions p ON p.id = s.suppression_id LEFT JOIN domains b ON b.domain_index = d.domain_index \
     WHERE d.state = 'leased' AND d.lease = $1";

/// What came of one claimed delivery.
#[derive(Clone, Debug)]
pub struct Record {
    /// The edition.
    pub edition: EditionId,
    /// To whom.
    pub subscriber: SubscriberId,
    /// The token of the claim; a record without a live lease changes nothing.
    pub lease: i64,
    /// The state it is in now.
    pub state: DeliveryState,
    /// When it is due again, if it is queued.
    pub due_at: Timestamp,
    /// How often it was tried.
    pub attempts: i32,
    /// Whether an attempt may have arrived.
    pub maybe_sent: bool,
    /// The relay it was handed to.
    pub relay: Option<String>,
    /// How far it got.
    pub stage: Option<String>,
    /// The reply's code.
    pub reply_code: Option<i32>,
    /// The reply, without addresses.
    pub reply: Option<String>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How often policy kept it out.
    pub blocks: i32,
    /// Their domain's keyed hash.
    pub domain_index: i64,
    /// What follows from it beyond this delivery.
    pub finding: Option<Finding>,
}

/// What an outcome says beyond its own delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The address is dead.
    Dead,
    /// Policy kept it out: its domain is left alone for a while.
    Blocked,
    /// A domain that had blocked our mail takes it.
    Lifted,
}

impl Store {
    /// The time that leases are measured in: the database's own on PostgreSQL, so that nodes whose clocks differ agree.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn lease_clock(&self, now: Timestamp) -> Result<Timestamp> {
        match self {
            Self::Sqlite(_) => Ok(now),
            Self::Postgres(pool) => {
                const NOW: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";
                Ok(sqlx::query_scalar(NOW).fetch_one(pool).await?)
            }
        }
    }

    /// How the holders of a lease stand now, to be asked again before MAIL.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn standings(&self, lease: i64) -> Result<Vec<(SubscriberId, Standing)>> {
        #[derive(sqlx_macros::FromRow)]
        struct Row {
            subscriber_id: SubscriberId,
            #[sqlx(flatten)]
            standing: Standing,
        }
        let look = sqlx::AssertSqlSafe(format!("SELECT d.subscriber_id, {STANDING}"));
        let rows: Vec<Row> = on!(self, db => sqlx::query_as(look).bind(lease).fetch_all(db).await?);
        Ok(rows.into_iter().map(|row| (row.subscriber_id, row.standing)).collect())
    }
}

impl Tx {
    /// Leases up to `limit` deliveries of an edition that are due, until `until` on the lease clock. `holder` is the number
    /// of the lock that shows the dispatcher alive, where it has one.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn claim(
        &mut self,
        edition: EditionId,
        limit: i64,
        lease: i64,
        holder: Option<i64>,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Claimed>> {
        const DUE: &str = "SELECT subscriber_id FROM deliveries WHERE edition_id = $1 AND state = 'queued' AND due_at <= $2 \
                           ORDER BY due_at LIMIT $3";
        let read = sqlx::AssertSqlSafe(format!(
            "SELECT d.edition_id, d.subscriber_id, d.variant_id, d.attempts, d.maybe_sent, d.lease, d.domain_index, d.blocks, s.key_id, \
             s.address_index, s.address, s.name, {STANDING} ORDER BY d.due_at, d.subscriber_id"
        ));
        // Whoever closes the edition waits for this claim, and no claim comes after.
        let open = [Some(EditionState::Planning), Some(EditionState::Sending)];
        if !open.contains(&self.hold_edition(edition).await?) {
            return Ok(Vec::new());
        }
        let take = sqlx::AssertSqlSafe(format!(
            "UPDATE deliveries SET state = 'leased', lease = $4, lease_until = $5, holder = $6 \
             WHERE edition_id = $1 AND subscriber_id {}",
            free_among(matches!(self, Self::Postgres(_)), DUE)
        ));
        let taken = on_tx!(self, db => {
            let query = sqlx::query(take).bind(edition).bind(now).bind(limit).bind(lease).bind(until).bind(holder);
            query.execute(db).await?.rows_affected()
        });
        if taken == 0 {
            return Ok(Vec::new());
        }
        on_tx!(self, db => Ok(sqlx::query_as(read).bind(lease).fetch_all(db).await?))
    }

    /// Records outcomes; returns the (edition, subscriber) of each whose lease was still live.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn record(&mut self, records: &[Record]) -> Result<Vec<(EditionId, SubscriberId)>> {
        if records.is_empty() {
            return Ok(Vec::new());
        }
        on_tx!(self, db => {
            let mut query = sqlx::QueryBuilder::<Db>::new(
                "WITH o (edition_id, subscriber_id, lease, state, due_at, attempts, maybe_sent, relay, stage, reply_code, \
                 reply, ended_at, blocks) AS (",
            );
            query.push_values(records, |mut values, record| {
                values
                    .push_bind(record.edition)
                    .push_bind(record.subscriber)
                    .push_bind(record.lease)
                    .push_bind(record.state)
                    .push_bind(record.due_at)
                    .push_bind(record.attempts)
                    .push_bind(record.maybe_sent)
                    .push_bind(&record.relay)
                    .push_bind(&record.stage)
                    .push_bind(record.reply_code)
                    .push_bind(&record.reply)
                    .push_bind(record.ended_at)
                    .push_bind(record.blocks);
            });
            query.push(
                ") UPDATE deliveries SET state = o.state, due_at = o.due_at, attempts = o.attempts, \
                 maybe_sent = o.maybe_sent, relay = o.relay, stage = o.stage, reply_code = o.reply_code, reply = o.reply, \
                 ended_at = o.ended_at, blocks = o.blocks, lease = NULL, lease_until = NULL, holder = NULL FROM o \
                 WHERE deliveries.edition_id = o.edition_id AND deliveries.subscriber_id = o.subscriber_id \
                 AND deliveries.state = 'leased' AND deliveries.lease = o.lease \
                 RETURNING deliveries.edition_id, deliveries.subscriber_id",
            );
            Ok(query.build_query_as().fetch_all(db).await?)
        })
    }

    /// Puts back what was leased and never tried, as when a dispatcher stops.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn release(&mut self, lease: i64, rows: &[SubscriberId]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        on_tx!(self, db => {
            let mut query = sqlx::QueryBuilder::<Db>::new(
                "UPDATE deliveries SET state = 'queued', lease = NULL, lease_until = NULL, holder = NULL WHERE state = 'leased' AND lease = ",
            );
            query.push_bind(lease).push(" AND subscriber_id IN (");
            let mut ids = query.separated(", ");
            for id in rows {
                ids.push_bind(*id);
            }
            query.push(")");
            query.build().execute(db).await?.rows_affected()
        });
        Ok(())
    }

    /// Puts back what leases that ended before `now` (on the lease clock) still hold; it may have been sent.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn void_leases(&mut self, now: Timestamp) -> Result<u64> {
        const VOID: &str = "UPDATE deliveries SET state = 'queued', lease = NULL, lease_until = NULL, holder = NULL, \
                            attempts = attempts + 1, maybe_sent = $2 WHERE state = 'leased' AND lease_until < $1";
        on_tx!(self, db => Ok(sqlx::query(VOID).bind(now).bind(true).execute(db).await?.rows_affected()))
    }

    /// Puts back what is leased by dispatchers whose lock is gone; it may have been sent. SQLite has no such locks.
    ///
    /// A holder locks its number before it claims, so that a lease is never seen before its lock.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn void_dead(&mut self) -> Result<u64> {
        // A lock on a BIGINT is listed in two halves, and told by its objsubid.
        const VOID: &str = "UPDATE deliveries SET state = 'queued', lease = NULL, lease_until = NULL, holder = NULL, \
             attempts = attempts + 1, maybe_sent = TRUE WHERE (edition_id, subscriber_id) IN \
             (SELECT edition_id, subscriber_id FROM deliveries WHERE state = 'leased' AND holder IS NOT NULL \
              AND holder NOT IN (SELECT (CAST(classid AS BIGINT) << 32) | CAST(objid AS BIGINT) FROM pg_locks \
              WHERE locktype = 'advisory' AND objsubid = 1 AND granted \
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) \
              FOR UPDATE SKIP LOCKED)";
        match self {
            Self::Sqlite(_) => Ok(0),
            Self::Postgres(tx) => Ok(sqlx::query(VOID).execute(&mut **tx).await?.rows_affected()),
        }
    }

    /// Moves the end of a lease to `until` on the lease clock.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn extend_lease(&mut self, lease: i64, until: Timestamp) -> Result<u64> {
        const EXTEND: &str = "UPDATE deliveries SET lease_until = $2 WHERE state = 'leased' AND lease = $1";
        on_tx!(self, db => Ok(sqlx::query(EXTEND).bind(lease).bind(until).execute(db).await?.rows_affected()))
    }
}
