//! When the recipients of a provider may be written to: one after the other, for all nodes together.

use std::time::Duration;

use super::tallies::{Limits, day_of, hour_of};
use super::{Result, Tx, on_tx};
use crate::clock::Timestamp;
use crate::id::SubscriberId;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Whose turns they are.
    pub subject: &'a str,
    /// From one turn to the next; nothing where there is no rate.
    pub period: Duration,
    /// What may be given in an hour and a day.
    pub limits: Limits,
    /// How long before its turn a message may go. Who may go earlier goes first.
    pub ahead: Duration,
    /// Whether those that get no turn now stand behind all that were put off before.
    pub queue_up: bool,
}

/// What there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turns {
    /// So many may go now.
    pub now: usize,
    /// When the first of the others should ask again.
    pub next: Timestamp,
    /// From each of the others to the next.
    pub step: Duration,
}

impl Turns {
    /// When the others should ask again, one after the other.
    pub fn later(self) -> impl Iterator<Item = Timestamp> {
        let step = self.step;
        std::iter::successors(Some(self.next), move |at| Some(at.plus(step)))
    }
}

impl Tx {
    /// Takes turns for `count` messages. Others who ask for the same subject wait until the transaction ends.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn take_turns(&mut self, wanted: Wanted<'_>, count: usize, now: Timestamp) -> Result<Turns> {
        // It locks the row, which is there afterwards.
        const LOOK: &str = "INSERT INTO turns (subject, next_at, last_at) VALUES ($1, $2, $2) \
             ON CONFLICT (subject) DO UPDATE SET subject = excluded.subject RETURNING next_at, last_at";
        const SET: &str = "UPDATE turns SET next_at = $2, last_at = $3 WHERE subject = $1";
        let Wanted { subject, period, limits, ahead, queue_up } = wanted;
        let (next, last): (Timestamp, Timestamp) =
            on_tx!(self, db => sqlx::query_as(LOOK).bind(subject).bind(now).fetch_one(db).await?);
        let next = next.max(now);
        let mut granted = within(next, period, now.plus(ahead), count);
        let mut begin = next.plus(times(period, granted));
        if limits.any() {
            let asked = granted;
            let taken = self.take_allowance(subject, limits, i64::try_from(asked).unwrap_or(i64::MAX), now).await?;
            granted = usize::try_from(taken).unwrap_or(0);
            if granted < asked {
                begin = self.next_window(subject, limits, now).await?;
            }
        }
        let step = period.max(share(HOUR, limits.hour)).max(share(DAY, limits.day));
        let others = count - granted;
        if queue_up && others > 0 {
            begin = begin.max(last);
        }
        let next = next.plus(times(period, granted));
        let last = if queue_up && others > 0 { begin.plus(times(step, others)) } else { last };
        on_tx!(self, db => sqlx::query(SET).bind(subject).bind(next).bind(last).execute(db).await?.rows_affected());
        // They ask as soon as they may go, and not at once.
        let first = begin.minus(ahead).max(now.plus(Duration::from_millis(100)));
        Ok(Turns { now: granted, next: first, step })
    }

    /// When there is something of the limits again.
    async fn next_window(&mut self, subject: &str, limits: Limits, now: Timestamp) -> Result<Timestamp> {
        let today = self.taken_since(subject, day_of(now)).await?;
        Ok(match limits.day > 0 && today >= i64::from(limits.day) {
            true => day_of(now).plus(DAY),
            false => hour_of(now).plus(HOUR),
        })
    }

    /// Puts back, until the times given, those of a claim that have no turn yet.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn put_off(&mut self, lease: i64, rows: &[(SubscriberId, Timestamp)]) -> Result<u64> {
        if rows.is_empty() {
            return Ok(0);
        }
        on_tx!(self, db => {
            let mut query = sqlx::QueryBuilder::<Db>::new("WITH o (subscriber_id, due_at) AS (");
            query.push_values(rows, |mut values, (subscriber, due)| {
                values.push_bind(*subscriber).push_bind(*due);
            });
            query.push(
                ") UPDATE deliveries SET state = 'queued', lease = NULL, lease_until = NULL, holder = NULL, \
                 due_at = o.due_at FROM o WHERE deliveries.subscriber_id = o.subscriber_id \
                 AND deliveries.state = 'leased' AND deliveries.lease = ",
            );
            query.push_bind(lease);
            Ok(query.build().execute(db).await?.rows_affected())
        })
    }
}

/// How many of `count` turns, the first at `next`, come no later than `until`.
fn within(next: Timestamp, period: Duration, until: Timestamp, count: usize) -> usize {
    if next > until {
        return 0;
    }
    let more = until.since(next).as_micros().checked_div(period.as_micros());
    more.map_or(count, |more| usize::try_from(more + 1).unwrap_or(usize::MAX).min(count))
}

fn times(period: Duration, count: usize) -> Duration {
    period.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
}

fn share(whole: Duration, count: u32) -> Duration {
    whole.checked_div(count).unwrap_or_default()
}
