//! Mails about appeals: all that a reader has to know is in both parts, and in the first lines what changed.

use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Tz;

use super::{built_in, english, tame};
use crate::appeals::event::{Event, Moment};
use crate::clock::Timestamp;
use crate::deliveries::DeliveryState;
use crate::editions::EditionKind;
use crate::id::EditionId;
use crate::message::Content;
use crate::templates::contexts::{
    Appeal, Call, Called, Cancellation, Correction, Digest, Ending, EventBox, Item, Links, Notice, OrganiserResult,
    Reminder, Version,
};
use crate::templates::{Context, Templates};
use crate::words::Language;

const LONDON: Tz = chrono_tz::Europe::London;

fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap()
}

fn event(starts: &str, ends: &str, zone: Tz) -> Event {
    Event {
        uid: "1@campaign.example".to_owned(),
        starts: Moment::new(local(starts), zone).unwrap(),
        ends: Moment::new(local(ends), zone).unwrap(),
        time_zone: zone,
        place: Some("Outside the head office".to_owned()),
        address: Some("100 Victoria Street, London, SW1E 5JL".to_owned()),
        online_url: None,
        region: None,
        point: None,
    }
}

fn protest() -> Event {
    event("2015-09-28T16:00", "2015-09-28T19:00", LONDON)
}

/// The call of the first sample, to other events.
fn call<'a>(language: Language<'a>, events: &'a [Event]) -> Call<'a> {
    let sample = Appeal::samples(&language, &tame).remove(0).urgent;
    let links = crate::templates::contexts::AppealLinks {
        calendar: vec!["https://campaign.example/1.ics".to_owned()],
        ..sample.links
    };
    Call { frame: sample.frame, language, post: sample.post, events, deadline: None, time_zone: LONDON, links }
}

fn correction(templates: &Templates, tag: &str, before: &[Event], now: &[Event]) -> Content {
    let call = call(templates.words().language(tag), now);
    let context = Correction::new(call, Version { events: before, deadline: None }, Timestamp(0)).unwrap();
    templates.mail(&context, tag).unwrap()
}

/// A text without its line breaks, as wrapping may put one anywhere.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn an_appeal_says_when_and_where_in_both_parts() {
    let templates = built_in();
    let events = [protest()];
    let content =
        templates.mail(&Appeal::new(call(english(&templates), &events), Timestamp(0)).unwrap(), "en").unwrap();
    let title = "Protest against the sacking of the bakery workers";
    assert_eq!(content.subject, format!("{title}: Monday, 28 September, 16:00"));
    for (part, map) in
        [(&content.text, "search?query=100+Victoria+Street"), (&content.html, "search?query&#x3D;100+Victoria+Street")]
    {
        for fact in [
            "Monday, 28 September 2015",
            "16:00 to 19:00",
            "London time (UTC+01:00)",
            "Outside the head office",
            "100 Victoria Street, London, SW1E 5JL",
            "https://www.openstreetmap.org/",
            map,
            "https://campaign.example/1.ics",
            "open it to add it to your calendar",
            "by telephone",
        ] {
            assert!(flat(part).contains(fact), "{fact} is missing: {part}");
        }
        assert!(flat(part).contains("You get this because you asked Campaign Example for urgent appeals."));
    }
    // The event stands above the post.
    let (event, post) = (content.html.find("16:00 to").unwrap(), content.html.find("Twelve workers").unwrap());
    assert!(event < post);
    assert!(!content.html.contains("<img"));
}

#[test]
fn times_are_those_of_the_clock_where_it_happens() {
    let templates = built_in();
    let shown = |event: &Event, tag: &str| EventBox::new(event, templates.words().language(tag), None).unwrap();
    let night = shown(&event("2015-09-28T22:00", "2015-09-29T02:00", LONDON), "en");
    assert_eq!(night.date, "Monday, 28 September 2015, 22:00");
    assert_eq!(night.time, "until Tuesday, 29 September 2015, 02:00");
    // The clocks go back at two in the night of 25 October.
    let back = shown(&event("2015-10-24T22:00", "2015-10-25T06:00", LONDON), "en");
    assert_eq!(
        (back.zone.as_str(), back.time.as_str()),
        ("London time (UTC+01:00)", "until Sunday, 25 October 2015, 06:00 (UTC+00:00)")
    );
    let there = event("2015-04-07T15:00", "2015-04-07T18:00", chrono_tz::America::New_York);
    assert_eq!(shown(&there, "en").zone, "New York time (UTC-04:00)");
    let here = event("2015-04-07T15:00", "2015-04-07T18:00", chrono_tz::Asia::Almaty);
    let box_ = shown(&here, "ru");
    assert_eq!((box_.date.as_str(), box_.time.as_str()), ("вторник, 7 апреля 2015 г.", "с 15:00 до 18:00"));
    assert_eq!(box_.zone, "время Алматы (UTC+06:00)");
    assert_eq!(shown(&event("2015-04-07T15:00", "2015-04-07T18:00", chrono_tz::UTC), "en").zone, "UTC+00:00");
    assert_eq!(box_.starts, "2015-04-07T15:00:00+06:00");
}

#[test]
fn only_links_that_are_safe_to_follow_stand_in_an_event() {
    let templates = built_in();
    let bad = Event { online_url: Some("javascript:alert(1)".to_owned()), address: None, place: None, ..protest() };
    let shown = EventBox::new(&bad, english(&templates), Some("data:text/calendar,x")).unwrap();
    assert_eq!((shown.online_url, shown.calendar_url, shown.map_url), (None, None, None));
}

#[test]
fn a_correction_says_first_what_changed_and_both_what_was_and_what_is() {
    let templates = built_in();
    let later = event("2015-09-28T17:00", "2015-09-28T20:00", LONDON);
    let content = correction(&templates, "en", &[protest()], &[later]);
    assert_eq!(
        content.subject,
        "Time changed: now 17:00, was 16:00 | Protest against the sacking of the bakery workers"
    );
    let lines: Vec<&str> = content.text.lines().collect();
    assert_eq!(
        lines[..6],
        [
            "This has changed",
            "",
            "Protest against the sacking of the bakery workers",
            "",
            "Time changed",
            "Now: Monday, 28 September 2015, 17:00 to 20:00, London time (UTC+01:00)"
        ]
    );
    assert!(lines[6].starts_with("Was: Monday, 28 September 2015, 16:00 to 19:00, London"), "{}", lines[6]);
    assert!(flat(&content.text).contains("open to replace your entry"));
    // Struck through, and said in words.
    assert!(content.html.contains("Was: <s><bdi>Monday, 28 September 2015, 16:00 to 19:00"), "{}", content.html);
    assert!(content.html.contains("Now: <bdi>Monday, 28 September 2015, 17:00 to 20:00"));
    let changed = content.html.find("Time changed</p>").unwrap();
    assert!(changed < content.html.find("17:00 to 20:00<br>").unwrap());
    assert!(flat(&content.text).contains("because Campaign Example sent you this appeal before."));
}

#[test]
fn each_kind_of_change_is_told() {
    let templates = built_in();
    let subject = |now: Event| correction(&templates, "en", &[protest()], &[now]).subject;
    let moved = Event { address: Some("5 New Square".to_owned()), ..protest() };
    assert!(
        subject(moved).starts_with("Address changed: now 5 New Square, was 100 Victoria Street, London, SW1E 5JL | ")
    );
    let shorter = event("2015-09-28T16:00", "2015-09-28T18:00", LONDON);
    assert!(subject(shorter).starts_with("End changed: now 18:00, was 19:00 | "));
    let next_day = event("2015-09-29T16:00", "2015-09-29T19:00", LONDON);
    assert!(
        subject(next_day)
            .starts_with("Time changed: now Tuesday, 29 September, 16:00, was Monday, 28 September, 16:00 | ")
    );
    let zone = event("2015-09-28T16:00", "2015-09-28T19:00", chrono_tz::Europe::Berlin);
    assert!(
        subject(zone).starts_with("Time zone changed: now Berlin time (UTC+02:00), was London time (UTC+01:00) | ")
    );
    let online = Event { online_url: Some("https://meet.example/a".to_owned()), place: None, ..protest() };
    assert!(
        subject(online)
            .starts_with("Place changed: was Outside the head office; Online link changed: https://meet.example/a | ")
    );
    let region = Event { region: Some("London".to_owned()), ..protest() };
    assert!(subject(region).starts_with("Details changed | "));
    let other = Event { uid: "2@campaign.example".to_owned(), ..event("2015-09-30T10:00", "2015-09-30T11:00", LONDON) };
    let both = correction(&templates, "en", &[protest()], &[other]);
    assert!(
        both.subject.starts_with(
            "Event cancelled: was Monday, 28 September, 16:00; Event added: Wednesday, 30 September, 10:00 | "
        ),
        "{}",
        both.subject
    );
    let russian = correction(&templates, "ru", &[protest()], &[event("2015-09-28T17:00", "2015-09-28T20:00", LONDON)]);
    assert!(russian.subject.starts_with("Изменилось время: теперь 17:00, было 16:00 | "), "{}", russian.subject);
}

#[test]
fn a_long_change_leaves_the_title_in_the_subject() {
    let templates = built_in();
    let long = |word: &str| Event { address: Some(format!("{word} ").repeat(100)), ..protest() };
    let subject = correction(&templates, "en", &[long("Here")], &[long("There")]).subject;
    assert!(subject.ends_with(" | Protest against the sacking of the bakery workers"), "{subject}");
}

#[test]
fn a_cancellation_strikes_the_event_out_and_says_why() {
    let templates = built_in();
    let events = [protest()];
    let context =
        Cancellation::new(call(english(&templates), &events), Some("The company\nhas agreed to talk.")).unwrap();
    let content = templates.mail(&context, "en").unwrap();
    assert_eq!(
        content.subject,
        "Cancelled: Protest against the sacking of the bakery workers (Monday, 28 September, 16:00)"
    );
    for part in [&content.text, &content.html] {
        for fact in
            ["This does not take place.", "Reason: The company has agreed to talk.", "open to replace your entry"]
        {
            assert!(flat(part).contains(fact), "{fact} is missing: {part}");
        }
        assert!(!part.contains("openstreetmap") && !part.contains(".ics"), "{part}");
    }
    assert!(content.html.contains("<s>Monday, 28 September 2015</s>"));
    assert!(content.text.contains("Cancelled:\nMonday, 28 September 2015"));
}

#[test]
fn a_reminder_is_about_what_is_next_and_after() {
    let templates = built_in();
    let first = event("2015-09-26T10:00", "2015-09-26T11:00", LONDON);
    let events = [first, protest()];
    let mut call = call(english(&templates), &events);
    call.links.calendar =
        vec!["https://campaign.example/1.ics".to_owned(), "https://campaign.example/2.ics".to_owned()];
    let content = templates.mail(&Reminder::new(call, &events[1]).unwrap(), "en").unwrap();
    assert!(content.subject.starts_with("Reminder for Monday, 28 September, 16:00: "), "{}", content.subject);
    assert!(!content.text.contains("26 September") && content.text.contains("28 September"), "{}", content.text);
    assert!(content.text.contains("2.ics") && !content.text.contains("1.ics"), "{}", content.text);
}

#[test]
fn a_petition_says_until_when() {
    let templates = built_in();
    let deadline = Moment::new(local("2015-10-02T18:00"), LONDON).unwrap().at;
    let petition = |at| Call { deadline: Some(at), ..call(english(&templates), &[]) };
    let content = templates.mail(&Appeal::new(petition(deadline), Timestamp(0)).unwrap(), "en").unwrap();
    assert!(content.subject.ends_with(": by Friday, 2 October"), "{}", content.subject);
    for part in [&content.text, &content.html] {
        assert!(flat(part).contains("Open until Friday, 2 October 2015, 18:00, London time (UTC+01:00)"), "{part}");
        assert!(!part.contains("calendar entry"), "{part}");
    }
    let later = Moment::new(local("2015-10-02T20:00"), LONDON).unwrap().at;
    let before = Version { events: &[], deadline: Some(deadline) };
    let content = templates.mail(&Correction::new(petition(later), before, Timestamp(0)).unwrap(), "en").unwrap();
    assert!(
        content.subject.starts_with("Deadline changed: now Friday, 2 October, 20:00, was Friday, 2 October, 18:00 | "),
        "{}",
        content.subject
    );
}

#[test]
fn a_result_counts_what_became_of_a_mailing() {
    let templates = built_in();
    let some = templates.mail(&OrganiserResult::samples(&english(&templates), &tame)[0], "en").unwrap();
    assert_eq!(some.subject, "Sent to 1170 of 1189: Protest against the sacking of the bakery workers");
    assert!(some.text.starts_with("It has gone out, but not to everybody\n"), "{}", some.text);
    assert!(
        some.text.contains("* Not sent before the deadline: 1\n") && !some.text.contains("Stopped"),
        "{}",
        some.text
    );
    assert!(flat(&some.text).contains("One person was not sent it before the deadline"), "{}", some.text);
    let all = templates.mail(&OrganiserResult::samples(&english(&templates), &tame)[1], "en").unwrap();
    assert!(all.text.starts_with("It has gone out to everybody\n"), "{}", all.text);
    // Each state has words of its own.
    let say = |state: &DeliveryState| {
        templates.words().language("en").get("result-state", &[("state", state.as_str().into())]).unwrap()
    };
    let ended: std::collections::BTreeSet<String> =
        DeliveryState::ALL.iter().filter(|state| state.is_final()).map(say).collect();
    assert_eq!(ended.len(), DeliveryState::ALL.iter().filter(|state| state.is_final()).count());
}

#[test]
fn a_digest_marks_what_was_an_appeal() {
    let templates = built_in();
    let language = english(&templates);
    let sample = Digest::samples(&language, &tame).remove(1);
    let post = |title: &str| {
        let url = Some("https://campaign.example/post");
        Item::new(title, url, "today".to_owned(), &[], "<p>Come.</p>".to_owned(), "Come.".to_owned())
    };
    let events = [protest(), event("2015-09-29T10:00", "2015-09-29T11:00", LONDON)];
    let (never, between) = (Timestamp(0), events[0].ends.at);
    let marked = |notice, at| {
        let calendar = [1, 2].map(|number| format!("https://campaign.example/{number}.ics"));
        let called = Called { notice, events: &events, at, deadline: None, time_zone: LONDON, calendar: &calendar };
        post("Appeal").of_appeal(language, &called).unwrap()
    };
    let links: Links = sample.links.clone();
    let mail = |items: Vec<Item>| {
        let digest = Digest::new(sample.frame.clone(), sample.cadence, items, links.clone());
        templates.mail(&digest, "en").unwrap()
    };
    let ahead = mail(vec![marked(Notice::Ahead, never)]);
    assert!(ahead.html.contains("16:00 to 19:00") && ahead.html.contains("1.ics") && ahead.html.contains("2.ics"));
    let second = mail(vec![marked(Notice::Ahead, between)]);
    assert!(second.html.contains("16:00 to 19:00") && !second.html.contains("1.ics") && second.html.contains("2.ics"));
    let over = mail(vec![marked(Notice::TookPlace, Timestamp(i64::MAX))]);
    assert!(over.html.contains("This has taken place.") && !over.html.contains(".ics") && !over.html.contains("<s>"));
    assert!(over.text.contains("This has taken place.\n"));
    let off = mail(vec![marked(Notice::Cancelled, never)]);
    assert!(off.html.contains("This was cancelled.") && off.html.contains("<s>Monday, 28 September 2015</s>"));
    let half = mail(vec![marked(Notice::Cancelled, between)]);
    assert!(!half.html.contains("<s>Monday, 28") && half.html.contains("<s>Tuesday, 29 September 2015</s>"));

    let lined = mail(vec![post("Had").as_line(), post("New"), post("Newer")]);
    assert_eq!(lined.subject, "New, and one more post");
    assert!(
        lined.text.contains("There are 2 new posts.") && lined.text.contains("You have had this from us before: Had\n")
    );
    assert!(lined.text.find("Newer").unwrap() < lined.text.find("Had").unwrap());
    assert!(lined.html.contains("><bdi>Had</bdi></a>") && !lined.html.contains("Had</h2>"));
    let one = mail(vec![post("Had").as_line(), post("New")]);
    assert_eq!(one.subject, "New");
}

#[test]
fn many_events_and_a_long_post_stay_below_what_mail_programs_cut_off() {
    let templates = built_in();
    let day = NaiveDate::from_ymd_opt(2015, 9, 1).unwrap();
    let events: Vec<Event> = (0..60)
        .map(|at| {
            let date = day + chrono::Days::new(at);
            event(&format!("{date}T10:00"), &format!("{date}T12:00"), LONDON)
        })
        .collect();
    let mut call = call(english(&templates), &events);
    call.post = Item { html: "<p>ж</p>".repeat(5_000), ..call.post };
    let content = templates.mail(&Appeal::new(call, Timestamp(0)).unwrap(), "en").unwrap();
    assert!(content.html.len() < 65_000, "{}", content.html.len());
    assert_eq!(content.text.matches("London time").count(), 60);
}

#[test]
fn what_is_over_is_not_said_to_hold_now() {
    let templates = built_in();
    let mut first = event("2015-09-26T10:00", "2015-09-26T11:00", LONDON);
    first.uid = "2@campaign.example".to_owned();
    let before = [first.clone(), protest()];
    let mut moved = protest();
    moved.place = Some("The other gate".to_owned());
    let events = [first.clone(), moved];
    let call = call(english(&templates), &events);
    let before = Version { events: &before, deadline: None };
    let context = Correction::new(call.clone(), before, first.ends.at).unwrap();
    let content = templates.mail(&context, "en").unwrap();
    assert!(!content.text.contains("26 September") && content.text.contains("The other gate"), "{}", content.text);
    assert!(!content.subject.contains("Event cancelled"), "{}", content.subject);
    let content = templates.mail(&Appeal::new(call, first.ends.at).unwrap(), "en").unwrap();
    assert!(content.subject.ends_with(": Monday, 28 September, 16:00"), "{}", content.subject);
}

#[test]
fn a_subject_says_when_the_first_of_several_events_is() {
    let templates = built_in();
    let events = [protest(), event("2015-09-26T10:00", "2015-09-26T11:00", LONDON)];
    let content =
        templates.mail(&Appeal::new(call(english(&templates), &events), Timestamp(0)).unwrap(), "en").unwrap();
    assert!(content.subject.ends_with(": Saturday, 26 September, 10:00, and one more event"), "{}", content.subject);
}

#[test]
fn a_letter_does_not_say_that_what_reached_nobody_has_gone_out() {
    let templates = built_in();
    let heading = |counts: &[(DeliveryState, u64)]| {
        let language = english(&templates);
        let ending = Ending {
            edition: EditionId(7),
            kind: EditionKind::Appeal,
            title: "Protest",
            deadline: None,
            time_zone: LONDON,
            counts,
        };
        let frame = Appeal::samples(&language, &tame).remove(0).urgent.frame;
        let letter = OrganiserResult::new(frame, language, &ending).unwrap();
        templates.mail(&letter, "en").unwrap().text.lines().next().unwrap().to_owned()
    };
    assert_eq!(heading(&[(DeliveryState::Expired, 5)]), "It has not gone out to anybody");
    let some = [(DeliveryState::Unknown, 1), (DeliveryState::Expired, 4)];
    assert_eq!(heading(&some), "It has gone out, but not to everybody");
    assert_eq!(heading(&[(DeliveryState::Accepted, 5)]), "It has gone out to everybody");
}
