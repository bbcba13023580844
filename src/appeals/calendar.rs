//! An appeal's events as calendar entries (RFC 5545): for the mail, for the site's own calendar, and as links.
//!
//! Pure: the same entries give the same bytes. Content lines, with their escaping, are made by the `icalendar` crate,
//! and folded again, as its last line may be too long. Its components are not used: they have no time zones, and to an
//! alarm, as to anything else that has none, they add a random UID and a DTSTAMP off the machine's clock.
//!
//! **Everything in a mail is `METHOD:PUBLISH`, cancellations too.** RFC 5546 would also have a published event called
//! off by `METHOD:CANCEL` (section 3.2.5), but programs look for the invitation that such a message ends, and here is
//! none; PUBLISH may carry `STATUS:CANCELLED` (section 3.2.1); and a correction that moves one event and calls another
//! off is one calendar with one method.
//!
//! **The calendar to subscribe to has no method**: it is a snapshot of what is on (RFC 5545 section 3.7.2), and a
//! calendar server that somebody copies an entry to must refuse a method (RFC 4791 section 4.1).

mod lines;
pub mod links;
#[cfg(test)]
mod tests;
mod zones;

use icalendar::{Class, EventStatus, Property, ValueType};

use self::lines::Block;
use self::zones::Zones;
use super::event::Event;
use crate::address::Address;
use crate::clock::Timestamp;
use crate::config::Sender;
use crate::message::one_line;
use crate::words::{Language, Value, WordsError};

/// The method of every calendar that travels in a mail (RFC 5546 section 3.2.1).
pub const METHOD: &str = "PUBLISH";
/// The Content-Type of [`invitation`]; the method stands here as in the calendar itself (RFC 6047
/// section 2.4).
pub const MAIL_CONTENT_TYPE: &str = "text/calendar; charset=utf-8; method=PUBLISH";
/// The Content-Type of [`feed`].
pub const FEED_CONTENT_TYPE: &str = "text/calendar; charset=utf-8";

/// How often a calendar program is asked to look for news in the [`feed`].
const REFRESH: &str = "PT1H";
/// When people are reminded, as counted from the start.
const ALARM: &str = "-PT2H";
/// The longest title, place or name, in characters.
const MAX_LINE: usize = 250;
/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 2000;

/// An event as of one version of its appeal.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// When and where.
    pub event: &'a Event,
    /// What it is called.
    pub title: &'a str,
    /// What it is about: plain text, short, with line breaks or without.
    pub description: &'a str,
    /// Its page: http or https; anything else is left out.
    pub url: Option<&'a str>,
    /// Which version it is: 0 for the first, and higher in each that follows (RFC 5545 section 3.8.7.4). Programs keep
    /// the highest that they have seen.
    pub sequence: i32,
    /// When the first version was made.
    pub created: Timestamp,
    /// When this version was made; the DTSTAMP too, so that a version is the same wherever it is read.
    pub modified: Timestamp,
    /// Whether it will not take place.
    pub cancelled: bool,
}

/// Who calls to the events: the site's sender.
#[derive(Clone, Copy, Debug)]
pub struct Organizer<'a> {
    /// The name that readers see; may be empty.
    pub name: &'a str,
    /// The address that mail is from.
    pub address: &'a Address,
}

impl<'a> From<&'a Sender> for Organizer<'a> {
    fn from(sender: &'a Sender) -> Self {
        Self { name: &sender.name, address: &sender.address }
    }
}

/// What a calendar to subscribe to says about itself.
#[derive(Clone, Copy, Debug)]
pub struct Feed<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Where it is found again.
    pub source: &'a str,
}

/// The calendar for a mail, or for the file of one event: new entries, changed ones, and those that are called off.
/// `None` without entries, as an appeal need not have events.
///
/// # Errors
/// When a word for an entry that is called off is missing.
pub fn invitation(
    entries: &[Entry<'_>],
    organizer: &Organizer<'_>,
    words: Language<'_>,
) -> Result<Option<String>, WordsError> {
    if entries.is_empty() {
        return Ok(None);
    }
    let mut calendar = calendar();
    calendar.text("METHOD", METHOD);
    fill(&mut calendar, entries, organizer, words, Some(ALARM))?;
    Ok(Some(calendar.to_string()))
}

/// The calendar to subscribe to. What is called off stays in it and says so; nothing in it rings, as its readers have
/// not said which of the events they go to.
///
/// # Errors
/// When a word for an entry that is called off is missing.
pub fn feed(
    entries: &[Entry<'_>],
    feed: &Feed<'_>,
    organizer: &Organizer<'_>,
    words: Language<'_>,
) -> Result<String, WordsError> {
    let mut calendar = calendar();
    let name = one_line(feed.name, MAX_LINE);
    // The crate does not know that NAME (RFC 7986 section 5.1) is text.
    calendar.push(Property::new("NAME", lines::escaped(&name)));
    calendar.text("X-WR-CALNAME", &name);
    calendar.push(Property::new("REFRESH-INTERVAL", REFRESH).append_parameter(ValueType::Duration).done());
    calendar.text("X-PUBLISHED-TTL", REFRESH);
    if let Some(source) = lines::web_address(feed.source) {
        calendar.push(Property::new("SOURCE", source).append_parameter(ValueType::Uri).done());
    }
    fill(&mut calendar, entries, organizer, words, None)?;
    Ok(calendar.to_string())
}

fn calendar() -> Block {
    let mut calendar = Block::new("VCALENDAR");
    calendar.text("VERSION", "2.0");
    calendar.text("PRODID", "-//Handbill//Handbill//EN");
    calendar.text("CALSCALE", "GREGORIAN");
    calendar
}

fn fill(
    calendar: &mut Block,
    entries: &[Entry<'_>],
    organizer: &Organizer<'_>,
    words: Language<'_>,
    alarm: Option<&str>,
) -> Result<(), WordsError> {
    let zones = Zones::around(entries.iter().map(|entry| entry.event));
    calendar.inside.extend(zones.blocks());
    for entry in entries {
        calendar.inside.push(vevent(entry, organizer, words, &zones, alarm)?);
    }
    if calendar.inside.is_empty() {
        // A calendar holds at least one component (RFC 5545 section 3.6).
        calendar.inside.push(zones::utc());
    }
    Ok(())
}

fn vevent(
    entry: &Entry<'_>,
    organizer: &Organizer<'_>,
    words: Language<'_>,
    zones: &Zones,
    alarm: Option<&str>,
) -> Result<Block, WordsError> {
    let event = entry.event;
    let title = one_line(entry.title, MAX_LINE);
    // Some programs show an entry that is called off like any other.
    let shown = match entry.cancelled {
        true => one_line(&words.get("calendar-cancelled", &[("title", Value::from(title.as_str()))])?, MAX_LINE),
        false => title.clone(),
    };
    let online = event.online_url.as_deref().and_then(lines::web_address);
    let page = entry.url.and_then(lines::web_address);

    let mut block = Block::new("VEVENT");
    block.text("UID", &one_line(&event.uid, MAX_LINE));
    block.push(Property::new("SEQUENCE", entry.sequence.max(0).to_string()));
    block.push(Property::new("DTSTAMP", lines::instant(entry.modified)));
    block.push(Property::new("CREATED", lines::instant(entry.created)));
    block.push(Property::new("LAST-MODIFIED", lines::instant(entry.modified)));
    block.push(zones.time("DTSTART", event, event.starts));
    block.push(zones.time("DTEND", event, event.ends));
    block.text("SUMMARY", &shown);
    let description = description(entry.description, [online.as_deref(), page.as_deref()]);
    if !description.is_empty() {
        block.text("DESCRIPTION", &description);
    }
    if let Some(place) = location(event) {
        block.text("LOCATION", &place);
    }
    if let Some(point) = event.point.filter(|point| point.latitude.abs() <= 90.0 && point.longitude.abs() <= 180.0) {
        block.push(Property::new("GEO", format!("{:.6};{:.6}", point.latitude, point.longitude)));
    }
    if let Some(url) = page.as_ref().or(online.as_ref()) {
        block.push(Property::new("URL", url));
    }
    if let Some(url) = &online {
        block.push(Property::new("CONFERENCE", url).append_parameter(ValueType::Uri).done());
    }
    block.push(lines::organizer(organizer));
    block.push(Property::from(if entry.cancelled { EventStatus::Cancelled } else { EventStatus::Confirmed }));
    block.push(Property::from(Class::Public));
    // Who was told has promised nothing, and their colleagues need not see when they are at a protest.
    block.text("TRANSP", "TRANSPARENT");
    if let Some(trigger) = alarm.filter(|_| !entry.cancelled) {
        let mut ring = Block::new("VALARM");
        ring.text("ACTION", "DISPLAY");
        ring.push(Property::new("TRIGGER", trigger));
        ring.text("DESCRIPTION", &title);
        block.inside.push(ring);
    }
    Ok(block)
}

/// The place and its address, or the link where it is held online.
fn location(event: &Event) -> Option<String> {
    let place = event.place.as_deref().map(|place| one_line(place, MAX_LINE)).filter(|place| !place.is_empty());
    let address = event.address.as_deref().map(|line| one_line(line, MAX_LINE)).filter(|line| !line.is_empty());
    match (place, address) {
        (Some(place), Some(address)) if address.starts_with(&place) => Some(address),
        (Some(place), Some(address)) => Some(format!("{place}, {address}")),
        (place, address) => place.or(address).or_else(|| event.online_url.as_deref().and_then(lines::web_address)),
    }
}

/// The description, and under it the links that it does not have yet, as many programs show no other field.
fn description(text: &str, links: [Option<&str>; 2]) -> String {
    let mut text = lines::paragraphs(text, MAX_DESCRIPTION);
    for link in links.into_iter().flatten() {
        if !text.contains(link) {
            text.push_str(if text.is_empty() { "" } else { "\n\n" });
            text.push_str(link);
        }
    }
    text
}
