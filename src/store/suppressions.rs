//! Addresses that must not be mailed.

use super::{Result, Store, Tx, on, on_tx};
use crate::clock::Timestamp;
use crate::id::SubscriberId;
use crate::subscribers::SuppressionReason;
use crate::vault::{AddressIndex, KeyId};

/// A suppression as kept.
#[derive(Clone, Debug, sqlx_macros::FromRow)]
pub struct Suppression {
    /// The row's number.
    pub id: i64,
    /// Why.
    pub reason: SuppressionReason,
}

impl Store {
    /// The suppression of an address, whichever key it was hashed with.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn suppression(&self, indexes: &[(KeyId, AddressIndex)]) -> Result<Option<Suppression>> {
        const FIND: &str = "SELECT id, reason FROM suppressions WHERE address_index = $1";
        for (_, index) in indexes {
            let found = on!(self, db => sqlx::query_as(FIND).bind(index).fetch_optional(db).await?);
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}

impl Tx {
    /// Keeps others from changing what belongs to these addresses until the transaction ends. SQLite has one writer anyway.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn lock_addresses<'a>(&mut self, indexes: impl IntoIterator<Item = &'a AddressIndex>) -> Result<()> {
        // In order, so that two transactions never wait for each other.
        const LOCK: &str = "SELECT count(*) FROM (SELECT pg_advisory_xact_lock(number) FROM \
                            (SELECT DISTINCT unnest($1::BIGINT[]) AS number ORDER BY 1) AS numbers) AS locks";
        if let Self::Postgres(db) = self {
            let number = |index: &AddressIndex| index.first_chunk::<8>().map(|bytes| i64::from_be_bytes(*bytes));
            let numbers: Vec<i64> = indexes.into_iter().filter_map(number).collect();
            sqlx::query(LOCK).bind(numbers).execute(&mut **db).await?;
        }
        Ok(())
    }

    /// As [`Tx::lock_addresses`], for the address of a subscriber.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn lock_subscriber(&mut self, id: SubscriberId) -> Result<()> {
        const INDEX: &str = "SELECT address_index FROM subscribers WHERE id = $1";
        let index: Option<Option<AddressIndex>> = on_tx!(self, db => {
            sqlx::query_scalar(INDEX).bind(id).fetch_optional(db).await?
        });
        self.lock_addresses(index.flatten().iter()).await
    }

    /// As [`Store::suppression`], within this transaction.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn suppression(&mut self, indexes: &[(KeyId, AddressIndex)]) -> Result<Option<Suppression>> {
        const FIND: &str = "SELECT id, reason FROM suppressions WHERE address_index = $1";
        for (_, index) in indexes {
            let found = on_tx!(self, db => sqlx::query_as(FIND).bind(index).fetch_optional(db).await?);
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Which of `indexes` are suppressed, and why.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn suppressed_among(
        &mut self,
        indexes: &[AddressIndex],
    ) -> Result<Vec<(AddressIndex, SuppressionReason)>> {
        on_tx!(self, db => {
            let mut query = sqlx::QueryBuilder::<Db>::new("SELECT address_index, reason FROM suppressions WHERE address_index IN (");
            let mut list = query.separated(", ");
            for index in indexes {
                list.push_bind(index);
            }
            query.push(")");
            Ok(query.build_query_as().fetch_all(db).await?)
        })
    }

    /// Suppresses an address and the subscriber who has it; a weightier reason that stands already stays.
    ///
    /// `indexes` are the address under all keys, the current one first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn suppress(
        &mut self,
        indexes: &[(KeyId, AddressIndex)],
        reason: SuppressionReason,
        now: Timestamp,
    ) -> Result<()> {
        const ADD: &str = "INSERT INTO suppressions (key_id, address_index, reason, created_at) VALUES ($1, $2, $3, $4) \
                           RETURNING id";
        const CHANGE: &str = "UPDATE suppressions SET reason = $2, created_at = $3 WHERE id = $1";
        const LINK: &str = "UPDATE subscribers SET suppression_id = $2 WHERE address_index = $1";
        let id = match (self.suppression(indexes).await?, indexes.first()) {
            (Some(known), _) => {
                if reason > known.reason {
                    on_tx!(self, db => {
                        sqlx::query(CHANGE).bind(known.id).bind(reason).bind(now).execute(db).await?.rows_affected()
                    });
                }
                known.id
            }
            (None, Some((key, index))) => on_tx!(self, db => {
                sqlx::query_scalar(ADD).bind(key).bind(index).bind(reason).bind(now).fetch_one(db).await?
            }),
            (None, None) => return Ok(()),
        };
        for (_, index) in indexes {
            on_tx!(self, db => sqlx::query(LINK).bind(index).bind(id).execute(db).await?.rows_affected());
        }
        Ok(())
    }

    /// Lifts a subscriber's suppression.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn lift_suppression(&mut self, subscriber: SubscriberId, suppression: i64) -> Result<()> {
        const UNLINK: &str = "UPDATE subscribers SET suppression_id = NULL WHERE id = $1";
        const DELETE: &str = "DELETE FROM suppressions WHERE id = $1 \
                              AND NOT EXISTS (SELECT 1 FROM subscribers WHERE suppression_id = $1)";
        on_tx!(self, db => sqlx::query(UNLINK).bind(subscriber).execute(db).await?.rows_affected());
        on_tx!(self, db => sqlx::query(DELETE).bind(suppression).execute(db).await?.rows_affected());
        Ok(())
    }
}
