//! What each template is given: typed, with samples, so that one command can render every template.
//!
//! The constructors take what comes from posts and people, and put texts on one line and drop links that are not
//! safe to follow.

mod letters;
mod samples;

use serde::Serialize;
use url::Url;

use super::excerpt;
use crate::config;
use crate::message::one_line;
use crate::subscribers::Cadence;
use crate::words::Language;

pub use letters::{Confirmation, Goodbye, Link};

/// How much of a post a digest of several shows, in words.
const EXCERPT_WORDS: usize = 60;
/// The longest title, topic or name shown, in characters.
const MAX_TEXT: usize = 300;
/// The longest body that is shown whole when it can also be read on the web, in bytes. Encoded and with the rest of
/// the mail it stays under the 90 KB beyond which mail programs cut HTML off.
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
pub trait Mail: Context {}

/// Who is writing.
#[derive(Clone, Debug, Serialize)]
pub struct Site {
    /// The group's name.
    pub name: String,
    /// Where its pages are, without a slash at the end.
    pub url: String,
    /// The lines of its postal address.
    pub postal_address: Vec<String>,
}

impl Site {
    /// The site as it is configured.
    pub fn of(site: &config::Site) -> Self {
        let lines = site.postal_address.lines().map(|line| one_line(line, MAX_TEXT)).filter(|line| !line.is_empty());
        Self {
            name: one_line(&site.name, MAX_TEXT),
            url: site.url.as_str().trim_end_matches('/').to_owned(),
            postal_address: lines.collect(),
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
}

/// One post in a digest.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    /// Its title, on one line.
    pub title: String,
    /// Where it is found on the web: http or https.
    pub url: Option<String>,
    /// Its date, in the words of the reader's language.
    pub date: String,
    /// Its topics.
    pub topics: Vec<String>,
    /// How it begins, plain.
    pub excerpt: String,
    /// Its whole body, sanitised.
    pub html: String,
    /// Its whole body, plain.
    pub text: String,
    /// Whether the whole body is shown, and not only the excerpt.
    pub whole: bool,
}

impl Item {
    /// A post as a digest shows it. `html` has to be sanitised, as it is the one thing that is not escaped.
    pub fn new(title: &str, url: Option<&str>, date: String, topics: &[String], html: String, text: String) -> Self {
        let url = url.and_then(safe_url).filter(|url| url.starts_with("http"));
        Self {
            title: one_line(title, MAX_TEXT),
            whole: url.is_none(),
            url,
            date: one_line(&date, MAX_TEXT),
            topics: topics.iter().map(|topic| one_line(topic, MAX_TEXT)).collect(),
            excerpt: excerpt(&text, EXCERPT_WORDS),
            html,
            text,
        }
    }
}

/// A digest: one post whole, if it is not too long, or several with the beginning of each.
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
    /// How many posts there are.
    pub count: usize,
    /// How many there are besides the first.
    pub others: usize,
    /// Whether there is only one.
    pub single: bool,
    /// The posts, newest first.
    pub items: Vec<Item>,
    /// Where the foot leads.
    pub links: Links,
}

impl Digest {
    /// A digest of these posts, newest first.
    pub fn new(frame: Frame, cadence: Cadence, mut items: Vec<Item>, links: Links) -> Self {
        let (count, single) = (items.len(), items.len() == 1);
        for item in &mut items {
            item.whole = item.url.is_none() || (single && item.html.len() <= MAX_BODY);
        }
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
        Self { frame, cadence, preheader, lead, count, others: count.saturating_sub(1), single, items, links }
    }
}

/// The address when it is safe to follow: http, https or mailto, and nothing else.
pub fn safe_url(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    matches!(url.scheme(), "http" | "https" | "mailto").then(|| url.into())
}
