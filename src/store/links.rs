//! Links that work once and for a while.

use super::{Result, Store, Tx, on, on_tx};
use crate::clock::Timestamp;
use crate::id::{EditionId, SubscriberId};
use crate::text_enum::text_enum;

text_enum! {
    /// What a link is good for.
    pub enum LinkPurpose {
        /// To confirm a subscription.
        Confirm = "confirm",
        /// To see and change preferences.
        Preferences = "preferences",
    }
}

impl Store {
    /// Whether the link that `edition` brought to `subscriber` can still be used.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn link_is_live(
        &self,
        edition: EditionId,
        subscriber: SubscriberId,
        purpose: LinkPurpose,
        now: Timestamp,
    ) -> Result<bool> {
        const LIVE: &str = "SELECT count(*) FROM links WHERE edition_id = $1 AND subscriber_id = $2 AND purpose = $3 \
                            AND used_at IS NULL AND expires_at > $4";
        let count: i64 = on!(self, db => {
            sqlx::query_scalar(LIVE).bind(edition).bind(subscriber).bind(purpose).bind(now).fetch_one(db).await?
        });
        Ok(count > 0)
    }
}

impl Tx {
    /// Makes the link that `edition` brings to `subscriber`; false when it is there.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn make_link(
        &mut self,
        edition: EditionId,
        subscriber: SubscriberId,
        purpose: LinkPurpose,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<bool> {
        const MAKE: &str = "INSERT INTO links (subscriber_id, edition_id, purpose, created_at, expires_at) \
                            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (edition_id, subscriber_id) DO NOTHING";
        let made = on_tx!(self, db => {
            sqlx::query(MAKE).bind(subscriber).bind(edition).bind(purpose).bind(now).bind(expires).execute(db).await?.rows_affected()
        });
        Ok(made == 1)
    }

    /// Those of `subscribers` whose link of `edition` was used up or voided.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn used_links(&mut self, edition: EditionId, subscribers: &[SubscriberId]) -> Result<Vec<SubscriberId>> {
        if subscribers.is_empty() {
            return Ok(Vec::new());
        }
        on_tx!(self, db => {
            let mut query = sqlx::QueryBuilder::<Db>::new(
                "SELECT subscriber_id FROM links WHERE used_at IS NOT NULL AND edition_id = ",
            );
            query.push_bind(edition).push(" AND subscriber_id IN (");
            let mut ids = query.separated(", ");
            for id in subscribers {
                ids.push_bind(*id);
            }
            query.push(")");
            Ok(query.build_query_scalar().fetch_all(db).await?)
        })
    }

    /// Uses a link up; false when it was used, has expired or never was.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn use_link(
        &mut self,
        edition: EditionId,
        subscriber: SubscriberId,
        purpose: LinkPurpose,
        now: Timestamp,
    ) -> Result<bool> {
        const USE: &str = "UPDATE links SET used_at = $4 WHERE edition_id = $1 AND subscriber_id = $2 AND purpose = $3 \
                           AND used_at IS NULL AND expires_at > $4";
        let used = on_tx!(self, db => {
            sqlx::query(USE).bind(edition).bind(subscriber).bind(purpose).bind(now).execute(db).await?.rows_affected()
        });
        Ok(used == 1)
    }

    /// Voids all of a subscriber's links and drops what waits at them, as when they leave.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn void_links(&mut self, subscriber: SubscriberId, now: Timestamp) -> Result<()> {
        const VOID: &str = "UPDATE links SET used_at = $2 WHERE subscriber_id = $1 AND used_at IS NULL";
        const DROP: &str = "DELETE FROM asked WHERE subscriber_id = $1";
        on_tx!(self, db => sqlx::query(VOID).bind(subscriber).bind(now).execute(db).await?.rows_affected());
        on_tx!(self, db => sqlx::query(DROP).bind(subscriber).execute(db).await?.rows_affected());
        Ok(())
    }
}
