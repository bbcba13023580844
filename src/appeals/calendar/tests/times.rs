use chrono::{NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::reader::{self, Reader};
use super::{entry, event, invite, local};
use crate::appeals::event::{Event, Moment};
use crate::schedule;

/// Zones of every kind, and days on which their clocks changed or did not.
const DAYS: &[(&str, &[&str])] = &[
    ("Europe/London", &["2015-03-29", "2015-09-28", "2015-10-25", "2026-03-29", "2026-10-25"]),
    ("America/New_York", &["2026-03-08", "2026-11-01"]),
    ("America/St_Johns", &["2026-03-08", "2026-11-01"]),
    // Southern summers.
    ("Australia/Sydney", &["2026-04-05", "2026-10-04"]),
    ("Australia/Lord_Howe", &["2026-04-05", "2026-10-04"]),
    ("Pacific/Auckland", &["2026-04-05", "2026-09-27"]),
    ("America/Santiago", &["2026-04-05", "2026-09-06"]),
    // Summer time that was given up.
    ("America/Sao_Paulo", &["2018-11-04", "2019-02-17", "2026-02-15"]),
    ("Europe/Moscow", &["2010-10-31", "2011-03-27", "2014-10-26", "2026-03-29"]),
    ("Asia/Tehran", &["2022-03-22", "2022-09-22", "2026-03-22"]),
    ("Europe/Istanbul", &["2015-11-08", "2016-03-27", "2016-10-30"]),
    // Zones that moved.
    ("Asia/Almaty", &["2024-02-29", "2024-03-01", "2026-03-01"]),
    ("Pacific/Apia", &["2011-12-30", "2011-12-31", "2021-04-04"]),
    // Summer time that is counted backwards.
    ("Europe/Dublin", &["2026-03-29", "2026-10-25"]),
    ("Africa/Casablanca", &["2026-02-15", "2026-03-22"]),
    // Always the same.
    ("Asia/Kolkata", &["2026-06-01"]),
    ("Asia/Kathmandu", &["2026-06-01"]),
    ("Asia/Qyzylorda", &["2018-12-21", "2026-06-01"]),
    ("Etc/GMT+12", &["2026-06-01"]),
    // Two hours of it.
    ("Antarctica/Troll", &["2026-03-29", "2026-10-25"]),
];

/// Every quarter of an hour of the days around `day`, but those that do not exist or come twice.
fn moments(day: &str, zone: Tz) -> Vec<Moment> {
    let midnight = day.parse::<NaiveDate>().unwrap().and_hms_opt(0, 0, 0).unwrap();
    let quarters = (-96..192).map(|quarter| midnight + TimeDelta::minutes(15 * quarter));
    quarters.filter_map(|local| Moment::new(local, zone).ok()).collect()
}

#[test]
fn the_described_zones_are_right_around_every_change() {
    for (name, days) in DAYS {
        let zone: Tz = name.parse().unwrap();
        for day in *days {
            let moments = moments(day, zone);
            let events: Vec<Event> = (moments.iter())
                .map(|starts| Event { starts: *starts, ends: *starts, ..event("2026-01-01T12:00", zone) })
                .collect();
            let read = Reader::new(&invite(&events.iter().map(entry).collect::<Vec<_>>()));
            let found = read.of_kind("VEVENT");
            assert_eq!(found.len(), moments.len());
            assert!(found.len() > 180, "{name} {day}: {}", found.len());
            for (event, moment) in found.into_iter().zip(moments) {
                assert_eq!(read.instant(event, "DTSTART"), moment.at.to_utc(), "{} {name}", moment.local);
                assert_eq!(reader::parameter(event, "DTSTART", "TZID"), Some(*name), "{}", moment.local);
            }
        }
    }
}

#[test]
fn the_described_zones_say_what_newspapers_said() {
    for (zone, starts, utc) in [
        ("Europe/London", "2015-09-28T16:00", "2015-09-28T15:00"),
        ("Europe/London", "2015-10-26T16:00", "2015-10-26T16:00"),
        ("Asia/Almaty", "2024-02-29T12:00", "2024-02-29T06:00"),
        ("Asia/Almaty", "2024-03-02T12:00", "2024-03-02T07:00"),
        ("Australia/Sydney", "2026-01-10T12:00", "2026-01-10T01:00"),
        ("Australia/Sydney", "2026-07-10T12:00", "2026-07-10T02:00"),
        ("Asia/Kathmandu", "2026-07-10T12:00", "2026-07-10T06:15"),
        ("America/St_Johns", "2026-01-10T12:00", "2026-01-10T15:30"),
        ("Europe/Dublin", "2026-01-10T12:00", "2026-01-10T12:00"),
        ("Europe/Dublin", "2026-07-10T12:00", "2026-07-10T11:00"),
    ] {
        let event = event(starts, zone.parse().unwrap());
        let read = Reader::new(&invite(&[entry(&event)]));
        assert_eq!(read.instant(read.only_event(), "DTSTART"), local(utc).and_utc(), "{starts} in {zone}");
    }
}

#[test]
fn events_years_apart_share_one_description() {
    let zone: Tz = "Asia/Almaty".parse().unwrap();
    let events = [event("2024-02-01T12:00", zone), event("2026-06-01T12:00", zone), event("2025-06-01T12:00", zone)];
    let read = Reader::new(&invite(&events.iter().map(entry).collect::<Vec<_>>()));
    assert_eq!(read.of_kind("VTIMEZONE").len(), 1);
    let starts: Vec<_> = read.of_kind("VEVENT").into_iter().map(|event| read.instant(event, "DTSTART")).collect();
    assert_eq!(starts, ["2024-02-01T06:00", "2026-06-01T07:00", "2025-06-01T07:00"].map(|at| local(at).and_utc()));
}

#[test]
fn each_zone_is_described_once() {
    let events =
        ["Europe/London", "Asia/Almaty", "Europe/London"].map(|z| event("2026-06-01T12:00", z.parse().unwrap()));
    let read = Reader::new(&invite(&events.iter().map(entry).collect::<Vec<_>>()));
    let zones: Vec<_> = read.of_kind("VTIMEZONE").into_iter().map(|zone| reader::text(zone, "TZID")).collect();
    assert_eq!(zones, ["Asia/Almaty", "Europe/London"]);
}

#[test]
fn times_in_utc_need_no_zone() {
    for zone in ["UTC", "Etc/UTC", "Zulu"] {
        let event = event("2026-06-01T12:00", zone.parse().unwrap());
        let text = invite(&[entry(&event)]);
        assert!(text.contains("\r\nDTSTART:20260601T120000Z\r\nDTEND:20260601T130000Z\r\n"), "{text}");
        assert!(!text.contains("VTIMEZONE"), "{text}");
    }
}

#[test]
fn an_end_in_an_hour_that_is_skipped_or_comes_twice_is_in_utc() {
    let zone = chrono_tz::Europe::London;
    for (starts, ends, utc) in [
        ("2026-03-28T22:30", "2026-03-29T01:30", "20260329T013000Z"),
        ("2026-10-24T23:30", "2026-10-25T01:30", "20261025T013000Z"),
    ] {
        let mut event = event(starts, zone);
        // The second of the two.
        let at = schedule::instant(local(ends), zone).to_utc().max(Utc.from_utc_datetime(&local(ends)));
        event.ends = Moment { local: local(ends), at: at.into() };
        let text = invite(&[entry(&event)]);
        assert!(text.contains(&format!("\r\nDTEND:{utc}\r\n")), "{text}");
        assert!(text.contains("\r\nDTSTART;TZID=Europe/London:"), "{text}");
        let read = Reader::new(&text);
        assert_eq!(read.instant(read.only_event(), "DTEND"), at);
    }
}

#[test]
fn the_first_of_two_hours_stays_on_the_wall_clock() {
    let zone = chrono_tz::Europe::London;
    let mut event = event("2026-10-24T22:30", zone);
    event.ends = Moment { local: local("2026-10-25T01:30"), at: schedule::instant(local("2026-10-25T01:30"), zone) };
    let read = Reader::new(&invite(&[entry(&event)]));
    assert_eq!(reader::parameter(read.only_event(), "DTEND", "TZID"), Some("Europe/London"));
    assert_eq!(read.instant(read.only_event(), "DTEND"), local("2026-10-25T00:30").and_utc());
}

#[test]
fn every_zone_there_is_can_be_described() {
    for zone in chrono_tz::TZ_VARIANTS {
        let Ok(starts) = Moment::new(local("2026-06-01T12:00"), zone) else { panic!("{zone}") };
        let event = Event { starts, ..event("2026-06-01T12:00", zone) };
        let read = Reader::new(&invite(&[entry(&event)]));
        assert_eq!(read.instant(read.only_event(), "DTSTART"), starts.at.to_utc(), "{zone}");
    }
}
