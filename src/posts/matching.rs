//! Recognises what was found: by guid, canonical URL, path, then the text within 30 days.
//!
//! A name counts for whoever goes by it now, else for whoever went by it once, so that a source may take a change of its
//! names back. A name that several posts had tells nothing once all of them have given it up, and neither does one whose
//! post is found by a better sign: a guid or a file may be given to something new.

mod files;
mod former;
mod items;

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use url::Url;

use self::former::Former;
use super::identity::canonical_url;
use crate::clock::Timestamp;
use crate::sources::pass::Found;
use crate::store::names::FormerName;
use crate::store::posts::Known;
use crate::text_enum::text_enum;

/// How long the same text under another name is the same post.
const SAME_TEXT: Duration = Duration::from_secs(30 * 24 * 3600);

text_enum! {
    /// By what a post is recognised, other than its text.
    pub enum NameKind {
        /// What its source calls it.
        Guid = "guid",
        /// Its page, canonical.
        Url = "url",
        /// Its file.
        Path = "path",
    }
}

/// What is remembered of a source's posts.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// All of them, oldest first.
    pub known: Vec<Known>,
    /// Those of their former names that something was found under.
    pub former: Vec<FormerName>,
}

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

    /// Its name of one kind.
    pub fn get(&self, kind: NameKind) -> Option<&str> {
        match kind {
            NameKind::Guid => self.guid.as_deref(),
            NameKind::Url => self.url.as_deref(),
            NameKind::Path => self.path.as_deref(),
        }
    }

    /// Guid, URL and path, as far as it has them.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        NameKind::ALL.iter().filter_map(|kind| self.get(*kind))
    }
}

/// The known posts by each of their names.
pub(super) struct Index<'a> {
    known: &'a [Known],
    now: HashMap<(NameKind, &'a str), usize>,
    texts: HashMap<&'a [u8], usize>,
    former: Former<'a>,
}

impl<'a> Index<'a> {
    pub(super) fn new(memory: &'a Memory, now: Timestamp) -> Self {
        let known = memory.known.as_slice();
        let mut order: Vec<usize> = (0..known.len()).collect();
        // Where two share a name, the one that is still there comes last and wins, then the later one.
        order.sort_by_key(|place| known.get(*place).map(|post| (!post.is_withdrawn(), post.id)));
        let (mut names, mut texts) = (HashMap::new(), HashMap::new());
        for (place, post) in order.into_iter().filter_map(|place| Some((place, known.get(place)?))) {
            names.extend(NameKind::ALL.iter().filter_map(|kind| Some(((*kind, post.name(*kind)?), place))));
            if now.since(post.last_seen_at) <= SAME_TEXT {
                texts.insert(post.text_hash.as_slice(), place);
            }
        }
        Self { known, former: Former::new(memory, &names), now: names, texts }
    }

    /// The post that goes by an item's name of this kind.
    fn by(&self, kind: NameKind, names: &Names) -> Option<usize> {
        self.now.get(&(kind, names.get(kind)?)).copied()
    }

    fn by_name(&self, names: &Names) -> Option<usize> {
        NameKind::ALL.iter().find_map(|kind| self.by(*kind, names))
    }

    fn by_text(&self, names: &Names) -> Option<usize> {
        self.texts.get(names.text.as_slice()).copied()
    }

    /// Whether no known post has, or had, a name or the text of an item.
    pub(super) fn is_unheard_of(&self, names: &Names) -> bool {
        self.by_name(names).is_none() && self.by_text(names).is_none() && !self.former.has_any(names)
    }
}

/// What each of `found` is, in the same order. `present` are the paths of all files that are there, found now or not.
pub fn recognise(memory: &Memory, found: &[Names], present: &BTreeSet<String>, now: Timestamp) -> Vec<Match> {
    match found.iter().all(|names| names.path.is_none()) {
        true => items::recognise(memory, found, now),
        false => files::recognise(memory, found, present, now),
    }
}

fn differ(a: Option<&str>, b: Option<&str>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a != b)
}

#[cfg(test)]
mod tests;
