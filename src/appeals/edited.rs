//! What an edited source makes of an appeal's events: which of them are known already, and which are not.

use super::event::{Event, EventDraft};
use super::mark::{self, MarkError};
use crate::clock::Timestamp;
use crate::config::Config;

/// In which ways an event of the source may be a known one that was edited, the surest first.
const ALIKE: &[fn(&Event, &Event) -> bool] = &[
    |one, other| one.address == other.address && is_on_day(one, other),
    |one, other| one.starts.local == other.starts.local && one.time_zone == other.time_zone,
    is_on_day,
];

fn is_on_day(one: &Event, other: &Event) -> bool {
    one.starts.local.date() == other.starts.local.date()
}

fn is_same(one: &Event, other: &Event) -> bool {
    one.starts == other.starts && one.address == other.address && one.time_zone == other.time_zone
}

/// The events of the source, those that are `known` under their names in calendars. One that is over stays as it was,
/// also where the source has it no more: nobody needs to hear that it is gone.
///
/// # Errors
///
/// When one of them cannot be used, or is over and not as it was; the error says which.
pub(super) fn events(
    config: &Config,
    known: &[Event],
    drafts: &[EventDraft],
    now: Timestamp,
) -> Result<Vec<Event>, MarkError> {
    let mut events = mark::events(config, drafts, Timestamp(i64::MIN))?;
    let pairs = pairs(known, &events, now);
    for (number, (event, pair)) in (1..).zip(events.iter_mut().zip(&pairs)) {
        let before = pair.and_then(|at| known.get(at));
        if let Some(before) = before {
            event.uid.clone_from(&before.uid);
        }
        if before != Some(&*event) {
            event.still_ahead(now).map_err(|error| MarkError::Event { number, error })?;
        }
    }
    for (at, event) in known.iter().enumerate() {
        if event.is_over(now) && !pairs.contains(&Some(at)) {
            events.insert(at.min(events.len()), event.clone());
        }
    }
    Ok(events)
}

/// For each of `events` the known one that it is, by its place among them.
fn pairs(known: &[Event], events: &[Event], now: Timestamp) -> Vec<Option<usize>> {
    let mut pairs: Vec<Option<usize>> = vec![None; events.len()];
    let is_free = |pairs: &[Option<usize>], at: usize| !pairs.contains(&Some(at));
    pair(&mut pairs, known, events, is_same);
    // What is over can only be the same.
    let ahead: Vec<usize> =
        (0..known.len()).filter(|at| known.get(*at).is_some_and(|event| !event.is_over(now))).collect();
    for alike in ALIKE {
        pair(&mut pairs, known, events, |one, other| !one.is_over(now) && alike(one, other));
    }
    for at in &ahead {
        if pairs.get(*at) == Some(&None)
            && is_free(&pairs, *at)
            && let Some(pair) = pairs.get_mut(*at)
        {
            *pair = Some(*at);
        }
    }
    let free: Vec<usize> = ahead.into_iter().filter(|at| is_free(&pairs, *at)).collect();
    let open: Vec<&mut Option<usize>> = pairs.iter_mut().filter(|pair| pair.is_none()).collect();
    // Where none was added or taken away, what is left is in the same order as before.
    if free.len() == open.len() {
        open.into_iter().zip(free).for_each(|(pair, at)| *pair = Some(at));
    }
    pairs
}

fn pair(pairs: &mut [Option<usize>], known: &[Event], events: &[Event], alike: impl Fn(&Event, &Event) -> bool) {
    for (at, event) in events.iter().enumerate() {
        if pairs.get(at) != Some(&None) {
            continue;
        }
        let found = known.iter().enumerate().position(|(at, old)| !pairs.contains(&Some(at)) && alike(old, event));
        if let Some(pair) = pairs.get_mut(at) {
            *pair = found;
        }
    }
}

#[cfg(test)]
mod tests;
