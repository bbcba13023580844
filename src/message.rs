//! A rendered mail and a recipient become the bytes of a message.
//!
//! Pure: the same draft gives the same bytes. What differs from recipient to recipient is the headers To, Date, Message-ID,
//! those of a thread and List-Unsubscribe, and in the body the token of the links, which can be laid over a body that was
//! encoded for another ([`SharedBody`]).
//!
//! The headers are encoded here and not by lettre, whose encoder passes `=?` in an ASCII subject through, which a
//! reader would decode, and whose Date knows no offset but UTC. The MIME parts are lettre's.

mod header;
mod overlay;
#[cfg(test)]
mod tests;

use std::fmt;
use std::fmt::Write as _;

use aws_lc_rs::digest;
use chrono::Datelike;
use chrono_tz::Tz;
use lettre::message::header::{ContentDisposition, ContentType};
use lettre::message::{Attachment, MultiPart, SinglePart};

use crate::address::Address;
use crate::appeals::calendar;
use crate::clock::Timestamp;
use crate::config::Sender;
use crate::editions::EditionKind;
use crate::id::EditionId;
use crate::posts::pictures::Inline;

pub use header::one_line;
pub use overlay::SharedBody;

/// The longest subject, in characters; longer ones are cut.
pub const MAX_SUBJECT: usize = 250;
/// The longest display name, in characters; longer ones are cut.
const MAX_NAME: usize = 100;
/// The longest line, in octets without CRLF (RFC 5322 section 2.1.1).
pub const MAX_LINE: usize = 998;

/// A rendered mail, before it has a recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The subject, on one line.
    pub subject: String,
    /// The plain text, which stands alone.
    pub text: String,
    /// The HTML.
    pub html: String,
}

/// A mail that is about to be written.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// Who it is from.
    pub sender: &'a Sender,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<&'a Sender>,
    /// Who it is to.
    pub to: &'a Address,
    /// Their name, where they gave one; a letter leaves it out.
    pub to_name: Option<&'a str>,
    /// The local part of the Message-ID, stable for a delivery; its domain is the sender's.
    pub message_id: &'a str,
    /// The Date.
    pub date: Timestamp,
    /// The zone in which the Date is written.
    pub time_zone: Tz,
    /// What the mailing is.
    pub kind: EditionKind,
    /// Which mailing it is.
    pub edition: EditionId,
    /// What it says.
    pub content: &'a Content,
    /// The language it says it in, such as `en`.
    pub language: &'a str,
    /// The list it was sent to; `None` for a letter that one person's request called for.
    pub list: Option<List<'a>>,
    /// The local parts of the Message-IDs of the mails that it follows up, the first one first.
    pub thread: &'a [String],
    /// The calendar entries that come with it.
    pub calendar: Option<&'a str>,
    /// The pictures that its HTML shows by their Content-IDs.
    pub images: &'a [Inline],
}

/// What a calendar that comes with a mail is called as a file.
const CALENDAR_FILE: &str = "event.ics";

/// What the headers of list mail say about the list (RFC 2369, RFC 2919, RFC 8058).
#[derive(Clone, Debug)]
pub struct List<'a> {
    /// The list's lasting name for machines.
    pub id: &'a ListId,
    /// Its name for people.
    pub name: &'a str,
    /// Where one POST takes this recipient off the list.
    pub unsubscribe_url: &'a str,
    /// Where help is found.
    pub help_url: &'a str,
    /// Where earlier mailings are found.
    pub archive_url: &'a str,
}

/// A list's identifier: shaped like a domain, and lasting (RFC 2919 section 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListId(String);

impl ListId {
    /// The identifier of the one list of a sender, such as `news.campaign.example` for `news@campaign.example`.
    pub fn of(sender: &Sender) -> Self {
        let fits = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        let label: String = sender.address.local().chars().map(fits).collect();
        let label = match label.trim_matches('-') {
            "" => "list",
            label => label,
        };
        Self(format!("{label}.{}", sender.address.domain()))
    }

    /// The identifier, without angle brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a draft cannot become a message. It quotes neither addresses nor links.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// The Message-ID's local part is no dot-atom (RFC 5322 section 3.2.3) of at most 64 characters.
    #[error("the Message-ID may hold letters, digits, dots and dashes only, and no more than 64 of them")]
    MessageId,
    /// The date cannot be written in a header.
    #[error("the date lies outside the years 1970 to 9999")]
    Date,
    /// The language is no tag (RFC 5646).
    #[error("the language is no tag like en or pt-BR")]
    Language,
    /// A link of the list is no http or https address that fits a header.
    #[error("{0} is no http or https address of at most 900 characters")]
    Link(&'static str),
    /// A confirmation must not look like list mail, and list mail must say which list.
    #[error("a letter has no List headers, and mail to the list must have them")]
    List,
    /// The token does not fit into the body that was encoded for another.
    #[error("the token of the links is not as long as others")]
    Token,
}

/// Writes the message.
///
/// # Errors
/// When a part that the program itself supplies does not fit a header. What comes from posts and people never is an
/// error: it is cut, cleaned or encoded.
pub fn build(draft: &Draft<'_>) -> Result<Vec<u8>, MessageError> {
    let mut bytes = head(draft)?.into_bytes();
    bytes.extend(body(draft).formatted());
    Ok(bytes)
}

/// Writes the message with a body that was encoded before, and this token in its links. Of the draft's content only the
/// subject is looked at.
///
/// # Errors
/// As [`build`], and when the token is longer or shorter than the body's.
pub fn build_shared(draft: &Draft<'_>, body: &SharedBody, token: &str) -> Result<Vec<u8>, MessageError> {
    let mut bytes = head(draft)?.into_bytes();
    if !body.write(token, &mut bytes) {
        return Err(MessageError::Token);
    }
    Ok(bytes)
}

/// The headers, but for those of the MIME parts.
fn head(draft: &Draft<'_>) -> Result<String, MessageError> {
    if draft.kind.is_list_mail() != draft.list.is_some() {
        return Err(MessageError::List);
    }
    let mut head = Head(String::with_capacity(2048));
    let domain = draft.sender.address.domain();
    head.line("From", &mailbox("From", &draft.sender.name, &draft.sender.address));
    // Anybody can have a letter sent to anybody, and what they gave as a name must not travel with it.
    let to_name = draft.to_name.filter(|_| draft.kind.is_list_mail()).unwrap_or_default();
    head.line("To", &mailbox("To", to_name, draft.to));
    if let Some(reply_to) = draft.reply_to {
        head.line("Reply-To", &mailbox("Reply-To", &reply_to.name, &reply_to.address));
    }
    head.line("Subject", &header::text("Subject", &draft.content.subject, MAX_SUBJECT));
    head.line("Date", &date(draft.date, draft.time_zone)?);
    if !is_dot_atom(draft.message_id) {
        return Err(MessageError::MessageId);
    }
    head.line("Message-ID", &format!("<{}@{domain}>", draft.message_id));
    if !draft.thread.iter().all(|id| is_dot_atom(id)) {
        return Err(MessageError::MessageId);
    }
    if let Some(last) = draft.thread.last() {
        // RFC 5322 section 3.6.4: the mail that this one follows, and the whole thread up to it.
        head.line("In-Reply-To", &format!("<{last}@{domain}>"));
        let ids: Vec<String> = draft.thread.iter().map(|id| format!("<{id}@{domain}>")).collect();
        head.line("References", &ids.join("\r\n "));
    }
    if let Some(list) = &draft.list {
        head.list(list)?;
    }
    head.line("Auto-Submitted", "auto-generated");
    if draft.kind == EditionKind::Digest {
        head.line("Precedence", "bulk");
    }
    head.line("Feedback-ID", &feedback_id(draft.kind, draft.edition, domain));
    if !is_language_tag(draft.language) {
        return Err(MessageError::Language);
    }
    head.line("Content-Language", draft.language);
    head.line("MIME-Version", "1.0");
    Ok(head.0)
}

/// How long the HTML part of a message with this content is, in bytes as it is sent.
pub fn html_size(content: &Content) -> usize {
    SinglePart::html(clean_body(&content.html)).formatted().len()
}

/// The headers written so far.
struct Head(String);

impl Head {
    fn line(&mut self, name: &str, value: &str) {
        // Writing to a string does not fail.
        let _ = write!(self.0, "{name}: {value}\r\n");
    }

    fn list(&mut self, list: &List<'_>) -> Result<(), MessageError> {
        for (what, url) in [
            ("the unsubscribe link", list.unsubscribe_url),
            ("the help link", list.help_url),
            ("the archive link", list.archive_url),
        ] {
            if !is_header_url(url) {
                return Err(MessageError::Link(what));
            }
        }
        let id = format!("<{}>", list.id.as_str());
        self.line("List-Id", &header::with_phrase("List-Id", list.name, MAX_NAME, &id));
        self.line("List-Unsubscribe", &format!("<{}>", list.unsubscribe_url));
        self.line("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        self.line("List-Help", &format!("<{}>", list.help_url));
        self.line("List-Archive", &format!("<{}>", list.archive_url));
        Ok(())
    }
}

fn mailbox(header: &str, name: &str, address: &Address) -> String {
    header::with_phrase(header, name, MAX_NAME, &format!("<{}>", address.as_given()))
}

/// The Date with the offset that the zone has at that instant (RFC 5322 section 3.3).
fn date(at: Timestamp, zone: Tz) -> Result<String, MessageError> {
    let utc = at.to_utc();
    // A day less at both ends leaves room for the zone.
    if at.0 < 0 || utc.timestamp_micros() != at.0 || !(1970..9999).contains(&utc.year()) {
        return Err(MessageError::Date);
    }
    Ok(utc.with_timezone(&zone).format("%a, %d %b %Y %H:%M:%S %z").to_string())
}

/// Which mailing complaints are about. A letter is an edition of one person's own, so it is counted by its kind only.
fn feedback_id(kind: EditionKind, edition: EditionId, domain: &str) -> String {
    if kind.is_letter() {
        format!("letter:{kind}:handbill:{domain}")
    } else {
        format!("{edition}:{kind}:handbill:{domain}")
    }
}

fn is_dot_atom(text: &str) -> bool {
    let dots = text.starts_with('.') || text.ends_with('.') || text.contains("..");
    (1..=64).contains(&text.len()) && !dots && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._+".contains(c))
}

fn is_language_tag(text: &str) -> bool {
    (2..=35).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn is_header_url(url: &str) -> bool {
    let scheme = url.starts_with("https://") || url.starts_with("http://");
    scheme && url.len() <= 900 && url.chars().all(|c| c.is_ascii_graphic() && !"<>\"\\".contains(c))
}

/// The plain text first, then the HTML, then the calendar (RFC 2046 section 5.1.4), each 7-bit safe. The calendar comes
/// once more as a file, as some programs show only the one and some only the other.
///
/// Pictures stand with the HTML that shows them (RFC 2387).
fn body(draft: &Draft<'_>) -> MultiPart {
    let Draft { content, calendar, edition, images, .. } = *draft;
    let (text, html) = (clean_body(&content.text), clean_body(&content.html));
    let mut parts = vec![text.as_str(), html.as_str()];
    parts.extend(calendar);
    let boundary = |name: &str| boundary(&format!("{name}{edition}"), &parts);
    let alternative = MultiPart::alternative().boundary(boundary(""));
    let alternative = alternative.singlepart(SinglePart::plain(text.clone()));
    let page = SinglePart::html(html.clone());
    let alternative = if images.is_empty() {
        alternative.singlepart(page)
    } else {
        let mut related = MultiPart::related().boundary(boundary("related ")).singlepart(page);
        for (number, image) in images.iter().enumerate() {
            let Ok(media) = ContentType::parse(image.media) else { continue };
            let name = format!("picture-{}.{}", number + 1, image.media.rsplit('/').next().unwrap_or("bin"));
            let picture = Attachment::new_inline_with_name(image.id.clone(), name);
            related = related.singlepart(picture.body(image.bytes.to_vec(), media));
        }
        alternative.multipart(related)
    };
    let Some(calendar) = calendar else { return alternative };
    let entry = || SinglePart::builder().header(calendar_type());
    let alternative = alternative.singlepart(entry().body(calendar.to_owned()));
    let file = entry().header(ContentDisposition::attachment(CALENDAR_FILE)).body(calendar.to_owned());
    MultiPart::mixed().boundary(boundary("mixed ")).multipart(alternative).singlepart(file)
}

/// The method stands here and in the calendar itself (RFC 6047 section 2.4).
fn calendar_type() -> ContentType {
    // It is a constant; a test sees that it can be read.
    ContentType::parse(calendar::MAIL_CONTENT_TYPE).unwrap_or(ContentType::TEXT_PLAIN)
}

/// Line breaks as `\n`, without other control characters and without white space at the ends of lines; one line
/// break at the end. (A last line of white space only makes some signers and verifiers disagree.)
fn clean_body(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut clean = String::with_capacity(text.len() + 1);
    for line in text.trim_end().lines() {
        clean.extend(line.trim_end().chars().filter(|c| !c.is_control() || *c == '\t'));
        clean.push('\n');
    }
    clean
}

/// A boundary made from a seed that is in none of the parts, so that the same draft gives the same bytes.
fn boundary(seed: &str, parts: &[&str]) -> String {
    let mut count = 0_u32;
    loop {
        let hash = digest::digest(&digest::SHA256, format!("{count} {seed}").as_bytes());
        let boundary = format!("part-{}", Hex(hash.as_ref()));
        if !parts.iter().any(|part| part.contains(&boundary)) {
            return boundary;
        }
        count = count.wrapping_add(1);
    }
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(16).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
