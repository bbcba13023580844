//! Samples of the pages of earlier mailings.

use super::super::*;
use super::Say;
use crate::editions::EditionKind;
use crate::templates::contexts::{Change, EventBox};

const DAY: &str = "Monday, 28 September 2015";
const PROTEST: &str = "Protest against the sacking of the bakery workers";

pub(super) fn card(say: Say<'_>) -> Card {
    Card {
        kind: "article",
        title: say(PROTEST),
        url: "https://campaign.example/news/archive/7".to_owned(),
        description: say("Twelve workers were sacked."),
        locale: "en_GB".to_owned(),
        image: Some(say("https://campaign.example/gate.jpg")),
    }
}

fn article(say: Say<'_>) -> Article {
    Article {
        id: 9,
        title: say(PROTEST),
        day: DAY.to_owned(),
        url: Some(say("https://campaign.example/posts/1")),
        post_language: "en".to_owned(),
        topics: vec![say("Appeals")],
        html: "<p>Twelve workers were sacked.</p>".to_owned(),
    }
}

fn event(say: Say<'_>) -> EventBox {
    EventBox {
        when: "Monday, 28 September, 17:00".to_owned(),
        date: DAY.to_owned(),
        time: "17:00 to 20:00".to_owned(),
        zone: "London time (UTC+01:00)".to_owned(),
        starts: "2015-09-28T17:00:00+01:00".to_owned(),
        ends: "2015-09-28T20:00:00+01:00".to_owned(),
        day: 28,
        month: "Sept".to_owned(),
        place: Some(say("Outside the gate of the Example Bakery")),
        address: Some(say("1 Example Street, London, EX1 1EX")),
        map_url: Some(say("https://www.openstreetmap.org/search?query=1+Example+Street")),
        online_url: None,
        calendar_url: Some("https://campaign.example/news/events/1.ics".to_owned()),
        google_url: Some("https://calendar.google.com/calendar/render?action=TEMPLATE".to_owned()),
        outlook_url: Some("https://outlook.live.com/calendar/0/deeplink/compose".to_owned()),
        linked: true,
        cancelled: false,
        compact: false,
    }
}

fn digest(say: Say<'_>) -> Issue {
    let bare = Article { url: None, topics: Vec::new(), ..article(say) };
    Issue {
        kind: EditionKind::Digest,
        kind_word: None,
        heading: format!("News of {DAY}"),
        heading_language: "en".to_owned(),
        day: DAY.to_owned(),
        since: None,
        newer: None,
        changes: Vec::new(),
        reason: None,
        until: None,
        events: Vec::new(),
        articles: vec![article(say), bare],
    }
}

fn appeal(say: Say<'_>) -> Issue {
    let happening = Happening { event: event(say), status: "EventScheduled", previous: None, attendance: "Offline" };
    Issue {
        kind: EditionKind::Appeal,
        kind_word: Some("appeal-kind"),
        heading: say(PROTEST),
        events: vec![happening],
        articles: vec![article(say)],
        ..digest(say)
    }
}

fn correction(say: Say<'_>) -> Issue {
    let online = EventBox {
        online_url: Some(say("https://meet.campaign.example/talk")),
        place: None,
        address: None,
        map_url: None,
        ..event(say)
    };
    let moved = Happening {
        event: online,
        status: "EventRescheduled",
        previous: Some("2015-09-28T16:00:00+01:00".to_owned()),
        attendance: "Online",
    };
    let change = Change {
        what: "time",
        event: None,
        was: Some(say("16:00 to 19:00")),
        now: Some(say("17:00 to 20:00")),
        short: "Time changed".to_owned(),
    };
    Issue {
        kind: EditionKind::Correction,
        kind_word: Some("correction-kind"),
        since: Some("cancelled"),
        newer: Some("https://campaign.example/news/archive/9".to_owned()),
        changes: vec![change],
        events: vec![moved],
        ..appeal(say)
    }
}

fn cancellation(say: Say<'_>) -> Issue {
    let off = EventBox { cancelled: true, linked: false, ..event(say) };
    let off = EventBox { map_url: None, calendar_url: None, google_url: None, outlook_url: None, ..off };
    Issue {
        kind: EditionKind::Cancellation,
        kind_word: Some("cancellation-kind"),
        reason: Some(say("The company has agreed to talk.")),
        events: vec![Happening { event: off, status: "EventCancelled", previous: None, attendance: "Offline" }],
        ..appeal(say)
    }
}

fn petition(say: Say<'_>) -> Issue {
    Issue { until: Some(format!("{DAY}, 18:00")), events: Vec::new(), since: Some("changed"), ..appeal(say) }
}

fn issues(say: Say<'_>) -> Vec<Issue> {
    let withdrawn = Issue { articles: Vec::new(), ..digest(say) };
    vec![digest(say), withdrawn, appeal(say), correction(say), cancellation(say), petition(say)]
}

impl Body for Archive {
    const NAME: &'static str = "archive";
    const TEMPLATE: &'static str = "pages/archive";

    fn samples(say: Say<'_>) -> Vec<Self> {
        let digest = Mailing {
            id: 7,
            day: DAY.to_owned(),
            cadence: Some(Cadence::Weekly),
            kind: None,
            title: None,
            title_language: None,
        };
        let urgent = Mailing {
            id: 6,
            cadence: None,
            kind: Some("appeal-kind"),
            title: Some(say(PROTEST)),
            title_language: Some("en".to_owned()),
            ..digest.clone()
        };
        let year = Year { year: "2015".to_owned(), mailings: vec![digest, urgent] };
        let years = vec!["2015".to_owned(), "2014".to_owned()];
        vec![
            Self { years: vec![year.clone()], all_years: years.clone(), only: None, older: Some(6) },
            Self { years: vec![year], all_years: years, only: Some("2015".to_owned()), older: Some(6) },
            Self { years: Vec::new(), all_years: Vec::new(), only: None, older: None },
        ]
    }
}

impl Body for Issue {
    const NAME: &'static str = "issue";
    const TEMPLATE: &'static str = "pages/issue";

    fn samples(say: Say<'_>) -> Vec<Self> {
        issues(say)
    }
}

impl Body for Entry {
    const NAME: &'static str = "entry";
    const TEMPLATE: &'static str = "pages/entry";

    fn samples(say: Say<'_>) -> Vec<Self> {
        issues(say).into_iter().map(|issue| Self { issue }).collect()
    }
}
