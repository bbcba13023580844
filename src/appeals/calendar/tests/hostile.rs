use proptest::prelude::*;

use super::reader::{self, Reader};
use super::{at, entry, event, invite, sender};
use crate::appeals::calendar::{Entry, Feed, Organizer, feed, invitation, lines, links};
use crate::appeals::event::Event;
use crate::clock::Timestamp;
use crate::config::Sender;
use crate::message::one_line;
use crate::words::Words;

/// What somebody might write to get out of a property.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\n".to_owned()),
        Just("\nATTENDEE:mailto:x@example.org".to_owned()),
        Just("\r".to_owned()),
        Just("\0".to_owned()),
        Just("\\n\\N\\,\\;\\\\".to_owned()),
        Just("\\".to_owned()),
        Just(",;:\"'^n^'".to_owned()),
        Just("\u{202e}\u{2066}\u{200f}\u{feff}".to_owned()),
        Just("\u{85}\u{2028}\u{2029}\u{b}\u{c}".to_owned()),
        Just("👩‍👩‍👧‍👦🏳️‍🌈".to_owned()),
        Just("Протест рабочих ".to_owned()),
        Just("x".repeat(10_000)),
        Just("€".repeat(120)),
        "\\PC{0,90}",
        any::<String>(),
    ];
    // It starts with a letter, so that no property is left out.
    prop::collection::vec(piece, 0..9).prop_map(|pieces| format!("a{}", pieces.concat()))
}

/// The names of all content lines, after a look at every line as it is sent.
fn names(text: &str) -> Vec<String> {
    assert!(text.ends_with("\r\n"));
    for line in text.split_terminator("\r\n") {
        assert!(line.len() <= 75, "{} octets: {line:?}", line.len());
        assert!(!line.chars().any(char::is_control), "{line:?}");
        assert!(!line.is_empty() && line != " ");
    }
    let unfolded = text.replace("\r\n ", "");
    unfolded.split_terminator("\r\n").map(|line| line.split([':', ';']).next().unwrap().to_owned()).collect()
}

fn hostile_event(place: &str, address: &str, uid: &str) -> Event {
    Event {
        uid: uid.to_owned(),
        place: Some(place.to_owned()),
        address: Some(address.to_owned()),
        online_url: Some("https://meet.example/room".to_owned()),
        ..event("2026-06-01T12:00", chrono_tz::Europe::London)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_breaks_out_of_its_property(
        title in text(), description in text(), place in text(), address in text(), uid in text(), name in text(),
        cancelled in any::<bool>(),
    ) {
        let words = Words::load(None).unwrap();
        let plain = hostile_event("A square", "1 Example Street", "a17");
        let hostile = hostile_event(&place, &address, &uid);
        let nasty = Sender { name: name.clone(), ..sender() };
        let write = |entry: Entry<'_>, sender: &Sender, name: &str| {
            let entries = [Entry { cancelled, ..entry }];
            let organizer = Organizer::from(sender);
            let mail = invitation(&entries, &organizer, words.language("en")).unwrap().unwrap();
            let about = Feed { name, source: "https://campaign.example/events.ics" };
            [mail, feed(&entries, &about, &organizer, words.language("en")).unwrap()]
        };
        let harmless = write(entry(&plain), &sender(), "Events");
        let written =
            write(Entry { title: &title, description: &description, ..entry(&hostile) }, &nasty, &name);
        for (text, harmless) in written.iter().zip(&harmless) {
            prop_assert_eq!(names(text), names(harmless));
            let read = Reader::new(text);
            let event = read.only_event();
            let title = one_line(&title, 250);
            let shown = if cancelled { one_line(&format!("Cancelled: {title}"), 250) } else { title };
            prop_assert_eq!(reader::text(event, "SUMMARY"), shown);
            prop_assert_eq!(reader::text(event, "UID"), one_line(&uid, 250));
            let read_description = reader::text(event, "DESCRIPTION");
            prop_assert!(read_description.starts_with(&lines::paragraphs(&description, 2000)));
            prop_assert!(read_description.ends_with("/room\n\nhttps://campaign.example/protest"));
            prop_assert!(reader::text(event, "LOCATION").ends_with(&one_line(&address, 250)));
        }
        let read = Reader::new(&written[1]);
        prop_assert_eq!(reader::text(read.calendar(), "NAME"), one_line(&name, 250));
    }

    #[test]
    fn no_text_breaks_out_of_a_link(title in text(), place in text(), url in text()) {
        let event = Event { online_url: None, ..hostile_event(&place, "1 Example Street", "a17") };
        let page = format!("https://campaign.example/{url}");
        let entry = Entry { title: &title, url: Some(&page), ..entry(&event) };
        for (link, names) in [
            (links::google(entry.event, entry.title, entry.url), &["action", "dates", "ctz", "text", "location", "details"][..]),
            (links::outlook(entry.event, entry.title, entry.url), &["rru", "path", "startdt", "enddt", "subject", "location", "body"][..]),
        ] {
            prop_assert!(link.starts_with("https://") && link.len() < 2000, "{}", link);
            prop_assert!(link.chars().all(|c| c.is_ascii_alphanumeric() || "-._~:/?&=%,".contains(c)), "{}", link);
            let read = url::Url::parse(&link).unwrap();
            let found: Vec<_> = read.query_pairs().map(|(name, _)| name.into_owned()).collect();
            // A page with a long address is left out.
            prop_assert!(found == names || found == names[..names.len() - 1], "{:?}", found);
            let said = read.query_pairs().find(|(name, _)| name == "text" || name == "subject").unwrap().1.into_owned();
            let cleaned = one_line(&title, 250);
            prop_assert!(cleaned.starts_with(&said) && !said.is_empty(), "{:?}", said);
        }
    }

    #[test]
    fn no_number_is_too_large(
        sequence in any::<i32>(), created in any::<i64>(), modified in any::<i64>(), starts in any::<i64>(),
        latitude in any::<f64>(), longitude in any::<f64>(),
    ) {
        let mut event = event("2026-06-01T12:00", chrono_tz::Europe::London);
        event.starts.at = Timestamp(starts);
        event.point = Some(crate::appeals::event::Point { latitude, longitude });
        let text = invite(&[Entry { sequence, created: Timestamp(created), modified: Timestamp(modified), ..entry(&event) }]);
        names(&text);
        let read = Reader::new(&text);
        read.instant(read.only_event(), "DTSTAMP");
        prop_assert!(reader::number(read.only_event(), "SEQUENCE") >= 0);
    }
}

#[test]
fn a_text_of_paragraphs_keeps_them() {
    assert_eq!(lines::paragraphs("\r\n a \r\nb\r\n\r\n\r\n\u{2028}c\0d\r\n", 99), "a\nb\n\nc d");
    assert_eq!(lines::paragraphs(&"word ".repeat(3000), 2000).chars().count(), 2000);
    assert_eq!(lines::paragraphs(&"word\n".repeat(3000), 2000).lines().count(), 400);
    assert_eq!(lines::paragraphs("\n\n", 9), "");
}

#[test]
fn links_say_the_time_in_utc() {
    let event = event("2015-09-28T16:00", chrono_tz::Europe::London);
    let entry = Entry { title: "Protest & more + \"tea\"", created: at("2015-09-27T08:00:00Z"), ..entry(&event) };
    assert_eq!(
        links::google(entry.event, entry.title, entry.url),
        "https://calendar.google.com/calendar/render?action=TEMPLATE&dates=20150928T150000Z/20150928T160000Z\
         &ctz=Europe/London&text=Protest%20%26%20more%20%2B%20%22tea%22\
         &location=Kaz%20Minerals%20Plc,%20100%20Victoria%20Street,%20London,%20SW1E%205JL\
         &details=https://campaign.example/protest"
    );
    assert_eq!(
        links::outlook(entry.event, entry.title, entry.url),
        "https://outlook.live.com/calendar/0/deeplink/compose?rru=addevent&path=/calendar/action/compose\
         &startdt=2015-09-28T15:00:00Z&enddt=2015-09-28T16:00:00Z&subject=Protest%20%26%20more%20%2B%20%22tea%22\
         &location=Kaz%20Minerals%20Plc,%20100%20Victoria%20Street,%20London,%20SW1E%205JL\
         &body=https://campaign.example/protest"
    );
}

#[test]
fn the_file_of_an_event_is_one_path_segment() {
    let site = "https://campaign.example/".parse().unwrap();
    assert_eq!(
        links::file(&site, "a17-1@campaign.example"),
        "https://campaign.example/events/a17-1@campaign.example.ics"
    );
    let under = "https://campaign.example/mail?x#y".parse().unwrap();
    assert_eq!(links::file(&under, "../a b/%"), "https://campaign.example/mail/events/..%2Fa%20b%2F%25.ics");
}
