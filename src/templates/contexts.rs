//! What each template is given: typed, with samples, so that one command can render every template.
//!
//! The constructors take what comes from posts and people, and put texts on one line and drop links that are not
//! safe to follow.

mod appeals;
mod changes;
mod events;
mod fit;
mod letters;
mod notices;
mod samples;

use chrono_tz::Tz;
use serde::Serialize;
use url::Url;

use super::excerpt;
use crate::appeals::event::Event;
use crate::clock::Timestamp;
use crate::config::{Config, Images};
use crate::message::one_line;
use crate::posts::pictures::{Fitted, Inline, Lead};
use crate::subscribers::Cadence;
use crate::text_enum::text_enum;
use crate::words::{Language, WordsError};

pub use appeals::{
    Appeal, AppealLinks, Call, Cancellation, Correction, Count, Ending, OrganiserResult, Reminder, Urgent,
};
pub use changes::{Change, Version};
pub(crate) use changes::{changes, until};
pub use events::EventBox;
pub use fit::{MAX_HTML, Posts};
pub use letters::{Confirmation, Earlier, Foot, Goodbye, Link, Welcome};
pub use notices::StaffNotice;

/// How much of a post a digest of several shows, in words.
const EXCERPT_WORDS: usize = 60;
/// The longest title, topic or name shown, in characters.
const MAX_TEXT: usize = 300;
/// The longest body that an appeal shows, in bytes. Encoded and with the rest of the mail it stays under the 90 KB beyond
/// which mail programs cut HTML off.
const MAX_BODY: usize = 55_000;
/// How much of a mail is shown beside its subject, in characters.
const MAX_PREHEADER: usize = 140;

/// What a template is given.
pub trait Context: Serialize + Sized {
    /// The template, by its path under `templates/`: a page such as `pages/home`, or the folder of a mail.
    const TEMPLATE: &'static str;

    /// One context for each way that the template can turn out. `say` is what becomes of texts that posts and people
    /// bring: for a preview it gives them back, for a check it makes them hostile.
    fn samples(language: &Language<'_>, say: &dyn Fn(&str) -> String) -> Vec<Self>;
}

/// What a mail is given: its template is a folder with `subject.hbs`, `text.hbs` and `html.hbs`.
pub trait Mail: Context {
    /// The calendar entries that come with the `at`-th sample, in a preview.
    fn calendar(_language: &Language<'_>, _at: usize) -> Option<String> {
        None
    }
}

/// Who is writing.
#[derive(Clone, Debug, Serialize)]
pub struct Site {
    /// The group's name.
    pub name: String,
    /// Where its pages are, without a slash at the end.
    pub url: String,
    /// The lines of its postal address.
    pub postal_address: Vec<String>,
    /// Where its logo is, if mail shows images.
    pub logo: Option<String>,
}

impl Site {
    /// The site as it is configured.
    pub fn of(config: &Config) -> Self {
        let site = &config.site;
        let logo = site.logo_url().ok().flatten().filter(|_| config.mail.images != Images::None);
        let lines = site.postal_address.lines().map(|line| one_line(line, MAX_TEXT)).filter(|line| !line.is_empty());
        Self {
            name: one_line(&site.name, MAX_TEXT),
            url: site.url.as_str().trim_end_matches('/').to_owned(),
            postal_address: lines.collect(),
            logo: logo.map(String::from),
        }
    }
}

/// What every mail is given.
#[derive(Clone, Debug, Serialize)]
pub struct Frame {
    /// Who is writing.
    pub site: Site,
    /// The language, such as `en`.
    pub language: String,
    /// Its direction: `ltr` or `rtl`.
    pub dir: &'static str,
}

impl Frame {
    /// The frame of a mail in that language.
    pub fn new(site: Site, language: &Language<'_>) -> Self {
        Self { site, language: language.tag().to_owned(), dir: language.direction() }
    }
}

/// Where the foot of a mail to the list leads. Each can only ask for less, or for a fresh link.
#[derive(Clone, Debug, Serialize)]
pub struct Links {
    /// The page with the button that leaves.
    pub unsubscribe: String,
    /// The page that sends a fresh link to the preferences.
    pub preferences: String,
    /// Earlier mailings.
    pub archive: String,
    /// This mailing among them.
    pub issue: String,
}

text_enum! {
    /// What a digest says of a post that was an appeal.
    pub enum Notice {
        /// Its events are still ahead, or its deadline is.
        Ahead = "ahead",
        /// Its events are over.
        TookPlace = "took-place",
        /// It has no event, and its deadline has passed.
        Closed = "closed",
        /// It was cancelled.
        Cancelled = "cancelled",
    }
}

/// One post in a digest, or the post of an appeal.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    /// Its title, on one line.
    pub title: String,
    /// Where it is found on the web: http or https.
    pub url: Option<String>,
    /// Where all of it can be read: there, or in the archive. Only a sample has neither.
    pub read_url: Option<String>,
    /// Its date, in the words of the reader's language.
    pub date: String,
    /// Its topics.
    pub topics: Vec<String>,
    /// How it begins, plain.
    pub excerpt: String,
    /// Its body, sanitised, or as much of it as is shown.
    pub html: String,
    /// Its body, plain, or as much of it as is shown.
    pub text: String,
    /// Whether the body is shown, and not only the excerpt.
    pub whole: bool,
    /// Whether there is more of the body than is shown.
    pub cut: bool,
    /// Whether nothing but the title is shown, as there are so many posts.
    pub brief: bool,
    /// What is said of it when it was an appeal.
    pub notice: Option<Notice>,
    /// The events of its appeal.
    pub events: Vec<EventBox>,
    /// Until when its appeal is open, where it has no events.
    pub until: Option<String>,
    /// Whether it is one line only, for a reader who had its appeal.
    pub line: bool,
    /// The picture above its beginning.
    pub lead: Option<Lead>,
    /// The pictures that the mail brings along.
    #[serde(skip)]
    pub inline: Vec<Inline>,
}

impl Item {
    /// A post as a digest shows it. `html` has to be sanitised, as it is the one thing that is not escaped.
    pub fn new(title: &str, url: Option<&str>, date: String, topics: &[String], html: String, text: String) -> Self {
        let url = url.and_then(safe_url).filter(|url| url.starts_with("http"));
        Self {
            title: one_line(title, MAX_TEXT),
            whole: url.is_none(),
            read_url: url.clone(),
            url,
            date: one_line(&date, MAX_TEXT),
            topics: topics.iter().map(|topic| one_line(topic, MAX_TEXT)).collect(),
            excerpt: excerpt(&text, EXCERPT_WORDS),
            html,
            text,
            cut: false,
            brief: false,
            notice: None,
            events: Vec::new(),
            until: None,
            line: false,
            lead: None,
            inline: Vec::new(),
        }
    }

    /// With its place in the archive, where it is read if it is nowhere else on the web.
    #[must_use]
    pub fn archived(mut self, url: String) -> Self {
        self.read_url.get_or_insert(url);
        self
    }

    /// The post with its pictures, as far as mail may show them.
    #[must_use]
    pub fn with_pictures(self, fitted: Fitted) -> Self {
        Self { html: fitted.html, lead: fitted.lead, inline: fitted.inline, ..self }
    }

    /// The post as one line, for a reader who had its appeal.
    #[must_use]
    pub fn as_line(self) -> Self {
        // A link needs words.
        let title = if self.title.is_empty() { one_line(&self.excerpt, MAX_PREHEADER) } else { self.title.clone() };
        Self { line: true, title, ..self }
    }

    /// The post of an appeal in a digest, for a reader who did not have it.
    ///
    /// # Errors
    /// When the words of the language are not those of a date or an event.
    pub fn of_appeal(self, language: Language<'_>, appeal: &Called<'_>) -> Result<Self, WordsError> {
        let ahead = appeal.notice == Notice::Ahead;
        let deadline = appeal.deadline.filter(|_| ahead && appeal.events.is_empty());
        let boxes = EventBox::all(appeal.events, language, appeal.calendar, &self.title, self.url.as_deref())?;
        let events = appeal.events.iter().zip(boxes).map(|(event, shown)| match event.is_over(appeal.at) {
            true => shown.over(false),
            false if appeal.notice == Notice::Cancelled => shown.over(true),
            false => shown,
        });
        Ok(Self {
            notice: Some(appeal.notice),
            events: events.collect(),
            until: deadline.map(|at| changes::until(language, at, appeal.time_zone)).transpose()?,
            ..self
        })
    }
}

/// What a digest shows of an appeal.
#[derive(Clone, Copy, Debug)]
pub struct Called<'a> {
    /// What became of it.
    pub notice: Notice,
    /// Its events.
    pub events: &'a [Event],
    /// The time at which it is shown, or when it was called off: events that were over by then took place.
    pub at: Timestamp,
    /// Its deadline, where it has no events.
    pub deadline: Option<Timestamp>,
    /// The zone in which the deadline is written.
    pub time_zone: Tz,
    /// The calendar entry of each event, in their order.
    pub calendar: &'a [String],
}

/// A digest: one post whole, or several with the beginning of each; less of them where that would be too long.
#[derive(Clone, Debug, Serialize)]
pub struct Digest {
    /// Who is writing, and in which language.
    #[serde(flatten)]
    pub frame: Frame,
    /// How often the reader asked for it.
    pub cadence: Cadence,
    /// What mail programs show beside the subject.
    pub preheader: String,
    /// The title of the first post that has one, else the site's name.
    pub lead: String,
    /// How many posts there are, without those that are one line.
    pub count: usize,
    /// How many of them there are besides the first.
    pub others: usize,
    /// Whether there is only one, and no line either.
    pub single: bool,
    /// The posts, newest first; those that are one line come last.
    pub items: Vec<Item>,
    /// How many more there are, which only the archive shows.
    pub left: usize,
    /// Where the foot leads.
    pub links: Links,
}

impl Digest {
    /// A digest of these posts, newest first.
    pub fn new(frame: Frame, cadence: Cadence, posts: impl Into<Posts>, links: Links) -> Self {
        let Posts { items, count, left } = posts.into();
        let single = items.len() + left == 1;
        let titled = items.iter().map(|item| &item.title).find(|title| !title.is_empty());
        // A mail without a subject would look like spam.
        let lead = titled.unwrap_or(&frame.site.name).clone();
        let preheader = if single {
            items.first().map(|item| item.excerpt.clone()).unwrap_or_default()
        } else {
            // The subject has the first title already.
            items.iter().skip(1).map(|item| item.title.as_str()).collect::<Vec<_>>().join(" · ")
        };
        let preheader = one_line(&preheader, MAX_PREHEADER);
        Self { frame, cadence, preheader, lead, count, others: count.saturating_sub(1), single, items, left, links }
    }
}

/// The address when it is safe to follow: http, https or mailto, and nothing else.
pub fn safe_url(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    matches!(url.scheme(), "http" | "https" | "mailto").then(|| url.into())
}
