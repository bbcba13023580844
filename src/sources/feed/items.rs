//! The items of a feed as posts.

use feed_rs::model::{Category, Entry, Feed, FeedType, Link, Text};
use unic_langid::LanguageIdentifier;
use url::Url;

use crate::clock::Timestamp;
use crate::posts::content::{Content, Markup, Raw, line_of_html, one_line, shorten};
use crate::posts::identity::canonical_url;
use crate::sources::pass::Found;
use crate::sources::problem::Problem;
use crate::topics::Topics;

/// How many words of its text stand for a title that an item does not have.
const TITLE_WORDS: usize = 8;
/// What beginning a description and a text have in common where one was cut from the other, in characters.
const SAME_BEGINNING: usize = 40;
/// The longest name by which an item is kept; databases do not look longer ones up.
const MAX_NAME: usize = 1000;

/// How items are read.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// Where the feed came from, or what its source says instead.
    pub base: Url,
    /// Whether the source says it.
    pub base_is_given: bool,
    /// The language of items that name none.
    pub language: String,
}

/// The items of `feed` that are posts, and what is wrong with the others.
pub(super) fn items(feed: &Feed, settings: &Settings) -> (Vec<Found>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut found = Vec::with_capacity(feed.entries.len());
    for (number, entry) in (1..).zip(&feed.entries) {
        match item(feed, entry, settings) {
            Some(item) => found.push(item),
            None => {
                let message = "it has neither title nor text and is left out; give it one where the feed is made";
                problems.push(Problem::new(format!("item {number}"), message));
            }
        }
    }
    // Feeds show the newest first; posts are numbered from the oldest on.
    found.reverse();
    (found, problems)
}

fn item(feed: &Feed, entry: &Entry, settings: &Settings) -> Option<Found> {
    let guid = Some(one_line(&entry.id)).filter(|guid| !guid.is_empty());
    let home = if settings.base_is_given { None } else { page(&feed.links, &settings.base) };
    let base_url = home.unwrap_or_else(|| settings.base.clone());
    // A guid is mostly the address of the item where it looks like one.
    let url = page(&entry.links, &settings.base).or_else(|| web_address(Url::parse(guid.as_deref()?).ok()?));
    let title = entry.title.as_ref().map(|title| title_line(title, &feed.feed_type)).filter(|title| !title.is_empty());
    let (body, summary) = body_and_summary(feed, entry);
    let text = line_of_html(&body);
    if title.is_none() && text.is_empty() && !body.contains("<img") {
        return None;
    }
    let fallback_title = match () {
        () if !text.is_empty() => first_words(&text),
        () => feed.title.as_ref().map(|title| title_line(title, &feed.feed_type)).unwrap_or_default(),
    };
    let language = language(feed, entry).unwrap_or_else(|| settings.language.clone());
    let original = original(entry, &language, settings);
    let content = Content::new(Raw {
        title,
        fallback_title,
        body_base: body_base(feed, entry, url.as_ref().unwrap_or(&base_url), &settings.base),
        url,
        base_url: &base_url,
        published_at: entry.published.or(entry.updated).map(Timestamp::from),
        language,
        topics: Topics::new(entry.categories.iter().filter_map(|category| topic(category, &feed.feed_type))),
        summary,
        body: &body,
        markup: Markup::Html,
    });
    let content = content.translating(original);
    Some(Found { path: None, guid: guid.map(short_name), content, urgent: None })
}

/// The page that an item in another language than the site's names as its version in that language
/// (RFC 4287 section 4.2.7.4).
fn original(entry: &Entry, language: &str, settings: &Settings) -> Option<String> {
    let spoken = |tag: &str| tag.parse::<LanguageIdentifier>().ok().map(|tag| tag.language);
    let site = spoken(&settings.language)?;
    if spoken(language)? == site {
        return None;
    }
    let is_version = |link: &&Link| {
        link.rel.as_deref().is_none_or(|rel| rel == "alternate")
            && link.href_lang.as_deref().and_then(spoken).is_some_and(|tag| tag == site)
    };
    let url = entry.links.iter().find(is_version).and_then(|link| settings.base.join(&link.href).ok())?;
    canonical_url(&url)
}

/// The first link to a web page about it.
fn page(links: &[Link], base: &Url) -> Option<Url> {
    let is_page = |link: &&Link| {
        let to_itself = link.rel.as_deref().is_none_or(|rel| rel == "alternate");
        to_itself && link.media_type.as_deref().is_none_or(|kind| kind.contains("html"))
    };
    // One that names a language may be the same in another.
    let (other, own): (Vec<&Link>, Vec<&Link>) =
        links.iter().filter(is_page).partition(|link| link.href_lang.is_some());
    own.into_iter().chain(other).find_map(|link| web_address(base.join(&link.href).ok()?))
}

fn web_address(url: Url) -> Option<Url> {
    (matches!(url.scheme(), "http" | "https") && url.as_str().len() <= MAX_NAME).then_some(url)
}

/// A guid as it is kept: a very long one by its digest.
fn short_name(guid: String) -> String {
    if guid.len() <= MAX_NAME { guid } else { crate::posts::content::digest_of(&guid) }
}

/// A title on one line. RSS does not say whether it is HTML, and mostly it is.
fn title_line(title: &Text, kind: &FeedType) -> String {
    if is_rss(kind) || title.content_type.as_str() == "text/html" {
        line_of_html(&title.content)
    } else {
        one_line(&title.content)
    }
}

fn is_rss(kind: &FeedType) -> bool {
    matches!(kind, FeedType::RSS0 | FeedType::RSS1 | FeedType::RSS2)
}

/// The body as HTML, the whole text before a description, and the description as a summary where it says more than the
/// beginning of the text.
fn body_and_summary(feed: &Feed, entry: &Entry) -> (String, Option<String>) {
    let is_html = |kind: &str| kind == "text/html" || (kind == "text/plain" && is_rss(&feed.feed_type));
    let as_html = |kind: &str, text: &str| match kind {
        _ if text.trim().is_empty() => None,
        kind if is_html(kind) => Some(text.to_owned()),
        "text/plain" => Some(paragraphs(text)),
        _ => None,
    };
    let content = entry.content.as_ref();
    let body = content.and_then(|content| as_html(content.content_type.as_str(), content.body.as_deref()?));
    let summary = entry.summary.as_ref();
    let summary = summary.and_then(|summary| as_html(summary.content_type.as_str(), &summary.content));
    match (body, summary) {
        (Some(body), Some(summary)) => {
            let line = line_of_html(&summary);
            let beginning: String = line.chars().take(SAME_BEGINNING).collect();
            let says_more = !line.is_empty() && !line_of_html(&body).starts_with(&beginning);
            (body, says_more.then(|| shorten(&line)))
        }
        (Some(body), None) | (None, Some(body)) => (body, None),
        (None, None) => (String::new(), None),
    }
}

/// Plain text as HTML.
fn paragraphs(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace("\r\n", "\n");
    text.split("\n\n").map(|paragraph| format!("<p>{}</p>", paragraph.trim().replace('\n', "<br>"))).collect()
}

/// What the body itself says that its links are relative to (`xml:base`).
fn body_base(feed: &Feed, entry: &Entry, page: &Url, feed_base: &Url) -> Option<Url> {
    let base = match feed.feed_type {
        FeedType::Atom => page.join(entry.base.as_deref()?).ok()?,
        // The parser gives the feed's own address where the item says nothing.
        _ => Url::parse(&entry.content.as_ref()?.src.as_ref()?.href).ok().filter(|base| base != feed_base)?,
    };
    web_address(base)
}

fn language(feed: &Feed, entry: &Entry) -> Option<String> {
    let tags = [&entry.language, &feed.language].into_iter().flatten();
    let mut tags = tags.filter_map(|tag| tag.trim().parse::<LanguageIdentifier>().ok());
    tags.next().map(|tag| tag.to_string())
}

/// What a category says to a reader; Blogger has some that are addresses.
fn topic(category: &Category, kind: &FeedType) -> Option<String> {
    let topic = category.label.as_deref().filter(|label| !label.trim().is_empty()).unwrap_or(&category.term);
    let topic = if is_rss(kind) { line_of_html(topic) } else { topic.to_owned() };
    (!topic.contains("://")).then_some(topic)
}

fn first_words(text: &str) -> String {
    let mut words = text.split(' ');
    let first = words.by_ref().take(TITLE_WORDS).collect::<Vec<_>>().join(" ");
    if words.next().is_some() { format!("{first}…") } else { first }
}
