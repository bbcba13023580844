//! When digests are due: cron lines on the wall clock of a zone.
//!
//! The `cron` crate is evaluated on the local wall clock as if that were UTC, and the result is mapped to an instant
//! here: in a zone's own clock the crate would skip an hour that does not exist and fire twice in one that comes twice.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::clock::Timestamp;

/// The day that a text begins with, like 2027-02-29, where the calendar has none such.
pub fn missing_day(text: &str) -> Option<&str> {
    let day = text.trim().get(..10)?;
    let is_digit = |at: usize, byte: u8| if [4, 7].contains(&at) { byte == b'-' } else { byte.is_ascii_digit() };
    let looks_like_one = day.bytes().enumerate().all(|(at, byte)| is_digit(at, byte));
    (looks_like_one && NaiveDate::parse_from_str(day, "%Y-%m-%d").is_err()).then_some(day)
}

/// A cron line of six or seven fields (seconds first), read on a wall clock.
#[derive(Clone, Debug)]
pub struct Schedule(cron::Schedule);

/// A cron line that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("`{line}` is no cron line ({reason}); write six fields from seconds to day of week, like `0 0 8 * * Mon`")]
pub struct ScheduleError {
    line: String,
    reason: String,
}

impl Schedule {
    /// Reads a cron line.
    ///
    /// # Errors
    ///
    /// When the line has not six or seven fields, or a field that is out of range.
    pub fn parse(line: &str) -> Result<Self, ScheduleError> {
        cron::Schedule::from_str(line).map(Self).map_err(|error| ScheduleError {
            line: line.to_owned(),
            reason: error.to_string().lines().next().unwrap_or_default().trim().to_owned(),
        })
    }

    /// The latest slot at or before `at`, if there ever was one.
    pub fn latest(&self, at: Timestamp, zone: Tz) -> Option<Timestamp> {
        // A gap moves a slot forward by up to a few hours, so the wall clock is searched from a day ahead.
        let ahead = wall(at, zone) + TimeDelta::days(1);
        self.0
            .after(&(ahead + TimeDelta::microseconds(1)).and_utc())
            .rev()
            .map(|slot| instant(slot.naive_utc(), zone))
            .find(|slot| *slot <= at)
    }

    /// The first slot after `at`, if there is one.
    pub fn next(&self, at: Timestamp, zone: Tz) -> Option<Timestamp> {
        let behind = wall(at, zone) - TimeDelta::days(1);
        self.0.after(&behind.and_utc()).map(|slot| instant(slot.naive_utc(), zone)).find(|slot| *slot > at)
    }

    /// When the digest of `slot` is stale: at the next slot, or the first one an hour on where slots come more often.
    pub fn expiry(&self, slot: Timestamp, zone: Tz) -> Option<Timestamp> {
        self.next(Timestamp(slot.plus(Duration::from_secs(3600)).0 - 1), zone)
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.source())
    }
}

/// What the clock of a zone shows at an instant.
pub(crate) fn wall(at: Timestamp, zone: Tz) -> NaiveDateTime {
    at.to_utc().with_timezone(&zone).naive_local()
}

/// The instant of a wall-clock time: one in a gap moves forward by the gap, one that comes twice is the first.
pub(crate) fn instant(local: NaiveDateTime, zone: Tz) -> Timestamp {
    let mapped: DateTime<Utc> = match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.to_utc(),
        LocalResult::None => {
            // The offset that held before the gap reads the same wall time as so much later after it.
            let before = zone.offset_from_utc_datetime(&(local - TimeDelta::days(1)));
            (local - chrono::Offset::fix(&before)).and_utc()
        }
    };
    mapped.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::London;
    use chrono_tz::UTC;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn schedule(line: &str) -> Schedule {
        Schedule::parse(line).unwrap()
    }

    #[test]
    fn the_latest_slot_is_at_or_before() {
        let weekly = schedule("0 0 8 * * Mon");
        assert_eq!(weekly.latest(at("2026-03-02T08:00:00Z"), UTC), Some(at("2026-03-02T08:00:00Z")));
        assert_eq!(weekly.latest(at("2026-03-02T07:59:59Z"), UTC), Some(at("2026-02-23T08:00:00Z")));
        assert_eq!(weekly.next(at("2026-03-02T08:00:00Z"), UTC), Some(at("2026-03-09T08:00:00Z")));
    }

    #[test]
    fn an_hour_that_does_not_exist_moves_forward() {
        let early = schedule("0 30 1 * * *");
        // On 29 March 2026 London's clocks go from 01:00 to 02:00.
        assert_eq!(early.latest(at("2026-03-29T12:00:00Z"), London), Some(at("2026-03-29T01:30:00Z")));
        assert_eq!(early.next(at("2026-03-29T00:00:00Z"), London), Some(at("2026-03-29T01:30:00Z")));
    }

    #[test]
    fn an_hour_that_comes_twice_is_the_first() {
        let early = schedule("0 30 1 * * *");
        // On 25 October 2026 London's clocks go from 02:00 back to 01:00.
        let first = at("2026-10-25T00:30:00Z");
        assert_eq!(early.latest(at("2026-10-25T02:00:00Z"), London), Some(first));
        assert_eq!(early.next(first, London), Some(at("2026-10-26T01:30:00Z")));
    }

    #[test]
    fn a_slot_follows_the_wall_clock_through_the_year() {
        let weekly = schedule("0 0 8 * * Mon");
        assert_eq!(weekly.latest(at("2026-07-06T07:00:00Z"), London), Some(at("2026-07-06T07:00:00Z")));
        assert_eq!(weekly.latest(at("2026-12-07T08:00:00Z"), London), Some(at("2026-12-07T08:00:00Z")));
    }

    #[test]
    fn a_digest_is_stale_at_the_next_slot_but_not_within_the_hour() {
        let slot = at("2026-03-02T08:00:00Z");
        assert_eq!(schedule("0 0 8 * * Mon").expiry(slot, UTC), Some(at("2026-03-09T08:00:00Z")));
        assert_eq!(schedule("0 0 * * * *").expiry(slot, UTC), Some(at("2026-03-02T09:00:00Z")));
        assert_eq!(schedule("* * * * * *").expiry(slot, UTC), Some(at("2026-03-02T09:00:00Z")));
    }

    #[test]
    fn a_wrong_line_says_what_to_write() {
        let error = Schedule::parse("8:00 Mon").unwrap_err().to_string();
        assert!(error.contains("0 0 8 * * Mon"), "{error}");
    }
}
