//! Samples of the mails about appeals: one event, several, over several days, online only, and a petition.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use chrono_tz::Tz;

use super::{Say, frame, item, told};
use crate::appeals::calendar::{self, Entry, Organizer};
use crate::appeals::event::{Event, Moment, Point};
use crate::clock::Timestamp;
use crate::config::Sender;
use crate::deliveries::DeliveryState;
use crate::editions::EditionKind;
use crate::id::EditionId;
use crate::templates::contexts::{
    Appeal, AppealLinks, Call, Called, Cancellation, Context, Correction, Ending, Item, Mail, Notice, OrganiserResult,
    Reminder, Version,
};
use crate::words::{Language, WordsError};

const ZONE: Tz = chrono_tz::Europe::London;

fn at(day: u32, hour: u32, minute: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2015, 9, day).and_then(|date| date.and_hms_opt(hour, minute, 0)).unwrap_or_default()
}

fn moment(local: NaiveDateTime, zone: Tz) -> Moment {
    Moment { local, at: crate::schedule::instant(local, zone) }
}

/// A protest at a gate, three hours long.
fn protest(language: Language<'_>, say: Say<'_>) -> Event {
    let place = told(
        language,
        ["Outside the gate of the Example Bakery", "У проходной пекарни", "Наубайхана қақпасының алдында"],
    );
    Event {
        uid: "sample-1@campaign.example".to_owned(),
        starts: moment(at(28, 16, 0), ZONE),
        ends: moment(at(28, 19, 0), ZONE),
        time_zone: ZONE,
        place: Some(say(place)),
        address: Some(say("1 Example Street, London, EX1 1EX")),
        online_url: None,
        region: None,
        point: None,
    }
}

/// A camp from Friday to Sunday, with its point on the map.
fn camp(language: Language<'_>, say: Say<'_>) -> Event {
    let place = told(language, ["Camp on the meadow", "Лагерь на лугу", "Көгалдағы лагерь"]);
    Event {
        uid: "sample-2@campaign.example".to_owned(),
        starts: moment(at(25, 18, 0), ZONE),
        ends: moment(at(27, 12, 0), ZONE),
        place: Some(say(place)),
        address: Some(say("Example Meadow, Oxford")),
        point: Some(Point { latitude: 51.7416, longitude: -1.2523 }),
        ..protest(language, say)
    }
}

/// A talk that is only online, in another zone.
fn talk(language: Language<'_>, say: Say<'_>) -> Event {
    let zone = chrono_tz::Asia::Almaty;
    Event {
        uid: "sample-3@campaign.example".to_owned(),
        starts: moment(at(29, 19, 30), zone),
        ends: moment(at(29, 21, 0), zone),
        time_zone: zone,
        place: None,
        address: None,
        online_url: Some(say("https://meet.campaign.example/talk")),
        ..protest(language, say)
    }
}

fn later(event: &Event, by: TimeDelta) -> Event {
    let shift = |time: Moment| moment(time.local + by, event.time_zone);
    Event { starts: shift(event.starts), ends: shift(event.ends), ..event.clone() }
}

fn deadline() -> Timestamp {
    moment(at(30, 18, 0), ZONE).at
}

fn links(count: usize) -> AppealLinks {
    AppealLinks {
        unsubscribe: "https://campaign.example/unsubscribe/SAMPLE-TOKEN".to_owned(),
        preferences: "https://campaign.example/preferences/SAMPLE-TOKEN".to_owned(),
        archive: "https://campaign.example/archive".to_owned(),
        calendar: (1..=count).map(|at| format!("https://campaign.example/events/{at}.ics")).collect(),
    }
}

/// The call to these events, or to sign a petition when there are none.
fn call<'a>(language: Language<'a>, say: Say<'_>, events: &'a [Event]) -> Call<'a> {
    Call {
        frame: frame(&language),
        language,
        post: item(&language, say, usize::from(events.is_empty()), true),
        events,
        deadline: events.is_empty().then(deadline),
        time_zone: ZONE,
        links: links(events.len()),
    }
}

/// Words with a mistake make no samples, which the check reports.
fn made<T>(contexts: impl IntoIterator<Item = Result<T, WordsError>>) -> Vec<T> {
    contexts.into_iter().collect::<Result<_, _>>().unwrap_or_default()
}

/// Sets of events that differ in what they need.
fn sets(language: Language<'_>, say: Say<'_>) -> [Vec<Event>; 4] {
    let (protest, camp, talk) = (protest(language, say), camp(language, say), talk(language, say));
    [vec![protest.clone()], vec![camp, protest, talk.clone()], vec![talk], vec![]]
}

impl Context for Appeal {
    const TEMPLATE: &'static str = "mail/appeal";

    fn samples(language: &Language<'_>, say: Say<'_>) -> Vec<Self> {
        made(sets(*language, say).iter().map(|events| Self::new(call(*language, say, events), Timestamp(0))))
    }
}

impl Mail for Appeal {
    fn calendar(language: &Language<'_>, at: usize) -> Option<String> {
        entries(*language, sets(*language, &str::to_owned).get(at)?, false)
    }
}

impl Context for Reminder {
    const TEMPLATE: &'static str = "mail/reminder";

    fn samples(language: &Language<'_>, say: Say<'_>) -> Vec<Self> {
        let sets = sets(*language, say);
        made(sets.iter().filter_map(|events| Some(Self::new(call(*language, say, events), events.first()?))))
    }
}

impl Mail for Reminder {
    fn calendar(language: &Language<'_>, at: usize) -> Option<String> {
        Appeal::calendar(language, at)
    }
}

/// What was said before, and what is so now: an hour later; moved; both, a day later; one event more and one less; a
/// petition that stays open longer.
fn cases(language: Language<'_>, say: Say<'_>) -> [[Vec<Event>; 2]; 5] {
    let (protest, camp, talk) = (protest(language, say), camp(language, say), talk(language, say));
    let moved = Event { address: Some(say("2 Example Square, London, EX2 2EX")), place: None, ..protest.clone() };
    let elsewhere = Event { online_url: Some(say("https://meet.campaign.example/new")), ..talk.clone() };
    [
        [vec![protest.clone()], vec![later(&protest, TimeDelta::hours(1))]],
        [vec![protest.clone()], vec![moved.clone()]],
        [vec![protest.clone()], vec![later(&moved, TimeDelta::days(1))]],
        [vec![camp, talk], vec![elsewhere, protest]],
        [vec![], vec![]],
    ]
}

/// The events as calendar entries.
fn entries(language: Language<'_>, events: &[Event], cancelled: bool) -> Option<String> {
    let post = item(&language, &str::to_owned, 0, true);
    let entry = |event| Entry {
        event,
        title: &post.title,
        description: &post.excerpt,
        url: post.url.as_deref(),
        sequence: 0,
        created: moment(at(21, 9, 0), ZONE).at,
        modified: moment(at(21, 9, 0), ZONE).at,
        cancelled,
    };
    let entries: Vec<Entry<'_>> = events.iter().map(entry).collect();
    let sender: Sender = "Campaign Example <news@campaign.example>".parse().ok()?;
    calendar::invitation(&entries, &Organizer::from(&sender), language).ok()?
}

impl Context for Correction {
    const TEMPLATE: &'static str = "mail/correction";

    fn samples(language: &Language<'_>, say: Say<'_>) -> Vec<Self> {
        let cases = cases(*language, say);
        made(cases.iter().map(|[before, now]| {
            let earlier = Timestamp(deadline().0 - 86_400_000_000);
            let version = Version { events: before, deadline: before.is_empty().then_some(earlier) };
            Self::new(call(*language, say, now), version, Timestamp(0))
        }))
    }
}

impl Mail for Correction {
    fn calendar(language: &Language<'_>, at: usize) -> Option<String> {
        let [_, now] = cases(*language, &str::to_owned).into_iter().nth(at)?;
        entries(*language, &now, false)
    }
}

impl Context for Cancellation {
    const TEMPLATE: &'static str = "mail/cancellation";

    fn samples(language: &Language<'_>, say: Say<'_>) -> Vec<Self> {
        let text = told(
            *language,
            ["The company has agreed to talk.", "Компания согласилась на переговоры.", "Компания келіссөзге келісті."],
        );
        let reason = say(text);
        let sets = sets(*language, say);
        let reason = |at: usize| (at != 1).then_some(reason.as_str());
        made(sets.iter().enumerate().map(|(at, events)| Self::new(call(*language, say, events), reason(at))))
    }
}

impl Mail for Cancellation {
    fn calendar(language: &Language<'_>, at: usize) -> Option<String> {
        entries(*language, sets(*language, &str::to_owned).get(at)?, true)
    }
}

impl Context for OrganiserResult {
    const TEMPLATE: &'static str = "mail/result";

    fn samples(language: &Language<'_>, say: Say<'_>) -> Vec<Self> {
        let post = item(language, say, 0, true);
        let some = [
            (DeliveryState::Accepted, 1170),
            (DeliveryState::Refused, 4),
            (DeliveryState::Suppressed, 12),
            (DeliveryState::Expired, 1),
            (DeliveryState::Unknown, 2),
        ];
        let endings: [(EditionKind, &[(DeliveryState, u64)]); 3] = [
            (EditionKind::Appeal, &some),
            (EditionKind::Correction, &[(DeliveryState::Accepted, 1)]),
            (EditionKind::Reminder, &[]),
        ];
        made(endings.iter().map(|(kind, counts)| {
            let ending = Ending {
                edition: EditionId(7),
                kind: *kind,
                title: &post.title,
                deadline: (*kind == EditionKind::Appeal).then(deadline),
                time_zone: ZONE,
                counts,
            };
            Self::new(frame(language), *language, &ending)
        }))
    }
}

impl Mail for OrganiserResult {}

/// Posts of appeals as a digest shows them: ahead, over, cancelled, closed, and one that the reader had.
pub(super) fn in_digest(language: Language<'_>, say: Say<'_>) -> Vec<Item> {
    let events = [protest(language, say)];
    let notices = [Notice::Ahead, Notice::TookPlace, Notice::Cancelled, Notice::Closed];
    let links = links(1);
    let shown = notices.into_iter().map(|notice| {
        let petition = notice == Notice::Closed;
        let called = Called {
            notice,
            events: if petition { &[] } else { &events },
            at: Timestamp(if notice == Notice::TookPlace { i64::MAX } else { 0 }),
            deadline: petition.then(deadline),
            time_zone: ZONE,
            calendar: &links.calendar,
        };
        item(&language, say, usize::from(petition), true).of_appeal(language, &called)
    });
    let mut items = made(shown);
    items.insert(1, item(&language, say, 1, true).as_line());
    items
}
