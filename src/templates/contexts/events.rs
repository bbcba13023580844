//! An event as readers see it: when and where, in the words of their language and on the clock of its zone.

use chrono::{DateTime, Datelike};
use chrono_tz::Tz;
use serde::Serialize;
use url::Url;

use super::{MAX_TEXT, safe_url};
use crate::appeals::calendar::links;
use crate::appeals::event::Event;
use crate::clock::Timestamp;
use crate::message::one_line;
use crate::words::{Language, Value, WordsError};

/// Where places are looked up on a map: a link, never an image.
const MAP: &str = "https://www.openstreetmap.org/";
/// How many events stand in a box; those after them are one paragraph each, so that the mail does not grow too long.
const MAX_BOXES: usize = 10;

/// One event, as a box that stands out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventBox {
    /// When it starts, short enough for a subject: `Monday, 28 September, 16:00`.
    pub when: String,
    /// Its day: `Monday, 28 September 2015`; for one that ends on another day, with the time: `..., 16:00`.
    pub date: String,
    /// `16:00 to 19:00`; for one that ends on another day, until when.
    pub time: String,
    /// Whose clock that is: `London time (UTC+01:00)`.
    pub zone: String,
    /// The start on that clock, in RFC 3339.
    pub starts: String,
    /// The end on that clock, in RFC 3339.
    pub ends: String,
    /// The day of the month on which it starts.
    pub day: u32,
    /// The month in which it starts, in a few letters.
    pub month: String,
    /// What the place is called.
    pub place: Option<String>,
    /// Where it is.
    pub address: Option<String>,
    /// Where it is on a map.
    pub map_url: Option<String>,
    /// Where to join it over the network.
    pub online_url: Option<String>,
    /// Whether it has either of these two links.
    pub linked: bool,
    /// Its calendar entry.
    pub calendar_url: Option<String>,
    /// Where Google Calendar offers to add it.
    pub google_url: Option<String>,
    /// Where Outlook.com offers to add it.
    pub outlook_url: Option<String>,
    /// Whether it is cancelled.
    pub cancelled: bool,
    /// Whether it is one of so many that it has no box of its own.
    pub compact: bool,
}

impl EventBox {
    /// An event in that language; `calendar_url` is where its calendar entry is.
    ///
    /// # Errors
    /// When the words of the language are not those of a date or an event.
    pub fn new(event: &Event, language: Language<'_>, calendar_url: Option<&str>) -> Result<Self, WordsError> {
        let (starts, ends) = (clock(event.starts.at, event.time_zone), clock(event.ends.at, event.time_zone));
        let one_day = starts.date_naive() == ends.date_naive();
        let (from, mut to) = (language.time(starts.time())?, language.time(ends.time())?);
        // Where the clocks change during an event, its end has another offset than its start.
        if Language::offset(&starts) != Language::offset(&ends) {
            to = format!("{to} ({})", Language::offset(&ends));
        }
        let day = language.date(starts.date_naive())?;
        let (date, time) = if one_day {
            (day, language.get("event-time", &[("starts", from.into()), ("ends", to.into())])?)
        } else {
            let last = language.date(ends.date_naive())?;
            (
                language.get("event-day-time", &[("date", day.into()), ("time", from.into())])?,
                language.get("event-until", &[("date", last.into()), ("time", to.into())])?,
            )
        };
        let line = |text: &Option<String>| text.as_deref().map(|text| one_line(text, MAX_TEXT));
        let (place, address) = (line(&event.place), line(&event.address));
        let web = |url: &str| safe_url(url).filter(|url| url.starts_with("http"));
        let map_url = map(event, address.as_deref());
        let online_url = event.online_url.as_deref().and_then(web);
        let calendar_url = calendar_url.and_then(web);
        Ok(Self {
            when: language.short_date_time(&starts)?,
            date,
            time,
            zone: zone(language, &starts)?,
            starts: starts.to_rfc3339(),
            ends: ends.to_rfc3339(),
            day: starts.day(),
            month: language.short_month(starts.date_naive())?,
            linked: map_url.is_some() || online_url.is_some(),
            place,
            address,
            map_url,
            online_url,
            calendar_url,
            google_url: None,
            outlook_url: None,
            cancelled: false,
            compact: false,
        })
    }

    /// Each event of the post with that title and address, with its calendar entry, if there is one for it in the list.
    ///
    /// # Errors
    /// As for [`EventBox::new`].
    pub fn all(
        events: &[Event],
        language: Language<'_>,
        calendar: &[String],
        title: &str,
        url: Option<&str>,
    ) -> Result<Vec<Self>, WordsError> {
        let boxed = |(at, event)| {
            let shown = Self::new(event, language, calendar.get(at).map(String::as_str))?;
            let compact = at >= MAX_BOXES;
            // Where there are so many, one way has to do.
            let offered = shown.calendar_url.is_some() && !compact;
            let offer = |offer: fn(&Event, &str, Option<&str>) -> String| offered.then(|| offer(event, title, url));
            Ok(Self { compact, google_url: offer(links::google), outlook_url: offer(links::outlook), ..shown })
        };
        events.iter().enumerate().map(boxed).collect()
    }

    /// About how much it adds to a mail, in bytes of HTML.
    pub(super) fn weight(&self) -> usize {
        let long = |url: &Option<String>| url.as_ref().map_or(0, String::len);
        if self.compact { 700 } else { 3_400 + long(&self.google_url) + long(&self.outlook_url) }
    }

    /// The event as one that nobody needs to find any more.
    pub(crate) fn over(self, cancelled: bool) -> Self {
        let bare = Self { map_url: None, online_url: None, calendar_url: None, ..self };
        Self { google_url: None, outlook_url: None, linked: false, cancelled, ..bare }
    }

    /// Date, time and zone in one line.
    pub(super) fn whole_time(&self) -> String {
        format!("{}, {}, {}", self.date, self.time, self.zone)
    }

    /// Start and place in one line.
    pub(crate) fn gist(&self) -> String {
        let place = self.address.as_ref().or(self.place.as_ref()).or(self.online_url.as_ref());
        place.map_or_else(|| self.when.clone(), |place| format!("{}, {place}", self.when))
    }
}

/// An instant on the clock of a zone.
pub(super) fn clock(at: Timestamp, zone: Tz) -> DateTime<Tz> {
    at.to_utc().with_timezone(&zone)
}

/// Whose clock a time is read from, and how far from UTC it is then.
pub(super) fn zone(language: Language<'_>, at: &DateTime<Tz>) -> Result<String, WordsError> {
    let offset = Language::offset(at);
    match at.timezone().name().rsplit_once('/') {
        // `Etc/GMT+5` lies west of Greenwich, which its name does not tell.
        None | Some(("Etc", _)) => Ok(offset),
        Some((_, city)) => {
            let city = Value::from(city.replace('_', " "));
            language.get("event-zone", &[("city", city), ("offset", offset.into())])
        }
    }
}

fn map(event: &Event, address: Option<&str>) -> Option<String> {
    let mut url = Url::parse(MAP).ok()?;
    if let Some(point) = event.point {
        let (latitude, longitude) = (point.latitude.to_string(), point.longitude.to_string());
        url.query_pairs_mut().append_pair("mlat", &latitude).append_pair("mlon", &longitude);
        url.set_fragment(Some(&format!("map=17/{latitude}/{longitude}")));
    } else {
        url.set_path("search");
        url.query_pairs_mut().append_pair("query", address?);
    }
    Some(url.into())
}
