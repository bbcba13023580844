//! What mails about appeals are given: the appeal itself, its reminder, its correction, its cancellation, and the
//! letter that tells whoever marked it how the mailing ended.

use chrono_tz::Tz;
use serde::Serialize;

use super::changes::{Change, Version, changes, until};
use super::events::{EventBox, clock};
use super::{Frame, Item, MAX_BODY, MAX_PREHEADER, MAX_TEXT};
use crate::appeals::event::Event;
use crate::clock::Timestamp;
use crate::deliveries::DeliveryState;
use crate::editions::EditionKind;
use crate::id::EditionId;
use crate::message::one_line;
use crate::words::{Language, WordsError};

/// The longest summary of changes in a subject, in characters.
const MAX_SUMMARY: usize = 150;

/// Where the foot of a mail about an appeal leads, and where the calendar entries of its events are.
#[derive(Clone, Debug, Serialize)]
pub struct AppealLinks {
    /// The page with the button that leaves.
    pub unsubscribe: String,
    /// The page that sends a fresh link to the preferences.
    pub preferences: String,
    /// Earlier mailings.
    pub archive: String,
    /// The calendar entry of each event, in their order. Templates find it in the event.
    #[serde(skip)]
    pub calendar: Vec<String>,
}

/// An appeal, as the four kinds of mail about it need it.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// Who is writing, and in which language.
    pub frame: Frame,
    /// The words of that language.
    pub language: Language<'a>,
    /// The post.
    pub post: Item,
    /// Its events; none for a petition. A cancellation takes those that are cancelled.
    pub events: &'a [Event],
    /// Until when a petition is open; not shown where there are events.
    pub deadline: Option<Timestamp>,
    /// The zone in which the deadline is written.
    pub time_zone: Tz,
    /// Where the foot leads, and where the calendar entries are.
    pub links: AppealLinks,
}

impl Call<'_> {
    /// Takes out the events that `keep` does not want, with their calendar entries; all stay where it wants none.
    fn take(&mut self, keep: impl Fn(&Event) -> bool) -> Vec<Event> {
        if !self.events.iter().any(&keep) {
            return self.events.to_vec();
        }
        let calendar = std::mem::take(&mut self.links.calendar).into_iter().zip(self.events);
        self.links.calendar = calendar.filter(|(_, event)| keep(event)).map(|(url, _)| url).collect();
        self.events.iter().filter(|event| keep(event)).cloned().collect()
    }
}

/// What all four have in common.
#[derive(Clone, Debug, Serialize)]
pub struct Urgent {
    /// Who is writing, and in which language.
    #[serde(flatten)]
    pub frame: Frame,
    /// What mail programs show beside the subject.
    pub preheader: String,
    /// The post's title; the site's name where it has none.
    pub title: String,
    /// When it is, short enough for a subject: the start of its event, or of the first of several; of a petition its last day.
    pub when: Option<String>,
    /// The events, each as a box.
    pub events: Vec<EventBox>,
    /// Whether there are several events.
    pub several: bool,
    /// Until when a petition is open.
    pub until: Option<String>,
    /// The post.
    pub post: Item,
    /// Where the foot leads.
    pub links: AppealLinks,
}

impl Urgent {
    fn new(call: Call<'_>) -> Result<Self, WordsError> {
        let Call { frame, language, mut post, events, deadline, time_zone, links } = call;
        let boxes = EventBox::all(events, language, &links.calendar, &post.title, post.url.as_deref())?;
        let deadline = deadline.filter(|_| boxes.is_empty());
        let when = match (boxes.as_slice(), deadline) {
            ([event], _) => Some(event.when.clone()),
            ([_, others @ ..], _) => {
                let first = events.iter().zip(&boxes).min_by_key(|(event, _)| event.starts.at);
                let when = first.map(|(_, first)| first.when.clone()).unwrap_or_default();
                Some(language.get("appeal-several", &[("when", when.into()), ("others", others.len().into())])?)
            }
            ([], Some(at)) => {
                let day = language.short_date(clock(at, time_zone).date_naive())?;
                Some(language.get("appeal-by", &[("date", day.into())])?)
            }
            _ => None,
        };
        let spent: usize = boxes.iter().map(EventBox::weight).sum();
        post.whole = post.url.is_none() || post.html.len().saturating_add(spent) <= MAX_BODY;
        let until = deadline.map(|at| until(language, at, time_zone)).transpose()?;
        let gists: Vec<String> = boxes.iter().map(EventBox::gist).collect();
        let preheader = match &until {
            Some(until) => until.clone(),
            None if gists.is_empty() => post.excerpt.clone(),
            None => gists.join(" · "),
        };
        Ok(Self {
            preheader: one_line(&preheader, MAX_PREHEADER),
            title: if post.title.is_empty() { frame.site.name.clone() } else { post.title.clone() },
            frame,
            when,
            several: boxes.len() > 1,
            events: boxes,
            until,
            post,
            links,
        })
    }
}

/// An appeal: come, at that time, to that place; or sign, by that day.
#[derive(Clone, Debug, Serialize)]
pub struct Appeal {
    /// What it is about.
    #[serde(flatten)]
    pub urgent: Urgent,
}

impl Appeal {
    /// The mail that calls people at `now` to what is not over by then.
    ///
    /// # Errors
    /// When the words of the language are not those of a date or an event.
    pub fn new(mut call: Call<'_>, now: Timestamp) -> Result<Self, WordsError> {
        let events = call.take(|event| !event.is_over(now));
        Ok(Self { urgent: Urgent::new(Call { events: &events, ..call })? })
    }
}

/// A second word, shortly before an event starts.
#[derive(Clone, Debug, Serialize)]
pub struct Reminder {
    /// What it is about; the events are the one that is next and those after it.
    #[serde(flatten)]
    pub urgent: Urgent,
    /// When the next event starts, short enough for a subject.
    pub next: String,
}

impl Reminder {
    /// The mail that reminds of `next`, which is one of the call's events.
    ///
    /// # Errors
    /// When the words of the language are not those of a date or an event.
    pub fn new(mut call: Call<'_>, next: &Event) -> Result<Self, WordsError> {
        let events = call.take(|event| event.starts.at >= next.starts.at);
        let next = EventBox::new(next, call.language, None)?.when;
        Ok(Self { urgent: Urgent::new(Call { events: &events, ..call })?, next })
    }
}

/// What changed, to those who were told.
#[derive(Clone, Debug, Serialize)]
pub struct Correction {
    /// The appeal as it is now.
    #[serde(flatten)]
    pub urgent: Urgent,
    /// What changed; at least one thing.
    pub changes: Vec<Change>,
    /// The changes in a few words, for the subject.
    pub summary: String,
}

impl Correction {
    /// The mail to those who have the version `before`; the call is the appeal as it is at `now`.
    ///
    /// # Errors
    /// When the words of the language are not those of a date, an event or a change.
    pub fn new(mut call: Call<'_>, before: Version<'_>, now: Timestamp) -> Result<Self, WordsError> {
        let after = Version { events: call.events, deadline: call.deadline };
        let changes = changes(call.language, before, after, call.time_zone)?;
        let summary = changes.iter().map(|change| change.short.as_str()).collect::<Vec<_>>().join("; ");
        let events = call.take(|event| !event.is_over(now));
        let mut urgent = Urgent::new(Call { events: &events, ..call })?;
        // What is so now counts most; the subject has the changes already, as far as they fit.
        urgent.preheader = one_line(&format!("{summary} · {}", urgent.preheader), MAX_PREHEADER);
        Ok(Self { urgent, changes, summary: one_line(&summary, MAX_SUMMARY) })
    }
}

/// That it does not take place, to those who were told.
#[derive(Clone, Debug, Serialize)]
pub struct Cancellation {
    /// What is cancelled.
    #[serde(flatten)]
    pub urgent: Urgent,
    /// Why, in the words of whoever cancelled it.
    pub reason: Option<String>,
}

impl Cancellation {
    /// The mail that calls it off.
    ///
    /// # Errors
    /// When the words of the language are not those of a date or an event.
    pub fn new(call: Call<'_>, reason: Option<&str>) -> Result<Self, WordsError> {
        let reason = reason.map(|reason| one_line(reason, MAX_TEXT)).filter(|reason| !reason.is_empty());
        let mut urgent = Urgent::new(call)?;
        urgent.events = urgent.events.into_iter().map(|event| event.over(true)).collect();
        Ok(Self { urgent, reason })
    }
}

/// How a mailing ended.
#[derive(Clone, Debug)]
pub struct Ending<'a> {
    /// Which it was.
    pub edition: EditionId,
    /// What it was.
    pub kind: EditionKind,
    /// The post's title.
    pub title: &'a str,
    /// Until when it was handed to relays.
    pub deadline: Option<Timestamp>,
    /// The zone in which the deadline is written.
    pub time_zone: Tz,
    /// How many deliveries ended in each state.
    pub counts: &'a [(DeliveryState, u64)],
}

/// How many deliveries ended in a state.
#[derive(Clone, Debug, Serialize)]
pub struct Count {
    /// The state.
    pub state: DeliveryState,
    /// How many.
    pub count: u64,
}

/// Tells whoever marked an appeal how a mailing about it ended. It names nobody who got it.
#[derive(Clone, Debug, Serialize)]
pub struct OrganiserResult {
    /// Who is writing, and in which language.
    #[serde(flatten)]
    pub frame: Frame,
    /// What the mailing was.
    pub kind: EditionKind,
    /// Its number.
    pub edition: i64,
    /// The post's title; the site's name where it has none.
    pub title: String,
    /// Until when it was handed to relays.
    pub deadline: Option<String>,
    /// How many it was for.
    pub total: u64,
    /// How many of them the relay took it for.
    pub accepted: u64,
    /// How many it was not handed over for before the deadline.
    pub expired: u64,
    /// Whether it went out to all of them.
    pub all: bool,
    /// Whether it went out to none of them, as far as is known.
    pub none: bool,
    /// How many deliveries ended in each state, without states that none ended in.
    pub counts: Vec<Count>,
}

impl OrganiserResult {
    /// The letter about a mailing that has ended.
    ///
    /// # Errors
    /// When the words of the language are not those of a date.
    pub fn new(frame: Frame, language: Language<'_>, ending: &Ending<'_>) -> Result<Self, WordsError> {
        let of = |wanted: DeliveryState| {
            let counts = ending.counts.iter().filter(|(state, _)| *state == wanted);
            counts.fold(0, |sum: u64, (_, count)| sum.saturating_add(*count))
        };
        let counts = DeliveryState::ALL.iter().map(|state| Count { state: *state, count: of(*state) });
        let counts: Vec<Count> = counts.filter(|entry| entry.count > 0).collect();
        let total = counts.iter().fold(0, |sum: u64, entry| sum.saturating_add(entry.count));
        let title = one_line(ending.title, MAX_TEXT);
        Ok(Self {
            kind: ending.kind,
            edition: ending.edition.0,
            title: if title.is_empty() { frame.site.name.clone() } else { title },
            deadline: ending.deadline.map(|at| until(language, at, ending.time_zone)).transpose()?,
            total,
            accepted: of(DeliveryState::Accepted),
            expired: of(DeliveryState::Expired),
            all: total > 0 && of(DeliveryState::Accepted) == total,
            none: of(DeliveryState::Accepted) == 0 && of(DeliveryState::Unknown) == 0,
            counts,
            frame,
        })
    }
}
