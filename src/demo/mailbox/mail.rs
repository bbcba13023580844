//! One caught mail, and the ways to look at it.

use std::borrow::Cow;
use std::fmt;

use mail_parser::{ContentType, Message, MessageParser, MimeHeaders};
use serde::Serialize;

use crate::clock::Timestamp;
use crate::demo::catcher::Caught;

/// A mail as it was caught, with what its line in the list needs.
#[derive(Clone)]
pub struct Mail {
    /// Its number; later ones are larger.
    pub id: u64,
    /// When it came.
    pub at: Timestamp,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// The subject, decoded.
    pub subject: String,
    /// What kind of edition it is, as its Feedback-ID says; empty where it says nothing.
    pub kind: String,
    /// Its Content-Language; empty where it names none.
    pub language: String,
    /// Its Message-ID, without angle brackets; empty where it has none.
    pub message_id: String,
    /// The Message-ID of the mail that it follows; empty where it follows none.
    pub follows: String,
    /// Whether a calendar comes with it.
    pub has_calendar: bool,
    /// The message itself.
    pub source: Vec<u8>,
}

impl fmt::Debug for Mail {
    /// Leaves out whom it is to, as this may end up in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// A piece of plain text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// What it says.
    pub text: String,
    /// Whether it is the address of a page.
    pub is_link: bool,
}

impl Mail {
    /// Reads the headers that the list needs; a mail that cannot be read is kept all the same.
    pub(super) fn read(id: u64, at: Timestamp, caught: Caught) -> Self {
        let parsed = MessageParser::default().parse(&caught.data);
        let subject = parsed.as_ref().and_then(|message| message.subject()).unwrap_or_default().to_owned();
        let raw = |name: &str| {
            let value = parsed.as_ref().and_then(|message| message.header_raw(name.to_owned()));
            value.unwrap_or_default().trim().to_owned()
        };
        // EDITION:KIND:handbill:DOMAIN
        let kind = raw("Feedback-ID").split(':').nth(1).unwrap_or_default().to_owned();
        let language = raw("Content-Language");
        let message_id = parsed.as_ref().and_then(|message| message.message_id()).unwrap_or_default().to_owned();
        let follows =
            parsed.as_ref().and_then(|message| message.in_reply_to().as_text()).unwrap_or_default().to_owned();
        let has_calendar = parsed.as_ref().and_then(calendar).is_some();
        Self { id, at, to: caught.to, subject, kind, language, message_id, follows, has_calendar, source: caught.data }
    }

    /// The HTML part, if there is one.
    pub fn html(&self) -> Option<String> {
        let message = MessageParser::default().parse(&self.source)?;
        // Without this, plain text would be dressed up as HTML.
        let part = message.html_part(0).filter(|part| part.is_text_html())?;
        part.text_contents().map(str::to_owned)
    }

    /// The plain text part, or nothing.
    pub fn text(&self) -> String {
        let message = MessageParser::default().parse(&self.source);
        message.as_ref().and_then(|message| message.body_text(0)).map(Cow::into_owned).unwrap_or_default()
    }

    /// The calendar that comes with it, if there is one.
    pub fn calendar(&self) -> Option<String> {
        let message = MessageParser::default().parse(&self.source)?;
        calendar(&message).map(str::to_owned)
    }

    /// The plain text, cut where links begin and end.
    pub fn pieces(&self) -> Vec<Piece> {
        pieces(&self.text())
    }

    /// The headers in their order, unfolded and otherwise as they were sent.
    pub fn headers(&self) -> Vec<(String, String)> {
        let Some(message) = MessageParser::default().parse_headers(&self.source) else { return Vec::new() };
        let unfolded = |value: &str| value.split_whitespace().collect::<Vec<_>>().join(" ");
        message.headers_raw().map(|(name, value)| (name.to_owned(), unfolded(value))).collect()
    }

    /// The whole message; bytes that are no UTF-8 are shown as such.
    pub fn source(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.source)
    }
}

/// The first calendar among the parts of `message`.
fn calendar<'a>(message: &'a Message<'_>) -> Option<&'a str> {
    let is_calendar = |kind: &ContentType<'_>| {
        kind.ctype().eq_ignore_ascii_case("text")
            && kind.subtype().is_some_and(|sub| sub.eq_ignore_ascii_case("calendar"))
    };
    let part = message.parts.iter().find(|part| part.content_type().is_some_and(is_calendar))?;
    part.text_contents()
}

/// Cuts `text` where web addresses begin and end.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut plain = String::new();
    for word in text.split_inclusive(|c: char| c.is_whitespace() || "<>()\"".contains(c)) {
        let end = word.trim_end_matches(|c: char| c.is_whitespace() || "<>()\".,;:!?".contains(c)).len();
        let (link, rest) = word.split_at_checked(end).unwrap_or((word, ""));
        if link.starts_with("http://") || link.starts_with("https://") {
            pieces.push(Piece { text: std::mem::take(&mut plain), is_link: false });
            pieces.push(Piece { text: link.to_owned(), is_link: true });
            plain.push_str(rest);
        } else {
            plain.push_str(word);
        }
    }
    pieces.push(Piece { text: plain, is_link: false });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}
