//! Since when a cadence's cron line is in force.

use super::{Result, Store, on_tx};
use crate::clock::Timestamp;
use crate::subscribers::Cadence;

impl Store {
    /// Since when `cadence` follows `cron`; from `now` on when it is new or was another line.
    ///
    /// Slots before that are not caught up: they were not missed, they did not exist.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn schedule_since(&self, cadence: Cadence, cron: &str, now: Timestamp) -> Result<Timestamp> {
        const KEEP: &str = "INSERT INTO schedules (cadence, cron, since) VALUES ($1, $2, $3) ON CONFLICT (cadence) DO UPDATE \
             SET since = CASE WHEN schedules.cron = excluded.cron THEN schedules.since ELSE excluded.since END, \
                 cron = excluded.cron \
             RETURNING since";
        let mut tx = self.begin().await?;
        let since = on_tx!(&mut tx, db => {
            sqlx::query_scalar(KEEP).bind(cadence).bind(cron).bind(now).fetch_one(db).await?
        });
        tx.commit().await?;
        Ok(since)
    }
}
