//! From dates, times and addresses to events: what is meant, whether it is to come, and how sure that is.

mod announced;
mod whereabouts;

use std::ops::Range;

use chrono::{Datelike, Days, NaiveDateTime, Weekday};

use super::addresses::{self, Address};
use super::dates::{self, Date, Named};
use super::join::{self, Nearness, Pair};
use super::places;
use super::resolve::{self, Base, Resolved};
use super::times::{self, Time};
use super::tokens::Text;
use super::{Contradiction, Excerpt, Suggested, Words};

/// What was found in a text, by token.
struct Found<'a> {
    text: &'a Text<'a>,
    dates: Vec<Date>,
    times: Vec<Time>,
    addresses: Vec<Address>,
    taken: Vec<bool>,
}

/// An event before its place is known.
struct Draft {
    span: Range<usize>,
    starts: NaiveDateTime,
    ends: Option<NaiveDateTime>,
    confidence: f32,
    when: Excerpt,
    contradiction: Option<Contradiction>,
}

impl<'a> Found<'a> {
    fn new(text: &'a Text<'a>) -> Self {
        let mut taken = vec![false; text.tokens.len()];
        let addresses = addresses::addresses(text);
        for address in &addresses {
            mark(&mut taken, address.tokens.clone());
        }
        let is_free =
            |range: Range<usize>, taken: &[bool]| range.into_iter().all(|at| !taken.get(at).copied().unwrap_or(true));
        let dates: Vec<Date> =
            dates::dates(text).into_iter().filter(|date| is_free(date.from..date.to, &taken)).collect();
        let mut by_dates = vec![false; text.tokens.len()];
        for date in &dates {
            mark(&mut taken, date.from..date.to);
            mark(&mut by_dates, date.from..date.to);
        }
        let times: Vec<Time> =
            times::times(text, &by_dates).into_iter().filter(|time| is_free(time.from..time.to, &taken)).collect();
        for time in &times {
            mark(&mut taken, time.from..time.to);
        }
        Self { text, dates, times, addresses, taken }
    }
}

fn mark(taken: &mut [bool], range: Range<usize>) {
    if let Some(places) = taken.get_mut(range) {
        places.fill(true);
    }
}

/// The events of a text, in order.
pub(super) fn events(text: &Text<'_>, base: &Base) -> Vec<Suggested> {
    let found = Found::new(text);
    let english = !found.times.iter().any(|time| time.start.hour > 12 || time.start.padded) && mostly_latin(text);
    let mut drafts: Vec<Draft> = Vec::new();
    for pair in join::pairs(text, &found.dates, &found.times) {
        for draft in found.drafts(&pair, base, english) {
            // The same event, said twice.
            match drafts.iter_mut().find(|other| other.starts == draft.starts) {
                Some(other) => {
                    other.ends = other.ends.or(draft.ends);
                    other.confidence = other.confidence.max(draft.confidence);
                }
                None => drafts.push(draft),
            }
        }
    }
    let mut places: Vec<Option<usize>> = (0..drafts.len()).map(|number| found.address_of(number, &drafts)).collect();
    share(text, &drafts, &mut places);
    let spans: Vec<Range<usize>> = drafts.iter().map(|draft| draft.span.clone()).collect();
    drafts
        .into_iter()
        .zip(places)
        .enumerate()
        .map(|(number, (draft, address))| found.suggested(draft, address, &spans, number))
        .collect()
}

fn mostly_latin(text: &Text<'_>) -> bool {
    let (cyrillic, words) = text
        .tokens
        .iter()
        .filter(|token| token.is_word())
        .fold((0, 0), |(cyrillic, words), token| (cyrillic + usize::from(token.cyrillic()), words + 1));
    cyrillic * 2 < words
}

/// Two events of one sentence are at the same address unless each has its own.
fn share(text: &Text<'_>, drafts: &[Draft], places: &mut [Option<usize>]) {
    for number in (0..places.len().saturating_sub(1)).rev() {
        let same = |a: &Draft, b: &Draft| text.segment_of(a.span.start) == text.segment_of(b.span.start);
        let (Some(own), Some(next)) = (drafts.get(number), drafts.get(number + 1)) else { continue };
        let shared = places.get(number + 1).copied().flatten();
        if let Some(place @ None) = places.get_mut(number)
            && same(own, next)
        {
            *place = shared;
        }
    }
}

impl Found<'_> {
    fn drafts(&self, pair: &Pair, base: &Base, english: bool) -> Vec<Draft> {
        let (Some(date), Some(time)) = (self.dates.get(pair.date), self.times.get(pair.time)) else {
            return Vec::new();
        };
        if date.off || time.start.stamp {
            return Vec::new();
        }
        date.days.iter().filter_map(|named| self.draft(pair, date, time, named, base, english)).collect()
    }

    fn draft(&self, pair: &Pair, date: &Date, time: &Time, named: &Named, base: &Base, english: bool) -> Option<Draft> {
        let resolved = resolve::resolve(named, base)?;
        let span = pair.span(&self.dates, &self.times);
        let ends =
            pair.end.and_then(|end| Some((self.times.get(end.time)?, end.date.and_then(|date| self.dates.get(date)))));
        let last = ends.map_or(0, |(time, date)| time.to.max(date.map_or(0, |date| date.to)));
        let span = span.start..span.end.max(last);
        if !self.is_announced(&span, &resolved, base, named) {
            return None;
        }
        let (from, till, guessed) = time.read(date.late, english)?;
        let starts = resolved.date.and_time(from);
        let (ends, last) = self.ends(pair, date, till, starts, base, english);
        let mut confidence = resolved.sure;
        confidence *= if guessed { 0.75 } else { 1.0 };
        confidence *= match pair.nearness {
            Nearness::Beside => 1.0,
            Nearness::Sentence => 0.9,
            Nearness::Apart => 0.75,
        };
        if resolved.contradicts.is_some() {
            confidence *= 0.4;
        }
        let span = span.start..span.end.max(last.unwrap_or(0));
        let when = self.when(date, time, pair.nearness, &span);
        let contradiction = resolved.contradicts.map(|weekday| contradiction(self.text, date, weekday, &resolved));
        Some(Draft { span, starts, ends, confidence, when, contradiction })
    }

    /// When it ends, and the token after the words that say so.
    fn ends(
        &self,
        pair: &Pair,
        date: &Date,
        till: Option<chrono::NaiveTime>,
        starts: NaiveDateTime,
        base: &Base,
        english: bool,
    ) -> (Option<NaiveDateTime>, Option<usize>) {
        let mut day = starts.date();
        let mut till = till;
        let mut last = None;
        let until = date.until.and_then(|until| resolve::resolve(&until, base));
        if let Some(until) = until {
            day = until.date;
        }
        if let Some(end) = pair.end {
            let Some(time) = self.times.get(end.time) else { return (None, None) };
            let start_late = starts.time() >= chrono::NaiveTime::MIN + chrono::TimeDelta::hours(12);
            till = time.read(Some(start_late).filter(|late| *late), english).map(|(time, _, _)| time);
            last = Some(time.to);
            if let Some(date) = end.date.and_then(|date| self.dates.get(date)) {
                match date.days.first().and_then(|named| resolve::resolve(named, base)) {
                    Some(resolved) => day = resolved.date,
                    None => return (None, None),
                }
                last = last.max(Some(date.to));
            }
        }
        let ends = till.map(|till| day.and_time(till)).and_then(|ends| {
            if ends > starts {
                return Some(ends);
            }
            // Past midnight, if that is less than half a day.
            ends.checked_add_days(Days::new(1))
                .filter(|ends| *ends > starts && *ends - starts < chrono::TimeDelta::hours(12))
        });
        (ends, last)
    }

    fn when(&self, date: &Date, time: &Time, nearness: Nearness, span: &Range<usize>) -> Excerpt {
        let whole = excerpt(self.text, span);
        if nearness == Nearness::Beside {
            return whole;
        }
        let (first, second) = if date.from < time.from {
            (date.from..date.to, time.from..time.to)
        } else {
            (time.from..time.to, date.from..date.to)
        };
        Excerpt { text: format!("{} … {}", self.text.slice(&first), self.text.slice(&second)), ..whole }
    }

    fn suggested(&self, draft: Draft, address: Option<usize>, spans: &[Range<usize>], number: usize) -> Suggested {
        let address = address.and_then(|address| self.addresses.get(address));
        let first = self.text.segment_of(draft.span.start);
        let last = self.text.segment_of(draft.span.end.saturating_sub(1));
        let limit = spans.get(number + 1).map_or(usize::MAX, |next| next.start);
        let before = number.checked_sub(1).and_then(|before| spans.get(before)).map_or(0, |before| before.end);
        let within = self.text.segment(first).start.max(before)
            ..self.text.segment((last + 2).min(self.text.segments.len().saturating_sub(1))).end.min(limit);
        let place =
            places::place(self.text, &within, draft.span.end, address.map(|address| &address.tokens), &self.taken);
        let confidence = draft.confidence * address.map_or(1.0, |address| 0.5 + address.sure / 2.0);
        Suggested {
            starts: draft.starts,
            ends: draft.ends,
            place: place.as_ref().map(|place| addresses::one_line(self.text, place)),
            address: address.map(|address| addresses::one_line(self.text, &address.tokens)),
            // More digits would say more than is known.
            confidence: (confidence * 100.0).round() / 100.0,
            words: Words {
                when: draft.when,
                place: place.map(|place| excerpt(self.text, &place)),
                address: address.map(|address| excerpt(self.text, &address.tokens)),
            },
            weekday_contradiction: draft.contradiction,
        }
    }
}

fn excerpt(text: &Text<'_>, range: &Range<usize>) -> Excerpt {
    let start = text.get(range.start).map_or(0, |token| token.start);
    let words = text.slice(range);
    Excerpt { text: words.to_owned(), start, end: start + words.len() }
}

/// All weekdays that do not fit their date.
pub(super) fn contradictions(text: &Text<'_>, base: &Base) -> Vec<Contradiction> {
    let dates = dates::dates(text);
    let named = dates.iter().flat_map(|date| date.days.iter().chain(&date.until).map(move |named| (date, named)));
    named
        .filter_map(|(date, named)| {
            let resolved = resolve::any(named, base)?;
            Some(contradiction(text, date, resolved.contradicts?, &resolved))
        })
        .collect()
}

fn contradiction(text: &Text<'_>, date: &Date, weekday: Weekday, resolved: &Resolved) -> Contradiction {
    Contradiction {
        words: excerpt(text, &(date.from..date.to)),
        weekday: name(weekday),
        date: resolved.date,
        falls_on: name(resolved.date.weekday()),
    }
}

fn name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "monday",
        Weekday::Tue => "tuesday",
        Weekday::Wed => "wednesday",
        Weekday::Thu => "thursday",
        Weekday::Fri => "friday",
        Weekday::Sat => "saturday",
        Weekday::Sun => "sunday",
    }
}
