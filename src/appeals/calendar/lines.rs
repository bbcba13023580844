//! Components and their content lines, and the texts in them, cleaned so that none can end its line.

use std::fmt;

use icalendar::Property;
use url::Url;

use super::Organizer;
use super::links::percent_encoded;
use crate::clock::Timestamp;
use crate::message::one_line;

/// The longest line, in octets without its end.
const MAX_OCTETS: usize = 75;
/// The last instant whose year has four digits.
const LAST_SECOND: i64 = 253_402_300_799;
/// The longest name of an organizer, in characters.
const MAX_NAME: usize = 100;
/// The longest link, in characters.
const MAX_LINK: usize = 2000;

/// A component: what stands between BEGIN and END.
pub(super) struct Block {
    name: &'static str,
    lines: Vec<Property>,
    /// The components in it.
    pub(super) inside: Vec<Block>,
}

impl Block {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, lines: Vec::new(), inside: Vec::new() }
    }

    /// Adds a property that the crate knows to be text, and escapes; `text` has no control but `\n`.
    pub(super) fn text(&mut self, name: &'static str, text: &str) {
        self.lines.push(Property::new(name, text));
    }

    /// Adds a property whose value needs no escaping.
    pub(super) fn push(&mut self, property: Property) {
        self.lines.push(property);
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BEGIN:{}\r\n", self.name)?;
        for property in &self.lines {
            let line: String = property.clone().try_into()?;
            f.write_str(&refolded(&line))?;
        }
        self.inside.iter().try_for_each(|block| block.fmt(f))?;
        write!(f, "END:{}\r\n", self.name)
    }
}

/// A content line with its folds where they belong (RFC 5545 section 3.1): the crate may leave 76 octets in the last.
fn refolded(folded: &str) -> String {
    let line = folded.replace("\r\n ", "");
    let mut refolded = String::with_capacity(line.len() + line.len() / 24 + 2);
    let mut octets = 0;
    for c in line.trim_end_matches("\r\n").chars() {
        if octets + c.len_utf8() > MAX_OCTETS {
            refolded.push_str("\r\n ");
            octets = 1;
        }
        octets += c.len_utf8();
        refolded.push(c);
    }
    refolded + "\r\n"
}

/// A text as the value of a property that the crate does not know to be text (RFC 5545 section 3.3.11).
pub(super) fn escaped(line: &str) -> String {
    line.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// An instant as UTC with a Z (RFC 5545 section 3.3.5, form 2).
pub(super) fn instant(at: Timestamp) -> String {
    let at = Timestamp(at.0.clamp(0, LAST_SECOND * 1_000_000));
    at.to_utc().format("%Y%m%dT%H%M%SZ").to_string()
}

/// A link as the value of a property: http or https, in ASCII without spaces.
pub(super) fn web_address(text: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let url = String::from(url);
    (url.len() <= MAX_LINK && url.chars().all(|c| c.is_ascii_graphic())).then_some(url)
}

/// A text of several lines, each cleaned, with at most one empty line between them; cut after `max` characters.
pub(super) fn paragraphs(text: &str, max: usize) -> String {
    let mut clean = String::new();
    let mut left = max;
    // What other programs take for an end of a line is one here.
    for line in text.replace("\r\n", "\n").split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']) {
        let line = one_line(line, left);
        if !line.is_empty() {
            left = left.saturating_sub(line.chars().count() + 1);
            clean.push_str(&line);
        }
        clean.push_str(if clean.is_empty() || clean.ends_with("\n\n") { "" } else { "\n" });
        if left == 0 {
            break;
        }
    }
    clean.truncate(clean.trim_end().len());
    clean
}

/// Whom the events are from (RFC 5545 section 3.8.4.3), which a published event must have.
pub(super) fn organizer(organizer: &Organizer<'_>) -> Property {
    let address = organizer.address;
    let local = percent_encoded(address.local(), "+!$'*");
    let mut property = Property::new("ORGANIZER", format!("mailto:{local}@{}", address.domain()));
    // No double quote can stand in a parameter (RFC 5545 section 3.2), and the crate does not look.
    let name = one_line(organizer.name, MAX_NAME).replace('"', "'");
    if !name.is_empty() {
        property.add_parameter("CN", &name);
    }
    property
}
