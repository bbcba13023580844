//! What is left of a post's HTML: text, links and images, and nothing that runs, hides or tracks.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use ammonia::Builder;
use url::Url;

use super::html::{self, Token};
use super::plain;

const TAGS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "u",
    "ul",
];
/// Left out with everything inside.
const CONTENT_TAGS: &[&str] = &[
    "script", "style", "title", "head", "iframe", "noscript", "template", "textarea", "select", "button", "object",
    "svg", "math", "nav", "video", "audio", "canvas",
];
/// The shortest side of an image that is there to be seen.
const SMALLEST_IMAGE: u32 = 2;

/// Sanitises `source`; relative links and images are made absolute against `base`.
pub(super) fn sanitise(source: &str, base: &Url) -> String {
    let attributes: HashMap<&str, HashSet<&str>> = HashMap::from([
        ("a", HashSet::from(["href", "title"])),
        ("img", HashSet::from(["src", "alt", "title", "width", "height"])),
        ("ol", HashSet::from(["start"])),
        ("td", HashSet::from(["colspan", "rowspan", "align"])),
        ("th", HashSet::from(["colspan", "rowspan", "align"])),
    ]);
    let base = base.clone();
    let cleaned = Builder::empty()
        .tags(TAGS.iter().copied().collect())
        .clean_content_tags(CONTENT_TAGS.iter().copied().collect())
        .tag_attributes(attributes)
        .generic_attributes(HashSet::from(["lang", "dir"]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        // Whoever follows a link does not tell where they read it.
        .link_rel(Some("noreferrer"))
        .attribute_filter(move |tag, attribute, value| match (tag, attribute) {
            ("a", "href") => absolute(&base, value, &["http", "https", "mailto"]).map(Cow::Owned),
            ("img", "src") => absolute(&base, value, &["http", "https"]).map(Cow::Owned),
            _ => Some(Cow::Borrowed(value)),
        })
        .clean(source)
        .to_string();
    plain::unturned(without_blind_images(&cleaned))
}

/// Sanitises `source` for its text alone: tags without attributes.
pub(super) fn sanitise_text(source: &str) -> String {
    Builder::empty()
        .tags(TAGS.iter().copied().collect())
        .clean_content_tags(CONTENT_TAGS.iter().copied().collect())
        .link_rel(None)
        .clean(source)
        .to_string()
}

/// `link` as seen from `base`, if it then has one of `schemes`.
fn absolute(base: &Url, link: &str, schemes: &[&str]) -> Option<String> {
    let url = base.join(link.trim()).ok()?;
    schemes.contains(&url.scheme()).then(|| url.into())
}

/// Puts the alt text in place of images that have no address left, leaves out those too small to be seen, and gives the
/// others an empty alt where they have none.
fn without_blind_images(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    for token in html::tokens(html) {
        let Token::Open { name: "img", attributes, raw } = token else {
            out.push_str(token.raw());
            continue;
        };
        let side = |name| html::attribute(attributes, name).and_then(|value| value.trim().parse::<u32>().ok());
        if ["width", "height"].into_iter().filter_map(side).any(|side| side < SMALLEST_IMAGE) {
            continue;
        }
        match html::attribute(attributes, "src") {
            // Without it a screen reader would read the address out.
            Some(_) if html::attribute(attributes, "alt").is_none() => {
                out.push_str(&raw.replacen("<img", "<img alt=\"\"", 1));
            }
            Some(_) => out.push_str(raw),
            None => out.push_str(&html::escape(&html::attribute(attributes, "alt").unwrap_or_default())),
        }
    }
    out
}

/// The first heading of sanitised HTML, as plain text on one line.
pub(super) fn first_heading(html: &str) -> Option<String> {
    let mut inside = None;
    let mut text = String::new();
    for token in html::tokens(html) {
        match token {
            Token::Open { name, .. } if inside.is_none() && is_heading(name) => inside = Some(name),
            Token::Close { name, .. } if inside == Some(name) => break,
            Token::Text(raw) if inside.is_some() => text.push_str(&html::unescape(raw)),
            Token::Open { name: "br", .. } => text.push(' '),
            _ => {}
        }
    }
    Some(plain::one_line(&text)).filter(|text| !text.is_empty())
}

/// Fits the headings of a post under its title: a first heading that only repeats `title` goes, and an `h1` becomes an
/// `h2`, as a mail or page has one `h1` and the post is not it.
pub(super) fn fit_headings(html: &str, title: &str) -> String {
    let first = html::tokens(html).find(|token| !token.raw().trim().is_empty());
    let heads = matches!(first, Some(Token::Open { name, .. }) if is_heading(name));
    let mut skipping = heads && first_heading(html).as_deref() == Some(title);
    let mut out = String::with_capacity(html.len());
    for token in html::tokens(html) {
        match token {
            Token::Close { name, .. } if skipping && is_heading(name) => skipping = false,
            _ if skipping => {}
            Token::Open { name: "h1", attributes: "", .. } => out.push_str("<h2>"),
            Token::Open { name: "h1", attributes, .. } => {
                // Writing into a string does not fail.
                let _ = write!(out, "<h2 {attributes}>");
            }
            Token::Close { name: "h1", .. } => out.push_str("</h2>"),
            _ => out.push_str(token.raw()),
        }
    }
    out.trim().to_owned()
}

fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// What the head of an HTML page says about it, unread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageHead {
    /// Its `<title>`, on one line.
    pub title: Option<String>,
    /// Its `<meta name="date">`.
    pub date: Option<String>,
}

/// Reads title and date from the head of an HTML page.
pub fn page_head(source: &str) -> PageHead {
    let cleaned = Builder::empty()
        .tags(HashSet::from(["title", "meta"]))
        .clean_content_tags(HashSet::from(["script", "style", "svg"]))
        .tag_attributes(HashMap::from([("meta", HashSet::from(["name", "content"]))]))
        .link_rel(None)
        .clean(source)
        .to_string();
    let mut head = PageHead::default();
    let mut in_title = false;
    for token in html::tokens(&cleaned) {
        match token {
            Token::Open { name: "title", .. } => in_title = true,
            Token::Close { name: "title", .. } => in_title = false,
            Token::Text(raw) if in_title && head.title.is_none() => {
                head.title = Some(plain::one_line(&html::unescape(raw))).filter(|title| !title.is_empty());
            }
            Token::Open { name: "meta", attributes, .. } => {
                let is_date = html::attribute(attributes, "name").is_some_and(|name| name.eq_ignore_ascii_case("date"));
                if is_date && head.date.is_none() {
                    head.date = html::attribute(attributes, "content").map(|date| date.trim().to_owned());
                }
            }
            _ => {}
        }
    }
    head
}
