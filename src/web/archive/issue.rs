//! One mailing as a page has it: its posts, and of an appeal its events and what became of them.

use crate::appeals::VersionKind;
use crate::appeals::calendar::links;
use crate::appeals::event::Event;
use crate::editions::EditionKind;
use crate::editions::archive::{Said, Shown};
use crate::message::one_line;
use crate::posts::pictures;
use crate::store::archive::ArchivedPost;
use crate::templates::contexts::{EventBox, Version, changes, safe_url, until};
use crate::topics::Topics;
use crate::web::contexts::{Article, Card, Happening, Issue};
use crate::web::visit::Visit;
use crate::words::WordsError;

/// The longest line about a page, in characters.
const MAX_DESCRIPTION: usize = 200;

/// The country in which most readers of a language are, for Open Graph, which knows no language without one.
const COUNTRIES: [(&str, &str); 5] = [("en", "GB"), ("ru", "RU"), ("kk", "KZ"), ("de", "DE"), ("ar", "AR")];

/// The word for what a mailing about an appeal is.
pub(super) fn word(kind: EditionKind) -> Option<&'static str> {
    match kind {
        EditionKind::Appeal => Some("appeal-kind"),
        EditionKind::Reminder => Some("reminder-kind"),
        EditionKind::Correction => Some("correction-kind"),
        EditionKind::Cancellation => Some("cancellation-kind"),
        _ => None,
    }
}

/// A language as Open Graph writes it, such as `en_GB`.
pub(super) fn locale(tag: &str) -> String {
    match COUNTRIES.iter().find(|(language, _)| *language == tag) {
        Some((language, country)) => format!("{language}_{country}"),
        None => tag.replace('-', "_"),
    }
}

/// A mailing, in the visitor's language.
///
/// # Errors
///
/// When the words of the language are not those of a date or an event.
pub(super) fn issue(visit: &Visit, shown: Shown) -> Result<Issue, WordsError> {
    let (heading, heading_language) = heading(visit, &shown)?;
    let mut issue = Issue {
        kind: shown.issue.kind,
        kind_word: word(shown.issue.kind),
        heading,
        heading_language,
        day: visit.day(shown.issue.sent_at),
        since: None,
        newer: None,
        changes: Vec::new(),
        reason: None,
        until: None,
        events: Vec::new(),
        articles: Vec::new(),
    };
    // Of a post that was withdrawn nothing is shown, not even where to go for it.
    if let (Some(said), [post]) = (&shown.said, shown.posts.as_slice()) {
        tell(visit, said, post, &mut issue)?;
    }
    issue.articles = shown.posts.into_iter().map(|post| article(visit, post)).collect();
    Ok(issue)
}

/// Fills in what a mailing said of its appeal.
fn tell(visit: &Visit, said: &Said, post: &ArchivedPost, issue: &mut Issue) -> Result<(), WordsError> {
    let (language, zone) = (visit.language(), visit.app().config.site.time_zone);
    let deadline = |version: &crate::appeals::Version| Some(version.deadline).filter(|_| version.events.is_empty());
    if let Some(since) = said.since {
        issue.since = Some(if since.off { "cancelled" } else { "changed" });
        issue.newer = since.edition.map(|newer| visit.link(&format!("archive/{newer}")));
    }
    if let Some(before) = &said.before {
        let now = Version { events: &said.version.events, deadline: deadline(&said.version) };
        issue.changes = changes(language, Version { events: &before.events, deadline: deadline(before) }, now, zone)?;
    }
    let off = said.version.kind == VersionKind::Cancelled;
    issue.reason = said.version.reason.as_deref().filter(|_| off).map(|reason| one_line(reason, MAX_DESCRIPTION));
    issue.until = match deadline(&said.version).filter(|_| !off) {
        Some(deadline) => Some(until(language, deadline, zone)?),
        None => None,
    };
    let events = said.version.events_told();
    for (event, shown) in events.iter().zip(boxes(visit, &events, post)?) {
        let earlier = said.before.iter().flat_map(|before| &before.events).find(|earlier| earlier.uid == event.uid);
        let moved = earlier.filter(|earlier| earlier.starts.at != event.starts.at && !off);
        issue.events.push(Happening {
            status: match (off, &moved) {
                (true, _) => "EventCancelled",
                (false, Some(_)) => "EventRescheduled",
                (false, None) => "EventScheduled",
            },
            previous: moved.map(|earlier| earlier.starts.at.to_utc().with_timezone(&earlier.time_zone).to_rfc3339()),
            attendance: match (&shown.address, &shown.online_url) {
                (Some(_), Some(_)) => "Mixed",
                (None, Some(_)) => "Online",
                _ => "Offline",
            },
            event: match (off, said.since) {
                (false, None) => shown,
                (off, since) => shown.over(off || since.is_some_and(|since| since.off && !event.is_over(since.at))),
            },
        });
    }
    Ok(())
}

fn boxes(visit: &Visit, events: &[Event], post: &ArchivedPost) -> Result<Vec<EventBox>, WordsError> {
    let site = &visit.app().config.site;
    let files: Vec<String> = events.iter().map(|event| links::file(&site.url, &event.uid)).collect();
    EventBox::all(events, visit.language(), &files, &post.title, post.url.as_deref())
}

fn article(visit: &Visit, post: ArchivedPost) -> Article {
    Article {
        id: post.original_id.0,
        day: visit.day(post.published_at),
        topics: Topics::parse(&post.topics).iter().map(str::to_owned).collect(),
        title: post.title,
        url: post.url.as_deref().and_then(safe_url).filter(|url| url.starts_with("http")),
        post_language: post.language,
        html: post.html,
    }
}

/// What a mailing is called, and in which language that is.
fn heading(visit: &Visit, shown: &Shown) -> Result<(String, String), WordsError> {
    let language = visit.language();
    if let (Some(_), [post]) = (&shown.said, shown.posts.as_slice())
        && !post.title.is_empty()
    {
        return Ok((post.title.clone(), post.language.clone()));
    }
    let day = visit.day(shown.issue.sent_at);
    Ok((language.get("page-issue-heading", &[("day", day.into())])?, language.tag().to_owned()))
}

/// What other sites show of a mailing.
///
/// # Errors
///
/// When the words of the language are not those of a date or an event.
pub(super) fn card(visit: &Visit, shown: &Shown) -> Result<Card, WordsError> {
    let (heading, language) = heading(visit, shown)?;
    let kind = word(shown.issue.kind).map(|word| visit.language().get(word, &[])).transpose()?;
    let mut lines = Vec::new();
    if let (Some(said), [post]) = (&shown.said, shown.posts.as_slice()) {
        lines.extend(boxes(visit, &said.version.events_told(), post)?.iter().map(EventBox::gist));
        lines.push(post.excerpt.clone());
    } else {
        lines.extend(shown.posts.iter().map(|post| post.title.clone()).filter(|title| !title.is_empty()));
    }
    let images = shown.posts.iter().filter_map(|post| pictures::first_own(&visit.app().config, &post.html));
    Ok(Card {
        kind: "article",
        title: kind.map_or_else(|| heading.clone(), |kind| format!("{kind}: {heading}")),
        url: visit.address(&format!("archive/{}", shown.issue.id)),
        description: one_line(&lines.join(" · "), MAX_DESCRIPTION),
        locale: locale(&language),
        image: images.map(String::from).next(),
    })
}
