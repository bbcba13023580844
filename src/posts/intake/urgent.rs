//! What is urgent in a source goes before the rest of it.

use std::collections::HashSet;

use super::batches::{Part, Step, Taking, remember};
use super::plan::{Rules, Sight, Unit, units};
use super::{GAP, SoFar, With};
use crate::clock::Timestamp;
use crate::posts::matching::{Index, Match, Memory, Names};
use crate::sources::pass::{Found, Urgent};
use crate::store::Result;
use crate::store::posts::Known;

/// Takes in what is urgent before the rest of the pass is read, as far as it can be judged without that: nothing at a
/// source's first pass, none of several new ones that may be part of a flood, and none that shares a name or its text
/// with another post. The pass itself, which has to follow, does that.
///
/// # Errors
///
/// When the database fails.
pub async fn take_urgent(with: &With<'_>, urgent: &Urgent, so_far: SoFar, now: Timestamp) -> Result<SoFar> {
    let store = with.store;
    if !urgent.found.iter().any(|found| with.is_urgent(found, now)) {
        return Ok(so_far);
    }
    let is_known = store.source(&with.source.name).await?.is_some_and(|row| row.baseline_at.is_some());
    if !is_known && !with.mail_all {
        return Ok(so_far);
    }
    let mut tx = store.begin().await?;
    let row = tx.begin_pass(&with.source.name, with.source.kind(), now).await?;
    tx.commit().await?;
    let names: Vec<_> = urgent.found.iter().map(Names::of).collect();
    let memory = remember(store, row.id, &names).await?;
    let rules = with.rules(&row);
    let sight = Sight { memory: &memory, found: &urgent.found, names: &names, present: &urgent.present };
    // Whatever is new here passes a flood, or there is none.
    let mut units = units(&sight, Rules { flood: None, ..rules }, |found| with.is_urgent(found, now), now);
    let judge = Judge { memory: &memory, index: Index::new(&memory, now), names: &names };
    let calls = units.iter().filter(|unit| unit.is_urgent && !judge.is_in_place(unit)).count();
    let is_alone = rules.kept_urgent + calls < 2;
    let may_be_flood = rules.flood.is_some_and(|flood| rules.kept + at_most_new(&memory.known, urgent) >= flood);
    units.retain(|unit| unit.is_due && judge.is_sure(unit) && (!unit.calls || is_alone || !may_be_flood));
    if units.is_empty() {
        return Ok(so_far);
    }
    let seen = units.iter().flat_map(|unit| &unit.items).filter_map(|(place, _)| urgent.found.get(*place));
    let seen: Vec<Found> = seen.cloned().collect();
    let is_first = with.mail_all && row.baseline_at.is_none();
    let part = Part { row, memory, found: &urgent.found, names, units, is_first };
    let mut taking = Taking::of(with, part, so_far, now);
    let mut step = taking.step().await?;
    while step == Step::More {
        tokio::time::sleep(GAP).await;
        step = taking.step().await?;
    }
    let mut so_far = taking.so_far();
    // Where another pass was faster, nothing says that these were kept: the pass that follows looks itself.
    if step == Step::Done {
        so_far.found.extend(seen);
    }
    Ok(so_far)
}

/// How many of the files may be new posts, whatever stands in them.
fn at_most_new(known: &[Known], urgent: &Urgent) -> usize {
    let paths: HashSet<&str> = known.iter().filter_map(|post| post.path.as_deref()).collect();
    urgent.changed.iter().filter(|file| file.has_guid || !paths.contains(file.path.as_str())).count()
}

/// What can be said of a unit without the rest of the pass.
struct Judge<'a> {
    memory: &'a Memory,
    index: Index<'a>,
    names: &'a [Names],
}

impl Judge<'_> {
    /// Whether its original is known, and where it was.
    fn is_in_place(&self, unit: &Unit) -> bool {
        unit.items.first().is_some_and(|item| self.is_known_here(item))
    }

    fn is_known_here(&self, (place, is): &(usize, Match)) -> bool {
        let path = self.names.get(*place).map(|names| &names.path);
        matches!(is, Match::Known(post) if self.memory.known.get(*post).map(|post| &post.path) == path)
    }

    /// Whether each of its posts is what it seems, whatever else is found.
    fn is_sure(&self, unit: &Unit) -> bool {
        unit.items.iter().all(|item| {
            let names = self.names.get(item.0);
            let is_new = || names.is_some_and(|names| self.index.is_unheard_of(names));
            self.is_known_here(item) || item.1 == Match::New && is_new()
        })
    }
}
