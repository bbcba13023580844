//! Time zones as calendars describe them: VTIMEZONE (RFC 5545 section 3.6.5), made from the zone database.
//!
//! Each change of the clocks around the events is written out with its own onset. No rule is guessed from them, so a
//! government that changes its mind, like Kazakhstan's in 2024, needs no special case.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{OffsetComponents, OffsetName, Tz};
use icalendar::Property;

use super::lines::{self, Block};
use crate::appeals::event::{Event, Moment};

/// How far before the first event and after the last the clocks are described: at least one change of each kind, where
/// they change each year.
const MARGIN: TimeDelta = TimeDelta::days(400);
/// How a calendar writes a time on a wall clock.
const LOCAL: &str = "%Y%m%dT%H%M%S";

/// The zones of some events, as far as they can be described.
pub(super) struct Zones(BTreeMap<&'static str, Zone>);

/// What a zone's clocks show around some events.
struct Zone {
    name: &'static str,
    observances: Vec<Observance>,
}

/// A stretch of time with one offset from UTC.
struct Observance {
    /// When it begins, on the clock as it was before.
    onset: NaiveDateTime,
    /// The seconds east of UTC before it.
    from: i32,
    /// The seconds east of UTC in it.
    to: i32,
    daylight: bool,
    abbreviation: Option<String>,
}

impl Zones {
    /// Describes the zones of `events` around the time of those that are in them.
    pub(super) fn around<'a>(events: impl Iterator<Item = &'a Event>) -> Self {
        let mut spans: BTreeMap<&'static str, (Tz, DateTime<Utc>, DateTime<Utc>)> = BTreeMap::new();
        for event in events {
            let (first, last) = (event.starts.at.to_utc(), event.ends.at.to_utc());
            let span = spans.entry(event.time_zone.name()).or_insert((event.time_zone, first, last));
            (span.1, span.2) = (span.1.min(first), span.2.max(last));
        }
        let zones = spans.into_iter().filter_map(|(name, (zone, first, last))| {
            Some((name, Zone { name, observances: observances(zone, first, last)? }))
        });
        Self(zones.collect())
    }

    pub(super) fn blocks(&self) -> impl Iterator<Item = Block> {
        self.0.values().map(Zone::block)
    }

    /// A time of `event`: on the wall clock of its zone, or in UTC where the zone is UTC, cannot be described, or its
    /// description would be read as another instant, as in an hour that the clocks skip or show twice.
    pub(super) fn time(&self, property: &str, event: &Event, moment: Moment) -> Property {
        // Where the law on a zone has changed since the event was stored, people still go by the wall clock.
        let meant = event.time_zone.from_local_datetime(&moment.local).single().map(|at| at.to_utc());
        let right = |read: DateTime<Utc>| read == moment.at.to_utc() || Some(read) == meant;
        match self.0.get(event.time_zone.name()).filter(|zone| zone.read(moment.local).is_some_and(right)) {
            Some(zone) => {
                let mut property = Property::new(property, moment.local.format(LOCAL).to_string());
                property.add_parameter("TZID", zone.name);
                property
            }
            None => Property::new(property, lines::instant(moment.at)),
        }
    }
}

impl Zone {
    /// The instant that a reader makes of a wall-clock time.
    fn read(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        let observance = self.observances.iter().rev().find(|observance| observance.onset <= local)?;
        Some((local - TimeDelta::seconds(observance.to.into())).and_utc())
    }

    fn block(&self) -> Block {
        let mut block = Block::new("VTIMEZONE");
        block.text("TZID", self.name);
        block.inside.extend(self.observances.iter().map(Observance::block));
        block
    }
}

impl Observance {
    fn block(&self) -> Block {
        let mut block = Block::new(if self.daylight { "DAYLIGHT" } else { "STANDARD" });
        block.push(Property::new("DTSTART", self.onset.format(LOCAL).to_string()));
        block.push(Property::new("TZOFFSETFROM", offset(self.from)));
        block.push(Property::new("TZOFFSETTO", offset(self.to)));
        if let Some(abbreviation) = &self.abbreviation {
            block.text("TZNAME", abbreviation);
        }
        block
    }
}

/// UTC as a described zone, for a calendar that has nothing else in it.
pub(super) fn utc() -> Block {
    let observance = Observance {
        onset: DateTime::UNIX_EPOCH.naive_utc(),
        from: 0,
        to: 0,
        daylight: false,
        abbreviation: Some("UTC".to_owned()),
    };
    Zone { name: "UTC", observances: vec![observance] }.block()
}

/// The offsets of `zone` from the last change before `first` or earlier until well after `last`. `None` for UTC itself,
/// and where an offset has seconds or the years are none that the database speaks of.
fn observances(zone: Tz, first: DateTime<Utc>, last: DateTime<Utc>) -> Option<Vec<Observance>> {
    if first > last || first.year() < 1970 || last.year() > 2300 {
        return None;
    }
    let start = first - MARGIN;
    let mut found = changes(zone, start, last + MARGIN);
    // Where the clocks have not changed for long, what they show has no onset that matters.
    if found.first().is_none_or(|(at, _)| *at > first - TimeDelta::days(2)) {
        let observance = observance(zone, start, start);
        let since_1970 = Observance { onset: DateTime::UNIX_EPOCH.naive_utc(), ..observance };
        found.insert(0, (start, since_1970));
    }
    let found: Vec<Observance> = found.into_iter().map(|(_, observance)| observance).collect();
    let is_utc = |one: &Observance| one.to == 0 && one.abbreviation.as_deref() == Some("UTC");
    let in_minutes = |one: &Observance| one.from % 60 == 0 && one.to % 60 == 0;
    (found.iter().all(in_minutes) && !found.iter().all(is_utc)).then_some(found)
}

/// Every change of a zone's clocks between two instants, to the second.
fn changes(zone: Tz, start: DateTime<Utc>, end: DateTime<Utc>) -> Vec<(DateTime<Utc>, Observance)> {
    let mut found = Vec::new();
    let mut before = start;
    while before < end {
        let mut after = before + TimeDelta::days(1);
        if seconds_east(zone, before) == seconds_east(zone, after) {
            before = after;
            continue;
        }
        let mut same = before;
        while after - same > TimeDelta::seconds(1) {
            let middle = same + TimeDelta::seconds((after - same).num_seconds() / 2);
            if seconds_east(zone, middle) == seconds_east(zone, before) { same = middle } else { after = middle }
        }
        found.push((after, observance(zone, same, after)));
        before = after;
    }
    found
}

/// What begins at `at`, when the clocks were last as at `before`.
fn observance(zone: Tz, before: DateTime<Utc>, at: DateTime<Utc>) -> Observance {
    let offset = zone.offset_from_utc_datetime(&at.naive_utc());
    let from = seconds_east(zone, before);
    Observance {
        onset: at.naive_utc() + TimeDelta::seconds(from.into()),
        from,
        to: seconds_east(zone, at),
        // Ireland and Morocco count their winter or Ramadan time as a negative summer time, which programs mistake.
        daylight: offset.dst_offset() > TimeDelta::zero(),
        abbreviation: offset.abbreviation().map(str::to_owned),
    }
}

fn seconds_east(zone: Tz, at: DateTime<Utc>) -> i32 {
    zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()
}

/// An offset as `+0530` (RFC 5545 section 3.3.14).
fn offset(seconds: i32) -> String {
    let minutes = seconds.abs() / 60;
    format!("{}{:02}{:02}", if seconds < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
}
