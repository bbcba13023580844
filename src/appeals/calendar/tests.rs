mod hostile;
mod reader;
mod times;

use chrono::{NaiveDateTime, TimeDelta};
use chrono_tz::{Europe, Tz};

use self::reader::Reader;
use super::*;
use crate::appeals::event::{Moment, Point};
use crate::words::Words;

pub(super) fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap()
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An event of an hour.
pub(super) fn event(starts: &str, zone: Tz) -> Event {
    let starts = Moment::new(local(starts), zone).unwrap();
    let end = starts.at.to_utc() + TimeDelta::hours(1);
    Event {
        uid: "a17-1@campaign.example".to_owned(),
        starts,
        ends: Moment { local: end.with_timezone(&zone).naive_local(), at: end.into() },
        time_zone: zone,
        place: Some("Kaz Minerals Plc".to_owned()),
        address: Some("100 Victoria Street, London, SW1E 5JL".to_owned()),
        online_url: None,
        region: None,
        point: None,
    }
}

pub(super) fn protest() -> Event {
    let mut protest = event("2015-09-28T16:00", Europe::London);
    protest.ends = Moment::new(local("2015-09-28T19:00"), Europe::London).unwrap();
    protest
}

pub(super) fn entry(event: &Event) -> Entry<'_> {
    Entry {
        event,
        title: "Protest against the victimization of workers and activists",
        description: "A letter has been sent to the directors.",
        url: Some("https://campaign.example/protest"),
        sequence: 0,
        created: at("2015-09-27T08:00:00Z"),
        modified: at("2015-09-27T08:00:00Z"),
        cancelled: false,
    }
}

pub(super) fn sender() -> Sender {
    "Campaign, Example <news@campaign.example>".parse().unwrap()
}

pub(super) fn invite(entries: &[Entry<'_>]) -> String {
    let words = Words::load(None).unwrap();
    invitation(entries, &Organizer::from(&sender()), words.language("en")).unwrap().unwrap()
}

fn subscribe(entries: &[Entry<'_>], name: &str) -> String {
    let words = Words::load(None).unwrap();
    let about = Feed { name, source: "https://campaign.example/events.ics?region=London%20East" };
    feed(entries, &about, &Organizer::from(&sender()), words.language("en")).unwrap()
}

#[test]
fn the_protest_as_it_is_written() {
    let protest = protest();
    let expected = "BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Handbill//Handbill//EN
CALSCALE:GREGORIAN
METHOD:PUBLISH
BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:STANDARD
DTSTART:20141026T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
TZNAME:GMT
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20150329T010000
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
TZNAME:BST
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20151025T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
TZNAME:GMT
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20160327T010000
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
TZNAME:BST
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20161030T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
TZNAME:GMT
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:a17-1@campaign.example
SEQUENCE:0
DTSTAMP:20150927T080000Z
CREATED:20150927T080000Z
LAST-MODIFIED:20150927T080000Z
DTSTART;TZID=Europe/London:20150928T160000
DTEND;TZID=Europe/London:20150928T190000
SUMMARY:Protest against the victimization of workers and activists
DESCRIPTION:A letter has been sent to the directors.\\n\\nhttps://campaign.ex
 ample/protest
LOCATION:Kaz Minerals Plc\\, 100 Victoria Street\\, London\\, SW1E 5JL
URL:https://campaign.example/protest
ORGANIZER;CN=\"Campaign, Example\":mailto:news@campaign.example
STATUS:CONFIRMED
CLASS:PUBLIC
TRANSP:TRANSPARENT
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT2H
DESCRIPTION:Protest against the victimization of workers and activists
END:VALARM
END:VEVENT
END:VCALENDAR
";
    assert_eq!(invite(&[entry(&protest)]).replace("\r\n", "\n"), expected);
}

#[test]
fn another_parser_reads_the_protest_at_three_in_utc() {
    let listing = include_str!("../../../tests/data/post-listing.txt");
    assert!(listing.contains("On Monday 28 September 2015 at 4pm"));
    assert!(listing.contains("100 Victoria Street, London, SW1E 5JL"));
    let protest = protest();
    let read = Reader::new(&invite(&[entry(&protest)]));
    let event = read.only_event();
    assert_eq!(read.instant(event, "DTSTART").to_string(), "2015-09-28 15:00:00 UTC");
    assert_eq!(read.instant(event, "DTEND").to_string(), "2015-09-28 18:00:00 UTC");
    assert_eq!(reader::text(event, "LOCATION"), "Kaz Minerals Plc, 100 Victoria Street, London, SW1E 5JL");
    assert_eq!(reader::text(event, "ORGANIZER"), "mailto:news@campaign.example");
    assert_eq!(reader::parameter(event, "ORGANIZER", "CN"), Some("Campaign, Example"));
    assert_eq!(reader::text(read.calendar(), "METHOD"), METHOD);
    assert!(MAIL_CONTENT_TYPE.ends_with(&format!("method={METHOD}")));
    assert!(reader::all(event, "ATTENDEE").is_empty());
    assert_eq!(read.of_kind("VALARM").len(), 1);
}

#[test]
fn an_event_online_and_on_the_map() {
    let meeting = Event {
        online_url: Some("https://meet.example/room?a=1,2;3".to_owned()),
        place: None,
        address: None,
        point: Some(Point { latitude: 51.4975, longitude: -0.1357 }),
        ..protest()
    };
    let read = Reader::new(&invite(&[Entry { url: None, description: "", ..entry(&meeting) }]));
    let event = read.only_event();
    let link = "https://meet.example/room?a=1,2;3";
    for property in ["CONFERENCE", "URL", "LOCATION", "DESCRIPTION"] {
        assert_eq!(reader::text(event, property), link, "{property}");
    }
    assert_eq!(reader::parameter(event, "CONFERENCE", "VALUE"), Some("URI"));
    assert!(invite(&[entry(&meeting)]).contains("\r\nGEO:51.497500;-0.135700\r\n"));
}

#[test]
fn a_link_that_is_no_web_page_is_left_out() {
    let protest = protest();
    let text = invite(&[Entry { url: Some("javascript:alert(1)"), ..entry(&protest) }]);
    assert!(!text.contains("javascript") && !text.contains("\r\nURL:"), "{text}");
}

#[test]
fn an_amendment_has_the_same_uid_and_more_of_the_rest() {
    let protest = protest();
    let moved = Event { address: Some("1 Park Lane, London".to_owned()), ..protest.clone() };
    let modified = at("2015-09-27T12:00:00Z");
    let read = Reader::new(&invite(&[Entry { sequence: 3, modified, ..entry(&moved) }]));
    let event = read.only_event();
    assert_eq!(reader::text(event, "UID"), protest.uid);
    assert_eq!(reader::number(event, "SEQUENCE"), 3);
    assert_eq!(read.instant(event, "CREATED").to_string(), "2015-09-27 08:00:00 UTC");
    for property in ["DTSTAMP", "LAST-MODIFIED"] {
        assert_eq!(read.instant(event, property).to_string(), "2015-09-27 12:00:00 UTC", "{property}");
    }
}

#[test]
fn a_cancellation_says_so_twice_and_does_not_ring() {
    let protest = protest();
    let words = Words::load(None).unwrap();
    let entries = [Entry { sequence: 1, cancelled: true, ..entry(&protest) }];
    let text = invitation(&entries, &Organizer::from(&sender()), words.language("ru")).unwrap().unwrap();
    let read = Reader::new(&text);
    let event = read.only_event();
    assert_eq!(reader::text(event, "STATUS"), "CANCELLED");
    assert_eq!(reader::text(event, "SUMMARY"), format!("Отменено: {}", entries[0].title));
    assert_eq!(reader::text(event, "UID"), protest.uid);
    assert_eq!(reader::number(event, "SEQUENCE"), 1);
    assert_eq!(reader::text(read.calendar(), "METHOD"), "PUBLISH");
    assert!(read.of_kind("VALARM").is_empty());
}

#[test]
fn one_mail_can_move_one_event_and_call_another_off() {
    let (first, second) = (protest(), Event { uid: "a17-2@campaign.example".to_owned(), ..protest() });
    let text = invite(&[entry(&first), Entry { cancelled: true, ..entry(&second) }]);
    let read = Reader::new(&text);
    let states: Vec<_> = read.of_kind("VEVENT").into_iter().map(|event| reader::text(event, "STATUS")).collect();
    assert_eq!(states, ["CONFIRMED", "CANCELLED"]);
    assert_eq!(read.of_kind("VTIMEZONE").len(), 1);
}

#[test]
fn an_appeal_without_events_has_no_calendar() {
    let words = Words::load(None).unwrap();
    assert_eq!(invitation(&[], &Organizer::from(&sender()), words.language("en")).unwrap(), None);
}

#[test]
fn the_feed_can_be_subscribed_to() {
    let protest = protest();
    let text =
        subscribe(&[entry(&protest), Entry { cancelled: true, ..entry(&protest) }], "Events, all; of them\r\nX:1");
    let read = Reader::new(&text);
    let calendar = read.calendar();
    assert_eq!(reader::text(calendar, "NAME"), "Events, all; of them X:1");
    assert_eq!(reader::text(calendar, "X-WR-CALNAME"), "Events, all; of them X:1");
    assert_eq!(reader::text(calendar, "SOURCE"), "https://campaign.example/events.ics?region=London%20East");
    assert_eq!(reader::seconds(calendar, "REFRESH-INTERVAL"), 3600);
    assert!(text.contains("\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n"), "{text}");
    assert!(reader::all(calendar, "METHOD").is_empty());
    let states: Vec<_> = read.of_kind("VEVENT").into_iter().map(|event| reader::text(event, "STATUS")).collect();
    assert_eq!(states, ["CONFIRMED", "CANCELLED"]);
    assert!(read.of_kind("VALARM").is_empty());
}

#[test]
fn an_empty_feed_is_a_calendar_all_the_same() {
    let read = Reader::new(&subscribe(&[], "Events"));
    assert!(read.of_kind("VEVENT").is_empty());
    assert_eq!(reader::text(read.of_kind("VTIMEZONE")[0], "TZID"), "UTC");
}

#[test]
fn the_same_entries_give_the_same_bytes() {
    let protest = protest();
    assert_eq!(invite(&[entry(&protest)]), invite(&[entry(&protest)]));
}

#[test]
fn the_organizer_of_any_address_is_a_link() {
    let sender = Sender { name: "A \"B\"".to_owned(), address: "жук%x+y@campaign.example".parse().unwrap() };
    let line: String = lines::organizer(&Organizer::from(&sender)).try_into().unwrap();
    assert_eq!(line, "ORGANIZER;CN=A 'B':mailto:%D0%B6%D1%83%D0%BA%25x+y@campaign.example\r\n");
}
