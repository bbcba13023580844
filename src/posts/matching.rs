//! Recognises what was found: by guid, canonical URL, path, then the text within 30 days.

mod items;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use url::Url;

use super::identity::canonical_url;
use crate::clock::Timestamp;
use crate::sources::pass::Found;
use crate::store::posts::Known;

/// How long the same text under another name is the same post.
const SAME_TEXT: Duration = Duration::from_secs(30 * 24 * 3600);

/// What an item found in a pass turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// A post never seen before.
    New,
    /// The known post at this place in the list.
    Known(usize),
    /// A second copy of a post whose first is still there.
    Copy,
}

/// The names by which an item is recognised.
#[derive(Clone, Debug)]
pub struct Names {
    /// Its guid.
    pub guid: Option<String>,
    /// Its URL, canonical.
    pub url: Option<String>,
    /// Its path.
    pub path: Option<String>,
    /// The hash of its title and text.
    pub text: [u8; 32],
}

impl Names {
    /// The names of `found`.
    pub fn of(found: &Found) -> Self {
        let url = found.content.url.as_deref().and_then(|url| Url::parse(url).ok());
        Self {
            guid: found.guid.clone(),
            url: url.as_ref().and_then(canonical_url),
            path: found.path.clone(),
            text: found.content.text_hash(),
        }
    }

    /// Guid, URL and path, as far as it has them.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        [&self.guid, &self.url, &self.path].into_iter().filter_map(|name| name.as_deref())
    }
}

/// The known posts by each of their names.
struct Index<'a> {
    known: &'a [Known],
    guids: HashMap<&'a str, usize>,
    urls: HashMap<&'a str, usize>,
    paths: HashMap<&'a str, usize>,
    texts: HashMap<&'a [u8], usize>,
}

impl<'a> Index<'a> {
    fn new(known: &'a [Known], now: Timestamp) -> Self {
        let mut order: Vec<usize> = (0..known.len()).collect();
        // Where two share a name, the one that is still there comes last and wins, then the later one.
        order.sort_by_key(|place| known.get(*place).map(|post| (!post.is_withdrawn(), post.id)));
        let mut index =
            Self { known, guids: HashMap::new(), urls: HashMap::new(), paths: HashMap::new(), texts: HashMap::new() };
        for (place, post) in order.into_iter().filter_map(|place| Some((place, known.get(place)?))) {
            index.guids.extend(post.guid.as_deref().map(|guid| (guid, place)));
            index.urls.extend(post.canonical_url.as_deref().map(|url| (url, place)));
            index.paths.extend(post.path.as_deref().map(|path| (path, place)));
            if now.since(post.last_seen_at) <= SAME_TEXT {
                index.texts.insert(&post.text_hash, place);
            }
        }
        index
    }

    fn find(&self, names: &Names) -> Option<(usize, &'a Known)> {
        let by = |name: &Option<String>, map: &HashMap<&str, usize>| map.get(name.as_deref()?).copied();
        let place = by(&names.guid, &self.guids)
            .or_else(|| by(&names.url, &self.urls))
            .or_else(|| by(&names.path, &self.paths))
            .or_else(|| self.texts.get(names.text.as_slice()).copied())?;
        Some((place, self.known.get(place)?))
    }
}

/// What each of `found` is, in the same order. `present` are the paths of all files that are there, found now or not.
///
/// No post is matched twice: a copy never moves a post away from the file it is in.
pub fn recognise(known: &[Known], found: &[Names], present: &BTreeSet<String>, now: Timestamp) -> Vec<Match> {
    if found.iter().all(|names| names.path.is_none()) {
        return items::recognise(known, found, now);
    }
    let index = Index::new(known, now);
    let matches: Vec<_> = found.iter().map(|names| index.find(names)).collect();
    let paths: HashSet<_> = found.iter().filter_map(|names| names.path.as_deref()).collect();
    let mut taken = HashSet::new();
    let mut result = vec![None; found.len()];
    // First those that are where they were, so that they keep their posts.
    for ((names, found), result) in found.iter().zip(&matches).zip(&mut result) {
        if let Some((place, post)) = found
            && post.path == names.path
            && taken.insert(*place)
        {
            *result = Some(Match::Known(*place));
        }
    }
    let mut new = NewNames::default();
    for ((names, found), result) in found.iter().zip(&matches).zip(&mut result) {
        if result.is_some() {
            continue;
        }
        let of_known = found.map(|(place, post)| {
            let path = post.path.as_deref().filter(|path| !post.is_withdrawn() && present.contains(*path));
            // A file that was read in this pass and is another post by now has given this one up.
            let kept = path.is_some_and(|path| names.path.as_deref() != Some(path) && !paths.contains(path));
            if !kept && taken.insert(place) {
                Match::Known(place)
            } else if differ(names.guid.as_deref(), post.guid.as_deref()) {
                Match::New
            } else {
                Match::Copy
            }
        });
        *result = Some(match of_known.unwrap_or(Match::New) {
            Match::New if new.has(names) => Match::Copy,
            Match::New => {
                new.add(names);
                Match::New
            }
            other => other,
        });
    }
    result.into_iter().map(|found| found.unwrap_or(Match::New)).collect()
}

/// Whether none of `known` has a name or the text of an item.
pub fn is_unheard_of(known: &[Known], names: &Names, now: Timestamp) -> bool {
    Index::new(known, now).find(names).is_none()
}

fn differ(a: Option<&str>, b: Option<&str>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a != b)
}

/// The names of the posts that are new in this pass.
#[derive(Default)]
struct NewNames<'a> {
    guids: HashSet<&'a str>,
    others: HashMap<(&'a str, [u8; 32]), Option<&'a str>>,
}

impl<'a> NewNames<'a> {
    fn has(&self, names: &Names) -> bool {
        let same = |key: (&str, [u8; 32])| {
            // The same page or text under two guids is two posts: the source says so.
            self.others.get(&key).is_some_and(|guid| !differ(*guid, names.guid.as_deref()))
        };
        names.guid.as_deref().is_some_and(|guid| self.guids.contains(guid))
            || names.url.as_deref().is_some_and(|url| same((url, [0; 32])))
            || same(("", names.text))
    }

    fn add(&mut self, names: &'a Names) {
        let guid = names.guid.as_deref();
        self.guids.extend(guid);
        self.others.extend(names.url.as_deref().map(|url| ((url, [0; 32]), guid)));
        self.others.insert(("", names.text), guid);
    }
}

#[cfg(test)]
mod tests;
