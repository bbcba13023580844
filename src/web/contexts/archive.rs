//! What the pages of earlier mailings are given.

use serde::Serialize;

use crate::editions::EditionKind;
use crate::subscribers::Cadence;
use crate::templates::contexts::{Change, EventBox};

/// One mailing in the list of them.
#[derive(Clone, Debug, Serialize)]
pub struct Mailing {
    /// Its number.
    pub id: i64,
    /// Its day, in words.
    pub day: String,
    /// How often such a digest comes; nothing for what is about an appeal.
    pub cadence: Option<Cadence>,
    /// The word for what it is, where it is about an appeal.
    pub kind: Option<&'static str>,
    /// The title of an appeal, unless its post was withdrawn.
    pub title: Option<String>,
    /// The language of that title.
    pub title_language: Option<String>,
}

/// The mailings of a year, on one page of the list.
#[derive(Clone, Debug, Serialize)]
pub struct Year {
    /// The year, such as `2015`.
    pub year: String,
    /// Its mailings, newest first.
    pub mailings: Vec<Mailing>,
}

/// Earlier mailings.
#[derive(Clone, Debug, Serialize)]
pub struct Archive {
    /// The years on this page, newest first, each with its mailings.
    pub years: Vec<Year>,
    /// All years there are, newest first, such as `2015`.
    pub all_years: Vec<String>,
    /// The year that was asked for.
    pub only: Option<String>,
    /// The number before which older ones are.
    pub older: Option<i64>,
}

/// One post as it was sent.
#[derive(Clone, Debug, Serialize)]
pub struct Article {
    /// The post's number, by which a mail leads to it.
    pub id: i64,
    /// Its title.
    pub title: String,
    /// Its day, in words.
    pub day: String,
    /// Where it is found on the web.
    pub url: Option<String>,
    /// Its language.
    pub post_language: String,
    /// Its topics.
    pub topics: Vec<String>,
    /// Its body, sanitised.
    pub html: String,
}

/// An event as the mailing had it.
#[derive(Clone, Debug, Serialize)]
pub struct Happening {
    /// When and where.
    #[serde(flatten)]
    pub event: EventBox,
    /// How it stands, as schema.org calls it: `EventScheduled`, `EventRescheduled` or `EventCancelled`.
    pub status: &'static str,
    /// When it should have started before that, in RFC 3339.
    pub previous: Option<String>,
    /// How one takes part, as schema.org calls it: `Offline`, `Online` or `Mixed`.
    pub attendance: &'static str,
}

/// One earlier mailing.
#[derive(Clone, Debug, Serialize)]
pub struct Issue {
    /// What it was.
    pub kind: EditionKind,
    /// The word for that, where it is about an appeal.
    pub kind_word: Option<&'static str>,
    /// Its heading: the day of a digest, the title of an appeal.
    pub heading: String,
    /// The language of that heading.
    pub heading_language: String,
    /// Its day, in words.
    pub day: String,
    /// What became of the appeal since: `changed` or `cancelled`.
    pub since: Option<&'static str>,
    /// Where that is said.
    pub newer: Option<String>,
    /// What changed, in a correction.
    pub changes: Vec<Change>,
    /// Why it was called off.
    pub reason: Option<String>,
    /// Until when a petition is open.
    pub until: Option<String>,
    /// The events of an appeal.
    pub events: Vec<Happening>,
    /// Its posts, newest first.
    pub articles: Vec<Article>,
}

/// One earlier mailing in the feed: an issue without the page around it.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// The mailing.
    #[serde(flatten)]
    pub issue: Issue,
}

/// What other sites show of a page that somebody links to (Open Graph).
#[derive(Clone, Debug, Serialize)]
pub struct Card {
    /// What kind of page it is: `website` or `article`.
    pub kind: &'static str,
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: String,
    /// What it is about, in a line.
    pub description: String,
    /// Its language and country, such as `en_GB`.
    pub locale: String,
    /// A picture on the group's own site.
    pub image: Option<String>,
}
