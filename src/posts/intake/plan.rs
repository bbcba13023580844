//! What a pass comes to, decided over the whole of it before anything is written.
//!
//! Its posts are written in *units*: a post with the translations that come with it, which are one in whatever is counted
//! and must not be met apart by a digest. Urgent units go first, also where two files claim to be the same post.

use std::collections::{BTreeSet, HashMap};

use crate::clock::Timestamp;
use crate::posts::PostState;
use crate::posts::matching::{Match, Memory, Names, recognise};
use crate::sources::pass::Found;

/// A post with the translations that come with it.
#[derive(Debug)]
pub(super) struct Unit {
    /// Each item by its place among those found, with what it is; the original first.
    pub(super) items: Vec<(usize, Match)>,
    /// Where its new posts stand.
    pub(super) state: PostState,
    /// How many posts it counts as in a flood.
    pub(super) new: usize,
    /// Whether one of its posts is marked as urgent in a way that can be carried out.
    pub(super) is_urgent: bool,
    /// Whether that is a new one.
    pub(super) calls: bool,
    /// Whether an urgent mark in it is new or was changed.
    pub(super) is_due: bool,
}

/// What a pass is judged by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// It is the source's first pass, which mails nothing.
    pub(super) is_baseline: bool,
    /// So many new posts wait for a person; nothing where a person asked for them.
    pub(super) flood: Option<usize>,
    /// How many new posts were kept in the part of it that was interrupted.
    pub(super) kept: usize,
    /// How many of those were urgent.
    pub(super) kept_urgent: usize,
}

/// What was found in a source, and what it is compared with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sight<'a> {
    /// The source's posts.
    pub(super) memory: &'a Memory,
    /// What is new or was changed.
    pub(super) found: &'a [Found],
    /// Their names, in the same order.
    pub(super) names: &'a [Names],
    /// The path of every file that is there.
    pub(super) present: &'a BTreeSet<String>,
}

/// The units of a pass, in the order in which they are written. `is_urgent` says of an item whether it is marked in a way
/// that can be carried out.
pub(super) fn units(sight: &Sight<'_>, rules: Rules, is_urgent: impl Fn(&Found) -> bool, now: Timestamp) -> Vec<Unit> {
    let groups = groups(sight, &is_urgent);
    let order: Vec<usize> = groups.iter().flatten().copied().collect();
    let names: Vec<Names> = order.iter().filter_map(|place| sight.names.get(*place).cloned()).collect();
    let mut matches = recognise(sight.memory, &names, sight.present, now);
    if rules.is_baseline {
        // The same text twice in an archive: were the second one left out, it would be new when the month is over.
        let only_text = matches.iter_mut().zip(&names).filter(|(_, names)| names.guid.is_none() && names.url.is_none());
        only_text.filter(|(is, _)| **is == Match::Copy).for_each(|(is, _)| *is = Match::New);
    }
    let mut matches = matches.into_iter();
    let mut units: Vec<Unit> = groups
        .into_iter()
        .map(|group| {
            let items: Vec<_> = group.into_iter().zip(&mut matches).collect();
            unit(sight, items, &is_urgent)
        })
        .collect();
    judge(&mut units, rules);
    units
}

/// The places of what was found, those of one unit together; urgent ones first.
fn groups(sight: &Sight<'_>, is_urgent: &impl Fn(&Found) -> bool) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut originals: HashMap<&str, usize> = HashMap::new();
    let all = || sight.found.iter().zip(sight.names).enumerate();
    for (place, (_, names)) in all().filter(|(_, (found, _))| found.content.translation_of.is_none()) {
        originals.extend(names.all().map(|name| (name, groups.len())));
        groups.push(vec![place]);
    }
    for (place, (found, _)) in all() {
        let Some(name) = found.content.translation_of.as_deref() else { continue };
        match originals.get(name).and_then(|group| groups.get_mut(*group)) {
            Some(group) => group.push(place),
            None => groups.push(vec![place]),
        }
    }
    // In the order in which they were found, which is that of names in a folder and of age in a feed.
    let urgent = |group: &Vec<usize>| group.iter().any(|place| sight.found.get(*place).is_some_and(is_urgent));
    groups.sort_by_cached_key(|group| (!urgent(group), group.iter().min().copied()));
    groups
}

fn unit(sight: &Sight<'_>, items: Vec<(usize, Match)>, is_urgent: &impl Fn(&Found) -> bool) -> Unit {
    let new = items.iter().filter(|(_, is)| *is == Match::New).count();
    let original_is_new = items.first().is_some_and(|(_, is)| *is == Match::New);
    let (mut urgent, mut calls, mut is_due) = (false, false, false);
    for (place, is) in &items {
        let Some(found) = sight.found.get(*place).filter(|found| is_urgent(found)) else { continue };
        urgent = true;
        match is {
            Match::New => (calls, is_due) = (true, true),
            Match::Known(post) => {
                let before = sight.memory.known.get(*post).and_then(|post| post.declared.as_deref());
                is_due |= found.urgent.as_ref().map(|mark| mark.to_text()).as_deref() != before;
            }
            Match::Copy => {}
        }
    }
    let new = if original_is_new { 1 } else { new };
    Unit { items, state: PostState::Live, new, is_urgent: urgent, calls, is_due }
}

/// Decides where the new posts stand.
fn judge(units: &mut [Unit], rules: Rules) {
    let new = rules.kept + units.iter().map(|unit| unit.new).sum::<usize>();
    let calls = rules.kept_urgent + units.iter().filter(|unit| unit.calls).count();
    let is_flood = rules.flood.is_some_and(|flood| new >= flood);
    for unit in units {
        unit.state = match () {
            () if rules.is_baseline => PostState::Baseline,
            // One urgent post is somebody's call for help; two or more may be a mistake of the source.
            () if is_flood && !(unit.calls && calls == 1) => PostState::Held,
            () => PostState::Live,
        };
    }
}
