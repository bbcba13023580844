//! An appeal's events: what a person wrote, checked and placed in time.

use std::time::Duration;

use chrono::{LocalResult, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::address::quoted;
use crate::clock::Timestamp;
use crate::posts::content::one_line;
use crate::schedule::missing_day;
use crate::{regions, schedule};

/// How long an event lasts whose end nobody named.
pub const DEFAULT_LENGTH: Duration = Duration::from_secs(3 * 3600);
/// What lasts longer is thought of in days, and ends at an hour of the clock.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// An event longer than this is a mistake in a date.
const LONGEST: TimeDelta = TimeDelta::days(31);
/// Written as the region of what is for everybody who wants alerts.
pub const EVERYBODY: &str = "everybody";
/// The longest text of a field, in characters.
const MAX_TEXT: usize = 300;

/// A time as people say it, and the instant that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Moment {
    /// On the wall clock of the event's zone.
    pub local: NaiveDateTime,
    /// The instant.
    pub at: Timestamp,
}

impl Moment {
    /// The instant of a wall-clock time in `zone`.
    ///
    /// # Errors
    ///
    /// When the clocks skip that time, or show it twice.
    pub fn new(local: NaiveDateTime, zone: Tz) -> Result<Self, ClockFault> {
        match zone.from_local_datetime(&local) {
            LocalResult::Single(at) => Ok(Self { local, at: at.with_timezone(&Utc).into() }),
            LocalResult::Ambiguous(..) => Err(ClockFault::Twice),
            LocalResult::None => Err(ClockFault::Skipped),
        }
    }
}

impl Moment {
    /// What the clock of `zone` shows at an instant.
    pub fn at(at: Timestamp, zone: Tz) -> Self {
        Self { local: schedule::wall(at, zone), at }
    }
}

/// Why a wall-clock time is no instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockFault {
    /// The clocks go forward over it.
    Skipped,
    /// The clocks go back over it.
    Twice,
}

/// A point on the map, in degrees (WGS 84).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// North of the equator, -90 to 90.
    pub latitude: f64,
    /// East of Greenwich, -180 to 180.
    pub longitude: f64,
}

/// One event of an appeal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// The calendar's name for it: the same through all versions (RFC 5545 section 3.8.4.7).
    pub uid: String,
    /// When it starts.
    pub starts: Moment,
    /// When it ends.
    pub ends: Moment,
    /// The zone whose clock people there look at.
    pub time_zone: Tz,
    /// What the place is called.
    pub place: Option<String>,
    /// Where it is, on one line.
    pub address: Option<String>,
    /// Where to join it over the network: http or https.
    pub online_url: Option<String>,
    /// Who is near enough to come; empty for everybody.
    pub region: Option<String>,
    /// Where it is on a map, where somebody said so.
    pub point: Option<Point>,
}

/// An event as a person wrote it, in front matter, on the command line or in a form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct EventDraft {
    /// `2026-09-28T16:00`, on the clock of its zone.
    pub starts: Option<String>,
    /// As `starts`; a bare `18:00` is on the day of the start. Three hours after the start, if nothing is said.
    pub ends: Option<String>,
    /// Such as `Europe/London`; the site's, if nothing is said.
    pub time_zone: Option<String>,
    /// What the place is called.
    pub place: Option<String>,
    /// Where it is.
    pub address: Option<String>,
    /// Where to join it over the network.
    pub online: Option<String>,
    /// One of `appeals.regions`, or [`EVERYBODY`], as if nothing is said.
    pub region: Option<String>,
    /// `51.4975,-0.1357`, in degrees.
    pub geo: Option<String>,
}

/// What drafts are checked against.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The zone of events that name none.
    pub time_zone: Tz,
    /// The regions there are.
    pub regions: &'a [String],
    /// The time.
    pub now: Timestamp,
}

/// Why a draft is no event. It says what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct EventError {
    /// The field that is to blame.
    pub field: &'static str,
    /// What is wrong, and what to do.
    pub message: String,
}

impl EventError {
    fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, message: message.into() }
    }
}

impl EventDraft {
    /// The event that this draft means; its calendar name is `uid`.
    ///
    /// # Errors
    ///
    /// When it has no start, is over, has neither an address nor a place online, or a field cannot be read.
    pub fn check(&self, rules: &Rules<'_>, uid: String) -> Result<Event, EventError> {
        self.check_until(rules, uid, |starts, zone| Moment::at(starts.at.plus(DEFAULT_LENGTH), zone))
    }

    /// As [`EventDraft::check`]; where the draft names no end, `unnamed` knows it from the start and the zone.
    pub(super) fn check_until(
        &self,
        rules: &Rules<'_>,
        uid: String,
        unnamed: impl FnOnce(Moment, Tz) -> Moment,
    ) -> Result<Event, EventError> {
        let time_zone = match text(&self.time_zone) {
            None => rules.time_zone,
            Some(name) => name.parse::<Tz>().map_err(|_| {
                EventError::new("time_zone", format!("{} is no time zone; write one like Europe/London", quoted(&name)))
            })?,
        };
        let start = text(&self.starts)
            .ok_or_else(|| EventError::new("starts", "an event needs its start, like 2026-09-28T16:00"))?;
        let starts = moment("starts", local("starts", &start, None)?, time_zone)?;
        let ends = match text(&self.ends) {
            None => unnamed(starts, time_zone),
            Some(end) => moment("ends", local("ends", &end, Some(starts.local.date()))?, time_zone)?,
        };
        if ends.at <= starts.at {
            return Err(EventError::new("ends", format!("it ends at {}, before it starts", ends.local)));
        }
        if ends.local - starts.local > LONGEST {
            return Err(EventError::new("ends", "an event longer than 31 days is taken for a slip; mark each day"));
        }
        let address = text(&self.address);
        let online_url = text(&self.online).map(|url| web_address(&url)).transpose()?;
        if address.is_none() && online_url.is_none() {
            return Err(EventError::new(
                "address",
                "say where: an event needs an address, or a link to join it online",
            ));
        }
        let region = match text(&self.region) {
            Some(region) => wanted_region(&region, rules.regions)?,
            None => None,
        };
        let point = text(&self.geo).map(|geo| point(&geo)).transpose()?;
        let place = text(&self.place);
        let event = Event { uid, starts, ends, time_zone, place, address, online_url, region, point };
        event.still_ahead(rules.now)?;
        Ok(event)
    }

    /// The region of a draft that says nothing else.
    pub fn only_region(&self) -> Option<&str> {
        let region = self.region.as_deref()?;
        (*self == Self { region: Some(region.to_owned()), ..Self::default() }).then_some(region)
    }
}

impl Event {
    /// It as a draft, with every field named.
    pub(super) fn draft(&self) -> EventDraft {
        const FORM: &str = "%Y-%m-%dT%H:%M:%S";
        EventDraft {
            starts: Some(self.starts.local.format(FORM).to_string()),
            ends: Some(self.ends.local.format(FORM).to_string()),
            time_zone: Some(self.time_zone.name().to_owned()),
            place: self.place.clone(),
            address: self.address.clone(),
            online: self.online_url.clone(),
            region: self.region.clone(),
            geo: self.point.map(|point| format!("{},{}", point.latitude, point.longitude)),
        }
    }

    /// When it would end if it started at `starts` in `zone` and lasted as long as it does.
    pub(super) fn end_from(&self, starts: Moment, zone: Tz) -> Moment {
        if starts == self.starts && zone == self.time_zone {
            return self.ends;
        }
        let length = self.ends.at.since(self.starts.at);
        match Moment::new(starts.local + (self.ends.local - self.starts.local), zone) {
            Ok(ends) if length > DAY => ends,
            // Nobody named this end, so nobody is to be told that the clocks do not show it.
            _ => Moment::at(starts.at.plus(length), zone),
        }
    }

    /// Whether it has ended at `now`.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.ends.at <= now
    }

    /// Refuses an event that has ended.
    ///
    /// # Errors
    ///
    /// When it is over at `now`.
    pub fn still_ahead(&self, now: Timestamp) -> Result<(), EventError> {
        if self.is_over(now) {
            let message = format!("the event is over: it ended at {} there", self.ends.local);
            return Err(EventError::new("starts", message));
        }
        Ok(())
    }
}

/// The region that somebody wrote; none where they wrote [`EVERYBODY`].
///
/// # Errors
///
/// When there is none of that name.
pub fn wanted_region(name: &str, regions: &[String]) -> Result<Option<String>, EventError> {
    match known_region(name, regions) {
        Err(_) if name.eq_ignore_ascii_case(EVERYBODY) => Ok(None),
        Err(EventError { field, message }) => Err(EventError { field, message: format!("{message}, or {EVERYBODY}") }),
        Ok(region) => Ok(Some(region)),
    }
}

/// The region of that name, as the config spells it.
///
/// # Errors
///
/// When there is none.
pub fn known_region(name: &str, regions: &[String]) -> Result<String, EventError> {
    regions::find(regions, name).map(str::to_owned).ok_or_else(|| {
        let choices =
            if regions.is_empty() { "appeals.regions in the config is empty".to_owned() } else { regions.join(", ") };
        EventError::new("region", format!("{} is no region; there are: {choices}", quoted(name)))
    })
}

fn text(field: &Option<String>) -> Option<String> {
    let line = one_line(field.as_deref()?);
    let line: String = line.trim().chars().take(MAX_TEXT).collect();
    (!line.is_empty()).then_some(line)
}

fn local(field: &'static str, text: &str, day: Option<NaiveDate>) -> Result<NaiveDateTime, EventError> {
    const FORMS: &[&str] = &["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"];
    let time = || Some(day?.and_time(chrono::NaiveTime::parse_from_str(text, "%H:%M").ok()?));
    let found = FORMS.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()).or_else(time);
    found.filter(|at| (2000..2200).contains(&chrono::Datelike::year(at))).ok_or_else(|| {
        let why = match missing_day(text) {
            Some(day) => format!("the calendar has no day {day}; write one that it has"),
            None => format!(
                "{} is no local time; write it like 2026-09-28T16:00, without an offset, and name the zone apart",
                quoted(text)
            ),
        };
        EventError::new(field, why)
    })
}

fn moment(field: &'static str, local: NaiveDateTime, zone: Tz) -> Result<Moment, EventError> {
    Moment::new(local, zone).map_err(|fault| {
        let why = match fault {
            ClockFault::Skipped => "does not exist there: the clocks go forward over it",
            ClockFault::Twice => "comes twice there: the clocks go back over it; name a time outside that hour",
        };
        EventError::new(field, format!("{local} in {zone} {why}"))
    })
}

fn web_address(text: &str) -> Result<String, EventError> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.map(String::from)
        .ok_or_else(|| EventError::new("online", "this is no web address; write it like https://meet.example/room"))
}

fn point(text: &str) -> Result<Point, EventError> {
    let (latitude, longitude) = text.split_once([',', ';']).unwrap_or_default();
    let read = |text: &str, limit: f64| text.trim().parse::<f64>().ok().filter(|degrees| degrees.abs() <= limit);
    match (read(latitude, 90.0), read(longitude, 180.0)) {
        (Some(latitude), Some(longitude)) => Ok(Point { latitude, longitude }),
        _ => Err(EventError::new(
            "geo",
            format!("{} is no point; write latitude and longitude like 51.4975,-0.1357", quoted(text)),
        )),
    }
}

/// The instant after which nobody needs to hear of these events; the last end.
pub fn last_end(events: &[Event]) -> Option<Timestamp> {
    events.iter().map(|event| event.ends.at).max()
}

/// When the last of these events starts: from then on it is too late to call anybody to it.
pub fn last_start(events: &[Event]) -> Option<Timestamp> {
    events.iter().map(|event| event.starts.at).max()
}

#[cfg(test)]
mod tests;
