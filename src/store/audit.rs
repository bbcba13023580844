//! Who did what, and what happened to whom. No address may be in it.

use serde::Serialize;

use super::{Result, Store, Tx, on, on_tx};
use crate::clock::Timestamp;
use crate::id::{EditionId, SubscriberId};

/// One thing that was done.
#[derive(Clone, Debug, Serialize, sqlx_macros::FromRow)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// By whom: `subscriber`, `cli`, `web`, or an account's name.
    pub actor: String,
    /// What, as a word such as `left`.
    pub action: String,
    /// More about it.
    pub detail: Option<String>,
}

impl Tx {
    /// Writes down that `actor` did `action`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn audit(
        &mut self,
        now: Timestamp,
        actor: &str,
        action: &str,
        subscriber: Option<SubscriberId>,
        edition: Option<EditionId>,
        detail: Option<&str>,
    ) -> Result<()> {
        const ADD: &str = "INSERT INTO audit (at, actor, action, subscriber_id, edition_id, detail) \
                           VALUES ($1, $2, $3, $4, $5, $6)";
        on_tx!(self, db => {
            let query = sqlx::query(ADD).bind(now).bind(actor).bind(action).bind(subscriber).bind(edition).bind(detail);
            query.execute(db).await?.rows_affected()
        });
        Ok(())
    }
}

impl Store {
    /// What happened to a subscriber, oldest first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn history(&self, subscriber: SubscriberId) -> Result<Vec<AuditEntry>> {
        const HISTORY: &str = "SELECT at, actor, action, detail FROM audit WHERE subscriber_id = $1 ORDER BY id";
        on!(self, db => Ok(sqlx::query_as(HISTORY).bind(subscriber).fetch_all(db).await?))
    }
}
