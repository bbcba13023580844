//! How much of a limit by the hour or the day is used, by all nodes together. Hours and days begin in UTC.

use std::time::Duration;

use super::{Result, Store, Tx, on, on_tx};
use crate::clock::Timestamp;

const HOUR: i64 = 3600 * 1_000_000;
const DAY: i64 = 24 * HOUR;
/// The hour of a subject's row that is only there to be locked.
const DAYS: Timestamp = Timestamp(0);
/// Tallies older than this are forgotten.
const STALE: Duration = Duration::from_secs(2 * 24 * 3600);

/// What may be given in an hour and in a day; 0 for no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// In an hour.
    pub hour: u32,
    /// In a day.
    pub day: u32,
}

impl Limits {
    /// Whether there is a limit at all.
    pub fn any(self) -> bool {
        self.hour > 0 || self.day > 0
    }

    /// Whether nothing is left once so many were given in the hour and in the day; without limits there always is.
    pub fn are_used_up(self, (hour, day): (i64, i64)) -> bool {
        left(self.hour, hour).min(left(self.day, day)) == 0
    }
}

/// What is left of a limit.
fn left(limit: u32, used: i64) -> i64 {
    if limit == 0 { i64::MAX } else { (i64::from(limit) - used).max(0) }
}

/// When the hour began in which `at` lies.
pub fn hour_of(at: Timestamp) -> Timestamp {
    Timestamp(at.0 - at.0.rem_euclid(HOUR))
}

pub(super) fn day_of(at: Timestamp) -> Timestamp {
    Timestamp(at.0 - at.0.rem_euclid(DAY))
}

const TODAY: &str = "SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) FROM tallies WHERE subject = $1 AND hour >= $2";

impl Store {
    /// How many were given to `subject` in this hour, and in this day.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn tally(&self, subject: &str, now: Timestamp) -> Result<(i64, i64)> {
        on!(self, db => {
            let hour = sqlx::query_scalar(TODAY).bind(subject).bind(hour_of(now)).fetch_one(db).await?;
            let day = sqlx::query_scalar(TODAY).bind(subject).bind(day_of(now)).fetch_one(db).await?;
            Ok((hour, day))
        })
    }
}

impl Tx {
    /// Takes up to `wanted` of what may be given to `subject` in this hour and this day; returns how many there were left to
    /// take. Others wait meanwhile, so that all nodes together never take more than there is.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn take_allowance(&mut self, subject: &str, limits: Limits, wanted: i64, now: Timestamp) -> Result<i64> {
        // Each locks its row, which is there afterwards. The day's is one for the subject, before all hours: around the change of
        // an hour another may take of the same day in another hour's row.
        const LOCK: &str = "INSERT INTO tallies (subject, hour, count) VALUES ($1, $2, 0) \
                            ON CONFLICT (subject, hour) DO UPDATE SET count = tallies.count";
        const LOOK: &str = "INSERT INTO tallies (subject, hour, count) VALUES ($1, $2, 0) \
                            ON CONFLICT (subject, hour) DO UPDATE SET count = tallies.count RETURNING count";
        const FORGET: &str = "DELETE FROM tallies WHERE subject = $1 AND hour < $2 AND hour > $3";
        const TAKE: &str = "UPDATE tallies SET count = count + $3 WHERE subject = $1 AND hour = $2";
        let hour = hour_of(now);
        if limits.day > 0 {
            on_tx!(self, db => sqlx::query(LOCK).bind(subject).bind(DAYS).execute(db).await?.rows_affected());
        }
        let in_hour: i64 = on_tx!(self, db => sqlx::query_scalar(LOOK).bind(subject).bind(hour).fetch_one(db).await?);
        let in_day = self.taken_since(subject, day_of(now)).await?;
        let granted = wanted.min(left(limits.hour, in_hour)).min(left(limits.day, in_day)).max(0);
        on_tx!(self, db => {
            sqlx::query(TAKE).bind(subject).bind(hour).bind(granted).execute(db).await?.rows_affected()
        });
        if in_hour == 0 {
            let old = now.minus(STALE);
            on_tx!(self, db => sqlx::query(FORGET).bind(subject).bind(old).bind(DAYS).execute(db).await?.rows_affected());
        }
        Ok(granted)
    }

    /// How much was taken in the hours from `hour` on.
    pub(super) async fn taken_since(&mut self, subject: &str, hour: Timestamp) -> Result<i64> {
        on_tx!(self, db => Ok(sqlx::query_scalar(TODAY).bind(subject).bind(hour).fetch_one(db).await?))
    }

    /// Gives back what was taken in the hour that began at `hour`, and not used.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn give_back_allowance(&mut self, subject: &str, hour: Timestamp, count: i64) -> Result<()> {
        const BACK: &str = "UPDATE tallies SET count = CASE WHEN count > $3 THEN count - $3 ELSE 0 END \
                            WHERE subject = $1 AND hour = $2";
        on_tx!(self, db => {
            sqlx::query(BACK).bind(subject).bind(hour).bind(count).execute(db).await?.rows_affected()
        });
        Ok(())
    }
}
