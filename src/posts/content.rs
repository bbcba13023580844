//! A post's content, cleaned on entry, and the two digests by which it is recognised.

use aws_lc_rs::digest;
use chrono::SecondsFormat;
use pulldown_cmark::{Options, Parser};
use url::Url;

pub(crate) use super::plain::{one_line, shorten};
pub use super::sanitise::{PageHead, page_head};
use super::{plain, sanitise};
use crate::clock::Timestamp;
use crate::topics::Topics;

/// The longest title, in characters; subjects are made of them.
const MAX_TITLE: usize = 300;

/// How a post's body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Markup {
    /// Markdown with tables and strikethrough; HTML in it counts as HTML.
    Markdown,
    /// HTML, whole pages as well as pieces.
    Html,
}

/// What a source says about a post, not yet cleaned.
#[derive(Clone, Debug)]
pub struct Raw<'a> {
    /// The title, where one is given.
    pub title: Option<String>,
    /// What the post is called if neither the source nor its body has a title.
    pub fallback_title: String,
    /// The post's own page.
    pub url: Option<Url>,
    /// What relative links are relative to, where neither the body says it nor the post has a `url`.
    pub base_url: &'a Url,
    /// What the body itself says that its links are relative to.
    pub body_base: Option<Url>,
    /// When it was published; where nothing is said, when it was first seen.
    pub published_at: Option<Timestamp>,
    /// Its language, as a BCP 47 tag.
    pub language: String,
    /// What it is about.
    pub topics: Topics,
    /// What stands in place of an excerpt.
    pub summary: Option<String>,
    /// The body.
    pub body: &'a str,
    /// How the body is written.
    pub markup: Markup,
}

/// A post's content as it is kept: safe to show, and the same for the same post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The title, on one line.
    pub title: String,
    /// Whether the title is the post's own, and not only what it is called where it was found.
    pub titled: bool,
    /// The post's own page.
    pub url: Option<String>,
    /// When it was published; nothing where the source does not say.
    pub published_at: Option<Timestamp>,
    /// Its language, as a BCP 47 tag.
    pub language: String,
    /// What it is about.
    pub topics: Topics,
    /// About 60 words of it, plain, on one line.
    pub excerpt: String,
    /// The body as sanitised HTML with absolute links, without the title.
    pub html: String,
    /// The body as plain text.
    pub text: String,
    /// What it says it is a translation of: a guid, a file of its source, or a canonical URL.
    pub translation_of: Option<String>,
}

impl Content {
    /// Cleans what a source brought.
    pub fn new(raw: Raw<'_>) -> Self {
        let base = raw.body_base.as_ref().or(raw.url.as_ref()).unwrap_or(raw.base_url);
        let html = match raw.markup {
            Markup::Html => sanitise::sanitise(raw.body, base),
            Markup::Markdown => {
                let parser = Parser::new_ext(raw.body, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
                let mut html = String::with_capacity(raw.body.len() * 3 / 2);
                pulldown_cmark::html::push_html(&mut html, parser);
                sanitise::sanitise(&html, base)
            }
        };
        let given = raw.title.map(|title| plain::one_line(&title)).filter(|title| !title.is_empty());
        let own = given.or_else(|| sanitise::first_heading(&html));
        let titled = own.is_some();
        let title = own.unwrap_or_else(|| plain::one_line(&raw.fallback_title));
        let html = sanitise::fit_headings(&html, &title);
        let summary = raw.summary.map(|summary| plain::one_line(&summary)).filter(|summary| !summary.is_empty());
        Self {
            title: title.chars().take(MAX_TITLE).collect(),
            titled,
            url: raw.url.map(Into::into),
            published_at: raw.published_at,
            language: raw.language,
            topics: raw.topics,
            excerpt: summary.unwrap_or_else(|| plain::excerpt(&html)),
            text: plain::body(&html),
            html,
            translation_of: None,
        }
    }

    /// The same, as a translation of what has this name.
    #[must_use]
    pub fn translating(self, name: Option<String>) -> Self {
        Self { translation_of: name, ..self }
    }

    /// SHA-256 of title and text: whether it is the same post under another name.
    pub fn text_hash(&self) -> [u8; 32] {
        // A file's name is no part of it, or a renamed file would be another post.
        let title = if self.titled { self.title.as_str() } else { "" };
        // Posts of images alone are told apart by them.
        let images = if self.text.is_empty() { self.html.as_str() } else { "" };
        hash(&[title, &self.text, images])
    }

    /// SHA-256 of everything that a reader or a planner sees: whether it was edited.
    pub fn hash(&self) -> [u8; 32] {
        let published = self.published_at.map(|at| at.to_utc().to_rfc3339_opts(SecondsFormat::Micros, true));
        // Only where there is one, so that all others keep the hash that they had before there were translations.
        let translation = self.translation_of.as_deref().into_iter();
        let topics = self.topics.to_string();
        let mut parts = vec![
            self.title.as_str(),
            self.url.as_deref().unwrap_or_default(),
            published.as_deref().unwrap_or_default(),
            &self.language,
            &topics,
            &self.excerpt,
            &self.html,
            &self.text,
        ];
        parts.extend(translation);
        hash(&parts)
    }
}

/// What a reader sees of any HTML, on one line.
pub(crate) fn line_of_html(html: &str) -> String {
    plain::line(&sanitise::sanitise_text(html))
}

/// SHA-256 of a text, as hexadecimal digits.
pub(crate) fn digest_of(text: &str) -> String {
    hash(&[text]).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hash(parts: &[&str]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        // The length first, so that no text can slide from one part into the next.
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

#[cfg(test)]
mod tests;
