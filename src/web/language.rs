//! In which language a visitor is spoken to.

use axum::http::{HeaderMap, header};

use crate::words::Words;

/// How many languages of an Accept-Language are looked at.
const MAX_RANGES: usize = 20;

/// What a request says about its language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// The tag that `?lang=` names, where there are words for it.
    pub(super) chosen: Option<String>,
    /// The tag that the browser likes best among those there are words for.
    pub(super) accepted: Option<String>,
}

impl Asked {
    pub(super) fn of(query: Option<&str>, headers: &HeaderMap, words: &Words) -> Self {
        let chosen = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
            .find(|(name, _)| name == "lang")
            .and_then(|(_, tag)| known(words, &tag));
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Self { chosen, accepted: accepted.and_then(|text| accept(text, words)) }
    }
}

/// The tag of the words for `tag`: its own, or those of its language without the region.
pub(super) fn known(words: &Words, tag: &str) -> Option<String> {
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    let find = |wanted: &str| words.tags().find(|known| known.eq_ignore_ascii_case(wanted));
    find(tag).or_else(|| find(primary)).map(str::to_owned)
}

/// The best of an Accept-Language (RFC 9110 section 12.5.4); of equals, the first.
fn accept(text: &str, words: &Words) -> Option<String> {
    let mut best: Option<(f32, String)> = None;
    for range in text.split(',').take(MAX_RANGES) {
        let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
        let weight: f32 = weight.trim().strip_prefix("q=").and_then(|q| q.parse().ok()).unwrap_or(0.0);
        let better = best.as_ref().is_none_or(|(highest, _)| weight > *highest);
        if weight > 0.0
            && better
            && let Some(tag) = known(words, tag.trim())
        {
            best = Some((weight, tag));
        }
    }
    best.map(|(_, tag)| tag)
}

#[cfg(test)]
mod tests;
