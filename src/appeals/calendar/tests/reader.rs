//! Reads a calendar with another parser, and finds instants by nothing but the calendar's own VTIMEZONE.
// Clippy lets tests unwrap, and sees by this that all of this file is one.
#![cfg(test)]

use calcard::common::PartialDateTime;
use calcard::icalendar::{ICalendar, ICalendarComponent, ICalendarEntry, ICalendarValue};
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

pub(super) struct Reader(ICalendar);

impl Reader {
    pub(super) fn new(text: &str) -> Self {
        Self(ICalendar::parse(text).unwrap())
    }

    pub(super) fn calendar(&self) -> &ICalendarComponent {
        &self.0.components[0]
    }

    pub(super) fn of_kind(&self, kind: &str) -> Vec<&ICalendarComponent> {
        self.0.components.iter().filter(|component| component.component_type.as_str() == kind).collect()
    }

    pub(super) fn only_event(&self) -> &ICalendarComponent {
        let events = self.of_kind("VEVENT");
        assert_eq!(events.len(), 1);
        events[0]
    }

    /// The instant of a property, by RFC 5545 sections 3.3.5 and 3.6.5.
    pub(super) fn instant(&self, component: &ICalendarComponent, property: &str) -> DateTime<Utc> {
        let time = date_time(one(component, property));
        let local = wall(time);
        if time.tz_hour.is_some() {
            return local.and_utc();
        }
        let zone = parameter(component, property, "TZID").expect("a time without a zone");
        let zones = self.of_kind("VTIMEZONE");
        let zone = zones.into_iter().find(|one| text(one, "TZID") == zone).expect("a zone that is not described");
        let mut observances: Vec<(DateTime<Utc>, TimeDelta, TimeDelta)> = (zone.component_ids.iter())
            .map(|id| &self.0.components[*id as usize])
            .map(|observance| {
                let (from, to) = (offset(observance, "TZOFFSETFROM"), offset(observance, "TZOFFSETTO"));
                ((wall(date_time(one(observance, "DTSTART"))) - from).and_utc(), from, to)
            })
            .collect();
        observances.sort();
        for (index, (onset, from, to)) in observances.iter().enumerate() {
            let instant = (local - *to).and_utc();
            let over = observances.get(index + 1).is_some_and(|(next, ..)| instant >= *next);
            if over {
                continue;
            }
            // In a gap the offset before it counts.
            return if instant >= *onset { instant } else { (local - *from).and_utc() };
        }
        panic!("no observance for {local}")
    }
}

pub(super) fn all<'a>(component: &'a ICalendarComponent, property: &str) -> Vec<&'a ICalendarEntry> {
    component.entries.iter().filter(|entry| entry.name.as_str() == property).collect()
}

fn one<'a>(component: &'a ICalendarComponent, property: &str) -> &'a ICalendarEntry {
    let found = all(component, property);
    assert_eq!((found.len(), found.first().map(|entry| entry.values.len())), (1, Some(1)), "{property}");
    found[0]
}

pub(super) fn text<'a>(component: &'a ICalendarComponent, property: &str) -> &'a str {
    one(component, property).values[0].as_text().unwrap()
}

pub(super) fn number(component: &ICalendarComponent, property: &str) -> i64 {
    one(component, property).values[0].as_integer().unwrap()
}

pub(super) fn seconds(component: &ICalendarComponent, property: &str) -> i64 {
    match &one(component, property).values[0] {
        ICalendarValue::Duration(duration) => duration.as_seconds(),
        other => panic!("{property} is no duration: {other:?}"),
    }
}

pub(super) fn parameter<'a>(component: &'a ICalendarComponent, property: &str, name: &str) -> Option<&'a str> {
    one(component, property).params.iter().find(|one| one.name.as_str() == name)?.value.as_text()
}

fn date_time(entry: &ICalendarEntry) -> &PartialDateTime {
    entry.values[0].as_partial_date_time().unwrap()
}

fn wall(time: &PartialDateTime) -> NaiveDateTime {
    let date = NaiveDate::from_ymd_opt(time.year.unwrap().into(), time.month.unwrap().into(), time.day.unwrap().into());
    let (hour, minute, second) = (time.hour.unwrap(), time.minute.unwrap(), time.second.unwrap());
    date.unwrap().and_hms_opt(hour.into(), minute.into(), second.into()).unwrap()
}

fn offset(component: &ICalendarComponent, property: &str) -> TimeDelta {
    let time = date_time(one(component, property));
    let minutes = i64::from(time.tz_hour.unwrap()) * 60 + i64::from(time.tz_minute.unwrap());
    TimeDelta::minutes(if time.tz_minus { -minutes } else { minutes })
}
