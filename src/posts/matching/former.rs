//! The names by which posts went once.

use std::collections::{HashMap, HashSet};

use super::{Memory, NameKind, Names};
use crate::id::PostId;

/// The known posts by the names that they gave up.
pub(super) struct Former<'a> {
    /// The place of the one post that ever had the name; nothing where there were several.
    places: HashMap<(NameKind, &'a str), Option<usize>>,
    /// Which post had which.
    had: HashSet<(usize, NameKind, &'a str)>,
}

impl<'a> Former<'a> {
    /// `now` are the places of those that have a name at present.
    pub(super) fn new(memory: &'a Memory, now: &HashMap<(NameKind, &'a str), usize>) -> Self {
        let by_id: HashMap<PostId, usize> =
            memory.known.iter().enumerate().map(|(place, post)| (post.id, place)).collect();
        let mut former = Self { places: HashMap::new(), had: HashSet::new() };
        for row in &memory.former {
            let Some(place) = by_id.get(&row.post_id).copied() else { continue };
            let key = (row.kind, row.name.as_str());
            let is_of_another = |other: &usize| *other != place;
            let sole = Some(place).filter(|_| !now.get(&key).is_some_and(is_of_another));
            former
                .places
                .entry(key)
                .and_modify(|known| *known = known.filter(|known| Some(*known) == sole))
                .or_insert(sole);
            former.had.insert((place, row.kind, row.name.as_str()));
        }
        former
    }

    /// The one post that ever had an item's name of this kind.
    pub(super) fn by(&self, kind: NameKind, names: &Names) -> Option<usize> {
        self.places.get(&(kind, names.get(kind)?)).copied().flatten()
    }

    /// Whether the post at this place once had an item's name of this kind.
    pub(super) fn had(&self, place: usize, kind: NameKind, names: &Names) -> bool {
        names.get(kind).is_some_and(|name| self.had.contains(&(place, kind, name)))
    }

    /// Whether any post once had one of an item's names.
    pub(super) fn has_any(&self, names: &Names) -> bool {
        NameKind::ALL.iter().any(|kind| names.get(*kind).is_some_and(|name| self.places.contains_key(&(*kind, name))))
    }
}
