//! Recognises files, of which all that are there are known, read now or not.
//!
//! 1. A file that is where its post was keeps it.
//! 2. What goes by a post's name now is that post, moved, if its file is gone or has become another post; else it is a copy
//!    of it, or another post where the guids say so.
//! 3. What goes by a name that one post had, and no other, is that post as well; but where that one has its file, the name
//!    was given to something new: somebody archives `latest.md` under another name, and writes the next one.
//! 4. What says the same, within 30 days, is as in 2.
//!
//! Each is done for the whole pass before the next, so that a weak sign takes no post from a strong one.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Index, Match, Memory, NameKind, Names, differ};
use crate::clock::Timestamp;
use crate::store::posts::Known;

/// A file that was read, and what it is as far as that is decided.
struct Item<'a> {
    names: &'a Names,
    is: Option<Match>,
}

/// The posts, and the files there are.
struct Files<'a> {
    index: Index<'a>,
    present: &'a BTreeSet<String>,
    read: HashSet<&'a str>,
    /// The places of those posts that were found.
    taken: HashSet<usize>,
}

/// What each of `found` is, in the same order. `present` are the paths of all files that are there, read now or not.
///
/// No post is matched twice: a copy never moves a post away from the file it is in.
pub(super) fn recognise(memory: &Memory, found: &[Names], present: &BTreeSet<String>, now: Timestamp) -> Vec<Match> {
    let read = found.iter().filter_map(|names| names.path.as_deref()).collect();
    let mut files = Files { index: Index::new(memory, now), present, read, taken: HashSet::new() };
    let mut items: Vec<Item<'_>> = found.iter().map(|names| Item { names, is: files.in_place(names) }).collect();
    for item in open(&mut items) {
        item.is = files.index.by_name(item.names).and_then(|place| files.judge(item.names, place));
    }
    for item in open(&mut items) {
        item.is = files.once(item.names);
    }
    for item in open(&mut items) {
        item.is = files.index.by_text(item.names).and_then(|place| files.judge(item.names, place));
    }
    let mut new = NewNames::default();
    for item in open(&mut items) {
        item.is = Some(if new.has(item.names) { Match::Copy } else { new.add(item.names) });
    }
    items.into_iter().map(|item| item.is.unwrap_or(Match::New)).collect()
}

/// Those that are not decided yet.
fn open<'i, 'a>(items: &'i mut [Item<'a>]) -> impl Iterator<Item = &'i mut Item<'a>> {
    items.iter_mut().filter(|item| item.is.is_none())
}

impl Files<'_> {
    fn in_place(&mut self, names: &Names) -> Option<Match> {
        let place = self.index.by_name(names)?;
        let is_here = self.index.known.get(place).is_some_and(|post| post.path == names.path);
        (is_here && self.taken.insert(place)).then_some(Match::Known(place))
    }

    /// What the post at `place`, whose name or text it has, makes of an item; nothing where it is another one.
    fn judge(&mut self, names: &Names, place: usize) -> Option<Match> {
        let post = self.index.known.get(place)?;
        if !self.is_kept(names, post) && self.taken.insert(place) {
            return Some(Match::Known(place));
        }
        Some(Match::Copy).filter(|_| !differ(names.guid.as_deref(), post.guid.as_deref()))
    }

    /// The post that an item was once, if it is nowhere else.
    fn once(&mut self, names: &Names) -> Option<Match> {
        let is_free = |place: &usize| {
            let post = self.index.known.get(*place);
            !self.taken.contains(place) && post.is_some_and(|post| !self.is_kept(names, post))
        };
        let place = NameKind::ALL.iter().filter_map(|kind| self.index.former.by(*kind, names)).find(is_free)?;
        self.taken.insert(place);
        Some(Match::Known(place))
    }

    /// Whether a post is in another file, which is there and has not become another post: one that was read in this pass
    /// may have.
    fn is_kept(&self, names: &Names, post: &Known) -> bool {
        let path = post.path.as_deref().filter(|path| !post.is_withdrawn() && self.present.contains(*path));
        path.is_some_and(|path| names.path.as_deref() != Some(path) && !self.read.contains(path))
    }
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

    fn add(&mut self, names: &'a Names) -> Match {
        let guid = names.guid.as_deref();
        self.guids.extend(guid);
        self.others.extend(names.url.as_deref().map(|url| ((url, [0; 32]), guid)));
        self.others.insert(("", names.text), guid);
        Match::New
    }
}
