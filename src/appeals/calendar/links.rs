//! "Add to calendar" links: for who reads mail in a browser, where no attachment opens.
//!
//! They go straight to the calendar, so nobody else sees the click; what they say is what the event's page says.

use std::fmt::Write as _;

use url::Url;

use super::{MAX_LINE, lines, location};
use crate::appeals::event::Event;
use crate::clock::Timestamp;
use crate::message::one_line;

/// The most characters of a title, a place or a note, once encoded: with three of them a link stays short of the 2,000
/// characters that every program takes.
const MAX_PART: usize = 500;

/// Where Google Calendar offers to add the event. The times are UTC, and shown in the event's zone.
pub fn google(event: &Event, title: &str, url: Option<&str>) -> String {
    let form = "%Y%m%dT%H%M%SZ";
    let dates = format!("{}/{}", utc(event.starts.at, form), utc(event.ends.at, form));
    let mut link = "https://calendar.google.com/calendar/render?action=TEMPLATE".to_owned();
    add(&mut link, "dates", &dates);
    add(&mut link, "ctz", event.time_zone.name());
    add(&mut link, "text", title);
    add(&mut link, "location", &location(event).unwrap_or_default());
    add_url(&mut link, "details", event, url);
    link
}

/// Where Outlook.com offers to add the event. The times are UTC; it shows them in the reader's own zone.
pub fn outlook(event: &Event, title: &str, url: Option<&str>) -> String {
    let form = "%Y-%m-%dT%H:%M:%SZ";
    let mut link = "https://outlook.live.com/calendar/0/deeplink/compose?rru=addevent".to_owned();
    add(&mut link, "path", "/calendar/action/compose");
    add(&mut link, "startdt", &utc(event.starts.at, form));
    add(&mut link, "enddt", &utc(event.ends.at, form));
    add(&mut link, "subject", title);
    add(&mut link, "location", &location(event).unwrap_or_default());
    add_url(&mut link, "body", event, url);
    link
}

/// Where the site keeps the file of an event: `/events/UID.ics`, for every other program.
pub fn file(site: &Url, uid: &str) -> String {
    let mut url = site.clone();
    url.set_query(None);
    url.set_fragment(None);
    format!("{}/events/{}.ics", url.as_str().trim_end_matches('/'), percent_encoded(uid, "@"))
}

/// A text with all but letters, digits, `-._~` and what `kept` names percent-encoded as UTF-8 (RFC 3986 section 2.1).
/// A space is `%20`, as Outlook.com shows a plus as a plus.
pub(super) fn percent_encoded(text: &str, kept: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.as_bytes().contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Adds a parameter, with as many whole characters of its value as fit.
fn add(link: &mut String, name: &str, value: &str) {
    let mut encoded = String::new();
    for c in one_line(value, MAX_LINE).chars() {
        let more = percent_encoded(c.encode_utf8(&mut [0; 4]), "/:,");
        if encoded.len() + more.len() > MAX_PART {
            break;
        }
        encoded.push_str(&more);
    }
    if !encoded.is_empty() {
        let _ = write!(link, "&{name}={encoded}");
    }
}

/// Adds the link of the event, unless it is too long: half a link is none.
fn add_url(link: &mut String, name: &str, event: &Event, url: Option<&str>) {
    let url = event.online_url.as_deref().or(url).and_then(lines::web_address);
    let encoded = url.map(|url| percent_encoded(&url, "/:")).filter(|url| url.len() <= MAX_PART);
    if let Some(encoded) = encoded {
        let _ = write!(link, "&{name}={encoded}");
    }
}

fn utc(at: Timestamp, form: &str) -> String {
    at.to_utc().format(form).to_string()
}
