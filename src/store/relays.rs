//! How the relays are doing, as the processes that use them found out.

use serde::Serialize;

use super::{Result, Store, Tx, on, on_tx};
use crate::clock::Timestamp;
use crate::relay::RelayState;

/// How a relay is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx_macros::FromRow)]
pub struct RelayStatus {
    /// Its name.
    pub name: String,
    /// Whether it takes mail.
    pub state: RelayState,
    /// Why it does not, without addresses.
    pub reason: Option<String>,
    /// Since when this is so.
    pub changed_at: Timestamp,
    /// When it is tried again.
    pub retry_at: Option<Timestamp>,
}

impl Store {
    /// How the relays are doing that were used so far, by name.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn relays(&self) -> Result<Vec<RelayStatus>> {
        const ALL: &str = "SELECT name, state, reason, changed_at, retry_at FROM relays ORDER BY name";
        on!(self, db => Ok(sqlx::query_as(ALL).fetch_all(db).await?))
    }
}

impl Tx {
    /// Notes how a relay is doing; while its state stays what it was, so does the time since when.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn set_relay(&mut self, status: &RelayStatus) -> Result<()> {
        const SET: &str = "INSERT INTO relays (name, state, reason, changed_at, retry_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (name) DO UPDATE SET reason = excluded.reason, retry_at = excluded.retry_at, changed_at = \
             CASE WHEN relays.state = excluded.state THEN relays.changed_at ELSE excluded.changed_at END, \
             state = excluded.state";
        on_tx!(self, db => {
            let query = sqlx::query(SET).bind(&status.name).bind(status.state).bind(&status.reason);
            query.bind(status.changed_at).bind(status.retry_at).execute(db).await?.rows_affected()
        });
        Ok(())
    }
}
