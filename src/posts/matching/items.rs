//! Recognises the items of a feed, where any name may change from one day to the next.
//!
//! The order is that of all sources: guid, canonical URL, then the text within 30 days. It is kept over the whole pass
//! and not item by item, or an item whose guid another one has taken over would be taken for new. So:
//!
//! 1. Two signs that agree go before all: a feed that gives its guids out anew mixes them up, and the page and the text
//!    show which item is which. Those that a post has now go before one that it had once.
//! 2. The guid alone.
//! 3. The URL alone, whatever guid it has now: a feed that changes all its guids brings no second mail. A URL under which
//!    the pass has several texts is the address of a list and tells nothing.
//! 4. A guid, then a URL, that one post had once, and no other.
//! 5. The text alone.
//!
//! No post is taken twice. What is left is new, or the same as another item of the pass.

use std::collections::{HashMap, HashSet};

use super::{Index, Match, Memory, NameKind, Names, differ};
use crate::clock::Timestamp;

/// A way to find the place of the post that an item is.
type Way<'a> = dyn Fn(&Names) -> Option<usize> + 'a;

/// What each of `found` is, in the same order.
pub(super) fn recognise(memory: &Memory, found: &[Names], now: Timestamp) -> Vec<Match> {
    let index = Index::new(memory, now);
    let lists = addresses_of_lists(found);
    let is_page = |names: &Names| names.url.as_deref().is_some_and(|url| !lists.contains(url));
    let by_guid = |names: &Names| index.by(NameKind::Guid, names);
    let by_url = |names: &Names| index.by(NameKind::Url, names);
    let by_page = |names: &Names| is_page(names).then(|| by_url(names)).flatten();
    let by_text = |names: &Names| index.by_text(names);
    let by_two = |names: &Names| {
        let (guid, page, text) = (by_guid(names), by_page(names), by_text(names));
        guid.filter(|_| guid == page || guid == text).or(page.filter(|_| page == text))
    };
    let by_one_and_former = |names: &Names| {
        let had_guid = |place: &usize| index.former.had(*place, NameKind::Guid, names);
        let had_page = |place: &usize| is_page(names) && index.former.had(*place, NameKind::Url, names);
        let (guid, page, text) = (by_guid(names), by_page(names), by_text(names));
        guid.filter(had_page)
            .or_else(|| page.filter(had_guid))
            .or_else(|| text.filter(|place| had_guid(place) || had_page(place)))
    };
    let by_former_guid = |names: &Names| index.former.by(NameKind::Guid, names);
    let by_former_page = |names: &Names| is_page(names).then(|| index.former.by(NameKind::Url, names)).flatten();
    // One that has nothing else is still more likely what was at this address than new.
    let by_list = |names: &Names| names.guid.is_none().then(|| by_url(names)).flatten();

    let mut result = vec![None; found.len()];
    let mut taken = HashSet::new();
    let ways: [&Way<'_>; 8] =
        [&by_two, &by_one_and_former, &by_guid, &by_page, &by_former_guid, &by_former_page, &by_text, &by_list];
    for way in ways {
        for (names, result) in found.iter().zip(&mut result).filter(|(_, result)| result.is_none()) {
            *result = way(names).filter(|place| taken.insert(*place)).map(Match::Known);
        }
    }
    let mut seen: Vec<&Names> =
        found.iter().zip(&result).filter(|(_, is)| is.is_some()).map(|(names, _)| names).collect();
    for (names, result) in found.iter().zip(&mut result).filter(|(_, result)| result.is_none()) {
        let is_copy = seen.iter().any(|other| are_same(names, other, is_page(names)));
        *result = Some(if is_copy { Match::Copy } else { Match::New });
        if !is_copy {
            seen.push(names);
        }
    }
    result.into_iter().map(|found| found.unwrap_or(Match::New)).collect()
}

/// The URLs under which a pass has more than one text.
fn addresses_of_lists(found: &[Names]) -> HashSet<&str> {
    let mut first: HashMap<&str, &[u8; 32]> = HashMap::new();
    let mut lists = HashSet::new();
    for names in found {
        if let Some(url) = names.url.as_deref()
            && *first.entry(url).or_insert(&names.text) != &names.text
        {
            lists.insert(url);
        }
    }
    lists
}

/// Whether two items of one pass are one post. The same page or text under two guids is two posts, as the feed says so;
/// the same page and text is not.
fn are_same(a: &Names, b: &Names, is_page: bool) -> bool {
    let guid = a.guid.is_some() && a.guid == b.guid;
    let page = is_page && a.url == b.url;
    let text = a.text == b.text;
    guid || (page && text) || ((page || text) && !differ(a.guid.as_deref(), b.guid.as_deref()))
}

#[cfg(test)]
mod tests;
