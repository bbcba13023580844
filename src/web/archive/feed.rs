//! The latest mailings as an Atom feed (RFC 4287).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::SecondsFormat;

use super::{KEEP, issue, kept, wrong_words};
use crate::clock::Timestamp;
use crate::editions::archive::{self, Shown};
use crate::store::archive::Stretch;
use crate::web::Problem;
use crate::web::contexts::Entry;
use crate::web::visit::Visit;

/// How many mailings are in it.
const ENTRIES: usize = 20;

/// Its media type (RFC 4287 section 7).
const KIND: HeaderValue = HeaderValue::from_static("application/atom+xml; charset=utf-8");

/// `GET /archive.atom`: the latest mailings, newest first, whole. One that is outdated says so, and counts as updated.
pub(in crate::web) async fn feed(visit: Visit) -> Result<Response, Problem> {
    let (app, language) = (visit.app(), visit.language());
    let site = &app.config.site;
    let languages = [language.tag(), site.language.as_str()];
    let (issues, _) = archive::list(&app.store, Stretch::ALL).await?;
    let (mut entries, mut latest) = (String::new(), Timestamp(0));
    for listed in issues.iter().take(ENTRIES) {
        let Some(shown) = archive::show(app, listed.id, &languages).await? else { continue };
        if !shown.posts.is_empty() {
            latest = latest.max(updated(&shown));
            entries += &entry(&visit, shown)?;
        }
    }
    let title = language.get("page-feed-title", &[("site", site.name.as_str().into())]).map_err(wrong_words)?;
    let feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{tag}\">\n<id>{id}</id>\n<title>{title}</title>\n\
         <updated>{updated}</updated>\n<author><name>{author}</name><uri>{home}</uri></author>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{own}\"/>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{list}\"/>\n<generator>Handbill</generator>\n{entries}</feed>\n",
        tag = xml(language.tag()),
        id = xml(&visit.link("archive.atom")),
        title = xml(&title),
        updated = time(latest),
        author = xml(&site.name),
        home = xml(site.url.as_str()),
        own = xml(&visit.link("archive.atom")),
        list = xml(&visit.link("archive")),
    );
    kept((StatusCode::OK, [(header::CONTENT_TYPE, KIND), (header::CACHE_CONTROL, KEEP)], feed).into_response())
}

fn entry(visit: &Visit, shown: Shown) -> Result<String, Problem> {
    let card = issue::card(visit, &shown).map_err(wrong_words)?;
    let (id, sent, updated) = (shown.issue.id, time(shown.issue.sent_at), time(updated(&shown)));
    let issue = issue::issue(visit, shown).map_err(wrong_words)?;
    let language = issue.heading_language.clone();
    let html = visit.render(Entry { issue }, None)?;
    // The address of the page in no particular language is what an entry is called for ever.
    Ok(format!(
        "<entry xml:lang=\"{tag}\">\n<id>{id}</id>\n<title>{title}</title>\n<published>{sent}</published>\n\
         <updated>{updated}</updated>\n<link rel=\"alternate\" type=\"text/html\" href=\"{page}\"/>\n\
         <summary>{summary}</summary>\n<content type=\"html\">{content}</content>\n</entry>\n",
        tag = xml(&language),
        id = xml(&card.url),
        title = xml(&card.title),
        page = xml(&visit.link(&format!("archive/{id}"))),
        summary = xml(&card.description),
        content = xml(&html),
    ))
}

/// When an entry last came to say something else.
fn updated(shown: &Shown) -> Timestamp {
    let since = shown.said.as_ref().and_then(|said| said.since);
    since.map_or(shown.issue.sent_at, |since| since.at.max(shown.issue.sent_at))
}

/// A time as Atom writes it (RFC 4287 section 3.3).
fn time(at: Timestamp) -> String {
    at.to_utc().to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A text, escaped; what XML cannot say is left out (XML 1.0 section 2.2).
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => escaped.push(c),
            _ => {}
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::xml;

    #[test]
    fn no_text_breaks_out_of_the_feed() {
        assert_eq!(xml("<a b=\"c\">&\u{0}\u{8}\u{ffff}\n]]>"), "&lt;a b=&quot;c&quot;&gt;&amp;\n]]&gt;");
        assert_eq!(xml("Ереуіл 🌍"), "Ереуіл 🌍");
    }
}
