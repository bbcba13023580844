//! What an amendment changed, in the reader's words: what was said before, and what is so now.

use chrono_tz::Tz;
use serde::Serialize;

use super::events::{EventBox, clock, zone};
use crate::appeals::event::Event;
use crate::clock::Timestamp;
use crate::message::one_line;
use crate::words::{Language, Value, WordsError};

/// The longest value of a change in a subject, in characters: the title has to fit beside it.
const SHORT: usize = 60;

/// One thing that is not as it was said before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it is: `time`, `end`, `zone`, `place`, `address`, `online`, `deadline`, `added`, `dropped`, or `details`.
    pub what: &'static str,
    /// Which event it is about, where there are several.
    pub event: Option<String>,
    /// What was said before; nothing when nothing was.
    pub was: Option<String>,
    /// What is so now; nothing when it is no more.
    pub now: Option<String>,
    /// All of it in a few words, for a subject.
    pub short: String,
}

/// One version of an appeal.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// Its events.
    pub events: &'a [Event],
    /// Its deadline, where it has no events.
    pub deadline: Option<Timestamp>,
}

/// Two texts, before and now.
type Pair = [Option<String>; 2];

struct Changes<'a> {
    language: Language<'a>,
    /// The event in hand, where there are several.
    event: Option<String>,
    found: Vec<Change>,
}

/// What is not the same in `now` as it was in `before`; a change that readers cannot see is called `details`.
pub(crate) fn changes(
    language: Language<'_>,
    before: Version<'_>,
    now: Version<'_>,
    time_zone: Tz,
) -> Result<Vec<Change>, WordsError> {
    let several = before.events.len() > 1 || now.events.len() > 1;
    let mut changes = Changes { language, event: None, found: Vec::new() };
    let same = |one: &Event, events: &[Event]| events.iter().find(|event| event.uid == one.uid).cloned();
    for old in before.events {
        let shown = EventBox::new(old, language, None)?;
        changes.event = several.then(|| shown.when.clone());
        match same(old, now.events) {
            Some(new) => changes.of_event(old, &new)?,
            None => {
                changes.event = None;
                changes.add("dropped", [Some(shown.gist()), None], [Some(shown.when), None])?;
            }
        }
    }
    changes.event = None;
    for new in now.events.iter().filter(|new| same(new, before.events).is_none()) {
        let shown = EventBox::new(new, language, None)?;
        changes.add("added", [None, Some(shown.gist())], [None, Some(shown.when)])?;
    }
    if before.deadline != now.deadline && now.events.is_empty() {
        let say = |deadline: Option<Timestamp>| deadline.map(|at| until(language, at, time_zone)).transpose();
        let short = |deadline: Option<Timestamp>| {
            deadline.map(|at| language.short_date_time(&clock(at, time_zone))).transpose()
        };
        let both = [say(before.deadline)?, say(now.deadline)?];
        changes.add("deadline", both, [short(before.deadline)?, short(now.deadline)?])?;
    }
    if changes.found.is_empty() {
        changes.add("details", [None, None], [None, None])?;
    }
    Ok(changes.found)
}

/// A deadline in full.
pub(crate) fn until(language: Language<'_>, deadline: Timestamp, time_zone: Tz) -> Result<String, WordsError> {
    let at = clock(deadline, time_zone);
    let (date, time) = (language.date(at.date_naive())?, language.time(at.time())?);
    let day_time = language.get("event-day-time", &[("date", date.into()), ("time", time.into())])?;
    Ok(format!("{day_time}, {}", zone(language, &at)?))
}

impl Changes<'_> {
    fn of_event(&mut self, old: &Event, new: &Event) -> Result<(), WordsError> {
        let (was, now) = (EventBox::new(old, self.language, None)?, EventBox::new(new, self.language, None)?);
        let both = [Some(was.whole_time()), Some(now.whole_time())];
        let starts = old.starts.local != new.starts.local;
        if starts {
            // The day is only said where it is another one.
            let short = if old.starts.local.date() == new.starts.local.date() {
                [self.language.time(old.starts.local.time())?, self.language.time(new.starts.local.time())?]
            } else {
                [was.when, now.when]
            };
            self.add("time", both, short.map(Some))?;
        } else if old.time_zone != new.time_zone {
            self.add("zone", both, [Some(was.zone), Some(now.zone)])?;
        } else if old.ends.local != new.ends.local {
            let short = if old.ends.local.date() == new.ends.local.date() {
                [self.language.time(old.ends.local.time())?, self.language.time(new.ends.local.time())?]
            } else {
                [
                    self.language.short_date_time(&clock(old.ends.at, old.time_zone))?,
                    self.language.short_date_time(&clock(new.ends.at, new.time_zone))?,
                ]
            };
            self.add("end", both, short.map(Some))?;
        }
        for (what, pair) in [
            ("place", [was.place, now.place]),
            ("address", [was.address, now.address]),
            ("online", [was.online_url, now.online_url]),
        ] {
            if pair[0] != pair[1] {
                self.add(what, pair.clone(), pair)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, what: &'static str, both: Pair, short: Pair) -> Result<(), WordsError> {
        let label = self.language.get("change-what", &[("what", what.into())])?;
        let [was, now] = short.map(|text| text.map(|text| Value::from(one_line(&text, SHORT))));
        let short = match (was, now) {
            (Some(was), Some(now)) => {
                self.language.get("change-short", &[("what", label.into()), ("was", was), ("now", now)])?
            }
            (None, Some(now)) => self.language.get("change-short-new", &[("what", label.into()), ("now", now)])?,
            (Some(was), None) => self.language.get("change-short-gone", &[("what", label.into()), ("was", was)])?,
            (None, None) => label,
        };
        let short = self.event.as_ref().map_or_else(|| short.clone(), |event| format!("{event}: {short}"));
        let [was, now] = both;
        self.found.push(Change { what, event: self.event.clone(), was, now, short });
        Ok(())
    }
}
